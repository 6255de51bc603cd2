"""The score of FB_ALY_RandomCutForest: what the depth of a point would be if it were in the trees.

In one tree: d is the depth (0 at the root), m the mass of a leaf, M that of the tree. A leaf with another point gives
1 / (d + 1), one with the same point (1 - m / 2M) / (d + log2(m + 1)). Upwards, with q the probability that a cut of the
box extended by the point separates it: s = q / (d + 1) + (1 - q) * s, up to the first box that holds the point. The
score is the mean over all trees, times log2(M + 1).
"""

from typing import Any

from alycat.runtime.kernel import int64, kernel
from alycat.runtime.memory import f64, i64
from alycat.runtime.vector_boxes import outside

from .forest_tree import (
    NODE,
    NOWHERE,
    PARENT,
    SIZE,
    boxes_of,
    fetch_above,
    head_of,
    leaves_of,
    links_of,
    points_of,
    reach_all,
    spans_of,
)


@kernel
def is_leaf_point(points: Any, at: int, x: Any, dims: int) -> bool:
    for k in range(dims):
        if points[at + k] != x[k]:
            return False
    return True


@kernel
def score_seen(m: Any, tree: int, leaf: int, depth: int) -> float:
    """What a leaf gives that holds the very point."""
    mass = int64(leaves_of(m, tree)[2 * leaf + 1])
    damp = 1.0 - mass / (2.0 * int64(head_of(m, tree)[SIZE]))
    return damp / (depth + f64(m, m.log2_of, m.capacity + 2)[mass + 1])


@kernel
def score_in_tree(m: Any, tree: int, x: Any, leaf: int, depth: int) -> float:
    """The score of x, which the cuts lead to the leaf, in one tree, without the factor of its mass."""
    dims = m.dims
    if is_leaf_point(points_of(m, tree), dims * leaf, x, dims):
        return score_seen(m, tree, leaf, depth)
    links, boxes, spans = links_of(m, tree), boxes_of(m, tree), spans_of(m, tree)
    score = 1.0 / (depth + 1)
    node = int64(leaves_of(m, tree)[2 * leaf])
    while node != NOWHERE:
        depth -= 1
        low = 2 * dims * node
        extent = outside(boxes, low, low + dims, x, dims)
        if extent == 0.0:
            break
        q = extent / (spans[node] + extent)
        score = q / (depth + 1) + (1.0 - q) * score
        node = int64(links[NODE * node + PARENT])
    return score


@kernel
def score(m: Any, x: Any) -> float:
    """The score of x in the forest."""
    reach_all(m, x)
    found, depths = i64(m, m.found, m.trees), i64(m, m.depths, m.trees)
    total = 0.0
    for tree in range(m.trees):
        if tree + 1 < m.trees:
            fetch_above(m, tree + 1, found[tree + 1])
        total += score_in_tree(m, tree, x, found[tree], depths[tree])
    return total * mass_factor(m)


@kernel
def mass_factor(m: Any) -> float:
    """Trees fill together, so that one factor serves all; it also makes the mean."""
    return f64(m, m.log2_of, m.capacity + 2)[int64(head_of(m, 0)[SIZE]) + 1] / m.trees
