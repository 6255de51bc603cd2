"""`alycat replay` for blocks with text channels: as SetChannelValue and Call one by one, nothing dropped."""

import json

import numpy as np
import polars as pl
import pytest
from PIL import Image

from alycat.runtime.dctime import parse_timestamp
from alycat.runtime.registry import find_block

S = 10**9
FIRST = parse_timestamp("2025-03-01T08:00:00Z")
TEXTS = ["Läuft", "Läuft", None, "", "läuft", "漢", "Läuft", "x" * 256, "007", "Läuft", 'a"b;c', "NA", "Läuft"]
COMPARE = ["--set", "sReference=Läuft", "eStringCompareMode=Equals", "eCountMode=Cyclic", "bCaseSensitive=FALSE"]


@pytest.fixture
def texts(folder):
    """t.csv and t.parquet with a text channel, a number and a second text; all rows with the same second texts."""
    start = pl.datetime(2025, 3, 1, 8)
    rows = len(TEXTS)
    times = pl.datetime_range(start, start + pl.duration(seconds=rows - 1), "1s", eager=True, time_unit="ns")
    frame = pl.DataFrame({"ts": times, "Zustand": TEXTS, "n": list(range(rows)), "soll": ["Läuft"] * rows})
    frame.write_parquet("t.parquet")
    frame.write_csv("t.csv", separator=";", datetime_format="%Y-%m-%dT%H:%M:%SZ")
    return frame


def one_by_one(fb, rows):
    """bError, bStringMatch, nCount after each row of a program that calls when all values were taken."""
    for k, row in enumerate(rows):
        set_all = [fb.SetChannelValue(text) for text in row]
        assert all(set_all) or fb.bError
        if all(set_all):
            fb.Call(tTimestamp=FIRST + k * S)
        yield fb.bError, fb.bStringMatch, fb.nCount


@pytest.mark.parametrize("file", ["t.csv", "t.parquet"])
def test_rows_equal_calls_one_by_one(file, folder, texts, cli):
    done = cli("replay", file, "--block", "StringCompare_1Ch", "--channels", "Zustand", "--time", "ts", *COMPARE,
               "--picture", "none", "--out", "o.parquet")  # fmt: skip
    assert (done.exit_code, done.stderr) == (0, "")
    fb = find_block("StringCompare_1Ch")()
    assert fb.Configure(sReference="Läuft", eStringCompareMode=1, eCountMode=1, bCaseSensitive=False)
    found = pl.read_parquet("o.parquet")
    assert found.columns[:2] == ["ts", "Zustand"] and found["Zustand"].to_list() == TEXTS
    expected = list(one_by_one(fb, [[text] for text in TEXTS]))
    assert found["bError"].to_list() == [error for error, _, _ in expected]
    assert [k for k, (error, _, _) in enumerate(expected) if error] == [2, 5, 7]
    for column, place in (("bStringMatch", 1), ("nCount", 2)):
        assert found[column].to_list() == [None if row[0] else row[place] for row in expected]
    assert found["nCount"][-1] == 6


def test_report_counts_what_was_refused_and_why(folder, texts, cli, monkeypatch):
    monkeypatch.setenv("COLUMNS", "80")
    given = ["--block", "StringCompare_1Ch", "--channels", "Zustand", "--time", "ts", *COMPARE, "--picture", "none"]
    found = json.loads(cli("replay", "t.csv", *given, "--json").stdout)
    assert found["channels"] == ["Zustand"] and found["rows"] == 13
    assert found["rows_without_outputs"] == {
        "total": 3,
        "first_row": 3,
        "missing_by_channel": {"Zustand": 1},
        "missing": 1,
        "not_finite": 0,
        "not_storable": 2,
        "refused_otherwise": 0,
    }
    done = cli("replay", "t.csv", *given)
    said = " ".join(done.stdout.split())
    assert "13, channels Zustand" in said and all(len(line) <= 80 for line in done.stdout.splitlines())
    wanted = "3 rows: 1 with a missing value (Zustand 1), 2 with a text of more than 255 characters or outside code"
    assert wanted in said


def test_two_text_channels_and_a_picture(folder, texts, cli):
    given = ["--set", "eStringCompareMode=Equals", "eCountMode=OnChange", "bCaseSensitive=TRUE"]
    done = cli("replay", "t.csv", "--block", "StringCompare_2Ch", "--channels", "Zustand,soll", "--time", "ts", *given)
    assert (done.exit_code, done.stderr) == (0, "")
    found = pl.read_csv("t.StringCompare_2Ch.csv", infer_schema_length=0)
    assert found["soll"].to_list() == ["Läuft"] * 13 and found["Zustand"].to_list() == TEXTS
    assert found["nCount"][-1] == "4"
    picture = Image.open("t.StringCompare_2Ch.png")
    assert picture.size == (1540, 946) and len(picture.getcolors(1 << 20)) > 20


