"""Where every variable of a Plc lies in the data area, and how a path leads there."""

import re
from bisect import bisect_right
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from typing import Any

from ..block import Block
from ..composite import ArrayType, OutOfBounds, StructType
from ..declare import Field
from ..errors import WrongType
from ..iec import IecType, PointerType, ReferenceType, behind_alias
from ..plc import Plc
from ..program import Variables
from ..spots import ADDRESS_SHIFT
from ..symbols import SYSTEM_LIST
from .area import HEADER_BYTES, Area, view_of
from .groups import DATA, DATA_BITS
from .model import AdsError, AdsErrorCode, DataType, Location
from .typemap import TypeMap, ads_id, mirror, size_of, variables_type, wrapped_block

CACHED_PATHS = 50_000
_STEP = re.compile(r"\.([^.\[\]^]+)|\[([^\[\]]*)\]|(\^)")
_INDEX = re.compile(r"[+-]?\d{1,10}")


@dataclass(frozen=True)
class Place:
    """A variable, member or element: its type, its address in bits, and what was declared about it."""

    path: str
    kind: IecType
    bit: int
    comment: str = ""
    attributes: dict[str, str] = field(default_factory=dict)
    is_read_only: bool = False
    is_persistent: bool = False
    is_fixed: bool = True  # FALSE behind a pointer or reference
    reference: str = ""  # of a reference: the name of the type it refers to

    @property
    def start(self) -> int:
        return self.bit // 8

    @property
    def end(self) -> int:
        return self.start + size_of(self.kind)

    def location(self, type_name: str) -> Location:
        is_bit = self.kind.is_bit
        return Location(
            self.path,
            DATA_BITS if is_bit else DATA,
            self.bit if is_bit else self.start,
            size_of(self.kind),
            type_name,
            ads_id(self.kind),
            self.comment,
            self.attributes,
            self.is_read_only,
            self.is_persistent,
            is_bit,
            bool(self.reference),
            self.is_fixed,
        )

    def member(self, owner: StructType, f: Field) -> "Place":
        return replace(
            self,
            path=f"{self.path}.{f.name}",
            kind=f.type,
            bit=self.bit + owner.layout.bit_offset(f.name),
            comment=f.meaning,
            attributes=dict(f.attributes),
            is_read_only=self.is_read_only or f.constant,
            is_persistent=self.is_persistent or f.persistent,
            reference="",
        )

    def element(self, owner: ArrayType, position: int) -> "Place":
        index = ",".join(map(str, owner.index(position)))
        bit = self.bit + 8 * position * size_of(owner.element)
        return replace(self, path=f"{self.path}[{index}]", kind=owner.element, bit=bit, reference="")


