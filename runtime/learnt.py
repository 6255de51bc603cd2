"""Files with learnt data: JSON that any tool reads and writes, versioned, whole or not there at all, exact to the bit.

    {"format": "alycat learnt data", "version": 1,
    "kind": "teach path", "kind_version": 1,
    "header": {"teach_mode": "Mean", "teach_cycles": 10},
    "columns": {
    "value": [
    0.1, 0.25, 0.5,
    ...
    ]},
    "sha256": "..."}

UTF-8. `kind` says what was learnt and fixes the members of `header` (a whole number, number or text each) and of
`columns` (arrays of them, which need not be equally long); other members are refused. Numbers have as many digits as
bring back the same 64 bits; NaN and infinity do not occur. Line breaks and blanks may be anywhere.

`sha256` is the SHA-256 of all bytes before the line that it stands in, so that damage is noticed. Who writes a file by
hand or with another program leaves that member out:

    content = {"format": "alycat learnt data", "version": 1, "kind": "teach path", "kind_version": 1}
    content["header"] = {"teach_mode": "Mean", "teach_cycles": 1}
    content["columns"] = {"value": list(map(float, frame["force"]))}        # pandas, polars, numpy
    Path("Press.tas").write_text(json.dumps(content))
    points = json.loads(Path("Press.tas").read_text())["columns"]["value"]  # reading needs no alycat either

and with it:

    write("Press.tas", TEACH_PATH.of(teach_mode="Mean", teach_cycles=1, value=frame["force"]))
    points = read("Press.tas")["value"]                                     # a numpy array

`alycat.blocks.learnt_kinds` has the kinds; `alycat blocks NAME` tells the one that a block writes or reads.
"""

import hashlib
import json
import math
import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np

from .clock import give_way
from .errors import DeclarationError, LearntDataError, one_of
from .files import replacing

__all__ = ["Kind", "Learnt", "Member", "read", "write"]

FORMAT, VERSION = "alycat learnt data", 1
MOST_BYTES = 1 << 28  # of a file, written or read
MOST_BESIDE = 1 << 20  # of them beside the arrays of numbers
_PER_LINE = 200  # numbers; a line is written in one go, other threads may run in between
_AT_ONCE = 4096  # bytes of numbers that are read in one go
_SEAL, _LAST = b'"sha256": "', 200  # the seal stands among the last bytes
_ARRAY = re.compile(rb'"(\w{1,60})"\s*:\s*\[\s*(?=[-\d])')  # the beginning of an array of numbers
_OF_NUMBERS = b"0123456789+-.eE, \t\r\n"
_TOP = ("format", "version", "kind", "kind_version", "header", "columns")
ONE: dict[type, str] = {int: "a whole number", float: "a number", str: "a text"}
MANY: dict[type, str] = {int: "whole numbers", float: "numbers", str: "texts"}
_LARGEST = 2**63


@dataclass(frozen=True)
class Member:
    """One value in the header, or an array in the columns: int, float or str, and what it means."""

    type: type
    meaning: str = ""


@dataclass(frozen=True, eq=False)
class Kind:
    """What was learnt: the members by name, and a check of what they are together.

    check: gives the reason why data are none of this kind, or an empty text
    """

    name: str
    meaning: str
    header: Mapping[str, Member]
    columns: Mapping[str, Member] = field(default_factory=dict)
    check: Callable[["Learnt"], str] = lambda learnt: ""
    version: int = 1

    def __post_init__(self) -> None:
        members = (*self.header.items(), *self.columns.items())
        wrong = [name for name, member in members if member.type not in ONE]
        if wrong:
            raise DeclarationError(f"{self.name}: {one_of(wrong)} has no type that a file can hold")

    def of(self, **members: Any) -> "Learnt":
        """Data of this kind; LearntDataError says what is wrong with them. Arrays are taken as they are, not copied."""
        _same_names(self.name, members, [*self.header, *self.columns])
        found: dict[str, Any] = {n: _value(n, members[n], m.type) for n, m in self.header.items()}
        found |= {n: _array(n, members[n], m.type) for n, m in self.columns.items()}
        learnt = Learnt(self, found)
        problem = self.check(learnt)
        if problem:
            raise LearntDataError(problem)
        return learnt


@dataclass(frozen=True, eq=False)
class Learnt:
    """Learnt data of one kind: int, float and str, and numpy arrays of int64, float64 and objects (texts)."""

    kind: Kind
    members: Mapping[str, Any] = field(repr=False)

    def __getitem__(self, name: str) -> Any:
        return self.members[name]

    def __str__(self) -> str:
        ones = [f"{name} {self[name]}" for name in self.kind.header]
        many = [f"{name}[{len(self[name])}]" for name in self.kind.columns]
        return f"{self.kind.name}: {', '.join(ones + many)}"


