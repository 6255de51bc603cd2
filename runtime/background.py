"""Long work beside the cycle: each piece has a thread of its own, and the cycle never waits for it.

A block hands over a function that touches nothing of the block and asks for the outcome in later cycles. On the
real-time clock it is told "not yet" until the work is done. On a virtual or stepped clock, and outside of a Plc, no
time passes while the question waits, so it waits: which cycle sees the outcome then depends on the program alone, and
equal runs give equal bytes.
"""

import threading
from collections.abc import Callable
from typing import Any

from .clock import RealTimeClock, current_clock


class BackgroundWork:
    """One piece of work in progress."""

    def __init__(self, work: Callable[[], Any]) -> None:
        self._work = work
        self._result: Any = None
        self._error: Exception | None = None
        self._done = threading.Event()
        threading.Thread(target=self._run, name="alycat work", daemon=True).start()

    def is_done(self) -> bool:
        """Whether `outcome` may be asked for; waits where waiting takes no time of the Plc."""
        if not isinstance(current_clock(), RealTimeClock):
            self._done.wait()
        return self._done.is_set()

    def outcome(self) -> Any:
        """What the function returned; raises what it raised."""
        if self._error is not None:
            raise self._error
        return self._result

    def _run(self) -> None:
        try:
            self._result = self._work()
        except Exception as error:
            self._error = error
        self._done.set()
