import pytest
from ads_decoder import data_type, symbol

from alycat.runtime.ads import entries
from alycat.runtime.ads.model import DataType, Kind, Location, Member, Method, Parameter


def u16(value: int) -> bytes:
    return value.to_bytes(2, "little")


def u32(value: int) -> bytes:
    return value.to_bytes(4, "little")


def test_a_symbol_entry_byte_by_byte() -> None:
    entry = entries.symbol_entry(Location("MAIN.fX", 0x4040, 0x123, 8, "LREAL", 5, "speed"))
    assert entry == bytes.fromhex(
        "32000000"  # 30 + 8 + 6 + 6 bytes
        "40400000 23010000 08000000 05000000"
        "0000 0000"  # flags, array dimensions
        "0700 0500 0500"
        "4d41494e2e665800"  # MAIN.fX
        "4c5245414c00"  # LREAL
        "737065656400"  # speed
    )


def test_a_bit_symbol_with_attributes_and_all_flags() -> None:
    location = Location("G.b", 0x4041, 9, 1, "BIT", 33, "", {"A": "", "TcEncoding": "UTF-8"}, True, True, True, True)
    expected = (
        u32(30 + 4 + 4 + 1 + 2 + 5 + 2 + 11 + 6)
        + u32(0x4041)
        + u32(9)
        + u32(1)
        + u32(33)
        + u16(0x0001 | 0x0002 | 0x0004 | 0x0020 | 0x1000)
        + u16(0)
        + u16(3)
        + u16(3)
        + u16(0)
        + b"G.b\0BIT\0\0"
        + u16(2)
        + b"\x01\x00A\0\0"
        + b"\x0a\x05TcEncoding\0UTF-8\0"
    )
    assert entries.symbol_entry(location) == expected


def test_a_structure_entry_byte_by_byte() -> None:
    kind = DataType(
        "ST_P",
        Kind.STRUCT,
        16,
        65,
        comment="c",
        members=(
            Member("n", "INT", 2, 0, 2),
            Member("b", "BIT", 33, 17, 1, "bit", is_bit=True),
            Member("r", "REFERENCE TO INT", 21, 8, 8, attributes={"k": "v"}, is_persistent=True, is_reference=True),
        ),
        attributes={"pack_mode": "1"},
    )
    first = (
        u32(42 + 2 + 4 + 1) + u32(1) + u32(0) + u32(0) + u32(2) + u32(0) + u32(2) + u32(2)
        + u16(1) + u16(3) + u16(0) + u16(0) + u16(0) + b"n\0INT\0\0"
    )  # fmt: skip
    second = (
        u32(42 + 2 + 4 + 4) + u32(1) + u32(1) + u32(0) + u32(1) + u32(17) + u32(33) + u32(2 | 0x20)
        + u16(1) + u16(3) + u16(3) + u16(0) + u16(0) + b"b\0BIT\0bit\0"
    )  # fmt: skip
    third = (
        u32(42 + 2 + 17 + 1 + 8) + u32(1) + u32(2) + u32(0) + u32(8) + u32(8) + u32(21) + u32(2 | 4 | 0x100 | 0x1000)
        + u16(1) + u16(16) + u16(0) + u16(0) + u16(0) + b"r\0REFERENCE TO INT\0\0" + u16(1) + b"\x01\x01k\0v\0"
    )  # fmt: skip
    attributes = u16(1) + b"\x09\x01pack_mode\x001\0"
    head = (
        u32(1) + u32(0) + u32(0) + u32(16) + u32(0) + u32(65) + u32(1 | 0x1000)
        + u16(4) + u16(0) + u16(1) + u16(0) + u16(3) + b"ST_P\0\0c\0"
    )  # fmt: skip
    body = head + first + second + third + attributes
    assert entries.type_entry(kind) == u32(len(body) + 4) + body


