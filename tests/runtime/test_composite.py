import ctypes
import enum
from typing import Annotated, Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from alycat.runtime import GlobalVariables, Plc, Program
from alycat.runtime.composite import Array, FunctionBlock, Struct, Union, array, enum_base, rpc_method
from alycat.runtime.declare import var
from alycat.runtime.errors import DeclarationError, RangeError, SnapshotError, UnknownName, WrongType
from alycat.runtime.iec import (
    BIT,
    BOOL,
    BYTE,
    DINT,
    INT,
    LREAL,
    REAL,
    STRING,
    UDINT,
    WSTRING,
    Alias,
    PointerType,
    ReferenceType,
    StringType,
    Subrange,
    alias,
    iec_type,
    string,
    subrange,
    wstring,
)


class ST_Point(Struct):
    """A point.

    With more to say.
    """

    x: LREAL
    y: LREAL = var("height", 1.5, DisplayMin="0", persistent=True)


class ST_Packed(Struct, pack_mode=1):
    a: BYTE
    b: LREAL
    c: INT


class ST_Bits(Struct):
    n: BYTE
    b0: BIT
    b1: BIT = True
    w: INT
    b2: BIT


class ST_Child(ST_Point):
    bOn: BOOL = True
    stInner: ST_Packed


class U_Any(Union):
    nRaw: UDINT = 0x3F800000
    fValue: REAL
    aBytes: Annotated[Array[BYTE], (0, 3)]


@enum_base(UDINT, initial=5)
class E_Big(enum.IntEnum):
    A = 0
    B = 5
    C = 4_000_000_000


class FB_Base(FunctionBlock):
    nCalls: UDINT

    @rpc_method
    def Count(self) -> UDINT:
        """One more."""
        self.nCalls += 1
        return self.nCalls


class FB_Child(FB_Base):
    fSum: LREAL

    @rpc_method(outputs=["nQuotient", "nRest"])
    def Divide(self, nA: DINT, nB: DINT = 2) -> tuple[BOOL, DINT, DINT]:
        self.Count()
        return True, nA // nB, nA % nB


class MAIN(Program):
    stPoint: ST_Point
    stChild: ST_Child
    stBits: ST_Bits
    uAny: U_Any
    aInts: Annotated[Array[INT], (-1, 1)] = [1, 2, 3]  # type: ignore[assignment]
    aGrid: Annotated[Array[ST_Point], (0, 1), (1, 3)]
    aRows: Annotated[Array[Annotated[Array[INT], (0, 1)]], (1, 2)]
    aTexts: Annotated[Array[STRING], (0, 1)]
    sWide: WSTRING = "hä𝄞"
    sUtf8: Annotated[str, StringType(10)] = var("as UTF-8", "ä€", TcEncoding="utf-8")
    eBig: E_Big
    nPercent: Annotated[INT, Subrange(5, 100)]
    fSpeed: Annotated[LREAL, Alias("T_Speed")] = 2.5
    fb: FB_Child
    pPoint: Annotated[int, PointerType(ST_Point)]
    refX: Annotated[int, ReferenceType(LREAL)]
    nMax: INT = var("a constant", 7, constant=True)

    def cycle(self) -> None:
        self.stPoint.x += 1


class GVL(GlobalVariables):
    aPoints: Annotated[Array[ST_Point], (1, 2)]
    fX: LREAL = 3.0


def offsets(kind: Any) -> dict[str, int]:
    layout = iec_type(kind).layout  # type: ignore[attr-defined]
    return {f.name: layout.bit_offset(f.name) / 8 for f in layout.fields} | {"size": layout.size}


# --- layout -----------------------------------------------------------------------------------------------------------


def test_structures_lie_as_in_twincat() -> None:
    assert offsets(ST_Point) == {"x": 0, "y": 8, "size": 16}
    assert offsets(ST_Packed) == {"a": 0, "b": 1, "c": 9, "size": 11}
    assert offsets(ST_Child) == {"x": 0, "y": 8, "bOn": 16, "stInner": 17, "size": 32}
    assert offsets(ST_Bits) == {"n": 0, "b0": 1, "b1": 1 + 1 / 8, "w": 2, "b2": 4, "size": 6}
    assert offsets(U_Any) == {"nRaw": 0, "fValue": 0, "aBytes": 0, "size": 4}
    assert offsets(FB_Base) == {"nCalls": 8, "size": 16}
    assert offsets(FB_Child) == {"nCalls": 8, "fSum": 16, "size": 24}


def test_nine_bits_take_two_bytes() -> None:
    names = [f"b{n}" for n in range(9)]
    kind = type("ST_Nine", (Struct,), {"__annotations__": {**dict.fromkeys(names, BIT), "nEnd": BYTE}})
    assert offsets(kind) == {**{n: i / 8 for i, n in enumerate(names)}, "nEnd": 2, "size": 3}


