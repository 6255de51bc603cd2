"""The large panel of a clustering picture: two channels as a plane, or the values of one, with the micro-clusters."""

from typing import Any

import numpy as np
from matplotlib import patheffects
from matplotlib.axes import Axes
from matplotlib.collections import EllipseCollection
from matplotlib.ticker import MaxNLocator
from numpy.typing import NDArray

from .cluster_view import FEW_CLUSTERS, View, draw_points, style_of
from .panels import DARK, GREY, plain, tidy, view_limits
from .wording import plural

Limits = tuple[float, float]

PLANE_PROPORTION = 0.92  # width to height of the room for the plane
SMALLEST_RING = 0.006  # of the plane's shorter side
PLANE_CELLS = (260, 260)


def draw_plane(panel: Axes, view: View) -> None:
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
    draw_points(panel, view, x, y, inside, PLANE_CELLS, alpha=0.4)
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


def draw_values(panel: Axes, view: View) -> None:
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
