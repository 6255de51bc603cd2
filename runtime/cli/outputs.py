"""Output files: all of them appear complete, or none does."""

import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from ..dctime import UNIX_OFFSET_NS
from ..errors import RecordingError, one_of
from ..recordings import Recording
from ..registry import short_name
from ..running import trace_columns
from ..texts import decoded_column

if TYPE_CHECKING:
    import polars as pl

TABLE_SUFFIXES = (".csv", ".parquet")
PICTURE_SUFFIXES = (".png", ".svg", ".pdf")
_FRACTIONS = ((10**9, ""), (10**6, "%.3f"), (10**3, "%.6f"), (1, "%.9f"))


def check_target(path: Path, suffixes: tuple[str, ...], source: Path) -> None:
    """Refuses early what could not be written after minutes of work."""
    if path.suffix.lower() not in suffixes:
        raise RecordingError(f"{path}: the name must end in {one_of(suffixes)}")
    if not path.parent.is_dir():
        raise RecordingError(f"{path}: there is no folder {path.parent}")
    if path.is_dir():
        raise RecordingError(f"{path}: is a folder")
    if not os.access(path.parent, os.W_OK):
        raise RecordingError(f"{path}: the folder {path.parent} cannot be written")
    if path.exists() and source.exists() and path.samefile(source):
        raise RecordingError(f"{path}: is the recording itself; give another name with --out")


@contextmanager
def staged(*targets: Path) -> Iterator[list[Path]]:
    """Temporary names beside the targets; renamed to them at the end, removed when anything fails."""
    temporary = [target.with_name(f".{target.stem}.{os.getpid()}.tmp{target.suffix}") for target in targets]
    try:
        yield temporary
        for source, target in zip(temporary, targets, strict=True):
            os.replace(source, target)
    finally:
        for source in temporary:
            source.unlink(missing_ok=True)


def result_frame(block: Any, recording: Recording, trace: np.ndarray) -> "pl.DataFrame":
    """One row per row of the recording: time, channels, outputs of the block; members of a structure as name.member.

    Times are UTC with nanoseconds. Outputs of a row that the block refused are null, except bError, which is true;
    so is a DateTime output that is still 0, and a channel value or text that the recording lacks.
    """
    import polars as pl

    taken = {recording.time_name, *recording.channels}
    columns = [_dates(recording.time_name, recording.timestamps, None)]
    for index, name in enumerate(recording.names):
        columns.append(_with_nulls(pl.Series(name, recording.values[:, index]), recording.missing[:, index]))
    for index, name in enumerate(recording.text_names):
        columns.append(pl.Series(name, recording.texts[:, index].tolist(), pl.String))
    refused = trace["bError"]
    types = {name: kind.name for name, (_, kind) in trace_columns(block).items()}
    for name in trace.dtype.names or ():
        title = f"{short_name(block.__name__)}.{name}" if name in taken else name
        values = np.ascontiguousarray(trace[name])
        if values.dtype.kind == "S":
            columns.append(_with_nulls(pl.Series(title, decoded_column(values), pl.String), refused))
        elif values.ndim > 1:  # an array that Call fills: a column for each element, numbered as on the target
            columns += [_with_nulls(pl.Series(f"{title}[{i + 1}]", v), refused) for i, v in enumerate(values.T.copy())]
        elif types.get(name) == "FB_ALY_DateTime":
            columns.append(_dates(title, values, refused | (values == 0)))
        else:
            columns.append(_with_nulls(pl.Series(title, values), None if name == "bError" else refused))
    return pl.DataFrame(columns)


def write_table(frame: "pl.DataFrame", path: Path) -> None:
    """CSV, times as ISO 8601 text, or Parquet, times as UTC dates of ns; the suffix decides."""
    if path.suffix.lower() == ".parquet":
        frame.write_parquet(path)
    else:
        frame.write_csv(path, datetime_format=f"%Y-%m-%dT%H:%M:%S{_fraction(frame)}Z")


def _dates(name: str, dc_ns: np.ndarray, empty: np.ndarray | None) -> "pl.Series":
    import polars as pl

    unix_ns = pl.Series(name, dc_ns.astype(np.int64) + UNIX_OFFSET_NS)
    return _with_nulls(unix_ns, empty).cast(pl.Datetime("ns", "UTC"))


def _with_nulls(series: "pl.Series", empty: np.ndarray | None) -> "pl.Series":
    if empty is None or not empty.any():
        return series
    return series.scatter(np.flatnonzero(empty), None)


def _fraction(frame: "pl.DataFrame") -> str:
    """As many digits of a second as the times need, the same in the whole file: 0, 3, 6 or 9."""
    times = [column.to_physical() for column in frame.get_columns() if column.dtype.is_temporal()]
    return next(text for unit, text in _FRACTIONS if unit == 1 or not any((t % unit != 0).any() for t in times))
