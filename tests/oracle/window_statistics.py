"""FB_ALY_StandardDeviation and the three factors from scratch, from exact sums over the values of the window."""

import math
from fractions import Fraction

SLIDING, FIXED, CONTINUOUS = 1, 2, 3


def window(values, mode, size, least=1):
    """(values of the latest result or None, whether the call after these values has a new one)."""
    count = len(values)
    if mode == CONTINUOUS:
        return (values, True) if count >= least else (None, False)
    if mode == SLIDING:
        return (values[-size:], True) if count >= size else (None, False)
    full = count // size
    return (values[(full - 1) * size : full * size] if full else None), count % size == 0


def standard_deviation(part, bessel):
    exact = [Fraction(x) for x in part]
    mean = sum(exact) / len(exact)
    return math.sqrt(sum((x - mean) ** 2 for x in exact) / (len(exact) - bessel))


def clearance(part):
    return _ratio(max(map(abs, part)), (math.fsum(math.sqrt(abs(x)) for x in part) / len(part)) ** 2)


def impulse(part):
    return _ratio(max(map(abs, part)), math.fsum(map(abs, part)) / len(part))


def shape(part):
    return _ratio(math.sqrt(math.fsum(x * x for x in part) / len(part)), math.fsum(map(abs, part)) / len(part))


def _ratio(top, bottom):
    return top / bottom if bottom else 0.0


def expected(rows, mode, size, statistic, least=1):
    """(results of all channels, bNewResult) after these rows."""
    results, new = [], False
    for column in zip(*rows, strict=True):
        part, new = window(column, mode, size, least)
        results.append(statistic(part) if part is not None else 0.0)
    return results, new
