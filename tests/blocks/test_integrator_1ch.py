"""FB_ALY_Integrator_1Ch against its oracle and against scipy."""

import functools

import numpy as np
import pytest
from block_streams import compare, refused, signals
from hypothesis import given, settings
from hypothesis import strategies as st
from oracle import integrator_1ch

from alycat.blocks import E_ALY_IntegrationMode, FB_ALY_Integrator_1Ch


@settings(max_examples=60, deadline=None)
@given(signals(), st.booleans(), st.sampled_from([1.0, -0.1, 0.0, 1e12]))
def test_equals_the_oracle(signal, absolute, factor):
    fb = FB_ALY_Integrator_1Ch()
    assert fb.Configure(E_ALY_IntegrationMode.Absolute if absolute else E_ALY_IntegrationMode.Direct, factor)
    expected = functools.partial(integrator_1ch.expected, absolute=absolute, factor=factor)
    compare(fb, expected, signal, rel=1e-15)


def test_equals_scipy():
    integrate = pytest.importorskip("scipy.integrate")
    rng = np.random.default_rng(3)
    times = np.cumsum(rng.integers(1, 10**8, 2000)).astype(np.uint64)
    x = rng.normal(size=2000)
    fb = FB_ALY_Integrator_1Ch()
    fb.Configure(E_ALY_IntegrationMode.Direct, 2.0)
    wanted = 2 * integrate.cumulative_trapezoid(x, times / 1e9, initial=0)
    np.testing.assert_allclose(fb.replay(times, x)["fResult"], wanted, rtol=1e-9, atol=1e-9)


def test_parameters_and_results_that_are_refused():
    fb = FB_ALY_Integrator_1Ch()
    refused(fb, fb.Configure(E_ALY_IntegrationMode.NotInitialized, 1.0), 0x2005)
    refused(fb, fb.Configure(E_ALY_IntegrationMode.Direct, float("nan")), 0x200C)
    fb.Configure(E_ALY_IntegrationMode.Direct, 1e200)
    for t, x in ((1, 0.0), (10**9, 1e10)):
        fb.SetChannelValue(x)
        assert fb.Call(tTimestamp=t)
    before = fb.fResult
    fb.SetChannelValue(1e139)
    refused(fb, fb.Call(tTimestamp=2 * 10**9), 0x300A)
    assert fb.fResult == before
    fb.SetChannelValue(0.0)
    assert fb.Call(tTimestamp=2 * 10**9) and fb.fResult == pytest.approx(2 * before, rel=1e-9)
