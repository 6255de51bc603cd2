"""The persistent data of a Plc: a file that is read when it starts and written when it stops in order.

It holds the variables declared persistent and the data of blocks whose bPersistent is TRUE, each under its symbol path
(`MAIN.nStarts`, `MAIN.fbCounter`), and the time.

Documented for TwinCAT (tc3_plc_intro 2528803467, tcplclib_tc2_utilities 35068555): persistent variables are written at
an orderly stop and on demand (FB_WritePersistentData), so a power failure loses what came after; the file before is
kept as a copy, which is read when the file is not there.

Chosen: the end of Plc.run is an orderly stop, the end of Plc.step is none; what does not fit into the present project
starts anew, which `problems` tells, and so does a block that is configured otherwise; data that no block has asked for
yet (its Configure did not come) stay in the file; where both file and copy are damaged nothing starts and nothing is
overwritten. A simulated clock goes on where the last run ended, so that time does not run backwards.
"""

import ctypes
from collections.abc import Iterator
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

from .block import AlgorithmBlock
from .composite import ArrayType, StructType
from .declare import Field
from .errors import SnapshotError
from .iec import IecType, behind_alias
from .persistence import is_persistent
from .plcfile import Image, backup_of, read_file, write_file
from .symbols import EPlcPersistentStatus, blocks_of

if TYPE_CHECKING:
    from .plc import Plc

KIND = "persistent"


@dataclass(frozen=True)
class Place:
    """A persistent variable in memory."""

    path: str
    kind: IecType
    memory: Any
    name: str

    def read(self) -> bytes:
        value = getattr(self.memory, self.name)
        return bytes([value]) if self.kind.is_bit else ctypes.string_at(self._address(), ctypes.sizeof(self.kind.ctype))

    def write(self, data: bytes) -> None:
        if self.kind.is_bit:
            setattr(self.memory, self.name, data[0])
        else:
            ctypes.memmove(self._address(), data, ctypes.sizeof(self.kind.ctype))

    def _address(self) -> int:
        return ctypes.addressof(self.memory) + int(getattr(type(self.memory), self.name).offset)


class PersistentStore:
    """The file of one Plc; made by ``Plc(persistent_store=path)``.

    problems: symbol path -> why its data could not be used; the empty path tells of the file as a whole.
    """

    def __init__(self, path: str | Path) -> None:
        self.path = Path(path)
        self.problems: dict[str, str] = {}
        self.is_loaded = False
        self._waiting: dict[str, bytes] = {}  # data of blocks that were not configured yet

    def load(self, plc: "Plc") -> None:
        """Read the file, if there is one, before the first cycle; SnapshotError when it cannot be read."""
        if not (self.path.exists() or backup_of(self.path).exists()):
            self.is_loaded = True
            return
        data, found = read_file(self.path)
        image = Image.unpack(data, KIND)
        if found.problem:
            self.problems[""] = f"{found.problem}; {found.path} is used instead"
        self._load_variables(plc, image)
        self._load_blocks(plc, image)
        plc.clock.resume_at(max(plc.clock.now(), image.header["time_ns"]))
        plc.app_info.BootDataLoaded, plc.app_info.OldBootData = True, found.used_backup
        self.is_loaded = True
        self._show_status(plc)

    def save(self, plc: "Plc") -> None:
        """Write the present data in one step; the file before becomes ``<name>.bak`` unless it is damaged."""
        if not self.is_loaded:
            raise SnapshotError(f"{self.path}: was not read yet; it is read when the Plc first runs")
        image = Image({"version": Image.version, "name": plc.name, "time_ns": plc.pause()[1], "types": {}})
        for place in places_of(plc):
            image.add(f"variable {place.path}", place.read())
            image.header["types"][place.path] = place.kind.shape
        for path, data in self._waiting.items():
            image.add(f"block {path}", data)
        for path, block in algorithms_of(plc):
            if path not in self._waiting and has_data(block):
                image.add(f"block {path}", block.snapshot())
        write_file(self.path, image.pack(KIND))

    def _load_variables(self, plc: "Plc", image: Image) -> None:
        types, places = image.header["types"], {place.path: place for place in places_of(plc)}
        for path, shape in types.items():
            if path not in places:
                self.problems[path] = "no persistent variable of this name is there any more"
            elif shape != places[path].kind.shape:
                self.problems[path] = f"was {shape}, is {places[path].kind.shape} now; it has its initial value"
            else:
                places[path].write(image.sections[f"variable {path}"])

    def _load_blocks(self, plc: "Plc", image: Image) -> None:
        blocks = dict(algorithms_of(plc))
        for section, data in image.sections.items():
            kind, _, path = section.partition(" ")
            if kind != "block":
                continue
            if path not in blocks:
                self.problems[path] = "no block of this name is there any more"
                continue
            self._waiting[path] = data
            blocks[path].inherit(data, partial(self._taken, plc, path))

    def _taken(self, plc: "Plc", path: str, problem: str) -> None:
        """Called by a block when it has looked at its data."""
        del self._waiting[path]
        if problem:
            self.problems[path] = f"{problem}; it starts empty"
            self._show_status(plc)

    def _show_status(self, plc: "Plc") -> None:
        partly = any(self.problems)
        plc.app_info.PersistentStatus = EPlcPersistentStatus.PS_Partial if partly else EPlcPersistentStatus.PS_All


def places_of(plc: "Plc") -> Iterator[Place]:
    """All variables that are declared persistent, also within structures, arrays and function blocks."""
    for name, root in plc.roots():
        yield from _places(name, root._layout.fields, root._m)


def _places(path: str, fields: list[Field], memory: Any) -> Iterator[Place]:
    for field in fields:
        if field.persistent and not field.constant:
            yield Place(f"{path}.{field.name}", field.type, memory, field.name)
        elif not field.type.is_bit:
            yield from _inner_places(f"{path}.{field.name}", field.type, partial(getattr, memory, field.name))


def _inner_places(path: str, kind: IecType, memory: Any) -> Iterator[Place]:
    kind = behind_alias(kind)
    if isinstance(kind, StructType) and _holds_persistent(kind):
        yield from _places(path, kind.layout.fields, memory())
    elif isinstance(kind, ArrayType) and _holds_persistent(kind):
        for position in range(kind.count):
            index = ",".join(map(str, kind.index(position)))
            yield from _inner_places(f"{path}[{index}]", kind.element, partial(memory().__getitem__, position))


def _holds_persistent(kind: IecType) -> bool:
    kind = behind_alias(kind)
    if isinstance(kind, ArrayType):
        return _holds_persistent(kind.element)
    return isinstance(kind, StructType) and any(f.persistent or _holds_persistent(f.type) for f in kind.layout.fields)


def has_data(block: AlgorithmBlock) -> bool:
    """Whether a block has data that outlive a restart."""
    return is_persistent(block) and bool(block.bConfigured)


def algorithms_of(plc: "Plc") -> Iterator[tuple[str, AlgorithmBlock]]:
    """The algorithm blocks of a Plc by their symbol paths."""
    for name, root in plc.roots():
        for path, block in blocks_of(root):
            if isinstance(block, AlgorithmBlock):
                yield f"{name}.{path}", block
