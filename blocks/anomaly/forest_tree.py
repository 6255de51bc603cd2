"""The trees of FB_ALY_RandomCutForest: what they look like in memory, insertion and deletion of a point.

A tree over at most `capacity` points is a binary tree: an inner node holds a cut (dimension, value: left if not
greater), the box around all points below it and the sum of its sides; a leaf holds one distinct point and how often it
is in the sample (its mass). A code names either: 0, 1, ... an inner node, -1, -2, ... leaf 0, 1, ...

Trees lie one after the other in each buffer. `nodes` has 16 bytes per inner node, the cut and four 16-bit numbers (left,
right, dimension, parent), so that a whole forest is walked down within the second-level cache; boxes are looked at from
the leaf upwards and only until the first that holds the point, as all boxes above it do.
"""

from typing import Any

from alycat.runtime.kernel import int64, kernel
from alycat.runtime.memory import f64, i16

from ..random import next_share

LARGEST_SAMPLE, LARGEST_DIMENSION = 16_384, 32_767  # what the 16-bit numbers can name
NOWHERE = -1  # the parent of the root

LEFT, RIGHT, DIMENSION, PARENT = 4, 5, 6, 7  # places in a node, in 16-bit numbers
NODE = 8  # 16-bit numbers of a node
ROOT, FREE_NODE, USED_NODES, FREE_LEAF, USED_LEAVES, SIZE = 0, 1, 2, 3, 4, 5  # places in the head of a tree
HEAD = 8  # 16-bit numbers of a head; free places are chained, 0 ends the chain and 1 names place 0


@kernel
def cuts_of(m: Any, tree: int) -> Any:
    """The cut of node i stands at 2 * i."""
    return f64(m, m.nodes + 16 * m.capacity * tree, 2 * m.capacity)


@kernel
def links_of(m: Any, tree: int) -> Any:
    """The link of node i stands at NODE * i + LEFT and so on."""
    return i16(m, m.nodes + 16 * m.capacity * tree, NODE * m.capacity)


@kernel
def boxes_of(m: Any, tree: int) -> Any:
    """The lower corner of the box of node i begins at 2 * dims * i, the upper one `dims` further on."""
    return f64(m, m.boxes + 16 * m.dims * m.capacity * tree, 2 * m.dims * m.capacity)


@kernel
def spans_of(m: Any, tree: int) -> Any:
    """The sum of the sides of each box."""
    return f64(m, m.spans + 8 * m.capacity * tree, m.capacity)


@kernel
def points_of(m: Any, tree: int) -> Any:
    """The point of leaf i begins at dims * i."""
    return f64(m, m.points + 8 * m.dims * m.capacity * tree, m.dims * m.capacity)


@kernel
def leaves_of(m: Any, tree: int) -> Any:
    """The parent of leaf i stands at 2 * i, its mass behind it."""
    return i16(m, m.leaves + 4 * m.capacity * tree, 2 * m.capacity)


@kernel
def head_of(m: Any, tree: int) -> Any:
    return i16(m, m.heads + 2 * HEAD * tree, HEAD)


@kernel
def gap(low: float, high: float, x: float) -> float:
    """How far x lies outside the side low..high."""
    return max(low - x, 0.0) + max(x - high, 0.0)


@kernel
def outside(corners: Any, low: int, high: int, x: Any, dims: int) -> float:
    """How much the sides of a box grow when it takes in x; corners at `low` and `high`. Four sums, then the rest."""
    a, b, c, d = 0.0, 0.0, 0.0, 0.0
    whole = dims & ~3
    for k in range(0, whole, 4):
        a += gap(corners[low + k], corners[high + k], x[k])
        b += gap(corners[low + k + 1], corners[high + k + 1], x[k + 1])
        c += gap(corners[low + k + 2], corners[high + k + 2], x[k + 2])
        d += gap(corners[low + k + 3], corners[high + k + 3], x[k + 3])
    total = (a + b) + (c + d)
    for k in range(whole, dims):
        total += gap(corners[low + k], corners[high + k], x[k])
    return total


