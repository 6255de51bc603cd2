"""Elementary types: ranges, defaults, conversions, and errors that name all three of variable, value and range."""

import enum
import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from alycat.runtime import iec
from alycat.runtime.errors import DeclarationError, RangeError, WrongType
from alycat.runtime.iec import BOOL, LREAL, LTIME, REAL, STRING, TIME, iec_type, string

INTEGERS = {
    "SINT": (-128, 127), "USINT": (0, 255), "BYTE": (0, 255), "INT": (-32_768, 32_767), "UINT": (0, 65_535),
    "WORD": (0, 65_535), "DINT": (-(2**31), 2**31 - 1), "UDINT": (0, 2**32 - 1), "DWORD": (0, 2**32 - 1),
    "LINT": (-(2**63), 2**63 - 1), "ULINT": (0, 2**64 - 1), "LWORD": (0, 2**64 - 1),
}  # fmt: skip


@pytest.mark.parametrize("name", INTEGERS)
def test_ranges_of_integers(name):
    kind, (low, high) = iec_type(getattr(iec, name)), INTEGERS[name]
    assert kind.name == name
    assert kind.initial == 0
    for value in (low, high, np.int64(max(low, -5)), True):
        assert kind.check(value, "n") == value
    for value in (low - 1, high + 1):
        with pytest.raises(RangeError, match=rf"nCount: {value} is outside {name} {low}\.\.{high}"):
            kind.check(value, "nCount")
    for value in (1.0, "1", None):
        with pytest.raises(WrongType, match=f"is no {name}"):
            kind.check(value, "nCount")


def test_sizes_are_those_of_the_standard():
    sizes = {"BOOL": 1, "SINT": 1, "INT": 2, "DINT": 4, "LINT": 8, "REAL": 4, "LREAL": 8, "TIME": 4, "LTIME": 8}
    for name, size in sizes.items():
        assert np.dtype(iec_type(getattr(iec, name)).ctype).itemsize == size


def test_bool():
    kind = iec_type(BOOL)
    assert [kind.check(v, "b") for v in (True, 0, 1, np.True_, np.bool_(False))] == [True, False, True, True, False]
    for value in (2, "TRUE", None, 0.5):
        with pytest.raises(WrongType, match="bOn: .* is no BOOL; allowed are TRUE and FALSE"):
            kind.check(value, "bOn")


@given(st.floats())
def test_floats_take_every_float(value):
    taken = iec_type(LREAL).check(value, "f")
    assert taken == value or (math.isnan(taken) and math.isnan(value))


@pytest.mark.parametrize("value", ["1.5", None, [1.0], 10**400])
def test_no_floats(value):
    with pytest.raises((WrongType, RangeError), match="fInput"):
        iec_type(REAL).check(value, "fInput")


def test_durations_take_texts_in_their_own_unit():
    assert iec_type(TIME).check("1.5s", "t") == 1500
    assert iec_type(LTIME).check("1.5s", "t") == 1_500_000_000
    with pytest.raises(RangeError, match="outside TIME"):
        iec_type(TIME).check("60d", "t")


def test_strings_are_code_page_1252_and_bounded():
    kind = iec_type(string(5))
    assert kind.name == "STRING(5)"
    assert kind.to_python(kind.check("Öl €", "s")) == "Öl €"
    with pytest.raises(RangeError, match="6 characters do not fit into STRING"):
        kind.check("abcdef", "s")
    with pytest.raises(RangeError, match="outside code page 1252"):
        kind.check("日本", "s")
    assert iec_type(STRING).name == "STRING"


def test_enumerations():
    class E_Mode(enum.IntEnum):
        Idle = 0
        Run = 2

    kind = iec_type(E_Mode)
    assert kind.check(E_Mode.Run, "e") == 2
    assert kind.to_python(2) is E_Mode.Run
    with pytest.raises(RangeError, match=r"eMode: 1 is no E_Mode; allowed are Idle \(0\), Run \(2\)"):
        kind.check(1, "eMode")


def test_what_is_no_iec_type():
    with pytest.raises(DeclarationError, match="MAIN.x: <class 'int'> is no IEC type"):
        iec_type(int, "MAIN.x")