def write(path: str | Path, learnt: Learnt) -> None:
    """Writes the file, or leaves the one that is there; folders are made.

    Raises OSError when the disk refuses, LearntDataError when the file would be too large to be read.
    """
    path = Path(path)
    path.parent.mkdir(parents=True, exist_ok=True)
    total, size = hashlib.sha256(), 0
    with replacing(path) as file:
        for line in _lines(learnt):
            size += len(line)
            if size > MOST_BYTES:
                raise LearntDataError(f"{path.name} would have more than {MOST_BYTES} bytes")
            total.update(line)
            file.write(line)
            give_way()
        file.write(_SEAL + total.hexdigest().encode() + b'"}\n')


def _lines(learnt: Learnt) -> Iterator[bytes]:
    kind = learnt.kind
    yield f'{{"format": {json.dumps(FORMAT)}, "version": {VERSION},\n'.encode()
    yield f'"kind": {json.dumps(kind.name)}, "kind_version": {kind.version},\n'.encode()
    header = {name: learnt[name] for name in kind.header}
    yield f'"header": {json.dumps(header, ensure_ascii=False, allow_nan=False)},\n"columns": {{'.encode()
    for index, (name, member) in enumerate(kind.columns.items()):
        values = learnt[name]
        yield f"{',' * (index > 0)}\n{json.dumps(name)}: [".encode()
        for first in range(0, len(values), _PER_LINE):
            part = values[first : first + _PER_LINE].tolist()
            texts = [json.dumps(text, ensure_ascii=False) for text in part] if member.type is str else map(repr, part)
            yield f"{',' * (first > 0)}\n{', '.join(texts)}".encode()
        yield b"\n]"
    yield b"},\n"


def read(path: str | Path, kind: Kind | None = None) -> Learnt:
    """Reads a file and checks that it holds data of this kind; without a kind, of the kind that the file shows.

    Raises OSError as the system does, LearntDataError when the file is damaged or holds something else.
    """
    path = Path(path)
    if not path.is_file():
        raise FileNotFoundError(f"there is no file {path.name}")
    if path.stat().st_size > MOST_BYTES:
        raise LearntDataError(f"{path.name} has more than {MOST_BYTES} bytes")
    data = path.read_bytes()
    place = data.rfind(_SEAL, max(0, len(data) - _LAST))
    seal = data[place + len(_SEAL) :].rstrip() if place >= 0 else b""
    if seal and seal != hashlib.sha256(memoryview(data)[:place]).hexdigest().encode() + b'"}':
        raise LearntDataError(f"{path.name} is damaged or was edited: its SHA-256 does not match")
    try:
        rest, numbers = _apart(data)
        content = json.loads(rest.decode("utf-8-sig"), parse_constant=_no_number, object_pairs_hook=_object)
    except (ValueError, RecursionError) as error:
        raise LearntDataError(f"{path.name} is damaged or no file of learnt data: {error}") from None
    if not isinstance(content, dict) or content.get("format") != FORMAT:
        raise LearntDataError(f"{path.name} is no file of learnt data: member format is not '{FORMAT}'")
    if "sha256" in content and not seal:
        raise LearntDataError(f"{path.name}: sha256 has to stand in the last line, as it is written, or be left out")
    try:
        return _checked(content, numbers, kind)
    except LearntDataError as error:
        raise LearntDataError(f"{path.name}: {error}") from None


def _apart(data: bytes) -> tuple[bytes, dict[str, np.ndarray]]:
    """The file without the numbers of its arrays, and those by the names of the arrays.

    So an array of a million numbers is never a million objects, and other threads may run in between.
    """
    kept: list[bytes] = []
    numbers: dict[str, np.ndarray] = {}
    place = size = 0
    while found := _ARRAY.search(data, place, place + MOST_BESIDE):
        name, end = found[1].decode(), data.find(b"]", found.end())
        if end < 0:
            raise ValueError(f"{name} does not end")
        if name in numbers:
            raise ValueError(f"{name} is there twice")
        numbers[name] = _numbers(name, data, found.end(), end)
        kept.append(data[place : found.end()])
        size += len(kept[-1])
        place = end
    if size + len(data) - place > MOST_BESIDE:
        raise ValueError(f"there are more than {MOST_BESIDE} bytes beside the numbers")
    return b"".join([*kept, data[place:]]), numbers


def _numbers(name: str, data: bytes, first: int, end: int) -> np.ndarray:
    parts = []
    while True:
        last = end if end - first <= _AT_ONCE else data.rfind(b",", first, first + _AT_ONCE)
        part = data[first:last]
        values = [] if part.translate(None, _OF_NUMBERS) else json.loads(b"[%b]" % part)
        if last < 0 or not values:
            raise ValueError(f"{name} has an element that is no number")
        parts.append(_as_array(values))
        give_way()
        if last == end:
            return np.concatenate(parts)
        first = last + 1