def test_an_array_and_an_enumeration_byte_by_byte() -> None:
    array = DataType("ARRAY [-1..1] OF INT", Kind.ARRAY, 6, 2, "INT", dimensions=((-1, 3),))
    assert entries.type_entry(array) == (
        u32(42 + 21 + 4 + 1 + 8) + u32(1) + u32(0) + u32(0) + u32(6) + u32(0) + u32(2) + u32(1)
        + u16(20) + u16(3) + u16(0) + u16(1) + u16(0) + b"ARRAY [-1..1] OF INT\0INT\0\0" + b"\xff\xff\xff\xff" + u32(3)
    )  # fmt: skip
    enumeration = DataType("E", Kind.ENUM, 2, 2, "INT", values=(("Off", 0), ("Neg", -2)))
    assert entries.type_entry(enumeration) == (
        u32(42 + 2 + 4 + 1 + 2 + 7 + 7) + u32(1) + u32(0) + u32(0) + u32(2) + u32(0) + u32(2) + u32(0x2001)
        + u16(1) + u16(3) + u16(0) + u16(0) + u16(0) + b"E\0INT\0\0" + u16(2) + b"\x03Off\0\0\0" + b"\x03Neg\0\xfe\xff"
    )  # fmt: skip


def test_a_method_byte_by_byte() -> None:
    add = Method("Add", "LREAL", 5, 8, (Parameter("a", "INT", 2, 2), Parameter("s", "STRING(80)", 30, 81, True)), "sum")
    kind = DataType("FB", Kind.FUNCTION_BLOCK, 8, 65, "FB_B", methods=(add,))
    parameter_a = (
        u32(48 + 2 + 4 + 1) + u32(2) + u32(2) + u32(2) + u32(1) + u32(0) + bytes(16)
        + u16(0) + u16(1) + u16(3) + u16(0) + b"a\0INT\0\0"
    )  # fmt: skip
    parameter_s = (
        u32(48 + 2 + 11 + 1) + u32(81) + u32(1) + u32(30) + u32(2) + u32(0) + bytes(16)
        + u16(0) + u16(1) + u16(10) + u16(0) + b"s\0STRING(80)\0\0"
    )  # fmt: skip
    body = (
        u32(1) + u32(0) + u32(8) + u32(8) + u32(0) + bytes(16) + u32(5) + u32(0)
        + u16(3) + u16(5) + u16(3) + u16(2) + b"Add\0LREAL\0sum\0" + parameter_a + parameter_s
    )  # fmt: skip
    method = u32(len(body) + 4) + body
    assert len(b"".join([parameter_a[:48]])) == 48
    head = (
        u32(1) + u32(0) + u32(0) + u32(8) + u32(0) + u32(65) + u32(1 | 0x800)
        + u16(2) + u16(4) + u16(0) + u16(0) + u16(0) + b"FB\0FB_B\0\0" + u16(1)
    )  # fmt: skip
    assert entries.type_entry(kind) == u32(4 + len(head) + len(method)) + head + method


def test_the_upload_information_has_64_bytes() -> None:
    info = entries.upload_info(3, 300, 7, 700)
    assert info == b"".join(map(u32, (3, 300, 7, 700, 0, 0, 0, 1252, 3))) + bytes(28)


@pytest.mark.parametrize("text", ["x" * 300, "nul\0inside", "世界", "Grüße €"])
def test_texts_have_at_most_255_bytes_of_code_page_1252(text: str) -> None:
    shown = text.replace("\0", "").encode("cp1252", "replace").decode("cp1252")[:255]
    location = Location(text, 0x4040, 0, 1, text, 33, text, {text: text})
    found = symbol(entries.symbol_entry(location))
    assert (found["name"], found["type"], found["comment"], found["attributes"]) == (shown,) * 3 + ({shown: shown},)


def test_the_kinds_of_types_as_a_decoder_sees_them() -> None:
    alias = data_type(entries.type_entry(DataType("T", Kind.ALIAS, 8, 5, "LREAL")))
    assert (alias["type"], alias["flags"], alias["members"]) == ("LREAL", 1, [])
    pointer = data_type(entries.type_entry(DataType("POINTER TO X", Kind.POINTER, 8, 21)))
    assert (pointer["type"], pointer["size"], pointer["flags"]) == ("", 8, 0x800001)
    bit = data_type(entries.type_entry(DataType("BIT", Kind.BASE, 1, 33)))
    assert (bit["size"], bit["flags"]) == (1, 0x21)
    empty = data_type(entries.type_entry(DataType("ST", Kind.STRUCT, 0, 65)))
    assert (empty["size"], empty["members"], empty["ads_id"]) == (0, [], 65)
