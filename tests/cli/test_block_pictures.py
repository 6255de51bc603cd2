"""The picture of every registered block: what changed is drawn, with the values of the trace."""

import numpy as np
import pytest
from matplotlib.collections import PathCollection, PolyCollection, QuadMesh
from matplotlib.patches import PathPatch, Wedge
from typical import HOUR, S, typical_replay

from alycat.runtime.block import PICTURES
from alycat.runtime.cli.large_panels import calendar_cells
from alycat.runtime.cli.output_names import stem, words
from alycat.runtime.cli.panels import TimeAxis
from alycat.runtime.cli.picture_plan import MOST_PANELS, Plan
from alycat.runtime.cli.pictures import compose, draw
from alycat.runtime.cli.replaying import Replayed
from alycat.runtime.cli.settings import Settings
from alycat.runtime.cli.strips import bars
from alycat.runtime.recordings import Recording
from alycat.runtime.registry import all_blocks, find_block, short_name

BLOCKS = [b for b in all_blocks() if "Call" in b.methods and b.step is not None and hasattr(b, "replay")]
OF_THEIR_OWN = ("clusters", "band")
"""Pictures that are not made from the declaration; other tests look at them."""


@pytest.fixture(scope="module")
def done():
    """done(name) -> the typical replay of a block."""
    found = {}

    def replayed(name):
        if name not in found:
            found[name] = typical_replay(find_block(name))
        return found[name]

    return replayed


def texts(figure):
    """Everything that names something: headings, tick labels of strips, legends."""
    said = []
    for axes in figure.get_axes():
        said += [axes.get_title(loc="left"), axes.get_ylabel(), axes.get_xlabel()]
        said += [label.get_text() for label in axes.get_yticklabels()]
        if axes.get_legend() is not None:
            said += [text.get_text() for text in axes.get_legend().get_texts()]
    return said


def panel(figure, heading):
    return next(a for a in figure.get_axes() if a.get_title(loc="left") == heading)


def line(figure, name):
    """x and y of the line that shows an output."""
    (found,) = [drawn for a in figure.get_axes() for drawn in a.lines if drawn.get_label() == name]
    return np.asarray(found.get_xdata(), float), np.asarray(found.get_ydata(), float)


@pytest.mark.parametrize("block", BLOCKS, ids=lambda block: block.__name__)
def test_every_block(done, block):
    """Each output that changes is named in the figure, each channel is drawn, and nothing is left out."""
    assert block.picture in PICTURES
    if hasattr(block, "learn"):
        pytest.importorskip("sklearn")
    replay = done(block.__name__)
    assert not replay.trace["bError"].all(), "the typical use of this block is none; see tests/typical.py"
    figure = compose(replay, "t")
    if block.picture in OF_THEIR_OWN:
        return
    plan, said = Plan(replay), " ".join(texts(figure))
    assert plan.changing or plan.strips, "nothing changes: a recording for this block is needed in tests/typical.py"
    assert not plan.left_out
    hidden = {n for n in plan.changing if plan._is_date(n)} | {
        n for n in plan.changing if replay.trace[n].ndim > 1 and replay.trace[n].dtype == bool
    }
    for name in set(plan.changing) - hidden:
        assert all(part in said for part in name.split(".")), f"{name} changes and is not drawn: {said}"
    for number, name in enumerate(plan.done.recording.names[: getattr(replay.instance, "_n", 0)]):
        column = replay.recording.values[:, number]
        drawn = [np.nanmax(x.get_ydata()) for a in figure.get_axes() for x in a.lines if x.get_label() == name]
        assert np.nanmax(column) in drawn, f"{name}: the peak of the channel is lost"  # its results may have its name
    for number, name in enumerate(plan.done.recording.text_names):
        labels = [label.get_text() for label in panel(figure, f"{name} (channel)").get_yticklabels()]
        assert sorted(labels) == sorted(set(replay.recording.texts[:, number])), f"{name}: a text is not named"


