"""Sum commands: many items in one request; a bad item fails alone. Source: InfoSys, ADS sum commands; TcAdsDef.h."""

import struct
from collections.abc import Callable, Iterable
from typing import Any

from .frames import AddNotification
from .handles import Owner
from .model import AdsError, AdsErrorCode, Memory
from .services import HARMLESS, RELEASE_HANDLE, VALUE_BY_HANDLE, Services

SUM_READ = 0xF080
SUM_WRITE = 0xF081
SUM_READ_WRITE = 0xF082
SUM_READ_EX = 0xF083
SUM_READ_EX_2 = 0xF084
SUM_ADD_NOTIFICATION = 0xF085
SUM_DELETE_NOTIFICATION = 0xF086
GROUPS = range(SUM_READ, SUM_DELETE_NOTIFICATION + 1)
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


def read(services: Services, memory: Memory, count: int, data: bytes, limit: int) -> bytes:
    """Errors, then one slot of the length asked for per item, whatever became of it."""
    items = _items(_TRIPLE, data, count)
    errors, values = [OK] * count, []
    area, area_group, one, size = b"", -1, services.read, 0
    for index, (group, offset, length) in enumerate(items):
        if group != area_group:
            area, area_group = memory.area(group) or b"", group
        if offset + length <= len(area):
            values.append(area[offset : offset + length])
            size += length
            continue
        size += length
        if size > limit:
            raise AdsError(AdsErrorCode.WRONG_SIZE, f"an answer of more than {limit} bytes")
        try:
            values.append(one(memory, group, offset, length).ljust(length, b"\0"))
        except AdsError as error:
            errors[index] = _U32.pack(error.code)
            values.append(bytes(length))
    if size > limit:
        raise AdsError(AdsErrorCode.WRONG_SIZE, f"an answer of more than {limit} bytes")
    return b"".join(errors + values)


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
