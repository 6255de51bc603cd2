"""FB_ALY_DenStream: density-based clustering of a stream, DenStream online and DBSCAN over the heavy micro-clusters.

Memory of the micro-clusters (MCs): one table for both kinds; slots 0..P-1 are potential, P..P+O-1 outlier MCs. One
search therefore covers all, promotion and demotion exchange two slots at the border, deletion moves the last slot.
What DBSCAN needs exists for potential slots only and is kept up to date instead of being computed anew:

- `edges`: a bit row per potential MC, its neighbours within fEpsDBSCAN, itself included;
- `mass`: the summed weight of that neighbourhood, which decides `core`;
- `anchors`, `moved`, `budget`: an edge is tested again only when a centre has moved farther from where it was last
  tested than half its smallest distance to the threshold, so no flip can be missed;
- `order`: potential slots by age, `label`: cluster of each core MC, rebuilt only when an edge or a core flag changed.
"""

import math

import numpy as np

from alycat.runtime.block import ChannelBlock, cyclic, method
from alycat.runtime.declare import buffer, config, fb_init, output, scratch, state
from alycat.runtime.iec import BOOL, DINT, LINT, LREAL, UDINT, ULINT, USINT
from alycat.runtime.kernel import kernel
from alycat.runtime.memory import f64, i64, u8, u64
from alycat.runtime.vector import lowest_bit, nearest, padded, place, sweep

from ..system.datetime import FB_ALY_DateTime

OVERFLOW = -2
NOISE = -1
ROUNDING = 1e-12  # bound on the relative rounding error of a distance, for up to about 10,000 channels
NEAR = 1e-9  # a mass this close to the threshold (relative) is summed afresh before it is judged

_ONE = np.uint64(1)




@kernel
def step(m):
    """One call: inputs are checked, the point is learnt or only looked up, the outputs follow."""
    t = m.tTimestamp
    if t == 0:
        return 0x3006
    if t < m.last_ns:
        return 0x3003
    channels = np.int64(m.nNumChannels)
    x = f64(m, m.x, channels)
    for k in range(channels):
        if not x[k] - x[k] == 0.0:
            return 0x3003
    learning = False
    index = np.int64(OVERFLOW)
    if m.bUpdateMCs and not m.bOverflow:
        elapsed = np.int64(t - m.last_ns) if m.started else np.int64(0)
        index = learn(m, x, elapsed)
        learning = index != OVERFLOW
        m.bOverflow = not learning
    if not learning:
        index = look_up(m, x)
    if m.started and learning != m.was_learning:
        m.fbTimeLastSwitch = t
    m.was_learning = learning
    m.started = True
    m.last_ns = t
    m.bNewResult = index != m.nClusterIdx
    if index != m.nClusterIdx:
        m.fbTimeLastEvent = t
    m.nClusterIdx = index
    return 0


@kernel
def look_up(m, x):
    """Cluster index of a point that changes nothing."""
    count = np.int64(m.nNumPotMCs) + np.int64(m.nNumOutMCs)
    square, i = nearest_mc(m, x, count)
    if i < 0:
        return np.int64(NOISE)
    w = f64(m, m.weight, count)[i]
    w1 = w + 1.0
    scatter = f64(m, m.scatter, count)[i] + square * w / w1
    return cluster_of(m, i) if scatter / w1 <= m.eps_sq else np.int64(NOISE)


