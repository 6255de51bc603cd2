"""`alycat replay`: outputs equal the block's own, nothing is dropped, and a failure leaves nothing behind."""

import json
import signal
import subprocess
import sys
import time

import numpy as np
import polars as pl
import pytest

from alycat.runtime.recordings import Recording
from alycat.runtime.registry import find_block

ARGS = ["--block", "DenStream", "--channels", "temp,pressure", "--time", "ts"]


def names(folder):
    return sorted(path.name for path in folder.iterdir())


def expected_trace(folder, **changes):
    recording = Recording.read(folder / "data.csv", time="ts", channels=["temp", "pressure"])
    block = find_block("DenStream")(nNumChannels=2)
    sizes = {"nPotMCsBufferSize": 100, "nOutMCsBufferSize": 100}
    given = {"fEps": 0.15, "fMuBeta": 2, "fLambda": 0, "fEpsDBSCAN": 0.8, "fMinWeightDBSCAN": 5} | sizes | changes
    assert block.Configure(**given)
    return block.replay(recording.timestamps, recording.values)


def test_csv_output_equals_the_block(folder, data, cli, settings):
    done = cli("replay", "data.csv", *ARGS, *settings())
    assert (done.exit_code, done.stderr) == (0, "")
    assert names(folder) == ["data.DenStream.csv", "data.DenStream.png", "data.csv"]
    found = pl.read_csv(folder / "data.DenStream.csv", infer_schema_length=None)
    trace = expected_trace(folder)
    accepted = ~trace["bError"]
    assert found.columns == ["ts", "temp", "pressure", *trace.dtype.names]
    assert found.height == data.height == 600
    assert found["bError"].to_list() == trace["bError"].tolist() and found["bError"].sum() == 3
    for name in ("nClusterIdx", "nNumClusters", "bNewResult", "bOverflow", "nNumPotMCs", "nNumOutMCs"):
        assert found[name].filter(accepted).to_list() == trace[name][accepted].tolist()
        assert found[name].filter(~accepted).null_count() == 3
    assert found["ts"][:2].to_list() == ["2025-03-01T08:00:00Z", "2025-03-01T08:00:01Z"]
    assert found["temp"][10] is None and np.isnan(found["temp"][20]) and found["pressure"][30] == np.inf
    assert found["fbTimeLastSwitch"].null_count() == 600  # never switched: raw time 0
    assert found["fbTimeLastEvent"].drop_nulls()[0].startswith("2025-03-01T08:00:")


def test_parquet_in_and_out_has_typed_columns(folder, data, cli, settings):
    data.write_parquet("data.parquet")
    done = cli("replay", "data.parquet", *ARGS, *settings(), "--out", "o.parquet", "--picture", "none")
    assert done.exit_code == 0
    found = pl.read_parquet("o.parquet")
    assert found["ts"].dtype == pl.Datetime("ns", "UTC") == found["fbTimeLastEvent"].dtype
    assert found["nClusterIdx"].dtype == pl.Int32 and found["bOverflow"].dtype == pl.Boolean
    assert found["ts"].dt.replace_time_zone(None).to_list() == data["ts"].to_list()
    assert names(folder) == ["data.csv", "data.parquet", "o.parquet"]


def test_progress_pieces_do_not_change_the_result(folder, data, cli, settings, monkeypatch):
    monkeypatch.setattr("alycat.runtime.cli.replaying.SMALLEST_CHUNK", 7)
    assert cli("replay", "data.csv", *ARGS, *settings(), "--picture", "none").exit_code == 0
    trace = expected_trace(folder)
    found = pl.read_csv("data.DenStream.csv")
    assert found["nClusterIdx"].fill_null(-9).to_list() == np.where(trace["bError"], -9, trace["nClusterIdx"]).tolist()


def test_summary_for_programs(folder, data, cli, settings):
    done = cli("replay", "data.csv", *ARGS, *settings(), "--picture", "none", "--json")
    found = json.loads(done.stdout)
    trace = expected_trace(folder)
    refused = found["rows_without_outputs"]
    assert found["rows"] == 600 and refused["total"] == 3 and refused["first_row"] == 11
    assert (refused["missing"], refused["not_finite"], refused["refused_otherwise"]) == (1, 2, 0)
    assert refused["missing_by_channel"] == {"temp": 1, "pressure": 0}
    assert found["nNumClusters"] == trace["nNumClusters"][-1] == 3
    assert sum(found["rows_by_cluster"].values()) == 597
    assert found["overflow"] is None and found["cycles_per_s"] > 0
    assert found["written"][0]["file"] == "data.DenStream.csv"


