"""What correlation functions add up, call by call, for every lag.

A signal's latest values stand in a history, newest first, so ``past[l]`` is the value l calls ago; each is stored
twice, one length apart, which makes every stretch of it contiguous. For each lag there are five sums over the pairs
(delayed value d, present value p) of the window: d p, d, p, d d, p p, all of them of distances from an origin within
the data, so that signals far from zero keep their digits. A pair enters once and, in a sliding window, leaves once.
"""

import math
from typing import Any

from alycat.runtime.kernel import kernel
from alycat.runtime.memory import f64

PRODUCTS, DELAYED, PRESENT, DELAYED_SQUARES, PRESENT_SQUARES, SUMS = 0, 1, 2, 3, 4, 5
FLAT = 1e-13  # a signal whose squares about the mean are this part of those about the origin does not vary

BASE, NORMED, COVARIANCE, COVARIANCE_BESSEL, PEARSON = 1, 2, 3, 4, 5


@kernel
def remember(ring: Any, length: int, place: int, value: float) -> None:
    """Puts the newest value of a signal in front; `place` is one less than in the call before, or length - 1."""
    ring[place], ring[place + length] = value, value


@kernel
def sums_of(m: Any, channel: int, which: int) -> Any:
    """The sums of one channel: those of lags from 0 up, then those of lags below 0, downwards."""
    size = SUMS * m.lags
    return f64(m, m.sums + 8 * size * (channel if m.whole else 2 * channel + which), size)


@kernel
def recorded(lag: int, step: int, lags: int, age: int) -> int:
    """How many of the lags ``lag, lag + step, ...`` are at most `age`."""
    if age < lag:
        return 0
    return min(lags, (age - lag) // step + 1)


@kernel
def gather(
    sums: Any, lags: int, count: int, ring: Any, at: int, step: int, p: float, origin: float, sign: float
) -> None:
    """All five sums of the first `count` of `lags` lags take one more pair, or lose one (sign -1).

    at: where the delayed value of the first lag stands; that of the next one lies `step` further on.
    """
    square = p * p
    for j in range(count):
        d = ring[at + j * step] - origin
        sums[j] += sign * (d * p)
        sums[lags + j] += sign * d
        sums[2 * lags + j] += sign * p
        sums[3 * lags + j] += sign * (d * d)
        sums[4 * lags + j] += sign * square


@kernel
def gather_products(sums: Any, count: int, ring: Any, at: int, step: int, p: float, sign: float) -> None:
    """The same for the products alone, about 0."""
    for j in range(count):
        sums[j] += sign * (ring[at + j * step] * p)


@kernel
def coefficient(mode: int, pairs: int, divisor: int, dp: float, d: float, p: float, dd: float, pp: float) -> float:
    """The coefficient of one lag from its sums; 0 where it is not defined."""
    if mode == BASE:
        return dp
    if mode == NORMED:
        return dp / divisor
    common = dp - d * p / pairs
    if mode == COVARIANCE:
        return common / divisor
    if mode == COVARIANCE_BESSEL:
        return common / (divisor - 1) if divisor > 1 else 0.0
    delayed, present = dd - d * d / pairs, pp - p * p / pairs
    if delayed <= FLAT * dd or present <= FLAT * pp:
        return 0.0
    return max(-1.0, min(common / (math.sqrt(delayed) * math.sqrt(present)), 1.0))
