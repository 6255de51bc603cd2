"""FB_ALY_SequentialKMeans: k-means over a stream, with an aggregation buffer."""

import math
from collections.abc import Iterator
from typing import Annotated, Any

import numpy as np

from alycat.runtime.block import ChannelBlock, cyclic, method
from alycat.runtime.control import array_refusal, within
from alycat.runtime.declare import buffer, config, fb_init, output, scratch, state
from alycat.runtime.iec import BOOL, DINT, INT, LINT, LREAL, POINTER_TO_LREAL, UDINT, WrappedType, iec_type
from alycat.runtime.kernel import int64, kernel
from alycat.runtime.memory import f64, i64

from ..checks import wrong_value
from ..types import E_ALY_KMeansInitMode
from ..windows import LARGEST_SQUARED, add

MISSING_CENTRES = 0x2022


class _InitMode(WrappedType):
    """The enumeration as the page of Configure spells it."""

    def __init__(self) -> None:
        super().__init__(E_ALY_KMeansInitMode, iec_type(INT), 0)
        self.name = "E_ALYKMeansInitMode"


E_ALYKMeansInitMode = Annotated[E_ALY_KMeansInitMode, _InitMode()]


@kernel
def nearest(centres: Any, clusters: int, dims: int, point: Any, start: int) -> tuple[int, float]:
    """Index and squared distance of the centre nearest to ``point[start:]``; the first of equals."""
    best, index = math.inf, 0
    for j in range(clusters):
        total = 0.0
        for c in range(dims):
            t = point[start + c] - centres[j * dims + c]
            total += t * t
        if total < best:
            best, index = total, j
    return index, best


@kernel
def update(m: Any) -> None:
    """Moves the centres to the means of their points, those of the full buffer included, nMaxIterations times."""
    n, clusters, size = int64(m.nNumChannels), int64(m.nNumClusters), int64(m.nAggBufferSize)
    cells = clusters * n
    centres, points, labels = f64(m, m.centres, cells), f64(m, m.points, size * n), i64(m, m.labels, size)
    counts, new_counts = i64(m, m.counts, clusters), i64(m, m.new_counts, clusters)
    sums, rests = f64(m, m.sums, cells), f64(m, m.rests, cells)
    new_sums, new_rests = f64(m, m.new_sums, cells), f64(m, m.new_rests, cells)
    iteration, moved = 0, True
    while iteration < m.iterations and moved:
        moved = iteration == 0
        for j in range(clusters):
            new_counts[j] = counts[j]
        for i in range(cells):
            new_sums[i], new_rests[i] = sums[i], rests[i]
        for p in range(size):
            label = labels[p]
            if iteration > 0:
                label, _ = nearest(centres, clusters, n, points, p * n)
                moved = moved or label != labels[p]
                labels[p] = label
            new_counts[label] += 1
            for c in range(n):
                i = label * n + c
                new_sums[i], new_rests[i] = add(new_sums[i], new_rests[i], points[p * n + c])
        for j in range(clusters):
            if new_counts[j] > 0:
                for c in range(n):
                    i = j * n + c
                    centres[i] = (new_sums[i] + new_rests[i]) / new_counts[j]
        iteration += 1
    for j in range(clusters):
        counts[j] = new_counts[j]
    for i in range(cells):
        sums[i], rests[i] = new_sums[i], new_rests[i]


@kernel
def step(m: Any) -> int:
    if not m.ready:
        return MISSING_CENTRES
    n, size = int64(m.nNumChannels), int64(m.nAggBufferSize)
    x = f64(m, m.x, n)
    for c in range(n):
        code = wrong_value(x[c], LARGEST_SQUARED)
        if code != 0:
            return code
    clusters = int64(m.nNumClusters)
    index, square = nearest(f64(m, m.centres, clusters * n), clusters, n, x, 0)
    m.nClusterIdx = index
    m.fDistance = math.sqrt(square)
    if m.bUpdateClusterCenters:
        points, labels = f64(m, m.points, size * n), i64(m, m.labels, size)
        for c in range(n):
            points[m.filled * n + c] = x[c]
        labels[m.filled] = index
        m.filled += 1
        if m.filled == size:
            update(m)
            m.filled = 0
    m.bNewResult = True
    return 0


