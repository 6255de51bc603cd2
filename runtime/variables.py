"""Variables that a method fills: `output : ANY` of the vendor's getters, in Python a numpy array of one element."""

from typing import Any

import numpy as np

from .errors import WrongType


def put_value(output: Any, value: float, name: str) -> tuple[int, str]:
    """Writes a number into a variable of any numeric type; (event id, what was wrong) or (0, "").

    Whole numbers are rounded, as TO_DINT does. WrongType when `output` is no variable, that is, no numeric numpy array
    of one element.
    """
    if not isinstance(output, np.ndarray) or output.size != 1 or output.dtype.kind not in "biuf":
        raise WrongType(f"{name}: {output!r} is no variable; a numeric numpy array of one element is needed")
    if output.dtype.kind in "iu":
        limits = np.iinfo(output.dtype)
        if not limits.min <= round(value) <= limits.max:
            return 0x300A, f"{value} does not fit into {output.dtype}"
        output[...] = round(value)
    else:
        output[...] = value
    return 0, ""
