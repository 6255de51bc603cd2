"""One PLC as a bridge sees it: resolved paths, read and write plans, notifications. Lives on its owner's thread.

What the cycle and AdsLib's thread share with it are single attributes and queues, named below; nothing in the cycle
ever waits for a lock that is held during a request.
"""

import threading
from collections import deque
from collections.abc import Sequence
from dataclasses import dataclass
from queue import SimpleQueue
from typing import Any, NamedTuple

from ..clock import progress_clock
from ..dctime import Duration
from ..errors import AlycatError
from ..iec import IecType
from .browse import unknown
from .client import TABLE_CHANGED, Client, LinkError
from .groups import PLC_PORT, STATE, VERSION
from .model import AdsError, AdsErrorCode, AdsState
from .plan import ReadItem, ReadPlan, Snapshot, WriteItem, WritePlan
from .typebook import TypeBook, ValueType, fits

POLL_NS = 100 * 10**6  # how often version and state are asked for where a sum read cannot carry them
HEARTBEAT_NS = 500 * 10**6  # how often a PLC is asked for a sign of life when it only sends notifications
MOST_PROBLEMS = 5  # that are told in one error
ATTEMPTS = 3  # to resolve all paths within one symbol version


class ChannelError(AlycatError, LookupError):
    """Channels of a bridge that the PLC does not have, or has with a type that does not fit."""


class Wish(NamedTuple):
    """One channel that a bridge wants: the PLC's path, and the local type that has to fit (None: any)."""

    path: str
    local: IecType | None
    local_name: str = ""


class Reading(NamedTuple):
    """The answer to one order: what was read and when (monotonic ns), or None if that failed."""

    snapshot: Snapshot | None
    at_ns: int


class Sample(NamedTuple):
    """One notification: channel, FILETIME of the PLC's cycle, bytes."""

    channel: int
    filetime: int
    data: bytes


class Notices:
    """A bounded queue from AdsLib's thread to the cycle; when it is full the oldest sample is dropped and counted."""

    def __init__(self, types: Sequence[ValueType], capacity: int) -> None:
        self.types = types
        self.dropped = 0
        self._samples: deque[Sample] = deque(maxlen=capacity)

    def put(self, index: int, filetime: int, data: bytes) -> None:
        if len(self._samples) == self._samples.maxlen:
            self.dropped += 1
        self._samples.append(Sample(index, filetime, data))

    def drain(self) -> list[Sample]:
        """The samples since the last call, oldest first."""
        return [self._samples.popleft() for _ in range(len(self._samples))]


@dataclass(frozen=True)
class Settings:
    """How a session works; see AdsBridge."""

    notify: bool = False
    notify_cycle_ns: int = 0
    queue: int = 10_000
    write_in_stop: bool = False


