"""FB_ALY_HalfSpaceTrees: anomaly scores of a stream from the mass in randomly halved space."""

import math
import random
from typing import Any

import numpy as np

from alycat.runtime.block import MEMORY_LIMIT, ChannelBlock, cyclic, method
from alycat.runtime.declare import buffer, channel_config, config, fb_init, output, scratch, state
from alycat.runtime.iec import BOOL, LINT, LREAL, UDINT, ULINT
from alycat.runtime.kernel import int64, kernel
from alycat.runtime.memory import f64, i64

from ..conditions import TimedBlock, bad_call
from ..system.datetime import FB_ALY_DateTime

PADDING = 0.15  # share of a range at each end in which no split lies
SPARSE = 0.1  # a node with less than this share of the window ends the path
HIGHEST = 24
LONGEST_WINDOW = 2**31 - 1
LARGEST_LIMIT = 1e300


@kernel
def find_paths(m: Any, n: int, trees: int, height: int) -> None:
    """The nodes that the point passes in each tree; level by level, so that the trees do not wait for each other."""
    inner = (int64(1) << height) - 1
    x, path = f64(m, m.x, n), i64(m, m.path, trees * (height + 1))
    thresholds, channels = f64(m, m.splits, 2 * inner * trees), i64(m, m.splits, 2 * inner * trees)
    for tree in range(trees):
        path[tree] = int64(0)
    for depth in range(height):
        at = depth * trees
        for tree in range(trees):
            node = path[at + tree]
            split = 2 * (tree * inner + node)
            is_left = x[channels[split + 1]] < thresholds[split]
            path[at + trees + tree] = 2 * node + 2 - is_left


@kernel
def visit_nodes(m: Any, trees: int, height: int, learn: int) -> float:
    """Sum of the weighted reference masses on the paths; adds `learn`, 0 or 1, to the latest masses.

    Without a branch that depends on the data, so that all calls cost the same.
    """
    nodes = (int64(2) << height) - 1
    epoch, least = m.epoch, m.least
    path, mass = i64(m, m.path, trees * (height + 1)), i64(m, m.mass, 2 * nodes * trees)
    total = 0.0
    for tree in range(trees):
        found, counts = int64(0), int64(-1)  # -1 or 0, all bits
        for depth in range(height + 1):
            at = 2 * (tree * nodes + path[depth * trees + tree])
            stamp, word = mass[at], mass[at + 1]
            latest = (word & 0xFFFFFFFF) if stamp == epoch else int64(0)
            before = word >> 32 if stamp == epoch else ((word & 0xFFFFFFFF) if stamp == epoch - 1 else int64(0))
            mass[at], mass[at + 1] = epoch, (before << 32) | (latest + learn)
            found += (before << depth) & counts
            counts = counts if before >= least else int64(0)
        total += found
    return total


@kernel
def step(m: Any) -> int:
    n = int64(m.nNumChannels)
    code = bad_call(m, n)
    if code != 0:
        return code
    m.last_ns = m.tTimestamp
    find_paths(m, n, m.trees, m.height)
    total = visit_nodes(m, m.trees, m.height, int64(m.bLearn))
    scored = m.epoch > 1
    m.fAnomalyScore = 1.0 - total / m.most if scored else 0.0
    anomaly = scored and m.fAnomalyScore > m.threshold
    if anomaly and not m.bAnomaly:
        m.fbTimeLastEvent = m.tTimestamp
    m.nNumAnomalies += anomaly
    m.bAnomaly = anomaly
    m.bNewResult = scored
    if m.bLearn:
        ends = m.filled + 1 == m.window
        m.filled = int64(0) if ends else m.filled + 1
        m.epoch += ends
        m.bLearning = m.epoch == 1
    return 0


