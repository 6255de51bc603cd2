"""The symbol table: every variable and block output by its instance path, `MAIN.fbDenStream.nClusterIdx`.

Paths are case-insensitive, as in TwinCAT, and resolved when asked for, so the table is never out of date. Lists, tuples
and dicts of blocks are written `MAIN.fb[1]`, with the index or key that Python uses. What is behind an output, such as
`fbTimeLastEvent.nRaw` or `ipResultMessage.nEventId`, is found by attribute. Structures and arrays are gone into as in
TwinCAT: `MAIN.stPoint.x`, `GVL.aGrid[2,1].x`, `MAIN.pValue^`; a REFERENCE is gone through by itself.
"""

import ctypes
import enum
import operator
import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING, Any

from .block import Block
from .declare import Field, Role
from .errors import UnknownName, WrongType, one_of, resembling
from .iec import (
    BOOL,
    DT,
    DWORD,
    LINT,
    LREAL,
    OTCID,
    STRING,
    UDINT,
    UINT,
    ULINT,
    IecType,
    PointerType,
    behind_alias,
    iec_type,
    string,
)
from .program import Variables
from .spots import ADDRESS_SHIFT, Spot, follow, spot_of

if TYPE_CHECKING:
    from .plc import Plc

SYSTEM_LIST = "TwinCAT_SystemInfoVarList"
_STEP = re.compile(r"\.([^.\[\]^]+)|\[([^\[\]]+)\]|(\^)")
_STEPS = re.compile(rf"(?:{_STEP.pattern})*")
_TYPE_OF_VALUE: dict[type, Any] = {bool: BOOL, int: LINT, float: LREAL, str: STRING}


_WRITABLE = (Role.VARIABLE, Role.BODY_INPUT)


class EPlcPersistentStatus(enum.IntEnum):
    """State of the persistent data (tc3_plc_intro 714818699)."""

    PS_None = 0
    PS_All = 1
    PS_Partial = 2


class PlcAppSystemInfo(Variables):
    """Names, types and order of TwinCAT's structure (tc3_plc_intro 714818699)."""

    ObjId: OTCID
    TaskCnt: UDINT
    OnlineChangeCnt: UDINT
    Flags: DWORD
    AdsPort: UINT = 851
    BootDataLoaded: BOOL  # TRUE once a snapshot was restored
    OldBootData: BOOL  # TRUE when that was the previous one, kept as .bak
    AppTimestamp: DT
    KeepOutputsOnBP: BOOL
    ShutdownInProgress: BOOL
    LicensesPending: BOOL
    BSODOccured: BOOL
    LoggedIn: BOOL
    PersistentStatus: EPlcPersistentStatus
    TComSrvPtr: ULINT  # a pointer in TwinCAT; always 0
    AppName: string(63)  # type: ignore[valid-type]
    ProjectName: string(63)  # type: ignore[valid-type]
    ActivePlcForces: BOOL
    ActiveIoForces: BOOL


@dataclass(frozen=True)
class Symbol:
    """One symbol: how to read it and, if it may be written, how to write it."""

    path: str
    type: IecType | None  # None: a whole block, or a value of no IEC type
    type_name: str
    meaning: str
    read: Callable[[], Any]
    store: Callable[[Any], None] | None = None  # takes what `type.check` returns
    is_constant: bool = False

    @property
    def writable(self) -> bool:
        return self.store is not None

    def write(self, value: Any) -> None:
        """Write a checked value; WrongType for a symbol that only its block may write."""
        self.writer(self.path)(value)

    def writer(self, name: str) -> Callable[[Any], None]:
        """A function that checks a value, under `name` in its errors, and writes it."""
        if self.store is None or self.type is None:
            reason = "a constant" if self.is_constant else "written by its block only"
            raise WrongType(f"{self.path} is {reason}; program and global variables can be written")
        check, store = self.type.check, self.store
        return lambda value: store(check(value, name))


