"""What a step refuses before it changes anything, the same in all blocks."""

from typing import Any

from alycat.runtime.kernel import kernel


@kernel
def wrong_value(x: float, largest: float) -> int:
    """16#3003 for a value that was never set, is NaN or infinite, 16#300A for one beyond what can be added up."""
    if not x - x == 0.0:
        return 0x3003
    if abs(x) > largest:
        return 0x300A
    return 0


@kernel
def wrong_time(now: Any, last: Any) -> int:
    """16#3006 for time stamp 0, 16#3003 for one before that of the call before; both are ULINT."""
    if now == 0:
        return 0x3006
    if now < last:
        return 0x3003
    return 0
