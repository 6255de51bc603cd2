"""A Plc that runs while a person watches: progress, and an end by Ctrl-C that leaves everything in order."""

import signal
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from types import FrameType
from typing import Any

from ..plc import Plc
from ..task import Task
from .terminal import Phases
from .wording import spaced

LOOKS_PER_S = 5


@contextmanager
def following(task: Task, progress: Phases, name: str, cycles: int | None) -> Iterator[None]:
    """Shows the cycles of a task while the block runs; costs the cycles nothing, for it is another thread that looks.

    cycles: how many there will be, None if nobody knows.
    """
    if not sys.stderr.isatty():
        yield
        return
    progress.begin(name, total=cycles)
    finished = threading.Event()

    def look() -> None:
        shown = first = task.cycles
        while not finished.wait(1 / LOOKS_PER_S):
            now = task.cycles
            progress.advance(now - shown)
            if cycles is None:
                progress.rename(f"{name}, {spaced(now - first)} cycles")
            shown = now

    thread = threading.Thread(target=look, daemon=True)
    thread.start()
    try:
        yield
    finally:
        finished.set()
        thread.join()
        progress.end()


class Interruption:
    """What a signal asked for: `signal` is its number, 0 for none."""

    def __init__(self) -> None:
        self.signal = 0


@contextmanager
def stopping_on_signals(plc: Plc) -> Iterator[Interruption]:
    """Ctrl-C and SIGTERM end the run after the present cycle; a second one is what it always was."""
    interruption = Interruption()
    if threading.current_thread() is not threading.main_thread():  # where Python takes no signals
        yield interruption
        return
    numbers = (signal.SIGINT, signal.SIGTERM)
    before: dict[int, Any] = {n: signal.getsignal(n) for n in numbers}

    def stop(number: int, _frame: FrameType | None) -> None:
        interruption.signal = number
        for n in numbers:
            signal.signal(n, before[n])
        plc.stop()

    for n in numbers:
        signal.signal(n, stop)
    try:
        yield interruption
    finally:
        for n in numbers:
            signal.signal(n, before[n])
