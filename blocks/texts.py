"""Texts compared in kernels: bytes of code page 1252, with or without regard to case.

Without regard to case a letter equals its other case, where code page 1252 has both: A-Z, the letters with accents, Š,
Œ, Ž and Ÿ. ß and µ have no other case there.
"""

from typing import Any

import numpy as np

from alycat.runtime.kernel import kernel
from alycat.runtime.memory import i64, u8

EQUALS, BEGINS_WITH, CONTAINS = 1, 2, 3  # E_ALY_StringCompareMode


def _small_letters() -> np.ndarray:
    """The byte of the small letter for each byte."""
    table = np.arange(256, dtype=np.uint8)
    for byte in range(256):
        try:
            small = bytes([byte]).decode("cp1252").lower().encode("cp1252")
        except UnicodeError:  # no character, or a letter whose other case is not in the code page
            continue
        table[byte] = small[0]
    return table


SMALL = _small_letters()


def text_bytes(text: Any) -> np.ndarray:
    """The 256 bytes of a STRING(255) as `method` hands it over."""
    return np.frombuffer(bytes(text).ljust(256, b"\0"), np.uint8)


@kernel
def same_bytes(a: Any, start: int, b: Any, size: int, exact: bool) -> bool:
    """Whether ``a[start : start + size]`` and ``b[:size]`` are equal."""
    for i in range(size):
        left, right = a[start + i], b[i]
        if left != right and (exact or SMALL[left] != SMALL[right]):
            return False
    return True


@kernel
def matches(text: Any, size: int, wanted: Any, wanted_size: int, mode: int, exact: bool) -> bool:
    """Whether a text is, begins with or contains another one; every text begins with and contains the empty one."""
    if wanted_size > size or (mode == EQUALS and wanted_size != size):
        return False
    last = size - wanted_size if mode == CONTAINS else 0
    for start in range(last + 1):
        if same_bytes(text, start, wanted, wanted_size, exact):
            return True
    return False


@kernel
def unset_texts(m: Any, count: int) -> int:
    """16#3003 when a text channel was never set."""
    lengths = i64(m, m.lengths, count)
    for c in range(count):
        if lengths[c] < 0:
            return 0x3003
    return 0


@kernel
def copy_text(source: Any, start: int, m: Any, place: int) -> None:
    """Copies the 256 bytes of a text to a place in the memory."""
    target = u8(m, place, 256)
    for i in range(256):
        target[i] = source[start + i]
