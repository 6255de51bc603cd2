import subprocess
import sys
import threading
from datetime import timedelta

import pytest

from alycat.blocks.system.system_time import FB_ALY_GetSystemTime
from alycat.runtime import GlobalVariables, Plc, Program, RealTimeClock, current_clock
from alycat.runtime.dctime import parse_timestamp
from alycat.runtime.errors import PlcError, RangeError, WrongType
from alycat.runtime.iec import UDINT, ULINT

START = parse_timestamp("2025-01-01T00:00:00Z")
MS = 10**6


class MAIN(Program):
    nCount: UDINT
    tTime: ULINT

    def __init__(self) -> None:
        self.fbSystemTime = FB_ALY_GetSystemTime()

    def cycle(self) -> None:
        self.nCount += 1
        self.fbSystemTime.Call()
        self.tTime = self.fbSystemTime.tSystemTime


def small(**options: object) -> tuple[Plc, MAIN]:
    plc, program = Plc(**options), MAIN()  # type: ignore[arg-type]
    plc.task("PlcTask", cycle_time="10ms", programs=[program])
    return plc, program


def test_runs_are_resumed_on_the_same_grid() -> None:
    plc, program = small()
    assert plc.run(cycles=3).end_ns == START + 20 * MS
    assert plc.run(duration="30ms").end_ns == START + 60 * MS
    assert program.tTime == START + 50 * MS
    assert plc.run(until="2025-01-01T00:00:00.1Z").cycles == {"PlcTask": 4}
    assert plc.step().cycles == {"PlcTask": 1}
    assert program.nCount == 11


def test_a_duration_holds_the_cycles_one_expects() -> None:
    assert small()[0].run(duration="60s").cycles == {"PlcTask": 6000}
    assert small()[0].run(duration=timedelta(seconds=1)).cycles == {"PlcTask": 100}
    assert small()[0].run(cycles=0).cycles == {"PlcTask": 0}


def test_durations_add_up_whatever_the_cycle_time() -> None:
    plc, program = small()
    for _ in range(4):
        plc.run(duration="25ms")
    assert (plc.clock.now(), program.nCount) == (START + 100 * MS, 10)
    plc.run(cycles=1)
    plc.run(duration="10ms")
    assert (plc.clock.now(), program.nCount) == (START + 120 * MS, 12)


def test_cycles_count_those_of_the_fastest_task_and_take_the_others_along() -> None:
    plc, _ = small()
    plc.task("fast", "2ms")
    assert plc.run(cycles=10).cycles == {"PlcTask": 2, "fast": 10}


def test_the_time_of_the_plc_counts_for_blocks_within_it() -> None:
    plc, program = small(start="2024-06-01T12:00:00Z")
    plc.run(cycles=2)
    assert program.tTime == parse_timestamp("2024-06-01T12:00:00.01Z")
    assert current_clock() is not plc.clock


def test_until_may_ask_a_question_between_cycles() -> None:
    plc, program = small()
    result = plc.run(until=lambda: program.nCount == 7)
    assert (result.reason, program.nCount, plc.cycle_finished) == ("until", 7, [])
    assert plc.run(until=lambda: True).cycles == {"PlcTask": 0}


def test_ticks_during_a_pause_are_not_missed_ones() -> None:
    plc, program = small()
    plc.run(cycles=1)
    plc.clock.advance("95ms")  # type: ignore[attr-defined]
    plc.run(cycles=1)
    assert program.tTime == START + 100 * MS
    assert plc.tasks[0].skipped_ticks == plc.tasks[0].exceed_counter == 0


def test_real_time_keeps_its_grid_and_can_be_stopped_while_it_waits() -> None:
    plc, program = Plc(RealTimeClock()), MAIN()
    task = plc.task("PlcTask", "1ms", programs=[program])
    plc.run(cycles=5)
    assert (task.info.DcTaskTime - (plc.start_ns or 0)) % MS == 0
    plc.task("rare", "10s")
    threading.Timer(0.02, plc.stop).start()
    assert plc.run().reason == "stopped"


def test_stop_without_a_run_does_nothing() -> None:
    plc, _ = small()
    plc.stop()
    assert plc.run(cycles=2).reason == "cycles"


def test_what_cannot_be_done_says_why() -> None:
    plc, program = small()
    with pytest.raises(PlcError, match="has no tasks"):
        Plc().run()
    with pytest.raises(RangeError, match="cycles: -1 is negative"):
        plc.run(cycles=-1)
    with pytest.raises(RangeError, match="'-1s' is negative"):
        plc.run(duration="-1s")
    with pytest.raises(PlcError, match="MAIN2: this Program is already used as MAIN"):
        plc.task("T2", "1s", programs=[("MAIN2", program)])
    with pytest.raises(RangeError, match="main: a program or variable list of this name exists"):
        plc.task("T2", "1s", programs=[("main", MAIN())])
    with pytest.raises(WrongType, match=r"is no Program; make an instance with \(\)"):
        plc.task("T2", "1s", programs=[MAIN])  # type: ignore[list-item]
    with pytest.raises(WrongType, match="is no GlobalVariables"):
        plc.add_globals(MAIN())  # type: ignore[type-var]
    with pytest.raises(RangeError, match="cannot be the name"):
        plc.add_globals(GlobalVariables(), "a b")


def test_a_program_cannot_run_or_save_its_own_plc() -> None:
    plc = Plc()

    class Nested(Program):
        def cycle(self) -> None:
            with pytest.raises(PlcError, match="running already"):
                plc.run()
            with pytest.raises(PlcError, match="between two cycles"):
                plc.snapshot()

    plc.task("T", "1ms", programs=[Nested()])
    assert plc.run(cycles=1).errors == {}


def test_importing_the_runtime_loads_nothing_heavy() -> None:
    code = "import sys, alycat.runtime; print([m for m in ('numpy', 'numba', 'polars', 'rich') if m in sys.modules])"
    assert subprocess.run([sys.executable, "-c", code], capture_output=True, text=True).stdout == "[]\n"


def test_a_duration_in_real_time_holds_its_number_of_cycles() -> None:
    class Empty(Program):
        def cycle(self) -> None:
            pass

    plc = Plc(RealTimeClock())
    task = plc.task("T", "10ms", programs=[Empty()])
    plc.run(duration="50ms")
    assert task.cycles + task.skipped_ticks == 5
