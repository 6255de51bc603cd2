"""Recordings from CSV and Parquet: what is read, how times are understood, and what is refused in which words."""

import datetime as dt
import math
from pathlib import Path

import numpy as np
import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from alycat.runtime.dctime import parse_timestamp
from alycat.runtime.errors import RangeError, RecordingError, UnknownName
from alycat.runtime.recordings import RecordedChannel, Recording

SHARED = next((p / "shared" / "data" for p in Path(__file__).parents if (p / "shared" / "data").is_dir()), None)


@pytest.fixture
def write(tmp_path):
    def write(text, name="data.csv"):
        path = tmp_path / name
        path.write_bytes(text if isinstance(text, bytes) else text.encode())
        return path

    return write


def dc(*texts):
    return [parse_timestamp(text) for text in texts]


# --- values ----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("separator", [",", ";", "\t"])
def test_separator_is_found(write, separator):
    path = write("ts,a,b\n2025-01-01 00:00:00,1,2\n2025-01-01 00:00:01,3,4.5\n".replace(",", separator))
    recording = Recording.read(path, time="ts", channels=["b", "a"])
    assert recording.names == ("b", "a")
    assert recording.values.tolist() == [[2, 1], [4.5, 3]]
    assert recording.timestamps.dtype == np.uint64 and recording.values.dtype == np.float64
    assert recording.timestamps.tolist() == dc("2025-01-01T00:00:00Z", "2025-01-01T00:00:01Z")


def test_without_channels_every_column_but_the_time(write):
    assert Recording.read(write("a,ts,b\n1,1735689600,2\n"), time="ts").names == ("a", "b")


def test_missing_and_non_finite_cells_stay_apart(write):
    recording = Recording.read(write("a,b\n1,\nNA,2\nnan,1\n-inf,1\n3,4\n"), cycle="10ms")
    assert recording.missing.tolist() == [[False, True], [True, False]] + [[False, False]] * 3
    assert np.isnan(recording.values[0, 1]) and recording.values[3, 0] == -math.inf
    assert recording.rows_missing().tolist() == [True, True, False, False, False]
    assert recording.rows_not_finite().tolist() == [False, False, True, True, False]


def test_booleans_become_numbers(write, tmp_path):
    assert Recording.read(write("a\nTRUE\nfalse\n 2 \n"), cycle="1s").values.ravel().tolist() == [1, 0, 2]
    pl.DataFrame({"a": [True, False, None]}).write_parquet(tmp_path / "b.parquet")
    recording = Recording.read(tmp_path / "b.parquet", cycle="1s")
    assert recording.values[:2, 0].tolist() == [1, 0] and recording.missing[:, 0].tolist() == [False, False, True]


def test_decimal_comma(write):
    path = write("ts;a\n2025-01-01 00:00:00,5;1,5\n")
    assert Recording.read(path, time="ts", decimal=",").values.tolist() == [[1.5]]
    with pytest.raises(RecordingError, match=r"column 'a', row 1 \(line 2\): '1,5' is no number.*--decimal ,"):
        Recording.read(path, time="ts")


def test_no_number_names_column_row_line_and_value(write):
    path = write('a,b\n1,"x\ny"\n2,3\noops,4\n')
    with pytest.raises(RecordingError, match=r"column 'a', row 3 \(line 5\): 'oops' is no number"):
        Recording.read(path, channels=["a"], cycle="1s")


def test_parquet_columns_of_all_numeric_kinds(tmp_path):
    frame = {"i": pl.Series([1, 2], dtype=pl.Int8), "u": pl.Series([3, None], dtype=pl.UInt64), "f": [0.5, math.inf]}
    pl.DataFrame(frame).write_parquet(tmp_path / "n.parquet")
    recording = Recording.read(tmp_path / "n.parquet", cycle="1s")
    assert recording.values[0].tolist() == [1, 3, 0.5]
    assert recording.missing.tolist() == [[False, False, False], [False, True, False]]


