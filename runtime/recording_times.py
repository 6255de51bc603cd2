"""The time column of a recording as DC time: ISO 8601 text, dates of a Parquet file, or numbers.

A bare number counts from 1970 in the unit that its size suggests (`guess_unit`), or from `start` in seconds.
"""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import polars as pl
from numpy.typing import NDArray

from .dctime import UNITS_NS, UNIX_OFFSET_NS, format_duration, format_timestamp
from .errors import RangeError, RecordingError, one_of
from .recording_files import MISSING_TEXTS, Table

UNIT_WORDS = {"s": "seconds", "ms": "milliseconds", "us": "microseconds", "ns": "nanoseconds"}
DIGITS = {"s": 9, "ms": 6, "us": 3, "ns": 0}
YEARS = (2000, 2261)  # DC time begins with 2000; nanoseconds since 1970 in 64 bits end in 2262
FORMATS = ("%Y-%m-%dT%H:%M:%S%.f", "%Y-%m-%dT%H:%M", "%Y-%m-%d", "%Y-%m-%d-%H:%M:%S%.f")
_OFFSET = r"([+-])(\d\d):?(\d\d)$"
_PLAIN_NUMBER = r"^\d+(\.\d*)?$"

# table, column, its cells, start, unit -> nanoseconds since 1970, rule in words
Reader = Callable[[Table, str, pl.Series, int | None, str | None], tuple[NDArray[np.int64], str]]


@dataclass(frozen=True)
class Times:
    """DC time per row, and in words how it was read."""

    timestamps: NDArray[np.uint64]
    rule: str


def read_times(table: Table, column: str, start: int | None = None, unit: str | None = None) -> Times:
    """The times of a column; `start` is DC time, `unit` one of s, ms, us, ns.

    Raises RecordingError when a time is missing, unreadable, before 2000, or earlier than the one before.
    """
    if unit is not None and unit not in UNIT_WORDS:
        raise RangeError(f"time unit: {unit!r} is unknown; allowed are {one_of(UNIT_WORDS)}")
    series = table.frame[column]
    if series.dtype == pl.String:
        series = series.str.strip_chars().str.replace(",", ".", literal=True)  # ISO 8601 allows either in a fraction
        _refuse_missing(table, column, series.is_null() | series.str.to_lowercase().is_in(MISSING_TEXTS))
        reader: Reader = _number_texts if _is_float(series[0]) else _iso_texts
    elif series.dtype.is_temporal():
        _refuse_missing(table, column, series.is_null())
        reader = _temporal
    elif series.dtype.is_numeric():
        _refuse_missing(table, column, series.is_null() | ~series.cast(pl.Float64).is_finite())
        reader = _numbers
    else:
        raise RecordingError(f"{table.path}: column '{column}' holds {series.dtype}, no times")
    unix_ns, rule = reader(table, column, series, start, unit)
    timestamps = _dc(table, column, unix_ns, rule)
    _refuse_backwards(table, column, timestamps)
    return Times(timestamps, rule)


def even_times(rows: int, cycle_ns: int, start: int | None) -> Times:
    """Row k (from 0) at start + k cycles; without a start the first row is one cycle after 2000-01-01.

    (Time 0 is what the blocks refuse as missing.)
    """
    if cycle_ns <= 0:
        raise RangeError(f"cycle: {cycle_ns} ns is no cycle time; it must be above 0")
    first = cycle_ns if start is None else start
    if first + rows * cycle_ns >= 2**63:
        raise RangeError(f"cycle: {rows} rows of {cycle_ns} ns end after the year {YEARS[1]}")
    rule = f"every {format_duration(cycle_ns)}" + ("" if start is not None else ", without a date")
    return Times(np.arange(rows, dtype=np.uint64) * np.uint64(cycle_ns) + np.uint64(first), rule)


def guess_unit(largest: float) -> str:
    """The unit of a number since 1970: below 1e11 s, below 1e14 ms, below 1e17 us, else ns (years 1973 to 5138)."""
    return next((u for u, limit in (("s", 1e11), ("ms", 1e14), ("us", 1e17)) if largest < limit), "ns")


