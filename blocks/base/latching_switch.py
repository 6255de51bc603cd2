"""FB_ALY_LatchingSwitch_1Ch: an impulse switch."""

from typing import Any

from alycat.runtime.block import cyclic
from alycat.runtime.declare import output
from alycat.runtime.iec import BOOL, ULINT
from alycat.runtime.kernel import kernel
from alycat.runtime.memory import f64

from ..conditions import (
    CountingBlock,
    EdgeBlock,
    PersistentBlock,
    PlainConditionBlock,
    TimedBlock,
    bad_call,
    becomes_met,
)
from ..system.datetime import FB_ALY_DateTime
from ..types import E_ALY_ComparisonOperator, ST_ALY_Threshold


@kernel
def step(m: Any) -> int:
    code = bad_call(m, 1)
    if code != 0:
        return code
    m.last_ns = m.tTimestamp
    edge = becomes_met(m, 0, 1, f64(m, m.x, 1)[0])
    m.bNewResult = edge
    m.bOut = m.bOut != edge
    m.nCount += edge
    m.fbTimeLastEvent = m.tTimestamp if edge else m.fbTimeLastEvent
    return 0


class FB_ALY_LatchingSwitch_1Ch(
    EdgeBlock, PlainConditionBlock, CountingBlock, TimedBlock, PersistentBlock, category="Base"
):
    """Inverts its output on every edge of the channel, like an impulse relay.

    Sources: manual TF3510 EN 1.5.0 pp. 60-63 (InfoSys 13730568971), Workbench 13715340299.

    Documented: each edge changes bOut and adds 1 to nCount, in both directions; fbTimeLastEvent takes its time.
    Chosen: bOut starts FALSE; what `alycat.blocks.conditions` lists.
    """

    step = step
    example = {"stThresholdEdge": ST_ALY_Threshold(E_ALY_ComparisonOperator.GreaterThan, 0.5)}

    bOut: BOOL = output("state of the switch")
    nCount: ULINT = output("number of changes")
    fbTimeLastEvent: FB_ALY_DateTime = output("time of the latest change")

    @cyclic
    def Call(self, tTimestamp: ULINT) -> BOOL:
        """Looks for an edge. Errors: 16#3007 not configured, 16#3006 no time, 16#3003 time or value not usable."""