def test_steps_and_threshold(done):
    replay = done("EdgeCounter_1Ch")
    figure = compose(replay, "t")
    _, y = line(figure, "nCount")
    assert (y[0], y[-1]) == (0, replay.trace["nCount"][-1]) and (np.diff(y) >= 0).all()
    assert set(y) <= set(replay.trace["nCount"]) and len(set(y)) >= 0.95 * replay.trace["nCount"][-1]
    (drawn,) = panel(figure, "nCount").lines
    assert drawn.get_drawstyle() == "steps-post"
    _, level = panel(figure, "channel 1 (channel)").lines
    assert set(level.get_ydata()) == {0.5}
    assert [t.get_text() for t in panel(figure, "channel 1 (channel)").texts] == ["> 0.5"]


def test_flags_are_strips_and_events_are_ticks(done):
    replay = done("EdgeCounter_1Ch")
    strips = panel(compose(replay, "t"), "states and events")
    assert [label.get_text() for label in strips.get_yticklabels()] == ["bEdge", "fbTimeLastEvent"]
    edges, ticks = strips.collections[0], strips.collections[-1]
    first = edges.get_paths()[0].get_extents().x0
    assert first == TimeAxis(replay.recording.timestamps, True).x[replay.trace["bEdge"].argmax()]
    count = int(replay.trace["bEdge"].sum())  # two that are too near for the eye are one
    assert 0.95 * count <= len(edges.get_paths()) <= count and 0.95 * count <= len(ticks.get_segments()) <= count


def test_bands_lie_over_the_channel(done):
    replay = done("MinMaxAvgInterval_1Ch")
    figure = compose(replay, "t")
    axes = panel(figure, "channel 1")
    (band,) = [c for c in axes.collections if isinstance(c, PolyCollection)]
    fresh = replay.trace["bNewResult"].argmax()
    low, high = band.get_paths()[0].get_extents().intervaly
    assert (low, high) == (replay.trace["fMin"][fresh:].min(), replay.trace["fMax"][fresh:].max())
    assert band.get_label() == "fMin to fMax"
    _, y = line(figure, "fAvg")
    assert set(y[np.isfinite(y)]) == set(replay.trace["fAvg"][fresh:]), "not before the first result"
    marks = {(m.get_ydata()[0]) for m in axes.lines if m.get_marker() == "o"}
    assert marks == {replay.trace["fMin"][-1], replay.trace["fMax"][-1]}


def test_limits_from_the_parameters(done):
    axes = next(
        a
        for a in compose(done("OverallEquipmentEffectiveness"), "t").get_axes()
        if a.get_title(loc="left") == "fOEE..."
    )
    assert {t.get_text() for t in axes.texts} == {"fThresholdLevelOkWarning", "fThresholdLevelWarningAlarm"}
    levels = {line.get_ydata()[0] for line in axes.lines if line.get_linestyle() == "--"}
    assert levels == {90.0, 75.0}
    assert {"fOEE", "fAvailability", "nPerformance", "fQuality"} <= {drawn.get_label() for drawn in axes.lines}


def test_spans_in_a_fitting_unit(done):
    replay = done("LifetimeAnalysis_1Ch")
    axes = panel(compose(replay, "t"), "fbLifetime... [min]")
    remaining = next(drawn for drawn in axes.lines if drawn.get_label() == "fbLifetimeRemaining")
    assert remaining.get_ydata()[-1] == pytest.approx(replay.trace["fbLifetimeRemaining"][-1] / 60e9)


def test_a_calendar(done):
    replay = done("TimeClock_1Ch")
    figure = compose(replay, "t")
    (mesh,) = [c for c in panel(figure, "bIsOn (UTC)").collections if isinstance(c, QuadMesh)]
    cells = np.ma.filled(mesh.get_array(), np.nan).reshape(14, -1)
    days = np.nansum(cells, axis=1)  # from a Monday on
    assert days[0] == days[1] > 0 and days[5] == days[6] == 0
    hours = np.flatnonzero(cells[0] == 1) * 24 / cells.shape[1]
    assert 8 <= hours.min() < 8.2 and 15.8 < hours.max() <= 16.1


def test_cells_of_a_calendar():
    stamps = np.array([10 * HOUR, 11 * HOUR, 30 * HOUR, 31 * HOUR], np.uint64) + np.uint64(86_400 * S * 100)
    cells = calendar_cells(stamps, np.array([True, False, True, False]), 2)
    assert np.isnan(cells[0, : 10 * 12]).all() and np.isnan(cells[1, 7 * 12 + 1 :]).all()
    assert (cells[0, 10 * 12 : 11 * 12] == 1).all() and (cells[0, 11 * 12 :] == 0).all()
    assert (cells[1, 6 * 12 : 7 * 12] == 1).all() and (cells[1, : 6 * 12] == 0).all()


