"""Large panels beside those over time: a plane of two channels, a histogram, a calendar."""

from collections.abc import Callable
from typing import Any

import numpy as np
from matplotlib.axes import Axes
from matplotlib.ticker import FixedLocator
from numpy.typing import NDArray

from ..dctime import to_datetime
from .charts import pareto, pie, sankey
from .cluster_view import point_size, style_of
from .decimation import point_rows, stretches
from .panels import DARK, plain, tidy, view_limits
from .picture_parts import REFUSED_ROWS, Map, Strip
from .picture_plan import Plan

Chosen = tuple[str, str] | None
Drawing = Callable[[Axes], None]

CELLS = (260, 260)
NO_STATE = {"marker": "o", "color": "#9a9a9a", "linewidth": 0}
DAY_NS = 86_400 * 10**9
LEAST_DAYS = 2  # a shorter recording needs no calendar
MOST_DAYS = 120
MOST_LABELS = 31
CELL_NS = 300 * 10**9  # width of a cell of the calendar


def plane(plan: Plan, chosen: Chosen) -> Drawing | None:
    """For two channels or more."""
    names = plan.done.recording.names
    if len(names) < 2 or not plan.accepted.any():
        return None
    return lambda axes: _draw_plane(axes, plan, chosen or names[:2])


def _draw_plane(axes: Axes, plan: Plan, names: tuple[str, ...]) -> None:
    """Two channels against each other, coloured by the first state; arrays of pairs as crosses where they end."""
    recording = plan.done.recording
    columns = [recording.names.index(n) for n in names]
    x, y = (recording.values[:, c] for c in columns)
    tidy(axes, "plane of the channels" if len(recording.names) == 2 else f"2 of {len(recording.names)} channels")
    axes.set(xlabel=plain(names[0]), ylabel=plain(names[1]))
    state = next((s for s in plan.strips if s.codes is not None and s.name != REFUSED_ROWS), None)
    good = plan.accepted & np.isfinite(x) & np.isfinite(y)
    codes = np.zeros(len(x), np.int64) if state is None else np.asarray(state.codes)
    outlines = plan.done.instance.outlines() if columns == [0, 1] else []
    limits = tuple(
        view_limits(np.concatenate([v[good], *(line[:, i] for line in outlines)])) for i, v in enumerate((x, y))
    )
    rows = np.flatnonzero(good)
    rows = rows[point_rows(x[rows], y[rows], codes[rows], *CELLS)]
    for code in np.unique(codes[rows]).tolist():
        of_code = rows[codes[rows] == code]
        style: dict[str, Any] = {"s": point_size(len(rows)), "alpha": 0.5, "zorder": 3}
        style |= style_of(code) if code >= 0 and state is not None else NO_STATE
        label = plain(_state_text(state, code)) if state is not None else None
        axes.scatter(x[of_code], y[of_code], label=label, **style)
    for name, pairs in _pairs(plan, columns):
        axes.scatter(
            pairs[:, 0],
            pairs[:, 1],
            marker="X",
            s=110,
            color="black",
            edgecolor="white",
            linewidth=1.2,
            label=name,
            zorder=5,
        )
    for line in outlines:
        axes.plot(line[:, 0], line[:, 1], color=DARK, linewidth=1.6, zorder=4)
    axes.set(xlim=limits[0], ylim=limits[1])
    if outlines:  # places in one plane, in one unit
        axes.set_aspect("equal", adjustable="box")
    if axes.get_legend_handles_labels()[0]:
        legend = axes.legend(loc="upper center", bbox_to_anchor=(0.5, -0.08), ncols=3, fontsize=9, frameon=False)
        for handle in legend.legend_handles:
            handle.set(sizes=[45], alpha=1)  # type: ignore[union-attr]


def _state_text(state: Any, code: int) -> str:
    if not state.labels:
        return state.name if code >= 0 else f"not {state.name}"
    return f"{state.name} {state.labels.get(code, code)}" if code >= 0 else f"no {state.name}"


