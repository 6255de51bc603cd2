"""Blocks found by name, without the runtime importing them: `alycat.blocks` says what there is."""

import importlib
from collections.abc import Iterator
from typing import Any

from .errors import UnknownName, one_of, resembling

PREFIX = "FB_ALY_"


def block_names() -> list[str]:
    """The class names of all blocks, in alphabetical order; imports none of them."""
    return sorted(importlib.import_module("alycat.blocks").BLOCKS)


def find_block(name: str) -> Any:
    """The block class of a name such as ``DenStream`` or ``FB_ALY_DenStream``, in any case.

    Raises UnknownName with the nearest names.
    """
    blocks = importlib.import_module("alycat.blocks")
    by_short_name = {short_name(n).lower(): n for n in blocks.BLOCKS}
    wanted = short_name(name.strip()).lower()
    if wanted in by_short_name:
        return getattr(blocks, by_short_name[wanted])
    close = resembling(wanted, map(short_name, blocks.BLOCKS))
    hint = f"did you mean {one_of(close)}?" if close else "see 'alycat blocks'"
    raise UnknownName(f"no block {name!r}; {hint}")


def all_blocks() -> Iterator[Any]:
    """The block classes, in alphabetical order of their names."""
    return (find_block(name) for name in block_names())


def short_name(name: str) -> str:
    """The name without the vendor's prefix."""
    return name[len(PREFIX) :] if name.upper().startswith(PREFIX.upper()) else name
