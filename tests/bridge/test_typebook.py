"""Values as bytes, as Python and as text, and which types fit into each other."""

import ctypes
import math
import struct

import pytest
from hypothesis import given
from hypothesis import strategies as st

from alycat.runtime.ads.model import AdsError, DataType, Kind, Location, Member
from alycat.runtime.ads.text import parse, plain, show
from alycat.runtime.ads.typebook import TypeBook, fits
from alycat.runtime.composite import Struct, array
from alycat.runtime.errors import RangeError, WrongType
from alycat.runtime.iec import (
    BOOL,
    BYTE,
    DINT,
    INT,
    LINT,
    LREAL,
    LTIME,
    REAL,
    TIME,
    UDINT,
    UINT,
    ULINT,
    WORD,
    alias,
    iec_type,
    string,
    subrange,
)

TYPES = {
    t.name.upper(): t
    for t in (
        DataType("E_State", Kind.ENUM, 2, 2, "INT", values=(("eIdle", 0), ("eRun", 3), ("eBad", -1))),
        DataType("T_Speed", Kind.ALIAS, 8, 5, "LREAL"),
        DataType(
            "ST_Axis",
            Kind.STRUCT,
            24,
            65,
            members=(
                Member("fPos", "T_Speed", 5, 0, 8),
                Member("aState", "ARRAY [1..2] OF E_State", 2, 8, 4),
                Member("sName", "STRING(5)", 30, 12, 6),
                Member("bA", "BIT", 33, 18 * 8 + 0, 1, is_bit=True),
                Member("bB", "BIT", 33, 18 * 8 + 5, 1, is_bit=True),
            ),
        ),
        DataType("T_Matrix", Kind.ARRAY, 12, 2, "INT", dimensions=((0, 2), (-1, 3))),
        DataType("T_Loop", Kind.ALIAS, 8, 65, "T_Loop2"),
        DataType("T_Loop2", Kind.STRUCT, 8, 65, members=(Member("x", "ARRAY [0..0] OF T_Loop", 65, 0, 8),)),
    )
}


def lookup(name):
    try:
        return TYPES[name.upper()]
    except KeyError:
        raise AdsError(1808, name) from None


@pytest.fixture
def book():
    return TypeBook(lookup)


@pytest.mark.parametrize(
    ("name", "data", "value"),
    [
        ("BOOL", b"\1", True),
        ("SINT", b"\xff", -1),
        ("WORD", b"\xff\xff", 65535),
        ("LREAL", struct.pack("<d", -0.5), -0.5),
        ("date_and_time", struct.pack("<I", 7), 7),
        ("STRING(5)", b"\xe9t\xe9\0x\0", "été"),
        ("WSTRING(3)", "a€\0".encode("utf-16-le") + b"zz", "a€"),
        ("ARRAY [1..3] OF INT", struct.pack("<3h", 1, 2, 3), [1, 2, 3]),
        ("ARRAY [0..1,0..1] OF BYTE", b"\1\2\3\4", [[1, 2], [3, 4]]),
        ("ARRAY [0..1] OF ARRAY [0..1] OF BYTE", b"\1\2\3\4", [[1, 2], [3, 4]]),
        ("ARRAY[-1..0] OF STRING(2)", b"a\0\0bc\0", ["a", "bc"]),
        ("T_Matrix", struct.pack("<6h", *range(6)), [[0, 1, 2], [3, 4, 5]]),
        ("E_State", b"\3\0", 3),
        ("POINTER TO INT", struct.pack("<Q", 9), 9),
    ],
)
def test_bytes_become_values_and_back(book, name, data, value):
    kind = book.named(name, size=len(data))
    assert kind.size == len(data) and kind.decode(data) == value
    assert kind.decode(kind.encode(value, "x")) == value


def test_a_structure_is_a_dict(book):
    kind = book.named("ST_Axis")
    value = {"fPos": 1.5, "aState": [3, -1], "sName": "ab", "bA": False, "bB": True}
    data = kind.encode(value, "x")
    assert len(data) == 24 and data[18] == 0x20 and kind.decode(data) == value
    assert show(value, kind) == "fPos 1.5, aState [eRun (3), eBad (-1)], sName 'ab', bA FALSE, bB TRUE"
    with pytest.raises(WrongType, match="x: a dict of fPos, aState, sName, bA, bB is needed for ST_Axis"):
        kind.encode({"fPos": 1}, "x")


def test_what_the_plc_does_not_describe(book):
    assert book.named("T_Unknown", ads_id=5, size=8).decode(struct.pack("<d", 2.5)) == 2.5
    with pytest.raises(AdsError, match="1808.*T_Unknown2"):
        book.named("T_Unknown2", ads_id=65, size=8)
    with pytest.raises(AdsError, match="MAIN.x: INT has 2 bytes, the PLC says 4"):
        book.of(Location("MAIN.x", 0x4040, 0, 4, "INT", 2))
    with pytest.raises(AdsError, match="nested deeper than 32 levels"):
        book.named("T_Loop")
    with pytest.raises(AdsError, match="are no bounds"):
        book.named("ARRAY [a..b] OF INT")


