"""FB_ALY_TimeBasedEnvelope_1Ch: compares a periodic signal with a band around a taught curve."""

import math
from typing import Any

from alycat.runtime.block import SingleChannelBlock, cyclic, method
from alycat.runtime.declare import buffer, config, output, state
from alycat.runtime.iec import BOOL, LINT, LREAL, STRING_255, TIME, UDINT, ULINT
from alycat.runtime.kernel import int64, kernel
from alycat.runtime.learnt import Learnt
from alycat.runtime.memory import f64

from ..checks import wrong_value
from ..learnt_kinds import TEACH_PATH
from ..teaching import WORKING, ReadBlock
from ..types import E_ALY_BandMode, E_ALY_Classification_Bounds, E_ALY_ReadState, ST_ALY_FileHeader

RELATIVE = int(E_ALY_BandMode.Relative)
WITHIN, SMALLER, BIGGER = 1, 2, 3  # E_ALY_Classification_Bounds


@kernel
def step(m: Any) -> int:
    if m.eState != WORKING:
        return 0x3008
    x = f64(m, m.x, 1)[0]
    code = wrong_value(x, math.inf)
    if code != 0:
        return code
    start = m.bStartPeriod != m.negate_start
    starts = start and not m.start_before
    m.start_before = start
    if starts:
        m.place = 0
    compares = starts or m.place > 0
    m.bExecutingCompare = compares
    m.bNewResult = compares
    if compares:
        place = int64(m.place)
        value = f64(m, m.reference, m.length)[place]
        half = abs(value) * m.band / 100.0 if m.mode == RELATIVE else m.band
        m.fValueRead, m.fBandLower, m.fBandUpper = value, value - half, value + half
        result = SMALLER if x < m.fBandLower else (BIGGER if x > m.fBandUpper else WITHIN)
        m.eCompareResult = result
        m.bWithinBand = result == WITHIN
        m.nCountWithinBand += result == WITHIN
        m.nCountSmaller += result == SMALLER
        m.nCountBigger += result == BIGGER
        m.nValueNumber = place + 1
        m.nCurrentComparedCycles += place + 1 == m.length
        m.place = 0 if place + 1 == m.length else place + 1
    return 0