def test_a_plane(done):
    replay = done("SequentialKMeans")
    axes = panel(compose(replay, "t"), "plane of the channels")
    *groups, centres = [c for c in axes.collections if isinstance(c, PathCollection)]
    assert [g.get_label() for g in groups] == ["nClusterIdx 0", "nClusterIdx 1", "nClusterIdx 2"]
    np.testing.assert_array_equal(centres.get_offsets(), replay.trace["pClusterCenterMatrixOut"][-1].reshape(3, 2))


def test_a_plane_with_what_the_path_is_compared_with(done):
    replay = done("XyShapeMonitor_Rectangle_2Ch")
    axes = panel(compose(replay, "t"), "plane of the channels")
    (drawn,) = axes.lines
    assert sorted(map(tuple, drawn.get_xydata()[:-1])) == [(0, 0), (0, 5), (10, 0), (10, 5)]
    groups = {c.get_label(): len(c.get_offsets()) for c in axes.collections}
    assert set(groups) == {"bWithinShape", "not bWithinShape"} and min(groups.values()) > 100


def test_bars_where_the_bins_are(done):
    replay = done("Histogram_1Ch")
    drawn = panel(compose(replay, "t"), "pHistArrayOut in the end").patches
    assert [bar.get_height() for bar in drawn] == replay.trace["pHistArrayOut"][-1].tolist()
    edges = [drawn[1].get_x(), drawn[-2].get_x() + drawn[-2].get_width()]
    np.testing.assert_allclose(edges, [14, 26])


def test_texts_are_states_and_levels_lie_over_the_channel(done):
    replay = done("ThresholdStringClassificator_1Ch")
    figure = compose(replay, "t")
    assert {t.get_text() for t in panel(figure, "channel 1").texts} == {"level 2", "level 3"}
    axes = panel(figure, "sResult")
    assert {label.get_text() for label in axes.get_yticklabels()} == {"OK", "Warning", "Alarm"}
    (lanes,) = Plan(replay).lanes
    assert [lanes.texts[n] for n in lanes.numbers.tolist()] == [t.decode() for t in replay.trace["sResult"].tolist()]


def bars_of(axes, row):
    """(start, width) of what is drawn in a row of strips or lanes."""
    paths = [path for drawn in axes.collections if drawn.get_alpha() == 1.0 for path in drawn.get_paths()]
    boxes = [path.get_extents() for path in paths]
    return sorted((box.x0, box.width) for box in boxes if round(box.y0 + box.height / 2) == row)


def text_replay(texts, step_s=60):
    """A recording of one text channel, through a block that counts its changes."""
    stamps = np.arange(1, len(texts) + 1, dtype=np.uint64) * np.uint64(step_s * S)
    none = np.empty((len(texts), 0))
    cells = np.array(texts, np.object_)[:, np.newaxis]
    recording = Recording((), stamps, none, none.astype(bool), text_names=("state",), texts=cells)
    block = find_block("DetectStringChange_1Ch")
    fb = block()
    assert fb.Configure(True)
    return Replayed(block, fb, Settings(), recording, fb.replay(stamps, cells), 1)


def test_a_text_channel_is_a_row_for_each_text():
    replay = text_replay(["an", "an", None, "aus", "an", "", " weit\nweg " + "x" * 40, "漢"])
    axes = panel(compose(replay, "t"), "state (channel)")
    labels = [label.get_text() for label in axes.get_yticklabels()]
    assert labels == ["an", "aus", '""', f'" weit\\nweg {"x" * 22}…{"x" * 10}"', "漢"]
    x = TimeAxis(replay.recording.timestamps, True).x
    minute = x[1] - x[0]
    np.testing.assert_allclose(bars_of(axes, 0), [(x[0], 2 * minute), (x[4], minute)])
    np.testing.assert_allclose(bars_of(axes, 1), [(x[3], minute)])
    assert "2 rows without outputs" in Plan(replay).facts()


