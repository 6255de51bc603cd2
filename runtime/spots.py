"""Paths into structures, arrays and through pointers: one value in the memory of variables, to be read and stored."""

import ctypes
import operator
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING, Any

from .composite import ArrayType, OutOfBounds, StructType, put
from .declare import Field
from .errors import UnknownName, WrongType
from .iec import IecType, PointerType, ReferenceType, behind_alias

if TYPE_CHECKING:
    from .program import Variables

ADDRESS_SHIFT = 32  # an address is (number of the root, from 1) << 32 | byte in its memory


@dataclass(frozen=True)
class Spot:
    """A value in memory: its path and type, and how it is read and stored in memory form.

    is_fixed: FALSE behind a pointer or a reference, whose value may change.
    """

    path: str
    kind: IecType
    read: Callable[[], Any]
    store: Callable[[Any], None]
    address: int
    meaning: str = ""
    is_constant: bool = False
    is_fixed: bool = True

    def value(self) -> Any:
        return self.kind.view(self.read(), self.path)


def spot_of(path: str, memory: Any, field: Field) -> Spot:
    """A declared variable."""
    address = ctypes.addressof(memory) + (0 if field.type.is_bit else int(getattr(type(memory), field.name).offset))
    read, store = partial(getattr, memory, field.name), partial(setattr, memory, field.name)
    return Spot(path, field.type, read, store, address, field.meaning, field.constant)


def follow(spot: Spot, steps: list[tuple[str, str, str]], roots: "list[Variables]") -> Spot:
    """The value at the end of a path of (member, index, ^) steps; LookupError where there is none."""
    for name, index, _ in steps:
        spot = _through(spot, roots, ReferenceType)
        kind, raw = behind_alias(spot.kind), spot.read()
        if name and isinstance(kind, StructType):
            found = kind.by_name[name.strip().lower()]
            inner = spot_of(f"{spot.path}.{found.name}", raw, found)
            constant = spot.is_constant or inner.is_constant
            spot = _with(inner, constant, spot.is_fixed)
        elif index and isinstance(kind, ArrayType):
            try:
                position = kind.position(tuple(int(part) for part in index.split(",")), spot.path)
            except (OutOfBounds, WrongType) as error:
                raise UnknownName(str(error)) from None
            text = ",".join(map(str, kind.index(position)))
            read, store = partial(operator.getitem, raw, position), partial(put, raw, position)
            address = spot.address + position * ctypes.sizeof(kind.element.ctype)
            path = f"{spot.path}[{text}]"
            spot = Spot(path, kind.element, read, store, address, spot.meaning, spot.is_constant, spot.is_fixed)
        elif not name and not index and isinstance(kind, PointerType):
            spot = _through(spot, roots, PointerType, "^")
        else:
            raise LookupError(spot.path)
    return _through(spot, roots, ReferenceType)


def _with(spot: Spot, is_constant: bool, is_fixed: bool) -> Spot:
    if (spot.is_constant, spot.is_fixed) == (is_constant, is_fixed):
        return spot
    return Spot(spot.path, spot.kind, spot.read, spot.store, spot.address, spot.meaning, is_constant, is_fixed)


def _through(spot: Spot, roots: "list[Variables]", wanted: type[PointerType], mark: str = "") -> Spot:
    """What a pointer or reference points to; anything else is left as it is."""
    kind = behind_alias(spot.kind)
    if not isinstance(kind, wanted):
        return spot
    number, offset = divmod(spot.read(), 1 << ADDRESS_SHIFT)
    size = ctypes.sizeof(kind.target.ctype)
    if not 0 < number <= len(roots) or offset + size > roots[number - 1]._layout.size:
        raise UnknownName(f"{spot.path}: points to nothing")
    memory = (kind.target.ctype * 1).from_buffer(roots[number - 1]._m, offset)
    read, store = partial(operator.getitem, memory, 0), partial(put, memory, 0)
    address = ctypes.addressof(memory)
    return Spot(f"{spot.path}{mark}", kind.target, read, store, address, spot.meaning, False, False)
