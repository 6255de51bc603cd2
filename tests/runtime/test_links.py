import math
from typing import Any

import pytest

from alycat.blocks.system.system_time import FB_ALY_GetSystemTime
from alycat.runtime import GlobalVariables, Plc, Program
from alycat.runtime.errors import PlcError, RangeError, UnknownName, WrongType
from alycat.runtime.iec import LREAL, UDINT, USINT

MS = 10**6


class GVL(GlobalVariables):
    nLimit: UDINT = 5


class MAIN(Program):
    fInput: LREAL
    nByte: USINT
    nCount: UDINT

    def __init__(self) -> None:
        self.fbTime = FB_ALY_GetSystemTime()
        self.seen: list[float] = []

    def cycle(self) -> None:
        self.seen.append(self.fInput)
        self.nCount += 1
        self.fbTime.Call()


class Ramp:
    name = "ramp"

    def __init__(self) -> None:
        self.written: list[Any] = []

    def sample(self, t_ns: int) -> float:
        return t_ns / MS

    def write(self, t_ns: int, value: Any) -> None:
        self.written.append((t_ns // MS, value))


@pytest.fixture
def main() -> MAIN:
    return MAIN()


@pytest.fixture
def plc(main: MAIN) -> Plc:
    plc = Plc(start=0)
    plc.task("PlcTask", "10ms", programs=[main])
    plc.add_globals(GVL())
    return plc


def test_sources_are_latched_before_and_sinks_fed_after_the_programs(plc: Plc, main: MAIN) -> None:
    ramp = Ramp()
    plc.tasks[0].link(ramp, "main.finput")
    plc.tasks[0].link("MAIN.nCount", ramp)
    plc.run(cycles=3)
    assert main.seen == [0, 10, 20]
    assert ramp.written == [(0, 1), (10, 2), (20, 3)]


def test_functions_can_be_sources_and_sinks(plc: Plc, main: MAIN) -> None:
    got: list[Any] = []
    plc.tasks[0].link(lambda t_ns: math.nan if t_ns else 1, "MAIN.fInput")
    plc.tasks[0].link("MAIN.fbTime.tSystemTime", lambda t_ns, value: got.append((t_ns, value)))
    plc.run(cycles=2)
    assert got == [(0, 0), (10 * MS, 10 * MS)]
    assert main.seen[0] == 1 and math.isnan(main.seen[1])


def test_symbols_are_passed_between_tasks_at_the_edges_of_cycles(plc: Plc) -> None:
    other = MAIN()
    second = plc.task("Second", "20ms", programs=[("P2", other)])
    second.link("MAIN.nCount", "P2.fInput")  # latched when Second begins
    second.link("P2.nCount", "MAIN.fInput")  # published when Second has ended
    second.link("GVL.nLimit", "P2.nByte")
    plc.run(cycles=4)
    assert other.seen == [1, 3]
    assert plc.tasks[0].programs[0][1].seen == [0, 1, 1, 2]  # type: ignore[attr-defined]
    assert other.nByte == 5


@pytest.mark.parametrize(
    ("source", "target", "error", "message"),
    [
        (lambda t: "warm", "MAIN.fInput", WrongType, "-> MAIN.fInput: 'warm' is no LREAL"),
        (lambda t: 256, "MAIN.nByte", RangeError, "-> MAIN.nByte: 256 is outside USINT 0..255"),
        (lambda t: 1 / t, "MAIN.fInput", PlcError, "-> MAIN.fInput: ZeroDivisionError: division by zero"),
        ("MAIN.nCount", lambda t, v: [][v], PlcError, "IndexError for 1: list index out of range"),
    ],
)
def test_a_bad_value_stops_the_task_and_names_link_and_value(
    plc: Plc, source: Any, target: Any, error: type, message: str
) -> None:
    task = plc.tasks[0]
    task.link(source, target)
    result = plc.run(cycles=1)
    assert result.reason == "error"
    assert type(task.error) is error
    assert str(task.error).startswith("link ") and message in str(task.error)


def test_mistakes_in_the_ends_are_told_before_the_first_cycle(plc: Plc, main: MAIN) -> None:
    task = plc.tasks[0]
    with pytest.raises(WrongType, match="one end of a link has to be the path of a symbol"):
        task.link(Ramp(), Ramp())
    with pytest.raises(WrongType, match=r"5 is neither a symbol path nor a function nor has it sample\(\)"):
        task.link(5, "MAIN.fInput")  # type: ignore[arg-type]
    link = task.link(Ramp(), "MAIN.fInptu")
    with pytest.raises(UnknownName, match=r"close to it: MAIN\.fInput"):
        plc.run(cycles=1)
    task.links.remove(link)
    task.link(Ramp(), "MAIN.fbTime.tSystemTime")
    with pytest.raises(WrongType, match=r"MAIN\.fbTime\.tSystemTime is written by its block only"):
        plc.run(cycles=1)
    assert main.nCount == 0
