"""IEC types as ADS clients see them: names, type ids, entries of structures, and blocks in the form of function blocks.

A block's own memory has no hidden pointer and holds private members as well. `mirror` gives the function block that
TwinCAT would show: hidden pointer, outputs, FB_init inputs and variables; wrapped times as function blocks with nRaw,
and ipResultMessage as the block behind that pointer.
"""

import ctypes
import enum
import functools
from collections.abc import Callable
from typing import Any, TypeVar, cast

from ..block import Block
from ..composite import ArrayType, RpcSignature, StructType, first_line
from ..declare import Field, Role
from ..errors import DeclarationError
from ..iec import (
    UDINT,
    AliasType,
    IecType,
    InterfaceType,
    PointerType,
    ReferenceType,
    StringType,
    SubrangeType,
    WrappedType,
    WStringType,
    iec_type,
    string,
)
from ..messages import TcEventSeverity
from ..program import Variables
from .model import AdsError, AdsErrorCode, DataType, Kind, Member, Method, Parameter

F = TypeVar("F", bound=Callable[..., Any])
BIG_TYPE = 65
ADS_IDS = {
    **dict.fromkeys(("BOOL", "BIT"), 33),
    "SINT": 16,
    **dict.fromkeys(("USINT", "BYTE"), 17),
    "INT": 2,
    **dict.fromkeys(("UINT", "WORD"), 18),
    "DINT": 3,
    **dict.fromkeys(("UDINT", "DWORD", "TIME", "DATE", "TOD", "DT", "OTCID"), 19),
    "LINT": 20,
    **dict.fromkeys(("ULINT", "LWORD", "LTIME"), 21),
    "REAL": 4,
    "LREAL": 5,
}
LONG_NAMES = {"DT": "DATE_AND_TIME", "TOD": "TIME_OF_DAY"}
VISIBLE = (Role.OUTPUT, Role.VARIABLE, Role.INIT)
MESSAGE = StructType(
    "FB_TcMessage",
    [
        Field("nEventId", iec_type(UDINT), Role.OUTPUT, 0, "event id, 0 for none", constant=True),
        Field("eSeverity", iec_type(TcEventSeverity), Role.OUTPUT, 0, "severity", constant=True),
        Field("sEventText", iec_type(string(255)), Role.OUTPUT, b"", "text in English", constant=True),
    ],
    has_header=True,
    meaning="Message that explains the latest return value of a block.",
)


def once(function: F) -> F:
    """A function of types that is worked out once for each; they live as long as the program."""
    return cast("F", functools.cache(function))


@once
def mirror(cls: type[Block]) -> StructType:
    """A block class as the function block that clients see."""
    fields = []
    for f in cls.fields:
        kind = _mirrored(f.type)
        if f.role in VISIBLE and kind is not None:
            fields.append(
                Field(f.name, kind, f.role, kind.initial, f.meaning, f.attributes, constant=f.role is not Role.VARIABLE)
            )
    return StructType(cls.__name__, fields, has_header=True, meaning=first_line(vars(cls).get("__doc__")))


def _mirrored(kind: IecType) -> IecType | None:
    if isinstance(kind, InterfaceType):
        return MESSAGE if kind.name.endswith("I_TcMessage") else None
    return wrapped_block(kind) or kind


def wrapped_block(kind: IecType) -> StructType | None:
    """The function block of a type that wraps a raw value, such as FB_ALY_DateTime; None for all others."""
    if isinstance(kind, WrappedType) and not issubclass(kind.wrapper, enum.Enum):
        if issubclass(kind.wrapper, Block):
            return mirror(kind.wrapper)
        field = Field("nRaw", kind.storage, Role.VARIABLE, kind.storage.initial)
        return StructType(kind.name, [field], has_header=True)
    return None


@once
def variables_type(cls: type[Variables]) -> StructType:
    """A class of variables as a structure, such as PlcTaskSystemInfo."""
    return StructType(cls.__name__, cls._layout.fields, meaning=first_line(vars(cls).get("__doc__")))


def storage(kind: IecType) -> IecType:
    """The elementary, structure or array type behind aliases, subranges, enumerations and wrapped values."""
    while isinstance(kind, (AliasType, SubrangeType, WrappedType)):
        kind = kind.storage if isinstance(kind, WrappedType) else kind.target
    return kind


def size_of(kind: IecType) -> int:
    return ctypes.sizeof(kind.ctype)


def ads_id(kind: IecType) -> int:
    """The ADS type id; of an array that of its elements."""
    kind = storage(kind)
    while isinstance(kind, ArrayType):
        kind = storage(kind.element)
    if isinstance(kind, StructType):
        return BIG_TYPE
    if isinstance(kind, PointerType):
        return ADS_IDS["ULINT"]
    if isinstance(kind, StringType):
        return 30
    return 31 if isinstance(kind, WStringType) else ADS_IDS[kind.name]


