"""The base of data holders around one raw value, such as FB_ALY_DateTime around its nanoseconds."""

import ctypes
from typing import Any, Self

from .block import Block
from .errors import SnapshotError


class RawValueBlock(Block):
    """A block whose whole memory is `nRaw`; light, because outputs of this kind are built each time they are read.

    Subclasses declare ``nRaw`` and `iec_storage`, the type that stands for them in the memory of other blocks.
    """

    def __init__(self, nRaw: Any = 0) -> None:
        self._m = self.layout.struct(self._checked(nRaw))

    def _checked(self, value: Any) -> int:
        return int(self.layout.fields[0].type.check(getattr(value, "nRaw", value), f"{type(self).__name__}.nRaw"))

    def state_bytes(self) -> bytes:
        return bytes(self._m)

    def snapshot(self) -> bytes:
        return self._pack({"init": {}, "counts": {}, "event": [0, ""]})

    def _take(self, header: dict[str, Any], payload: bytes) -> None:
        if len(payload) != ctypes.sizeof(self._m):
            raise SnapshotError(f"snapshot has {len(payload)} bytes of state, {ctypes.sizeof(self._m)} expected")
        ctypes.memmove(ctypes.addressof(self._m), payload, len(payload))

    _init: dict[str, Any] = {}

    def __eq__(self, other: object) -> bool:
        return type(other) is type(self) and other._m.nRaw == self._m.nRaw

    def __hash__(self) -> int:
        return hash((type(self), self._m.nRaw))

    def copy(self) -> Self:
        return type(self)(self._m.nRaw)