class FB_ALY_HalfSpaceTrees(ChannelBlock, TimedBlock, category="Anomaly"):
    """Scores each point by how few points came to its part of space lately; trees are drawn once, without data.

    Sources: Tan, Ting, Liu, "Fast anomaly detection for streaming data", IJCAI 2011; anomaly.HalfSpaceTrees of River
    0.26, whose scores this block equals bit for bit. The vendor has no such block.

    Documented: a tree of height h halves space h times at random; each point adds 1 to the latest mass of every node
    on its path; after a window of points the latest masses become the reference masses; a point scores by the
    reference masses of its nodes, until one holds less than a tenth of the window.

    As River does it, and not the paper: limits per channel are given, values beyond them belong to the outermost cells;
    the channel of a split is drawn in proportion to its remaining range, the split evenly from the middle 70 % of it;
    the score adds mass * 2**depth over all nodes of the path, and is 1 - sum / (trees * window * (2**(h+1) - 1)), so
    that high is anomalous; it is 0 during the first window. Numbers come from Python's random.Random(nSeed), per tree
    depth first, left before right, first the channel and then the split; channels stand in the order of River's
    features, which it sorts by name.

    Chosen: a point is scored before it is learnt (score_one, then learn_one); fThreshold, bAnomaly and the counter are
    not in River; fbTimeLastEvent is the time of the call in which bAnomaly became TRUE; bNewResult is FALSE during the
    first window; with bLearn = FALSE nothing is learnt and no window passes; a missing value is refused like any other
    that is not finite (16#3003), use FB_ALY_StatImputer; River would go where most points went. Windows are not
    swapped: each node holds both masses and the number of the window of its latest point, so that no cycle does more
    than others.

    Masses are whole numbers, and a weighted sum of them is exact below 2**53, in any order: scores are equal bit for
    bit as long as trees * window * 2**(h+1) stays below that.

    Cost: O(trees * height) per call, whatever the number of channels. Memory: 48 bytes * trees * 2**height.
    """

    step = step
    counters = ("nNumAnomalies",)
    drawn_with = {"fAnomalyScore": ("fThreshold",)}
    example = {
        "nNumTrees": 10,
        "nHeight": 8,
        "nWindowSize": 250,
        "nSeed": 42,
        "fThreshold": 0.9,
        "fLowerLimit": 0.0,
        "fUpperLimit": 1.0,
    }

    nNumChannels: UDINT = fb_init(2, "number of input channels")

    fAnomalyScore: LREAL = output("score of the point of this call, 0 to 1, high is anomalous; 0 in the first window")
    bAnomaly: BOOL = output("TRUE when the score exceeds fThreshold")
    bLearning: BOOL = output("TRUE during the first window, in which there is no score", initial=True)
    nNumAnomalies: ULINT = output("number of calls with bAnomaly")
    fbTimeLastEvent: FB_ALY_DateTime = output("time of the latest call in which bAnomaly became TRUE")

    trees: LINT = config("number of trees")
    height: LINT = config("halvings of a tree")
    window: LINT = config("points of a window")
    least: LINT = config("reference mass below which a path ends")
    most: LREAL = config("largest sum of weighted masses")
    threshold: LREAL = config()

    epoch: LINT = state("number of the window", initial=1)
    filled: LINT = state("points learnt in it")

    splits: LREAL = buffer("per inner node, in the order of a heap: threshold, and the channel as an integer")
    mass: LINT = buffer("per node: number of the window of its latest point; mass before << 32 | latest mass")
    path: LINT = scratch("per level and tree: node that the point passes")
    lower: LREAL = channel_config("lower limits, NaN: as Configure says", initial=math.nan)
    upper: LREAL = channel_config("upper limits", initial=math.nan)

    def _kept_buffers(self) -> tuple[str, ...]:
        return (*super()._kept_buffers(), "splits")

    @method
    def ConfigureChannel(self, nChannel: UDINT, fLowerLimit: LREAL, fUpperLimit: LREAL) -> BOOL:
        """Gives one channel limits of its own, which the next Configure takes over.

        Parameters
        ----------
        nChannel
            number of the channel, from 1
        fLowerLimit
            lower end of the range in which its values are expected
        fUpperLimit
            upper end; more than the lower one

        Notes
        -----
        Errors: 16#3010 no such channel, 16#200C the limits are not finite or in the wrong order.
        """
        if not 1 <= nChannel <= self._n:
            return self._finish(0x3010, f"channel {nChannel} is outside 1..{self._n}")
        if not _is_range(fLowerLimit, fUpperLimit):
            return self._finish(0x200C, _range_text(fLowerLimit, fUpperLimit))
        self._buffer("next_lower")[nChannel - 1] = fLowerLimit
        self._buffer("next_upper")[nChannel - 1] = fUpperLimit
        return self._finish(0)

    @method
    def Configure(
        self,
        nNumTrees: UDINT,
        nHeight: UDINT,
        nWindowSize: UDINT,
        nSeed: UDINT,
        fThreshold: LREAL,
        fLowerLimit: LREAL = 0.0,
        fUpperLimit: LREAL = 1.0,
    ) -> BOOL:
        """Draws the trees and starts empty; FALSE keeps the configuration before.

        Parameters
        ----------
        nNumTrees
            number of trees; River's default is 10, the paper's 25
        nHeight
            halvings of a tree, 1 to 24; River's default is 8, the paper's 15
        nWindowSize
            points of a window; 250 in River and in the paper
        nSeed
            start of the random numbers; equal seeds give equal trees
        fThreshold
            score above which a point is an anomaly
        fLowerLimit
            lower limit of the channels for which ConfigureChannel gave none
        fUpperLimit
            upper limit of these channels

        Notes
        -----
        Errors: 16#100C nNumChannels is 0, 16#2011 no tree or a height out of range, 16#200D window, 16#201A threshold,
        16#200C limits not finite, in the wrong order, or too close together for the height, 16#2001 too much memory.
        """
        m, n = self._m, self._n
        if n == 0:
            return self._finish(0x100C, "nNumChannels is 0, at least 1 is needed")
        if nNumTrees == 0 or not 1 <= nHeight <= HIGHEST:
            return self._finish(
                0x2011, f"nNumTrees = {nNumTrees}, nHeight = {nHeight}; at least 1 tree, height 1..{HIGHEST}"
            )
        if not 1 <= nWindowSize <= LONGEST_WINDOW:
            return self._finish(0x200D, f"nWindowSize = {nWindowSize}, allowed are 1..{LONGEST_WINDOW}")
        if not math.isfinite(fThreshold):
            return self._finish(0x201A, f"fThreshold = {fThreshold}, it has to be finite")
        if not _is_range(fLowerLimit, fUpperLimit):
            return self._finish(0x200C, _range_text(fLowerLimit, fUpperLimit))
        inner = 2**nHeight - 1
        counts = {"splits": 2 * inner * nNumTrees, "mass": 2 * (2 * inner + 1) * nNumTrees}
        counts["path"] = (nHeight + 1) * nNumTrees
        if self._plan(self._counts() | counts)[1] > MEMORY_LIMIT:
            return self._finish(0x2001, f"{nNumTrees} trees of height {nHeight} need more than {MEMORY_LIMIT} bytes")
        own = ~np.isnan(self._buffer("next_lower"))
        low = np.where(own, self._buffer("next_lower"), fLowerLimit)
        high = np.where(own, self._buffer("next_upper"), fUpperLimit)
        source = random.Random(nSeed)
        drawn = [draw_tree(source, low, high, nHeight) for _ in range(nNumTrees)]
        if any(tree is None for tree in drawn):
            return self._finish(0x200C, f"the limits {low} to {high} are too close together for nHeight = {nHeight}")
        self._allocate(**counts)
        self._buffer("splits")[:] = np.concatenate(drawn)  # type: ignore[arg-type]
        m = self._m
        m.trees, m.height, m.window, m.threshold = nNumTrees, nHeight, nWindowSize, fThreshold
        m.least, m.most = math.ceil(SPARSE * nWindowSize), float(nNumTrees * nWindowSize * (2 * inner + 1))
        return self._configured()

    @cyclic
    def Call(self, tTimestamp: ULINT, bLearn: BOOL = True) -> BOOL:
        """Scores the point that the channels make up, then learns it.

        Parameters
        ----------
        tTimestamp
            time of the call, ns since 2000-01-01 UTC; not 0, never earlier than the call before
        bLearn
            TRUE: the point enters the window

        Notes
        -----
        Errors: 16#3007 before a successful Configure; 16#3006 tTimestamp = 0; 16#3003 tTimestamp before that of the
        call before, a channel that was never set, or a NaN or infinite value.
        """


