"""FB_ALY_ProductivityInterval_1Ch: pieces within a daily window of time against a target."""

from typing import Any

from alycat.runtime.block import SingleChannelBlock, cyclic, method
from alycat.runtime.declare import config, output, state
from alycat.runtime.iec import BOOL, LINT, LREAL, LTIME, ULINT
from alycat.runtime.kernel import int64, kernel, uint64
from alycat.runtime.memory import f64

from ..calendar import DAY_NS, LocalTimeBlock, local_of, utc_of
from ..conditions import ConditionBlock, PersistentBlock, bad_call, becomes_met
from ..system.datetime import FB_ALY_DateTime
from ..system.timespan import FB_ALY_Timespan
from ..types import E_ALY_ComparisonOperator, ST_ALY_Threshold


@kernel
def step(m: Any) -> int:
    code = bad_call(m, 1)
    if code != 0:
        return code
    if m.tTimeStart >= DAY_NS or m.tTimeStop >= DAY_NS:
        return 0x300D
    t = int64(m.tTimestamp)
    before = int64(m.last_ns)
    m.last_ns = m.tTimestamp
    start = int64(m.tTimeStart)
    length = (int64(m.tTimeStop) - start) % DAY_NS
    if length == 0:
        length = int64(DAY_NS)
    day = local_of(m, t) // DAY_NS * DAY_NS
    opened = utc_of(m, day + start)  # the latest start of the window
    if opened > t:
        day -= DAY_NS
        opened = utc_of(m, day + start)
    length = utc_of(m, day + start + length) - opened
    within = t - opened < length
    m.bNewResult = False
    if m.in_window and (not within or opened != m.opened_ns):
        m.in_window = False
        if m.from_start and t >= m.closes_ns:
            m.fLastFullPeriodProductivity = 100.0 * float(m.nProducedInInterval) / m.expected
            m.bNewResult = True
    if within and not m.in_window:
        m.in_window = True
        m.opened_ns = opened
        m.from_start = t == opened or 0 < before <= opened
        m.nProducedInInterval = 0
        m.piece_ns = opened
        m.per_piece = 0
        m.fCurrentProductivity = 0.0
        m.fExpectedProductivity = 0.0
    m.bWithinInterval = within
    m.fbCurrentTimestamp = m.tTimestamp
    m.fbIntervalLength = length
    edge = becomes_met(m, 0, 1, f64(m, m.x, 1)[0])
    if within:
        m.closes_ns = opened + length
        if edge:
            m.nProducedInInterval += 1
            m.per_piece = t - m.piece_ns if t > m.piece_ns else m.per_piece
            m.piece_ns = t
            m.bNewResult = True
        estimate(m, t - opened, length)
    else:
        m.fbElapsedTime = 0
        m.fbRemainingTime = 0
    produced = m.nProducedInInterval
    m.nRemainingInInterval = m.pieces - produced if m.pieces > produced else uint64(0)
    return 0


