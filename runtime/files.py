"""Files that are written as a whole or not at all, whenever the power fails."""

import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import BinaryIO


@contextmanager
def replacing(path: Path, backup: Path | None = None) -> Iterator[BinaryIO]:
    """Open a temporary file beside `path` which takes its place once it is safely on the disk.

    The file there before, if any, becomes `backup`. Between the two renames only the backup is there, so that at any
    instant a complete file exists.
    """
    temporary = path.with_name(f"{path.name}.tmp")
    try:
        with temporary.open("wb") as file:
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


def _sync_folder(folder: Path) -> None:
    """Make the renames last: they are entries of the folder."""
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
