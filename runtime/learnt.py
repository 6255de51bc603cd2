"""Files with learnt data: JSON that any tool reads, versioned, written as a whole or not at all, read back bit for bit.

    {"format": "alycat learnt data", "version": 1,
    "kind": "teach path", "kind_version": 1,
    "header": {"teach_mode": "Mean", "teach_cycles": 10},
    "columns": {
    "value": [
    0.1, 0.25, 0.5,
    ...
    ]},
    "sha256": "..."}

UTF-8. `kind` says what was learnt and fixes the names and types of the members of `header` (whole number, number, text)
and of `columns` (arrays of numbers, which need not be equally long); further members are refused. Numbers are written
with as many digits as bring back the same 64 bits; NaN and infinity do not occur. `sha256` is the SHA-256 of all bytes
before the line that it stands in, so that damage is noticed; a file that was made or edited by hand leaves that member
out. Line breaks as shown let a file be read piece by piece, giving way to the cycle; without them all of it is read at
once. Which kinds there are and what their members mean, each block that writes one tells.

    data = json.load(open("Press.tas"))["columns"]["value"]         # without alycat
    learnt.read_learnt(path, TEACH_PATH).columns["value"]           # checked
"""

import hashlib
import io
import json
import math
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from .clock import give_way
from .errors import AlycatError, DeclarationError, one_of
from .files import replacing

FORMAT = "alycat learnt data"
VERSION = 1
MOST_BYTES = 1 << 30
_PER_LINE = 200  # numbers; a line is written in one go, other threads may run in between
_SEAL = b'"sha256": "'
_COLUMN = re.compile(rb',?("(?:[^"\\]|\\.)*"): \[')  # the line before the numbers of a column
_MEMBERS = ("format", "version", "kind", "kind_version", "header", "columns")
_WORDS: dict[type, str] = {int: "a whole number", float: "a number", str: "a text"}

Value = int | float | str


class LearntFileError(AlycatError, ValueError):
    """A file holds no learnt data of the expected kind, or is damaged."""


@dataclass(frozen=True)
class Kind:
    """What was learnt: names and types of the single values and of the arrays (int64 or float64)."""

    name: str
    header: Mapping[str, type]
    columns: Mapping[str, type]
    version: int = 1

    def __post_init__(self) -> None:
        wrong = [n for n, t in self.header.items() if t not in _WORDS]
        wrong += [n for n, t in self.columns.items() if t not in (int, float)]
        if wrong:
            raise DeclarationError(f"{self.name}: {one_of(wrong)} has no type that a file can hold")


@dataclass(frozen=True, eq=False)
class Learnt:
    """Learnt data of one kind."""

    kind: Kind
    header: Mapping[str, Value]
    columns: Mapping[str, np.ndarray]


def write_learnt(path: Path, learnt: Learnt) -> None:
    """Writes the file, or leaves the one that is there; folders are made. OSError where the disk refuses."""
    path.parent.mkdir(parents=True, exist_ok=True)
    total = hashlib.sha256()
    with replacing(path) as file:
        for line in _lines(learnt):
            total.update(line)
            file.write(line)
            give_way()
        file.write(_SEAL + total.hexdigest().encode() + b'"}\n')


def _lines(learnt: Learnt) -> Iterator[bytes]:
    kind = learnt.kind
    yield f'{{"format": {json.dumps(FORMAT)}, "version": {VERSION},\n'.encode()
    yield f'"kind": {json.dumps(kind.name)}, "kind_version": {kind.version},\n'.encode()
    header = {name: t(learnt.header[name]) for name, t in kind.header.items()}
    yield f'"header": {json.dumps(header, ensure_ascii=False, allow_nan=False)},\n"columns": {{\n'.encode()
    for index, (name, element) in enumerate(kind.columns.items()):
        values = np.asarray(learnt.columns[name], np.int64 if element is int else np.float64)
        if not np.isfinite(values).all():
            raise LearntFileError(f"{kind.name}: {name} has values that are not finite")
        yield f"{',' if index else ''}{json.dumps(name)}: [\n".encode()
        for first in range(0, len(values), _PER_LINE):
            part = values[first : first + _PER_LINE].tolist()
            more = "," if first + _PER_LINE < len(values) else ""
            yield f"{', '.join(map(repr, part))}{more}\n".encode()
        yield b"]\n"
    yield b"},\n"