@kernel
def estimate(m: Any, elapsed: int, length: int) -> None:
    """Times and rates of the running window."""
    remaining = length - elapsed
    m.fbElapsedTime = elapsed
    m.fbRemainingTime = remaining
    produced = float(m.nProducedInInterval)
    if elapsed > 0:
        m.fCurrentProductivity = 100.0 * produced / (m.expected * (float(elapsed) / float(length)))
    if m.per_piece > 0:
        m.fExpectedProductivity = 100.0 * (produced + float(remaining // int64(m.per_piece))) / m.expected


class FB_ALY_ProductivityInterval_1Ch(
    SingleChannelBlock, ConditionBlock, LocalTimeBlock, PersistentBlock, category="Base"
):
    """Compares the pieces within a daily window of time with the expected number.

    Sources: manual TF3510 EN 1.5.0 pp. 90-94 (InfoSys 9116704139, 9116830219, 9116841227, 9116877835, 9116914443),
    Workbench 9120328203.

    Documented: the window is given as times of day with each call; an edge counts a piece; all productivities in
    percent; fCurrentProductivity compares with what should have been produced by now; fExpectedProductivity adds the
    pieces that the production time of the last piece allows in the remaining time; fLastFullPeriodProductivity is set
    after a window that was processed from start to end.
    Chosen: the window includes its start and not its end, goes over midnight when the end is before the start, and
    lasts a day when they are equal; time zone and daylight saving as in `alycat.blocks.calendar`; the production
    time of the first piece runs from the start of the window, and possible pieces are whole ones; a window whose
    start is moved begins anew; nRemainingInInterval does not go below 0; outside of the window elapsed and
    remaining time are 0 and the rest stays; bNewResult tells of a piece and of a completed window; bPersistent as
    in the manual's table; what `alycat.blocks.conditions` lists.
    """

    drawn_with = {"fCurrentProductivity": ("fExpectedProductivity", "fLastFullPeriodProductivity")}
    step = step
    example = {
        "stThreshold": ST_ALY_Threshold(E_ALY_ComparisonOperator.GreaterThan, 0.5),
        "nExpectedPieces": 40,
        "tTimeStart": 8 * 3600 * 10**9,
        "tTimeStop": 16 * 3600 * 10**9,
    }

    bWithinInterval: BOOL = output("the time lies within the window")
    fbCurrentTimestamp: FB_ALY_DateTime = output("time of the call")
    fbIntervalLength: FB_ALY_Timespan = output("length of the window")
    fbElapsedTime: FB_ALY_Timespan = output("elapsed time of the window")
    fbRemainingTime: FB_ALY_Timespan = output("remaining time of the window")
    nProducedInInterval: ULINT = output("pieces produced in the window")
    nRemainingInInterval: ULINT = output("pieces still to be produced")
    fCurrentProductivity: LREAL = output("productivity so far, percent")
    fExpectedProductivity: LREAL = output("extrapolated productivity of the window, percent")
    fLastFullPeriodProductivity: LREAL = output("productivity of the last complete window, percent")
    pieces: ULINT = config("expected pieces")
    expected: LREAL = config("expected pieces")
    in_window: BOOL = state("the call before was within the window")
    from_start: BOOL = state("the window has been watched from its start")
    opened_ns: LINT = state("start of the window")
    closes_ns: LINT = state("end of the window")
    piece_ns: LINT = state("time of the latest piece, or the start")
    per_piece: LINT = state("production time of the latest piece")

    @method
    def ConfigureChannel(self, stThreshold: ST_ALY_Threshold) -> BOOL:
        """Stores the condition whose change to TRUE counts a piece; it takes effect with Configure.

        Errors: 16#2007 no comparison operator, 16#201A threshold not finite.
        """
        return self._store_condition(0, stThreshold, "stThreshold")

    @method
    def Configure(self, nExpectedPieces: ULINT) -> BOOL:
        """Takes over what ConfigureChannel stored and starts anew.

        Parameters
        ----------
        nExpectedPieces
            pieces to be produced within the window

        Notes
        -----
        Errors: 16#200D number 0, 16#2022 no condition was stored.
        """
        if nExpectedPieces == 0:
            return self._finish(0x200D, "nExpectedPieces = 0, at least 1 is needed")
        if self._conditions_missing():
            return False
        return self._start(pieces=nExpectedPieces, expected=nExpectedPieces)

    def _begin(self) -> None:
        self._m.nRemainingInInterval = self._m.pieces

    @cyclic
    def Call(self, tTimeStart: LTIME, tTimeStop: LTIME, tTimestamp: ULINT) -> BOOL:
        """Follows the production.

        Parameters
        ----------
        tTimeStart
            start of the window, time of day
        tTimeStop
            end of the window, time of day
        tTimestamp
            time of the call

        Notes
        -----
        Errors: 16#3007 not configured, 16#3006 no time, 16#3003 input not usable, 16#300D a time of 24 hours or more.
        """
