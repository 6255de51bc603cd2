"""Sums that stay exact enough, and windows over the latest values: kernels that blocks share.

A sum is a pair (high, low): `low` collects what rounding takes from `high`, so that even 10**8 values far from zero
cost no digits (Neumaier 1974). A sliding window is one buffer of LREAL with a head and a ring. It may stand several
times in a block, once per buffer, or per channel at an offset. Every kernel costs the same in every call, whatever the
length of the window and the data.

    m.window: buffer(window_words(length))        in Configure
    w, k = f64(m, m.window, words), i64(m, m.window, words)
    slide_extremes(w, k, length, x)                each part that the block needs
    slide_sum(w, k, length, x)
    slide_squares(w, k, length, x)
    push(w, k, length, x)                          last: stores x, drops the oldest

Afterwards ``w[SUM] + w[SUM + 1]``, ``w[LEAST]``, ``w[LARGEST]`` and `variance` describe the values present, which are
``k[COUNT]``. Sums are those of the values in the window and of nothing else: values are added and subtracted, and a
second sum runs along that starts anew whenever the ring begins again and takes over when it is full, so that what a
huge value has spoilt heals after two lengths at most.

The extremes follow van Herk and Gil-Werman, spread evenly: the stream is cut into blocks of half a window; a window
is the end of one block, the whole next one, and the beginning of the present one. While a block fills, the suffix
minima of the block before it are computed, one per call, which is in time for when they are needed.
"""

from typing import Any

from alycat.runtime.kernel import kernel

LARGEST = 1e290  # 10**18 values up to here can be added up
LARGEST_SQUARED = 1e140  # values up to here can be squared, summed and compared

COUNT, POSITION, IN_HALF, PARITY = 0, 1, 2, 3  # integers: values present, next place in the ring, ...
SUM, FRESH_SUM, SQUARES, FRESH_SQUARES = 4, 6, 8, 10  # pairs
LEAST, MOST = 12, 13  # of the window
PREFIX_LEAST, PREFIX_MOST, WHOLE_LEAST, WHOLE_MOST = 14, 15, 16, 17
HEAD = 18
FIRST = PREFIX_LEAST  # of a window that only grows, which has no use for that place