def _as_array(values: list[int | float]) -> np.ndarray:
    """As int64 where all are whole, else as float64; what is too large becomes infinite."""
    if all(type(value) is int and -_LARGEST <= value < _LARGEST for value in values):
        return np.array(values, np.int64)
    try:
        return np.array(values, np.float64)
    except OverflowError:
        return np.array([math.inf])


def _object(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) < len(pairs):
        names = [name for name, _ in pairs]
        raise ValueError(f"{next(n for n in names if names.count(n) > 1)[:60]!r} is there twice")
    return found


def _no_number(text: str) -> Any:
    raise ValueError(f"{text} is no number")


def _checked(content: dict[str, Any], numbers: dict[str, np.ndarray], kind: Kind | None) -> Learnt:
    if not _is(content.get("version"), VERSION):
        found = _shown(content.get("version"))
        raise LearntDataError(f"its format has version {found}; this alycat reads version {VERSION}")
    _same_names("it", {n: None for n in content if n != "sha256"}, _TOP)
    header, columns = content["header"], content["columns"]
    for name, part in (("header", header), ("columns", columns)):
        if not isinstance(part, dict):
            raise LearntDataError(f"{name} is no object")
    columns = {n: numbers.get(n, values) if values == [] else values for n, values in columns.items()}
    kind = kind or _kind_of(content, header, columns)
    if content["kind"] != kind.name or not _is(content["kind_version"], kind.version):
        found = f"{_shown(content['kind'])} in version {_shown(content['kind_version'])}"
        raise LearntDataError(f"it holds a {found}; a '{kind.name}' in version {kind.version} is needed")
    _same_names("header", header, kind.header)
    _same_names("columns", columns, kind.columns)
    return kind.of(**header, **columns)


def _kind_of(content: dict[str, Any], header: dict[str, Any], columns: dict[str, Any]) -> Kind:
    """The kind that a file shows: its names, and the types of its values."""
    if not isinstance(content["kind"], str) or type(content["kind_version"]) is not int:
        raise LearntDataError("kind has to be a text and kind_version a whole number")
    _same_names("header and columns", {n: None for n in header if n in columns}, ())
    ones = {n: Member(type(value) if type(value) in ONE else float) for n, value in header.items()}
    many = {n: Member(_type_of(values)) for n, values in columns.items()}
    return Kind(content["kind"], "", ones, many, version=content["kind_version"])


def _type_of(values: Any) -> type:
    if isinstance(values, np.ndarray):
        return int if values.dtype.kind == "i" else float
    return str if values else float


def _is(found: Any, wanted: int) -> bool:
    """Whether it is this whole number, and not TRUE or 1.0."""
    return type(found) is int and found == wanted


def _same_names(where: str, found: Mapping[str, Any], wanted: Any) -> None:
    missing = [n for n in wanted if n not in found]
    unknown = [n for n in found if n not in wanted]
    if missing or unknown:
        which = f"no member {missing[0]}" if missing else f"an unknown member {unknown[0][:60]!r}"
        raise LearntDataError(f"{where} has {which}; there should be {one_of(wanted) or 'none'}")


def _value(name: str, value: Any, wanted: type) -> int | float | str:
    value = value.item() if isinstance(value, np.generic) else value
    allowed = (int, float) if wanted is float else (wanted,)
    if type(value) not in allowed:
        raise LearntDataError(f"{name} is {_shown(value)}, {ONE[wanted]} is needed")
    if isinstance(value, str):
        return _text(name, value)
    if not abs(value) < (math.inf if type(value) is float else _LARGEST):
        raise LearntDataError(f"{name} is {_shown(value)}, which is too large")
    number: int | float = wanted(value)
    return number


def _array(name: str, values: Any, wanted: type) -> np.ndarray:
    if wanted is str:
        texts: list[Any] = list(values) if isinstance(values, (list, tuple, np.ndarray)) else [None]
        if not all(isinstance(text, str) for text in texts):
            raise LearntDataError(f"{name} has to be an array of texts")
        return np.array([_text(name, text) for text in texts], object)
    try:
        array = np.asarray(values)
    except ValueError:  # rows of different lengths
        array = np.empty(())
    if array.ndim != 1 or (len(array) and array.dtype.kind not in ("iu" if wanted is int else "iuf")):
        raise LearntDataError(f"{name} has to be an array of {MANY[wanted]}")
    if wanted is int and (array >= _LARGEST).any():
        raise LearntDataError(f"{name} has a number that is too large")
    array = np.ascontiguousarray(array, np.int64 if wanted is int else np.float64)
    if not np.isfinite(array).all():
        raise LearntDataError(f"{name} has a number that is not finite")
    return array


def _text(name: str, text: str) -> str:
    try:
        text.encode()
    except UnicodeEncodeError:
        raise LearntDataError(f"{name} is {_shown(text)}, which is no Unicode") from None
    return text


def _shown(value: Any) -> str:
    text = repr(value)
    return text if len(text) <= 60 else f"{text[:57]}..."
