"""FB_ALY_EdgeCounterOnOff_1Ch and _2Ch: count on-events and off-events."""

from typing import Any

from alycat.runtime.block import SingleChannelBlock, cyclic, method
from alycat.runtime.declare import config, output
from alycat.runtime.iec import BOOL, ULINT
from alycat.runtime.kernel import kernel
from alycat.runtime.memory import f64

from ..conditions import EdgesBlock, OnOffBlock, PersistentBlock, PlainConditionBlock, TimedBlock, bad_call, becomes_met
from ..system.datetime import FB_ALY_DateTime
from ..types import E_ALY_ComparisonOperator, ST_ALY_Threshold, ST_ALY_ThresholdOnOff

ABOVE = ST_ALY_Threshold(E_ALY_ComparisonOperator.GreaterThan, 0.5)
BELOW = ST_ALY_Threshold(E_ALY_ComparisonOperator.LessThan, 0.5)


@kernel
def count(m: Any, on: bool, off: bool) -> None:
    """Books the edges of one call. Off is an event only while on; two edges in one call both count."""
    was_on = m.bIsOn
    both = on & off
    edge_on = on & ((not was_on) | m.repeated | both)  # & and no branch: noisy signals would be mispredicted
    edge_off = off & (was_on | both)
    new = edge_on | edge_off
    m.bEdgeOn = edge_on
    m.bEdgeOff = edge_off
    m.nCountOn += edge_on
    m.nCountOff += edge_off
    m.bIsOn = edge_on if edge_on != edge_off else was_on
    m.bNewResult = new
    m.fbTimeLastEvent = m.tTimestamp if new else m.fbTimeLastEvent


@kernel
def step_1ch(m: Any) -> int:
    code = bad_call(m, 1)
    if code != 0:
        return code
    m.last_ns = m.tTimestamp
    value = f64(m, m.x, 1)[0]
    on = becomes_met(m, 0, 2, value)
    off = becomes_met(m, 1, 2, value)
    count(m, on, off)
    return 0


@kernel
def step_2ch(m: Any) -> int:
    code = bad_call(m, 2)
    if code != 0:
        return code
    m.last_ns = m.tTimestamp
    x = f64(m, m.x, 2)
    on = becomes_met(m, 0, 2, x[0])
    off = becomes_met(m, 1, 2, x[1])
    count(m, on, off)
    return 0


class OnOffCounter(TimedBlock, PersistentBlock):
    """What both blocks have in common."""

    counters = ("nCountOn", "nCountOff")

    bIsOn: BOOL = output("TRUE from the on-event until the off-event")
    bEdgeOn: BOOL = output("TRUE in the call of an on-event")
    bEdgeOff: BOOL = output("TRUE in the call of an off-event")
    nCountOn: ULINT = output("number of on-events")
    nCountOff: ULINT = output("number of off-events")
    fbTimeLastEvent: FB_ALY_DateTime = output("time of the latest event")
    repeated: BOOL = config("an on-event while on counts as well")

    @method
    def SetInitial(self, nCountOn: ULINT, nCountOff: ULINT) -> BOOL:
        """Lets the counters go on from numbers; 16#3007 before Configure.

        Parameters
        ----------
        nCountOn
            start value of the on-counter
        nCountOff
            start value of the off-counter
        """
        if not self._m.bConfigured:
            return self._finish(0x3007)
        self._m.nCountOn, self._m.nCountOff = nCountOn, nCountOff
        return self._finish(0)

    @cyclic
    def Call(self, tTimestamp: ULINT) -> BOOL:
        """Looks for edges. Errors: 16#3007 not configured, 16#3006 no time, 16#3003 time or value not usable."""


class FB_ALY_EdgeCounterOnOff_1Ch(OnOffBlock, PlainConditionBlock, SingleChannelBlock, OnOffCounter, category="Base"):
    """Counts on-events and off-events of one channel, each with a condition of its own.

    Sources: manual TF3510 EN 1.5.0 pp. 35-38 (InfoSys 6776580875, 6786536843), Workbench 4946470283.

    Documented: both conditions look at the same input; bIsOn is TRUE from the on-event until the off-event.
    Chosen: on and off take turns, so that two thresholds make a hysteresis: an on-edge while on and an off-edge while
    off are no events. Both edges in one call are both counted and leave bIsOn as it is. What
    `alycat.blocks.conditions` lists.
    """

    step = step_1ch
    example = {"stThresholdEdge": ST_ALY_ThresholdOnOff(ABOVE, BELOW)}

    @method
    def ConfigureChannel(self, stThresholdEdge: ST_ALY_ThresholdOnOff) -> BOOL:
        """Stores both conditions; they take effect with Configure.

        Parameters
        ----------
        stThresholdEdge
            On: condition whose change to TRUE is an on-event, Off: the same for off-events

        Notes
        -----
        Errors: 16#2007 no comparison operator, 16#201A threshold not finite.
        """
        return self._store_on_off(stThresholdEdge, "stThresholdEdge")


class FB_ALY_EdgeCounterOnOff_2Ch(EdgesBlock, OnOffCounter, category="Base"):
    """Counts on-events of channel 1 and off-events of channel 2.

    Sources: manual TF3510 EN 1.5.0 pp. 39-42 (InfoSys 6786645771, 6793022731), Workbench 4946472203.

    Documented: bIsOn is TRUE from the on-event until the off-event; with bResetOnMultipleOn every on-event counts,
    without it only the first one after an off-event.
    Chosen: an off-edge while off is no event. Both edges in one call are both counted and leave bIsOn as it is. What
    `alycat.blocks.conditions` lists.
    """

    step = step_2ch
    example = {"stThresholdEdge": ABOVE, "bResetOnMultipleOn": False}

    @method
    def Configure(self, bResetOnMultipleOn: BOOL) -> BOOL:
        """Takes over what ConfigureChannel stored and starts at 0. Errors: 16#2022 a condition is missing.

        Parameters
        ----------
        bResetOnMultipleOn
            TRUE: an on-event while on counts as well
        """
        if self._conditions_missing():
            return False
        return self._start(repeated=bResetOnMultipleOn)
