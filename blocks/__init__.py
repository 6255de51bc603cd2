"""The function blocks, by their vendor names: ``from alycat.blocks import FB_ALY_DenStream``.

Nothing is imported or compiled before a block is asked for (PEP 562), so ``import alycat.blocks`` stays quick.
"""

import importlib
from typing import TYPE_CHECKING, Any

from alycat.runtime.errors import UnknownName, one_of

if TYPE_CHECKING:
    from .clustering.denstream import FB_ALY_DenStream as FB_ALY_DenStream
    from .system.datetime import FB_ALY_DateTime as FB_ALY_DateTime
    from .system.system_time import FB_ALY_GetSystemTime as FB_ALY_GetSystemTime
    from .system.timespan import E_ALY_TimestampAccuracy as E_ALY_TimestampAccuracy
    from .system.timespan import F_RawTimespan_TO_Structured as F_RawTimespan_TO_Structured
    from .system.timespan import F_StructuredTimespan_TO_Raw as F_StructuredTimespan_TO_Raw
    from .system.timespan import FB_ALY_Timespan as FB_ALY_Timespan
    from .system.timespan import ST_ALY_Timespan as ST_ALY_Timespan

BLOCKS = {
    "FB_ALY_DateTime": "alycat.blocks.system.datetime",
    "FB_ALY_Timespan": "alycat.blocks.system.timespan",
    "FB_ALY_GetSystemTime": "alycat.blocks.system.system_time",
    "FB_ALY_DenStream": "alycat.blocks.clustering.denstream",
}
TYPES_AND_FUNCTIONS = {
    "E_ALY_TimestampAccuracy": "alycat.blocks.system.timespan",
    "ST_ALY_Timespan": "alycat.blocks.system.timespan",
    "F_RawTimespan_TO_Structured": "alycat.blocks.system.timespan",
    "F_StructuredTimespan_TO_Raw": "alycat.blocks.system.timespan",
}
_WHERE = BLOCKS | TYPES_AND_FUNCTIONS

__all__ = ["BLOCKS", "TYPES_AND_FUNCTIONS", *_WHERE]


def __getattr__(name: str) -> Any:
    if name in _WHERE:
        return getattr(importlib.import_module(_WHERE[name]), name)
    if name.startswith("__"):
        raise AttributeError(name)
    raise UnknownName(f"alycat.blocks has no {name}; it has {one_of(_WHERE)}")


def __dir__() -> list[str]:
    return sorted(__all__)
