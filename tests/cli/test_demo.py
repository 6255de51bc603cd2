"""`alycat demo`: the story is true, the files are there, and the recording replays to the same outputs."""

import json
import os
import pty
import subprocess
import sys
from pathlib import Path

import numpy as np
import polars as pl
import pytest
from click.testing import CliRunner

from alycat.runtime.cli.app import alycat


@pytest.fixture(scope="module")
def default(tmp_path_factory):
    """The default demo, as a program sees it, and the folder it ran in."""
    folder = tmp_path_factory.mktemp("default")
    with pytest.MonkeyPatch.context() as patch:
        patch.chdir(folder)
        done = CliRunner().invoke(alycat, ["demo", "--json"], prog_name="alycat")
    assert done.exit_code == 0 and done.stderr == ""
    return json.loads(done.stdout), folder


@pytest.mark.slow
@pytest.mark.parametrize("seed", [1, 2, 3])
def test_the_story_is_true(cli, folder, default, seed):
    found = default[0] if seed == 1 else json.loads(cli("demo", "--seed", seed, "--json").stdout)
    assert found["cycles"] == 60_000 and found["overflow_s"] is None
    assert (found["known_clusters"], found["clusters"]) == (3, 4)
    assert found["fault_begins_s"] == 420
    # At 427 s the pump is at high speed for the first time with the fault.
    assert 427 < found["fault_seen_s"] < 432
    assert found["fault_seen_s"] < found["new_cluster_s"] < 470
    assert sum(found["rows_by_cluster"].values()) == 60_000


@pytest.mark.slow
def test_writes_what_it_names(default):
    results, folder = default
    assert results["written"] == ["alycat-demo/recording.csv", "alycat-demo/picture.png"]
    assert sorted(p.name for p in (folder / "alycat-demo").iterdir()) == ["picture.png", "recording.csv"]
    assert (folder / "alycat-demo/picture.png").read_bytes().startswith(b"\x89PNG")


@pytest.mark.slow
def test_the_recording_replays_to_the_same_outputs(default, cli, monkeypatch):
    results, folder = default
    monkeypatch.chdir(folder)
    settings = [f"{name}={value}" for name, value in results["settings"].items()]
    recording = "alycat-demo/recording.csv"
    channels = "--channels", "flow,pressure"
    done = cli("replay", recording, "--block", "DenStream", *channels, "--time", "time", "--picture", "none",
               "--out", "replayed.csv", "--set", *settings)  # fmt: skip
    assert done.exit_code == 0, done.stderr
    live, replayed = pl.read_csv(recording), pl.read_csv("replayed.csv")
    assert set(live.columns) <= set(replayed.columns)
    assert live.equals(replayed.select(live.columns))


def test_the_same_seed_gives_the_same_bytes(cli, folder):
    for out in ("a", "b"):
        assert cli("demo", "--duration", "20s", "--out", out).exit_code == 0
    assert cli("demo", "--duration", "20s", "--out", "c", "--seed", 2).exit_code == 0
    a, b, c = ((folder / out / "recording.csv").read_bytes() for out in "abc")
    assert a == b != c


def test_the_table(shell):
    done = shell("demo", "--duration", "20s")
    assert (done.returncode, done.stderr) == (0, "")
    assert max(map(len, done.stdout.splitlines())) <= 80
    for word in ("Cycles", "cycles/s", "Clusters", "Outliers", "Fault", "Seen", "Buffer fill", "Overflow", "Written"):
        assert word in done.stdout


@pytest.mark.parametrize(
    ("args", "message"),
    [
        (["--duration", "soon"], "--duration: 'soon' is no duration"),
        (["--duration", "10ms"], "must be at least 1 s"),
        (["--out", "file"], "file: File exists"),
    ],
)
def test_mistakes_are_one_line(cli, folder, args, message):
    (folder / "file").touch()
    done = cli("demo", *args)
    assert done.exit_code == 1 and message in done.stderr and done.stderr.count("\n") == 1


@pytest.mark.slow
def test_on_a_terminal_there_is_progress(folder: Path):
    ours, theirs = pty.openpty()
    command = [sys.executable, "-m", "alycat.runtime.cli", "demo", "--duration", "2min"]
    process = subprocess.Popen(command, stderr=theirs, stdout=subprocess.DEVNULL, cwd=folder)
    os.close(theirs)
    shown = b""
    while True:
        try:
            part = os.read(ours, 4096)
        except OSError:  # the other end is closed
            break
        shown += part
    assert process.wait() == 0
    assert b"running 12 000 cycles" in shown


def test_marks_are_lines_with_their_words():
    from matplotlib.figure import Figure

    from alycat.runtime.cli.panels import TimeAxis, point_out

    panels = Figure().subplots(2, 1)
    time = TimeAxis(np.array([5, 10, 65], np.uint64) * 10**9, has_date=False)
    point_out(panels, time, [(40 * 10**9, "seen"), (35 * 10**9, "begins")])
    assert [[line.get_xdata()[0] for line in panel.lines] for panel in panels] == [[30, 35]] * 2
    assert [(text.get_text(), text.get_ha()) for text in panels[0].texts] == [("begins", "right"), ("seen", "left")]
