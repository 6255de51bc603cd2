"""The discrete Fourier transform for kernels: lengths that are powers of 2, no memory of its own.

Stockham's form with radix 4 (and one step of radix 2 where the length is no power of 4): every step reads one pair of
arrays and writes another in order, so nothing has to be sorted and the inner loops run over neighbours.
"""

import math
from typing import Any

import numpy as np

from alycat.runtime.butterfly import LANES, butterflies, butterfly
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
    gap = stride * quarter
    for p in range(quarter):
        i, o, t = stride * p, stride * 4 * p, p * stride
        if stride < LANES:
            for q in range(stride):
                butterfly(a, b, c, d, i + q, o + q, gap, stride, w, n, t)
        else:
            for q in range(0, stride, LANES):
                butterflies(a, b, c, d, i + q, o + q, gap, stride, w, n, t)


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