@kernel
def sides(corners: Any, low: int, dims: int) -> float:
    """The sum of the sides of a box."""
    total = 0.0
    for k in range(dims):
        total += corners[low + dims + k] - corners[low + k]
    return total


@kernel
def reach(m: Any, tree: int, x: Any) -> tuple[int, int]:
    """The leaf to which the cuts lead x, and its depth; the tree is not empty."""
    cuts, links = cuts_of(m, tree), links_of(m, tree)
    code, depth = int64(head_of(m, tree)[ROOT]), 0
    while code >= 0:
        at = NODE * code
        goes_right = int64(x[int64(links[at + DIMENSION])] > cuts[2 * code])
        code = int64(links[at + LEFT + goes_right])
        depth += 1
    return ~code, depth


@kernel
def pick_cut(corners: Any, low: int, high: int, x: Any, dims: int, place: float) -> tuple[int, float, bool]:
    """The cut at `place`, counted along the gaps between the box and x: dimension, value, whether x goes left."""
    last = -1
    for k in range(dims):
        side = gap(corners[low + k], corners[high + k], x[k])
        if side > 0.0:
            last = k
            if place < side:
                break
            place -= side
    is_left = x[last] < corners[low + last]
    start = x[last] if is_left else corners[high + last]
    end = corners[low + last] if is_left else x[last]
    cut = start + place
    if not cut < end:  # rounding
        cut = start
    return last, cut, is_left


@kernel
def take_place(head: Any, free: int, used: int, chain: Any, stride: int, offset: int) -> int:
    """A free place of a node or leaf: the latest one given back, else one never used."""
    place = int64(head[free]) - 1
    if place >= 0:
        head[free] = chain[stride * place + offset]
    else:
        place = int64(head[used])
        head[used] = place + 1
    return place


@kernel
def give_back(head: Any, free: int, chain: Any, stride: int, offset: int, place: int) -> None:
    chain[stride * place + offset] = head[free]
    head[free] = place + 1


@kernel
def relink(m: Any, tree: int, parent: int, old: int, new: int) -> None:
    """Below `parent`, `new` stands where `old` was; the new one knows its parent."""
    head, links, leaves = head_of(m, tree), links_of(m, tree), leaves_of(m, tree)
    if parent == NOWHERE:
        head[ROOT] = new
    elif int64(links[NODE * parent + LEFT]) == old:
        links[NODE * parent + LEFT] = new
    else:
        links[NODE * parent + RIGHT] = new
    if new >= 0:
        links[NODE * new + PARENT] = parent
    else:
        leaves[2 * ~new] = parent


@kernel
def parent_of(m: Any, tree: int, code: int) -> int:
    if code >= 0:
        return int64(links_of(m, tree)[NODE * code + PARENT])
    return int64(leaves_of(m, tree)[2 * ~code])


@kernel
def unite(m: Any, tree: int, node: int) -> None:
    """The box of a node becomes the smallest around those of its two children."""
    dims = m.dims
    links, boxes, points = links_of(m, tree), boxes_of(m, tree), points_of(m, tree)
    left, right = int64(links[NODE * node + LEFT]), int64(links[NODE * node + RIGHT])
    one, other = (boxes if left >= 0 else points), (boxes if right >= 0 else points)
    one_low, one_high = 2 * dims * left, 2 * dims * left + dims
    if left < 0:
        one_low, one_high = dims * ~left, dims * ~left
    other_low, other_high = 2 * dims * right, 2 * dims * right + dims
    if right < 0:
        other_low, other_high = dims * ~right, dims * ~right
    low = 2 * dims * node
    for k in range(dims):
        boxes[low + k] = min(one[one_low + k], other[other_low + k])
        boxes[low + dims + k] = max(one[one_high + k], other[other_high + k])
    spans_of(m, tree)[node] = sides(boxes, low, dims)


