"""FB_ALY_CorrelationFunctionReference: as FB_ALY_CorrelationFunction with the file as its reference."""

import numpy as np
import pytest
from block_setups import correlation_parameters
from block_streams import refused
from hypothesis import given, settings
from hypothesis import strategies as st
from learnt_files import store_path

from alycat.blocks import (
    E_ALY_CorrelationMode,
    E_ALY_WindowMode,
    FB_ALY_CorrelationFunction,
    FB_ALY_CorrelationFunctionReference,
)

Mode, Window = E_ALY_CorrelationMode, E_ALY_WindowMode
FILE = (200, 5000)  # nSegmentSize, tTimeout


def reading(points, *chosen):
    fb = FB_ALY_CorrelationFunctionReference(nNumChannels=chosen[3])
    assert fb.Configure(*chosen, *FILE, store_path(points, "Correlation.tas")), fb.ipResultMessage
    assert fb.SwitchState_Read()
    while fb.GetBusyState():
        assert fb.UpdateState(), fb.ipResultMessage
    assert fb.eState.name == "Read"
    return fb


@settings(max_examples=40, deadline=None)
@given(
    st.lists(st.integers(-9, 9).map(float), min_size=1, max_size=9), correlation_parameters(), st.integers(0, 2**32 - 1)
)
def test_equals_the_other_block(points, chosen, seed):
    fb, other = reading(points, *chosen), FB_ALY_CorrelationFunction(nNumChannels=chosen[3])
    size = len(points) if chosen[4] == Window.FixWindow else chosen[6]
    assert other.Configure(*chosen[:6], size)
    y = np.random.default_rng(seed).integers(-9, 9, (40, chosen[3])) / 2
    x = np.resize(points, 40)
    for first in (0, 13, 26):
        part = slice(first, first + 13)
        trace, wanted = fb.replay(None, y[part]), other.replay(None, np.column_stack([x, y])[part])
        assert trace["fValueRead"].tolist() == x[part].tolist()
        for name in ("bNewResult", *fb.traced):
            assert trace[name].tobytes() == wanted[name].tobytes(), name
        assert fb.coefficients_shown().tobytes() == other.coefficients_shown().tobytes()


def test_the_manuals_example_of_the_sign():
    """Largest at lag -10: the signals would have matched had the Reset come 10 calls earlier."""
    points = np.random.default_rng(1).normal(size=200)
    fb = reading(points, -20, 20, 1, 1, Window.FixWindow, Mode.Pearson, 0)
    machine = np.resize(points, 1000)[10:]  # it is 10 calls ahead of the file
    trace = fb.replay(None, machine)
    assert trace["nMaximizingLag"][-1, 0] == -10 and trace["fMaxCoef"][-1, 0] == pytest.approx(1.0)
    assert trace["bNewResult"].sum() == 990 // 200
    assert fb.Reset() and fb.eState.name == "Read"
    assert fb.replay(None, np.resize(points, 200))["nMaximizingLag"][-1, 0] == 0


def test_what_is_refused():
    fb, path = FB_ALY_CorrelationFunctionReference(nNumChannels=1), store_path([1.0, 2.0], "Correlation.tas")
    good = [-4, 4, 2, 1, Window.SlidingWindow, Mode.Pearson, 5]
    refused(fb, fb.Configure(*good, 0, 5000, path), 0x2014)
    refused(fb, fb.Configure(*good, 200, 0, path), 0x2015)
    refused(fb, fb.Configure(*good, 200, 5000, ""), 0x2013)
    refused(fb, fb.Configure(*good[:6], 0, 200, 5000, path), 0x200D)
    assert fb.Configure(*good, 200, 5000, path)
    fb.SetChannelValue(1, 1.0)
    refused(fb, fb.Call(), 0x3008, "Idle")
    store_path([1e200], "Correlation.tas")
    assert fb.SwitchState_Read() and fb.UpdateState()
    refused(fb, fb.UpdateState(), 0x300C, "values beyond +-1e140")
    assert fb.eState.name == "Idle"
