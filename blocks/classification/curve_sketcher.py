"""FB_ALY_CurveSketcher_1Ch: peaks, valleys and the steepest places between them."""

import math
from typing import Any

from alycat.runtime.block import SingleChannelBlock, cyclic, method
from alycat.runtime.declare import buffer, config, output, state
from alycat.runtime.iec import BOOL, LINT, LREAL, ULINT
from alycat.runtime.kernel import kernel, uint64
from alycat.runtime.memory import f64, i64

from ..checks import wrong_value
from ..conditions import TimedBlock, bad_time
from ..reversals import (
    COUNT,
    DIRECTION,
    FALLING,
    FOUND,
    FOUND_AT,
    FOUND_NS,
    HIGH_AT,
    LOW_AT,
    NONE,
    PEAK,
    RISING,
    TURN_WORDS,
    turn,
)
from ..system.datetime import FB_ALY_DateTime
from ..windows import LARGEST

STEPS = TURN_WORDS  # the machine that follows the steps, after the one that follows the values
PRESENT = 2 * TURN_WORDS  # value and time that belong to the largest step of that machine
INSIDE, AFTER_HIGH, AFTER_LOW = PRESENT + 2, PRESENT + 6, PRESENT + 10  # largest steps: size, value, time, position
WORDS = PRESENT + 14


@kernel
def report(m: Any, size: float, value: float, t: int) -> None:
    """A maximum of the steps."""
    m.fMaxDelta = size
    m.fValueAtMaxDelta = value
    m.fbTimeMaxDelta = uint64(t)
    m.nCountMaxDelta += 1
    m.bNewResult = True


@kernel
def keep_larger(w: Any, k: Any, at: int, size: float, value: float, t: int, position: int) -> None:
    """Of two steps the larger one, of equal ones the first; size 0 is none."""
    if size > w[at]:
        w[at], w[at + 1], k[at + 2], k[at + 3] = size, value, t, position


@kernel
def follow_step(m: Any, w: Any, k: Any, x: float, t: int) -> None:
    """Looks for a maximum of the steps by the threshold, and keeps the largest one after each extreme of the values."""
    size, position = abs(x - m.before), k[COUNT]
    value, time, is_added = w[PRESENT], k[PRESENT + 1], m.is_added
    kind = turn(w, k, STEPS, m.threshold_delta, size, t)
    if k[STEPS + HIGH_AT] == k[STEPS + COUNT] - 1:
        w[PRESENT], k[PRESENT + 1], m.is_added = x, t, False
    if kind == PEAK:
        m.maximum_at = k[STEPS + FOUND_AT] + 1
        if not is_added:
            report(m, w[STEPS + FOUND], value, time)
        if m.section_at < m.maximum_at and m.maximum_at <= m.extreme_at:
            m.has_maximum = True
    keep_larger(w, k, AFTER_HIGH, size, x, t, position)
    keep_larger(w, k, AFTER_LOW, size, x, t, position)


@kernel
def follow_sections(m: Any, w: Any, k: Any, kind: int, is_turned: bool) -> None:
    """A section lies between two reversals; when it ends without a maximum, its largest step is one."""
    now = k[COUNT] - 1
    after = AFTER_HIGH if k[DIRECTION] == RISING else AFTER_LOW  # steps behind the extreme that is followed
    if is_turned:
        if m.in_section and not m.has_maximum:
            report(m, w[INSIDE], w[INSIDE + 1], k[INSIDE + 2])
            if k[STEPS + HIGH_AT] + 1 == k[INSIDE + 3]:
                m.is_added = True
        m.in_section = kind != NONE
        m.section_at = k[FOUND_AT]
        w[INSIDE] = 0.0
        after = AFTER_LOW if k[DIRECTION] == RISING else AFTER_HIGH
    moved = (k[DIRECTION] == RISING and k[HIGH_AT] == now) or (k[DIRECTION] == FALLING and k[LOW_AT] == now)
    if moved:
        keep_larger(w, k, INSIDE, w[after], w[after + 1], k[after + 2], k[after + 3])
        m.extreme_at = now
        m.has_maximum = m.maximum_at > m.section_at
    if k[HIGH_AT] == now:
        w[AFTER_HIGH] = 0.0
    if k[LOW_AT] == now:
        w[AFTER_LOW] = 0.0


