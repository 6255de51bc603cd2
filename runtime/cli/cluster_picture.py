"""The picture of a clustering block: points and micro-clusters in a plane, and over time what became of them."""

from typing import TYPE_CHECKING, Any

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.lines import Line2D
from matplotlib.ticker import MaxNLocator
from numpy.typing import NDArray

from .cluster_plane import draw_plane, draw_values
from .cluster_view import FEW_CLUSTERS, View, draw_points, style_of
from .decimation import point_rows
from .panels import GREY, OVERFLOW_STYLE, draw_line, point_out, shade, tidy, title_and_settings, view_limits
from .wording import plural

if TYPE_CHECKING:
    from .replaying import Replayed

LEGEND_CLUSTERS = 9
PANEL_CELLS = (420, 60)


def draw_clusters(figure: Figure, done: "Replayed", title: str, axes: tuple[str, str] | None) -> None:
    """Left the plane, or for one channel the values; right the same points over time, index and counts."""
    view = View(done, axes)
    title_and_settings(figure, title, view.facts(), done.settings.all())
    halves: Any = figure.subfigures(1, 2, width_ratios=(1, 1.2))
    left, right = halves
    plane, legend = left.subplots(2, 1, height_ratios=(6, 1))
    if len(view.shown) == 1:
        draw_values(plane, view)
    else:
        draw_plane(plane, view)
    _legend(legend, view)
    _time_panels(right, view)


def _legend(panel: Axes, view: View) -> None:
    panel.set_axis_off()
    largest = sorted(view.clusters, key=lambda c: (-view.rows_of[c], c))
    entries: list[Any] = [
        Line2D(
            [],
            [],
            linestyle="",
            marker=style_of(c)["marker"],
            color=style_of(c)["color"],
            markersize=7,
            label=f"cluster {c}: {plural(view.rows_of[c], 'row')}",
        )
        for c in sorted(largest[:LEGEND_CLUSTERS])
    ]
    if len(largest) > LEGEND_CLUSTERS:
        rest = largest[LEGEND_CLUSTERS:]
        entries.append(
            Line2D(
                [],
                [],
                linestyle="",
                label=f"and {len(rest)} clusters more: {plural(sum(view.rows_of[c] for c in rest), 'row')}",
            )
        )
    if -1 in view.rows_of:
        entries.append(
            Line2D(
                [],
                [],
                linestyle="",
                marker="x",
                color="black",
                markersize=6,
                label=f"outlier (-1): {plural(view.rows_of[-1], 'row')}",
            )
        )
    entries += _micro_cluster_entries(view)
    drawn = panel.legend(
        handles=entries,
        loc="upper left",
        ncols=3,
        fontsize=9,
        frameon=False,
        borderaxespad=0,
        columnspacing=1.4,
        handletextpad=0.6,
    )
    drawn.set_in_layout(False)  # a long legend must not shrink the plane


def _micro_cluster_entries(view: View) -> list[Any]:
    ring: dict[str, Any] = {"linestyle": "", "marker": "o", "markersize": 11, "markerfacecolor": "none"}
    if len(view.shown) == 1:
        ring |= {"marker": "|"}
    found: list[Any] = []
    if view.mcs["potential"].any():
        found.append(
            Line2D([], [], label="potential micro-cluster", markeredgecolor="black", markeredgewidth=1.4, **ring)
        )
    if (~view.mcs["potential"]).any():
        dashed = ring | {"marker": "$◌$"} if len(view.shown) > 1 else ring
        found.append(
            Line2D([], [], label="outlier micro-cluster", markeredgecolor="black", markeredgewidth=0.6, **dashed)
        )
    return found


def _time_panels(figure: Any, view: View) -> None:
    shown = view.shown
    heights = [1.25] * len(shown) + [0.8, 0.8]
    panels = figure.subplots(len(heights), 1, sharex=True, height_ratios=heights)
    for panel, channel in zip(panels, shown, strict=False):
        _trend(panel, view, channel)
    _index_over_time(panels[-2], view)
    _counts_over_time(panels[-1], view)
    overflow = view.done.trace["bOverflow"]
    for panel in panels:
        shade(panel, view.time.x, overflow, zorder=1, **OVERFLOW_STYLE)
    if overflow.any():
        panels[0].set_title("shaded: learning stopped, a buffer is full", loc="right", fontsize=9.5, color="#B34700")
    point_out(panels, view.time, view.done.marks)
    view.time.label_on(panels[-1])


