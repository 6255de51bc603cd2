"""FB_ALY_ShapeReconstruction: what cannot be put together from the shapes of normal data is an anomaly."""

import math
from typing import Any

import numpy as np

from alycat.runtime.background import BackgroundWork
from alycat.runtime.block import SingleChannelBlock, cyclic, method, quick_method
from alycat.runtime.control import array_refusal
from alycat.runtime.declare import buffer, config, output, state
from alycat.runtime.iec import BOOL, DINT, LINT, LREAL, POINTER_TO_LREAL, UDINT, ULINT
from alycat.runtime.kernel import int64, kernel
from alycat.runtime.memory import f64, u64

from ..checks import wrong_value
from ..conditions import TimedBlock, bad_time
from ..system.datetime import FB_ALY_DateTime
from ..windows import LARGEST_SQUARED
from . import kmeans
from .shape_types import E_ALY_ShapeError, E_ALY_ShapeState, E_ALY_ShapeThreshold, E_ALY_ShapeWindow

IDLE, TEACH, RUN = int(E_ALY_ShapeState.Idle), int(E_ALY_ShapeState.Teach), int(E_ALY_ShapeState.Run)
SIGNED, ABSOLUTE = int(E_ALY_ShapeError.SignedMaximum), int(E_ALY_ShapeError.AbsoluteMaximum)
LONGEST = 100_000  # values of a segment
PENDING = {
    E_ALY_ShapeState.PendingIdle: E_ALY_ShapeState.Idle,
    E_ALY_ShapeState.PendingTeach: E_ALY_ShapeState.Teach,
    E_ALY_ShapeState.PendingRun: E_ALY_ShapeState.Run,
}


@kernel
def collect(m: Any, x: float) -> None:
    """One more normal value; the ones after the buffer is full are not taught."""
    if m.nNumTaughtSamples < m.capacity:
        f64(m, m.taught, m.capacity)[m.nNumTaughtSamples] = x
        m.nNumTaughtSamples += 1
    m.bTeachBufferFull = m.nNumTaughtSamples == m.capacity
    m.bNewResult = False


@kernel
def measure(m: Any, x: float) -> int:
    """Adds the value to the distances of all open segments; the one that it completes, or -1."""
    length, hop, clusters = int64(m.length), int64(m.hop), int64(m.clusters)
    lanes = length // hop
    window, shapes = f64(m, m.window, length), m.shapes
    complete = int64(-1)
    for lane in range(lanes):
        k = m.position - lane * hop
        if k < 0:
            k += length
            if m.count < length:  # the first segment of this lane has not begun
                continue
        distance = f64(m, m.distance + 8 * clusters * lane, clusters)
        places = f64(m, shapes + 8 * clusters * k, clusters)
        value = window[k] * x
        if k == 0:
            u64(m, m.begins, lanes)[lane] = m.tTimestamp
            for j in range(clusters):
                distance[j] = 0.0
        for j in range(clusters):
            t = value - places[j]
            distance[j] += t * t
        if k == length - 1:
            complete = lane
    return complete