@kernel
def step(m: Any) -> int:
    x = f64(m, m.x, 1)[0]
    code = wrong_value(x, LARGEST)
    if code == 0:
        code = bad_time(m)
    if code != 0:
        return code
    w, k = f64(m, m.turns, WORDS), i64(m, m.turns, WORDS)
    m.bNewResult = False
    if m.inflection and k[COUNT] > 0:
        follow_step(m, w, k, x, m.tTimestamp)
    direction = k[DIRECTION]
    kind = turn(w, k, 0, m.threshold, x, m.tTimestamp)
    if kind == PEAK:
        m.fLastPeak, m.fbTimeLastPeak = w[FOUND], uint64(k[FOUND_NS])
        m.nCountPeaks += 1
    elif kind != NONE:
        m.fLastValley, m.fbTimeLastValley = w[FOUND], uint64(k[FOUND_NS])
        m.nCountValleys += 1
    if m.inflection:
        follow_sections(m, w, k, kind, k[DIRECTION] != direction)
    m.bNewResult |= kind != NONE
    m.before = x
    m.last_ns = m.tTimestamp
    return 0


class FB_ALY_CurveSketcher_1Ch(SingleChannelBlock, TimedBlock, category="Classification"):
    """Finds peaks and valleys of a signal and, if asked, the places where it changes fastest.

    Sources: manual TF3510 EN 1.5.0 pp. 116-120 (InfoSys 6776629003, 6901126411), Workbench 6112637707.

    Documented: a peak or valley is found once the signal has moved away from it by more than fThresholdReversal, so it
    is reported later, with the time it had; delta is the absolute difference of two consecutive values; a maximum of
    delta is found once delta has fallen by more than fThresholdDelta below it; between two reversals there is at least
    one; value and time of a maximum are those of the later of its two values.

    Chosen, as the manual is silent: what `alycat.blocks.reversals` lists, for the values and for delta; between two
    reversals without a maximum by the threshold, the largest delta (the first of equals) is reported when the second
    reversal is found, and not again; fMaxDelta is never negative; bNewResult tells of a reversal or a maximum; if both
    kinds of maximum are found in one call, both count and the outputs show the one between the reversals. Values
    beyond +-1e290 are refused (16#300A).
    """

    step = step
    largest_value = LARGEST
    counters = ("nCountPeaks", "nCountValleys", "nCountMaxDelta")
    drawn_with = {"fLastPeak": ("fLastValley", "fValueAtMaxDelta"), "nCountPeaks": ("nCountValleys",)}
    example = {"fThresholdReversal": 0.0, "bCalcInflection": True, "fThresholdDelta": 10.0}

    fLastPeak: LREAL = output("value of the latest peak")
    fbTimeLastPeak: FB_ALY_DateTime = output("its time")
    nCountPeaks: ULINT = output("peaks so far")
    fLastValley: LREAL = output("value of the latest valley")
    fbTimeLastValley: FB_ALY_DateTime = output("its time")
    nCountValleys: ULINT = output("valleys so far")
    fValueAtMaxDelta: LREAL = output("value at the latest maximum of delta")
    fMaxDelta: LREAL = output("latest maximum of delta")
    fbTimeMaxDelta: FB_ALY_DateTime = output("its time")
    nCountMaxDelta: ULINT = output("maxima of delta so far")

    threshold: LREAL = config()
    threshold_delta: LREAL = config()
    inflection: BOOL = config()

    before: LREAL = state("value of the call before")
    in_section: BOOL = state("a reversal was found, so that a section has begun")
    has_maximum: BOOL = state("the section has a maximum up to the extreme that is followed")
    section_at: LINT = state("position of the reversal that began the section")
    extreme_at: LINT = state("position of the extreme that is followed")
    maximum_at: LINT = state("position of the latest maximum by the threshold")
    is_added: BOOL = state("the largest step that is followed was reported at the end of a section")

    turns: LREAL = buffer("the machines of values and steps, and the largest steps")

    @method
    def Configure(self, fThresholdReversal: LREAL, bCalcInflection: BOOL, fThresholdDelta: LREAL) -> BOOL:
        """Takes the parameters and starts anew.

        Parameters
        ----------
        fThresholdReversal
            by how much the signal has to move away from a reversal; at least 0
        bCalcInflection
            TRUE: maxima of delta are searched as well
        fThresholdDelta
            by how much delta has to fall below a maximum; at least 0

        Notes
        -----
        Errors: 16#201A a threshold is negative or not finite.
        """
        for name, value in (("fThresholdReversal", fThresholdReversal), ("fThresholdDelta", fThresholdDelta)):
            if not 0 <= value < math.inf:
                return self._finish(0x201A, f"{name} = {value:g}, it has to be finite and at least 0")
        levels = {"threshold": fThresholdReversal, "threshold_delta": fThresholdDelta}
        return self._start({"turns": WORDS}, inflection=bCalcInflection, **levels)

    @cyclic
    def Call(self, tTimestamp: ULINT) -> BOOL:
        """Takes the value. Errors: 16#3007 not configured, 16#3006 no time, 16#3003 time or value not usable."""
