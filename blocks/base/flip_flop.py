"""FB_ALY_FlipFlop_2Ch: a bistable latch."""

from typing import Any

from alycat.runtime.block import cyclic, method
from alycat.runtime.declare import config, output
from alycat.runtime.iec import BOOL, UDINT, ULINT
from alycat.runtime.kernel import kernel
from alycat.runtime.memory import f64

from ..conditions import (
    COUNT_MODES,
    CountingBlock,
    NumberedConditionBlock,
    PersistentBlock,
    TimedBlock,
    bad_call,
    is_met,
)
from ..system.datetime import FB_ALY_DateTime
from ..types import E_ALY_ComparisonOperator, E_ALY_CountMode, ST_ALY_Threshold


@kernel
def step(m: Any) -> int:
    code = bad_call(m, 2)
    if code != 0:
        return code
    m.last_ns = m.tTimestamp
    x = f64(m, m.x, 2)
    sets = is_met(m, 0, 2, x[0])
    resets = is_met(m, 1, 2, x[1])
    before = m.bOut
    if m.set_wins:
        m.bOut = sets or (before and not resets)
    else:
        m.bOut = not resets and (sets or before)
    changed = m.bOut != before
    m.bNewResult = changed
    if changed:
        m.fbTimeLastEvent = m.tTimestamp
    if m.bOut and (changed or m.every_call):
        m.nCount += 1
    return 0


class FB_ALY_FlipFlop_2Ch(NumberedConditionBlock, CountingBlock, TimedBlock, PersistentBlock, category="Base"):
    """Holds a state that channel 1 sets and channel 2 resets, with a dominant side.

    Sources: manual TF3510 EN 1.5.0 pp. 51-54 (InfoSys 12252713995, 12253593995), Workbench 12252779659.

    Documented: both conditions are levels; nCount counts the changes of bOut to TRUE (OnChange) or the calls in which
    it is TRUE (Cyclic).
    Chosen: bSetIsDominant TRUE lets set win where both hold, FALSE reset; bOut starts FALSE; fbTimeLastEvent and
    bNewResult tell of changes of bOut in both directions; what `alycat.blocks.conditions` lists.
    """

    step = step
    example = {
        "stThresholdLevel": ST_ALY_Threshold(E_ALY_ComparisonOperator.GreaterThan, 0.5),
        "bSetIsDominant": True,
        "eCountMode": E_ALY_CountMode.Cyclic,
    }

    bOut: BOOL = output("state of the latch")
    nCount: ULINT = output("changes to TRUE, or calls in which bOut is TRUE; see eCountMode")
    fbTimeLastEvent: FB_ALY_DateTime = output("time of the latest change")
    set_wins: BOOL = config()
    every_call: BOOL = config()

    @method
    def ConfigureChannel(self, nChannel: UDINT, stThresholdLevel: ST_ALY_Threshold) -> BOOL:
        """Stores the condition of a channel; it takes effect with Configure.

        Parameters
        ----------
        nChannel
            1: set, 2: reset

        Notes
        -----
        Errors: 16#3003 no such channel, 16#2007 no comparison operator, 16#201A threshold not finite.
        """
        return self._store_channel_condition(nChannel, stThresholdLevel, "stThresholdLevel")

    @method
    def Configure(self, bSetIsDominant: BOOL, eCountMode: E_ALY_CountMode) -> BOOL:
        """Takes over what ConfigureChannel stored and starts reset. Errors: 16#2004 no count mode, 16#2022 a condition
        is missing.

        Parameters
        ----------
        bSetIsDominant
            TRUE: set wins where both conditions hold
        eCountMode
            OnChange: count changes to TRUE, Cyclic: count every call in which the output is TRUE
        """
        if eCountMode not in COUNT_MODES:
            return self._finish(0x2004, "eCountMode is NotInitialized")
        if self._conditions_missing():
            return False
        return self._start(set_wins=bSetIsDominant, every_call=eCountMode == E_ALY_CountMode.Cyclic)

    @cyclic
    def Call(self, tTimestamp: ULINT) -> BOOL:
        """Sets or resets. Errors: 16#3007 not configured, 16#3006 no time, 16#3003 time or value not usable."""
