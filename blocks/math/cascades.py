"""FB_ALY_Mean_1Ch and FB_ALY_RMS_1Ch: mean and root mean square over cascaded time intervals.

Documented: the interval and the sample rate give the number N of values of the first cascade; each interval is an
integer multiple of the one before; the start-up behaviours; Call fills an array of results and one of flags.

Chosen, where the manual is silent: intervals follow each other without overlap, so a cascade has a new result each time
its interval has elapsed, counted in calls; a further cascade works on the results of the one before it, from which it
takes the mean (of the squares), so that its result is that of all values of its interval; N is rounded to a whole
number; results are 0 before the first one; a substitute of UsePreviousCascadeValue sets the flag whenever the result
it comes from is new; bNewResult is TRUE when any flag is. Values beyond +-1e140 are refused (16#300A). `replay` gives
both arrays in the trace, under the names of their pointers.

Cost: one addition per call, and one more for each cascade that has a new result.
"""

import itertools
import math
from typing import Any

import numpy as np

from alycat.runtime.block import SingleChannelBlock, cyclic, method
from alycat.runtime.control import array_refusal, within
from alycat.runtime.declare import buffer, config, state
from alycat.runtime.iec import BOOL, LINT, LREAL, POINTER_TO_BOOL, POINTER_TO_LREAL, POINTER_TO_LTIME, UDINT, ULINT
from alycat.runtime.kernel import kernel
from alycat.runtime.memory import f64, i64, u8

from ..conditions import TimedBlock, bad_sample
from ..types import E_ALY_CascadeStartupBehaviour
from ..windows import LARGEST_SQUARED, add

MISSING_CASCADES = 0x2022


@kernel
def step(m: Any) -> int:
    if not m.ready:
        return MISSING_CASCADES
    x = f64(m, m.x, 1)[0]
    code = bad_sample(m, x, LARGEST_SQUARED)
    if code != 0:
        return code
    n = m.cascades
    sizes, counts, done = i64(m, m.sizes, n), i64(m, m.counts, n), u8(m, m.done, n)
    sums, rests, shown, fresh = f64(m, m.sums, n), f64(m, m.rests, n), f64(m, m.shown, n), u8(m, m.fresh, n)
    for c in range(m.latest):
        fresh[c] = 0
    value = x * x if m.squared else x
    level, passes = 0, True
    while passes:
        sums[level], rests[level] = add(sums[level], rests[level], value)
        counts[level] += 1
        passes = counts[level] == sizes[level]
        if passes:
            value = (sums[level] + rests[level]) / sizes[level]
            sums[level], rests[level] = 0.0, 0.0
            counts[level] = 0
            shown[level] = math.sqrt(value) if m.squared else value
            fresh[level], done[level] = 1, 1
            level += 1
            passes = level < n
    m.bNewResult = level > 0
    m.latest = level
    if m.substitutes and 0 < level < n and done[level] == 0:  # the largest cascade that has results has a new one
        for c in range(level, n):
            shown[c], fresh[c] = shown[level - 1], 1
        m.latest = n
    m.last_ns = m.tTimestamp
    return 0