def test_summary_for_people(data, cli, settings, monkeypatch):
    monkeypatch.setenv("COLUMNS", "80")
    done = cli("replay", "data.csv", *ARGS, *settings(nOutMCsBufferSize=1), "--picture", "none")
    text = " ".join(done.stdout.split())
    assert "Rows 600, channels temp, pressure" in text
    assert "Without outputs 3 rows: 1 with a missing value (temp 1), 2 with a NaN or infinite value" in text
    assert "learning stopped at row" in text and "cycles/s" in text
    assert all(len(line) <= 80 for line in done.stdout.splitlines())


def test_inputs_of_call_can_be_set(data, cli, settings):
    assert cli("replay", "data.csv", *ARGS, *settings(bUpdateMCs="FALSE"), "--picture", "none").exit_code == 0
    assert pl.read_csv("data.DenStream.csv")["nNumOutMCs"].max() == 0


def test_cycle_instead_of_times_and_a_colliding_column(folder, cli, settings):
    (folder / "c.csv").write_text("nClusterIdx\n1\n2\n")
    args = ["replay", "c.csv", "--block", "denstream", "--channels", "nClusterIdx", "--cycle", "10ms"]
    assert cli(*args, *settings()).exit_code == 0
    found = pl.read_csv("c.DenStream.csv")
    assert found["time"].to_list() == ["2000-01-01T00:00:00.010Z", "2000-01-01T00:00:00.020Z"]
    assert found["nClusterIdx"].to_list() == [1, 2] and "DenStream.nClusterIdx" in found.columns


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"--block": "DenStrem"}, "no block 'DenStrem'; did you mean DenStream"),
        ({"--block": "GetSystemTime"}, "has no inputs to replay a recording through"),
        (
            {"--channels": "temp,presure"},
            "no column 'presure' (did you mean 'pressure'?); the columns are ts, temp, pressure",
        ),
        ({"--channels": ","}, "--channels is missing; the columns of data.csv are temp, pressure"),
        ({"--time": "time"}, "no column 'time'"),
        ({"--start": "yesterday"}, "--start: 'yesterday' is no time"),
        ({"--cycle": "10ms"}, "either a time column"),
        ({"--cycle": "10 parsec"}, "--cycle: '10 parsec' is no duration"),
        ({"--out": "o.xlsx"}, "o.xlsx: the name must end in .csv, .parquet"),
        ({"--out": "no/o.csv"}, "there is no folder no"),
        ({"--out": "data.csv"}, "is the recording itself"),
        ({"--picture": "p.bmp"}, "p.bmp: the name must end in .png, .svg, .pdf"),
        ({"--axes": "temp,temp"}, "--axes temp,temp: two different channels are needed, of temp, pressure"),
    ],
)
def test_failures_are_one_line_and_leave_nothing(folder, data, cli, settings, changes, message):
    options = {"--block": "DenStream", "--channels": "temp,pressure", "--time": "ts"} | changes
    done = cli("replay", "data.csv", *(part for pair in options.items() for part in pair), *settings())
    assert done.exit_code == 1 and done.stdout == ""
    assert message in done.stderr and done.stderr.startswith("alycat: ") and done.stderr.count("\n") == 1
    assert names(folder) == ["data.csv"]


def test_refused_configuration_names_event_and_reason(data, cli, settings):
    done = cli("replay", "data.csv", *ARGS, *settings(fEps=0))
    assert done.exit_code == 1
    assert "DenStream.Configure failed with event 16#201A: threshold invalid: fEps" in done.stderr


def test_time_zero_is_refused_with_a_hint(data, cli, settings):
    args = ["--block", "DenStream", "--channels", "temp", "--cycle", "1s", "--start", "2000-01-01"]
    assert "time stamp 0" in cli("replay", "data.csv", *args, *settings()).stderr


