"""FB_ALY_TimespanOperation: sum or difference of timespans."""

from typing import Any

import numpy as np

from alycat.runtime.block import ChannelBlock, channel_setter, cyclic, method
from alycat.runtime.declare import config, fb_init, output
from alycat.runtime.iec import ANY, BOOL, UDINT
from alycat.runtime.kernel import int64, kernel
from alycat.runtime.memory import i64

from ..system.timespan import FB_ALY_Timespan
from ..types import E_ALY_TimespanOperator

NEVER_SET = int(np.float64(np.nan).view(np.int64))  # the pattern with which the channels begin, a span of 292 years
LEAST, MOST = int64(-(2**63)), int64(2**63 - 1)
OUT_OF_RANGE, WRONG_INPUT = 0x300A, 0x3003


@kernel
def step(m: Any) -> int:
    n = int64(m.nNumChannels)
    spans = i64(m, m.x, n)
    for c in range(n):
        if spans[c] == NEVER_SET:
            return WRONG_INPUT
    total = spans[0]
    for c in range(1, n):
        span = spans[c]
        if m.subtracts:
            if (span < 0 and total > MOST + span) or (span > 0 and total < LEAST + span):
                return OUT_OF_RANGE
            total -= span
        else:
            if (span > 0 and total > MOST - span) or (span < 0 and total < LEAST - span):
                return OUT_OF_RANGE
            total += span
    m.fbTimespanResult = total
    m.bNewResult = True
    return 0


class FB_ALY_TimespanOperation(ChannelBlock, category="Math"):
    """Adds or subtracts two or more timespans, to the nanosecond: t1 op t2 op ... op tn.

    Sources: manual TF3510 EN 1.5.0 pp. 258-260 and 433 (InfoSys 17641176203, 17641389707), Workbench 17640596747.

    Documented: the operators; timespans as LTIME or LINT with a resolution of 1 ns; the result may be negative.

    Chosen, where the manual is silent: evaluation runs from left to right; SetChannelValue takes whole numbers of ns
    within LINT and FB_ALY_Timespan objects; a result outside LINT is refused (16#300A) and the output stays. In
    `replay` the values are integers. One channel is passed on.
    """

    step = step
    channel_dtype = np.int64
    example = {"eTimespanOperator": E_ALY_TimespanOperator.Addition}

    nNumChannels: UDINT = fb_init(2, "number of operands")

    fbTimespanResult: FB_ALY_Timespan = output("result as a timespan")

    subtracts: BOOL = config()

    def _connect(self) -> None:
        super()._connect()
        self._spans = memoryview(self._buffer("x").view(np.int64).data)

    @method
    def Configure(self, eTimespanOperator: E_ALY_TimespanOperator) -> BOOL:
        """Takes the operator.

        Parameters
        ----------
        eTimespanOperator
            Addition or Subtraction

        Notes
        -----
        Errors: 16#100C nNumChannels is 0, 16#200A operator invalid.
        """
        if self._n == 0:
            return self._finish(0x100C, "nNumChannels is 0, at least 1 is needed")
        if eTimespanOperator == E_ALY_TimespanOperator.NotInitialized:
            return self._finish(0x200A, "eTimespanOperator is NotInitialized")
        return self._start(subtracts=eTimespanOperator == E_ALY_TimespanOperator.Subtraction)

    @channel_setter
    def SetChannelValue(self, nChannel: UDINT, input: ANY) -> BOOL:
        """Takes the timespan of one channel (1..nNumChannels) in ns for the next Call; the last one set counts.

        Errors: 16#3003 channel outside its range or no timespan within LINT.
        """

    def _put_slowly(self, channel: Any, value: Any) -> bool:
        if not 0 < channel <= self._n:
            return self._finish(WRONG_INPUT, f"channel {channel} is outside 1..{self._n}")
        try:
            self._spans[channel - 1] = getattr(value, "nRaw", value)
        except (TypeError, ValueError, OverflowError):
            return self._finish(WRONG_INPUT, f"channel {channel}: {value!r} is no timespan in ns")
        return self._finish(0)

    def set_channel_values(self, vector: Any) -> bool:
        """Sets all channels from one vector of whole numbers of ns; beyond the vendor. 16#3003: it does not fit."""
        row = np.asarray(vector)
        if row.dtype.kind not in "iu" or row.shape != self._x.shape:
            return self._finish(WRONG_INPUT, f"{vector!r} is no vector of {self._n} timespans in ns")
        self._spans[:] = np.ascontiguousarray(row, np.int64).data
        return self._finish(0)

    def _explain(self, event_id: int) -> str:
        never = [c for c, span in enumerate(self._spans, start=1) if span == NEVER_SET]
        return f"channel {never[0]} was never set" if event_id == WRONG_INPUT and never else ""

    @cyclic
    def Call(self) -> BOOL:
        """Applies the operator to the timespans of the channels.

        Errors: 16#3007 before a successful Configure; 16#3003 a channel that was never set; 16#300A a result outside
        LINT.
        """
