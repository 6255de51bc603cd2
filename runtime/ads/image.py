"""The symbols of a Plc as memory by group and offset: what ADS clients see, published between two cycles.

`publish` joins all memories into one immutable piece of bytes, so that readers on other threads need no lock and every
answer belongs to one state. Writes are checked when they come and take effect in `apply_writes`; outside a run both
happen at once.
"""

import ctypes
import threading
from collections import deque
from typing import Any

from ..clock import use_clock
from ..composite import ArrayType, StructType
from ..errors import AlycatError, RangeError, WrongType
from ..iec import IecType, behind_alias
from ..plc import Plc
from .groups import BYTES_OF_BITS, DATA, DATA_BITS, INPUTS, MARKERS, OUTPUTS
from .model import AdsError, AdsErrorCode, DataType, Location
from .places import Plan
from .typemap import size_of
from .values import checked

AREA_BYTES = 0x10000
LARGEST_READ = 1 << 28


class PublishedMemory:
    """All areas as they stood between two cycles; immutable."""

    __slots__ = ("areas",)

    def __init__(self, areas: dict[int, bytes]) -> None:
        self.areas = areas

    def area(self, group: int) -> bytes | None:
        """The bytes of a byte group; None for bit groups and for groups that do not exist."""
        return self.areas.get(group)

    def read(self, group: int, offset: int, size: int) -> bytes:
        """Bytes; of a bit group one byte for each bit. INVALID_GROUP, INVALID_OFFSET."""
        area = self.areas.get(group)
        if area is not None:
            if offset < 0 or size < 0 or offset + size > len(area):
                raise _outside(group, offset, size)
            return area[offset : offset + size]
        area = self.areas.get(BYTES_OF_BITS.get(group, -1))
        if area is None:
            raise AdsError(AdsErrorCode.INVALID_GROUP, f"16#{group:X}")
        if offset < 0 or size < 0 or size > LARGEST_READ or offset + size > 8 * len(area):
            raise _outside(group, offset, size)
        return bytes(area[bit >> 3] >> (bit & 7) & 1 for bit in range(offset, offset + size))


