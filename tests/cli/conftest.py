"""A command line to call and recordings to call it with."""

import os
import subprocess
import sys

import numpy as np
import polars as pl
import pytest
from click.testing import CliRunner

from alycat.runtime.cli.app import alycat

SETTINGS = [
    "fEps=0.15",
    "fMuBeta=2",
    "fLambda=0",
    "fEpsDBSCAN=0.8",
    "fMinWeightDBSCAN=5",
    "nPotMCsBufferSize=100",
    "nOutMCsBufferSize=100",
]


@pytest.fixture
def folder(tmp_path, monkeypatch):
    """An empty current folder."""
    monkeypatch.chdir(tmp_path)
    return tmp_path


@pytest.fixture
def cli():
    """Calls the command line in this process."""

    def call(*args):
        return CliRunner().invoke(alycat, [str(arg) for arg in args], prog_name="alycat")

    return call


@pytest.fixture
def shell(folder):
    """Calls the command line in a process of its own, 80 columns wide."""

    def call(*args):
        command = [sys.executable, "-m", "alycat.runtime.cli", *map(str, args)]
        environment = os.environ | {"COLUMNS": "80"}
        return subprocess.run(command, capture_output=True, text=True, cwd=folder, env=environment, check=False)

    return call


@pytest.fixture
def settings():
    """What DenStream needs, with changes: settings(fEps=0)."""

    def given(**changes):
        kept = [s for s in SETTINGS if s.partition("=")[0] not in changes]
        return ["--set", *kept, *(f"{name}={value}" for name, value in changes.items())]

    return given


@pytest.fixture
def data(folder):
    """data.csv with three operating points, one row each with a gap, a NaN and an infinity; its frame."""
    rng = np.random.default_rng(7)
    rows = 600
    points = np.array([[0, 0], [3, 3], [0, 4]])[np.arange(rows) // 50 % 3] + rng.normal(size=(rows, 2)) * 0.1
    temp, pressure = points[:, 0].tolist(), points[:, 1].tolist()
    temp[10], temp[20], pressure[30] = None, float("nan"), float("inf")
    start = pl.datetime(2025, 3, 1, 8)
    times = pl.datetime_range(start, start + pl.duration(seconds=rows - 1), "1s", eager=True, time_unit="ns")
    frame = pl.DataFrame({"ts": times, "temp": temp, "pressure": pressure})
    frame.write_csv(folder / "data.csv", datetime_format="%Y-%m-%dT%H:%M:%SZ")
    return frame
