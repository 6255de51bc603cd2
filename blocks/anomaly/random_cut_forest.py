"""FB_ALY_RandomCutForest: how unusual a point is in a stream, and which channels make it so."""

import math
from collections.abc import Sequence
from typing import Any

import numpy as np

from alycat.runtime.block import ChannelBlock, cyclic, method
from alycat.runtime.declare import buffer, config, fb_init, output, scratch, state
from alycat.runtime.errors import RangeError
from alycat.runtime.iec import BOOL, INT, LINT, LREAL, POINTER_TO_LREAL, UDINT, ULINT
from alycat.runtime.kernel import int64, kernel
from alycat.runtime.memory import f64

from ..checks import wrong_value
from ..conditions import bad_time
from ..random import starting_words
from ..system.datetime import FB_ALY_DateTime
from ..types import E_ALY_AnomalyThresholdMode
from ..windows import LARGEST
from . import forest_tree
from .explanation import channel_table, json_text
from .forest_attribution import score_and_attribute
from .forest_sampler import learn
from .forest_score import score
from .score_threshold import BINS, follow


@kernel
def step(m: Any) -> int:
    """One call: the point is scored by the forest as it is, compared with the threshold, then learnt."""
    code = bad_time(m)
    if code:
        return code
    channels = int64(m.nNumChannels)
    x = f64(m, m.x, channels)
    for c in range(channels):
        code = wrong_value(x[c], LARGEST)
        if code:
            return code
    m.last_ns = m.tTimestamp
    point = f64(m, m.point, m.dims)
    for k in range(m.dims - channels):
        point[k] = point[k + channels]
    for c in range(channels):
        point[m.dims - channels + c] = x[c] + 0.0  # 0 has one sign
    if m.rows < m.shingle:
        m.rows += 1
    is_whole = m.rows == m.shingle
    m.bLearning = not is_whole or m.nNumPoints < m.output_delay
    judge(m, point, channels)
    if m.bUpdateForest and is_whole:
        m.nNumPoints += 1
        learn(m, point)
        if not m.bLearning:
            follow(m, m.fAnomalyScore)
    m.bNewResult = not m.bLearning
    return 0


@kernel
def judge(m: Any, point: Any, channels: int) -> None:
    """Score, attribution and flag of the point."""
    high, low = f64(m, m.high, channels), f64(m, m.low, channels)
    asked = m.bAttribution and not m.bLearning
    if asked:
        m.fAnomalyScore = score_and_attribute(m, point)
    else:
        for c in range(channels):
            high[c], low[c] = 0.0, 0.0
        m.fAnomalyScore = 0.0 if m.bLearning else score(m, point)
    m.nMainChannel = 0
    largest = 0.0
    for c in range(channels):
        if high[c] + low[c] > largest:
            largest = high[c] + low[c]
            m.nMainChannel = c + 1
    m.fThreshold = m.limit
    is_anomaly = m.nNumScores >= m.output_delay and not m.bLearning and m.fAnomalyScore > m.fThreshold
    if is_anomaly and not m.bAnomaly:
        m.fbTimeLastEvent = m.tTimestamp
    m.bAnomaly = is_anomaly


