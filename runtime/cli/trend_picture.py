"""The picture of most blocks: channels, states and numbers over time, beside a large panel for some blocks."""

from collections.abc import Callable, Sequence
from functools import partial
from itertools import cycle
from typing import TYPE_CHECKING, Any

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from numpy.typing import NDArray

from .cluster_view import COLOURS
from .decimation import line_rows
from .large_panels import LARGE, no_large_panel
from .panels import DARK, GREY, LINE_BINS, MARK, TimeAxis, legend_above, plain, tidy, title_and_settings, view_limits
from .picture_parts import Lanes, Line, Map, Panel, Strip
from .picture_plan import Plan
from .strips import draw_lanes, draw_strip

if TYPE_CHECKING:
    from .replaying import Replayed

CHANNEL, RESULTS = "#0072B2", ("#D55E00", "#009E73", "#CC79A7", "#332288", "#E69F00", "#882255", "#44AA99", "#999933")

SHARED_LANE, MAP = 1.0, 1.2  # heights; in a shared lane texts stand upright
MOST_NAMED = 20  # elements of a map


def draw_trends(figure: Figure, done: "Replayed", title: str, axes: "tuple[str, str] | None") -> None:
    """Left the large panel, if the block has one; else all of the width for what happened over time."""
    plan = Plan(done)
    title_and_settings(figure, title, plan.facts(), done.settings.all())
    time = TimeAxis(done.recording.timestamps, done.recording.has_date)
    large = LARGE.get(done.block.picture, no_large_panel)(plan, axes)
    if large is None:
        _time_panels(figure, plan, time)
        return
    left, right = figure.subfigures(1, 2, width_ratios=(1, 1.2))  # type: ignore[misc]
    large(left.subplots(1, 1))
    _time_panels(right, plan, time)


def _time_panels(figure: Any, plan: Plan, time: TimeAxis) -> None:
    """Channels, then texts, then states, then numbers, then maps, on a common time axis."""
    row = 0.2 * max(1.0, sum(p.height for p in (*plan.channels, *plan.panels)) / 6)  # of a crowded picture more
    parts: list[tuple[float, Callable[[Axes], None]]] = [
        *((panel.height, partial(_numbers, panel=panel, time=time)) for panel in plan.channels),
        *((_lanes_height(lanes, row), partial(_lanes, lanes=lanes, time=time)) for lanes in plan.lanes),
        *([(0.16 + row * len(plan.strips), partial(_strips, strips=plan.strips, time=time))] if plan.strips else []),
        *((panel.height, partial(_numbers, panel=panel, time=time)) for panel in plan.panels),
        *((MAP, partial(_map, array=array, plan=plan, time=time)) for array in plan.maps),
    ]
    if not parts:
        figure.text(0.5, 0.5, "no channel, and no output that changed", ha="center", color=DARK)
        return
    heights = [height for height, _ in parts]
    panels = figure.subplots(len(parts), 1, sharex=True, squeeze=False, height_ratios=heights)[:, 0]
    for axes, (_, draw) in zip(panels, parts, strict=True):
        draw(axes)
    time.label_on(panels[-1])


def _numbers(axes: Axes, panel: Panel, time: TimeAxis) -> None:
    """Lines over bands over limits."""
    tidy(axes, panel.heading)
    several = len(panel.all_lines) > 1
    colours = cycle([*RESULTS, *COLOURS])
    of_owners: dict[str, str] = {}  # the members of a structure have one colour
    for low, high in panel.bands:
        colour = next(colours)
        of_owners |= {low.owner: colour} if low.owner else {}
        _band(axes, low, high, time, colour)
    of_lines = cycle([CHANNEL] if len(panel.lines) == 1 else COLOURS) if panel.is_channel else colours
    look: dict[str, Any] = (
        {"alpha": 0.55, "linewidth": 0.8} if panel.is_channel and (panel.results or panel.bands) else {}
    )
    for line in panel.lines:
        colour = of_owners[line.owner] if line.owner in of_owners else next(of_lines)
        of_owners |= {line.owner: colour} if line.owner else {}
        _line(axes, line, time, colour, **look | ({"linestyle": ":"} if line.owner and line.is_average else {}))
    for line in panel.results:
        _line(axes, line, time, next(colours), linewidth=1.6)
    for number, (text, level) in enumerate(panel.limits):
        _limit(axes, plain(text), level, at_right=number % 2 == 0)
    _view(axes, panel)
    if several:
        legend_above(axes)


def _limit(axes: Axes, text: str, level: float, at_right: bool) -> None:
    """A dashed line with its text at one end."""
    axes.axhline(level, color=GREY, linewidth=1, linestyle="--", zorder=1.5)
    axes.annotate(
        text,
        (float(at_right), level),
        (-2, 1) if at_right else (2, 1),
        xycoords=("axes fraction", "data"),
        textcoords="offset points",
        ha="right" if at_right else "left",
        fontsize=8,
        color=DARK,
        bbox={"facecolor": "white", "alpha": 0.75, "linewidth": 0, "pad": 0.6},
        zorder=6,
    )


