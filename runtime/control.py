"""The control words by which Python talks to the compiled caller of a step; their order is told in `running`."""

from typing import TYPE_CHECKING, Any

import numpy as np

from .declare import Role
from .errors import RangeError, WrongType
from .iec import same_memory

if TYPE_CHECKING:
    from .block import Block

FIXED_WORDS = 8
RESULT_WORDS = 4


def shown_buffers(block: "type[Block] | Block") -> dict[str, str]:
    """Arrays of a trace, each with its buffer: those that Call fills, then those that getters read."""
    return block.results | block.traced


def control_words(cls: type["Block"]) -> int:
    """How many control words the compiled caller of a class takes."""
    inputs = [f for f in cls.layout.fields if f.role is Role.INPUT]
    return FIXED_WORDS + 2 * len(inputs) + RESULT_WORDS * len(shown_buffers(cls))


def aim(block: "Block", control: np.ndarray, pointer: str, target: int, stride: int, size: int) -> None:
    """Lets the caller copy `size` bytes of what belongs to one array to `target` after each row."""
    shown = shown_buffers(block)
    buffer = block._buffer(shown[pointer])
    first = len(control) - RESULT_WORDS * (len(shown) - list(shown).index(pointer))
    control[first : first + RESULT_WORDS] = buffer.ctypes.data, target, stride, size


def check_elements(array: Any, dtype: "np.dtype[Any]", name: str) -> None:
    """WrongType when an array given for PVOID has other elements than those that are written to it or read from it."""
    if array is not None and not same_memory(array.dtype, dtype):
        raise WrongType(f"{name}: elements of type {array.dtype}, {dtype} is needed")


def within(array: Any, size: int) -> Any:
    """The elements of an array that lie in its first `size` bytes, in a row: what a pointer and a size stand for."""
    return array.reshape(-1)[: size // array.itemsize]


def array_refusal(array: Any, size: int, needed: int | tuple[int, ...], null: int, wrong: int) -> tuple[int, str]:
    """(event id, what was wrong) of an array given as pointer and size, (0, "") when it fits.

    `null` is the event id for no array, `wrong` for a size that is not `needed` (or not one of several). An array
    smaller than the size that was given is a mistake in Python (on a target it would damage foreign memory):
    RangeError.
    """
    allowed = needed if isinstance(needed, tuple) else (needed,)
    if array is None:
        return null, "no array was given"
    if size > array.nbytes:
        raise RangeError(f"size {size} was given for an array of {array.nbytes} bytes")
    if size not in allowed:
        return wrong, f"size {size}, an array of {' or '.join(map(str, sorted(allowed)))} bytes is needed"
    return 0, ""
