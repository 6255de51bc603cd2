"""Requests that come again and again, such as reads by a kept handle and the sum reads of a cycle, worked out once.

A client that reads the same place sends the same bytes but for the invoke id, and gets the same frame but for the
values. So the way to the values is kept under those bytes.
"""

from collections.abc import Callable
from typing import NamedTuple

from . import frames
from .frames import Packet
from .model import Memory

INVOKE_ID = slice(28, 32)  # in a packet
LONGEST = 16_384  # bytes of a request that is kept
OVERHEAD = 500  # bytes that are kept with the shortest one
MOST = 2**20  # bytes of all of them; what is kept with a long one is some twenty times as much
Cut = Callable[[Memory], bytes]


class Steady(NamedTuple):
    """An answer that is always made in the same way: of the values that `cut` takes from the memory."""

    cut: Cut
    size: int  # of the values
    handle: int = 0  # has to be known still; 0 for none


class Repeat(NamedTuple):
    """How to answer a request the next time."""

    steady: Steady
    front: bytes  # of the frame, up to the invoke id
    back: bytes  # what follows it, up to the values


class Repeats:
    """The requests of one device."""

    def __init__(self) -> None:
        self._known: dict[bytes, Repeat] = {}
        self._bytes = 0

    def get(self, body: bytes) -> Repeat | None:
        """How to answer the packet in the body of a frame, if the same one came before."""
        return self._known.get(_key(body)) if len(body) <= LONGEST else None

    def keep(self, body: bytes, packet: Packet, steady: Steady) -> None:
        if len(body) > LONGEST or packet.flags & frames.NO_ANSWER:
            return
        size = len(body) + OVERHEAD
        if self._bytes + size > MOST:
            self._known.clear()
            self._bytes = 0
        self._bytes += size
        frame = frames.answer_frame(packet, frames.data_answer(bytes(steady.size)))
        end = len(frame) - steady.size
        self._known[_key(body)] = Repeat(steady, frame[: end - 12], frame[end - 8 : end])


def _key(body: bytes) -> bytes:
    return body[: INVOKE_ID.start] + body[INVOKE_ID.stop :]
