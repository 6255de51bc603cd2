"""FB_ALY_DateTime, FB_ALY_Timespan, FB_ALY_GetSystemTime against Python's datetime and the manual's examples."""

import datetime as dt

import pytest
from hypothesis import given
from hypothesis import strategies as st

from alycat.blocks import (
    E_ALY_TimestampAccuracy,
    F_RawTimespan_TO_Structured,
    F_StructuredTimespan_TO_Raw,
    FB_ALY_DateTime,
    FB_ALY_GetSystemTime,
    FB_ALY_Timespan,
    ST_ALY_Timespan,
)
from alycat.runtime import Plc, Program, RangeError, SnapshotError, VirtualClock, WrongType
from alycat.runtime.clock import use_clock

HOUR = 3600 * 10**9
DAY = 24 * HOUR
ULINTS = st.integers(0, 2**64 - 1)
LINTS = st.integers(-(2**63), 2**63 - 1)


def test_a_stamp_that_was_never_set():
    assert FB_ALY_DateTime().nRaw == 0
    assert FB_ALY_DateTime().ToString() == "2000-01-01-00:00:00.000000000"


def test_the_manuals_sample():
    stamp = FB_ALY_DateTime()
    stamp.nRaw = 226_755_069 * 10**9 + 223_456_789
    assert stamp.AddRaw(HOUR) == stamp.nRaw
    assert stamp.ToString() == "2007-03-09-12:31:09.223456789"