def _line(axes: Axes, line: Line, time: TimeAxis, colour: str, **style: Any) -> None:
    """One value over time; a value that is there alone is a point, so that it is seen."""
    rows, x, values = shown_rows(time, line.values)
    look: dict[str, Any] = {"label": plain(line.name), "color": colour, "linewidth": 1.1}
    look |= {"drawstyle": "steps-post"} if line.steps else {}
    look |= {"marker": "o", "markersize": 4} if rows <= 2 else {}
    axes.plot(x, values, **look | style)
    if line.mark is not None:
        axes.plot([time.at(line.mark[0])], [line.mark[1]], marker="o", markersize=5, color=MARK, zorder=5)


def shown_rows(time: TimeAxis, *columns: NDArray[np.float64]) -> Any:
    """Number of rows in which all columns have a value, then x and the columns for a drawing, NaN where rows lack."""
    good = np.logical_and.reduce([np.isfinite(column) for column in columns])
    rows = np.flatnonzero(good)
    if not len(rows):
        return 0, np.zeros(0), *(np.zeros(0) for _ in columns)
    kept = rows[np.unique(np.concatenate([line_rows(column[rows], LINE_BINS) for column in columns]))]
    gaps = np.flatnonzero(np.diff(np.cumsum(~good)[kept])) + 1
    return len(rows), *(np.insert(column[kept], gaps, np.nan) for column in (time.x, *columns))


def _band(axes: Axes, low: Line, high: Line, time: TimeAxis, colour: str) -> None:
    """What lies between two lines."""
    _, x, lower, upper = shown_rows(time, low.values, high.values)
    label = plain(f"{low.name} to {high.name}")
    axes.fill_between(x, lower, upper, step="post", color=colour, alpha=0.22, linewidth=0, label=label)
    for line in (low, high):
        _line(axes, line, time, colour, linewidth=0.8, label="_")


def _view(axes: Axes, panel: Panel) -> None:
    """The range to show: all values and, where they are near, the limits."""
    parts = [line.values[np.isfinite(line.values)] for line in panel.all_lines]
    values = np.concatenate(parts) if parts else np.zeros(0)
    if not len(values):
        return
    low, high = view_limits(values)
    near = [level for _, level in panel.limits if low - 1.5 * (high - low) <= level <= high + 1.5 * (high - low)]
    if near:
        low, high = view_limits(np.array([low, high, *near]))
    axes.set_ylim(low, high)


def _lanes_height(lanes: Lanes, row: float) -> float:
    return SHARED_LANE if lanes.is_shared else 0.16 + row * lanes.count


def _lanes(axes: Axes, lanes: Lanes, time: TimeAxis) -> None:
    """A row for each text, filled while it was there."""
    tidy(axes, lanes.heading)
    labels = draw_lanes(axes, lanes, time)
    axes.set_yticks(range(len(labels)), labels)
    axes.set_ylim(max(lanes.count, 1) - 0.5, -3.5 if lanes.is_shared else -0.5)
    axes.grid(False, axis="y")


def _strips(axes: Axes, strips: Sequence[Strip], time: TimeAxis) -> None:
    """A row for each state: filled while it held; times of events as ticks."""
    tidy(axes, "states and events")
    entries: dict[str, Any] = {}
    for row, strip in enumerate(strips):
        entries |= draw_strip(axes, strip, row, time)
    axes.set_yticks(range(len(strips)), [plain(s.name) for s in strips])
    axes.set_ylim(len(strips) - 0.5, -0.5)
    axes.grid(False, axis="y")
    if entries:
        legend_above(axes, list(entries.values()))


def _map(axes: Axes, array: Map, plan: Plan, time: TimeAxis) -> None:
    """Elements up, time across, the value as a shade."""
    tidy(axes, array.heading)
    rows = np.linspace(0, len(array.values) - 1, min(len(array.values), LINE_BINS)).astype(np.intp)
    edges = plan.edges_of(array)
    x = np.append(time.x[rows], time.x[-1] + (time.x[-1] - time.x[0]) / max(len(rows), 1))
    shown = axes.pcolormesh(x, edges, np.ma.masked_invalid(array.values[rows].T), cmap="Blues", rasterized=True)
    if plan.done.instance.array_labels(array.name) and array.values.shape[1] <= MOST_NAMED:
        axes.set_yticks((edges[1:] + edges[:-1]) / 2, [plain(label) for label in plan.labels_of(array.name)])
    axes.figure.colorbar(shown, ax=axes, pad=0.01, fraction=0.03)
    axes.grid(False)
