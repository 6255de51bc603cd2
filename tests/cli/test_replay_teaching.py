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


def flat(done):
    return " ".join(done.stdout.split())


def run(cli, block, *settings):
    start = ["replay", "press.csv", "--block", block, "--channels", "force", "--cycle", "10ms", "--picture", "none"]
    return cli(*start, "--set", *settings)


def test_a_curve_is_taught_and_compared(press, cli):
    done = run(cli, "TimeBasedTeachPath_1Ch", *TEACH, *FILE, "bStartPeriod=@start")
    assert (done.exit_code, done.stderr) == (0, "")
    assert "Learnt teach path: teach_mode Mean, teach_cycles 3, value[5], in files/C/Boot/Press.tas" in flat(done)
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
    modes = ["eStringCompareMode=Equals", "eCountMode=Cyclic", "bCaseSensitive=TRUE"]
    done = run(cli, "StringCompare_1Ch", "sReference=x", *modes)
    assert done.exit_code != 0 and "StringCompare_1Ch has text channels" in done.stderr + done.output


def test_texts_among_the_outputs(press, cli):
    levels = ["fThresholdLevel12=2", "fThresholdLevel23=4"]
    names = ["sStringLevel1=kühl", "sStringLevel2=warm, gut", "sStringLevel3=heiß"]
    start = ["replay", "press.csv", "--block", "ThresholdStringClassificator_1Ch", "--channels", "force"]
    done = cli(*start, "--cycle", "10ms", "--set", *levels, *names)
    assert done.exit_code == 0, done.stderr
    found = pl.read_csv(press / "press.ThresholdStringClassificator_1Ch.csv")
    assert found["sResult"][:5].to_list() == ["kühl", "kühl", "warm, gut", "warm, gut", "heiß"]
    assert (press / "press.ThresholdStringClassificator_1Ch.png").exists()


COMMON = ["--channels", "force", "--cycle", "10ms", "--picture", "none"]
BAND = ["eBandMode=Absolute", "fBand=0.5", "bNegateStartPeriod=FALSE", "bStartPeriod=@start"]


def one_command(cli, block, *settings, teach=("press.csv",), common=COMMON):
    lessons = [part for file in teach for part in ("--teach", file)]
    return cli("replay", "today.csv", "--block", block, *common, *lessons, "--set", *settings)


@pytest.fixture
def today(press):
    rows = np.arange(10)
    frame = pl.DataFrame({"force": rows % 5 + 0.25, "start": (rows % 5 == 0).astype(int), "other": rows * 2.0 + 1})
    frame.write_csv("today.csv")
    return press


def test_one_command_teaches_and_runs(today, cli):
    done = one_command(cli, "TimeBasedEnvelope_1Ch", *BAND)
    assert (done.exit_code, done.stderr) == (0, "")
    assert "Taught press.csv: teach path: teach_mode Mean, teach_cycles 3, value[5]" in flat(done)
    found = pl.read_csv("today.TimeBasedEnvelope_1Ch.csv")
    assert found["bWithinBand"].all() and found["fValueRead"].to_list() == [0.25, 1.25, 2.25, 3.25, 4.25] * 2
    assert sorted(p.name for p in today.iterdir()) == ["press.csv", "today.TimeBasedEnvelope_1Ch.csv", "today.csv"]


def test_the_one_that_teaches_has_parameters_of_its_own(today, cli):
    done = one_command(cli, "TimeBasedEnvelope_1Ch", *BAND, "eTeachMode=Minimum", "teach.nSetNumTeaches=2")
    assert "teach_mode Minimum, teach_cycles 2" in flat(done)
    (today / "p.toml").write_text('teach.eTeachMode = "Maximum"')
    done = one_command(cli, "TimeBasedEnvelope_1Ch", *BAND, "--parameters", "p.toml")
    assert "teach_mode Maximum, teach_cycles 3" in flat(done)
    done = one_command(cli, "TimeBasedEnvelope_1Ch", *BAND, "teach.bStartPeriod=TRUE")  # all of it is one period
    assert "teach_cycles 1, value[20]" in flat(done)


def test_a_file_with_a_name_is_kept_and_serves_again(today, cli):
    done = one_command(cli, "TimeBasedEnvelope_1Ch", *BAND, "sFilePath=Press.tas", "tTimeout=1s")
    assert done.exit_code == 0 and (today / "files" / "Press.tas").exists()
    first = (today / "today.TimeBasedEnvelope_1Ch.csv").read_bytes()
    again = one_command(
        cli, "TimeBasedEnvelope_1Ch", *BAND, "sFilePath=Press.tas", "tTimeout=1s", "nSegmentSize=1", teach=()
    )
    assert again.exit_code == 0 and (today / "today.TimeBasedEnvelope_1Ch.csv").read_bytes() == first


def test_each_template_has_a_recording(today, cli):
    flags = ("bStartPeriod=@start", "bStopPeriod=FALSE")
    done = one_command(cli, "DynamicTimeWarping", *flags, teach=("press.csv", "today.csv"))
    assert done.exit_code == 0, done.stderr
    assert "Taught press.csv: teach path" in flat(done) and "Taught today.csv: teach path" in flat(done)
    assert pl.read_csv("today.DynamicTimeWarping.csv")["nBestMatchIdx"].to_list() == [0] * 5 + [1] * 5


