"""The trees of FB_ALY_RandomCutForest: what they look like in memory, insertion and deletion of a point.

A tree over at most `capacity` points is a binary tree: an inner node holds a cut (dimension, value: left if not
greater), the box around all points below it and the sum of its sides; a leaf holds one distinct point and how often it
is in the sample (its mass). A code names either: 0, 1, ... an inner node, -1, -2, ... leaf 0, 1, ...

Trees lie one after the other in each buffer. `nodes` has 16 bytes per inner node, the cut and four 16-bit numbers
(left, right, dimension, parent), so that a whole forest is walked down within the second-level cache; boxes are looked
at from the leaf upwards and only until the first that holds the point, as all boxes above it do.
"""

from typing import Any

from alycat.runtime.kernel import int64, kernel
from alycat.runtime.memory import f64, i16, i64
from alycat.runtime.vector_boxes import fetch, gap, outside, sides

from ..random import next_share

LARGEST_SAMPLE, LARGEST_DIMENSION = 16_384, 32_767  # what the 16-bit numbers can name
NOWHERE = -1  # the parent of the root
FETCHED = 4  # boxes brought from memory before they are needed

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
def step_down(links: Any, cuts: Any, first: int, code: int, x: Any) -> int:
    """The code one level below, or the same for a leaf; without a branch, so that several trees go down together."""
    is_leaf = code >> 63  # all bits or none
    node = first + (code & ~is_leaf)
    goes_right = int64(x[int64(links[NODE * node + DIMENSION])] > cuts[2 * node])
    return (int64(links[NODE * node + LEFT + goes_right]) & ~is_leaf) | (code & is_leaf)


@kernel
def reach_all(m: Any, x: Any) -> None:
    """The leaf to which the cuts lead x, and its depth, in every tree: m.found and m.depths."""
    trees, size = m.trees, m.capacity
    found, depths = i64(m, m.found, trees), i64(m, m.depths, trees)
    cuts, links = f64(m, m.nodes, 2 * size * trees), i16(m, m.nodes, NODE * size * trees)
    heads = i16(m, m.heads, HEAD * trees)
    for tree in range(0, trees & ~3, 4):
        first = tree * size
        a, b = int64(heads[HEAD * tree + ROOT]), int64(heads[HEAD * (tree + 1) + ROOT])
        c, d = int64(heads[HEAD * (tree + 2) + ROOT]), int64(heads[HEAD * (tree + 3) + ROOT])
        depth_a, depth_b, depth_c, depth_d = 0, 0, 0, 0
        while (a & b & c & d) >= 0:
            depth_a, depth_b = depth_a + 1 + (a >> 63), depth_b + 1 + (b >> 63)
            depth_c, depth_d = depth_c + 1 + (c >> 63), depth_d + 1 + (d >> 63)
            a, b = step_down(links, cuts, first, a, x), step_down(links, cuts, first + size, b, x)
            c, d = step_down(links, cuts, first + 2 * size, c, x), step_down(links, cuts, first + 3 * size, d, x)
        found[tree], found[tree + 1], found[tree + 2], found[tree + 3] = ~a, ~b, ~c, ~d
        depths[tree], depths[tree + 1], depths[tree + 2], depths[tree + 3] = depth_a, depth_b, depth_c, depth_d
    for tree in range(trees & ~3, trees):
        found[tree], depths[tree] = reach(m, tree, x)


@kernel
def fetch_above(m: Any, tree: int, leaf: int) -> None:
    """Has the memory bring what the way up from a leaf will look at first."""
    dims = m.dims
    links, boxes = links_of(m, tree), boxes_of(m, tree)
    fetch(points_of(m, tree), dims * leaf, dims)
    node = int64(leaves_of(m, tree)[2 * leaf])
    for _ in range(FETCHED):
        if node == NOWHERE:
            break
        fetch(boxes, 2 * dims * node, 2 * dims)
        node = int64(links[NODE * node + PARENT])


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
    spans_of(m, tree)[node] = sides(boxes, low, low + dims, dims)


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
        spans[node] = sides(boxes, low, low + dims, dims)
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