def test_failure_while_drawing_keeps_former_outputs_and_leaves_no_new_ones(folder, data, cli, settings, monkeypatch):
    (folder / "data.DenStream.csv").write_text("former")

    def fail(*_args):
        raise OSError(28, "No space left on device", "data.DenStream.png")

    monkeypatch.setattr("alycat.runtime.cli.pictures.draw", fail)
    done = cli("replay", "data.csv", *ARGS, *settings())
    assert done.exit_code == 1 and done.stderr == "alycat: data.DenStream.png: No space left on device\n"
    assert names(folder) == ["data.DenStream.csv", "data.csv"]
    assert (folder / "data.DenStream.csv").read_text() == "former"


@pytest.mark.slow
def test_process_is_quiet_in_a_pipe_and_repeats_itself_byte_for_byte(folder, data, shell, settings):
    written = []
    for _ in range(2):
        done = shell("replay", "data.csv", *ARGS, *settings())
        assert (done.returncode, done.stderr) == (0, "")
        assert "\x1b" not in done.stdout
        written.append([(folder / f"data.DenStream.{kind}").read_bytes() for kind in ("csv", "png")])
    assert written[0] == written[1]


def test_process_fails_with_one_line(shell, folder, settings):
    (folder / "empty.csv").touch()
    done = shell("replay", "empty.csv", *ARGS, *settings())
    assert (done.returncode, done.stdout, done.stderr) == (1, "", "alycat: empty.csv: the file is empty\n")


@pytest.mark.slow
def test_terminated_process_removes_what_it_was_writing(folder, settings):
    rows = 400_000
    values = np.random.default_rng(1).normal(size=rows)
    pl.DataFrame({"a": values, "b": values[::-1]}).write_csv(folder / "big.csv")
    args = ["replay", "big.csv", "--block", "DenStream", "--channels", "a,b", "--cycle", "1ms", *settings(fEps=0.5)]
    process = subprocess.Popen([sys.executable, "-m", "alycat.runtime.cli", *args], cwd=folder)
    deadline = time.monotonic() + 60
    while process.poll() is None and not any(".tmp" in name for name in names(folder)):
        assert time.monotonic() < deadline
        time.sleep(0.005)
    process.send_signal(signal.SIGTERM)
    assert process.wait(60) == 143
    assert names(folder) == ["big.csv"]


def test_arrays_that_call_fills_become_columns(folder, data, cli):
    given = ["--set", "nNumCascades=2", "fSampleRate=1", "eStartupBehaviour=WaitUntilFilled"]
    given += ["pCascadesConfigArray=2s,10s", "--picture", "none"]
    done = cli("replay", "data.csv", "--block", "RMS_1Ch", "--channels", "temp", "--time", "ts", *given)
    assert done.exit_code == 0
    found = pl.read_csv("data.RMS_1Ch.csv", infer_schema_length=None)
    arrays = [f"{name}[{i}]" for name in ("pRmsArrayOut", "pNewResultArrayOut") for i in (1, 2)]
    assert found.columns[-4:] == arrays
    assert found["bError"].to_list() == [row in (10, 20) for row in range(600)]
    assert found["pNewResultArrayOut[1]"].sum() == 299 and found["pNewResultArrayOut[2]"].sum() == 59


MACHINE = """ts,level,started,a,b
2025-01-01T08:00:00Z,0,1,1h,2025-01-01T08:00:00Z
2025-01-01T08:00:01Z,1,0,30m,2025-01-01T08:00:01Z
2025-01-01T08:00:02Z,0,0,,2025-01-01T08:00:02.5Z
2025-01-01T08:00:03Z,1,0,-5,2025-01-01T08:00:03Z
"""


@pytest.fixture
def machine(folder):
    (folder / "m.csv").write_text(MACHINE)
    return ["m.csv", "--time", "ts", "--picture", "none", "--out", "o.parquet"]


def test_a_counter_and_a_column_for_an_input_of_call(machine, cli):
    given = [
        "stThresholdEdge=GreaterThan,0.5",
        "bResetOnMultipleStart=FALSE",
        "tInterval=2500ms",
        "bStartInterval=@started",
    ]
    done = cli("replay", *machine, "--block", "IntervalPieceCounter_1Ch", "--channels", "level", "--set", *given)
    assert done.exit_code == 0, done.stderr
    found = pl.read_parquet("o.parquet")
    assert found["nCountCurrentInterval"].to_list() == [0, 1, 1, 1] and found["nNumIntervals"].to_list() == [0, 0, 0, 1]


