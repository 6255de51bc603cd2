"""A threshold that follows the scores it has seen: mean and standard deviations, or a quantile.

Scores lose their weight as the points of the forest do, by exp(-1 / decay time) per score. Both kinds cost the same in
every call. The quantile is read from a histogram over the possible range; counts grow instead of fading, and are all
brought back by a power of two before they become too large, which is a sweep over BINS numbers.
"""

import math
from typing import Any

from alycat.runtime.kernel import int64, kernel
from alycat.runtime.memory import f64

DEVIATIONS, QUANTILE = 1, 2
BINS = 1024
TOO_LARGE = 2.0**512


@kernel
def follow(m: Any, score: float) -> None:
    """The score enters the threshold for the calls after this one."""
    m.nNumScores += 1
    if m.threshold_mode == DEVIATIONS:
        follow_deviations(m, score)
    else:
        follow_quantile(m, score)


@kernel
def follow_deviations(m: Any, score: float) -> None:
    """Weighted mean and variance (West 1979) with fading weights."""
    m.score_weight = m.score_weight * m.fade + 1.0
    distance = score - m.score_mean
    m.score_mean += distance / m.score_weight
    m.score_squares = m.score_squares * m.fade + distance * (score - m.score_mean)
    m.limit = m.score_mean + m.threshold * math.sqrt(max(m.score_squares, 0.0) / m.score_weight)


@kernel
def follow_quantile(m: Any, score: float) -> None:
    """The histogram takes the score; the bin that holds the quantile is walked to from where it was."""
    bins = f64(m, m.bins, BINS)
    bin = min(int64(score / m.bin_width), BINS - 1)
    m.score_unit /= m.fade
    if m.score_unit > TOO_LARGE:
        for i in range(BINS):
            bins[i] /= TOO_LARGE
        m.score_unit /= TOO_LARGE
        m.score_weight /= TOO_LARGE
        m.score_below /= TOO_LARGE
    bins[bin] += m.score_unit
    m.score_weight += m.score_unit
    if bin < m.quantile_bin:
        m.score_below += m.score_unit
    wanted = m.threshold * m.score_weight
    at, below = int64(m.quantile_bin), m.score_below
    while at > 0 and below >= wanted:
        at -= 1
        below -= bins[at]
    while at < BINS - 1 and below + bins[at] < wanted:
        below += bins[at]
        at += 1
    m.quantile_bin, m.score_below = at, below
    inside = (wanted - below) / bins[at] if bins[at] > 0.0 else 0.0
    m.limit = (at + min(max(inside, 0.0), 1.0)) * m.bin_width
