"""Recorders: typed columns of symbols, one row per cycle, taken when the cycle has ended.

Rows are collected as tuples and moved in chunks into numpy arrays of the symbols' own types, so that a cycle pays
little and a day's recording stays small.
"""

from collections import deque
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from .errors import RangeError, RecordingError, WrongType, one_of
from .files import replacing
from .iec import IecType, StringType, WStringType, behind_alias
from .symbols import Symbol, SymbolTable

if TYPE_CHECKING:
    from .task import Task

CHUNK = 4096
_WRITERS = {".csv": "write_csv", ".parquet": "write_parquet"}


class Recorder:
    """Rows of the given symbols, made by `task.record(...)`.

    every: each n-th cycle, beginning with the first. capacity: keep only so many of the latest rows; `dropped` counts
    the others.
    """

    def __init__(self, *paths: str, every: int = 1, capacity: int | None = None) -> None:
        if every < 1:
            raise RangeError(f"every: {every} must be at least 1")
        if capacity is not None and capacity < 1:
            raise RangeError(f"capacity: {capacity} must be at least 1")
        self.paths, self.every, self.capacity = paths, every, capacity
        self.rows = 0  # moved into chunks since the beginning, dropped ones included
        self._types: list[IecType] = []
        self._pending: list[tuple[Any, ...]] = []
        self._chunks: deque[list[np.ndarray[Any, Any]]] = deque()

    def bind(self, symbols: SymbolTable, task: "Task") -> Callable[[int], None]:
        """The function that a cycle calls at its end."""
        found = [symbols[path] for path in self.paths]
        self._types = [_recordable(symbol) for symbol in found]
        reads = [_raw_reader(symbol, kind) for symbol, kind in zip(found, self._types, strict=True)]
        pending, every = self._pending, self.every

        def take(t_ns: int) -> None:
            if (task.cycles - 1) % every == 0:
                pending.append((t_ns, *[read() for read in reads]))
                if len(pending) == CHUNK:
                    self._flush()

        return take

    @property
    def dropped(self) -> int:
        """Rows that did not fit into the capacity."""
        rows = self.rows + len(self._pending)
        return 0 if self.capacity is None else max(0, rows - self.capacity)

    def columns(self) -> dict[str, np.ndarray[Any, Any]]:
        """The rows as one array per symbol, and `time` as DC nanoseconds."""
        if not self._types and self.paths:
            raise RecordingError("nothing is recorded before the first run")
        self._flush()
        columns = [np.concatenate(parts) for parts in zip(*self._chunks, strict=True)] or self._arrays([])
        if self.capacity is not None:
            columns = [column[-self.capacity :] for column in columns]
        for index, kind in enumerate(self._types, 1):
            if isinstance(kind, StringType):
                columns[index] = np.char.decode(columns[index], kind.encoding, "replace")
        return dict(zip(("time", *self.paths), columns, strict=True))

    def save(self, path: str | Path) -> None:
        """Write the rows as .csv or .parquet; a file of that name is replaced in one step."""
        path = Path(path)
        write = _WRITERS.get(path.suffix.lower())
        if write is None:
            raise RangeError(f"{path}: a recording cannot be written as {path.suffix!r}; allowed: {one_of(_WRITERS)}")
        import polars

        frame = polars.DataFrame(self.columns())
        with replacing(path) as file:
            getattr(frame, write)(file)

    def _flush(self) -> None:
        """Move the pending rows into a chunk, and drop chunks that lie before the capacity."""
        if not self._pending:
            return
        self._chunks.append(self._arrays(self._pending))
        self.rows += len(self._pending)
        self._pending.clear()
        if self.capacity is not None:
            kept = sum(len(chunk[0]) for chunk in self._chunks)
            while kept - len(self._chunks[0][0]) >= self.capacity:
                kept -= len(self._chunks.popleft()[0])

    def _arrays(self, rows: list[tuple[Any, ...]]) -> list[np.ndarray[Any, Any]]:
        dtypes = [np.dtype(np.int64), *map(_dtype, self._types)]
        columns = zip(*rows, strict=True) if rows else [()] * len(dtypes)
        return [np.array(column, dtype) for column, dtype in zip(columns, dtypes, strict=True)]


def _recordable(symbol: Symbol) -> IecType:
    kind = behind_alias(symbol.type) if symbol.type else None
    if kind is None or kind.ctype is None or kind.is_live or isinstance(kind, WStringType):
        raise WrongType(f"{symbol.path}: {symbol.type_name} cannot be recorded; elementary types can")
    return kind


def _dtype(kind: IecType) -> np.dtype[Any]:
    return np.dtype(f"S{kind.length}") if isinstance(kind, StringType) else np.dtype(kind.ctype)


def _raw_reader(symbol: Symbol, kind: IecType) -> Callable[[], Any]:
    if kind.is_direct:
        return symbol.read
    return lambda: kind.check(symbol.read(), symbol.path)