class PlcImage:
    """The symbol image of a Plc; see `model.SymbolImage`.

    flat: list members of structures and function blocks as symbols, too, for clients that do not look into types.
    """

    def __init__(self, plc: Plc, flat: bool = False) -> None:
        self.plc, self.flat = plc, flat
        self.version = 1
        self._plan = Plan(plc, flat)
        self._writes: deque[tuple[int, int, bytes]] = deque()
        self._lock = threading.RLock()
        self._areas = {group: bytes(AREA_BYTES) for group in (MARKERS, INPUTS, OUTPUTS)}
        self._memory = PublishedMemory({})
        self.publish()

    # --- the table ---------------------------------------------------------------------------------------------------

    def symbols(self) -> list[Location]:
        """The top-level symbols, in the order of their declaration."""
        return self._plan.symbols()

    def types(self) -> list[DataType]:
        """Every type that a symbol or a member names."""
        return self._plan.types.all()

    def find(self, path: str) -> Location:
        """Any path with members, indices and ^; SYMBOL_NOT_FOUND."""
        return self._plan.find(path)

    def type(self, name: str) -> DataType:
        """One type by name, case-insensitive; SYMBOL_NOT_FOUND."""
        return self._plan.types[name]

    def refresh(self) -> None:
        """Take notice of new programs, variables and blocks; a new table has a new version.

        Who sees the new memory sees the new version, and who sees that the new table: bytes are never taken for those
        of another variable on the strength of an old version.
        """
        plan = Plan(self.plc, self.flat)
        memory = self._joined(plan)
        version = self.version if plan.signature == self._plan.signature else (self.version + 1) % 256
        if memory is not None:
            self._plan = plan
            self.version = version
            self._memory = memory

    # --- reading -----------------------------------------------------------------------------------------------------

    def publish(self) -> None:
        """Take over the present values; called between two cycles by the thread that runs the Plc."""
        memory = self._joined(self._plan)
        if memory is None:
            self.refresh()
        else:
            self._memory = memory

    def _joined(self, plan: Plan) -> PublishedMemory | None:
        """The memory as it is now; None if the plan is out of date."""
        area = plan.area
        pieces = area.pieces
        for container, key, value in plan.containers:
            if container.get(key) is not value:
                return None
        for slot in area.slots:
            try:
                block = slot.container[slot.key]
            except LookupError:
                return None
            if block._m is not slot.seen:
                if type(block) is not slot.cls:
                    return None
                slot.connect(block._m, pieces)
            if slot.message >= 0 and (block._event_id or slot.has_message):
                slot.show_message(block, pieces)
        return PublishedMemory({DATA: b"".join(pieces), **self._areas})

    def memory(self) -> PublishedMemory:
        """What was published last; the same object until the next publish."""
        return self._memory

    def read(self, group: int, offset: int, size: int) -> bytes:
        """Bytes (bit groups: one byte per bit); INVALID_GROUP, INVALID_OFFSET."""
        if not self.plc.is_running:
            with self._lock:
                self.publish()
        return self._memory.read(group, offset, size)

    # --- writing -----------------------------------------------------------------------------------------------------

    def write(self, group: int, offset: int, data: bytes) -> None:
        """Takes effect between two cycles.

        Errors: INVALID_GROUP, INVALID_OFFSET, NOT_PERMITTED in a read-only place, WRONG_SIZE beyond the end of the
        variable, INVALID_VALUE for what the variable's type does not have.
        """
        self._writes.append(self._checked(group, offset, bytes(data)))
        if not self.plc.is_running:
            with self._lock:
                self.apply_writes()
                self.publish()

    def apply_writes(self) -> None:
        """Let what clients wrote take effect; called between two cycles by the thread that runs the Plc."""
        while self._writes:
            group, offset, data = self._writes.popleft()
            if group in BYTES_OF_BITS:
                for bit, value in enumerate(data, offset):
                    self._set_bit(BYTES_OF_BITS[group], bit, bool(value))
            else:
                self._store(group, offset, data)

    def _checked(self, group: int, offset: int, data: bytes) -> tuple[int, int, bytes]:
        byte_group = BYTES_OF_BITS.get(group, group)
        area = self._memory.areas.get(byte_group)
        if area is None:
            raise AdsError(AdsErrorCode.INVALID_GROUP, f"16#{group:X}")
        if offset < 0 or offset + len(data) > len(area) * (1 if group == byte_group else 8):
            raise _outside(group, offset, len(data))
        if byte_group != DATA or not data:
            return group, offset, data
        start, end = offset, offset + len(data)
        if group == DATA_BITS:
            if any(value > 1 for value in data):
                raise AdsError(AdsErrorCode.INVALID_VALUE, "a bit is 0 or 1")
            start, end = offset // 8, (offset + len(data) + 7) // 8
        place = self._plan.around(start)
        if place is None:
            raise _outside(group, offset, len(data))
        if end > place.end:
            raise AdsError(AdsErrorCode.WRONG_SIZE, f"{place.path} ends at offset {place.end}, not {end}")
        if place.is_read_only:
            raise AdsError(AdsErrorCode.NOT_PERMITTED, f"{place.path} is read-only")
        if group == DATA:
            return group, offset, checked(place.kind, place.start, offset, data, place.path)
        checked(place.kind, place.start, start, bytes(end - start), place.path)  # nothing read-only there
        return group, offset, data

    def _store(self, group: int, offset: int, data: bytes) -> None:
        if group == DATA:
            self._plan.area.write(offset, data)
        else:
            area = self._areas[group]
            self._areas[group] = area[:offset] + data + area[offset + len(data) :]

    def _set_bit(self, group: int, bit: int, value: bool) -> None:
        start, mask = bit >> 3, 1 << (bit & 7)
        if group != DATA:
            byte = self._areas[group][start]
        else:
            cell = next(self._plan.area.cells_in(start, start + 1), None)
            if cell is None:
                return
            byte = cell.memory()[cell.offset + start - cell.start]
        self._store(group, start, bytes([byte | mask if value else byte & ~mask]))

    # --- methods -----------------------------------------------------------------------------------------------------

    def call(self, path: str, method: str, data: bytes) -> bytes:
        """A method with its packed inputs; return value and outputs packed.

        Runs at once on the calling thread: to be called between two cycles. SYMBOL_NOT_FOUND, WRONG_SIZE of the
        inputs, INVALID_VALUE of one of them, INVALID_STATE when the method raises.
        """
        place = self._plan.place(path)
        kind = behind_alias(place.kind)
        signatures = kind.methods if isinstance(kind, StructType) else ()
        signature = next((m for m in signatures if m.name.lower() == method.lower()), None)
        if signature is None or not isinstance(kind, StructType):
            raise AdsError(AdsErrorCode.SYMBOL_NOT_FOUND, f"{path}#{method}")
        sizes = [size_of(i.type) for i in signature.inputs]
        if len(data) != sum(sizes):
            raise AdsError(AdsErrorCode.WRONG_SIZE, f"{path}#{method} takes {sum(sizes)} bytes, not {len(data)}")
        values, start = {}, 0
        for declared, size in zip(signature.inputs, sizes, strict=True):
            values[declared.name] = from_bytes(declared.type, data[start : start + size])
            start += size
        cell = next(self._plan.area.cells_in(place.start, place.end))
        memory = kind.ctype.from_buffer(cell.memory(), cell.offset + place.start - cell.start)
        instance = kind.python_class._over(memory)
        kinds = [k for k in (signature.returns, *(k for _, k in signature.outputs)) if k]
        try:
            with use_clock(self.plc.clock):
                result = getattr(instance, signature.name)(**values)
            results = list(result) if signature.outputs else [result]
            if signature.returns is None:
                results = results[1:]
            return b"".join(to_bytes(k, k.check(v, signature.name)) for k, v in zip(kinds, results, strict=True))
        except (RangeError, WrongType) as error:
            raise AdsError(AdsErrorCode.INVALID_VALUE, str(error)) from error
        except AlycatError as error:
            raise AdsError(AdsErrorCode.INVALID_STATE, f"{path}#{method}: {error}") from error
        except Exception as error:
            text = f"{path}#{method}: {type(error).__name__}: {error}"
            raise AdsError(AdsErrorCode.INVALID_STATE, text) from error


def to_bytes(kind: IecType, raw: Any) -> bytes:
    """A value in memory form as the bytes that it has there."""
    if isinstance(raw, bytes):
        return raw.ljust(size_of(kind), b"\0")
    return bytes(raw) if isinstance(raw, (ctypes.Array, ctypes.Structure, ctypes.Union)) else bytes(kind.ctype(raw))


def from_bytes(kind: IecType, data: bytes) -> Any:
    """The Python value of the bytes that a type has in memory."""
    memory = kind.ctype.from_buffer_copy(data)
    if isinstance(behind_alias(kind), (StructType, ArrayType)):
        return kind.to_python(memory)
    if isinstance(memory, ctypes.Array):
        return kind.to_python(memory)
    return kind.to_python(memory.value)


def _outside(group: int, offset: int, size: int) -> AdsError:
    return AdsError(AdsErrorCode.INVALID_OFFSET, f"{size} bytes at 16#{offset:X} of group 16#{group:X}")
