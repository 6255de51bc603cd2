"""The online change: a Plc goes over to a changed project between two cycles, and its values stay.

As on a controller (conventions of TwinCAT, "Remanent data and online change"): there is no restart and nothing is
initialised that was there before. Variables, blocks and simple attributes are known by their path. What is new, or has
another type, begins as the new project made it; initial values and Configure calls of what was there before are not
looked at. Cycle counters go on, FirstCycle stays FALSE, OnlineChangeCnt counts.

Chosen: members of structures and elements of arrays are carried over one by one, so a structure may grow. Constants,
pointers and references are those of the new project; what was pointed to lies elsewhere now. So are the links, but what
they join keeps its state. The tasks must be the same, and a task with a bridge or a recorder cannot be changed online.
"""

import ctypes
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import numpy as np

from . import plcfile
from .composite import ArrayType, StructType
from .dctime import format_duration
from .declare import Layout
from .errors import AlycatError, PlcError, SnapshotError
from .iec import IecType, PointerType, behind_alias
from .program import Variables
from .symbols import SYSTEM_LIST

if TYPE_CHECKING:
    from .plc import Plc
    from .task import Task


@dataclass(frozen=True)
class OnlineChange:
    """What became of the symbols: paths that are new, that are gone, and that begin anew although they were there.

    initial: the state that the new project begins with, None where it cannot be stored.
    """

    added: list[str]
    removed: list[str]
    initialised: list[str]
    initial: plcfile.Image | None = field(default=None, repr=False)


def change(plc: "Plc", new: "Plc") -> OnlineChange:
    """Take over programs, lists and links of a project that has not run; PlcError, and no change, if that cannot be.

    To be called between two cycles; `new` is used up.
    """
    _check(plc, new)
    before, after = _paths(plc), _paths(new)
    initial = _initial(new)
    initialised = _Carrier(plc).carry(new)
    new.start_ns, new.clock = plc.start_ns, plc.clock  # what its signals count from
    _swap(plc, new)
    plc.app_info.OnlineChangeCnt += 1
    return OnlineChange(
        [path for key, path in after.items() if key not in before],
        [path for key, path in before.items() if key not in after],
        initialised,
        initial,
    )


def _check(plc: "Plc", new: "Plc") -> None:
    if new is plc or new.is_running or any(task.cycles for task in new.tasks):
        raise PlcError(f"{new.name}: an online change needs a new project that has not run")
    found, wanted = [_grid(task) for task in new.tasks], [_grid(task) for task in plc.tasks]
    if found != wanted:
        raise PlcError(
            f"{plc.name}: an online change cannot change tasks; {'; '.join(wanted)} became {'; '.join(found) or 'none'}"
        )
    for task in (*plc.tasks, *new.tasks):
        if task.devices or task.recorders:
            raise PlcError(f"{task.name}: a task with a bridge or a recorder cannot be changed online")


def _grid(task: "Task") -> str:
    offset = f" from {format_duration(task.start_offset_ns)} on" if task.start_offset_ns else ""
    strict = ", strict" if task.strict else ""
    return f"{task.name} every {format_duration(task.cycle_time_ns)}{offset}, priority {task.priority}{strict}"


def _paths(plc: "Plc") -> dict[str, str]:
    return {path.lower(): path for path in plc.symbols if not path.startswith(SYSTEM_LIST)}


def _initial(new: "Plc") -> plcfile.Image | None:
    try:
        return plcfile.image_of(new)
    except SnapshotError:
        return None


def _swap(plc: "Plc", new: "Plc") -> None:
    """Put the new programs, lists and links in place of the old ones, or leave everything as it was."""
    kept = [(list(task.programs), list(task.links)) for task in plc.tasks], list(plc.globals)
    try:
        _install(plc, [(task.programs, task.links) for task in new.tasks], new.globals)
    except AlycatError:
        _install(plc, *kept)
        raise


def _install(plc: "Plc", tasks: Iterable[tuple[list[Any], list[Any]]], lists: list[Any]) -> None:
    plc.globals[:] = lists
    for task, (programs, links) in zip(plc.tasks, tasks, strict=True):
        task.programs[:], task.links[:] = programs, links
        for _, program in programs:
            program._task = task
    for task in plc.tasks:
        task.bind()


