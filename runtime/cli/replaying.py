"""A recording through a block, piece by piece so that a progress bar can follow."""

from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np

from ..clock import stopwatch
from ..declare import Role
from ..errors import PlcError, RecordingError
from ..recordings import Recording
from ..registry import short_name
from .settings import Column, Settings, configures_channel, configuring_methods, forms_of
from .terminal import Phases

CHUNKS = 100  # a progress bar needs no more
SMALLEST_CHUNK = 10_000


@dataclass(frozen=True)
class Replayed:
    """A finished replay."""

    block: Any
    instance: Any
    settings: Settings
    recording: Recording
    trace: np.ndarray
    elapsed_ns: int
    inputs: dict[str, np.ndarray] = field(default_factory=dict)  # of Call, with a value per row
    marks: tuple[tuple[int, str], ...] = ()  # DC times that the picture points out, with a word each


def run(
    block: Any,
    settings: Settings,
    recording: Recording,
    progress: Phases,
    columns: dict[str, np.ndarray] | None = None,
    normal: Recording | None = None,
) -> Replayed:
    """A fresh instance over all rows; `columns` are inputs of Call with a value per row.

    A block that can be taught learns the normal data before.
    """
    if not int(recording.timestamps[0]):
        raise RecordingError("row 1 is at 2000-01-01 00:00:00, time stamp 0, which the blocks refuse; move --start")
    progress.begin(f"preparing {short_name(block.__name__)} (compiles when first used)")
    instance = configured(block, settings, len(recording.channels))
    if hasattr(instance, "teach") and normal is not None:
        progress.begin(f"teaching {len(normal):,} rows")
        if not instance.teach(normal.values):
            raise PlcError(_refusal(block, settings, "teach", instance.ipResultMessage))
    given = settings.call | (columns or {})
    rows = len(recording)
    values = recording.texts if takes_texts(block) else recording.values
    chunk = max(SMALLEST_CHUNK, -(-rows // CHUNKS))
    progress.begin(f"replaying {rows:,} rows", total=rows)
    trace, elapsed_ns = np.empty(0), 0
    for first in range(0, rows, chunk):
        part = slice(first, first + chunk)
        inputs = {name: v[part] if isinstance(v, np.ndarray) else v for name, v in given.items()}
        watch = stopwatch()
        found = instance.replay(recording.timestamps[part], values[part], out=trace[part] if first else None, **inputs)
        elapsed_ns += watch()
        if not first:
            trace = np.zeros(rows, found.dtype)
            trace[part] = found
        progress.advance(len(found))
    switch(instance, "SwitchState_Idle")
    return Replayed(block, instance, settings, recording, trace, elapsed_ns, columns or {})


def configured(block: Any, settings: Settings, channels: int) -> Any:
    """An instance that is ready for its first row; PlcError with the block's own message when it refuses."""
    follows = block.init_for(channels)
    init = {f.name for f in block.fields if f.role is Role.INIT}
    instance = block(**settings.init | {n: v for n, v in follows.items() if n in init})
    for name, value in settings.members.items():
        setattr(instance, name, value)
    way = [(settings.way, settings.configure)] if hasattr(instance, settings.way) else []
    for method, inputs in (*settings.before, *way, *settings.after):
        also = {i.name: follows[i.name] for i in block.methods[method].inputs if i.name in follows}
        done = getattr(instance, method)(**inputs | also)
        while done and hasattr(instance, "GetBusyState") and instance.GetBusyState():  # ConfigureFromFile
            done = instance.UpdateState()
        if not done:
            raise PlcError(_refusal(block, settings, method, instance.ipResultMessage))
    taken = instance._buffer_counts.get("x", channels)  # a block without takes a row as one array
    if block.replay_columns() is None and taken != channels:
        counts = ", ".join(f"{n}={count}" for n, count in instance._init.items() if n.startswith("nNumChannels"))
        raise PlcError(f"--channels: {channels} given; {short_name(block.__name__)} takes {taken} with {counts}")
    switch(instance, "SwitchState_Teach", "SwitchState_Read")
    block._runner()  # compiled now, not while the clock runs
    return instance


def switch(instance: Any, *methods: str) -> None:
    """Changes the state of a block that teaches or reads files, which includes its file work."""
    for name in (m for m in methods if hasattr(instance, m) and not hasattr(instance, "teach")):
        done = getattr(instance, name)()
        while done and instance.GetBusyState():
            done = instance.UpdateState()
        if not done:
            block, message = short_name(type(instance).__name__), instance.ipResultMessage
            raise PlcError(f"{block}.{name} failed with event 16#{message.nEventId:X}: {message.sEventText}")


def _refusal(block: Any, settings: Settings, method: str, message: Any) -> str:
    name = short_name(block.__name__)
    called = {n for n, _ in settings.before} | {settings.way}
    unused = [n for n in configuring_methods(block) if configures_channel(n) and n not in called]
    hint = "".join(f"; {n} takes --set {' '.join(forms_of(block, n))}" for n in unused)
    return f"{name}.{method} failed with event 16#{message.nEventId:X}: {message.sEventText}{hint}"


def takes_texts(block: Any) -> bool:
    """Whether its channels are texts."""
    return block.channel_dtype is np.str_


def read_recording(block: Any, file: Path, names: list[str], **times: Any) -> Recording:
    """The recording with these columns as the block's channels: numbers, whole numbers of ns, or texts."""
    texts = names if takes_texts(block) else []
    numbers = [] if texts else names
    spans = block.channel_dtype is np.int64
    return Recording.read(file, channels=numbers, texts=texts, spans=spans, times_only=not names, **times)


def read_columns(file: Path, settings: Settings, decimal: str) -> dict[str, np.ndarray]:
    """The inputs of Call that columns of the recording give, as arrays of their types."""
    from ..recording_files import numbers, read_table  # polars takes time to import

    found = {}
    for name, column in settings.call.items():
        if isinstance(column, Column):
            table = read_table(file, [column.name])
            values, _ = numbers(table, column.name, decimal)
            bad = np.flatnonzero(~np.isfinite(values))
            if len(bad):
                raise table.error(
                    column.name, int(bad[0]), f"no value; {name} {column.kind.name} needs one in each row"
                )
            found[name] = _as_type(name, column, values, table)
    return found


def _as_type(name: str, column: Column, values: np.ndarray, table: Any) -> np.ndarray:
    target = np.dtype(column.kind.ctype)
    if target.kind == "f":
        return values.astype(target)
    wrong = np.flatnonzero((values != np.floor(values)) | (values < 0 if target.kind != "i" else False))
    if target.kind == "b":
        wrong = np.flatnonzero((values != 0) & (values != 1))
    if len(wrong):
        value = f"{values[wrong[0]]:g}"
        raise table.error(column.name, int(wrong[0]), f"{value} is no {column.kind.name} for {name}")
    return values.astype(target)
