"""A selector that lets a connection read at once when its socket is readable, without asyncio's way to a protocol.

That way (a handle, a context, a turn of the loop) costs about 10 us for each request, more than the device needs to
answer it; a client that waits for each answer before it asks again gets a tenth more answers per second without it.
"""

import select
import selectors
from collections.abc import Callable, Mapping
from typing import Any

from ..clock import progress_clock

EVENTS_AT_ONCE = 64
TURNS_AT_ONCE = 100  # before asyncio has its turn in any case


class DirectSelector(selectors.BaseSelector):
    """An epoll selector with functions that are called in asyncio's stead.

    direct: by file descriptor; a function returns False if asyncio is to deal with the event. must_return: to be set by
    whoever gives asyncio something to do meanwhile.
    """

    def __init__(self) -> None:
        self.direct: dict[int, Callable[[], bool]] = {}
        self.must_return = False
        self._epoll = select.epoll()
        self._keys: dict[int, selectors.SelectorKey] = {}

    def register(self, fileobj: Any, events: int, data: Any = None) -> selectors.SelectorKey:
        fd = _number(fileobj)
        if fd in self._keys:
            raise KeyError(f"{fileobj!r} is registered already")
        self._epoll.register(fd, _mask(events))
        self._keys[fd] = selectors.SelectorKey(fileobj, fd, events, data)
        return self._keys[fd]

    def modify(self, fileobj: Any, events: int, data: Any = None) -> selectors.SelectorKey:
        fd = _number(fileobj)
        self._epoll.modify(fd, _mask(events))
        self._keys[fd] = selectors.SelectorKey(fileobj, fd, events, data)
        return self._keys[fd]

    def unregister(self, fileobj: Any) -> selectors.SelectorKey:
        fd = _number(fileobj)
        key = self._keys.pop(fd)
        try:
            self._epoll.unregister(fd)
        except OSError:  # closed already
            pass
        return key

    def get_key(self, fileobj: Any) -> selectors.SelectorKey:
        return self._keys[_number(fileobj)]

    def get_map(self) -> Mapping[Any, selectors.SelectorKey]:
        return self._keys

    def close(self) -> None:
        self._epoll.close()
        self._keys.clear()

    def select(self, timeout: float | None = None) -> list[tuple[selectors.SelectorKey, int]]:
        """Events for asyncio; none when the time is over or something was given to it by a direct function."""
        self.must_return = False
        pause = -1.0 if timeout is None else max(timeout, 0.0)
        end_ns = 0 if pause <= 0 else progress_clock() + int(pause * 1e9)
        for _ in range(TURNS_AT_ONCE):
            events = self._epoll.poll(pause, EVENTS_AT_ONCE)
            ready = [event for event in map(self._serve, events) if event]
            if ready or not events or self.must_return or pause == 0:
                return ready
            if end_ns:
                pause = max(0.0, (end_ns - progress_clock()) * 1e-9)
        return []

    def _serve(self, event: tuple[int, int]) -> tuple[selectors.SelectorKey, int] | None:
        fd, mask = event
        if mask == select.EPOLLIN:
            receive = self.direct.get(fd)
            if receive is not None and receive():
                return None
        key = self._keys.get(fd)
        if key is None:
            return None
        readable = selectors.EVENT_READ if mask & ~select.EPOLLOUT else 0
        writable = selectors.EVENT_WRITE if mask & ~select.EPOLLIN else 0
        return key, (readable | writable) & key.events


def _number(fileobj: Any) -> int:
    return fileobj if isinstance(fileobj, int) else int(fileobj.fileno())


def _mask(events: int) -> int:
    return (select.EPOLLIN if events & selectors.EVENT_READ else 0) | (
        select.EPOLLOUT if events & selectors.EVENT_WRITE else 0
    )
