"""The data area of a Plc as pieces of other memories, joined at each publishing.

One after the other lie: the memory of each program and global variable list as it is; blocks in the form of function
blocks (`typemap.mirror`); times that a program variable wraps, in the same form; task and application information.
"""

from bisect import bisect_right
from collections.abc import Callable, Iterator
from typing import Any, NamedTuple

from ..block import Block
from ..composite import StructType
from .typemap import MESSAGE, mirror, once, size_of, wrapped_block

ALIGNMENT = 8
HEADER_BYTES = 8
Memory = Callable[[], memoryview]


class Run(NamedTuple):
    """Bytes that lie together both in a block's memory and in the function block that clients see."""

    target: int
    source: int
    size: int


class Cell(NamedTuple):
    """A range of the area and the memory that it shows."""

    start: int
    size: int
    memory: Memory
    offset: int


def view_of(memory: Any) -> memoryview:
    return memoryview(memory).cast("B")


@once
def runs_of(cls: type[Block]) -> tuple[Run, ...]:
    """What to copy of a block's memory; gaps that are the same on both sides go along."""
    kinds = {f.name: f.type for f in cls.layout.fields}
    runs: list[Run] = []
    for f in mirror(cls).layout.fields:
        if f.type is MESSAGE:
            continue
        target, source = mirror(cls).layout.offset(f.name), cls.layout.offset(f.name)
        if wrapped_block(kinds[f.name]):
            target += HEADER_BYTES
        end = source + size_of(kinds[f.name])
        last = runs[-1] if runs else None
        if last and source >= last.source + last.size and target - last.target == source - last.source:
            runs[-1] = Run(last.target, last.source, end - last.source)
        else:
            runs.append(Run(target, source, end - source))
    return tuple(runs)


class BlockSlot:
    """A block in a container of its program, and the pieces that it supplies."""

    def __init__(self, container: Any, key: Any) -> None:
        self.container, self.key = container, key
        self.cls: type[Block] = type(self.block)
        self.parts: list[tuple[int, Run]] = []  # numbers of the pieces
        self.message = -1  # number of the piece with ipResultMessage
        self.has_message = False  # whether that piece is other than zero
        self.seen: Any = None  # the memory that the pieces are cut from

    @property
    def block(self) -> Any:
        return self.container[self.key]

    def memory(self) -> memoryview:
        return view_of(self.block._m)

    def connect(self, memory: Any, pieces: list[Any]) -> None:
        """Cut the pieces from the block's memory, which is a new one after each Configure."""
        self.seen, view = memory, view_of(memory)
        for number, run in self.parts:
            pieces[number] = view[run.source : run.source + run.size]

    def show_message(self, block: Any, pieces: list[Any]) -> None:
        raw = bytearray(size_of(MESSAGE))
        if block._event_id:
            message, layout = block.ipResultMessage, MESSAGE.layout
            text = message.sEventText.encode("cp1252", "replace")[:255]
            for name, data in (
                ("nEventId", int(message.nEventId).to_bytes(4, "little")),
                ("eSeverity", int(message.eSeverity).to_bytes(2, "little")),
                ("sEventText", text),
            ):
                start = layout.offset(name)
                raw[start : start + len(data)] = data
        self.has_message = bool(block._event_id)
        pieces[self.message] = bytes(raw)


class Area:
    """The pieces in order of their addresses."""

    def __init__(self) -> None:
        self.pieces: list[Any] = []
        self.cells: list[Cell] = []
        self.slots: list[BlockSlot] = []
        self.size = 0
        self._starts: list[int] = []

    def align(self) -> int:
        self.pad(-(-self.size // ALIGNMENT) * ALIGNMENT)
        return self.size

    def pad(self, end: int) -> None:
        """Zero bytes up to an address."""
        if end > self.size:
            self._append(bytes(end - self.size))

    def _append(self, piece: Any) -> int:
        self.pieces.append(piece)
        self.size += memoryview(piece).nbytes
        return len(self.pieces) - 1

    def show(self, memory: Memory, offset: int = 0, size: int | None = None) -> int:
        """A piece of a memory, by default all of it."""
        view = memory()
        size = view.nbytes - offset if size is None else size
        if size:
            self.cells.append(Cell(self.size, size, memory, offset))
            self._append(view[offset : offset + size])
        return len(self.pieces) - 1

    def show_block(self, container: Any, key: Any) -> None:
        slot, start = BlockSlot(container, key), self.size
        kind: StructType = mirror(slot.cls)
        places: list[Any] = [(run.target, run) for run in runs_of(slot.cls)]
        places += [(kind.layout.offset(f.name), None) for f in kind.layout.fields if f.type is MESSAGE]
        for target, run in sorted(places, key=lambda p: int(p[0])):
            self.pad(start + target)
            if run is None:
                slot.message = self._append(bytes(size_of(MESSAGE)))
            else:
                slot.parts.append((self.show(slot.memory, run.source, run.size), run))
        self.pad(start + size_of(kind))
        slot.connect(slot.block._m, self.pieces)
        self.slots.append(slot)

    def cells_in(self, start: int, end: int) -> Iterator[Cell]:
        """The cells that overlap a range."""
        if len(self._starts) != len(self.cells):
            self._starts = [c.start for c in self.cells]
        index = max(bisect_right(self._starts, start) - 1, 0)
        while index < len(self.cells) and self.cells[index].start < end:
            if self.cells[index].start + self.cells[index].size > start:
                yield self.cells[index]
            index += 1

    def write(self, start: int, data: bytes) -> None:
        """Into the memories behind; what lies between them is lost."""
        end = start + len(data)
        for cell in self.cells_in(start, end):
            first, last = max(start, cell.start), min(end, cell.start + cell.size)
            offset = cell.offset + first - cell.start
            cell.memory()[offset : offset + last - first] = data[first - start : last - start]
