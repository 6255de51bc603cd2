"""Composite IEC types: structures, unions, function blocks and arrays, each a live view of a piece of memory.

    class ST_Point(Struct):
        x: LREAL
        y: LREAL = var("height above ground", 1.5, DisplayMin="0")

    class ST_Packed(ST_Point, pack_mode=1):      # EXTENDS ST_Point
        bOn: BIT

    class FB_Counter(FunctionBlock):
        nCount: UDINT

        @rpc_method
        def Add(self, nStep: UDINT) -> UDINT:
            self.nCount += nStep
            return self.nCount

    class MAIN(Program):
        stPoint: ST_Point
        aGrid: Annotated[Array[ST_Point], (0, 1), (1, 3)]    # or array(ST_Point, (0, 1), (1, 3))
        fbCounter: FB_Counter

`prog.stPoint.x = 3.0` and `prog.aGrid[1, 3].x` reach into the memory of the program; assigning a whole structure or
array copies it. The memory is that of TwinCAT 3: pack mode 8, the last index of an array runs fastest, an 8-byte hidden
pointer in front of a function block. Chosen: the members of a derived structure follow those of the base directly, so
that they may lie in what would be padding at the base's end.
"""

import dataclasses
import functools
import inspect
import operator
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from math import prod
from typing import TYPE_CHECKING, Any, ClassVar, Generic, TypeVar, cast, get_args, get_origin, get_type_hints, overload

from .declare import Field, Layout, Member, members_of, variable, variable_fields
from .errors import AlycatError, DeclarationError, RangeError, UnknownName, WrongType, one_of
from .iec import IecType, behind_alias, iec_type
from .methods import Input, Signature

if TYPE_CHECKING:
    from typing import Self

    import numpy as np

T = TypeVar("T")
F = TypeVar("F", bound=Callable[..., Any])
PACK_MODES = (1, 2, 4, 8)
MOST_ELEMENTS = 1 << 27  # 1 GiB of LREAL


# --- methods ----------------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class RpcSignature:
    """A method that clients may call: inputs, return type or None, outputs with their types."""

    name: str
    inputs: tuple[Input, ...]
    returns: IecType | None
    outputs: tuple[tuple[str, IecType], ...] = ()
    meaning: str = ""


@overload
def rpc_method(function: F) -> F: ...
@overload
def rpc_method(*, outputs: Iterable[str]) -> Callable[[F], F]: ...
def rpc_method(function: Any = None, *, outputs: Iterable[str] = ()) -> Any:
    """Declares a method of a function block that can be called over ADS (TcRpcEnable).

    Inputs and return value carry IEC types. With `outputs` the method returns a tuple and is annotated so, the return
    value (None for none) first: ``@rpc_method(outputs=["nRest"])`` with ``-> tuple[DINT, DINT]``.
    """
    if function is None:
        return lambda f: rpc_method(f) if not outputs else _declared(f, tuple(outputs))
    return _declared(function, ())


def _declared(function: Any, outputs: tuple[str, ...]) -> Any:
    signature = rpc_signature(function, outputs)
    checking = Signature(signature.name, signature.inputs, "", "")

    def checked(self: Any, *args: Any, **kwargs: Any) -> Any:
        raw = checking.bind(args, kwargs)
        return function(self, **{i.name: i.type.to_python(raw[i.name]) for i in signature.inputs})

    checked.__name__, checked.__qualname__, checked.__doc__ = function.__name__, function.__qualname__, function.__doc__
    checked.rpc_signature = signature  # type: ignore[attr-defined]
    return checked


