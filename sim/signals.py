"""Signals: values as pure functions of time and seed, made of small parts.

Times are whole nanoseconds from the signal's own zero; `starting` puts that zero at a time of the clock or at the first
tick of a Plc. A signal has no state and reads no clock: any order of sampling, a restored run and another machine give
the same bits. `sample(t_ns)` and `samples(array)` agree bit for bit, because only operations that IEEE 754 rounds in
one way are used (no functions of the C library, whose last digit differs from machine to machine).

Usage::

    level = 4.0 + Ramp(rate=0.01) + Noise(sigma=0.05, seed=1, every="10ms")
    task.link(level.starting(plc), "MAIN.fLevel")
"""

import math
from abc import ABC, abstractmethod
from bisect import bisect_right
from collections.abc import Sequence
from itertools import accumulate
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from alycat.runtime.dctime import Duration, parse_duration, parse_timestamp
from alycat.runtime.errors import PlcError, RangeError, WrongType

if TYPE_CHECKING:
    from alycat.runtime.plc import Plc

Times = NDArray[np.int64]
Values = NDArray[np.float64]
SECOND_NS = 1e9


class Signal(ABC):
    """A value at each time. Signals and numbers add and multiply to signals."""

    @abstractmethod
    def sample(self, t_ns: int) -> float:
        """The value at a time in ns."""

    @abstractmethod
    def _samples(self, t_ns: Times) -> Values:
        """As `sample`, for many times."""

    def samples(self, t_ns: ArrayLike) -> Values:
        """The values at many times in ns, in any order; the same bits as `sample` gives for each."""
        times = np.asarray(t_ns)
        if not np.issubdtype(times.dtype, np.integer):
            raise WrongType(f"t_ns: {times.dtype} is no type of times; whole nanoseconds are needed")
        return self._samples(times.astype(np.int64))

    def starting(self, start: "Plc | int | str | Any", name: str = "") -> "Started":
        """This signal with its zero at a time (DC ns, ISO 8601 text, datetime), or at the first tick of a Plc.

        The first tick is part of a Plc's snapshot, so a restored Plc goes on with the same values.
        """
        return Started(self, start, name)

    def __add__(self, other: "Signal | float") -> "Signal":
        return Sum(self, other)

    def __radd__(self, other: float) -> "Signal":
        return Sum(other, self)

    def __sub__(self, other: "Signal | float") -> "Signal":
        return Sum(self, Product(-1.0, other))

    def __rsub__(self, other: float) -> "Signal":
        return Sum(other, Product(-1.0, self))

    def __mul__(self, other: "Signal | float") -> "Signal":
        return Product(self, other)

    def __rmul__(self, other: float) -> "Signal":
        return Product(other, self)


def as_signal(value: Signal | float, name: str = "signal") -> Signal:
    """A number becomes a constant; WrongType for anything else that is no signal."""
    if isinstance(value, Signal):
        return value
    if isinstance(value, (int, float, np.number)):
        return Constant(float(value))
    raise WrongType(f"{name}: {value!r} is neither a signal nor a number")


# --- without time, and over time -------------------------------------------------------------------------------------


class Constant(Signal):
    """The same value at all times."""

    def __init__(self, value: float) -> None:
        self.value = float(value)

    def sample(self, t_ns: int) -> float:
        return self.value

    def _samples(self, t_ns: Times) -> Values:
        return np.full(t_ns.shape, self.value)


class Ramp(Signal):
    """A drift: 0 until `begin`, then `rate` per second more until `end` (default: always), where it stays."""

    def __init__(self, rate: float, begin: Duration = 0, end: Duration | None = None) -> None:
        self.rate, self.begin_ns = float(rate), parse_duration(begin, "begin")
        self.length_ns = 2**62 if end is None else _not_before(end, self.begin_ns)

    def sample(self, t_ns: int) -> float:
        passed = t_ns - self.begin_ns
        if passed <= 0:
            return self.rate * 0.0
        return self.rate * ((passed if passed < self.length_ns else self.length_ns) / SECOND_NS)

    def _samples(self, t_ns: Times) -> Values:
        passed = np.clip(t_ns - self.begin_ns, 0, self.length_ns)
        return self.rate * (passed.astype(np.float64) / SECOND_NS)


