"""FB_ALY_StepResponse_1Ch: characteristic times of the response to a step of the setpoint."""

import math
from typing import Any, ClassVar

from alycat.runtime.block import FixedChannelBlock, cyclic, method
from alycat.runtime.declare import buffer, config, output, state
from alycat.runtime.iec import BOOL, LREAL, ULINT
from alycat.runtime.kernel import int64, kernel, uint64
from alycat.runtime.memory import f64, i64

from ..checks import wrong_value
from ..conditions import TimedBlock, bad_time
from ..reversals import COUNT, DIRECTION, FOUND, FOUND_NS, HIGH_AT, LOW_AT, NONE, PEAK, TURN_WORDS, turn
from ..system.datetime import FB_ALY_DateTime
from ..system.timespan import FB_ALY_Timespan
from ..windows import LARGEST

LONGEST_NS = 9.2e18  # a little less than the largest LINT


@kernel
def take_band(m: Any, setpoint: float) -> None:
    width = m.tolerance
    if m.relative:
        width *= abs(setpoint) / 100.0
    m.lower, m.upper = setpoint - width, setpoint + width


@kernel
def start(m: Any, k: Any, x: float, setpoint: float) -> None:
    """A new setpoint: its band is taken, what was found for the one before is dropped."""
    take_band(m, setpoint)
    m.bExecuting = True
    m.start_ns, m.start_value, m.target = m.tTimestamp, x, setpoint
    m.slope, m.overshoot = 0.0, 0.0
    m.fbEquivalentDeadTime, m.fbEquivalentTimeConstant = 0, 0
    m.fbSettlingTime, m.fbTimeMax = 0, 0
    m.is_inside = False
    m.bNewResult = True
    k[COUNT], k[DIRECTION] = 0, 0


@kernel
def fit_tangent(m: Any, x: float) -> None:
    """The steepest piece of the response so far is its inflection tangent."""
    span, rise = m.target - m.start_value, x - m.before
    if m.tTimestamp == m.last_ns or span == 0.0 or (rise > 0.0) != (span > 0.0):
        return
    slope = abs(rise) / float(m.tTimestamp - m.last_ns)
    if slope > m.slope:
        m.slope = slope
        way = m.start_value - m.before
        delay = float(m.last_ns - m.start_ns) + (way if span > 0.0 else -way) / slope
        m.fbEquivalentDeadTime = int64(min(max(delay, 0.0), LONGEST_NS))
        m.fbEquivalentTimeConstant = int64(min(abs(span) / slope, LONGEST_NS))
        m.bNewResult = True


@kernel
def judge_reversal(m: Any, kind: int, extreme: float, t: int, entered_ns: int) -> None:
    """A reversal may be the largest overshoot so far, and ends the identification when it lies inside the band."""
    rises = m.target > m.start_value
    over = extreme - m.target if rises else m.target - extreme
    if (kind == PEAK) == rises and m.target != m.start_value and over > m.overshoot:
        m.overshoot = over
        m.fbTimeMax = uint64(t)
        m.bNewResult = True
    if m.lower <= extreme and extreme <= m.upper:
        m.fbSettlingTime = entered_ns - int64(m.start_ns)
        m.bExecuting = False
        m.bNewResult = True


@kernel
def follow(m: Any, w: Any, k: Any, x: float) -> None:
    """One value of a running identification."""
    t = m.tTimestamp
    if k[COUNT] > 0:
        fit_tangent(m, x)
    inside = m.lower <= x and x <= m.upper
    if inside and not m.is_inside:
        m.entered_ns = t
    m.is_inside = inside
    high_entered, low_entered = m.high_entered_ns, m.low_entered_ns
    kind = turn(w, k, 0, m.threshold, x, t)
    if k[HIGH_AT] == k[COUNT] - 1:
        m.high_entered_ns = m.entered_ns
    if k[LOW_AT] == k[COUNT] - 1:
        m.low_entered_ns = m.entered_ns
    if kind != NONE:
        judge_reversal(m, kind, w[FOUND], k[FOUND_NS], int64(high_entered if kind == PEAK else low_entered))


@kernel
def step(m: Any) -> int:
    values = f64(m, m.x, 2)
    x, setpoint = values[0], values[1]
    code = wrong_value(x, LARGEST)
    if code == 0:
        code = wrong_value(setpoint, LARGEST)
    if code == 0:
        code = bad_time(m)
    if code != 0:
        return code
    w, k = f64(m, m.turns, TURN_WORDS), i64(m, m.turns, TURN_WORDS)
    m.bNewResult = False
    if m.last_ns == 0:
        take_band(m, setpoint)
    elif setpoint < m.lower or setpoint > m.upper:
        start(m, k, x, setpoint)
    if m.bExecuting:
        follow(m, w, k, x)
    m.fError = x - setpoint
    m.before = x
    m.last_ns = m.tTimestamp
    return 0


