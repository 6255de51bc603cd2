"""Every block can be replayed with the line that `alycat blocks NAME` prints for it."""

import shlex

import numpy as np
import polars as pl
import pytest

from alycat.runtime.cli.blocks_command import EXAMPLE_COLUMNS, EXAMPLE_TEXTS, example_line, taught_line
from alycat.runtime.registry import all_blocks, short_name
from alycat.runtime.targetpaths import use_file_folder

REPLAYED = [short_name(block.__name__) for block in all_blocks() if example_line(block)]
TAUGHT = [short_name(block.__name__) for block in all_blocks() if taught_line(block)]
WRITERS = dict.fromkeys(
    ("CorrelationFunctionReference", "DynamicTimeWarping", "TimeBasedEnvelope_1Ch"), "TimeBasedTeachPath_1Ch"
)
"""Whose line writes the file that another one reads."""
LEARNERS = ("IsolationForest",)
"""Blocks that run with what `alycat learn` writes."""


@pytest.fixture
def recording(folder):
    """data.csv with every column that a line may name; whole numbers, so that they are timespans as well.

    Pressure is never above flow: a band whose lower bound is above the upper one is refused. Flags mark periods.
    """
    with use_file_folder(folder / "files"):
        write_rows("data.csv", 300)
        write_rows("normal.csv", 800)
        yield


def write_rows(name, rows):
    rng = np.random.default_rng(3)
    start = pl.datetime(2025, 3, 29, 7)
    times = pl.datetime_range(start, start + pl.duration(minutes=15 * (rows - 1)), "15m", eager=True)
    columns = {column: rng.integers(0, 4, rows) for column in EXAMPLE_COLUMNS}
    columns["flow"] = columns["flow"] + columns["pressure"]
    for phase, flag in ((0, "started"), (15, "stopped")):
        columns[flag] = (np.arange(rows) % 20 == phase).astype(int)
    for column, own in zip(EXAMPLE_TEXTS, ("Läuft", "Rüsten"), strict=True):
        columns[column] = rng.choice([own, "OK", "Störung", "007"], rows)
    pl.DataFrame({"ts": times} | columns).write_csv(name, datetime_format="%Y-%m-%dT%H:%M:%SZ")


def printed_line(cli, name, title):
    """The words of the line below a title, without the folds of the terminal."""
    text = cli("blocks", name).stdout.rpartition(f"{title}\n")[2].partition("\n\n")[0]
    return shlex.split(text.replace("\\\n", " "))


def run_printed_line(cli, name, title="Example"):
    words = printed_line(cli, name, title)
    assert words[:2] == ["alycat", "replay"]
    done = cli(*words[1:], "--picture", "none", "--out", "out.parquet")
    assert done.exit_code == 0, done.stderr


@pytest.mark.parametrize("name", REPLAYED)
def test_the_printed_line_works(name, cli, recording, folder):
    if name in WRITERS:
        run_printed_line(cli, WRITERS[name])
    if name in LEARNERS:
        pytest.importorskip("sklearn")
        learnt = cli("learn", "data.csv", "--block", name, "--channels", "temp,pressure", "--set", "trees=20")
        assert learnt.exit_code == 0, learnt.stderr
    run_printed_line(cli, name)
    found = pl.read_parquet(folder / "out.parquet")
    assert found.height == 300 and not found["bError"].any()


@pytest.mark.parametrize("name", TAUGHT)
def test_the_printed_line_of_teaching_works(name, cli, recording, folder):
    """In one command, and nothing of what was learnt is left behind."""
    if name in LEARNERS:
        pytest.importorskip("sklearn")
    run_printed_line(cli, name, "Taught from a recording")
    found = pl.read_parquet(folder / "out.parquet")
    assert found.height == 300 and not found["bError"].any() and not (folder / "files").exists()


def test_all_that_read_learnt_data_can_be_taught():
    readers = {short_name(block.__name__) for block in all_blocks() if hasattr(block, "reads")}
    assert readers == set(TAUGHT) and len(readers) == 6
