"""Tasks: a grid of due times, the programs that run on it, and the counters of PlcTaskSystemInfo.

Cycle k is due at start + offset + k * cycle time. Tasks are not preemptive: a cycle that has begun is finished, then
the most important of the due tasks is next. A cycle that ends after its next due time has exceeded its cycle time:
that is counted, the missed ticks are skipped, and the following cycle is at the next tick that is not in the past.
"""

import enum
from collections.abc import Callable
from datetime import timedelta
from typing import TYPE_CHECKING

from .dctime import format_duration, format_timestamp, parse_duration
from .errors import CycleOverrun, RangeError
from .iec import BOOL, LINT, OTCID, UDINT, UINT, string
from .links import Device, Link, Sink, Source
from .program import Program, Variables
from .recorder import Recorder

if TYPE_CHECKING:
    from .plc import Plc

UDINT_MAX = 2**32 - 1
UNACCOUNTED = -1  # equals no execution time
FIRST_OBJECT_ID = 0x02010030  # inferred: the id and port TwinCAT gives the first PLC task of a project
FIRST_ADS_PORT = 350


class PlcTaskSystemInfo(Variables):
    """Names, types and units of TwinCAT's structure (tc3_plc_intro 714821259)."""

    ObjId: OTCID
    CycleTime: UDINT  # 100 ns; a longer cycle time than the type holds shows its maximum
    Priority: UINT
    AdsPort: UINT
    CycleCount: UDINT  # number of the present cycle, 1 for the first (chosen); wraps as a UDINT does
    DcTaskTime: LINT  # the due time of the cycle, so that it lies on the grid (chosen)
    LastExecTime: UDINT  # 100 ns
    FirstCycle: BOOL
    CycleTimeExceeded: BOOL
    InCallAfterOutputUpdate: BOOL
    RTViolation: BOOL
    TaskName: string(63)  # type: ignore[valid-type]


class TaskState(enum.StrEnum):
    RUN = "RUN"
    ERROR = "ERROR"  # a program or a link raised; the task stands still and that is logged, the others go on


