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
from alycat.runtime import BOOL, Plc, Program, format_timestamp, parse_timestamp
from alycat.runtime.testing import Setup, Stream

H = 3600 * 10**9
TIMES = st.integers(0, 23).map(lambda h: h * H) | st.integers(0, DAY - 1)
WEEKDAYS = st.integers(1, 127)
ZONES = st.sampled_from(
    ("", "Europe/Berlin", "America/New_York", "Australia/Sydney", "Australia/Lord_Howe", "Asia/Beirut")
)
CHANGES = (
    "2024-03-30",
    "2024-10-26",
    "2025-03-29",
    "2024-04-06",
    "2024-10-05",
    "2024-03-09",
    "2024-11-02",
    "2080-03-30",
)


@st.composite
def clocks(draw):
    on, off = draw(st.tuples(TIMES, TIMES).filter(lambda pair: pair[0] != pair[1]))
    inputs = {"tTimeOn": on, "tTimeOff": off, "nDayOfWeekMask": draw(WEEKDAYS)}
    return Setup(settings={"sTimeZone": draw(ZONES)}, calls=(("Configure", inputs),))


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
    return Setup(settings={"sTimeZone": draw(ZONES)}, calls=((f"Configure{way}", inputs),))


def times(cls, setup):
    """Time stamps around the times of the setup and changes of the clock, in steps of minutes to months."""
    spans = [*setup.numbers()[1], H // 60, H // 2, H, DAY, 7 * DAY, 31 * DAY, 365 * DAY]
    steps = st.sampled_from(spans) | st.integers(0, 2 * DAY) | st.just(0)
    start = st.integers(1, 30_000).map(lambda day: day * DAY) | st.sampled_from(CHANGES).map(parse_timestamp)

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


def clock_in(zone, on, off, days=127):
    fb = FB_ALY_TimeClock_1Ch()
    fb.sTimeZone = zone
    assert fb.Configure(on, off, days)
    return fb


def hours_on(fb, day, days=2):
    """UTC hours in which it is on, from a UTC day on, on a grid of a quarter of an hour."""
    start = parse_timestamp(day)
    stamps = np.arange(start, start + days * DAY, H // 4, np.uint64)
    return ((stamps[fb.replay(stamps)["bIsOn"]] - np.uint64(start)) / H).tolist()


@pytest.mark.parametrize(
    ("zone", "day", "first", "last"),
    [
        ("Europe/Berlin", "2024-03-30", 7.0, 14.75),  # winter: 08:00 is 07:00 UTC
        ("Europe/Berlin", "2024-03-31", 6.0, 13.75),  # the day of the change
        ("Europe/Berlin", "2024-10-27", 7.0, 14.75),
        ("America/New_York", "2024-03-10", 12.0, 19.75),
        ("Australia/Sydney", "2024-04-07", -2.0, 5.75),  # summer time ends in April
        ("Australia/Sydney", "2024-10-06", -3.0, 4.75),
        ("Asia/Kathmandu", "2024-01-01", 2.25, 10.0),
    ],
)
def test_eight_to_sixteen_by_the_local_clock(zone, day, first, last):
    yesterday = format_timestamp(parse_timestamp(day) - DAY)[:10]
    hours = [h - 24 for h in hours_on(clock_in(zone, "8h", "16h"), yesterday, 3) if first <= h - 24 <= last]
    assert (hours[0], hours[-1], len(hours)) == (first, last, 32)


def test_a_night_shift_is_shorter_in_spring_and_longer_in_autumn():
    for day, hours in (("2024-03-30", 7), ("2024-10-26", 9), ("2024-06-01", 8)):
        fb = clock_in("Europe/Berlin", "22h", "6h", E_ALY_DayOfWeekMask.Saturday)
        assert len(hours_on(fb, day)) == 4 * hours


def test_times_that_the_day_lacks_or_has_twice():
    fb = clock_in("Europe/Berlin", "2h15m", "2h45m")
    assert hours_on(fb, "2024-03-31", 1) == []  # 02:00 to 03:00 does not exist
    fb.Call(parse_timestamp("2024-04-01"))
    assert hours_on(clock_in("Europe/Berlin", "2h15m", "3h15m"), "2024-03-31", 1) == [1.0]  # from the change on
    assert hours_on(clock_in("Europe/Berlin", "2h15m", "2h45m"), "2024-10-27", 1) == [0.25, 0.5]  # the first time


@pytest.mark.parametrize(
    ("zone", "configure", "start", "end", "expected"),
    [
        (
            "Europe/Berlin",
            ("ConfigureDaily", "2h30m"),
            "2024-03-30",
            "2024-04-02",
            ["30-01:30", "31-01:00", "01-00:30"],
        ),
        (
            "Europe/Berlin",
            ("ConfigureDaily", "2h30m"),
            "2024-10-26",
            "2024-10-29",
            ["26-00:30", "27-00:30", "28-01:30"],
        ),
        ("Europe/Berlin", ("ConfigureYearly", "0h", 29, 3, 7, 2), "2024-02-27", "2024-03-03", ["28-23:00"]),
        ("Europe/Berlin", ("ConfigureYearly", "0h", 1, 3, 7, 1), "2023-12-30", "2024-01-03", ["31-23:00"]),
        ("Australia/Sydney", ("ConfigureMonthly", "8h", 0, 2, 7), "2024-12-29", "2025-01-02", ["30-21:00"]),
        ("Australia/Lord_Howe", ("ConfigureDaily", "8h"), "2024-04-05", "2024-04-07", ["05-21:00", "06-21:30"]),
    ],
)
def test_calendar_in_local_time(zone, configure, start, end, expected):
    fb = FB_ALY_Calendar()
    fb.sTimeZone = zone
    assert getattr(fb, configure[0])(*configure[1:])
    assert [text[8:] for text in events(fb, start, end, "15m")] == expected


def test_a_zone_outlives_reset_and_snapshot_and_needs_a_configure_to_change():
    fb = clock_in("Europe/Berlin", "8h", "16h")
    twin = FB_ALY_TimeClock_1Ch.restore(fb.snapshot())
    assert fb.Reset() and fb.sTimeZone == twin.sTimeZone == "Europe/Berlin"
    fb.sTimeZone = "Asia/Tokyo"
    for block in (fb, twin):
        block.Call(parse_timestamp("2024-01-02 07:00"))
        assert block.bIsOn
    with pytest.raises(ValueError, match="sTimeZone: there is no time zone 'Asia/Tokio'; close to it: Asia/Tokyo"):
        fb.sTimeZone = "Asia/Tokio"


def test_the_plc_gives_the_zone():
    class Main(Program):
        bIsOn: BOOL

        def __init__(self):
            self.fb = FB_ALY_TimeClock_1Ch()

        def cycle(self):
            if not self.fb.bConfigured:
                self.fb.Configure("8h", "16h", 127)
            self.fb.Call(self.task.info.DcTaskTime)
            self.bIsOn = self.fb.bIsOn

    for zone, is_on in (("", False), ("Europe/Berlin", True)):
        main, plc = Main(), Plc(start="2024-01-02 07:30", time_zone=zone)
        plc.task("PlcTask", "1s", programs=[main])
        plc.run(cycles=1)
        assert main.bIsOn is is_on
