"""FB_ALY_HalfSpaceTrees against its oracle, against River when it is there, and against figures of River."""

import json

import numpy as np
import pytest
from block_streams import refused
from hypothesis import given, settings
from hypothesis import strategies as st
from oracle.half_space_trees import HalfSpaceTrees
from shared_data import shared_data

from alycat.blocks import FB_ALY_HalfSpaceTrees

SHAPES = st.tuples(st.integers(1, 4), st.integers(1, 6), st.integers(1, 9), st.integers(0, 2**32 - 1))


def configured(ranges, trees, height, window, seed, threshold=0.7):
    fb = FB_ALY_HalfSpaceTrees(len(ranges))
    for channel, (low, high) in enumerate(ranges, start=1):
        assert fb.ConfigureChannel(channel, low, high)
    assert fb.Configure(trees, height, window, seed, threshold), fb.ipResultMessage
    return fb


def stream(seed, ranges, rows=60):
    """Points inside and outside the ranges, in clumps, some twice."""
    rng = np.random.default_rng(seed)
    low, high = np.array(ranges).T
    points = low + (high - low) * rng.choice([0.1, 0.5, 0.9], (rows, len(low))) + rng.normal(0, 0.2, (rows, len(low)))
    return np.where(rng.random((rows, 1)) < 0.2, np.roll(points, 1, axis=0), points)


def times(points):
    return np.arange(1, len(points) + 1, dtype=np.uint64)


@settings(max_examples=60, deadline=None)
@given(SHAPES, st.lists(st.sampled_from([(0.0, 1.0), (-2.0, 5.0), (0.0, 1200.0), (3, 4)]), min_size=1, max_size=4))
def test_equals_the_oracle(shape, ranges):
    trees, height, window, seed = shape
    fb, oracle = configured(ranges, *shape), HalfSpaceTrees(trees, height, window, seed, ranges)
    points = stream(seed, ranges)
    learn = np.random.default_rng(seed).random(len(points)) < 0.8
    trace = fb.replay(times(points), points, bLearn=learn)
    anomalies = 0
    for row, point in enumerate(points.tolist()):
        score, is_new = oracle.score(point), oracle.learnt >= window
        anomalies += score > 0.7
        if learn[row]:
            oracle.learn(point)
        seen = trace[row]
        assert (seen["fAnomalyScore"], seen["bAnomaly"], seen["bNewResult"]) == (score, score > 0.7, is_new), row
        assert (seen["bLearning"], seen["nNumAnomalies"]) == (oracle.learnt < window, anomalies), row


@settings(max_examples=25, deadline=None)
@given(SHAPES, st.lists(st.sampled_from([(0.0, 1.0), (-2.0, 5.0), (0.0, 1200.0)]), min_size=1, max_size=4))
def test_equals_river(shape, ranges):
    anomaly = pytest.importorskip("river.anomaly")
    limits = {f"c{i}": limit for i, limit in enumerate(ranges)}
    model = anomaly.HalfSpaceTrees(*shape[:3], limits, shape[3])
    points = stream(shape[3], ranges)
    trace = configured(ranges, *shape).replay(times(points), points)
    for row, point in enumerate(points.tolist()):
        named = dict(zip(limits, point, strict=True))
        assert trace["fAnomalyScore"][row] == model.score_one(named)
        model.learn_one(named)


def test_the_figures_of_rivers_own_example():
    """Its documentation learns first and then scores, and shows three decimals."""
    fb = configured([(0.0, 1.0)], trees=5, height=3, window=3, seed=42)
    points = [0.5, 0.45, 0.43, 0.44, 0.445, 0.45, 0.0]
    for t, x in enumerate(points[:3], start=1):
        assert fb.SetChannelValue(1, x) and fb.Call(t)
    scores = []
    for t, x in enumerate(points, start=4):
        assert fb.SetChannelValue(1, x) and fb.Call(t) and fb.Call(t, bLearn=False)
        scores.append(round(fb.fAnomalyScore, 3))
    assert scores == [0.107, 0.071, 0.107, 0.107, 0.107, 0.071, 0.853]


