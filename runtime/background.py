"""Work beside the cycle, in threads; the cycle never waits for it.

A block hands over a function that touches nothing of the block, and asks for its outcome in later cycles. On the
real-time clock it is told "not yet" until the work is done. On a virtual or stepped clock, and outside of a Plc, no
time passes while the question waits, so it waits: which cycle sees the outcome then depends on the program alone, and
equal runs give equal bytes.
"""

import atexit
import queue
import threading
from collections.abc import Callable
from typing import Any

from .clock import current_clock, progress_clock


class Work:
    """One piece of work; somebody has to call `run`."""

    def __init__(self, work: Callable[[], Any]) -> None:
        self._work: Callable[[], Any] | None = work
        self._began_ns = progress_clock()
        self._result: Any = None
        self._error: Exception | None = None
        self._done = threading.Event()

    def is_done(self) -> bool:
        """Whether `outcome` may be asked for; waits where waiting takes no time of the Plc."""
        if not current_clock().is_real_time:
            self._done.wait()
        return self._done.is_set()

    def is_late(self, timeout_ns: int) -> bool:
        """Whether it has been asked for so long ago; never on a clock that stands still meanwhile."""
        return current_clock().is_real_time and progress_clock() - self._began_ns > timeout_ns

    def give_up(self) -> None:
        """Nobody wants it any more: if it has not begun, it never will."""
        self._work = None

    def outcome(self) -> Any:
        """What the function returned; raises what it raised."""
        if self._error is not None:
            raise self._error
        return self._result

    def run(self) -> None:
        """In the other thread."""
        work, self._work = self._work, None
        try:
            self._result = work() if work else None
        except Exception as error:
            self._error = error
        self._done.set()


class BackgroundWork(Work):
    """Long work, in a thread of its own; it ends with the program."""

    def __init__(self, work: Callable[[], Any]) -> None:
        super().__init__(work)
        threading.Thread(target=self.run, name="alycat work", daemon=True).start()


class FileWork(Work):
    """Work with files: all of it in one thread, in the order in which it was asked for, until the program's end."""

    def __init__(self, work: Callable[[], Any]) -> None:
        super().__init__(work)
        _files.take(self)


class _Worker:
    """The thread; started with the first piece of work. At the end of the program it finishes what was asked for."""

    def __init__(self) -> None:
        self._queue: queue.SimpleQueue[Work | None] = queue.SimpleQueue()
        self._thread: threading.Thread | None = None
        self._lock = threading.Lock()

    def take(self, work: Work) -> None:
        with self._lock:
            if self._thread is None or not self._thread.is_alive():  # the latter in a forked process
                self._queue = queue.SimpleQueue()
                self._thread = threading.Thread(target=self._run, args=(self._queue,), name="alycat files", daemon=True)
                self._thread.start()
                atexit.register(self._finish, self._queue, self._thread)
        self._queue.put(work)

    @staticmethod
    def _run(pending: "queue.SimpleQueue[Work | None]") -> None:
        while (work := pending.get()) is not None:
            work.run()

    @staticmethod
    def _finish(pending: "queue.SimpleQueue[Work | None]", thread: threading.Thread) -> None:
        pending.put(None)
        if thread.is_alive():
            thread.join()


_files = _Worker()