def test_texts_of_lesser_time_share_a_row_that_names_them():
    often = [f"state {k % 9}" for k in range(90)]
    seldom = [text for k in range(3) for text in [f"E{k}"] * 3]
    replay = text_replay([*often, *seldom])
    axes = panel(compose(replay, "t"), "state (channel)")
    labels = [label.get_text() for label in axes.get_yticklabels()]
    assert labels == [*(f"state {k}" for k in range(9)), "3 other texts"]
    assert [text.get_text() for text in axes.texts] == ["E0", "E1", "E2"]
    assert len(bars_of(axes, 9)) == 3


def test_serial_numbers_share_one_row_and_stand_upright():
    axes = panel(compose(text_replay([f"{k // 7:05}" for k in range(350)]), "t"), "state (channel)")
    assert [label.get_text() for label in axes.get_yticklabels()] == ["50 texts"]
    assert [text.get_text().strip() for text in axes.texts] == [f"{k:05}" for k in range(50)]
    many = panel(compose(text_replay([str(k) for k in range(9000)]), "t"), "state (channel)")
    assert 90 < len(many.texts) <= 111, "as many as can be read"


def test_members_of_structures_share_a_panel_and_a_colour(done):
    replay = done("AM8xxxSSD")
    axes = panel(compose(replay, "t"), "stXRmsAcceleration, stYRmsAcceleration")
    lines = {drawn.get_label(): drawn for drawn in axes.lines}
    bands = {drawn.get_label(): drawn for drawn in axes.collections}
    assert set(bands) == {"X fMin to X fMax", "Y fMin to Y fMax"} and "fThresholdShock" in texts_of(axes)
    for axis in "XY":
        np.testing.assert_array_equal(
            np.unique(lines[f"{axis} fLive"].get_ydata()), np.unique(replay.trace[f"st{axis}RmsAcceleration.fLive"])
        )
        colours = {lines[f"{axis} {member}"].get_color() for member in ("fLive", "fAvg")}
        assert len(colours) == 1 and lines[f"{axis} fAvg"].get_linestyle() == ":"
    assert lines["X fLive"].get_color() != lines["Y fLive"].get_color()


def texts_of(axes):
    return [text.get_text() for text in axes.texts]


def test_an_index_with_many_values_is_a_number(done):
    plan = Plan(done("ShapeReconstruction"))
    assert "nShapeIdx" not in {s.name for s in plan.strips} and "nShapeIdx" in {p.heading for p in plan.panels}