def test_parquet_column_without_numbers_is_refused(tmp_path):
    pl.DataFrame({"d": [dt.date(2025, 1, 1)]}).write_parquet(tmp_path / "d.parquet")
    with pytest.raises(RecordingError, match="column 'd' holds Date, no numbers"):
        Recording.read(tmp_path / "d.parquet", cycle="1s")


@given(st.lists(st.floats(allow_nan=False), min_size=1, max_size=30))
def test_values_survive_a_csv_file(tmp_path_factory, values):
    path = tmp_path_factory.mktemp("csv") / "v.csv"
    pl.DataFrame({"v": values, "w": values}).write_csv(path)
    assert Recording.read(path, cycle="1s").values[:, 0].tolist() == values


def test_blank_lines_at_the_end_are_no_rows(write):
    assert len(Recording.read(write("a,b\r\n1,2\r\n3,4\r\n\r\n\r\n"), cycle="1s")) == 2


def test_header_with_byte_order_mark_and_other_code_page(write):
    assert Recording.read(write("\ufeffa,b\n1,2\n"), cycle="1s").names == ("a", "b")
    path = write("Temp °C;b\n1;2\n".encode("cp1252"))
    assert Recording.read(path, channels=["Temp °C"], cycle="1s").values.tolist() == [[1]]


# --- texts -----------------------------------------------------------------------------------------------------------


def test_texts_beside_numbers_are_as_written(write):
    path = write('ts;n;code;state\n2025-01-01;1;007;"a;""b"""\n2025-01-02;;1.50; Kühl \n2025-01-03;3;;"zwei\nZeilen"\n')
    recording = Recording.read(path, time="ts", channels=["n"], texts=["state", "code"])
    assert recording.channels == ("n", "state", "code")
    assert recording.texts.tolist() == [['a;"b"', "007"], [" Kühl ", "1.50"], ["zwei\nZeilen", None]]
    assert recording.rows_missing().tolist() == [False, True, True] and not recording.rows_not_storable().any()
    everything = Recording.read(path, time="ts", texts=["state"])
    assert everything.names == ("n", "code") and everything.values[:2, 1].tolist() == [7, 1.5]


def test_an_empty_cell_is_missing_and_quotes_make_the_empty_text(write):
    recording = Recording.read(write('s,n\nNA,1\n,2\n"",3\nnull,4\n'), channels=[], texts=["s"], cycle="1s")
    assert recording.texts[:, 0].tolist() == ["NA", None, "", "null"]
    assert recording.rows_missing().tolist() == [False, True, False, False] and recording.values.shape == (4, 0)


def test_texts_that_a_string_cannot_hold_are_counted(write):
    texts = ["x" * 255, "x" * 256, "ä" * 255, "漢", "€"]
    recording = Recording.read(write("s\n" + "\n".join(texts)), channels=[], texts=["s"], cycle="1s")
    assert recording.texts[:, 0].tolist() == texts
    assert recording.rows_not_storable().tolist() == [False, True, False, True, False]


def test_texts_of_another_encoding_are_refused_by_name(write):
    path = write("n;s\n1;warm\n2;kühl\n".encode("cp1252"))
    message = r"column 's', row 2 \(line 3\): the text is no UTF-8 .*perhaps Windows' code page 1252; save the file as"
    with pytest.raises(RecordingError, match=message):
        Recording.read(path, channels=[], texts=["s"], cycle="1s")
    assert Recording.read(path, channels=["n"], cycle="1s").values.ravel().tolist() == [1, 2]
    assert Recording.read(write("s\na\ufffd\n"), channels=[], texts=["s"], cycle="1s").texts[0, 0] == "a\ufffd"


def test_texts_of_parquet(tmp_path):
    frame = pl.DataFrame(
        {
            "s": ["Grün", None, ""],
            "c": pl.Series(["a", "b", "a"], dtype=pl.Categorical),
            "e": pl.Series(["x", "x", None], dtype=pl.Enum(["x", "y"])),
            "nothing": [None] * 3,
            "n": [1, 2, 3],
        }
    )
    frame.write_parquet(tmp_path / "t.parquet")
    names = ["s", "c", "e", "nothing"]
    recording = Recording.read(tmp_path / "t.parquet", channels=["n"], texts=names, cycle="1s")
    assert recording.texts.tolist() == [["Grün", "a", "x", None], [None, "b", "x", None], ["", "a", None, None]]
    with pytest.raises(RecordingError, match="column 'n' holds Int64, no texts"):
        Recording.read(tmp_path / "t.parquet", channels=[], texts=["n"], cycle="1s")


