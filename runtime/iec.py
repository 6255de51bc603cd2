"""IEC 61131-3 elementary types as annotations: ranges, defaults, memory form, and conversion of Python values.

`UDINT` is ``Annotated[int, ...]``: a type checker sees ``int``, the runtime reads the IEC type from it.
Sources: IEC 61131-3 table 10; TwinCAT's LTIME is unsigned 64 bit in nanoseconds, TIME unsigned 32 bit in milliseconds.
"""

import ctypes
import dataclasses
import enum
import operator
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Annotated, Any, cast, get_args, get_origin, get_type_hints

import numpy as np

from .dctime import parse_duration
from .errors import DeclarationError, RangeError, WrongType


class IecType:
    """What all types have in common: a name, a memory form, an initial value, and two conversions."""

    name: str
    ctype: Any = None  # None: has no memory of its own (interfaces)
    initial: Any = None
    is_direct = True  # the memory form already is the Python value
    is_bit = False  # packed with its neighbours into bytes; members of structures only
    is_live = False  # what is read is a view of the memory: a structure, an array
    samples: tuple[Any, ...] = ()  # for tests: what a parameter might be, where the type allows less than it seems
    is_number = True  # one number in memory, which kernels see as a member

    @property
    def shape(self) -> str:
        """Name and inner layout; two types of equal shape have the same bytes for the same value."""
        return self.name

    @property
    def column_dtype(self) -> np.dtype[Any]:
        """The numpy type of one value in a column of a trace."""
        kind: np.dtype[Any] = np.dtype(self.ctype)
        return kind

    def check(self, value: Any, name: str) -> Any:
        """The value in memory form; WrongType or RangeError names the variable, the value and what is allowed."""
        raise NotImplementedError

    def to_python(self, raw: Any) -> Any:
        return raw

    def view(self, raw: Any, name: str) -> Any:
        """The Python value, which knows its name for errors to come if it is a live one."""
        return self.to_python(raw)

    def encoded(self, encoding: str) -> "IecType":
        """The same type with its texts in another encoding."""
        return self

    def as_variable(self) -> "IecType":
        """The type as that of a variable, which has memory, where this one has none."""
        return self

    def __repr__(self) -> str:
        return self.name


class BoolType(IecType):
    name, ctype, initial = "BOOL", ctypes.c_bool, False

    def check(self, value: Any, name: str) -> bool:
        if isinstance(value, (bool, int)) or type(value).__name__ in ("bool", "bool_"):
            if value in (0, 1):
                return bool(value)
        raise WrongType(f"{name}: {value!r} is no BOOL; allowed are TRUE and FALSE")


class BitType(BoolType):
    """BIT: a BOOL that shares its byte with the BIT members beside it."""

    name, ctype = "BIT", cast("Any", ctypes.c_uint8)
    is_direct, is_bit = False, True

    def to_python(self, raw: int) -> bool:
        return bool(raw)


class IntType(IecType):
    """Integers and bit strings, signed or not, of 8 to 64 bits."""

    def __init__(self, name: str, ctype: Any, bits: int, signed: bool) -> None:
        self.name, self.ctype, self.initial = name, ctype, 0
        self.minimum = -(1 << (bits - 1)) if signed else 0
        self.maximum = (1 << (bits - 1 if signed else bits)) - 1

    def check(self, value: Any, name: str) -> int:
        try:
            number = operator.index(value)
        except TypeError:
            raise WrongType(f"{name}: {value!r} is no {self.name}; a whole number is needed") from None
        if not self.minimum <= number <= self.maximum:
            raise RangeError(f"{name}: {number} is outside {self.name} {self.minimum}..{self.maximum}")
        return number


class DurationType(IntType):
    """TIME and LTIME; texts such as '10ms' are taken as well."""

    def __init__(self, name: str, ctype: Any, bits: int, unit_ns: int) -> None:
        super().__init__(name, ctype, bits, signed=False)
        self.unit_ns = unit_ns

    def check(self, value: Any, name: str) -> int:
        if isinstance(value, str):
            value = parse_duration(value, name) // self.unit_ns
        return super().check(value, name)