@kernel
def judge(m: Any, lane: int) -> None:
    """Finds the shape of a complete segment, its error, and adds it to the reconstruction."""
    length, hop, clusters = int64(m.length), int64(m.hop), int64(m.clusters)
    distance = f64(m, m.distance + 8 * clusters * lane, clusters)
    smallest, nearest = math.inf, int64(0)
    for j in range(clusters):
        if distance[j] < smallest:
            smallest, nearest = distance[j], j
    window, shapes = f64(m, m.window, length), f64(m, m.shapes, length * clusters)
    values, total = f64(m, m.values, length), f64(m, m.total, length)
    i = m.position + 1  # the segment's first sample is the oldest one in the rings
    largest, squares = -math.inf, 0.0
    for k in range(length):
        if i == length:
            i = int64(0)
        shape = shapes[k * clusters + nearest]
        total[i] += shape
        difference = shape - window[k] * values[i]
        if m.error_kind == ABSOLUTE:
            difference = abs(difference)
        largest = max(largest, difference)
        squares += difference * difference
        i += 1
    m.fError = largest if m.error_kind == SIGNED or m.error_kind == ABSOLUTE else math.sqrt(squares / length)
    m.bAnomaly = m.fError > m.fThreshold
    m.nShapeIdx = nearest
    m.fbTimeSegment = u64(m, m.begins, length // hop)[lane]
    m.nNumSegments += 1
    m.nNumAnomalies += m.bAnomaly


@kernel
def emit(m: Any) -> None:
    """The sample that no further segment will cover, and its reconstruction; their places become free."""
    length, hop = int64(m.length), int64(m.hop)
    oldest = m.position + 1
    if oldest == length:
        oldest = int64(0)
    first = length - hop  # before it fewer windows overlap
    m.bReconstructionValid = m.count >= length - 1 + first
    if m.bReconstructionValid:
        m.fDelayedInput = f64(m, m.values, length)[oldest]
        m.fReconstruction = f64(m, m.total, length)[oldest] / f64(m, m.cover, hop)[oldest % hop]
    f64(m, m.total, length)[oldest] = 0.0


@kernel
def step(m: Any) -> int:
    if m.mode != RUN and m.mode != TEACH:
        return 0x3008
    x = f64(m, m.x, 1)[0]
    code = wrong_value(x, LARGEST_SQUARED)
    if code == 0:
        code = bad_time(m)
    if code != 0:
        return code
    m.last_ns = m.tTimestamp
    if m.mode == TEACH:
        collect(m, x)
        return 0
    f64(m, m.values, m.length)[m.position] = x
    complete = measure(m, x)
    m.bNewResult = complete >= 0
    if complete >= 0:
        judge(m, complete)
    emit(m)
    m.count += 1
    m.position += 1
    if m.position == m.length:
        m.position = 0
    return 0


class FB_ALY_ShapeReconstruction(SingleChannelBlock, TimedBlock, category="Anomaly"):
    """Learns the shapes that short segments of a normal signal have, and tells segments that look like none of them.

    Sources: k-means shape reconstruction as in Dunning and Friedman, Practical Machine Learning: A New Look at Anomaly
    Detection, 2014, and its retellings with InfluxDB; Keogh and Lin 2005 on what clustering of subsequences
    cannot do (the shapes may be shifted copies of each other: as a code book they serve, as findings they do not).

    A segment is nSegmentLength values in a row, each multiplied by the window's weight. Taught segments begin every
    nTeachStride values; their nNumClusters cluster centres are the shapes. In Run a segment begins every nStride
    values. It is replaced by the nearest shape; the shapes, added where they overlap, are the reconstruction.

    Life: Configure; SwitchState_Teach, UpdateState; SetChannelValue and Call with normal data; SwitchState_Idle, then
    UpdateState in every cycle until eState is Idle: meanwhile a thread of its own learns and the cycle goes on
    (k-means takes a second for 8,000 values and 150 shapes). SwitchState_Run, UpdateState; SetChannelValue and Call.
    SetShapes gives shapes from elsewhere instead; `teach` learns from a recording at once.

    Deviations from the source: the reconstruction is divided by the sum of the windows that cover a sample (there it
    keeps the 3 to 5 % that a symmetric window with half overlap takes away); it begins where all windows are
    there; the threshold comes from the errors of the taught segments, and is no number found by looking.

    Chosen:

    - the error of a segment is that of the windowed values, as in the source's stream; bAnomaly and fError belong to
      the segment completed last and stay until the next; bNewResult tells that one was completed;
    - fReconstruction belongs to the value nSegmentLength - 1 calls ago, which is fDelayedInput; both are 0 until
      bReconstructionValid;
    - SwitchState_Teach begins a new recording and keeps the shapes there are until new ones are learnt; values beyond
      nTeachBufferSize are not taught (bTeachBufferFull); SwitchState_Run begins a new signal,
      whose times may lie before those of the one before;
    - of equally near shapes the first one is taken; the same recording, parameters and seed give the same shapes;
    - leaving Teach with fewer segments than clusters leads to Idle with 16#200D and learns nothing;
    - Reset keeps state, shapes and threshold, and drops the signal and what was recorded for teaching;
      in the middle of learning it ends in Idle;
    - UpdateState waits for the learning on a virtual clock, where no time passes meanwhile, and never on the real-time
      clock; on the latter the cycle in which eState becomes Idle is not the same in every run.
    Values beyond +-1e140 are refused (16#300A).

    Cost: every call adds its value to the distances of nSegmentLength / nStride open segments to all shapes, the call
    that completes one also looks for the smallest; no call is heavier than that.
    """

    step = step
    counters = ("nNumSegments", "nNumAnomalies")
    drawn_with = {"fError": ("fThreshold",), "fReconstruction": ("fDelayedInput",)}
    example = {
        "nSegmentLength": 32,
        "nStride": 16,
        "eWindow": E_ALY_ShapeWindow.Symmetric,
        "nTeachBufferSize": 8192,
        "nTeachStride": 2,
        "nNumClusters": 150,
        "nRestarts": 10,
        "nSeed": 0,
        "eErrorKind": E_ALY_ShapeError.SignedMaximum,
        "eThresholdKind": E_ALY_ShapeThreshold.Quantile,
        "fQuantile": 0.97,
    }

    eState: E_ALY_ShapeState = output("what Call does at present")
    bTaught: BOOL = output("there are shapes and a threshold")
    nNumTaughtSamples: UDINT = output("values recorded for teaching")
    bTeachBufferFull: BOOL = output("further values are not taught")
    fThreshold: LREAL = output("errors above it are anomalies")
    fError: LREAL = output("error of the segment completed last")
    bAnomaly: BOOL = output("that error is above the threshold")
    nShapeIdx: DINT = output("shape nearest to that segment, from 0", initial=-1)
    fbTimeSegment: FB_ALY_DateTime = output("time of its first value")
    nNumSegments: ULINT = output("segments completed")
    nNumAnomalies: ULINT = output("anomalous ones among them")
    fReconstruction: LREAL = output("reconstructed value of nSegmentLength - 1 calls ago")
    fDelayedInput: LREAL = output("the value of that call")
    bReconstructionValid: BOOL = output("both are there")

    mode: LINT = config("eState, kept by Reset")
    length: LINT = config("values of a segment")
    hop: LINT = config("distance of segments in Run")
    clusters: LINT = config("number of shapes")
    capacity: LINT = config("values that can be taught")
    teach_hop: LINT = config("distance of taught segments")
    restarts: LINT = config("runs of k-means, of which the best counts")
    seed: LINT = config("where they begin")
    error_kind: LINT = config("E_ALY_ShapeError")
    threshold_kind: LINT = config("E_ALY_ShapeThreshold")
    quantile: LREAL = config("of the errors of the taught segments")
    learnt: BOOL = config("there are shapes")
    limit: LREAL = config("fThreshold, kept by Reset")

    count: ULINT = state("values since Run began")
    position: LINT = state("place of this value in the rings")

    window: LREAL = buffer("weight of each sample, kept by Reset")
    cover: LREAL = buffer("sum of the windows over a sample, kept by Reset")
    shapes: LREAL = buffer("sample k of all shapes, then sample k + 1, kept by Reset")
    taught: LREAL = buffer("values recorded for teaching")
    distance: LREAL = buffer("squared distance of each open segment to each shape so far")
    begins: ULINT = buffer("time of the first value of each open segment")
    values: LREAL = buffer("ring of the latest values")
    total: LREAL = buffer("ring of the added shapes")

    _work: BackgroundWork | None = None

    def _kept_buffers(self) -> tuple[str, ...]:
        return (*super()._kept_buffers(), "window", "cover", "shapes")

    def _begin(self) -> None:
        if self._m.mode == E_ALY_ShapeState.PendingIdle:
            self._m.mode = E_ALY_ShapeState.Idle
        self._work = None
        self._m.eState, self._m.bTaught, self._m.fThreshold = self._m.mode, self._m.learnt, self._m.limit

    def _take(self, header: dict[str, Any], payload: bytes) -> None:
        super()._take(header, payload)
        self._work = None  # learning that was under way begins again with the next UpdateState

    @method
    def Configure(
        self,
        nSegmentLength: UDINT,
        nStride: UDINT,
        eWindow: E_ALY_ShapeWindow,
        nTeachBufferSize: UDINT,
        nTeachStride: UDINT,
        nNumClusters: UDINT,
        nRestarts: UDINT,
        nSeed: UDINT,
        eErrorKind: E_ALY_ShapeError,
        eThresholdKind: E_ALY_ShapeThreshold,
        fQuantile: LREAL,
    ) -> BOOL:
        """Takes the parameters and starts in Idle, without shapes.

        Parameters
        ----------
        nSegmentLength
            values of a segment, at least 2; about the length of the events to be told apart
        nStride
            values from the beginning of a segment to that of the next one in Run; divides nSegmentLength, usually half
        eWindow
            weight of the values within a segment; Symmetric as in the source
        nTeachBufferSize
            normal values that can be recorded for teaching; at least nSegmentLength
        nTeachStride
            values from the beginning of a taught segment to that of the next one
        nNumClusters
            number of shapes
        nRestarts
            runs of k-means, of which the best counts
        nSeed
            where k-means takes its random numbers from
        eErrorKind
            how a segment differs from its shape: SignedMaximum as in the source, AbsoluteMaximum, RootMeanSquare
        eThresholdKind
            Maximum of the errors of the taught segments, or a Quantile of them
        fQuantile
            which one, 0..1; without meaning for Maximum

        Notes
        -----
        Errors: 16#2014 nSegmentLength outside 2..100,000, nStride or nTeachStride 0, nStride no divisor of
        nSegmentLength, or a window that leaves samples uncovered; 16#201F nTeachBufferSize below nSegmentLength;
        16#2011 nNumClusters 0; 16#200D nRestarts 0; 16#2003 an enumeration is NotInitialized; 16#200C fQuantile;
        16#2001 too much memory.
        """
        enums = {"eWindow": eWindow, "eErrorKind": eErrorKind, "eThresholdKind": eThresholdKind}
        for name, value in enums.items():
            if value == 0:
                return self._finish(0x2003, f"{name} is NotInitialized")
        if not 2 <= nSegmentLength <= LONGEST or nStride == 0 or nSegmentLength % nStride:
            detail = f"nSegmentLength = {nSegmentLength}, nStride = {nStride}: 2..{LONGEST} and a divisor are needed"
            return self._finish(0x2014, detail)
        if nTeachStride == 0:
            return self._finish(0x2014, "nTeachStride = 0, at least 1 is needed")
        if nTeachBufferSize < nSegmentLength:
            detail = f"nTeachBufferSize = {nTeachBufferSize}, at least nSegmentLength = {nSegmentLength} is needed"
            return self._finish(0x201F, detail)
        if nNumClusters == 0:
            return self._finish(0x2011, "nNumClusters = 0, at least 1 is needed")
        if nRestarts == 0:
            return self._finish(0x200D, "nRestarts = 0, at least 1 is needed")
        if not 0.0 <= fQuantile <= 1.0:
            return self._finish(0x200C, f"fQuantile = {fQuantile}, allowed are 0..1")
        lanes, cells = nSegmentLength // nStride, nSegmentLength * nNumClusters
        if (cells + lanes * nNumClusters) * 8 > 1 << 30:
            return self._finish(0x2001, f"{nNumClusters} shapes of {nSegmentLength} values")
        window = window_of(eWindow, nSegmentLength)
        cover = window.reshape(lanes, nStride).sum(axis=0)
        if cover.min() <= 1e-9:
            detail = f"with nStride = {nStride} the window {E_ALY_ShapeWindow(eWindow).name} leaves samples uncovered"
            return self._finish(0x2014, detail)
        counts = dict.fromkeys(("window", "values", "total"), nSegmentLength)
        counts |= {"cover": nStride, "shapes": cells, "taught": nTeachBufferSize}
        try:
            self._allocate(**counts, distance=lanes * nNumClusters, begins=lanes)
        except MemoryError as error:
            return self._finish(0x2001, str(error))
        m = self._m
        m.length, m.hop, m.clusters, m.capacity = nSegmentLength, nStride, nNumClusters, nTeachBufferSize
        m.teach_hop, m.restarts, m.seed = nTeachStride, nRestarts, nSeed
        m.error_kind, m.threshold_kind, m.quantile = eErrorKind, eThresholdKind, fQuantile
        self._buffer("window")[:], self._buffer("cover")[:] = window, cover
        kmeans.prepare()
        return self._configured()

    @method
    def SwitchState_Teach(self) -> BOOL:
        """Asks for the state Teach, where Call records normal values; UpdateState completes the change.

        Errors: 16#3007 before a successful Configure, 16#3008 while another change is pending.
        """
        return self._ask_for(E_ALY_ShapeState.PendingTeach)

    @method
    def SwitchState_Idle(self) -> BOOL:
        """Asks for the state Idle; out of Teach this begins to learn, and UpdateState tells when it is done.

        Errors: 16#3007 before a successful Configure, 16#3008 while another change is pending.
        """
        learns = self._m.mode == E_ALY_ShapeState.Teach
        if not self._ask_for(E_ALY_ShapeState.PendingIdle):
            return False
        if learns:
            self._learn()
        return True

    @method
    def SwitchState_Run(self) -> BOOL:
        """Asks for the state Run, where Call reconstructs; UpdateState completes the change and a new signal begins.

        Errors: 16#3007 before a successful Configure, 16#3008 while another change is pending or in state Teach,
        16#2022 no shapes were learnt or set.
        """
        if self._m.bConfigured and not self._m.learnt:
            return self._finish(0x2022, "no shapes were taught or set")
        if self._m.mode == E_ALY_ShapeState.Teach:
            return self._finish(0x3008, "SwitchState_Idle learns what was recorded; call it first")
        return self._ask_for(E_ALY_ShapeState.PendingRun)

    @method
    def UpdateState(self) -> BOOL:
        """Completes a change of state; to be called in every cycle until eState is no longer Pending....

        Errors: 16#3007 before a successful Configure, 16#200D the values recorded were too few to learn from, 16#3001
        they were too many for the memory there is.
        """
        if not self._m.bConfigured:
            return self._finish(0x3007)
        if self._m.mode not in PENDING:
            return self._finish(0)
        if self._m.mode == E_ALY_ShapeState.PendingIdle and self._m.nNumTaughtSamples:
            return self._update_learning()
        self._settle(PENDING[E_ALY_ShapeState(self._m.mode)])
        return self._finish(0)

    @quick_method
    def GetBusyState(self) -> BOOL:
        """TRUE while a change of state is pending."""
        return bool(self._m.mode in PENDING)

    @method
    def SetShapes(self, pShapeMatrix: POINTER_TO_LREAL, nShapeMatrixSize: UDINT, fThreshold: LREAL) -> BOOL:
        """Takes shapes and threshold from elsewhere; in state Idle.

        Parameters
        ----------
        pShapeMatrix
            numpy array (float64) of nNumClusters rows and nSegmentLength columns, windowed as the segments are
        nShapeMatrixSize
            its size in bytes
        fThreshold
            errors above it are anomalies

        Notes
        -----
        Errors: 16#3007 before a successful Configure, 16#3008 not in Idle, 16#2002 no array, 16#3003 a size that does
        not fit, 16#200C a value beyond +-1e140, NaN or infinite, 16#201A fThreshold is not finite.
        """
        if not self._m.bConfigured:
            return self._finish(0x3007)
        if self._m.mode != E_ALY_ShapeState.Idle:
            return self._finish(0x3008, f"eState is {E_ALY_ShapeState(self._m.mode).name}, Idle is needed")
        needed = self._buffer("shapes").nbytes
        code, detail = array_refusal(pShapeMatrix, nShapeMatrixSize, needed, 0x2002, 0x3003)
        if code:
            return self._finish(code, f"pShapeMatrix: {detail}")
        if not (np.abs(pShapeMatrix) <= LARGEST_SQUARED).all():
            return self._finish(0x200C, f"the shapes have to be within +-{LARGEST_SQUARED:g}")
        if not math.isfinite(fThreshold):
            return self._finish(0x201A, f"fThreshold = {fThreshold}")
        self._install(pShapeMatrix.reshape(self._m.clusters, self._m.length), fThreshold)
        return self._finish(0)

    @method
    def GetShapes(self, pShapeMatrixOut: POINTER_TO_LREAL, nShapeMatrixOutSize: UDINT) -> BOOL:
        """Copies the shapes.

        Parameters
        ----------
        pShapeMatrixOut
            numpy array (float64) of nNumClusters rows and nSegmentLength columns
        nShapeMatrixOutSize
            its size in bytes

        Notes
        -----
        Errors: 16#3007 before a successful Configure, 16#2022 no shapes, 16#3002 no array, 16#3004 a size that does not
        fit.
        """
        if not self._m.bConfigured:
            return self._finish(0x3007)
        if not self._m.learnt:
            return self._finish(0x2022, "no shapes were taught or set")
        return self._copy_out("pShapeMatrixOut", pShapeMatrixOut, nShapeMatrixOutSize, self.learnt_shapes())

    @cyclic
    def Call(self, tTimestamp: ULINT) -> BOOL:
        """Takes the value of the channel: records it in state Teach, reconstructs in state Run.

        Errors: 16#3007 before a successful Configure; 16#3008 in any other state; 16#3006 tTimestamp = 0; 16#3003
        tTimestamp before that of the call before, a channel that was never set, or a NaN or infinite value; 16#300A a
        value beyond +-1e140.
        """

    def learnt_shapes(self) -> np.ndarray:
        """The shapes, one row each, a copy; beyond the vendor."""
        return np.ascontiguousarray(self._buffer("shapes").reshape(-1, self._m.clusters).T)

    def teach(self, values: Any) -> bool:
        """Learns from a recording of normal data at once and leaves the block in Run; beyond the vendor."""
        recorded = np.asarray(values, np.float64).reshape(-1)
        if len(recorded) > self._m.capacity and self._m.bConfigured:
            return self._finish(0x3003, f"{len(recorded)} values, nTeachBufferSize is {self._m.capacity}")
        if not (self.SwitchState_Teach() and self.UpdateState()):
            return False
        trace = self.replay(np.ones(len(recorded), np.uint64), recorded)
        if trace["bError"].any():
            row = int(np.argmax(trace["bError"]))
            self._settle(E_ALY_ShapeState.Idle)
            return self._finish(0x3003, f"value {row} of the recording is {recorded[row]}")
        if not self.SwitchState_Idle():
            return False
        while self.GetBusyState():
            if not self.UpdateState():
                return False
        return self.SwitchState_Run() and self.UpdateState()

    # --- changes of state --------------------------------------------------------------------------------------------

    def _ask_for(self, pending: E_ALY_ShapeState) -> bool:
        if not self._m.bConfigured:
            return self._finish(0x3007)
        if self._m.mode in PENDING:
            return self._finish(0x3008, f"eState is {E_ALY_ShapeState(self._m.mode).name}, call UpdateState")
        self._enter(pending)
        return self._finish(0)

    def _enter(self, new: E_ALY_ShapeState) -> None:
        self._m.mode = self._m.eState = new

    def _settle(self, new: E_ALY_ShapeState) -> None:
        """The new state, without what Call has left behind in the one before."""
        self._m.mode = new
        self._clear()
        self._m.bConfigured = True
        self._begin()

    def _install(self, shapes: np.ndarray, threshold: float) -> None:
        self._buffer("shapes")[:] = shapes.T.reshape(-1)
        self._m.learnt, self._m.limit = True, threshold
        self._m.bTaught, self._m.fThreshold = True, threshold

    def _learn(self) -> None:
        m = self._m
        recorded = self._buffer("taught")[: m.nNumTaughtSamples].copy()
        window, given = self._buffer("window").copy(), (m.clusters, m.restarts, m.seed)
        stride, kind, quantile = m.teach_hop, m.error_kind, m.quantile
        if m.threshold_kind == E_ALY_ShapeThreshold.Maximum:
            quantile = 1.0
        if len(recorded):
            self._work = BackgroundWork(lambda: learn(recorded, window, stride, *given, kind, quantile))

    def _update_learning(self) -> bool:
        if self._work is None:  # the block was restored while it learnt
            self._learn()
        assert self._work is not None
        if not self._work.is_done():
            return self._finish(0)
        try:
            shapes, threshold = self._work.outcome()
        except (TooFew, MemoryError) as error:
            self._settle(E_ALY_ShapeState.Idle)
            return self._finish(0x200D if isinstance(error, TooFew) else 0x3001, str(error))
        self._install(shapes, threshold)
        self._settle(E_ALY_ShapeState.Idle)
        return self._finish(0)


class TooFew(ValueError):
    """The recording has fewer segments than there are to be shapes."""


def window_of(kind: E_ALY_ShapeWindow, length: int) -> np.ndarray:
    """The weights of the samples of a segment."""
    if kind == E_ALY_ShapeWindow.Rectangular:
        return np.ones(length)
    parts = length - 1 if kind == E_ALY_ShapeWindow.Symmetric else length
    return np.array([math.sin(math.pi * k / parts) ** 2 if 0 < k < parts else 0.0 for k in range(length)])


def learn(
    recorded: np.ndarray,
    window: np.ndarray,
    stride: int,
    clusters: int,
    restarts: int,
    seed: int,
    kind: int,
    quantile: float,
) -> tuple[np.ndarray, float]:
    """Shapes and threshold of a recording; runs in a thread of its own and touches no block."""
    length = len(window)
    found = max(0, (len(recorded) - length) // stride + 1)
    if found < clusters:
        raise TooFew(f"{len(recorded)} values give {found} segments, at least nNumClusters = {clusters} are needed")
    segments = np.lib.stride_tricks.sliding_window_view(recorded, length)[::stride] * window
    shapes, labels, _ = kmeans.kmeans(segments, clusters, restarts, seed=seed)
    difference = shapes[labels] - segments
    if kind == E_ALY_ShapeError.RootMeanSquare:
        errors = np.sqrt(np.mean(difference**2, axis=1))
    else:
        errors = (np.abs(difference) if kind == E_ALY_ShapeError.AbsoluteMaximum else difference).max(axis=1)
    return shapes, float(np.quantile(errors, quantile))
