"""What clients may write: which places are read-only, and which bytes are no value of their type."""

import enum
from collections.abc import Iterator
from typing import NamedTuple

from ..composite import ArrayType, StructType
from ..iec import BoolType, IecType, IntType, StringType, SubrangeType, WrappedType, WStringType, behind_alias
from .model import AdsError, AdsErrorCode
from .typemap import once, size_of


class Leaf(NamedTuple):
    """An elementary value that a write touches."""

    kind: IecType
    start: int
    is_read_only: bool


@once
def is_free(kind: IecType) -> bool:
    """Whether any bytes are a value of the type."""
    kind = behind_alias(kind)
    if isinstance(kind, ArrayType):
        return is_free(kind.element)
    if isinstance(kind, StructType):
        return all(is_free(f.type) and not f.constant for f in kind.layout.fields) or kind.is_union
    is_enum = isinstance(kind, WrappedType) and issubclass(kind.wrapper, enum.Enum)
    return kind.is_bit or not (is_enum or isinstance(kind, (BoolType, SubrangeType, StringType, WStringType)))


def leaves(kind: IecType, start: int, first: int, last: int, is_read_only: bool = False) -> Iterator[Leaf]:
    """The values within first..last of a variable at `start` that are not free, or read-only."""
    kind = behind_alias(kind)
    size = size_of(kind)
    if start >= last or start + size <= first or (is_free(kind) and not is_read_only):
        return
    if isinstance(kind, StructType) and not kind.is_union:
        for f in kind.layout.fields:
            yield from leaves(f.type, start + kind.layout.offset(f.name), first, last, is_read_only or f.constant)
    elif isinstance(kind, ArrayType) and not is_read_only and not _is_bools(kind):
        step = size_of(kind.element)
        for n in range(max(0, (first - start) // step), min(kind.count, -(-(last - start) // step))):
            yield from leaves(kind.element, start + n * step, first, last)
    else:
        yield Leaf(kind, start, is_read_only)


def _is_bools(kind: ArrayType) -> bool:
    return isinstance(behind_alias(kind.element), BoolType)


def checked(kind: IecType, base: int, start: int, data: bytes, path: str) -> bytes:
    """The bytes to store at `start` in a variable of this type at `base`; texts end with a zero.

    NOT_PERMITTED where a member is read-only, INVALID_VALUE where a whole value is written that its type does not have.
    """
    end = start + len(data)
    stored: bytes | bytearray = data
    for leaf in leaves(kind, base, start, end):
        if leaf.is_read_only:
            raise AdsError(AdsErrorCode.NOT_PERMITTED, f"{path} is read-only, in part at least")
        size = size_of(leaf.kind)
        stop = leaf.start + size
        if isinstance(leaf.kind, (StringType, WStringType)):
            width = 1 if isinstance(leaf.kind, StringType) else 2
            first, last = max(stop - width, start) - start, min(stop, end) - start
            if first < last:
                stored = stored if isinstance(stored, bytearray) else bytearray(stored)
                stored[first:last] = bytes(last - first)
        elif isinstance(leaf.kind, ArrayType):  # of BOOL, all at once
            if data[max(leaf.start - start, 0) : stop - start].translate(None, b"\0\1"):
                raise AdsError(AdsErrorCode.INVALID_VALUE, f"{path}: a BOOL is 0 or 1")
        elif start <= leaf.start and stop <= end:
            _check(leaf.kind, data[leaf.start - start : stop - start], path)
    return bytes(stored)


def _check(kind: IecType, raw: bytes, path: str) -> None:
    integer = kind.storage if isinstance(kind, WrappedType) else kind
    signed = isinstance(integer, IntType) and _signed(integer)
    number = int.from_bytes(raw, "little", signed=signed)
    if isinstance(kind, SubrangeType):
        is_valid = kind.minimum <= number <= kind.maximum
    elif isinstance(kind, WrappedType):
        is_valid = number in kind.wrapper._value2member_map_
    else:
        is_valid = number in (0, 1)
    if not is_valid:
        raise AdsError(AdsErrorCode.INVALID_VALUE, f"{path}: {number} is no {kind.name}")


def _signed(kind: IntType) -> bool:
    while isinstance(kind, SubrangeType):
        kind = kind.target
    return kind.minimum < 0
