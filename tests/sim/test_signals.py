"""Signals and faults: the same bits one by one and many at once, in any order, in any process."""

import math
import subprocess
import sys

import numpy as np
import pytest

from alycat.runtime import Plc
from alycat.runtime.errors import PlcError, RangeError, UnknownName, WrongType
from alycat.sim import faults, plants
from alycat.sim.noise import Chance, Noise
from alycat.sim.signals import Constant, OperatingPoints, Product, Pulse, Ramp, Sine, Sum, Switch, Whole

S, MS = 10**9, 10**6
NOISE = Noise(0.5, seed=3, name="n", every="10ms")
POINTS = OperatingPoints((1, 3, 2.5), ("2s", "1s", "3s"), change="200ms")
SIGNALS = {
    "constant": Constant(4.5),
    "ramp": Ramp(0.3),
    "ramp that ends": Ramp(-0.3, begin="3s", end="7s"),
    "sine": Sine(2.5, "1700ms", phase=0.3),
    "square": Pulse(1, -1, "300ms"),
    "pulse": Pulse(5, 0, "1s", width="20ms", begin="2s"),
    "points": POINTS,
    "steps": OperatingPoints((1, 2), ("1s", "1s")),
    "noise": NOISE,
    "chance": Chance(0.3, seed=1),
    "sum": 2 + POINTS * 0.5 + NOISE - Ramp(0.1),
    "product": Sine(1, "3s") * NOISE,
    "switch": Switch(Pulse(1, 0, "1s"), POINTS, 7),
    "whole": Whole(POINTS * 3.3),
    "stuck": faults.stuck(NOISE, "2s", "6s"),
    "offset": faults.offset(NOISE, 3, "2s", growth="3s", end="8s"),
    "drift": faults.drift(NOISE, 0.7, "2s", "8s"),
    "spikes": faults.spikes(NOISE, 9, "2s", seed=4, probability=0.2),
    "noise burst": faults.noise_burst(NOISE, 2, "2s", seed=4, growth="1s", end="7s"),
    "dropout": faults.dropout(NOISE, "2s", "7s", probability=0.5, seed=9),
    **{f"{name} {c}": s for name, make in plants.PLANTS.items() for c, s in make(fault_begin="3s").channels.items()},
}
ROUND_TIMES = [k * S // 2 for k in range(-4, 26)]
ODD_TIMES = np.random.default_rng(1).integers(-3 * S, 15 * S, 400).tolist()
TIMES = np.array(ROUND_TIMES + ODD_TIMES + [k + d for k in ROUND_TIMES for d in (-1, 1)])


@pytest.mark.parametrize("name", SIGNALS)
def test_many_at_once_are_the_same_bits_as_one_by_one(name):
    signal = SIGNALS[name]
    one_by_one = np.array([float(signal.sample(int(t))) for t in TIMES])
    assert signal.samples(TIMES).tobytes() == one_by_one.tobytes()
    backwards = np.array([float(signal.sample(int(t))) for t in TIMES[::-1]])
    assert backwards.tobytes() == one_by_one[::-1].tobytes()


def test_samples_keeps_the_shape_and_takes_whole_numbers_only():
    assert NOISE.samples(TIMES[:12].reshape(3, 4)).shape == (3, 4)
    assert NOISE.samples(np.array([], np.int64)).shape == (0,)
    assert NOISE.samples(np.array([5], np.uint64)) == NOISE.sample(5)
    with pytest.raises(WrongType, match="float64"):
        NOISE.samples([0.5])


def test_another_process_gives_the_same_values():
    code = (
        "from alycat.sim.plants import pump; p = pump(seed=5).starting('2025-01-01');"
        "print([p[c].sample(789004800 * 10**9 + k * 10**8).hex() for c in ('flow', 'pressure') for k in range(50)])"
    )
    runs = [
        subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, env={"PYTHONHASHSEED": seed})
        for seed in ("1", "2")
    ]
    plant = plants.pump(seed=5)
    here = [plant[c].sample(k * 10**8).hex() for c in ("flow", "pressure") for k in range(50)]
    assert runs[0].stdout == runs[1].stdout == f"{here}\n"


# --- what the values are ---------------------------------------------------------------------------------------------


