"""Plain references of FB_ALY_TimeClock_1Ch and FB_ALY_Calendar: Python's datetime, day after day."""

import calendar
import datetime as dt

from .local_time import local_of, utc_of

DAY = 86_400 * 10**9
EPOCH = dt.date(2000, 1, 1)


def date_of(day):
    return EPOCH + dt.timedelta(days=day)


def sunday_is_0(date):
    return (date.weekday() + 1) % 7


class TimeClock:
    def __init__(self, tTimeOn, tTimeOff, nDayOfWeekMask, sTimeZone=""):
        self.zone = sTimeZone
        self.on, self.length, self.mask = tTimeOn, (tTimeOff - tTimeOn) % DAY, nDayOfWeekMask
        self.before = False

    def call(self, t, x):
        today = local_of(t, self.zone) // DAY
        days = [d for d in range(today - 8, today + 16) if self.mask >> sunday_is_0(date_of(d)) & 1]
        nominal = [(d * DAY + self.on, d * DAY + self.on + self.length) for d in days]
        spans = [(utc_of(on, self.zone), utc_of(off, self.zone)) for on, off in nominal]
        spans = [(start, end) for start, end in spans if start < end]
        is_on = any(start <= t < end for start, end in spans)
        until = min(edge for span in spans for edge in span if edge > t) - t
        is_new, self.before = is_on != self.before, is_on
        return {"bNewResult": is_new, "bIsOn": is_on, "fbTimeUntilNextSwitch": until}


class Calendar:
    def __init__(
        self,
        tTimeEvent,
        nDayOfWeekMask=127,
        nDay=0,
        eRecurrenceSpecification=0,
        eDayOfWeek=7,
        nMonthOfYearMask=4095,
        sTimeZone="",
    ):
        self.zone = sTimeZone
        self.time, self.mask, self.months = tTimeEvent, nDayOfWeekMask, nMonthOfYearMask
        self.specification, self.number, self.day = int(eRecurrenceSpecification), nDay, int(eDayOfWeek)
        self.last = None

    def is_day(self, date):
        if self.specification == 0:
            return self.mask >> sunday_is_0(date) & 1
        if not self.months >> date.month - 1 & 1:
            return False
        if self.specification == 3:
            return date.day == self.number
        length = calendar.monthrange(date.year, date.month)[1]
        fitting = [d for d in range(1, length + 1) if self.day == 7 or sunday_is_0(date.replace(day=d)) == self.day]
        return date.day == (fitting[0] if self.specification == 1 else fitting[-1])

    def next_after(self, t):
        day = local_of(t, self.zone) // DAY
        while not (self.is_day(date_of(day)) and utc_of(day * DAY + self.time, self.zone) > t):
            day += 1
        return utc_of(day * DAY + self.time, self.zone)

    def call(self, t, x):
        event = self.next_after(t - 1 if self.last is None else self.last) <= t
        self.last = t
        return {"bNewResult": event, "bEvent": event, "fbTimeUntilNextEvent": self.next_after(t) - t}
