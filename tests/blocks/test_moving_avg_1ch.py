"""FB_ALY_MovingAvg_1Ch against its oracle and against pandas."""

import functools

import numpy as np
import pytest
from block_streams import compare, refused, signals
from hypothesis import given, settings
from hypothesis import strategies as st
from oracle import moving_avg_1ch

from alycat.blocks import E_ALY_MovingAvgStartupBehaviour, FB_ALY_MovingAvg_1Ch
from alycat.runtime import RangeError

STARTUPS = list(E_ALY_MovingAvgStartupBehaviour)[1:]


@settings(max_examples=80, deadline=None)
@given(signals(max_rows=80), st.integers(1, 24), st.sampled_from(STARTUPS))
def test_equals_the_oracle(signal, length, startup):
    fb = FB_ALY_MovingAvg_1Ch()
    assert fb.Configure(length, startup)
    expected = functools.partial(moving_avg_1ch.expected, length=length, startup=startup)
    compare(fb, expected, signal, rel=1e-15, scale=1e-9)


@pytest.mark.parametrize("length", [1, 2, 3, 64, 1001])
def test_equals_pandas(length):
    pandas = pytest.importorskip("pandas")
    x = np.random.default_rng(5).normal(size=5000)
    fb = FB_ALY_MovingAvg_1Ch()
    fb.Configure(length, E_ALY_MovingAvgStartupBehaviour.WaitUntilFilled)
    trace = fb.replay(None, x)
    rolling = pandas.Series(x).rolling(length)
    for name, wanted in {
        "fMovingAvg": rolling.mean(),
        "fMovingMin": rolling.min(),
        "fMovingMax": rolling.max(),
    }.items():
        np.testing.assert_allclose(trace[name], wanted.fillna(0.0), rtol=1e-10, atol=1e-13)


def test_parameters_that_are_refused():
    fb = FB_ALY_MovingAvg_1Ch()
    refused(fb, fb.Configure(0, STARTUPS[0]), 0x200D)
    refused(fb, fb.Configure(5, E_ALY_MovingAvgStartupBehaviour.NotInitialized), 0x200B)
    refused(fb, fb.Configure(2**31, STARTUPS[0]), 0x2001)
    with pytest.raises(RangeError, match="allowed are NotInitialized"):
        fb.Configure(5, 9)
    assert not fb.bConfigured
