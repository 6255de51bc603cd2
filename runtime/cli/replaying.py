"""A recording through a block, piece by piece so that a progress bar can follow."""

from dataclasses import dataclass
from typing import Any

import numpy as np

from ..clock import stopwatch
from ..errors import PlcError, RecordingError
from ..iec import BoolType
from ..recordings import Recording
from ..registry import short_name
from .settings import Settings
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
    marks: tuple[tuple[int, str], ...] = ()  # DC times that the picture points out, with a word each


def run(block: Any, settings: Settings, recording: Recording, progress: Phases) -> Replayed:
    """A fresh instance over all rows."""
    if not int(recording.timestamps[0]):
        raise RecordingError("row 1 is at 2000-01-01 00:00:00, time stamp 0, which the blocks refuse; move --start")
    progress.begin(f"preparing {short_name(block.__name__)} (compiles when first used)")
    instance = _configured(block, settings, len(recording.names))
    rows = len(recording)
    chunk = max(SMALLEST_CHUNK, -(-rows // CHUNKS))
    progress.begin(f"replaying {rows:,} rows", total=rows)
    parts, elapsed_ns = [], 0
    for first in range(0, rows, chunk):
        part = slice(first, first + chunk)
        timestamps, values = recording.timestamps[part], recording.values[part]
        watch = stopwatch()
        parts.append(instance.replay(timestamps, values, **_rows(block, settings, part)))
        elapsed_ns += watch()
        progress.advance(len(timestamps))
    _switch(instance, "SwitchState_Idle")
    return Replayed(block, instance, settings, recording, np.concatenate(parts), elapsed_ns)


def _configured(block: Any, settings: Settings, channels: int) -> Any:
    follows = block.init_for(channels)
    instance = block(**settings.init | follows)
    configure = block.methods.get("Configure")
    also = {i.name: follows[i.name] for i in configure.inputs if i.name in follows} if configure else {}
    if configure and not instance.Configure(**settings.configure | also):
        message = instance.ipResultMessage
        name = short_name(block.__name__)
        raise PlcError(f"{name}.Configure failed with event 16#{message.nEventId:X}: {message.sEventText}")
    _switch(instance, "SwitchState_Teach", "SwitchState_Read")
    block._runner()  # compiled now, not while the clock runs
    return instance


def _rows(block: Any, settings: Settings, part: slice) -> dict[str, Any]:
    """The inputs of Call for some rows; columns for BOOL are TRUE from one half on."""
    kinds = {i.name: i.type for i in block.methods["Call"].inputs}
    found = {}
    for name, value in settings.call.items():
        column = value[part] if name in settings.columns else value
        found[name] = column >= 0.5 if name in settings.columns and isinstance(kinds[name], BoolType) else column
    return found


def _switch(instance: Any, *methods: str) -> None:
    """Changes the state of a block that teaches or reads, which includes its file work."""
    for name in (m for m in methods if hasattr(instance, m)):
        done = getattr(instance, name)()
        while done and instance.GetBusyState():
            done = instance.UpdateState()
        if not done:
            block, message = short_name(type(instance).__name__), instance.ipResultMessage
            raise PlcError(f"{block}.{name} failed with event 16#{message.nEventId:X}: {message.sEventText}")