@pytest.mark.parametrize(
    ("column", "message"),
    [
        ("@nothing", "no column 'nothing'"),
        ("@ts", "is no number"),
        ("@a", "is no number"),
    ],
)
def test_columns_that_cannot_be_an_input(machine, cli, column, message):
    given = [
        "stThresholdEdge=GreaterThan,0.5",
        "bResetOnMultipleStart=FALSE",
        "tInterval=1s",
        f"bStartInterval={column}",
    ]
    done = cli("replay", *machine, "--block", "IntervalPieceCounter_1Ch", "--channels", "level", "--set", *given)
    assert done.exit_code == 1 and message in done.stderr


def test_timespans_are_exact_and_times_can_be_subtracted(machine, cli):
    set_to = ["--set", "eTimespanOperator=Subtraction"]
    done = cli("replay", *machine, "--block", "TimespanOperation", "--channels", "ts2,a", *set_to)
    assert done.exit_code == 1 and "no column 'ts2'" in done.stderr
    done = cli("replay", *machine, "--block", "TimespanOperation", "--channels", "a,a", *set_to)
    assert done.exit_code == 1 and "channel 'a' is named 2 times" in done.stderr
    done = cli("replay", *machine, "--block", "TimespanOperation", "--channels", "b,a", *set_to)
    assert done.exit_code == 0, done.stderr
    found = pl.read_parquet("o.parquet")
    at_eight = 789_033_600 * 10**9
    spans = [at_eight - 3600 * 10**9, at_eight + 10**9 - 1800 * 10**9, at_eight + 3 * 10**9 + 5]
    assert found["bError"].to_list() == [False, False, True, False]
    raw = found["fbTimespanResult"].cast(pl.Int64).to_list()
    assert [raw[0], raw[1], raw[3]] == spans
    done = cli("replay", *machine, "--block", "TimespanOperation", "--channels", "level,started", *set_to)
    assert done.exit_code == 0 and pl.read_parquet("o.parquet")["fbTimespanResult"].cast(pl.Int64).to_list()[0] == -1


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (
            ["--block", "EdgeCounter_1Ch", "--channels", "level,a"],
            "--channels level,a: 2 given; EdgeCounter_1Ch takes 1 channel",
        ),
        (["--block", "FlipFlop_2Ch", "--channels", "level"], "1 given; FlipFlop_2Ch takes 2 channels"),
        (["--block", "Calendar", "--channels", "level"], "1 given; Calendar takes no channels, leave --channels out"),
        (
            ["--block", "EdgeCounter_1Ch", "--channels", "level"],
            "ConfigureChannel takes --set stThresholdEdge=E_ALY_ComparisonOperator,LREAL",
        ),
        (
            ["--block", "EdgeCounter_1Ch", "--channels", "level", "--set", "stThresholdEdge.fThreshold=1"],
            "eComparisonOperator is NotInitialized",
        ),
        (
            ["--block", "TimespanOperation", "--channels", "ts,level", "--set", "eTimespanOperator=Addition"],
            "column 'ts' is the time",
        ),
    ],
)
def test_what_a_block_does_not_take(machine, cli, arguments, message):
    done = cli("replay", *machine, *arguments)
    assert done.exit_code == 1 and message in done.stderr and done.stderr.count("\n") == 1


def test_the_time_alone_for_a_block_without_channels(machine, cli):
    done = cli("replay", *machine, "--block", "TimeClock_1Ch", "--set", "tTimeOn=9h", "tTimeOff=10h",
               "nDayOfWeekMask=127", "sTimeZone=Europe/Berlin")  # fmt: skip
    assert done.exit_code == 0, done.stderr
    assert pl.read_parquet("o.parquet")["bIsOn"].to_list() == [True] * 4


