"""Products of a signal with a delayed one for sixteen neighbouring lags at once: vector code and its plain twin.

The twin does the same operations in the same order, without contraction, so that both give the same bits.
"""

from collections.abc import Callable
from typing import Any

from llvmlite import ir
from numba import types
from numba.core import cgutils
from numba.extending import intrinsic

from .kernel import JIT, PLAIN, kernel

LANES = 16
_WIDTH = 4
_I64, _VECTOR = ir.IntType(64), ir.VectorType(ir.DoubleType(), _WIDTH)


@kernel
def plain_lag_products(sums: Any, delayed: Any, present: Any, count: int, step: int) -> None:
    """Adds to sums[l] the products delayed[i + l] * present[i * step] for i = 0 .. count - 1, l = 0 .. LANES - 1."""
    for lane in range(LANES):
        total = sums[lane]
        for i in range(count):
            total += delayed[i + lane] * present[i * step]
        sums[lane] = total


@intrinsic  # type: ignore[untyped-decorator]
def vector_lag_products(typing: Any, sums: Any, delayed: Any, present: Any, count: Any, step: Any) -> Any:
    def codegen(context: Any, builder: Any, signature: Any, args: Any) -> Any:
        target, source, factors, rounds, stride = args
        offsets = [ir.Constant(_I64, k) for k in range(0, LANES, _WIDTH)]
        empty, first = ir.Constant(_VECTOR, ir.Undefined), ir.Constant(ir.IntType(32), 0)
        everywhere = ir.Constant(ir.VectorType(ir.IntType(32), _WIDTH), [0] * _WIDTH)

        def place(pointer: Any, index: Any) -> Any:
            return builder.bitcast(builder.gep(pointer, [index]), _VECTOR.as_pointer())

        totals = [cgutils.alloca_once(builder, _VECTOR) for _ in offsets]
        for total, offset in zip(totals, offsets, strict=True):
            builder.store(builder.load(place(target, offset), align=8), total)
        with cgutils.for_range(builder, rounds) as loop:
            factor = builder.load(builder.gep(factors, [builder.mul(loop.index, stride)]))
            factor = builder.shuffle_vector(builder.insert_element(empty, factor, first), empty, everywhere)
            for total, offset in zip(totals, offsets, strict=True):
                values = builder.load(place(source, builder.add(loop.index, offset)), align=8)
                builder.store(builder.fadd(builder.load(total), builder.fmul(values, factor)), total)
        for total, offset in zip(totals, offsets, strict=True):
            builder.store(builder.load(total), place(target, offset), align=8)
        return context.get_dummy_value()

    pointer = types.CPointer(types.float64)
    return types.none(pointer, pointer, pointer, types.int64, types.int64), codegen


lag_products: Callable[..., Any] = vector_lag_products if JIT and not PLAIN else plain_lag_products
