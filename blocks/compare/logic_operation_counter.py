"""FB_ALY_LogicOperationCounter: conditions of several channels, combined."""

from typing import Any

from alycat.runtime.block import ChannelBlock, cyclic, method
from alycat.runtime.declare import config, fb_init
from alycat.runtime.iec import BOOL, LINT, UDINT, ULINT
from alycat.runtime.kernel import int64, kernel
from alycat.runtime.memory import f64

from ..conditions import ConditionBlock, bad_call, is_met
from ..types import E_ALY_ComparisonOperator, E_ALY_CountMode, E_ALY_LogicOperator, ST_ALY_Threshold
from .operation import OperationBlock, count_operation

AND, OR, NAND, NOR = 1, 2, 3, 4  # E_ALY_LogicOperator


@kernel
def step(m: Any) -> int:
    n = int64(m.nNumChannels)
    code = bad_call(m, n)
    if code != 0:
        return code
    x = f64(m, m.x, n)
    met = 0
    for c in range(n):
        met += is_met(m, c, n, x[c])
    logic = m.logic
    if logic == AND:
        result = met == n
    elif logic == OR:
        result = met > 0
    elif logic == NAND:
        result = met < n
    elif logic == NOR:
        result = met == 0
    else:
        result = met % 2 == 1
    count_operation(m, result)
    return 0


class FB_ALY_LogicOperationCounter(ChannelBlock, ConditionBlock, OperationBlock, category="Compare"):
    """Combines the conditions of two or more channels by a logic operator and counts the results that are TRUE.

    Sources: manual TF3510 EN 1.5.0 pp. 184-188 and 430 (InfoSys 6776655243, 6903706635), Workbench 4946588683.

    Documented: each channel has a condition, which ConfigureChannel stores; OnChange counts each change of the result
    to TRUE, Cyclic each call with TRUE; fbTimeLastEvent is the time of the change; fTolerance belongs to Equals and
    NotEqualTo.
    Chosen: XOR of more than two channels is TRUE when an odd number of conditions is met, as in a chain of XOR; what
    `alycat.blocks.conditions` and `alycat.blocks.compare.operation` list.
    """

    step = step
    example = {
        "eLogicOperator": E_ALY_LogicOperator.AND_,
        "eCountMode": E_ALY_CountMode.OnChange,
        "stThresholdLevel": ST_ALY_Threshold(E_ALY_ComparisonOperator.GreaterThan, 0.5),
    }

    nNumChannels: UDINT = fb_init(2, "number of channels")

    logic: LINT = config("logic operator")

    @method
    def Configure(self, eLogicOperator: E_ALY_LogicOperator, eCountMode: E_ALY_CountMode) -> BOOL:
        """Takes over what ConfigureChannel stored and starts at 0.

        Parameters
        ----------
        eLogicOperator
            AND_, OR_, NAND_, NOR_, XOR_
        eCountMode
            OnChange: counts each change of the result to TRUE, Cyclic: each call with TRUE

        Notes
        -----
        Errors: 16#100C nNumChannels is 0, 16#2009 no logic operator, 16#2004 no count mode, 16#2022 a channel has no
        condition.
        """
        if self._n == 0:
            return self._finish(0x100C, "nNumChannels is 0, at least 1 is needed")
        if eLogicOperator == E_ALY_LogicOperator.NotInitialized:
            return self._finish(0x2009, "eLogicOperator is NotInitialized")
        if self._count_mode_refused(eCountMode) or self._conditions_missing():
            return False
        self._allocate()
        self._m.logic, self._m.count_mode = eLogicOperator, eCountMode
        return self._configured()

    @method
    def ConfigureChannel(self, nChannel: UDINT, stThresholdLevel: ST_ALY_Threshold) -> BOOL:
        """Stores the condition of a channel; it takes effect with Configure.

        Parameters
        ----------
        nChannel
            1..nNumChannels
        stThresholdLevel
            comparison operator and threshold

        Notes
        -----
        Errors: 16#3003 no such channel, 16#2007 no comparison operator, 16#201A threshold not finite.
        """
        if not 0 < nChannel <= self._n:
            return self._finish(0x3003, f"channel {nChannel} is outside 1..{self._n}")
        return self._store_condition(nChannel - 1, stThresholdLevel, "stThresholdLevel")

    @cyclic
    def Call(self, tTimestamp: ULINT) -> BOOL:
        """Combines conditions. Errors: 16#3007 not configured, 16#3006 no time, 16#3003 time or value not usable."""