@kernel
def learn(m, x, elapsed):
    """Fades, checks, puts the point into an MC and clusters; OVERFLOW when a buffer is full and nothing was changed."""
    fade = fade_factor(m, elapsed)
    due = m.decay > 0.0 and float(m.since_check + elapsed) >= m.period
    saved = False
    if due:
        saved = is_tight(m, fade)
        if saved:
            save(m)
        apply_fade(m, fade, elapsed)
        fade = 1.0
        m.since_check = 0
        if not check(m):
            undo(m)
            return np.int64(OVERFLOW)
    pot, out = np.int64(m.nNumPotMCs), np.int64(m.nNumOutMCs)
    weight = f64(m, m.weight, pot + out)
    scatter = f64(m, m.scatter, pot + out)
    square, i = nearest_mc(m, x, pot + out)
    joins = False
    w1, s1 = 1.0, 0.0
    if i >= 0:
        w = weight[i] * fade
        w1 = w + 1.0
        s1 = scatter[i] * fade + square * w / w1
        joins = s1 / w1 <= m.eps_sq
    if not joins:
        w1, s1 = 1.0, 0.0
    rises = w1 > m.mu_beta and not (joins and i < pot)
    stays_out = not joins and not rises
    if (rises and pot >= m.pot_size) or (stays_out and out >= m.out_size):
        if saved:
            undo(m)
        return np.int64(OVERFLOW)
    if not due:
        apply_fade(m, fade, elapsed)
        m.since_check += elapsed
    if not joins:
        i = create(m, x)
    else:
        absorb(m, i, x, w1, s1)
    if rises:
        i = promote(m, i)
    settle(m)
    return cluster_of(m, i)


@kernel
def fade_factor(m, elapsed):
    """2^(-fLambda * seconds); a cyclic task has one and the same for every call."""
    if elapsed == 0 or m.decay == 0.0:
        return 1.0
    if elapsed != m.fade_ns:
        m.fade_ns = elapsed
        m.fade = 2.0 ** (-m.decay * (float(elapsed) / 1e9))
    return m.fade


@kernel
def apply_fade(m, fade, elapsed):
    m.learnt_ns += elapsed
    if fade == 1.0:
        return
    pot = np.int64(m.nNumPotMCs)
    lanes = whole_blocks(pot + np.int64(m.nNumOutMCs))
    weight = f64(m, m.weight, lanes)
    scatter = f64(m, m.scatter, lanes)
    for i in range(lanes):
        weight[i] *= fade
        scatter[i] *= fade
    pot_lanes = whole_blocks(pot)
    mass = f64(m, m.mass, pot_lanes)
    for i in range(pot_lanes):
        mass[i] *= fade
    m.least_core *= fade


@kernel
def whole_blocks(count):
    """Unused lanes hold 0, so that loops over whole vectors need no rest."""
    return (count + 31) // 32 * 32


# --- check: demotion and deletion ------------------------------------------------------------------------------------


@kernel
def is_tight(m, fade):
    """Whether the check and the point after it could need more room than there is."""
    pot, out = np.int64(m.nNumPotMCs), np.int64(m.nNumOutMCs)
    weight = f64(m, m.weight, pot)
    demoted = 0
    for i in range(pot):
        if not weight[i] * fade > m.mu_beta:
            demoted += 1
    return out + demoted + 1 > m.out_size or pot + 1 > m.pot_size


@kernel
def save(m):
    """A copy of the state for `undo`; taken only in the rare check with (nearly) full buffers."""
    source = i64(m, 0, m.state_words)
    target = i64(m, m.shadow, m.state_words)
    for i in range(m.state_words):
        target[i] = source[i]


@kernel
def undo(m):
    words = m.state_words
    source = i64(m, m.shadow, words)
    target = i64(m, 0, words)
    for i in range(words):
        target[i] = source[i]


@kernel
def check(m):
    """Demotes potential MCs that are no longer heavy enough, then deletes faded outlier MCs; False: no room."""
    pot = np.int64(m.nNumPotMCs)
    weight = f64(m, m.weight, pot + np.int64(m.nNumOutMCs))
    for i in range(pot - 1, -1, -1):
        if not weight[i] > m.mu_beta:
            if np.int64(m.nNumOutMCs) >= m.out_size:
                return False
            demote(m, i)
    pot = np.int64(m.nNumPotMCs)
    count = pot + np.int64(m.nNumOutMCs)
    weight = f64(m, m.weight, count)
    born = i64(m, m.born, count)
    for i in range(count - 1, pot - 1, -1):
        least = m.mu_beta / 2.0
        if m.mu_beta > 1.0:
            age = 2.0 ** (-m.decay * (float(m.learnt_ns - born[i]) / 1e9))
            least = m.mu_beta - (m.mu_beta - 1.0) * age
        if weight[i] < least:
            delete_outlier(m, i)
    return True


# --- the table of micro-clusters -------------------------------------------------------------------------------------


