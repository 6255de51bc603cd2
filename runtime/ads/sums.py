"""Sum commands: many items in one request; a bad item fails alone. Source: InfoSys, ADS sum commands; TcAdsDef.h."""

import itertools
import operator
import struct
from collections.abc import Callable, Iterable
from typing import Any

from .frames import AddNotification
from .groups import HARMLESS, RELEASE_HANDLE, VALUE_BY_HANDLE
from .handles import Owner
from .model import AdsError, AdsErrorCode, Memory
from .services import Services

_U32 = struct.Struct("<I")
_PAIR = struct.Struct("<II")
_TRIPLE = struct.Struct("<III")
_QUADRUPLE = struct.Struct("<IIII")
_ADD = struct.Struct("<IIIIII16s")
OK = _U32.pack(0)


def _items(form: struct.Struct, data: bytes, count: int) -> Iterable[tuple[Any, ...]]:
    if count * form.size > len(data):
        raise AdsError(AdsErrorCode.WRONG_SIZE, f"{len(data)} bytes for {count} items")
    return form.iter_unpack(memoryview(data)[: count * form.size])


class Run:
    """Neighbours in the list of a sum read that lie in one group, and how to cut them from its memory in one go."""

    def __init__(self, group: int, items: list[tuple[int, int]]) -> None:
        self.group, self.items = group, items
        self.end = max(offset + length for offset, length in items)
        slices = [slice(start, end) for start, end in _joined(items)]
        self._only = slices[0] if len(slices) == 1 else None
        self._parts = operator.itemgetter(*slices)  # of a single slice no tuple, but the bytes themselves

    def cut(self, area: bytes) -> bytes:
        return area[self._only] if self._only else b"".join(self._parts(area))


def _joined(items: list[tuple[int, int]]) -> list[tuple[int, int]]:
    """Begin and end of what follows each other in memory as well as in the list."""
    joined: list[tuple[int, int]] = []
    for offset, length in items:
        if joined and joined[-1][1] == offset:
            joined[-1] = joined[-1][0], offset + length
        else:
            joined.append((offset, offset + length))
    return joined


class Read:
    """A sum read: errors, then one slot of the length asked for per item, whatever became of it."""

    def __init__(self, services: Services, count: int, data: bytes, limit: int) -> None:
        items = list(_items(_TRIPLE, data, count))
        self.size = 4 * count + sum(length for _, _, length in items)  # of the answer
        if self.size > limit:
            raise AdsError(AdsErrorCode.WRONG_SIZE, f"an answer of more than {limit} bytes")
        self._services, self._count = services, count
        groups = itertools.groupby(items, lambda item: int(item[0]))
        self._runs = [Run(group, [(offset, length) for _, offset, length in run]) for group, run in groups]

    def answer(self, memory: Memory) -> bytes:
        parts, errors, index = [b""], bytearray(4 * self._count), 0
        for run in self._runs:
            area = memory.area(run.group)
            if area is not None and run.end <= len(area):
                parts.append(run.cut(area))
            else:
                for number, (offset, length) in enumerate(run.items, index):
                    error, value = self._one(memory, run.group, offset, length)
                    _U32.pack_into(errors, 4 * number, error)
                    parts.append(value.ljust(length, b"\0"))
            index += len(run.items)
        parts[0] = bytes(errors)
        return b"".join(parts)

    def _one(self, memory: Memory, group: int, offset: int, length: int) -> tuple[int, bytes]:
        return _try(lambda: self._services.read(memory, group, offset, length))


def read_ex(services: Services, memory: Memory, count: int, data: bytes, limit: int) -> bytes:
    """Error and actual length per item, then the actual bytes only."""
    heads, values, size = [], [], 0
    for group, offset, length in _items(_TRIPLE, data, count):
        error, value = _try(lambda g=group, o=offset, n=length: services.read(memory, g, o, n))  # type: ignore[misc]
        heads.append(_PAIR.pack(error, len(value)))
        values.append(value)
        size += len(value)
        if size > limit:
            raise AdsError(AdsErrorCode.WRONG_SIZE, f"an answer of more than {limit} bytes")
    return b"".join(heads + values)


def write_is_harmless(count: int, data: bytes) -> bool:
    """Whether a sum write only releases handles."""
    return all(group == RELEASE_HANDLE for group, _, _ in _items(_TRIPLE, data, count))


def write(services: Services, count: int, data: bytes) -> bytes:
    """One error per item; all take effect between the same two cycles."""
    place, errors = count * 12, []
    for group, offset, length in _items(_TRIPLE, data, count):
        value = data[place : place + length]
        place += length
        errors.append(_U32.pack(_write(services, group, offset, value, length)))
    return b"".join(errors)


def _write(services: Services, group: int, offset: int, value: bytes, length: int) -> int:
    if len(value) < length:
        return AdsErrorCode.WRONG_SIZE
    try:
        services.write(group, offset, value)
    except AdsError as error:
        return error.code
    return 0


def read_write_is_harmless(count: int, data: bytes) -> bool:
    return all(group in HARMLESS for group, _, _, _ in _items(_QUADRUPLE, data, count))


def read_write(services: Services, memory: Memory, count: int, data: bytes, owner: Owner, limit: int) -> bytes:
    """Error and actual length per item, then the actual bytes."""
    place, heads, values, size = count * 16, [], [], 0
    for group, offset, length, written in _items(_QUADRUPLE, data, count):
        given = data[place : place + written]
        place += written
        error, value = _try(
            lambda g=group, o=offset, n=length, d=given, w=written: _exchange(services, memory, g, o, n, d, w, owner)  # type: ignore[misc]
        )
        heads.append(_PAIR.pack(error, len(value)))
        values.append(value)
        size += len(value)
        if size > limit:
            raise AdsError(AdsErrorCode.WRONG_SIZE, f"an answer of more than {limit} bytes")
    return b"".join(heads + values)


def _exchange(
    services: Services, memory: Memory, group: int, offset: int, length: int, data: bytes, size: int, owner: Owner
) -> bytes:
    if len(data) < size:
        raise AdsError(AdsErrorCode.WRONG_SIZE, f"{len(data)} bytes where {size} are announced")
    if group == VALUE_BY_HANDLE:
        return services.exchange(offset, length, data)
    return services.read_write(memory, group, length, data, owner)


def add_notifications(add: Callable[[AddNotification], int], count: int, data: bytes) -> bytes:
    """Error and notification handle per item."""
    answers = []
    for item in _items(_ADD, data, count):
        try:
            answers.append(_PAIR.pack(0, add(AddNotification(*item))))
        except AdsError as error:
            answers.append(_PAIR.pack(error.code, 0))
    return b"".join(answers)


def delete_notifications(delete: Callable[[int], None], count: int, data: bytes) -> bytes:
    """One error per item."""
    answers = []
    for (handle,) in _items(_U32, data, count):
        try:
            delete(handle)
            answers.append(OK)
        except AdsError as error:
            answers.append(_U32.pack(error.code))
    return b"".join(answers)


def _try(action: Callable[[], bytes]) -> tuple[int, bytes]:
    try:
        return 0, action()
    except AdsError as error:
        return error.code, b""