class FB_ALY_SequentialKMeans(ChannelBlock, category="Clustering"):
    """Assigns each point to the nearest of a fixed number of cluster centres and learns the centres from the stream.

    Sources: manual TF3510 EN 1.5.0 pp. 160-166 and 432 (InfoSys 9967561099, 8767387915, 8767325579, 9987347979,
    9987497099), Workbench 9325616139; MacQueen 1967.

    Documented: a point belongs to the centre with the smallest Euclidean distance; the points of nAggBufferSize calls
    are kept, and only then the centres move; a new centre is the mean of all points of the cluster so far; with
    nMaxIterations the points of the buffer are assigned again and the centres updated again; matrices hold one row per
    cluster, one column per channel; with bUpdateClusterCenters = FALSE only index and distance are determined.

    Chosen, where the manual is silent:

    - clusters are numbered from 0 in the order of the matrix, before the first call the index is -1; of equally near
      centres the first one is taken; index and distance refer to the centres before the update of the same call;
    - the initial centre is no point: the first points of a cluster replace it, a cluster without points keeps it;
    - an iteration replaces what the iteration before made of the buffered points; older points stay where they were;
    - Equidistant cuts the range of every channel into nNumClusters equal parts and puts centre j into the middle of
      part j; Random draws from a fixed sequence, so that every run gives the same centres;
    - a point of a call without update does not enter the buffer; every successful call has a new result; the names of
      the inputs of Call follow GetResults and the Workbench, as its page repeats that of FB_ALY_DenStream;
    - SetInitialBounds and SetInitialClusterCenters start anew, and are refused in a mode that does not use them
      (16#3008); Reset returns to the initial centres. Values beyond +-1e140 are refused (16#300A).

    `replay` gives the matrix after each row in the trace; pClusterCenterMatrixOut=None leaves it out. Sums are kept as
    pairs, so that the means of 10**8 points are exact.

    Cost: O(channels * clusters) per call, times nAggBufferSize * nMaxIterations in the call that fills the buffer.
    """

    picture = "plane"
    step = step
    largest_value = LARGEST_SQUARED
    results = {"pClusterCenterMatrixOut": "centres"}
    example = {
        "nNumClusters": 3,
        "nMaxIterations": 1,
        "eInitMode": E_ALY_KMeansInitMode.Equidistant,
        "pLowerBoundsConfigArray": (0.0, 0.0),
        "pUpperBoundsConfigArray": (100.0, 10.0),
        "bUpdateClusterCenters": True,
    }

    nNumChannels: UDINT = fb_init(2, "number of input channels")
    nNumClusters: UDINT = fb_init(1, "number of clusters")
    nAggBufferSize: UDINT = fb_init(10, "calls after which the centres are updated")

    nClusterIdx: DINT = output("cluster of the point of this call, from 0", initial=-1)
    fDistance: LREAL = output("distance of the point to the centre of its cluster")

    mode: LINT = config("how the initial centres are obtained")
    iterations: LINT = config("rounds over the buffer per update")
    ready: BOOL = config("there are initial centres")

    filled: LINT = state("points in the aggregation buffer")

    initial: LREAL = buffer("initial centres, kept by Reset")
    centres: LREAL = buffer()
    counts: LINT = buffer("points of each cluster so far")
    sums: LREAL = buffer("of the points of each cluster and channel")
    rests: LREAL = buffer("what rounding took from the sums")
    points: LREAL = buffer("aggregation buffer")
    labels: LINT = buffer("cluster of each point in it")

    new_counts: LINT = scratch()
    new_sums: LREAL = scratch()
    new_rests: LREAL = scratch()

    def _kept_buffers(self) -> tuple[str, ...]:
        return (*super()._kept_buffers(), "initial")

    def _begin(self) -> None:
        if self._m.ready:
            self._buffer("centres")[:] = self._buffer("initial")

    @property
    def _matrix_shape(self) -> tuple[int, int]:
        return int(self._init["nNumClusters"]), self._n

    @method
    def Configure(self, nMaxIterations: UDINT, eInitMode: E_ALYKMeansInitMode) -> BOOL:
        """Takes the parameters and starts empty; SetInitialClusterCenters or SetInitialBounds has to follow.

        Parameters
        ----------
        nMaxIterations
            rounds over the aggregation buffer per update; at least 1, the vendor's default
        eInitMode
            Values: centres from SetInitialClusterCenters; Random, Equidistant: within the range of SetInitialBounds

        Notes
        -----
        Errors: 16#100C nNumChannels, 16#2011 nNumClusters, 16#201F nAggBufferSize, 16#200D nMaxIterations
        is 0; 16#2003 the mode is NotInitialized, 16#2001 too much memory.
        """
        clusters, dims = self._matrix_shape
        size = self._init["nAggBufferSize"]
        wrong = {
            0x100C: ("nNumChannels", dims),
            0x2011: ("nNumClusters", clusters),
            0x201F: ("nAggBufferSize", size),
            0x200D: ("nMaxIterations", nMaxIterations),
        }
        for code, (name, value) in wrong.items():
            if value == 0:
                return self._finish(code, f"{name} = 0, at least 1 is needed")
        if eInitMode == E_ALY_KMeansInitMode.NotInitialized:
            return self._finish(0x2003, "eInitMode is NotInitialized")
        cells = clusters * dims
        counts = dict.fromkeys(("initial", "centres", "sums", "rests", "new_sums", "new_rests"), cells)
        counts |= {"counts": clusters, "new_counts": clusters, "points": size * dims, "labels": size}
        return self._start(counts, mode=eInitMode, iterations=nMaxIterations)

    @method
    def SetInitialClusterCenters(
        self, pInitialClusterCenterMatrix: POINTER_TO_LREAL, nInitialClusterCenterMatrixSize: UDINT
    ) -> BOOL:
        """Takes the initial centres for mode Values, one row per cluster, and starts from them; after Configure.

        Parameters
        ----------
        pInitialClusterCenterMatrix
            numpy array (float64) of nNumClusters rows and nNumChannels columns
        nInitialClusterCenterMatrixSize
            its size in bytes

        Notes
        -----
        Errors: 16#3007 before a successful Configure, 16#3008 another mode, 16#2002 no array, 16#3003 a size that does
        not fit, 16#200C a centre beyond +-1e140, NaN or infinite.
        """
        if not self._mode_is(E_ALY_KMeansInitMode.Values):
            return False
        cells = self._buffer("initial")
        given = {"pInitialClusterCenterMatrix": (pInitialClusterCenterMatrix, nInitialClusterCenterMatrixSize)}
        if not self._arrays_fit(given, cells.nbytes):
            return False
        return self._begin_with(within(pInitialClusterCenterMatrix, nInitialClusterCenterMatrixSize))

    @method
    def SetInitialBounds(
        self,
        pLowerBoundsConfigArray: POINTER_TO_LREAL,
        nLowerBoundsConfigArraySize: UDINT,
        pUpperBoundsConfigArray: POINTER_TO_LREAL,
        nUpperBoundsConfigArraySize: UDINT,
    ) -> BOOL:
        """Takes the range of each channel for the modes Random and Equidistant, and starts; after Configure.

        Parameters
        ----------
        pLowerBoundsConfigArray
            numpy array (float64) of nNumChannels lower bounds
        nLowerBoundsConfigArraySize
            its size in bytes
        pUpperBoundsConfigArray
            numpy array (float64) of nNumChannels upper bounds
        nUpperBoundsConfigArraySize
            its size in bytes

        Notes
        -----
        Errors: 16#3007 before a successful Configure, 16#3008 mode Values, 16#2002 no array, 16#3003 a size that does
        not fit, 16#200C a bound beyond +-1e140, NaN or infinite, or a lower bound above the upper one.
        """
        if not self._mode_is(E_ALY_KMeansInitMode.Random, E_ALY_KMeansInitMode.Equidistant):
            return False
        given = {
            "pLowerBoundsConfigArray": (pLowerBoundsConfigArray, nLowerBoundsConfigArraySize),
            "pUpperBoundsConfigArray": (pUpperBoundsConfigArray, nUpperBoundsConfigArraySize),
        }
        if not self._arrays_fit(given, 8 * self._n):
            return False
        lower, upper = (within(array, size) for array, size in given.values())
        if not (np.abs(lower) <= LARGEST_SQUARED).all() or not (np.abs(upper) <= LARGEST_SQUARED).all():
            return self._finish(0x200C, f"the bounds {lower} and {upper} have to be within +-{LARGEST_SQUARED:g}")
        if (lower > upper).any():
            return self._finish(0x200C, f"the lower bounds {lower} exceed the upper bounds {upper}")
        clusters, dims = self._matrix_shape
        if self._m.mode == E_ALY_KMeansInitMode.Equidistant:
            share = np.repeat((np.arange(clusters) + 0.5) / clusters, dims).reshape(clusters, dims)
        else:
            numbers = fixed_sequence()
            share = np.array([next(numbers) for _ in range(clusters * dims)]).reshape(clusters, dims)
        return self._begin_with(lower + share * (upper - lower))

    def _mode_is(self, *modes: E_ALY_KMeansInitMode) -> bool:
        if not self._m.bConfigured:
            return self._finish(0x3007)
        if self._m.mode in modes:
            return True
        return self._finish(0x3008, f"not used in init mode {E_ALY_KMeansInitMode(self._m.mode).name}")

    def _arrays_fit(self, given: dict[str, tuple[Any, int]], needed: int) -> bool:
        for name, (array, size) in given.items():
            code, detail = array_refusal(array, size, needed, 0x2002, 0x3003)
            if code:
                return self._finish(code, f"{name}: {detail}")
        return True

    def _begin_with(self, centres: np.ndarray) -> bool:
        if not (np.abs(centres) <= LARGEST_SQUARED).all():
            return self._finish(0x200C, f"the centres have to be within +-{LARGEST_SQUARED:g}")
        self._buffer("initial")[:] = centres.reshape(-1)
        self._m.ready = True
        return self.Reset()

    @cyclic
    def Call(
        self,
        bUpdateClusterCenters: BOOL,
        pClusterCenterMatrixOut: POINTER_TO_LREAL,
        nClusterCenterMatrixOutSize: UDINT,
    ) -> BOOL:
        """Takes the point, gives its cluster, and the centres.

        Parameters
        ----------
        bUpdateClusterCenters
            TRUE: the point enters the aggregation buffer and the centres learn from it
        pClusterCenterMatrixOut
            numpy array (float64) of nNumClusters rows and nNumChannels columns that receives the centres
        nClusterCenterMatrixOutSize
            its size in bytes

        Notes
        -----
        Errors: 16#3007 before a successful Configure; 16#2022 no initial centres; 16#3002 no array; 16#3004 a size that
        does not fit; 16#3003 a channel that was never set, or a NaN or infinite value; 16#300A a value beyond +-1e140.
        """

    @method
    def GetResults(self, pClusterCenterMatrixOut: POINTER_TO_LREAL, nClusterCenterMatrixOutSize: UDINT) -> BOOL:
        """Copies the centres without a new point.

        Parameters
        ----------
        pClusterCenterMatrixOut
            numpy array (float64) of nNumClusters rows and nNumChannels columns
        nClusterCenterMatrixOutSize
            its size in bytes

        Notes
        -----
        Errors: 16#3007 before a successful Configure, 16#2022 no initial centres, 16#3002 no array, 16#3004 a size that
        does not fit.
        """
        if not self._m.bConfigured:
            return self._finish(0x3007)
        if not self._m.ready:
            return self._finish(MISSING_CENTRES)
        matrix = self._buffer("centres")
        return self._copy_out("pClusterCenterMatrixOut", pClusterCenterMatrixOut, nClusterCenterMatrixOutSize, matrix)

    def cluster_centres(self) -> np.ndarray:
        """The centres, one row per cluster, a copy; beyond the vendor."""
        return self._buffer("centres").reshape(self._matrix_shape).copy()


def fixed_sequence() -> Iterator[float]:
    """Numbers in 0..1, evenly spread and always the same (SplitMix64 of Steele, Lea, Flood 2014, seed 0)."""
    word, mask = 0, 2**64 - 1
    while True:
        word = (word + 0x9E3779B97F4A7C15) & mask
        z = word
        z = ((z ^ (z >> 30)) * 0xBF58476D1CE4E5B9) & mask
        z = ((z ^ (z >> 27)) * 0x94D049BB133111EB) & mask
        yield ((z ^ (z >> 31)) >> 11) / 2**53
