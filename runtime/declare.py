"""One declaration, many readers: the annotated members of a class become its memory, attributes and symbols.

    class FB_Mine(AlgorithmBlock):
        nCount: UDINT = output("number of events")
        last: BOOL = state()

`declared_fields(cls)` lists the members in order, `Layout` lays them out as one C structure which is at the same
time a numpy dtype and (in a kernel) a numba record. The alignment is the natural one, as TwinCAT's pack mode 8.
"""

import ctypes
import dataclasses
import enum
import operator
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any, get_type_hints

import numpy as np

from .errors import DeclarationError, WrongType
from .iec import LINT, IecType, iec_type


class Role(enum.Enum):
    """What a member is for, and with it who writes it and what Reset does."""

    INIT = "FB_init input, fixed for the life of the instance"
    CONFIG = "written by Configure, kept by Reset"
    INPUT = "written before each step, kept by Reset"
    OUTPUT = "written by the step, cleared by Reset, visible from outside"
    BODY_INPUT = "input of the block itself, set by anybody, kept by Configure and Reset"
    PROPERTY = "property of the block, set by anybody, kept by Configure and Reset"
    STATE = "written by the step, cleared by Reset, private"
    BUFFER = "array allocated by Configure, cleared by Reset, private"
    CHANNEL_CONFIG = "array that Configure takes over from its PENDING twin, kept by Reset"
    PENDING = "array written by ConfigureChannel, kept by Configure and Reset"
    SCRATCH = "array for use within one step, no part of the state"
    VARIABLE = "variable of a program or a global one"


HEADER = "_header"  # the hidden pointer of a function block
BUFFERS = (Role.BUFFER, Role.CHANNEL_CONFIG, Role.PENDING, Role.SCRATCH)
SETTABLE = (Role.BODY_INPUT, Role.PROPERTY)
NEXT = "next_"  # what the name of a PENDING twin begins with
TEXT_AT = "at_"  # what the name of the place of a text or structure begins with


@dataclass(frozen=True)
class Member:
    """What stands on the right of an annotation: role, initial value, meaning."""

    role: Role
    initial: Any = None
    meaning: str = ""
    attributes: Mapping[str, str] = dataclasses.field(default_factory=dict)
    persistent: bool = False
    constant: bool = False


def fb_init(default: Any, meaning: str = "") -> Any:
    """An FB_init input with its default."""
    return Member(Role.INIT, default, meaning)


def config(meaning: str = "") -> Any:
    """A value that Configure computes and Reset keeps."""
    return Member(Role.CONFIG, None, meaning)


def body_input(meaning: str = "", initial: Any = None) -> Any:
    """An input of the block itself (VAR_INPUT) such as bPersistent: ``fb.bPersistent = True``."""
    return Member(Role.BODY_INPUT, initial, meaning)


def block_property(meaning: str = "", initial: Any = None) -> Any:
    """A property that can be read and set, such as fTolerance."""
    return Member(Role.PROPERTY, initial, meaning)


def channel_config(meaning: str = "", initial: Any = 0) -> Any:
    """An array with one element per channel that Configure takes over from what ConfigureChannel stored.

    Declaring ``limit`` makes two: kernels read `limit`, ConfigureChannel writes `next_limit`.
    """
    return Member(Role.CHANNEL_CONFIG, initial, meaning)


def output(meaning: str = "", initial: Any = None) -> Any:
    """An output, in the vendor's order; `initial` is its value after Configure and Reset."""
    return Member(Role.OUTPUT, initial, meaning)


def state(meaning: str = "", initial: Any = None) -> Any:
    """A private value that lives from call to call."""
    return Member(Role.STATE, initial, meaning)


def buffer(meaning: str = "", initial: Any = 0) -> Any:
    """A private array; Configure says how many elements, Reset fills it with `initial`."""
    return Member(Role.BUFFER, initial, meaning)


def scratch(meaning: str = "", initial: Any = 0) -> Any:
    """A private array whose content means nothing between two calls; snapshots leave it out."""
    return Member(Role.SCRATCH, initial, meaning)


def variable_member(meaning: str = "", initial: Any = None) -> Any:
    """A member that anybody may read and assign, such as the raw value of FB_ALY_DateTime."""
    return Member(Role.VARIABLE, initial, meaning)


def var(
    meaning: str = "",
    initial: Any = None,
    *,
    persistent: bool = False,
    constant: bool = False,
    attributes: Mapping[str, str] | None = None,
    **more_attributes: str,
) -> Any:
    """A variable with what TwinCAT can say about it: comment, initial value, flags and attributes.

        fSpeed: LREAL = var("speed of the belt", 1.5, persistent=True, DisplayMin="0", DisplayMax="20")

    Attributes whose names are no Python names go into `attributes`. `TcEncoding="UTF-8"` makes a STRING hold UTF-8.
    """
    known = dict(attributes or {}) | more_attributes
    return Member(Role.VARIABLE, initial, meaning, known, persistent, constant)