@kernel
def nearest_mc(m, x, count):
    """(squared distance, slot) of the nearest MC, the older one of a tie; slot -1 when there is none."""
    channels = np.int64(m.nNumChannels)
    centres = f64(m, m.centres, m.lanes * channels)
    square, i, tied = nearest(centres, channels, count, x)
    if tied and i >= 0:
        created = i64(m, m.created, count)
        for j in range(count):
            if created[j] < created[i] and distance_to(centres, channels, j, x) == square:
                i = np.int64(j)
    return square, i


@kernel
def distance_to(points, channels, j, x):
    p = place(channels, j)
    total = 0.0
    for k in range(channels):
        t = x[k] - points[p + 32 * k]
        total += t * t
    return total


@kernel
def create(m, x):
    """A new outlier MC of one point, in the slot behind the last."""
    channels = np.int64(m.nNumChannels)
    i = np.int64(m.nNumPotMCs) + np.int64(m.nNumOutMCs)
    centres = f64(m, m.centres, m.lanes * channels)
    p = place(channels, i)
    for k in range(channels):
        centres[p + 32 * k] = x[k]
    f64(m, m.weight, i + 1)[i] = 1.0
    f64(m, m.scatter, i + 1)[i] = 0.0
    i64(m, m.born, i + 1)[i] = m.learnt_ns
    i64(m, m.created, i + 1)[i] = m.next_created
    m.next_created += 1
    m.nNumOutMCs += 1
    return i


@kernel
def absorb(m, i, x, w1, s1):
    """Puts the point into MC i, whose weight and scatter become w1 and s1."""
    channels = np.int64(m.nNumChannels)
    centres = f64(m, m.centres, m.lanes * channels)
    p = place(channels, i)
    way = 0.0
    for k in range(channels):
        old = centres[p + 32 * k]
        new = old + (x[k] - old) / w1
        centres[p + 32 * k] = new
        way += (new - old) * (new - old)
    f64(m, m.weight, i + 1)[i] = w1
    f64(m, m.scatter, i + 1)[i] = s1
    pot = np.int64(m.nNumPotMCs)
    if i < pot:
        gain_weight(m, i)
        moved = f64(m, m.moved, pot)
        moved[i] += math.sqrt(way)
        if moved[i] > f64(m, m.budget, pot)[i]:
            test_edges(m, i)


@kernel
def exchange(m, i, j):
    """Swaps two slots of the table."""
    if i == j:
        return
    channels = np.int64(m.nNumChannels)
    centres = f64(m, m.centres, m.lanes * channels)
    p, q = place(channels, i), place(channels, j)
    for k in range(channels):
        centres[p + 32 * k], centres[q + 32 * k] = centres[q + 32 * k], centres[p + 32 * k]
    top = max(i, j) + 1
    weight, scatter = f64(m, m.weight, top), f64(m, m.scatter, top)
    born, created = i64(m, m.born, top), i64(m, m.created, top)
    weight[i], weight[j] = weight[j], weight[i]
    scatter[i], scatter[j] = scatter[j], scatter[i]
    born[i], born[j] = born[j], born[i]
    created[i], created[j] = created[j], created[i]


@kernel
def delete_outlier(m, i):
    channels = np.int64(m.nNumChannels)
    last = np.int64(m.nNumPotMCs) + np.int64(m.nNumOutMCs) - 1
    exchange(m, i, last)
    centres = f64(m, m.centres, m.lanes * channels)
    p = place(channels, last)
    for k in range(channels):
        centres[p + 32 * k] = math.inf
    f64(m, m.weight, last + 1)[last] = 0.0
    f64(m, m.scatter, last + 1)[last] = 0.0
    i64(m, m.born, last + 1)[last] = 0
    i64(m, m.created, last + 1)[last] = 0
    m.nNumOutMCs -= 1


