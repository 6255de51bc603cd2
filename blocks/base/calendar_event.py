"""FB_ALY_Calendar: an event that recurs daily, weekly, monthly or yearly."""

from typing import Any

from alycat.runtime.block import cyclic, method
from alycat.runtime.declare import config, output, state
from alycat.runtime.iec import BOOL, LINT, LTIME, UINT, ULINT, WORD
from alycat.runtime.kernel import int64, kernel

from ..calendar import (
    ALL_DAYS,
    ALL_MONTHS,
    DAY_NS,
    MONTHS_AHEAD,
    SPECIFIC,
    LocalTimeBlock,
    day_in_month,
    local_of,
    month_of,
    utc_of,
    weekday,
)
from ..conditions import bad_time
from ..system.timespan import FB_ALY_Timespan
from ..types import E_ALY_DayOfWeek, E_ALY_RecurrenceSpecification

LONGEST_MONTH = (31, 29, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31)


@kernel
def next_event(m: Any, t: int) -> int:
    """The first event after t."""
    day = local_of(m, t) // DAY_NS
    if m.days != 0:
        while not (m.days >> weekday(day) & 1) or utc_of(m, day * DAY_NS + m.time_ns) <= t:
            day += 1
        return utc_of(m, day * DAY_NS + m.time_ns)
    month = month_of(day)
    for ahead in range(month, month + MONTHS_AHEAD):
        if m.months >> (ahead % 12) & 1:
            day = day_in_month(ahead, m.specification, m.number, m.day_of_week)
            if day >= 0 and utc_of(m, day * DAY_NS + m.time_ns) > t:
                return utc_of(m, day * DAY_NS + m.time_ns)
    return int64(0)  # not reached: Configure refuses days that no month has


@kernel
def step(m: Any) -> int:
    code = bad_time(m)
    if code != 0:
        return code
    t = int64(m.tTimestamp)
    if m.last_ns == 0:
        m.next_ns = next_event(m, t - 1)
    m.last_ns = m.tTimestamp
    m.bEvent = t >= m.next_ns
    m.bNewResult = m.bEvent
    if m.bEvent:
        m.next_ns = next_event(m, t)
    m.fbTimeUntilNextEvent = m.next_ns - t
    return 0


