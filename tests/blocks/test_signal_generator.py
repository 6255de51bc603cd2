"""FB_ALY_SignalGenerator_1Ch: against exact fractions; wave forms; no drift."""

import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from oracle.signal_generator import SignalGenerator

from alycat.blocks import E_ALY_FunctionType, FB_ALY_SignalGenerator_1Ch

WAVES = list(E_ALY_FunctionType)[1:]


@settings(max_examples=60, deadline=None)
@given(st.sampled_from((1, 2, 3)), st.integers(1, 64), st.integers(0, 200), st.floats(-9, 9), st.floats(-9, 9))
def test_continuous_waves_agree_with_exact_phases(shape, rate, frequency, amplitude, offset):
    fb, reference = FB_ALY_SignalGenerator_1Ch(), SignalGenerator(shape, rate, frequency, amplitude, offset)
    assert fb.Configure(shape, rate, frequency, amplitude, offset)
    found = fb.replay(np.arange(200))["fSignal"]
    np.testing.assert_allclose(found, [reference.call()["fSignal"] for _ in range(200)], rtol=0, atol=1e-11)


@pytest.mark.parametrize(
    ("wave", "signal"),
    [
        (E_ALY_FunctionType.Constt, [3] * 8),
        (E_ALY_FunctionType.Triangle, [1, 2, 3, 2, 1, 0, -1, 0]),
        (E_ALY_FunctionType.Rectangle, [3, 3, 3, 3, -1, -1, -1, -1]),
        (E_ALY_FunctionType.Sawtooth, [1, 1.5, 2, 2.5, -1, -0.5, 0, 0.5]),
    ],
)
def test_wave_forms(wave, signal):
    fb = FB_ALY_SignalGenerator_1Ch()
    assert fb.Configure(wave, 8, 1, 2, 1)
    assert fb.replay(np.arange(16))["fSignal"].tolist() == signal * 2


def test_the_phase_does_not_drift():
    fb = FB_ALY_SignalGenerator_1Ch()
    assert fb.Configure(E_ALY_FunctionType.Sine, 1000, 50, 1, 0)
    found = fb.replay(np.arange(10_000_000))["fSignal"]
    assert found[-20:].tolist() == found[:20].tolist()
    assert found[5] == math.sin(math.pi / 2)


def test_what_configure_refuses():
    fb = FB_ALY_SignalGenerator_1Ch()
    for inputs, event_id in (
        ((0, 1, 1, 1, 1), 0x2022),
        ((2, 0, 1, 1, 1), 0x200E),
        ((2, 1, -1, 1, 1), 0x200E),
        ((2, 1, 1, math.nan, 1), 0x200C),
        ((2, 1, 1, 1, math.inf), 0x200C),
    ):
        assert not fb.Configure(*inputs) and fb.ipResultMessage.nEventId == event_id
