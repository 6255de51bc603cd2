"""The online half of FB_ALY_DenStream: one call of the block, and the table of its micro-clusters (MCs).

One table holds both kinds: slots 0..P-1 are potential, P..P+O-1 outlier MCs. One search therefore covers all; promotion
and demotion exchange two slots at the border, deletion moves the last slot into the gap. Behind the last slot centres
are infinite and weights 0, so that vector code may run over whole blocks.
"""

import math
from typing import Any

from alycat.runtime.kernel import int64, kernel, uint64
from alycat.runtime.memory import f64, i64, u64
from alycat.runtime.vector import MANY_DIMENSIONS, MANY_POINTS, nearest, nearest_of_many, place, scale

from .denstream_dbscan import (
    NOISE,
    admit,
    cluster_of,
    dismiss,
    distance_to,
    fade_masses,
    gain_weight,
    settle,
    shift,
)

OVERFLOW = -2


@kernel
def step(m: Any) -> int:
    """One call: inputs are checked, the point is learnt or only looked up, the outputs follow."""
    t = m.tTimestamp
    if t == 0:
        return 0x3006
    if t < m.last_ns:
        return 0x3003
    channels = int64(m.nNumChannels)
    x = f64(m, m.x, channels)
    for k in range(channels):
        if not x[k] - x[k] == 0.0:
            return 0x3003
    learning = False
    index = int64(OVERFLOW)
    if m.bUpdateMCs and not m.bOverflow:
        elapsed = uint64(t - m.last_ns) if m.started else uint64(0)
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
def look_up(m: Any, x: Any) -> int:
    """Cluster index of a point that changes nothing."""
    count = int64(m.nNumPotMCs) + int64(m.nNumOutMCs)
    square, i = nearest_mc(m, x, count)
    if i < 0:
        return int64(NOISE)
    w = f64(m, m.weight, count)[i]
    w1 = w + 1.0
    scatter = f64(m, m.scatter, count)[i] + square * w / w1
    return cluster_of(m, i) if scatter / w1 <= m.eps_sq else int64(NOISE)


@kernel
def learn(m: Any, x: Any, elapsed: int) -> int:
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
            return int64(OVERFLOW)
    pot, out = int64(m.nNumPotMCs), int64(m.nNumOutMCs)
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
        return int64(OVERFLOW)
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
def fade_factor(m: Any, elapsed: int) -> float:
    """2^(-fLambda * seconds); a cyclic task has one and the same for every call."""
    if elapsed == 0 or m.decay == 0.0:
        return 1.0
    if elapsed != m.fade_ns:
        m.fade_ns = elapsed
        m.fade = 2.0 ** (-m.decay * (float(elapsed) / 1e9))
    return m.fade


@kernel
def apply_fade(m: Any, fade: float, elapsed: int) -> None:
    m.learnt_ns += elapsed
    if fade == 1.0:
        return
    count = int64(m.nNumPotMCs) + int64(m.nNumOutMCs)
    scale(f64(m, m.weight, m.lanes), count, fade)
    scale(f64(m, m.scatter, m.lanes), count, fade)
    fade_masses(m, fade)


# --- check: demotion and deletion ------------------------------------------------------------------------------------


@kernel
def is_tight(m: Any, fade: float) -> bool:
    """Whether the check and the point after it could need more room than there is."""
    pot, out = int64(m.nNumPotMCs), int64(m.nNumOutMCs)
    weight = f64(m, m.weight, pot)
    demoted = 0
    for i in range(pot):
        if not weight[i] * fade > m.mu_beta:
            demoted += 1
    return out + demoted + 1 > m.out_size or pot + 1 > m.pot_size


@kernel
def save(m: Any) -> None:
    """A copy of the state for `undo`; taken only in the rare check with (nearly) full buffers."""
    source = i64(m, 0, m.state_words)
    target = i64(m, m.shadow, m.state_words)
    for i in range(m.state_words):
        target[i] = source[i]


@kernel
def undo(m: Any) -> None:
    words = m.state_words
    source = i64(m, m.shadow, words)
    target = i64(m, 0, words)
    for i in range(words):
        target[i] = source[i]