def window_words(length: int, extremes: bool = True) -> int:
    """Elements of the buffer of one window."""
    return HEAD + length + (4 * (length // 2) if extremes else 0)


@kernel
def add(high: float, low: float, value: float) -> tuple[float, float]:
    """The sum (high, low) with one more value."""
    total = high + value
    part = total - high
    return total, low + ((high - (total - part)) + (value - part))


@kernel
def product(a: float, b: float) -> tuple[float, float]:
    """a * b as a pair without rounding error (Dekker 1971); both factors at most 1e290 in size."""
    high = a * b
    c = 134217729.0 * a
    a1 = c - (c - a)
    a2 = a - a1
    c = 134217729.0 * b
    b1 = c - (c - b)
    b2 = b - b1
    return high, ((a1 * b1 - high) + a1 * b2 + a2 * b1) + a2 * b2


@kernel
def slide_sum(w: Any, k: Any, length: int, x: float) -> None:
    """The sum of the window that now ends with x."""
    position = k[POSITION]
    high, low = add(w[SUM], w[SUM + 1], x)
    if k[COUNT] >= length:
        high, low = add(high, low, -w[HEAD + position])
    fresh, rest = add(w[FRESH_SUM], w[FRESH_SUM + 1], x)
    if position == length - 1:
        high, low = fresh, rest
        fresh, rest = 0.0, 0.0
    w[SUM], w[SUM + 1] = high, low
    w[FRESH_SUM], w[FRESH_SUM + 1] = fresh, rest


@kernel
def slide_squares(w: Any, k: Any, length: int, x: float) -> None:
    """The sum of squares of the window that now ends with x."""
    position = k[POSITION]
    square, error = product(x, x)
    high, low = add(w[SQUARES], w[SQUARES + 1] + error, square)
    if k[COUNT] >= length:
        old = w[HEAD + position]
        gone, gone_error = product(old, old)
        high, low = add(high, low - gone_error, -gone)
    fresh, rest = add(w[FRESH_SQUARES], w[FRESH_SQUARES + 1] + error, square)
    if position == length - 1:
        high, low = fresh, rest
        fresh, rest = 0.0, 0.0
    w[SQUARES], w[SQUARES + 1] = high, low
    w[FRESH_SQUARES], w[FRESH_SQUARES + 1] = fresh, rest


@kernel
def settle(w: Any) -> None:
    """Moves from low to high what high can hold, in all sums: for `variance` of long windows far from zero.

    While low is small, what rounding takes from it is nothing; done in each call.
    """
    for i in range(4):
        at = SUM + 2 * i
        high, low = w[at], w[at + 1]
        total = high + low
        w[at], w[at + 1] = total, low - (total - high)


@kernel
def slide_extremes(w: Any, k: Any, length: int, x: float) -> None:
    """Minimum and maximum of the window that now ends with x."""
    half = length // 2
    least, most = x, x
    if half > 0:
        j, parity, count = k[IN_HALF], k[PARITY], k[COUNT]
        if j > 0:
            least, most = min(w[PREFIX_LEAST], x), max(w[PREFIX_MOST], x)
        block_least, block_most = least, most
        if count >= half:
            # One step of the suffixes of the block before, in the half of the table that the window does not use.
            at = k[POSITION] - 2 * j - 1
            if at < 0:
                at += length
            low = w[HEAD + at]
            high = low
            minima = HEAD + length + 2 * half * parity
            maxima = minima + half
            place = half - 1 - j
            if j > 0:
                low, high = min(w[minima + place + 1], low), max(w[maxima + place + 1], high)
            w[minima + place], w[maxima + place] = low, high
            least, most = min(least, w[WHOLE_LEAST]), max(most, w[WHOLE_MOST])
            oldest = j + 1 - (length - 2 * half)
            if count >= 2 * half and oldest < half:
                minima = HEAD + length + 2 * half * (1 - parity)
                maxima = minima + half
                least, most = min(least, w[minima + oldest]), max(most, w[maxima + oldest])
        w[PREFIX_LEAST], w[PREFIX_MOST] = block_least, block_most
        if j == half - 1:
            w[WHOLE_LEAST], w[WHOLE_MOST] = block_least, block_most
            k[IN_HALF], k[PARITY] = 0, 1 - parity
        else:
            k[IN_HALF] = j + 1
    w[LEAST], w[MOST] = least, most


@kernel
def push(w: Any, k: Any, length: int, x: float) -> None:
    """Stores x as the newest value."""
    position = k[POSITION]
    w[HEAD + position] = x
    k[POSITION] = 0 if position == length - 1 else position + 1
    if k[COUNT] < length:
        k[COUNT] += 1


@kernel
def gather(w: Any, k: Any, x: float, squares: bool) -> None:
    """One more value of a window that only grows."""
    first = k[COUNT] == 0
    w[LEAST] = x if first else min(w[LEAST], x)
    w[MOST] = x if first else max(w[MOST], x)
    if first:
        w[SUM], w[SUM + 1], w[SQUARES], w[SQUARES + 1] = 0.0, 0.0, 0.0, 0.0
    w[SUM], w[SUM + 1] = add(w[SUM], w[SUM + 1], x)
    if squares:
        square, error = product(x, x)
        w[SQUARES], w[SQUARES + 1] = add(w[SQUARES], w[SQUARES + 1] + error, square)
    k[COUNT] += 1


@kernel
def gather_distance(w: Any, k: Any, x: float, squares: bool) -> None:
    """The same for the distance from the first value, ``w[FIRST]``.

    As that value is one of the data, a sum of N squares can never be more than N times what is left of it when the mean
    is taken out, so that `variance` keeps its digits, however far from zero the values are and however many.
    """
    if k[COUNT] == 0:
        w[FIRST] = x
    gather(w, k, x - w[FIRST], squares)


@kernel
def variance(w: Any, count: int) -> float:
    """Mean squared deviation of `count` values from their mean, from both sums.

    Both are pairs, so 10**9 away from zero still leaves ten digits.
    """
    high, low = add(w[SUM], 0.0, w[SUM + 1])
    n = float(count)
    square, error = product(high, high)
    scaled, scaled_error = product(n, w[SQUARES])
    top = (scaled - square) + (scaled_error - error + n * w[SQUARES + 1] - 2.0 * high * low)
    return max(top, 0.0) / (n * n)
