"""FB_ALY_TimespanCompare_1Ch: a timespan beside a reference."""

from typing import Any

import numpy as np

from alycat.runtime.block import AlgorithmBlock, SingleChannelBlock, cyclic, method, quick_method
from alycat.runtime.declare import config
from alycat.runtime.iec import ANY, BOOL, LINT, ULINT
from alycat.runtime.kernel import kernel
from alycat.runtime.memory import i64

from ..conditions import bad_time
from ..math.timespan_operation import NEVER_SET, WRONG_INPUT
from ..system.timespan import FB_ALY_Timespan
from ..types import E_ALY_ComparisonOperator, E_ALY_CountMode
from .operation import OperationBlock, count_result


@kernel
def spans_hold(left: int, operator: int, right: int) -> bool:
    """The condition `left operator right` of integers."""
    if operator == 1:
        return left > right
    if operator == 2:
        return left >= right
    if operator == 3:
        return left < right
    if operator == 4:
        return left <= right
    if operator == 5:
        return left == right
    return left != right


@kernel
def step(m: Any) -> int:
    span = i64(m, m.x, 1)[0]
    if span == NEVER_SET:
        return WRONG_INPUT
    code = bad_time(m)
    if code != 0:
        return code
    left, right = span, m.reference
    if m.absolute:  # -|a| exists for every LINT, |a| does not; a > b says the same as -b > -a
        left, right = -abs(right) if right > 0 else right, -abs(span) if span > 0 else span
    count_result(m, spans_hold(left, m.operator, right))
    return 0


class FB_ALY_TimespanCompare_1Ch(SingleChannelBlock, OperationBlock, category="Compare"):
    """Compares a timespan with a reference, to the nanosecond, and counts the results that are TRUE.

    Sources: manual TF3510 EN 1.5.0 pp. 207-210 (InfoSys 17641599371, 17641679627), Workbench 17640774795.

    Documented: channel on the left side, reference on the right; bUseAbsValues takes the absolute values of both;
    OnChange counts each change of the result to TRUE, Cyclic each call with TRUE; fbTimeLastEvent is the time of the
    change.

    Chosen: the reference is an FB_ALY_Timespan or a number of ns; SetChannelValue takes whole numbers of ns within LINT
    and FB_ALY_Timespan objects; in `replay` the values are integers; what `alycat.blocks.compare.operation` lists.
    """

    step = step
    channel_dtype = np.int64
    example = {
        "tReference": 42 * 10**9,
        "eComparisonOperator": E_ALY_ComparisonOperator.GreaterThan,
        "eCountMode": E_ALY_CountMode.OnChange,
        "bUseAbsValues": False,
    }

    operator: LINT = config("comparison operator")
    absolute: BOOL = config("absolute values are compared")
    reference: LINT = config("ns")

    def channel_levels(self) -> list[tuple[int, float, str]]:
        return self._levels(float(self._m.reference), self._m.absolute, "tReference")

    def _connect(self) -> None:
        super()._connect()
        self._spans = memoryview(self._buffer("x").view(np.int64).data)

    @method
    def Configure(
        self,
        tReference: FB_ALY_Timespan,
        eComparisonOperator: E_ALY_ComparisonOperator,
        eCountMode: E_ALY_CountMode,
        bUseAbsValues: BOOL,
    ) -> BOOL:
        """Takes the parameters and starts at 0.

        Parameters
        ----------
        tReference
            right side of the comparison, a timespan or ns
        eComparisonOperator
            how the channel is compared with it
        eCountMode
            OnChange: counts each change of the result to TRUE, Cyclic: each call with TRUE
        bUseAbsValues
            TRUE: compares absolute values

        Notes
        -----
        Errors: 16#2007 no comparison operator, 16#2004 no count mode.
        """
        if eComparisonOperator == E_ALY_ComparisonOperator.NotInitialized:
            return self._finish(0x2007, "eComparisonOperator is NotInitialized")
        if self._count_mode_refused(eCountMode):
            return False
        self._allocate()
        m = self._m
        m.reference, m.operator, m.count_mode, m.absolute = tReference, eComparisonOperator, eCountMode, bUseAbsValues
        return self._configured()

    @quick_method
    def SetChannelValue(self, input: ANY) -> BOOL:
        """Takes the timespan in ns for the next Call; the last one set counts. 16#3003: no timespan within LINT."""
        try:
            span: Any = getattr(input, "nRaw", input)
            self._spans[0] = span
        except (TypeError, ValueError, OverflowError):
            return self._finish(WRONG_INPUT, f"{input!r} is no timespan in ns")
        return self._finish(0) if self._event_id else True

    def set_channel_values(self, vector: Any) -> bool:
        """Sets the channel from a vector of one whole number of ns; beyond the vendor. 16#3003: it does not fit."""
        row = np.asarray(vector)
        if row.dtype.kind not in "iu" or row.shape != (1,):
            return self._finish(WRONG_INPUT, f"{vector!r} is no vector of one timespan in ns")
        return self.SetChannelValue(int(row[0]))

    def _explain(self, event_id: int) -> str:
        if event_id == WRONG_INPUT and self._spans[0] == NEVER_SET:
            return "channel 1 was never set"
        return AlgorithmBlock._explain(self, event_id)

    @cyclic
    def Call(self, tTimestamp: ULINT) -> BOOL:
        """Compares. Errors: 16#3007 not configured, 16#3006 no time, 16#3003 time not usable or channel never set."""
