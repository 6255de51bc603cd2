"""Isolation forests: fitted by scikit-learn as learnt data, and laid out for the block."""

from collections.abc import Sequence
from typing import Any

import numpy as np

from alycat.runtime.block import MEMORY_LIMIT
from alycat.runtime.errors import ExtraMissing, RangeError
from alycat.runtime.learnt import Learnt

from ..learnt_kinds import ISOLATION_FOREST, TREE_PARTS, depth_of


def learn_forest(
    values: Any,
    trees: int = 100,
    max_samples: int | None = None,
    contamination: float | None = None,
    seed: int = 0,
    names: Sequence[str] = (),
) -> Learnt:
    """Fits scikit-learn's IsolationForest to a table (rows, channels) of finite values; needs ``alycat[learn]``.

    Gives learnt data of the kind `isolation forest`, for `take`, or for `alycat.runtime.learnt.write`.

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
    given: dict[str, Any] = {"n_estimators": trees, "max_samples": "auto" if max_samples is None else max_samples}
    given |= {"contamination": "auto" if contamination is None else contamination, "random_state": seed}
    try:
        fitted = IsolationForest(**given).fit(table)
    except ValueError as error:  # scikit-learn's own check of the parameters
        raise RangeError(str(error)) from None
    found = [_tree(estimator.tree_) for estimator in fitted.estimators_]
    asked = ", ".join(f"{name}={value!r}" for name, value in given.items())
    return ISOLATION_FOREST.of(
        made_by=f"scikit-learn {sklearn.__version__}, IsolationForest({asked})",
        channels=table.shape[1],
        scale=len(found) * float(mean_path_length(np.array([fitted.max_samples_]))[0]),
        offset=float(fitted.offset_),
        names=list(names),
        nodes=[len(tree["channel"]) for tree in found],
        **{part: np.concatenate([tree[part] for tree in found]) for part in TREE_PARTS},
    )


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


def complete(forest: Learnt) -> tuple[int, np.ndarray, np.ndarray]:
    """All trees filled up to the depth of the deepest one, in the order of a heap.

    Gives that depth, the pairs (threshold, channel from 0 as an integer's bits) of the inner nodes, and the lengths of
    the leaves, tree by tree. A leaf that lies higher up stands in all places below it. MemoryError when that is more
    than a block may have.
    """
    depth, trees = depth_of(forest), len(forest["nodes"])
    if 24 * trees * 2**depth > MEMORY_LIMIT:
        raise MemoryError(f"{trees} trees with {depth} splits on a path do not fit into {MEMORY_LIMIT} bytes")
    begin = (np.cumsum(forest["nodes"]) - forest["nodes"])[:, None]
    splits = np.empty((trees, 2**depth - 1, 2))
    level = np.zeros((trees, 1), np.int64)
    for d in range(depth):
        part = slice(2**d - 1, 2 ** (d + 1) - 1)
        at = begin + level
        is_leaf = forest["channel"][at] == 0
        splits[:, part, 0] = np.where(is_leaf, np.inf, forest["threshold"][at])
        splits.view(np.int64)[:, part, 1] = np.where(is_leaf, 0, forest["channel"][at] - 1)
        sides = [np.where(is_leaf, level, forest[side][at]) for side in ("left", "right")]
        level = np.stack(sides, axis=2).reshape(trees, -1)
    return depth, splits.reshape(-1), forest["length"][begin + level].reshape(-1)