@kernel
def insert(m: Any, tree: int, x: Any, words: Any) -> int:
    """Puts x into the tree and returns its leaf.

    The paper draws a cut of the box extended by x at each node from the root down and stops at the first that
    separates x from the box. Nodes whose box holds x cannot; so the way down follows the present cuts, and draws are
    made from the leaf upwards to the first box that holds x. The uppermost cut that separates counts.
    """
    dims = m.dims
    head, leaves, points = head_of(m, tree), leaves_of(m, tree), points_of(m, tree)
    links, boxes, spans = links_of(m, tree), boxes_of(m, tree), spans_of(m, tree)
    head[SIZE] += 1
    found = -1
    if head[SIZE] > 1:
        found, _ = reach(m, tree, x)
        if outside(points, dims * found, dims * found, x, dims) == 0.0:
            leaves[2 * found + 1] += 1
            return found
    leaf = take_place(head, FREE_LEAF, USED_LEAVES, leaves, 2, 0)
    for k in range(dims):
        points[dims * leaf + k] = x[k]
    leaves[2 * leaf] = NOWHERE
    leaves[2 * leaf + 1] = 1
    if found < 0:
        head[ROOT] = ~leaf
        return leaf
    extent = outside(points, dims * found, dims * found, x, dims)
    place = next_share(words, tree) * extent
    dimension, cut, is_left = pick_cut(points, dims * found, dims * found, x, dims, place)
    below = ~found
    node = int64(leaves[2 * found])
    while node != NOWHERE:
        low = 2 * dims * node
        extent = outside(boxes, low, low + dims, x, dims)
        if extent == 0.0:
            break
        place = next_share(words, tree) * (spans[node] + extent)
        if place < extent:
            dimension, cut, is_left = pick_cut(boxes, low, low + dims, x, dims, place)
            below = node
        node = int64(links[NODE * node + PARENT])
    above = parent_of(m, tree, below)
    new = take_place(head, FREE_NODE, USED_NODES, links, NODE, LEFT)
    cuts_of(m, tree)[2 * new] = cut
    links[NODE * new + DIMENSION] = dimension
    relink(m, tree, above, below, new)
    links[NODE * new + LEFT] = ~leaf if is_left else below
    links[NODE * new + RIGHT] = below if is_left else ~leaf
    leaves[2 * leaf] = new
    if below >= 0:
        links[NODE * below + PARENT] = new
    else:
        leaves[2 * ~below] = new
    unite(m, tree, new)
    extend(m, tree, above, node, x)
    return leaf


@kernel
def extend(m: Any, tree: int, node: int, last: int, x: Any) -> None:
    """The boxes from `node` up to, but not with, `last` take in x."""
    dims = m.dims
    links, boxes, spans = links_of(m, tree), boxes_of(m, tree), spans_of(m, tree)
    while node != last:
        low = 2 * dims * node
        for k in range(dims):
            boxes[low + k] = min(boxes[low + k], x[k])
            boxes[low + dims + k] = max(boxes[low + dims + k], x[k])
        spans[node] = sides(boxes, low, dims)
        node = int64(links[NODE * node + PARENT])


@kernel
def touches(corners: Any, low: int, dims: int, points: Any, at: int) -> bool:
    """Whether a point in the box lies on one of its faces."""
    for k in range(dims):
        if points[at + k] == corners[low + k] or points[at + k] == corners[low + dims + k]:
            return True
    return False


@kernel
def delete(m: Any, tree: int, leaf: int) -> None:
    """Takes one point of a leaf out of the tree; the last one takes the leaf and its parent with it."""
    dims = m.dims
    head, leaves, points = head_of(m, tree), leaves_of(m, tree), points_of(m, tree)
    links, boxes = links_of(m, tree), boxes_of(m, tree)
    head[SIZE] -= 1
    leaves[2 * leaf + 1] -= 1
    if leaves[2 * leaf + 1] > 0:
        return
    parent = int64(leaves[2 * leaf])
    give_back(head, FREE_LEAF, leaves, 2, 0, leaf)
    if parent == NOWHERE:
        return
    left = int64(links[NODE * parent + LEFT])
    sibling = int64(links[NODE * parent + RIGHT]) if left == ~leaf else left
    node = int64(links[NODE * parent + PARENT])
    relink(m, tree, node, parent, sibling)
    give_back(head, FREE_NODE, links, NODE, LEFT, parent)
    while node != NOWHERE and touches(boxes, 2 * dims * node, dims, points, dims * leaf):
        unite(m, tree, node)
        node = int64(links[NODE * node + PARENT])
