"""DBSCAN over the potential micro-clusters of FB_ALY_DenStream, kept up to date instead of being computed anew.

Slots 0..P-1 of the block's table are its points. The result equals a weighted DBSCAN from scratch after every call:

- `edges`: a row of bits per slot, its neighbours within fEpsDBSCAN, itself included;
- `mass`: the summed weight of that neighbourhood, which decides `core`, in its own units (`fade_masses`); one next
  to the threshold is summed afresh before it is judged, so that rounding never decides;
- `anchors`, `moved`, `budget`: an edge is tested again only when a centre has moved farther from where it was last
  tested than half its smallest distance to the threshold. Two centres together then cannot have crossed it;
- `order`: slots by age; `label`: cluster of each core slot, rebuilt only when an edge or a core flag has changed.

What the block calls: `admit`, `dismiss`, `gain_weight`, `shift`, `fade_masses`, then `settle` and `cluster_of`.
"""

import math
from typing import Any

import numpy as np

from alycat.runtime.kernel import int64, kernel
from alycat.runtime.memory import f64, i64, u8, u64
from alycat.runtime.vector import lowest_bit, place, scale, sweep

NOISE = -1
ONE = np.uint64(1)
ROUNDING = 1e-12  # bound on the relative rounding error of a distance, for up to about 10,000 channels
LARGEST_UNIT = 1e100
NEAR = 1e-9  # a mass this close to the threshold (relative) is summed afresh before it is judged


@kernel
def admit(m: Any, slot: int) -> None:
    """A new potential MC in the last potential slot."""
    top = slot + 1
    i64(m, m.label, top)[slot] = NOISE
    u8(m, m.core, top)[slot] = 0
    f64(m, m.mass, top)[slot] = f64(m, m.weight, top)[slot] * m.unit
    f64(m, m.budget, top)[slot] = math.inf
    f64(m, m.moved, top)[slot] = 0.0
    set_bit(u64(m, m.edges + 8 * m.row_words * slot, m.row_words), slot)
    insert_by_age(m, slot)
    m.stale = True
    test_edges(m, slot)


@kernel
def dismiss(m: Any, i: int) -> None:
    """A slot stops being potential; what is known of the last potential slot moves to it."""
    last = int64(m.nNumPotMCs) - 1
    words = m.row_words
    row = u64(m, m.edges + 8 * words * i, words)
    for w in range(words):
        bits = row[w]
        while bits:
            j = 64 * w + lowest_bit(bits)
            bits &= bits - ONE
            if j != i:
                cut_edge(m, i, j)
                judge(m, j)
    clear_bit(row, i)
    remove_from_order(m, i)
    if i != last:
        move_potential(m, last, i)
    blank_potential(m, last)
    m.stale = True


@kernel
def remove_from_order(m: Any, slot: int) -> None:
    last = int64(m.nNumPotMCs) - 1
    order = i64(m, m.order, last + 1)
    at = 0
    while order[at] != slot:
        at += 1
    for j in range(at, last):
        order[j] = order[j + 1]
    order[last] = 0


@kernel
def insert_by_age(m: Any, slot: int) -> None:
    """Puts a new potential slot into `order`, which holds the slots from old to young."""
    pot = int64(m.nNumPotMCs)
    order = i64(m, m.order, pot)
    created = i64(m, m.created, pot)
    at = pot - 1
    while at > 0 and created[order[at - 1]] > created[slot]:
        order[at] = order[at - 1]
        at -= 1
    order[at] = slot


@kernel
def move_potential(m: Any, source: int, target: int) -> None:
    """What DBSCAN knows of one slot moves to another, whose own is given up."""
    pot = int64(m.nNumPotMCs)
    channels = int64(m.nNumChannels)
    words = m.row_words
    old = u64(m, m.edges + 8 * words * source, words)
    new = u64(m, m.edges + 8 * words * target, words)
    for w in range(words):
        bits = old[w]
        while bits:
            j = 64 * w + lowest_bit(bits)
            bits &= bits - ONE
            if j != source:
                other = u64(m, m.edges + 8 * words * j, words)
                clear_bit(other, source)
                set_bit(other, target)
    for w in range(words):
        new[w] = old[w]
    clear_bit(new, source)
    set_bit(new, target)
    anchors = f64(m, m.anchors, m.pot_lanes * channels)
    p, q = place(channels, target), place(channels, source)
    for k in range(channels):
        anchors[p + 32 * k] = anchors[q + 32 * k]
    mass, moved, budget = f64(m, m.mass, pot), f64(m, m.moved, pot), f64(m, m.budget, pot)
    core, label = u8(m, m.core, pot), i64(m, m.label, pot)
    mass[target], moved[target], budget[target] = mass[source], moved[source], budget[source]
    core[target], label[target] = core[source], label[source]
    order = i64(m, m.order, pot)
    for j in range(pot - 1):
        if order[j] == source:
            order[j] = target


