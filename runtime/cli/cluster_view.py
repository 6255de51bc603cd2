"""What all panels of a clustering picture share: the rows, which channels are shown, and the look of a cluster."""

from typing import TYPE_CHECKING, Any

import numpy as np
from matplotlib.axes import Axes
from numpy.typing import NDArray

from .decimation import point_rows
from .panels import TimeAxis
from .wording import plural

if TYPE_CHECKING:
    from .replaying import Replayed

# Okabe and Ito's colours, which colour-blind people can tell apart, without the ones too pale on white; then Tol's
COLOURS = ("#0072B2", "#E69F00", "#009E73", "#CC79A7", "#56B4E9", "#D55E00", "#332288", "#999933", "#882255", "#44AA99")
MARKERS = ("o", "s", "^", "D", "v", "P")
OUTLIER_STYLE = {"marker": "x", "color": "black", "linewidth": 0.9}
FEW_CLUSTERS = 8  # that many can each have a label
MANY_OUTLIERS = 0.2  # share of the rows


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


def point_size(drawn: int) -> float:
    """Of a point: a few points are drawn larger than thousands."""
    return min(25.0, max(4.5, 4000 / max(drawn, 1)))


def draw_points(
    panel: Axes,
    view: View,
    x: NDArray[np.float64],
    y: NDArray[np.float64],
    inside: NDArray[np.bool_],
    cells: tuple[int, int],
    alpha: float,
) -> None:
    """The accepted rows inside the view as points by cluster, as many as a grid of cells lets one see."""
    rows = np.flatnonzero(inside)
    rows = rows[point_rows(x[rows], y[rows], view.index[rows], *cells)]
    for cluster in view.order:
        of_cluster = rows[view.index[rows] == cluster]
        style = {"s": point_size(len(rows)), "alpha": alpha} | style_of(cluster)
        if cluster < 0:
            style = view.outlier_style(len(of_cluster))
        panel.scatter(x[of_cluster], y[of_cluster], zorder=3, **style)