class CascadeBlock(SingleChannelBlock, TimedBlock):
    """A block that averages over cascaded time intervals."""

    step = step
    largest_value = LARGEST_SQUARED
    squares = False  # the root of the mean square instead of the mean
    example = {
        "nNumCascades": 3,
        "fSampleRate": 1000.0,
        "eStartupBehaviour": E_ALY_CascadeStartupBehaviour.UsePreviousCascadeValue,
        "pCascadesConfigArray": (10**8, 10**9, 10**10),
    }

    cascades: LINT = config("number of cascades")
    rate: LREAL = config("samples per second")
    squared: BOOL = config()
    substitutes: BOOL = config("a cascade without a result shows that of the one before")
    ready: BOOL = config("SetCascades was successful")

    latest: LINT = state("cascades with a new result in the call before")

    sizes: LINT = buffer("values that make a result of each cascade")
    counts: LINT = buffer("values of each cascade's running interval")
    done: BOOL = buffer("the cascade has had a result")
    sums: LREAL = buffer()
    rests: LREAL = buffer("what rounding took from the sums")
    shown: LREAL = buffer("results")
    fresh: BOOL = buffer("new-result flags")

    def _kept_buffers(self) -> tuple[str, ...]:
        return (*super()._kept_buffers(), "sizes")

    @method
    def Configure(
        self, nNumCascades: UDINT, fSampleRate: LREAL, eStartupBehaviour: E_ALY_CascadeStartupBehaviour
    ) -> BOOL:
        """Takes the parameters and starts empty; SetCascades has to follow.

        Parameters
        ----------
        nNumCascades
            number of cascades; at least 1
        fSampleRate
            samples per second, that is calls per second; more than 0
        eStartupBehaviour
            WaitUntilFilled: a cascade shows 0 until its interval has elapsed; UsePreviousCascadeValue: it shows the
            result of the next smaller cascade that has one

        Notes
        -----
        Errors: 16#2011 number of cascades, 16#200E sample rate, 16#200B start-up behaviour invalid, 16#2001 too much
        memory.
        """
        if nNumCascades == 0:
            return self._finish(0x2011, "nNumCascades = 0, at least 1 is needed")
        if not 0 < fSampleRate < math.inf:
            return self._finish(0x200E, f"fSampleRate = {fSampleRate:g}, it has to be finite and more than 0")
        if eStartupBehaviour == E_ALY_CascadeStartupBehaviour.NotInitialized:
            return self._finish(0x200B, "eStartupBehaviour is NotInitialized")
        buffers = ("sizes", "counts", "done", "sums", "rests", "shown", "fresh")
        return self._start(
            dict.fromkeys(buffers, nNumCascades),
            cascades=nNumCascades,
            rate=fSampleRate,
            squared=self.squares,
            substitutes=eStartupBehaviour == E_ALY_CascadeStartupBehaviour.UsePreviousCascadeValue,
        )

    @method
    def SetCascades(self, pCascadesConfigArray: POINTER_TO_LTIME, nCascadesConfigArraySize: UDINT) -> BOOL:
        """Takes the intervals of the cascades and starts empty; after Configure. FALSE keeps those before.

        Parameters
        ----------
        pCascadesConfigArray
            numpy array (uint64) of the intervals in ns, one per cascade; each an integer multiple of the one before
        nCascadesConfigArraySize
            its size in bytes

        Notes
        -----
        Errors: 16#3007 before a successful Configure; 16#2002 no array; 16#3003 a size that does not fit; 16#2010 the
        first interval is shorter than one sample; 16#200F an interval is no multiple of the one before.
        """
        m = self._m
        if not m.bConfigured:
            return self._finish(0x3007)
        needed = 8 * m.cascades
        code, detail = array_refusal(pCascadesConfigArray, nCascadesConfigArraySize, needed, 0x2002, 0x3003)
        if code:
            return self._finish(code, f"pCascadesConfigArray: {detail}")
        intervals = [int(v) for v in within(pCascadesConfigArray, nCascadesConfigArraySize)]
        first = round(intervals[0] * m.rate / 1e9) if intervals[0] > 0 else 0
        if first < 1 or first >= 2**53:
            return self._finish(0x2010, f"{intervals[0]} ns are {first} samples at {m.rate:g} Hz, at least 1 is needed")
        for before, interval in itertools.pairwise(intervals):
            if interval <= 0 or interval % before:
                return self._finish(0x200F, f"{interval} ns is no integer multiple of {before} ns")
        self._buffer("sizes")[:] = [first, *(b // a for a, b in itertools.pairwise(intervals))]
        m.ready = True
        return self.Reset()

    def results_shown(self) -> np.ndarray:
        """The results that the latest Call gave, a copy; beyond the vendor."""
        return self._buffer("shown").copy()


class FB_ALY_Mean_1Ch(CascadeBlock, category="Math"):
    """Arithmetic mean of the channel over one or more cascaded time intervals, sum(x) / N.

    Sources: manual TF3510 EN 1.5.0 pp. 254-258 (InfoSys 16569506443, 16569575947, 16569692299, 8853115403).
    Documented and chosen: see `alycat.blocks.math.cascades`.
    """

    squares = False
    results = {"pMeanArrayOut": "shown", "pNewResultArrayOut": "fresh"}
    picture = "bands"

    @cyclic
    def Call(
        self,
        tTimestamp: ULINT,
        pMeanArrayOut: POINTER_TO_LREAL,
        nMeanArrayOutSize: UDINT,
        pNewResultArrayOut: POINTER_TO_BOOL,
        nNewResultArrayOutSize: UDINT,
    ) -> BOOL:
        """Takes the value of the channel and fills both arrays, one element per cascade.

        Parameters
        ----------
        pMeanArrayOut
            numpy array (float64) for the results
        nMeanArrayOutSize
            its size in bytes
        pNewResultArrayOut
            numpy array (bool) for the flags
        nNewResultArrayOutSize
            its size in bytes

        Notes
        -----
        Errors: 16#2022 before SetCascades; 16#3002 no array; 16#3004 a size that does not fit; 16#3007, 16#3006,
        16#3003, 16#300A as in every block that takes a value and a time.
        """


class FB_ALY_RMS_1Ch(CascadeBlock, category="Math"):
    """Root mean square of the channel over one or more cascaded time intervals, sqrt(sum(x**2) / N).

    Sources: manual TF3510 EN 1.5.0 pp. 247-251 (InfoSys 8849951883, 8853448331, 8853115403).
    Documented and chosen: see `alycat.blocks.math.cascades`.
    """

    squares = True
    results = {"pRmsArrayOut": "shown", "pNewResultArrayOut": "fresh"}
    picture = "bands"

    @cyclic
    def Call(
        self,
        tTimestamp: ULINT,
        pRmsArrayOut: POINTER_TO_LREAL,
        nRmsArrayOutSize: UDINT,
        pNewResultArrayOut: POINTER_TO_BOOL,
        nNewResultArrayOutSize: UDINT,
    ) -> BOOL:
        """Takes the value of the channel and fills both arrays, one element per cascade.

        Parameters
        ----------
        pRmsArrayOut
            numpy array (float64) for the results
        nRmsArrayOutSize
            its size in bytes
        pNewResultArrayOut
            numpy array (bool) for the flags
        nNewResultArrayOutSize
            its size in bytes

        Notes
        -----
        Errors: 16#2022 before SetCascades; 16#3002 no array; 16#3004 a size that does not fit; 16#3007, 16#3006,
        16#3003, 16#300A as in every block that takes a value and a time.
        """
