"""What blocks with timespans as channels have in common: whole numbers of ns within LINT, kept exactly."""

from typing import Any

import numpy as np

from alycat.runtime.block import AlgorithmBlock, InputBlock

NEVER_SET = int(np.float64(np.nan).view(np.int64))  # the pattern with which the channels begin, a span of 292 years
WRONG_INPUT = 0x3003
MOST = 2**63 - 1  # ns, largest LINT


class TimespanBlock(InputBlock):
    """A block whose channels are timespans; stands before the base that numbers the channels."""

    channel_dtype = np.int64

    def _connect(self) -> None:
        super()._connect()
        self._spans = memoryview(self._buffer("x").view(np.int64).data)

    def _take_span(self, channel: int, span: Any) -> bool:
        """Takes the timespan of a channel, counted from 1: a whole number of ns or a FB_ALY_Timespan."""
        try:
            self._spans[channel - 1] = getattr(span, "nRaw", span)
        except (TypeError, ValueError, OverflowError):
            return self._finish(WRONG_INPUT, f"channel {channel}: {span!r} is no timespan in ns within LINT")
        return self._finish(0) if self._event_id else True

    def set_channel_values(self, vector: Any) -> bool:
        """Sets all channels from one vector of whole numbers of ns; beyond the vendor. 16#3003: it does not fit."""
        row = np.asarray(vector)
        if row.dtype.kind not in "iu" or row.shape != self._x.shape or (row > MOST).any():
            return self._finish(WRONG_INPUT, f"{vector!r} is no vector of {self._n} timespans in ns within LINT")
        self._spans[:] = np.ascontiguousarray(row, np.int64).data
        return self._finish(0)

    def _explain(self, event_id: int) -> str:
        never = [channel for channel, span in enumerate(self._spans, start=1) if span == NEVER_SET]
        if event_id == WRONG_INPUT and never:
            return f"channel {never[0]} was never set"
        return AlgorithmBlock._explain(self, event_id)
