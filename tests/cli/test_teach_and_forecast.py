"""`alycat replay --teach` and the refusals of `alycat train-forecast`."""

import importlib.util

import numpy as np
import pytest
from click.testing import CliRunner

from alycat.runtime.cli.app import alycat

SETTINGS = [
    "nSegmentLength=8",
    "nStride=4",
    "eWindow=Symmetric",
    "nTeachBufferSize=400",
    "nTeachStride=1",
    "nNumClusters=10",
    "nRestarts=2",
    "nSeed=0",
    "eErrorKind=AbsoluteMaximum",
    "eThresholdKind=Maximum",
    "fQuantile=1",
]


def written(path, values):
    path.write_text("x\n" + "\n".join(f"{v:.6f}" for v in values) + "\n")
    return str(path)


def run(*arguments):
    return CliRunner().invoke(alycat, list(arguments))


@pytest.fixture
def files(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    normal = np.sin(np.arange(400) / 3)
    broken = normal.copy()
    broken[100:104] = 3.0
    return written(tmp_path / "normal.csv", normal), written(tmp_path / "day.csv", broken)


def test_replay_teaches_first(files, tmp_path):
    normal, day = files
    common = ["--block", "ShapeReconstruction", "--channels", "x", "--cycle", "10ms", "--picture", "none"]
    done = run("replay", day, *common, "--teach", normal, "--set", *SETTINGS)
    assert done.exit_code == 0, done.output
    lines = (tmp_path / "day.ShapeReconstruction.csv").read_text().splitlines()
    names, rows = lines[0].split(","), [line.split(",") for line in lines[1:]]
    anomalous = [i for i, row in enumerate(rows) if row[names.index("bAnomaly")].lower() in ("1", "true")]
    assert anomalous and min(anomalous) >= 100 and max(anomalous) < 100 + 8 + 2 * 4
    refused = run("replay", day, *common, "--set", *SETTINGS)
    assert refused.exit_code and "recording of normal data with --teach" in refused.output
    few = run("replay", day, *common, "--teach", normal, "--set", *SETTINGS, "nNumClusters=9000")
    assert few.exit_code


def test_a_block_that_cannot_be_taught(files):
    normal, day = files
    common = ["--channels", "x", "--cycle", "10ms", "--picture", "none"]
    refused = run("replay", day, "--block", "MinMaxAvg_1Ch", *common, "--teach", normal)
    assert refused.exit_code and "MinMaxAvg_1Ch cannot be taught" in refused.output


def test_training_refuses_what_cannot_be_trained(files, tmp_path):
    normal, _ = files
    common = ["train-forecast", normal, "--channels", "x", "--cycle", "10min"]
    few = run(*common, "--out", "m.npz")
    assert few.exit_code and "400 rows to train with, at least 3 x --length = 432" in few.output
    suffix = run(*common, "--out", "m.bin", "--length", "24")
    assert suffix.exit_code and "must end in .npz" in suffix.output
    if importlib.util.find_spec("gluonts") is None:
        extra = run(*common, "--out", "m.npz", "--length", "24")
        assert extra.exit_code and "pip install 'alycat[deepar]'" in extra.output
    assert not (tmp_path / "m.npz").exists()


@pytest.mark.parametrize(("seasons", "rows"), [(2, 40), (2, 4)], ids=["with a band", "without one yet"])
def test_the_picture_of_a_band(tmp_path, monkeypatch, seasons, rows):
    from matplotlib.figure import Figure

    from alycat.runtime.cli import pictures

    drawn = []
    original = pictures.draw_band
    monkeypatch.setattr(pictures, "draw_band", lambda figure, *rest: drawn.append(figure) or original(figure, *rest))
    monkeypatch.chdir(tmp_path)
    values = np.tile([0.0, 1.0, 2.0, 1.0], rows // 4)
    values[-2] = 9.0
    day = written(tmp_path / "day.csv", values)
    given = ["tSeason=4s", "tSlot=1s", f"nNumSeasons={seasons}", "nNumNeighbours=0", "nMinResiduals=1"]
    given += ["fQuantileLower=0.1", "fQuantileMiddle=0.5", "fQuantileUpper=0.9", "nMaxForecast=0"]
    done = run("replay", day, "--block", "ForecastBand", "--channels", "x", "--cycle", "1s", "--set", *given)
    assert done.exit_code == 0 and (tmp_path / "day.ForecastBand.png").stat().st_size > 10_000, done.output
    (figure,) = drawn
    assert isinstance(figure, Figure)
    above, below = figure.axes
    outside = next(line for line in above.lines if line.get_label() == "outside")
    assert list(outside.get_ydata()) == ([9.0] if rows > 4 else [])
    assert bool(above.collections) is (rows > 4)
    assert max(below.lines[0].get_ydata()) == (7.0 if rows > 4 else 0.0)
