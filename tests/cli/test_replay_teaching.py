"""`alycat replay` with blocks that teach, read and name: states, columns as inputs of Call, texts in the table."""

import json

import numpy as np
import polars as pl
import pytest

from alycat.runtime.targetpaths import use_file_folder

TEACH = ["eTeachMode=Mean", "nSegmentSize=10", "nSetNumTeaches=0", "bInvolveExistingFile=FALSE"]
TEACH += ["bNegateStartPeriod=FALSE", "bNegateStopPeriod=FALSE", "bStopPeriod=FALSE"]
READ = ["eBandMode=Absolute", "fBand=0.5", "nSegmentSize=10", "bNegateStartPeriod=FALSE"]
FILE = ["tTimeout=5s", "sFilePath=C:\\Boot\\Press.tas"]


@pytest.fixture
def press(folder):
    """Four periods of five values, each a little higher."""
    rows = np.arange(20)
    values = rows % 5 + rows // 5 / 4
    pl.DataFrame({"force": values, "start": (rows % 5 == 0).astype(int)}).write_csv("press.csv")
    with use_file_folder(folder / "files"):
        yield folder


def run(cli, block, *settings):
    start = ["replay", "press.csv", "--block", block, "--channels", "force", "--cycle", "10ms", "--picture", "none"]
    return cli(*start, "--set", *settings)


def test_a_curve_is_taught_and_compared(press, cli):
    done = run(cli, "TimeBasedTeachPath_1Ch", *TEACH, *FILE, "bStartPeriod=@start")
    assert (done.exit_code, done.stderr) == (0, "")
    taught = json.loads((press / "files" / "C" / "Boot" / "Press.tas").read_text())
    assert taught["columns"]["value"] == [k + 0.25 for k in range(5)] and taught["header"]["teach_cycles"] == 3
    assert run(cli, "TimeBasedEnvelope_1Ch", *READ, *FILE, "bStartPeriod=@start").exit_code == 0
    found = pl.read_csv(press / "press.TimeBasedEnvelope_1Ch.csv")
    assert found["nValueNumber"].to_list() == [1, 2, 3, 4, 5] * 4
    assert found["bWithinBand"].to_list() == [True] * 20 and found["eState"].to_list() == [1] * 20


def test_a_number_of_a_column_and_the_learnt_coefficients(press, cli):
    settings = ["bBias=TRUE", "fStepSize=0.01", "nMiniBatchSize=1", "bInvolveExistingFile=FALSE", "bFit=TRUE"]
    done = run(cli, "LinearRegressionFitting", *settings, "tTimeout=5s", "sFilePath=r.json", "dependent=@start")
    assert done.exit_code == 0, done.stderr
    assert json.loads((press / "files" / "r.json").read_text())["header"] == {"samples": 20}


def test_what_is_told_when_it_cannot_work(press, cli):
    for settings, reason in (
        ([*FILE, "bStartPeriod=@start"], "SwitchState_Read failed with event 16#300C"),
        ([*FILE, "bStartPeriod=@strat"], "no column 'strat'"),
        ([*FILE, "bStartPeriod=@start", "bStartPeriod=TRUE"], "bStartPeriod: given twice, as @start and TRUE"),
    ):
        done = run(cli, "TimeBasedEnvelope_1Ch", *READ, *settings)
        assert done.exit_code != 0 and reason in done.stderr + done.output


def test_texts_among_the_outputs(press, cli):
    levels = ["fThresholdLevel12=2", "fThresholdLevel23=4"]
    names = ["sStringLevel1=kühl", "sStringLevel2=warm, gut", "sStringLevel3=heiß"]
    start = ["replay", "press.csv", "--block", "ThresholdStringClassificator_1Ch", "--channels", "force"]
    done = cli(*start, "--cycle", "10ms", "--set", *levels, *names)
    assert done.exit_code == 0, done.stderr
    found = pl.read_csv(press / "press.ThresholdStringClassificator_1Ch.csv")
    assert found["sResult"][:5].to_list() == ["kühl", "kühl", "warm, gut", "warm, gut", "heiß"]
    assert (press / "press.ThresholdStringClassificator_1Ch.png").exists()
