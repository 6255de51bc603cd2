"""Vector code for boxes, that is for pairs of corners: how far a point lies outside, how long all sides are together.

A corner is a run of `dims` numbers in a buffer. Sums are kept in four lanes (dimension k in lane k % 4), added as
(0 + 1) + (2 + 3), and the dimensions behind the last whole four follow one by one; the vector code and the plain twins
give the same bits.
"""

from collections.abc import Callable
from typing import Any

from llvmlite import ir
from numba import types
from numba.core import cgutils
from numba.extending import intrinsic

from .kernel import JIT, PLAIN, kernel

WIDTH = 4
_F64, _I64 = ir.DoubleType(), ir.IntType(64)
_VF = ir.VectorType(_F64, WIDTH)
_BYTE = ir.IntType(8).as_pointer()
_POINTER = types.CPointer(types.float64)


# --- plain twins -----------------------------------------------------------------------------------------------------


@kernel
def gap(low: float, high: float, x: float) -> float:
    """How far x lies outside the side low..high."""
    return max(low - x, 0.0) + max(x - high, 0.0)


@kernel
def plain_outside(corners: Any, low: int, high: int, x: Any, dims: int) -> float:
    """How much longer all sides of a box become together when it takes in x; its corners begin at `low` and `high`."""
    a, b, c, d = 0.0, 0.0, 0.0, 0.0
    whole = dims & ~3
    for k in range(0, whole, 4):
        a += gap(corners[low + k], corners[high + k], x[k])
        b += gap(corners[low + k + 1], corners[high + k + 1], x[k + 1])
        c += gap(corners[low + k + 2], corners[high + k + 2], x[k + 2])
        d += gap(corners[low + k + 3], corners[high + k + 3], x[k + 3])
    total = (a + b) + (c + d)
    for k in range(whole, dims):
        total += gap(corners[low + k], corners[high + k], x[k])
    return total


@kernel
def plain_sides(corners: Any, low: int, high: int, dims: int) -> float:
    """The sum of all sides of a box."""
    a, b, c, d = 0.0, 0.0, 0.0, 0.0
    whole = dims & ~3
    for k in range(0, whole, 4):
        a += corners[high + k] - corners[low + k]
        b += corners[high + k + 1] - corners[low + k + 1]
        c += corners[high + k + 2] - corners[low + k + 2]
        d += corners[high + k + 3] - corners[low + k + 3]
    total = (a + b) + (c + d)
    for k in range(whole, dims):
        total += corners[high + k] - corners[low + k]
    return total


@kernel
def plain_fetch(numbers: Any, at: int, count: int) -> None:
    """Tells the processor that `count` numbers will be needed soon; changes nothing."""


# --- vector code -----------------------------------------------------------------------------------------------------


def _at(builder: Any, base: Any, *offsets: Any) -> Any:
    for offset in offsets:
        base = builder.gep(base, [offset])
    return base


def _four(builder: Any, place: Any) -> Any:
    return builder.load(builder.bitcast(place, _VF.as_pointer()), align=8)


def _positive(builder: Any, value: Any) -> Any:
    zero = ir.Constant(value.type, [0.0] * WIDTH if value.type is _VF else 0.0)
    return builder.select(builder.fcmp_ordered(">", value, zero), value, zero)


def _gap(builder: Any, low: Any, high: Any, x: Any) -> Any:
    below = _positive(builder, builder.fsub(low, x))
    return builder.fadd(below, _positive(builder, builder.fsub(x, high)))


def _side(builder: Any, low: Any, high: Any) -> Any:
    return builder.fsub(high, low)


def _summed(builder: Any, term: Callable[..., Any], starts: list[Any], dims: Any) -> Any:
    """The sum over all dimensions of `term`, which takes one number, or four, from each start."""
    four = ir.Constant(_I64, WIDTH)
    lanes = cgutils.alloca_once_value(builder, ir.Constant(_VF, [0.0] * WIDTH))
    with cgutils.for_range(builder, builder.lshr(dims, ir.Constant(_I64, 2))) as loop:
        k = builder.mul(loop.index, four)
        value = term(builder, *(_four(builder, _at(builder, start, k)) for start in starts))
        builder.store(builder.fadd(builder.load(lanes), value), lanes)
    total = builder.load(lanes)
    a, b, c, d = (builder.extract_element(total, ir.Constant(ir.IntType(32), j)) for j in range(WIDTH))
    total = cgutils.alloca_once_value(builder, builder.fadd(builder.fadd(a, b), builder.fadd(c, d)))
    rest = builder.and_(dims, ir.Constant(_I64, WIDTH - 1))
    whole = builder.sub(dims, rest)
    with cgutils.for_range(builder, rest) as loop:
        k = builder.add(whole, loop.index)
        value = term(builder, *(builder.load(_at(builder, start, k)) for start in starts))
        builder.store(builder.fadd(builder.load(total), value), total)
    return builder.load(total)


def _outside_code(context: Any, builder: Any, signature: Any, args: Any) -> Any:
    corners, low, high, x, dims = args
    return _summed(builder, _gap, [_at(builder, corners, low), _at(builder, corners, high), x], dims)


def _sides_code(context: Any, builder: Any, signature: Any, args: Any) -> Any:
    corners, low, high, dims = args
    return _summed(builder, _side, [_at(builder, corners, low), _at(builder, corners, high)], dims)


def _fetch_code(context: Any, builder: Any, signature: Any, args: Any) -> Any:
    numbers, at, count = args
    word = ir.IntType(32)
    kind = ir.FunctionType(ir.VoidType(), [_BYTE, word, word, word])
    prefetch = builder.module.declare_intrinsic("llvm.prefetch", (_BYTE,), kind)
    start = _at(builder, numbers, at)
    eight = ir.Constant(_I64, 8)  # numbers of a cache line
    lines = builder.lshr(builder.add(count, ir.Constant(_I64, 7)), ir.Constant(_I64, 3))
    with cgutils.for_range(builder, lines) as loop:
        place = builder.bitcast(_at(builder, start, builder.mul(loop.index, eight)), _BYTE)
        builder.call(prefetch, [place, *(ir.Constant(word, v) for v in (0, 3, 1))])  # to read, to keep, data
    return context.get_dummy_value()


@intrinsic  # type: ignore[untyped-decorator]
def vector_outside(typing: Any, corners: Any, low: Any, high: Any, x: Any, dims: Any) -> Any:
    return types.float64(_POINTER, types.int64, types.int64, _POINTER, types.int64), _outside_code


@intrinsic  # type: ignore[untyped-decorator]
def vector_sides(typing: Any, corners: Any, low: Any, high: Any, dims: Any) -> Any:
    return types.float64(_POINTER, types.int64, types.int64, types.int64), _sides_code


@intrinsic  # type: ignore[untyped-decorator]
def vector_fetch(typing: Any, numbers: Any, at: Any, count: Any) -> Any:
    return types.none(_POINTER, types.int64, types.int64), _fetch_code


_VECTOR = JIT and not PLAIN
outside: Callable[..., Any] = vector_outside if _VECTOR else plain_outside
sides: Callable[..., Any] = vector_sides if _VECTOR else plain_sides
fetch: Callable[..., Any] = vector_fetch if _VECTOR else plain_fetch
