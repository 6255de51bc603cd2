"""The kinds of learnt data that blocks write and read; the form of the files is told by `alycat.runtime.learnt`."""

from typing import Any

import numpy as np

from alycat.runtime.learnt import Kind, Learnt, Member

from .types import E_ALY_ScalingMode, E_ALY_TeachMode

MOST = 2**53  # periods or values; more make no difference
DEEPEST = 24  # splits on a path of an isolation tree
TREE_PARTS = ("channel", "threshold", "left", "right", "length")


def _named(learnt: Learnt, name: str, kind: Any) -> str:
    names = [member.name for member in kind if member]
    return "" if learnt[name] in names else f"{name} is {learnt[name][:60]!r}, allowed are {', '.join(names)}"


def _count(learnt: Learnt, name: str, least: int) -> str:
    return "" if least <= learnt[name] <= MOST else f"{name} is {learnt[name]}, allowed are {least}..{MOST}"


def _teach_path(learnt: Learnt) -> str:
    if not len(learnt["value"]):
        return "value is empty"
    return _count(learnt, "teach_cycles", 1) or _named(learnt, "teach_mode", E_ALY_TeachMode)


TEACH_PATH = Kind(
    "teach path",
    "one period of a signal",
    {
        "teach_mode": Member(str, "how periods were merged: Minimum, Maximum or Mean"),
        "teach_cycles": Member(int, "how many periods"),
    },
    {"value": Member(float, "its points, from call to call")},
    _teach_path,
)


def _scaler(learnt: Learnt) -> str:
    return _count(learnt, "samples", 0) or _named(learnt, "scaling_mode", E_ALY_ScalingMode)


SCALER = Kind(
    "scaler",
    "the range of a channel",
    {
        "scaling_mode": Member(str, "Normalization or Standardization"),
        "param_1": Member(float, "smallest value, or mean"),
        "param_2": Member(float, "largest value, or standard deviation"),
        "samples": Member(int, "how many values went into them"),
    },
    check=_scaler,
)


def _linear_regression(learnt: Learnt) -> str:
    if len(learnt["coefficient"]) < 2:
        return "coefficient has to hold the bias and a weight for each channel"
    return _count(learnt, "samples", 0)


LINEAR_REGRESSION = Kind(
    "linear regression",
    "a linear model",
    {"samples": Member(int, "how many rows went into it")},
    {"coefficient": Member(float, "the bias, and the weight of each channel")},
    _linear_regression,
)


def _isolation_forest(learnt: Learnt) -> str:
    """Every child comes after its parent, so there is an end to every path."""
    channels, nodes, count = learnt["channels"], learnt["nodes"], len(learnt["channel"])
    if channels < 1 or learnt["scale"] < 0 or not len(nodes):
        return "channels, a scale of at least 0, and trees are needed"
    if len(learnt["names"]) not in (0, channels):
        return f"there are {len(learnt['names'])} names for {channels} channels"
    if any(len(learnt[part]) != count for part in TREE_PARTS) or (nodes < 1).any() or (nodes > count).any():
        return "the arrays of nodes differ in length, or a tree has none"
    if int(nodes.sum()) != count:
        return f"nodes says that there are {int(nodes.sum())} nodes, there are {count}"
    if (learnt["channel"] < 0).any() or (learnt["channel"] > channels).any():
        return f"channel has a number outside 0..{channels}"
    first = np.repeat(np.cumsum(nodes) - nodes, nodes)
    place, size = np.arange(count) - first, np.repeat(nodes, nodes)
    inner = learnt["channel"] != 0
    for side in ("left", "right"):
        if (inner & ((learnt[side] <= place) | (learnt[side] >= size))).any():
            return f"{side} has to name a later node of the tree"
    if depth_of(learnt) > DEEPEST:
        return f"a tree has more than {DEEPEST} splits on a path"
    return ""


def depth_of(forest: Learnt) -> int:
    """Splits on the longest path of any tree, at least 1; beyond DEEPEST it is not looked for."""
    starts = np.cumsum(forest["nodes"]) - forest["nodes"]
    level, base = starts, starts  # nodes that are this deep, and where their trees begin
    for depth in range(DEEPEST + 1):
        inner = forest["channel"][level] != 0
        level, base = level[inner], base[inner]
        if not len(level):
            return max(1, depth)
        children = np.concatenate([base + forest["left"][level], base + forest["right"][level]])
        level, at = np.unique(children, return_index=True)
        base = np.concatenate([base, base])[at]
    return DEEPEST + 1


ISOLATION_FOREST = Kind(
    "isolation forest",
    "trees that cut a recording apart: a point goes left where its value, rounded to 32 bits, is at most the "
    "threshold; with L the sum of the lengths of its leaves, its score is -2 ** -(L / scale)",
    {
        "made_by": Member(str, "the program, and how it was asked"),
        "channels": Member(int, "how many channels a point has"),
        "scale": Member(float, "sum over the trees of the mean path length of a sample"),
        "offset": Member(float, "scores below it are anomalies"),
    },
    {
        "names": Member(str, "of the channels; or none"),
        "nodes": Member(int, "how many nodes each tree has; the arrays below have the trees one after the other"),
        "channel": Member(int, "whose value a node looks at, from 1; 0 for a leaf"),
        "threshold": Member(float, "that it is compared with; 0 for a leaf"),
        "left": Member(int, "number of a later node within the tree, whose root is 0; 0 for a leaf"),
        "right": Member(int, "the other one"),
        "length": Member(float, "of the path that ends in a leaf, else 0"),
    },
    _isolation_forest,
)
KINDS = (TEACH_PATH, SCALER, LINEAR_REGRESSION, ISOLATION_FOREST)
