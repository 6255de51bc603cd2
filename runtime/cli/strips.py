"""Strips: what held when, a row for each state, with pulses of a single row still visible."""

from typing import Any

import numpy as np
from matplotlib.axes import Axes
from matplotlib.patches import Patch
from numpy.typing import NDArray

from .cluster_view import COLOURS
from .decimation import stretches
from .panels import MARK, TimeAxis, plain
from .picture_plan import REFUSED_ROWS, Strip

COLUMNS = 1500  # as many stretches can be told apart
THINNEST = 1 / 600  # of the width, for a pulse
FLAG, UNIMPORTANT = "#0072B2", "#7f7f7f"
TRAFFIC_LIGHT = {"OK": "#009E73", "NOK": "#D55E00", "Warning": "#E69F00", "Alarm": "#D55E00", "Error": "#D55E00"}
HEIGHT = 0.62
Bar = tuple[float, float]


def draw_strip(axes: Axes, strip: Strip, row: int, time: TimeAxis) -> dict[str, Patch]:
    """Draws one row; the legend's entries for its states, by their text."""
    if strip.times is not None:
        x = np.asarray(time.at(strip.times.astype(np.int64)), np.float64)
        axes.vlines(_apart(x, time), row - HEIGHT / 2, row + HEIGHT / 2, color=MARK, linewidth=1.0)
        return {}
    assert strip.codes is not None
    entries = {}
    for code in np.unique(strip.codes[strip.codes >= 0]).tolist():
        label = strip.labels.get(code, "")
        colour = TRAFFIC_LIGHT.get(label, COLOURS[code % len(COLOURS)]) if strip.labels else FLAG
        if strip.name == REFUSED_ROWS or label == "NotInitialized":
            colour = UNIMPORTANT
        for sparse, found in enumerate(bars(strip.codes == code, time.x)):
            alpha = 0.45 if sparse else 1.0
            axes.broken_barh(found, (row - HEIGHT / 2, HEIGHT), color=colour, alpha=alpha, linewidth=0)
        if strip.labels:
            text = plain(f"{strip.name} {label}")
            entries[text] = Patch(color=colour, label=text)
    return dict(list(entries.items())[:12])


def bars(flag: NDArray[np.bool_], x: NDArray[np.float64]) -> tuple[list[Bar], list[Bar]]:
    """(start, width) of each stretch in which a flag is TRUE; it holds until the next row.

    Stretches too near to be told apart become one bar; the second list has those that are FALSE for most of it.
    """
    if not flag.any():
        return [], []
    whole = float(x[-1] - x[0])
    ends = np.append(x[1:], x[-1] + (x[-1] - x[-2] if len(x) > 1 else 1.0))
    merged: list[list[float]] = []  # start, end, time of TRUE
    for first, last in stretches(flag):
        start, end = float(x[first]), float(ends[last])
        if merged and start - merged[-1][1] < whole / COLUMNS:
            merged[-1][1] = end
            merged[-1][2] += end - start
        else:
            merged.append([start, end, end - start])
    least = (whole or 1.0) * THINNEST
    solid = [(start, max(end - start, least)) for start, end, on in merged if on > (end - start) / 2]
    return solid, [(start, max(end - start, least)) for start, end, on in merged if on <= (end - start) / 2]


def _apart(x: NDArray[np.float64], time: TimeAxis) -> Any:
    """One tick where several would fall on the same place."""
    if not len(x):
        return x
    whole = float(time.x[-1] - time.x[0]) or 1.0
    _, first = np.unique(((x - time.x[0]) / whole * COLUMNS).astype(np.int64), return_index=True)
    return x[first]
