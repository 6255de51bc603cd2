"""Scheduler traces as readable literals; times in ms after the start."""

from collections.abc import Callable

import pytest

from alycat.runtime import Plc, Program, SteppedClock, TaskState
from alycat.runtime.errors import CycleOverrun, RangeError

MS = 10**6


class Tracer(Program):
    """Notes (time, task, cycle number) and then does what the test wants."""

    def __init__(self, trace: list[tuple[float, str, int]], then: Callable[["Tracer"], None] | None = None) -> None:
        self.trace, self.then = trace, then

    def cycle(self) -> None:
        task = self.task
        start = task.plc.start_ns or 0
        self.trace.append(((task.plc.clock.now() - start) / MS, task.name, task.info.CycleCount))
        if self.then:
            self.then(self)


def busy(plc: Plc, *durations: str) -> Callable[[Tracer], None]:
    """Execution times of the first cycles; later ones take none."""
    rest = list(durations)
    return lambda _: plc.clock.advance(rest.pop(0)) if rest else None  # type: ignore[attr-defined,no-any-return]


def test_due_time_then_priority_decide_the_order() -> None:
    plc, trace = Plc(), []
    plc.task("slow", "20ms", priority=30, programs=[("S", Tracer(trace))])
    plc.task("fast", "10ms", priority=20, programs=[("F", Tracer(trace))])
    plc.task("late", "20ms", priority=1, start_offset="5ms", programs=[("L", Tracer(trace))])
    result = plc.run(duration="40ms")
    assert trace == [
        (0, "fast", 1),
        (0, "slow", 1),
        (5, "late", 1),
        (10, "fast", 2),
        (20, "fast", 3),
        (20, "slow", 2),
        (25, "late", 2),
        (30, "fast", 4),
    ]
    assert (result.cycles, result.reason) == ({"slow": 2, "fast": 4, "late": 2}, "duration")


def test_programs_of_a_task_run_in_their_order() -> None:
    plc, trace = Plc(), []
    plc.task("t", "10ms", programs=[("B", Tracer(trace)), ("A", Tracer(trace, lambda p: p.task.plc.stop()))])
    assert plc.run().reason == "stopped"
    assert trace == [(0, "t", 1), (0, "t", 1)]


def test_an_overrun_is_counted_and_the_missed_ticks_are_skipped_on_the_same_grid() -> None:
    plc, trace = Plc(), []
    flags = []
    program = Tracer(trace, busy(plc, "0ms", "25ms", "10ms", "10001us"))
    task = plc.task("t", "10ms", programs=[("P", program)])
    plc.cycle_finished.append(
        lambda t: flags.append((t.exceed_counter, t.skipped_ticks, t.info.CycleTimeExceeded, t.info.LastExecTime))
    )
    plc.run(duration="80ms")
    assert [entry[0] for entry in trace] == [0, 10, 40, 50, 70]  # 25 ms from 10 on: 20 and 30 are missed
    assert flags == [
        (0, 0, False, 0),
        (1, 2, True, 250_000),
        (1, 2, False, 100_000),  # ended exactly at its due time: in time
        (2, 3, True, 100_010),
        (2, 3, False, 0),
    ]
    assert task.cycles == task.info.CycleCount == 5


def test_a_task_that_hogs_the_plc_makes_others_late_but_not_off_the_grid() -> None:
    plc, trace = Plc(), []
    plc.task("hog", "50ms", priority=1, programs=[("H", Tracer(trace, busy(plc, "27ms")))])
    plc.task("meter", "10ms", priority=2, programs=[("M", Tracer(trace))])
    plc.run(duration="50ms")
    assert trace == [(0, "hog", 1), (27, "meter", 1), (30, "meter", 2), (40, "meter", 3)]
    assert (plc.tasks[1].exceed_counter, plc.tasks[1].skipped_ticks) == (1, 2)
    assert plc.tasks[1].info.DcTaskTime == (plc.start_ns or 0) + 40 * MS


