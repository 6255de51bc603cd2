"""FB_ALY_ContinuousPieceCounter_1Ch and FB_ALY_IntervalPieceCounter_1Ch: pieces per interval of time."""

from typing import Any

from alycat.runtime.block import AlgorithmBlock, cyclic, method
from alycat.runtime.declare import config, output, state
from alycat.runtime.iec import BOOL, LINT, LTIME, ULINT
from alycat.runtime.kernel import kernel, uint64
from alycat.runtime.memory import f64

from ..conditions import EdgeBlock, PausableBlock, PersistentBlock, bad_call, becomes_met, time_run
from ..system.datetime import FB_ALY_DateTime
from ..system.timespan import FB_ALY_Timespan
from ..types import E_ALY_ComparisonOperator, ST_ALY_Threshold


@kernel
def close_interval(m: Any, pieces: int) -> None:
    """Books a completed interval with its pieces."""
    if m.nNumIntervals == 0 or pieces < m.nCountMin:
        m.nCountMin = pieces
        m.fbTimeCountMin = m.tTimestamp
    if m.nNumIntervals == 0 or pieces > m.nCountMax:
        m.nCountMax = pieces
        m.fbTimeCountMax = m.tTimestamp
    m.nCountLastInterval = pieces
    m.nNumIntervals += 1
    m.bNewResult = True


@kernel
def continuous_step(m: Any) -> int:
    code = bad_call(m, 1)
    if code != 0:
        return code
    m.elapsed += time_run(m)
    m.running = True
    m.bNewResult = False
    if m.elapsed >= m.interval:
        complete = m.elapsed // m.interval
        m.elapsed -= complete * m.interval
        close_interval(m, m.nCountCurrentInterval)
        if complete > 1:  # nothing was counted in the others
            close_interval(m, uint64(0))
            m.nNumIntervals += uint64(complete - 2)
        m.nCountCurrentInterval = 0
    m.nCountCurrentInterval += becomes_met(m, 0, 1, f64(m, m.x, 1)[0])
    m.fbTimeCurrentInterval = m.elapsed
    return 0


@kernel
def interval_step(m: Any) -> int:
    code = bad_call(m, 1)
    if code != 0:
        return code
    span = time_run(m)
    m.bNewResult = False
    if m.running:
        m.elapsed += span
        if m.elapsed >= m.interval:
            m.elapsed = m.interval
            m.running = False
            close_interval(m, m.nCountCurrentInterval)
    starts = m.bStartInterval and (not m.running or (m.restarts and not m.was_started))
    m.was_started = m.bStartInterval
    if starts:
        m.running = True
        m.elapsed = 0
        m.nCountCurrentInterval = 0
    edge = becomes_met(m, 0, 1, f64(m, m.x, 1)[0])
    m.nCountCurrentInterval += edge & m.running
    m.bExecutingInterval = m.running
    m.fbTimeCurrentInterval = m.elapsed
    return 0


class PieceCounter(EdgeBlock, PausableBlock, PersistentBlock):
    """What both blocks have in common."""

    counters = ("nNumIntervals", "nCountMax")

    nNumIntervals: ULINT = output("number of completed intervals")
    nCountLastInterval: ULINT = output("events in the last completed interval")
    nCountCurrentInterval: ULINT = output("events in the running interval, or in the last one while none runs")
    nCountMin: ULINT = output("fewest events of a completed interval")
    nCountMax: ULINT = output("most events of a completed interval")
    fbTimeCountMin: FB_ALY_DateTime = output("time of the minimum")
    fbTimeCountMax: FB_ALY_DateTime = output("time of the maximum")
    fbTimeCurrentInterval: FB_ALY_Timespan = output("elapsed time of the running interval")
    interval: LINT = config("ns")


