"""The one room with vector code: searches over points kept in blocks of 32 lanes, each with a plain twin.

Layout of `points`: (block, dimension, lane), that is coordinate k of point i stands at
``(i // 32) * 32 * dims + k * 32 + i % 32``. Unused lanes hold infinity and are never found. Squared distances are
summed over k = 0..dims-1 for every point, without contraction or reassociation, so that the vector code (LLVM vectors
of 8 doubles on any machine) and the plain twins give the same bits.
"""

import math
from collections.abc import Callable
from typing import Any

import numpy as np
from llvmlite import ir
from numba import types
from numba.core import cgutils
from numba.extending import intrinsic

from .kernel import JIT, PLAIN, kernel

LANES = 32
WIDTH = 8

_F64, _I64, _I1 = ir.DoubleType(), ir.IntType(64), ir.IntType(1)
_VF, _VI, _VB = ir.VectorType(_F64, WIDTH), ir.VectorType(_I64, WIDTH), ir.VectorType(_I1, WIDTH)
_POINTER = types.CPointer(types.float64)


def padded(count: int) -> int:
    """Lanes needed for `count` points."""
    return (count + LANES - 1) // LANES * LANES


@kernel
def place(dims: int, i: int) -> int:
    """Index of coordinate 0 of point i; coordinate k lies 32 * k further on."""
    return (i >> 5) * 32 * dims + (i & 31)


# --- plain twins -----------------------------------------------------------------------------------------------------


@kernel
def plain_nearest(points: Any, dims: int, count: int, x: Any) -> tuple[float, int, bool]:
    """(squared distance, index, tied) of the nearest of `count` points; (inf, -1, ...) when none is finite."""
    best, index, tied = math.inf, -1, False
    for i in range(count):
        p = place(dims, i)
        total = 0.0
        for k in range(dims):
            t = x[k] - points[p + 32 * k]
            total += t * t
        if total < best:
            best, index, tied = total, i, False
        elif total == best:
            tied = True
    return best, index, tied


@kernel
def plain_distances(points: Any, dims: int, count: int, x: Any, out: Any) -> None:
    """Writes the squared distance from x to each of `count` points."""
    for i in range(count):
        p = place(dims, i)
        total = 0.0
        for k in range(dims):
            t = x[k] - points[p + 32 * k]
            total += t * t
        out[i] = total


@kernel
def plain_lowest_bit(word: Any) -> int:
    """Number of the lowest set bit of a word that is not 0."""
    n = 0
    while not (word >> np.uint64(n)) & np.uint64(1):
        n += 1
    return n


# --- vector code -----------------------------------------------------------------------------------------------------


def _splat(builder: Any, value: Any, kind: Any) -> Any:
    single = builder.insert_element(ir.Constant(kind, ir.Undefined), value, ir.Constant(ir.IntType(32), 0))
    zeros = ir.Constant(ir.VectorType(ir.IntType(32), WIDTH), [0] * WIDTH)
    return builder.shuffle_vector(single, single, zeros)


def _constant(kind: Any, value: Any) -> ir.Constant:
    return ir.Constant(kind, [value] * WIDTH)


def _block_distances(builder: Any, block: Any, dims: Any, x: Any) -> list[Any]:
    """The squared distances of the 32 points of one block, as four vectors."""
    sums = [cgutils.alloca_once(builder, _VF) for _ in range(4)]
    for s in sums:
        builder.store(_constant(_VF, 0.0), s)
    with cgutils.for_range(builder, dims) as loop:
        value = _splat(builder, builder.load(builder.gep(x, [loop.index])), _VF)
        row = builder.gep(block, [builder.mul(loop.index, ir.Constant(_I64, LANES))])
        for j, s in enumerate(sums):
            lanes = builder.gep(row, [ir.Constant(_I64, WIDTH * j)])
            t = builder.fsub(value, builder.load(builder.bitcast(lanes, _VF.as_pointer()), align=8))
            builder.store(builder.fadd(builder.load(s), builder.fmul(t, t)), s)
    return [builder.load(s) for s in sums]


def _blocks(builder: Any, count: Any) -> Any:
    return builder.lshr(builder.add(count, ir.Constant(_I64, LANES - 1)), ir.Constant(_I64, 5))


