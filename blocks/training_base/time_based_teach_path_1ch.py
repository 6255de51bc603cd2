"""FB_ALY_TimeBasedTeachPath_1Ch: teaches a curve from repeated periods."""

from typing import Any

import numpy as np

from alycat.runtime.block import SingleChannelBlock, cyclic, method
from alycat.runtime.declare import buffer, config, output, state
from alycat.runtime.iec import BOOL, LINT, LREAL, STRING_255, TIME, UDINT, ULINT
from alycat.runtime.kernel import int64, kernel
from alycat.runtime.learnt import Learnt
from alycat.runtime.memory import f64

from ..checks import wrong_value
from ..learnt_kinds import TEACH_PATH
from ..teaching import PENDING_IDLE, WORKING, TeachBlock
from ..types import E_ALY_TeachMode, E_ALY_TeachState

SEGMENTS = 1000  # of nSegmentSize values each, the longest period
LARGEST = 1e300  # so that no difference overflows
MINIMUM, MAXIMUM = int(E_ALY_TeachMode.Minimum), int(E_ALY_TeachMode.Maximum)


@kernel
def merged(mode: int, stored: float, value: float, cycles: int) -> float:
    """The point that takes the place of the stored one, which `cycles` periods have made."""
    if mode == MINIMUM:
        return min(stored, value)
    if mode == MAXIMUM:
        return max(stored, value)
    return stored + (value - stored) / (cycles + 1)  # the mean; equal periods leave the point as it is


@kernel
def step(m: Any) -> int:
    if m.eState != WORKING:
        return 0x3008
    x = f64(m, m.x, 1)[0]
    code = wrong_value(x, LARGEST)
    if code != 0:
        return code
    start, stop = m.bStartPeriod != m.negate_start, m.bStopPeriod != m.negate_stop
    opens = start and not m.start_before
    closes = m.bTeaching and (opens or (stop and not m.stop_before))
    cycles, added, length = m.cycles, m.added, m.length
    if closes:
        length = m.place if cycles == 0 else length
        cycles, added = cycles + 1, added + 1
    opens = opens and (m.most == 0 or added < m.most)
    teaches = opens or (m.bTeaching and not closes)
    place = int64(0) if opens else m.place
    if teaches:
        if cycles == 0:
            if place >= m.capacity:
                return 0x300A
            length = place + 1
            f64(m, m.values, m.capacity)[place] = x
        elif place < length:
            point = f64(m, m.values, m.capacity)
            f64(m, m.before, m.capacity)[place] = point[place]
            point[place] = merged(m.mode, point[place], x, cycles)
        if place < length:
            m.nWrittenValues += 1
        place += 1
    m.start_before, m.stop_before = start, stop
    m.cycles, m.added, m.length, m.place = cycles, added, length, place
    m.bTeaching = teaches
    m.nValuesInFile, m.nCurrentTeachCycles = length, cycles
    m.bNewResult = closes
    return 0


