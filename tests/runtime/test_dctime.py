"""Texts and conversions of time; Python's datetime is the reference."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from alycat.runtime.dctime import (
    format_duration,
    format_timestamp,
    from_datetime,
    from_filetime,
    from_unix_ns,
    parse_duration,
    parse_timestamp,
    to_datetime,
    to_filetime,
    to_unix_ns,
)
from alycat.runtime.errors import AlycatError, RangeError, WrongType


@pytest.mark.parametrize(
    ("text", "ns"),
    [
        ("10ms", 10**7),
        ("1m30s", 90 * 10**9),
        ("1.5 s", 1_500_000_000),
        ("T#10ms", 10**7),
        ("LTIME#1d2h3m4s5ms6us7ns", 93_784_005_006_007),
        ("250us", 250_000),
        ("-2s", -2 * 10**9),
        ("0.000000001s", 1),
        (timedelta(seconds=1, microseconds=5), 1_000_005_000),
        (17, 17),
    ],
)
def test_durations(text, ns):
    assert parse_duration(text) == ns


@pytest.mark.parametrize("text", ["", "10", "ten ms", "10 parsec", "5ms x", "ms"])
def test_texts_that_are_no_duration(text):
    with pytest.raises(RangeError, match="cycle_time: .* is no duration"):
        parse_duration(text, "cycle_time")


@pytest.mark.parametrize("value", [1.5, None, True])
def test_types_that_are_no_duration(value):
    with pytest.raises(WrongType, match="duration"):
        parse_duration(value)


@pytest.mark.parametrize(
    ("ns", "text"),
    [(5, "5 ns"), (10**7, "10 ms"), (25 * 10**8, "2.5 s"), (5400 * 10**9, "1 h 30 min"), (-1500, "-1.5 us")],
)
def test_short_texts(ns, text):
    assert format_duration(ns) == text


@given(st.datetimes(datetime(2000, 1, 1), datetime(2500, 1, 1)))
def test_moments_equal_datetime(moment):
    dc = from_datetime(moment)
    aware = moment.replace(tzinfo=UTC)
    assert to_datetime(dc) == aware
    assert parse_timestamp(aware.isoformat()) == dc
    assert parse_timestamp(moment.isoformat(" ")) == dc
    assert parse_timestamp(format_timestamp(dc)) == dc
    assert from_unix_ns(to_unix_ns(dc)) == dc


def test_offsets_and_nanoseconds():
    assert parse_timestamp("2000-01-01T01:00:00+01:00") == 0
    assert parse_timestamp("2000-01-01T00:00:00.123456789Z") == 123_456_789
    assert parse_timestamp("2007-03-09-11:31:09.223456789") == parse_timestamp("2007-03-09T11:31:09.223456789")


def test_file_time():
    assert from_filetime(125_911_584_000_000_000) == 0
    assert to_filetime(from_filetime(133_000_000_000_000_000)) == 133_000_000_000_000_000


@pytest.mark.parametrize("value", ["yesterday", "1999-12-31T23:59:59Z", "2025-13-01", -1, 2**64])
def test_no_moments(value):
    with pytest.raises(RangeError):
        parse_timestamp(value)


def test_errors_are_also_builtins():
    for error, builtin in ((RangeError, ValueError), (WrongType, TypeError)):
        assert issubclass(error, AlycatError)
        assert issubclass(error, builtin)
