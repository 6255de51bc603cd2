"""Four butterflies of a transform at once: vector code for what the compiler cannot prove to be free of overlaps.

The plain twin does the same operations in the same order, without contraction, so that both give the same bits.
"""

from typing import Any

from llvmlite import ir
from numba import types
from numba.extending import intrinsic

from .kernel import JIT, PLAIN, kernel

LANES = 4
_F64, _VECTOR = ir.DoubleType(), ir.VectorType(ir.DoubleType(), LANES)


@kernel
def butterfly(a: Any, b: Any, c: Any, d: Any, i: int, o: int, gap: int, stride: int, w: Any, n: int, t: int) -> None:
    """One butterfly of radix 4: reads a, b at i, i + gap, ..., writes c, d at o, o + stride, ...; w at t, 2t, 3t."""
    ar, ai = a[i], b[i]
    br, bi = a[i + gap], b[i + gap]
    cr, ci = a[i + 2 * gap], b[i + 2 * gap]
    dr, di = a[i + 3 * gap], b[i + 3 * gap]
    sr, si, tr, ti = ar + cr, ai + ci, ar - cr, ai - ci
    ur, ui, vr, vi = br + dr, bi + di, br - dr, bi - di
    c[o], d[o] = sr + ur, si + ui
    xr, xi, p, q = tr + vi, ti - vr, w[t], w[n + t]
    c[o + stride], d[o + stride] = xr * p - xi * q, xr * q + xi * p
    xr, xi, p, q = sr - ur, si - ui, w[2 * t], w[n + 2 * t]
    c[o + 2 * stride], d[o + 2 * stride] = xr * p - xi * q, xr * q + xi * p
    xr, xi, p, q = tr - vi, ti + vr, w[3 * t], w[n + 3 * t]
    c[o + 3 * stride], d[o + 3 * stride] = xr * p - xi * q, xr * q + xi * p


@kernel
def plain_butterflies(
    a: Any, b: Any, c: Any, d: Any, i: int, o: int, gap: int, stride: int, w: Any, n: int, t: int
) -> None:
    """`butterfly` for LANES neighbours."""
    for lane in range(LANES):
        butterfly(a, b, c, d, i + lane, o + lane, gap, stride, w, n, t)


@intrinsic  # type: ignore[untyped-decorator]
def _vector_butterflies(
    typing: Any, a: Any, b: Any, c: Any, d: Any, i: Any, o: Any, gap: Any, stride: Any, w: Any, n: Any, t: Any
) -> Any:
    def codegen(context: Any, builder: Any, signature: Any, args: Any) -> Any:
        source, source_i, target, target_i, at, to, step, out, table, half, turn = args
        word = ir.IntType(64)

        def place(pointer: Any, index: Any) -> Any:
            return builder.bitcast(builder.gep(pointer, [index]), _VECTOR.as_pointer())

        def pair(k: int) -> tuple[Any, Any]:
            index = builder.add(at, builder.mul(step, ir.Constant(word, k)))
            return tuple(builder.load(place(p, index), align=8) for p in (source, source_i))

        def store(k: int, real: Any, imaginary: Any) -> None:
            index = builder.add(to, builder.mul(out, ir.Constant(word, k)))
            builder.store(real, place(target, index), align=8)
            builder.store(imaginary, place(target_i, index), align=8)

        def everywhere(index: Any) -> Any:
            number = builder.load(builder.gep(table, [index]), align=8)
            one = builder.insert_element(ir.Constant(_VECTOR, ir.Undefined), number, ir.Constant(ir.IntType(32), 0))
            mask = ir.Constant(ir.VectorType(ir.IntType(32), LANES), [0] * LANES)
            return builder.shuffle_vector(one, ir.Constant(_VECTOR, ir.Undefined), mask)

        def turned(k: int, real: Any, imaginary: Any) -> None:
            index = builder.mul(turn, ir.Constant(word, k))
            p, q = everywhere(index), everywhere(builder.add(half, index))
            new_real = builder.fsub(builder.fmul(real, p), builder.fmul(imaginary, q))
            store(k, new_real, builder.fadd(builder.fmul(real, q), builder.fmul(imaginary, p)))

        (ar, ai), (br, bi), (cr, ci), (dr, di) = (pair(k) for k in range(4))
        add, sub = builder.fadd, builder.fsub
        sr, si, tr, ti = add(ar, cr), add(ai, ci), sub(ar, cr), sub(ai, ci)
        ur, ui, vr, vi = add(br, dr), add(bi, di), sub(br, dr), sub(bi, di)
        store(0, add(sr, ur), add(si, ui))
        turned(1, add(tr, vi), sub(ti, vr))
        turned(2, sub(sr, ur), sub(si, ui))
        turned(3, sub(tr, vi), add(ti, vr))
        return context.get_dummy_value()

    pointer, whole = types.CPointer(types.float64), types.int64
    return types.none(*[pointer] * 4, *[whole] * 4, pointer, whole, whole), codegen


butterflies = _vector_butterflies if JIT and not PLAIN else plain_butterflies