class FB_ALY_TimeBasedTeachPath_1Ch(TeachBlock, SingleChannelBlock, category="Training Base"):
    """Teaches the course of one channel over a period, merging each further period point by point, into a file.

    Sources: manual TF3510 EN 1.5.0 pp. 361-367 and 431 (InfoSys 6776687627, 6905586187, 6794319755), Workbench
    4981846027.

    Documented: a rising edge of bStartPeriod begins a period, one of bStopPeriod ends it; Minimum and Maximum keep the
    smaller or larger of stored and new point, Mean the mean over nCurrentTeachCycles periods; after nSetNumTeaches
    periods, 0 for no limit, teaching ends; an existing file takes part or is replaced. How the states change, and when
    the file is written, stands in `alycat.blocks.teaching`.

    Chosen, where the manual is silent:

    - the value of the call with the start is the first point, that of the call with the end is none; a start during a
      period ends it and begins the next one; before the first call both flags were FALSE;
    - the first period, or the file, fixes the number of points: what a longer period has beyond them is left out, a
      shorter one leaves the last points as they are;
    - a period that is not complete in SwitchState_Idle is not in the file, and is taken back when Idle is reached.
      Without a complete period no file is written;
    - after nSetNumTeaches periods of this teaching the block stays in state Teach and takes no further ones;
    - nValuesInFile is the number of points, nCurrentTeachCycles the number of periods in them, with those of the file;
      both tell what the file will hold in Idle. bNewResult is TRUE in the call that ends a period;
    - a period has at most 1000 segments, nSegmentSize * 1000 values (a longer file: as many as it has), then calls are
      refused (16#300A), and so is a value beyond +-1e300;
    - entering Teach again begins anew, or from the file if it is to take part, whatever mode it was taught in.

    Cost of a call: the same whatever the length of the period is.
    """

    step = step
    largest_value = LARGEST
    learns = TEACH_PATH
    counters = ("nWrittenValues", "nCurrentTeachCycles")
    example = {
        "eTeachMode": E_ALY_TeachMode.Mean,
        "nSegmentSize": 200,
        "tTimeout": 5000,
        "nSetNumTeaches": 0,
        "bInvolveExistingFile": False,
        "sFilePath": r"%TC_BOOTPRJPATH%\Taught.tas",
        "bNegateStartPeriod": False,
        "bNegateStopPeriod": False,
    }

    bBusy: BOOL = output("file work is under way")
    bTeaching: BOOL = output("a period is being taught")
    eState: E_ALY_TeachState = output("state")
    nWrittenValues: ULINT = output("values taken since the state Teach was entered")
    nValuesInFile: ULINT = output("points of the period")
    nCurrentTeachCycles: ULINT = output("periods in them")

    mode: LINT = config("teach mode")
    most: LINT = config("periods to teach, 0 for no limit")
    involve_file: BOOL = config()
    negate_start: BOOL = config()
    negate_stop: BOOL = config()
    capacity: LINT = config("points that there is room for")
    loaded_points: LINT = config("points that came from the file")
    loaded_cycles: LINT = config("periods in them")

    cycles: LINT = state("periods in the points")
    added: LINT = state("periods of this teaching")
    length: LINT = state("points of a period")
    place: LINT = state("next point of the period that is being taught")
    start_before: BOOL = state("bStartPeriod in the call before")
    stop_before: BOOL = state("bStopPeriod in the call before")

    values: LREAL = buffer("the points")
    before: LREAL = buffer("the points as they were before the present period")
    loaded: LREAL = buffer("the points that came from the file")

    @method
    def Configure(
        self,
        eTeachMode: E_ALY_TeachMode,
        nSegmentSize: UDINT,
        tTimeout: TIME,
        nSetNumTeaches: UDINT,
        bInvolveExistingFile: BOOL,
        sFilePath: STRING_255,
        bNegateStartPeriod: BOOL,
        bNegateStopPeriod: BOOL,
    ) -> BOOL:
        """Takes the parameters and starts in Idle, with nothing taught.

        Parameters
        ----------
        eTeachMode
            Minimum, Maximum or Mean of stored and new point
        nSegmentSize
            room for 1000 times as many values per period
        tTimeout
            the file work has to end within this time
        nSetNumTeaches
            periods that are added, 0 for no limit
        bInvolveExistingFile
            TRUE: teaching goes on from the file, if there is one; FALSE: it is replaced
        sFilePath
            the file, below the folder of files
        bNegateStartPeriod
            TRUE: a falling edge of bStartPeriod begins a period
        bNegateStopPeriod
            TRUE: a falling edge of bStopPeriod ends it

        Notes
        -----
        Errors: 16#2008 the mode is NotInitialized, 16#2014 nSegmentSize is 0, 16#2015 tTimeout is 0, 16#2013 the path
        names no file below the folder of files, 16#2001 too much memory.
        """
        if eTeachMode == E_ALY_TeachMode.NotInitialized:
            return self._finish(0x2008, "eTeachMode is NotInitialized")
        if nSegmentSize == 0:
            return self._finish(0x2014, "nSegmentSize = 0, at least 1 is needed")
        if self._file_refused(sFilePath, tTimeout):
            return False
        capacity = SEGMENTS * nSegmentSize
        try:
            self._allocate(values=capacity, before=capacity, loaded=capacity * bInvolveExistingFile)
        except MemoryError as error:
            return self._finish(0x2001, str(error))
        m = self._m
        m.mode, m.most, m.capacity, m.involve_file = eTeachMode, nSetNumTeaches, capacity, bInvolveExistingFile
        m.negate_start, m.negate_stop = bNegateStartPeriod, bNegateStopPeriod
        m.file_path, m.timeout_ms = sFilePath, tTimeout
        return self._configured()

    @cyclic
    def Call(self, bStartPeriod: BOOL, bStopPeriod: BOOL) -> BOOL:
        """Takes the value of the channel as the next point of the period.

        Parameters
        ----------
        bStartPeriod
            its rising edge begins a period
        bStopPeriod
            its rising edge ends the period

        Notes
        -----
        Errors: 16#3007 before a successful Configure, 16#3008 outside of the state Teach, 16#3003 a channel that was
        never set, or a NaN or infinite value, 16#300A a value beyond +-1e300, or a period that is too long.
        """

    def _explain(self, event_id: int) -> str:
        reason = super()._explain(event_id)
        if event_id == 0x300A and not reason:
            return f"the period has more than {self._m.capacity} values; is bStopPeriod missing, or nSegmentSize small?"
        return reason

    def path(self) -> np.ndarray:
        """The points as taught so far, those of a period in progress included, a copy; beyond the vendor."""
        return self._buffer("values")[: self._m.length].copy()

    def _kept_buffers(self) -> tuple[str, ...]:
        return (*super()._kept_buffers(), "loaded")

    def _begin(self) -> None:
        m, count = self._m, self._m.loaded_points
        if count:
            self._buffer("values")[:count] = self._buffer("loaded")[:count]
        m.length = m.nValuesInFile = count
        m.cycles = m.nCurrentTeachCycles = m.loaded_cycles

    def _involves_file(self) -> bool:
        return bool(self._m.involve_file)

    def _start_from(self, learnt: Learnt | None) -> tuple[int, str]:
        points = learnt["value"] if learnt else np.empty(0)
        cycles = learnt["teach_cycles"] if learnt else 0
        if learnt and abs(points).max() > LARGEST:
            return 0x300C, "the file has values beyond +-1e300"
        if len(points) > self._m.capacity:
            self._resize(**dict.fromkeys(("loaded", "values", "before"), len(points)))
            self._m.capacity = len(points)
        m = self._m
        self._buffer("loaded")[:] = 0.0
        self._buffer("loaded")[: len(points)] = points
        m.loaded_points, m.loaded_cycles = len(points), cycles
        self._restart()
        return 0, ""

    def _complete(self) -> np.ndarray:
        """The points without a period in progress, as if it had not begun."""
        m, points = self._m, self.path()
        if m.bTeaching:
            taught = min(m.place, m.length)
            points[:taught] = self._buffer("before")[:taught]
        return points if m.cycles else points[:0]

    def _learnt(self) -> dict[str, Any] | None:
        m = self._m
        if not m.added:
            return None
        return {"teach_mode": E_ALY_TeachMode(m.mode).name, "teach_cycles": m.cycles, "value": self._complete()}

    def _arrived(self, outcome: Any) -> tuple[int, str]:
        m = self._m
        if m.eState == PENDING_IDLE:
            points = self._complete()
            self._buffer("values")[: len(points)] = points
            m.length = m.nValuesInFile = len(points)
            m.bTeaching = False
        return super()._arrived(outcome)