def test_an_empty_structure_and_an_empty_block() -> None:
    assert offsets(type("ST_None", (Struct,), {})) == {"size": 0}
    assert offsets(type("FB_None", (FunctionBlock,), {})) == {"size": 8}


TYPES = {
    BYTE: (1, 1),
    INT: (2, 2),
    UDINT: (4, 4),
    LREAL: (8, 8),
    STRING: (81, 1),
    WSTRING: (162, 2),
    ST_Packed: (11, 1),
}


@given(st.lists(st.sampled_from(list(TYPES)), min_size=1, max_size=12), st.sampled_from([1, 2, 4, 8]))
def test_every_member_lies_at_the_smaller_of_alignment_and_pack_mode(members: list[Any], pack: int) -> None:
    names = {f"m{n}": kind for n, kind in enumerate(members)}
    kind = type(Struct)("ST_Any", (Struct,), {"__annotations__": names}, pack_mode=pack)
    end, largest, expected = 0, 1, {}
    for name, member in names.items():
        size, alignment = TYPES[member]
        alignment = min(alignment, pack)
        largest = max(largest, alignment)
        expected[name] = -(-end // alignment) * alignment
        end = expected[name] + size
    assert offsets(kind) == {**expected, "size": -(-end // largest) * largest}


# --- values -----------------------------------------------------------------------------------------------------------


def test_attribute_access_gives_live_views() -> None:
    program = MAIN()
    point = program.stPoint
    program.stPoint.x = 3
    assert (point.x, point.y) == (3.0, 1.5)
    program.aGrid[1, 3].y = 9
    assert program.aGrid[1, 3] == ST_Point(x=0, y=9)
    program.aRows[2][1] = 4
    assert list(program.aRows[2]) == [0, 4]
    program.aTexts[1] = "text"
    program.stBits.b2 = True
    assert (program.aTexts[1], program.stBits.b2, program.stBits.b1, program.stBits.b0) == ("text", True, True, False)
    assert MAIN().stPoint.x == 0


def test_assigning_a_whole_value_copies_it() -> None:
    program = MAIN()
    point = ST_Point(x=1, y=2)
    program.stPoint = point
    point.x = 5
    assert program.stPoint == ST_Point(x=1, y=2)
    program.stPoint = {"X": 7}  # type: ignore[assignment]
    assert program.stPoint == ST_Point(x=7, y=1.5)
    program.aInts = [4, 5, 6]  # type: ignore[assignment]
    assert list(program.aInts) == [4, 5, 6]
    program.aGrid = [[{"x": 10 * i + j} for j in range(3)] for i in range(2)]  # type: ignore[assignment]
    assert [p.x for p in program.aGrid] == [0, 1, 2, 10, 11, 12]
    program.aGrid = program.aGrid
    assert program.aGrid[1, 1].x == 10


def test_initial_values() -> None:
    program = MAIN()
    assert list(program.aInts) == [1, 2, 3]
    assert (program.sWide, program.sUtf8, program.eBig, program.nPercent, program.fSpeed) == ("hä𝄞", "ä€", 5, 5, 2.5)
    assert (program.stChild.bOn, program.uAny.fValue, program.uAny.aBytes[3]) == (True, 1.0, 0x3F)


def test_arrays_of_numbers_are_numpy_views_too() -> None:
    program = MAIN()
    program.aInts.numpy()[0] = 77
    assert program.aInts[-1] == 77
    assert program.aInts.bounds == ((-1, 1),)
    assert len(program.aInts) == 3


@pytest.mark.parametrize(
    ("statement", "error", "message"),
    [
        ("p.stPoint.x = 'a'", WrongType, r"x: 'a' is no LREAL"),
        ("p.stPoint.z = 1", UnknownName, r"ST_Point has no member z; its members are x, y"),
        ("p.stPoint.X = 1", UnknownName, r"ST_Point has no member X; its members are x, y"),
        ("p.stPoint = 1", WrongType, r"stPoint: 1 is no ST_Point; a ST_Point or a dict"),
        ("p.stPoint = {'z': 1}", UnknownName, r"stPoint: ST_Point has no member z"),
        ("p.stPoint = ST_Packed()", WrongType, r"is no ST_Point"),
        ("p.aInts[2] = 1", IndexError, r"aInts\[2\]: index 2 is outside -1\.\.1"),
        ("p.aInts[0] = 40000", RangeError, r"aInts\[0\]: 40000 is outside INT"),
        ("p.aInts[0, 0]", WrongType, r"aInts\[0,0\]: 1 indices are needed"),
        ("p.aInts['a']", WrongType, r"'a' is no index"),
        ("p.aRows[2][3] = 1", RangeError, r"aRows\[2\]\[3\]: index 3 is outside 0\.\.1"),
        ("p.aGrid[1]", WrongType, r"2 indices are needed for ARRAY \[0\.\.1,1\.\.3\] OF ST_Point"),
        ("p.aInts = [1, 2]", RangeError, r"aInts: 2 elements given, ARRAY \[-1\.\.1\] OF INT has 3"),
        ("p.aInts = [1, 2, 'x']", WrongType, r"aInts\[1\]: 'x' is no INT"),
        ("p.aInts = 5", WrongType, r"aInts: 5 is no ARRAY"),
        ("p.nPercent = 101", RangeError, r"nPercent: 101 is outside INT \(5\.\.100\) 5\.\.100"),
        ("p.eBig = 1", RangeError, r"eBig: 1 is no E_Big; allowed are A \(0\)"),
        ("p.stBits.b0 = 2", WrongType, r"b0: 2 is no BOOL"),
        ("p.sWide = 'x' * 81", RangeError, r"sWide: 81 characters do not fit"),
        ("p.sUtf8 = '€€€€'", RangeError, r"12 characters do not fit"),
        ("p.nMax = 1", WrongType, r"nMax is a constant"),
    ],
)
def test_what_cannot_be_assigned_is_named(statement: str, error: type[Exception], message: str) -> None:
    with pytest.raises(error, match=message):
        exec(statement, {"p": MAIN(), "ST_Packed": ST_Packed})


def test_declarations_that_cannot_work() -> None:
    with pytest.raises(DeclarationError, match="pack_mode 3 is not allowed"):
        type(Struct)("ST_A", (Struct,), {"__annotations__": {"n": INT}}, pack_mode=3)
    with pytest.raises(DeclarationError, match="BIT is for members"):
        type("GVL_A", (GlobalVariables,), {"__annotations__": {"b": BIT}})
    with pytest.raises(DeclarationError, match=r"ARRAY \[2\.\.1\] OF INT is not possible"):
        array(INT, (2, 1))
    with pytest.raises(DeclarationError, match="an array needs bounds"):
        type("GVL_A", (GlobalVariables,), {"__annotations__": {"a": Array[INT]}})
    with pytest.raises(DeclarationError, match="only function blocks have methods"):
        type("ST_A", (Struct,), {"Count": FB_Base.Count})
    with pytest.raises(DeclarationError, match=r"must lie within -32768\.\.32767"):
        iec_type(subrange(INT, 0, 70_000))
    with pytest.raises(DeclarationError, match="is no type by itself"):
        iec_type(Struct)
    with pytest.raises(DeclarationError, match="differs from x by case only"):
        type("ST_A", (Struct,), {"__annotations__": {"x": INT, "X": INT}})
    with pytest.raises(RangeError, match=r"E_A\.A: 300 is outside BYTE"):
        enum_base(BYTE)(enum.IntEnum("E_A", {"A": 300}))


def test_short_spellings() -> None:
    assert iec_type(array(LREAL, (0, 1), (0, 2))).name == "ARRAY [0..1,0..2] OF LREAL"
    assert iec_type(alias("T_A", array(INT, (0, 1)))).is_live
    assert (iec_type(string(5)).name, iec_type(wstring(5)).name) == ("STRING(5)", "WSTRING(5)")
    assert ctypes.sizeof(iec_type(wstring(5)).ctype) == 12


def test_methods_check_their_inputs() -> None:
    program = MAIN()
    assert program.fb.Divide(7) == (True, 3, 1)
    assert program.fb.nCalls == 1
    with pytest.raises(WrongType, match=r"Divide\.nA: 'x' is no DINT"):
        program.fb.Divide("x")  # type: ignore[arg-type]
    with pytest.raises(UnknownName, match="Divide has no input nX"):
        program.fb.Divide(nX=1)  # type: ignore[call-arg]
    names = [m.name for m in iec_type(FB_Child).methods]  # type: ignore[attr-defined]
    assert names == ["Count", "Divide"]


# --- in a Plc ---------------------------------------------------------------------------------------------------------


@pytest.fixture
def plc() -> Plc:
    plc = Plc()
    plc.task("PlcTask", "10ms", programs=[MAIN()])
    plc.add_globals(GVL())
    return plc


@pytest.mark.parametrize(
    ("path", "spelling", "type_name", "value"),
    [
        ("main.stpoint.X", "MAIN.stPoint.x", "LREAL", 0.0),
        ("gvl.apoints[ 2 ].y", "GVL.aPoints[2].y", "LREAL", 1.5),
        ("MAIN.aGrid[1,3].y", "MAIN.aGrid[1,3].y", "LREAL", 1.5),
        ("MAIN.aRows[2][1]", "MAIN.aRows[2][1]", "INT", 0),
        ("MAIN.stChild.stInner.b", "MAIN.stChild.stInner.b", "LREAL", 0.0),
        ("MAIN.stBits.b1", "MAIN.stBits.b1", "BIT", True),
        ("MAIN.fb.nCalls", "MAIN.fb.nCalls", "UDINT", 0),
        ("MAIN.aTexts[1]", "MAIN.aTexts[1]", "STRING", ""),
        ("MAIN.nMax", "MAIN.nMax", "INT", 7),
    ],
)
def test_paths_reach_into_structures_and_arrays(plc: Plc, path: str, spelling: str, type_name: str, value: Any) -> None:
    symbol = plc.symbols[path]
    assert (symbol.path, symbol.type_name, symbol.read()) == (spelling, type_name, value)


def test_symbols_write_into_the_variable(plc: Plc) -> None:
    program = plc.tasks[0].programs[0][1]
    assert isinstance(program, MAIN)
    for path, value in (("MAIN.aGrid[0,2].x", 4), ("MAIN.aTexts[0]", "a"), ("MAIN.stBits.b0", True)):
        plc.symbols[path].write(value)
    plc.symbols["MAIN.stPoint"].write(ST_Point(x=8))
    assert (program.aGrid[0, 2].x, program.aTexts[0], program.stBits.b0, program.stPoint.x) == (4, "a", True, 8)
    with pytest.raises(RangeError, match=r"MAIN\.aRows\[1\]\[0\]: 99999 is outside INT"):
        plc.symbols["MAIN.aRows[1][0]"].write(99_999)
    with pytest.raises(WrongType, match=r"MAIN\.nMax is a constant"):
        plc.symbols["MAIN.nMax"].write(1)


@pytest.mark.parametrize(
    "path",
    "MAIN.aGrid[2,1] MAIN.aGrid[1] MAIN.aGrid[1,x] MAIN.stPoint.z MAIN.stPoint[1] MAIN.pPoint^.x MAIN.stPoint^ "
    "MAIN.stPoint. MAIN.fb.Count".split(),
)
def test_what_is_not_there_is_unknown(plc: Plc, path: str) -> None:
    with pytest.raises(UnknownName, match="no such symbol|is outside|are needed for|points to nothing"):
        plc.symbols[path]
    assert path not in plc.symbols


def test_pointers_and_references_hold_addresses_of_the_plc(plc: Plc) -> None:
    program = plc.tasks[0].programs[0][1]
    assert isinstance(program, MAIN)
    program.pPoint = plc.symbols.address("GVL.aPoints[2]")
    program.refX = plc.symbols.address("GVL.fX")
    assert program.pPoint == (2 << 32) + 16
    plc.symbols["MAIN.pPoint^.x"].write(6)
    assert plc.symbols["GVL.aPoints[2].x"].read() == 6
    reference = plc.symbols["MAIN.refX"]
    assert reference.read() == 3.0
    program.refX = plc.symbols.address("GVL.aPoints[2].x")
    assert reference.read() == 6.0
    with pytest.raises(WrongType, match="has no address"):
        plc.symbols.address("TwinCAT_SystemInfoVarList._AppInfo.TaskCnt")


def test_snapshots_and_links_know_composite_variables(plc: Plc) -> None:
    plc.tasks[0].link(lambda t: 5.0, "MAIN.stPoint.y")
    recorder = plc.tasks[0].record("MAIN.stPoint.x", "MAIN.stPoint.y", "MAIN.stBits.b1")
    plc.run(cycles=3)
    assert recorder.columns()["MAIN.stPoint.x"].tolist() == [1, 2, 3]
    assert recorder.columns()["MAIN.stPoint.y"].tolist() == [5, 5, 5]
    data = plc.snapshot()
    plc.run(cycles=2)
    plc.load(data)
    assert plc.symbols["MAIN.stPoint.x"].read() == 3
    assert plc.snapshot() == data


def test_a_snapshot_of_a_structure_with_other_members_is_refused(plc: Plc) -> None:
    class ST_Point(Struct):
        x: REAL
        z: REAL
        y: LREAL

    names = {"__annotations__": {"aPoints": array(ST_Point, (1, 2)), "fX": LREAL}}
    other = Plc()
    other.task("PlcTask", "10ms", programs=[MAIN()])
    other.add_globals(type("GVL", (GlobalVariables,), names)())
    with pytest.raises(SnapshotError, match=r"GVL\.aPoints"):
        other.load(plc.snapshot())


def test_a_recorder_refuses_structures(plc: Plc) -> None:
    plc.tasks[0].record("MAIN.stPoint")
    with pytest.raises(WrongType, match="cannot be recorded"):
        plc.run(cycles=1)