class SymbolTable(Mapping[str, Symbol]):
    """The symbols of one Plc; iteration yields the paths of all variables and outputs in declaration order."""

    def __init__(self, plc: "Plc") -> None:
        self._plc = plc

    def __getitem__(self, path: str) -> Symbol:
        try:
            return self._resolve(path)
        except UnknownName:  # says more than that there is none
            raise
        except (LookupError, AttributeError, StopIteration, ValueError):
            raise UnknownName(self._unknown(path)) from None

    def __iter__(self) -> Iterator[str]:
        for name, root in self._roots():
            yield from (f"{name}.{field.name}" for field in root._layout.fields)
            for path, block in blocks_of(root):
                yield from (f"{name}.{path}.{field.name}" for field in _visible(block))

    def __len__(self) -> int:
        return sum(1 for _ in self)

    def _unknown(self, path: str) -> str:
        close = resembling(path, self)
        return f"{path}: no such symbol" + (f"; close to it: {one_of(close)}" if close else "")

    def _roots(self) -> list[tuple[str, Variables]]:
        tasks = [(f"{SYSTEM_LIST}._TaskInfo[{t.index}]", t.info) for t in self._plc.tasks]
        return [*self._plc.roots(), *tasks, (f"{SYSTEM_LIST}._AppInfo", self._plc.app_info)]

    def address(self, path: str) -> int:
        """What a POINTER or REFERENCE to a program or global variable holds; WrongType for anything else.

        The number of the program or list, counted from 1 in the order of declaration, stands above the lower 32 bits,
        which hold the byte in its memory: the same in every process, so a snapshot keeps its meaning.
        """
        text, root, steps = self._split(path)
        spot = self._spot(text, root, steps) or self._spot(text, root, steps, always=True)
        roots = [r for _, r in self._plc.roots()]
        if spot is not None:
            for number, base in enumerate(roots, 1):
                offset = spot.address - ctypes.addressof(base._m)
                if 0 <= offset < base._layout.size:
                    return (number << ADDRESS_SHIFT) + offset
        raise WrongType(f"{path} has no address; only program and global variables have one")

    def _split(self, path: str) -> tuple[str, Variables, list[tuple[str, str, str]]]:
        """Name of the root, the root, and the steps from there."""
        text, root = next(e for e in self._roots() if f"{path}.".lower().startswith(f"{e[0]}.".lower()))
        rest = path[len(text) :]
        if not _STEPS.fullmatch(rest):
            raise LookupError(path)
        return text, root, _STEP.findall(rest)

    def _spot(self, text: str, root: Variables, steps: list[tuple[str, str, str]], always: bool = False) -> Spot | None:
        """What a path leads to in structures, arrays and behind pointers; None for variables of other types."""
        name = steps[0][0].lower() if steps else ""
        field = next((f for f in root._layout.fields if f.name.lower() == name), None)
        if field is None or not (always or field.type.is_live or isinstance(behind_alias(field.type), PointerType)):
            return None
        first = spot_of(f"{text}.{field.name}", root._m, field)
        return follow(first, steps[1:], [r for _, r in self._plc.roots()])

    def _resolve(self, path: str) -> Symbol:
        text, root, steps = self._split(path)
        spot = self._spot(text, root, steps)
        if spot is not None:
            return self._symbol(spot, text, root, steps)
        node: Any = root
        field: Field | None = None
        getters: list[Callable[[Any], Any]] = []
        lasting = True  # what an output returns is made anew at each reading, so writing to it would be lost
        for name, index, mark in steps:
            if mark:
                raise LookupError(path)
            lasting = lasting and field is None
            if name:
                attribute, field = _member(node, name)
                text += f".{attribute}"
                getters.append(operator.attrgetter(attribute))
            else:
                key, field = _key(node, index), None
                text += f"[{key}]"
                getters.append(operator.itemgetter(key))
            parent, node = node, getters[-1](node)
        if not getters:
            raise LookupError(path)
        read = partial(getters[0] if len(getters) == 1 else partial(_follow, tuple(getters)), root)
        if field is None:
            kind = _kind(parent, text, node)
            return Symbol(text, kind, kind.name if kind else type(node).__name__, "", read)
        store: Callable[[Any], None] | None = None
        if field.constant:
            pass
        elif parent is root:
            store = partial(setattr, root._m, field.name)
        elif lasting and field.role in _WRITABLE:  # a block may take a new memory
            store = partial(_store, partial(_follow, tuple(getters[:-1]), root), field.name)
        return Symbol(text, field.type, field.type.name, field.meaning, read, store, field.constant)

    def _symbol(self, spot: Spot, text: str, root: Variables, steps: list[tuple[str, str, str]]) -> Symbol:
        read, store = spot.value, spot.store
        if not spot.is_fixed:

            def again() -> Spot:
                found = self._spot(text, root, steps)
                assert found is not None
                return found

            def read() -> Any:
                return again().value()

            def store(raw: Any) -> None:
                again().store(raw)

        writer = None if spot.is_constant else store
        return Symbol(spot.path, spot.kind, spot.kind.name, spot.meaning, read, writer, spot.is_constant)


def blocks_of(root: Variables) -> Iterator[tuple[str, Block]]:
    """The blocks among the attributes of a program, with their path in it, in the order of their making."""
    for name, value in vars(root).items():
        yield from _blocks(name, value)


def _blocks(path: str, value: Any) -> Iterator[tuple[str, Block]]:
    if isinstance(value, Block):
        yield path, value
    elif isinstance(value, (list, tuple)):
        for index, item in enumerate(value):
            yield from _blocks(f"{path}[{index}]", item)
    elif isinstance(value, dict):
        for key, item in value.items():
            yield from _blocks(f"{path}[{key}]", item)


def _visible(block: Block) -> list[Field]:
    return [field for field in type(block).fields if field.role in (Role.OUTPUT, *_WRITABLE)]


def _member(node: Any, name: str) -> tuple[str, Field | None]:
    """The attribute that a path step means, with its declaration if it has one."""
    if isinstance(node, Variables):
        fields, others = node._layout.fields, [n for n, value in vars(node).items() if any(_blocks(n, value))]
    elif isinstance(node, Block):
        fields, others = _visible(node), []
    else:
        fields, others = [], [n for n in dir(node) if not n.startswith("_") and not callable(getattr(node, n))]
    for field in fields:
        if field.name.lower() == name.lower():
            return field.name, field
    return next(n for n in others if n.lower() == name.lower()), None


def _key(node: Any, text: str) -> Any:
    keys = node if isinstance(node, dict) else range(len(node)) if isinstance(node, (list, tuple)) else ()
    return next(key for key in keys if str(key).lower() == text.lower())


def _kind(parent: Any, path: str, value: Any) -> IecType | None:
    """The IEC type of a value without a declaration: of the raw value behind a wrapper, else by its Python type."""
    if path.endswith(".nRaw") and hasattr(parent, "iec_storage"):
        return iec_type(parent.iec_storage)
    if isinstance(value, enum.IntEnum):
        return iec_type(type(value))
    return iec_type(_TYPE_OF_VALUE[type(value)]) if type(value) in _TYPE_OF_VALUE else None


def _store(owner: Callable[[], Any], name: str, raw: Any) -> None:
    setattr(owner()._m, name, raw)


def _follow(getters: tuple[Callable[[Any], Any], ...], node: Any) -> Any:
    for get in getters:
        node = get(node)
    return node
