"""Texts in memory: STRING(255), code page 1252, a place of 256 bytes each, zeros behind the text.

A block with text channels has two buffers, `texts` with 256 bytes for each channel and `lengths` with the number of
characters, or -1 before the first value. Kernels read them as ``u8(m, m.texts, 256 * count)`` and
``i64(m, m.lengths, count)``.
"""

from typing import Any

import numpy as np

from .errors import RangeError, WrongType
from .iec import StringType
from .kernel import kernel
from .memory import i64, u8

TEXT_BYTES = 256
LONGEST_TEXT = 255
NEVER_SET = -1


@kernel
def put_text(m: Any, count: int, channel: int, source: Any, size: int) -> None:
    """Sets one of `count` text channels; a negative size leaves it as if it had never been set."""
    texts = u8(m, m.texts, 256 * count)
    lengths = i64(m, m.lengths, count)
    start = 256 * channel
    kept = size if size > 0 else 0
    for i in range(kept):
        texts[start + i] = source[i]
    for i in range(kept, lengths[channel]):
        texts[start + i] = 0
    lengths[channel] = size


def encoded(text: str) -> bytes:
    """A text as STRING(255) holds it, up to its first zero; RangeError when it does not fit."""
    try:
        data = text.encode() if text.isascii() else text.encode("cp1252")
    except UnicodeEncodeError:
        raise RangeError(f"{text!r} has characters outside code page 1252") from None
    end = data.find(0)
    if end >= 0:
        data = data[:end]
    if len(data) > LONGEST_TEXT:
        raise RangeError(f"{len(data)} characters do not fit into STRING(255)")
    return data


def is_storable(text: str) -> bool:
    """Whether STRING(255) can hold a text."""
    try:
        encoded(text)
    except RangeError:
        return False
    return True


def decoded(data: bytes) -> str:
    """The text of bytes such as those in a column of a trace."""
    return StringType(LONGEST_TEXT).to_python(data)


def decoded_column(column: np.ndarray) -> list[str]:
    """The texts of a column of a trace."""
    cells = column.tolist()
    known = {data: decoded(data) for data in dict.fromkeys(cells)}
    return [known[data] for data in cells]


def text_matrix(values: Any, rows: int, channels: int) -> tuple[np.ndarray, np.ndarray]:
    """Texts (str or CP1252 bytes) as bytes[rows, channels] and the length of each.

    The length is -1 for None, which stands for no text, and for a text that STRING(255) cannot hold.
    """
    given = values if isinstance(values, np.ndarray) else np.array(values, object)
    if given.ndim == 1 and channels == 1:
        given = given.reshape(-1, 1)
    if given.shape != (rows, channels):
        raise RangeError(f"replay: values have shape {given.shape}, {(rows, channels)} expected")
    if given.dtype.kind not in "SUO":
        raise WrongType("replay: values must be texts, str[N, channels]")
    if given.dtype.kind == "U":
        given = _code_page_1252(given)
    if given.dtype.kind == "S" and given.itemsize <= LONGEST_TEXT:
        sizes = np.strings.str_len(given)
        given = np.ascontiguousarray(given)
        if np.count_nonzero(given.view(np.uint8)) == sizes.sum():  # no zero inside a text
            return given, sizes
    known: dict[Any, bytes | None] = {None: None}
    cells = []
    for cell in given.reshape(-1).tolist():
        if cell not in known:
            known[cell] = _cell(cell)
        cells.append(known[cell])
    sizes = np.array([NEVER_SET if c is None else len(c) for c in cells], np.int64)
    width = max(int(sizes.max(initial=1)), 1)
    data = np.array([c or b"" for c in cells], f"S{width}") if cells else np.empty(0, f"S{width}")
    return data.reshape(given.shape), sizes.reshape(given.shape)


def _code_page_1252(texts: np.ndarray) -> np.ndarray:
    """Texts of numpy as bytes; as they are when one has a character outside the code page."""
    points = np.ascontiguousarray(texts).view(np.uint32)
    if not points.size or points.max() >= len(_BYTES):
        return texts
    if points.max() < 128:
        data = points.astype(np.uint8)
    else:
        data = _BYTES[points]
        if ((data == 0) & (points != 0)).any():
            return texts
    return data.view(f"S{points.size // texts.size}").reshape(texts.shape)


def _bytes_of_points() -> np.ndarray:
    """The byte of code page 1252 for each code point up to the last one, 0 for those that are not in it."""
    characters = [bytes([byte]).decode("cp1252", "ignore") for byte in range(256)]
    table = np.zeros(max(map(ord, filter(None, characters))) + 1, np.uint8)
    for byte, character in enumerate(characters):
        if character:
            table[ord(character)] = byte
    return table


_BYTES = _bytes_of_points()


def _cell(value: Any) -> bytes | None:
    if isinstance(value, bytes):
        value = value.decode("cp1252", "replace")
    if not isinstance(value, str):
        raise WrongType(f"replay: {value!r} is no text")
    return encoded(value) if is_storable(value) else None
