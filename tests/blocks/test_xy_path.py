"""The blocks of XY paths: against exact references (polygons: shapely), and what a user sees."""

import numpy as np
import pytest
from block_streams import refused
from hypothesis import assume
from hypothesis import strategies as st
from oracle import xy_path as oracle
from oracle.comparing import S, agreement

from alycat.blocks import (
    E_ALY_Classification_2Cls,
    E_ALY_GateMode,
    FB_ALY_XyGateMonitor_2Ch,
    FB_ALY_XyShapeMonitor_Circle_2Ch,
    FB_ALY_XyShapeMonitor_Rectangle_2Ch,
    FB_ALY_XyShapeMonitor_Triangle_2Ch,
    ST_ALY_XyPosition,
)
from alycat.runtime.testing import Setup, Stream

Gate, OK, NOK = E_ALY_GateMode, E_ALY_Classification_2Cls.OK, E_ALY_Classification_2Cls.NOK
halves = st.integers(-6, 6).map(lambda n: n / 2)
points = st.builds(ST_ALY_XyPosition, halves, halves)


def setups(**inputs):
    return st.builds(lambda **given: Setup(calls=(("Configure", given),)), **inputs)


@st.composite
def triangles(draw):
    a, b, c = draw(points), draw(points), draw(points)
    assume((b.X - a.X) * (c.Y - a.Y) != (b.Y - a.Y) * (c.X - a.X))
    return Setup(calls=(("Configure", {"stCorner1": a, "stCorner2": b, "stCorner3": c}),))


@st.composite
def gates(draw):
    a, b = draw(points), draw(points)
    assume(a != b)
    mode = draw(st.sampled_from(list(Gate)[1:]))
    return Setup(calls=(("Configure", {"eGateMode": mode, "stGatePos1": a, "stGatePos2": b}),))


def paths(cls, setup):
    """Points on a raster, where paths run along lines and through corners, or anywhere; arithmetic stays exact."""

    def path(seed, rows, raster):
        rng = np.random.default_rng(seed)
        places = rng.integers(-8, 9, (rows, 2)) / 2 if raster else np.round(rng.normal(0, 2, (rows, 2)) * 512) / 512
        inputs = {}
        if cls is FB_ALY_XyGateMonitor_2Ch:
            inputs = {"bStart": rng.random(rows) < 0.3, "bStop": rng.random(rows) < 0.1}
        times = np.cumsum(rng.integers(0, 3, rows) * S) + S
        return Stream(times.astype(np.uint64), places, inputs, f"path({seed}, {rows}, {raster})")

    return st.builds(path, st.integers(0, 2**32 - 1), st.just(50), st.booleans())


lengths = st.integers(1, 10).map(lambda n: n / 2)
test_circle = agreement(
    FB_ALY_XyShapeMonitor_Circle_2Ch,
    oracle.Circle,
    streams_of=paths,
    setups_of=setups(stCentre=points, fRadius=lengths),
)
test_rectangle = agreement(
    FB_ALY_XyShapeMonitor_Rectangle_2Ch,
    oracle.Rectangle,
    examples=40,
    streams_of=paths,
    setups_of=setups(stLowerLeftCorner=points, fLength_X=lengths, fLength_Y=lengths),
)
test_triangle = agreement(
    FB_ALY_XyShapeMonitor_Triangle_2Ch, oracle.Triangle, examples=40, streams_of=paths, setups_of=triangles()
)
test_gate = agreement(
    FB_ALY_XyGateMonitor_2Ch,
    oracle.Gate,
    examples=80,
    rel_tol=1e-13,
    abs_tol=1e-13,
    streams_of=paths,
    setups_of=gates(),
)


def gate(mode=Gate.IntersectGate):
    fb = FB_ALY_XyGateMonitor_2Ch()
    assert fb.Configure(mode, (0.0, 0.0), (0.0, 4.0))
    return fb


def walk(fb, *path, stop=True):
    """A period over the points of a path; the outputs after its last call."""
    rows = len(path)
    flags = {"bStart": np.arange(rows) == 0, "bStop": np.arange(rows) == (rows - 1 if stop else -1)}
    times = int(fb._m.last_ns) + np.arange(1, rows + 1, dtype=np.uint64)
    return fb.replay(times, np.array(path, float), **flags)


@pytest.mark.parametrize(
    ("path", "gates_crossed", "outliers"),
    [
        ([(1, 2), (-1, 2)], 1, 0),  # the gate points up: counter-clockwise around its foot is from right to left
        ([(-1, 2), (1, 2)], 0, 0),
        ([(1, 5), (-1, 5)], 0, 1),
        ([(-1, 5), (1, 5)], 0, 0),
        ([(-1, -1), (1, -1)], 0, 1),  # below the first point the rotation goes the other way
        ([(1, -1), (-1, -1)], 0, 0),
        ([(1, 4), (-1, 4)], 1, 0),
        ([(1, 0), (-1, 0)], 1, 0),
        ([(1, 2), (0, 2), (1, 2)], 0, 0),
        ([(1, 2), (0, 2), (-1, 2)], 1, 0),
        ([(0, 2), (-1, 2)], 0, 0),
    ],
)
def test_directions(path, gates_crossed, outliers):
    last = walk(gate(), *path)[-1]
    assert (last["nCountGateIntersections"], last["nCountOutlierIntersections"]) == (gates_crossed, outliers)