class FB_ALY_StepResponse_1Ch(FixedChannelBlock, TimedBlock, category="Classification"):
    """Identifies the characteristic times of a second-order plant from its response to a step of the setpoint.

    Channel 1 is the measured value, channel 2 the setpoint.

    Sources: manual TF3510 EN 1.5.0 pp. 144-147 (InfoSys 13575494795, 13575645067), Workbench 13575693323.

    Documented: it starts when a setpoint lies outside the tolerance band of the one before, and the band is renewed
    only then; the delay time reaches from the start to where the inflection tangent has the start value, the
    compensation time from there to where it has the setpoint; the plant is steady, and only then the settling time is
    set, when a peak or valley by fThresholdReversal lies inside the band; fbTimeMax is the time of the largest
    overshoot; fError is the value minus the setpoint; the band is absolute or in percent of the setpoint.

    Chosen, as the manual is silent:

    - the first call takes the band of its setpoint and starts nothing; a start drops the results before, and a setpoint
      that leaves the band of a running identification starts anew; start time and start value are those of the call
      that brings the setpoint;
    - the inflection tangent goes through the two consecutive values between which the response moved fastest towards
      the setpoint; delay and compensation time are shown as soon as there is such a pair, and follow steeper ones;
    - the settling time ends where the response entered the band for the last time before that peak or valley; the band
      has both borders; an overshoot is a reversal beyond the setpoint, seen from the start value, so there is none when
      the value is at the setpoint already;
    - a response that creeps up without any reversal is never called steady, as documented;
    - bNewResult tells that one of the four times was found anew; reversals as in `alycat.blocks.reversals`; values
      beyond +-1e290 are refused (16#300A).
    """

    step = step
    largest_value = LARGEST
    channel_count: ClassVar[int] = 2
    example = {"fThresholdReversal": 0.1, "bUseRelativeTolerance": True, "fErrorTolerance": 5.0}

    bExecuting: BOOL = output("TRUE while an identification runs")
    fbEquivalentDeadTime: FB_ALY_Timespan = output("delay time of the plant")
    fbEquivalentTimeConstant: FB_ALY_Timespan = output("compensation time of the plant")
    fbSettlingTime: FB_ALY_Timespan = output("settling time, 0 until the plant is steady")
    fbTimeMax: FB_ALY_DateTime = output("time of the largest overshoot, 0 without one")
    fError: LREAL = output("value minus setpoint")

    threshold: LREAL = config()
    relative: BOOL = config("the tolerance is in percent of the setpoint")
    tolerance: LREAL = config("half the width of the band")

    lower: LREAL = state("band")
    upper: LREAL = state("band")
    start_ns: ULINT = state("start of the identification")
    start_value: LREAL = state("value at that time")
    target: LREAL = state("setpoint at that time")
    slope: LREAL = state("steepest so far, per ns")
    overshoot: LREAL = state("largest so far")
    before: LREAL = state("value of the call before")
    is_inside: BOOL = state("the value of the call before was inside the band")
    entered_ns: ULINT = state("when the value entered the band for the last time")
    high_entered_ns: ULINT = state("the same, seen from the peak that is followed")
    low_entered_ns: ULINT = state("the same, seen from the valley that is followed")

    turns: LREAL = buffer("the machine that finds reversals")

    @method
    def Configure(self, fThresholdReversal: LREAL, bUseRelativeTolerance: BOOL, fErrorTolerance: LREAL) -> BOOL:
        """Takes the parameters and starts anew.

        Parameters
        ----------
        fThresholdReversal
            by how much the signal has to move away from a reversal; at least 0
        bUseRelativeTolerance
            TRUE: the tolerance is in percent of the setpoint
        fErrorTolerance
            half the width of the band around the setpoint; at least 0

        Notes
        -----
        Errors: 16#201A a parameter is negative or not finite.
        """
        for name, value in (("fThresholdReversal", fThresholdReversal), ("fErrorTolerance", fErrorTolerance)):
            if not 0 <= value < math.inf:
                return self._finish(0x201A, f"{name} = {value:g}, it has to be finite and at least 0")
        levels = {"threshold": fThresholdReversal, "tolerance": fErrorTolerance}
        return self._start({"turns": TURN_WORDS}, relative=bUseRelativeTolerance, **levels)

    @cyclic
    def Call(self, tTimestamp: ULINT) -> BOOL:
        """Takes both values. Errors: 16#3007 not configured, 16#3006 no time, 16#3003 time or value not usable."""
