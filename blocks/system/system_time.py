"""FB_ALY_GetSystemTime: the time of the task's clock, as the library's samples read it once per cycle."""

from alycat.runtime.block import Block, quick_method
from alycat.runtime.clock import current_clock
from alycat.runtime.declare import output
from alycat.runtime.iec import BOOL, ULINT


class FB_ALY_GetSystemTime(Block, category="System"):
    """Captures the system time at each Call (manual p. 399, page 6778234635).

    Inside a Plc the time is that of the Plc's clock: on the virtual and the stepped clock the start of the cycle (time
    stands still within it), on the real-time clock the instant of the call. Outside a Plc it is the wall clock.
    The manual does not say whether a target returns the task's start or the instant; its accuracy of 100 ns
    suggests the instant.
    """

    tSystemTime: ULINT = output("time captured by the latest Call, ns since 2000-01-01 UTC")

    @quick_method
    def Call(self) -> BOOL:
        """Captures the present time; always TRUE."""
        self._m.tSystemTime = current_clock().now()
        return True