def _is_float(text: str) -> bool:
    try:
        float(text)
    except ValueError:
        return False
    return True


def _refuse_missing(table: Table, column: str, missing: pl.Series) -> None:
    if missing.any():
        raise table.error(column, int(missing.arg_true()[0]), "the time is missing")


def _refuse_backwards(table: Table, column: str, times: NDArray[np.uint64]) -> None:
    back = np.flatnonzero(times[1:] < times[:-1])
    if len(back):
        row = int(back[0]) + 1
        before, after = (format_timestamp(int(t)) for t in times[row - 1 : row + 1])
        raise table.error(column, row, f"the time runs backwards, from {before} to {after}")


def _dc(table: Table, column: str, unix_ns: NDArray[np.int64], rule: str) -> NDArray[np.uint64]:
    early = np.flatnonzero(unix_ns < UNIX_OFFSET_NS)
    if len(early):
        row = int(early[0])
        hint = "; for seconds from a start give --start" if "since 1970" in rule else ""
        raise table.error(column, row, f"{table.frame[column][row]} is before 2000-01-01 UTC (read as {rule}){hint}")
    return (unix_ns - UNIX_OFFSET_NS).astype(np.uint64)


def _iso_texts(
    table: Table, column: str, text: pl.Series, start: int | None, unit: str | None
) -> tuple[NDArray[np.int64], str]:
    _refuse_number_options(table, column, start, unit)
    # Outside the years that 64 bits of nanoseconds hold, polars would wrap round without a word, or abort.
    years = text.str.slice(0, 4).cast(pl.Int32, strict=False)
    _refuse_no_time(table, column, ~years.is_between(*YEARS).fill_null(False))
    text = text.str.replace(" ", "T", literal=True).str.strip_suffix("Z")
    offset_min: pl.Series | None = None
    if text.str.contains(r"T.*" + _OFFSET).any():
        text, offset_min = _split_offset(text)
    times: pl.Series | None = None
    for form in FORMATS:
        read = text.str.to_datetime(form, time_unit="ns", strict=False)
        times = read if times is None else times.zip_with(times.is_not_null(), read)
        if not times.null_count():
            break
    assert times is not None
    _refuse_no_time(table, column, times.is_null())
    unix_ns = times.to_physical().to_numpy()
    if offset_min is not None:
        unix_ns = unix_ns - offset_min.to_numpy() * UNITS_NS["min"]
    return unix_ns, "ISO 8601"


def _refuse_no_time(table: Table, column: str, wrong: pl.Series) -> None:
    if wrong.any():
        row = int(wrong.arg_true()[0])
        wanted = f"ISO 8601 such as 2025-01-31T08:00:00Z, years {YEARS[0]} to {YEARS[1]}"
        raise table.error(column, row, f"{table.frame[column][row]!r} is no time; allowed is {wanted}")


def _split_offset(text: pl.Series) -> tuple[pl.Series, pl.Series]:
    """The texts without their offset from UTC, and the offset in minutes (0 where there is none)."""
    sign, hours, minutes = (text.str.extract(r"T.*" + _OFFSET, group) for group in (1, 2, 3))
    size = hours.cast(pl.Int64).fill_null(0) * 60 + minutes.cast(pl.Int64).fill_null(0)
    bare = text.str.replace(_OFFSET, "").zip_with(sign.is_not_null(), text)
    return bare, size * (1 - 2 * (sign == "-").fill_null(False).cast(pl.Int64))


def _temporal(
    table: Table, column: str, series: pl.Series, start: int | None, unit: str | None
) -> tuple[NDArray[np.int64], str]:
    if series.dtype == pl.Duration:
        raw, unit = series.to_physical(), series.dtype.time_unit  # type: ignore[attr-defined]
        return _numbers(table, column, raw, start, unit)
    if series.dtype == pl.Time:
        raise RecordingError(f"{table.path}: column '{column}' holds times of day without a date")
    _refuse_number_options(table, column, start, unit)
    if series.dtype == pl.Date:
        series = series.cast(pl.Datetime("us"))
    factor = UNITS_NS[series.dtype.time_unit]  # type: ignore[attr-defined]
    return _scaled(table, column, series.to_physical().to_numpy(), factor), f"{series.dtype}"


