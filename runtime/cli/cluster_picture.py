"""The picture of a clustering block: points and micro-clusters in a plane, and over time what became of them."""

from typing import TYPE_CHECKING, Any

import numpy as np
from matplotlib import patheffects
from matplotlib.axes import Axes
from matplotlib.collections import EllipseCollection
from matplotlib.figure import Figure
from matplotlib.lines import Line2D
from matplotlib.ticker import MaxNLocator
from numpy.typing import NDArray

from .decimation import point_rows
from .pictures import (
    DARK,
    GREY,
    OVERFLOW_STYLE,
    TimeAxis,
    draw_line,
    plain,
    shade,
    tidy,
    title_and_settings,
    view_limits,
)
from .wording import plural

if TYPE_CHECKING:
    from .replaying import Replayed

Limits = tuple[float, float]

# Okabe and Ito's colours, which colour-blind people can tell apart, without the ones too pale on white; then Tol's
COLOURS = ("#0072B2", "#E69F00", "#009E73", "#CC79A7", "#56B4E9", "#D55E00", "#332288", "#999933", "#882255", "#44AA99")
MARKERS = ("o", "s", "^", "D", "v", "P")
OUTLIER_STYLE = {"marker": "x", "color": "black", "linewidth": 0.9}
LEGEND_CLUSTERS = 9
FEW_CLUSTERS = 8  # that many can each have a label
MANY_OUTLIERS = 0.2  # share of the rows
PLANE_PROPORTION = 0.92  # width to height of the room for the plane
SMALLEST_RING = 0.006  # of the plane's shorter side
PLANE_CELLS, PANEL_CELLS = (260, 260), (420, 60)


def draw_clusters(figure: Figure, done: "Replayed", title: str, axes: tuple[str, str] | None) -> None:
    """Left the plane, or for one channel the values; right the same points over time, index and counts."""
    view = View(done, axes)
    title_and_settings(figure, title, view.facts(), done.settings.all())
    halves: Any = figure.subfigures(1, 2, width_ratios=(1, 1.2))
    left, right = halves
    plane, legend = left.subplots(2, 1, height_ratios=(6, 1))
    if len(view.shown) == 1:
        _values_of_one_channel(plane, view)
    else:
        _plane(plane, view)
    _legend(legend, view)
    _time_panels(right, view)


class View:
    """What the panels need: accepted rows, the channels shown, micro-clusters, time."""

    def __init__(self, done: "Replayed", axes: tuple[str, str] | None) -> None:
        recording = done.recording
        self.done, self.names = done, recording.names
        self.mcs = done.instance.micro_clusters()
        self.time = TimeAxis(recording.timestamps, recording.has_date)
        self.refused = done.trace["bError"]
        self.accepted = np.flatnonzero(~self.refused)
        self.index = done.trace["nClusterIdx"][self.accepted]
        self.x = self.time.x[self.accepted]
        self.shown = [self.names.index(n) for n in axes] if axes else self._telling_channels()
        self.why = "as chosen" if axes else "those with the widest spread"
        values, counts = np.unique(self.index, return_counts=True)
        self.rows_of = {int(v): int(c) for v, c in zip(values, counts, strict=True)}
        self.clusters = [v for v in self.rows_of if v >= 0]
        outliers = self.rows_of.get(-1, 0)
        self.outliers_are_many = outliers > max(MANY_OUTLIERS * len(self.accepted), 400)
        # Few outliers are what one looks for and lie on top; many would hide everything else.
        self.order = [-1, *self.clusters] if self.outliers_are_many else [*self.clusters, -1]

    def channel(self, number: int) -> NDArray[np.float64]:
        """The values of a channel in the accepted rows."""
        return np.asarray(self.done.recording.values[self.accepted, number])

    def outlier_style(self, drawn: int) -> dict[str, Any]:
        """The more there are, the smaller."""
        if self.outliers_are_many:
            return {"s": 4, "alpha": 0.6} | OUTLIER_STYLE | {"color": "#9a9a9a", "linewidth": 0.5}
        share = min(1.0, max(0.3, 300 / max(drawn, 1)))
        return {"s": 13 * share, "alpha": 0.8} | OUTLIER_STYLE | {"linewidth": 0.5 + 0.4 * share}

    def _telling_channels(self) -> list[int]:
        """All channels up to two; else the two along which the (weighted) micro-clusters spread most.

        Distances are Euclidean in the channels' own units, so these are the channels that decide them.
        """
        if len(self.names) <= 2:
            return list(range(len(self.names)))
        if len(self.mcs) < 2:
            return [0, 1]
        mean = np.average(self.mcs["centre"], axis=0, weights=self.mcs["weight"])
        spread = np.average((self.mcs["centre"] - mean) ** 2, axis=0, weights=self.mcs["weight"])
        return sorted(int(i) for i in np.argsort(-spread, kind="stable")[:2])

    def facts(self) -> str:
        trace = self.done.trace
        potential = int(self.mcs["potential"].sum())
        parts = [
            plural(len(trace), "row"),
            f"{plural(int(self.refused.sum()), 'row')} without an index" if self.refused.any() else "",
            plural(int(trace["nNumClusters"][-1]), "cluster"),
            f"{potential} potential and {plural(len(self.mcs) - potential, 'outlier micro-cluster')} at the end",
            "buffer full: learning stopped" if trace["bOverflow"].any() else "no overflow",
        ]
        return "; ".join(filter(None, parts))