def _pairs(plan: Plan, columns: list[int]) -> list[tuple[str, NDArray[np.float64]]]:
    """Arrays with a row of numbers for each channel: centres, corners; as they are in the end."""
    trace, channels = plan.done.trace, len(plan.done.recording.names)
    found = []
    for name in trace.dtype.names or ():
        values = trace[name]
        if values.ndim == 2 and values.dtype.kind == "f" and values.shape[1] % channels == 0:
            last = values[np.flatnonzero(plan.accepted)[-1]].reshape(-1, channels)
            found.append((f"{name} in the end", last[:, columns]))
    return found


def histogram(plan: Plan, chosen: Chosen) -> Drawing | None:
    """For a block with an array of numbers."""
    trace = plan.done.trace
    names = [n for n in trace.dtype.names or () if trace[n].ndim == 2 and trace[n].dtype.kind in "fiu"]
    if not names or not plan.accepted.any():
        return None
    return lambda axes: _draw_histogram(axes, plan, plan.array(names[0]))


def _draw_histogram(axes: Axes, plan: Plan, array: Map) -> None:
    """The elements of an array as bars, as they are in the end."""
    edges, last = plan.edges_of(array), array.values[np.flatnonzero(plan.accepted)[-1]]
    tidy(axes, f"{array.heading} in the end")
    axes.bar(edges[:-1], last, np.diff(edges), align="edge", color="#0072B2", edgecolor="white", linewidth=0.6)
    axes.set_xlabel("element" if plan.done.instance.array_places(array.name) is None else "value")


def calendar(plan: Plan, chosen: Chosen) -> Drawing | None:
    """For a flag over some days."""
    stamps = plan.done.recording.timestamps
    flag = next((s for s in plan.strips if s.codes is not None and not s.labels), None)
    days = (int(stamps[-1]) - 1) // DAY_NS - int(stamps[0]) // DAY_NS + 1
    if flag is None or not plan.done.recording.has_date or not LEAST_DAYS <= days <= MOST_DAYS:
        return None
    return lambda axes: _draw_calendar(axes, plan, flag, days)


def _draw_calendar(axes: Axes, plan: Plan, flag: Strip, days: int) -> None:
    """Days down, hours across, filled while the flag is TRUE; a short event fills one cell."""
    first_day = int(plan.done.recording.timestamps[0]) // DAY_NS
    tidy(axes, f"{flag.name} (UTC)")
    cells = calendar_cells(plan.done.recording.timestamps, np.asarray(flag.codes) == 1, days)
    edges = np.linspace(0, 24, cells.shape[1] + 1)
    axes.pcolormesh(edges, np.arange(days + 1) - 0.5, np.ma.masked_invalid(cells), cmap="Blues", vmin=-0.08, vmax=1.2)
    ticks = range(0, days, -(-days // MOST_LABELS))
    axes.set_yticks(ticks, [f"{to_datetime((first_day + d) * DAY_NS):%a %d %b}" for d in ticks])
    axes.xaxis.set_major_locator(FixedLocator(list(range(0, 25, 3))))
    axes.set(xlabel="hour of the day", xlim=(0, 24), ylim=(days - 0.5, -0.5))
    axes.grid(False)


def calendar_cells(timestamps: NDArray[np.uint64], flag: NDArray[np.bool_], days: int) -> NDArray[np.float64]:
    """A row for each day, a column for each CELL_NS: 1 where the flag was TRUE at a time, 0 not, NaN no recording."""
    cells = np.full((days, DAY_NS // CELL_NS), np.nan)
    first_cell = int(timestamps[0]) // DAY_NS * (DAY_NS // CELL_NS)
    begins = (timestamps // np.uint64(CELL_NS)).astype(np.int64) - first_cell
    until = np.append(timestamps[1:], timestamps[-1:]).astype(np.int64) - 1  # a row holds until the next
    ends = np.maximum(until // CELL_NS - first_cell, begins)
    flat = cells.reshape(-1)
    flat[begins[0] : ends[-1] + 1] = 0  # a last row at midnight has no day of its own
    for first, last in stretches(flag):
        flat[begins[first] : ends[last] + 1] = 1
    return cells


LARGE: dict[str, Callable[[Plan, Chosen], Drawing | None]] = {
    "plane": plane,
    "histogram": histogram,
    "calendar": calendar,
    "pie": pie,
    "pareto": pareto,
    "sankey": sankey,
}
"""What draws the large panel of a block's `picture`; None when the recording has nothing for it."""


def no_large_panel(plan: Plan, chosen: Chosen) -> None:
    return None
