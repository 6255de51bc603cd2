"""Snapshots of a whole Plc: time, grid and counters of the tasks, variables bit by bit, blocks, ordinary attributes.

The form is that of `container`: a JSON header which names everything, then the bytes. `sections` gives path and length
of each piece of the payload in order. Loading checks hash, versions and the project's shape first, and where an object
still refuses its part everything is put back: all or nothing.
"""

import ctypes
import hashlib
import io
import struct
import types
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any, ClassVar

import numpy as np

from . import container
from .errors import PlcError, SnapshotError
from .files import replacing
from .program import Variables

if TYPE_CHECKING:
    from .plc import Plc

KIND = "plc"
PLC_STATE = ("start_ns", "left_ns", "reached_ns")
TASK_STATE = ("due_ns", "cycles", "exceed_counter", "skipped_ticks", "failure")
_DOUBLE = struct.Struct("<d")  # JSON has neither NaN nor infinity
_ENCODERS: dict[type, Callable[[Any], Any]] = {
    **dict.fromkeys((bool, int, str, types.NoneType), lambda v: v),
    float: lambda v: _DOUBLE.pack(v).hex(),
    bytes: lambda v: v.hex(),
}
_DECODERS: dict[str, Callable[[Any], Any]] = {
    "float": lambda v: _DOUBLE.unpack(bytes.fromhex(v))[0],
    "bytes": bytes.fromhex,
}


@dataclass(frozen=True)
class Restored:
    """Which file a Plc was restored from, and why not from the one asked for."""

    path: Path
    problem: str = ""

    @property
    def used_backup(self) -> bool:
        return bool(self.problem)


@dataclass
class Image:
    """The content of a snapshot as plain data."""

    version: ClassVar[int] = 1  # of the form of header and sections, whatever the kind
    header: dict[str, Any] = field(default_factory=dict)
    sections: dict[str, bytes] = field(default_factory=dict)

    def add(self, path: str, data: bytes) -> None:
        if path in self.sections:
            raise SnapshotError(f"{path}: two objects with this path; give them different keys")
        self.sections[path] = data

    def pack(self, kind: str = KIND) -> bytes:
        header = self.header | {"sections": [[path, len(data)] for path, data in self.sections.items()]}
        return container.pack(kind, header, b"".join(self.sections.values()))

    @classmethod
    def unpack(cls, data: bytes, kind: str = KIND) -> "Image":
        header, payload = container.unpack(data, kind)
        if header.get("version") != cls.version:
            raise SnapshotError(f"snapshot of a Plc has version {header.get('version')}, expected {cls.version}")
        image, start = cls(header), 0
        for path, length in header["sections"]:
            image.add(path, payload[start : start + length])
            start += length
        return image


# --- files ------------------------------------------------------------------------------------------------------------


def save(plc: "Plc", path: str | Path) -> None:
    """Write a snapshot safely; the one there before is kept as `<name>.bak` unless it is damaged."""
    write_file(Path(path), snapshot(plc))


def restore(plc: "Plc", path: str | Path) -> Restored:
    """Load a snapshot, from its `.bak` if the file is missing or damaged; the result tells which."""
    data, found = read_file(Path(path))
    try:
        load(plc, data)
    except SnapshotError as error:
        raise SnapshotError(f"{found.path}: {error}") from error
    plc.app_info.BootDataLoaded, plc.app_info.OldBootData = True, found.used_backup
    return found


def write_file(path: Path, data: bytes) -> None:
    """Write packed data in one step; the file there before is kept as `<name>.bak` unless it is damaged."""
    previous = backup_of(path) if path.exists() and _is_intact(path.read_bytes()) else None
    with replacing(path, previous) as file:
        file.write(data)


def read_file(path: Path) -> tuple[bytes, Restored]:
    """Intact packed data, from the `.bak` if the file is missing or damaged; SnapshotError if that is so, too."""
    data, problem = _read(path)
    if problem:
        path = backup_of(path)
        data, more = _read(path)
        if more:
            raise SnapshotError(f"{problem}; {more}")
    return data, Restored(path, problem)


def backup_of(path: Path) -> Path:
    return path.with_name(f"{path.name}.bak")


