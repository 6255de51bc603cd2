import enum
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from alycat.runtime import Plc
from alycat.runtime.composite import FunctionBlock, Struct, Union
from alycat.runtime.errors import AlycatError, DeclarationTextError
from alycat.runtime.iec import LREAL, iec_type
from alycat.runtime.tctext import load, parse

TYPES = """
{attribute 'pack_mode' := '1'}
// A point in the plane
TYPE ST_Point :
STRUCT
    x : LREAL; // to the right
    (* upwards,
       in mm *)
    {attribute 'DisplayMin' := '0'}
    {region}
    y : LREAL := 1.5;
    b1, b2 : BIT;
END_STRUCT
END_TYPE

TYPE ST_More EXTENDS ST_Point :
STRUCT
    n : INT := -16#7F;
    pNext : POINTER TO ST_More;
END_STRUCT
END_TYPE

TYPE E_Mode : (Off, On := 16#10, Auto) UINT := On; END_TYPE
TYPE E_Plain : (One := 1, Two) END_TYPE
TYPE
    T_Speed : LREAL := 3.5;
    T_Percent : INT (0..100);
    U_Any : UNION n : UDINT; a : ARRAY [0..3] OF BYTE; END_UNION
END_TYPE

FUNCTION_BLOCK FB_Child EXTENDS FB_Base IMPLEMENTS I_Any, Lib.I_Other
VAR_INPUT
    nIn : INT := 4;
END_VAR
VAR_OUTPUT
    nOut : INT;
END_VAR
VAR_IN_OUT
    aOther : INT;
END_VAR
VAR CONSTANT cLocal : INT := 3; END_VAR
VAR_TEMP nTemp : INT; END_VAR
nOut := nIn * 2;
IF nOut > 3 THEN nOut := 0; END_IF
END_FUNCTION_BLOCK

FUNCTION_BLOCK FB_Base
VAR
    fState : LREAL;
END_VAR
"""


def declared() -> Any:
    return parse(TYPES)


def members(kind: Any) -> dict[str, Any]:
    return {f.name: f for f in iec_type(kind).layout.fields}  # type: ignore[attr-defined]


def value(text: str, kind: str) -> Any:
    """The value of a variable with this initial value."""
    found = parse(f"{TYPES} VAR_GLOBAL CONSTANT cTwo : INT := 2; END_VAR VAR_GLOBAL v : {kind} := {text}; END_VAR")
    return found.globals["GVL"]().v  # type: ignore[attr-defined]


def test_types_are_the_same_as_hand_written_ones() -> None:
    types = declared().types
    assert list(types)[:4] == ["ST_Point", "ST_More", "E_Mode", "E_Plain"]
    assert issubclass(types["ST_More"], types["ST_Point"]) and issubclass(types["ST_Point"], Struct)
    assert issubclass(types["U_Any"], Union) and issubclass(types["FB_Child"], FunctionBlock)
    point = iec_type(types["ST_Point"])
    assert (point.attributes, point.meaning) == ({"pack_mode": "1"}, "A point in the plane")  # type: ignore[attr-defined]
    fields = members(types["ST_More"])
    assert [(f.name, f.type.name, f.meaning) for f in fields.values()] == [
        ("x", "LREAL", "to the right"),
        ("y", "LREAL", "upwards, in mm"),
        ("b1", "BIT", ""),
        ("b2", "BIT", ""),
        ("n", "INT", ""),
        ("pNext", "POINTER TO ST_More", ""),
    ]
    assert fields["y"].attributes == {"DisplayMin": "0"}
    assert fields["pNext"].type.target is iec_type(types["ST_More"])
    assert iec_type(types["ST_More"]).layout.size == 16 + 1 + 2 + 8  # type: ignore[attr-defined]
    assert types["ST_More"]() == types["ST_More"](y=1.5, n=-127)


