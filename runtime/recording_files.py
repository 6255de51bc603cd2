"""Recordings as files: the wanted columns of a CSV or Parquet file, still as they are written there.

CSV columns stay text until `recording_times` and `numbers` read them, so that an error can quote the cell.
"""

import codecs
import csv
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
import polars as pl
from numpy.typing import NDArray

from .errors import RecordingError, UnknownName, one_of, resembling

SEPARATORS = (";", "\t", ",")
MISSING_TEXTS = ("", "na", "n/a", "null", "none")
TRUTH_TEXTS = {"true": "1", "false": "0"}
OTHER_ENCODING = "perhaps Windows' code page 1252; save the file as UTF-8"


@dataclass(frozen=True)
class Table:
    """Some columns of a file; `line` gives the line of a data row in a text file, None where there are no lines."""

    path: Path
    frame: pl.DataFrame
    line: Callable[[int], int | None] = field(default=lambda _row: None)
    is_csv: bool = False

    def where(self, row: int) -> str:
        """How a message names the row with this 0-based index."""
        line = self.line(row)
        return f"row {row + 1}" + (f" (line {line})" if line else "")

    def error(self, column: str, row: int, problem: str) -> RecordingError:
        return RecordingError(f"{self.path}: column '{column}', {self.where(row)}: {problem}")


def column_names(path: Path) -> list[str]:
    """The columns of a recording, in the order of the file."""
    if _is_parquet(path):
        return list(_polars(path, pl.read_parquet_schema, path))
    return _csv_header(path)[1]


def read_table(path: Path, columns: list[str]) -> Table:
    """The named columns of a CSV (text, header line, separated by ``,`` ``;`` or tab) or Parquet file.

    Raises RecordingError for a file that cannot be read, UnknownName for a column it does not have.
    """
    if _is_parquet(path):
        select_columns(path, list(_polars(path, pl.read_parquet_schema, path)), columns)
        table = Table(path, _polars(path, pl.read_parquet, path, columns=columns))
    else:
        table = _read_csv(path, columns)
    if not table.frame.height:
        raise RecordingError(f"{path}: the file has columns but no rows")
    return table


def select_columns(path: Path, present: list[str], wanted: list[str]) -> list[int]:
    """The places of the wanted columns; each must be there exactly once."""
    for name in wanted:
        if name not in present:
            close = resembling(name, present, 1)
            hint = f" (did you mean '{close[0]}'?)" if close else ""
            raise UnknownName(f"{path}: no column '{name}'{hint}; the columns are {one_of(present)}")
        if present.count(name) > 1:
            raise RecordingError(f"{path}: column '{name}' stands {present.count(name)} times in the header")
    return [present.index(name) for name in wanted]


def numbers(table: Table, column: str, decimal: str = ".") -> tuple[NDArray[np.float64], NDArray[np.bool_]]:
    """A column as float64, and where it has no value; NaN and infinities pass, booleans become 0 and 1."""
    series = table.frame[column]
    if series.dtype == pl.String:
        series = _numbers_of_text(table, column, series, decimal)
    elif series.dtype == pl.Boolean or series.dtype.is_numeric():
        series = series.cast(pl.Float64)
    elif series.dtype == pl.Null:
        series = series.cast(pl.Float64)
    else:
        raise RecordingError(f"{table.path}: column '{column}' holds {series.dtype}, no numbers")
    missing = series.is_null().to_numpy()
    return series.fill_null(np.nan).to_numpy(), missing


def _numbers_of_text(table: Table, column: str, text: pl.Series, decimal: str) -> pl.Series:
    if decimal != ".":
        text = text.str.replace(decimal, ".", literal=True)
    values = text.cast(pl.Float64, strict=False)
    odd = (values.is_null() & text.is_not_null()).arg_true()
    if not len(odd):
        return values
    cleaned = text.gather(odd).str.strip_chars().str.to_lowercase().replace(TRUTH_TEXTS)
    second = cleaned.cast(pl.Float64, strict=False)
    wrong = second.is_null() & ~cleaned.is_in(MISSING_TEXTS)
    if wrong.any():
        row = int(odd[int(wrong.arg_true()[0])])
        raise table.error(column, row, _no_number(table.frame[column][row], decimal))
    return values.scatter(odd, second)


def read_texts(table: Table, column: str) -> NDArray[np.object_]:
    """A column as texts, exactly as they are written; None where there is none: an empty cell, but not ``""``."""
    series = table.frame[column]
    if series.dtype in (pl.Categorical, pl.Enum, pl.Null):
        series = series.cast(pl.String)
    if series.dtype != pl.String:
        raise RecordingError(f"{table.path}: column '{column}' holds {series.dtype}, no texts; write them as texts")
    replaced = series.str.contains("\ufffd", literal=True).arg_true()
    if table.is_csv and len(replaced) and not _is_utf8(table.path):
        row = int(replaced[0])
        raise table.error(column, row, f"the text is no UTF-8 ({series[row]!r}), {OTHER_ENCODING}")
    texts: NDArray[np.object_] = series.to_numpy()
    return texts


