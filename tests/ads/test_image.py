import enum
import itertools
import struct
from typing import Annotated, Any

import pytest
from ads_decoder import data_type, symbol

from alycat.blocks.clustering.denstream import FB_ALY_DenStream
from alycat.blocks.system.datetime import FB_ALY_DateTime
from alycat.runtime import GlobalVariables, Plc, Program
from alycat.runtime.ads import entries
from alycat.runtime.ads.image import PlcImage
from alycat.runtime.ads.model import AdsError, AdsErrorCode, Kind
from alycat.runtime.composite import Array, FunctionBlock, Struct, Union, rpc_method
from alycat.runtime.declare import var
from alycat.runtime.errors import DeclarationError
from alycat.runtime.iec import (
    BIT,
    BOOL,
    BYTE,
    DINT,
    DT,
    INT,
    LREAL,
    REAL,
    STRING,
    TOD,
    UDINT,
    WSTRING,
    Alias,
    PointerType,
    ReferenceType,
    Subrange,
)


class E_Mode(enum.IntEnum):
    """Modes."""

    Off = 0
    On = 1


class ST_Point(Struct):
    """A point."""

    x: LREAL = var("right", TcEncoding="none")
    y: LREAL


class ST_Bits(Struct, pack_mode=1):
    n: BYTE
    bA: BIT
    bB: BIT
    fEnd: LREAL


class U_Any(Union):
    n: UDINT
    f: REAL


class FB_Base(FunctionBlock):
    nCalls: UDINT


