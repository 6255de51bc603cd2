"""Days, weeks, months and daylight saving for blocks that follow the calendar.

Time stamps are UTC, ns since 2000-01-01; the manual names no time zone for times of day and weekdays. Chosen: the
property sTimeZone names it (IANA, such as Europe/Berlin), else that of the Plc, which is UTC unless set; Configure
takes it. A time of day is reached when the local clock first shows it or a later one on that day: in the hour that
comes twice it counts once, the first time, and one that the day lacks is reached at the change of the clock. Spans from
one time of day to another are an hour shorter or longer on such days.

Kernels take local times as ns since 2000-01-01 00:00 local time. A block's memory holds the changes of its zone up to
the year 2292, so that a snapshot means the same wherever it is loaded.
"""

from collections.abc import Mapping
from typing import Any

from alycat.runtime.declare import block_property, buffer, config
from alycat.runtime.iec import LINT
from alycat.runtime.kernel import int64, kernel
from alycat.runtime.memory import i64
from alycat.runtime.timezones import TIME_ZONE, current_time_zone, zone_table

from .conditions import TimedBlock

DAY_NS = 86_400 * 10**9
SATURDAY = 6  # 2000-01-01; Sunday is 0
ALL_DAYS = 127
ALL_MONTHS = 4095
FIRST, LAST, SPECIFIC = 1, 2, 3
ANY_DAY = 7  # E_ALY_DayOfWeek.Unspecified
MONTHS_AHEAD = 8 * 12 + 2  # the longest time without a 29 February


@kernel
def weekday(day: int) -> int:
    """0 (Sunday) to 6 of a day since 2000-01-01."""
    return (day + SATURDAY) % 7


@kernel
def month_of(day: int) -> int:
    """Months since 2000-01 of a day since 2000-01-01; civil calendar in years that begin in March."""
    of_era = (day - 60) % 146_097  # an era of 400 years begins on 1 March of a year divisible by 400
    era = (day - 60) // 146_097
    year = (of_era - of_era // 1460 + of_era // 36_524 - of_era // 146_096) // 365
    of_year = of_era - (365 * year + year // 4 - year // 100)
    month = (5 * of_year + 2) // 153  # 0 is March
    return (era * 400 + year) * 12 + month + 2


@kernel
def first_day_of(month: int) -> int:
    """Days since 2000-01-01 of the first day of a month since 2000-01."""
    since_march = month - 2
    year = since_march // 12
    of_year = (153 * (since_march - year * 12) + 2) // 5
    return 365 * year + year // 4 - year // 100 + year // 400 + of_year + 60


@kernel
def day_in_month(month: int, specification: int, number: int, day_of_week: int) -> int:
    """The day since 2000-01-01 that the specification means in a month; -1 where there is none."""
    first, end = first_day_of(month), first_day_of(month + 1)
    if specification == SPECIFIC:
        return first + number - 1 if first + number - 1 < end else int64(-1)
    if specification == FIRST:
        return first if day_of_week == ANY_DAY else first + (day_of_week - weekday(first)) % 7
    return end - 1 if day_of_week == ANY_DAY else end - 1 - (weekday(end - 1) - day_of_week) % 7


@kernel
def count_reached(ends: Any, count: int, time: int) -> int:
    """How many of the rising `ends` are not after `time`."""
    low, high = int64(0), int64(count)
    while low < high:
        middle = (low + high) // 2
        if ends[middle] <= time:
            low = middle + 1
        else:
            high = middle
    return low


@kernel
def local_of(m: Any, t: int) -> int:
    """The local time at the UTC time t."""
    changes = int64(m.periods) - 1
    offsets = i64(m, m.zone + 16 * changes, changes + 1)
    return t + offsets[count_reached(i64(m, m.zone, changes), changes, t)]


@kernel
def utc_of(m: Any, local: int) -> int:
    """The first UTC time at which the local clock shows `local` or later."""
    changes = int64(m.periods) - 1
    ends, offsets = i64(m, m.zone, changes), i64(m, m.zone + 16 * changes, changes + 1)
    period = count_reached(i64(m, m.zone + 8 * changes, changes), changes, local)
    t = local - offsets[period]
    return max(t, ends[period - 1]) if period > 0 else t


class LocalTimeBlock(TimedBlock):
    """A block with times of day."""

    sTimeZone: TIME_ZONE = block_property("time zone of times of day (IANA name); empty: that of the Plc, else UTC")
    periods: LINT = config("periods between two changes of the clock")
    zone: LINT = buffer("see `zone_table`; kept by Reset")

    def _zone_table(self) -> Any:
        return zone_table(self.sTimeZone or current_time_zone())

    def _kept_buffers(self) -> tuple[str, ...]:
        return (*super()._kept_buffers(), "zone")

    def _start(self, buffers: Mapping[str, int] | None = None, /, **config: Any) -> bool:
        size = len(self._zone_table())
        return super()._start({**(buffers or {}), "zone": size}, periods=(size + 2) // 3, **config)

    def _configured(self) -> bool:
        self._buffer("zone")[:] = self._zone_table()
        return super()._configured()
