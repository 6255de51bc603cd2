"""Values that a step refuses before it changes anything, in blocks that calculate with them."""

from alycat.runtime.kernel import kernel


@kernel
def wrong_value(x: float, largest: float) -> int:
    """16#3003 for a value that was never set, is NaN or infinite, 16#300A for one beyond what can be added up."""
    if not x - x == 0.0:
        return 0x3003
    if abs(x) > largest:
        return 0x300A
    return 0