@kernel
def promote(m, i):
    """Outlier MC i becomes potential; returns its new slot."""
    pot = np.int64(m.nNumPotMCs)
    exchange(m, i, pot)
    m.nNumPotMCs += 1
    m.nNumOutMCs -= 1
    i64(m, m.label, pot + 1)[pot] = NOISE
    u8(m, m.core, pot + 1)[pot] = 0
    f64(m, m.mass, pot + 1)[pot] = f64(m, m.weight, pot + 1)[pot]
    f64(m, m.budget, pot + 1)[pot] = math.inf
    f64(m, m.moved, pot + 1)[pot] = 0.0
    set_bit(u64(m, m.edges + 8 * m.row_words * pot, m.row_words), pot)
    insert_by_age(m, pot)
    test_edges(m, pot)
    return pot


@kernel
def insert_by_age(m, slot):
    """Puts a new potential slot into `order`, which holds the slots from old to young."""
    pot = np.int64(m.nNumPotMCs)
    order = i64(m, m.order, pot)
    created = i64(m, m.created, pot)
    at = pot - 1
    while at > 0 and created[order[at - 1]] > created[slot]:
        order[at] = order[at - 1]
        at -= 1
    order[at] = slot


@kernel
def demote(m, i):
    """Potential MC i becomes the first outlier MC; the last potential MC takes its slot."""
    pot = np.int64(m.nNumPotMCs)
    last = pot - 1
    words = m.row_words
    row = u64(m, m.edges + 8 * words * i, words)
    for w in range(words):
        bits = row[w]
        while bits:
            j = 64 * w + lowest_bit(bits)
            bits &= bits - _ONE
            if j != i:
                cut_edge(m, i, j)
                judge(m, j)
    clear_bit(row, i)
    order = i64(m, m.order, pot)
    at = 0
    while order[at] != i:
        at += 1
    for j in range(at, last):
        order[j] = order[j + 1]
    order[last] = 0
    if i != last:
        move_potential(m, last, i)
    exchange(m, i, last)
    blank_potential(m, last)
    m.nNumPotMCs -= 1
    m.nNumOutMCs += 1
    m.stale = True


@kernel
def move_potential(m, source, target):
    """What DBSCAN knows of one slot moves to another, whose own is given up."""
    pot = np.int64(m.nNumPotMCs)
    channels = np.int64(m.nNumChannels)
    words = m.row_words
    old = u64(m, m.edges + 8 * words * source, words)
    new = u64(m, m.edges + 8 * words * target, words)
    for w in range(words):
        bits = old[w]
        while bits:
            j = 64 * w + lowest_bit(bits)
            bits &= bits - _ONE
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
def blank_potential(m, i):
    channels = np.int64(m.nNumChannels)
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


# --- DBSCAN, kept up to date -----------------------------------------------------------------------------------------


@kernel
def set_bit(row, j):
    row[j >> 6] |= _ONE << np.uint64(j & 63)


@kernel
def clear_bit(row, j):
    row[j >> 6] &= ~(_ONE << np.uint64(j & 63))


@kernel
def has_bit(row, j):
    return (row[j >> 6] >> np.uint64(j & 63)) & _ONE != 0


@kernel
def fresh_mass(m, i):
    """The weights of the neighbourhood, summed from nothing."""
    words = m.row_words
    row = u64(m, m.edges + 8 * words * i, words)
    weight = f64(m, m.weight, m.nNumPotMCs)
    total = 0.0
    for w in range(words):
        bits = row[w]
        while bits:
            total += weight[64 * w + lowest_bit(bits)]
            bits &= bits - _ONE
    return total


@kernel
def judge(m, j):
    """Sets the core flag of j from the mass of its neighbourhood."""
    mass = f64(m, m.mass, m.nNumPotMCs)
    core = u8(m, m.core, m.nNumPotMCs)
    if abs(mass[j] - m.min_weight) <= NEAR * m.min_weight:
        mass[j] = fresh_mass(m, j)
    is_core = mass[j] >= m.min_weight
    if is_core != (core[j] != 0):
        core[j] = 1 if is_core else 0
        m.stale = True
    if is_core and mass[j] < m.least_core:
        m.least_core = mass[j]


@kernel
def gain_weight(m, i):
    """MC i has become heavier by 1, and with it the neighbourhoods that it belongs to."""
    words = m.row_words
    row = u64(m, m.edges + 8 * words * i, words)
    mass = f64(m, m.mass, m.nNumPotMCs)
    core = u8(m, m.core, m.nNumPotMCs)
    for w in range(words):
        bits = row[w]
        while bits:
            j = 64 * w + lowest_bit(bits)
            bits &= bits - _ONE
            mass[j] += 1.0
            if core[j] == 0:
                judge(m, j)


