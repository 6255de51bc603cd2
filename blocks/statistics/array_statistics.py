"""FB_ALY_ArrayStatistics: extremes, steps, reversals, sum, mean and standard deviation of an array."""

import math
from typing import Any

import numpy as np

from alycat.runtime.block import AlgorithmBlock, method, quick_method
from alycat.runtime.declare import config, output, state
from alycat.runtime.errors import RangeError, WrongType
from alycat.runtime.iec import BOOL, DINT, LINT, LREAL, PVOID, UDINT, ULINT
from alycat.runtime.kernel import kernel
from alycat.runtime.memory import f64

from ..checks import wrong_value
from ..windows import LARGEST_SQUARED, add

LARGEST_INDEX = 2**31 - 1


@kernel
def bad_array(y: Any, count: int) -> int:
    for i in range(count):
        code = wrong_value(y[i], LARGEST_SQUARED)
        if code != 0:
            return code
    return 0


@kernel
def moments(m: Any, y: Any, count: int) -> None:
    """Extremes, sum, mean and standard deviation; the deviations are taken from the mean, in a second pass."""
    least, most = 0, 0
    high, low = 0.0, 0.0
    for i in range(count):
        if y[i] < y[least]:
            least = i
        if y[i] > y[most]:
            most = i
        high, low = add(high, low, y[i])
    m.fMin, m.nIdxMin = y[least], m.lower + least
    m.fMax, m.nIdxMax = y[most], m.lower + most
    m.fSum = high + low
    m.fMean = m.fSum / count
    square, rest, drift = 0.0, 0.0, 0.0
    for i in range(count):
        d = y[i] - m.fMean
        square, rest = add(square, rest, d * d)
        drift += d
    square = max(square + rest - drift * drift / count, 0.0)
    divisor = count - 1 if m.bessel else count
    m.fStandardDeviation = math.sqrt(square / divisor) if divisor > 0 and least != most else 0.0


@kernel
def reversals(m: Any, y: Any, count: int) -> tuple[int, int]:
    """Counts peaks and valleys; returns the places of the first and the last of them, -1 without any."""
    peaks, valleys, first, last = 0, 0, -1, -1
    direction, top, bottom = 0, 0, 0  # places of the highest and lowest value since the reversal before
    for i in range(1, count):
        place = -1
        if direction >= 0 and y[i] > y[top]:
            top = i
        if direction <= 0 and y[i] < y[bottom]:
            bottom = i
        if direction >= 0 and y[top] - y[i] > m.reversal:
            place = top
            peaks += top > 0
            direction, bottom = -1, i
        elif direction <= 0 and y[i] - y[bottom] > m.reversal:
            place = bottom
            valleys += bottom > 0
            direction, top = 1, i
        if place > 0:
            last = place
            if first < 0:
                first = place
    m.nCountPeaks, m.nCountValleys = peaks, valleys
    return first, last


@kernel
def largest_step(m: Any, y: Any, count: int, first: int, last: int) -> None:
    """The largest step if it stands out from another one by more than the threshold, else that between reversals."""
    outer, inner = 0, 0  # places of the largest step of all, and of that between the first and the last reversal
    most, inner_most, least = 0.0, 0.0, math.inf
    for i in range(1, count):
        size = abs(y[i] - y[i - 1])
        least = min(least, size)
        if size > most:
            most, outer = size, i
        if size > inner_most and first < i <= last:
            inner_most, inner = size, i
    place = outer if most - least > m.delta else inner
    m.fMaxDelta = y[place] - y[place - 1] if place > 0 else 0.0
    m.nIdxMaxDelta = m.lower + place if place > 0 else m.lower - 1


@kernel
def step(m: Any) -> int:
    count = m.count
    y = f64(m.address, 0, count)
    m.address = m.address + m.stride if m.stride else 0
    code = bad_array(y, count)
    if code != 0:
        return code
    moments(m, y, count)
    first, last = reversals(m, y, count)
    largest_step(m, y, count, first, last)
    m.bNewResult = True
    return 0


