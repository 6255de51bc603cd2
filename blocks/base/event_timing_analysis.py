"""FB_ALY_EventTimingAnalysis_1Ch and _2Ch: durations between on-events and off-events."""

from typing import Any

from alycat.runtime.block import SingleChannelBlock, cyclic, method
from alycat.runtime.declare import body_input, config, output, state
from alycat.runtime.iec import BOOL, SINT, ULINT
from alycat.runtime.kernel import int64, kernel
from alycat.runtime.memory import f64

from ..conditions import UNKNOWN, EdgesBlock, OnOffBlock, PersistentBlock, TimedBlock, bad_call, becomes_met, is_met
from ..system.timespan import FB_ALY_Timespan
from ..types import E_ALY_ComparisonOperator, ST_ALY_Threshold, ST_ALY_ThresholdOnOff

OFF, ON = 0, 1
ABOVE = ST_ALY_Threshold(E_ALY_ComparisonOperator.GreaterThan, 0.5)
BELOW = ST_ALY_Threshold(E_ALY_ComparisonOperator.LessThan, 0.5)


@kernel
def turn_on(m: Any) -> None:
    """An on-event: closes an off-interval, or an on-interval where only on-events are used."""
    t = m.tTimestamp
    span = int64(t - m.since_ns)
    if m.phase == OFF:
        if m.off_count == 0 or span < m.fbTimeOffMin:
            m.fbTimeOffMin = span
        m.fbTimeOffMax = max(m.fbTimeOffMax, span)
        m.fbTimeLastOffInterval = span
        m.fbTimeOffTotal += span
        m.off_count += 1
        m.fbTimeOffAvg = m.fbTimeOffTotal // int64(m.off_count)
    elif m.phase == ON:
        if m.single:
            close_on_interval(m, span)
        elif not m.repeated:
            return
    m.phase = ON
    m.since_ns = t
    m.nCountOn += 1
    m.bNewResult = True


@kernel
def turn_off(m: Any) -> None:
    """An off-event: closes an on-interval; while off it is none."""
    if m.phase == OFF:
        return
    if m.phase == ON:
        close_on_interval(m, int64(m.tTimestamp - m.since_ns))
    m.phase = OFF
    m.since_ns = m.tTimestamp
    m.bNewResult = True


@kernel
def close_on_interval(m: Any, span: int) -> None:
    if m.on_count == 0 or span < m.fbTimeOnMin:
        m.fbTimeOnMin = span
    m.fbTimeOnMax = max(m.fbTimeOnMax, span)
    m.fbTimeLastOnInterval = span
    m.fbTimeOnTotal += span
    m.on_count += 1
    m.fbTimeOnAvg = m.fbTimeOnTotal // int64(m.on_count)


@kernel
def measure(m: Any, on_value: float, off_value: float) -> None:
    """One call with the values that the on-condition and the off-condition look at."""
    t = m.tTimestamp
    first = m.last_ns == 0
    m.last_ns = t
    m.bNewResult = False
    on = becomes_met(m, 0, 2, on_value)
    off = False
    if not m.single:
        off = becomes_met(m, 1, 2, off_value)
    if first and m.bInitWithThresholdLevel:
        m.since_ns = t
        if is_met(m, 0, 2, on_value):
            m.phase = ON
        elif m.single or is_met(m, 1, 2, off_value):
            m.phase = OFF
    if off and m.phase == ON:
        turn_off(m)
        off = False
    if on:
        turn_on(m)
    if off:
        turn_off(m)
    m.bIsOn = m.phase == ON
    m.fbTimeCurrentInterval = int64(0) if m.phase == UNKNOWN else int64(t - m.since_ns)


@kernel
def step_1ch(m: Any) -> int:
    code = bad_call(m, 1)
    if code != 0:
        return code
    value = f64(m, m.x, 1)[0]
    measure(m, value, value)
    return 0


@kernel
def step_2ch(m: Any) -> int:
    code = bad_call(m, 2)
    if code != 0:
        return code
    x = f64(m, m.x, 2)
    measure(m, x[0], x[1])
    return 0