def test_figures_of_river_0_26_1():
    """10 trees of height 6, window 20, seed 3; three channels that turn at different speeds."""
    turns = np.arange(80)[:, None] * [0.1, 0.37, 1.3]
    points = 0.5 + 0.45 * np.round(np.sin(turns), 6)
    trace = configured([(0.0, 1.0)] * 3, 10, 6, 20, 3).replay(times(points), points)
    assert trace["fAnomalyScore"][[19, 20, 33, 50, 79]].tolist() == [
        0.0,
        0.8892913385826772,
        0.9436220472440945,
        0.978740157480315,
        0.980236220472441,
    ]


def test_events_and_reset():
    fb = configured([(0.0, 1.0)], 10, 5, 10, 1)
    points = np.r_[np.full(25, 0.31), 0.95, 0.95, 0.31, 0.95]
    trace = fb.replay(times(points), points)
    assert np.flatnonzero(trace["bAnomaly"]).tolist() == [25, 26, 28]
    assert trace["fbTimeLastEvent"][[24, 25, 26, 28]].tolist() == [0, 26, 26, 29]
    assert fb.nNumAnomalies == 3 and not fb.bLearning
    assert fb.Reset() and fb.bLearning and fb.nNumAnomalies == 0
    assert fb.replay(times(points), points).tobytes() == trace.tobytes()


def test_no_cycle_does_the_work_of_a_window():
    """The swap of the masses costs nothing: at the end of a window a call writes as many bytes as any other."""
    fb = configured([(0.0, 1.0)], 3, 6, 4, 1)
    points = np.random.default_rng(1).random(40)
    written = []
    for t, x in enumerate(points, start=1):
        before = fb._buffer("mass").copy()
        fb.SetChannelValue(1, x)
        fb.Call(t)
        written.append(int((fb._buffer("mass") != before).reshape(-1, 2).any(axis=1).sum()))
    assert set(written) == {3 * 7}


def test_what_is_refused():
    fb = FB_ALY_HalfSpaceTrees(2)
    good = {"nNumTrees": 2, "nHeight": 3, "nWindowSize": 4, "nSeed": 0, "fThreshold": 0.5}
    refused(fb, fb.ConfigureChannel(3, 0.0, 1.0), 0x3010)
    refused(fb, fb.ConfigureChannel(1, 1.0, 1.0), 0x200C)
    refused(fb, fb.ConfigureChannel(1, 0.0, np.inf), 0x200C)
    for change, event_id in (
        ({"nNumTrees": 0}, 0x2011),
        ({"nHeight": 0}, 0x2011),
        ({"nHeight": 25}, 0x2011),
        ({"nWindowSize": 0}, 0x200D),
        ({"nWindowSize": 2**31}, 0x200D),
        ({"fThreshold": np.nan}, 0x201A),
        ({"fLowerLimit": 2.0}, 0x200C),
        ({"nNumTrees": 2**32 - 1, "nHeight": 24}, 0x2001),
        ({"fLowerLimit": 1e15, "fUpperLimit": 1e15 + 1, "nHeight": 8}, 0x200C),
    ):
        refused(fb, fb.Configure(**good | change), event_id)
    empty = FB_ALY_HalfSpaceTrees(0)
    refused(empty, empty.Configure(**good), 0x100C)


def test_air_quality_gives_the_alerts_of_the_source():
    """Spec: 10 trees, height 8, window 72, seed 11, limits 0..1200, alert above 0.7, gaps filled with the mean."""
    from alycat.blocks import E_ALY_Imputation, FB_ALY_StatImputer

    data = json.loads(shared_data("airquality/purpleair_data.json").read_text())
    column = data["fields"].index("pm1.0_cf_1")
    values = np.array([row[column] for row in data["data"]], float)
    imputer = FB_ALY_StatImputer(1)
    assert imputer.Configure(E_ALY_Imputation.Mean)
    values = imputer.replay(None, values)["pArrayOut"]
    assert imputer.nImputedTotal == 31
    trace = configured([(0.0, 1200.0)], 10, 8, 72, 11).replay(times(values), values)
    alerts = np.flatnonzero(trace["bAnomaly"])
    assert len(alerts) == 1062 and alerts[:2].tolist() == [73, 77]
    assert np.round(trace["fAnomalyScore"][alerts[:2]], 6).tolist() == [0.823135, 0.836008]
    assert values[alerts].min() == 12.8 and set(np.flatnonzero(values > 100)) <= set(alerts)