def _smallest(builder: Any, values: Any, indices: Any) -> tuple[Any, Any]:
    """Smallest of 8 lanes and its index, by three halvings."""
    for half in (4, 2, 1):
        order = list(range(half, 2 * half)) + list(range(half))
        order += list(range(len(order), WIDTH))
        mask = ir.Constant(ir.VectorType(ir.IntType(32), WIDTH), order)
        other = builder.shuffle_vector(values, values, mask)
        other_index = builder.shuffle_vector(indices, indices, mask)
        less = builder.fcmp_ordered("<", other, values)
        values = builder.select(less, other, values)
        indices = builder.select(less, other_index, indices)
    first = ir.Constant(ir.IntType(32), 0)
    return builder.extract_element(values, first), builder.extract_element(indices, first)


def _nearest_code(context: Any, builder: Any, signature: Any, args: Any) -> Any:
    points, dims, count, x = args
    best, index, tie = (cgutils.alloca_once(builder, kind) for kind in (_VF, _VI, _VB))
    builder.store(_constant(_VF, math.inf), best)
    builder.store(_constant(_VI, -1), index)
    builder.store(_constant(_VB, 0), tie)
    size = builder.mul(dims, ir.Constant(_I64, LANES))
    with cgutils.for_range(builder, _blocks(builder, count)) as loop:
        block = builder.gep(points, [builder.mul(loop.index, size)])
        start = builder.mul(loop.index, ir.Constant(_I64, LANES))
        for j, distance in enumerate(_block_distances(builder, block, dims, x)):
            old = builder.load(best)
            less = builder.fcmp_ordered("<", distance, old)
            same = builder.fcmp_ordered("==", distance, old)
            lanes = ir.Constant(_VI, [WIDTH * j + lane for lane in range(WIDTH)])
            here = builder.add(_splat(builder, start, _VI), lanes)
            builder.store(builder.select(less, distance, old), best)
            builder.store(builder.select(less, here, builder.load(index)), index)
            kept = builder.or_(builder.load(tie), same)
            builder.store(builder.and_(kept, builder.not_(less)), tie)
    values = builder.load(best)
    smallest, where = _smallest(builder, values, builder.load(index))
    winners = builder.fcmp_ordered("==", values, _splat(builder, smallest, _VF))
    byte = ir.IntType(8)
    winner_bits = builder.bitcast(winners, byte)
    tie_bits = builder.bitcast(builder.and_(winners, builder.load(tie)), byte)
    rest = builder.and_(winner_bits, builder.sub(winner_bits, ir.Constant(byte, 1)))
    tied = builder.icmp_unsigned("!=", builder.or_(rest, tie_bits), ir.Constant(byte, 0))
    tied = context.cast(builder, tied, types.boolean, types.boolean)
    return context.make_tuple(builder, signature.return_type, [smallest, where, tied])


def _distances_code(context: Any, builder: Any, signature: Any, args: Any) -> Any:
    points, dims, count, x, out = args
    size = builder.mul(dims, ir.Constant(_I64, LANES))
    with cgutils.for_range(builder, _blocks(builder, count)) as loop:
        block = builder.gep(points, [builder.mul(loop.index, size)])
        row = builder.gep(out, [builder.mul(loop.index, ir.Constant(_I64, LANES))])
        for j, distance in enumerate(_block_distances(builder, block, dims, x)):
            lanes = builder.gep(row, [ir.Constant(_I64, WIDTH * j)])
            builder.store(distance, builder.bitcast(lanes, _VF.as_pointer()), align=8)
    return context.get_dummy_value()


@intrinsic  # type: ignore[untyped-decorator]
def vector_nearest(typing: Any, points: Any, dims: Any, count: Any, x: Any) -> Any:
    result = types.Tuple((types.float64, types.int64, types.boolean))
    return result(_POINTER, types.int64, types.int64, _POINTER), _nearest_code


@intrinsic  # type: ignore[untyped-decorator]
def vector_distances(typing: Any, points: Any, dims: Any, count: Any, x: Any, out: Any) -> Any:
    """`out` has room for whole blocks."""
    return types.none(_POINTER, types.int64, types.int64, _POINTER, _POINTER), _distances_code


@intrinsic  # type: ignore[untyped-decorator]
def vector_lowest_bit(typing: Any, word: Any) -> Any:
    def codegen(context: Any, builder: Any, signature: Any, args: Any) -> Any:
        return builder.cttz(args[0], ir.Constant(_I1, 1))

    return types.int64(types.uint64), codegen


_VECTOR = JIT and not PLAIN
nearest: Callable[..., Any] = vector_nearest if _VECTOR else plain_nearest
distances: Callable[..., Any] = vector_distances if _VECTOR else plain_distances
lowest_bit: Callable[..., Any] = vector_lowest_bit if _VECTOR else plain_lowest_bit
