"""Pictures: every odd case draws without a warning. How they look is judged by eye."""

import warnings

import numpy as np
import pytest
from matplotlib.image import imread

from alycat.runtime.cli.panels import SHORT_S, TimeAxis, view_limits
from alycat.runtime.cli.pictures import draw
from alycat.runtime.cli.replaying import run
from alycat.runtime.cli.settings import Settings
from alycat.runtime.cli.terminal import phases
from alycat.runtime.recordings import Recording
from alycat.runtime.registry import find_block

CONFIGURE = {
    "fEps": 0.2,
    "fMuBeta": 2.0,
    "fLambda": 0.0,
    "fEpsDBSCAN": 0.8,
    "fMinWeightDBSCAN": 5.0,
    "nPotMCsBufferSize": 50,
    "nOutMCsBufferSize": 50,
}


def recording_of(values, step_ns=10**9, has_date=True):
    values = np.asarray(values, float)
    times = np.uint64(8 * 10**17) + np.arange(len(values), dtype=np.uint64) * np.uint64(step_ns)
    names = tuple(f"c{k}" for k in range(values.shape[1]))
    return Recording(names, times, values, np.isnan(values), has_date=has_date)


def replayed(values, **changes):
    settings = Settings(configure=CONFIGURE | changes)
    with phases() as progress:
        return run(find_block("DenStream"), settings, recording_of(values), progress)


def blobs(rows, channels, seed=1):
    rng = np.random.default_rng(seed)
    return rng.uniform(0, 10, (4, channels))[np.arange(rows) // 25 % 4] + rng.normal(size=(rows, channels)) * 0.05


FAR = blobs(500, 2)
FAR[400] = 1e9
GAPS = blobs(200, 2)
GAPS[50:60, 1] = np.nan
CASES = {
    "one channel": (blobs(300, 1), {}),
    "two channels": (blobs(300, 2), {}),
    "eight channels": (blobs(300, 8), {}),
    "one row": (blobs(1, 2), {}),
    "one row, one channel": (blobs(1, 1), {}),
    "no cluster": (np.random.default_rng(2).uniform(0, 100, (50, 2)), {}),
    "overflow": (blobs(300, 2), {"nPotMCsBufferSize": 1, "nOutMCsBufferSize": 1}),
    "constant": (np.ones((100, 2)), {}),
    "no accepted row": (np.full((5, 2), np.nan), {}),
    "no accepted row, one channel": (np.full((5, 1), np.nan), {}),
    "far outlier": (FAR, {}),
    "huge values": (blobs(50, 2) * 1e148, {"fEps": 1e147, "fEpsDBSCAN": 4e147}),
    "gaps": (GAPS, {}),
    "many clusters": (np.repeat(np.arange(40.0), 20)[:, None] * [5, 3], {"fEps": 0.1}),
}


@pytest.mark.slow
@pytest.mark.parametrize("case", CASES)
def test_every_case_draws_without_a_warning(case, tmp_path):
    values, changes = CASES[case]
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        draw(replayed(values, **changes), f"$odd_{case}", tmp_path / "p.png")
    pixels = imread(tmp_path / "p.png")
    assert pixels.shape[0] > 800 and pixels.min() < 0.2


@pytest.mark.slow
@pytest.mark.parametrize("kind", ["svg", "pdf"])
def test_other_formats(tmp_path, kind):
    draw(replayed(blobs(100, 2)), "t", tmp_path / f"p.{kind}")
    assert (tmp_path / f"p.{kind}").stat().st_size > 1000


def test_time_axis_is_in_dates_or_in_seconds():
    long = recording_of(np.zeros((100, 1)))
    assert TimeAxis(long.timestamps, True).label == "time (UTC)"
    assert TimeAxis(long.timestamps, False).label == "seconds"
    short = recording_of(np.zeros((3, 1)), step_ns=SHORT_S * 10**8)
    axis = TimeAxis(short.timestamps, True)
    assert axis.label.startswith("seconds from 2025-") and axis.x.tolist() == [0, 2, 4]


def test_view_leaves_out_only_what_is_very_far():
    values = np.linspace(0, 1, 1001)
    assert view_limits(values)[1] == pytest.approx(1.05)
    assert view_limits(np.append(values, 3.0))[1] > 3
    assert view_limits(np.append(values, 1e6))[1] < 3
    low, high = view_limits(np.full(5, 7.0))
    assert low < 7 < high
