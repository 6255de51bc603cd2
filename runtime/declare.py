"""One declaration, many readers: the annotated members of a class become its memory, attributes and symbols.

    class FB_Mine(AlgorithmBlock):
        nCount: UDINT = output("number of events")
        last: BOOL = state()

`declared_fields(cls)` lists the members in order, `Layout` lays them out as one C structure which is at the same
time a numpy dtype and (in a kernel) a numba record. The alignment is the natural one, as TwinCAT's pack mode 8.
"""

import ctypes
import enum
import operator
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any, get_type_hints

import numpy as np

from .errors import DeclarationError
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


BUFFERS = (Role.BUFFER, Role.CHANNEL_CONFIG, Role.PENDING, Role.SCRATCH)
SETTABLE = (Role.BODY_INPUT, Role.PROPERTY)
NEXT = "next_"  # what the name of a PENDING twin begins with


@dataclass(frozen=True)
class Member:
    """What stands on the right of an annotation: role, initial value, meaning."""

    role: Role
    initial: Any = None
    meaning: str = ""


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


@dataclass(frozen=True)
class Field:
    """One declared member of a class."""

    name: str
    type: IecType
    role: Role
    initial: Any
    meaning: str = ""


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
            initial = kind.initial
            if member.initial is not None and kind.ctype is not None:
                initial = kind.check(member.initial, f"{cls.__name__}.{name}")
            if name in fields and fields[name].type.name != kind.name:
                raise DeclarationError(f"{cls.__name__}.{name}: a base class declares it as {fields[name].type}")
            fields[name] = Field(name, kind, member.role, initial, member.meaning)
            if member.role is Role.CHANNEL_CONFIG:
                fields[NEXT + name] = Field(NEXT + name, kind, Role.PENDING, initial, member.meaning)
    return list(fields.values())


class Layout:
    """The memory of a set of fields: `struct` for Python, `dtype` for numpy and numba, both the same bytes.

    Buffers are held as their byte offset from the start of the memory.
    """

    def __init__(self, name: str, fields: Iterable[Field]) -> None:
        self.fields = [f for f in fields if f.type.ctype is not None]
        members = [(f.name, iec_type(LINT).ctype if f.role in BUFFERS else f.type.ctype) for f in self.fields]
        self.struct: Any = type(f"{name}_memory", (ctypes.Structure,), {"_fields_": members})
        self.dtype = np.dtype(self.struct)
        self.size = ctypes.sizeof(self.struct)

    def offset(self, name: str) -> int:
        return int(getattr(self.struct, name).offset)

    def write_initial(self, memory: Any, roles: Iterable[Role]) -> None:
        for field in self.fields:
            if field.role in roles and field.role not in BUFFERS:
                setattr(memory, field.name, field.initial)


def reader(field: Field) -> property:
    """A read-only attribute over the memory; the direct kinds are read without running Python code."""
    if field.type.ctype is None:
        return property(operator.attrgetter(f"_{field.name}"), doc=field.meaning)
    if field.type.is_direct:
        return property(operator.attrgetter(f"_m.{field.name}"), doc=field.meaning)
    to_python, name = field.type.to_python, field.name
    return property(lambda self: to_python(getattr(self._m, name)), doc=field.meaning)


def variable(field: Field) -> property:
    """A readable and writable attribute over the memory, with the type's conversion and range on writing."""
    check, name = field.type.check, field.name

    def write(self: Any, value: Any) -> None:
        setattr(self._m, name, check(value, name))

    return reader(field).setter(write)
