"""FB_ALY_StepResponse_1Ch: against its reference, and against plants whose times are known."""

import math

import numpy as np
import pytest
from hypothesis import strategies as st
from oracle.comparing import agreement
from oracle.step_response import StepResponse

from alycat.blocks import FB_ALY_StepResponse_1Ch
from alycat.runtime.testing import Stream

MS = 10**6
S = 10**9


def loops(cls, setup):
    """A plant that follows a setpoint which jumps now and then, with noise."""

    def stream(seed, rows):
        rng = np.random.default_rng(seed)
        setpoint = np.repeat(rng.integers(-3, 4, rows), rng.integers(1, 25, rows))[:rows].astype(float)
        value, speed, values = 0.0, 0.0, []
        for target in setpoint:
            speed += 0.3 * (target - value) - 0.5 * speed
            value += speed
            values.append(value + rng.normal(0, 0.02))
        steps = rng.integers(0, 3, rows).astype(np.uint64) * np.uint64(10 * MS)
        return Stream(np.uint64(S) + np.cumsum(steps), np.column_stack([values, setpoint]), origin=f"loops({seed})")

    return st.builds(stream, st.integers(0, 2**32), st.integers(1, 80))


test_agrees_with_the_reference = agreement(FB_ALY_StepResponse_1Ch, StepResponse, streams_of=loops)
test_agrees_on_any_stream = agreement(FB_ALY_StepResponse_1Ch, StepResponse)


def identified(response, step_size=1.0, tolerance=0.05, threshold=0.001):
    """The block after a step at 1 s and 40 s of the response, in calls of 1 ms."""
    times = np.arange(1, 41_000, dtype=np.uint64) * np.uint64(MS)
    seconds = times.astype(float) / 1e9 - 1.0
    values = np.where(seconds > 0, step_size * response(np.maximum(seconds, 0.0)), 0.0)
    setpoint = np.where(seconds >= 0, step_size, 0.0)
    fb = FB_ALY_StepResponse_1Ch()
    assert fb.Configure(threshold, False, tolerance)
    return fb, fb.replay(times, np.column_stack([values, setpoint]))


def test_two_equal_lags():
    fb, _ = identified(lambda t: 1 - (1 + t) * np.exp(-t))
    assert fb.fbEquivalentDeadTime.nRaw / S == pytest.approx(3 - math.e, rel=2e-3)
    assert fb.fbEquivalentTimeConstant.nRaw / S == pytest.approx(math.e, rel=1e-3)
    assert fb.bExecuting and fb.fbSettlingTime.nRaw == 0 and fb.fbTimeMax.nRaw == 0  # it creeps up


@pytest.mark.parametrize("size", [1.0, -2.0])
def test_an_oscillating_plant(size):
    damping = 0.4
    ring = math.sqrt(1 - damping**2)

    def response(t):
        return 1 - np.exp(-damping * t) * (np.cos(ring * t) + damping / ring * np.sin(ring * t))

    fb, _ = identified(response, size, 0.05 * abs(size))
    assert not fb.bExecuting
    assert fb.fbTimeMax.nRaw / S - 1.0 == pytest.approx(math.pi / ring, abs=2e-3)
    seconds = np.arange(0, 40, 0.001)
    outside = np.flatnonzero(np.abs(response(seconds) - 1) > 0.05)
    assert fb.fbSettlingTime.nRaw / S == pytest.approx(seconds[outside[-1]], abs=3e-3)


def test_a_setpoint_inside_the_band_starts_nothing():
    fb = FB_ALY_StepResponse_1Ch()
    assert fb.Configure(0.0, True, 10.0)
    for t, setpoint, executing in ((1, 100.0, False), (2, 110.0, False), (3, 110.5, True), (4, 115.0, True)):
        fb.set_channel_values([0.0, setpoint])
        assert fb.Call(t) and fb.bExecuting == executing
    assert fb.fError == -115.0


@pytest.mark.parametrize("bad", [(-1.0, False, 0.0), (0.0, True, np.nan)])
def test_parameters_are_checked(bad):
    fb = FB_ALY_StepResponse_1Ch()
    assert not fb.Configure(*bad) and fb.ipResultMessage.nEventId == 0x201A


def test_values_that_cannot_be_calculated_with_are_named():
    fb = FB_ALY_StepResponse_1Ch()
    assert fb.Configure(0.0, True, 10.0) and fb.SetChannelValue(1, 0.0) and fb.SetChannelValue(2, 1e300)
    assert not fb.Call(1) and fb.ipResultMessage.nEventId == 0x300A
    assert "channel 2 is 1e+300, values up to +-1e+290 are allowed" in fb.ipResultMessage.sEventText


def test_a_value_that_is_at_the_new_setpoint_already_has_no_overshoot():
    fb = FB_ALY_StepResponse_1Ch()
    assert fb.Configure(0.1, False, 0.01)
    values = [(0.0, 0.0), (5.0, 5.0), (7.0, 5.0), (6.0, 5.0), (8.0, 5.0), (4.0, 5.0)]
    trace = fb.replay(np.arange(1, 7), values)
    assert trace["bExecuting"].tolist() == [False] + [True] * 5
    assert fb.fbTimeMax.nRaw == fb.fbEquivalentDeadTime.nRaw == fb.fbEquivalentTimeConstant.nRaw == 0