class FB_ALY_ArrayStatistics(AlgorithmBlock, category="Statistics"):
    """Minimum, maximum, largest step, reversals, sum, mean and standard deviation of the array given to Call.

    Sources: manual TF3510 EN 1.5.0 pp. 310-313 (InfoSys 12580542347, 12580661131, 12580933643), Workbench 12578740747.

    Documented: all outputs describe the array of the latest call; a peak or valley counts when later values move away
    from it by more than fThresholdReversal before they go beyond it; a step maximum counts when it differs from other
    steps by more than fThresholdDelta, and between two reversals at least one counts in any case.

    Chosen, where the manual is silent or contradicts itself:

    - the elements are LREAL; nLowerBound is the index of the first one in all outputs, and nLowerBound - 1 stands for
      "none"; of equal values the first one is taken;
    - the ends of the array are no reversals; the largest step counts when any other one, before or after it, is
      smaller by more than fThresholdDelta; so steps that are all alike have no maximum, and a single one has none;
    - fMaxDelta is chosen by its size and has its sign, later minus earlier element, as on the target; its index is that
      of the later element;
    - an array of one element has the standard deviation 0, with Bessel's correction too;
    - an array with NaN or infinite elements is refused, and with elements beyond +-1e140.

    `replay` takes one array per row, a matrix.

    Cost: three passes over the array.
    """

    step = step
    example = {"bUseBesselCorrection": True, "fThresholdReversal": 0.5, "fThresholdDelta": 0.5, "nLowerBound": 1}
    example_columns = 6

    fMin: LREAL = output("smallest element")
    nIdxMin: DINT = output("its index")
    fMax: LREAL = output("largest element")
    nIdxMax: DINT = output("its index")
    fMaxDelta: LREAL = output("step from one element to the next that is largest in size")
    nIdxMaxDelta: DINT = output("index of the element after that step")
    nCountPeaks: ULINT = output("number of peaks")
    nCountValleys: ULINT = output("number of valleys")
    fSum: LREAL = output("sum")
    fMean: LREAL = output("mean")
    fStandardDeviation: LREAL = output("standard deviation")

    bessel: BOOL = config("divide by n - 1")
    reversal: LREAL = config("threshold of reversals")
    delta: LREAL = config("threshold of steps")
    lower: LINT = config("index of the first element")

    address: LINT = state("of the array while a call runs, else 0")
    count: LINT = state("its elements, likewise")
    stride: LINT = state("bytes from one array to the next in replay, likewise")

    @method
    def Configure(
        self, bUseBesselCorrection: BOOL, fThresholdReversal: LREAL, fThresholdDelta: LREAL, nLowerBound: DINT
    ) -> BOOL:
        """Takes the parameters.

        Parameters
        ----------
        bUseBesselCorrection
            TRUE: n - 1 in the standard deviation
        fThresholdReversal
            by how much the values have to move away from a peak or valley; not negative
        fThresholdDelta
            by how much the largest step has to differ from another one; not negative
        nLowerBound
            index of the first element of the arrays

        Notes
        -----
        Errors: 16#201A a threshold is negative, NaN or infinite.
        """
        for name, value in (("fThresholdReversal", fThresholdReversal), ("fThresholdDelta", fThresholdDelta)):
            if not 0 <= value < math.inf:
                return self._finish(0x201A, f"{name} = {value}, it has to be finite and not negative")
        self._allocate()
        m = self._m
        m.bessel, m.reversal, m.delta, m.lower = bUseBesselCorrection, fThresholdReversal, fThresholdDelta, nLowerBound
        return self._configured()

    def _connect(self) -> None:
        super()._connect()
        self._array: Any = None
        self._size = self._place = 0

    @quick_method
    def Call(self, pArrayIn: PVOID, nArrayInSize: UDINT) -> BOOL:
        """Calculates the statistics of an array.

        Parameters
        ----------
        pArrayIn
            numpy array (float64)
        nArrayInSize
            its size in bytes, or that of the elements from the first on that are to be used

        Notes
        -----
        Errors: 16#3007 before a successful Configure; 16#3002 no array; 16#3003 a size of no whole number of elements,
        or of none, an index beyond the range of DINT, or a NaN or infinite element; 16#3011 elements of another type
        than LREAL; 16#300A an element beyond +-1e140.
        """
        if (pArrayIn is not self._array or nArrayInSize != self._size) and not self._look_at(pArrayIn, nArrayInSize):
            return False
        m = self._m
        m.address, m.count = self._place, self._size >> 3
        code = self._entry(self._control)
        m.count = 0
        if code or self._event_id:
            return self._finish(code)
        return True

    def _look_at(self, array: Any, size: Any) -> bool:
        """Looks at an array that was not given in the call before."""
        if not self._m.bConfigured:
            return self._finish(0x3007)
        for declared, value in zip(self.methods["Call"].inputs, (array, size), strict=True):
            declared.type.check(value, f"Call.{declared.name}")
        if array is None:
            return self._finish(0x3002, "pArrayIn: no array was given")
        if array.dtype != np.float64:
            return self._finish(0x3011, f"pArrayIn: elements of type {array.dtype}, LREAL is needed")
        if size > array.nbytes:
            raise RangeError(f"size {size} was given for an array of {array.nbytes} bytes")
        if size == 0 or size % 8 or self._m.lower + size // 8 - 1 > LARGEST_INDEX:
            return self._finish(0x3003, f"nArrayInSize = {size}, a whole number of LREAL is needed")
        self._array, self._size, self._place = array, int(size), int(array.ctypes.data)
        return True

    def _explain(self, event_id: int) -> str:
        if event_id in (0x3003, 0x300A) and self._array is not None:
            values = self._array.reshape(-1)[: self._size >> 3]
            bad = np.flatnonzero(~(abs(values) <= LARGEST_SQUARED))
            if len(bad):
                place = int(self._m.lower + bad[0])
                return f"element {place} of pArrayIn is {values[bad[0]]:g}, within +-{LARGEST_SQUARED:g} is needed"
        return super()._explain(event_id)

    @classmethod
    def replay_columns(cls) -> int | None:
        return None

    def replay(self, timestamps: Any, values: Any = None, **inputs: Any) -> np.ndarray:
        """Runs the block over N arrays, float64[N, elements], as N rounds of Call would; time stamps are not used."""
        given = np.asarray(values)
        if given.ndim != 2 or not given.shape[1] or given.dtype.kind not in "biuf":
            what = f"{given.dtype} of shape {given.shape}"
            raise WrongType(f"replay: values are {what}; a matrix of numbers with an array per row is needed")
        matrix = np.ascontiguousarray(given, np.float64)
        if self._m.lower + matrix.shape[1] - 1 > LARGEST_INDEX:
            raise RangeError(f"replay: the index of the last of {matrix.shape[1]} elements is beyond DINT")
        m = self._m
        m.address, m.count, m.stride = matrix.ctypes.data, matrix.shape[1], matrix.strides[0]
        try:
            return super().replay(None, matrix, **inputs)
        finally:
            m.address = m.count = m.stride = 0