def test_what_a_cycle_sees_in_its_task_info() -> None:
    plc, seen = Plc(), []
    program = Tracer(
        [],
        lambda p: seen.append((p.task.info.CycleCount, p.task.info.FirstCycle, p.task.info.CycleTimeExceeded)),
    )
    clocked = Tracer([], busy(plc, "0ms", "11ms"))
    task = plc.task("PlcTask", "10ms", programs=[("A", program), ("B", clocked)])
    plc.run(cycles=2)
    plc.run(cycles=2)
    assert seen == [(1, True, False), (2, False, False), (3, False, True), (4, False, False)]
    info = task.info
    assert (info.CycleTime, info.Priority, info.TaskName, info.AdsPort) == (100_000, 20, "PlcTask", 350)
    assert bytes(info._m)[:4] == (0x02010030).to_bytes(4, "little")


def test_strict_mode_raises_and_stops_the_task() -> None:
    plc = Plc()
    task = plc.task("t", "10ms", strict=True, programs=[Tracer([], busy(plc, "12ms"))])
    with pytest.raises(CycleOverrun, match="t: cycle 1 exceeded the cycle time of 10 ms and ended 2 ms after"):
        plc.run(cycles=5)
    assert task.state == "ERROR"
    assert plc.run(cycles=5).reason == "error"


def test_a_raising_program_stops_its_task_and_no_other(caplog: pytest.LogCaptureFixture) -> None:
    plc, trace = Plc(), []

    def fail(program: Tracer) -> None:
        if program.task.cycles == 2:
            raise ZeroDivisionError("nothing to divide by")

    bad = plc.task("bad", "10ms", programs=[("B", Tracer(trace, fail))])
    good = plc.task("good", "10ms", programs=[("G", Tracer(trace))])
    result = plc.run(cycles=4)
    assert (bad.state, good.state) == (TaskState.ERROR, TaskState.RUN)
    assert isinstance(bad.error, ZeroDivisionError)
    assert result.cycles == {"bad": 2, "good": 4}
    assert result.errors == {
        "bad": "bad stopped in cycle 2 at 2025-01-01-00:00:00.010000000: ZeroDivisionError: nothing to divide by"
    }
    (record,) = caplog.records  # a script that does not look at the result is told all the same
    assert (record.name, record.getMessage()) == ("alycat.task", result.errors["bad"])
    assert record.exc_info and record.exc_info[1] is bad.error
    assert plc.run(cycles=1).cycles == {"bad": 0, "good": 1}


def test_wrong_parameters_name_task_value_and_rule() -> None:
    plc = Plc()
    plc.task("one", "10ms", priority=5)
    with pytest.raises(RangeError, match="two: priority 5 is already used by one"):
        plc.task("two", "10ms", priority=5)
    with pytest.raises(RangeError, match="two: cycle_time 0 must be more than 0"):
        plc.task("two", 0)
    with pytest.raises(RangeError, match="two: start_offset '-1ms' must not be negative"):
        plc.task("two", "1ms", start_offset="-1ms")
    with pytest.raises(RangeError, match="ONE: a task of this name exists"):
        plc.task("ONE", "1ms")
    with pytest.raises(RangeError, match="Priority: 65536"):
        plc.task("two", "1ms", priority=65_536)
    assert len(plc.tasks) == 1
    assert plc.task("two", "1h").info.CycleTime == 2**32 - 1


def test_a_stepped_clock_is_lived_cycle_by_cycle() -> None:
    clock = SteppedClock()
    plc, trace = Plc(clock), []
    plc.task("t", "10ms", programs=[Tracer(trace)])
    assert plc.run().reason == "waiting"
    clock.step("34ms")
    assert plc.run().reason == "waiting"
    assert [entry[0] for entry in trace] == [0, 10, 20, 30]
    assert clock.now() - (plc.start_ns or 0) == 34 * MS
    assert plc.step(2).reason == "cycles"
    assert [entry[0] for entry in trace][4:] == [40, 50]
