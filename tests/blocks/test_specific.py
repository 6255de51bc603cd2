"""Wind turbulence and XTS movers: against their references, and movements whose derivatives are known."""

import numpy as np
import pytest
from block_streams import refused
from hypothesis import given, settings
from hypothesis import strategies as st
from oracle import specific
from oracle.comparing import S, agreement, run

from alycat.blocks import (
    FB_ALY_WtTurbulence_1Ch,
    FB_ALY_XtsAccelerationAnalysis_1Ch,
    FB_ALY_XtsDistanceIntegrator_1Ch,
    FB_ALY_XtsMovementAnalysis,
    FB_ALY_XtsVelocityAnalysis_1Ch,
)
from alycat.runtime import WrongType
from alycat.runtime.testing import Setup, Stream

MS = 10**6
tracks = st.builds(lambda n: Setup(calls=(("Configure", {"nXtsLength": n}),)), st.integers(1, 12))


def laps(cls, setup):
    """Positions on a short track, some of them beyond its end, at steps of 0, 1 or 2 ms."""

    def stream(seed, rows):
        rng = np.random.default_rng(seed)
        times = S + np.cumsum(rng.integers(0, 3, rows)) * MS
        return Stream(times.astype(np.uint64), rng.integers(-30, 31, (rows, 1)) / 2, origin=f"laps({seed}, {rows})")

    return st.builds(stream, st.integers(0, 2**32), st.integers(1, 60))


with_tracks = {"streams_of": laps, "setups_of": tracks}
test_velocity_agrees = agreement(FB_ALY_XtsVelocityAnalysis_1Ch, specific.Velocity, **with_tracks)
test_acceleration_agrees = agreement(FB_ALY_XtsAccelerationAnalysis_1Ch, specific.Acceleration, **with_tracks)
test_distance_agrees = agreement(FB_ALY_XtsDistanceIntegrator_1Ch, specific.Distance, rel_tol=1e-15, **with_tracks)


@settings(max_examples=60, deadline=None)
@given(st.lists(st.floats(-30, 30, width=32), min_size=1, max_size=60), st.integers(1, 12))
def test_turbulence_agrees(values, cycles):
    fb, reference = FB_ALY_WtTurbulence_1Ch(), specific.Turbulence(cycles)
    assert fb.Configure(cycles)
    trace = run(fb, values)
    for row, value in enumerate(values):
        for name, expected in reference.call(row, [value]).items():
            tolerance = 0 if name == "fTurbulenceIntensity" and abs(trace["fMean"][row]) < 1e-6 else 1e-6
            if tolerance or name != "fTurbulenceIntensity":
                assert trace[name][row] == pytest.approx(expected, rel=1e-9, abs=1e-6)


def test_turbulence_far_from_zero():
    values = 1e9 + np.random.default_rng(1).normal(0, 1, 60_000)
    fb = FB_ALY_WtTurbulence_1Ch()
    assert fb.Configure(60_000)
    trace = run(fb, values, step=10 * MS)
    assert np.flatnonzero(trace["bNewResult"]).tolist() == [59_999]
    assert fb.fTurbulence == pytest.approx(np.std(values - 1e9), rel=1e-9)
    assert fb.fTurbulenceIntensity == fb.fTurbulence / fb.fMean


@pytest.mark.parametrize("speed", [8.3, 1 / 3, -0.1, 0.0])
def test_a_frozen_sensor_has_no_turbulence(speed):
    fb = FB_ALY_WtTurbulence_1Ch()
    assert fb.Configure(6_000)
    trace = run(fb, [7.0] * 3_000 + [speed] * 9_000)
    assert trace["fTurbulence"][5_999] > 0 == trace["fTurbulence"][-1] == trace["fTurbulenceIntensity"][-1]
    assert fb.fMean == pytest.approx(speed, rel=1e-15)


@settings(max_examples=40, deadline=None)
@given(st.data())
def test_movement_agrees(data):
    draw = data.draw
    length, factor = draw(st.integers(1, 50)), draw(st.sampled_from([1.0, -0.5, 2.0]))
    rate = draw(st.sampled_from([1.0, 100.0, 1000.0]))
    orders = draw(st.lists(st.integers(0, 3), min_size=4, max_size=4))
    constants = draw(st.lists(st.sampled_from([0.0, 0.001, 0.01, 1.0]), min_size=4, max_size=4))
    use1, use2 = (draw(st.lists(st.booleans(), min_size=4, max_size=4)) for _ in range(2))
    rows = np.random.default_rng(draw(st.integers(0, 2**32))).normal(0, 20, (draw(st.integers(1, 40)), 3))
    fb = FB_ALY_XtsMovementAnalysis()
    assert fb.Configure(length, factor, rate, orders, constants, use1, use2)
    trace = fb.replay(np.arange(1, len(rows) + 1), rows)
    for name, expected in specific.movement(rows.tolist(), length, factor, rate, orders, constants, use1, use2).items():
        if name == "fPositionFiltered":  # a rounding may lie on the other side of the joint
            difference = np.abs(trace[name] - expected)
            assert (np.minimum(difference, length - difference) < 1e-9).all()
        else:
            np.testing.assert_allclose(trace[name], expected, rtol=1e-9, atol=1e-9 * rate**3)