@kernel
def blank_potential(m: Any, i: int) -> None:
    channels = int64(m.nNumChannels)
    words = m.row_words
    row = u64(m, m.edges + 8 * words * i, words)
    for w in range(words):
        row[w] = 0
    anchors = f64(m, m.anchors, m.pot_lanes * channels)
    p = place(channels, i)
    for k in range(channels):
        anchors[p + 32 * k] = math.inf
    f64(m, m.mass, i + 1)[i] = 0.0
    f64(m, m.moved, i + 1)[i] = 0.0
    f64(m, m.budget, i + 1)[i] = 0.0
    u8(m, m.core, i + 1)[i] = 0
    i64(m, m.label, i + 1)[i] = 0


# --- neighbourhoods --------------------------------------------------------------------------------------------------


@kernel
def distance_to(points: Any, channels: int, j: int, x: Any) -> float:
    """Squared distance, summed in the order of the channels."""
    p = place(channels, j)
    total = 0.0
    for k in range(channels):
        t = x[k] - points[p + 32 * k]
        total += t * t
    return total


@kernel
def set_bit(row: Any, j: int) -> None:
    row[j >> 6] |= ONE << np.uint64(j & 63)


@kernel
def clear_bit(row: Any, j: int) -> None:
    row[j >> 6] &= ~(ONE << np.uint64(j & 63))


@kernel
def has_bit(row: Any, j: int) -> bool:
    return (row[j >> 6] >> np.uint64(j & 63)) & ONE != 0


@kernel
def neighbourhood_weight(m: Any, i: int) -> float:
    """The weights of the neighbourhood, summed from nothing."""
    words = m.row_words
    row = u64(m, m.edges + 8 * words * i, words)
    weight = f64(m, m.weight, m.nNumPotMCs)
    total = 0.0
    for w in range(words):
        bits = row[w]
        while bits:
            total += weight[64 * w + lowest_bit(bits)]
            bits &= bits - ONE
    return total


@kernel
def judge(m: Any, j: int) -> None:
    """Sets the core flag of j from the mass of its neighbourhood."""
    mass = f64(m, m.mass, m.nNumPotMCs)
    core = u8(m, m.core, m.nNumPotMCs)
    threshold = m.min_weight * m.unit
    is_core = mass[j] >= threshold
    if abs(mass[j] - threshold) <= NEAR * threshold:
        total = neighbourhood_weight(m, j)
        mass[j] = total * m.unit
        is_core = total >= m.min_weight
    if is_core != (core[j] != 0):
        core[j] = 1 if is_core else 0
        m.stale = True
    if is_core and mass[j] < m.least_core:
        m.least_core = mass[j]


@kernel
def gain_weight(m: Any, i: int) -> None:
    """MC i has become heavier by 1, and with it the neighbourhoods that it belongs to."""
    words = m.row_words
    row = u64(m, m.edges + 8 * words * i, words)
    mass = f64(m, m.mass, m.nNumPotMCs)
    core = u8(m, m.core, m.nNumPotMCs)
    for w in range(words):
        bits = row[w]
        while bits:
            j = 64 * w + lowest_bit(bits)
            bits &= bits - ONE
            mass[j] += m.unit
            if core[j] == 0:
                judge(m, j)


@kernel
def fade_masses(m: Any, fade: float) -> None:
    """All weights have faded alike; cores that are lost by it are found in `settle`.

    Masses are not touched: they count in units that grow instead, and are brought back before that becomes too much.
    """
    if fade > 1.0 / LARGEST_UNIT:
        m.unit /= fade
        if m.unit <= LARGEST_UNIT:
            return
        fade = 1.0
    scale(f64(m, m.mass, m.pot_lanes), int64(m.nNumPotMCs), fade / m.unit)
    m.least_core *= fade / m.unit
    m.unit = 1.0


@kernel
def shift(m: Any, i: int, way: float) -> None:
    """The centre of a potential MC has moved by that distance."""
    moved = f64(m, m.moved, i + 1)
    moved[i] += way
    if moved[i] > f64(m, m.budget, i + 1)[i]:
        test_edges(m, i)


@kernel
def cut_edge(m: Any, i: int, j: int) -> None:
    words = m.row_words
    clear_bit(u64(m, m.edges + 8 * words * i, words), j)
    clear_bit(u64(m, m.edges + 8 * words * j, words), i)
    mass = f64(m, m.mass, m.nNumPotMCs)
    mass[i] = neighbourhood_weight(m, i) * m.unit
    mass[j] = neighbourhood_weight(m, j) * m.unit
    m.stale = True


@kernel
def join_edge(m: Any, i: int, j: int) -> None:
    words = m.row_words
    set_bit(u64(m, m.edges + 8 * words * i, words), j)
    set_bit(u64(m, m.edges + 8 * words * j, words), i)
    mass = f64(m, m.mass, m.nNumPotMCs)
    weight = f64(m, m.weight, m.nNumPotMCs)
    mass[i] += weight[j] * m.unit
    mass[j] += weight[i] * m.unit
    m.stale = True


