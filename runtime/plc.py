"""The Plc: one clock, tasks with their programs, global variables, one symbol table; run, step and stop."""

import heapq
from collections.abc import Callable, Iterable, Iterator
from contextlib import AbstractContextManager, contextmanager, nullcontext
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, TypeVar

from . import onlinechange, plcfile
from .clock import DEFAULT_START, Clock, VirtualClock, use_clock
from .dctime import LATEST, parse_duration, parse_timestamp
from .errors import PlcError, RangeError, WrongType
from .onlinechange import OnlineChange
from .persistent_store import PersistentStore
from .program import GlobalVariables, Program, Variables
from .symbols import SYSTEM_LIST, PlcAppSystemInfo, SymbolTable
from .task import Task, TaskState
from .timezones import check_time_zone, use_time_zone

if TYPE_CHECKING:
    from .ads.device import Limits
    from .ads.server import AdsServer

FIRST_PRIORITY = 20
FOREVER = LATEST  # as a number of cycles
V = TypeVar("V", bound=Variables)
Until = Callable[[], bool] | int | str | datetime
Wait = Callable[[int], int]  # for a due time; returns the time, and one before it if the caller is to ask again


@dataclass(frozen=True)
class RunResult:
    """What a run did: cycles per task, the time at its end, and why it ended.

    reason: "cycles" or "duration" (also for a time) as asked for; "until" when that function said so; "stopped" by
    Plc.stop; "waiting" for the caller of a stepped clock; "error" when no task is left running.
    errors: one line per task that stands still.
    """

    cycles: dict[str, int]
    end_ns: int
    reason: str
    errors: dict[str, str] = field(default_factory=dict)


