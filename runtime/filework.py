"""File work beside the cycle: one thread does it in the order in which it was asked for, nobody waits for it.

A block hands over a function that touches nothing of the block, and later asks for its outcome. On a real-time clock it
is told "not yet" until the work is done. On a virtual clock, and outside of a Plc, time stands still meanwhile, so the
question may wait: then it depends on the program alone, not on the disk, when the outcome is seen, and equal runs give
equal bytes.
"""

import atexit
import queue
import threading
from collections.abc import Callable
from typing import Any

from .clock import current_clock


class FileWork:
    """One piece of work in progress."""

    def __init__(self, work: Callable[[], Any], timeout_ns: int) -> None:
        self._clock = current_clock()
        self._late_ns = self._clock.now() + timeout_ns
        self._work = work
        self._done = threading.Event()
        self._result: Any = None
        self._error: Exception | None = None
        _worker.take(self)

    def is_done(self) -> bool:
        """Whether `outcome` may be asked for; waits where waiting takes no time of the Plc."""
        if not self._clock.is_real_time:
            self._done.wait()
        return self._done.is_set()

    def is_late(self) -> bool:
        """Whether the timeout has run out; never on a clock that stands still meanwhile."""
        return self._clock.is_real_time and self._clock.now() > self._late_ns

    def outcome(self) -> Any:
        """What the function returned; raises what it raised."""
        if self._error is not None:
            raise self._error
        return self._result

    def run(self) -> None:
        """In the worker thread; also when nobody asks for the outcome any more, so that files do not depend on luck."""
        try:
            self._result = self._work()
        except Exception as error:
            self._error = error
        self._done.set()


class _Worker:
    """The thread; started with the first piece of work. At the end of the program it finishes what was asked for."""

    def __init__(self) -> None:
        self._queue: queue.SimpleQueue[FileWork | None] = queue.SimpleQueue()
        self._thread: threading.Thread | None = None
        self._lock = threading.Lock()

    def take(self, work: FileWork) -> None:
        with self._lock:
            if self._thread is None or not self._thread.is_alive():  # the latter in a forked process
                self._queue = queue.SimpleQueue()
                self._thread = threading.Thread(target=self._run, args=(self._queue,), name="alycat files", daemon=True)
                self._thread.start()
                atexit.register(self._finish, self._queue, self._thread)
        self._queue.put(work)

    @staticmethod
    def _run(pending: "queue.SimpleQueue[FileWork | None]") -> None:
        while (work := pending.get()) is not None:
            work.run()

    @staticmethod
    def _finish(pending: "queue.SimpleQueue[FileWork | None]", thread: threading.Thread) -> None:
        pending.put(None)
        if thread.is_alive():
            thread.join()


_worker = _Worker()