class FB_ALY_TimeBasedEnvelope_1Ch(ReadBlock, SingleChannelBlock, category="Classification"):
    """Compares one channel, value by value over a period, with a band around a curve that was taught into a file.

    Sources: manual TF3510 EN 1.5.0 pp. 138-143 and 428 (InfoSys 6776651403, 6803599627, 6901251851), Workbench
    4981847947.

    Documented: a rising edge of bStartPeriod begins to compare, if the block is in state Read; Absolute: the band is
    the value read plus and minus fBand, Relative: plus and minus fBand percent of it. The file is that of
    FB_ALY_TimeBasedTeachPath_1Ch. How the states change stands in `alycat.blocks.teaching`.

    Chosen, where the manual is silent:

    - the value of the call with the start is compared with the first point, the following ones with the next, until the
      last point; bExecutingCompare is TRUE in each call that compares; before the first call bStartPeriod was FALSE;
    - a start before the last point begins with the first point again; nCurrentComparedCycles counts complete periods;
    - nValueNumber counts from 1; a value on a bound lies within; the relative band of a negative point has the
      percentage of its absolute value, so that the lower bound stays below the upper one;
    - results stay between two periods; bNewResult equals bExecutingCompare. Reset ends a period that is being compared;
    - the whole file is read when Read is entered, whatever nSegmentSize is.

    Cost of a call: the same whatever the length of the period is.
    """

    step = step
    reads = TEACH_PATH
    counters = ("nCurrentComparedCycles", "nCountWithinBand", "nCountSmaller", "nCountBigger")
    picture = "bands"
    example = {
        "eBandMode": E_ALY_BandMode.Absolute,
        "fBand": 2.0,
        "nSegmentSize": 200,
        "tTimeout": 5000,
        "sFilePath": r"%TC_BOOTPRJPATH%\Taught.tas",
        "bNegateStartPeriod": False,
    }

    bBusy: BOOL = output("file work is under way")
    eState: E_ALY_ReadState = output("state")
    bExecutingCompare: BOOL = output("a period is being compared")
    nValueNumber: ULINT = output("number of the compared point, from 1")
    fValueRead: LREAL = output("that point")
    fBandLower: LREAL = output("lower end of the band around it")
    fBandUpper: LREAL = output("upper end of the band around it")
    bWithinBand: BOOL = output("the value is within the band")
    eCompareResult: E_ALY_Classification_Bounds = output("where the value lies")
    nCurrentComparedCycles: ULINT = output("periods that were compared to their end")
    nCountWithinBand: ULINT = output("values within the band")
    nCountSmaller: ULINT = output("values below it")
    nCountBigger: ULINT = output("values above it")
    stFileHeader: ST_ALY_FileHeader = output("what the file tells of itself")

    mode: LINT = config("band mode")
    band: LREAL = config("half width")
    negate_start: BOOL = config()
    length: LINT = config("points of the curve")

    place: LINT = state("next point to compare with, 0 between two periods")
    start_before: BOOL = state("bStartPeriod in the call before")

    reference: LREAL = buffer("the curve")

    @method
    def Configure(
        self,
        eBandMode: E_ALY_BandMode,
        fBand: LREAL,
        nSegmentSize: UDINT,
        tTimeout: TIME,
        sFilePath: STRING_255,
        bNegateStartPeriod: BOOL,
    ) -> BOOL:
        """Takes the parameters and starts in Idle.

        Parameters
        ----------
        eBandMode
            Absolute or Relative
        fBand
            half width of the band, in units of the channel or in percent
        nSegmentSize
            at least 1; without further effect
        tTimeout
            the file work has to end within this time
        sFilePath
            file with the curve, below the folder of files
        bNegateStartPeriod
            TRUE: a falling edge of bStartPeriod begins a period

        Notes
        -----
        Errors: 16#2016 the mode is NotInitialized, 16#200C fBand is negative or not finite, 16#2014 nSegmentSize is 0,
        16#2015 tTimeout is 0, 16#2013 the path names no file below the folder of files.
        """
        if eBandMode == E_ALY_BandMode.NotInitialized:
            return self._finish(0x2016, "eBandMode is NotInitialized")
        if not 0 <= fBand < math.inf:
            return self._finish(0x200C, f"fBand = {fBand}, a finite number of at least 0 is needed")
        if nSegmentSize == 0:
            return self._finish(0x2014, "nSegmentSize = 0, at least 1 is needed")
        if self._file_refused(sFilePath, tTimeout):
            return False
        self._allocate()
        m = self._m
        m.mode, m.band, m.negate_start = eBandMode, fBand, bNegateStartPeriod
        m.file_path, m.timeout_ms = sFilePath, tTimeout
        return self._configured()

    @cyclic
    def Call(self, bStartPeriod: BOOL) -> BOOL:
        """Compares the value of the channel with the next point of the curve.

        Parameters
        ----------
        bStartPeriod
            its rising edge begins with the first point

        Notes
        -----
        Errors: 16#3007 before a successful Configure, 16#3008 outside of the state Read, 16#3003 a channel that was
        never set, or a NaN or infinite value.
        """

    def _kept_buffers(self) -> tuple[str, ...]:
        return (*super()._kept_buffers(), "reference")

    def _start_with(self, learnt: list[Learnt]) -> tuple[int, str]:
        points = learnt[0]["value"]
        if len(points) != self._buffer_counts.get("reference", 0):
            self._resize(reference=len(points))
        self._buffer("reference")[:] = points
        self._m.length = len(points)
        self._restart()
        self._show_header(learnt[0], len(points), learnt[0]["teach_cycles"])
        return 0, ""