class Plan:
    """The symbols of one Plc as it is now; made anew when the project changes."""

    def __init__(self, plc: Plc, flat: bool = False) -> None:
        self.plc, self.flat = plc, flat
        self.area, self.types = Area(), TypeMap()
        self.places: list[Place] = []
        self.containers: list[tuple[dict[str, Any], str, Any]] = []  # lists and dicts that hold blocks
        self.root_starts: list[int] = []
        self._found: dict[str, tuple[Place, Location]] = {}
        self._build()
        self._by_path = {p.path.lower(): p for p in self.places}
        self._sorted = sorted(self.places, key=lambda p: p.start)
        self._starts = [p.start for p in self._sorted]
        self._list = [p for place in self.places for p in self._listed(place)]
        self._fixed = [self._location(p) for p in self._list]

    @property
    def signature(self) -> list[Any]:
        """What clients may have remembered; equal for equal symbol tables."""
        return [self._fixed, self.types.all()]

    def symbols(self) -> list[Location]:
        """What clients can list; a reference is listed as what it refers to now."""
        pairs = zip(self._list, self._fixed, strict=True)
        return [self._location(self._referred(p)) if _is_reference(p) else fixed for p, fixed in pairs]

    # --- placing -----------------------------------------------------------------------------------------------------

    def _build(self) -> None:
        roots = self.plc.roots()
        places = [list(self._variables(name, root)) for name, root in roots]  # all roots first: their order is fixed
        for (name, root), variables in zip(roots, places, strict=True):
            self.places += [self._unwrapped(place, root) for place in variables]
            for key, value in vars(root).items():
                self._place_blocks(f"{name}.{key}", vars(root), key, value)
        infos = [task.info for task in self.plc.tasks]
        if infos:
            kind = ArrayType(variables_type(type(infos[0])), [(1, len(infos))])
            self._place(f"{SYSTEM_LIST}._TaskInfo", kind, "the tasks by index", is_read_only=True)
            for info in infos:
                self._show(info)
        self._place(f"{SYSTEM_LIST}._AppInfo", variables_type(type(self.plc.app_info)), "this Plc", is_read_only=True)
        self._show(self.plc.app_info)

    def _variables(self, name: str, root: Variables) -> Iterator[Place]:
        start = self.area.align()
        self.root_starts.append(start)
        self._show(root)
        for f in root._layout.fields:
            bit = 8 * (start + root._layout.offset(f.name))
            attributes = dict(f.attributes)
            yield Place(f"{name}.{f.name}", f.type, bit, f.meaning, attributes, f.constant, f.persistent)

    def _unwrapped(self, place: Place, root: Variables) -> Place:
        """A variable that wraps a value is shown as a function block, elsewhere."""
        block = wrapped_block(behind_alias(place.kind))
        if block is None:
            return place
        start, offset = self.area.align(), root._layout.offset(place.path.partition(".")[2])
        self.area.pad(start + HEADER_BYTES)
        self.area.show(lambda: view_of(root._m), offset, size_of(block) - HEADER_BYTES)
        return replace(place, kind=block, bit=8 * start)

    def _place_blocks(self, path: str, container: Any, key: Any, value: Any) -> None:
        """A block, a list of blocks of one class as an array, or all blocks in a container one by one."""
        if isinstance(value, Block):
            self._place(path, mirror(type(value)))
            self.area.show_block(container, key)
        elif isinstance(value, (list, tuple, dict)) and value:
            if container is not value and isinstance(container, dict):
                self.containers.append((container, key, value))
            classes = {type(item) for item in value} if not isinstance(value, dict) else set()
            cls = classes.pop() if len(classes) == 1 else None
            if cls and issubclass(cls, Block):
                self._place(path, ArrayType(mirror(cls), [(0, len(value) - 1)]))
                for index in range(len(value)):
                    self.area.show_block(value, index)
                return
            for index, item in list(value.items() if isinstance(value, dict) else enumerate(value)):
                self._place_blocks(f"{path}[{index}]", value, index, item)

    def _place(self, path: str, kind: IecType, comment: str = "", is_read_only: bool = False) -> None:
        self.places.append(Place(path, kind, 8 * self.area.align(), comment, is_read_only=is_read_only))

    def _show(self, root: Variables) -> None:
        self.area.show(lambda: view_of(root._m))

    def _listed(self, place: Place) -> Iterator[Place]:
        yield place
        kind = behind_alias(place.kind)
        if self.flat and isinstance(kind, StructType):
            for f in kind.layout.fields:
                yield from self._listed(place.member(kind, f))

    # --- looking up --------------------------------------------------------------------------------------------------

    def find(self, path: str) -> Location:
        return self._look_up(path)[1]

    def place(self, path: str) -> Place:
        return self._look_up(path)[0]

    def around(self, start: int) -> Place | None:
        """The top-level symbol that holds an address."""
        index = bisect_right(self._starts, start) - 1
        place = self._sorted[index] if index >= 0 else None
        return place if place and start < place.end else None

    def type(self, name: str) -> DataType:
        return self.types[name]

    def _look_up(self, path: str) -> tuple[Place, Location]:
        key = path.lower()
        found = self._found.get(key)
        if found is None:
            place = self._resolve(path, key)
            found = place, self._location(place)
            if place.is_fixed:
                if len(self._found) >= CACHED_PATHS:
                    self._found.clear()
                self._found[key] = found
        return found

    def _location(self, place: Place) -> Location:
        name = self.types.add(place.kind)
        return place.location(name)

    def _resolve(self, path: str, key: str) -> Place:
        place, rest = self._root(path, key)
        position = 0
        while position < len(rest):
            step = _STEP.match(rest, position)
            if step is None:
                raise _unknown(path)
            place = self._step(place, step[1], step[2], path)
            position = step.end()
        return self._referred(place)

    def _root(self, path: str, key: str) -> tuple[Place, str]:
        """The longest top-level name that the path begins with, and the rest."""
        end = len(key)
        while end > 0:
            place = self._by_path.get(key[:end])
            if place:
                return place, path[end:]
            end = max(key.rfind(mark, 0, end) for mark in ".[^")
        raise _unknown(path)

    def _step(self, place: Place, name: str | None, index: str | None, path: str) -> Place:
        place = self._referred(place)
        kind = behind_alias(place.kind)
        if name is not None and isinstance(kind, StructType):
            f = kind.by_name.get(name.strip().lower())
            if f:
                return place.member(kind, f)
        elif index is not None and isinstance(kind, ArrayType):
            return place.element(kind, _position(kind, index, place.path))
        elif name is None and index is None and isinstance(kind, PointerType):
            return self._target(place, kind, f"{place.path}^")
        raise _unknown(path)

    def _referred(self, place: Place) -> Place:
        """What a reference refers to, the reference itself as long as it refers to nothing; or the place as it is."""
        kind = behind_alias(place.kind)
        if not isinstance(kind, ReferenceType):
            return place
        try:
            return replace(self._target(place, kind, place.path), reference=kind.target.name)
        except AdsError:
            return replace(place, is_fixed=False)

    def _target(self, place: Place, kind: PointerType, path: str) -> Place:
        """What a pointer points to; SYMBOL_NOT_FOUND while it points to nothing."""
        cell = next(self.area.cells_in(place.start, place.end))
        first = cell.offset + place.start - cell.start
        number, offset = divmod(int.from_bytes(cell.memory()[first : first + 8], "little"), 1 << ADDRESS_SHIFT)
        roots = self.plc.roots()
        if not 0 < number <= len(roots) or offset + size_of(kind.target) > roots[number - 1][1]._layout.size:
            raise AdsError(AdsErrorCode.SYMBOL_NOT_FOUND, f"{path}: points to nothing")
        start = self.root_starts[number - 1] + offset
        return replace(place, path=path, kind=kind.target, bit=8 * start, is_fixed=False)


def _is_reference(place: Place) -> bool:
    return isinstance(behind_alias(place.kind), ReferenceType)


def _position(kind: ArrayType, text: str, path: str) -> int:
    parts = [part.strip() for part in text.split(",")]
    if not all(_INDEX.fullmatch(part) for part in parts):
        raise _unknown(path)
    try:
        return kind.position(tuple(map(int, parts)), path)
    except (OutOfBounds, WrongType) as error:
        raise AdsError(AdsErrorCode.SYMBOL_NOT_FOUND, str(error)) from None


def _unknown(path: str) -> AdsError:
    return AdsError(AdsErrorCode.SYMBOL_NOT_FOUND, path[:255])
