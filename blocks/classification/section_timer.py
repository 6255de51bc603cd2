"""FB_ALY_SectionTimer_1Ch: how long a channel stays in which section of its range."""

import itertools
import math
from typing import Any

import numpy as np

from alycat.runtime.block import SingleChannelBlock, cyclic, method
from alycat.runtime.control import array_refusal, within
from alycat.runtime.declare import buffer, config, output
from alycat.runtime.iec import BOOL, LINT, LREAL, POINTER_TO_LINT, POINTER_TO_LREAL, POINTER_TO_ULINT, UDINT, ULINT
from alycat.runtime.kernel import int64, kernel
from alycat.runtime.memory import f64, i64

from ..conditions import LONGEST, TimedBlock, bad_call, time_passed

MISSING_SECTIONS = 0x2022


@kernel
def step(m: Any) -> int:
    if not m.ready:
        return MISSING_SECTIONS
    code = bad_call(m, 1)
    if code != 0:
        return code
    i64(m, m.spans, m.sections + 2)[int64(m.nSection)] += time_passed(m)
    x = f64(m, m.x, 1)[0]
    borders = f64(m, m.borders, m.sections + 1)
    low, high = int64(0), int64(m.sections + 1)  # the number of borders that are not above x lies between these
    while low < high:
        middle = (low + high) >> 1
        if borders[middle] <= x:
            low = middle + 1
        else:
            high = middle
    m.nSection = low
    m.bNewResult = True
    return 0