@given(ULINTS)
def test_text_of_a_stamp_equals_datetime(raw):
    moment = dt.datetime(2000, 1, 1) + dt.timedelta(microseconds=raw // 1000)
    text = FB_ALY_DateTime(raw).ToString()
    assert text == moment.strftime("%Y-%m-%d-%H:%M:%S.%f") + f"{raw % 1000:03}"
    assert len(text) == 29


@given(ULINTS, LINTS)
def test_arithmetic_of_stamps_is_modulo_64_bits(raw, span):
    stamp, timespan = FB_ALY_DateTime(raw), FB_ALY_Timespan(span)
    assert stamp.AddRaw(span) == (raw + span) % 2**64 == stamp.nRaw
    assert stamp.SubTimespan(timespan) == raw
    assert stamp.SubRaw(span) == (raw - span) % 2**64
    assert stamp.AddTimespan(timespan) == raw
    assert stamp.EqualsTo(FB_ALY_DateTime(raw)) is True
    assert stamp.EqualsTo(FB_ALY_DateTime(raw ^ 1)) is False


@given(LINTS, LINTS)
def test_arithmetic_of_spans_wraps_and_returns_the_same_64_bits(first, second):
    span = FB_ALY_Timespan(first)
    result = span.AddRaw(second)
    assert result == (first + second) % 2**64
    assert span.nRaw % 2**64 == result
    assert -(2**63) <= span.nRaw < 2**63
    assert span.SubTimespan(FB_ALY_Timespan(second)) == first % 2**64
    assert span.nRaw == first
    assert span.EqualsTo(FB_ALY_Timespan(first))


@pytest.mark.parametrize(
    ("raw", "accuracy", "text"),
    [
        (DAY + 2 * 60 * 10**9 + 3 * 10**9 + 4 * 10**6 + 5, "Nanosecond", "1d2m3s4ms5ns"),  # the manual's example
        (10**9, "Second", "1s"),
        (1_999_999_999, "Second", "1s"),
        (0, "Second", "0s"),
        (999, "Microsecond", "0us"),
        (-(2 * HOUR + 5), "Nanosecond", "-2h5ns"),
        (-5, "Second", "0s"),
        (-(2**63), "Day", "-106751d"),
    ],
)
def test_compact_text(raw, accuracy, text):
    assert FB_ALY_Timespan(raw).ToString(E_ALY_TimestampAccuracy[accuracy]) == text
    assert FB_ALY_Timespan(raw).ToString(eAccuracy=int(E_ALY_TimestampAccuracy[accuracy])) == text


@pytest.mark.parametrize(
    ("raw", "text"),
    [
        (0, "00:00:00:00,000000000"),
        (3 * DAY + 4 * HOUR + 5 * 60 * 10**9 + 6 * 10**9 + 7, "03:04:05:06,000000007"),
        (-(10**9), "-00:00:00:01,000000000"),
        (2**63 - 1, "106751:23:47:16,854775807"),
    ],
)
def test_formatted_text(raw, text):
    assert FB_ALY_Timespan(raw).ToFormatString() == text


@given(LINTS)
def test_totals_cut_off_toward_zero(raw):
    span = FB_ALY_Timespan(raw)
    for total, unit in (
        (span.TotalDays(), DAY),
        (span.TotalHours(), HOUR),
        (span.TotalMinutes(), HOUR // 60),
        (span.TotalSeconds(), 10**9),
    ):
        assert total == (abs(raw) // unit) * (1 if raw >= 0 else -1)


@given(LINTS)
def test_structured_spans_round_trip(raw):
    parts = F_RawTimespan_TO_Structured(raw)
    if abs(raw) // DAY <= 65_535:
        assert F_StructuredTimespan_TO_Raw(parts) == raw
    else:
        assert parts.wDays == 65_535
    assert parts.bIsNegative is (raw < 0)
    assert parts.wHours < 24
    assert max(parts.wMilliseconds, parts.wMicroseconds, parts.wNanoseconds) < 1000


def test_parts_above_their_range_add_up():
    assert F_StructuredTimespan_TO_Raw(ST_ALY_Timespan(wHours=25, wSeconds=61)) == 25 * HOUR + 61 * 10**9
    with pytest.raises(RangeError, match="outside LINT"):
        F_StructuredTimespan_TO_Raw(ST_ALY_Timespan(wDays=65_535 * 10))


def test_wrong_arguments_name_what_is_allowed():
    with pytest.raises(RangeError, match=r"nRaw: -1 is outside ULINT 0\.\."):
        FB_ALY_DateTime(-1)
    with pytest.raises(WrongType, match=r"AddRaw\.nRaw: 1\.5 is no LINT"):
        FB_ALY_DateTime().AddRaw(1.5)
    with pytest.raises(WrongType, match="no I_ALY_Timespan"):
        FB_ALY_DateTime().AddTimespan(5)
    with pytest.raises(RangeError, match="allowed are Day"):
        FB_ALY_Timespan().ToString(7)


def test_snapshots_of_data_holders():
    stamp = FB_ALY_DateTime(123)
    twin = FB_ALY_DateTime.restore(stamp.snapshot())
    assert twin == stamp
    assert twin.snapshot() == stamp.snapshot()
    with pytest.raises(SnapshotError, match="holds a FB_ALY_DateTime, a FB_ALY_Timespan was expected"):
        FB_ALY_Timespan.restore(stamp.snapshot())


def test_system_time_is_that_of_the_plcs_clock_and_moves_at_call_only():
    class MAIN(Program):
        def __init__(self):
            self.fbTime = FB_ALY_GetSystemTime()
            self.seen = FB_ALY_DateTime()

        def cycle(self):
            assert self.fbTime.tSystemTime == self.seen.nRaw
            assert self.fbTime.Call() is True
            self.seen.nRaw = self.fbTime.tSystemTime

    plc, main = Plc(start="2025-01-01"), MAIN()
    plc.task("T", "10ms", programs=[main])
    plc.run(cycles=3)
    assert main.seen.ToString() == "2025-01-01-00:00:00.020000000"


def test_system_time_outside_a_plc_is_the_wall_clock():
    fb = FB_ALY_GetSystemTime()
    fb.Call()
    assert fb.tSystemTime > 800_000_000 * 10**9  # 2025 has passed
    with use_clock(VirtualClock("2001-01-01")):
        fb.Call()
    assert FB_ALY_DateTime(fb.tSystemTime).ToString() == "2001-01-01-00:00:00.000000000"