class FB_ALY_Calendar(LocalTimeBlock, category="Base"):
    """Raises an event at a time of day that recurs daily, weekly, monthly or yearly.

    Sources: manual TF3510 EN 1.5.0 pp. 106-110 (InfoSys 17642767627, 17643017739, 17643397259, 17643466379,
    17643431819), Workbench 17640703243.

    Documented: one of four Configure methods selects the recurrence; bEvent is TRUE when the time is reached; First and
    Last with Unspecified mean the first and last day of the month, else the first or last such weekday.
    Chosen: bEvent is TRUE for one call, the first at or after the time, and once if several times passed between two
    calls; the first call has an event only at its exact time; a month without nDay has no event; eDayOfWeek is not
    looked at with SpecificDay, nDay only then; time zone and daylight saving as in `alycat.blocks.calendar`.
    """

    picture = "calendar"
    step = step
    example = {"tTimeEvent": 8 * 3600 * 10**9, "nDayOfWeekMask": 62, "nDay": 18, "nMonthOfYearMask": 1024}

    bEvent: BOOL = output("TRUE when the time of the event is reached")
    fbTimeUntilNextEvent: FB_ALY_Timespan = output("time until the next event")
    time_ns: LINT = config("time of day")
    days: LINT = config("bit mask of weekdays, 0 for monthly and yearly events")
    months: LINT = config("bit mask")
    specification: LINT = config("FIRST, LAST, SPECIFIC")
    number: LINT = config("day of the month")
    day_of_week: LINT = config("0 Sunday .. 6, 7 any")
    next_ns: LINT = state("time of the next event")

    @method
    def ConfigureDaily(self, tTimeEvent: LTIME) -> BOOL:
        """An event every day. Errors: 16#200F a time of 24 hours or more.

        Parameters
        ----------
        tTimeEvent
            time of day of the event
        """
        return self._recur(tTimeEvent, days=ALL_DAYS)

    @method
    def ConfigureWeekly(self, tTimeEvent: LTIME, nDayOfWeekMask: WORD) -> BOOL:
        """An event on days of the week. Errors: 16#200F a time of 24 hours or more, 16#2019 no day or an unknown one.

        Parameters
        ----------
        tTimeEvent
            time of day of the event
        nDayOfWeekMask
            days: 1 Sunday, 2 Monday, 4 Tuesday, ... 64 Saturday, added up (E_ALY_DayOfWeekMask)
        """
        if not 0 < nDayOfWeekMask <= ALL_DAYS:
            return self._finish(0x2019, f"nDayOfWeekMask = {nDayOfWeekMask}, allowed are 1..{ALL_DAYS}")
        return self._recur(tTimeEvent, days=nDayOfWeekMask)

    @method
    def ConfigureMonthly(
        self,
        tTimeEvent: LTIME,
        nDay: UINT,
        eRecurrenceSpecification: E_ALY_RecurrenceSpecification,
        eDayOfWeek: E_ALY_DayOfWeek,
    ) -> BOOL:
        """An event in every month.

        Parameters
        ----------
        tTimeEvent
            time of day of the event
        nDay
            day of the month, for SpecificDay
        eRecurrenceSpecification
            SpecificDay, First or Last
        eDayOfWeek
            for First and Last: a weekday, or Unspecified for any day

        Notes
        -----
        Errors: 16#200F a time of 24 hours or more, 16#2019 no such day, 16#2022 no specification.
        """
        return self._start_in_months(tTimeEvent, nDay, eRecurrenceSpecification, eDayOfWeek, ALL_MONTHS)

    @method
    def ConfigureYearly(
        self,
        tTimeEvent: LTIME,
        nDay: UINT,
        eRecurrenceSpecification: E_ALY_RecurrenceSpecification,
        eDayOfWeek: E_ALY_DayOfWeek,
        nMonthOfYearMask: WORD,
    ) -> BOOL:
        """An event in the chosen months of every year.

        Parameters
        ----------
        tTimeEvent
            time of day of the event
        nDay
            day of the month, for SpecificDay
        eRecurrenceSpecification
            SpecificDay, First or Last
        eDayOfWeek
            for First and Last: a weekday, or Unspecified for any day
        nMonthOfYearMask
            months: 1 January, 2 February, 4 March, ... 2048 December, added up (E_ALY_MonthOfYearMask)

        Notes
        -----
        Errors: 16#200F a time of 24 hours or more, 16#2019 no such day or month, 16#2022 no specification.
        """
        return self._start_in_months(tTimeEvent, nDay, eRecurrenceSpecification, eDayOfWeek, nMonthOfYearMask)

    def _start_in_months(self, time: int, number: int, specification: int, day_of_week: int, months: int) -> bool:
        if specification == E_ALY_RecurrenceSpecification.NotInitialized:
            return self._finish(0x2022, "eRecurrenceSpecification is NotInitialized")
        if not 0 < months <= ALL_MONTHS:
            return self._finish(0x2019, f"nMonthOfYearMask = {months}, allowed are 1..{ALL_MONTHS}")
        longest = max(days for i, days in enumerate(LONGEST_MONTH) if months >> i & 1)
        if specification == SPECIFIC and not 0 < number <= longest:
            return self._finish(0x2019, f"nDay = {number}, allowed are 1..{longest}")
        return self._recur(time, months=months, specification=specification, number=number, day_of_week=day_of_week)

    def _recur(self, time: int, **recurrence: int) -> bool:
        if time >= DAY_NS:
            return self._finish(0x200F, f"tTimeEvent = {time} ns is no time of day")
        return self._start(time_ns=time, **recurrence)

    @cyclic
    def Call(self, tTimestamp: ULINT) -> BOOL:
        """Looks at the time. Errors: 16#3007 not configured, 16#3006 no time, 16#3003 time before the call before."""