def _read(path: Path) -> tuple[bytes, str]:
    """The bytes of a file and what is wrong with it, if it is missing or damaged."""
    try:
        data = path.read_bytes()
    except FileNotFoundError:
        return b"", f"{path}: no such file"
    if not _is_intact(data):
        return data, f"{path}: damaged, {len(data)} bytes whose SHA-256 does not match"
    return data, ""


def _is_intact(data: bytes) -> bool:
    """Whether the file ends with the hash of what is before; says nothing about version and content."""
    return hashlib.sha256(data[:-32]).digest() == data[-32:]


# --- snapshot ---------------------------------------------------------------------------------------------------------


def snapshot(plc: "Plc") -> bytes:
    """The whole Plc as bytes; the same state gives the same bytes."""
    return image_of(plc).pack()


def image_of(plc: "Plc") -> Image:
    """What a snapshot holds; SnapshotError if an attribute of a program cannot be stored."""
    plc.check_between_cycles()
    left_ns, reached_ns = plc.pause()
    image = Image()
    image.header = {
        "version": Image.version,
        "name": plc.name,
        "time_ns": plc.clock.now(),
        "start_ns": plc.start_ns,
        "left_ns": left_ns,
        "reached_ns": reached_ns,
        "tasks": [{name: getattr(task, name) for name in TASK_STATE} for task in plc.tasks],
        "attributes": {name: _encoded(plc, name, root, image) for name, root in plc.roots()},
        "shape": list(_shape(plc)),
    }
    for path, memory in _memories(plc):
        image.add(path, bytes(memory))
    for path, thing in _objects(plc):
        image.add(path, thing.snapshot())
    return image


def _memories(plc: "Plc") -> list[tuple[str, Any]]:
    """The declared variables of tasks, programs and global lists."""
    return [(f"task {t.name}", t.info._m) for t in plc.tasks] + [(name, root._m) for name, root in plc.roots()]


def _shape(plc: "Plc") -> Iterator[list[str]]:
    """What a project must have in common with the one that a snapshot was made of."""
    for task in plc.tasks:
        programs = ", ".join(name for name, _ in task.programs) or "no programs"
        grid = f"every {task.cycle_time_ns} ns from {task.start_offset_ns} ns on"
        yield [f"task {task.name}", f"{programs}, {grid}, priority {task.priority}"]
    for name, root in plc.roots():
        for member in root._layout.fields:
            yield [f"{name}.{member.name}", f"{member.type.shape} at byte {root._layout.offset(member.name)}"]
    for path, thing in _objects(plc):
        yield [path, type(thing).__name__]


# --- ordinary attributes ----------------------------------------------------------------------------------------------


def _attributes(plc: "Plc", root: Variables) -> Iterator[tuple[str, Any]]:
    """Those that are state: neither code, nor transient, nor what the Plc itself keeps."""
    kept = [plc, plc.clock, *plc.tasks, *(r for _, r in plc.roots())]
    for name, value in vars(root).items():
        is_code = isinstance(value, types.ModuleType) or (callable(value) and not is_stateful(value))
        if name not in root.transient and not is_code and not any(value is k for k in kept):
            yield name, value


def is_stateful(value: Any) -> bool:
    return hasattr(value, "snapshot") and hasattr(value, "load")


def is_value(value: Any) -> bool:
    return type(value) in _ENCODERS or isinstance(value, (np.ndarray, np.generic))


def _encoded(plc: "Plc", path: str, root: Variables, image: Image) -> dict[str, Any]:
    """Simple values for the header; arrays become sections."""
    values = {}
    for name, value in _attributes(plc, root):
        if isinstance(value, (np.ndarray, np.generic)):
            image.add(f"{path}.{name}", _array_bytes(f"{path}.{name}", value))
            values[name] = ["array" if isinstance(value, np.ndarray) else "scalar", None]
        elif is_value(value):
            values[name] = [type(value).__name__, _ENCODERS[type(value)](value)]
    return values


def _array_bytes(path: str, value: Any) -> bytes:
    file = io.BytesIO()
    try:
        np.save(file, value, allow_pickle=False)
    except ValueError:
        raise SnapshotError(f"{path}: an array of Python objects cannot be stored") from None
    return file.getvalue()


