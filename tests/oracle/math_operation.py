"""The operators of FB_ALY_MathOperation and FB_ALY_MathOperation_1Ch, with Python's own numbers."""

import functools
import math
from fractions import Fraction

DIVISION_BY_ZERO, OUT_OF_RANGE = 0x3005, 0x300A


class Refused(Exception):
    """Carries the event id."""


def apply(operator, a, b):
    try:
        result = {
            1: lambda: a + b,
            2: lambda: a - b,
            3: lambda: a * b,
            4: lambda: a / b,
            5: lambda: a**b,
            6: lambda: float(Fraction(a) - Fraction(b) * math.trunc(Fraction(a) / Fraction(b))),
        }[operator]()
    except ZeroDivisionError:
        raise Refused(DIVISION_BY_ZERO) from None
    except OverflowError:
        raise Refused(OUT_OF_RANGE) from None
    if isinstance(result, complex) or not math.isfinite(result):
        raise Refused(OUT_OF_RANGE)
    return result


def expected(operator, operands, absolute):
    """The result, or Refused."""
    return functools.reduce(lambda a, b: apply(operator, a, b), [abs(x) if absolute else x for x in operands])