def _is_utf8(path: Path) -> bool:
    decoder = codecs.getincrementaldecoder("utf-8")()
    with path.open("rb") as file:
        try:
            while block := file.read(1 << 20):
                decoder.decode(block)
            decoder.decode(b"", True)
        except UnicodeDecodeError:
            return False
    return True


def _no_number(cell: str, decimal: str) -> str:
    comma = decimal == "." and "," in cell
    return f"{cell!r} is no number" + ("; for a decimal comma give --decimal ," if comma else "")


def _read_csv(path: Path, columns: list[str]) -> Table:
    separator, header, encoding = _csv_header(path)
    places = select_columns(path, header, columns)
    # The last column is read in any case: only then does polars refuse rows with more fields than the header.
    read = sorted({*places, len(header) - 1})
    frame = _polars(
        path, pl.read_csv, path, separator=separator, columns=read, infer_schema_length=0, encoding="utf8-lossy"
    )
    frame.columns = [str(place) for place in read]
    frame = frame.select([pl.col(str(place)).alias(name) for place, name in zip(places, columns, strict=True)])
    blank = _blank_lines_at_end(path)
    if blank:
        frame = frame.head(max(frame.height - blank, 0))
    return Table(path, frame, lambda row: _line_of_row(path, separator, encoding, row), is_csv=True)


def _csv_header(path: Path) -> tuple[str, list[str], str]:
    """Separator, column names and text encoding, from the first line."""
    first = _first_bytes(path, 1 << 20)
    if first.startswith((b"\xff\xfe", b"\xfe\xff")):
        raise RecordingError(f"{path}: the text is UTF-16; save it as UTF-8")
    if b"\0" in first:
        raise RecordingError(f"{path}: neither CSV text nor Parquet")
    line, encoding = _decode(first.splitlines()[0] if first.strip() else b"")
    if not first:
        raise RecordingError(f"{path}: the file is empty")
    if not line.strip():
        raise RecordingError(f"{path}: the first line is blank; it must name the columns")
    separator = max(SEPARATORS, key=_outside_quotes(line).count)
    names = [name.strip() for name in next(csv.reader([line], delimiter=separator))]
    if all(_is_number(name) for name in names if name):
        raise RecordingError(f"{path}: the first line must name the columns, but is {line[:60]!r}")
    return separator, names, encoding


def _outside_quotes(line: str) -> str:
    return "".join(line.split('"')[::2])


def _decode(data: bytes) -> tuple[str, str]:
    try:
        return data.decode("utf-8-sig"), "utf-8-sig"
    except UnicodeDecodeError:
        return data.decode("cp1252", "replace"), "cp1252"


def _is_number(text: str) -> bool:
    try:
        float(text.replace(",", "."))
    except ValueError:
        return False
    return True


def _first_bytes(path: Path, count: int) -> bytes:
    try:
        with path.open("rb") as file:
            return file.read(count)
    except OSError as error:
        raise RecordingError(f"{path}: {(error.strerror or str(error)).lower()}") from None


def _is_parquet(path: Path) -> bool:
    magic = _first_bytes(path, 4) == b"PAR1"
    if path.suffix.lower() in (".parquet", ".pq") and not magic:
        raise RecordingError(f"{path}: no Parquet file" + (" (it is empty)" if not path.stat().st_size else ""))
    return magic


def _blank_lines_at_end(path: Path) -> int:
    """polars makes a row of nulls of each of them."""
    with path.open("rb") as file:
        file.seek(max(path.stat().st_size - 4096, 0))
        tail = file.read().replace(b"\r\n", b"\n")
    return max(len(tail) - len(tail.rstrip(b"\n")) - 1, 0)


def _line_of_row(path: Path, separator: str, encoding: str, row: int) -> int | None:
    """Counts as polars does: a quoted field may span lines, a blank line is a row."""
    with path.open(encoding=encoding, errors="replace", newline="") as file:
        reader = csv.reader(file, delimiter=separator)
        begins = _begins(reader)
        return next((begin for index, begin in enumerate(begins) if index == row + 1), None)


def _begins(reader: Any) -> Iterator[int]:
    line = 1
    for _ in reader:
        yield line
        line = reader.line_num + 1


def _polars(path: Path, function: Callable[..., Any], *args: Any, **kwargs: Any) -> Any:
    """Calls polars; its errors become one line about the file."""
    try:
        return function(*args, **kwargs)
    except (pl.exceptions.PolarsError, OSError) as error:
        text = str(error).strip().splitlines()[0] if str(error).strip() else type(error).__name__
        if "more fields" in text:
            text = _widest_row(path)
        raise RecordingError(f"{path}: {text}") from error


def _widest_row(path: Path) -> str:
    separator, header, encoding = _csv_header(path)
    with path.open(encoding=encoding, errors="replace", newline="") as file:
        for row, fields in enumerate(csv.reader(file, delimiter=separator)):
            if len(fields) > len(header):
                return f"row {row} (line {row + 1}) has {len(fields)} fields, the header has {len(header)}"
    return "a row has more fields than the header"