class FloatType(IecType):
    def __init__(self, name: str, ctype: Any) -> None:
        self.name, self.ctype, self.initial = name, ctype, 0.0

    def check(self, value: Any, name: str) -> float:
        if isinstance(value, (str, bytes)) or not hasattr(value, "__float__"):
            raise WrongType(f"{name}: {value!r} is no {self.name}; a number is needed")
        try:
            return float(value)
        except OverflowError:
            raise RangeError(f"{name}: {value!r} is outside {self.name}") from None
        except TypeError:
            raise WrongType(f"{name}: {value!r} is no {self.name}; a number is needed") from None


class StringType(IecType):
    """STRING(n): at most n bytes of code page 1252, zero-terminated; or of UTF-8, as the attribute TcEncoding says."""

    is_direct = is_number = False

    def __init__(self, length: int = 80, encoding: str = "cp1252") -> None:
        self.length, self.encoding = length, encoding
        self.name = "STRING" if length == 80 else f"STRING({length})"
        self.ctype, self.initial = ctypes.c_char * (length + 1), b""

    def check(self, value: Any, name: str) -> bytes:
        if not isinstance(value, str):
            raise WrongType(f"{name}: {value!r} is no {self.name}; a text is needed")
        try:
            data = value.encode(self.encoding)
        except UnicodeEncodeError:
            raise RangeError(f"{name}: {value!r} has characters outside code page 1252") from None
        if len(data) > self.length:
            raise RangeError(f"{name}: {len(data)} characters do not fit into {self.name}")
        return data

    @property
    def column_dtype(self) -> np.dtype[Any]:
        return np.dtype(f"S{self.length}")

    def encoded(self, encoding: str) -> "StringType":
        return StringType(self.length, encoding)

    def to_python(self, raw: Any) -> str:
        data = raw if isinstance(raw, bytes) else raw.value
        return str(data.decode(self.encoding, "replace"))


class WStringType(IecType):
    """WSTRING(n): at most n units of UTF-16, zero-terminated."""

    is_direct = is_number = False

    def __init__(self, length: int = 80) -> None:
        self.length, self.name = length, f"WSTRING({length})"
        self.ctype = ctypes.c_uint16 * (length + 1)
        self.initial = self.ctype()

    def check(self, value: Any, name: str) -> Any:
        if not isinstance(value, str):
            raise WrongType(f"{name}: {value!r} is no {self.name}; a text is needed")
        data = value.encode("utf-16-le", "surrogatepass")
        if len(data) > 2 * self.length:
            raise RangeError(f"{name}: {len(data) // 2} characters do not fit into {self.name}")
        return self.ctype.from_buffer_copy(data.ljust(2 * self.length + 2, b"\0"))

    def to_python(self, raw: Any) -> str:
        units = list(raw)
        end = units.index(0) if 0 in units else len(units)
        return bytes(raw)[: 2 * end].decode("utf-16-le", "replace")


class WrappedType(IecType):
    """A class around one elementary value: an enumeration, or a block such as FB_ALY_DateTime around its raw time."""

    is_direct = False

    def __init__(self, wrapper: Any, storage: IecType, initial: Any) -> None:
        self.name, self.wrapper, self.storage = wrapper.__name__, wrapper, storage
        self.ctype, self.initial = storage.ctype, initial

    def check(self, value: Any, name: str) -> Any:
        if issubclass(self.wrapper, enum.Enum):
            try:
                number = int(self.wrapper(value))
            except (ValueError, TypeError):
                allowed = ", ".join(f"{m.name} ({m.value})" for m in self.wrapper)
                raise RangeError(f"{name}: {value!r} is no {self.name}; allowed are {allowed}") from None
            return self.storage.check(number, name)  # a mask of bits takes any number
        return self.storage.check(getattr(value, "nRaw", value), name)

    def to_python(self, raw: Any) -> Any:
        try:
            return self.wrapper(raw)
        except ValueError:  # a union or an address can bring any bits into an enumeration
            return raw


class AliasType(IecType):
    """Another name for a type."""

    def __init__(self, name: str, target: IecType) -> None:
        self.name, self.target = name, target
        self.ctype, self.initial = target.ctype, target.initial
        self.is_direct, self.is_live, self.is_number = target.is_direct, target.is_live, target.is_number
        self.check, self.to_python, self.view = target.check, target.to_python, target.view  # type: ignore[method-assign]

    def encoded(self, encoding: str) -> "AliasType":
        return AliasType(self.name, self.target.encoded(encoding))

    @property
    def shape(self) -> str:
        return f"{self.name}:{self.target.shape}"