def rpc_signature(function: Callable[..., Any], outputs: tuple[str, ...] = ()) -> RpcSignature:
    hints = get_type_hints(function, include_extras=True)
    where = function.__qualname__
    inputs = []
    for p in list(inspect.signature(function).parameters.values())[1:]:
        if p.name not in hints:
            raise DeclarationError(f"{where}.{p.name}: has no IEC type; annotate it with UDINT, LREAL, BOOL, ...")
        kind = iec_type(hints[p.name], f"{where}.{p.name}")
        if kind.ctype is None or kind.is_bit:
            raise DeclarationError(f"{where}.{p.name}: {kind} cannot be sent to a method")
        inputs.append(Input(p.name, kind, p.default))
    result = hints.get("return", type(None))
    results = get_args(result) if outputs else (result,)
    if outputs and (get_origin(result) is not tuple or len(results) != len(outputs) + 1):
        raise DeclarationError(f"{where}: returns {result!r}; a tuple of the return type and {len(outputs)} is needed")
    first, *more = (None if r in (None, type(None)) else iec_type(r, where) for r in results)
    if None in more:
        raise DeclarationError(f"{where}: an output has no type")
    pairs = zip(outputs, cast("list[IecType]", more), strict=True)
    return RpcSignature(function.__name__, tuple(inputs), first, tuple(pairs), inspect.getdoc(function) or "")


# --- structures -------------------------------------------------------------------------------------------------------


class StructType(IecType):
    """A structure, union or function block as the type of a variable.

    python_class: makes the view over a piece of memory. base: what it EXTENDS.
    """

    is_direct, is_live, is_number = False, True, False

    def __init__(
        self,
        name: str,
        fields: Iterable[Field],
        *,
        pack: int = 8,
        has_header: bool = False,
        is_union: bool = False,
        base: "StructType | None" = None,
        methods: tuple[RpcSignature, ...] = (),
        meaning: str = "",
        attributes: Mapping[str, str] | None = None,
        python_class: Any = None,
    ) -> None:
        self.name, self.base, self.methods, self.meaning = name, base, methods, meaning
        self.pack, self.has_header, self.is_union, self.python_class = pack, has_header, is_union, python_class
        self.attributes = dict(attributes or {})
        if pack != 8:
            self.attributes.setdefault("pack_mode", str(pack))
        self.layout = Layout(name, fields, pack, has_header, is_union)
        self.ctype = self.layout.struct
        self.initial = self.ctype()
        for field in self.layout.fields[:1] if is_union else self.layout.fields:
            setattr(self.initial, field.name, field.initial)
        self.by_name = {f.name.lower(): f for f in self.layout.fields}
        self.names = frozenset(f.name for f in self.layout.fields)

    @property
    def shape(self) -> str:
        members = (f"{f.name}:{f.type.shape}@{self.layout.bit_offset(f.name)}" for f in self.layout.fields)
        return f"{self.name}({','.join(members)})"

    def check(self, value: Any, name: str) -> Any:
        if isinstance(value, Struct) and type(value)._type is self:
            return self.ctype.from_buffer_copy(value._m)
        if not isinstance(value, Mapping):
            raise WrongType(f"{name}: {value!r} is no {self.name}; a {self.name} or a dict of its members is needed")
        memory = self.ctype.from_buffer_copy(self.initial)
        for key, item in value.items():
            field = self.by_name.get(str(key).lower())
            if field is None:
                members = one_of(f.name for f in self.layout.fields)
                raise UnknownName(f"{name}: {self.name} has no member {key}; its members are {members}")
            setattr(memory, field.name, field.type.check(item, f"{name}.{field.name}"))
        return memory

    def to_python(self, raw: Any) -> Any:
        return self.python_class._over(raw)