class Task:
    """One cyclic task; made by `Plc.task`, which names the parameters."""

    def __init__(
        self,
        plc: "Plc",
        name: str,
        index: int,
        cycle_time: int | str | timedelta,
        priority: int,
        start_offset: int | str | timedelta,
        strict: bool,
    ) -> None:
        self.plc, self.name, self.index = plc, name, index
        self.cycle_time_ns = parse_duration(cycle_time, f"{name}: cycle_time")
        self.start_offset_ns = parse_duration(start_offset, f"{name}: start_offset")
        if self.cycle_time_ns <= 0:
            raise RangeError(f"{name}: cycle_time {cycle_time!r} must be more than 0")
        if self.start_offset_ns < 0:
            raise RangeError(f"{name}: start_offset {start_offset!r} must not be negative")
        self.priority, self.strict = priority, strict
        self.programs: list[tuple[str, Program]] = []
        self.info = PlcTaskSystemInfo()
        self._describe()
        self.error: Exception | None = None  # its cycle and time are info.CycleCount and info.DcTaskTime
        self.failure = ""  # the error in one line, for snapshots
        self.exceed_counter = 0
        self.skipped_ticks = 0
        self.cycles = 0  # as CycleCount, but never wraps
        self.due_ns = -1  # until the first run places the task on the grid
        self.links: list[Link] = []
        self.devices: list[Device] = []
        self.recorders: list[Recorder] = []
        self._accounted_ns = UNACCOUNTED  # the execution time that the counters tell of
        self._cycles: list[Callable[[], None]] = []
        self._inputs: list[Callable[[int], None]] = []
        self._outputs: list[Callable[[int], None]] = []

    def _describe(self) -> None:
        info = self.info
        info.ObjId = FIRST_OBJECT_ID + 0x10 * (self.index - 1)
        info.AdsPort = FIRST_ADS_PORT + self.index - 1
        info.CycleTime = min(self.cycle_time_ns // 100, UDINT_MAX)
        info.Priority = self.priority
        info.TaskName = self.name
        info.FirstCycle = True

    def __repr__(self) -> str:
        return f"<Task {self.name} {format_duration(self.cycle_time_ns)} priority {self.priority} {self.state}>"

    @property
    def state(self) -> TaskState:
        return TaskState.ERROR if self.error else TaskState.RUN

    # --- what happens at the edges of a cycle ------------------------------------------------------------------------

    def link(self, source: Source | str, target: Sink | str) -> Link:
        """Join a source to a symbol, a symbol to a sink, or two symbols; see `alycat.runtime.links`."""
        link = Link(source, target)
        self.links.append(link)
        return link

    def attach(self, device: Device) -> None:
        """Serve a device at both edges of each cycle: first of all, and when everything else is done."""
        self.devices.append(device)

    def record(self, *paths: str, every: int = 1, capacity: int | None = None) -> Recorder:
        """Record symbols at the end of each cycle, or of every n-th; see `alycat.runtime.recorder`."""
        recorder = Recorder(*paths, every=every, capacity=capacity)
        self.recorders.append(recorder)
        return recorder

    def bind(self) -> None:
        """Resolve the paths of links, recorders and devices, once per run and after an online change of one."""
        self._accounted_ns = UNACCOUNTED
        symbols, own = self.plc.symbols, [name.lower() for name, _ in self.programs]
        outgoing = [link for link in self.links if link.is_output(own)]
        edges = [device.bind(self) for device in self.devices]
        inputs = [begin for begin, _ in edges]
        inputs += [link.bind(symbols) for link in self.links if link not in outgoing]
        outputs = [link.bind(symbols) for link in outgoing]
        outputs += [recorder.bind(symbols, self) for recorder in self.recorders]
        outputs += [end for _, end in edges]
        self._cycles[:] = [program.cycle for _, program in self.programs]  # in place: run_until goes through them
        self._inputs[:], self._outputs[:] = inputs, outputs

    # --- the grid ----------------------------------------------------------------------------------------------------

    def place(self, start_ns: int, now_ns: int) -> None:
        """Find the next tick that is not in the past; ticks while the Plc was not running do not count as missed."""
        due = start_ns + self.start_offset_ns if self.due_ns < 0 else self.due_ns
        self.due_ns = due + self._ticks_until(due, now_ns) * self.cycle_time_ns

    def _ticks_until(self, due_ns: int, now_ns: int) -> int:
        return max(0, -((due_ns - now_ns) // self.cycle_time_ns))

    # --- cycles ------------------------------------------------------------------------------------------------------

    def run_until(self, limit_ns: int, last_cycle: int, wait: Callable[[int], int]) -> None:
        """Run the cycles that are due before `limit_ns`, up to number `last_cycle`; the innermost loop of all."""
        plc, now = self.plc, self.plc.clock.now
        memory, period, count = self.info._m, self.cycle_time_ns, self.cycles
        inputs, cycles, outputs, finished = self._inputs, self._cycles, self._outputs, plc.cycle_finished
        due = self.due_ns
        while due < limit_ns and count != last_cycle and not plc.ending:
            started = wait(due)
            if started < due:
                if plc.clock.externally_stepped:
                    return plc.end("waiting")
                due = self.due_ns  # who waited in the clock's stead may have moved the grid
                continue
            self.cycles = count = count + 1
            memory.CycleCount = count
            memory.DcTaskTime = due
            try:
                for latch in inputs:
                    latch(due)
                for cycle in cycles:
                    cycle()
                for publish in outputs:
                    publish(due)
            except Exception as error:
                self._fail(error)
                return self._log()
            ended = now()
            due += period
            self.due_ns = due
            if ended > due or ended - started != self._accounted_ns:
                self._account(ended - started, ended)
                due = self.due_ns
            if finished:
                plc.report(self)

    def _account(self, executed_ns: int, ended_ns: int) -> None:
        """Write the counters that seldom change; CycleTimeExceeded makes sure that the next cycle does so too."""
        memory = self.info._m
        memory.LastExecTime = min(executed_ns // 100, UDINT_MAX)
        memory.FirstCycle = False
        exceeded = ended_ns > self.due_ns
        memory.CycleTimeExceeded = exceeded
        self._accounted_ns = UNACCOUNTED if exceeded else executed_ns
        if exceeded:
            self._skip(ended_ns)

    def _skip(self, ended_ns: int) -> None:
        due = self.due_ns
        missed = self._ticks_until(due, ended_ns)
        self.exceed_counter += 1
        self.skipped_ticks += missed
        self.due_ns = due + missed * self.cycle_time_ns
        if self.strict:
            late = format_duration(ended_ns - due)
            error = CycleOverrun(
                f"{self.name}: cycle {self.cycles} exceeded the cycle time of {format_duration(self.cycle_time_ns)} "
                f"and ended {late} after the next due time {format_timestamp(due)}"
            )
            self._fail(error)
            raise error

    def _fail(self, error: Exception) -> None:
        self.error, self.failure = error, f"{type(error).__name__}: {error}"

    def _log(self) -> None:
        """Say why the task stands still under ``alycat.task`` of Python's logging, which shows it by default."""
        import logging

        logging.getLogger("alycat.task").error("%s", self.explain(), exc_info=self.error)

    def explain(self) -> str:
        """One line about why the task stands still; empty while it runs."""
        if self.error is None:
            return ""
        when = format_timestamp(self.info.DcTaskTime)
        return f"{self.name} stopped in cycle {self.cycles} at {when}: {self.failure}"
