"""Symbol and data type entries, and the upload information, as bytes.

Layouts: InfoSys "ADS/AMS specification", TcAdsDef.h (AdsSymbolEntry, AdsDatatypeEntry), ads.mspec of apache/plc4x.
Names are in code page 1252 and at most 255 bytes long, which is what clients keep for them.
"""

import struct
from collections.abc import Mapping

from .model import DataType, Kind, Location, Member, Method, Parameter

TEXT_BYTES = 255
CODE_PAGE = 1252
TARGET_64_BIT, BASE_TYPES_INCLUDED = 1, 2

SYMBOL_PERSISTENT, SYMBOL_BIT, SYMBOL_REFERENCE, SYMBOL_READ_ONLY, SYMBOL_ATTRIBUTES = 1, 2, 4, 0x20, 0x1000
TYPE, ITEM, TYPE_REFERENCE, TYPE_BITS, TYPE_PERSISTENT = 1, 2, 4, 0x20, 0x100
TYPE_METHODS, TYPE_ATTRIBUTES, TYPE_ENUM, TYPE_POINTER = 0x800, 0x1000, 0x2000, 0x800000
PARAMETER_IN, PARAMETER_OUT = 1, 2

_SYMBOL = struct.Struct("<IIIIIHHHHH")
_TYPE = struct.Struct("<IIIIIIIIHHHHH")
_METHOD = struct.Struct("<IIIIII16sIIHHHH")
_PARAMETER = struct.Struct("<IIIIII16sHHHH")
_NO_GUID = bytes(16)


def symbol_entry(symbol: Location) -> bytes:
    """The entry of one symbol, as 0xF009 answers it and 0xF00B lists it."""
    name, type_name, comment = _text(symbol.path), _text(symbol.type_name), _text(symbol.comment)
    flags = (
        SYMBOL_PERSISTENT * symbol.is_persistent
        | SYMBOL_BIT * symbol.is_bit
        | SYMBOL_REFERENCE * symbol.is_reference
        | SYMBOL_READ_ONLY * symbol.is_read_only
        | SYMBOL_ATTRIBUTES * bool(symbol.attributes)
    )
    body = b"\0".join((name, type_name, comment, b"")) + _attributes(symbol.attributes)
    return (
        _SYMBOL.pack(
            _SYMBOL.size + len(body),
            symbol.group,
            symbol.offset,
            symbol.size,
            symbol.ads_id,
            flags,
            0,
            len(name),
            len(type_name),
            len(comment),
        )
        + body
    )


def type_entry(kind: DataType) -> bytes:
    """The entry of one data type, as 0xF011 answers it and 0xF00E lists it."""
    flags = (
        TYPE
        | TYPE_METHODS * bool(kind.methods)
        | TYPE_ATTRIBUTES * bool(kind.attributes)
        | TYPE_BITS * (kind.name == "BIT")  # where ads-client looks, and not at the member
        | TYPE_ENUM * (kind.kind is Kind.ENUM)
        | TYPE_REFERENCE * (kind.kind is Kind.REFERENCE)
        | TYPE_POINTER * (kind.kind in (Kind.POINTER, Kind.REFERENCE))
    )
    rest = b"".join(struct.pack("<iI", low, count) for low, count in kind.dimensions)
    rest += b"".join(_member(m, index) for index, m in enumerate(kind.members))
    if kind.methods:
        methods = [_method(m, index) for index, m in enumerate(kind.methods)]
        rest += struct.pack("<H", len(methods)) + b"".join(methods)
    rest += _attributes(kind.attributes)
    if kind.kind is Kind.ENUM:
        rest += struct.pack("<H", len(kind.values))
        rest += b"".join(_enum_value(name, value, kind.size) for name, value in kind.values)
    counts = len(kind.dimensions), len(kind.members)
    return _entry(kind.name, kind.base, kind.comment, 0, kind.size, 0, kind.ads_id, flags, counts, rest)


def _member(member: Member, index: int) -> bytes:
    flags = (
        ITEM
        | TYPE_REFERENCE * member.is_reference
        | TYPE_BITS * member.is_bit
        | TYPE_PERSISTENT * member.is_persistent
        | TYPE_ATTRIBUTES * bool(member.attributes)
    )
    rest = _attributes(member.attributes)
    size, offset, number = member.size, member.offset, member.ads_id
    return _entry(
        member.name, member.type_name, member.comment, index & 0xFFFF, size, offset, number, flags, (0, 0), rest
    )


def _entry(
    name: str,
    type_name: str,
    comment: str,
    word: int,
    size: int,
    offset: int,
    ads_id: int,
    flags: int,
    counts: tuple[int, int],
    rest: bytes,
) -> bytes:
    texts = [_text(name), _text(type_name), _text(comment)]
    body = b"\0".join((*texts, b"")) + rest
    lengths = map(len, texts)
    return _TYPE.pack(_TYPE.size + len(body), 1, word, 0, size, offset, ads_id, flags, *lengths, *counts) + body


def _method(method: Method, index: int) -> bytes:
    texts = [_text(method.name), _text(method.return_type), _text(method.comment)]
    body = b"\0".join((*texts, b"")) + b"".join(_parameter(p) for p in method.parameters)
    return (
        _METHOD.pack(
            _METHOD.size + len(body),
            1,
            index,
            method.return_size,
            _alignment(method.return_size, method.return_ads_id),
            0,
            _NO_GUID,
            method.return_ads_id,
            0,
            *map(len, texts),
            len(method.parameters),
        )
        + body
    )


def _parameter(parameter: Parameter) -> bytes:
    texts = [_text(parameter.name), _text(parameter.type_name), _text(parameter.comment)]
    body = b"\0".join((*texts, b""))
    return (
        _PARAMETER.pack(
            _PARAMETER.size + len(body),
            parameter.size,
            _alignment(parameter.size, parameter.ads_id),
            parameter.ads_id,
            PARAMETER_OUT if parameter.is_output else PARAMETER_IN,
            0,
            _NO_GUID,
            0,
            *map(len, texts),
        )
        + body
    )


def _alignment(size: int, ads_id: int) -> int:
    """Of an elementary type its size; texts are aligned to their characters, everything else to 8."""
    if ads_id in (30, 31):
        return ads_id - 29
    return size if size in (0, 1, 2, 4) else 8


def _enum_value(name: str, value: int, size: int) -> bytes:
    text = _text(name)
    return bytes([len(text)]) + text + b"\0" + (value % (1 << 8 * size)).to_bytes(size, "little")


def _attributes(attributes: Mapping[str, str]) -> bytes:
    if not attributes:
        return b""
    entries = [(_text(name), _text(value)) for name, value in attributes.items()]
    items = (bytes([len(name), len(value)]) + name + b"\0" + value + b"\0" for name, value in entries)
    return struct.pack("<H", len(entries)) + b"".join(items)


def upload_info(symbols: int, symbol_bytes: int, types: int, type_bytes: int, used_dynamic: int = 0) -> bytes:
    """The 64 bytes of 0xF00F: version 2 is the first 24 of them."""
    flags = TARGET_64_BIT | BASE_TYPES_INCLUDED
    head = struct.pack("<9I", symbols, symbol_bytes, types, type_bytes, 0, used_dynamic, 0, CODE_PAGE, flags)
    return head.ljust(64, b"\0")


def _text(text: str) -> bytes:
    """At most 255 bytes without a zero."""
    return text.replace("\0", "").encode("cp1252", "replace")[:TEXT_BYTES]
