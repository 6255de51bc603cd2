"""What blocks with the result of an operation and a counter have in common.

Chosen for all of them, as the manual is silent: before the first call the result is FALSE, so a TRUE in the first call
is a change; bNewResult is TRUE when bOperationOut changes or nCount grows.
"""

from typing import Any

from alycat.runtime.declare import config, output
from alycat.runtime.iec import BOOL, LINT, ULINT
from alycat.runtime.kernel import kernel

from ..conditions import COUNT_MODES, PersistentBlock, TimedBlock
from ..system.datetime import FB_ALY_DateTime
from ..types import E_ALY_CountMode

CYCLIC = int(E_ALY_CountMode.Cyclic)


@kernel
def count_result(m: Any, result: bool) -> None:
    """Outputs from the result of this call and that of the call before."""
    m.last_ns = m.tTimestamp
    rises = result and not m.bOperationOut
    counts = result if m.count_mode == CYCLIC else rises
    m.bNewResult = counts or result != m.bOperationOut
    m.bOperationOut = result
    m.nCount += counts
    m.fbTimeLastEvent = m.tTimestamp if rises else m.fbTimeLastEvent


class OperationBlock(TimedBlock, PersistentBlock):
    """A block whose operation is TRUE or FALSE in each call."""

    counters = ("nCount",)

    bOperationOut: BOOL = output("result of the operation")
    nCount: ULINT = output("number of calls with TRUE, or of changes to TRUE")
    fbTimeLastEvent: FB_ALY_DateTime = output("time of the latest change to TRUE")

    count_mode: LINT = config("Cyclic, OnChange")

    def _levels(self, reference: float, absolute: bool, name: str) -> list[tuple[int, float, str]]:
        """What channel 1 is compared with, for pictures: two levels where absolute values are compared."""
        return [(0, level, name) for level in ((abs(reference), -abs(reference)) if absolute else (reference,))]

    def _count_mode_refused(self, mode: int) -> bool:
        """Whether the count mode is none; the message then says so."""
        return mode not in COUNT_MODES and not self._finish(0x2004, "eCountMode is NotInitialized")
