"""The discrete Fourier transform for kernels: lengths that are powers of 2, no memory of its own.

Stockham's form with radix 4 (and one step of radix 2 where the length is no power of 4): every step reads one pair of
arrays and writes another in order, so nothing has to be sorted and the inner loops run over neighbours.
"""

import math
from typing import Any

import numpy as np

from alycat.runtime.kernel import kernel


def length_for(values: int) -> int:
    """The power of 2 that holds so many values, at least 4."""
    return max(4, 1 << (values - 1).bit_length())


def twiddles(length: int) -> np.ndarray:
    """cos and then -sin of 2 pi j / length for j = 0 .. length - 1, what `transform` takes as `w`.

    Built from the first eighth of the circle, so that both tables are symmetric to the last bit.
    """
    j = np.arange(length)
    octant = j * 8 // length
    part = np.where(octant % 2 == 0, j - octant * length / 8, (octant + 1) * length / 8 - j)
    near, far = np.array([(math.cos(a), math.sin(a)) for a in 2 * math.pi * part / length]).T
    cosine = np.choose(octant, [near, far, -far, -near, -near, -far, far, near])
    sine = np.choose(octant, [far, near, near, far, -far, -near, -near, -far])
    return np.concatenate([cosine, -sine])


@kernel
def _radix4(a: Any, b: Any, c: Any, d: Any, w: Any, n: int, size: int, stride: int) -> None:
    """One step: (a, b) real and imaginary parts that are read, (c, d) those that are written."""
    quarter = size // 4
    o1 = stride * quarter
    o2, o3 = 2 * o1, 3 * o1
    for p in range(quarter):
        t = p * stride
        w1, v1 = w[t], w[n + t]
        w2, v2 = w[2 * t], w[n + 2 * t]
        w3, v3 = w[3 * t], w[n + 3 * t]
        i, o = stride * p, stride * 4 * p
        for q in range(stride):
            ar, ai = a[i + q], b[i + q]
            br, bi = a[i + q + o1], b[i + q + o1]
            cr, ci = a[i + q + o2], b[i + q + o2]
            dr, di = a[i + q + o3], b[i + q + o3]
            sr, si, tr, ti = ar + cr, ai + ci, ar - cr, ai - ci
            ur, ui, vr, vi = br + dr, bi + di, br - dr, bi - di
            xr, xi = tr + vi, ti - vr
            yr, yi = sr - ur, si - ui
            zr, zi = tr - vi, ti + vr
            c[o + q], d[o + q] = sr + ur, si + ui
            c[o + q + stride], d[o + q + stride] = xr * w1 - xi * v1, xr * v1 + xi * w1
            c[o + q + 2 * stride], d[o + q + 2 * stride] = yr * w2 - yi * v2, yr * v2 + yi * w2
            c[o + q + 3 * stride], d[o + q + 3 * stride] = zr * w3 - zi * v3, zr * v3 + zi * w3


@kernel
def _radix2(a: Any, b: Any, c: Any, d: Any, stride: int) -> None:
    """The last step of a length that is no power of 4."""
    for q in range(stride):
        ar, ai, br, bi = a[q], b[q], a[q + stride], b[q + stride]
        c[q], d[q] = ar + br, ai + bi
        c[q + stride], d[q + stride] = ar - br, ai - bi


@kernel
def transform(real: Any, imaginary: Any, other_real: Any, other_imaginary: Any, w: Any, n: int) -> None:
    """sum over i of z[i] exp(-2 pi i k / n), in place; `other...` are two more arrays of n elements for its work.

    With real and imaginary part exchanged it is the inverse transform, times n.
    """
    a, b, c, d = real, imaginary, other_real, other_imaginary
    size, stride = n, 1
    while size >= 4:
        _radix4(a, b, c, d, w, n, size, stride)
        a, b, c, d = c, d, a, b
        size //= 4
        stride *= 4
    if size == 2:
        _radix2(a, b, c, d, stride)
        a, b, c, d = c, d, a, b
    steps = 0
    left = n
    while left > 1:
        left = left // 4 if left >= 4 else 1
        steps += 1
    if steps % 2 == 1:
        for q in range(n):
            real[q], imaginary[q] = a[q], b[q]