def _refuse_number_options(table: Table, column: str, start: int | None, unit: str | None) -> None:
    for option, given in (("--start", start), ("--time-unit", unit)):
        if given is not None:
            raise RecordingError(f"{table.path}: {option} is for a column of numbers; '{column}' holds dates")


def _number_texts(
    table: Table, column: str, text: pl.Series, start: int | None, unit: str | None
) -> tuple[NDArray[np.int64], str]:
    whole = text.cast(pl.Int64, strict=False)
    if not whole.null_count():
        return _numbers(table, column, whole, start, unit)
    values = text.cast(pl.Float64, strict=False)
    wrong = values.is_null() | ~values.is_finite()
    if wrong.any():
        row = int(wrong.arg_true()[0])
        raise table.error(column, row, f"{text[row]!r} is no number, but the column begins with one")
    if not text.str.contains(_PLAIN_NUMBER).all():
        return _numbers(table, column, values, start, unit)
    unit, origin, rule = _scale(start, unit, float(values.max()))  # type: ignore[arg-type]
    digits = DIGITS[unit]
    parts = text.str.split_exact(".", 1).struct.unnest()
    fraction = parts.to_series(1).fill_null("").str.slice(0, digits).str.pad_end(digits, "0")
    ns = fraction.cast(pl.Int64, strict=False).fill_null(0).to_numpy()
    ticks = parts.to_series(0).cast(pl.Int64).to_numpy()
    return _scaled(table, column, ticks, UNITS_NS[unit], origin) + ns, rule


def _numbers(
    table: Table, column: str, series: pl.Series, start: int | None, unit: str | None
) -> tuple[NDArray[np.int64], str]:
    largest = float(series.abs().max())  # type: ignore[arg-type]
    unit, origin, rule = _scale(start, unit, largest)
    factor = UNITS_NS[unit]
    if series.dtype.is_integer():
        _scaled(table, column, np.array([largest]), factor, origin)
        return _scaled(table, column, series.cast(pl.Int64).to_numpy(), factor, origin), rule
    values = series.cast(pl.Float64).to_numpy()
    whole = np.floor(values)
    fraction = np.rint((values - whole) * factor / (step := _step_ns(largest, factor))) * step
    return _scaled(table, column, whole, factor, origin) + fraction.astype(np.int64), rule


def _scale(start: int | None, unit: str | None, largest: float) -> tuple[str, int, str]:
    """Unit, origin in ns since 1970, and the rule in words."""
    if start is not None:
        unit = unit or "s"
        return unit, start + UNIX_OFFSET_NS, f"{UNIT_WORDS[unit]} from the start"
    how = "" if unit else ", judged by their size"
    unit = unit or guess_unit(largest)
    return unit, 0, f"{UNIT_WORDS[unit]} since 1970{how}"


def _step_ns(largest: float, factor: int) -> int:
    """A float64 of seconds since 1970 carries only 240 ns: what is finer is noise and rounded off (here to 1000 ns)."""
    spacing = float(np.spacing(largest)) * factor
    return int(10 ** np.ceil(np.log10(spacing))) if spacing > 1 else 1


def _scaled(table: Table, column: str, ticks: NDArray[np.generic], factor: int, origin: int = 0) -> NDArray[np.int64]:
    """origin + ticks * factor; refuses what 64 bits of nanoseconds since 1970 cannot hold."""
    limit = (2**63 - 1 - abs(origin)) // factor - 1
    beyond = np.flatnonzero(np.abs(ticks) > limit)
    if len(beyond):
        row = int(beyond[0])
        raise table.error(column, row, f"{table.frame[column][row]} is after the year {YEARS[1]}; see --time-unit")
    return ticks.astype(np.int64) * factor + origin
