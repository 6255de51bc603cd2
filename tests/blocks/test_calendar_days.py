"""FB_ALY_TimeClock_1Ch and FB_ALY_Calendar: against datetime, day by day; the kernels over four centuries."""

import datetime as dt

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from oracle.calendar_days import DAY, EPOCH, Calendar, TimeClock, sunday_is_0
from oracle.comparing import agreement

from alycat.blocks import (
    E_ALY_DayOfWeek,
    E_ALY_DayOfWeekMask,
    E_ALY_MonthOfYearMask,
    E_ALY_RecurrenceSpecification,
    FB_ALY_Calendar,
    FB_ALY_TimeClock_1Ch,
)
from alycat.blocks.calendar import first_day_of, month_of, weekday
from alycat.runtime import format_timestamp, parse_timestamp
from alycat.runtime.testing import Setup, Stream

H = 3600 * 10**9
TIMES = st.integers(0, 23).map(lambda h: h * H) | st.integers(0, DAY - 1)
WEEKDAYS = st.integers(1, 127)


@st.composite
def clocks(draw):
    on, off = draw(st.tuples(TIMES, TIMES).filter(lambda pair: pair[0] != pair[1]))
    inputs = {"tTimeOn": on, "tTimeOff": off, "nDayOfWeekMask": draw(WEEKDAYS)}
    return Setup(calls=(("Configure", inputs),))


@st.composite
def calendars(draw):
    way = draw(st.sampled_from(("Daily", "Weekly", "Monthly", "Yearly")))
    inputs = {"tTimeEvent": draw(TIMES)}
    if way == "Weekly":
        inputs["nDayOfWeekMask"] = draw(WEEKDAYS)
    if way in ("Monthly", "Yearly"):
        inputs["nDay"] = draw(st.sampled_from((1, 15, 28, 29, 30, 31)))
        inputs["eRecurrenceSpecification"] = draw(st.sampled_from(list(E_ALY_RecurrenceSpecification)[1:]))
        inputs["eDayOfWeek"] = draw(st.sampled_from(E_ALY_DayOfWeek))
    if way == "Yearly":
        possible = 4095 if inputs["nDay"] <= 29 else 4093 if inputs["nDay"] == 30 else 0b101011010101
        inputs["nMonthOfYearMask"] = draw(st.integers(1, 4095).map(lambda mask: mask & possible).filter(bool))
    return Setup(calls=((f"Configure{way}", inputs),))


def times(cls, setup):
    """Time stamps around the times of the setup, in steps of hours, days and months."""
    spans = [*setup.numbers()[1], H, DAY, 7 * DAY, 31 * DAY, 365 * DAY]
    steps = st.sampled_from(spans) | st.integers(0, 2 * DAY) | st.just(0)
    start = st.integers(1, 30_000).map(lambda day: day * DAY)

    def build(first, moved):
        stamps = np.uint64(first) + np.cumsum([0, *moved]).astype(np.uint64)
        return Stream(stamps, np.zeros((len(stamps), 0)))

    return st.builds(build, start, st.lists(steps, max_size=25))


test_time_clock_agrees = agreement(FB_ALY_TimeClock_1Ch, TimeClock, setups_of=clocks(), streams_of=times)
test_calendar_agrees = agreement(FB_ALY_Calendar, Calendar, setups_of=calendars(), streams_of=times)


@settings(max_examples=300, deadline=None)
@given(st.integers(-1000, 2_000_000))
def test_months_and_weekdays(day):
    date = EPOCH + dt.timedelta(days=day)
    month = (date.year - 2000) * 12 + date.month - 1
    assert month_of(day) == month
    assert first_day_of(month) == (date.replace(day=1) - EPOCH).days
    assert weekday(day) == sunday_is_0(date)


def events(fb, start, end, step="1h"):
    hours = {"1h": H, "15m": H // 4}[step]
    stamps = np.arange(parse_timestamp(start), parse_timestamp(end), hours, np.uint64)
    return [format_timestamp(int(t))[:16] for t in stamps[fb.replay(stamps)["bEvent"]]]


def test_the_manuals_samples():
    specification, anyday = E_ALY_RecurrenceSpecification, E_ALY_DayOfWeek.Unspecified
    fb = FB_ALY_Calendar()
    assert fb.ConfigureWeekly("8h", E_ALY_DayOfWeekMask.MondayToFriday)
    assert events(fb, "2024-03-01", "2024-03-06") == [f"2024-03-{d:02}-08:00" for d in (1, 4, 5)]
    assert fb.ConfigureMonthly("8h", 0, specification.First, E_ALY_DayOfWeek.Monday)
    assert events(fb, "2024-01-01", "2024-04-01") == ["2024-01-01-08:00", "2024-02-05-08:00", "2024-03-04-08:00"]
    assert fb.ConfigureMonthly("8h", 0, specification.Last, anyday)
    assert events(fb, "2024-02-01", "2024-04-01") == ["2024-02-29-08:00", "2024-03-31-08:00"]
    assert fb.ConfigureYearly("8h", 18, specification.SpecificDay, anyday, E_ALY_MonthOfYearMask.November)
    assert events(fb, "2023-01-01", "2025-01-01") == ["2023-11-18-08:00", "2024-11-18-08:00"]
    assert fb.ConfigureYearly(0, 29, specification.SpecificDay, anyday, E_ALY_MonthOfYearMask.February)
    fb.Call(parse_timestamp("2096-03-01"))
    assert fb.fbTimeUntilNextEvent.nRaw == parse_timestamp("2104-02-29") - parse_timestamp("2096-03-01")


def test_over_midnight():
    fb = FB_ALY_TimeClock_1Ch()
    assert fb.Configure("22h", "6h", E_ALY_DayOfWeekMask.Friday)
    fb.Call(parse_timestamp("2024-03-02 05:00"))  # a Saturday
    assert fb.bIsOn and fb.fbTimeUntilNextSwitch.nRaw == H
    fb.Call(parse_timestamp("2024-03-02 06:00"))
    assert not fb.bIsOn and fb.fbTimeUntilNextSwitch.nRaw == (6 * 24 + 16) * H


@pytest.mark.parametrize(
    ("method", "inputs", "event_id"),
    [
        ("ConfigureDaily", ("24h",), 0x200F),
        ("ConfigureWeekly", ("8h", 0), 0x2019),
        ("ConfigureWeekly", ("8h", 128), 0x2019),
        ("ConfigureMonthly", ("8h", 0, 3, 7), 0x2019),
        ("ConfigureMonthly", ("8h", 1, 0, 7), 0x2022),
        ("ConfigureYearly", ("8h", 30, 3, 7, 2), 0x2019),
        ("ConfigureYearly", ("8h", 30, 3, 7, 0), 0x2019),
    ],
)
def test_what_the_calendar_refuses(method, inputs, event_id):
    fb = FB_ALY_Calendar()
    assert not getattr(fb, method)(*inputs) and fb.ipResultMessage.nEventId == event_id


@pytest.mark.parametrize(("inputs", "event_id"), [(("24h", "1h", 1), 0x200F), (("1h", "1h", 1), 0x200F)])
def test_what_the_time_clock_refuses(inputs, event_id):
    fb = FB_ALY_TimeClock_1Ch()
    assert not fb.Configure(*inputs) and fb.ipResultMessage.nEventId == event_id
    assert not fb.Configure("1h", "2h", 0) and fb.ipResultMessage.nEventId == 0x2019
