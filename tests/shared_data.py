"""Real data that lies beside the project and is never shipped; tests that need it are skipped without it."""

import os
from pathlib import Path

import numpy as np
import pytest

PROJECT = Path(__file__).resolve().parents[1]


def data_folder(name: str) -> Path | None:
    """The data file or folder of that name, or None where there is none."""
    path = Path(os.environ.get("ALYCAT_SHARED") or PROJECT.parent / "shared") / "data" / name
    return path if path.exists() else None


def shared_data(name: str) -> Path:
    """The path of a data file or folder, or the test is skipped."""
    path = data_folder(name)
    if path is None:
        pytest.skip(f"no data/{name} in $ALYCAT_SHARED or in a folder shared beside the project")
    return path


def clickstream(folder: Path) -> tuple[np.ndarray, np.ndarray, list[tuple[int, int]]]:
    """One row a minute: pages, users, clicks, clicks - users; labels; the labelled events as (first, last) row."""
    table = np.genfromtxt(folder / "clicks_1T.csv", delimiter=",", skip_header=1, usecols=(1, 2, 3))
    labels = np.genfromtxt(folder / "fault_label_1T.csv", delimiter=",").ravel() > 0
    steps = np.diff(np.concatenate([[0], labels, [0]]).astype(int))
    events = list(zip(np.flatnonzero(steps == 1).tolist(), (np.flatnonzero(steps == -1) - 1).tolist(), strict=True))
    return np.column_stack([table, table[:, 2] - table[:, 1]]), labels, events
