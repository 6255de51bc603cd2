r"""Paths as programs write them for a target, as files below one folder of this computer.

`C:\TwinCAT\3.1\Boot\Press.tas` becomes ``FOLDER/C/TwinCAT/3.1/Boot/Press.tas``, `%TC_BOOTPRJPATH%\Press.tas` becomes
``FOLDER/TC_BOOTPRJPATH/Press.tas``, `Press.tas` is ``FOLDER/Press.tas``. FOLDER is what `use_file_folder` says, else
the environment variable ALYCAT_FILES, else the current folder. Nothing outside of it is ever read or written.
"""

import os
import re
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from pathlib import Path

from .errors import RangeError

_DRIVE = re.compile(r"([A-Za-z]):")
_VARIABLE = re.compile(r"%(\w+)%")
_FORBIDDEN = re.compile(r'[<>:"|?*%\x00-\x1f\x7f]')  # by Windows; a percent sign only around a variable
_chosen: ContextVar[Path | None] = ContextVar("alycat_files", default=None)


class PathError(RangeError):
    """A path that a program gave cannot be used."""


def file_folder() -> Path:
    """The folder below which the files of all blocks lie."""
    return _chosen.get() or Path(os.environ.get("ALYCAT_FILES") or Path.cwd())


@contextmanager
def use_file_folder(folder: str | Path) -> Iterator[Path]:
    """Let the files of all blocks lie below `folder`."""
    token = _chosen.set(Path(folder))
    try:
        yield Path(folder)
    finally:
        _chosen.reset(token)


def target_parts(text: str) -> tuple[str, ...]:
    """The names of folders and file in a path of a target; PathError says what is wrong with it.

    Looks at the text only, so that it may be called in a cycle.
    """
    names = [name for name in re.split(r"[\\/]+", text) if name not in ("", ".")]
    if not names or re.search(r"[\\/]\.*$", text):
        raise PathError(f"{text!r} names no file")
    for form in (_DRIVE, _VARIABLE):
        found = form.fullmatch(names[0])
        if found and len(names) > 1:
            names[0] = found[1].upper()
    for name in names:
        if name == "..":
            raise PathError(f"{text!r}: '..' is not allowed")
        wrong = _FORBIDDEN.search(name)
        if wrong:
            raise PathError(f"{text!r}: {wrong[0]!r} cannot stand in a name")
        if name != name.rstrip(". "):
            raise PathError(f"{text!r}: {name!r} ends with a dot or a blank")
    return tuple(names)


def target_file(text: str, folder: Path) -> Path:
    """The file of this computer for a path of a target; PathError when links lead out of `folder`."""
    root = folder.resolve()
    path = root.joinpath(*target_parts(text))
    try:
        is_below = path.resolve().is_relative_to(root)
    except (OSError, RuntimeError):  # links that lead in a circle
        is_below = False
    if not is_below:
        raise PathError(f"{text!r} leads out of the folder {folder}")
    return path
