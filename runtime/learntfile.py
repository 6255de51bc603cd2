"""Learnt data as files that anything can read: one JSON object with its format, its version and plain lists.

Numbers are written so that reading gives the same bits. A file appears whole or not at all. What the lists mean is
told by the module that names the format.
"""

import json
from pathlib import Path
from typing import Any

from .errors import LearntDataError
from .files import replacing


def write_learnt(path: str | Path, kind: str, version: int, content: dict[str, Any]) -> None:
    """Writes the content under its format and version; equal content gives equal bytes."""
    text = json.dumps({"format": kind, "version": version, **content}, allow_nan=False, separators=(",", ":"))
    with replacing(Path(path)) as file:
        file.write(text.replace('},{"', '},\n{"').encode() + b"\n")


def read_learnt(path: str | Path, kind: str, version: int) -> dict[str, Any]:
    """The content of a file of that format and version.

    Raises OSError when there is no such file, LearntDataError when it is damaged or of another kind.
    """
    data = Path(path).read_bytes()
    try:
        content = json.loads(data)
    except ValueError as error:
        raise LearntDataError(f"{path}: no JSON: {error}") from None
    if not isinstance(content, dict) or content.get("format") != kind:
        found = content.get("format") if isinstance(content, dict) else type(content).__name__
        raise LearntDataError(f"{path}: format is {found!r}, {kind!r} was expected")
    if content.get("version") != version:
        raise LearntDataError(f"{path}: version {content.get('version')!r}, this alycat reads version {version}")
    return content
