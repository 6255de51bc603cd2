"""FB_ALY_TimingAnalysis_1Ch: time on and time off."""

from typing import Any

from alycat.runtime.block import cyclic
from alycat.runtime.declare import output, state
from alycat.runtime.iec import BOOL, ULINT
from alycat.runtime.kernel import int64, kernel
from alycat.runtime.memory import f64

from ..conditions import LevelBlock, PersistentBlock, PlainConditionBlock, TimedBlock, bad_call, is_met, time_passed
from ..system.timespan import FB_ALY_Timespan
from ..types import E_ALY_ComparisonOperator, ST_ALY_Threshold


@kernel
def step(m: Any) -> int:
    code = bad_call(m, 1)
    if code != 0:
        return code
    t = m.tTimestamp
    first = m.last_ns == 0
    if first:
        m.since_ns = t
    span = time_passed(m)
    if m.bIsOn:
        m.fbTimeOnTotal += span
    else:
        m.fbTimeOffTotal += span
    on = is_met(m, 0, 1, f64(m, m.x, 1)[0])
    changed = on != m.bIsOn
    m.bNewResult = changed
    if changed:
        if not first:
            m.fbTimeLastInterval = int64(t - m.since_ns)
        m.since_ns = t
        if on:
            m.nCountOn += 1
    m.bIsOn = on
    m.fbTimeCurrentInterval = int64(t - m.since_ns)
    return 0


class FB_ALY_TimingAnalysis_1Ch(LevelBlock, PlainConditionBlock, TimedBlock, PersistentBlock, category="Base"):
    """Counts the on-periods of a channel and sums how long it is on and off.

    Sources: manual TF3510 EN 1.5.0 pp. 103-105 (InfoSys 6776623243, 6792291467), Workbench 4946477963.

    Documented: the channel is on while the condition holds; totals are the times with bIsOn TRUE and FALSE.
    Chosen: the totals include the running interval; every change closes an interval; a condition that holds in the
    first call starts an on-period and counts; what `alycat.blocks.conditions` lists.
    """

    step = step
    counters = ("nCountOn", "fbTimeOnTotal", "fbTimeOffTotal")
    example = {"stThresholdLevel": ST_ALY_Threshold(E_ALY_ComparisonOperator.GreaterThan, 0.5)}

    bIsOn: BOOL = output("the condition holds")
    nCountOn: ULINT = output("number of on-periods")
    fbTimeCurrentInterval: FB_ALY_Timespan = output("time since the latest change")
    fbTimeLastInterval: FB_ALY_Timespan = output("length of the last completed interval")
    fbTimeOnTotal: FB_ALY_Timespan = output("total time on")
    fbTimeOffTotal: FB_ALY_Timespan = output("total time off")
    since_ns: ULINT = state("time of the latest change")

    @cyclic
    def Call(self, tTimestamp: ULINT) -> BOOL:
        """Books the time. Errors: 16#3007 not configured, 16#3006 no time, 16#3003 time or value not usable."""
