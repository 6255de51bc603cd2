"""`--set NAME=VALUE` and `--parameters FILE`: both become assignments of a text to a path.

    fEps                                  an input of FB_init, Configure, Call or another method, a property
    stThresholdEdge.fThreshold            a member of a structure
    channel.2.stThresholdEdge.fThreshold  for one channel; without channel.N. for all
    ConfigureWeekly.tTimeEvent            of one method, where several take the name

In a file, tables within tables make the path: ``{"channel": {"2": {"stThresholdEdge": {"fThreshold": 5}}}}``, and a
list is an array, or the members of a structure in their order.
"""

import json
import tomllib
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from ..errors import RecordingError, WrongType

CHANNEL = "channel"


@dataclass(frozen=True)
class Assignment:
    """A text for a path; `label` says where it stands, for messages."""

    path: str
    text: str
    label: str


def read_assignments(texts: Iterable[str], file: Path | None = None) -> list[Assignment]:
    """Those of the command line, and those of the file that the command line does not give."""
    given: dict[str, Assignment] = {}
    for text in texts:
        path, equals, value = text.partition("=")
        path = path.strip()
        if not equals or not path:
            raise WrongType(f"--set {text!r}: NAME=VALUE is needed, for instance fEps=0.15")
        if path in given:
            raise WrongType(f"--set {path}: given twice, as {given[path].text} and {value}")
        given[path] = Assignment(path, value, f"--set {path}")
    from_file = [] if file is None else [Assignment(p, text, f"{file}: {p}") for p, text in _flat("", _load(file))]
    return [a for a in from_file if not _is_replaced(a.path, given)] + list(given.values())


def _is_replaced(path: str, given: Iterable[str]) -> bool:
    """Whether the command line gives this path, or the value that it is a part of."""
    return any(f"{path}.".startswith(f"{other}.") for other in given)


def _load(file: Path) -> dict[str, Any]:
    try:
        data = file.read_bytes()
        found = tomllib.loads(data.decode()) if file.suffix.lower() == ".toml" else json.loads(data)
    except OSError as error:
        raise RecordingError(f"--parameters {file}: {(error.strerror or str(error)).lower()}") from None
    except (ValueError, UnicodeDecodeError) as error:
        kind = "TOML" if file.suffix.lower() == ".toml" else "JSON"
        raise RecordingError(f"--parameters {file}: no {kind}: {error}") from None
    if not isinstance(found, dict):
        raise RecordingError(f"--parameters {file}: an object with names and values is needed, not a {_kind(found)}")
    return found


def _flat(path: str, value: Any) -> Iterator[tuple[str, str]]:
    if isinstance(value, dict):
        for name, inner in value.items():
            yield from _flat(f"{path}.{name}" if path else name, inner)
    elif isinstance(value, list):
        yield path, ",".join(text for _, text in _flat_list(path, value))
    elif isinstance(value, bool):
        yield path, str(value).upper()
    elif isinstance(value, (int, float, str)):
        yield path, str(value)
    else:
        raise WrongType(f"{path}: a {_kind(value)} cannot be a parameter; numbers, texts, true, false, lists can")


def _flat_list(path: str, value: list[Any]) -> Iterator[tuple[str, str]]:
    for item in value:
        if isinstance(item, dict):
            raise WrongType(f"{path}: a list holds values only, write the members of a structure by their names")
        yield from _flat(path, item)


def _kind(value: Any) -> str:
    return "null" if value is None else type(value).__name__