@pytest.mark.parametrize(
    ("name", "value", "error", "message"),
    [
        ("INT", 40000, RangeError, "x: 40000 is outside INT"),
        ("INT", "1", WrongType, "x: '1' is no INT"),
        ("REAL", 1e300, RangeError, "outside REAL"),
        ("STRING(3)", "abcd", RangeError, "4 bytes of text do not fit"),
        ("STRING(3)", "Ж", RangeError, "characters that cp1252 does not have"),
        ("ARRAY [0..2] OF INT", [1, 2], RangeError, "2 values given, .* holds 3"),
        ("E_State", 7, RangeError, "x: 7 is no E_State; allowed are eIdle, eRun, eBad"),
    ],
)
def test_values_that_do_not_fit(book, name, value, error, message):
    with pytest.raises(error, match=message):
        book.named(name).encode(value, "x")


@pytest.mark.parametrize(
    ("name", "text", "value", "shown"),
    [
        ("BOOL", "true", True, "TRUE"),
        ("UINT", "16#ff", 255, "255"),
        ("UINT", "0x10", 16, "16"),
        ("LREAL", "1e-3", 0.001, "0.001"),
        ("TIME", "1m30s", 90_000, "1 min 30 s"),
        ("LTIME", "5", 5, "5 ns"),
        ("DT", "2025-01-31T08:00:00", 1738310400, "2025-01-31 08:00:00"),
        ("TOD", "3723004", 3723004, "01:02:03.004"),
        ("TIME_OF_DAY", "08:30:15.25", 30_615_250, "08:30:15.250"),
        ("DATE", "2025-01-31", 1738281600, "2025-01-31"),
        ("STRING(9)", "a b", "a b", "'a b'"),
        ("E_State", "eRun", "eRun", ""),
        ("ARRAY [0..1] OF REAL", "[0.1, 2]", [0.1, 2], "[0.1, 2]"),
        ("ARRAY [0..1] OF ARRAY [0..1] OF BYTE", "[[1, 2], [3, 4]]", [[1, 2], [3, 4]], "[[1, 2], [3, 4]]"),
        ("ARRAY [0..1,0..1] OF BYTE", "[1, 2, 3, 4]", [1, 2, 3, 4], "[[1, 2], [3, 4]]"),
    ],
)
def test_text_of_people(book, name, text, value, shown):
    kind = book.named(name)
    assert parse(text, kind, "x") == value
    if shown:
        assert show(kind.decode(kind.encode(value, "x")), kind) == shown


@pytest.mark.parametrize(
    ("name", "text", "message"),
    [
        ("INT", "warm", "x: 'warm' is no INT; a whole number of -32768..32767 is needed"),
        ("BOOL", "2", "x: '2' is no BOOL; TRUE or FALSE is needed"),
        ("LREAL", "1,5", "x: '1,5' is no LREAL; a number is needed"),
        ("T_Matrix", "1;2", r"JSON is needed, such as \[1, 2\]"),
        ("ST_Axis", "5", r"x: '5' is no ST_Axis; JSON is needed, such as \{"),
        ("TOD", "25:00", "x: '25:00' is no TOD; a time such as 08:30:15 is needed"),
    ],
)
def test_text_that_means_nothing(book, name, text, message):
    with pytest.raises(WrongType, match=message):
        parse(text, book.named(name), "x")


def test_json_has_no_nan():
    assert plain({"a": [math.nan, 1.0], "b": -math.inf}) == {"a": ["nan", 1.0], "b": "-inf"}


@given(st.floats(allow_nan=False))
def test_a_float_survives_its_text(value):
    kind = TypeBook(lookup).named("LREAL")
    assert parse(show(value, kind), kind, "x") == value


class ST_Local(Struct):
    fPos: LREAL
    aState: array(INT, (0, 1))
    sName: string(5)
    bA: BOOL
    bB: BOOL


@pytest.mark.parametrize(
    ("local", "remote", "reads", "writes"),
    [
        (LREAL, "LREAL", True, True),
        (LREAL, "REAL", True, False),
        (LREAL, "DINT", True, False),
        (LREAL, "LINT", False, False),
        (REAL, "INT", True, False),
        (REAL, "DINT", False, False),
        (DINT, "INT", True, False),
        (DINT, "UDINT", False, False),
        (UDINT, "UINT", True, False),
        (WORD, "UINT", True, True),
        (BYTE, "BOOL", False, False),
        (BOOL, "BOOL", True, True),
        (TIME, "TIME", True, True),
        (LTIME, "TIME", False, False),
        (ULINT, "TIME", True, False),
        (LINT, "E_State", True, False),
        (alias("T_Mine", LREAL), "T_Speed", True, True),
        (subrange(INT, 0, 100), "INT", False, True),
        (string(80), "STRING(9)", True, False),
        (array(LREAL, (1, 3)), "ARRAY [0..2] OF INT", True, False),
        (array(INT, (0, 3)), "ARRAY [0..2] OF INT", False, False),
        (ST_Local, "ST_Axis", True, True),
        (LREAL, "ST_Axis", False, False),
        (UINT, "WSTRING(2)", False, False),
    ],
)
def test_what_fits_without_loss(book, local, remote, reads, writes):
    kind = iec_type(local)
    assert (fits(kind, book.named(remote), True), fits(kind, book.named(remote), False)) == (reads, writes)


def test_sizes_agree_with_ctypes(book):
    for name, local in (("LTIME", LTIME), ("DINT", DINT), ("BOOL", BOOL), ("REAL", REAL)):
        assert book.named(name).size == ctypes.sizeof(iec_type(local).ctype)