@dataclass(frozen=True)
class Field:
    """One declared member of a class."""

    name: str
    type: IecType
    role: Role
    initial: Any
    meaning: str = ""
    attributes: Mapping[str, str] = dataclasses.field(default_factory=dict)
    persistent: bool = False
    constant: bool = False


def declared_fields(cls: type, plain: Role | None = None) -> list[Field]:
    """The members of a class, base classes first, each class in its own order.

    `plain` is the role of annotated members with an ordinary default or none (programs); without it such
    annotations are left alone (blocks).
    """
    fields: dict[str, Field] = {}
    for base in reversed(cls.__mro__):
        own = vars(base).get("__annotations__", {})
        hints = get_type_hints(base, include_extras=True) if own else {}
        for name in own:
            default = vars(base).get(name)
            member = default if isinstance(default, Member) else vars(base).get("_members", {}).get(name)
            if member is None:
                if plain is None or name.startswith("_"):
                    continue
                member = Member(plain, default)
            kind = iec_type(hints[name], f"{cls.__name__}.{name}")
            if plain is Role.VARIABLE:
                kind = kind.as_variable()
            if _attribute(member, "TcEncoding").upper() == "UTF-8":
                kind = kind.encoded("utf-8")
            initial = kind.initial
            if member.initial is not None and kind.ctype is not None:
                initial = kind.check(member.initial, f"{cls.__name__}.{name}")
            if name in fields and fields[name].type.name != kind.name:
                raise DeclarationError(f"{cls.__name__}.{name}: a base class declares it as {fields[name].type}")
            more = (member.attributes, member.persistent, member.constant)
            fields[name] = Field(name, kind, member.role, initial, member.meaning, *more)
            if member.role is Role.CHANNEL_CONFIG:
                fields[NEXT + name] = Field(NEXT + name, kind, Role.PENDING, initial, member.meaning)
            if kind.ctype is not None and not kind.is_number and member.role in (Role.OUTPUT, Role.STATE):
                fields[TEXT_AT + name] = Field(TEXT_AT + name, iec_type(LINT), Role.CONFIG, 0)
    return list(fields.values())


def _attribute(member: Member, name: str) -> str:
    """An attribute's value, its name without regard to case."""
    return next((value for key, value in member.attributes.items() if key.lower() == name.lower()), "")


def variable_fields(cls: type, reserved: Callable[[], type], allow_bits: bool) -> list[Field]:
    """The members of a class that declares plain variables; DeclarationError names class, member and reason."""
    fields = _known_fields(cls)
    seen: dict[str, str] = {}
    for field in fields:
        where = f"{cls.__name__}.{field.name}"
        if field.role is not Role.VARIABLE or field.type.ctype is None:
            raise DeclarationError(f"{where}: only plain variables can be declared here, not {field.type}")
        if field.type.is_bit and not allow_bits:
            raise DeclarationError(f"{where}: BIT is for members of structures and function blocks; use BOOL")
        if hasattr(reserved(), field.name):
            raise DeclarationError(f"{where}: the name is taken by {reserved().__name__}.{field.name}")
        if seen.setdefault(field.name.lower(), field.name) != field.name:
            raise DeclarationError(f"{where}: differs from {seen[field.name.lower()]} by case only")
    hidden = [f.name for f in fields if f.name in vars(cls) and f.name not in vars(cls).get("__annotations__", {})]
    if hidden:
        raise DeclarationError(f"{cls.__name__}.{hidden[0]}: hides a variable of the base class; repeat its type")
    return fields


def _known_fields(cls: type) -> list[Field]:
    try:
        return declared_fields(cls, plain=Role.VARIABLE)
    except NameError as error:
        unknown = str(error.name)
        name = next((n for n, text in vars(cls)["__annotations__"].items() if unknown in str(text)), "?")
        raise DeclarationError(f"{cls.__name__}.{name}: {unknown} is not known in {cls.__module__}") from None


def members_of(cls: type, fields: Iterable[Field]) -> dict[str, Member]:
    """The members that a class itself declares, kept because properties take the place of the initial values."""
    own = vars(cls).get("__annotations__", {})
    defaults = {f.name: vars(cls).get(f.name) for f in fields if f.name in own}
    return {n: d if isinstance(d, Member) else Member(Role.VARIABLE, d) for n, d in defaults.items()}


