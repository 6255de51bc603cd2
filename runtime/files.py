"""Files that are written as a whole or not at all, whenever the power fails and whoever else writes them."""

import fcntl
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import BinaryIO


@contextmanager
def replacing(path: Path, backup: Path | None = None) -> Iterator[BinaryIO]:
    """Open a temporary file beside `path` which takes its place once it is safely on the disk.

    The file there before, if any, becomes `backup`. Between the two renames only the backup is there, so that at any
    instant a complete file exists. What a process that was killed has left behind is written over; of several that
    write the same file one waits for the other.
    """
    temporary = _temporary(path)
    with _locked(temporary) as file:
        try:
            yield file
            file.flush()
            os.fsync(file.fileno())
            if backup and path.exists():
                os.replace(path, backup)
            os.replace(temporary, path)
        except BaseException:
            temporary.unlink(missing_ok=True)
            raise
    _sync_folder(path.parent)


def try_to_replace(path: Path) -> None:
    """OSError where `replacing` would fail, as far as that can be told without writing."""
    with _locked(_temporary(path)):
        _temporary(path).unlink()


def _temporary(path: Path) -> Path:
    return path.with_name(f"{path.name}.tmp")


@contextmanager
def _locked(path: Path) -> Iterator[BinaryIO]:
    """An empty file at `path` that nobody else writes until it is closed, or until this process ends."""
    while True:
        with open(path, "wb", opener=_not_emptied) as file:
            fcntl.flock(file, fcntl.LOCK_EX)
            if _is_at(path, file):  # else the one who had it has renamed it
                file.truncate(0)
                yield file
                return


def _not_emptied(path: str, flags: int) -> int:
    return os.open(path, flags & ~os.O_TRUNC, 0o666)


def _is_at(path: Path, file: BinaryIO) -> bool:
    try:
        return os.path.samestat(path.stat(), os.fstat(file.fileno()))
    except FileNotFoundError:
        return False


def _sync_folder(folder: Path) -> None:
    """Make the renames last: they are entries of the folder."""
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