def test_enumerations_aliases_and_subranges() -> None:
    types = declared().types
    assert [(m.name, int(m)) for m in types["E_Mode"]] == [("Off", 0), ("On", 16), ("Auto", 17)]
    assert [(m.name, int(m)) for m in types["E_Plain"]] == [("One", 1), ("Two", 2)]
    mode: Any = iec_type(types["E_Mode"])
    assert (mode.storage.name, mode.initial) == ("UINT", 16)
    assert (iec_type(types["T_Speed"]).name, iec_type(types["T_Speed"]).initial) == ("T_Speed", 3.5)
    percent: Any = iec_type(types["T_Percent"])
    assert (percent.name, percent.target.name, percent.minimum, percent.maximum) == ("T_Percent", "INT", 0, 100)


def test_function_blocks_take_their_variables_and_nothing_else() -> None:
    fields = members(declared().types["FB_Child"])
    assert {n: f.type.name for n, f in fields.items()} == {
        "fState": "LREAL",
        "nIn": "INT",
        "nOut": "INT",
        "aOther": "REFERENCE TO INT",
    }
    assert iec_type(declared().types["FB_Child"]).layout.offset("fState") == 8  # type: ignore[attr-defined]


@pytest.mark.parametrize(
    ("text", "kind", "expected"),
    [
        ("16#7F", "INT", 127),
        ("-2#1010_1010", "INT", -170),
        ("8#17", "INT", 15),
        ("1_000", "DINT", 1000),
        ("BYTE#16#FF", "BYTE", 255),
        ("(cTwo + 1) * 4 - 10 / 3", "INT", 9),
        ("GVL.cTwo", "INT", 2),
        ("1.5E-3", "LREAL", 0.0015),
        ("-2", "LREAL", -2.0),
        ("LREAL#2", "LREAL", 2.0),
        ("TRUE", "BOOL", True),
        ("0", "BOOL", False),
        ("T#1s500ms", "TIME", 1500),
        ("TIME#1h", "TIME", 3_600_000),
        ("t#1.5s", "TIME", 1500),
        ("LTIME#5us3ns", "LTIME", 5003),
        ("DT#2024-02-29-12:00:01", "DT", 1_709_208_001),
        ("DATE_AND_TIME#2024-2-29-12:00", "DATE_AND_TIME", 1_709_208_000),
        ("D#2024-02-29", "DATE", 1_709_164_800),
        ("TOD#01:02:03.5", "TOD", 3_723_500),
        ("'a$'b$24$N$Tz'", "STRING", "a'b$\n\tz"),
        ("'$C4pfel // (* kein Kommentar *)'", "STRING(40)", "Äpfel // (* kein Kommentar *)"),
        ('"x$00E4"', "WSTRING(10)", "xä"),
        ("E_Mode.Auto", "E_Mode", 17),
        ("auto", "E_Mode", 17),
        ("E_Mode#Off", "E_Mode", 0),
        ("50", "T_Percent", 50),
        ("7", "INT (5..9)", 7),
        ("[1, 2, 2(7)]", "ARRAY [0..4] OF INT", [1, 2, 7, 7, 0]),
        ("[2(1, 2), 3]", "ARRAY [0..cTwo, 0..1] OF INT", [1, 2, 1, 2, 3, 0]),
        ("[[1, 2], [3, 4]]", "ARRAY [0..1] OF ARRAY [0..1] OF INT", [[1, 2], [3, 4]]),
        ("[2('x')]", "ARRAY [0..2] OF STRING(3)", ["x", "x", ""]),
    ],
)
def test_initial_values(text: str, kind: str, expected: Any) -> None:
    assert value(text, kind) == expected


def test_initial_values_of_structures() -> None:
    point = value("(x := 1, Y := -2)", "ST_Point")
    assert (point.x, point.y) == (1, -2)
    assert [(p.x, p.y) for p in value("[(x := 1), 2((y := 3))]", "ARRAY [1..4] OF ST_Point")] == [
        (1, 1.5),
        (0, 3),
        (0, 3),
        (0, 1.5),
    ]