def test_a_mover_that_speeds_up():
    times = np.arange(1, 4001) * MS
    seconds = times / 1e9
    position = (500.0 * 3.0 * seconds**2) % 4000  # mm, at 3 m/s^2
    velocity, acceleration, distance = (
        cls()
        for cls in (
            FB_ALY_XtsVelocityAnalysis_1Ch,
            FB_ALY_XtsAccelerationAnalysis_1Ch,
            FB_ALY_XtsDistanceIntegrator_1Ch,
        )
    )
    for fb in (velocity, acceleration, distance):
        assert fb.Configure(nXtsLength=4000)
        fb.replay(times.astype(np.uint64), position)
    assert velocity.fVelocity == pytest.approx(12.0, rel=1e-3)
    assert acceleration.fAcceleration == pytest.approx(3.0, rel=1e-5)
    assert distance.fDistance == distance.fDistancePos == pytest.approx(24.0, rel=1e-6)
    assert distance.fDistanceNeg == 0


def test_distance_goes_on_after_a_restart_without_what_was_moved_meanwhile():
    fb, twin = FB_ALY_XtsDistanceIntegrator_1Ch(), FB_ALY_XtsDistanceIntegrator_1Ch()
    fb.bPersistent = twin.bPersistent = True
    assert fb.Configure(4000)
    run(fb, [0, 1000, 500])
    twin.inherit(fb.snapshot())
    assert twin.Configure(4000)
    trace = run(twin, [2000, 2100])  # moved by hand from 500 to 2000 while the Plc was off
    assert trace["fDistance"].tolist() == [1.5, 1.6] and trace["fDistancePos"].tolist() == [1.0, 1.1]
    assert trace["bNewResult"].tolist() == [False, True]


def test_constant_acceleration_behind_filters():
    fb = FB_ALY_XtsMovementAnalysis()
    assert fb.Configure(4000, 0.001, 1000.0, [1, 1, 1, 1], [0.01] * 4, [True] * 4, [False] * 4)
    seconds = np.arange(0, 2, 0.001)
    rows = np.column_stack([1e6 * (0.5 * 3.0 * seconds**2 % 4.0), np.ones_like(seconds), np.full_like(seconds, np.nan)])
    fb.replay(np.arange(1, len(rows) + 1), rows)
    assert fb.fAccelerationFiltered == pytest.approx(3.0, rel=1e-6) and abs(fb.fJerkRaw) < 1e-3
    assert fb.fExtSignal1Filtered == 1.0 and fb.fExtSignal2Filtered == 0.0


def test_refusals():
    for cls in (FB_ALY_XtsVelocityAnalysis_1Ch, FB_ALY_XtsDistanceIntegrator_1Ch):
        fb = cls()
        assert not fb.Configure(0) and fb.ipResultMessage.nEventId == 0x2017
    turbulence = FB_ALY_WtTurbulence_1Ch()
    assert not turbulence.Configure(0) and turbulence.ipResultMessage.nEventId == 0x200D
    good = (4000, 1.0, 1000.0, [1] * 4, [0.01] * 4, [True] * 4, [False] * 4)
    for place, value, code in (
        (0, 0, 0x2017),
        (1, 0.0, 0x201A),
        (2, -1.0, 0x200E),
        (3, [1, 11, 1, 1], 0x200D),
        (4, [0.0, 0.0, -1.0, 0.0], 0x200F),
    ):
        fb = FB_ALY_XtsMovementAnalysis()
        assert not fb.Configure(*good[:place], value, *good[place + 1 :]) and fb.ipResultMessage.nEventId == code
    assert fb.Configure(4000, 1e10, *good[2:])
    fb.set_channel_values([1e281, 0, np.nan])
    refused(fb, fb.Call(), 0x300A, "the position is 1e+291 mm, values up to +-1e+290 mm are allowed")
    velocity = FB_ALY_XtsVelocityAnalysis_1Ch()
    assert velocity.Configure(4000) and velocity.SetChannelValue(-2e290)
    refused(velocity, velocity.Call(1), 0x300A, "channel 1 is -2e+290, values up to +-1e+290 are allowed")
    with pytest.raises(WrongType, match="aFilterOrder: 3 is no ARRAY"):
        fb.Configure(*good[:3], 3, *good[4:])