class EventTiming(TimedBlock, PersistentBlock):
    """What both blocks have in common."""

    counters = ("nCountOn", "fbTimeOnTotal", "fbTimeOffTotal", "fbTimeOnMax", "fbTimeOffMax")

    bInitWithThresholdLevel: BOOL = body_input("TRUE: the first call takes the state from the levels, without an edge")
    bIsOn: BOOL = output("TRUE from the on-event until the off-event")
    nCountOn: ULINT = output("number of on-events")
    fbTimeCurrentInterval: FB_ALY_Timespan = output("time since the latest event")
    fbTimeLastOnInterval: FB_ALY_Timespan = output("length of the last completed on-interval")
    fbTimeLastOffInterval: FB_ALY_Timespan = output("length of the last completed off-interval")
    fbTimeOnMin: FB_ALY_Timespan = output("shortest time from on-event to off-event")
    fbTimeOnMax: FB_ALY_Timespan = output("longest time from on-event to off-event")
    fbTimeOnAvg: FB_ALY_Timespan = output("average time from on-event to off-event")
    fbTimeOnTotal: FB_ALY_Timespan = output("summed time from on-event to off-event")
    fbTimeOffMin: FB_ALY_Timespan = output("shortest time from off-event to on-event")
    fbTimeOffMax: FB_ALY_Timespan = output("longest time from off-event to on-event")
    fbTimeOffAvg: FB_ALY_Timespan = output("average time from off-event to on-event")
    fbTimeOffTotal: FB_ALY_Timespan = output("summed time from off-event to on-event")

    repeated: BOOL = config("an on-event while on counts and starts its interval anew")
    single: BOOL = config("only on-events are used")
    phase: SINT = state("ON, OFF, or UNKNOWN before the first event", initial=UNKNOWN)
    since_ns: ULINT = state("time of the latest event")
    on_count: ULINT = state("completed on-intervals")
    off_count: ULINT = state("completed off-intervals")

    def _resume(self) -> None:
        super()._resume()
        self._m.phase = UNKNOWN

    @cyclic
    def Call(self, tTimestamp: ULINT) -> BOOL:
        """Looks for events. Errors: 16#3007 not configured, 16#3006 no time, 16#3003 time or value not usable."""


class FB_ALY_EventTimingAnalysis_1Ch(OnOffBlock, SingleChannelBlock, EventTiming, category="Base"):
    """Measures how long a channel is on and off, between on-events and off-events with a condition each.

    Sources: manual TF3510 EN 1.5.0 pp. 43-46 (InfoSys 6776586635, 6792965003, 6792966923), Workbench 4946474123.

    Documented: an off-event closes an on-interval, an on-event an off-interval; nCountOn counts on-events; with
    bInitWithThresholdLevel the state comes from the first call's levels, else from the first event; configuring only
    the on-part (Off.eComparisonOperator NotInitialized) uses on-events only.

    Chosen, as the manual is silent:

    - on and off take turns: an on-event while on and an off-event while off are none; both edges in one call are both
      events, first the one that ends the present state;
    - an off-event may come first and then starts an off-interval; bIsOn is FALSE before the first event;
    - minimum, maximum, average, total cover completed intervals and are 0 before the first; the average is cut to ns;
    - with on-events only, an interval goes from one on-event to the next and counts as on; off stays 0;
    - taking the state from the levels is no event: nCountOn stays 0; between both thresholds it waits for an event;
    - what `alycat.blocks.conditions` lists.
    """

    step = step_1ch
    example = {"stThresholdEdge": ST_ALY_ThresholdOnOff(ABOVE, BELOW)}

    @method
    def ConfigureChannel(self, stThresholdEdge: ST_ALY_ThresholdOnOff) -> BOOL:
        """Stores both conditions; they take effect with Configure.

        Parameters
        ----------
        stThresholdEdge
            On: condition whose change to TRUE is an on-event, Off: the same for off-events, NotInitialized for none

        Notes
        -----
        Errors: 16#2007 no comparison operator for On, 16#201A threshold not finite.
        """
        return self._store_on_off(stThresholdEdge, "stThresholdEdge", off_is_optional=True)

    @method
    def Configure(self) -> BOOL:
        """Takes over what ConfigureChannel stored and starts anew. Errors: 16#2022 no condition was stored."""
        if self._buffer("next_operator")[0] == 0:
            return self._finish(0x2022, "ConfigureChannel has to come before Configure")
        return self._start(single=bool(self._buffer("next_operator")[1] == 0))


class FB_ALY_EventTimingAnalysis_2Ch(EdgesBlock, EventTiming, category="Base"):
    """Measures how long something is on and off, between on-events of channel 1 and off-events of channel 2.

    Sources: manual TF3510 EN 1.5.0 pp. 47-50 (InfoSys 6776588555, 6793022731), Workbench 4946476043.

    Documented: as FB_ALY_EventTimingAnalysis_1Ch; with bResetOnMultipleOn every on-event counts, without it only the
    first one after an off-event.
    Chosen: an on-event that counts while on starts the on-interval anew, the unfinished one is dropped; all else as in
    FB_ALY_EventTimingAnalysis_1Ch.
    """

    step = step_2ch
    example = {"stThresholdEdge": ABOVE, "bResetOnMultipleOn": False}

    @method
    def Configure(self, bResetOnMultipleOn: BOOL) -> BOOL:
        """Takes over what ConfigureChannel stored and starts anew. Errors: 16#2022 a condition is missing.

        Parameters
        ----------
        bResetOnMultipleOn
            TRUE: an on-event while on counts as well and starts its interval anew
        """
        if self._conditions_missing():
            return False
        return self._start(repeated=bResetOnMultipleOn)