def test_global_variables_with_flags_comments_and_attributes() -> None:
    found = parse(
        """
        {attribute 'qualified_only'}
        VAR_GLOBAL CONSTANT
            cMax : UINT := 3;
        END_VAR
        // not of the variable

        VAR_GLOBAL PERSISTENT
            // above
            nA : INT; // beside

            (* only above *)
            nB, nC : INT := 7;
            {attribute 'TcEncoding' := 'UTF-8'}
            sText AT %I* : STRING(cMax * 2) := '';
        END_VAR
        """,
        "Globals",
    )
    variables: Any = found.globals["Globals"]()
    fields = {f.name: f for f in variables._layout.fields}
    assert [(f.meaning, f.persistent, f.constant) for f in fields.values()] == [
        ("", False, True),
        ("beside", True, False),
        ("only above", True, False),
        ("only above", True, False),
        ("", True, False),
    ]
    assert fields["sText"].attributes == {"TcEncoding": "UTF-8"}
    assert (variables.nB, variables.nC, fields["sText"].type.length) == (7, 7, 6)
    variables.sText = "ä€"[:1]
    plc = Plc()
    plc.add_globals(variables)
    assert plc.symbols["globals.stext"].read() == "ä"


def test_types_written_in_python_can_be_used() -> None:
    class ST_Mine(Struct):
        z: LREAL

    found = parse("VAR_GLOBAL st : Lib.ST_Mine := (z := 4); END_VAR", known={"ST_Mine": ST_Mine})
    assert found.globals["GVL"]().st == ST_Mine(z=4)  # type: ignore[attr-defined]


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("TYPE X : STRUCT\n a : FOO; END_STRUCT END_TYPE", "2: found type FOO, expected an elementary or a declared"),
        ("VAR_GLOBAL\n a : INT := 'x';\nEND_VAR", "2: a: 'x' is no INT"),
        ("VAR_GLOBAL\n a : INT := 70000;\nEND_VAR", "2: a: 70000 is outside INT"),
        ("VAR_GLOBAL\n a  INT;\nEND_VAR", "2: found INT, expected :"),
        ("VAR_GLOBAL a : INT", "1: found the end of the text, expected ;"),
        ("VAR_GLOBAL a : INT;", "expected a variable or END_VAR"),
        ("(* x\n", "1: found a comment without end"),
        ("TYPE A : STRUCT b : A; END_STRUCT END_TYPE", "A contains itself"),
        ("TYPE A EXTENDS B : STRUCT END_STRUCT END_TYPE TYPE B EXTENDS A : STRUCT END_STRUCT END_TYPE", "itself"),
        ("TYPE A EXTENDS E : STRUCT END_STRUCT E : (x); END_TYPE", "found EXTENDS E, expected a STRUCT"),
        ("TYPE A : INT; a : INT; END_TYPE", "a is declared already, in text:1"),
        ("VAR_GLOBAL a : INT; A : INT; END_VAR", "differs from a by case only"),
        ("VAR_GLOBAL a : INT; a : INT; END_VAR", "found a a second time"),
        ("VAR_GLOBAL a : ARRAY [0..1] OF INT := [1,2,3]; END_VAR", "found 3 or more elements, expected 2"),
        ("VAR_GLOBAL a : ARRAY [1..0] OF INT; END_VAR", "is not possible"),
        ("VAR_GLOBAL a : ARRAY [0..n] OF INT; END_VAR", "found n, expected a value or a global constant"),
        ("VAR_GLOBAL a : STRING(0); END_VAR", "found length 0, expected 1"),
        ("VAR_GLOBAL a : INT (5..1); END_VAR", "must lie within"),
        ("VAR_GLOBAL a : LREAL (1..5); END_VAR", "expected one of an integer type"),
        ("VAR_GLOBAL a : INT := 3#12; END_VAR", "found base 3, expected 2, 8 or 16"),
        ("VAR_GLOBAL a : INT := 2#12; END_VAR", "expected digits of base 2"),
        ("VAR_GLOBAL a : INT := 1 2; END_VAR", "found 2, expected ; or ,"),
        ("VAR_GLOBAL a : INT := 1 / 0; END_VAR", "expected a divisor other than 0"),
        ("VAR_GLOBAL a : DT := DT#1999-01-01-00:00:00; END_VAR", "expected a time from 2000 on"),
        ("VAR_GLOBAL a : TOD := TOD#24:00:00; END_VAR", "expected a time of day"),
        ("VAR_GLOBAL a : TIME := T#5x; END_VAR", "expected a time such as"),
        ("VAR_GLOBAL CONSTANT a : INT := b; b : INT := a; END_VAR", "is defined by itself"),
        ("TYPE E : (A := 70000); END_TYPE", "A: 70000 is outside INT"),
        ("TYPE E : (A) LREAL; END_TYPE", "found base LREAL, expected an integer type"),
        ("TYPE E : (A); END_TYPE VAR_GLOBAL e : E := E.B; END_VAR", "found B, expected one of A"),
        ("{attribute 'pack_mode' := '3'} TYPE A : STRUCT a : INT; END_STRUCT END_TYPE", "found pack_mode '3'"),
        ("VAR_GLOBAL a : BIT; END_VAR", "BIT is for members"),
        ("PROGRAM MAIN", "found PROGRAM, expected TYPE, VAR_GLOBAL or FUNCTION_BLOCK"),
        ("?", "found '?', expected a declaration"),
    ],
)
def test_errors_name_file_and_line(text: str, message: str) -> None:
    with pytest.raises(DeclarationTextError) as caught:
        parse(text)
    assert str(caught.value).startswith("text:") and message in str(caught.value)
    assert (caught.value.filename, type(caught.value.lineno)) == ("text", int)


