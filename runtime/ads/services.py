"""What each index group of the PLC's port does: values by handle, name and place, uploads, states.

Reads are answered from the memory between two cycles; whatever may change something becomes an action for the Plc.
Source: InfoSys, index group/offset specification of the system services, TcAdsDef.h.
"""

import bisect
import struct
from collections.abc import Callable
from functools import cached_property

from . import entries
from .attendant import Attendant
from .control import Control
from .frames import State
from .groups import (
    BYTES_OF_BITS,
    ENTRY_BY_NAME,
    HANDLE_BY_NAME,
    PLACE_BY_NAME,
    RELEASE_HANDLE,
    SIZE_OF,
    STATE,
    TYPE_BY_NAME,
    TYPE_UPLOAD,
    UPLOAD,
    UPLOAD_INFO,
    UPLOAD_SIZE,
    VALUE_BY_HANDLE,
    VALUE_BY_NAME,
    VERSION,
)
from .handles import Handles, Named, Owner
from .model import AdsError, AdsErrorCode, DataType, Location, Memory, Method, SymbolImage
from .repeats import Steady

_U32 = struct.Struct("<I")
_STATE = struct.Struct("<HH")
KEPT_NAMES = 10_000
Code = AdsErrorCode


class Tables:
    """The uploads of one version of the symbol table."""

    def __init__(self, image: SymbolImage) -> None:
        self._image = image
        self.version = image.version
        self._found: dict[str, Location] = {}

    @cached_property
    def symbols(self) -> list[bytes]:
        return [entries.symbol_entry(symbol) for symbol in self._image.symbols()]

    @cached_property
    def types(self) -> list[bytes]:
        return [entries.type_entry(kind) for kind in self._image.types()]

    @cached_property
    def symbol_bytes(self) -> bytes:
        return b"".join(self.symbols)

    @cached_property
    def type_bytes(self) -> bytes:
        return b"".join(self.types)

    @cached_property
    def info(self) -> bytes:
        return entries.upload_info(len(self.symbols), len(self.symbol_bytes), len(self.types), len(self.type_bytes))

    @cached_property
    def _places(self) -> list[tuple[int, int, Location]]:
        return sorted(((s.group, s.offset, s) for s in self._image.symbols()), key=lambda place: place[:2])

    def around(self, group: int, offset: int) -> Location | None:
        """The top-level symbol that begins at or before a place."""
        index = bisect.bisect_right(self._places, (group, offset), key=lambda place: place[:2]) - 1
        return self._places[index][2] if index >= 0 and self._places[index][0] == group else None

    def find(self, path: str) -> Location:
        """As image.find; clients ask for the same names again and again."""
        key = path.lower()
        location = self._found.get(key)
        if location is None:
            location = self._image.find(path)
            if len(self._found) >= KEPT_NAMES:
                self._found.clear()
            if location.is_fixed:
                self._found[key] = location
        return location

    def present(self, location: Location) -> Location:
        """Where a variable found earlier is now; what a pointer shows moves with it."""
        return location if location.is_fixed else self._image.find(location.path)


