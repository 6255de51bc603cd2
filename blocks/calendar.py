"""Days, weeks and months for blocks that follow the calendar; kernels over nanoseconds since 2000-01-01.

Time stamps are UTC (conventions of the library), so times of day and weekdays are those of UTC: no daylight saving,
each day has 24 hours (chosen; the manual names no time zone).
"""

from alycat.runtime.kernel import int64, kernel

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
