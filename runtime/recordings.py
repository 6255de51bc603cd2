"""Recordings: measured channels with a time per row, from a CSV or Parquet file.

Usage::

    recording = Recording.read("data.csv", time="ts", channels=["temp", "pressure"], texts=["state"])
    trace = fb.replay(recording.timestamps, recording.values)  # a block with text channels: recording.texts
    task.link(recording["temp"], "MAIN.fInputCh2")
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from .dctime import Duration, parse_duration, parse_timestamp
from .errors import RecordingError, UnknownName, one_of


@dataclass(frozen=True, eq=False)
class Recording:
    """Rows of channel values with their DC time in ns, times never falling.

    `names` are the channels of numbers, `text_names` those of texts. `missing` marks cells without a value (NaN in
    `values`); a missing text is None in `texts`. `time_rule` says in words how the times were read. `has_date` is False
    when the times are only a count of cycles, without a start. After `impute`, `imputed` has the number of values that
    each channel got.
    """

    names: tuple[str, ...]
    timestamps: NDArray[np.uint64]
    values: NDArray[np.float64]
    missing: NDArray[np.bool_]
    time_name: str = "time"
    time_rule: str = ""
    has_date: bool = True
    imputed: tuple[int, ...] = ()
    imputed_by: str = ""
    text_names: tuple[str, ...] = ()
    texts: NDArray[np.object_] = field(default_factory=lambda: np.empty((0, 0), np.object_))  # str or None

    @classmethod
    def read(
        cls,
        path: str | Path,
        *,
        time: str | None = None,
        channels: Sequence[str] | None = None,
        texts: Sequence[str] = (),
        start: int | str | datetime | None = None,
        cycle: Duration | None = None,
        time_unit: str | None = None,
        decimal: str = ".",
        spans: bool = False,
        times_only: bool = False,
    ) -> "Recording":
        """Reads a file; `channels` None takes all columns but the time and the texts.

        Parameters
        ----------
        texts
            Columns whose cells are texts, exactly as they are written: 007 stays 007. An empty cell is a missing text,
            ``""`` in a CSV file the empty one.
        time
            Column of ISO 8601 text, dates, epoch numbers, or (with `start`) seconds from the start.
        cycle
            Distance of the rows where there is no time column: row k is at start + k * cycle.
        time_unit
            s, ms, us or ns for a column of numbers; by default the size of the numbers decides.
        decimal
            The decimal character of a CSV file.
        spans
            The channels are timespans or times: `values` are then whole numbers of ns (int64), NO_SPAN where missing.
        times_only
            There are no channels.

        Raises
        ------
        RecordingError, UnknownName
            Names the file, column, row, value, and what is allowed.
        """
        from .recording_files import column_names, numbers, read_table, read_texts  # polars takes time to import
        from .recording_spans import read_spans
        from .recording_times import even_times, read_times

        file = Path(path)
        if (time is None) == (cycle is None):
            raise RecordingError("a recording needs either a time column (--time) or a cycle time (--cycle)")
        names = [] if times_only else list(channels or ())
        if channels is None and not times_only:
            names = [n for n in column_names(file) if n and n not in (time, *texts)]
        _check_names([*names, *texts], time, times_only)
        origin = None if start is None else parse_timestamp(start, "start")
        wanted = [*names, *texts] + [time] * (time is not None)
        table = read_table(file, wanted or column_names(file)[:1])
        rows = table.frame.height
        if time:
            times = read_times(table, time, origin, time_unit)
        else:
            assert cycle is not None
            times = even_times(rows, parse_duration(cycle, "cycle"), origin)
        values: NDArray[Any] = np.empty((rows, len(names)), np.int64 if spans else np.float64)
        missing = np.empty(values.shape, np.bool_)
        for index, name in enumerate(names):
            column = read_spans(table, name) if spans else numbers(table, name, decimal)
            values[:, index], missing[:, index] = column
        cells = np.empty((rows, len(texts)), np.object_)
        for index, name in enumerate(texts):
            cells[:, index] = read_texts(table, name)
        return cls(
            tuple(names),
            times.timestamps,
            values,
            missing,
            time_name=time or "time",
            time_rule=times.rule,
            has_date=time is not None or start is not None,
            text_names=tuple(texts),
            texts=cells,
        )

    def __len__(self) -> int:
        return len(self.timestamps)

    def __getitem__(self, name: str) -> "RecordedChannel":
        """A channel as a source for a link."""
        if name in self.names:
            return RecordedChannel(name, self.timestamps, self.values[:, self.names.index(name)])
        if name in self.text_names:
            texts = self.texts[:, self.text_names.index(name)].tolist()
            return RecordedChannel(name, self.timestamps, [text or "" for text in texts])
        raise UnknownName(f"no channel '{name}' in the recording; it has {one_of(self.channels)}")

    @property
    def channels(self) -> tuple[str, ...]:
        """The names of all channels, those of texts last."""
        return self.names + self.text_names

    @property
    def duration_ns(self) -> int:
        """From the first row to the last."""
        return int(self.timestamps[-1]) - int(self.timestamps[0])

    def rows_missing(self) -> NDArray[np.bool_]:
        """Rows in which at least one channel has no value."""
        return np.asarray(np.hstack([self.missing, self.missing_texts()]).any(axis=1))

    def missing_texts(self) -> NDArray[np.bool_]:
        """Where `texts` has none."""
        texts = self.texts.reshape(len(self), -1)
        return np.asarray(np.equal(texts, None), np.bool_)

    def rows_not_finite(self) -> NDArray[np.bool_]:
        """Rows with a NaN or an infinity, and no missing value."""
        return ~np.isfinite(self.values).all(axis=1) & ~self.rows_missing()

    def rows_not_storable(self) -> NDArray[np.bool_]:
        """Rows with a text that STRING(255) cannot hold, and no missing value."""
        from .texts import is_storable  # brings the compiler along

        known: dict[str | None, bool] = {None: True}
        texts = self.texts.reshape(-1).tolist()
        known |= {text: is_storable(text) for text in dict.fromkeys(texts) if text is not None}
        stored = np.array([known[text] for text in texts], np.bool_).reshape(len(self), -1)
        return ~stored.all(axis=1) & ~self.rows_missing()


class RecordedChannel:
    """One channel as a link source: the value holds until the next row (zero-order hold).

    Before the first row it is the first value; a row without a value gives NaN, as recorded, or the empty text.
    """

    def __init__(self, name: str, timestamps: NDArray[np.uint64], values: NDArray[np.float64] | list[str]) -> None:
        self.name = name
        self._times = timestamps
        # Views and lists give Python values several times faster than numpy's own indexing.
        self._time_view: Any = memoryview(timestamps)  # type: ignore[arg-type]
        self._value_view: Any = values if isinstance(values, list) else memoryview(values)  # type: ignore[arg-type]
        self._from, self._until, self._value = 1, 0, None  # empty: the first sample looks the row up
        self._next = len(timestamps)  # the row that begins at `_until`

    def sample(self, t_ns: int) -> Any:
        """The value at a DC time."""
        if not self._from <= t_ns < self._until:
            self._seek(t_ns)
        return self._value

    def _seek(self, t_ns: int) -> None:
        rows, after = len(self._times), self._next + 1
        if not (self._until <= t_ns and after < rows and t_ns < self._time_view[after]):  # not simply the next row
            # The numpy type matters: uint64 against a Python int would be compared as float64.
            after = int(self._times.searchsorted(np.uint64(t_ns), side="right"))
        self._from = self._time_view[after - 1] if after else 0
        self._until = self._time_view[after] if after < rows else 1 << 64
        self._value = self._value_view[max(after - 1, 0)]
        self._next = after


def _check_names(names: list[str], time: str | None, may_be_none: bool) -> None:
    if not names and not may_be_none:
        raise RecordingError("no channel: name at least one column")
    twice = next((n for n in names if names.count(n) > 1), None)
    if twice is not None:
        raise RecordingError(f"channel '{twice}' is named {names.count(twice)} times")
    if time in names:
        raise RecordingError(f"column '{time}' is the time; it cannot be a channel as well")