def test_a_column_is_one_channel(write):
    path = write("ts,a\n2025-01-01,1\n")
    with pytest.raises(RecordingError, match="channel 'a' is named 2 times"):
        Recording.read(path, time="ts", channels=["a"], texts=["a"])
    with pytest.raises(RecordingError, match="column 'ts' is the time"):
        Recording.read(path, time="ts", channels=[], texts=["ts"])


# --- times -----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "cell",
    [
        "2025-01-31T08:00:00.25Z",
        "2025-01-31 08:00:00.250",
        "2025-01-31T10:00:00.25+02:00",
        "2025-01-31T05:30:00,25-0230",
        "2025-01-31-08:00:00.250000000",
        "1738310400.25",
        "1738310400250",
        "1738310400250000",
        "1738310400250000000",
        "17383104002.5e-1",
    ],
)
def test_forms_of_one_time(write, cell):
    recording = Recording.read(write(f"ts;a\n{cell};1\n"), time="ts")
    assert recording.timestamps.tolist() == dc("2025-01-31T08:00:00.25Z")


def test_forms_may_be_mixed_and_equal_times_are_fine(write):
    path = write(
        "ts,a\n2025-01-31,1\n2025-01-31T00:00,1\n2025-01-31T02:00:00+02:00,2\n2025-01-31T00:00:00.000000001Z,3\n"
    )
    first = dc("2025-01-31")[0]
    assert Recording.read(path, time="ts").timestamps.tolist() == [first, first, first, first + 1]


def test_decimal_seconds_are_exact(write):
    path = write("ts,a\n1738310400.123456789,1\n1738310400.2,1\n")
    assert Recording.read(path, time="ts").timestamps.tolist() == dc(
        "2025-01-31T08:00:00.123456789Z", "2025-01-31T08:00:00.2Z"
    )


def test_float_seconds_of_parquet_are_rounded_to_what_they_can_carry(tmp_path):
    pl.DataFrame({"ts": [1738310400.1, 1738310400.7], "a": [1, 2]}).write_parquet(tmp_path / "f.parquet")
    recording = Recording.read(tmp_path / "f.parquet", time="ts")
    assert recording.timestamps.tolist() == dc("2025-01-31T08:00:00.1Z", "2025-01-31T08:00:00.7Z")
    assert recording.time_rule == "seconds since 1970, judged by their size"


@pytest.mark.parametrize("unit", ["ms", "us", "ns"])
@pytest.mark.parametrize("zone", [None, "UTC", "Europe/Berlin"])
def test_parquet_dates(tmp_path, unit, zone):
    moment = dt.datetime(2025, 1, 31, 8, tzinfo=dt.UTC)
    series = pl.Series("ts", [moment.replace(tzinfo=None)], dtype=pl.Datetime(unit))
    if zone:
        series = series.dt.replace_time_zone("UTC").dt.convert_time_zone(zone)
    pl.DataFrame([series, pl.Series("a", [1.0])]).write_parquet(tmp_path / "d.parquet")
    assert Recording.read(tmp_path / "d.parquet", time="ts").timestamps.tolist() == dc("2025-01-31T08:00:00Z")


def test_seconds_from_a_start(write):
    path = write("s,a\n0,1\n0.25,1\n1e0,1\n")
    recording = Recording.read(path, time="s", start="2025-01-31T08:00:00Z")
    start = dc("2025-01-31T08:00:00Z")[0]
    assert recording.timestamps.tolist() == [start, start + 250_000_000, start + 10**9]
    assert recording.time_rule == "seconds from the start"
    in_ms = Recording.read(write("s,a\n0,1\n250,1\n"), time="s", start="2025-01-31T08:00:00Z", time_unit="ms")
    assert in_ms.timestamps.tolist() == [start, start + 250_000_000]


