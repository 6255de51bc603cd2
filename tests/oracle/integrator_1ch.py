"""FB_ALY_Integrator_1Ch from scratch, in exact fractions."""

import itertools
from fractions import Fraction


def expected(times, values, absolute, factor):
    exact = [Fraction(abs(x) if absolute else x) for x in values]
    rows = itertools.pairwise(zip(times, exact, strict=True))
    total = sum(((x0 + x1) / 2 * Fraction(t1 - t0, 10**9) for (t0, x0), (t1, x1) in rows), Fraction())
    return {"bNewResult": True, "fResult": float(total * Fraction(factor))}