class Sine(Signal):
    """A sine wave around 0; `phase` in turns, so that 0.25 gives a cosine."""

    def __init__(self, amplitude: float, period: Duration, phase: float = 0.0) -> None:
        self.amplitude, self.period_ns = float(amplitude), _positive(period, "period")
        self._period, self._shift = float(self.period_ns), round(phase * self.period_ns)

    def sample(self, t_ns: int) -> float:
        turn = (t_ns + self._shift) % self.period_ns / self._period
        halves = int(turn * 2 + 0.5)
        return float(self.amplitude * _sine(turn - 0.5 * halves, halves))

    def _samples(self, t_ns: Times) -> Values:
        turn = ((t_ns + self._shift) % self.period_ns).astype(np.float64) / self._period
        halves = np.floor(turn * 2 + 0.5)
        return np.asarray(self.amplitude * _sine(turn - 0.5 * halves, halves))


# Taylor coefficients of the sine; with the degree 21 the error is below 1e-17 for a quarter turn.
_C3, _C5, _C7, _C9, _C11, _C13, _C15, _C17, _C19, _C21 = ((-1) ** k / math.factorial(2 * k + 1) for k in range(1, 11))


def _sine(turn: Any, halves: Any) -> Any:
    """Sine of `turn` (in -0.25..0.25) plus that many half turns; for numbers and arrays alike."""
    x = turn * (2 * math.pi)
    s = x * x
    high = _C11 + s * (_C13 + s * (_C15 + s * (_C17 + s * (_C19 + s * _C21))))
    total = 1.0 + s * (_C3 + s * (_C5 + s * (_C7 + s * (_C9 + s * high))))
    return total * x * (1 - 2 * (halves % 2))


class Pulse(Signal):
    """`high` for `width` at the beginning of each period from `begin` on, else `low`; a square wave by default."""

    def __init__(
        self, high: float, low: float, period: Duration, width: Duration | None = None, begin: Duration = 0
    ) -> None:
        self.high, self.low = float(high), float(low)
        self.period_ns, self.begin_ns = _positive(period, "period"), parse_duration(begin, "begin")
        self.width_ns = self.period_ns // 2 if width is None else _positive(width, "width")
        if self.width_ns > self.period_ns:
            raise RangeError(f"width: {width!r} is longer than the period {period!r}")

    def sample(self, t_ns: int) -> float:
        passed = t_ns - self.begin_ns
        return self.high if passed >= 0 and passed % self.period_ns < self.width_ns else self.low

    def _samples(self, t_ns: Times) -> Values:
        passed = t_ns - self.begin_ns
        return np.where((passed >= 0) & (passed % self.period_ns < self.width_ns), self.high, self.low)


class OperatingPoints(Signal):
    """A machine's states: value k holds for dwell time k, in turn and again from the first.

    A change takes the time `change` at the beginning of a dwell time and is smooth (cubic); the first point is there
    from the beginning. Channels of one machine share the dwell times.
    """

    def __init__(self, values: Sequence[float], dwells: Sequence[Duration], change: Duration = 0) -> None:
        self.values = [float(v) for v in values]
        lengths = [_positive(d, "dwell time") for d in dwells]
        self.change_ns = parse_duration(change, "change")
        if not values or len(values) != len(lengths):
            raise RangeError(f"{len(values)} values and {len(lengths)} dwell times; the same number is needed")
        if not 0 <= self.change_ns <= min(lengths):
            raise RangeError(f"change: {change!r} is outside 0 and the shortest dwell time")
        self._ends = list(accumulate(lengths))
        self._begins = [0, *self._ends[:-1]]
        self._steps = [now - before for now, before in zip(self.values, [self.values[-1], *self.values], strict=False)]

    def state(self, t_ns: int) -> int:
        """Which point it is, from 0; during a change already the new one."""
        return bisect_right(self._ends, max(t_ns, 0) % self._ends[-1])

    def sample(self, t_ns: int) -> float:
        if t_ns < self.change_ns:
            return self.values[0]
        within = t_ns % self._ends[-1]
        point = bisect_right(self._ends, within)
        passed = within - self._begins[point]
        if passed >= self.change_ns:
            return self.values[point]
        left = 1.0 - float(passed) / self.change_ns
        return self.values[point] - self._steps[point] * (left * left * (3.0 - 2.0 * left))

    def _samples(self, t_ns: Times) -> Values:
        within = np.maximum(t_ns, 0) % self._ends[-1]
        point = np.searchsorted(self._ends, within, side="right")
        passed = within - np.array(self._begins)[point]
        left = 1.0 - passed.astype(np.float64) / max(self.change_ns, 1)
        changing = np.array(self.values)[point] - np.array(self._steps)[point] * (left * left * (3.0 - 2.0 * left))
        values = np.where(passed >= self.change_ns, np.array(self.values)[point], changing)
        return np.where(t_ns < self.change_ns, self.values[0], values)


