"""The operators of FB_ALY_MathOperation and FB_ALY_MathOperation_1Ch."""

import math

import numpy as np

from alycat.runtime.kernel import kernel

from ..types import E_ALY_MathOperator

ADDITION, SUBTRACTION, MULTIPLICATION, DIVISION, POWER_OF, MODULO = (int(o) for o in list(E_ALY_MathOperator)[1:])
DIVISION_BY_ZERO, OUT_OF_RANGE = 0x3005, 0x300A


@kernel
def apply(operator: int, a: float, b: float) -> tuple[float, int]:
    """(a operator b, 0), or (0, event id) where there is no finite result."""
    if (operator == DIVISION or operator == MODULO) and b == 0.0:
        return 0.0, DIVISION_BY_ZERO
    if operator == ADDITION:
        result = a + b
    elif operator == SUBTRACTION:
        result = a - b
    elif operator == MULTIPLICATION:
        result = a * b
    elif operator == DIVISION:
        result = a / b
    elif operator == MODULO:
        result = float(np.fmod(a, b))
    else:
        if a == 0.0 and b < 0.0:
            return 0.0, DIVISION_BY_ZERO
        if a < 0.0 and b != math.floor(b):
            return 0.0, OUT_OF_RANGE
        if a != 0.0 and b * math.log2(abs(a)) >= 1024.0:
            return 0.0, OUT_OF_RANGE
        result = math.pow(a, b)
    if not result - result == 0.0:
        return 0.0, OUT_OF_RANGE
    return result, 0
