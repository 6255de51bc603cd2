"""FB_ALY_EdgeCounter_1Ch: counts the edges of one channel."""

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
    m.bEdge = edge
    m.bNewResult = edge
    m.nCount += edge
    m.fbTimeLastEvent = m.tTimestamp if edge else m.fbTimeLastEvent
    return 0


class FB_ALY_EdgeCounter_1Ch(
    EdgeBlock, PlainConditionBlock, CountingBlock, TimedBlock, PersistentBlock, category="Base"
):
    """Counts the events of one channel: calls in which its condition is met and was not in the call before.

    Sources: manual TF3510 EN 1.5.0 pp. 31-34 (InfoSys 6776584715, 6787996683, 6787998603), Workbench 4947191691.

    Documented: bEdge is TRUE in the call of the event, nCount grows by 1, fbTimeLastEvent takes its time.
    Chosen: what `alycat.blocks.conditions` lists; bNewResult equals bEdge.
    """

    step = step
    example = {"stThresholdEdge": ST_ALY_Threshold(E_ALY_ComparisonOperator.GreaterThan, 0.5)}

    bEdge: BOOL = output("TRUE in the call in which an edge was detected")
    nCount: ULINT = output("number of edges")
    fbTimeLastEvent: FB_ALY_DateTime = output("time of the latest edge")

    @cyclic
    def Call(self, tTimestamp: ULINT) -> BOOL:
        """Looks for an edge. Errors: 16#3007 not configured, 16#3006 no time, 16#3003 time or value not usable."""
