import enum
import math
import struct

import pytest

from alycat.runtime import GlobalVariables, Plc, Program
from alycat.runtime.declare import variable_member
from alycat.runtime.errors import DeclarationError, PlcError, RangeError, WrongType
from alycat.runtime.iec import BOOL, LREAL, LTIME, REAL, STRING, UDINT, USINT


class Mode(enum.IntEnum):
    Off = 0
    On = 1


class MAIN(Program):
    nCount: UDINT
    fReal: REAL = 0.1
    bOn: BOOL = True
    sName: STRING = "pump"
    tPause: LTIME = "10ms"  # type: ignore[assignment]
    eMode: Mode = Mode.On
    nLimit: USINT = variable_member("largest number of tries", 9)

    def __init__(self, step: int = 1) -> None:
        self.step = step  # no super().__init__()

    def cycle(self) -> None:
        self.nCount += self.step


def test_class_body_defaults_are_initial_values_of_every_instance() -> None:
    one, two = MAIN(), MAIN(step=2)
    one.nCount = 5
    assert (two.nCount, two.bOn, two.sName, two.tPause, two.eMode, two.nLimit) == (0, True, "pump", 10**7, Mode.On, 9)


def test_writing_converts_and_checks_as_the_type_demands() -> None:
    program = MAIN()
    program.fReal = 0.1
    assert program.fReal == struct.unpack("f", struct.pack("f", 0.1))[0]
    program.fReal = math.nan
    assert math.isnan(program.fReal)
    with pytest.raises(RangeError, match=r"nCount: -1 is outside UDINT 0\.\.4294967295"):
        program.nCount = -1
    with pytest.raises(RangeError, match=r"nLimit: 256 is outside USINT 0\.\.255"):
        program.nLimit = 256
    with pytest.raises(WrongType, match="bOn: 2 is no BOOL"):
        program.bOn = 2  # type: ignore[assignment]
    with pytest.raises(WrongType, match=r"nCount: 1\.5 is no UDINT"):
        program.nCount = 1.5  # type: ignore[assignment]


def test_a_subclass_keeps_and_extends_the_variables() -> None:
    class MORE(MAIN):
        fExtra: LREAL = 2.0
        bOn: BOOL = False

    program = MORE()
    assert (program.nLimit, program.fExtra, program.bOn, MAIN().bOn) == (9, 2.0, False, True)
    assert [f.name for f in MORE._layout.fields][-1] == "fExtra"


def test_a_misspelt_assignment_is_an_ordinary_attribute() -> None:
    program = MAIN()
    program.nCuont = 3  # type: ignore[attr-defined]
    plc = Plc()
    plc.task("T", "1ms", programs=[program])
    assert "MAIN.nCuont" not in plc.symbols
    assert "MAIN.nCount" in plc.symbols


def test_declarations_that_cannot_work_name_class_and_member() -> None:
    with pytest.raises(DeclarationError, match=r"A\.items: .*no IEC type"):
        type("A", (Program,), {"__annotations__": {"items": list}})
    with pytest.raises(DeclarationError, match=r"B\.fX: LREEL is not known"):
        type("B", (Program,), {"__annotations__": {"fX": "LREEL"}, "__module__": __name__})
    with pytest.raises(DeclarationError, match=r"C\.task: the name is taken"):
        type("C", (Program,), {"__annotations__": {"task": UDINT}})
    with pytest.raises(DeclarationError, match=r"D\.NX: differs from nX by case only"):
        type("D", (GlobalVariables,), {"__annotations__": {"nX": UDINT, "NX": UDINT}})
    with pytest.raises(DeclarationError, match=r"E\.bOn: hides a variable of the base class"):
        type("E", (MAIN,), {"bOn": False})
    with pytest.raises(RangeError, match=r"F\.nX: 300 is outside USINT"):
        type("F", (Program,), {"__annotations__": {"nX": USINT}, "nX": 300})


def test_a_program_needs_a_cycle_and_knows_its_task() -> None:
    with pytest.raises(TypeError, match="abstract"):
        Program()  # type: ignore[abstract]
    program = MAIN()
    with pytest.raises(PlcError, match="MAIN is not part of a task yet"):
        _ = program.task
    task = Plc().task("T", "1ms", programs=[program])
    assert program.task is task
