"""Values of a PLC as bytes and as Python: elementary types, strings, enumerations, arrays, structures.

A `ValueType` is made once per symbol from what the PLC says about its type. Its `format` is the struct format of
exactly `size` bytes, so that the formats of many symbols together are one unpack; `finish` makes the Python value of
what that unpack gives where it is not the value already.

Python forms: bool, int, float, str; an array is a list (of lists), a structure a dict. TIME, DATE and TOD are the whole
numbers that the PLC holds (ms, s, ms).
"""

import ctypes
import re
import struct
from collections.abc import Callable, Iterable
from math import prod
from typing import Any

from .. import composite
from ..errors import RangeError, WrongType, one_of
from ..iec import (
    AliasType,
    BoolType,
    DurationType,
    FloatType,
    IecType,
    IntType,
    StringType,
    WrappedType,
    WStringType,
)
from .model import AdsError, AdsErrorCode, DataType, Kind, Location

_ELEMENTARY: dict[str, tuple[str, IecType]] = {
    "BOOL": ("?", BoolType()),
    "BIT": ("?", BoolType()),
    "REAL": ("f", FloatType("REAL", ctypes.c_float)),
    "LREAL": ("d", FloatType("LREAL", ctypes.c_double)),
    "TIME": ("I", DurationType("TIME", ctypes.c_uint32, 32, 10**6)),
    "LTIME": ("Q", DurationType("LTIME", ctypes.c_uint64, 64, 1)),
}
for _names, _code, _ctype in (
    ("SINT", "b", ctypes.c_int8),
    ("USINT BYTE", "B", ctypes.c_uint8),
    ("INT", "h", ctypes.c_int16),
    ("UINT WORD", "H", ctypes.c_uint16),
    ("DINT", "i", ctypes.c_int32),
    ("UDINT DWORD DATE DT DATE_AND_TIME TOD TIME_OF_DAY OTCID", "I", ctypes.c_uint32),
    ("LINT", "q", ctypes.c_int64),
    ("ULINT LWORD LDATE LDT LTOD LDATE_AND_TIME LTIME_OF_DAY PVOID", "Q", ctypes.c_uint64),
):
    for _name in _names.split():
        _ELEMENTARY[_name] = (_code, IntType(_name, _ctype, 8 * ctypes.sizeof(_ctype), _code.islower()))
_BY_ADS_ID = {
    33: "BOOL", 16: "SINT", 17: "USINT", 2: "INT", 18: "UINT", 3: "DINT",
    19: "UDINT", 20: "LINT", 21: "ULINT", 4: "REAL", 5: "LREAL",
}  # fmt: skip
_STRING = re.compile(r"(W?)STRING(?:\s*\((\d+)\))?", re.IGNORECASE)
_ARRAY = re.compile(r"ARRAY\s*\[([^\]]*)\]\s*OF\s+(.+)", re.IGNORECASE)
_BOUNDS = re.compile(r"\s*(-?\d+)\s*\.\.\s*(-?\d+)\s*")
_ADDRESS = re.compile(r"(POINTER|REFERENCE) TO .*", re.IGNORECASE)
DEEPEST = 32  # levels of arrays and structures within each other


class ValueType:
    """What all types have in common: an elementary value unless a subclass says otherwise."""

    def __init__(self, name: str, size: int, format: str, iec: IecType | None = None) -> None:
        self.name, self.size, self.format, self.iec = name, size, format, iec
        self.count = 1  # how many values the format gives
        self.finish: Callable[[tuple[Any, ...]], Any] | None = None  # None: the one value is what is wanted
        self._struct = struct.Struct("<" + format)

    def __repr__(self) -> str:
        return self.name

    def decode(self, data: bytes | memoryview, offset: int = 0) -> Any:
        """The Python value of the bytes at an offset."""
        values = self._struct.unpack_from(data, offset)
        return self.finish(values) if self.finish else values[0]

    def encode(self, value: Any, name: str) -> bytes:
        """The bytes of a Python value; WrongType or RangeError names it, the value and what is allowed."""
        assert self.iec is not None
        try:
            return self._struct.pack(self.iec.check(value, name))
        except OverflowError:
            raise RangeError(f"{name}: {value!r} is outside {self.name}") from None