@kernel
def cut_edge(m, i, j):
    words = m.row_words
    clear_bit(u64(m, m.edges + 8 * words * i, words), j)
    clear_bit(u64(m, m.edges + 8 * words * j, words), i)
    mass = f64(m, m.mass, m.nNumPotMCs)
    mass[i] = fresh_mass(m, i)
    mass[j] = fresh_mass(m, j)
    m.stale = True


@kernel
def join_edge(m, i, j):
    words = m.row_words
    set_bit(u64(m, m.edges + 8 * words * i, words), j)
    set_bit(u64(m, m.edges + 8 * words * j, words), i)
    mass = f64(m, m.mass, m.nNumPotMCs)
    weight = f64(m, m.weight, m.nNumPotMCs)
    mass[i] += weight[j]
    mass[j] += weight[i]
    m.stale = True


@kernel
def test_edges(m, first):
    """Tests the edges of a slot from where its centre is now, and of every slot whose budget that uses up."""
    pot = np.int64(m.nNumPotMCs)
    channels = np.int64(m.nNumChannels)
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
                changed &= changed - _ONE
                if has_bit(row, j):
                    cut_edge(m, i, j)
                else:
                    join_edge(m, i, j)
                judge(m, j)
            tight = bits[used + w]
            while tight:
                j = 64 * w + lowest_bit(tight)
                tight &= tight - _ONE
                if j < pot and j != i:
                    moved[j] = 0.0
                    pending[height] = j
                    height += 1
        judge(m, i)


@kernel
def settle(m):
    """After a change: cores that faded below the threshold are found, clusters are numbered anew if anything changed."""
    if m.least_core < m.min_weight * (1.0 + NEAR):
        core = u8(m, m.core, m.nNumPotMCs)
        m.least_core = math.inf
        for j in range(np.int64(m.nNumPotMCs)):
            if core[j] != 0:
                judge(m, j)
    if m.stale:
        relabel(m)


@kernel
def relabel(m):
    """Connected components of the core MCs, numbered by their oldest core."""
    pot = np.int64(m.nNumPotMCs)
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
                    bits &= bits - _ONE
                    if core[j] != 0 and label[j] < 0:
                        label[j] = clusters
                        pending[height] = j
                        height += 1
        clusters += 1
    m.nNumClusters = clusters
    m.stale = False


@kernel
def cluster_of(m, i):
    """Cluster of MC i: of its own, of its nearest core MC (the older one of a tie), or none."""
    pot = np.int64(m.nNumPotMCs)
    if i >= pot:
        return np.int64(NOISE)
    core, label = u8(m, m.core, pot), i64(m, m.label, pot)
    if core[i] != 0:
        return label[i]
    channels = np.int64(m.nNumChannels)
    words = m.row_words
    centres = f64(m, m.centres, m.lanes * channels)
    created = i64(m, m.created, pot)
    point = f64(m, m.point, channels)
    p = place(channels, i)
    for k in range(channels):
        point[k] = centres[p + 32 * k]
    row = u64(m, m.edges + 8 * words * i, words)
    best, chosen = math.inf, np.int64(NOISE)
    for w in range(words):
        bits = row[w]
        while bits:
            j = 64 * w + lowest_bit(bits)
            bits &= bits - _ONE
            if core[j] != 0:
                square = distance_to(centres, channels, j, point)
                if square < best or (square == best and created[j] < created[chosen]):
                    best, chosen = square, np.int64(j)
    return label[chosen] if chosen >= 0 else np.int64(NOISE)