class Plc:
    """A simulated PLC.

    clock: a VirtualClock unless given. start: the time of the first tick, by default the clock's when the Plc first
    runs. time_zone: of the blocks with times of day that are configured while it runs and name none of their own
    (IANA, such as Europe/Berlin). persistent_store: a file for the persistent data, see `keep_persistent`.

    Due cycles run in the order (due time, priority, declaration), so one project gives one trace.
    """

    def __init__(
        self,
        clock: Clock | None = None,
        start: int | str | datetime | None = None,
        name: str = "Plc",
        time_zone: str = "",
        persistent_store: str | Path | None = None,
    ) -> None:
        self.clock: Clock = clock or VirtualClock(DEFAULT_START if start is None else start)
        self.name = name
        self.persistent: PersistentStore | None = None
        if persistent_store is not None:
            self.keep_persistent(persistent_store)
        self.time_zone = check_time_zone(time_zone, "time_zone")
        self.tasks: list[Task] = []
        self.globals: list[tuple[str, GlobalVariables]] = []
        self.app_info = PlcAppSystemInfo()
        self.app_info.AppName = self.app_info.ProjectName = name
        self.cycle_finished: list[Callable[[Task], None]] = []  # called between two cycles with the task that ran
        self.changed: list[Callable[[OnlineChange], None]] = []  # called after an online change
        self.attendant: Callable[[Wait], AbstractContextManager[Wait]] = nullcontext  # who waits in the clock's stead
        self.ending = ""  # why the present run comes to its end; looked at between two cycles
        self.start_ns = None if start is None else parse_timestamp(start, "start")
        self.left_ns: int | None = None  # the time when the latest run ended
        self.reached_ns = 0  # the time from which the next run counts its duration
        self.is_running = False
        self._between_cycles = True

    # --- building ----------------------------------------------------------------------------------------------------

    def task(
        self,
        name: str,
        cycle_time: int | str | timedelta,
        priority: int | None = None,
        start_offset: int | str | timedelta = 0,
        programs: Iterable[Program | tuple[str, Program]] = (),
        strict: bool = False,
    ) -> Task:
        """Add a task; programs run in this order, under their class name or the name given with them.

        A lower priority number is more important and may be used once; without one a task gets the next free number
        from 20 on. `strict` raises CycleOverrun out of run() where a cycle takes longer than its cycle time.
        """
        used = [t.priority for t in self.tasks]
        if priority is None:
            priority = max(used, default=FIRST_PRIORITY - 1) + 1
        if priority in used:
            other = self.tasks[used.index(priority)].name
            raise RangeError(f"{name}: priority {priority} is already used by {other}; each may be used once")
        if name.lower() in (t.name.lower() for t in self.tasks):
            raise RangeError(f"{name}: a task of this name exists already")
        task = Task(self, name, len(self.tasks) + 1, cycle_time, priority, start_offset, strict)
        for entry in programs:
            task.programs.append(self._named(entry, Program, task.programs))  # type: ignore[type-abstract]
        for _, program in task.programs:
            program._task = task
        self.tasks.append(task)
        self.app_info.TaskCnt = len(self.tasks)
        return task

    def add_globals(self, variables: GlobalVariables, name: str | None = None) -> None:
        """Make a global variable list part of the symbol table, under its class name unless another is given."""
        self.globals.append(self._named((name, variables) if name else variables, GlobalVariables, []))

    def _named(self, entry: V | tuple[str, V], kind: type[V], more: Iterable[tuple[str, V]]) -> tuple[str, V]:
        name, thing = entry if isinstance(entry, tuple) else (type(entry).__name__, entry)
        if not isinstance(thing, kind):
            hint = "; make an instance with ()" if isinstance(thing, type) else ""
            raise WrongType(f"{thing!r} is no {kind.__name__}{hint}")
        for other, present in [*self.roots(), *more]:
            if present is thing:
                raise PlcError(f"{name}: this {kind.__name__} is already used as {other}")
            if other.lower() == name.lower():
                raise RangeError(f"{name}: a program or variable list of this name exists; give another: ('P2', obj)")
        if name.lower() == SYSTEM_LIST.lower() or not name.isidentifier():
            raise RangeError(f"{name!r} cannot be the name of a {kind.__name__}")
        return name, thing

    def roots(self) -> list[tuple[str, Variables]]:
        """Programs and global variable lists by name, in the order of their declaration."""
        programs = [entry for task in self.tasks for entry in task.programs]
        return [*programs, *self.globals]

    @cached_property
    def symbols(self) -> SymbolTable:
        """All symbols by instance path, case-insensitive."""
        return SymbolTable(self)

    # --- snapshots ---------------------------------------------------------------------------------------------------

    def snapshot(self) -> bytes:
        """The whole state as bytes; only between two cycles."""
        return plcfile.snapshot(self)

    def load(self, data: bytes) -> None:
        """Take over the state of a snapshot of the same project, or raise SnapshotError and stay unchanged."""
        self.check_between_cycles(running=False)
        plcfile.load(self, data)

    def save(self, path: str | Path) -> None:
        """Write a snapshot to disk in one step; the previous one is kept as `<name>.bak`."""
        plcfile.save(self, path)

    def restore(self, path: str | Path) -> plcfile.Restored:
        """Load a snapshot from disk; falls back to the `.bak` if the file is missing or damaged, and says so."""
        self.check_between_cycles(running=False)
        return plcfile.restore(self, path)

    def keep_persistent(self, path: str | Path) -> None:
        """Keep persistent data in this file: read when the Plc first runs, written when `run` ends in order.

        Persistent are variables declared so (``var(persistent=True)``), and blocks with bPersistent from their
        Configure on. What could not be taken over stands in `plc.persistent.problems`.
        """
        if self.persistent and self.persistent.is_loaded:
            raise PlcError(f"{self.name} keeps its persistent data in {self.persistent.path} already")
        self.persistent = PersistentStore(path)

    def save_persistent(self) -> None:
        """Write the persistent data now (the vendor's FB_WritePersistentData); only between two cycles."""
        self.check_between_cycles()
        if self.persistent is None:
            raise PlcError(f"{self.name} has no persistent_store")
        self.persistent.save(self)

    def check_between_cycles(self, running: bool = True) -> None:
        """PlcError within a cycle, and with running=False throughout a run."""
        if not self._between_cycles or (self.is_running and not running):
            when = "between two cycles, in a cycle_finished function" if running else "while the Plc does not run"
            raise PlcError(f"{self.name}: this can be done {when}, or after the run")

    @contextmanager
    def between_cycles(self) -> Iterator[None]:
        """For who waits in the clock's stead: the Plc may be looked at and changed meanwhile."""
        before, self._between_cycles = self._between_cycles, True
        try:
            yield
        finally:
            self._between_cycles = before

    # --- online change -----------------------------------------------------------------------------------------------

    def online_change(self, new: "Plc") -> OnlineChange:
        """Go over to a changed project, a Plc that has not run, and keep all values; only between two cycles.

        PlcError, and everything stays, where only a restart will do; see `alycat.runtime.onlinechange`.
        """
        self.check_between_cycles()
        made = onlinechange.change(self, new)
        for function in self.changed:
            function(made)
        return made

    # --- ADS ---------------------------------------------------------------------------------------------------------

    def serve_ads(
        self,
        host: str = "127.0.0.1",
        net_id: str = "127.0.0.1.7.1",
        port: int = 48898,
        allow: Iterable[str] | None = None,
        limits: "Limits | None" = None,
        flat: bool = False,
    ) -> "AdsServer":
        """Start an ADS server for this Plc on a thread of its own; stop() or a with block ends it.

        host: where to listen; several Plcs on one machine take 127.0.0.2 and so on. port: nearly all clients know only
        48898. allow: IP addresses, networks or NetIds of the only clients that are let in; ADS itself has no
        authentication. flat: list members of structures as symbols, too. Clients see and change the Plc between two
        cycles only; see `alycat.runtime.ads`.
        """
        from .ads.image import PlcImage
        from .ads.server import AdsServer

        return AdsServer(self, PlcImage(self, flat), host, net_id, port, allow=allow, limits=limits).start()

    # --- running -----------------------------------------------------------------------------------------------------

    def run(
        self, cycles: int | None = None, duration: int | str | timedelta | None = None, until: Until | None = None
    ) -> RunResult:
        """Run, or go on where the latest run ended, up to the first of the limits given, else until stop().

        cycles: of the fastest task; what is due before its next cycle is run as well.
        duration: counted from where the latest run has come to, after a number of cycles that is the next tick; so
            60 s always hold 6000 cycles of 10 ms.
        until: a time, at which no cycle begins any more, or a function that is asked between two cycles.
        """
        result = self._run(self.clock.wait_until, cycles, duration, until)
        if self.persistent and result.reason != "waiting":
            self.persistent.save(self)
        return result

    def step(self, cycles: int = 1) -> RunResult:
        """Run so many cycles of the fastest task; an externally stepped clock is stepped along."""
        return self._run(self.clock.step_until, cycles, None, None)

    def stop(self) -> None:
        """End the run in progress after the present cycle; may be called from a thread or a signal handler."""
        self.end("stopped")

    def end(self, reason: str) -> None:
        self.ending = self.ending or reason

    def report(self, task: Task) -> None:
        """Call the cycle_finished functions; the Plc may be looked at and saved there."""
        self._between_cycles = True
        for function in self.cycle_finished:
            function(task)
        self._between_cycles = False

    def _run(
        self,
        wait: Wait,
        cycles: int | None,
        duration: int | str | timedelta | None,
        until: Until | None,
    ) -> RunResult:
        if self.is_running:
            raise PlcError(f"{self.name} is running already")
        if cycles is not None and cycles < 0:
            raise RangeError(f"cycles: {cycles} is negative")
        now = self._prepare()
        before = [t.cycles for t in self.tasks]
        end_ns = self._end_time(now, duration, None if callable(until) else until)
        self.is_running, self._between_cycles, self.ending = True, False, ""
        try:
            asking = self._asking(until if callable(until) else None)
            zone = use_time_zone(self.time_zone)
            with use_clock(self.clock), zone, self.attendant(wait) as attended, asking:
                self._schedule(attended, cycles, end_ns)
        finally:
            self.left_ns, self.reached_ns = self.pause()
            self.is_running, self._between_cycles = False, True
        done = {t.name: t.cycles - n for t, n in zip(self.tasks, before, strict=True)}
        errors = {t.name: t.explain() for t in self.tasks if t.error}
        return RunResult(done, self.clock.now(), self.ending, errors)

    def _prepare(self) -> int:
        """Read persistent data, resolve the links, place new tasks on the grid, after a pause all; returns the time."""
        if not self.tasks:
            raise PlcError(f"{self.name} has no tasks; plc.task(...) adds one")
        if self.persistent and not self.persistent.is_loaded:
            self.persistent.load(self)
        for task in self.tasks:
            task.bind()
        now = self.clock.now()
        if self.start_ns is None:
            self.start_ns = now
        for task in self.tasks:
            if task.due_ns < 0 or now != self.left_ns:
                task.place(self.start_ns, now)
        return now

    def _end_time(self, now_ns: int, duration: int | str | timedelta | None, until: int | str | datetime | None) -> int:
        end = LATEST if until is None else parse_timestamp(until, "until")
        if duration is None:
            return end
        length = parse_duration(duration)
        if length < 0:
            raise RangeError(f"duration: {duration!r} is negative")
        return min(end, max(self.reached_ns, now_ns) + length)

    def pause(self) -> tuple[int | None, int]:
        """left_ns and reached_ns as they are, or would be if the run ended here."""
        if not self.is_running:
            return self.left_ns, self.reached_ns
        now = self.clock.now()
        if self.ending in ("duration", "waiting"):  # time itself was lived, not only cycles
            return now, now
        return now, min((t.due_ns for t in self.tasks if t.error is None), default=now)

    @contextmanager
    def _asking(self, condition: Callable[[], bool] | None) -> Iterator[None]:
        """Ask before the first and after each cycle whether the run is to end."""
        if condition is None:
            yield
            return

        def ask(task: Task | None = None) -> None:
            if condition():
                self.end("until")

        ask()
        self.cycle_finished.append(ask)
        try:
            yield
        finally:
            self.cycle_finished.remove(ask)

    def _schedule(self, wait: Wait, cycles: int | None, end_ns: int) -> None:
        """Let the first of the due tasks run until another one is first, and so on."""
        ready = [t for t in self.tasks if t.state is TaskState.RUN]
        leader = min(ready, key=lambda t: t.cycle_time_ns, default=None)
        last = leader.cycles + cycles if leader and cycles is not None else FOREVER
        enough_ns = FOREVER  # the due time of the first cycle after those asked for
        queue = [(t.due_ns, t.priority, t) for t in ready]
        heapq.heapify(queue)
        while queue and not self.ending:
            due, priority, task = queue[0]
            if leader and leader.cycles >= last:
                enough_ns = leader.due_ns
            if due >= enough_ns:
                return self.end("cycles")
            if due >= end_ns:
                return self._wait_for_end(wait, end_ns)
            heapq.heappop(queue)
            limit = end_ns if end_ns < enough_ns else enough_ns
            if queue and queue[0][0] < limit:
                limit = queue[0][0] + (priority < queue[0][1])
            task.run_until(limit, last if task is leader else FOREVER, wait)
            if task.error is None:
                heapq.heappush(queue, (task.due_ns, priority, task))
            elif task is leader and cycles is not None:  # the others go on as long as its cycles would have taken
                enough_ns, leader = task.due_ns + (last - task.cycles + 1) * task.cycle_time_ns, None
        if not queue:
            self.end("error")

    def _wait_for_end(self, wait: Wait, end_ns: int) -> None:
        while not self.ending and wait(end_ns) < end_ns:
            if self.clock.externally_stepped:
                self.end("waiting")
        self.end("duration")
