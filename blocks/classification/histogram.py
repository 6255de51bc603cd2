"""FB_ALY_Histogram_1Ch and FB_ALY_StateHistogram_1Ch: how often the values of a channel fall into which bar."""

import math
from typing import Any

import numpy as np

from alycat.runtime.block import SingleChannelBlock, cyclic, method
from alycat.runtime.control import array_refusal, check_elements, within
from alycat.runtime.declare import buffer, config, output
from alycat.runtime.iec import BOOL, LINT, LREAL, POINTER_TO_ULINT, PVOID, UDINT, ULINT
from alycat.runtime.kernel import int64, kernel
from alycat.runtime.memory import f64, u64

from ..conditions import bad_values
from ..types import E_ALY_HistMode, E_ALY_StateHistMode

ABSOLUTE, RELATIVE = 1, 2
LARGEST_STATE = 2**53  # integers up to here are exact as LREAL


@kernel
def count(m: Any, bar: int) -> None:
    """One more value in a bar; the array that is shown follows."""
    bars = int64(m.bars)
    counts = u64(m, m.counts, bars)
    counts[bar] += 1
    m.nNumValues += 1
    if m.mode == ABSOLUTE:
        u64(m, m.shown, bars)[bar] = counts[bar]
    else:
        shares = f64(m, m.shown, bars)
        for i in range(bars):
            shares[i] = 100.0 * float(counts[i]) / float(m.nNumValues)
    m.bNewResult = True


@kernel
def edge(m: Any, i: int) -> float:
    """Border i of the bins, as numpy.linspace has it."""
    if i == m.bins:
        return m.last
    return float(i) * m.width + m.first


@kernel
def step_histogram(m: Any) -> int:
    code = bad_values(m, 1)
    if code != 0:
        return code
    x = f64(m, m.x, 1)[0]
    bar = 0
    if x > m.last:
        bar = m.bins + 1
    elif x >= m.first:
        bin_ = min(int64((x - m.first) / (m.last - m.first) * float(m.bins)), m.bins - 1)
        if x < edge(m, bin_):
            bin_ -= 1
        elif bin_ < m.bins - 1 and x >= edge(m, bin_ + 1):
            bin_ += 1
        bar = bin_ + 1
    count(m, bar)
    return 0


@kernel
def step_states(m: Any) -> int:
    code = bad_values(m, 1)
    if code != 0:
        return code
    x = f64(m, m.x, 1)[0]
    whole = np.floor(abs(x) + 0.5)
    if x < 0:
        whole = -whole
    bar = 0
    if whole > float(m.greatest):
        bar = m.bars - 1
    elif whole >= float(m.least):
        bar = int64(whole) - m.least + 1
    count(m, bar)
    return 0


class HistogramBlock(SingleChannelBlock):
    """What both have in common: a bar for values below the range, the bars of the range, a bar for those above."""

    results = {"pHistArrayOut": "shown"}
    picture = "histogram"
    counters = ("nNumValues",)

    nNumValues: ULINT = output("number of values in the histogram")

    mode: LINT = config("Absolute or Relative")
    bars: LINT = config("elements of the array")

    counts: ULINT = buffer("values in each bar")
    shown: ULINT = buffer("what Call writes: counts, or percentages as LREAL")

    def _result_dtype(self, pointer: str) -> np.dtype[Any]:
        return _elements(self._m.mode)

    @cyclic
    def Call(self, pHistArrayOut: PVOID, nHistArrayOutSize: UDINT) -> BOOL:
        """Counts the value and writes the histogram.

        Parameters
        ----------
        pHistArrayOut
            numpy array with an element for each bar, uint64 in mode Absolute, float64 in mode Relative
        nHistArrayOutSize
            its size in bytes

        Notes
        -----
        Errors: 16#3007 before a successful Configure; 16#3002 no array; 16#3004 a size that does not fit; 16#3003 a
        channel that was never set, or a NaN or infinite value.
        """

    def _get_results(self, array: Any, size: int) -> bool:
        return self._copy_out("pHistArrayOut", array, size, self.histogram())

    def _set_initial(self, mode: int, values: int, array: Any, size: int) -> bool:
        """Lets the histogram go on from another one."""
        if not self._m.bConfigured:
            return self._finish(0x3007)
        check_elements(array, _elements(mode), "pHistArrayIn")
        code, detail = array_refusal(array, size, self._buffer("counts").nbytes, 0x2002, 0x3003)
        if code:
            return self._finish(code, f"pHistArrayIn: {detail}")
        given = within(array, size)
        if mode == RELATIVE:
            if not (np.isfinite(given).all() and (given >= 0).all() and given.sum() <= 100.0 * (1 + 1e-9)):
                return self._finish(0x200D, "pHistArrayIn: percentages from 0 on that sum up to at most 100 are needed")
            given = np.rint(given * (values / 100.0)).astype(np.uint64)
        if sum(given.tolist()) != values:
            return self._finish(0x200D, f"nNumValues = {values}, the array holds {sum(given.tolist())} values")
        self._buffer("counts")[:] = given
        self._m.nNumValues = values
        counts = self._buffer("counts")
        if self._m.mode == RELATIVE:
            self._buffer("shown").view(np.float64)[:] = 100.0 * counts.astype(float) / max(values, 1)
        else:
            self._buffer("shown")[:] = counts
        return self._finish(0)

    def histogram(self) -> np.ndarray:
        """The bars as Call writes them, a copy; beyond the vendor."""
        return self._buffer("shown").view(_elements(self._m.mode)).copy()


