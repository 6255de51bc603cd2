"""Every block can be replayed with the line that `alycat blocks NAME` prints for it."""

import shlex

import numpy as np
import polars as pl
import pytest

from alycat.runtime.cli.blocks_command import EXAMPLE_COLUMNS, example_line
from alycat.runtime.registry import all_blocks, short_name

REPLAYED = [short_name(block.__name__) for block in all_blocks() if example_line(block)]


@pytest.fixture
def recording(folder):
    """data.csv with every column that a line may name; whole numbers, so that they are timespans as well."""
    rng = np.random.default_rng(3)
    rows = 300
    start = pl.datetime(2025, 3, 29, 7)
    times = pl.datetime_range(start, start + pl.duration(minutes=15 * (rows - 1)), "15m", eager=True)
    columns = {name: rng.integers(0, 4, rows) for name in EXAMPLE_COLUMNS}
    pl.DataFrame({"ts": times} | columns).write_csv(folder / "data.csv", datetime_format="%Y-%m-%dT%H:%M:%SZ")


def printed_line(cli, name):
    """The words of the line below Example, without the folds of the terminal."""
    text = cli("blocks", name).stdout.rpartition("Example\n")[2]
    return shlex.split(text.replace("\\\n", " "))


@pytest.mark.parametrize("name", REPLAYED)
def test_the_printed_line_works(name, cli, recording, folder):
    words = printed_line(cli, name)
    assert words[:2] == ["alycat", "replay"]
    done = cli(*words[1:], "--picture", "none", "--out", "out.parquet")
    assert done.exit_code == 0, done.stderr
    found = pl.read_parquet(folder / "out.parquet")
    assert found.height == 300 and not found["bError"].any()