class SubrangeType(IntType):
    """An integer type with bounds of its own; starts with 0, or with the lower bound if 0 is outside."""

    def __init__(self, target: IntType, minimum: int, maximum: int, name: str = "") -> None:
        low, high = target.minimum, target.maximum
        if not low <= minimum <= maximum <= high:
            raise DeclarationError(f"{target.name} ({minimum}..{maximum}): must lie within {low}..{high}, in order")
        self.name, self.ctype, self.target = name or f"{target.name} ({minimum}..{maximum})", target.ctype, target
        self.minimum, self.maximum = minimum, maximum
        self.initial = 0 if minimum <= 0 <= maximum else minimum

    @property
    def shape(self) -> str:
        return f"{self.name}:{self.target.name}({self.minimum}..{self.maximum})"


class PointerType(IntType):
    """POINTER TO: 8 bytes that hold an address of this Plc (`Plc.address`), 0 for none.

    An address is no address of the machine: it counts from the first byte of a program or global variable list, so
    that snapshots keep their meaning and no value can reach what is not there.
    """

    word = "POINTER"

    def __init__(self, target: Any) -> None:
        super().__init__("", ctypes.c_uint64, 64, signed=False)
        self._target = target

    @property
    def target(self) -> IecType:
        return iec_type(self._target, self.word)

    @property
    def name(self) -> str:
        return f"{self.word} TO {self.target.name}"

    @name.setter
    def name(self, text: str) -> None:
        """Follows from the target, which may be declared later."""


class ReferenceType(PointerType):
    """REFERENCE TO: as a pointer, but a path goes through it by itself."""

    word = "REFERENCE"


def behind_alias(kind: IecType) -> IecType:
    """The type that an alias, or an alias of an alias, stands for."""
    while isinstance(kind, AliasType):
        kind = kind.target
    return kind


@dataclass(frozen=True)
class Alias:
    """``T_Speed = Annotated[LREAL, Alias("T_Speed")]``: an alias, as a type checker understands it."""

    name: str

    def refine(self, kind: IecType, where: str) -> IecType:
        return AliasType(self.name, kind)


@dataclass(frozen=True)
class Subrange:
    """``T_Percent = Annotated[INT, Subrange(0, 100)]``, with an optional name of the type."""

    minimum: int
    maximum: int
    name: str = ""

    def refine(self, kind: IecType, where: str) -> IecType:
        if not isinstance(kind, IntType):
            raise DeclarationError(f"{where or 'subrange'}: {kind} has no subranges; an integer type is needed")
        return SubrangeType(kind, self.minimum, self.maximum, self.name)


class InterfaceType(IecType):
    """An interface pointer such as I_TcMessage or I_ALY_Timespan: declared, without memory of its own."""

    def __init__(self, name: str, needs: tuple[str, ...] = ()) -> None:
        self.name, self.needs = name, needs

    def check(self, value: Any, name: str) -> Any:
        if all(hasattr(value, member) for member in self.needs):
            return value
        raise WrongType(f"{name}: {value!r} is no {self.name}; an object with {', '.join(self.needs)} is needed")


class ParameterStructType(IecType):
    """A structure such as ST_ALY_Threshold as the input of a method: a dataclass whose fields carry IEC types.

    Taken are an instance, a mapping of its fields, a tuple in their order, or a variable of a program that is declared
    with it. It has no memory of its own: a block declares members for what it keeps of it.
    """

    def __init__(self, struct: Any) -> None:
        self.name, self.struct = struct.__name__, struct
        hints = get_type_hints(struct, include_extras=True)
        self.fields = {f.name: iec_type(hints[f.name], f"{self.name}.{f.name}") for f in dataclasses.fields(struct)}

    def check(self, value: Any, name: str) -> Any:
        try:
            if isinstance(value, Mapping):
                value = self.struct(**value)
            elif isinstance(value, tuple):
                value = self.struct(*value)
            elif not isinstance(value, self.struct) and type(value) is self.as_variable().python_class:
                value = self.struct(**{n: getattr(value, n) for n in self.fields})
        except TypeError:
            value = None
        if not isinstance(value, self.struct):
            raise WrongType(f"{name}: no {self.name}; its fields are {', '.join(self.fields)}")
        parts = {n: kind.check(getattr(value, n), f"{name}.{n}") for n, kind in self.fields.items()}
        return self.struct(**parts)

    def as_variable(self) -> Any:
        from .composite import variable_structure

        return variable_structure(self.struct)