class Struct:
    """The base of structures; members are declared as those of a Program.

    Class options: `pack_mode` 1, 2, 4 or 8; `attributes` of the type; `type_name` if the class is called otherwise.
    A new instance has a memory of its own: ``ST_Point(x=1.0)``.
    """

    __slots__ = ("_m",)
    _m: Any
    _type: ClassVar[StructType]
    _members: ClassVar[dict[str, Member]] = {}
    _is_union: ClassVar[bool] = False
    _has_header: ClassVar[bool] = False

    def __init_subclass__(
        cls,
        pack_mode: int | None = None,
        attributes: Mapping[str, str] | None = None,
        type_name: str = "",
        is_root: bool = False,
    ) -> None:
        super().__init_subclass__()
        if is_root:  # Union and FunctionBlock themselves
            return
        cls._type = _struct_type(cls, pack_mode, attributes, type_name or cls.__name__)
        for field in cls._type.layout.fields:
            if field.name in cls._members:
                setattr(cls, field.name, variable(field))

    @classmethod
    def _iec_type_(cls, args: tuple[Any, ...], extras: tuple[Any, ...], where: str) -> IecType:
        if "_type" not in cls.__dict__:
            raise DeclarationError(f"{where}: {cls.__name__} is no type by itself; derive a class with members from it")
        return cls._type

    @classmethod
    def _over(cls, memory: Any) -> "Self":
        self = cls.__new__(cls)
        object.__setattr__(self, "_m", memory)
        return self

    def __init__(self, **values: Any) -> None:
        object.__setattr__(self, "_m", self._type.check(values, type(self).__name__))

    def __setattr__(self, name: str, value: Any) -> None:
        if name not in self._type.names:
            members = one_of(f.name for f in self._type.layout.fields)
            raise UnknownName(f"{self._type.name} has no member {name}; its members are {members}")
        object.__setattr__(self, name, value)

    def __eq__(self, other: object) -> bool:
        if type(other) is not type(self):
            return NotImplemented
        return all(getattr(self, f.name) == getattr(other, f.name) for f in self._type.layout.fields)

    __hash__ = None  # type: ignore[assignment]

    def __repr__(self) -> str:
        members = ", ".join(f"{f.name}={getattr(self, f.name)!r}" for f in self._type.layout.fields)
        return f"{type(self).__name__}({members})"


class Union(Struct, is_root=True):
    """The base of unions: all members share their memory; the first one's initial value counts."""

    __slots__ = ()
    _is_union = True


class FunctionBlock(Struct, is_root=True):
    """The base of function blocks as TwinCAT lays them out: a hidden pointer, members, methods (`rpc_method`).

    An instance is a variable of a Program, a GlobalVariables, a structure or an array. Methods see it as `self`; what
    has to last is a member.
    """

    __slots__ = ()
    _has_header = True


def _struct_type(cls: type[Struct], pack: int | None, attributes: Mapping[str, str] | None, name: str) -> StructType:
    base = next((vars(c)["_type"] for c in cls.__mro__[1:] if "_type" in vars(c)), None)
    if pack is None:
        pack = base.pack if base else 8
    if pack not in PACK_MODES:
        raise DeclarationError(f"{cls.__name__}: pack_mode {pack} is not allowed; use {one_of(PACK_MODES)}")
    kind = next(c for c in cls.__mro__ if c in (Struct, Union, FunctionBlock))
    fields = variable_fields(cls, lambda: kind, allow_bits=not cls._is_union)
    cls._members = members_of(cls, fields)
    functions = {n: f for c in reversed(cls.__mro__) for n, f in vars(c).items() if hasattr(f, "rpc_signature")}
    if functions and not cls._has_header:
        raise DeclarationError(f"{cls.__name__}.{next(iter(functions))}: only function blocks have methods")
    return StructType(
        name,
        fields,
        pack=pack,
        has_header=cls._has_header,
        is_union=cls._is_union,
        base=base,
        methods=tuple(f.rpc_signature for f in functions.values()),
        meaning=first_line(vars(cls).get("__doc__")),
        attributes=attributes,
        python_class=cls,
    )


@functools.cache
def variable_structure(struct: Any) -> "ParameterVariable":
    """The type of variables that are declared with a dataclass such as ST_ALY_XyPosition."""
    hints = get_type_hints(struct, include_extras=True)
    members = {f.name: f.default for f in dataclasses.fields(struct) if f.default is not dataclasses.MISSING}
    body = {"__annotations__": hints, "__doc__": struct.__doc__, "__module__": struct.__module__}
    view: Any = type(struct.__name__, (Struct,), body | members)
    plain = view._type
    view._type = ParameterVariable(plain.name, plain.layout.fields, meaning=plain.meaning, python_class=view)
    view._type.struct = struct
    return cast("ParameterVariable", view._type)


class ParameterVariable(StructType):
    """The structure behind a dataclass, which takes instances of it and tuples as well."""

    struct: Any = None

    def check(self, value: Any, name: str) -> Any:
        if isinstance(value, tuple):
            value = iec_type(self.struct).check(value, name)
        if isinstance(value, self.struct):
            value = {field.name: getattr(value, field.name) for field in self.layout.fields}
        return super().check(value, name)


def first_line(text: str | None) -> str:
    return (inspect.cleandoc(text).splitlines() or [""])[0] if text else ""