def test_a_number_for_a_text_channel_is_a_text_as_written(folder, cli):
    (folder / "n.csv").write_text("code,temp\n007,1\n7,1\n7.0,1\n007,1\n")
    given = ["--block", "DetectStringChange_1Ch", "--channels", "code", "--cycle", "1s", "--set", "bCaseSensitive=TRUE"]
    assert cli("replay", "n.csv", *given, "--picture", "none", "--out", "o.parquet").exit_code == 0
    found = pl.read_parquet("o.parquet")
    assert found["code"].to_list() == ["007", "7", "7.0", "007"] and found["nCount"][-1] == 3


@pytest.mark.parametrize(
    ("file", "arguments", "message"),
    [
        ("t.csv", ["--channels", "zustand"], "no column 'zustand' (did you mean 'Zustand'?); the columns are ts, Zust"),
        ("t.csv", ["--channels", "Zustand,soll"], "2 given; DetectStringChange_1Ch takes 1 channel"),
        ("t.csv", [], "--channels is missing; the columns of t.csv are Zustand, n, soll"),
        ("t.csv", ["--channels", "Zustand", "--impute", "last"], "gaps are filled among numbers; the recording has no"),
        ("t.parquet", ["--channels", "n"], "column 'n' holds Int64, no texts; write them as texts"),
        ("cp.csv", ["--channels", "Zustand"], "column 'Zustand', row 1 (line 2): the text is no UTF-8"),
        ("t.csv", ["--channels", "Zustand", "--teach", "t.csv"], "DetectStringChange_1Ch cannot be taught"),
    ],
)
def test_what_does_not_fit(file, arguments, message, folder, texts, cli):
    (folder / "cp.csv").write_bytes("ts;Zustand\n2025-03-01;Läuft\n".encode("cp1252"))
    given = ["--block", "DetectStringChange_1Ch", "--time", "ts", *arguments, "--set", "bCaseSensitive=TRUE"]
    done = cli("replay", file, *given)
    assert done.exit_code == 1 and message in done.stderr and done.stderr.count("\n") == 1
    assert len(list(folder.iterdir())) == 3


def test_a_block_of_numbers_names_the_text(folder, texts, cli):
    given = ["--block", "MinMaxAvg_1Ch", "--channels", "Zustand", "--time", "ts"]
    done = cli("replay", "t.csv", *given)
    assert done.exit_code == 1 and "column 'Zustand', row 1 (line 2): 'Läuft' is no number" in done.stderr
    done = cli("replay", "t.parquet", *given)
    assert done.exit_code == 1 and "column 'Zustand', row 1: 'Läuft' is no number" in done.stderr


def test_texts_among_the_outputs_and_members_of_structures(folder, cli):
    rng = np.random.default_rng(1)
    words = rng.integers(0, 2**31, (50, 4))
    frame = pl.DataFrame({"count": np.arange(50), **{f"w{i}": words[:, i] for i in range(4)}})
    frame.write_csv("motor.csv")
    given = ["nNumSectionsHumidity=5", "nNumSectionsTemperature=5", "nNumBinsRmsAcceleration=5", "fThresholdShock=9"]
    done = cli("replay", "motor.csv", "--block", "AM8xxxSSD", "--channels", "count,w0,w1,w2,w3", "--cycle", "1s",
               "--set", *given, "--picture", "none", "--out", "o.csv")  # fmt: skip
    assert (done.exit_code, done.stderr) == (0, "")
    found = pl.read_csv("o.csv", infer_schema_length=None)
    humidity = (words[:, 0] & 0xFFFF) * 0.01
    np.testing.assert_allclose(found["stHumidity.fLive"], humidity, rtol=1e-12)
    np.testing.assert_allclose(found["stHumidity.fMax"], np.maximum.accumulate(humidity), rtol=1e-12)
    np.testing.assert_allclose(found["stHumidity.fAvg"], np.cumsum(humidity) / np.arange(1, 51), rtol=1e-12)


def test_arrays_that_are_not_wanted_stay_out(folder, cli):
    (folder / "f.csv").write_text("a,b\n1,2\n3,4\n")
    given = [
        "--channels",
        "a,b",
        "--cycle",
        "1s",
        "--picture",
        "none",
        "--out",
        "o.csv",
        "--set",
        "bRelativeOutput=TRUE",
    ]
    assert cli("replay", "f.csv", "--block", "PieChart", *given).exit_code == 0
    assert pl.read_csv("o.csv").columns[-2:] == ["fOutput[1]", "fOutput[2]"]
    assert cli("replay", "f.csv", "--block", "PieChart", *given, "fOutput=none").exit_code == 0
    assert pl.read_csv("o.csv").columns == ["time", "a", "b", "bError", "bNewResult", "bConfigured"]
