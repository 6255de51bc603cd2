"""Symbol handles: numbers for names, valid on all connections until released or until the symbol table changes."""

import itertools
from typing import NamedTuple, Protocol

from .model import AdsError, AdsErrorCode, Location, Method

FIRST_HANDLE = 0x0100_0001


class Owner(Protocol):
    """A connection."""

    is_closed: bool


class Named(NamedTuple):
    """What a handle stands for: a variable, or a method of one."""

    location: Location
    method: Method | None
    owner: "Owner"  # the connection that asked for it


class Handles:
    """The handles of a device. When there are too many, those of closed connections go first."""

    def __init__(self, limit: int) -> None:
        self._limit = limit
        self._numbers = itertools.count(FIRST_HANDLE)
        self._named: dict[int, Named] = {}

    def __len__(self) -> int:
        return len(self._named)

    def __contains__(self, handle: int) -> bool:
        return handle in self._named

    def add(self, location: Location, method: Method | None, owner: Owner) -> int:
        if len(self._named) >= self._limit:
            self._named = {h: n for h, n in self._named.items() if not n.owner.is_closed}
        if len(self._named) >= self._limit:
            raise AdsError(AdsErrorCode.NO_MEMORY, f"there are {self._limit} symbol handles already")
        handle = next(self._numbers) & 0xFFFF_FFFF
        self._named[handle] = Named(location, method, owner)
        return handle

    def get(self, handle: int) -> Named:
        try:
            return self._named[handle]
        except KeyError:
            raise AdsError(AdsErrorCode.SYMBOL_VERSION, f"no symbol handle 16#{handle:X}") from None

    def release(self, handle: int) -> None:
        self.get(handle)
        del self._named[handle]

    def clear(self) -> None:
        self._named.clear()