class TextType(ValueType):
    """STRING(n) in code page 1252 or UTF-8, WSTRING(n) in UTF-16."""

    def __init__(self, name: str, size: int, encoding: str) -> None:
        self.encoding, self._end = encoding, b"\0\0" if encoding == "utf-16-le" else b"\0"
        self.length = size // len(self._end) - 1
        wide = encoding == "utf-16-le"
        super().__init__(
            name, size, f"{size}s", WStringType(self.length) if wide else StringType(self.length, encoding)
        )
        self.finish = self._text

    def _text(self, values: tuple[Any, ...]) -> str:
        data, step = values[0], len(self._end)
        ends = (i for i in range(0, len(data) - step + 1, step) if data[i : i + step] == self._end)
        end = data.find(0) if step == 1 else next(ends, -1)
        return str(data[: end if end >= 0 else len(data)].decode(self.encoding, "replace"))

    def encode(self, value: Any, name: str) -> bytes:
        if not isinstance(value, str):
            raise WrongType(f"{name}: {value!r} is no {self.name}; a text is needed")
        try:
            data = value.encode(self.encoding)
        except UnicodeEncodeError:
            raise RangeError(f"{name}: {value!r} has characters that {self.encoding} does not have") from None
        if len(data) > self.size - len(self._end):
            raise RangeError(f"{name}: {len(data)} bytes of text do not fit into {self.name}")
        return data.ljust(self.size, b"\0")


class EnumType(ValueType):
    """An enumeration: its value is a whole number, its names are for people."""

    def __init__(self, name: str, base: ValueType, values: Iterable[tuple[str, int]]) -> None:
        super().__init__(name, base.size, base.format, base.iec)
        self.values = dict(values)
        self.names = {number: word for word, number in self.values.items()}

    def encode(self, value: Any, name: str) -> bytes:
        """The number is checked: one outside the enumeration is refused."""
        wanted = value.rpartition(".")[2].lower() if isinstance(value, str) else value
        number = next((n for word, n in self.values.items() if wanted in (n, word.lower())), None)
        if number is None:
            raise RangeError(f"{name}: {value!r} is no {self.name}; allowed are {one_of(self.values)}")
        return super().encode(number, name)


class ArrayType(ValueType):
    """An array; of elementary elements it is part of the one unpack."""

    def __init__(self, name: str, element: ValueType, bounds: tuple[tuple[int, int], ...]) -> None:
        self.element, self.bounds = element, bounds
        self.lengths = tuple(length for _, length in bounds)
        number = prod(self.lengths)
        flat = element.finish is None
        size = number * element.size
        super().__init__(name, size, f"{number}{element.format}" if flat else f"{size}s")
        self.count = number if flat else 1
        self.finish = self._flat if flat else self._nested

    def _flat(self, values: tuple[Any, ...]) -> list[Any]:
        return self._folded(list(values))

    def _nested(self, values: tuple[Any, ...]) -> list[Any]:
        step = self.element.size
        return self._folded([self.element.decode(values[0], i) for i in range(0, self.size, step or 1)])

    def _folded(self, values: list[Any]) -> list[Any]:
        for length in reversed(self.lengths[1:]):
            values = [values[i : i + length] for i in range(0, len(values), length)]
        return values

    def encode(self, value: Any, name: str) -> bytes:
        """Of a list with a list for each dimension, or of a flat one."""
        if len(self.lengths) > 1 and isinstance(value, list) and not any(isinstance(item, list) for item in value):
            value = self._folded(value) if len(value) == prod(self.lengths) else value
        return self._encode(value, name, 0)

    def _encode(self, value: Any, name: str, depth: int) -> bytes:
        length = self.lengths[depth]
        if isinstance(value, (str, bytes)) or not hasattr(value, "__len__"):
            raise WrongType(f"{name}: {value!r} is no {self.name}; a list is needed")
        if len(value) != length:
            raise RangeError(f"{name}: {len(value)} values given, {self.name} holds {length}")
        last = depth + 1 == len(self.lengths)
        return b"".join(
            self.element.encode(item, name) if last else self._encode(item, name, depth + 1) for item in value
        )