class FB_ALY_ContinuousPieceCounter_1Ch(PieceCounter, category="Base"):
    """Counts events per interval, one interval after the other, and keeps the smallest and the largest count.

    Sources: manual TF3510 EN 1.5.0 pp. 24-28 (InfoSys 6776578955, 6786236043), Workbench 4983751947.

    Documented: the count starts anew when tInterval has elapsed; nNumIntervals counts elapsed intervals; Pause stops
    the interval until the next Call.
    Chosen: the first call starts the first interval, the others follow without a gap, also when a call comes late; an
    event in the call that ends an interval belongs to the next one; if several intervals end between two calls, what
    was counted belongs to the first of them and the others have 0; minimum and maximum cover completed intervals and
    are 0 before the first; bNewResult tells of a completed interval; what `alycat.blocks.conditions` lists.
    """

    step = continuous_step
    example = {
        "stThresholdEdge": ST_ALY_Threshold(E_ALY_ComparisonOperator.GreaterThan, 0.5),
        "tInterval": 5 * 60 * 10**9,
    }

    @method
    def Configure(self, tInterval: LTIME) -> BOOL:
        """Takes over what ConfigureChannel stored and starts at 0.

        Parameters
        ----------
        tInterval
            length of an interval

        Notes
        -----
        Errors: 16#200F interval 0 or too long, 16#2022 no condition was stored.
        """
        if self._interval_refused(tInterval=tInterval) or self._conditions_missing():
            return False
        return self._start(interval=tInterval)

    @cyclic
    def Call(self, tTimestamp: ULINT) -> BOOL:
        """Looks for an edge. Errors: 16#3007 not configured, 16#3006 no time, 16#3003 time or value not usable."""


class ExecutesInterval(AlgorithmBlock):
    """The output that stands before those of the counter: bases give their members from the last one to the first."""

    bExecutingInterval: BOOL = output("TRUE while an interval runs")


class FB_ALY_IntervalPieceCounter_1Ch(PieceCounter, ExecutesInterval, category="Base"):
    """Counts events within intervals that a flag starts, and keeps the smallest and the largest count.

    Sources: manual TF3510 EN 1.5.0 pp. 55-59 (InfoSys 6776590475, 6786320779, 6786322699), Workbench 4983746187.

    Documented: events count while an interval runs; it starts when bStartInterval is TRUE and ends when tInterval has
    elapsed; with bResetOnMultipleStart a new start flag restarts it; while none runs nCountCurrentInterval shows the
    count of the last one; Pause stops the interval until the next Call.
    Chosen: the flag is a level, so that an interval follows the other while it stays TRUE; only its change to TRUE
    restarts a running interval, which then does not count as one; an interval starts with the call that has the flag,
    and an event in that call counts; fbTimeCurrentInterval stays at tInterval until the next start. Minimum, maximum
    and bNewResult as in FB_ALY_ContinuousPieceCounter_1Ch; what `alycat.blocks.conditions` lists.
    """

    step = interval_step
    example = {
        "stThresholdEdge": ST_ALY_Threshold(E_ALY_ComparisonOperator.GreaterThan, 0.5),
        "bResetOnMultipleStart": False,
        "tInterval": 5 * 60 * 10**9,
    }

    restarts: BOOL = config("a new start flag restarts a running interval")
    was_started: BOOL = state("the start flag of the call before")

    @method
    def Configure(self, bResetOnMultipleStart: BOOL, tInterval: LTIME) -> BOOL:
        """Takes over what ConfigureChannel stored and waits for the first start.

        Parameters
        ----------
        bResetOnMultipleStart
            TRUE: a new start flag restarts a running interval
        tInterval
            length of an interval

        Notes
        -----
        Errors: 16#200F interval 0 or too long, 16#2022 no condition was stored.
        """
        if self._interval_refused(tInterval=tInterval) or self._conditions_missing():
            return False
        return self._start(interval=tInterval, restarts=bResetOnMultipleStart)

    @cyclic
    def Call(self, tTimestamp: ULINT, bStartInterval: BOOL) -> BOOL:
        """Looks for an edge while an interval runs, or starts one.

        Parameters
        ----------
        tTimestamp
            time of the call
        bStartInterval
            TRUE starts an interval

        Notes
        -----
        Errors: 16#3007 not configured, 16#3006 no time, 16#3003 time or value not usable.
        """
