"""The memory of a block: declared members as one structure, the buffers behind it, and snapshots of all of it.

It is one array of bytes: outputs, inputs, configuration and state as one structure, then the buffers, then scratch
space that is no part of the state. It holds no addresses, so its bytes mean the same in any process.
"""

import ctypes
from typing import Any, ClassVar, Self

import numpy as np

from . import container
from .declare import BUFFERS, NEXT, SETTABLE, TEXT_AT, Field, Layout, Role
from .errors import SnapshotError

MEMORY_LIMIT = 1 << 30  # bytes one instance may take; the vendor's limit is the router memory (event 16#2001)
_ALIGN = 64
ORDER = (
    Role.OUTPUT,
    Role.VARIABLE,
    Role.INPUT,
    Role.INIT,
    *SETTABLE,
    Role.CONFIG,
    Role.STATE,
    Role.BUFFER,
    Role.CHANNEL_CONFIG,
    Role.PENDING,
    Role.SCRATCH,
)


class BlockMemory:
    """What a block keeps, and how Configure, Reset and snapshots treat each part of it."""

    fields: ClassVar[list[Field]] = []
    layout: ClassVar[Layout]
    memory_version: ClassVar[int] = 1  # raised when the meaning of a member changes but not its name and type

    _init: dict[str, Any]  # the FB_init inputs
    _event_id: int
    _detail: str
    _m: Any  # the structure over the memory

    def _counts(self) -> dict[str, int]:
        """Elements of each buffer before Configure; subclasses with channels give their input buffer here."""
        return {}

    def _plan(self, counts: dict[str, int]) -> tuple[dict[str, int], int, int]:
        """Offset of each buffer, bytes in all, bytes of state (everything before the scratch space)."""
        offsets, size, state_size = {}, _aligned(self.layout.size), 0
        for field in self.layout.fields:
            if field.role in BUFFERS:
                if field.role is Role.SCRATCH and not state_size:
                    state_size = size
                offsets[field.name] = size
                size += _aligned(counts.get(field.name, 0) * ctypes.sizeof(field.type.ctype))
        return offsets, size, state_size or size

    def _allocate(self, **counts: int) -> None:
        """A fresh memory with the given number of elements per buffer replaces the present one.

        Raises MemoryError, before anything is changed, when MEMORY_LIMIT is exceeded.
        """
        counts = self._counts() | counts
        offsets, size, state_size = self._plan(counts)
        if size > MEMORY_LIMIT:
            raise MemoryError(f"{size} bytes are needed, at most {MEMORY_LIMIT} are allowed")
        lasting = self._lasting()
        raw = np.zeros(size + _ALIGN, np.uint8)
        start = -raw.ctypes.data % _ALIGN
        self._memory = raw[start : start + size]
        self._state_size, self._buffer_counts = state_size, counts
        self._m = self.layout.struct.from_buffer(self._memory)
        for name, value in (*self._init.items(), *offsets.items()):
            setattr(self._m, name, value)
        for field in self.layout.fields:
            if TEXT_AT + field.name in self.layout.names:
                setattr(self._m, TEXT_AT + field.name, self.layout.offset(field.name))
        self._clear()
        self._fill(self._kept_buffers())
        self._bring_back(lasting)
        self._connect()

    def _lasting(self) -> dict[str, Any]:
        """What a new memory takes over from the present one: body inputs, properties, what ConfigureChannel stored."""
        lasting: dict[str, Any] = {}
        for field in self.layout.fields:
            if field.role in SETTABLE:
                lasting[field.name] = getattr(self._m, field.name) if hasattr(self, "_m") else field.initial
            elif field.role is Role.PENDING and hasattr(self, "_m"):
                lasting[field.name] = self._buffer(field.name).copy()
        return lasting

    def _bring_back(self, lasting: dict[str, Any]) -> None:
        for name, value in lasting.items():
            if name.startswith(NEXT):
                count = min(len(value), self._buffer_counts.get(name, 0))
                self._buffer(name)[:count] = value[:count]
                self._buffer(name.removeprefix(NEXT))[:count] = value[:count]
            else:
                setattr(self._m, name, value)

    def _connect(self) -> None:
        """Whatever refers to the memory by address; after each allocation."""

    def _buffer(self, name: str) -> np.ndarray:
        """A buffer as a numpy view."""
        field = next(f for f in self.layout.fields if f.name == name)
        start, count = getattr(self._m, name), self._buffer_counts.get(name, 0)
        kind = np.dtype(field.type.ctype)
        return self._memory[start : start + count * kind.itemsize].view(kind)

    def _kept_buffers(self) -> tuple[str, ...]:
        """Buffers that Reset leaves alone."""
        return tuple(f.name for f in self.layout.fields if f.role in (Role.CHANNEL_CONFIG, Role.PENDING))

    def _fill(self, names: tuple[str, ...]) -> None:
        for field in self.layout.fields:
            if field.name in names:
                self._buffer(field.name)[:] = field.initial

    def _clear(self) -> None:
        """Outputs, state and buffers take their initial values."""
        self.layout.write_initial(self._m, (Role.OUTPUT, Role.STATE))
        kept = self._kept_buffers()
        self._fill(tuple(f.name for f in self.layout.fields if f.role in BUFFERS and f.name not in kept))

    def state_bytes(self) -> bytes:
        """Outputs, inputs, configuration, state and buffers; equal bytes mean equal behaviour from here on."""
        return self._memory[: self._state_size].tobytes()

    # --- snapshot ----------------------------------------------------------------------------------------------------

    def _description(self) -> dict[str, Any]:
        return {
            "class": type(self).__name__,
            "memory_version": self.memory_version,
            "fields": [[f.name, f.type.name, f.role.name, self.layout.offset(f.name)] for f in self.layout.fields],
        }

    def snapshot(self) -> bytes:
        """The whole block as bytes: versioned, self-describing, the same for the same state."""
        event = [self._event_id, self._detail]
        return self._pack({"init": self._init, "counts": self._buffer_counts, "event": event})

    def _pack(self, header: dict[str, Any]) -> bytes:
        return container.pack("block", self._description() | header, self.state_bytes())

    @classmethod
    def restore(cls, data: bytes) -> Self:
        """A new block in the state of the snapshot; SnapshotError when it is damaged or of another class."""
        header, payload = container.unpack(data, "block")
        cls._check_header(header)
        block = cls(**header["init"])
        block._take(header, payload)
        return block

    def load(self, data: bytes) -> None:
        """Brings this block into the state of a snapshot of the same class and FB_init inputs, or leaves it alone."""
        header, payload = container.unpack(data, "block")
        self._check_header(header)
        if header["init"] != self._init:
            raise SnapshotError(f"snapshot has FB_init inputs {header['init']}, this block has {self._init}")
        self._take(header, payload)

    @classmethod
    def _check_header(cls, header: dict[str, Any]) -> None:
        found = header.get("class")
        if found != cls.__name__:
            raise SnapshotError(f"snapshot holds a {found}, a {cls.__name__} was expected")
        own = [[f.name, f.type.name, f.role.name, cls.layout.offset(f.name)] for f in cls.layout.fields]
        if header["memory_version"] != cls.memory_version or header["fields"] != own:
            raise SnapshotError(
                f"snapshot of {found} has memory version {header['memory_version']} with {len(header['fields'])} "
                f"members; this alycat has version {cls.memory_version} with {len(own)}"
            )

    def _take(self, header: dict[str, Any], payload: bytes) -> None:
        self._allocate(**header["counts"])
        if len(payload) != self._state_size:
            raise SnapshotError(f"snapshot has {len(payload)} bytes of state, {self._state_size} expected")
        self._memory[: self._state_size] = np.frombuffer(payload, np.uint8)
        self._event_id, self._detail = header["event"]


def _aligned(size: int) -> int:
    return (size + _ALIGN - 1) // _ALIGN * _ALIGN
