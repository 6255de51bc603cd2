"""Who acts on a Plc in the name of ADS clients: between two cycles, and on the thread that runs it.

The attendant waits in the clock's stead. While the next cycle is not due it carries out what clients ask for, so a
write takes effect at once and never within a cycle; the last moments before the due time belong to the clock alone.
While the Plc is stopped, or waits for a tick from outside, it does not let the wait end. When no run is in progress the
same jobs are done by whoever `idle` hands them to.
"""

import queue
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager, nullcontext
from typing import Any, NamedTuple, Protocol

from .. import plcfile
from ..clock import RealTimeClock, SteppedClock, VirtualClock
from ..errors import AlycatError, PlcError, SnapshotError
from ..onlinechange import OnlineChange
from ..persistent_store import algorithms_of, has_data
from ..plc import Plc, RunResult, Wait
from ..task import Task
from .model import AdsError, AdsErrorCode, Memory, SymbolImage

MARGIN_NS = 300_000  # before a due time: no job is begun any more
LONGEST_WAIT_NS = 50 * 10**6  # so that Plc.stop() acts soon
JOBS_AT_ONCE = 64
Done = Callable[[Any], None]
Job = tuple[Callable[[], Any], Done]


class PublishedImage(SymbolImage, Protocol):
    """A symbol image and the two things that happen to it between cycles."""

    def publish(self) -> None:
        """Take over the present values of the Plc."""

    def apply_writes(self) -> None:
        """Let what clients wrote take effect."""

    def refresh(self) -> None:
        """Take notice of a changed project."""


class Cycle(NamedTuple):
    """The memory at the end of one cycle; task 0 stands for a change between cycles, such as a client's write."""

    task: int
    time_ns: int  # start of the cycle, on the grid
    memory: Memory
    sequence: int = 0  # counts what was published