def test_a_histogram_and_a_map(done, monkeypatch):
    """An array of many elements; the moving average's trace serves as an example."""
    from dataclasses import replace

    replay = done("MovingAvg_1Ch")
    rows = len(replay.trace)
    counts = np.add.accumulate(np.eye(12)[np.arange(rows) % 12 // 2 * 2], axis=0)
    trace = np.zeros(
        rows, np.dtype([*replay.trace.dtype.descr[:0], ("bError", "?"), ("bNewResult", "?"), ("pCount", "<f8", 12)])
    )
    trace["pCount"] = counts
    block = type("Shown", (replay.block,), {"picture": "histogram"})
    fake = replace(replay, trace=trace, block=block)
    monkeypatch.setattr(replay.instance, "array_places", lambda name: np.linspace(0.0, 6.0, 13), raising=False)
    figure = compose(fake, "t")
    bars_drawn = panel(figure, "pCount in the end").patches
    assert [b.get_height() for b in bars_drawn] == counts[-1].tolist()
    assert [b.get_x() for b in bars_drawn] == np.linspace(0, 5.5, 12).tolist()
    (mesh,) = panel(figure, "pCount").collections
    assert mesh.get_array().max() == counts.max()


def test_refused_rows_are_gaps_and_a_strip():
    replay = typical_replay(find_block("MovingAvg_1Ch"))
    replay.recording.values[1000:1010] = np.nan
    fb = replay.instance
    fb.Reset()
    replay.trace[:] = fb.replay(replay.recording.timestamps, replay.recording.values)
    figure = compose(replay, "t")
    x, y = line(figure, "fMovingAvg")
    assert np.isnan(y).sum() == np.isnan(x).sum() == 1
    assert "refused rows" in texts(figure) and Plan(replay).facts().startswith("3 000 rows; 10 rows without outputs")


def test_too_many_panels_are_named(done):
    replay = done("ProductivityInterval_1Ch")
    assert len(Plan(replay).panels) < MOST_PANELS
    plan = Plan(replay)
    plan.panels *= 5
    assert plan._cut() and len(plan.panels) < MOST_PANELS


def test_words_of_names():
    assert words("fbTimeOnMin") == ["fb", "Time", "On", "Min"] and words("fOEE") == ["f", "OEE"]
    assert words("nNumPotMCs") == ["n", "Num", "Pot", "M", "Cs"]
    assert stem("fbTimeOnMin") == stem("fbTimeOffAvg") == "fbTime" != stem("fbTimeOnTotal")
    assert stem("nCountOn") == stem("nCountOff") == "nCount"


def test_bars_of_a_strip():
    x = np.arange(10.0)
    assert bars(np.zeros(10, bool), x) == ([], [])
    flag = np.array([0, 1, 1, 0, 0, 1, 0, 0, 0, 1], bool)
    assert bars(flag, x)[0] == [(1, 2), (5, 1), (9, 1)]  # until the next row
    many = np.arange(100_000.0)
    solid, sparse = bars(many % 10 == 0, many)
    assert solid == [] and len(sparse) == 1, "pulses that cannot be told apart are one pale bar"


@pytest.mark.slow
@pytest.mark.parametrize("name", ["EventTimingAnalysis_1Ch", "Calendar", "RMS_1Ch"])
def test_drawn_without_a_warning(done, name, tmp_path):
    draw(done(name), f"$odd_{short_name(name)}", tmp_path / "p.svg")
    assert (tmp_path / "p.svg").stat().st_size > 10_000


def test_a_pie_has_a_piece_for_each_channel(done):
    replay = done("FB_ALY_PieChart")
    pieces = [p for a in compose(replay, "t").get_axes() for p in a.patches if isinstance(p, Wedge)]
    shares = np.abs(replay.trace["fOutput"][-1])
    assert [abs(p.theta2 - p.theta1) / 360 for p in pieces] == pytest.approx((shares / shares.sum()).tolist())


def test_a_pareto_chart_is_sorted_and_ends_with_all(done):
    replay = done("FB_ALY_ParetoAnalysis")
    axes = panel(compose(replay, "t"), "pSums [min] in the end, and their accumulated share")
    sums = np.sort(replay.trace["pSums"][-1])[::-1] / 60e9
    assert [bar.get_height() for bar in axes.patches] == pytest.approx(sums.tolist())
    assert axes.lines[-1].get_ydata()[-1] == pytest.approx(sums.sum())


def test_a_sankey_diagram_has_as_much_on_both_sides(done):
    replay = done("FB_ALY_SankeyDiagram")
    axes = panel(compose(replay, "t"), "flows in the end, percent of the inflow")
    ribbons = [p.get_path().vertices for p in axes.patches if isinstance(p, PathPatch)]
    heights = {side: [v[0, 1] - v[-1, 1] for v in ribbons if v[0, 0] == side] for side in {v[0, 0] for v in ribbons}}
    inflows, outflows = heights[min(heights)], heights[max(heights)]
    last = replay.trace["fOutput"][-1]
    assert inflows == pytest.approx(last[:2].tolist())
    assert outflows == pytest.approx([*last[2:], replay.trace["fRest"][-1]])
    assert sum(inflows) == pytest.approx(sum(outflows)) == pytest.approx(100)
    assert any("Rest" in text.get_text() for text in axes.texts)


def test_what_call_gets_with_each_row_is_drawn(done):
    regression = done("FB_ALY_LinearRegressionFitting")
    figure = compose(regression, "t")
    assert line(figure, "dependent")[1][-1] == pytest.approx(regression.inputs["dependent"][-1])
    assert {entry.get_label() for entry in panel(figure, "fResult").lines} == {"fResult", "dependent"}
    assert {"bStart (input)", "bStop (input)"} <= {
        strip.name for strip in Plan(done("FB_ALY_XyGateMonitor_2Ch")).strips
    }


def test_results_of_channels_have_their_names(done):
    replay = done("FB_ALY_StandardDeviation")
    assert Plan(replay).labels_of("fStandardDeviation") == list(replay.recording.channels)
