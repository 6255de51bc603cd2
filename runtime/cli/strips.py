"""Strips and lanes: what held when, a row for each state or text, with pulses of a single row still visible."""

from typing import Any

import numpy as np
from matplotlib.axes import Axes
from matplotlib.patches import Patch
from numpy.typing import NDArray

from .cluster_view import COLOURS
from .decimation import stretches
from .panels import DARK, MARK, TimeAxis, plain
from .picture_parts import Lanes, Strip
from .picture_plan import REFUSED_ROWS
from .wording import spaced

COLUMNS = 1500  # as many stretches can be told apart
THINNEST = 1 / 600  # of the width, for a pulse
FLAG, UNIMPORTANT = "#0072B2", "#7f7f7f"
TRAFFIC_LIGHT = {"OK": "#009E73", "NOK": "#D55E00", "Warning": "#E69F00", "Alarm": "#D55E00", "Error": "#D55E00"}
OTHER_TEXTS = ("#b5b5b5", "#7f7f7f")  # in turn, so that a change shows
HEIGHT = 0.62
LONGEST_LABEL = 28
CHARACTERS, UPRIGHT = 200, 110  # as many fit into a lane over the whole width, side by side
Bar = tuple[float, float]


def draw_strip(axes: Axes, strip: Strip, row: int, time: TimeAxis) -> dict[str, Patch]:
    """Draws one row; the legend's entries for its states, by their text."""
    if strip.times is not None:
        x = np.asarray(time.at(strip.times.astype(np.int64)), np.float64)
        axes.vlines(x[_apart(x, time, COLUMNS)], row - HEIGHT / 2, row + HEIGHT / 2, color=MARK, linewidth=1.0)
        return {}
    assert strip.codes is not None
    entries = {}
    for code in np.unique(strip.codes[strip.codes >= 0]).tolist():
        label = strip.labels.get(code, "")
        colour = TRAFFIC_LIGHT.get(label, COLOURS[code % len(COLOURS)]) if strip.labels else FLAG
        if strip.name == REFUSED_ROWS or label == "NotInitialized":
            colour = UNIMPORTANT
        _bars(axes, strip.codes == code, row, colour, time)
        if strip.labels:
            text = plain(f"{strip.name} {label}")
            entries[text] = Patch(color=colour, label=text)
    return dict(list(entries.items())[:12])


def draw_lanes(axes: Axes, lanes: Lanes, time: TimeAxis) -> list[str]:
    """Draws a row for each lane, and what lies between the edges of the last one; the label of each row."""
    labels = []
    lane_of_row = np.append(lanes.lanes, -1)[lanes.numbers]
    for lane in range(lanes.count):
        flag = lane_of_row == lane
        if lane == lanes.others:
            count = spaced(int((lanes.lanes == lane).sum()))
            labels.append(f"{count} texts" if lanes.is_shared else f"{count} other texts")
            _draw_others(axes, lanes, flag, lane, time)
        else:
            text = lanes.texts[int(np.flatnonzero(lanes.lanes == lane)[0])]
            labels.append(label_of(text))
            _bars(axes, flag, lane, TRAFFIC_LIGHT.get(text, FLAG), time)
    return labels


def _draw_others(axes: Axes, lanes: Lanes, flag: NDArray[np.bool_], row: int, time: TimeAxis) -> None:
    """Texts that share a lane, in two greys by turns; written into their bars where there is room, or above."""
    begins = flag & np.append(True, np.diff(lanes.numbers) != 0)
    turn = np.cumsum(begins) % 2
    for side, colour in enumerate(OTHER_TEXTS):
        _bars(axes, flag & (turn == side), row, colour, time)
    first = np.flatnonzero(begins)
    last = np.flatnonzero(flag & np.append(begins[1:] | ~flag[1:], True))
    starts, ends = time.x[first], np.append(time.x[1:], time.x[-1])[last]
    look: dict[str, Any] = {"fontsize": 7, "color": DARK, "clip_on": True}

    def label_at(k: int) -> str:
        return label_of(lanes.texts[lanes.numbers[first[k]]])

    if lanes.is_shared:
        for k in _apart(starts, time, UPRIGHT):
            axes.text(starts[k], row - HEIGHT / 2, f" {label_at(k)}", rotation=90, va="bottom", **look)
        return
    room = (ends - starts) / (float(time.x[-1] - time.x[0]) or 1.0) * CHARACTERS
    for k in np.flatnonzero(room > 3):
        text = label_at(k)
        if len(text) < room[k]:
            axes.text((starts[k] + ends[k]) / 2, row, text, ha="center", va="center", **look)


def label_of(text: str) -> str:
    """A text as it stands at an axis: in one line, not too long, its ends visible."""
    shown = "".join(c if c.isprintable() else repr(c)[1:-1] for c in text)
    if len(shown) > LONGEST_LABEL:
        shown = f"{shown[: LONGEST_LABEL - 11]}\u2026{shown[-10:]}"
    return plain(shown if text.strip() == text != "" else f'"{shown}"')


def _bars(axes: Axes, flag: NDArray[np.bool_], row: int, colour: str, time: TimeAxis) -> None:
    """Filled while the flag is TRUE; pale where it is so for less than half of the time."""
    for alpha, found in zip((1.0, 0.45), bars(flag, time.x), strict=True):
        axes.broken_barh(found, (row - HEIGHT / 2, HEIGHT), color=colour, alpha=alpha, linewidth=0)


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


def _apart(x: NDArray[np.float64], time: TimeAxis, columns: int) -> NDArray[np.intp]:
    """The first of those that would fall on the same of so many columns."""
    whole = float(time.x[-1] - time.x[0]) or 1.0
    _, first = np.unique(((x - time.x[0]) / whole * columns).astype(np.int64), return_index=True)
    return first