# --- arrays -----------------------------------------------------------------------------------------------------------


class ArrayType(IecType):
    """An array of one or more dimensions with IEC bounds, both inclusive; the last index runs fastest."""

    is_direct, is_live, is_number = False, True, False

    def __init__(self, element: IecType, bounds: Iterable[tuple[int, int]], where: str = "") -> None:
        self.element, self.bounds = element, tuple((operator.index(a), operator.index(b)) for a, b in bounds)
        spans = ",".join(f"{low}..{high}" for low, high in self.bounds)
        self.name = f"ARRAY [{spans}] OF {element.name}"
        self.lengths = tuple(high - low + 1 for low, high in self.bounds)
        wrong = not self.bounds or any(length < 1 for length in self.lengths) or element.ctype is None or element.is_bit
        if wrong or prod(self.lengths) > MOST_ELEMENTS:
            raise DeclarationError(f"{where or 'array'}: {self.name} is not possible")
        self.count = prod(self.lengths)
        self.is_nested = isinstance(behind_alias(element), ArrayType)
        self.ctype = element.ctype * self.count
        self.initial = self.ctype()
        for position in range(self.count):
            put(self.initial, position, element.initial)

    @property
    def shape(self) -> str:
        return self.name.removesuffix(self.element.name) + self.element.shape

    def encoded(self, encoding: str) -> "ArrayType":
        return ArrayType(self.element.encoded(encoding), self.bounds)

    def position(self, index: Any, name: str) -> int:
        """The place of an element counted from 0; an index is a number, or one per dimension."""
        if type(index) is int and len(self.bounds) == 1:
            low, high = self.bounds[0]
            if low <= index <= high:
                return index - low
        indices = index if isinstance(index, tuple) else (index,)
        if len(indices) != len(self.bounds):
            raise WrongType(f"{name}{_brackets(indices)}: {len(self.bounds)} indices are needed for {self.name}")
        place = 0
        for number, (low, high) in zip(indices, self.bounds, strict=True):
            try:
                number = operator.index(number)
            except TypeError:
                raise WrongType(f"{name}{_brackets(indices)}: {number!r} is no index of {self.name}") from None
            if not low <= number <= high:
                raise OutOfBounds(f"{name}{_brackets(indices)}: index {number} is outside {low}..{high}")
            place = place * (high - low + 1) + number - low
        return place

    def check(self, value: Any, name: str) -> Any:
        if isinstance(value, Array) and value._type.shape == self.shape:
            return self.ctype.from_buffer_copy(value._m)
        items = list(self._flat(value, self.lengths, name))
        if len(items) != self.count:
            raise RangeError(f"{name}: {len(items)} elements given, {self.name} has {self.count}")
        memory = self.ctype()
        check = self.element.check
        for position, item in enumerate(items):
            put(memory, position, check(item, f"{name}{_brackets(self.index(position))}"))
        return memory

    def index(self, position: int) -> tuple[int, ...]:
        """The index of the element at a place."""
        indices = []
        for (low, _), length in zip(reversed(self.bounds), reversed(self.lengths), strict=True):
            position, rest = divmod(position, length)
            indices.append(low + rest)
        return tuple(reversed(indices))

    def _flat(self, value: Any, lengths: tuple[int, ...], name: str) -> Iterator[Any]:
        """The elements in order, of nested sequences one for each dimension, or of a flat one."""
        if isinstance(value, (str, bytes, Mapping)) or not isinstance(value, Iterable):
            raise WrongType(f"{name}: {value!r} is no {self.name}; a sequence of {self.count} elements is needed")
        items = list(value)
        nested = len(lengths) > 1 and len(items) == lengths[0] and all(_is_sequence(i) for i in items)
        for item in items:
            if nested:
                yield from self._flat(item, lengths[1:], name)
            else:
                yield item

    def to_python(self, raw: Any) -> "Array[Any]":
        return Array._over(self, raw, "array")

    def view(self, raw: Any, name: str) -> "Array[Any]":
        return Array._over(self, raw, name)


class OutOfBounds(RangeError, IndexError):
    """An index is outside the bounds of an array."""