def _elements(mode: int) -> np.dtype[Any]:
    return np.dtype(np.float64 if mode == RELATIVE else np.uint64)


class FB_ALY_Histogram_1Ch(HistogramBlock, category="Classification"):
    """Distribution of the values of a channel over bins of equal width.

    Sources: manual TF3510 EN 1.5.0 pp. 120-124 (InfoSys 6776630923, 6803209099, 6901359499, 6901151499, 16668588299),
    Workbench 5785172747.

    Documented: element 0 counts the values below fMinBinned, the last one those above fMaxBinned, the nBins elements
    between them the bins; Relative shows percentages; Call adds the value, GetResults does not.
    Chosen, as the manual is silent: a bin has its lower border and not its upper one, the last one has both, exactly as
    numpy.histogram; nNumValues and the percentages (0..100) refer to all values, the outer elements included;
    SetInitial takes an array in the mode that it names, rounds percentages to whole values and refuses an array whose
    values do not add up to nNumValues (16#200D); GetResults gives LREAL in mode Relative, as Call does.

    Cost: constant in mode Absolute, O(nBins) in mode Relative, plus the copy.
    """

    step = step_histogram
    example = {"eHistMode": E_ALY_HistMode.Absolute, "nBins": 20, "fMinBinned": 1.0, "fMaxBinned": 200.0}

    bins: LINT = config()
    first: LREAL = config("lower border of the first bin")
    last: LREAL = config("upper border of the last bin")
    width: LREAL = config("of a bin")

    def array_places(self, pointer: str) -> np.ndarray | None:
        m = self._m
        inner = m.first + m.width * np.arange(m.bins + 1)
        return np.concatenate([[inner[0] - m.width], inner, [inner[-1] + m.width]])  # the outer ones as wide as a bin

    @method
    def Configure(self, eHistMode: E_ALY_HistMode, nBins: UDINT, fMinBinned: LREAL, fMaxBinned: LREAL) -> BOOL:
        """Takes the parameters and starts empty.

        Parameters
        ----------
        eHistMode
            Absolute: counts, Relative: percentages
        nBins
            number of bins; at least 1
        fMinBinned
            lower border of the first bin
        fMaxBinned
            upper border of the last bin

        Notes
        -----
        Errors: 16#2003 mode, 16#2012 number of bins, 16#200C borders not finite, in the wrong order or too close to
        each other for so many bins, 16#2001 too much memory.
        """
        if eHistMode == E_ALY_HistMode.NotInitialized:
            return self._finish(0x2003, "eHistMode is NotInitialized")
        if nBins == 0:
            return self._finish(0x2012, "nBins = 0, at least 1 is needed")
        span = fMaxBinned - fMinBinned
        if (
            not 0 < span < math.inf
            or fMinBinned + span / nBins <= fMinBinned
            or fMaxBinned - span / nBins >= fMaxBinned
        ):
            wanted = "the first border has to lie below the last one, by enough for the bins"
            return self._finish(
                0x200C, f"fMinBinned = {fMinBinned}, fMaxBinned = {fMaxBinned}, nBins = {nBins}; {wanted}"
            )
        bars = nBins + 2
        borders = {"bins": nBins, "first": fMinBinned, "last": fMaxBinned, "width": span / nBins}
        return self._start({"counts": bars, "shown": bars}, mode=eHistMode, bars=bars, **borders)

    @method
    def GetResults(self, pHistArrayOut: POINTER_TO_ULINT, nHistArrayOutSize: UDINT) -> BOOL:
        """Copies the histogram without a new value.

        Parameters
        ----------
        pHistArrayOut
            numpy array of nBins + 2 elements, as for Call
        nHistArrayOutSize
            its size in bytes

        Notes
        -----
        Errors: 16#3007 before a successful Configure, 16#3002 no array, 16#3004 a size that does not fit.
        """
        return self._get_results(pHistArrayOut, nHistArrayOutSize)

    @method
    def SetInitial(
        self, eHistMode: E_ALY_HistMode, nNumValues: ULINT, pHistArrayIn: PVOID, nHistArrayInSize: UDINT
    ) -> BOOL:
        """Lets the histogram go on from another one.

        Parameters
        ----------
        eHistMode
            mode of that array
        nNumValues
            values in it
        pHistArrayIn
            numpy array of nBins + 2 elements, uint64 (Absolute) or float64 (Relative)
        nHistArrayInSize
            its size in bytes

        Notes
        -----
        Errors: 16#3007 before a successful Configure, 16#2003 mode, 16#2002 no array, 16#3003 a size that does not
        fit, 16#200D the values do not add up.
        """
        if eHistMode == E_ALY_HistMode.NotInitialized:
            return self._finish(0x2003, "eHistMode is NotInitialized")
        return self._set_initial(eHistMode, nNumValues, pHistArrayIn, nHistArrayInSize)


