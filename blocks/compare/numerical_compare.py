"""FB_ALY_NumericalCompare_1Ch and _2Ch: a number beside a reference, fixed or from a second channel."""

import math
from typing import Any

from alycat.runtime.block import FixedChannelBlock, SingleChannelBlock, cyclic, method
from alycat.runtime.declare import block_property, config
from alycat.runtime.iec import BOOL, LINT, LREAL, ULINT
from alycat.runtime.kernel import kernel
from alycat.runtime.memory import f64

from ..conditions import bad_call, holds
from ..types import E_ALY_ComparisonOperator, E_ALY_CountMode
from .operation import OperationBlock, count_result


@kernel
def compare(m: Any, left: float, right: float) -> None:
    if m.absolute:
        left, right = abs(left), abs(right)
    count_result(m, holds(left, m.operator, right, m.fTolerance))


@kernel
def step_1ch(m: Any) -> int:
    code = bad_call(m, 1)
    if code != 0:
        return code
    compare(m, f64(m, m.x, 1)[0], m.reference)
    return 0


@kernel
def step_2ch(m: Any) -> int:
    code = bad_call(m, 2)
    if code != 0:
        return code
    x = f64(m, m.x, 2)
    compare(m, x[0], x[1])
    return 0


class NumericalCompare(OperationBlock):
    """What both blocks have in common."""

    fTolerance: LREAL = block_property("largest difference that Equals and NotEqualTo take as equal")

    operator: LINT = config("comparison operator")
    absolute: BOOL = config("absolute values are compared")

    def _take_modes(self, operator: int, count: int, absolute: bool) -> bool:
        if operator == E_ALY_ComparisonOperator.NotInitialized:
            return self._finish(0x2007, "eComparisonOperator is NotInitialized")
        if self._count_mode_refused(count):
            return False
        self._allocate()
        m = self._m
        m.operator, m.count_mode, m.absolute = operator, count, absolute
        return True

    @cyclic
    def Call(self, tTimestamp: ULINT) -> BOOL:
        """Compares. Errors: 16#3007 not configured, 16#3006 no time, 16#3003 time or value not usable."""


class FB_ALY_NumericalCompare_1Ch(SingleChannelBlock, NumericalCompare, category="Compare"):
    """Compares the channel with a fixed reference and counts the results that are TRUE.

    Sources: manual TF3510 EN 1.5.0 pp. 192-195 (InfoSys 6776659467), Workbench 4946584843.

    Documented: channel on the left side, reference on the right; bUseAbsValues takes the absolute values of both;
    OnChange counts each change of the result to TRUE, Cyclic each call with TRUE; fbTimeLastEvent is the time of the
    change; fTolerance widens Equals and NotEqualTo.
    Chosen: what `alycat.blocks.compare.operation` lists.
    """

    step = step_1ch
    example = {
        "fReference": 40.0,
        "eComparisonOperator": E_ALY_ComparisonOperator.GreaterThan,
        "eCountMode": E_ALY_CountMode.OnChange,
        "bUseAbsValues": False,
    }

    reference: LREAL = config()

    def channel_levels(self) -> list[tuple[int, float, str]]:
        return self._levels(self._m.reference, self._m.absolute, "fReference")

    @method
    def Configure(
        self,
        fReference: LREAL,
        eComparisonOperator: E_ALY_ComparisonOperator,
        eCountMode: E_ALY_CountMode,
        bUseAbsValues: BOOL,
    ) -> BOOL:
        """Takes the parameters and starts at 0.

        Parameters
        ----------
        fReference
            right side of the comparison; a finite number
        eComparisonOperator
            how the channel is compared with it
        eCountMode
            OnChange: counts each change of the result to TRUE, Cyclic: each call with TRUE
        bUseAbsValues
            TRUE: compares absolute values

        Notes
        -----
        Errors: 16#201A the reference is NaN or infinite, 16#2007 no comparison operator, 16#2004 no count mode.
        """
        if not math.isfinite(fReference):
            return self._finish(0x201A, f"fReference = {fReference}, a finite number is needed")
        if not self._take_modes(eComparisonOperator, eCountMode, bUseAbsValues):
            return False
        self._m.reference = fReference
        return self._configured()


class FB_ALY_NumericalCompare_2Ch(FixedChannelBlock, NumericalCompare, category="Compare"):
    """Compares channel 1 with channel 2 and counts the results that are TRUE.

    Sources: manual TF3510 EN 1.5.0 pp. 195-198 (InfoSys 6776661387, 6903793419), Workbench 4946586763.

    Documented: channel 1 on the left side, channel 2 on the right; the rest as in FB_ALY_NumericalCompare_1Ch.
    Chosen: what `alycat.blocks.compare.operation` lists.
    """

    step = step_2ch
    picture = "bands"
    channel_count = 2
    example = {
        "eComparisonOperator": E_ALY_ComparisonOperator.GreaterThan,
        "eCountMode": E_ALY_CountMode.OnChange,
        "bUseAbsValues": False,
    }

    @method
    def Configure(
        self, eComparisonOperator: E_ALY_ComparisonOperator, eCountMode: E_ALY_CountMode, bUseAbsValues: BOOL
    ) -> BOOL:
        """Takes the parameters and starts at 0.

        Parameters
        ----------
        eComparisonOperator
            how channel 1 is compared with channel 2
        eCountMode
            OnChange: counts each change of the result to TRUE, Cyclic: each call with TRUE
        bUseAbsValues
            TRUE: compares absolute values

        Notes
        -----
        Errors: 16#2007 no comparison operator, 16#2004 no count mode.
        """
        return self._take_modes(eComparisonOperator, eCountMode, bUseAbsValues) and self._configured()