class FB_ALY_RandomCutForest(ChannelBlock, category="Anomaly"):
    """Scores how unusual each point of a stream is, by a robust random cut forest, and says which channels make it so.

    Each call makes one point of the nNumChannels values (and those of the nShingleSize - 1 calls before). Every tree
    holds a random sample of the points so far, newer ones more likely, and cuts it at random until each point is alone;
    a point that is soon alone is unusual. The score lies between 0 and log2(nSampleSize + 1); usual points have 0.7 to
    1.0. It is 0 in the learning phase. A sibling of FB_ALY_DenStream that the vendor does not have.

    Sources: Guha, Mishra, Roy, Schrijvers, ICML 2016 (trees, insertion, deletion); the score, the attribution and the
    sample of aws/random-cut-forest-by-aws; Efraimidis and Spirakis 2006 (sample); parameters and text form of Kinesis
    RANDOM_CUT_FOREST_WITH_EXPLANATION, which has been discontinued: 100 trees, 256 points, decay 100000, shingle 1.

    As published: the point is scored before it is learnt; a new tree cut at random from the same sample would have the
    same distribution, after every insertion and deletion; a sampled point's weight falls by exp(-1 / nTimeDecay) per
    point; high and low attributions of all channels add up to the score; a point that a tree holds already is
    attributed as if that leaf were not there, its own score being spread evenly at first; nothing is scored before
    nOutputDelay points, by default a quarter of the sample size; the text has DIRECTION, STRENGTH and ATTRIBUTION_SCORE
    per channel, with four decimals.

    Chosen, where sources differ, are silent or do it otherwise:

    - points and boxes are LREAL (AWS: 32 bits), so that channels far from zero, such as counters and positions, keep
      their digits;
    - a tree draws when it takes its next point, not whether it takes each: same distribution, other numbers;
    - all trees take every point until they are full, as AWS does unless told otherwise;
    - STRENGTH is |high - low|, its formula was never published; the direction is HIGH if high exceeds low;
    - channels of a shingle stand together, oldest first; attributions of a channel are summed over the shingle;
    - the threshold is that of the scores before this call, each with a weight that fades with nTimeDecay as the points
      do; the quantile is read from a histogram of 1024 bins. Nothing is flagged before nOutputDelay scores;
    - without learning (bUpdateForest = FALSE) the shingle moves on, and the threshold stays as it is;
    - every scored call has a new result; fbTimeLastEvent tells when bAnomaly rose; equal time stamps are fine.

    `replay` gives both arrays in the trace, under the names of their pointers; None leaves them out.

    Cost: O(trees * log(sample size)) for the way down and a few boxes of shingle * nNumChannels sides on the way up;
    about nSampleSize / nTimeDecay of the trees change per call, all of them until they are full. Memory: about 24 bytes
    per tree, sampled point and dimension, and 42 more per tree and sampled point; 3.5 MB at 100 x 256 with 4 channels.
    """

    step = step
    results = {"pHighArrayOut": "high", "pLowArrayOut": "low"}
    counters = ("nNumPoints", "nNumScores")
    drawn_with = {"fAnomalyScore": ("fThreshold",)}
    example = {  # as Kinesis is used
        "nNumTrees": 100,
        "nSampleSize": 256,
        "nShingleSize": 1,
        "nTimeDecay": 100_000,
        "nSeed": 1,
        "nOutputDelay": 0,
        "eThresholdMode": E_ALY_AnomalyThresholdMode.StandardDeviations,
        "fThresholdLevel": 3.0,
        "bWithDirectionality": True,
    }

    nNumChannels: UDINT = fb_init(2, "number of input channels")

    fAnomalyScore: LREAL = output("how unusual the point of this call is; 0 in the learning phase")
    fThreshold: LREAL = output("what the score was compared with; 0 while there were no scores")
    bAnomaly: BOOL = output("TRUE when the score exceeds the threshold")
    bLearning: BOOL = output("TRUE in the learning phase, in which nothing is scored", initial=True)
    nMainChannel: UDINT = output("channel with the largest attribution, from 1; 0 without attribution")
    fbTimeLastEvent: FB_ALY_DateTime = output("time of the last call in which bAnomaly rose")
    nNumPoints: ULINT = output("points learnt")
    nNumScores: ULINT = output("scores that the threshold is made from")

    trees: LINT = config()
    capacity: LINT = config("nSampleSize")
    shingle: LINT = config()
    dims: LINT = config("channels times shingle size")
    decay: LREAL = config("per point, 0 = never")
    fade: LREAL = config("of the weight of a score, per score")
    seed: UDINT = config()
    output_delay: ULINT = config("points before the first score, scores before the first flag")
    threshold_mode: LINT = config()
    threshold: LREAL = config("fThresholdLevel")
    bin_width: LREAL = config("of the histogram of scores")
    with_direction: BOOL = config()

    last_ns: ULINT = state("time stamp of the call before")
    rows: LINT = state("calls whose values the shingle holds")
    limit: LREAL = state("threshold for the next score")
    score_weight: LREAL = state()
    score_mean: LREAL = state()
    score_squares: LREAL = state("weighted sum of squared distances to the mean")
    score_unit: LREAL = state("what the next score counts in the histogram", initial=1.0)
    score_below: LREAL = state("weight in the bins below that of the quantile")
    quantile_bin: LINT = state()

    high: LREAL = buffer("attribution of each channel, above what is usual")
    low: LREAL = buffer("the same below")
    point: LREAL = buffer("the shingle, oldest first")
    words: ULINT = buffer("random numbers of each tree")
    due: ULINT = buffer("number of the next point that a full tree takes")
    heads: INT = buffer("root, free places and size of each tree")
    nodes: LREAL = buffer("cut and links")
    boxes: LREAL = buffer("corners, lower and upper")
    spans: LREAL = buffer("sums of the sides of the boxes")
    points: LREAL = buffer("of the leaves")
    leaves: INT = buffer("parent and mass")
    weights: LREAL = buffer("heap of each tree")
    sampled: INT = buffer("leaf of each entry")
    bins: LREAL = buffer("histogram of the scores")
    log2_of: LREAL = buffer("table, kept by Reset")

    sums: LREAL = scratch("attribution of each dimension, high and low")
    parts: LREAL = scratch()
    shadow: LREAL = scratch("a box")
    path: LINT = scratch("nodes on the way up")
    extents: LREAL = scratch("how much their boxes would grow")
    found: LINT = scratch("leaf of the point in each tree")
    depths: LINT = scratch("and its depth")

    def _kept_buffers(self) -> tuple[str, ...]:
        return (*super()._kept_buffers(), "log2_of")

    def _begin(self) -> None:
        self._buffer("words")[:] = starting_words(self._m.seed, self._m.trees)

    @method
    def Configure(
        self,
        nNumTrees: UDINT,
        nSampleSize: UDINT,
        nShingleSize: UDINT,
        nTimeDecay: UDINT,
        nSeed: UDINT,
        nOutputDelay: UDINT,
        eThresholdMode: E_ALY_AnomalyThresholdMode,
        fThresholdLevel: LREAL,
        bWithDirectionality: BOOL,
    ) -> BOOL:
        """Takes the parameters, allocates the forest and starts empty; FALSE keeps the configuration before.

        Parameters
        ----------
        nNumTrees
            trees in the forest; 1 to 10000, 100 is usual
        nSampleSize
            points that each tree holds; 1 to 16384, 256 is usual
        nShingleSize
            calls whose values make up one point; 1 = only the present ones
        nTimeDecay
            points after which the weight of a point has fallen to 1/e; 0 = never
        nSeed
            of the random cuts and samples; the same seed and values give the same scores
        nOutputDelay
            points that are learnt before the first score; 0 = a quarter of nSampleSize
        eThresholdMode
            StandardDeviations: mean of the scores plus fThresholdLevel times their deviation; Quantile
        fThresholdLevel
            number of standard deviations, at least 0; or the quantile, more than 0 and less than 1
        bWithDirectionality
            TRUE: the explanation has the direction of each channel and its strength

        Notes
        -----
        Errors: 16#100C nNumChannels is 0 or, times nShingleSize, above 32767; 16#200D nNumTrees or nSampleSize,
        16#2014 nShingleSize, 16#2003 eThresholdMode, 16#201A fThresholdLevel out of range; 16#2001 too much memory.
        """
        if self._n == 0:
            return self._finish(0x100C, "nNumChannels is 0, at least 1 is needed")
        dims, most = self._n * nShingleSize, forest_tree.LARGEST_DIMENSION
        if nShingleSize == 0:
            return self._finish(0x2014, "nShingleSize = 0, at least 1 is needed")
        if dims > most:
            return self._finish(0x100C, f"nNumChannels * nShingleSize = {dims}, at most {most} are allowed")
        limits = {"nNumTrees": (nNumTrees, 10_000), "nSampleSize": (nSampleSize, forest_tree.LARGEST_SAMPLE)}
        for name, (value, largest) in limits.items():
            if not 1 <= value <= largest:
                return self._finish(0x200D, f"{name} = {value}, allowed is 1 to {largest}")
        refusal = _threshold_refusal(eThresholdMode, fThresholdLevel)
        if refusal:
            return self._finish(*refusal)
        try:
            self._size_buffers(nNumTrees, nSampleSize, dims)
        except MemoryError as error:
            return self._finish(0x2001, str(error))
        m = self._m
        m.trees, m.capacity, m.shingle, m.dims = nNumTrees, nSampleSize, nShingleSize, dims
        m.decay = 1 / nTimeDecay if nTimeDecay else 0.0
        m.fade, m.seed = math.exp(-m.decay), nSeed
        m.output_delay = nOutputDelay or max(nSampleSize // 4, 1)
        m.threshold_mode, m.threshold, m.with_direction = eThresholdMode, fThresholdLevel, bWithDirectionality
        m.bin_width = math.log2(nSampleSize + 1) / BINS
        self._buffer("log2_of")[1:] = np.log2(np.arange(1, nSampleSize + 2))
        return self._configured()

    def _size_buffers(self, trees: int, size: int, dims: int) -> None:
        points = trees * size
        counts = dict.fromkeys(("words", "due"), trees) | dict.fromkeys(("high", "low"), self._n)
        counts |= dict.fromkeys(("found", "depths"), trees)
        counts |= dict.fromkeys(("spans", "weights", "sampled"), points)
        counts |= {"heads": trees * forest_tree.HEAD, "nodes": 2 * points, "leaves": 2 * points}
        counts |= {"boxes": 2 * dims * points, "points": dims * points, "point": dims}
        counts |= dict.fromkeys(("sums", "parts", "shadow"), 2 * dims) | dict.fromkeys(("path", "extents"), size)
        self._allocate(**counts, bins=BINS, log2_of=size + 2)

    @cyclic
    def Call(
        self,
        tTimestamp: ULINT,
        bUpdateForest: BOOL = True,
        bAttribution: BOOL = True,
        pHighArrayOut: POINTER_TO_LREAL = None,
        nHighArrayOutSize: UDINT = 0,
        pLowArrayOut: POINTER_TO_LREAL = None,
        nLowArrayOutSize: UDINT = 0,
    ) -> BOOL:
        """Takes the point that the channels make up, scores it and learns it.

        Parameters
        ----------
        tTimestamp
            time of the call, ns since 2000-01-01 UTC; not 0, never earlier than the call before
        bUpdateForest
            TRUE: the point is learnt; FALSE: it is only scored
        bAttribution
            TRUE: the score is divided among the channels, which takes longer; FALSE: all attributions are 0
        pHighArrayOut
            numpy array (float64) for each channel's part of the score above what is usual; None = not wanted
        nHighArrayOutSize
            its size in bytes
        pLowArrayOut
            the same below what is usual
        nLowArrayOutSize
            its size in bytes

        Notes
        -----
        Errors: 16#3007 before a successful Configure; 16#3004 a size that does not fit; 16#3006 tTimestamp = 0; 16#3003
        tTimestamp before that of the call before, a channel that was never set, or a NaN or infinite value; 16#300A a
        value beyond +-1e290.
        """

    def attributions(self) -> np.ndarray:
        """The division of the score among the channels, as a structured array with one row each.

        Fields: high, low, attribution (their sum), strength (their difference), is_high. All 0 while learning.
        """
        return channel_table(self._buffer("high"), self._buffer("low"))

    def explanation(self, names: Sequence[str] | None = None) -> str:
        """The attributions as JSON text, the form of Kinesis' ANOMALY_EXPLANATION; names are CH1, ... unless given."""
        known = [f"CH{c}" for c in range(1, self._n + 1)] if names is None else list(names)
        if len(known) != self._n:
            raise RangeError(f"explanation: {len(known)} names for {self._n} channels")
        if not self._m.bConfigured:
            return json_text(channel_table(np.zeros(self._n), np.zeros(self._n)), known, True)
        return json_text(self.attributions(), known, self._m.with_direction)


def _threshold_refusal(mode: E_ALY_AnomalyThresholdMode, level: float) -> tuple[int, str] | None:
    if mode == E_ALY_AnomalyThresholdMode.NotInitialized:
        return 0x2003, "eThresholdMode is NotInitialized"
    if mode == E_ALY_AnomalyThresholdMode.Quantile and not 0 < level < 1:
        return 0x201A, f"fThresholdLevel = {level:g}, a quantile is more than 0 and less than 1"
    if not 0 <= level < math.inf:
        return 0x201A, f"fThresholdLevel = {level:g}, it has to be finite and at least 0"
    return None