def test_files_of_templates_are_kept_by_their_names(today, cli):
    flags = ("bStartPeriod=@start", "bStopPeriod=FALSE")
    for names, files in (
        (["sFilePath=C:\\Boot\\T.tas"], ["C/Boot/T.tas", "C/Boot/T-2.tas"]),
        (["channel.1.sFilePath=a", "channel.2.sFilePath=b"], ["a", "b"]),
        (["sFilePath=D.x\\T"], ["D.x/T", "D.x/T-2"]),
    ):
        done = one_command(cli, "DynamicTimeWarping", *flags, *names, teach=("press.csv", "today.csv"))
        assert done.exit_code == 0, done.stderr
        assert all((today / "files" / file).exists() for file in files)


def test_a_reference_without_a_flag_is_the_whole_recording(today, cli):
    lags = ["nMinLag=-2", "nMaxLag=2", "nStepSize=1", "nWindowSize=5"]
    modes = ["eWindowMode=FixWindow", "eCorrelationMode=Pearson"]
    common = ["--channels", "force,other", "--cycle", "10ms", "--picture", "none"]
    done = one_command(cli, "CorrelationFunctionReference", *lags, *modes, teach=("today.csv",), common=common)
    assert done.exit_code == 0 and "teach_cycles 1, value[10]" in flat(done), done.stderr
    assert pl.read_csv("today.CorrelationFunctionReference.csv")["bNewResult"].to_list() == [False] * 9 + [True]


def test_parameters_that_are_fitted(today, cli):
    done = one_command(cli, "Scaler", "eScalingMode=Normalization")
    assert done.exit_code == 0 and "param_1 0.0, param_2 4.75, samples 20" in flat(done)
    assert pl.read_csv("today.Scaler.csv")["fResult"].to_list() == [(k % 5 + 0.25) / 4.75 for k in range(10)]
    done = one_command(cli, "LinearRegressionInference", "dependent=@start", "fStepSize=0.02")
    assert done.exit_code == 0 and "linear regression: samples 20, coefficient[2]" in flat(done)
    fitted = run(cli, "LinearRegressionFitting", *FIT, "sFilePath=r.json", "dependent=@start")
    assert fitted.exit_code == 0, fitted.stderr
    bias, weight = json.loads((today / "files" / "r.json").read_text())["columns"]["coefficient"]
    found = pl.read_csv("today.LinearRegressionInference.csv")
    assert np.allclose(found["fResult"], bias + weight * (np.arange(10) % 5 + 0.25), rtol=1e-15)


FIT = ["bBias=TRUE", "fStepSize=0.02", "nMiniBatchSize=1", "bInvolveExistingFile=FALSE", "bFit=TRUE", "tTimeout=5s"]


def test_a_forest(today, cli):
    pytest.importorskip("sklearn")
    done = one_command(cli, "IsolationForest", "trees=7", "teach.seed=3", common=COMMON)
    assert done.exit_code == 0 and "n_estimators=7" in flat(done) and "random_state=3" in flat(done), done.stderr


@pytest.mark.parametrize(
    ("block", "settings", "teach", "reason"),
    [
        (
            "TimeBasedTeachPath_1Ch",
            ["x=1"],
            ("press.csv",),
            "is what teaches: give --teach to one that runs with its file",
        ),
        ("MovingAvg_1Ch", ["nNumValues=2"], ("press.csv",), "MovingAvg_1Ch cannot be taught"),
        (
            "TimeBasedEnvelope_1Ch",
            BAND,
            ("press.csv", "today.csv"),
            "is taught with one recording, 2 --teach were given",
        ),
        ("TimeBasedEnvelope_1Ch", BAND, ("none.csv",), "none.csv: no such file"),
        ("TimeBasedEnvelope_1Ch", [*BAND, "fBnad=1"], ("press.csv",), "(did you mean fBand?)"),
        ("TimeBasedEnvelope_1Ch", [*BAND, "teach.fBand=1"], ("press.csv",), "no such parameter"),
        ("TimeBasedEnvelope_1Ch", [*BAND, "teach.bStartPeriod=@no"], ("press.csv",), "no column 'no'"),
        ("TimeBasedEnvelope_1Ch", [*BAND, "teach.bStartPeriod=FALSE"], ("press.csv",), "no period begins and ends"),
        ("TimeBasedEnvelope_1Ch", BAND, ("gap.csv",), "gap.csv: row 2 has a missing or non-finite value; --impute"),
        ("TimeBasedEnvelope_1Ch", BAND, ("large.csv",), "refused 1 rows, the first is row 2"),
        (
            "LinearRegressionInference",
            ["fStepSize=0.1"],
            ("press.csv",),
            "LinearRegressionFitting needs --set dependent=",
        ),
        ("ScalerFitting", ["x=1"], ("press.csv",), "runs with its file, Scaler"),
        ("IsolationForest", ["tres=3"], ("press.csv",), "no such parameter"),
    ],
)
def test_what_is_told_when_it_cannot_be_taught(today, cli, block, settings, teach, reason):
    (today / "gap.csv").write_text("force,start\n1,1\n,0\n")
    (today / "large.csv").write_text("force,start\n1,1\n1e301,0\n")
    done = one_command(cli, block, *settings, teach=teach)
    assert done.exit_code == 1 and reason in done.stderr and done.stderr.count("\n") == 1
    assert not list(today.glob("today.*.csv")) and not (today / "files").exists()
