"""Columns of timespans and of times, as whole numbers of nanoseconds."""

import re

import numpy as np
import polars as pl
from numpy.typing import NDArray

from .dctime import UNIX_OFFSET_NS, parse_duration, parse_timestamp
from .errors import RangeError
from .recording_files import MISSING_TEXTS, Table

NO_SPAN = int(np.float64(np.nan).view(np.int64))  # what stands for a missing value: the channel was never set
_DATE = re.compile(r"\d{4}-")
_WANTED = "a timespan is a whole number of ns, or a text such as 1m30s; a time is ISO 8601"


def read_spans(table: Table, column: str) -> tuple[NDArray[np.int64], NDArray[np.bool_]]:
    """A column as ns, and where it has no value; times count from 2000-01-01 UTC, so that they can be subtracted."""
    series = table.frame[column]
    if series.dtype == pl.String:
        series = _of_text(table, column, series)
    elif series.dtype.is_integer():
        series = series.cast(pl.Int64, strict=False)
    elif series.dtype == pl.Duration:
        series = series.cast(pl.Duration("ns")).cast(pl.Int64)
    elif series.dtype == pl.Datetime:
        series = _since_2000(series)
    elif series.dtype != pl.Null:
        raise table.error(column, 0, f"{series.dtype} values are no timespans; {_WANTED}")
    missing = series.is_null().to_numpy()
    return series.cast(pl.Int64).fill_null(NO_SPAN).to_numpy(), missing


def _of_text(table: Table, column: str, text: pl.Series) -> pl.Series:
    text = text.str.strip_chars()
    values = text.cast(pl.Int64, strict=False)
    odd = (values.is_null() & text.is_not_null() & ~text.str.to_lowercase().is_in(MISSING_TEXTS)).arg_true()
    if not len(odd):
        return values
    found = [_of_cell(table, column, int(row), text[int(row)]) for row in odd]
    return values.scatter(odd, found)


def _of_cell(table: Table, column: str, row: int, cell: str) -> int:
    try:
        return parse_timestamp(cell) if _DATE.match(cell) else parse_duration(cell)
    except RangeError:
        raise table.error(column, row, f"{cell!r} is no timespan; {_WANTED}") from None


def _since_2000(times: pl.Series) -> pl.Series:
    return times.dt.epoch("ns") - UNIX_OFFSET_NS