def test_unit_can_be_forced(write):
    path = write("ts,a\n100000000000,1\n")
    assert (
        Recording.read(write("t,a\n1738310400,1\n", "s.csv"), time="t", time_unit="s").time_rule == "seconds since 1970"
    )
    with pytest.raises(RecordingError, match="after the year 2261"):
        Recording.read(path, time="ts", time_unit="s")
    with pytest.raises(RangeError, match="'hour' is unknown; allowed are s, ms, us, ns"):
        Recording.read(path, time="ts", time_unit="hour")


def test_cycle_counts_from_the_start_and_is_never_zero(write):
    path = write("a\n1\n2\n3\n")
    assert Recording.read(path, cycle="10ms").timestamps.tolist() == [10**7, 2 * 10**7, 3 * 10**7]
    assert not Recording.read(path, cycle="10ms").has_date
    assert Recording.read(path, cycle="10ms").time_rule == "every 10 ms, without a date"
    dated = Recording.read(path, cycle="10ms", start="2025-01-31T08:00:00Z")
    assert dated.has_date and dated.timestamps.tolist() == [dc("2025-01-31T08:00:00Z")[0] + k * 10**7 for k in range(3)]
    with pytest.raises(RangeError, match="cycle: 0 ns"):
        Recording.read(path, cycle=0)


@pytest.mark.parametrize(
    ("cells", "message"),
    [
        (["2025-01-01", ""], r"column 'ts', row 2 \(line 3\): the time is missing"),
        (["2025-01-02", "2025-01-01"], r"row 2 \(line 3\): the time runs backwards, from 2025-01-02.* to 2025-01-01"),
        (["2025-01-01", "soon"], r"row 2 \(line 3\): 'soon' is no time; allowed is ISO 8601"),
        (["2025-02-30"], "'2025-02-30' is no time"),
        (["1066-10-14T00:00:00"], "'1066-10-14T00:00:00' is no time.*years 2000 to 2261"),
        (["1999-12-31T23:59:59Z"], "is no time.*years 2000 to 2261"),
        (["2000-01-01T00:00:00+01:00"], "before 2000-01-01 UTC"),
        (["0", "1"], "0 is before 2000-01-01 UTC .*seconds since 1970.*give --start"),
        (["1738310400", "1738310399"], "the time runs backwards"),
        (["1738310400", "later"], "'later' is no number, but the column begins with one"),
    ],
)
def test_refused_times(write, cells, message):
    path = write("ts,a\n" + "".join(f"{cell},1\n" for cell in cells))
    with pytest.raises(RecordingError, match=message):
        Recording.read(path, time="ts")


def test_start_is_refused_for_dates(write):
    with pytest.raises(RecordingError, match="--start is for a column of numbers; 'ts' holds dates"):
        Recording.read(write("ts,a\n2025-01-01,1\n"), time="ts", start="2025-01-01")


# --- files -----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("content", "message"),
    [
        ("", "the file is empty"),
        ("\n\n", "the first line is blank"),
        ("a,b\n", "columns but no rows"),
        ("1,2\n3,4\n", "the first line must name the columns, but is '1,2'"),
        ("a,b\n1,2\n3,4,5\n", r"row 2 \(line 3\) has 3 fields, the header has 2"),
        ("a,a\n1,2\n", "column 'a' stands 2 times in the header"),
        ("a,b\n1,2\n".encode("utf-16"), "UTF-16"),
        (b"PK\x03\x04\x00\x00", "neither CSV text nor Parquet"),
        (b"PAR1 and nothing more", "[Pp]arquet"),
    ],
)
def test_refused_files(write, content, message):
    with pytest.raises(RecordingError, match=message):
        Recording.read(write(content), channels=["a"], cycle="1s")


def test_absent_file_folder_and_false_parquet(tmp_path, write):
    with pytest.raises(RecordingError, match=r"nope.csv: no such file"):
        Recording.read(tmp_path / "nope.csv", cycle="1s")
    with pytest.raises(RecordingError, match="is a directory"):
        Recording.read(tmp_path, cycle="1s")
    with pytest.raises(RecordingError, match="no Parquet file"):
        Recording.read(write("a\n1\n", "a.parquet"), cycle="1s")