class FB_ALY_SectionTimer_1Ch(SingleChannelBlock, TimedBlock, category="Classification"):
    """Adds up how long the value stays in each of consecutive sections.

    Sources: manual TF3510 EN 1.5.0 pp. 124-128 (InfoSys 6776657547, 6892487179, 6901100939, 6901276939, 6902355851,
    6896297867), Workbench 6922064139.

    Documented: a section has its lower border and not its upper one, which is the lower border of the next one;
    element 0 has the time below the first border, the last one the time from the last border on; nSection is the index
    in that array.
    Chosen, as the manual is silent: the time between two calls belongs to the section of the earlier value; the borders
    have to rise strictly (16#200C); SetSections starts the times at 0; SetInitial takes effect at once, Configure,
    SetSections and Reset start from 0 again; every successful call has a new result.

    Cost: O(log nNumSections), plus the copy.
    """

    step = step
    results = {"pTimespanArrayOut": "spans"}
    picture = "histogram"
    example = {
        "nNumSections": 4,
        "fFirstLowerBorder": 0.0,
        "pSectionConfigArray": np.array([0.25, 0.5, 0.75, 1.0]),
    }

    nSection: UDINT = output("section of the latest value: 0 below the first border, up to nNumSections + 1")

    sections: LINT = config()
    ready: BOOL = config("SetSections was successful")

    borders: LREAL = buffer("nNumSections + 1 borders, kept by Reset")
    spans: LINT = buffer("ns in each section")

    def array_is_time(self, pointer: str) -> bool:
        return True

    def array_places(self, pointer: str) -> np.ndarray | None:
        """The borders, and as much room outside as an average section has."""
        borders = self._buffer("borders")
        width = (borders[-1] - borders[0]) / self._m.sections
        return np.concatenate([[borders[0] - width], borders, [borders[-1] + width]])

    def _explain(self, event_id: int) -> str:
        if event_id == MISSING_SECTIONS:
            return "SetSections has to come before Call"
        return super()._explain(event_id)

    def channel_levels(self) -> list[tuple[int, float, str]]:
        return [(0, border, "") for border in self._buffer("borders").tolist()]

    def _kept_buffers(self) -> tuple[str, ...]:
        return (*super()._kept_buffers(), "borders")

    @method
    def Configure(self, nNumSections: UDINT) -> BOOL:
        """Takes the number of sections; SetSections has to follow.

        Parameters
        ----------
        nNumSections
            at least 1

        Notes
        -----
        Errors: 16#2011 number of sections, 16#2001 too much memory.
        """
        if nNumSections == 0:
            return self._finish(0x2011, "nNumSections = 0, at least 1 is needed")
        return self._start({"borders": nNumSections + 1, "spans": nNumSections + 2}, sections=nNumSections)

    @method
    def SetSections(
        self, fFirstLowerBorder: LREAL, pSectionConfigArray: POINTER_TO_LREAL, nSectionConfigArraySize: UDINT
    ) -> BOOL:
        """Takes the borders and starts at 0; after Configure. FALSE keeps those before.

        Parameters
        ----------
        fFirstLowerBorder
            lower border of the first section
        pSectionConfigArray
            numpy array (float64) of the upper borders, nNumSections elements
        nSectionConfigArraySize
            its size in bytes

        Notes
        -----
        Errors: 16#3007 before a successful Configure, 16#2002 no array, 16#3003 a size that does not fit, 16#200C the
        borders are not finite or do not rise.
        """
        if not self._m.bConfigured:
            return self._finish(0x3007)
        code, detail = array_refusal(pSectionConfigArray, nSectionConfigArraySize, 8 * self._m.sections, 0x2002, 0x3003)
        if code:
            return self._finish(code, f"pSectionConfigArray: {detail}")
        borders = [fFirstLowerBorder, *within(pSectionConfigArray, nSectionConfigArraySize).tolist()]
        for below, above in itertools.pairwise(borders):
            if not -math.inf < below < above < math.inf:
                return self._finish(0x200C, f"a section from {below:g} to {above:g}; borders have to rise")
        self._buffer("borders")[:] = borders
        self._m.ready = True
        return self.Reset()

    @method
    def SetInitial(self, pTimespanArrayIn: POINTER_TO_ULINT, nTimespanArrayInSize: UDINT) -> BOOL:
        """Lets the times go on from others.

        Parameters
        ----------
        pTimespanArrayIn
            numpy array (uint64) of nNumSections + 2 times in ns
        nTimespanArrayInSize
            its size in bytes

        Notes
        -----
        Errors: 16#3007 before a successful Configure, 16#2002 no array, 16#3003 a size that does not fit, 16#200F a
        time of 2**63 ns or more.
        """
        if not self._m.bConfigured:
            return self._finish(0x3007)
        spans = self._buffer("spans")
        code, detail = array_refusal(pTimespanArrayIn, nTimespanArrayInSize, spans.nbytes, 0x2002, 0x3003)
        if code:
            return self._finish(code, f"pTimespanArrayIn: {detail}")
        given = within(pTimespanArrayIn, nTimespanArrayInSize).view(np.int64)
        if (given < 0).any():
            longest = given[given < 0][0].view(np.uint64)
            return self._finish(0x200F, f"pTimespanArrayIn: {longest} ns, allowed are 0..{LONGEST}")
        spans[:] = given
        return self._finish(0)

    @method
    def GetResults(self, pTimespanArrayOut: POINTER_TO_LINT, nTimespanArrayOutSize: UDINT) -> BOOL:
        """Copies the times without a new value.

        Parameters
        ----------
        pTimespanArrayOut
            numpy array (int64) of nNumSections + 2 elements
        nTimespanArrayOutSize
            its size in bytes

        Notes
        -----
        Errors: 16#3007 before a successful Configure, 16#3002 no array, 16#3004 a size that does not fit.
        """
        return self._copy_out("pTimespanArrayOut", pTimespanArrayOut, nTimespanArrayOutSize, self._buffer("spans"))

    @cyclic
    def Call(self, tTimestamp: ULINT, pTimespanArrayOut: POINTER_TO_LINT, nTimespanArrayOutSize: UDINT) -> BOOL:
        """Adds the time since the call before to its section, and finds the section of the value.

        Parameters
        ----------
        tTimestamp
            ns since 2000-01-01 UTC
        pTimespanArrayOut
            numpy array (int64) of nNumSections + 2 elements that receives the times in ns
        nTimespanArrayOutSize
            its size in bytes

        Notes
        -----
        Errors: 16#3007 before a successful Configure; 16#2022 before SetSections; 16#3002 no array; 16#3004 a size
        that does not fit; 16#3006 tTimestamp = 0; 16#3003 time or value not usable.
        """
