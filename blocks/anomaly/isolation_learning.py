"""Isolation forests as learnt data: fitted by scikit-learn, kept in a file, laid out for the block.

The file is one JSON object:

    format, version   "alycat isolation forest", 1
    made_by           who has fitted it, with which parameters (`parameters`)
    channels          how many; `names` has a text for each, or is empty
    scale             sum over the trees of the mean path length of a sample, c(max_samples)
    offset            scores below it are anomalies
    trees             per tree five lists with an element per node, the root first: `channel` (from 1, 0 for a leaf),
                      `threshold`, `left` and `right` (numbers of nodes, from 0), `length` of the path to a leaf

A point goes left where its value, rounded to 32 bits, is at most the threshold. With L the sum of the lengths that it
finds, its score is -2 ** -(L / scale).
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np

from alycat.runtime.errors import ExtraMissing, LearntDataError, RangeError
from alycat.runtime.learntfile import read_learnt, write_learnt

FORMAT, VERSION = "alycat isolation forest", 1
DEEPEST = 24
PARTS = {"channel": np.int64, "threshold": np.float64, "left": np.int64, "right": np.int64, "length": np.float64}


@dataclass(frozen=True)
class LearntForest:
    """A fitted isolation forest; `trees` hold the arrays of `PARTS`, checked to be trees."""

    channels: int
    scale: float
    offset: float
    trees: tuple[dict[str, np.ndarray], ...] = field(repr=False)
    names: tuple[str, ...] = ()
    made_by: str = ""
    parameters: dict[str, Any] = field(default_factory=dict)

    def __post_init__(self) -> None:
        if self.channels < 1 or not self.trees or not np.isfinite([self.scale, self.offset]).all() or self.scale < 0:
            raise LearntDataError("a forest needs channels, trees, and a finite scale and offset")
        for number, tree in enumerate(self.trees, start=1):
            _check_tree(tree, self.channels, f"tree {number}")

    def __str__(self) -> str:
        return f"{len(self.trees)} isolation trees, limit of the score {self.offset:.6f}, by {self.made_by}"

    def write(self, path: str | Path) -> None:
        """Writes the forest to a file."""
        trees = [{name: tree[name].tolist() for name in PARTS} for tree in self.trees]
        about = {"made_by": self.made_by, "parameters": self.parameters}
        sizes = {"channels": self.channels, "names": list(self.names), "scale": self.scale, "offset": self.offset}
        write_learnt(path, FORMAT, VERSION, {**about, **sizes, "trees": trees})

    @classmethod
    def read(cls, path: str | Path) -> "LearntForest":
        """The forest of a file, bit for bit the one that was written.

        Raises OSError when the file cannot be read, LearntDataError when it is damaged or holds something else.
        """
        content = read_learnt(path, FORMAT, VERSION)
        try:
            trees = tuple(
                {name: np.array(tree[name], kind) for name, kind in PARTS.items()} for tree in content["trees"]
            )
            numbers = int(content["channels"]), float(content["scale"]), float(content["offset"])
            about = tuple(map(str, content["names"])), str(content["made_by"]), dict(content["parameters"])
        except (KeyError, TypeError, ValueError, OverflowError) as error:
            raise LearntDataError(f"{path}: {type(error).__name__} {error}") from None
        try:
            return cls(*numbers, trees, *about)
        except LearntDataError as error:
            raise LearntDataError(f"{path}: {error}") from None

    def depth(self) -> int:
        """Splits on the longest path, at least 1."""
        return max(1, *(_depth(tree) for tree in self.trees))

    def complete(self, depth: int) -> tuple[np.ndarray, np.ndarray]:
        """All trees filled up to the same depth, in the order of a heap.

        Gives the pairs (threshold, channel from 0 as an integer's bits) of the inner nodes and the lengths of the
        leaves, a row per tree. A leaf that lies higher up stands in all places below it.
        """
        splits, lengths = zip(*(_complete(tree, depth) for tree in self.trees), strict=True)
        return np.stack(splits), np.stack(lengths)


def learn_forest(
    values: Any,
    trees: int = 100,
    max_samples: int | None = None,
    contamination: float | None = None,
    seed: int = 0,
    names: Sequence[str] = (),
) -> LearntForest:
    """Fits scikit-learn's IsolationForest to a table (rows, channels) of finite values; needs ``alycat[learn]``.

    Parameters
    ----------
    trees
        number of trees
    max_samples
        rows drawn for each tree; None: 256, or all of fewer
    contamination
        share of the rows that shall count as anomalies; None: those with a score below -0.5
    seed
        scikit-learn's random_state
    names
        names of the channels, kept in the file
    """
    try:
        import sklearn
        from sklearn.ensemble import IsolationForest
    except ImportError:
        raise ExtraMissing('learning an isolation forest needs scikit-learn: pip install "alycat[learn]"') from None
    table = np.asarray(values, np.float64)
    table = table[:, None] if table.ndim == 1 else table
    if table.ndim != 2 or not table.size or not np.isfinite(table).all():
        raise RangeError(f"a table of finite values is needed, one row per point; its shape is {table.shape}")
    if names and len(names) != table.shape[1]:
        raise RangeError(f"{len(names)} names were given for {table.shape[1]} channels")
    if trees < 1 or (max_samples is not None and max_samples < 1):
        raise RangeError(f"trees = {trees}, max_samples = {max_samples}; at least 1 is needed")
    if contamination is not None and not 0 < contamination <= 0.5:
        raise RangeError(f"contamination = {contamination:g}, allowed is more than 0, at most 0.5")
    parameters: dict[str, Any] = {"n_estimators": trees, "random_state": seed, "max_samples": max_samples or "auto"}
    parameters["contamination"] = "auto" if contamination is None else contamination
    try:
        fitted = IsolationForest(**parameters).fit(table)
    except ValueError as error:  # scikit-learn's own check of the parameters
        raise RangeError(str(error)) from None
    found = tuple(_tree(estimator.tree_) for estimator in fitted.estimators_)
    scale = len(found) * float(mean_path_length(np.array([fitted.max_samples_]))[0])
    made_by = f"scikit-learn {sklearn.__version__}"
    return LearntForest(table.shape[1], scale, float(fitted.offset_), found, tuple(names), made_by, parameters)


def mean_path_length(samples: np.ndarray) -> np.ndarray:
    """The mean depth c(n) of a random tree over n samples (Liu et al., equation 1), in scikit-learn's operations."""
    length = np.where(samples == 2, 1.0, 0.0)
    n = samples[samples > 2]
    length[samples > 2] = 2.0 * (np.log(n - 1.0) + np.euler_gamma) - 2.0 * (n - 1.0) / n
    return length


def _tree(fitted: Any) -> dict[str, np.ndarray]:
    """Paths count nodes, so they are longer by 1 than their splits; what a leaf holds adds what would split it."""
    is_leaf = fitted.children_left < 0
    lengths = fitted.compute_node_depths() + mean_path_length(fitted.n_node_samples) - 1.0
    return {
        "channel": np.where(is_leaf, 0, fitted.feature + 1),
        "threshold": np.where(is_leaf, 0.0, fitted.threshold),
        "left": np.where(is_leaf, 0, fitted.children_left),
        "right": np.where(is_leaf, 0, fitted.children_right),
        "length": np.where(is_leaf, lengths, 0.0),
    }


def _check_tree(tree: dict[str, np.ndarray], channels: int, where: str) -> None:
    """Every child comes after its parent, so there is an end to every path."""
    count = len(tree["channel"])
    if not count or any(tree[name].shape != (count,) for name in PARTS):
        raise LearntDataError(f"{where}: its lists differ in length or are empty")
    inner = np.flatnonzero(tree["channel"] != 0)
    if (tree["channel"] < 0).any() or (tree["channel"] > channels).any():
        raise LearntDataError(f"{where}: a channel is outside 1..{channels}")
    for side in ("left", "right"):
        if (tree[side][inner] <= inner).any() or (tree[side][inner] >= count).any():
            raise LearntDataError(f"{where}: '{side}' has to name a later node")
    if not np.isfinite(tree["threshold"]).all() or not np.isfinite(tree["length"]).all():
        raise LearntDataError(f"{where}: a threshold or length is not finite")
    if _depth(tree) > DEEPEST:
        raise LearntDataError(f"{where}: more than {DEEPEST} splits on a path")


def _depth(tree: dict[str, np.ndarray]) -> int:
    depth, level = 0, np.zeros(1, np.int64)
    while depth <= DEEPEST:
        level = level[tree["channel"][level] != 0]
        if not len(level):
            return depth
        level, depth = np.unique(np.concatenate([tree["left"][level], tree["right"][level]])), depth + 1
    return depth


def _complete(tree: dict[str, np.ndarray], depth: int) -> tuple[np.ndarray, np.ndarray]:
    splits = np.empty((2**depth - 1, 2))
    level = np.zeros(1, np.int64)
    for d in range(depth):
        part = slice(2**d - 1, 2 ** (d + 1) - 1)
        is_leaf = tree["channel"][level] == 0
        splits[part, 0] = np.where(is_leaf, np.inf, tree["threshold"][level])
        splits.view(np.int64)[part, 1] = np.where(is_leaf, 0, tree["channel"][level] - 1)
        sides = [np.where(is_leaf, level, tree[side][level]) for side in ("left", "right")]
        level = np.stack(sides, axis=1).reshape(-1)
    return splits.reshape(-1), tree["length"][level]
