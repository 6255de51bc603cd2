"""Faults laid over a signal: each function takes a signal and returns the faulty one.

Times count from the signal's zero. A fault is there from `begin` until `end` (default: it stays), and where it has a
strength, that grows linearly from 0 to full within `growth` after the begin. Outside of that time the signal passes
unchanged, bit for bit.
"""

import math

import numpy as np

from alycat.runtime.dctime import Duration, parse_duration
from alycat.runtime.errors import RangeError

from .noise import Chance, Noise
from .signals import Constant, Product, Ramp, Signal, Sum, Switch, Times, Values, _not_before


class Course(Signal):
    """The strength of a fault over time, 0 to 1."""

    def __init__(self, begin: Duration, growth: Duration = 0, end: Duration | None = None) -> None:
        self.begin_ns, self.growth_ns = parse_duration(begin, "begin"), parse_duration(growth, "growth")
        self.length_ns = 2**62 if end is None else _not_before(end, self.begin_ns)
        if self.growth_ns < 0:
            raise RangeError(f"growth: {growth!r} is negative")

    def sample(self, t_ns: int) -> float:
        passed = t_ns - self.begin_ns
        if not 0 <= passed < self.length_ns:
            return 0.0
        return 1.0 if passed >= self.growth_ns else float(passed) / self.growth_ns

    def _samples(self, t_ns: Times) -> Values:
        passed = t_ns - self.begin_ns
        grown = np.minimum(passed.astype(np.float64) / max(self.growth_ns, 1), 1.0) if self.growth_ns else 1.0
        return np.where((passed >= 0) & (passed < self.length_ns), grown, 0.0)


def stuck(signal: Signal, begin: Duration, end: Duration | None = None) -> Signal:
    """The sensor keeps the value it had at the begin."""
    held = Constant(signal.sample(parse_duration(begin, "begin")))
    return Switch(Course(begin, end=end), held, signal)


def offset(
    signal: Signal, size: float | Signal, begin: Duration, growth: Duration = 0, end: Duration | None = None
) -> Signal:
    """`size` is added, at once or growing."""
    return Sum(signal, Product(Course(begin, growth, end), size))


def drift(signal: Signal, rate: float, begin: Duration, end: Duration | None = None) -> Signal:
    """The value runs away by `rate` per second; at the end it stays where it is."""
    return Sum(signal, Ramp(rate, begin, end))


def spikes(
    signal: Signal,
    size: float,
    begin: Duration,
    seed: int,
    probability: float = 0.02,
    every: Duration = "10ms",
    end: Duration | None = None,
) -> Signal:
    """Single values that are `size` too high: each value, one per `every`, with the given probability."""
    hit = Product(Course(begin, end=end), Chance(probability, seed, "spikes", every))
    return Switch(hit, Sum(signal, size), signal)


def noise_burst(
    signal: Signal,
    sigma: float,
    begin: Duration,
    seed: int,
    growth: Duration = 0,
    every: Duration = "10ms",
    end: Duration | None = None,
) -> Signal:
    """Additional noise of standard deviation `sigma`, new every `every`."""
    return Sum(signal, Product(Course(begin, growth, end), Noise(sigma, seed, "noise burst", every)))


def dropout(
    signal: Signal,
    begin: Duration,
    end: Duration | None = None,
    probability: float = 1.0,
    seed: int = 0,
    every: Duration = "10ms",
) -> Signal:
    """No value (NaN): throughout, or each value with the given probability."""
    lost = Product(Course(begin, end=end), Chance(probability, seed, "dropout", every))
    return Switch(lost, math.nan, signal)