def test_simple_signals():
    assert [Ramp(0.5, begin="2s", end="4s").sample(t * S) for t in (-1, 2, 3, 4, 9)] == [0, 0, 0.5, 1, 1]
    square = Pulse(1, 0, "1s", begin="1s")
    assert [square.sample(t * S // 4) for t in (0, 3, 4, 5, 6, 7, 8)] == [0, 0, 1, 1, 0, 0, 1]
    assert [POINTS.sample(t * S) for t in (0, 1, 2.5, 4, 6.5, 8.5)] == [1, 1, 3, 2.5, 1, 3]
    assert POINTS.sample(2 * S) == 1 and POINTS.sample(2 * S + 100 * MS) == 2
    assert [POINTS.state(t * S) for t in (-5, 0, 2, 3, 6)] == [0, 0, 1, 2, 0]
    assert Whole(2.5).sample(0) == 2 and type(Whole(2.5).sample(0)) is int
    assert Sum(1, 2, 3).sample(0) == 6 and Product(2, 4).sample(0) == 8


def test_the_sine_is_one():
    times = np.arange(0, 2 * S, 997_001)
    assert np.abs(Sine(1, "1s").samples(times) - np.sin(2 * np.pi * times / S)).max() < 4e-15
    assert Sine(1, "1s", phase=0.25).sample(0) == pytest.approx(1, abs=1e-15)


def test_noise_is_normal_white_and_independent():
    times = np.arange(200_000) * MS
    first, other = Noise(2, seed=1).samples(times), Noise(2, seed=1, name="b").samples(times)
    assert abs(first.mean()) < 0.02 and abs(first.std() - 2) < 0.01
    for sigmas, share in ((1, 0.3173), (2, 0.0455), (3, 0.0027)):
        assert (np.abs(first) > 2 * sigmas).mean() == pytest.approx(share, rel=0.1)
    assert abs(np.corrcoef(first[1:], first[:-1])[0, 1]) < 0.01
    for independent in (other, Noise(2, seed=2).samples(times)):
        assert abs(np.corrcoef(first, independent)[0, 1]) < 0.01
    assert Chance(0.1, seed=1).samples(times).mean() == pytest.approx(0.1, rel=0.05)


def test_noise_holds_between_its_values():
    noise = Noise(1, seed=1, every="10ms")
    assert noise.sample(0) == noise.sample(9_999_999) != noise.sample(10 * MS)


def test_noise_is_the_same_in_all_versions():
    assert [round(Noise(1, seed=1).sample(k * MS), 12) for k in (0, 1, 2000, -1)] == [
        0.956427656228,
        -0.169664622984,
        1.310121697803,
        0.109470523599,
    ]


# --- faults ----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", ["stuck", "offset", "spikes", "noise burst", "dropout", "drift"])
def test_before_its_begin_a_fault_changes_nothing(name):
    times = np.arange(0, 2 * S, 10 * MS)
    faulty, healthy = SIGNALS[name].samples(times), NOISE.samples(times)
    assert np.array_equal(faulty, healthy)
    after = np.arange(2 * S + 500 * MS, 5 * S, 10 * MS)
    assert not np.array_equal(SIGNALS[name].samples(after), NOISE.samples(after), equal_nan=True)


@pytest.mark.parametrize("name", ["stuck", "offset", "noise burst", "dropout"])
def test_after_its_end_neither(name):
    times = np.arange(8 * S, 9 * S, 10 * MS)
    assert np.array_equal(SIGNALS[name].samples(times), NOISE.samples(times))


def test_what_faults_do():
    level = Constant(5)
    assert faults.offset(level, 2, "1s", growth="2s").samples(np.arange(5) * S).tolist() == [5, 5, 6, 7, 7]
    assert faults.drift(level, 0.5, "1s", end="3s").samples(np.arange(5) * S).tolist() == [5, 5, 5.5, 6, 6]
    assert faults.stuck(Ramp(1), "2s", "4s").samples(np.arange(6) * S).tolist() == [0, 1, 2, 2, 4, 5]
    assert math.isnan(faults.dropout(level, "1s").sample(S))
    spiky = faults.spikes(level, 9, "0s", seed=1, probability=0.1).samples(np.arange(10_000) * 10 * MS)
    assert set(spiky.tolist()) == {5, 14} and (spiky == 14).mean() == pytest.approx(0.1, rel=0.15)


def test_mistakes_are_named():
    for wrong, message in (
        (lambda: Sine(1, "0s"), "period: '0s' must be more than 0"),
        (lambda: Ramp(1, begin="3s", end="2s"), "end: '2s' lies before"),
        (lambda: OperatingPoints((1, 2), ("1s",)), "2 values and 1 dwell times"),
        (lambda: OperatingPoints((1, 2), ("1s", "2s"), change="1500ms"), "change"),
        (lambda: Chance(1.5, seed=1), r"1.5 is outside 0\.\.1"),
        (lambda: Pulse(1, 0, "1s", width="2s"), "width"),
    ):
        with pytest.raises(RangeError, match=message):
            wrong()
    with pytest.raises(WrongType, match="'x' is neither a signal nor a number"):
        Sum(1, "x")


# --- plants and their start ------------------------------------------------------------------------------------------


def test_a_plant_starts_with_its_plc():
    plc = Plc(start="2025-06-01T12:00:00Z")
    plant = plants.pump(seed=2).starting(plc)
    assert plant["flow"].sample(plc.start_ns + 5 * S) == plants.pump(seed=2)["flow"].sample(5 * S)
    assert plant["flow"].name == "pump.flow"
    assert plant["flow"].samples(np.array([plc.start_ns])) == plant["flow"].sample(plc.start_ns)


def test_before_the_first_run_there_is_no_start():
    signal = Ramp(1).starting(Plc(name="Line1"), "level")
    with pytest.raises(PlcError, match="level: starts with Line1, which has not run yet"):
        signal.sample(0)


def test_a_channel_that_is_not_there():
    with pytest.raises(UnknownName, match="pump has no channel 'speed'; it has flow, pressure"):
        plants.pump()["speed"]


@pytest.mark.parametrize("name", plants.PLANTS)
def test_a_plants_fault_begins_when_it_says(name):
    faulty, healthy = plants.PLANTS[name](fault_begin="100s"), plants.PLANTS[name](fault_begin="10d")
    assert faulty.fault_begin_ns == 100 * S and faulty.fault
    before, after = np.arange(0, 100 * S, 10 * MS), np.arange(100 * S, 300 * S, 10 * MS)
    for channel in faulty.channels:
        assert np.array_equal(faulty[channel].samples(before), healthy[channel].samples(before))
    assert any(
        np.abs(faulty[channel].samples(after) - healthy[channel].samples(after)).max() > 1
        for channel in faulty.channels
    )


def test_a_number_minus_a_signal():
    times = np.arange(0, 10**10, 10**9)
    assert (1.0 - Ramp(0.25)).samples(times).tolist() == [1.0 - t / 4e9 for t in times.tolist()]
    assert (1.0 - Ramp(0.25)).sample(2 * 10**9) == 0.5
