"""FB_ALY_ArrayStatistics against its oracle and the examples of the manual."""

import numpy as np
import pytest
from block_streams import refused
from hypothesis import given, settings
from hypothesis import strategies as st
from oracle import array_statistics as oracle

from alycat.blocks import FB_ALY_ArrayStatistics
from alycat.runtime import RangeError, WrongType

levels = st.lists(st.integers(-6, 6).map(float), min_size=1, max_size=14)
numbers = st.lists(st.floats(-1e3, 1e3, width=32), min_size=1, max_size=25)
parameters = st.tuples(
    st.booleans(), st.sampled_from([0.0, 1.0, 1.5, 3.0]), st.sampled_from([0.0, 1.0, 2.5, 9.0]), st.sampled_from([0, 1])
)


def call(fb, values):
    array = np.array(values, float)
    assert fb.Call(array, array.nbytes), fb.ipResultMessage
    return fb


@settings(max_examples=200, deadline=None)
@given(levels | numbers, parameters)
def test_equals_the_oracle(values, chosen):
    fb = FB_ALY_ArrayStatistics()
    assert fb.Configure(*chosen)
    call(fb, values)
    scale = max(map(abs, values))
    for name, want in oracle.expected(values, *chosen).items():
        got = getattr(fb, name)
        assert got == pytest.approx(want, rel=1e-14, abs=2e-15 * scale if isinstance(want, float) else 0), name


def counted(values, threshold):
    fb = FB_ALY_ArrayStatistics()
    fb.Configure(False, threshold, 0.0, 1)
    call(fb, values)
    return fb.nCountPeaks, fb.nCountValleys


def test_reversals_as_the_manual_draws_them():
    """(a) a fall beyond the threshold, (b) one within it before it rises again, (c) one in several steps."""
    assert counted([0, 2, 4, 1], 2.0) == (1, 0)
    assert counted([0, 2, 4, 3, 6], 2.0) == (0, 0)
    assert counted([0, 4, 3, 2.5, 1], 2.0) == (1, 0)
    assert counted([0, 4, 2, 2, 2], 2.0) == (0, 0)
    assert counted(np.sin(np.linspace(0, 6 * np.pi, 300)), 0.5) == (3, 3)


def test_steps():
    fb = FB_ALY_ArrayStatistics()
    fb.Configure(False, 10.0, 0.5, 0)
    call(fb, [0, 0.2, -1.06, -1.0])
    assert (fb.fMaxDelta, fb.nIdxMaxDelta) == (pytest.approx(-1.26), 2)
    call(fb, [0, 0.2, 0.4])
    assert (fb.fMaxDelta, fb.nIdxMaxDelta) == (0.0, -1)
    call(fb, [0, 10, 20.2, 30])  # steep, but the steps differ by less than the threshold: (b) of the manual
    assert (fb.fMaxDelta, fb.nIdxMaxDelta) == (0.0, -1)
    for jump in ([0, 5, 5, 5], [0, 0, 5, 5], [0, 0, 0, 5]):
        call(fb, jump)
        assert (fb.fMaxDelta, fb.nIdxMaxDelta) == (5.0, jump.index(5))
    fb.Configure(False, 0.1, 5.0, 1)
    call(fb, [0, 2, 1, 3, 0])
    assert (fb.fMaxDelta, fb.nIdxMaxDelta) == (2.0, 4)


def test_far_from_zero():
    noise = np.round(np.random.default_rng(3).normal(size=100_000) * 2**20) / 2**20
    fb = FB_ALY_ArrayStatistics()
    fb.Configure(True, 0.5, 0.5, 1)
    call(fb, 2.0**30 + noise)
    assert fb.fStandardDeviation == pytest.approx(np.std(noise, ddof=1), rel=1e-11)


def test_arrays_that_are_refused():
    fb = FB_ALY_ArrayStatistics()
    array = np.arange(4.0)
    refused(fb, fb.Call(array, 32), 0x3007)
    fb.Configure(False, 0, 0, 1)
    refused(fb, fb.Call(None, 32), 0x3002)
    refused(fb, fb.Call(array, 0), 0x3003)
    refused(fb, fb.Call(array, 12), 0x3003, "whole number")
    refused(fb, fb.Call(array.astype(np.float32), 16), 0x3011, "LREAL is needed")
    refused(fb, fb.Call(np.array([1, np.nan]), 16), 0x3003, "element 2 of pArrayIn is nan")
    refused(fb, fb.Call(np.array([1, 2e140]), 16), 0x300A, "element 2 of pArrayIn is 2e+140, within +-1e+140")
    with pytest.raises(RangeError, match="size 40"):
        fb.Call(array, 40)
    with pytest.raises(WrongType, match="numpy array"):
        fb.Call([1.0], 8)
    assert fb.Call(array, 16) and fb.fMax == 1.0
    array[0] = 9.0
    assert fb.Call(array, 16) and fb.fMax == 9.0
    for bad in (-1.0, np.nan):
        refused(fb, fb.Configure(False, bad, 0, 1), 0x201A, "fThresholdReversal")
    refused(fb, fb.Configure(False, 0, np.inf, 1), 0x201A, "fThresholdDelta")
    fb.Configure(False, 0, 0, 2**31 - 2)
    assert fb.Call(array, 16)
    refused(fb, fb.Call(array, 24), 0x3003)


def test_replay_needs_a_matrix():
    fb = FB_ALY_ArrayStatistics()
    fb.Configure(False, 0, 0, 1)
    assert fb.replay(None, np.arange(6.0).reshape(2, 3))["fSum"].tolist() == [3.0, 12.0]
    for wrong in (np.arange(3.0), np.empty((2, 0)), [["a", "b"]]):
        with pytest.raises(WrongType, match="a matrix of numbers"):
            fb.replay(None, wrong)
