"""A small decoder of symbol and data type entries, written from the wire reference alone, for tests."""

import struct
from typing import Any


def _texts(data: bytes, at: int, lengths: list[int]) -> tuple[list[str], int]:
    texts = []
    for length in lengths:
        assert data[at + length] == 0
        texts.append(data[at : at + length].decode("cp1252"))
        at += length + 1
    return texts, at


def _attributes(data: bytes, at: int) -> tuple[dict[str, str], int]:
    (count,) = struct.unpack_from("<H", data, at)
    at, found = at + 2, {}
    for _ in range(count):
        texts, at = _texts(data, at + 2, [data[at], data[at + 1]])
        found[texts[0]] = texts[1]
    return found, at


def symbol(data: bytes) -> dict[str, Any]:
    length, group, offset, size, ads_id, flags, dimensions, *lengths = struct.unpack_from("<5I5H", data)
    assert (length, dimensions) == (len(data), 0)
    (name, type_name, comment), at = _texts(data, 30, lengths)
    attributes: dict[str, str] = {}
    if flags & 0x1000:
        attributes, at = _attributes(data, at)
    assert at == len(data)
    keys = ("group", "offset", "size", "ads_id", "flags", "name", "type", "comment", "attributes")
    return dict(zip(keys, (group, offset, size, ads_id, flags, name, type_name, comment, attributes), strict=True))


def entries(data: bytes) -> list[bytes]:
    """The entries of an upload."""
    found = []
    while data:
        (length,) = struct.unpack_from("<I", data)
        assert 4 <= length <= len(data)
        found.append(data[:length])
        data = data[length:]
    return found


def data_type(data: bytes) -> dict[str, Any]:
    length, version, _, _, size, offset, ads_id, flags, *counts = struct.unpack_from("<8I5H", data)
    assert (length, version) == (len(data), 1)
    (name, type_name, comment), at = _texts(data, 42, counts[:3])
    kind: dict[str, Any] = {"name": name, "type": type_name, "comment": comment, "size": size, "offset": offset}
    kind |= {"ads_id": ads_id, "flags": flags, "attributes": {}, "methods": [], "values": {}, "members": []}
    kind["dimensions"] = [struct.unpack_from("<iI", data, at + 8 * n) for n in range(counts[3])]
    at += 8 * counts[3]
    for _ in range(counts[4]):
        (inner,) = struct.unpack_from("<I", data, at)
        kind["members"].append(data_type(data[at : at + inner]))
        at += inner
    if flags & 0x800:
        (count,) = struct.unpack_from("<H", data, at)
        at += 2
        for _ in range(count):
            (inner,) = struct.unpack_from("<I", data, at)
            kind["methods"].append(method(data[at : at + inner]))
            at += inner
    if flags & 0x1000:
        kind["attributes"], at = _attributes(data, at)
    if flags & 0x2000:
        (count,) = struct.unpack_from("<H", data, at)
        at += 2
        for _ in range(count):
            texts, at = _texts(data, at + 1, [data[at]])
            kind["values"][texts[0]] = int.from_bytes(data[at : at + size], "little")
            at += size
    assert at == len(data)
    return kind


def method(data: bytes) -> dict[str, Any]:
    length, version, _, size, alignment, _ = struct.unpack_from("<6I", data)
    ads_id, flags, *counts = struct.unpack_from("<2I4H", data, 40)
    assert (length, version, flags) == (len(data), 1, 0)
    (name, returns, comment), at = _texts(data, 56, counts[:3])
    found = {"name": name, "returns": returns, "comment": comment, "size": size, "ads_id": ads_id}
    found |= {"alignment": alignment, "parameters": []}
    for _ in range(counts[3]):
        inner, size, alignment, ads_id, direction = struct.unpack_from("<5I", data, at)
        lengths = struct.unpack_from("<3H", data, at + 42)
        (name, type_name, comment), end = _texts(data, at + 48, list(lengths))
        assert end == at + inner
        found["parameters"].append((name, type_name, size, ads_id, direction))
        at = end
    assert at == len(data)
    return found
