"""FB_ALY_IsolationForest: a forest learnt by scikit-learn, run row by row."""

from typing import Any

import numpy as np

from alycat.runtime.block import ChannelBlock, cyclic
from alycat.runtime.declare import buffer, config, fb_init, output, scratch
from alycat.runtime.iec import BOOL, LINT, LREAL, UDINT, ULINT
from alycat.runtime.kernel import int64, kernel
from alycat.runtime.learnt import Learnt
from alycat.runtime.memory import f64, i64

from ..conditions import TimedBlock, bad_call
from ..learnt_kinds import ISOLATION_FOREST
from ..system.datetime import FB_ALY_DateTime
from ..teaching import FromFileBlock
from ..types import E_ALY_ConfigState
from .isolation_learning import complete, learn_forest


@kernel
def path_length(m: Any, n: int) -> float:
    """Sum of the lengths that the trees give; level by level, so that the trees do not wait for each other."""
    trees, depth = int64(m.trees), int64(m.depth)
    inner = (int64(1) << depth) - 1
    x, rounded = f64(m, m.x, n), f64(m, m.rounded, n)
    for c in range(n):
        rounded[c] = np.float64(np.float32(x[c]))
    place = i64(m, m.place, trees)
    thresholds, channels = f64(m, m.splits, 2 * inner * trees), i64(m, m.splits, 2 * inner * trees)
    for tree in range(trees):
        place[tree] = int64(0)
    for _ in range(depth):
        for tree in range(trees):
            node = place[tree]
            split = 2 * (tree * inner + node)
            is_left = rounded[channels[split + 1]] <= thresholds[split]
            place[tree] = 2 * node + 2 - is_left
    lengths = f64(m, m.lengths, (inner + 1) * trees)
    total = 0.0
    for tree in range(trees):
        total += lengths[tree * (inner + 1) + place[tree] - inner]
    return total


@kernel
def step(m: Any) -> int:
    n = int64(m.nNumChannels)
    code = bad_call(m, n)
    if code != 0:
        return code
    m.last_ns = m.tTimestamp
    total = path_length(m, n)
    ratio = total / m.scale if m.scale != 0.0 else 1.0
    m.fAnomalyScore = m.base**-ratio
    m.fDecision = -m.fAnomalyScore - m.offset
    anomaly = m.fDecision < 0.0
    if anomaly and not m.bAnomaly:
        m.fbTimeLastEvent = m.tTimestamp
    m.nNumAnomalies += anomaly
    m.bAnomaly = anomaly
    m.bNewResult = True
    return 0


class FB_ALY_IsolationForest(FromFileBlock, ChannelBlock, TimedBlock, category="Anomaly"):
    """Scores each point by how few random cuts separate it from the rest; the forest is learnt from a recording.

    Sources: Liu, Ting, Zhou, "Isolation forest", ICDM 2008; scikit-learn 1.9, ensemble.IsolationForest. The vendor has
    no such block; its life is that of FB_ALY_LinearRegressionInference, see `alycat.blocks.teaching`.

    Documented: a tree cuts a sample of the recording at random until each point is alone or the height limit is
    reached; the score of a point is 2**-(mean path length / c(sample size)), high is anomalous.

    Learning happens outside the cycle: `learn_forest` of `alycat.blocks.anomaly.isolation_learning`, here as
    `FB_ALY_IsolationForest.learn`, fits with scikit-learn (extra ``learn``); `take` takes what it gives, and so does
    ConfigureFromFile from a file that `alycat learn`, or `alycat.runtime.learnt.write`, has written. Running needs no
    scikit-learn.

    Equal to scikit-learn: -fAnomalyScore is its score_samples, fDecision its decision_function. Values are compared as
    32-bit floats as there, path lengths of the leaves come from the fitted forest, and are added in its order, so the
    mean path length is equal bit for bit. The power of 2 is the C library's pow, as in numpy where it does not use its
    own vector code: the scores are equal bit for bit there, and within 4 units in the last place elsewhere (AVX-512).

    Chosen: bAnomaly is fDecision < 0, that is scikit-learn's predict = -1; fbTimeLastEvent is the time of the call in
    which bAnomaly became TRUE; every successful call has a new result; a forest for another number of channels is
    refused (16#300C), and so is a value that is not finite (16#3003), use FB_ALY_StatImputer.

    Cost: O(trees * depth) per call, always the same. Memory: 24 bytes * trees * 2**depth, depth 8 for samples of 256.
    """

    step = step
    reads = ISOLATION_FOREST
    counters = ("nNumAnomalies",)
    example = {"tTimeout": 5000, "sFilePath": "data.IsolationForest.json"}

    nNumChannels: UDINT = fb_init(2, "number of input channels")

    bBusy: BOOL = output("file work is under way")
    eState: E_ALY_ConfigState = output("state of the configuration")
    fAnomalyScore: LREAL = output("score of the point of this call, 0 to 1, high is anomalous")
    fDecision: LREAL = output("how far the score lies from the limit of the forest; below 0 is an anomaly")
    bAnomaly: BOOL = output("TRUE when fDecision is below 0")
    nNumAnomalies: ULINT = output("number of calls with bAnomaly")
    fbTimeLastEvent: FB_ALY_DateTime = output("time of the latest call in which bAnomaly became TRUE")

    trees: LINT = config("number of trees")
    depth: LINT = config("splits on every path")
    scale: LREAL = config("path length that gives a score of 1/2")
    offset: LREAL = config("scikit-learn's offset_")
    base: LREAL = config("2; from the memory, so that no compiler makes an exp2 of the power")

    splits: LREAL = buffer("per inner node, in the order of a heap: threshold, and the channel as an integer")
    lengths: LREAL = buffer("path length of each leaf")

    rounded: LREAL = scratch("the point in 32-bit precision")
    place: LINT = scratch("where the point is in each tree")

    learn = staticmethod(learn_forest)

    def _kept_buffers(self) -> tuple[str, ...]:
        return (*super()._kept_buffers(), "splits", "lengths")

    @staticmethod
    def _prepared(learnt: Learnt) -> Any:
        return learnt, complete(learnt)

    def _configure_with(self, prepared: Any) -> tuple[int, str]:
        forest, (depth, splits, lengths) = prepared
        if forest["channels"] != self._n:
            return 0x300C, f"the forest has {forest['channels']} channels, the block {self._n}"
        trees = len(forest["nodes"])
        self._allocate(splits=len(splits), lengths=len(lengths), rounded=self._n, place=trees)
        self._buffer("splits")[:], self._buffer("lengths")[:] = splits, lengths
        m = self._m
        m.trees, m.depth, m.scale, m.offset, m.base = trees, depth, forest["scale"], forest["offset"], 2.0
        return 0, ""

    @cyclic
    def Call(self, tTimestamp: ULINT) -> BOOL:
        """Scores the point that the channels make up.

        Parameters
        ----------
        tTimestamp
            time of the call, ns since 2000-01-01 UTC; not 0, never earlier than the call before

        Notes
        -----
        Errors: 16#3007 before a forest was taken; 16#3006 tTimestamp = 0; 16#3003 tTimestamp before that of the
        call before, a channel that was never set, or a NaN or infinite value.
        """