class ArrayPointerType(IecType):
    """As input of a method, POINTER TO an elementary type, or PVOID: a numpy array, read or written in place.

    The array has elements of that type (LTIME and the other 64-bit integers: signed or not) and lies in one piece. In
    an interface the input behind it, of the same name with n instead of p and with Size at the end, is its size in
    bytes, the vendor's SIZEOF. No memory of its own: a block's memory holds no addresses.
    """

    def __init__(self, element: IecType | None = None) -> None:
        self.name, self.element = f"POINTER TO {element}" if element else "PVOID", element
        self.dtype = np.dtype(element.ctype) if element else None

    def check(self, value: Any, name: str) -> Any:
        if value is None:
            return None
        if not isinstance(value, np.ndarray):
            raise WrongType(f"{name}: {value!r} is no {self.name}; a numpy array is needed")
        if self.dtype is not None and not same_memory(value.dtype, self.dtype):
            raise WrongType(f"{name}: elements of type {value.dtype} are no {self.name}; {self.dtype} is needed")
        if not value.flags.c_contiguous:
            raise WrongType(f"{name}: the array has to lie in one piece (numpy.ascontiguousarray)")
        return value


def same_memory(given: np.dtype[Any], wanted: np.dtype[Any]) -> bool:
    """Whether elements of both types are the same bytes; 64-bit integers may be signed or not."""
    integers = given.kind in "iu" and wanted.kind in "iu"
    return given.itemsize == wanted.itemsize and given.isnative and (integers or given.kind == wanted.kind)


class InOutType(IecType):
    """VAR_IN_OUT of an elementary type: a variable that a method fills, in Python a numpy array of one element."""

    def __init__(self, name: str) -> None:
        self.name = name

    def check(self, value: Any, name: str) -> Any:
        if not isinstance(value, np.ndarray) or value.size != 1 or value.dtype.kind not in "biuf":
            raise WrongType(f"{name}: {value!r} is no variable; a numeric numpy array of one element is needed")
        return value


class AnyType(IecType):
    """The input type ANY: any numeric or bit type, taken as LREAL."""

    name, ctype, initial = "ANY", ctypes.c_double, 0.0

    def check(self, value: Any, name: str) -> Any:
        return value


class AnyStringType(AnyType):
    """The input type ANY_STRING: a text."""

    name = "ANY_STRING"