@pytest.mark.parametrize(
    ("mode", "by_gate", "by_outlier", "by_none"),
    [
        (Gate.IntersectGate, OK, NOK, NOK),
        (Gate.NotIntersectGate, NOK, OK, OK),
        (Gate.IntersectProjection, NOK, OK, NOK),
        (Gate.NotIntersectProjection, OK, NOK, OK),
        (Gate.IntersectGateOrProjection, OK, OK, NOK),
    ],
)
def test_modes(mode, by_gate, by_outlier, by_none):
    fb = gate(mode)
    assert fb.eClassification == E_ALY_Classification_2Cls.NotInitialized
    for verdict, height in ((by_gate, 3), (by_outlier, 6)):
        walk(fb, (1, height), (-1, height))
        assert fb.eClassification == verdict and not fb.bExecuting and fb.bNewResult
    walk(fb, (1, 1), (2, 1))
    assert fb.eClassification == by_none
    assert fb.nCountGateIntersections == 1 and fb.nCountOutlierIntersections == 1
    assert (fb.fPosIntersectionX, fb.fPosIntersectionY) == (0.0, 6.0)


def test_a_period_that_begins_on_the_line_has_no_side_yet():
    fb = gate()
    walk(fb, (1, 2), (2, 2))  # what was on the right before the period does not count
    walk(fb, (0, 2), (-1, 2))
    assert fb.nCountGateIntersections == 0
    walk(fb, (0, 2), (1, 2), (0, 2), (-1, 2))
    assert fb.nCountGateIntersections == 1


def test_only_a_running_period_counts():
    fb = gate()
    fb.SetChannelValue(1, 1.0)
    fb.SetChannelValue(2, 2.0)
    assert fb.Call(False, False, 1)
    fb.SetChannelValue(1, -1.0)
    assert fb.Call(True, False, 2) and fb.bExecuting and fb.nCountGateIntersections == 0
    fb.SetChannelValue(1, 1.0)
    assert fb.Call(True, False, 3)
    fb.SetChannelValue(1, -1.0)
    assert fb.Call(True, True, 4) and not fb.bExecuting and fb.nCountGateIntersections == 1
    assert fb.Call(True, True, 5) and not fb.bExecuting


def test_a_visit_between_two_calls_counts_twice():
    fb = FB_ALY_XyShapeMonitor_Circle_2Ch()
    assert fb.Configure((4.0, 2.0), 1.5)
    path = np.array([[0, 2], [8, 2], [8, 3.5], [0, 3.5], [4, 3.5], [4, 9]])
    trace = fb.replay(np.arange(1, 7), path)
    assert trace["nCountIntersections"].tolist() == [0, 2, 2, 2, 3, 4]
    assert trace["bWithinShape"].tolist() == [False] * 4 + [True, False]


def test_configurations_that_are_refused():
    fb, bad = FB_ALY_XyGateMonitor_2Ch(), (np.nan, 0.0)
    refused(fb, fb.Configure(0, (0, 0), (1, 1)), 0x201C)
    refused(fb, fb.Configure(1, (1, 1), (1, 1)), 0x200C, "both gate points")
    refused(fb, fb.Configure(1, (0, 0), (0, 1e-71)), 0x200C, "both gate points")
    refused(fb, fb.Configure(1, (1, 1), bad), 0x200C, "stGatePos2")
    circle = FB_ALY_XyShapeMonitor_Circle_2Ch()
    refused(circle, circle.Configure((0, 0), 0.0), 0x2017, "fRadius")
    refused(circle, circle.Configure(bad, 1.0), 0x200C, "stCentre")
    rectangle = FB_ALY_XyShapeMonitor_Rectangle_2Ch()
    refused(rectangle, rectangle.Configure((0, 0), 1.0, -1.0), 0x2017, "fLength_Y")
    refused(rectangle, rectangle.Configure((0, 1e17), 1.0, 1.0), 0x2017, "1 x 1 at 0, 1e+17: a length is lost")
    triangle = FB_ALY_XyShapeMonitor_Triangle_2Ch()
    refused(triangle, triangle.Configure((0, 0), (1, 1), (2, 2)), 0x200C, "on one line")
    assert circle.Configure((0, 0), 1.0)
    circle.SetChannelValue(1, 1e71)
    circle.SetChannelValue(2, 0.0)
    refused(circle, circle.Call(1), 0x300A, "channel 1 is 1e+71, values up to +-1e+70 are allowed")