def draw_tree(source: random.Random, low: np.ndarray, high: np.ndarray, height: int) -> np.ndarray | None:
    """The splits of one tree, level by level; None when a range is too narrow to be split further.

    The numbers are drawn as by a walk that takes each node before its left and its right part: two per node, first for
    the channel and then for the split. A node's place in that order follows from its place in the tree.
    """
    inner = 2**height - 1
    numbers = np.array([source.random() for _ in range(2 * inner)]).reshape(inner, 2)
    splits = np.empty((inner, 2))
    order = np.zeros(1, np.int64)
    lows, highs = low[None, :], high[None, :]
    for depth in range(height):
        count = 2**depth
        cumulated = np.cumsum(highs - lows, axis=1)
        if not (cumulated[:, -1] > 0.0).all():
            return None
        for_channel, for_split = numbers[order].T
        chosen = (cumulated[:, :-1] <= (for_channel * cumulated[:, -1])[:, None]).sum(axis=1)
        rows = np.arange(count)
        a, b = lows[rows, chosen], highs[rows, chosen]
        first, last = a + PADDING * (b - a), b - PADDING * (b - a)
        at = first + (last - first) * for_split
        splits[count - 1 : 2 * count - 1, 0] = at
        splits.view(np.int64)[count - 1 : 2 * count - 1, 1] = chosen
        lows, highs = np.repeat(lows, 2, axis=0), np.repeat(highs, 2, axis=0)
        highs[2 * rows, chosen], lows[2 * rows + 1, chosen] = at, at
        order = np.stack([order + 1, order + 2 ** (height - depth - 1)], axis=1).reshape(-1)
    return splits.reshape(-1)


def _is_range(low: float, high: float) -> bool:
    return -LARGEST_LIMIT <= low < high <= LARGEST_LIMIT


def _range_text(low: float, high: float) -> str:
    return f"fLowerLimit = {low:g}, fUpperLimit = {high:g}; finite numbers are needed, the upper one larger"
