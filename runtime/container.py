"""The file form of snapshots: magic, version, a JSON header that describes the rest, the bytes, and their SHA-256.

    8 bytes   b"ALYCAT\\r\\n"
    2 + 2     format version, kind length
    8         header length     (all little-endian)
    8         payload length
    ...       kind (ASCII), header (JSON, UTF-8), payload, SHA-256 over everything before

Reading checks length, version, kind and hash before anything is used; nothing is ever unpickled.
"""

import hashlib
import json
import struct
from typing import Any

from .errors import SnapshotError

MAGIC = b"ALYCAT\r\n"
VERSION = 1
_FRONT = struct.Struct("<8sHHQQ")


def pack(kind: str, header: dict[str, Any], payload: bytes) -> bytes:
    """The bytes of one snapshot; equal input gives equal bytes."""
    name = kind.encode("ascii")
    text = json.dumps(header, sort_keys=True, separators=(",", ":"), allow_nan=False).encode()
    body = _FRONT.pack(MAGIC, VERSION, len(name), len(text), len(payload)) + name + text + payload
    return body + hashlib.sha256(body).digest()


def unpack(data: bytes, kind: str) -> tuple[dict[str, Any], bytes]:
    """Header and payload; SnapshotError says what was found and what was expected."""
    data = bytes(data)
    if len(data) < _FRONT.size or not data.startswith(MAGIC):
        found = f"{len(data)} bytes beginning with {data[:8]!r}" if data else "nothing"
        raise SnapshotError(f"no alycat snapshot: found {found}")
    _, version, name_length, text_length, payload_length = _FRONT.unpack_from(data)
    if version != VERSION:
        raise SnapshotError(f"snapshot format version {version} cannot be read; this alycat reads version {VERSION}")
    expected = _FRONT.size + name_length + text_length + payload_length + 32
    if len(data) != expected:
        raise SnapshotError(f"snapshot is truncated or has grown: {len(data)} bytes found, {expected} expected")
    if hashlib.sha256(data[:-32]).digest() != data[-32:]:
        raise SnapshotError("snapshot is damaged: its SHA-256 does not match")
    start = _FRONT.size + name_length
    found_kind = data[_FRONT.size : start].decode("ascii", "replace")
    if found_kind != kind:
        raise SnapshotError(f"snapshot holds a {found_kind}, a {kind} was expected")
    return json.loads(data[start : start + text_length]), data[start + text_length : -32]
