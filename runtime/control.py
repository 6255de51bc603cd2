"""The control words by which Python talks to the compiled caller of a step; their order is told in `running`."""

from typing import TYPE_CHECKING, Any

import numpy as np

from .declare import Role
from .errors import RangeError, WrongType
from .iec import same_memory

if TYPE_CHECKING:
    from .block import Block

FIXED_WORDS = 6
RESULT_WORDS = 4


def control_words(cls: type["Block"]) -> int:
    """How many control words the compiled caller of a class takes."""
    inputs = [f for f in cls.layout.fields if f.role is Role.INPUT]
    return FIXED_WORDS + 2 * len(inputs) + RESULT_WORDS * len(cls.results)


def aim(block: "Block", control: np.ndarray, pointer: str, target: int, stride: int) -> None:
    """Lets the caller copy what belongs to one pointer input of Call to `target` after each row."""
    buffer = block._buffer(block.results[pointer])
    first = len(control) - RESULT_WORDS * (len(block.results) - list(block.results).index(pointer))
    control[first : first + RESULT_WORDS] = buffer.ctypes.data, target, stride, buffer.nbytes


def check_elements(array: Any, dtype: "np.dtype[Any]", name: str) -> None:
    """WrongType when an array given for PVOID has other elements than those that are written to it or read from it."""
    if array is not None and not same_memory(array.dtype, dtype):
        raise WrongType(f"{name}: elements of type {array.dtype}, {dtype} is needed")


def array_refusal(array: Any, size: int, needed: int, null: int, wrong: int) -> tuple[int, str]:
    """(event id, what was wrong) of an array given as pointer and size, (0, "") when it fits.

    `null` is the event id for no array, `wrong` for a size that is not `needed`. An array smaller than the size that
    was given is a mistake in Python (on a target it would damage foreign memory): RangeError.
    """
    if array is None:
        return null, "no array was given"
    if size > array.nbytes:
        raise RangeError(f"size {size} was given for an array of {array.nbytes} bytes")
    if size != needed:
        return wrong, f"size {size}, an array of {needed} bytes is needed"
    return 0, ""