class FB_Sum(FB_Base):
    stLast: ST_Point
    nFixed: INT = var("fixed", 3, constant=True)

    @rpc_method
    def Add(self, nA: DINT, fB: LREAL) -> LREAL:
        """The sum."""
        self.nCalls += 1
        return nA + fB

    @rpc_method(outputs=["sText", "stPoint"])
    def Many(self, eMode: E_Mode, stPoint: ST_Point) -> tuple[None, STRING, ST_Point]:
        return None, eMode.name, ST_Point(x=stPoint.y, y=stPoint.x)

    @rpc_method
    def Fail(self) -> BOOL:
        return bool(1 // 0)


class GVL(GlobalVariables):
    nLimit: UDINT = var("limit", 5, persistent=True, OPC="1")
    aPoints: Annotated[Array[ST_Point], (0, 1), (1, 3)]
    aRows: Annotated[Array[Annotated[Array[INT], (0, 1)]], (-1, 1)]
    aFlags: Annotated[Array[BOOL], (0, 99)]
    sText: STRING = "text"
    sWide: WSTRING
    eMode: E_Mode
    nPercent: Annotated[INT, Subrange(-5, 100)]
    fSpeed: Annotated[LREAL, Alias("T_Speed")]
    tDay: TOD
    tStamp: DT
    nConst: INT = var("", 7, constant=True)
    bOn: BOOL


class MAIN(Program):
    fInput: LREAL = 1.5
    stBits: ST_Bits
    uAny: U_Any
    fbSum: FB_Sum
    tWrapped: FB_ALY_DateTime
    pInput: Annotated[int, PointerType(LREAL)]
    refPoint: Annotated[int, ReferenceType(ST_Point)]

    def __init__(self) -> None:
        self.fbDenStream = FB_ALY_DenStream(nNumChannels=2)
        self.stamps = [FB_ALY_DateTime(5), FB_ALY_DateTime(6)]
        self.named = {"left": FB_ALY_DateTime(7)}

    def cycle(self) -> None:
        self.fInput += 1


class Case:
    """A small Plc with its image, and what a client does by name."""

    def __init__(self, flat: bool = False) -> None:
        self.main, self.gvl = MAIN(), GVL()
        self.plc = Plc(name="Line")
        self.plc.task("PlcTask", "10ms", programs=[self.main])
        self.plc.add_globals(self.gvl)
        self.image = PlcImage(self.plc, flat=flat)

    def read(self, path: str) -> bytes:
        found = self.image.find(path)
        return self.image.read(found.group, found.offset, found.size)

    def write(self, path: str, data: bytes) -> None:
        found = self.image.find(path)
        self.image.write(found.group, found.offset, data)

    def error(self, action: Any, *args: Any) -> AdsErrorCode:
        with pytest.raises(AdsError) as caught:
            action(*args)
        return AdsErrorCode(caught.value.code)


@pytest.fixture
def case() -> Case:
    return Case()


# --- the table --------------------------------------------------------------------------------------------------------


def test_top_level_symbols_in_the_order_of_their_declaration(case: Case) -> None:
    names = [s.path for s in case.image.symbols()]
    assert names[:10] == [
        "MAIN.fInput",
        "MAIN.stBits",
        "MAIN.uAny",
        "MAIN.fbSum",
        "MAIN.tWrapped",
        "MAIN.pInput",
        "MAIN.refPoint",
        "MAIN.fbDenStream",
        "MAIN.stamps",
        "MAIN.named[left]",
    ]
    assert names[10:12] == ["GVL.nLimit", "GVL.aPoints"]
    assert names[-2:] == ["TwinCAT_SystemInfoVarList._TaskInfo", "TwinCAT_SystemInfoVarList._AppInfo"]


def test_symbols_do_not_overlap_and_are_found_as_they_are_listed(case: Case) -> None:
    symbols = sorted(case.image.symbols(), key=lambda s: s.offset)
    for first, second in itertools.pairwise(symbols):
        assert first.offset + first.size <= second.offset
    area = case.image.memory().area(0x4040)
    assert area is not None and symbols[-1].offset + symbols[-1].size == len(area)
    for listed in symbols:
        assert case.image.find(listed.path.upper()) == listed
        assert case.image.read(listed.group, listed.offset, listed.size) == case.read(listed.path)


def test_every_named_type_can_be_looked_up(case: Case) -> None:
    known = {t.name for t in case.image.types()}
    assert len(known) == len(case.image.types())
    named = {s.type_name for s in case.image.symbols()}
    for kind in case.image.types():
        assert case.image.type(kind.name.lower()) is kind
        named |= {kind.base, *(m.type_name for m in kind.members)} - {""}
        for method in kind.methods:
            named |= {method.return_type, *(p.type_name for p in method.parameters)} - {""}
    assert named <= known
    assert case.error(case.image.type, "LREEL") is AdsErrorCode.SYMBOL_NOT_FOUND


@pytest.mark.parametrize(
    ("name", "kind", "size", "ads_id", "base"),
    [
        ("STRING(80)", Kind.BASE, 81, 30, ""),
        ("WSTRING(80)", Kind.BASE, 162, 31, ""),
        ("TIME_OF_DAY", Kind.BASE, 4, 19, ""),
        ("DATE_AND_TIME", Kind.BASE, 4, 19, ""),
        ("BIT", Kind.BASE, 1, 33, ""),
        ("T_Speed", Kind.ALIAS, 8, 5, "LREAL"),
        ("INT (-5..100)", Kind.ALIAS, 2, 2, "INT"),
        ("E_Mode", Kind.ENUM, 2, 2, "INT"),
        ("ST_Point", Kind.STRUCT, 16, 65, ""),
        ("U_Any", Kind.UNION, 4, 65, ""),
        ("FB_Sum", Kind.FUNCTION_BLOCK, 40, 65, "FB_Base"),
        ("FB_Base", Kind.FUNCTION_BLOCK, 16, 65, ""),
        ("FB_ALY_DateTime", Kind.FUNCTION_BLOCK, 16, 65, ""),
        ("FB_TcMessage", Kind.FUNCTION_BLOCK, 272, 65, ""),
        ("ARRAY [0..1,1..3] OF ST_Point", Kind.ARRAY, 96, 65, "ST_Point"),
        ("ARRAY [-1..1] OF ARRAY [0..1] OF INT", Kind.ARRAY, 12, 2, "ARRAY [0..1] OF INT"),
        ("POINTER TO LREAL", Kind.POINTER, 8, 21, ""),
        ("REFERENCE TO ST_Point", Kind.REFERENCE, 8, 21, ""),
        ("OTCID", Kind.ALIAS, 4, 19, "UDINT"),
    ],
)
def test_types_as_clients_see_them(case: Case, name: str, kind: Kind, size: int, ads_id: int, base: str) -> None:
    found = case.image.type(name)
    assert (found.kind, found.size, found.ads_id, found.base) == (kind, size, ads_id, base)


def test_a_block_is_browsable_from_the_uploads_alone(case: Case) -> None:
    symbols = [symbol(entries.symbol_entry(s)) for s in case.image.symbols()]
    types = {t["name"]: t for t in (data_type(entries.type_entry(t)) for t in case.image.types())}
    block = next(s for s in symbols if s["name"] == "MAIN.fbDenStream")
    member = next(m for m in types[block["type"]]["members"] if m["name"] == "nClusterIdx")
    assert (member["type"], member["size"], member["ads_id"]) == ("DINT", 4, 3)
    found = case.image.find("MAIN.fbDenStream.nClusterIdx")
    assert (found.group, found.offset, found.size) == (0x4040, block["offset"] + member["offset"], 4)
    assert case.image.read(0x4040, block["offset"] + member["offset"], 4) == b"\xff" * 4
    message = next(m for m in types[block["type"]]["members"] if m["name"] == "ipResultMessage")
    assert [m["name"] for m in types[message["type"]]["members"]] == ["nEventId", "eSeverity", "sEventText"]
    assert message["offset"] == 8
    assert types["FB_Sum"]["methods"][0] == {
        "name": "Add",
        "returns": "LREAL",
        "comment": "The sum.",
        "size": 8,
        "ads_id": 5,
        "alignment": 8,
        "parameters": [("nA", "DINT", 4, 3, 1), ("fB", "LREAL", 8, 5, 1)],
    }
    assert types["ST_Bits"]["attributes"] == {"pack_mode": "1"}
    bits = {m["name"]: (m["offset"], m["size"], m["flags"]) for m in types["ST_Bits"]["members"]}
    assert bits == {"n": (0, 1, 2), "bA": (8, 1, 0x22), "bB": (9, 1, 0x22), "fEnd": (2, 8, 2)}
    assert (types["E_Mode"]["values"], types["E_Mode"]["comment"]) == ({"Off": 0, "On": 1}, "Modes.")


@pytest.mark.parametrize(
    ("path", "type_name", "offset", "size"),
    [
        ("gvl.APOINTS[ 1 , 2 ].y", "LREAL", 4 * 16 + 8, 8),
        ("GVL.aPoints[0,3]", "ST_Point", 2 * 16, 16),
        ("GVL.aRows[-1][1]", "INT", 2, 2),
        ("GVL.aRows[+1]", "ARRAY [0..1] OF INT", 8, 4),
    ],
)
def test_paths(case: Case, path: str, type_name: str, offset: int, size: int) -> None:
    found = case.image.find(path)
    root = case.image.find(path.partition("[")[0])
    assert (found.type_name, found.offset - root.offset, found.size) == (type_name, offset, size)
    assert case.image.find(path) is found


@pytest.mark.parametrize(
    "path",
    "|MAIN|MAIN.|MAIN.x|GVL.aPoints[2,1]|GVL.aPoints[0,0]|GVL.aPoints[1]|GVL.aPoints[1,2,3]|GVL.aPoints[x,1]|GVL.aPoints[]"
    "|GVL.aPoints[1,2].z|GVL.nLimit.x|GVL.nLimit^|GVL.nLimit[0]|GVL.aPoints[1,2|GVL.aPoints[1,2]]|GVL.aPoints[1,2]..x"
    "|GVL..nLimit|MAIN.pInput^|MAIN.refPoint.x|MAIN.fbDenStream.Configure|MAIN.fbDenStream.eps_sq|MAIN.stamps[2].nRaw"
    "|GVL.aPoints[99999999999999999999,1]".split("|"),
)
def test_what_is_not_there_is_not_found(case: Case, path: str) -> None:
    assert case.error(case.image.find, path) is AdsErrorCode.SYMBOL_NOT_FOUND


def test_members_have_their_own_comments_attributes_and_flags(case: Case) -> None:
    found = case.image.find("GVL.aPoints[0,1].x")
    assert (found.comment, found.attributes) == ("right", {"TcEncoding": "none"})
    limit = case.image.find("GVL.nLimit")
    assert (limit.comment, limit.attributes, limit.is_persistent) == ("limit", {"OPC": "1"}, True)
    bit = case.image.find("MAIN.stBits.bB")
    start = case.image.find("MAIN.stBits").offset
    assert (bit.group, bit.offset, bit.size, bit.is_bit) == (0x4041, 8 * start + 9, 1, True)
    for path in ("GVL.nConst", "MAIN.fbDenStream.bError", "MAIN.fbSum.nFixed", "MAIN.fbDenStream.fbTimeLastEvent.nRaw"):
        assert case.image.find(path).is_read_only
    for path in ("MAIN.stamps[1].nRaw", "MAIN.fbSum", "MAIN.tWrapped.nRaw"):
        assert not case.image.find(path).is_read_only


def test_flat_lists_members_too() -> None:
    flat = Case(flat=True).image
    names = [s.path for s in flat.symbols()]
    assert {"MAIN.fbDenStream.nClusterIdx", "MAIN.fbSum.stLast.x", "MAIN.stBits.bA", "GVL.aPoints"} <= set(names)
    assert all(flat.find(s.path) == s for s in flat.symbols())


def test_two_types_of_one_name_are_refused() -> None:
    other = type("ST_Point", (Struct,), {"__annotations__": {"z": LREAL}})
    plc = Plc()
    names = {"__annotations__": {"a": ST_Point, "b": other}}
    plc.add_globals(type("GVL", (GlobalVariables,), names)())
    with pytest.raises(DeclarationError, match="ST_Point: two different types have this name"):
        PlcImage(plc)


# --- reading ----------------------------------------------------------------------------------------------------------


def test_values_are_those_of_the_variables(case: Case) -> None:
    case.gvl.aPoints[1, 3].y = 2.5
    case.main.stBits.bB = True
    case.main.tWrapped = FB_ALY_DateTime(99)
    assert case.read("GVL.aPoints[1,3].y") == struct.pack("<d", 2.5)
    assert (case.read("MAIN.stBits.bA"), case.read("MAIN.stBits.bB")) == (b"\0", b"\1")
    assert case.read("GVL.sText") == b"text".ljust(81, b"\0")
    assert case.read("MAIN.tWrapped") == bytes(8) + struct.pack("<Q", 99)
    assert case.read("MAIN.stamps") == struct.pack("<QQQQ", 0, 5, 0, 6)
    assert case.read("MAIN.named[left].nRaw") == struct.pack("<Q", 7)
    assert case.read("TwinCAT_SystemInfoVarList._TaskInfo[1].TaskName").startswith(b"PlcTask\0")
    assert case.read("TwinCAT_SystemInfoVarList._AppInfo.ProjectName").startswith(b"Line\0")


def test_a_block_is_followed_through_configure_and_errors(case: Case) -> None:
    block = case.main.fbDenStream
    assert block.Call(tTimestamp=1, bUpdateMCs=True) is False
    assert case.read("MAIN.fbDenStream.bError") == b"\1"
    assert struct.unpack("<I", case.read("MAIN.fbDenStream.ipResultMessage.nEventId"))[0] == 0x3007
    assert case.read("MAIN.fbDenStream.ipResultMessage.sEventText").startswith(b"configuration missing\0")
    assert case.read("MAIN.fbDenStream.ipResultMessage.eSeverity") == b"\3\0"
    version = case.image.version
    block.Configure(**FB_ALY_DenStream.example)
    for channel in (1, 2):
        block.SetChannelValue(channel, 1.0)
    block.Call(tTimestamp=10**9, bUpdateMCs=True)
    assert case.read("MAIN.fbDenStream.ipResultMessage") == bytes(272)
    assert (case.read("MAIN.fbDenStream.bConfigured"), case.read("MAIN.fbDenStream.bError")) == (b"\1", b"\0")
    outputs = block.interface()["outputs"]
    assert struct.unpack("<I", case.read("MAIN.fbDenStream.nNumOutMCs"))[0] == block.nNumOutMCs == 1
    whole = case.read("MAIN.fbDenStream")
    for member in case.image.type("FB_ALY_DenStream").members:
        path = f"MAIN.fbDenStream.{member.name}"
        assert whole[member.offset : member.offset + member.size] == case.read(path)
    assert len(outputs) + 1 == len(case.image.type("FB_ALY_DenStream").members)  # and nNumChannels
    assert case.image.version == version


def test_within_a_run_clients_see_what_was_published(case: Case) -> None:
    seen = []

    def between(_: Any) -> None:
        before = case.read("MAIN.fInput")
        case.image.publish()
        seen.append((before, case.read("MAIN.fInput")))

    case.plc.cycle_finished.append(between)
    case.plc.run(cycles=2)
    values = [tuple(struct.unpack("<d", data)[0] for data in pair) for pair in seen]
    assert values == [(1.5, 2.5), (2.5, 3.5)]


def test_published_memory_does_not_change(case: Case) -> None:
    memory = case.image.memory()
    assert case.image.memory() is memory
    before = memory.read(0x4040, 0, 8)
    case.main.fInput = 9
    case.image.publish()
    assert memory.read(0x4040, 0, 8) == before != case.image.memory().read(0x4040, 0, 8)


def test_areas_and_their_ends(case: Case) -> None:
    area = case.image.memory().area(0x4040)
    assert area is not None
    size = len(area)
    for group in (0x4020, 0xF020, 0xF030):
        assert case.image.read(group, 0xFFFF, 1) == b"\0"
        assert case.error(case.image.read, group, 0xFFFF, 2) is AdsErrorCode.INVALID_OFFSET
    assert case.image.read(0x4040, size, 0) == b""
    assert case.error(case.image.read, 0x4040, size, 1) is AdsErrorCode.INVALID_OFFSET
    assert case.error(case.image.read, 0x4041, 8 * size, 1) is AdsErrorCode.INVALID_OFFSET
    assert case.error(case.image.read, 0x4041, 0, 0xFFFFFFFF) is AdsErrorCode.INVALID_OFFSET
    assert case.error(case.image.read, 0x1234, 0, 1) is AdsErrorCode.INVALID_GROUP
    assert case.error(case.image.write, 0x1234, 0, b"1") is AdsErrorCode.INVALID_GROUP
    assert case.image.memory().area(0x4041) is None


# --- writing ----------------------------------------------------------------------------------------------------------


def test_writes_outside_a_run_act_at_once(case: Case) -> None:
    case.write("GVL.aPoints[0,2]", struct.pack("<dd", 1, 2))
    case.write("MAIN.stBits.bB", b"\1")
    case.write("MAIN.tWrapped.nRaw", struct.pack("<Q", 12))
    case.write("MAIN.stamps[1].nRaw", struct.pack("<Q", 13))
    case.write("GVL.eMode", b"\1\0")
    assert case.gvl.aPoints[0, 2] == ST_Point(x=1, y=2)
    assert (case.main.stBits.bA, case.main.stBits.bB, case.main.stBits.n) == (False, True, 0)
    assert (case.main.tWrapped.nRaw, case.main.stamps[1].nRaw, case.gvl.eMode) == (12, 13, E_Mode.On)
    case.write("MAIN.stBits.bB", b"\0")
    assert not case.main.stBits.bB


def test_writes_within_a_run_wait_for_apply_writes(case: Case) -> None:
    values = []

    def between(_: Any) -> None:
        if case.main.fInput == 2.5:
            case.write("MAIN.fInput", struct.pack("<d", 100))
            values.append(case.main.fInput)
            case.image.apply_writes()
        values.append(case.main.fInput)

    case.plc.cycle_finished.append(between)
    case.plc.run(cycles=2)
    assert values == [2.5, 100, 101]


def test_marker_and_process_areas_can_be_written(case: Case) -> None:
    case.image.write(0x4020, 10, b"\x0f\xf0")
    case.image.write(0x4021, 8 * 10 + 4, b"\1\0")
    assert case.image.read(0x4020, 9, 4) == b"\0\x1f\xf0\0"
    assert case.image.read(0x4021, 80, 8) == b"\1\1\1\1\1\0\0\0"
    case.image.write(0xF031, 3, b"\1")
    assert case.image.read(0xF030, 0, 1) == b"\x08"


@pytest.mark.parametrize(
    ("path", "data", "code"),
    [
        ("GVL.eMode", b"\2\0", AdsErrorCode.INVALID_VALUE),
        ("GVL.bOn", b"\2", AdsErrorCode.INVALID_VALUE),
        ("GVL.nPercent", struct.pack("<h", -6), AdsErrorCode.INVALID_VALUE),
        ("GVL.aFlags", bytes(99) + b"\5", AdsErrorCode.INVALID_VALUE),
        ("GVL.aFlags[7]", b"\5", AdsErrorCode.INVALID_VALUE),
        ("MAIN.stBits.bA", b"\2", AdsErrorCode.INVALID_VALUE),
        ("GVL.nConst", b"\0\0", AdsErrorCode.NOT_PERMITTED),
        ("MAIN.fbDenStream.nClusterIdx", bytes(4), AdsErrorCode.NOT_PERMITTED),
        ("MAIN.fbDenStream", bytes(344), AdsErrorCode.NOT_PERMITTED),
        ("MAIN.fbSum", bytes(40), AdsErrorCode.NOT_PERMITTED),
        ("TwinCAT_SystemInfoVarList._AppInfo.TaskCnt", bytes(4), AdsErrorCode.NOT_PERMITTED),
        ("MAIN.fInput", bytes(9), AdsErrorCode.WRONG_SIZE),
        ("GVL.sText", bytes(82), AdsErrorCode.WRONG_SIZE),
    ],
)
def test_what_may_not_be_written(case: Case, path: str, data: bytes, code: AdsErrorCode) -> None:
    before = case.read(path)
    assert case.error(case.write, path, data) is code
    assert case.read(path) == before


def test_values_at_the_edges_may_be_written(case: Case) -> None:
    case.write("GVL.nPercent", struct.pack("<h", -5))
    case.write("GVL.aFlags", bytes([1, 0] * 50))
    case.write("MAIN.uAny", b"\xff" * 4)
    case.write("MAIN.fbSum.nCalls", struct.pack("<I", 9))
    assert (case.gvl.nPercent, case.gvl.aFlags[98], case.main.uAny.n, case.main.fbSum.nCalls) == (
        -5,
        True,
        2**32 - 1,
        9,
    )


def test_stored_texts_always_end(case: Case) -> None:
    case.write("GVL.sText", b"x" * 81)
    case.write("GVL.sWide", b"y\0" * 81)
    assert (case.gvl.sText, case.gvl.sWide) == ("x" * 80, "y" * 80)
    case.write("GVL.sText", b"ab\0")
    assert case.gvl.sText == "ab"


# --- pointers, methods, changes ---------------------------------------------------------------------------------------


def test_pointers_and_references_lead_to_their_targets(case: Case) -> None:
    case.main.pInput = case.plc.symbols.address("MAIN.fInput")
    case.main.refPoint = case.plc.symbols.address("GVL.aPoints[0,2]")
    target = case.image.find("MAIN.pInput^")
    assert (target.offset, target.type_name, target.is_fixed) == (case.image.find("MAIN.fInput").offset, "LREAL", False)
    member = case.image.find("MAIN.refPoint.y")
    assert member.offset == case.image.find("GVL.aPoints[0,2].y").offset
    whole = case.image.find("MAIN.refPoint")
    assert (whole.type_name, whole.size, whole.is_reference) == ("ST_Point", 16, True)
    assert whole in case.image.symbols()
    case.main.refPoint = case.plc.symbols.address("GVL.aPoints[1,1]")
    assert case.image.find("MAIN.refPoint.y").offset == case.image.find("GVL.aPoints[1,1].y").offset


@pytest.mark.parametrize("address", [1, 1 << 32 | 0xFFFF, 99 << 32, 2**64 - 1])
def test_a_pointer_to_nowhere_leads_nowhere(case: Case, address: int) -> None:
    case.write("MAIN.pInput", struct.pack("<Q", address))
    assert case.error(case.image.find, "MAIN.pInput^") is AdsErrorCode.SYMBOL_NOT_FOUND


def test_methods_are_called_with_packed_values(case: Case) -> None:
    assert case.image.call("MAIN.fbSum", "add", struct.pack("<id", 2, 1.5)) == struct.pack("<d", 3.5)
    assert case.main.fbSum.nCalls == 1
    answer = case.image.call("main.FBSUM", "Many", struct.pack("<hdd", 1, 2, 3))
    assert answer == b"On".ljust(81, b"\0") + struct.pack("<dd", 3, 2)


@pytest.mark.parametrize(
    ("path", "method", "data", "code"),
    [
        ("MAIN.fbSum", "Sub", b"", AdsErrorCode.SYMBOL_NOT_FOUND),
        ("MAIN.fInput", "Add", b"", AdsErrorCode.SYMBOL_NOT_FOUND),
        ("MAIN.fbDenStream", "Reset", b"", AdsErrorCode.SYMBOL_NOT_FOUND),
        ("MAIN.fbSum", "Add", bytes(11), AdsErrorCode.WRONG_SIZE),
        ("MAIN.fbSum", "Many", struct.pack("<hdd", 7, 2, 3), AdsErrorCode.INVALID_VALUE),
        ("MAIN.fbSum", "Fail", b"", AdsErrorCode.INVALID_STATE),
    ],
)
def test_calls_that_cannot_be(case: Case, path: str, method: str, data: bytes, code: AdsErrorCode) -> None:
    assert case.error(case.image.call, path, method, data) is code


def test_a_changed_project_has_a_new_version(case: Case) -> None:
    version = case.image.version
    case.main.stamps[0] = FB_ALY_DateTime(50)
    assert case.read("MAIN.stamps[0].nRaw") == struct.pack("<Q", 50)
    assert case.image.version == version
    case.main.stamps = [*case.main.stamps, FB_ALY_DateTime(51)]
    assert case.read("MAIN.stamps[0].nRaw") == struct.pack("<Q", 50)  # notices the change
    assert case.read("MAIN.stamps[2].nRaw") == struct.pack("<Q", 51)
    assert case.image.version == version + 1
    case.plc.task("Second", "20ms")
    case.image.refresh()
    assert case.image.version == version + 2
    assert case.image.find("TwinCAT_SystemInfoVarList._TaskInfo[2].TaskName").size == 64