class _Carrier:
    """Carries the values of a Plc into the objects of a new project."""

    def __init__(self, plc: "Plc") -> None:
        self._roots = {name.lower(): root for name, root in plc.roots()}
        self._links = {link.name: link for task in plc.tasks for link in task.links}
        self._initialised: list[str] = []

    def carry(self, new: "Plc") -> list[str]:
        """Returns the paths that were there before and begin anew all the same."""
        for name, root in new.roots():
            former = self._roots.get(name.lower())
            if former is not None:
                self._memory, self._former = _bytes_of(root), _bytes_of(former)
                self._members(name, root._layout, 0, former._layout, 0)
                self._attributes(name, root, former)
        for link in (link for task in new.tasks for link in task.links):
            if link.name in self._links:
                self._item(f"{link.name}, source", link.source, self._links[link.name].source)
                self._item(f"{link.name}, target", link.target, self._links[link.name].target)
        return self._initialised

    # --- variables: places are bytes in the memory of a program ------------------------------------------------------

    def _members(self, path: str, layout: Layout, start: int, former: Layout, old_start: int) -> None:
        by_name = {f.name.lower(): f for f in former.fields}
        for f in layout.fields:
            old = by_name.get(f.name.lower())
            if old is None or f.constant:
                continue
            if f.type.is_bit and old.type.is_bit:
                place, old_place = layout.bit_offset(f.name), former.bit_offset(old.name)
                self._bit(8 * start + place, 8 * old_start + old_place)
            else:
                place, old_place = layout.offset(f.name), former.offset(old.name)
                self._value(f"{path}.{f.name}", f.type, start + place, old.type, old_start + old_place)

    def _value(self, path: str, kind: IecType, start: int, old_kind: IecType, old_start: int) -> None:
        kind, old_kind = behind_alias(kind), behind_alias(old_kind)
        if kind.shape == old_kind.shape and not _has_address(kind):
            size = ctypes.sizeof(kind.ctype)
            self._memory[start : start + size] = self._former[old_start : old_start + size]
        elif isinstance(kind, StructType) and isinstance(old_kind, StructType) and not kind.is_union:
            self._members(path, kind.layout, start, old_kind.layout, old_start)
        elif (
            isinstance(kind, ArrayType) and isinstance(old_kind, ArrayType) and len(kind.bounds) == len(old_kind.bounds)
        ):
            self._elements(path, kind, start, old_kind, old_start)
        elif not isinstance(kind, PointerType):
            self._initialised.append(path)

    def _elements(self, path: str, kind: ArrayType, start: int, old_kind: ArrayType, old_start: int) -> None:
        """The elements of the same indices."""
        step, old_step = ctypes.sizeof(kind.element.ctype), ctypes.sizeof(old_kind.element.ctype)
        for position in range(kind.count):
            index = kind.index(position)
            if all(low <= i <= high for i, (low, high) in zip(index, old_kind.bounds, strict=True)):
                place = old_start + old_step * old_kind.position(index, path)
                text = ",".join(map(str, index))
                self._value(f"{path}[{text}]", kind.element, start + step * position, old_kind.element, place)

    def _bit(self, place: int, old_place: int) -> None:
        mask = 1 << place % 8
        is_set = self._former[old_place // 8] >> old_place % 8 & 1
        self._memory[place // 8] = self._memory[place // 8] & ~mask | mask * is_set

    # --- attributes and what holds a state of its own ----------------------------------------------------------------

    def _attributes(self, path: str, root: Variables, former: Variables) -> None:
        present = vars(former)
        for name, value in list(vars(root).items()):
            if name not in present or name in root.transient:
                continue
            old = present[name]
            if isinstance(value, np.ndarray) and isinstance(old, np.ndarray):
                if (value.dtype, value.shape) == (old.dtype, old.shape):
                    value[...] = old
                else:
                    self._initialised.append(f"{path}.{name}")
            elif plcfile.is_value(value) and plcfile.is_value(old):
                setattr(root, name, old)
            else:
                self._item(f"{path}.{name}", value, old)

    def _item(self, path: str, thing: Any, old: Any) -> None:
        """A block or anything else with a state, or what a container holds under the same keys."""
        if plcfile.is_stateful(thing):
            try:
                thing.load(old.snapshot())
            except (AlycatError, AttributeError, ValueError, LookupError):
                self._initialised.append(path)
        elif isinstance(thing, dict) and isinstance(old, dict):
            for key in [key for key in thing if key in old]:
                self._item(f"{path}[{key}]", thing[key], old[key])
        elif isinstance(thing, (list, tuple)) and isinstance(old, (list, tuple)):
            for index, (item, former) in enumerate(zip(thing, old, strict=False)):
                self._item(f"{path}[{index}]", item, former)


def _bytes_of(root: Variables) -> memoryview:
    return memoryview(root._m).cast("B")


def _have_equal_rank(kind: ArrayType, other: ArrayType) -> bool:
    return len(kind.bounds) == len(other.bounds)


def _has_address(kind: IecType) -> bool:
    kind = behind_alias(kind)
    if isinstance(kind, ArrayType):
        return _has_address(kind.element)
    if isinstance(kind, StructType):
        return any(_has_address(f.type) for f in kind.layout.fields)
    return isinstance(kind, PointerType)
