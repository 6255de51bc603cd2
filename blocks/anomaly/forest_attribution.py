"""The attribution of FB_ALY_RandomCutForest: the same score, divided among dimensions, each into high and low.

A cut that separates the point from a box lies in one dimension, above the box or below it; so the score's q is a sum
over dimensions and directions, and each addend carries its part of the score. All parts together are the score.

The recursion s = q / (d + 1) + (1 - q) * s is unrolled from above: the part of a node counts with the product of the
(1 - q) of all nodes over it. So each box is added once to the sums of the forest, and nothing is rescaled on the way.

A point that equals a leaf has q = 0 everywhere. Then the boxes of the siblings are used, joined on the way up: those of
the tree without the leaf. The leaf's own score is spread evenly at first, and the outcome is scaled to it.
"""

from typing import Any

from alycat.runtime.kernel import int64, kernel
from alycat.runtime.memory import f64, i64
from alycat.runtime.vector_boxes import outside

from .forest_score import is_leaf_point, mass_factor, score_seen
from .forest_tree import (
    LEFT,
    NODE,
    NOWHERE,
    PARENT,
    RIGHT,
    boxes_of,
    fetch_above,
    leaves_of,
    links_of,
    points_of,
    reach_all,
    spans_of,
)

SMALLEST = 1e-290  # sums of gaps below it leave parts of the score out, so that no quotient overflows


@kernel
def credit(corners: Any, low: int, high: int, x: Any, dims: int, part: float, sums: Any) -> None:
    """Adds the gaps above a box, times `part`, to sums[0..dims), and those below it to sums[dims..2 * dims)."""
    for k in range(dims):
        sums[k] += part * max(x[k] - corners[high + k], 0.0)
        sums[dims + k] += part * max(corners[low + k] - x[k], 0.0)


@kernel
def attribute_in_tree(m: Any, tree: int, x: Any, leaf: int, depth: int, sums: Any) -> float:
    """Adds the parts of x in one tree to `sums` and returns the tree's score."""
    dims = m.dims
    points = points_of(m, tree)
    if is_leaf_point(points, dims * leaf, x, dims):
        return attribute_seen(m, tree, x, leaf, depth, sums)
    links, boxes, spans = links_of(m, tree), boxes_of(m, tree), spans_of(m, tree)
    path, extents = i64(m, m.path, m.capacity), f64(m, m.extents, m.capacity)
    steps = 0
    node = int64(leaves_of(m, tree)[2 * leaf])
    while node != NOWHERE:
        low = 2 * dims * node
        extent = outside(boxes, low, low + dims, x, dims)
        if extent == 0.0:
            break
        path[steps], extents[steps] = node, extent
        steps += 1
        node = int64(links[NODE * node + PARENT])
    score, weight = 0.0, 1.0
    for step in range(steps - 1, -1, -1):
        node, extent = path[step], extents[step]
        low = 2 * dims * node
        whole = spans[node] + extent
        share = weight / (depth - step)  # the node of step 0 has depth - 1
        credit(boxes, low, low + dims, x, dims, share / max(whole, SMALLEST), sums)
        score += share * (extent / whole)
        weight *= 1.0 - extent / whole
    at = dims * leaf
    share = weight / (depth + 1)
    credit(points, at, at, x, dims, share / max(outside(points, at, at, x, dims), SMALLEST), sums)
    return score + share


@kernel
def attribute_seen(m: Any, tree: int, x: Any, leaf: int, depth: int, sums: Any) -> float:
    """The same for a point that equals a leaf."""
    dims = m.dims
    links, boxes, points = links_of(m, tree), boxes_of(m, tree), points_of(m, tree)
    shadow, parts = f64(m, m.shadow, 2 * dims), f64(m, m.parts, 2 * dims)
    score = score_seen(m, tree, leaf, depth)
    for k in range(2 * dims):
        parts[k] = score / (2 * dims)
    below, node = ~leaf, int64(leaves_of(m, tree)[2 * leaf])
    is_first = True
    while node != NOWHERE:
        depth -= 1
        sibling = int64(links[NODE * node + LEFT])
        if sibling == below:
            sibling = int64(links[NODE * node + RIGHT])
        corners = boxes if sibling >= 0 else points
        low, high = 2 * dims * sibling, 2 * dims * sibling + dims
        if sibling < 0:
            low, high = dims * ~sibling, dims * ~sibling
        whole = 0.0
        for k in range(dims):
            if is_first:
                shadow[k], shadow[dims + k] = corners[low + k], corners[high + k]
            else:
                shadow[k] = min(shadow[k], corners[low + k])
                shadow[dims + k] = max(shadow[dims + k], corners[high + k])
            whole += shadow[dims + k] - shadow[k]
        is_first = False
        extent = outside(shadow, 0, dims, x, dims)
        if extent == 0.0:
            break
        whole += extent
        rest = 1.0 - extent / whole
        for k in range(2 * dims):
            parts[k] *= rest
        credit(shadow, 0, dims, x, dims, 1.0 / (max(whole, SMALLEST) * (depth + 1)), parts)
        below, node = node, int64(links[NODE * node + PARENT])
    total = 0.0
    for k in range(2 * dims):
        total += parts[k]
    for k in range(2 * dims):
        sums[k] += parts[k] * (score / total)
    return score


@kernel
def score_and_attribute(m: Any, x: Any) -> float:
    """The score of x, and in m.high and m.low what each channel adds to it, over all places of the shingle."""
    dims, channels = m.dims, int64(m.nNumChannels)
    sums = f64(m, m.sums, 2 * dims)
    high, low = f64(m, m.high, channels), f64(m, m.low, channels)
    for k in range(2 * dims):
        sums[k] = 0.0
    reach_all(m, x)
    found, depths = i64(m, m.found, m.trees), i64(m, m.depths, m.trees)
    total = 0.0
    for tree in range(m.trees):
        if tree + 1 < m.trees:
            fetch_above(m, tree + 1, found[tree + 1])
        total += attribute_in_tree(m, tree, x, found[tree], depths[tree], sums)
    factor = mass_factor(m)
    for c in range(channels):
        above, below = 0.0, 0.0
        for k in range(c, dims, channels):
            above += sums[k]
            below += sums[dims + k]
        high[c], low[c] = above * factor, below * factor
    return total * factor