@kernel
def test_edges(m: Any, first: int) -> None:
    """Tests the edges of a slot from where its centre is now, and of every slot whose budget that uses up."""
    pot = int64(m.nNumPotMCs)
    channels = int64(m.nNumChannels)
    words = m.row_words
    used = (pot + 63) // 64
    centres = f64(m, m.centres, m.lanes * channels)
    anchors = f64(m, m.anchors, m.pot_lanes * channels)
    moved, budget = f64(m, m.moved, m.pot_lanes), f64(m, m.budget, m.pot_lanes)
    point = f64(m, m.point, channels)
    bits = u64(m, m.bits, 2 * words)
    pending = i64(m, m.pending, m.pot_size)
    pending[0] = first
    height = 1
    moved[first] = 0.0
    while height > 0:
        height -= 1
        i = pending[height]
        p = place(channels, i)
        for k in range(channels):
            point[k] = centres[p + 32 * k]
            anchors[p + 32 * k] = math.inf  # a slot is no neighbour that could limit its own budget
        smallest = sweep(anchors, channels, pot, point, m.eps_dbscan, ROUNDING, budget, moved, bits)
        for k in range(channels):
            anchors[p + 32 * k] = point[k]
        budget[i] = smallest
        set_bit(bits, i)
        row = u64(m, m.edges + 8 * words * i, words)
        for w in range(used):
            changed = row[w] ^ bits[w]
            while changed:
                j = 64 * w + lowest_bit(changed)
                changed &= changed - ONE
                if has_bit(row, j):
                    cut_edge(m, i, j)
                else:
                    join_edge(m, i, j)
                judge(m, j)
            tight = bits[used + w]
            while tight:
                j = 64 * w + lowest_bit(tight)
                tight &= tight - ONE
                if j < pot and j != i:
                    moved[j] = 0.0
                    pending[height] = j
                    height += 1
        judge(m, i)


# --- clusters --------------------------------------------------------------------------------------------------------


@kernel
def settle(m: Any) -> None:
    """After a change: finds cores that faded below the threshold, numbers the clusters anew if anything changed."""
    if not m.least_core >= m.min_weight * m.unit * (1.0 + NEAR):  # also when it is NaN, infinity faded by 0
        core = u8(m, m.core, m.nNumPotMCs)
        m.least_core = math.inf
        for j in range(int64(m.nNumPotMCs)):
            if core[j] != 0:
                judge(m, j)
    if m.stale:
        relabel(m)


@kernel
def relabel(m: Any) -> None:
    """Connected components of the core MCs, numbered by their oldest core."""
    pot = int64(m.nNumPotMCs)
    words = m.row_words
    core, label = u8(m, m.core, pot), i64(m, m.label, pot)
    order, pending = i64(m, m.order, pot), i64(m, m.pending, m.pot_size)
    for i in range(pot):
        label[i] = NOISE
    clusters = 0
    for n in range(pot):
        start = order[n]
        if core[start] == 0 or label[start] >= 0:
            continue
        label[start] = clusters
        pending[0] = start
        height = 1
        while height > 0:
            height -= 1
            row = u64(m, m.edges + 8 * words * pending[height], words)
            for w in range(words):
                bits = row[w]
                while bits:
                    j = 64 * w + lowest_bit(bits)
                    bits &= bits - ONE
                    if core[j] != 0 and label[j] < 0:
                        label[j] = clusters
                        pending[height] = j
                        height += 1
        clusters += 1
    m.nNumClusters = clusters
    m.stale = False


@kernel
def cluster_of(m: Any, i: int) -> int:
    """Cluster of MC i: of its own, of its nearest core MC (the older one of a tie), or none."""
    pot = int64(m.nNumPotMCs)
    if i >= pot:
        return int64(NOISE)
    core, label = u8(m, m.core, pot), i64(m, m.label, pot)
    if core[i] != 0:
        return label[i]
    channels = int64(m.nNumChannels)
    words = m.row_words
    centres = f64(m, m.centres, m.lanes * channels)
    created = i64(m, m.created, pot)
    point = f64(m, m.point, channels)
    p = place(channels, i)
    for k in range(channels):
        point[k] = centres[p + 32 * k]
    row = u64(m, m.edges + 8 * words * i, words)
    best, chosen = math.inf, int64(NOISE)
    for w in range(words):
        bits = row[w]
        while bits:
            j = 64 * w + lowest_bit(bits)
            bits &= bits - ONE
            if core[j] != 0:
                square = distance_to(centres, channels, j, point)
                if square < best or (square == best and created[j] < created[chosen]):
                    best, chosen = square, int64(j)
    return label[chosen] if chosen >= 0 else int64(NOISE)
