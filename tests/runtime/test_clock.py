import pytest

from alycat.runtime import RealTimeClock, SteppedClock, VirtualClock, current_clock
from alycat.runtime.clock import WallClock, progress_clock, stopwatch, use_clock
from alycat.runtime.dctime import parse_timestamp
from alycat.runtime.errors import RangeError

START = parse_timestamp("2025-01-01T00:00:00Z")


def test_the_virtual_clock_jumps_to_due_times_and_never_back() -> None:
    clock = VirtualClock()
    assert clock.now() == START
    assert clock.wait_until(START + 5) == START + 5
    assert clock.wait_until(START) == START + 5
    clock.advance("2us")
    assert clock.now() == START + 2005


def test_time_cannot_be_turned_back() -> None:
    with pytest.raises(RangeError, match="negative"):
        VirtualClock().advance("-1ms")
    with pytest.raises(RangeError, match="negative"):
        RealTimeClock(spin=-1)


def test_the_stepped_clock_stays_where_its_caller_put_it() -> None:
    clock = SteppedClock(START)
    assert clock.wait_until(START + 10) == START
    clock.step(7)
    assert clock.wait_until(START + 10) == START + 7
    assert clock.step_until(START + 10) == START + 10


def test_the_real_time_clock_waits_and_is_never_early() -> None:
    clock = RealTimeClock(spin="100us")
    started = clock.now()
    assert abs(started - WallClock().now()) < 10**9
    reached = clock.now()
    while reached < started + 3 * 10**6:
        reached = clock.wait_until(started + 3 * 10**6)
    assert started + 3 * 10**6 <= reached <= clock.now()


def test_a_snapshot_from_the_future_moves_real_time_on_but_never_back() -> None:
    clock = RealTimeClock()
    before = clock.now()
    clock.resume_at(before - 10**9)
    assert clock.now() >= before
    clock.resume_at(before + 10**12)
    assert clock.now() >= before + 10**12


def test_the_current_clock_is_the_wall_clock_outside_of_a_plc() -> None:
    assert isinstance(current_clock(), WallClock)
    clock = VirtualClock()
    with use_clock(clock):
        assert current_clock() is clock
    assert isinstance(current_clock(), WallClock)


def test_progress_clock_and_stopwatch_count_up() -> None:
    elapsed, before = stopwatch(), progress_clock()
    assert progress_clock() >= before
    assert 0 <= elapsed() <= elapsed()
