"""The byte-level plan of a bridge: which bytes a cycle asks for and what they become, worked out once.

Every sum read of the plan begins with the symbol version and, if the PLC allows it there, its state; both are then of
the same cycle as the values.
"""

import struct
from collections.abc import Iterator, Sequence
from itertools import chain
from typing import Any, NamedTuple

from .client import MAX_ITEMS, SumRead
from .groups import STATE, VALUE_BY_HANDLE, VERSION
from .model import AdsError
from .typebook import ValueType

MAX_BYTES = 0xF000  # of one sum read: what every device takes, with its error words, in one frame
VERSION_ITEM, STATE_ITEM = (VERSION, 0, 1), (STATE, 0, 4)


class ReadItem(NamedTuple):
    """One channel to be read, by address."""

    path: str
    group: int
    offset: int
    type: ValueType


class WriteItem(NamedTuple):
    """One channel to be written, by handle: a device refuses an old one, while an old address hits anything."""

    path: str
    handle: int
    type: ValueType


class Snapshot(NamedTuple):
    """What a read gave: the symbol version and state (None if not in the plan), and the values in their order."""

    version: int | None
    state: int | None
    values: tuple[Any, ...]


class ReadPart:
    """One sum read: version and state first, then the channels; one unpack gives all of it."""

    def __init__(self, items: Sequence[ReadItem], with_version: bool, with_state: bool) -> None:
        heads = [VERSION_ITEM] * with_version + [STATE_ITEM] * with_state
        self.names = ["symbol version"] * with_version + ["state"] * with_state + [item.path for item in items]
        self.request = SumRead([*heads, *((i.group, i.offset, i.type.size) for i in items)])
        self._version, self._state = with_version, with_state
        count = len(self.names)
        formats = ["B"] * with_version + ["Hxx"] * with_state + [item.type.format for item in items]
        self._struct = struct.Struct("<" + "".join(formats))
        self._errors = struct.Struct(f"<{count}I")
        self._clean = bytes(self._errors.size)
        self._finishing = list(_finishing(items, with_version + with_state))

    def take(self, answer: bytes) -> Snapshot:
        """AdsError with the name of the first channel that failed."""
        if not answer.startswith(self._clean):
            codes = self._errors.unpack_from(answer)
            name, code = next((n, c) for n, c in zip(self.names, codes, strict=True) if c)
            raise AdsError(code, name)
        values = self._struct.unpack_from(answer, len(self._clean))
        heads = self._version + self._state
        version = values[0] if self._version else None
        state = values[heads - 1] if self._state else None
        if not self._finishing:
            return Snapshot(version, state, values[heads:])
        return Snapshot(version, state, tuple(chain.from_iterable(_finished(values, self._finishing))))


def _finishing(items: Sequence[ReadItem], begin: int) -> Iterator[tuple[int, int, Any]]:
    """Runs of unpacked values: (begin, end, function or None); empty if all of them are values already."""
    if all(item.type.finish is None for item in items):
        return
    for item in items:
        yield begin, begin + item.type.count, item.type.finish
        begin += item.type.count


def _finished(values: tuple[Any, ...], finishing: list[tuple[int, int, Any]]) -> Iterator[tuple[Any, ...]]:
    for begin, end, finish in finishing:
        yield (finish(values[begin:end]),) if finish else values[begin:end]


class ReadPlan:
    """As few sum reads as 500 items and the frame size allow; only one of them is a snapshot of one PLC cycle."""

    def __init__(self, items: Sequence[ReadItem], with_version: bool = True, with_state: bool = True) -> None:
        heads = with_version + with_state
        self.parts = [ReadPart(part, with_version, with_state) for part in _split(items, MAX_ITEMS - heads)]
        if not self.parts and heads:
            self.parts = [ReadPart([], with_version, with_state)]


def _split(items: Sequence[ReadItem], most: int) -> Iterator[list[ReadItem]]:
    part: list[ReadItem] = []
    size = 0
    for item in items:
        if part and (len(part) == most or size + item.type.size > MAX_BYTES):
            yield part
            part, size = [], 0
        part.append(item)
        size += item.type.size
    if part:
        yield part


class WritePart:
    """One sum write; elementary values are packed in one go."""

    def __init__(self, items: Sequence[WriteItem]) -> None:
        self.items = items
        self._head = b"".join(struct.pack("<III", VALUE_BY_HANDLE, i.handle, i.type.size) for i in items)
        self._clean = bytes(4 * len(items))
        plain = all(type(item.type) is ValueType for item in items)
        self._struct = struct.Struct("<" + "".join(i.type.format for i in items)) if plain else None

    def request(self, values: Sequence[Any]) -> bytearray:
        """The request with one value per item; RangeError or WrongType names the one that does not fit."""
        if self._struct is not None:
            try:
                return bytearray(self._head + self._struct.pack(*values))
            except (struct.error, OverflowError):
                pass  # found again, with its name, below
        parts = [item.type.encode(value, item.path) for item, value in zip(self.items, values, strict=True)]
        return bytearray(self._head + b"".join(parts))

    def check(self, answer: bytes) -> None:
        """AdsError with the name of the first channel that was not written."""
        if answer != self._clean:
            codes = struct.unpack(f"<{len(self.items)}I", answer)
            name, code = next((i.path, c) for i, c in zip(self.items, codes, strict=True) if c)
            raise AdsError(code, name)


class WritePlan:
    """Sum writes of at most 500 items and about 60 KB each."""

    def __init__(self, items: Sequence[WriteItem]) -> None:
        self.parts: list[tuple[int, int, WritePart]] = []
        begin, size = 0, 0
        for index, item in enumerate(items):
            if index > begin and (index - begin == MAX_ITEMS or size + item.type.size > MAX_BYTES):
                self.parts.append((begin, index, WritePart(items[begin:index])))
                begin, size = index, 0
            size += item.type.size
        if items:
            self.parts.append((begin, len(items), WritePart(items[begin:])))
