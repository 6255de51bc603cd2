from typing import Any

import pytest

from alycat.blocks.system.datetime import FB_ALY_DateTime
from alycat.blocks.system.system_time import FB_ALY_GetSystemTime
from alycat.runtime import GlobalVariables, Plc, Program
from alycat.runtime.block import AlgorithmBlock
from alycat.runtime.declare import output, variable_member
from alycat.runtime.errors import RangeError, UnknownName, WrongType
from alycat.runtime.iec import BOOL, LREAL, UDINT


class FB_Small(AlgorithmBlock):
    nCount: UDINT = output("calls so far")
    fbTimeLastEvent: FB_ALY_DateTime = output("latest event")


class GVL(GlobalVariables):
    nLimit: UDINT = 5


class MAIN(Program):
    fInput: LREAL = variable_member("measured value", 1.5)
    bOn: BOOL
    tStamp: FB_ALY_DateTime

    def __init__(self) -> None:
        self.fb = FB_Small()
        self.channels = [FB_Small(), FB_Small()]
        self.named = {"left": FB_ALY_GetSystemTime()}
        self.stamp = FB_ALY_DateTime(77)
        self.plain = 3

    def cycle(self) -> None:
        self.named["left"].Call()


@pytest.fixture
def plc() -> Plc:
    plc = Plc(name="Line1")
    plc.task("PlcTask", "10ms", programs=[MAIN()])
    plc.add_globals(GVL())
    return plc


def test_the_table_lists_variables_and_outputs_in_declaration_order(plc: Plc) -> None:
    paths = list(plc.symbols)
    assert paths[:4] == ["MAIN.fInput", "MAIN.bOn", "MAIN.tStamp", "MAIN.fb.ipResultMessage"]
    assert "MAIN.channels[1].nCount" in paths
    assert paths.index("MAIN.named[left].tSystemTime") < paths.index("MAIN.stamp.nRaw") < paths.index("GVL.nLimit")
    assert paths[-1] == "TwinCAT_SystemInfoVarList._AppInfo.ActiveIoForces"
    assert len(plc.symbols) == len(paths) == len(set(paths))
    assert all(plc.symbols[path].path == path for path in paths)


@pytest.mark.parametrize(
    ("path", "spelling", "type_name", "value"),
    [
        ("main.FINPUT", "MAIN.fInput", "LREAL", 1.5),
        ("gvl.nlimit", "GVL.nLimit", "UDINT", 5),
        ("main.fb.ncount", "MAIN.fb.nCount", "UDINT", 0),
        ("MAIN.fb.fbtimelastevent.nraw", "MAIN.fb.fbTimeLastEvent.nRaw", "ULINT", 0),
        ("MAIN.fb.ipResultMessage.neventid", "MAIN.fb.ipResultMessage.nEventId", "LINT", 0),
        ("MAIN.Channels[1].bError", "MAIN.channels[1].bError", "BOOL", False),
        ("MAIN.named[LEFT].tSystemTime", "MAIN.named[left].tSystemTime", "ULINT", 0),
        ("MAIN.stamp.nRaw", "MAIN.stamp.nRaw", "ULINT", 77),
        ("twincat_systeminfovarlist._taskinfo[1].taskname", "", "STRING(63)", "PlcTask"),
        ("TwinCAT_SystemInfoVarList._AppInfo.TaskCnt", "", "UDINT", 1),
        ("TwinCAT_SystemInfoVarList._AppInfo.ProjectName", "", "STRING(63)", "Line1"),
    ],
)
def test_paths_are_resolved_without_regard_to_case(
    plc: Plc, path: str, spelling: str, type_name: str, value: Any
) -> None:
    symbol = plc.symbols[path]
    assert symbol.path.lower() == path.lower()
    assert not spelling or symbol.path == spelling
    assert (symbol.type_name, symbol.read()) == (type_name, value)


def test_variables_can_be_written_and_outputs_cannot(plc: Plc) -> None:
    plc.symbols["MAIN.fInput"].write(4)
    plc.symbols["MAIN.stamp.nRaw"].write(78)
    plc.symbols["MAIN.tStamp"].write(FB_ALY_DateTime(9))
    assert plc.symbols["MAIN.fInput"].read() == 4.0
    assert plc.symbols["MAIN.stamp.nRaw"].read() == 78
    assert plc.symbols["MAIN.tStamp.nRaw"].read() == 9
    assert plc.symbols["MAIN.fInput"].meaning == "measured value"
    with pytest.raises(RangeError, match=r"GVL\.nLimit: -1 is outside UDINT"):
        plc.symbols["GVL.nLimit"].write(-1)
    for path in ("MAIN.fb.nCount", "MAIN.fb.fbTimeLastEvent.nRaw", "MAIN.fb.ipResultMessage.nEventId"):
        assert not plc.symbols[path].writable
        with pytest.raises(WrongType, match="is written by its block only"):
            plc.symbols[path].write(1)


def test_a_whole_block_is_found_too(plc: Plc) -> None:
    symbol = plc.symbols["MAIN.fb"]
    assert isinstance(symbol.read(), FB_Small)
    assert (symbol.type_name, symbol.type) == ("FB_Small", None)


@pytest.mark.parametrize(
    "path", ["", "MAIN", "MAIN.", "MAIN.plain", "MAIN.fb.Call", "MAIN.channels[2].nCount", "MAIN.fb[", "MAIN..fInput"]
)
def test_what_is_no_symbol_is_unknown(plc: Plc, path: str) -> None:
    assert path not in plc.symbols
    with pytest.raises(UnknownName, match="no such symbol"):
        plc.symbols[path]


def test_an_unknown_path_names_close_ones(plc: Plc) -> None:
    with pytest.raises(UnknownName, match=r"MAIN\.fInptu: no such symbol; close to it: MAIN\.fInput"):
        plc.symbols["MAIN.fInptu"]


def test_a_new_block_in_place_of_an_old_one_is_seen_through_the_same_symbol(plc: Plc) -> None:
    symbol = plc.symbols["MAIN.stamp.nRaw"]
    program = plc.tasks[0].programs[0][1]
    program.stamp = FB_ALY_DateTime(5)  # type: ignore[attr-defined]
    assert symbol.read() == 5


def test_body_inputs_are_symbols_that_can_be_written_and_outlive_configure() -> None:
    from alycat.blocks import FB_ALY_EdgeCounter_1Ch

    class COUNTING(Program):
        def __init__(self) -> None:
            self.fb = FB_ALY_EdgeCounter_1Ch()

        def cycle(self) -> None:
            pass

    plc, program = Plc(), COUNTING()
    plc.task("PlcTask", cycle_time="10ms", programs=[program])
    symbol = plc.symbols["COUNTING.fb.bPersistent"]
    symbol.write(True)
    assert program.fb.bPersistent and symbol.read() is True
    assert program.fb.ConfigureChannel((1, 0.5)) and program.fb.Configure()
    assert program.fb.bPersistent and symbol.read() is True
