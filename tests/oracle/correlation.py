"""Correlation functions from scratch: for every lag the pairs themselves, in exact sums; numpy.correlate for Base."""

import math
from fractions import Fraction

BASE, NORMED, COVARIANCE, BESSEL, PEARSON = 1, 2, 3, 4, 5
SLIDING, FIXED, CONTINUOUS = 1, 2, 3


def pairs(x, y, lag, first, last):
    """(x[k - lag], y[k]) or (x[k], y[k + lag]) for k = first .. last, as far as both were recorded."""
    delay = abs(lag)
    for k in range(max(first, delay), last + 1):
        yield (x[k - delay], y[k]) if lag >= 0 else (x[k], y[k - delay])


def coefficient(found, mode, divisor):
    if mode <= NORMED:
        total = float(sum(Fraction(a) * Fraction(b) for a, b in found))
        return total if mode == BASE else total / divisor
    n = len(found)
    a, b = ([Fraction(p[i]) for p in found] for i in (0, 1))
    da, db = ([v - sum(s) / n for v in s] for s in (a, b))
    common = sum(p * q for p, q in zip(da, db, strict=True))
    if mode == COVARIANCE:
        return float(common / divisor)
    if mode == BESSEL:
        return float(common / (divisor - 1)) if divisor > 1 else 0.0
    va, vb = sum(p * p for p in da), sum(q * q for q in db)
    return float(common) / math.sqrt(va) / math.sqrt(vb) if va and vb else 0.0


def result(x, y, lags, window, mode, size):
    """The coefficients of all lags after these values, None for a lag without pairs; None when there is no result."""
    last = len(x) - 1
    if window == FIXED:
        last = len(x) // size * size - 1
        if last < 0:
            return None
    first = 0 if window == CONTINUOUS else max(0, last - size + 1)
    found = [list(pairs(x, y, lag, first, last)) for lag in lags]
    return [coefficient(f, mode, last + 1 if window == CONTINUOUS else len(f)) if f else None for f in found]
