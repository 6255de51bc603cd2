"""Large panels of blocks that make a chart: pie, Pareto chart and Sankey diagram, each as it is in the end."""

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np
from matplotlib.axes import Axes
from matplotlib.patches import PathPatch
from matplotlib.path import Path
from numpy.typing import NDArray

from .cluster_view import COLOURS
from .panels import DARK, MARK, plain, tidy
from .picture_plan import Plan

Chosen = tuple[str, str] | None
Drawing = Callable[[Axes], None]
Flow = tuple[str, float]  # name and size

SOURCES, TRUNK_BEGIN, TRUNK_END, SINKS = 0.0, 0.8, 1.0, 1.8  # where the flows of a Sankey diagram bend
GAP = 0.06  # between its sources, as a part of all


def pie(plan: Plan, chosen: Chosen) -> Drawing | None:
    """The sizes of the outputs of a block; None while all are 0."""
    values = np.abs(_in_the_end(plan, "fOutput"))
    if not values.sum() > 0:
        return None
    names = [f"{plain(name)}\n{value:.4g}" for name, value in zip(plan.labels_of("fOutput"), values, strict=True)]

    def draw(axes: Axes) -> None:
        tidy(axes, "fOutput in the end")
        axes.pie(values, labels=names, colors=_colours(len(values)), startangle=90, counterclock=False)

    return draw


def pareto(plan: Plan, chosen: Chosen) -> Drawing | None:
    """Sums of conditions, the largest first, and the share of all up to each; None while there are none."""
    array = plan.array("pSums")
    sums = np.nan_to_num(array.values[_last(plan)])
    if not sums.sum() > 0:
        return None
    order = np.argsort(-sums, kind="stable")
    names = [plan.labels_of("pSums")[i] for i in order]

    def draw(axes: Axes) -> None:
        tidy(axes, f"{array.heading} in the end, and their accumulated share")
        places = range(len(sums))
        bars = axes.bar(places, sums[order], color=COLOURS[0], edgecolor="white")
        axes.bar_label(bars, fmt="{:.5g}", fontsize=9)
        axes.set_xticks(places, [plain(name) for name in names])
        axes.set_ylim(0, sums.sum() * 1.05)  # so that 100 % stands beside the sum of all
        shares = axes.secondary_yaxis(
            "right", functions=(lambda y: y / sums.sum() * 100, lambda p: p * sums.sum() / 100)
        )
        shares.set_ylabel("percent of all", fontsize=9)
        axes.plot(places, np.cumsum(sums[order]), "o-", color=MARK, markersize=4, label="accumulated")

    return draw


def sankey(plan: Plan, chosen: Chosen) -> Drawing | None:
    """Inflows from the left, outflows and the rest to the right; None while nothing flows in."""
    values, names = np.abs(_in_the_end(plan, "fOutput")), plan.labels_of("fOutput")
    flows = list(zip(names, values.tolist(), strict=True))
    count = int(plan.done.instance.nNumChannelsInflow)
    sources, sinks = flows[:count], flows[count:]
    rest, name = float(plan.column("fRest")[_last(plan)]), plan.done.instance.channel_names()[-1] or "rest"
    (sinks if rest > 0 else sources).append((name, abs(rest)))
    if not values[:count].sum() > 0:
        return None

    def draw(axes: Axes) -> None:
        tidy(axes, "flows in the end, percent of the inflow")
        _side(axes, sources, SOURCES, TRUNK_BEGIN)
        _side(axes, sinks, SINKS, TRUNK_END)
        whole = max(sum(size for _, size in side) for side in (sources, sinks))
        axes.fill([TRUNK_BEGIN, TRUNK_END, TRUNK_END, TRUNK_BEGIN], [0, 0, whole, whole], color="#bbbbbb", linewidth=0)
        axes.set(xlim=(SOURCES - 0.7, SINKS + 0.7))
        axes.axis("off")

    return draw


def _side(axes: Axes, flows: Sequence[Flow], outer: float, inner: float) -> None:
    """The flows of one side as ribbons between the places where they stand apart and the trunk, from top to bottom."""
    flows = [(name, size) for name, size in flows if size > 0]
    whole = sum(size for _, size in flows)
    apart = whole * (1 + GAP * (len(flows) - 1)) - whole * GAP * (len(flows) - 1) / 2  # centred beside the trunk
    joined, middle = whole, (outer + inner) / 2
    for (name, size), colour in zip(flows, _colours(len(flows)), strict=True):
        upper = [(outer, apart), (middle, apart), (middle, joined), (inner, joined)]
        lower = [(inner, joined - size), (middle, joined - size), (middle, apart - size), (outer, apart - size)]
        codes = [Path.MOVETO, *[Path.CURVE4] * 3, Path.LINETO, *[Path.CURVE4] * 3]
        axes.add_patch(PathPatch(Path([*upper, *lower], codes), color=colour, alpha=0.75, linewidth=0))
        text = f"{plain(name)}\n{size:.3g} %"
        is_left = outer < inner
        axes.text(
            outer + (-0.04 if is_left else 0.04),
            apart - size / 2,
            text,
            ha="right" if is_left else "left",
            va="center",
            fontsize=9,
            color=DARK,
        )
        apart, joined = apart - size - whole * GAP, joined - size


def _last(plan: Plan) -> int:
    return int(np.flatnonzero(plan.accepted)[-1]) if plan.accepted.any() else 0


def _in_the_end(plan: Plan, array: str) -> NDArray[np.float64]:
    """The elements of an array in the last row with outputs; zeros if there is none."""
    return np.asarray(np.nan_to_num(plan.column(array)[_last(plan)]))


def _colours(count: int) -> list[Any]:
    return [COLOURS[i % len(COLOURS)] for i in range(count)]