def style_of(cluster: int) -> dict[str, Any]:
    """Colour and marker of a cluster index; both change from one to the next."""
    if cluster < 0:
        return OUTLIER_STYLE
    return {
        "marker": MARKERS[(cluster + cluster // len(COLOURS)) % len(MARKERS)],
        "color": COLOURS[cluster % len(COLOURS)],
        "linewidth": 0,
    }


def _plane(panel: Axes, view: View) -> None:
    """Two channels against each other, with the micro-clusters of the end."""
    across, up = view.shown
    tidy(panel, "points and micro-clusters", pad=16 if len(view.names) > 2 else 4)
    if len(view.names) > 2:
        note = f"2 of {len(view.names)} channels, {view.why}; radii are over all channels"
        panel.text(0, 1.012, note, fontsize=8.5, color=GREY, transform=panel.transAxes)
    panel.set_xlabel(plain(view.names[across]), fontsize=10)
    panel.set_ylabel(plain(view.names[up]), fontsize=10)
    if not len(view.accepted):
        panel.text(0.5, 0.5, "no row was accepted", ha="center", transform=panel.transAxes, color=DARK)
        return
    x, y = view.channel(across), view.channel(up)
    limits = view_limits(x), view_limits(y)
    inside = (x >= limits[0][0]) & (x <= limits[0][1]) & (y >= limits[1][0]) & (y <= limits[1][1])
    _points_inside(panel, view, x, y, inside)
    spans = [high - low for low, high in limits]
    if max(spans) <= 4 * min(spans):  # radii then are circles
        limits = _same_scale(limits)
        panel.set_aspect("equal", adjustable="box", anchor="NW")
    panel.set(xlim=limits[0], ylim=limits[1])
    _micro_clusters(panel, view)
    outside = len(inside) - int(inside.sum())
    if outside:
        panel.text(
            0.99,
            0.01,
            f"{plural(outside, 'row')} far outside the view",
            ha="right",
            fontsize=9,
            color="#D55E00",
            transform=panel.transAxes,
        )


def _same_scale(limits: tuple[Limits, Limits]) -> tuple[Limits, Limits]:
    """Limits with the room's proportions, so that one unit is equally long in both directions without empty margins."""
    (left, right), (low, high) = limits
    width, height = (
        max(right - left, (high - low) * PLANE_PROPORTION),
        max(high - low, (right - left) / PLANE_PROPORTION),
    )
    across, up = (left + right) / 2, (low + high) / 2
    return (across - width / 2, across + width / 2), (up - height / 2, up + height / 2)


def _points_inside(panel: Axes, view: View, x: NDArray[Any], y: NDArray[Any], inside: NDArray[np.bool_]) -> None:
    rows = np.flatnonzero(inside)
    rows = rows[point_rows(x[rows], y[rows], view.index[rows], *PLANE_CELLS)]
    for cluster in view.order:
        of_cluster = rows[view.index[rows] == cluster]
        style = {"s": _size(len(rows)), "alpha": 0.4} | style_of(cluster)
        if cluster < 0:
            style = view.outlier_style(len(of_cluster))
        panel.scatter(x[of_cluster], y[of_cluster], zorder=2, **style)


def _size(drawn: int) -> float:
    """Of a point: a few points are drawn larger than thousands."""
    return min(25.0, max(4.5, 4000 / max(drawn, 1)))


def _micro_clusters(panel: Axes, view: View) -> None:
    """Circles of the radius, solid when potential and dashed when outlier; above each cluster its number."""
    across, up = view.shown
    for potential in (False, True):
        some = view.mcs[view.mcs["potential"] == potential]
        _circles(panel, some["centre"][:, [across, up]], some["radius"], potential)
    numbered = np.unique(view.mcs["cluster"][view.mcs["cluster"] >= 0])
    for cluster in numbered:
        of_cluster = view.mcs[view.mcs["cluster"] == cluster]
        centre = np.average(of_cluster["centre"], axis=0, weights=of_cluster["weight"])
        top = float((of_cluster["centre"][:, up] + of_cluster["radius"]).max())
        label = panel.annotate(
            str(cluster),
            (centre[across], top),
            (0, 9),
            textcoords="offset points",
            ha="center",
            zorder=6,
            fontsize=15 if len(numbered) <= FEW_CLUSTERS else 9,
            fontweight="bold",
            color=style_of(int(cluster))["color"],
            annotation_clip=True,
        )
        label.set_path_effects([patheffects.withStroke(linewidth=4, foreground="white")])


def _circles(panel: Axes, centres: NDArray[Any], radii: NDArray[Any], potential: bool) -> None:
    """Rings to scale; one that would be too small to see is drawn as a small mark instead."""
    (left, right), (low, high) = panel.get_xlim(), panel.get_ylim()
    tiny = radii < SMALLEST_RING * min(right - left, high - low)
    style: dict[str, Any] = {
        "facecolors": "none",
        "edgecolors": "black",
        "linewidths": 1.2 if potential else 0.9,
        "linestyles": "solid" if potential else (0, (3, 2)),
        "path_effects": [patheffects.withStroke(linewidth=2.8, foreground="white")] if potential else [],
    }
    size = 2 * radii[~tiny]
    rings = EllipseCollection(
        size, size, size * 0, units="xy", offsets=centres[~tiny], offset_transform=panel.transData, zorder=4, **style
    )
    panel.add_collection(rings, autolim=False)
    panel.scatter(centres[tiny, 0], centres[tiny, 1], s=20 if potential else 60, zorder=4, **style)


def _values_of_one_channel(panel: Axes, view: View) -> None:
    """How often which value came, by cluster, and beside it the micro-clusters as centre and radius."""
    tidy(panel, "values by cluster, and micro-clusters (right: centre and radius)")
    panel.set_ylabel(plain(view.names[0]), fontsize=10)
    panel.set_xlabel("rows", fontsize=10)
    if not len(view.accepted):
        panel.text(0.5, 0.5, "no row was accepted", ha="center", transform=panel.transAxes, color=DARK)
        return
    y = view.channel(0)
    limits = view_limits(y)
    edges = np.linspace(*limits, 81)
    base = np.zeros(80)
    for cluster in (*view.clusters, -1):
        counts, _ = np.histogram(y[view.index == cluster], edges)
        panel.barh(edges[:-1], counts, np.diff(edges), left=base, align="edge", color=style_of(cluster)["color"])
        base += counts
    widest = float(base.max()) or 1.0
    places = widest * np.linspace(1.12, 1.95, max(len(view.mcs), 2))[: len(view.mcs)]
    for place, mc in zip(places, view.mcs, strict=True):
        solid, cluster = bool(mc["potential"]), int(mc["cluster"])
        colour = style_of(cluster)["color"] if cluster >= 0 else GREY if solid else "black"
        panel.plot(
            [place] * 2,
            mc["centre"][0] + mc["radius"] * np.array([-1, 1]),
            color=colour,
            linewidth=4 if solid else 1.5,
            linestyle="-" if solid else ":",
            solid_capstyle="butt",
        )
        panel.plot([place], mc["centre"], marker="+" if solid else "x", color=colour, markersize=5)
    panel.axvline(widest * 1.06, color=GREY, linewidth=0.8)
    panel.set(xlim=(0, widest * 2.02), ylim=limits)
    ticks = MaxNLocator(4, integer=True).tick_values(0, widest)
    panel.set_xticks([t for t in ticks if 0 <= t <= widest])


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
    view.time.label_on(panels[-1])


def _trend(panel: Axes, view: View, channel: int) -> None:
    tidy(panel, f"{view.names[channel]}, coloured by cluster")
    if not len(view.accepted):
        return
    y = view.channel(channel)
    low, high = view_limits(y)
    draw_line(panel, view.x, y, color="#c8c8c8", linewidth=0.7, zorder=2)
    rows = np.flatnonzero((y >= low) & (y <= high))
    rows = rows[point_rows(view.x[rows], y[rows], view.index[rows], *PANEL_CELLS)]
    for cluster in view.order:
        of_cluster = rows[view.index[rows] == cluster]
        style = {"s": _size(len(rows))} | style_of(cluster)
        if cluster < 0:
            style = view.outlier_style(len(of_cluster))
        panel.scatter(view.x[of_cluster], y[of_cluster], zorder=3, **style)
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