@given(st.text(max_size=60) | st.lists(st.sampled_from(TYPES.split()), max_size=20).map(" ".join))
def test_no_text_does_more_than_be_refused(text: str) -> None:
    try:
        parse(text)
    except AlycatError:
        pass


XML = """<?xml version="1.0" encoding="utf-8"?>
<TcPlcObject Version="1.1.0.1">
  <{tag} Name="{name}" Id="{{00000000-0000-0000-0000-000000000000}}">
    <Declaration><![CDATA[{text}]]></Declaration>
    <Method Name="M"><Declaration><![CDATA[METHOD M : BOOL]]></Declaration></Method>
  </{tag}>
</TcPlcObject>
"""


def test_xml_files(tmp_path: Path) -> None:
    structure = "TYPE ST_P :\nSTRUCT\n x : INT;\nEND_STRUCT\nEND_TYPE"
    block = "FUNCTION_BLOCK FB\nVAR\n n : INT;\nEND_VAR"
    (tmp_path / "p.TcDUT").write_text(XML.format(tag="DUT", name="ST_P", text=structure))
    (tmp_path / "g.TcGVL").write_text(XML.format(tag="GVL", name="MyGVL", text="VAR_GLOBAL\n p : ST_P;\nEND_VAR"))
    (tmp_path / "f.TcPOU").write_text(XML.format(tag="POU", name="FB", text=block))
    (tmp_path / "plain.txt").write_bytes("TYPE E : (A, B); END_TYPE // Ä".encode("cp1252"))
    found = load(*sorted(tmp_path.iterdir()))
    assert sorted(found.types) == ["E", "FB", "ST_P"] and issubclass(found.types["E"], enum.IntEnum)
    assert found.globals["MyGVL"]().p.x == 0  # type: ignore[attr-defined]


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ('<!DOCTYPE a [<!ENTITY b "c">]><DUT Name="A"/>', "bad.TcDUT:1: found a document type, expected plain XML"),
        ("<TcPlcObject>", "expected XML"),
        ("not xml", "expected XML"),
        ("<TcPlcObject/>", "found no declaration"),
        (XML.format(tag="DUT", name="A", text="TYPE A :\nFOO;\nEND_TYPE"), "bad.TcDUT:5: found type FOO"),
    ],
)
def test_bad_xml_files(tmp_path: Path, text: str, message: str) -> None:
    (tmp_path / "bad.TcDUT").write_text(text)
    with pytest.raises(DeclarationTextError) as caught:
        load(tmp_path / "bad.TcDUT")
    assert message in str(caught.value)
