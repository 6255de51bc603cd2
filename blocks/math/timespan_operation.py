"""FB_ALY_TimespanOperation: sum or difference of timespans."""

from typing import Any

from alycat.runtime.block import ChannelBlock, channel_setter, cyclic, method
from alycat.runtime.declare import config, fb_init, output
from alycat.runtime.iec import ANY, BOOL, UDINT
from alycat.runtime.kernel import int64, kernel
from alycat.runtime.memory import i64

from ..system.timespan import FB_ALY_Timespan
from ..timespans import NEVER_SET, WRONG_INPUT, TimespanBlock
from ..types import E_ALY_TimespanOperator

LEAST, MOST = int64(-(2**63)), int64(2**63 - 1)
OUT_OF_RANGE = 0x300A


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


class FB_ALY_TimespanOperation(TimespanBlock, ChannelBlock, category="Math"):
    """Adds or subtracts two or more timespans, to the nanosecond: t1 op t2 op ... op tn.

    Sources: manual TF3510 EN 1.5.0 pp. 258-260 and 433 (InfoSys 17641176203, 17641389707), Workbench 17640596747.

    Documented: the operators; timespans as LTIME or LINT with a resolution of 1 ns; the result may be negative.

    Chosen, where the manual is silent: evaluation runs from left to right; SetChannelValue takes whole numbers of ns
    within LINT and FB_ALY_Timespan objects; a result outside LINT is refused (16#300A) and the output stays. In
    `replay` the values are integers. One channel is passed on.
    """

    step = step
    example = {"eTimespanOperator": E_ALY_TimespanOperator.Addition}

    nNumChannels: UDINT = fb_init(2, "number of operands")

    fbTimespanResult: FB_ALY_Timespan = output("result as a timespan")

    subtracts: BOOL = config()

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
        return self._take_span(channel, value)

    def _explain(self, event_id: int) -> str:
        return "the result lies outside LINT" if event_id == OUT_OF_RANGE else super()._explain(event_id)

    @cyclic
    def Call(self) -> BOOL:
        """Applies the operator to the timespans of the channels.

        Errors: 16#3007 before a successful Configure; 16#3003 a channel that was never set; 16#300A a result outside
        LINT.
        """
