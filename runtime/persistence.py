"""Persistent data of one block: what a block with bPersistent takes over from an earlier run of the Plc.

The data are the block's snapshot at the stop. The first Configure of the new run takes outputs, state and buffers over
if class, FB_init inputs and configuration are still the same, else the block starts empty. Body inputs, properties and
channel values are those of the new run. The first call after that is a first call: it has no edge and no span of time
before it (see `AlgorithmBlock._resume`), so the time in which the Plc was off counts nowhere.
"""

from typing import TYPE_CHECKING

import numpy as np

from . import container
from .declare import Field, Role
from .errors import SnapshotError

if TYPE_CHECKING:
    from .block import AlgorithmBlock


def is_persistent(block: object) -> bool:
    """Whether a block has bPersistent, and it is TRUE."""
    return bool(getattr(block, "bPersistent", False))


def take_over(block: "AlgorithmBlock", data: bytes) -> str:
    """Goes on with the data of an earlier run; returns why not, and then has changed nothing."""
    try:
        header, payload = container.unpack(data, "block")
        block._check_header(header)
    except SnapshotError as error:
        return str(error)
    if header["init"] != block._init:
        return f"its FB_init inputs were {header['init']}, now they are {block._init}"
    if header["counts"] != block._buffer_counts:
        return "it was configured for another number of values"
    former, present = block.layout.struct.from_buffer_copy(payload), block._m
    fields = {f.name: f for f in block.layout.fields}
    for name, field in fields.items():
        if field.role is Role.CONFIG and getattr(former, name) != getattr(present, name):
            return _difference(field, getattr(former, name), getattr(present, name))
    kept = block._kept_buffers()
    buffers = {n: block._buffer(n) for n, f in fields.items() if f.role in (Role.BUFFER, Role.CHANNEL_CONFIG)}
    parts = {n: payload[getattr(present, n) : getattr(present, n) + b.nbytes] for n, b in buffers.items()}
    for name, buffer in buffers.items():
        if name in kept and name not in block.channel_buffers and buffer.tobytes() != parts[name]:
            return _difference(fields[name], np.frombuffer(parts[name], buffer.dtype), buffer)
    for field in block.layout.fields:
        if field.role in (Role.OUTPUT, Role.STATE):
            setattr(present, field.name, getattr(former, field.name))
    for name, buffer in buffers.items():
        if name not in kept:
            buffer[:] = np.frombuffer(parts[name], buffer.dtype)
    present.bNewResult = present.bError = False
    block._resume()
    return ""


def _difference(field: Field, was: object, now: object) -> str:
    texts = (str(value)[:60] for value in (was, now))
    return f"it was configured otherwise: {field.name} ({field.meaning or 'internal'}) was {' and is '.join(texts)} now"