class Services:
    """The index groups of port 851 but the sum commands."""

    def __init__(self, attendant: Attendant, control: Control, handle_limit: int) -> None:
        self.attendant, self.image, self.control = attendant, attendant.image, control
        self.handles = Handles(handle_limit)
        self.tables = Tables(self.image)
        self._readers: dict[int, Callable[[int, int], bytes]] = {
            VERSION: lambda _offset, _length: bytes([self.image.version & 0xFF]),
            UPLOAD: lambda _offset, _length: self.tables.symbol_bytes,
            UPLOAD_SIZE: lambda _offset, _length: self.tables.info[:8],
            TYPE_UPLOAD: lambda _offset, _length: self.tables.type_bytes,
            UPLOAD_INFO: lambda _offset, _length: self.tables.info,
            STATE: lambda offset, _length: state_bytes(self.control.plc_state(), offset),
            **{group: self._size_of(area) for group, area in SIZE_OF.items()},
        }

    def _size_of(self, group: int) -> Callable[[int, int], bytes]:
        def size(offset: int, _length: int) -> bytes:
            if offset:
                raise AdsError(Code.SERVICE_NOT_SUPPORTED, f"offset 16#{offset:X}")
            return _U32.pack(len(self.image.memory().area(group) or b""))

        return size

    def new_tables(self) -> None:
        """The symbol table has changed: every handle is out of date."""
        self.tables = Tables(self.image)
        self.handles.clear()

    # --- reading -----------------------------------------------------------------------------------------------------

    def read(self, memory: Memory, group: int, offset: int, length: int) -> bytes:
        """At most `length` bytes, fewer where there are no more."""
        if group == VALUE_BY_HANDLE:
            return self._value(memory, self.handles.get(offset), length)
        area = memory.area(group)
        if area is not None:
            if offset + length <= len(area):
                return area[offset : offset + length]
            return self._up_to_the_end(area, group, offset)
        reader = self._readers.get(group)
        if reader:
            return reader(offset, length)[:length]
        if group == 0:
            raise AdsError(Code.SERVICE_NOT_SUPPORTED, "index group 0")
        return memory.read(group, offset, length)

    def steady(self, memory: Memory, group: int, offset: int, length: int) -> Steady | None:
        """How to read a plain place that does not move, now and later; None for all others."""
        handle = 0
        if group == VALUE_BY_HANDLE:
            handle, named = offset, self.handles.get(offset)
            if named.method or not named.location.is_fixed:
                return None
            group, offset, length = named.location.group, named.location.offset, min(length, named.location.size)
        area, end = memory.area(group), offset + length
        if area is None or end > len(area):
            return None
        return Steady(lambda present: (present.area(group) or b"")[offset:end], length, handle)

    def _value(self, memory: Memory, named: Named, length: int) -> bytes:
        location, method, _ = named
        if method:
            raise AdsError(Code.SERVICE_NOT_SUPPORTED, f"{location.path}#{method.name} can only be called")
        if not location.is_fixed:
            location = self.tables.present(location)
        return memory.read(location.group, location.offset, min(length, location.size))

    def _up_to_the_end(self, area: bytes, group: int, offset: int) -> bytes:
        """Of a length beyond the area, as clients ask for texts and for whatever there is: the symbol, or the rest."""
        if offset >= len(area):
            raise AdsError(Code.INVALID_OFFSET, f"offset 16#{offset:X} of group 16#{group:X}")
        symbol = self.tables.around(group, offset)
        is_inside = symbol is not None and offset < symbol.offset + symbol.size
        return area[offset : symbol.offset + symbol.size] if symbol and is_inside else area[offset:]

    # --- reading and writing -----------------------------------------------------------------------------------------

    def read_write(self, memory: Memory, group: int, length: int, data: bytes, owner: Owner) -> bytes:
        """The harmless ones: something about a name."""
        if group == HANDLE_BY_NAME:
            return self._handle(name_of(data), length, owner)
        if group == VALUE_BY_NAME:
            location = self.tables.find(name_of(data))
            return memory.read(location.group, location.offset, min(length, location.size))
        if group == PLACE_BY_NAME:
            location = self.tables.find(name_of(data))
            return struct.pack("<III", location.group, location.offset, location.size)[:length]
        if group == ENTRY_BY_NAME:
            return entries.symbol_entry(self.tables.find(name_of(data)))[:length]
        if group == TYPE_BY_NAME:
            return entries.type_entry(self.image.type(name_of(data)))[:length]
        raise AdsError(Code.SERVICE_NOT_SUPPORTED, f"reading and writing group 16#{group:X}")

    def _handle(self, name: str, length: int, owner: Owner) -> bytes:
        if length < 4:
            raise AdsError(Code.WRONG_SIZE, f"{length} bytes for a handle")
        path, _, method_name = name.partition("#")
        location = self.tables.find(path)
        method = _method(self.image.type(location.type_name), method_name) if method_name else None
        type_name = location.type_name.encode("cp1252", "replace")
        number = self.handles.add(location, method, owner)
        size = 0 if method else location.size
        return (struct.pack("<IIIH", number, size, 0, len(type_name)) + type_name + b"\0")[:length]

    # --- changing: within an action, between two cycles --------------------------------------------------------------

    def write(self, group: int, offset: int, data: bytes) -> None:
        if group == VALUE_BY_HANDLE:
            location, method, _ = self.handles.get(offset)
            if method or len(data) > location.size:
                raise AdsError(Code.WRONG_SIZE, f"{len(data)} bytes for {location.path}")
            location = self.tables.present(location)
            group, offset = location.group, location.offset
        elif group == RELEASE_HANDLE:
            return self.release(data)
        elif group in self._readers or group == 0:
            raise AdsError(Code.SERVICE_NOT_SUPPORTED, f"writing group 16#{group:X}")
        try:
            self.image.write(group, offset, data)
        except AdsError as error:
            if error.code == Code.INVALID_GROUP:
                raise AdsError(Code.SERVICE_NOT_SUPPORTED, f"writing group 16#{group:X}") from None
            raise

    def release(self, data: bytes) -> None:
        if len(data) < 4:
            raise AdsError(Code.WRONG_SIZE, f"{len(data)} bytes for a handle")
        self.handles.release(_U32.unpack_from(data)[0])

    def exchange(self, offset: int, length: int, data: bytes) -> bytes:
        """By handle: call a method, or write and then read."""
        named = self.handles.get(offset)
        if named.method:
            return self.image.call(named.location.path, named.method.name, data)[:length]
        self.write(VALUE_BY_HANDLE, offset, data)
        self.image.apply_writes()
        self.image.publish()
        return self._value(self.image.memory(), named, length)

    # --- what a notification watches ---------------------------------------------------------------------------------

    def watch(self, group: int, offset: int, length: int) -> tuple[int, int, int, Callable[[Memory], bytes] | None]:
        """Group, offset and size of what a notification samples, or a function for what is not memory."""
        if group == VALUE_BY_HANDLE:
            location, method, _ = self.handles.get(offset)
            if method:
                raise AdsError(Code.SERVICE_NOT_SUPPORTED, f"{location.path}#{method.name}: a method cannot be watched")
            size = min(length, location.size)
            if location.is_fixed:
                return location.group, location.offset, size, None
            return location.group, location.offset, size, lambda memory: self._shown(memory, location, size)
        memory = self.image.memory()
        area = memory.area(group)
        size = len(self.read(memory, group, offset, length if area is not None else min(length, 2**16)))
        if area is None and group in self._readers:
            reader = self._readers[group]
            return group, offset, size, lambda _memory: reader(offset, size)[:size].ljust(size, b"\0")
        return group, offset, size, None

    def _shown(self, memory: Memory, location: Location, size: int) -> bytes:
        place = self.tables.present(location)
        return memory.read(place.group, place.offset, size)

    def path_at(self, group: int, offset: int) -> str:
        """The top-level symbol at a place, or nothing."""
        if group in BYTES_OF_BITS:
            group, offset = BYTES_OF_BITS[group], offset // 8
        symbol = self.tables.around(group, offset)
        return symbol.path if symbol else ""


def name_of(data: bytes) -> str:
    """A name as clients send it: with or without a closing NUL."""
    return data.rstrip(b"\0 ").partition(b"\0")[0].decode("cp1252", "replace").strip()


def state_bytes(state: State, offset: int) -> bytes:
    return _STATE.pack(state.ads_state, state.device_state)[min(offset, 4) :]


def _method(kind: DataType, name: str) -> Method:
    for method in kind.methods:
        if method.name.lower() == name.lower():
            return method
    raise AdsError(Code.SYMBOL_NOT_FOUND, f"{kind.name} has no method {name}")
