"""The picture of a block without one of its own: channels and outputs over time."""

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

import numpy as np
from matplotlib.figure import Figure
from numpy.typing import NDArray

from ..iec import StringType
from .panels import TimeAxis, draw_line, tidy, title_and_settings
from .wording import plural, spaced

if TYPE_CHECKING:
    from .replaying import Replayed

MOST_PANELS = 8
STANDARD = ("bError", "bNewResult", "bConfigured")


def draw_trends(figure: Figure, done: "Replayed", title: str, _axes: tuple[str, str] | None) -> None:
    """One panel per channel, then one per output that changes, on a common time axis."""
    recording, trace = done.recording, done.trace
    columns = dict(_columns(trace))
    accepted = ~trace["bError"]
    rows = f"{plural(len(recording), 'row')}, {spaced(int((~accepted).sum()))} without outputs"
    dates = {f.name for f in done.block.fields if f.type.name == "FB_ALY_DateTime" or isinstance(f.type, StringType)}
    outputs = [n for n, values in columns.items() if n not in dates and n not in STANDARD and _changes(values)]
    chosen = [(n, "channel") for n in recording.names[: MOST_PANELS // 2]]
    chosen += [(n, "output") for n in outputs[: MOST_PANELS - len(chosen)]]
    left_out = len(recording.names) + len(outputs) - len(chosen)
    title_and_settings(figure, title, rows + (f"; {left_out} more not shown" if left_out else ""), done.settings.all())
    time = TimeAxis(recording.timestamps, recording.has_date)
    panels = figure.subplots(len(chosen), 1, sharex=True, squeeze=False)[:, 0]
    for panel, (name, kind) in zip(panels, chosen, strict=True):
        values: Any = recording.values[:, recording.names.index(name)] if kind == "channel" else columns[name]
        good = np.isfinite(values * 1.0) & (accepted | (kind == "channel"))
        colour, step = ("#0072B2", "default") if kind == "channel" else ("#D55E00", "steps-post")
        draw_line(panel, time.x[good], values[good], color=colour, linewidth=1, drawstyle=step)
        tidy(panel, f"{name} ({kind})")
    time.label_on(panels[-1])


def _columns(trace: NDArray[Any]) -> Iterator[tuple[str, NDArray[Any]]]:
    """The fields of a trace, arrays taken apart into their elements."""
    for name in trace.dtype.names or ():
        if trace[name].ndim == 1:
            yield name, trace[name]
        else:
            yield from ((f"{name}[{i + 1}]", column) for i, column in enumerate(trace[name].T))


def _changes(values: NDArray[Any]) -> bool:
    return bool(len(values)) and bool((values != values[0]).any())