class FB_ALY_DenStream(ChannelBlock, category="Clustering"):
    """Clusters a stream of points without knowing the number of clusters, forgets exponentially, finds outliers.

    TODO docstring
    """

    picture = "clusters"
    step = step

    nNumChannels: UDINT = fb_init(2, "number of input channels, the dimension of the feature space")

    nClusterIdx: DINT = output("cluster of the point of this call, -1 for an outlier", initial=-1)
    nNumClusters: DINT = output("number of clusters that DBSCAN found")
    fbTimeLastEvent: FB_ALY_DateTime = output("time of the last call whose cluster index differed from the one before")
    fbTimeLastSwitch: FB_ALY_DateTime = output("time of the last call at which learning began or stopped")
    bOverflow: BOOL = output("TRUE while learning is stopped because a buffer would overflow")
    nNumPotMCs: UDINT = output("potential micro-clusters present")
    nNumOutMCs: UDINT = output("outlier micro-clusters present")

    eps_sq: LREAL = config("fEps squared")
    mu_beta: LREAL = config("weight above which an MC is potential")
    decay: LREAL = config("fLambda, per second")
    eps_dbscan: LREAL = config()
    eps_dbscan_sq: LREAL = config()
    min_weight: LREAL = config("mass of a core MC")
    period: LREAL = config("ns of learning time between two checks")
    pot_size: LINT = config("most potential MCs")
    out_size: LINT = config("most outlier MCs")
    lanes: LINT = config("slots of the table, in whole blocks")
    pot_lanes: LINT = config("potential slots, in whole blocks")
    row_words: LINT = config("64-bit words of an edge row")
    state_words: LINT = config("64-bit words of the state")

    last_ns: ULINT = state("time stamp of the call before")
    started: BOOL = state("a call has succeeded since Configure or Reset")
    was_learning: BOOL = state("the call before has learnt")
    stale: BOOL = state("an edge or a core flag has changed since the clusters were numbered")
    learnt_ns: LINT = state("learning time")
    since_check: LINT = state("ns of learning time since the last check")
    fade_ns: LINT = state("time step for which `fade` holds")
    fade: LREAL = state("fading factor of one call", initial=1.0)
    next_created: LINT = state("creation number of the next MC")
    least_core: LREAL = state("lower bound of the mass of all core MCs", initial=math.inf)

    x: LREAL = buffer("channel values", initial=math.nan)
    centres: LREAL = buffer(initial=math.inf)
    weight: LREAL = buffer()
    scatter: LREAL = buffer("weighted sum of squared distances to the centre")
    born: LINT = buffer("learning time at creation, ns")
    created: LINT = buffer("creation number")
    anchors: LREAL = buffer(initial=math.inf)
    moved: LREAL = buffer()
    budget: LREAL = buffer()
    mass: LREAL = buffer()
    core: USINT = buffer()
    label: LINT = buffer()
    order: LINT = buffer()
    edges: ULINT = buffer()

    bits: ULINT = scratch()
    point: LREAL = scratch()
    pending: LINT = scratch()
    shadow: LINT = scratch()

    @method
    def Configure(
        self,
        fEps: LREAL,
        fMuBeta: LREAL,
        fLambda: LREAL,
        fEpsDBSCAN: LREAL,
        fMinWeightDBSCAN: LREAL,
        nPotMCsBufferSize: UDINT,
        nOutMCsBufferSize: UDINT,
    ) -> BOOL:
        """Takes the parameters, allocates both buffers and starts empty; FALSE keeps the configuration before.

        Errors: 16#201A a threshold out of range, 16#201F a buffer of size 0, 16#2001 too much memory.
        """
        if self._n == 0:
            return self._finish(0x100C, "nNumChannels is 0, at least 1 is needed")
        thresholds = {"fEps": fEps, "fEpsDBSCAN": fEpsDBSCAN}
        for name, value in thresholds.items():
            if not (0 < value < math.inf):
                return self._finish(0x201A, f"{name} = {value:g}, it has to be finite and greater than 0")
        for name, value in {"fMuBeta": fMuBeta, "fLambda": fLambda, "fMinWeightDBSCAN": fMinWeightDBSCAN}.items():
            if not (0 <= value < math.inf):
                return self._finish(0x201A, f"{name} = {value:g}, it has to be finite and at least 0")
        for name, size in {"nPotMCsBufferSize": nPotMCsBufferSize, "nOutMCsBufferSize": nOutMCsBufferSize}.items():
            if size == 0:
                return self._finish(0x201F, f"{name} = 0, at least 1 is needed")
        pot_lanes, lanes = padded(nPotMCsBufferSize), padded(nPotMCsBufferSize + nOutMCsBufferSize)
        try:
            self._size_buffers(pot_lanes, lanes, nPotMCsBufferSize)
        except MemoryError as error:
            return self._finish(0x2001, str(error))
        m = self._m
        m.eps_sq, m.mu_beta, m.decay = fEps * fEps, fMuBeta, fLambda
        m.eps_dbscan, m.eps_dbscan_sq, m.min_weight = fEpsDBSCAN, fEpsDBSCAN * fEpsDBSCAN, fMinWeightDBSCAN
        m.period = check_period_s(fMuBeta, fLambda) * 1e9
        m.pot_size, m.out_size, m.lanes, m.pot_lanes = nPotMCsBufferSize, nOutMCsBufferSize, lanes, pot_lanes
        m.row_words, m.state_words = row_words(nPotMCsBufferSize), self._state_size // 8
        return self._configured()

    @cyclic
    def Call(self, tTimestamp: ULINT, bUpdateMCs: BOOL = True) -> BOOL:
        """Takes the point that the channels make up; with bUpdateMCs = FALSE nothing is learnt, only looked up."""

    def _size_buffers(self, pot_lanes: int, lanes: int, pot_size: int) -> None:
        counts = dict.fromkeys(("weight", "scatter", "born", "created"), lanes)
        counts |= dict.fromkeys(("core", "label", "order", "pending"), pot_size)
        counts |= dict.fromkeys(("mass", "moved", "budget"), pot_lanes)
        counts |= {"x": self._n, "centres": lanes * self._n, "anchors": pot_lanes * self._n}
        counts |= {"edges": pot_size * row_words(pot_size), "bits": 2 * row_words(pot_size), "point": self._n}
        self._allocate(**counts, shadow=self._plan(counts)[2] // 8)

    def _explain(self, event_id: int) -> str:
        m = self._m
        if event_id == 0x3003 and m.tTimestamp < m.last_ns:
            return f"tTimestamp {m.tTimestamp} lies before {m.last_ns} of the call before"
        return super()._explain(event_id)

    def micro_clusters(self) -> np.ndarray:
        """The micro-clusters, oldest first: centre, weight, radius, potential, cluster (-1: outlier or noise)."""
        m, n = self._m, self._n
        pot, count = self.nNumPotMCs, self.nNumPotMCs + self.nNumOutMCs
        kind = [("centre", "f8", (n,)), ("weight", "f8"), ("radius", "f8"), ("potential", "?"), ("cluster", "i4")]
        found = np.zeros(count, kind)
        if not count:
            return found
        centres = self._buffer("centres").reshape(-1, n, 32).transpose(0, 2, 1).reshape(-1, n)
        found["centre"] = centres[:count]
        found["weight"] = self._buffer("weight")[:count]
        weights = np.maximum(found["weight"], np.finfo(float).tiny)
        found["radius"] = np.sqrt(self._buffer("scatter")[:count] / weights)
        found["potential"] = np.arange(count) < pot
        created = self._buffer("created")[:count]
        core = np.flatnonzero(self._buffer("core")[:pot])
        core = core[np.argsort(created[core])]  # argmin below takes the first of equals, the oldest
        label = self._buffer("label")
        found["cluster"] = NOISE
        for i in range(pot if len(core) else 0):
            if self._buffer("core")[i]:
                found["cluster"][i] = label[i]
                continue
            squares = np.zeros(len(core))
            for k in range(n):
                squares += (centres[i, k] - centres[core, k]) ** 2
            best = int(np.argmin(squares))
            if squares[best] <= m.eps_dbscan_sq:
                found["cluster"][i] = label[core[best]]
        return found[np.argsort(created)]


def row_words(pot_size: int) -> int:
    return (pot_size + 63) // 64


def check_period_s(mu_beta: float, decay: float) -> float:
    """Seconds of learning time between two checks; infinite without fading."""
    if decay == 0:
        return math.inf
    if mu_beta > 1:
        return math.log2(mu_beta / (mu_beta - 1)) / decay
    return 1 / decay
