"""Recordings of real plants and services, where they lie beside the project (../shared/data); never shipped."""

from pathlib import Path

import numpy as np

ROOT = Path(__file__).resolve().parents[1]


def data_folder(name: str) -> Path | None:
    """The folder of that name, or None where there is none."""
    for above in ROOT.parents:
        if (above / "shared" / "data" / name).is_dir():
            return above / "shared" / "data" / name
    return None


def clickstream(folder: Path) -> tuple[np.ndarray, np.ndarray, list[tuple[int, int]]]:
    """One row a minute: pages, users, clicks, clicks - users; labels; the labelled events as (first, last) row."""
    table = np.genfromtxt(folder / "clicks_1T.csv", delimiter=",", skip_header=1, usecols=(1, 2, 3))
    labels = np.genfromtxt(folder / "fault_label_1T.csv", delimiter=",").ravel() > 0
    steps = np.diff(np.concatenate([[0], labels, [0]]).astype(int))
    events = list(zip(np.flatnonzero(steps == 1).tolist(), (np.flatnonzero(steps == -1) - 1).tolist(), strict=True))
    return np.column_stack([table, table[:, 2] - table[:, 1]]), labels, events
