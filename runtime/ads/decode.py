"""Symbol and data type entries from bytes, as a client meets them; what `entries` writes for the device's side.

Layouts: ads.md sections 6 and 7. Readers go by the entry length, so padding and unknown tails are skipped. Bytes that
make no sense raise AdsError 1797, never anything else.
"""

import struct
from collections.abc import Iterator
from typing import NamedTuple

from .model import AdsError, AdsErrorCode, DataType, Kind, Location, Member

ENCODING = "cp1252"
_SYMBOL = struct.Struct("<IIIIIHHHHH")
_TYPE = struct.Struct("<IIIIIIIIHHHHH")
_DIMENSION = struct.Struct("<iI")
_U16 = struct.Struct("<H")

BIT_VALUE, REFERENCE, TYPE_GUID, READ_ONLY, PERSISTENT, ATTRIBUTES = 0x2, 0x4, 0x8, 0x20, 0x1, 0x1000
TYPE_REFERENCE, TYPE_BITS, TYPE_HAS_GUID, TYPE_COPY_MASK, TYPE_METHODS = 0x4, 0x20, 0x80, 0x200, 0x800
TYPE_ATTRIBUTES, TYPE_ENUM, TYPE_PERSISTENT = 0x1000, 0x2000, 0x100


def symbol_entry(data: bytes) -> Location:
    """One symbol entry, the answer of group 16#F009."""
    try:
        return _symbol(data)
    except (struct.error, IndexError) as error:
        raise _damaged("symbol", data) from error


def symbol_entries(data: bytes) -> Iterator[Location]:
    """All symbol entries of an upload (group 16#F00B)."""
    for entry in _entries(data, "symbol"):
        yield symbol_entry(entry)


def type_entry(data: bytes) -> DataType:
    """One data type entry, the answer of group 16#F011."""
    try:
        return _data_type(data)
    except (struct.error, IndexError) as error:
        raise _damaged("data type", data) from error


def entry_length(data: bytes) -> int:
    """The length that an entry names in its first field; 0 if there is none."""
    return int.from_bytes(data[:4], "little")


def _damaged(what: str, data: bytes) -> AdsError:
    return AdsError(AdsErrorCode.WRONG_SIZE, f"the PLC's {what} entry of {len(data)} bytes cannot be read")


def _entries(data: bytes, what: str) -> Iterator[bytes]:
    position = 0
    while position < len(data):
        length = entry_length(data[position : position + 4])
        if not 30 <= length <= len(data) - position:
            raise _damaged(what, data[position : position + length])
        yield data[position : position + length]
        position += length


def _texts(data: bytes, position: int, *lengths: int) -> tuple[list[str], int]:
    """Texts of known length, each followed by one byte (NUL; the test server of pyads writes a blank)."""
    found = []
    for length in lengths:
        found.append(data[position : position + length].decode(ENCODING, "replace"))
        position += length + 1
    return found, position


def _attributes(data: bytes, position: int) -> tuple[dict[str, str], int]:
    (count,) = _U16.unpack_from(data, position)
    position += 2
    found = {}
    for _ in range(count):
        (name, value), position = _texts(data, position + 2, data[position], data[position + 1])
        found[name] = value
    return found, position


def _symbol(data: bytes) -> Location:
    length, group, offset, size, ads_id, flags, dimensions, *texts = _SYMBOL.unpack_from(data)
    data = data[:length]
    (name, type_name, comment), position = _texts(data, _SYMBOL.size, *texts)
    position += dimensions * _DIMENSION.size + (16 if flags & TYPE_GUID else 0)
    attributes = _attributes(data, position)[0] if flags & ATTRIBUTES else {}
    return Location(
        path=name,
        group=group,
        offset=offset,
        size=size,
        type_name=type_name,
        ads_id=ads_id,
        comment=comment,
        attributes=attributes,
        is_read_only=bool(flags & READ_ONLY),
        is_persistent=bool(flags & PERSISTENT),
        is_bit=bool(flags & BIT_VALUE),
        is_reference=bool(flags & REFERENCE),
    )


