"""The function blocks, by their vendor names: ``from alycat.blocks import FB_ALY_DenStream``.

The names stand in ``__init__.pyi``. Nothing is imported or compiled before a name is used (PEP 562), so
``import alycat.blocks`` stays quick.
"""

from typing import Any

import lazy_loader

from alycat.runtime.errors import UnknownName, one_of, resembling

_load, __dir__, __all__ = lazy_loader.attach_stub(__name__, __file__)

BLOCKS = [name for name in __all__ if name.startswith("FB_ALY_")]


def __getattr__(name: str) -> Any:
    if name in __all__ or name.startswith("__"):
        return _load(name)
    close = resembling(name, __all__)
    hint = f"did you mean {one_of(close)}?" if close else "'alycat blocks' lists the blocks"
    raise UnknownName(f"alycat.blocks has no {name}; {hint}")
