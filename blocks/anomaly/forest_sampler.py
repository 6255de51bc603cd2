"""The samples of FB_ALY_RandomCutForest: which points each tree holds, weighted by their age.

Point number j (counted from 1) has the weight log(e) - j / decay time with e exponentially distributed, and a tree
holds the points with the smallest weights: the older a point, the less likely it is still there. Nearly all new points
are not taken, so a tree does not draw for each of them: when it has changed, it draws in which call it will take one
again (the exponential jumps of Efraimidis and Spirakis 2006), and then the weight of that point under the condition
that it is taken. The distribution is the same, and the work is in the calls that change the tree.

The largest weight is the root of a heap; each entry knows the leaf of its point.
"""

import math
from typing import Any

from alycat.runtime.kernel import int64, kernel, uint64
from alycat.runtime.memory import f64, i16, u64

from ..random import next_share
from .forest_tree import SIZE, delete, head_of, insert

NEVER = 2.0**62


@kernel
def weights_of(m: Any, tree: int) -> Any:
    return f64(m, m.weights + 8 * m.capacity * tree, m.capacity)


@kernel
def sampled_of(m: Any, tree: int) -> Any:
    """The leaf of each entry of the heap."""
    return i16(m, m.sampled + 2 * m.capacity * tree, m.capacity)


@kernel
def sink(weights: Any, leaves: Any, size: int, weight: float, leaf: int) -> None:
    """The root of the heap is replaced."""
    place = 0
    while 2 * place + 1 < size:
        child = 2 * place + 1
        if child + 1 < size and weights[child + 1] > weights[child]:
            child += 1
        if not weights[child] > weight:
            break
        weights[place], leaves[place] = weights[child], leaves[child]
        place = child
    weights[place], leaves[place] = weight, leaf


@kernel
def rise(weights: Any, leaves: Any, place: int, weight: float, leaf: int) -> None:
    """The heap has one more entry, at its end."""
    while place > 0:
        above = (place - 1) >> 1
        if not weights[above] < weight:
            break
        weights[place], leaves[place] = weights[above], leaves[above]
        place = above
    weights[place], leaves[place] = weight, leaf


@kernel
def calls_until_taken(largest: float, decay: float, number: float, hazard: float) -> float:
    """How many points after point `number` the next one is taken, at least 1.

    Point `number` + j is taken with probability 1 - exp(-h), h = exp(largest + decay * (number + j)); it is the first
    j at which the sum of the h reaches `hazard`, drawn from the exponential distribution.
    """
    first = math.exp(min(largest + decay * (number + 1.0), 700.0))
    if decay > 0.0:
        jump = math.log1p(hazard * math.expm1(decay) / first) / decay
    else:
        jump = hazard / first
    return max(math.ceil(min(jump, NEVER)), 1.0)


@kernel
def learn(m: Any, x: Any) -> None:
    """Every tree that takes point number m.nNumPoints gives its oldest (by weight) for it."""
    trees, size = m.trees, m.capacity
    words, due = u64(m, m.words, trees), u64(m, m.due, trees)
    number = float(m.nNumPoints)
    for tree in range(trees):
        filled = int64(head_of(m, tree)[SIZE])
        if filled == size and due[tree] != m.nNumPoints:
            continue
        weights, leaves = weights_of(m, tree), sampled_of(m, tree)
        if filled < size:
            weight = math.log(-math.log(next_share(words, tree))) - m.decay * number
            leaf = insert(m, tree, x, words)
            rise(weights, leaves, filled, weight, leaf)
        else:
            limit = math.exp(min(weights[0] + m.decay * number, 700.0))
            drawn = -math.log1p(next_share(words, tree) * math.expm1(-limit))
            weight = math.log(drawn) - m.decay * number
            delete(m, tree, int64(leaves[0]))
            leaf = insert(m, tree, x, words)
            sink(weights, leaves, size, weight, leaf)
        if filled >= size - 1:
            hazard = -math.log(next_share(words, tree))
            jump = calls_until_taken(weights[0], m.decay, number, hazard)
            due[tree] = m.nNumPoints + uint64(jump)