class StructType(ValueType):
    """A structure, union or function block; hidden places stay as zeros when it is written."""

    def __init__(self, name: str, size: int, members: Iterable[tuple[str, int, ValueType, bool]]) -> None:
        super().__init__(name, size, f"{size}s")
        self.members = list(members)  # name, offset (of a bit member in bits), type, whether it is a bit
        self.finish = lambda values: self._dict(values[0])

    def _dict(self, data: bytes) -> dict[str, Any]:
        return {
            name: bool(data[offset // 8] >> offset % 8 & 1) if is_bit else kind.decode(data, offset)
            for name, offset, kind, is_bit in self.members
        }

    def encode(self, value: Any, name: str) -> bytes:
        given = {str(key).lower(): item for key, item in value.items()} if isinstance(value, dict) else {}
        if set(given) != {m[0].lower() for m in self.members}:
            raise WrongType(f"{name}: a dict of {one_of(m[0] for m in self.members)} is needed for {self.name}")
        data = bytearray(self.size)
        for member, offset, kind, is_bit in self.members:
            part = kind.encode(given[member.lower()], f"{name}.{member}")
            if is_bit:
                data[offset // 8] |= part[0] << offset % 8
            else:
                data[offset : offset + kind.size] = part
        return bytes(data)


class TypeBook:
    """The types of one PLC, looked up once each. `lookup` is asked for types that the name does not explain."""

    def __init__(self, lookup: Callable[[str], DataType]) -> None:
        self._lookup = lookup
        self._known: dict[str, ValueType] = {}

    def of(self, symbol: Location) -> ValueType:
        """The type of a symbol; AdsError 1808 if the PLC does not describe it, 1797 if its size is another."""
        if symbol.is_bit:
            return self.named("BOOL")
        kind = self.named(symbol.type_name, symbol.ads_id, symbol.size, symbol.attributes.get("TcEncoding", ""))
        if kind.size != symbol.size:
            text = f"{symbol.path}: {kind.name} has {kind.size} bytes, the PLC says {symbol.size}"
            raise AdsError(AdsErrorCode.WRONG_SIZE, text)
        return kind

    def named(self, name: str, ads_id: int = 0, size: int = 0, encoding: str = "", depth: int = 0) -> ValueType:
        key = f"{name}|{encoding}".upper()
        if key not in self._known:
            if depth > DEEPEST:
                raise AdsError(AdsErrorCode.INVALID_VALUE, f"type {name}: nested deeper than {DEEPEST} levels")
            self._known[key] = self._make(name.strip(), ads_id, size, encoding, depth)
        return self._known[key]

    def _make(self, name: str, ads_id: int, size: int, encoding: str, depth: int) -> ValueType:
        if name.upper() in _ELEMENTARY:
            return _elementary(name.upper())
        if found := _STRING.fullmatch(name):
            length = int(found[2] or 80) + 1
            if found[1]:
                return TextType(name, 2 * length, "utf-16-le")
            return TextType(name, length, "utf-8" if encoding.upper() == "UTF-8" else "cp1252")
        if found := _ARRAY.fullmatch(name):
            return ArrayType(name, self.named(found[2], ads_id, 0, encoding, depth + 1), _bounds(name, found[1]))
        if _ADDRESS.fullmatch(name):
            return _elementary("UDINT" if size == 4 else "ULINT", name)
        return self._looked_up(name, ads_id, size, encoding, depth)

    def _looked_up(self, name: str, ads_id: int, size: int, encoding: str, depth: int) -> ValueType:
        try:
            described = self._lookup(name)
        except AdsError:
            base = _BY_ADS_ID.get(ads_id)
            if base and _elementary(base).size == size:
                return _elementary(base, name)
            raise
        if described.dimensions:
            element = self.named(described.base, described.ads_id, 0, encoding, depth + 1)
            return ArrayType(name, element, described.dimensions)
        if described.kind is Kind.ENUM:
            base_type = self.named(described.base or _BY_ADS_ID.get(described.ads_id, "INT"), 0, 0, "", depth + 1)
            return EnumType(name, base_type, described.values)
        if described.members:
            return StructType(name, described.size, [self._member(name, m, depth) for m in described.members])
        if described.base:
            encoding = described.attributes.get("TcEncoding", encoding)
            return self.named(described.base, described.ads_id, described.size, encoding, depth + 1)
        base = _BY_ADS_ID.get(described.ads_id)
        if base and _elementary(base).size == described.size:
            return _elementary(base, name)
        return StructType(name, described.size, [])

    def _member(self, owner: str, member: Any, depth: int) -> tuple[str, int, ValueType, bool]:
        if member.is_bit:
            return member.name, member.offset, self.named("BOOL"), True
        encoding = member.attributes.get("TcEncoding", "")
        kind = self.named(member.type_name, member.ads_id, member.size, encoding, depth + 1)
        if kind.size != member.size and member.is_reference:
            kind = _elementary("UDINT" if member.size == 4 else "ULINT", member.type_name)
        return member.name, member.offset, kind, False


def _elementary(name: str, shown: str = "") -> ValueType:
    code, iec = _ELEMENTARY[name]
    return ValueType(shown or name, struct.calcsize("<" + code), code, iec)


def _bounds(name: str, text: str) -> tuple[tuple[int, int], ...]:
    found = []
    for part in text.split(","):
        bounds = _BOUNDS.fullmatch(part)
        if bounds is None or int(bounds[2]) < int(bounds[1]) - 1:
            raise AdsError(AdsErrorCode.INVALID_VALUE, f"type {name}: {part!r} are no bounds")
        found.append((int(bounds[1]), int(bounds[2]) - int(bounds[1]) + 1))
    return tuple(found)


def fits(local: IecType, remote: ValueType, is_read: bool) -> bool:
    """Whether a PLC's value can always be read into a local variable, or the other way round be written."""
    local = bare(local)
    if isinstance(remote, ArrayType):
        if not isinstance(local, composite.ArrayType) or local.lengths != remote.lengths:
            return False
        return fits(local.element, remote.element, is_read)
    if isinstance(remote, StructType):
        if not isinstance(local, composite.StructType) or len(local.by_name) != len(remote.members):
            return False
        pairs = [(local.by_name.get(name.lower()), kind) for name, _, kind, _ in remote.members]
        return all(field is not None and fits(field.type, kind, is_read) for field, kind in pairs)
    if remote.iec is None:
        return False
    return holds(local, remote.iec) if is_read else holds(remote.iec, local)


def bare(kind: IecType) -> IecType:
    """A type without its other names."""
    while isinstance(kind, (AliasType, WrappedType)):
        kind = kind.target if isinstance(kind, AliasType) else kind.storage
    return kind


def holds(target: IecType, source: IecType) -> bool:
    """Whether every value of `source` has its place in `target`: what IEC 61131-3 converts without being asked.

    An integer fits into a real that holds all its digits (24 bits in REAL, 53 in LREAL); times only into times of the
    same unit; texts of one encoding where they are not cut.
    """
    target, source = bare(target), bare(source)
    if isinstance(target, StringType) and isinstance(source, StringType):
        return target.length >= source.length and target.encoding == source.encoding
    if isinstance(target, WStringType) and isinstance(source, WStringType):
        return target.length >= source.length
    if isinstance(target, FloatType):
        digits = 24 if target.name == "REAL" else 53
        if isinstance(source, IntType) and not isinstance(source, DurationType):
            return source.maximum.bit_length() <= digits and (-source.minimum).bit_length() <= digits + 1
        return isinstance(source, FloatType) and (target.name == "LREAL" or source.name == "REAL")
    if isinstance(target, IntType) and isinstance(source, IntType):
        units = [t.unit_ns for t in (target, source) if isinstance(t, DurationType)]
        same_unit = len(set(units)) < 2
        return same_unit and target.minimum <= source.minimum and target.maximum >= source.maximum
    return isinstance(target, BoolType) and isinstance(source, BoolType)


def frozen(value: Any) -> Any:
    """A copy of a live view of memory: an array as a flat list, a structure as a dict; anything else as it is."""
    if isinstance(value, composite.Array):
        return [frozen(item) for item in value]
    if isinstance(value, composite.Struct):
        return {field.name: frozen(getattr(value, field.name)) for field in value._type.layout.fields}
    return value