class Session:
    """The connection of one bridge to one AMS address.

    Read by the cycle: online, error, problem, state, version, notices and the counters; filled by it: `pending`.
    `answers` gets one Reading for each order.
    """

    def __init__(
        self,
        host: str,
        net_id: str,
        port: int = PLC_PORT,
        reads: Sequence[Wish] = (),
        writes: Sequence[Wish] = (),
        timeout: Duration = "1s",
        settings: Settings | None = None,
    ) -> None:
        self.client = Client(host, net_id, port, timeout)
        self.reads, self.writes = list(reads), list(writes)
        self.settings = settings or Settings()
        self.answers: SimpleQueue[Reading] = SimpleQueue()
        self.settled = threading.Event()  # the first attempt is over
        self.online = False
        self.error = ""  # why not online, or what the latest request failed with
        self.problem: ChannelError | None = None
        self.failed: AlycatError | None = None  # the latest attempt to connect
        self.state, self.version = 0, -1
        self.connects = self.resolves = self.writes_done = self.writes_failed = self.writes_refused = 0
        self.notices = Notices((), 1)
        self.table_changed = False  # set by a notification
        self._dropped_before = 0
        self._lock = threading.Lock()
        self._pending: Sequence[Any] | None = None
        self._read_plan, self._write_plan = ReadPlan([], False, False), WritePlan([])
        self._handles: list[int] = []
        self._polled_ns = self.alive_ns = 0

    # --- called by the cycle ---------------------------------------------------------------------------------------

    def offer(self, values: Sequence[Any]) -> bool:
        """Leave values to be written; whether an order has to be given, or they took the place of unwritten ones."""
        with self._lock:
            waiting, self._pending = self._pending is not None, values
        return not waiting

    @property
    def dropped(self) -> int:
        """Notifications that found the queue full."""
        return self._dropped_before + self.notices.dropped

    # --- life ------------------------------------------------------------------------------------------------------

    def bring_up(self) -> None:
        """Open if closed, resolve, and be online; the error of what failed otherwise."""
        is_new = not self.client.is_open
        try:
            if is_new:
                self.client.open()
            self._resolve()
        except AlycatError as error:
            self.error, self.failed = str(error), error
            self.problem = error if isinstance(error, ChannelError) else None
            raise
        finally:
            self.settled.set()
        self.connects += is_new or not self.connects
        self.online, self.error, self.problem, self.failed = True, "", None, None
        self.alive_ns = progress_clock()

    def go_offline(self, error: Exception | str, lost: bool = True) -> None:
        """Close, without another request if the link is lost; what was to be written is forgotten."""
        self.online, self.error = False, str(error)
        with self._lock:
            self._pending = None
        if not lost:
            self._release_handles()
        self._handles = []
        self.client.close(lost)

    def _release_handles(self) -> None:
        try:
            for handle in self._handles:
                self.client.release(handle)
        except AlycatError:
            return  # the device forgets them sooner or later

    # --- resolving -------------------------------------------------------------------------------------------------

    def _resolve(self) -> None:
        """Look up every path and make the plans anew, all within one symbol version."""
        self._release_handles()
        self._handles = []
        self.state = self.client.state()
        for _ in range(ATTEMPTS):
            before = self._version_or_none()
            items, writes = self._look_up()
            if before == self._version_or_none():
                break
        else:
            raise AdsError(AdsErrorCode.SYMBOL_VERSION, "the symbol table keeps changing")
        self.version = -1 if before is None else before
        self.table_changed = False
        self._write_plan = WritePlan(writes)
        self._plan_reads([] if self.settings.notify else items, before is not None)
        if self.settings.notify:
            self._subscribe(items)
        self.resolves += 1

    def _version_or_none(self) -> int | None:
        try:
            return self.client.version()
        except AdsError:
            return None  # an old or small device without one

    def _look_up(self) -> tuple[list[ReadItem], list[WriteItem]]:
        book = TypeBook(self.client.type)
        problems: list[str] = []
        items: list[ReadItem] = []
        writes: list[WriteItem] = []
        for wish, is_read in [*((w, True) for w in self.reads), *((w, False) for w in self.writes)]:
            try:
                symbol = self.client.find(wish.path)
                kind = book.of(symbol)
            except AdsError as error:
                missing = error.code == AdsErrorCode.SYMBOL_NOT_FOUND and len(problems) < MOST_PROBLEMS
                problems.append(unknown(self.client, wish.path) if missing else f"{wish.path}: {error}")
                continue
            problem = _misfit(wish, kind, is_read) or ("" if is_read or not symbol.is_read_only else "is read only")
            if problem:
                problems.append(f"{wish.path}: {problem}")
            elif is_read:
                items.append(ReadItem(wish.path, symbol.group, symbol.offset, kind))
            elif not problems:
                handle = self.client.handle(wish.path)
                self._handles.append(handle)
                writes.append(WriteItem(wish.path, handle, kind))
        if problems:
            more = f"; and {len(problems) - MOST_PROBLEMS} more" if len(problems) > MOST_PROBLEMS else ""
            raise ChannelError("; ".join(problems[:MOST_PROBLEMS]) + more)
        return items, writes

    def _plan_reads(self, items: list[ReadItem], has_version: bool) -> None:
        """Put version and state into the sum reads if the device takes them there."""
        self._polled_ns = progress_clock()
        for with_version, with_state in ((has_version, True), (has_version, False), (False, False)):
            self._read_plan = ReadPlan(items, with_version, with_state)
            try:
                self._read()
            except AdsError:
                if not with_version and not with_state:
                    raise
            else:
                return

    def _subscribe(self, items: list[ReadItem]) -> None:
        self._dropped_before += self.notices.dropped
        notices = self.notices = Notices([item.type for item in items], self.settings.queue)
        self.client.unsubscribe()
        self.client.subscribe(VERSION, 0, 1, 0, self._version_sample)
        self.client.subscribe(STATE, 0, 4, 0, self._state_sample)
        for index, item in enumerate(items):

            def received(filetime: int, data: bytes, index: int = index, size: int = item.type.size) -> None:
                if len(data) == size:
                    notices.put(index, filetime, data)
                else:
                    self.table_changed = True  # the symbol is gone

            cycle_ns = self.settings.notify_cycle_ns
            self.client.subscribe(item.group, item.offset, item.type.size, cycle_ns, received)

    def _version_sample(self, _filetime: int, data: bytes) -> None:
        if data[:1] != bytes([self.version & 0xFF]):
            self.table_changed = True

    def _state_sample(self, _filetime: int, data: bytes) -> None:
        self.state = int.from_bytes(data[:2], "little")

    # --- the work of a cycle ---------------------------------------------------------------------------------------

    def read(self) -> None:
        """One answer for one order; LinkError or AdsError afterwards if it failed."""
        try:
            snapshot = self._read()
        except AlycatError as error:
            self.error = str(error)
            self.answers.put(Reading(None, 0))
            raise
        self.alive_ns = progress_clock()
        self.answers.put(Reading(snapshot, self.alive_ns))

    def _read(self) -> Snapshot:
        values: tuple[Any, ...] = ()
        first: Snapshot | None = None
        for part in self._read_plan.parts:
            snapshot = part.take(self.client.sum_read(part.request))
            if snapshot.version is not None and self.version not in (-1, snapshot.version):
                raise AdsError(AdsErrorCode.SYMBOL_VERSION, "the symbol table has changed")
            values += snapshot.values
            first = first or snapshot
        if first is not None and first.state is not None:
            self.state = first.state
        if first is None or first.version is None or first.state is None:
            self._poll()
        return Snapshot(self.version, self.state, values)

    def _poll(self) -> None:
        now = progress_clock()
        if now - self._polled_ns >= POLL_NS:
            self._polled_ns = now
            self.state = self.client.state()
            if self.version >= 0 and self.client.version() != self.version:
                raise AdsError(AdsErrorCode.SYMBOL_VERSION, "the symbol table has changed")

    def write(self) -> None:
        """Write the values that were offered last; every error word is checked."""
        with self._lock:
            values, self._pending = self._pending, None
        if values is None:
            return
        if self.state != AdsState.RUN and not self.settings.write_in_stop:
            self.writes_refused += 1
            return
        try:
            for begin, end, part in self._write_plan.parts:
                request = part.request(values[begin:end])
                part.check(self.client.sum_write(end - begin, request))
        except AlycatError as error:
            self.writes_failed += 1
            self.error = str(error)
            if isinstance(error, (AdsError, LinkError)):
                raise
        else:
            self.writes_done += 1

    def heartbeat(self) -> None:
        """A sign of life where nothing else is asked for; AdsError 1809 if a notification told of a new table."""
        if self.table_changed:
            raise AdsError(AdsErrorCode.SYMBOL_VERSION, "the symbol table has changed")
        if self.settings.notify and progress_clock() - self.alive_ns >= HEARTBEAT_NS:
            self._read()
            self.alive_ns = progress_clock()


def needs_resolving(error: AdsError) -> bool:
    return error.code in TABLE_CHANGED


def _misfit(wish: Wish, kind: ValueType, is_read: bool) -> str:
    """Why the types at both ends do not fit; empty if they do."""
    if wish.local is None:
        return ""
    if fits(wish.local, kind, is_read):
        return ""
    if is_read:
        return f"{kind.name} of the PLC does not fit into {wish.local_name} ({wish.local.name})"
    return f"{wish.local.name} of {wish.local_name} does not fit into {kind.name} of the PLC"