class Attendant:
    """Publishes the image of a Plc, carries out jobs between its cycles, holds it and lets it go on.

    idle: called with a function to carry out while no run is in progress.
    """

    def __init__(
        self, plc: Plc, image: PublishedImage, idle: Callable[[Callable[[], None]], Any] | None = None
    ) -> None:
        self.plc, self.image = plc, image
        self.is_stopped = False
        self.horizon_ns: int | None = None  # cycles due from then on wait for ticks from outside
        self.wanted: set[int] = set()  # the tasks whose cycles are to be delivered
        self.deliver: Callable[[Cycle], None] = lambda cycle: None
        self._idle = idle or (lambda function: function())
        self._jobs: queue.SimpleQueue[Job] = queue.SimpleQueue()
        self._at_work = threading.RLock()
        self._is_running = self._is_operating = False
        self._stepped: list[Done] = []  # who waits for the ticks that were granted
        self._initial = _initial_state(plc)
        self._version = image.version
        image.publish()
        self.latest = Cycle(0, plc.clock.now(), image.memory())

    def attach(self) -> None:
        if self.plc.is_running:
            raise PlcError(f"{self.plc.name}: an ADS server can be started while the Plc does not run")
        self.plc.attendant = self._attend
        self.plc.cycle_finished.append(self._cycle_finished)
        self.plc.changed.append(self._changed)

    def detach(self) -> None:
        """Leave the Plc alone; one that is held goes on."""
        self.is_stopped, self.horizon_ns = False, None
        if self.plc.attendant == self._attend:
            self.plc.attendant = nullcontext
        self.submit(self._forget, lambda _: None)

    def _forget(self) -> None:
        if self._cycle_finished in self.plc.cycle_finished:
            self.plc.cycle_finished.remove(self._cycle_finished)
            self.plc.changed.remove(self._changed)

    # --- jobs --------------------------------------------------------------------------------------------------------

    def submit(self, action: Callable[[], Any], done: Done) -> None:
        """Have an action carried out between two cycles; done gets its result, or what it raised, on any thread."""
        self._jobs.put((action, done))
        if not self._is_running:
            self._idle(self._work_idle)

    def _work_idle(self) -> None:
        with self._at_work:
            if not self._is_running:
                self._work()

    def _work(self, first: Job | None = None) -> None:
        """Carry out what is there, publish, and only then let the clients know, who may read at once."""
        finished = [(first[1], _outcome(first[0]))] if first else []
        while len(finished) < JOBS_AT_ONCE:
            try:
                action, done = self._jobs.get_nowait()
            except queue.Empty:
                break
            finished.append((done, _outcome(action)))
        if finished:
            self.publish(0, self.plc.clock.now() if self._stands_still else self.latest.time_ns)
        for done, outcome in finished:
            done(outcome)

    def publish(self, task: int, time_ns: int) -> None:
        self.image.publish()
        self.latest = Cycle(task, time_ns, self.image.memory(), self.latest.sequence + 1)
        is_new_table, self._version = self.image.version != self._version, self.image.version
        if task in self.wanted or (task == 0 and self._stands_still) or is_new_table:
            self.deliver(self.latest)

    @property
    def _stands_still(self) -> bool:
        """Whether a change is to be seen without waiting for the end of a cycle."""
        return self.is_stopped or self.horizon_ns is not None or not self._is_running

    def _cycle_finished(self, task: Task) -> None:
        self.publish(task.index, task.info._m.DcTaskTime)

    # --- waiting -----------------------------------------------------------------------------------------------------

    @contextmanager
    def _attend(self, wait: Wait) -> Iterator[Wait]:
        with self._at_work:
            self._is_running = True
        is_real = isinstance(self.plc.clock, RealTimeClock)
        try:
            yield (lambda due: self._wait_in_real_time(due, wait)) if is_real else (lambda due: self._wait(due, wait))
        finally:
            with self._at_work:
                self._is_running = False
                self._work()

    def _wait(self, due: int, wait: Wait) -> int:
        if not self._jobs.empty():
            self._work()
        if (self.is_stopped or self.horizon_ns is not None) and self._is_held(due):
            self._hold(due)
        return wait(due)

    def _wait_in_real_time(self, due: int, wait: Wait) -> int:
        now = self.plc.clock.now
        while not self.plc.ending:
            if not self._jobs.empty():
                self._work()
            if (self.is_stopped or self.horizon_ns is not None) and self._is_held(due):
                self._hold(due)
                self._move_grid()
                return due - 1
            pause = due - now() - MARGIN_NS
            if pause <= 0:
                return wait(due)
            self._listen(pause)
        return due - 1

    def _listen(self, pause_ns: int) -> None:
        """Wait for so long, or until a job comes, and carry it out."""
        try:
            job = self._jobs.get(timeout=min(pause_ns, LONGEST_WAIT_NS) * 1e-9)
        except queue.Empty:
            return
        self._work(job)

    # --- standing still ----------------------------------------------------------------------------------------------

    def _is_held(self, due: int) -> bool:
        return self.is_stopped or (self.horizon_ns is not None and due >= self.horizon_ns)

    def _hold(self, due: int) -> None:
        """Stand still, and do what clients ask for; cycles missed meanwhile do not count as such."""
        self._tell_stepped()
        while self._is_held(due) and not self.plc.ending:
            self._listen(LONGEST_WAIT_NS)

    def _move_grid(self) -> None:
        now = self.plc.clock.now()
        for task in self.plc.tasks:
            task.place(self.plc.start_ns or 0, now)

    def stop(self) -> None:
        """A job: no cycle begins until go_on."""
        self.is_stopped = True

    def go_on(self) -> None:
        """A job: cycles run again."""
        self.is_stopped = False

    @property
    def can_reset(self) -> bool:
        return self._initial is not None

    def reset(self) -> None:
        """A job: all but persistent data take their initial values; tasks with an error may run again."""
        if self._initial is None:
            raise AdsError(AdsErrorCode.SERVICE_NOT_SUPPORTED, "a program holds what a snapshot cannot")
        memory = self.image.memory()
        places = [(s.group, s.offset, s.size) for s in self.image.symbols() if s.is_persistent]
        kept = [(group, offset, memory.read(group, offset, size)) for group, offset, size in places]
        blocks = [(block, block.snapshot()) for _, block in algorithms_of(self.plc) if has_data(block)]
        plcfile.reset(self.plc, self._initial)
        for block, data in blocks:
            block.inherit(data)
        failed = [task for task in self.plc.tasks if task.error]
        for task in failed:
            task.error, task.failure = None, ""
        if failed and self._is_operating and self._is_running:
            self.plc.end("reset")  # only a new run takes them up again
        for group, offset, data in kept:
            self.image.write(group, offset, data)
        self.image.apply_writes()

    # --- online change -----------------------------------------------------------------------------------------------

    def online_change(self, new: Plc) -> OnlineChange:
        """A job: go over to a changed project; see Plc.online_change."""
        with self.plc.between_cycles():
            return self.plc.online_change(new)

    def _changed(self, made: OnlineChange) -> None:
        self._initial = made.initial
        self.image.refresh()

    # --- ticks from outside ------------------------------------------------------------------------------------------

    @property
    def tick_ns(self) -> int:
        """One tick is one cycle of the fastest task, as for Plc.step."""
        return min((t.cycle_time_ns for t in self.plc.tasks), default=10**6)

    @property
    def is_externally_stepped(self) -> bool:
        return self.plc.clock.externally_stepped or self.horizon_ns is not None

    @property
    def is_as_fast_as_possible(self) -> bool:
        return isinstance(self.plc.clock, VirtualClock)

    def set_external(self, external: bool) -> None:
        """A job: from now on cycles wait for ticks, or do so no more."""
        if self.plc.clock.externally_stepped:
            if not external:
                raise AdsError(AdsErrorCode.INVALID_STATE, "the clock of this Plc is stepped from outside")
            return
        self.horizon_ns = self._next_due() if external else None
        if not external:
            self._tell_stepped()

    def step(self, ticks: int, done: Done) -> None:
        """A job: let so many ticks pass; done is told when they have."""
        if self.is_stopped or not self.is_externally_stepped:
            raise AdsError(AdsErrorCode.INVALID_STATE, "the Plc runs by itself, or is stopped")
        clock = self.plc.clock
        if not self._is_running:
            horizon_ns, self.horizon_ns = self.horizon_ns, None
            self.plc.step(ticks)
            self.horizon_ns = None if horizon_ns is None else self._next_due()
            done(None)
        elif isinstance(clock, SteppedClock):
            clock.step(ticks * self.tick_ns)
            done(None)
        else:
            if isinstance(clock, RealTimeClock):
                self._move_grid()
            self.horizon_ns = max(self.horizon_ns or 0, self._next_due()) + ticks * self.tick_ns
            self._stepped.append(done)

    def _next_due(self) -> int:
        return min((t.due_ns for t in self.plc.tasks if t.error is None and t.due_ns >= 0), default=0)

    def _tell_stepped(self) -> None:
        waiting, self._stepped = self._stepped, []
        for done in waiting:
            done(None)

    # --- a run that does not end -------------------------------------------------------------------------------------

    def operate(self, until: Callable[[], bool] | None = None) -> RunResult:
        """Run the Plc until Plc.stop(): through stops, through errors until a client resets it, from tick to tick.

        until: asked between two cycles as by Plc.run; knows of a wish to end that came before the run began.
        """
        plc, self._is_operating = self.plc, True
        while True:
            result = plc.run(until=until)
            if result.reason not in ("error", "waiting", "reset"):
                self._is_operating = False
                return result
            plc.ending = ""
            while not plc.ending and not self._may_run():
                self._listen(LONGEST_WAIT_NS)
            if plc.ending:
                self._is_operating = False
                return result

    def _may_run(self) -> bool:
        clock = self.plc.clock
        if isinstance(clock, SteppedClock):
            return clock.horizon_ns > clock.now()
        return any(t.error is None for t in self.plc.tasks)


def _outcome(action: Callable[[], Any]) -> Any:
    try:
        return action()
    except AlycatError as error:
        return error
    except Exception as error:  # whatever a method of the user raises must not end the Plc
        return AdsError(AdsErrorCode.INVALID_STATE, f"{type(error).__name__}: {error}")


def _initial_state(plc: Plc) -> plcfile.Image | None:
    """The state that a reset goes back to: that at the start of the server. None if it cannot be stored."""
    try:
        return plcfile.image_of(plc)
    except SnapshotError:
        return None