@pytest.mark.parametrize("how", ["mean", "median:3", "last", "constant:1.5"])
def test_gaps_can_be_filled(folder, data, cli, settings, how):
    done = cli("replay", "data.csv", *ARGS, *settings(), "--impute", how, "--picture", "none", "--json")
    found = json.loads(done.stdout)
    assert found["rows_without_outputs"]["total"] == 0
    assert found["imputed"] == {"by": how, "values": {"temp": 2, "pressure": 1}}
    table = pl.read_csv("data.DenStream.csv", infer_schema_length=None)
    before = data["temp"][:10]
    wanted = {"mean": before.mean(), "median:3": before[7:].median(), "last": before[9], "constant:1.5": 1.5}[how]
    assert table["temp"][10] == pytest.approx(wanted, rel=1e-14) and not table["bError"].any()
    assert table["temp"][:10].to_list() == before.to_list()


def test_gaps_filled_by_neighbours(folder, data, cli, settings):
    pytest.importorskip("sklearn")
    done = cli("replay", "data.csv", *ARGS, *settings(), "--impute", "knn:3", "--picture", "none")
    assert "Imputed 3 values by knn:3 (temp 2, pressure 1)" in " ".join(done.stdout.split())
    table = pl.read_csv("data.DenStream.csv", infer_schema_length=None)
    complete = data.filter(data["temp"].is_finite().fill_null(False))
    distances = (complete["pressure"] - data["pressure"][10]).abs()
    nearest = complete.filter(distances.rank("ordinal") <= 3)
    assert table["temp"][10] == pytest.approx(nearest["temp"].mean(), rel=1e-12)


@pytest.mark.parametrize(
    ("how", "message"),
    [
        ("men", "'men' is no way to impute; allowed are mean, median, median:31, last, constant:0, knn:5"),
        ("mean:2", "'mean:2': mean takes nothing after a colon"),
        ("constant:inf", "'constant:inf': 'inf' is no finite number"),
        ("median:0", "'median:0': '0' is no whole number of at least 1"),
        ("median:20000", "nMedianSize = 20000, allowed are 1..10000"),
        ("knn:x", "'knn:x': 'x' is no whole number of at least 1"),
    ],
)
def test_ways_to_fill_gaps_that_there_are_not(folder, data, cli, settings, how, message):
    done = cli("replay", "data.csv", *ARGS, *settings(), "--impute", how)
    assert done.exit_code == 1 and message in done.stderr and done.stderr.count("\n") == 1
    assert names(folder) == ["data.csv"]


def test_nothing_to_fill_gaps_from(folder, cli, settings):
    pytest.importorskip("sklearn")
    (folder / "e.csv").write_text("a,b\n1,\n2,\n")
    done = cli("replay", "e.csv", "--block", "DenStream", "--channels", "a,b", "--cycle", "1s", *settings())
    assert done.exit_code == 0
    given = ["--block", "DenStream", "--channels", "a,b", "--cycle", "1s", *settings(), "--impute", "knn"]
    assert "channel b has no value at all" in cli("replay", "e.csv", *given).stderr


def test_structures_references_and_selections(folder, data, cli):
    """A structure is given by its fields; columns are a reference and channels, or one channel for several outputs."""
    common = ("--time", "ts", "--picture", "none", "--out", "o.csv")
    circle = ("--block", "XyShapeMonitor_Circle_2Ch", "--channels", "temp,pressure")
    done = cli("replay", "data.csv", *circle, *common, "--set", "stCentre=1.5,0.5", "fRadius=2")
    assert done.exit_code == 0 and "bWithinShape" in pl.read_csv("o.csv").columns
    done = cli("replay", "data.csv", *circle, *common, "--set", "stCentre=1.5", "fRadius=2")
    assert done.exit_code != 0 and "1 value; a ST_ALY_XyPosition has 2: X, Y" in done.stderr
    lags = ("nMinLag=-2", "nMaxLag=2", "nStepSize=1", "eWindowMode=SlidingWindow", "eCorrelationMode=Pearson")
    correlation = ("--block", "CorrelationFunction", "--channels", "temp,pressure")
    done = cli("replay", "data.csv", *correlation, *common, "--set", *lags, "nWindowSize=10")
    assert done.exit_code == 0 and "nMaximizingLag[1]" in pl.read_csv("o.csv", infer_schema_length=None).columns
    done = cli(
        "replay", "data.csv", "--block", "Demultiplexer", "--channels", "temp", *common, "--set", "nNumChannels=3"
    )
    assert done.exit_code == 0 and "pDataOut[4]" in pl.read_csv("o.csv", infer_schema_length=None).columns