def _objects(plc: "Plc") -> Iterator[tuple[str, Any]]:
    """Blocks and other objects with a state of their own, in programs, their containers, and at the ends of links."""
    for root_name, root in plc.roots():
        for name, value in _attributes(plc, root):
            if not is_value(value):
                yield from _stateful_items(f"{root_name}.{name}", value)
    for task in plc.tasks:
        for index, link in enumerate(task.links):
            for end in ("source", "target"):
                if is_stateful(getattr(link, end)):
                    yield f"task {task.name}, link {index}, {end}", getattr(link, end)


def _stateful_items(path: str, value: Any) -> Iterator[tuple[str, Any]]:
    if is_stateful(value):
        yield path, value
        return
    if not isinstance(value, (dict, list, tuple)):
        raise SnapshotError(
            f"{path}: {type(value).__name__} cannot be stored here; use a variable, a simple attribute, a numpy array, "
            "an object with snapshot() and load(), or list the attribute in `transient`"
        )
    for key, item in value.items() if isinstance(value, dict) else enumerate(value):
        yield from _stateful_items(f"{path}[{key}]", item)


# --- load -------------------------------------------------------------------------------------------------------------


def load(plc: "Plc", data: bytes) -> None:
    """Bring a Plc of the same shape into the state of a snapshot, or leave it as it is."""
    image = Image.unpack(data)
    before = image_of(plc)
    _check_shape(dict(image.header["shape"]), dict(before.header["shape"]))
    try:
        _apply(plc, image)
    except BaseException:
        _apply(plc, before)
        raise


def reset(plc: "Plc", image: Image) -> None:
    """Bring variables, attributes and blocks of the programs back to a snapshot's; time, tasks and links go on.

    May be called between two cycles of a run: every memory stays where it is.
    """
    roots = dict(plc.roots())
    for path, thing in list(_objects(plc)):
        if not path.startswith("task "):
            thing.load(image.sections[path])
    for name, root in roots.items():
        _assign(plc, name, root, image)
        ctypes.memmove(ctypes.addressof(root._m), image.sections[name], ctypes.sizeof(root._m))


def _check_shape(found: dict[str, str], expected: dict[str, str]) -> None:
    for path in [*expected, *found]:
        if found.get(path) != expected.get(path):
            raise SnapshotError(
                f"snapshot is of another project: {path}: found {found.get(path, 'nothing')}, "
                f"expected {expected.get(path, 'nothing')}"
            )
    if list(found) != list(expected):
        raise SnapshotError("snapshot is of another project: the same tasks and programs in another order")


def _apply(plc: "Plc", image: Image) -> None:
    for path, thing in list(_objects(plc)):
        try:
            thing.load(image.sections[path])
        except Exception as error:
            raise SnapshotError(f"{path}: {error}") from error
    for name, root in plc.roots():
        _assign(plc, name, root, image)
    for path, memory in _memories(plc):
        ctypes.memmove(ctypes.addressof(memory), image.sections[path], ctypes.sizeof(memory))
    for task, state in zip(plc.tasks, image.header["tasks"], strict=True):
        for name in TASK_STATE:
            setattr(task, name, state[name])
        task.error = PlcError(task.failure) if task.failure else None
    for name in PLC_STATE:
        setattr(plc, name, image.header[name])
    plc.clock.resume_at(image.header["time_ns"])


def _assign(plc: "Plc", path: str, root: Variables, image: Image) -> None:
    """The simple attributes, exactly those of the snapshot; arrays of the same form are filled in place."""
    values = image.header["attributes"][path]
    for name in [n for n, value in _attributes(plc, root) if is_value(value) and n not in values]:
        delattr(root, name)
    for name, (kind, value) in values.items():
        if kind not in ("array", "scalar"):
            setattr(root, name, _DECODERS[kind](value) if kind in _DECODERS else value)
            continue
        array = np.load(io.BytesIO(image.sections[f"{path}.{name}"]), allow_pickle=False)
        present = vars(root).get(name)
        if kind == "scalar":
            setattr(root, name, array[()])
        elif type(present) is np.ndarray and (present.dtype, present.shape) == (array.dtype, array.shape):
            present[...] = array
        else:
            setattr(root, name, array)