class _Entry(NamedTuple):
    """What a data type entry and the entry of a member have in common: all but the members' own entries."""

    name: str
    type_name: str
    comment: str
    size: int
    offset: int
    ads_id: int
    flags: int
    dimensions: tuple[tuple[int, int], ...]
    members: list[bytes]
    attributes: dict[str, str]
    values: tuple[tuple[str, int], ...]


def _entry(data: bytes, is_member: bool = False) -> _Entry:
    """A member of an enumeration's type may carry its flag, but not its values."""
    length, _, _, _, size, offset, ads_id, flags, *texts, rank, count = _TYPE.unpack_from(data)
    data = data[:length]
    (name, type_name, comment), position = _texts(data, _TYPE.size, *texts)
    dimensions = tuple(_DIMENSION.unpack_from(data, position + i * _DIMENSION.size) for i in range(rank))
    position += rank * _DIMENSION.size
    members = []
    for _ in range(count):
        end = position + max(4, entry_length(data[position : position + 4]))
        members.append(data[position:end])
        position = end
    position += (16 if flags & TYPE_HAS_GUID else 0) + (size if flags & TYPE_COPY_MASK else 0)
    if flags & TYPE_METHODS:
        position = _behind_methods(data, position)
    attributes: dict[str, str] = {}
    if flags & TYPE_ATTRIBUTES:
        attributes, position = _attributes(data, position)
    values = tuple(_enum_values(data, position, size)) if flags & TYPE_ENUM and not is_member else ()
    return _Entry(name, type_name, comment, size, offset, ads_id, flags, dimensions, members, attributes, values)


def _behind_methods(data: bytes, position: int) -> int:
    (count,) = _U16.unpack_from(data, position)
    position += 2
    for _ in range(count):
        position += max(4, entry_length(data[position : position + 4]))
    return position


def _enum_values(data: bytes, position: int, size: int) -> Iterator[tuple[str, int]]:
    (count,) = _U16.unpack_from(data, position)
    position += 2
    for _ in range(count):
        (name,), position = _texts(data, position + 1, data[position])
        yield name, int.from_bytes(data[position : position + size], "little", signed=True)
        position += size


def _data_type(data: bytes) -> DataType:
    entry = _entry(data)
    return DataType(
        name=entry.name,
        kind=_kind(entry),
        size=entry.size,
        ads_id=entry.ads_id,
        base=entry.type_name,
        comment=entry.comment,
        dimensions=entry.dimensions,
        members=tuple(_member(_entry(inner, is_member=True)) for inner in entry.members),
        values=entry.values,
        attributes=entry.attributes,
    )


def _member(entry: _Entry) -> Member:
    return Member(
        name=entry.name,
        type_name=entry.type_name,
        ads_id=entry.ads_id,
        offset=entry.offset,
        size=entry.size,
        comment=entry.comment,
        attributes=entry.attributes,
        is_bit=bool(entry.flags & TYPE_BITS),
        is_persistent=bool(entry.flags & TYPE_PERSISTENT),
        is_reference=bool(entry.flags & TYPE_REFERENCE),
    )


def _kind(entry: _Entry) -> Kind:
    """As well as an entry tells it: a union, a structure and a function block look alike to a reader by offset."""
    if entry.dimensions:
        return Kind.ARRAY
    if entry.flags & TYPE_ENUM:
        return Kind.ENUM
    if entry.members:
        return Kind.STRUCT
    if entry.name.upper().startswith("POINTER TO "):
        return Kind.POINTER
    if entry.name.upper().startswith("REFERENCE TO "):
        return Kind.REFERENCE
    if entry.type_name:
        return Kind.ALIAS
    return Kind.STRUCT if entry.ads_id == 65 else Kind.BASE