# --- made of others --------------------------------------------------------------------------------------------------


class Sum(Signal):
    """The sum of signals and numbers, added from left to right."""

    def __init__(self, *parts: Signal | float) -> None:
        if not parts:
            raise RangeError("a sum needs at least one part")
        first, *others = (as_signal(p) for p in parts)
        self.parts: list[Signal] = [*(first.parts if isinstance(first, Sum) else [first]), *others]
        self._first = self.parts[0].sample
        self._others = [part.sample for part in self.parts[1:]]

    def sample(self, t_ns: int) -> float:
        total = self._first(t_ns)
        for sample in self._others:
            total += sample(t_ns)
        return total

    def _samples(self, t_ns: Times) -> Values:
        total = self.parts[0]._samples(t_ns)
        for part in self.parts[1:]:
            total = total + part._samples(t_ns)
        return total


class Product(Signal):
    """The product of two signals or numbers: scaling, modulation."""

    def __init__(self, left: Signal | float, right: Signal | float) -> None:
        self.left, self.right = as_signal(left), as_signal(right)

    def sample(self, t_ns: int) -> float:
        return self.left.sample(t_ns) * self.right.sample(t_ns)

    def _samples(self, t_ns: Times) -> Values:
        return self.left._samples(t_ns) * self.right._samples(t_ns)


class Switch(Signal):
    """`on` where the condition is at least 0.5, else `off`; only that one is evaluated."""

    def __init__(self, condition: Signal, on: Signal | float, off: Signal | float) -> None:
        self.condition, self.on, self.off = condition, as_signal(on), as_signal(off)

    def sample(self, t_ns: int) -> float:
        return (self.on if self.condition.sample(t_ns) >= 0.5 else self.off).sample(t_ns)

    def _samples(self, t_ns: Times) -> Values:
        return np.where(self.condition._samples(t_ns) >= 0.5, self.on._samples(t_ns), self.off._samples(t_ns))


class Whole(Signal):
    """A signal rounded to whole numbers (halves to the even one), as a counter or converter gives; samples are `int`.

    For integer variables (UDINT, INT), which take no float. NaN and infinities raise, as they have no whole number.
    """

    def __init__(self, signal: Signal | float) -> None:
        self.signal = as_signal(signal)

    def sample(self, t_ns: int) -> int:
        return round(self.signal.sample(t_ns))

    def _samples(self, t_ns: Times) -> Values:
        return np.rint(self.signal._samples(t_ns))


class Started(Signal):
    """A signal whose zero is at a time of the clock; made by `Signal.starting`, a source for a link.

    A Plc without a start time has one from its first run on; until then there is no zero (PlcError).
    """

    def __init__(self, signal: Signal, start: "Plc | int | str | Any", name: str = "") -> None:
        self.signal, self.name = signal, name or type(signal).__name__
        self._origin: Any = start if hasattr(start, "start_ns") else _Origin(parse_timestamp(start, "start"))
        self._sample = signal.sample

    @property
    def start_ns(self) -> int:
        """DC time of the signal's zero."""
        start_ns = self._origin.start_ns  # asked each time: a snapshot may bring another start
        if start_ns is None:
            raise PlcError(f"{self.name}: starts with {self._origin.name}, which has not run yet")
        return int(start_ns)

    def sample(self, t_ns: int) -> float:
        start_ns = self._origin.start_ns
        return self._sample(t_ns - (self.start_ns if start_ns is None else start_ns))

    def _samples(self, t_ns: Times) -> Values:
        return self.signal._samples(t_ns - self.start_ns)


class _Origin:
    """A start time where a Plc could be."""

    def __init__(self, start_ns: int) -> None:
        self.start_ns = start_ns


def _positive(duration: Duration, name: str) -> int:
    ns = parse_duration(duration, name)
    if ns <= 0:
        raise RangeError(f"{name}: {duration!r} must be more than 0")
    return ns


def _not_before(end: Duration, begin_ns: int) -> int:
    length = parse_duration(end, "end") - begin_ns
    if length < 0:
        raise RangeError(f"end: {end!r} lies before the begin")
    return length