def _is_sequence(value: Any) -> bool:
    return isinstance(value, Iterable) and not isinstance(value, (str, bytes, Mapping, Struct))


def _brackets(indices: tuple[Any, ...]) -> str:
    return f"[{','.join(map(str, indices))}]"


def put(memory: Any, position: int, raw: Any) -> None:
    """Store a value in memory form in an element of a ctypes array."""
    if isinstance(raw, bytes):
        memory[position].value = raw
    else:
        memory[position] = raw


class Array(Generic[T]):
    """The view of an array: indexed as declared, iterated in the order of the memory.

    As an annotation ``Annotated[Array[LREAL], (0, 9)]``, with one pair of bounds for each dimension.
    """

    __slots__ = ("_m", "_name", "_type")
    _type: ArrayType
    _m: Any
    _name: str

    @classmethod
    def _iec_type_(cls, args: tuple[Any, ...], extras: tuple[Any, ...], where: str) -> IecType:
        bounds = [e for e in extras if isinstance(e, tuple) and len(e) == 2]
        if len(args) != 1 or not bounds:
            raise DeclarationError(f"{where}: an array needs bounds, such as Annotated[Array[LREAL], (0, 9)]")
        return ArrayType(iec_type(args[0], where).as_variable(), bounds, where)

    @classmethod
    def _over(cls, kind: ArrayType, memory: Any, name: str) -> "Array[T]":
        self = cls.__new__(cls)
        self._type, self._m, self._name = kind, memory, name
        return self

    def __getitem__(self, index: Any) -> T:
        kind = self._type
        position = kind.position(index, self._name)
        if not kind.is_nested:
            return cast("T", kind.element.to_python(self._m[position]))
        return cast("T", kind.element.view(self._m[position], f"{self._name}{_brackets(kind.index(position))}"))

    def __setitem__(self, index: Any, value: T) -> None:
        kind = self._type
        position = kind.position(index, self._name)
        try:
            raw = kind.element.check(value, self._name)
        except AlycatError:  # again, for an error with the index
            raw = kind.element.check(value, f"{self._name}{_brackets(kind.index(position))}")
        put(self._m, position, raw)

    def __len__(self) -> int:
        return self._type.count

    def __iter__(self) -> Iterator[T]:
        to_python, memory = self._type.element.to_python, self._m
        return (to_python(memory[i]) for i in range(self._type.count))

    @property
    def bounds(self) -> tuple[tuple[int, int], ...]:
        """(lower, upper) bound of each dimension."""
        return self._type.bounds

    def numpy(self) -> "np.ndarray[Any, Any]":
        """A numpy view of the same memory with one axis for each dimension; counts from 0."""
        import numpy as np

        return np.frombuffer(self._m, self._type.element.ctype).reshape(self._type.lengths)

    def __eq__(self, other: object) -> bool:
        return list(self) == list(other) if isinstance(other, Iterable) else NotImplemented

    __hash__ = None  # type: ignore[assignment]

    def __repr__(self) -> str:
        return f"<{self._type.name} {list(self)!r}>"


def array(element: Any, *bounds: tuple[int, int]) -> Any:
    """The type of an array for an annotation: ``array(LREAL, (0, 9))`` or ``array(LREAL, (0, 1), (0, 2))``."""
    return ArrayType(iec_type(element, "array"), bounds)


# --- enumerations -----------------------------------------------------------------------------------------------------


def enum_base(base: Any, initial: Any = None) -> Callable[[type[T]], type[T]]:
    """Class decorator: the integer type of an IntEnum, INT without it, and its initial value, the first without it."""

    def declare(cls: type[T]) -> type[T]:
        cls.iec_storage = base  # type: ignore[attr-defined]
        if initial is not None:
            cls.iec_initial = initial  # type: ignore[attr-defined]
        for member in cls:  # type: ignore[attr-defined]
            iec_type(base).check(int(member), f"{cls.__name__}.{member.name}")
        return cls

    return declare


__all__ = [
    "Array",
    "ArrayType",
    "FunctionBlock",
    "OutOfBounds",
    "RpcSignature",
    "Struct",
    "StructType",
    "Union",
    "array",
    "enum_base",
    "first_line",
    "put",
    "rpc_method",
]