def _trend(panel: Axes, view: View, channel: int) -> None:
    tidy(panel, f"{view.names[channel]}, coloured by cluster")
    if not len(view.accepted):
        return
    y = view.channel(channel)
    low, high = view_limits(y)
    draw_line(panel, view.x, y, color="#c8c8c8", linewidth=0.7, zorder=2)
    draw_points(panel, view, view.x, y, (y >= low) & (y <= high), PANEL_CELLS, alpha=1.0)
    panel.set_ylim(low, high)


def _index_over_time(panel: Axes, view: View) -> None:
    """A mark for every index that occurs in a slice of time; rows without one below."""
    tidy(panel, "cluster index")
    top = max(view.clusters, default=0)
    few = top < FEW_CLUSTERS
    rows = view.accepted
    if len(rows):
        rows = point_rows(view.x, view.index, view.index, PANEL_CELLS[0], 1)
    for cluster in (*view.clusters, -1):
        x = view.x[rows[view.index[rows] == cluster]]
        _marks(panel, x, cluster, 70 if few else 25, style_of(cluster)["color"])
    ticks: list[float] = [*range(top + 1)]
    if not few:
        ticks = [t for t in MaxNLocator(6, integer=True).tick_values(0, top) if top / 8 <= t <= top]
    labels = ["outlier", *(f"{t:g}" for t in ticks)]
    ticks.insert(0, -1)
    bottom = -1.0
    if view.refused.any():
        bottom = -2 if few else -1 - top / FEW_CLUSTERS
        refused = np.flatnonzero(view.refused)
        some = point_rows(view.time.x[refused], refused * 0, refused * 0, PANEL_CELLS[0], 1)
        _marks(panel, view.time.x[refused[some]], bottom, 50, GREY)
        ticks.insert(0, bottom)
        labels.insert(0, "no index")
    panel.set_yticks(ticks, labels)
    panel.set_ylim(bottom - 0.6, top + 0.6)


def _marks(panel: Axes, x: NDArray[np.float64], height: float, size: float, colour: str) -> None:
    panel.scatter(x, np.full(len(x), height), marker="|", s=size, linewidth=1.6, color=colour, zorder=3)


def _counts_over_time(panel: Axes, view: View) -> None:
    """Numbers of micro-clusters, with a buffer's limit where it came near."""
    tidy(panel, "number of micro-clusters")
    trace, settings = view.done.trace, view.done.settings.all()
    kinds = (
        ("nNumPotMCs", "potential", "#0072B2", "-", "nPotMCsBufferSize"),
        ("nNumOutMCs", "outlier", "#D55E00", "--", "nOutMCsBufferSize"),
    )
    highest = 1
    for name, label, colour, style, limit_name in kinds:
        counts = trace[name].astype(np.int64)
        draw_line(
            panel,
            view.time.x,
            counts,
            color=colour,
            linestyle=style,
            linewidth=1.5,
            label=label,
            drawstyle="steps-post",
            zorder=3,
        )
        highest = max(highest, int(counts.max()))
        limit = settings.get(limit_name)
        if limit is not None and 2 * int(counts.max()) >= limit:
            highest = max(highest, limit)
            panel.axhline(limit, color=colour, linewidth=0.9, linestyle=":")
            panel.annotate(
                f"limit {limit}",
                (1, limit),
                (-2, 1),
                xycoords=("axes fraction", "data"),
                textcoords="offset points",
                ha="right",
                fontsize=8,
                color=colour,
            )
    panel.set_ylim(0, 1.2 * highest)
    panel.yaxis.set_major_locator(MaxNLocator(4, integer=True))
    panel.legend(loc="lower right", bbox_to_anchor=(1, 1), ncols=4, fontsize=8.5, frameon=False, borderaxespad=0.1)
