"""A recording through a block, piece by piece so that a progress bar can follow."""

from dataclasses import dataclass
from typing import Any

import numpy as np

from ..clock import stopwatch
from ..errors import PlcError, RecordingError
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


def run(
    block: Any, settings: Settings, recording: Recording, progress: Phases, normal: Recording | None = None
) -> Replayed:
    """A fresh instance over all rows; a block that can be taught learns the normal data before."""
    if not int(recording.timestamps[0]):
        raise RecordingError("row 1 is at 2000-01-01 00:00:00, time stamp 0, which the blocks refuse; move --start")
    progress.begin(f"preparing {short_name(block.__name__)} (compiles when first used)")
    instance = _configured(block, settings, len(recording.names))
    if hasattr(instance, "teach") and normal is not None:
        progress.begin(f"teaching {len(normal):,} rows")
        if not instance.teach(normal.values):
            raise PlcError(_refusal(block, "teach", instance))
    rows = len(recording)
    chunk = max(SMALLEST_CHUNK, -(-rows // CHUNKS))
    progress.begin(f"replaying {rows:,} rows", total=rows)
    parts, elapsed_ns = [], 0
    for first in range(0, rows, chunk):
        part = slice(first, first + chunk)
        timestamps, values = recording.timestamps[part], recording.values[part]
        watch = stopwatch()
        parts.append(instance.replay(timestamps, values, **settings.call))
        elapsed_ns += watch()
        progress.advance(len(timestamps))
    return Replayed(block, instance, settings, recording, np.concatenate(parts), elapsed_ns)


def _configured(block: Any, settings: Settings, channels: int) -> Any:
    init = dict(settings.init)
    if any(field.name == "nNumChannels" for field in block.fields):
        init["nNumChannels"] = channels
    instance = block(**init)
    if hasattr(instance, "Configure") and not instance.Configure(**settings.configure):
        raise PlcError(_refusal(block, "Configure", instance))
    block._runner()  # compiled now, not while the clock runs
    return instance


def _refusal(block: Any, method: str, instance: Any) -> str:
    message = instance.ipResultMessage
    return f"{short_name(block.__name__)}.{method} failed with event 16#{message.nEventId:X}: {message.sEventText}"