def type_name(kind: IecType) -> str:
    """The name as TwinCAT writes it: STRING always with its length, long names of DT and TOD."""
    if isinstance(kind, StringType):
        return f"STRING({kind.length})"
    if isinstance(kind, ArrayType):
        return kind.name.removesuffix(kind.element.name) + type_name(kind.element)
    if isinstance(kind, PointerType):
        return f"{kind.word} TO {type_name(kind.target)}"
    if isinstance(kind, WrappedType) and not issubclass(kind.wrapper, enum.Enum):
        return type_name(kind.storage)
    if isinstance(kind, SubrangeType) and kind.name.startswith(kind.target.name + " ("):
        return kind.name
    return LONG_NAMES.get(kind.name, kind.name)


class TypeMap:
    """The data types that clients can ask for, by name without regard to case."""

    def __init__(self) -> None:
        self._types: dict[str, DataType] = {}
        self._sources: dict[str, str] = {}  # the shape behind each name
        self._names: dict[IecType, str] = {}

    def all(self) -> list[DataType]:
        return list(self._types.values())

    def __getitem__(self, name: str) -> DataType:
        found = self._types.get(name.strip().lower())
        if found is None:
            raise AdsError(AdsErrorCode.SYMBOL_NOT_FOUND, f"type {name}")
        return found

    def add(self, kind: IecType) -> str:
        """Make a type and all it names known; returns its name. DeclarationError for two types of one name."""
        if kind in self._names:
            return self._names[kind]
        if wrapped_block(kind):  # in a structure, where there is room for the value only
            return self.add(storage(kind))
        name = self._names[kind] = type_name(kind)
        key = name.lower()
        if self._sources.setdefault(key, kind.shape) != kind.shape:
            raise DeclarationError(
                f"{name}: two different types have this name, {self._sources[key]} and {kind.shape}; rename one"
            )
        if key not in self._types:
            self._types[key] = DataType(name, Kind.BASE, size_of(kind), ads_id(kind))  # keeps its place meanwhile
            self._types[key] = self._describe(name, kind)
        return name

    def _describe(self, name: str, kind: IecType) -> DataType:
        size, number = size_of(kind), ads_id(kind)
        if isinstance(kind, StructType):
            return self._structure(name, kind)
        if isinstance(kind, ArrayType):
            dimensions = tuple((low, high - low + 1) for low, high in kind.bounds)
            return DataType(name, Kind.ARRAY, size, number, self.add(kind.element), dimensions=dimensions)
        if isinstance(kind, (AliasType, SubrangeType)):
            return DataType(name, Kind.ALIAS, size, number, self.add(kind.target))
        if isinstance(kind, WrappedType) and issubclass(kind.wrapper, enum.Enum):
            values = tuple((n, int(member)) for n, member in kind.wrapper.__members__.items())
            comment = first_line(vars(kind.wrapper).get("__doc__"))
            attributes = dict(getattr(kind.wrapper, "iec_attributes", {}))
            base = self.add(kind.storage)
            return DataType(name, Kind.ENUM, size, number, base, comment, values=values, attributes=attributes)
        if isinstance(kind, PointerType):
            self.add(kind.target)
            return DataType(name, Kind.REFERENCE if isinstance(kind, ReferenceType) else Kind.POINTER, size, number)
        if kind.name == "OTCID":
            return DataType(name, Kind.ALIAS, size, number, self.add(iec_type(UDINT)))
        return DataType(name, Kind.BASE, size, number)

    def _structure(self, name: str, kind: StructType) -> DataType:
        sort = Kind.FUNCTION_BLOCK if kind.has_header else Kind.UNION if kind.is_union else Kind.STRUCT
        return DataType(
            name,
            sort,
            size_of(kind),
            BIG_TYPE,
            self.add(kind.base) if kind.base and kind.has_header else "",
            kind.meaning,
            members=tuple(self._member(kind, f) for f in kind.layout.fields),
            methods=tuple(self._method(m) for m in kind.methods),
            attributes=dict(kind.attributes),
        )

    def _member(self, owner: StructType, f: Field) -> Member:
        return Member(
            f.name,
            self.add(f.type),
            ads_id(f.type),
            owner.layout.bit_offset(f.name) if f.type.is_bit else owner.layout.offset(f.name),
            size_of(f.type),
            f.meaning,
            dict(f.attributes),
            f.type.is_bit,
            f.persistent,
            isinstance(f.type, ReferenceType),
        )

    def _method(self, method: RpcSignature) -> Method:
        parameters = [self._parameter(i.name, i.type, False) for i in method.inputs]
        parameters += [self._parameter(name, kind, True) for name, kind in method.outputs]
        result, comment = method.returns, first_line(method.meaning)
        if result is None:
            return Method(method.name, "", 0, 0, tuple(parameters), comment)
        return Method(method.name, self.add(result), ads_id(result), size_of(result), tuple(parameters), comment)

    def _parameter(self, name: str, kind: IecType, is_output: bool) -> Parameter:
        return Parameter(name, self.add(kind), ads_id(kind), size_of(kind), is_output)