@kernel
def check(m: Any) -> bool:
    """Demotes potential MCs that are no longer heavy enough, then deletes faded outlier MCs; False: no room."""
    pot = int64(m.nNumPotMCs)
    weight = f64(m, m.weight, pot + int64(m.nNumOutMCs))
    for i in range(pot - 1, -1, -1):
        if not weight[i] > m.mu_beta:
            if int64(m.nNumOutMCs) >= m.out_size:
                return False
            demote(m, i)
    pot = int64(m.nNumPotMCs)
    count = pot + int64(m.nNumOutMCs)
    weight = f64(m, m.weight, count)
    born = u64(m, m.born, count)
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
def nearest_mc(m: Any, x: Any, count: int) -> tuple[float, int]:
    """(squared distance, slot) of the nearest MC, the older one of a tie; slot -1 when there is none."""
    channels = int64(m.nNumChannels)
    centres = f64(m, m.centres, m.lanes * channels)
    if channels >= MANY_DIMENSIONS and count >= MANY_POINTS:
        square, i, tied = nearest_of_many(centres, channels, count, x, f64(m, m.partial, m.lanes))
    else:
        square, i, tied = nearest(centres, channels, count, x)
    if tied and i >= 0:
        created = i64(m, m.created, count)
        for j in range(count):
            if created[j] < created[i] and distance_to(centres, channels, j, x) == square:
                i = int64(j)
    return square, i


@kernel
def create(m: Any, x: Any) -> int:
    """A new outlier MC of one point, in the slot behind the last."""
    channels = int64(m.nNumChannels)
    i = int64(m.nNumPotMCs) + int64(m.nNumOutMCs)
    centres = f64(m, m.centres, m.lanes * channels)
    p = place(channels, i)
    for k in range(channels):
        centres[p + 32 * k] = x[k]
    f64(m, m.weight, i + 1)[i] = 1.0
    f64(m, m.scatter, i + 1)[i] = 0.0
    u64(m, m.born, i + 1)[i] = m.learnt_ns
    i64(m, m.created, i + 1)[i] = m.next_created
    m.next_created += 1
    m.nNumOutMCs += 1
    return i


@kernel
def absorb(m: Any, i: int, x: Any, w1: float, s1: float) -> None:
    """Puts the point into MC i, whose weight and scatter become w1 and s1."""
    channels = int64(m.nNumChannels)
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
    if i < int64(m.nNumPotMCs):
        gain_weight(m, i)
        shift(m, i, math.sqrt(way))


@kernel
def exchange(m: Any, i: int, j: int) -> None:
    """Swaps two slots of the table."""
    if i == j:
        return
    channels = int64(m.nNumChannels)
    centres = f64(m, m.centres, m.lanes * channels)
    p, q = place(channels, i), place(channels, j)
    for k in range(channels):
        centres[p + 32 * k], centres[q + 32 * k] = centres[q + 32 * k], centres[p + 32 * k]
    top = max(i, j) + 1
    weight, scatter = f64(m, m.weight, top), f64(m, m.scatter, top)
    born, created = u64(m, m.born, top), i64(m, m.created, top)
    weight[i], weight[j] = weight[j], weight[i]
    scatter[i], scatter[j] = scatter[j], scatter[i]
    born[i], born[j] = born[j], born[i]
    created[i], created[j] = created[j], created[i]


@kernel
def delete_outlier(m: Any, i: int) -> None:
    channels = int64(m.nNumChannels)
    last = int64(m.nNumPotMCs) + int64(m.nNumOutMCs) - 1
    exchange(m, i, last)
    centres = f64(m, m.centres, m.lanes * channels)
    p = place(channels, last)
    for k in range(channels):
        centres[p + 32 * k] = math.inf
    f64(m, m.weight, last + 1)[last] = 0.0
    f64(m, m.scatter, last + 1)[last] = 0.0
    u64(m, m.born, last + 1)[last] = 0
    i64(m, m.created, last + 1)[last] = 0
    m.nNumOutMCs -= 1


@kernel
def promote(m: Any, i: int) -> int:
    """Outlier MC i becomes potential; returns its new slot."""
    pot = int64(m.nNumPotMCs)
    exchange(m, i, pot)
    m.nNumPotMCs += 1
    m.nNumOutMCs -= 1
    admit(m, pot)
    return pot


@kernel
def demote(m: Any, i: int) -> None:
    """Potential MC i becomes the first outlier MC; the last potential MC takes its slot."""
    dismiss(m, i)
    exchange(m, i, int64(m.nNumPotMCs) - 1)
    m.nNumPotMCs -= 1
    m.nNumOutMCs += 1
