"""Clocks: virtual, externally stepped and real-time. The only module that reads the time of this machine.

All of them give DC time, integers of nanoseconds since 2000-01-01 UTC, and are asked for a due time, never for a pause:
that is why a late cycle cannot shift the ones after it.
"""

import time
from abc import ABC, abstractmethod
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from datetime import datetime

from .dctime import Duration, format_duration, from_unix_ns, parse_duration, parse_timestamp
from .errors import RangeError

DEFAULT_START = "2025-01-01T00:00:00Z"
DEFAULT_SPIN = "100us"
LONGEST_SLEEP_NS = 50 * 10**6  # a longer wait is slept in pieces of this, so that Plc.stop() acts soon


class Clock(ABC):
    """What a Plc needs to know about time."""

    externally_stepped = False
    is_real_time = False  # time goes on while a program works: nothing may be waited for

    @abstractmethod
    def now(self) -> int:
        """The DC time in nanoseconds."""

    @abstractmethod
    def wait_until(self, due_ns: int) -> int:
        """Wait for `due_ns` and return the time; a time before `due_ns` means: not yet there, ask again."""

    def step_until(self, due_ns: int) -> int:
        """As wait_until, in the name of the caller who steps; differs for an externally stepped clock only."""
        return self.wait_until(due_ns)

    @abstractmethod
    def resume_at(self, time_ns: int) -> None:
        """Take over the time of a snapshot."""


class VirtualClock(Clock):
    """Time that jumps to each due time and stands still in between: as fast as the machine can, always the same."""

    def __init__(self, start: int | str | datetime = DEFAULT_START) -> None:
        self._now = parse_timestamp(start, "start")

    def now(self) -> int:
        return self._now

    def wait_until(self, due_ns: int) -> int:
        if due_ns > self._now:
            self._now = due_ns
        return self._now

    def advance(self, duration: Duration) -> None:
        """Let time pass; called within a cycle this is execution time, and may make the cycle exceed its time."""
        self._now += _not_negative(duration)

    def resume_at(self, time_ns: int) -> None:
        self._now = time_ns


class SteppedClock(VirtualClock):
    """A virtual clock that does not run ahead of its caller.

    `step(duration)` permits so much time more, Plc.run lives it cycle by cycle and returns where it ends; Plc.step
    takes the steps itself. For co-simulation: the other simulator sets the pace, no cycle is left out.
    """

    externally_stepped = True

    def __init__(self, start: int | str | datetime = DEFAULT_START) -> None:
        super().__init__(start)
        self.horizon_ns = self._now

    def step(self, duration: Duration) -> None:
        self.horizon_ns += _not_negative(duration)

    def wait_until(self, due_ns: int) -> int:
        return super().wait_until(min(due_ns, self.horizon_ns))

    def step_until(self, due_ns: int) -> int:
        self.horizon_ns = max(self.horizon_ns, due_ns)
        return super().wait_until(due_ns)

    def resume_at(self, time_ns: int) -> None:
        self._now = self.horizon_ns = time_ns


class RealTimeClock(Clock):
    """The wall clock's DC time at the start plus what the monotonic clock counts since: no jumps, no drifting grid.

    `spin` is how long before a due time sleeping ends and a busy loop takes over. Linux wakes a sleeper about 90 us
    late (50 us of it timer slack), so the default loops for some 10 us in fact and brings the median lateness from 90
    to 5 us (tests/bench/bench_cycle.py); 0 only sleeps.
    """

    is_real_time = True

    def __init__(self, spin: Duration = DEFAULT_SPIN) -> None:
        self.spin_ns = _not_negative(spin)
        self._offset_ns = from_unix_ns(time.time_ns()) - time.monotonic_ns()

    def now(self) -> int:
        return time.monotonic_ns() + self._offset_ns

    def wait_until(self, due_ns: int) -> int:
        due = due_ns - self._offset_ns
        pause = due - self.spin_ns - time.monotonic_ns()
        if pause > 0:
            time.sleep(min(pause, LONGEST_SLEEP_NS) * 1e-9)
        now = time.monotonic_ns()
        if due - now <= self.spin_ns:
            while now < due:
                now = time.monotonic_ns()
        return now + self._offset_ns

    def resume_at(self, time_ns: int) -> None:
        """Time passes while a Plc is off, but it never goes back: a snapshot from the future moves the clock there."""
        self._offset_ns += max(0, time_ns - self.now())


class WallClock(Clock):
    """The time of this machine, for blocks that are called outside of a Plc."""

    def now(self) -> int:
        return from_unix_ns(time.time_ns())

    def wait_until(self, due_ns: int) -> int:
        time.sleep(max(0, due_ns - self.now()) * 1e-9)
        return self.now()

    def resume_at(self, time_ns: int) -> None:
        """Nobody sets the wall clock from here."""


_current: ContextVar[Clock] = ContextVar("alycat_clock", default=WallClock())  # noqa: B039 (it has no state)


def current_clock() -> Clock:
    """The clock of the Plc that is running in this thread or task, else the wall clock."""
    return _current.get()


@contextmanager
def use_clock(clock: Clock) -> Iterator[None]:
    """Make `clock` the current one, as Plc.run does."""
    token = _current.set(clock)
    try:
        yield
    finally:
        _current.reset(token)


def progress_clock() -> int:
    """Monotonic nanoseconds, for progress bars and measurements; has nothing to do with the time of a Plc."""
    return time.monotonic_ns()


def give_way() -> None:
    """Let other threads run, in the middle of long work beside the cycle."""
    time.sleep(0)


def stopwatch() -> Callable[[], int]:
    """A function that tells the nanoseconds since stopwatch() was called."""
    started = time.perf_counter_ns()
    return lambda: time.perf_counter_ns() - started


def _not_negative(duration: Duration) -> int:
    ns = parse_duration(duration)
    if ns < 0:
        raise RangeError(f"duration: {format_duration(ns)} is negative; time does not go back")
    return ns