def test_unknown_column_suggests_and_lists(write):
    with pytest.raises(
        UnknownName, match=r"no column 'presure' \(did you mean 'pressure'\?\); the columns are ts, pressure"
    ):
        Recording.read(write("ts,pressure\n2025-01-01,1\n"), time="ts", channels=["presure"])


def test_channels_must_make_sense(write):
    path = write("ts,a\n2025-01-01,1\n")
    for channels, message in ((["a", "a"], "named 2 times"), (["ts"], "is the time"), ([], "no channel")):
        with pytest.raises(RecordingError, match=message):
            Recording.read(path, time="ts", channels=channels)
    with pytest.raises(RecordingError, match="either a time column"):
        Recording.read(path, channels=["a"])
    with pytest.raises(RecordingError, match="either a time column"):
        Recording.read(path, channels=["a"], time="ts", cycle="1s")


# --- link source -----------------------------------------------------------------------------------------------------


def test_sample_holds_the_value_until_the_next_row(write):
    recording = Recording.read(write("a,b\n1,10\n2,20\n3,30\n"), cycle="10ms")
    source = recording["b"]
    assert source.name == "b"
    times = [0, 1, 10**7, 2 * 10**7 - 1, 2 * 10**7, 3 * 10**7, 10**12, 5]
    assert [source.sample(t) for t in times] == [10, 10, 10, 10, 20, 30, 30, 10]
    with pytest.raises(UnknownName, match="no channel 'c' in the recording; it has a, b"):
        recording["c"]


def test_sample_of_equal_times_is_the_last_row(write):
    recording = Recording.read(write("ts,a\n2025-01-01,1\n2025-01-01,2\n"), time="ts")
    assert recording["a"].sample(dc("2025-01-01")[0]) == 2


def test_sample_of_texts(write):
    recording = Recording.read(write("s,n\nan,1\n,2\naus,3\n"), channels=["n"], texts=["s"], cycle="10ms")
    assert [recording["s"].sample(t * 10**7) for t in (0, 1, 2, 3, 4)] == ["an", "an", "", "aus", "aus"]
    with pytest.raises(UnknownName, match="no channel 'c' in the recording; it has n, s"):
        recording["c"]


@given(st.lists(st.integers(0, 2**64 - 1), min_size=1, max_size=20), st.lists(st.integers(0, 2**64 - 1), max_size=20))
def test_sample_equals_its_definition(times, asked):
    times.sort()
    source = RecordedChannel("a", np.array(times, np.uint64), np.arange(len(times), dtype=float))
    for t in [*asked, *times]:
        rows = [k for k, time in enumerate(times) if time <= t]
        assert source.sample(t) == (rows[-1] if rows else 0)


# --- real files ------------------------------------------------------------------------------------------------------


@pytest.mark.skipif(SHARED is None, reason="the shared data folder is not here")
@pytest.mark.parametrize(
    ("file", "time", "channels", "rows"),
    [
        ("skab/valve1/1.csv", "datetime", ["Pressure", "Volume Flow RateRMS"], 1145),
        ("nab/realKnownCause/nyc_taxi.csv", "timestamp", ["value"], 10320),
        ("clickstream/clicks_1T.csv", "timestamp", ["page", "user", "click"], 12960),
    ],
)
def test_real_recordings(file, time, channels, rows):
    recording = Recording.read(SHARED / file, time=time, channels=channels)
    assert len(recording) == rows and recording.values.shape == (rows, len(channels))
    assert not recording.rows_missing().any() and not recording.rows_not_finite().any()


@pytest.mark.skipif(SHARED is None, reason="the shared data folder is not here")
def test_real_recording_that_runs_backwards():
    with pytest.raises(RecordingError, match=r"row 10150 \(line 10151\): the time runs backwards"):
        Recording.read(SHARED / "nab/realKnownCause/machine_temperature_system_failure.csv", time="timestamp")