class Layout:
    """The memory of a set of fields: `struct` for Python, `dtype` for numpy and numba, both the same bytes.

    Buffers are held as their byte offset from the start of the memory. Each member lies at the smaller of its alignment
    and `pack`, the size is rounded up to the largest of these; `has_header` puts an 8-byte pointer in front, as
    TwinCAT does with function blocks; a union has all members at offset 0.
    """

    def __init__(
        self, name: str, fields: Iterable[Field], pack: int = 8, has_header: bool = False, is_union: bool = False
    ) -> None:
        self.fields = [f for f in fields if f.type.ctype is not None]
        members: list[tuple[Any, ...]] = [(HEADER, ctypes.c_uint64)] if has_header else []
        for f in self.fields:
            kind = iec_type(LINT).ctype if f.role in BUFFERS else f.type.ctype
            members.append((f.name, kind, 1) if f.type.is_bit else (f.name, kind))
        options = {} if pack >= 8 else {"_pack_": pack, "_layout_": "ms"}
        base = ctypes.Union if is_union else ctypes.Structure
        self.struct: Any = type(f"{name}_memory", (base,), {**options, "_fields_": members})
        self.size = ctypes.sizeof(self.struct)
        self._bits = dict(self._bit_numbers())
        self.names = frozenset(f.name for f in self.fields)

    @cached_property
    def dtype(self) -> Any:
        """The structure as numpy and numba see it; a STRING is an array of bytes there."""
        plain = np.dtype(self.struct)
        if not any(plain[name].base.kind == "S" for name in plain.names or ()):
            return plain
        parts = {name: plain[name] for name in plain.names or ()}
        formats = [np.dtype(("u1", kind.shape)) if kind.base.kind == "S" else kind for kind in parts.values()]
        offsets = [int(getattr(self.struct, name).offset) for name in parts]
        return np.dtype({"names": list(parts), "formats": formats, "offsets": offsets, "itemsize": plain.itemsize})

    @cached_property
    def kernel_dtype(self) -> Any:
        """The members that are single numbers, as compiled code sees them.

        A text `sName` among the outputs or the state has a twin `at_sName`, its place: u8(m, m.at_sName, 256).
        """
        named = {f.name for f in self.fields if f.type.is_number}
        return np.dtype(
            {
                "names": [n for n in self.dtype.names if n in named],
                "formats": [self.dtype.fields[n][0] for n in self.dtype.names if n in named],
                "offsets": [self.dtype.fields[n][1] for n in self.dtype.names if n in named],
                "itemsize": self.size,
            }
        )

    def offset(self, name: str) -> int:
        """In bytes; of a BIT the byte that holds it."""
        if name in self._bits:
            return self._bits[name] // 8
        return int(getattr(self.struct, name).offset)

    def bit_offset(self, name: str) -> int:
        """In bits."""
        return self._bits.get(name, 8 * self.offset(name))

    def _bit_numbers(self) -> Iterator[tuple[str, int]]:
        """Neighbouring BIT members fill one byte after the other; any other member ends the byte."""
        end, bit = 0, 0  # end of the member before, number of the next bit or 0
        if self.fields and hasattr(self.struct, HEADER):
            end = 8
        for f in self.fields:
            if f.type.is_bit:
                bit = bit or 8 * end
                yield f.name, bit
                bit += 1
                end = (bit + 7) // 8
            else:
                end, bit = int(getattr(self.struct, f.name).offset) + ctypes.sizeof(f.type.ctype), 0

    def write_initial(self, memory: Any, roles: Iterable[Role]) -> None:
        for field in self.fields:
            if field.role in roles and field.role not in BUFFERS:
                if not field.type.is_number:  # a text leaves what lies behind its end
                    start = ctypes.addressof(memory) + self.offset(field.name)
                    ctypes.memset(start, 0, ctypes.sizeof(field.type.ctype))
                setattr(memory, field.name, field.initial)


def reader(field: Field) -> property:
    """A read-only attribute over the memory; the direct kinds are read without running Python code."""
    if field.type.ctype is None:
        return property(operator.attrgetter(f"_{field.name}"), doc=field.meaning)
    if field.type.is_direct:
        return property(operator.attrgetter(f"_m.{field.name}"), doc=field.meaning)
    to_python, view, name = field.type.to_python, field.type.view, field.name
    if field.type.is_live:
        return property(lambda self: view(getattr(self._m, name), name), doc=field.meaning)
    return property(lambda self: to_python(getattr(self._m, name)), doc=field.meaning)


def variable(field: Field) -> property:
    """A readable and writable attribute over the memory, with the type's conversion and range on writing."""
    check, name = field.type.check, field.name

    def write(self: Any, value: Any) -> None:
        setattr(self._m, name, check(value, name))

    def refuse(self: Any, value: Any) -> None:
        raise WrongType(f"{name}: {value!r} cannot be assigned, {name} is a constant")

    if field.constant:
        return reader(field).setter(refuse)

    return reader(field).setter(write)