BOOL = Annotated[bool, BoolType()]
BIT = Annotated[bool, BitType()]
BYTE = Annotated[int, IntType("BYTE", ctypes.c_uint8, 8, False)]
WORD = Annotated[int, IntType("WORD", ctypes.c_uint16, 16, False)]
DWORD = Annotated[int, IntType("DWORD", ctypes.c_uint32, 32, False)]
LWORD = Annotated[int, IntType("LWORD", ctypes.c_uint64, 64, False)]
SINT = Annotated[int, IntType("SINT", ctypes.c_int8, 8, True)]
USINT = Annotated[int, IntType("USINT", ctypes.c_uint8, 8, False)]
INT = Annotated[int, IntType("INT", ctypes.c_int16, 16, True)]
UINT = Annotated[int, IntType("UINT", ctypes.c_uint16, 16, False)]
DINT = Annotated[int, IntType("DINT", ctypes.c_int32, 32, True)]
UDINT = Annotated[int, IntType("UDINT", ctypes.c_uint32, 32, False)]
LINT = Annotated[int, IntType("LINT", ctypes.c_int64, 64, True)]
ULINT = Annotated[int, IntType("ULINT", ctypes.c_uint64, 64, False)]
REAL = Annotated[float, FloatType("REAL", ctypes.c_float)]
LREAL = Annotated[float, FloatType("LREAL", ctypes.c_double)]
TIME = Annotated[int, DurationType("TIME", ctypes.c_uint32, 32, 10**6)]
LTIME = Annotated[int, DurationType("LTIME", ctypes.c_uint64, 64, 1)]
DATE = Annotated[int, IntType("DATE", ctypes.c_uint32, 32, False)]
TOD = Annotated[int, IntType("TOD", ctypes.c_uint32, 32, False)]
DT = Annotated[int, IntType("DT", ctypes.c_uint32, 32, False)]
OTCID = Annotated[int, IntType("OTCID", ctypes.c_uint32, 32, False)]
STRING = Annotated[str, StringType(80)]
WSTRING = Annotated[str, WStringType(80)]
STRING_29 = Annotated[str, StringType(29)]
STRING_255 = Annotated[str, StringType(255)]
ANY = Annotated[Any, AnyType()]
ANY_STRING = Annotated[Any, AnyStringType()]
POINTER_TO_LREAL = Annotated[Any, ArrayPointerType(FloatType("LREAL", ctypes.c_double))]
POINTER_TO_BOOL = Annotated[Any, ArrayPointerType(BoolType())]
POINTER_TO_LINT = Annotated[Any, ArrayPointerType(IntType("LINT", ctypes.c_int64, 64, True))]
POINTER_TO_ULINT = Annotated[Any, ArrayPointerType(IntType("ULINT", ctypes.c_uint64, 64, False))]
POINTER_TO_UDINT = Annotated[Any, ArrayPointerType(IntType("UDINT", ctypes.c_uint32, 32, False))]
POINTER_TO_LTIME = Annotated[Any, ArrayPointerType(DurationType("LTIME", ctypes.c_uint64, 64, 1))]
PVOID = Annotated[Any, ArrayPointerType()]
IN_OUT_LREAL = Annotated[Any, InOutType("LREAL")]
IN_OUT_DINT = Annotated[Any, InOutType("DINT")]


def string(length: int) -> Any:
    """The type STRING(length) for an annotation."""
    return Annotated[str, StringType(length)]


def wstring(length: int) -> Any:
    """The type WSTRING(length) for an annotation."""
    return Annotated[str, WStringType(length)]


def alias(name: str, target: Any) -> Any:
    """Another name for a type: ``T_Speed = alias("T_Speed", LREAL)``."""
    return Annotated[target, Alias(name)]


def subrange(target: Any, minimum: int, maximum: int, name: str = "") -> Any:
    """An integer type with bounds: ``subrange(INT, 0, 100)``."""
    return Annotated[target, Subrange(minimum, maximum, name)]


def iec_type(annotation: Any, where: str = "") -> IecType:
    """The IEC type of an annotation: one of the names above, an IntEnum, a structure, an array, ...

    A class takes part by `iec_storage`, the type that stands for it in memory, or by `_iec_type_`, a class method that
    makes the type from the arguments in brackets and the extras of ``Annotated``.
    """
    if isinstance(annotation, IecType):
        return annotation
    base, extras = annotation, list[Any]()
    if get_origin(annotation) is Annotated:
        base, *extras = get_args(annotation)
    kind = next((e for e in (base, *extras) if isinstance(e, IecType)), None) or _type_of_class(
        base, tuple(extras), where
    )
    for extra in extras:
        if isinstance(extra, (Alias, Subrange)):
            kind = extra.refine(kind, where)
    return kind


def _type_of_class(annotation: Any, extras: tuple[Any, ...], where: str) -> IecType:
    origin = get_origin(annotation) or annotation
    if isinstance(origin, type):
        if hasattr(origin, "_iec_type_"):
            return origin._iec_type_(get_args(annotation), extras, where)  # type: ignore[no-any-return]
        if issubclass(origin, (enum.IntEnum, enum.IntFlag)):
            storage = iec_type(getattr(origin, "iec_storage", INT))
            first: Any = next(iter(origin.__members__.values()), 0)
            return WrappedType(origin, storage, int(getattr(origin, "iec_initial", None) or first))
        if hasattr(origin, "iec_storage"):
            storage = iec_type(origin.iec_storage)
            return WrappedType(origin, storage, storage.initial)
        if dataclasses.is_dataclass(origin):
            return ParameterStructType(origin)
    raise DeclarationError(f"{where or 'annotation'}: {annotation!r} is no IEC type; use UDINT, LREAL, BOOL, ...")
