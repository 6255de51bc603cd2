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
HEAD = 6  # dimensions summed for all points before any is given up
MANY_DIMENSIONS, MANY_POINTS = 16, 64  # from here on giving up early pays, unless the data are pure noise
FAR = 1e154  # the largest distance whose square is finite

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
def plain_nearest_of_many(points: Any, dims: int, count: int, x: Any, partial: Any) -> tuple[float, int, bool]:
    """The same as `nearest`; `partial` is scratch space for whole blocks.

    The vector code sums the first HEAD dimensions for all points, which is a lower bound on the full sum taken in the
    same order, finishes the best, and then only the points whose bound does not exceed it.
    """
    return plain_nearest(points, dims, count, x)


@kernel
def plain_scale(values: Any, count: int, factor: float) -> None:
    """Multiplies `count` values, and the unused rest of their last block, by the factor."""
    for i in range((count + 31) // 32 * 32):
        values[i] *= factor


@kernel
def plain_sweep(
    points: Any, dims: int, count: int, x: Any, limit: float, rounding: float, budget: Any, moved: Any, bits: Any
) -> float:
    """One row of a neighbourhood graph: which points are within `limit` of x, and how far each is from the limit.

    The margin of a point is half its distance to the limit, less a bound on the rounding error. Every `budget` is
    lowered to the margin; `bits` gets two rows of (count + 63) // 64 words: the points within the limit, and those
    that have `moved` more than their new budget. Returns the smallest margin.
    """
    words = (count + 63) // 64
    for w in range(2 * words):
        bits[w] = 0
    square_limit = limit * limit
    smallest = math.inf
    for i in range(count):
        p = place(dims, i)
        total = 0.0
        for k in range(dims):
            t = x[k] - points[p + 32 * k]
            total += t * t
        root = min(math.sqrt(total), FAR)
        margin = max(0.5 * (abs(root - limit) - rounding * (root + limit)), 0.0)
        smallest = min(smallest, margin)
        budget[i] = min(budget[i], margin)
        bit = np.uint64(1) << np.uint64(i & 63)
        if total <= square_limit:
            bits[i >> 6] |= bit
        if moved[i] > budget[i]:
            bits[words + (i >> 6)] |= bit
    return smallest


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
        for j, s in enumerate(sums):
            _add_dimension(builder, s, builder.gep(block, [ir.Constant(_I64, WIDTH * j)]), loop.index, value)
    return [builder.load(s) for s in sums]


def _add_dimension(builder: Any, total: Any, lanes: Any, k: Any, value: Any) -> None:
    """Adds the squared difference in dimension k of 8 points to their sums."""
    at = builder.gep(lanes, [builder.mul(k, ir.Constant(_I64, LANES))])
    t = builder.fsub(value, builder.load(builder.bitcast(at, _VF.as_pointer()), align=8))
    builder.store(builder.fadd(builder.load(total), builder.fmul(t, t)), total)


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


class _Best:
    """Per lane: the smallest distance so far, its index, and whether another one was as small."""

    def __init__(self, builder: Any) -> None:
        self.value, self.index, self.tie = (cgutils.alloca_once(builder, kind) for kind in (_VF, _VI, _VB))
        builder.store(_constant(_VF, math.inf), self.value)
        builder.store(_constant(_VI, -1), self.index)
        builder.store(_constant(_VB, 0), self.tie)

    def offer(self, builder: Any, distance: Any, first: Any) -> None:
        """Takes the distances of the 8 points from number `first` on."""
        old = builder.load(self.value)
        less = builder.fcmp_ordered("<", distance, old)
        same = builder.fcmp_ordered("==", distance, old)
        here = builder.add(_splat(builder, first, _VI), ir.Constant(_VI, list(range(WIDTH))))
        builder.store(builder.select(less, distance, old), self.value)
        builder.store(builder.select(less, here, builder.load(self.index)), self.index)
        kept = builder.or_(builder.load(self.tie), same)
        builder.store(builder.and_(kept, builder.not_(less)), self.tie)

    def result(self, builder: Any) -> list[Any]:
        """(squared distance, index, tied) over all lanes."""
        values = builder.load(self.value)
        smallest, where = _smallest(builder, values, builder.load(self.index))
        winners = builder.fcmp_ordered("==", values, _splat(builder, smallest, _VF))
        byte = ir.IntType(8)
        winner_bits = builder.bitcast(winners, byte)
        tie_bits = builder.bitcast(builder.and_(winners, builder.load(self.tie)), byte)
        rest = builder.and_(winner_bits, builder.sub(winner_bits, ir.Constant(byte, 1)))
        return [smallest, where, builder.icmp_unsigned("!=", builder.or_(rest, tie_bits), ir.Constant(byte, 0))]


def _nearest_code(context: Any, builder: Any, signature: Any, args: Any) -> Any:
    points, dims, count, x = args
    best = _Best(builder)
    size = builder.mul(dims, ir.Constant(_I64, LANES))
    with cgutils.for_range(builder, _blocks(builder, count)) as loop:
        block = builder.gep(points, [builder.mul(loop.index, size)])
        start = builder.mul(loop.index, ir.Constant(_I64, LANES))
        for j, distance in enumerate(_block_distances(builder, block, dims, x)):
            best.offer(builder, distance, builder.add(start, ir.Constant(_I64, WIDTH * j)))
    return context.make_tuple(builder, signature.return_type, best.result(builder))


def _pruned_code(context: Any, builder: Any, signature: Any, args: Any) -> Any:
    points, dims, count, x, partial = args
    size = builder.mul(dims, ir.Constant(_I64, LANES))
    head = ir.Constant(_I64, HEAD)
    guess = _Best(builder)
    with cgutils.for_range(builder, _blocks(builder, count)) as loop:
        block = builder.gep(points, [builder.mul(loop.index, size)])
        start = builder.mul(loop.index, ir.Constant(_I64, LANES))
        for j, distance in enumerate(_block_distances(builder, block, head, x)):
            first = builder.add(start, ir.Constant(_I64, WIDTH * j))
            builder.store(distance, builder.bitcast(builder.gep(partial, [first]), _VF.as_pointer()), align=8)
            guess.offer(builder, distance, first)
    _, candidate, _ = guess.result(builder)
    found = builder.icmp_signed(">=", candidate, ir.Constant(_I64, 0))
    bound = cgutils.alloca_once_value(builder, ir.Constant(_F64, math.inf))
    with builder.if_then(found):
        builder.store(_one_distance(builder, points, dims, candidate, x), bound)
    bounds = _splat(builder, builder.load(bound), _VF)
    best = _Best(builder)
    groups = builder.mul(_blocks(builder, count), ir.Constant(_I64, LANES // WIDTH))
    with cgutils.for_range(builder, groups) as loop:
        first = builder.mul(loop.index, ir.Constant(_I64, WIDTH))
        sums = builder.load(builder.bitcast(builder.gep(partial, [first]), _VF.as_pointer()), align=8)
        near = builder.bitcast(builder.fcmp_ordered("<=", sums, bounds), ir.IntType(8))
        with builder.if_then(builder.icmp_unsigned("!=", near, ir.Constant(ir.IntType(8), 0))):
            total = cgutils.alloca_once_value(builder, sums)
            lanes = builder.gep(points, [_place(builder, dims, first)])
            with cgutils.for_range(builder, builder.sub(dims, head)) as inner:
                k = builder.add(inner.index, head)
                _add_dimension(builder, total, lanes, k, _splat(builder, builder.load(builder.gep(x, [k])), _VF))
            best.offer(builder, builder.load(total), first)
    return context.make_tuple(builder, signature.return_type, best.result(builder))


def _place(builder: Any, dims: Any, i: Any) -> Any:
    """The plain `place`, as code."""
    block = builder.mul(builder.lshr(i, ir.Constant(_I64, 5)), builder.mul(dims, ir.Constant(_I64, LANES)))
    return builder.add(block, builder.and_(i, ir.Constant(_I64, LANES - 1)))


def _one_distance(builder: Any, points: Any, dims: Any, i: Any, x: Any) -> Any:
    total = cgutils.alloca_once_value(builder, ir.Constant(_F64, 0.0))
    start = _place(builder, dims, i)
    with cgutils.for_range(builder, dims) as loop:
        at = builder.add(start, builder.mul(loop.index, ir.Constant(_I64, LANES)))
        t = builder.fsub(builder.load(builder.gep(x, [loop.index])), builder.load(builder.gep(points, [at])))
        builder.store(builder.fadd(builder.load(total), builder.fmul(t, t)), total)
    return builder.load(total)


def _scale_code(context: Any, builder: Any, signature: Any, args: Any) -> Any:
    values, count, factor = args
    factors = _splat(builder, factor, _VF)
    with cgutils.for_range(builder, _blocks(builder, count)) as loop:
        start = builder.mul(loop.index, ir.Constant(_I64, LANES))
        for j in range(LANES // WIDTH):
            at = builder.gep(values, [builder.add(start, ir.Constant(_I64, WIDTH * j))])
            lanes = builder.bitcast(at, _VF.as_pointer())
            builder.store(builder.fmul(builder.load(lanes, align=8), factors), lanes, align=8)
    return context.get_dummy_value()


def _minimum(builder: Any, a: Any, b: Any) -> Any:
    return builder.select(builder.fcmp_ordered("<", a, b), a, b)


def _call(builder: Any, name: str, value: Any) -> Any:
    """An LLVM intrinsic of one vector."""
    kind = ir.FunctionType(_VF, [_VF])
    return builder.call(cgutils.get_or_insert_function(builder.module, kind, f"llvm.{name}.v{WIDTH}f64"), [value])


def _sweep_code(context: Any, builder: Any, signature: Any, args: Any) -> Any:
    points, dims, count, x, limit, rounding, budget, moved, bits = args
    half_word = ir.IntType(32)
    limits, roundings = _splat(builder, limit, _VF), _splat(builder, rounding, _VF)
    squares = _splat(builder, builder.fmul(limit, limit), _VF)
    counts = _splat(builder, count, _VI)
    smallest = cgutils.alloca_once(builder, _VF)
    builder.store(_constant(_VF, math.inf), smallest)
    size = builder.mul(dims, ir.Constant(_I64, LANES))
    blocks = _blocks(builder, count)
    words = builder.lshr(builder.add(count, ir.Constant(_I64, 63)), ir.Constant(_I64, 6))
    last_half = builder.sub(builder.mul(words, ir.Constant(_I64, 2)), ir.Constant(_I64, 1))
    near_rows = builder.bitcast(bits, half_word.as_pointer())
    tight_rows = builder.bitcast(builder.gep(bits, [words]), half_word.as_pointer())
    for rows in (near_rows, tight_rows):  # an odd number of blocks leaves half a word
        builder.store(ir.Constant(half_word, 0), builder.gep(rows, [last_half]))
    with cgutils.for_range(builder, blocks) as loop:
        block = builder.gep(points, [builder.mul(loop.index, size)])
        start = builder.mul(loop.index, ir.Constant(_I64, LANES))
        near_word, tight_word = ir.Constant(half_word, 0), ir.Constant(half_word, 0)
        for j, square in enumerate(_block_distances(builder, block, dims, x)):
            root = _minimum(builder, _call(builder, "sqrt", square), _constant(_VF, FAR))
            gap = _call(builder, "fabs", builder.fsub(root, limits))
            error = builder.fmul(roundings, builder.fadd(root, limits))
            margin = builder.fmul(_constant(_VF, 0.5), builder.fsub(gap, error))
            margin = builder.select(builder.fcmp_ordered("<", margin, _constant(_VF, 0.0)), _constant(_VF, 0.0), margin)
            at = builder.add(start, ir.Constant(_I64, WIDTH * j))
            lanes = ir.Constant(_VI, list(range(WIDTH)))
            used = builder.icmp_unsigned("<", builder.add(_splat(builder, at, _VI), lanes), counts)
            margin = builder.select(used, margin, _constant(_VF, math.inf))
            builder.store(_minimum(builder, margin, builder.load(smallest)), smallest)
            place_budget = builder.bitcast(builder.gep(budget, [at]), _VF.as_pointer())
            place_moved = builder.bitcast(builder.gep(moved, [at]), _VF.as_pointer())
            lowered = _minimum(builder, margin, builder.load(place_budget, align=8))
            builder.store(lowered, place_budget, align=8)
            tight = builder.fcmp_ordered(">", builder.load(place_moved, align=8), lowered)
            tight = builder.and_(tight, used)
            near = builder.and_(builder.fcmp_ordered("<=", square, squares), used)
            shift = ir.Constant(half_word, WIDTH * j)
            near_word = builder.or_(near_word, _bits(builder, near, half_word, shift))
            tight_word = builder.or_(tight_word, _bits(builder, tight, half_word, shift))
        builder.store(near_word, builder.gep(near_rows, [loop.index]))
        builder.store(tight_word, builder.gep(tight_rows, [loop.index]))
    value, _ = _smallest(builder, builder.load(smallest), _constant(_VI, 0))
    return value


def _bits(builder: Any, mask: Any, kind: Any, shift: Any) -> Any:
    return builder.shl(builder.zext(builder.bitcast(mask, ir.IntType(8)), kind), shift)


@intrinsic  # type: ignore[untyped-decorator]
def vector_nearest(typing: Any, points: Any, dims: Any, count: Any, x: Any) -> Any:
    result = types.Tuple((types.float64, types.int64, types.boolean))
    return result(_POINTER, types.int64, types.int64, _POINTER), _nearest_code


@intrinsic  # type: ignore[untyped-decorator]
def vector_nearest_of_many(typing: Any, points: Any, dims: Any, count: Any, x: Any, partial: Any) -> Any:
    result = types.Tuple((types.float64, types.int64, types.boolean))
    return result(_POINTER, types.int64, types.int64, _POINTER, _POINTER), _pruned_code


@intrinsic  # type: ignore[untyped-decorator]
def vector_scale(typing: Any, values: Any, count: Any, factor: Any) -> Any:
    return types.none(_POINTER, types.int64, types.float64), _scale_code


@intrinsic  # type: ignore[untyped-decorator]
def vector_sweep(
    typing: Any,
    points: Any,
    dims: Any,
    count: Any,
    x: Any,
    limit: Any,
    rounding: Any,
    budget: Any,
    moved: Any,
    bits: Any,
) -> Any:
    """`budget` and `moved` have room for whole blocks; what stands behind `count` in them means nothing."""
    words = types.CPointer(types.uint64)
    number = types.float64
    return number(_POINTER, types.int64, types.int64, _POINTER, number, number, _POINTER, _POINTER, words), _sweep_code


@intrinsic  # type: ignore[untyped-decorator]
def vector_lowest_bit(typing: Any, word: Any) -> Any:
    def codegen(context: Any, builder: Any, signature: Any, args: Any) -> Any:
        return builder.cttz(args[0], ir.Constant(_I1, 1))

    return types.int64(types.uint64), codegen


_VECTOR = JIT and not PLAIN
nearest: Callable[..., Any] = vector_nearest if _VECTOR else plain_nearest
nearest_of_many: Callable[..., Any] = vector_nearest_of_many if _VECTOR else plain_nearest_of_many
scale: Callable[..., Any] = vector_scale if _VECTOR else plain_scale
sweep: Callable[..., Any] = vector_sweep if _VECTOR else plain_sweep
lowest_bit: Callable[..., Any] = vector_lowest_bit if _VECTOR else plain_lowest_bit
