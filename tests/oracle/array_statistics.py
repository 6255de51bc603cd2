"""FB_ALY_ArrayStatistics from scratch."""

import math
from fractions import Fraction


def turns(values, threshold):
    """Places and kinds (1 peak, -1 valley) of the reversals: an extreme that later values leave by more than the
    threshold before they go beyond it, and that earlier values (since the reversal before) were on the same side of."""
    found, start, sign = [], 0, 0
    while True:
        best = None
        for kind in (1, -1):
            if kind == sign:
                continue
            for place in range(start, len(values)):
                y = values[place] * kind
                if any(v * kind >= y for v in values[start:place]):
                    continue
                for later in range(place + 1, len(values)):
                    if values[later] * kind > y:
                        break
                    if y - values[later] * kind > threshold:
                        if best is None or later < best[0]:
                            best = (later, place, kind)
                        break
        if best is None:
            return found
        later, place, sign = best
        if place > 0:
            found.append((place, sign))
        start = later


def stands_out(sizes, place, threshold):
    """Going away from this size in one of the two directions, they fall by more than the threshold below it before
    one is larger."""
    for way in (sizes[:place][::-1], sizes[place + 1 :]):
        for size in way:
            if size > sizes[place]:
                break
            if sizes[place] - size > threshold:
                return True
    return False


def expected(values, bessel, reversal, delta, lower):
    n = len(values)
    exact = [Fraction(v) for v in values]
    mean = sum(exact) / n
    spread = sum((v - mean) ** 2 for v in exact)
    found = turns(values, reversal)
    steps = [values[i] - values[i - 1] for i in range(1, n)]
    inner = range(found[0][0] + 1, found[-1][0] + 1) if found else ()
    allowed = [i for i in range(1, n) if stands_out([abs(s) for s in steps], i - 1, delta) or i in inner]
    step = max(allowed, key=lambda i: abs(steps[i - 1]), default=None)
    if step is not None and steps[step - 1] == 0:
        step = None
    return {
        "bNewResult": True,
        "fMin": min(values),
        "nIdxMin": lower + values.index(min(values)),
        "fMax": max(values),
        "nIdxMax": lower + values.index(max(values)),
        "fMaxDelta": 0.0 if step is None else steps[step - 1],
        "nIdxMaxDelta": lower - 1 if step is None else lower + step,
        "nCountPeaks": sum(kind == 1 for _, kind in found),
        "nCountValleys": sum(kind == -1 for _, kind in found),
        "fSum": math.fsum(values),
        "fMean": float(mean),
        "fStandardDeviation": math.sqrt(spread / (n - bessel)) if n > bessel else 0.0,
    }