class FB_ALY_StateHistogram_1Ch(HistogramBlock, category="Classification"):
    """How often an integer signal, such as the state of a state machine, has which value.

    Sources: manual TF3510 EN 1.5.0 pp. 128-132 (InfoSys 6776645643, 6803398411, 6902570123, 6901176587, 6901515659).

    Documented: a bar for each integer from nMin to nMax, element 0 for values below, the last one for those above;
    every Call counts one value.
    Chosen, as the manual is silent: a value with a fraction is rounded to the nearest integer, halves away from zero;
    nMin and nMax lie within +-2**53, where a LREAL is exact; all else as in FB_ALY_Histogram_1Ch.
    """

    step = step_states
    example = {"eStateHistMode": E_ALY_StateHistMode.Absolute, "nMin": 1, "nMax": 20}

    least: LINT = config()
    greatest: LINT = config()

    def array_places(self, pointer: str) -> np.ndarray | None:
        return np.arange(self._m.least - 1, self._m.greatest + 2)

    @method
    def Configure(self, eStateHistMode: E_ALY_StateHistMode, nMin: LINT, nMax: LINT) -> BOOL:
        """Takes the parameters and starts empty.

        Parameters
        ----------
        eStateHistMode
            Absolute: counts, Relative: percentages
        nMin
            smallest state with a bar of its own
        nMax
            largest state with a bar of its own

        Notes
        -----
        Errors: 16#2006 mode, 16#200C nMin above nMax or beyond +-2**53, 16#2001 too much memory.
        """
        if eStateHistMode == E_ALY_StateHistMode.NotInitialized:
            return self._finish(0x2006, "eStateHistMode is NotInitialized")
        if nMin > nMax or max(-nMin, nMax) > LARGEST_STATE:
            return self._finish(0x200C, f"nMin = {nMin}, nMax = {nMax}, allowed: -2**53 <= nMin <= nMax <= 2**53")
        bars = nMax - nMin + 3
        return self._start({"counts": bars, "shown": bars}, mode=eStateHistMode, bars=bars, least=nMin, greatest=nMax)

    @method
    def GetResults(self, pHistArrayOut: PVOID, nHistArrayOutSize: UDINT) -> BOOL:
        """Copies the histogram without a new value.

        Parameters
        ----------
        pHistArrayOut
            numpy array of nMax - nMin + 3 elements, as for Call
        nHistArrayOutSize
            its size in bytes

        Notes
        -----
        Errors: 16#3007 before a successful Configure, 16#3002 no array, 16#3004 a size that does not fit.
        """
        return self._get_results(pHistArrayOut, nHistArrayOutSize)

    @method
    def SetInitial(
        self, eStateHistMode: E_ALY_StateHistMode, nNumValues: ULINT, pHistArrayIn: PVOID, nHistArrayInSize: UDINT
    ) -> BOOL:
        """Lets the histogram go on from another one.

        Parameters
        ----------
        eStateHistMode
            mode of that array
        nNumValues
            values in it
        pHistArrayIn
            numpy array of nMax - nMin + 3 elements, uint64 (Absolute) or float64 (Relative)
        nHistArrayInSize
            its size in bytes

        Notes
        -----
        Errors: 16#3007 before a successful Configure, 16#2006 mode, 16#2002 no array, 16#3003 a size that does not
        fit, 16#200D the values do not add up.
        """
        if eStateHistMode == E_ALY_StateHistMode.NotInitialized:
            return self._finish(0x2006, "eStateHistMode is NotInitialized")
        return self._set_initial(eStateHistMode, nNumValues, pHistArrayIn, nHistArrayInSize)