def read_learnt(path: Path, kind: Kind) -> Learnt:
    """Reads and checks a file; LearntFileError tells what it holds instead, OSError what the system says."""
    if not path.is_file():
        raise FileNotFoundError(f"there is no file {path.name}")
    if path.stat().st_size > MOST_BYTES:
        raise LearntFileError(f"{path.name} has {path.stat().st_size} bytes, at most {MOST_BYTES} are read")
    data = path.read_bytes()
    place = data.rfind(_SEAL)
    seal = data[place + len(_SEAL) :].rstrip() if place >= 0 else b""
    if seal and seal != hashlib.sha256(memoryview(data)[:place]).hexdigest().encode() + b'"}':
        raise LearntFileError(f"{path.name} is damaged or was edited: its SHA-256 does not match")
    try:
        skeleton, columns = _pieces(path.name, data, kind) if seal else (data, {})
        content = json.loads(skeleton, parse_constant=_no_constant)
    except (ValueError, RecursionError) as error:
        raise LearntFileError(f"{path.name} is damaged or no file of learnt data: {error}") from None
    if not isinstance(content, dict) or content.get("format") != FORMAT:
        raise LearntFileError(f"{path.name} is no file of learnt data: member format is not '{FORMAT}'")
    if "sha256" in content and not seal:
        raise LearntFileError(f"{path.name}: sha256 has to stand in the last line, as it is written, or be left out")
    return _checked(path.name, content, columns, kind)


def _pieces(file: str, data: bytes, kind: Kind) -> tuple[bytes, dict[str, list[np.ndarray]]]:
    """The file without the lines of numbers of the columns, and those numbers, an array for each line."""
    kept: list[bytes] = []
    columns: dict[str, list[np.ndarray]] = {}
    name = ""
    for line in map(_without_break, io.BytesIO(data)):
        if name and line != b"]":
            numbers = json.loads(b"[" + line.rstrip(b",") + b"]", parse_constant=_no_constant)
            columns.setdefault(name, []).append(_array(f"{file}: {name}", numbers, kind.columns[name]))
            give_way()
            continue
        kept.append(line)
        begins = _COLUMN.fullmatch(line)
        name = json.loads(begins[1]) if begins else ""
        name = name if name in kind.columns else ""
    return b"\n".join(kept), columns


def _without_break(line: bytes) -> bytes:
    return line.rstrip(b"\n")


def _no_constant(text: str) -> Any:
    raise ValueError(f"{text} is no number")


def _checked(name: str, content: dict[str, Any], pieces: dict[str, list[np.ndarray]], kind: Kind) -> Learnt:
    if content.get("version") != VERSION:
        found = content.get("version")
        raise LearntFileError(f"{name} has format version {found!r}; this alycat reads version {VERSION}")
    _same_names(name, content, dict.fromkeys(("sha256", *_MEMBERS), str), optional="sha256")
    if (content["kind"], content["kind_version"]) != (kind.name, kind.version):
        found = f"{content['kind']!r} in version {content['kind_version']!r}"
        raise LearntFileError(f"{name} holds a {found}; a '{kind.name}' in version {kind.version} is needed")
    header, columns = content["header"], content["columns"]
    _same_names(f"{name}: header", header, kind.header)
    _same_names(f"{name}: columns", columns, kind.columns)
    values = {n: _value(f"{name}: {n}", header[n], t) for n, t in kind.header.items()}
    arrays = {}
    for n, t in kind.columns.items():
        arrays[n] = np.concatenate([_array(f"{name}: {n}", columns[n], t), *pieces.get(n, ())])
    return Learnt(kind, values, arrays)


def _same_names(where: str, found: Any, wanted: Mapping[str, type], optional: str = "") -> None:
    if not isinstance(found, dict):
        raise LearntFileError(f"{where} is no object with the members {one_of(wanted)}")
    missing = [n for n in wanted if n not in found and n != optional]
    unknown = [n for n in found if n not in wanted]
    if missing or unknown:
        raise LearntFileError(f"{where} has {'no ' if missing else 'an unknown '}member {(missing or unknown)[0]}")


def _value(where: str, value: Any, wanted: type) -> Value:
    allowed: Any = (int, float) if wanted is float else (wanted,)
    if isinstance(value, bool) or not isinstance(value, allowed):
        raise LearntFileError(f"{where} is {value!r}, {_WORDS[wanted]} is needed")
    number: Any = 0 if isinstance(value, str) else value
    if not abs(number) < (math.inf if isinstance(value, float) else 2**63):
        raise LearntFileError(f"{where} is {value!r}, which is too large")
    return wanted(value)  # type: ignore[no-any-return]


def _array(where: str, values: Any, wanted: type) -> np.ndarray:
    """The column as an array; numbers without a fraction may stand in a column of any type."""
    if not isinstance(values, list):
        raise LearntFileError(f"{where} is no array")
    types = set(map(type, values))
    if not types <= ({int} if wanted is int else {int, float}):
        raise LearntFileError(f"{where} has elements that are not {_WORDS[wanted]} each")
    try:
        array = np.array(values, np.int64 if wanted is int else np.float64)
    except OverflowError:
        array = np.array([np.inf])
    if not np.isfinite(array).all():
        raise LearntFileError(f"{where} has a number that is too large")
    return array
