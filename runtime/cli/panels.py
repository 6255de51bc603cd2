"""What all pictures have in common: head, time axis, the look of a panel, lines, marks."""

import dataclasses
import enum
from collections.abc import Sequence
from typing import Any

import numpy as np
from matplotlib.axes import Axes
from matplotlib.dates import AutoDateLocator, ConciseDateFormatter
from matplotlib.figure import Figure
from numpy.typing import NDArray

from ..dctime import UNIX_OFFSET_NS, format_duration, to_datetime
from .decimation import line_rows, stretches

LINE_BINS = 1200
SHORT_S = 20  # a recording shorter than this is labelled in seconds from its first row
LEGEND_LENGTH = 170  # characters that fit beside a heading over the whole width
GREY, DARK, MARK = "#7f7f7f", "#333333", "#A3123A"
OVERFLOW_STYLE: dict[str, Any] = {
    "facecolor": "#D55E00",
    "alpha": 0.13,
    "hatch": "///",
    "edgecolor": "#D55E00",
    "linewidth": 0,
}


def plain(text: str) -> str:
    """A text in which matplotlib finds no mathematics."""
    return text.replace("$", r"\$")


def title_and_settings(figure: Figure, title: str, facts: str, settings: dict[str, Any]) -> None:
    """The head of a picture: what it shows, the facts at the end, and the parameters."""
    given = "   ".join(f"{name}={_in_words(value, name)}" for name, value in settings.items())
    figure.suptitle(plain(title), x=0.01, ha="left", fontsize=14, fontweight="bold")
    figure.text(0.01, 0.935, plain(facts), fontsize=10.5, color=DARK)
    figure.text(0.01, 0.912, plain(given), fontsize=8.5, color=GREY)


def _in_words(value: Any, name: str = "") -> str:
    """A parameter as one would write it: names of enumerations, the parts of a structure."""
    if isinstance(value, bool):
        return str(value).upper()
    if isinstance(value, enum.Enum):
        return value.name
    if isinstance(value, int) and name[:1] == "t":
        return format_duration(value)
    if dataclasses.is_dataclass(value):
        parts = {f.name: getattr(value, f.name) for f in dataclasses.fields(value)}
        return "(" + ", ".join(f"{name}={_in_words(part)}" for name, part in parts.items()) + ")"
    return str(value)


class TimeAxis:
    """The common horizontal axis: dates in UTC, or seconds where dates mean nothing or would not be readable."""

    def __init__(self, timestamps: NDArray[np.uint64], has_date: bool) -> None:
        first, last = int(timestamps[0]), int(timestamps[-1])
        self.is_dates, self._first = has_date and last - first >= SHORT_S * 10**9, first
        if self.is_dates:
            self.label = "time (UTC)"
        else:
            self.label = f"seconds from {to_datetime(first):%Y-%m-%d %H:%M:%S} UTC" if has_date else "seconds"
        self.x = np.asarray(self.at(timestamps.astype(np.int64)), np.float64)

    def at(self, dc_ns: Any) -> Any:
        """Where a time, or an array of them, lies on the axis."""
        return (dc_ns + UNIX_OFFSET_NS) / 86_400e9 if self.is_dates else (dc_ns - self._first) / 1e9

    def label_on(self, panel: Axes) -> None:
        """Puts ticks and label on the lowest panel."""
        if self.is_dates:
            locator = AutoDateLocator(minticks=4, maxticks=9)  # type: ignore[no-untyped-call]
            panel.xaxis.set_major_locator(locator)
            panel.xaxis.set_major_formatter(ConciseDateFormatter(locator))  # type: ignore[no-untyped-call]
        panel.set_xlabel(self.label, fontsize=9)
        low, high = float(self.x[0]), float(self.x[-1])
        margin = (high - low) * 0.01 or 0.5
        panel.set_xlim(low - margin, high + margin)


def tidy(panel: Axes, heading: str, pad: float = 4) -> None:
    """A panel's look: heading on the left, light grid, no box."""
    panel.set_title(plain(heading), loc="left", fontsize=10, fontweight="bold", color=DARK, pad=pad)
    panel.grid(True, color="#e6e6e6", linewidth=0.7)
    panel.set_axisbelow(True)
    panel.tick_params(labelsize=8.5)
    for side in ("top", "right"):
        panel.spines[side].set_visible(False)


def legend_above(panel: Axes, handles: Sequence[Any] | None = None) -> None:
    """A legend beside the heading, or inside the panel when it is too long for that; it never shrinks a panel."""
    entries = panel.get_legend_handles_labels()[0] if handles is None else handles
    length = sum(len(str(e.get_label())) + 6 for e in entries) + len(panel.get_title(loc="left"))
    look: dict[str, Any] = {"loc": "lower right", "bbox_to_anchor": (1, 1), "ncols": 12, "frameon": False}
    if length > LEGEND_LENGTH * _width(panel):
        look = {"loc": "upper left", "ncols": 4, "framealpha": 0.85, "edgecolor": "white"}
    drawn = panel.legend(handles=entries, fontsize=8, borderaxespad=0.2, handlelength=1.6, columnspacing=1.2, **look)
    drawn.set_in_layout(False)


def _width(panel: Axes) -> float:
    """Of the panel's part of the figure, relative to the whole."""
    subplots = panel.get_subplotspec()
    owner = panel.get_figure(root=False)
    if subplots is None or owner is None or owner is panel.get_figure(root=True):
        return 1.0
    return float(owner.bbox.width / panel.get_figure(root=True).bbox.width)  # type: ignore[union-attr]


def draw_line(panel: Axes, x: NDArray[np.float64], y: NDArray[Any], **style: Any) -> None:
    """A line over any number of rows; every peak stays."""
    kept = line_rows(y, LINE_BINS)
    panel.plot(x[kept], y[kept], **style)


def shade(panel: Axes, x: NDArray[np.float64], flag: NDArray[np.bool_], **style: Any) -> None:
    """Marks the time in which a flag is TRUE."""
    for first, last in stretches(flag)[:200]:
        panel.axvspan(x[first], x[last], **style)


def point_out(panels: Sequence[Axes], time: TimeAxis, marks: Sequence[tuple[int, str]]) -> None:
    """A line through all panels at each of these times, its word above the first; the earliest word stands left."""
    for place, (dc_ns, text) in enumerate(sorted(marks)):
        x = time.at(dc_ns)
        for panel in panels:
            panel.axvline(x, color=MARK, linewidth=1.2, linestyle=(0, (5, 2)) if place else "-", zorder=4)
        panels[0].annotate(
            plain(text),
            (x, 1.0),
            (4 if place else -4, 5),
            xycoords=("data", "axes fraction"),
            textcoords="offset points",
            ha="left" if place else "right",
            fontsize=9.5,
            color=MARK,
        )


def view_limits(values: NDArray[np.float64]) -> tuple[float, float]:
    """The range to show: all of it, unless a few values lie so far off that the rest would shrink to a dot."""
    low, high = float(values.min()), float(values.max())
    inner_low, inner_high = (float(v) for v in np.percentile(values, (0.5, 99.5)))
    inner = inner_high - inner_low
    if inner > 0 and high - low > 20 * inner:
        low, high = max(low, inner_low - inner), min(high, inner_high + inner)
    margin = (high - low) * 0.05 or max(abs(high) * 0.05, 0.5)
    return low - margin, high + margin
