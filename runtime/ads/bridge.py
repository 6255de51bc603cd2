"""The bridge: channels of a real or simulated PLC into a program each cycle, and results back.

    bridge = AdsBridge(
        "192.168.1.10",
        net_id="192.168.1.10.1.1",
        reads={"MAIN.fVibration1": "MAIN.fInputCh1", "GVL.aAxis[2].fTorque": "MAIN.fInputCh2"},
        writes={"MAIN.fbDenStream.nClusterIdx": "GVL.nCluster"},
    )
    with bridge:
        bridge.attach(task)
        plc.run()

Source -> target in both: of `reads` the PLC's path comes first, of `writes` the own one. Rules of the connection:
ads.md section 14. The rooms below are `owner` (one thread per host), `session` (what one bridge has resolved), `plan`
(bytes), `client` (pyads).

What a cycle sees. With its last edge a cycle leaves its results for one sum write, orders one sum read for `ahead`
before the next cycle is due, and goes on. With its first edge a cycle takes the answer, which is there as a rule, or
waits for it, `budget` at most; if the answer is late the last values stay (nLate counts) and the answer is taken by the
next cycle that finds it. So the values are `ahead` older than they could be, and the cycle does not wait for the
network; `ahead=0` orders with the first edge instead. TwinCAT's pre-ticks of the separate input update do the same.
While the link is down a cycle does not wait at all.

Real time and virtual time. The budget, the timeouts and the back-off are real time with every clock. On a RealTimeClock
that is all there is to say. A virtual clock knows no time ahead, and stands still while a cycle waits, so the cycles
follow each other as fast as the PLC answers: each takes one snapshot, but the PLC's time between two snapshots is not
the cycle time. Give a large budget there ("1s"), or most cycles will run on with old values.
"""

from collections.abc import Callable, Iterable, Mapping
from operator import itemgetter
from queue import Empty
from typing import TYPE_CHECKING, Any, Self

from ..clock import RealTimeClock, progress_clock
from ..dctime import Duration, from_filetime, parse_duration
from ..declare import variable_member
from ..errors import PlcError, RangeError, UnknownName, WrongType, one_of
from ..iec import BOOL, DINT, LTIME, UDINT, UINT, ULINT, IecType, string
from ..program import GlobalVariables
from ..symbols import Symbol
from .client import LinkError, check_net_id
from .groups import PLC_PORT
from .model import AdsState
from .owner import Owner, join
from .plan import Snapshot
from .session import Reading, Session, Settings, Wish
from .typebook import frozen

if TYPE_CHECKING:
    from ..task import Task

Paths = Mapping[str, str] | Iterable[str]
LONGEST_ERROR = 255
FIRST_FILETIME = 125_911_584_000_000_000  # 2000-01-01; what lies before has no DC time


class AdsBridgeStatus(GlobalVariables):
    """How a bridge is doing, as symbols; written at the edges of the cycle."""

    bConnected: BOOL = variable_member("the PLC is reached and all paths are resolved")
    bStale: BOOL = variable_member("the values are older than stale_after, or there is no link", True)
    bRunning: BOOL = variable_member("the PLC is in run")
    tStaleSince: ULINT = variable_member("time of the cycle that took the last good values, 0 while they are good, ns")
    tStaleFor: LTIME = variable_member("how long that is ago, ns")
    nAdsState: UINT = variable_member("ADS state of the PLC: 5 run, 6 stop, 15 config")
    nSymbolVersion: DINT = variable_member("symbol version of the PLC, -1 if it has none", -1)
    nReads: ULINT = variable_member("cycles with values of their own")
    nLate: ULINT = variable_member("cycles that went on with the last values although the link is up")
    nWrites: ULINT = variable_member("sum writes that the PLC took")
    nWriteErrors: ULINT = variable_member("sum writes of which some or all failed")
    nWritesSkipped: ULINT = variable_member(
        "cycles without a write: stale inputs, PLC not in run, one still in progress"
    )
    nDropped: ULINT = variable_member("notifications that found the queue full")
    nReconnects: UDINT = variable_member("how often a lost link came back")
    nResolves: UDINT = variable_member("how often all paths were looked up")
    sLastError: string(LONGEST_ERROR) = variable_member("the latest failure")  # type: ignore[valid-type]


class Channel:
    """One channel of a bridge: a source for links if it is read, a sink if it is written.

    value: 0 before the first reading. time_ns: of a notification the PLC's time stamp, of a sum read the time of the
    cycle that took it. samples: in notification mode all (time, value) that came since the cycle before.
    """

    def __init__(self, path: str) -> None:
        self.name = path
        self.value: Any = 0
        self.time_ns = 0
        self.is_set = False
        self.samples: list[tuple[int, Any]] = []

    def __repr__(self) -> str:
        return f"<Channel {self.name} {self.value!r}>"

    def sample(self, t_ns: int) -> Any:
        """The value that this cycle has latched."""
        return self.value

    def time(self, t_ns: int) -> int:
        """The time of the value; a source for links as well."""
        return self.time_ns

    def write(self, t_ns: int, value: Any) -> None:
        """Leave the value for this cycle's sum write."""
        self.value, self.time_ns, self.is_set = value, t_ns, True


class AdsBridge:
    """Channels of one PLC for one task.

    host: address or name; AdsLib dials port 48898. net_id: of the PLC, by habit its address + ".1.1".
    port: AMS port, 851 the first PLC.
    reads: PLC path -> own path (without a dot: a variable of the task's first program), or only PLC paths, whose
        channels `bridge["..."]` are then linked by hand. writes: own path -> PLC path, or only PLC paths.
    budget: how long a cycle waits for its values at most. stale_after: the age at which values are stale.
    ahead: how long before a cycle is due its values are asked for, half a cycle time at most; on a RealTimeClock only.
    timeout: of one request; also how soon a silent link is found lost. connect_timeout: of one attempt to connect.
    start_wait: how long the start of a run waits for the first connection.
    notifications: "on change" or a period such as "10ms" instead of sum reads; the PLC sends samples with its own time
        stamps. queue: how many may wait for the cycle; the oldest are dropped and counted.
    write_in_stop: write although the PLC is not in run. write_stale: write results of stale inputs.
    name: of the list of symbols with the bridge's state.

    A path the PLC does not have, or a type that does not fit without loss, is told as ChannelError by open(), or before
    the first cycle of a run. If it shows later, after an online change, the bridge is stale until it fits again.
    """

    def __init__(
        self,
        host: str,
        net_id: str | None = None,
        port: int = PLC_PORT,
        reads: Paths = (),
        writes: Paths = (),
        *,
        budget: Duration = "1ms",
        ahead: Duration = "1ms",
        stale_after: Duration = "100ms",
        timeout: Duration = "1s",
        connect_timeout: Duration = "1s",
        start_wait: Duration = "2s",
        notifications: Duration | None = None,
        queue: int = 10_000,
        write_in_stop: bool = False,
        write_stale: bool = False,
        name: str = "AdsBridge",
    ) -> None:
        self.host, self.port, self.name = host, port, name
        self.net_id = check_net_id(net_id or f"{host}.1.1")
        self._reads = _pairs(reads, "reads")  # (PLC path, own path or "")
        self._writes = [(remote or own, own if remote else "") for own, remote in _pairs(writes, "writes")]
        self.budget_ns, self.stale_after_ns = _positive(budget, "budget", 0), _positive(stale_after, "stale_after")
        self.ahead_ns = _positive(ahead, "ahead", 0)
        self.timeout_ns, self.connect_timeout_ns = _positive(timeout, "timeout"), _positive(connect_timeout, "connect")
        self.start_wait_ns = _positive(start_wait, "start_wait", 0)
        if queue < 1:
            raise RangeError(f"queue: {queue} must be at least 1")
        notify_cycle_ns = 0 if notifications in (None, "on change") else _positive(notifications, "notifications")
        self._settings = Settings(notifications is not None, notify_cycle_ns, queue, write_in_stop)
        self._write_stale = write_stale
        self.status = AdsBridgeStatus()
        self._inputs = [Channel(remote) for remote, _ in self._reads]
        self._outputs = [Channel(remote) for remote, _ in self._writes]
        self._task: Task | None = None
        self._owner: Owner | None = None
        self._session: Session | None = None
        self._forget()

    def _forget(self) -> None:
        """No values and no order are there."""
        self._is_ordered = False
        self._good_ns = 0  # monotonic time of the values
        self._good_cycle_ns = 0  # the cycle that took them
        self._missing = set(range(len(self._inputs)))  # channels without any notification yet
        self._refused = 0

    def __repr__(self) -> str:
        reads, writes = len(self._inputs), len(self._outputs)
        return f"<AdsBridge {self.host} ({self.net_id}:{self.port}) {reads} read, {writes} written>"

    def __getitem__(self, path: str) -> Channel:
        """The channel of a PLC path."""
        for channel in (*self._inputs, *self._outputs):
            if channel.name.lower() == path.lower():
                return channel
        known = one_of(c.name for c in (*self._inputs, *self._outputs))
        raise UnknownName(f"{path}: no channel of this bridge; there are {known}")

    # --- life ------------------------------------------------------------------------------------------------------

    def attach(self, task: "Task") -> Self:
        """Let a task serve the bridge, and make its state symbols (`AdsBridge.bStale`)."""
        if self._task is not None:
            raise PlcError(f"{self.name}: is attached to {self._task.name} already")
        task.plc.add_globals(self.status, self.name)
        task.attach(self)
        self._task = task
        return self

    def open(self, wait: Duration | None = None) -> Self:
        """Connect and resolve now; LinkError or ChannelError if that fails at the first attempt.

        The bridge goes on trying nevertheless; close() ends that.
        """
        session = self._started()
        wait_ns = self.start_wait_ns if wait is None else parse_duration(wait, "wait")
        session.settled.wait(max(wait_ns, self.connect_timeout_ns + 3 * self.timeout_ns) * 1e-9)
        if not session.online:
            raise session.failed or LinkError(f"{self.name}: no connection within the time given")
        return self

    def close(self) -> None:
        """Close the connection in good order; the bridge can be opened again."""
        owner, session = self._owner, self._session
        self._owner = self._session = None
        if owner is not None and session is not None:
            owner.leave(session)
        self._forget()
        self.status.bConnected, self.status.bStale = False, True

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def _started(self) -> Session:
        if self._session is None:
            reads = [Wish(remote, *self._local(own)) for remote, own in self._reads]
            writes = [Wish(remote, *self._local(own)) for remote, own in self._writes]
            self._session = Session(self.host, self.net_id, self.port, reads, writes, self.timeout_ns, self._settings)
            self._owner = join(self._session, self.connect_timeout_ns)
        return self._session

    def _local(self, own: str) -> tuple[IecType | None, str]:
        if not own or self._task is None:
            return None, own
        symbol = self._symbol(own)
        if symbol.type is None:
            raise WrongType(f"{self.name}: {symbol.path} is a {symbol.type_name}; a variable is needed")
        return symbol.type, symbol.path

    def _symbol(self, own: str) -> Symbol:
        assert self._task is not None
        if "." not in own and self._task.programs:
            own = f"{self._task.programs[0][0]}.{own}"
        return self._task.plc.symbols[own]

    # --- the two edges of a cycle ----------------------------------------------------------------------------------

    def bind(self, task: "Task") -> tuple[Callable[[int], None], Callable[[int], None]]:
        """Called by the task once per run; connects if open() has not done so."""
        stores = [self._storing(self._symbol(own)) if own else None for _, own in self._reads]
        takes = [_taking(self._symbol(own)) if own else None for _, own in self._writes]
        session = self._started()
        session.settled.wait(self.start_wait_ns * 1e-9)
        if session.problem is not None and not session.connects:
            raise session.problem
        owner = self._owner
        assert owner is not None
        take = self._take_notices if self._settings.notify else self._take_reading
        self._stores = stores
        outputs = list(zip(self._outputs, takes, strict=True))
        now, period_ns = task.plc.clock.now, task.cycle_time_ns
        is_real = isinstance(task.plc.clock, RealTimeClock) and not self._settings.notify
        ahead_ns = min(self.ahead_ns, period_ns // 2) if is_real else 0
        self._oldest_ns = ahead_ns + period_ns if ahead_ns else 0

        def begin(t_ns: int) -> None:
            is_fresh = take(session, owner, t_ns)
            self._report(session, t_ns, is_fresh)

        def end(t_ns: int) -> None:
            for channel, read in outputs:
                if read is not None:
                    channel.write(t_ns, read())
            self._leave_results(session, owner)
            if ahead_ns and session.online and not self._is_ordered:
                self._is_ordered = True
                owner.order_read(session, progress_clock() + t_ns + period_ns - now() - ahead_ns)

        return begin, end

    def _storing(self, symbol: Symbol) -> Callable[[Any], None]:
        """How a value gets into a variable; its type was compared, so a plain one needs no check."""
        if symbol.store is not None and symbol.type is not None and symbol.type.is_direct:
            return symbol.store
        return symbol.writer(f"{self.name} -> {symbol.path}")

    def _take_reading(self, session: Session, owner: Owner, t_ns: int) -> bool:
        """Take the sum read, or order it now, and wait for it within the budget; whether it brought new values."""
        if not self._inputs and not self._outputs:
            return False
        begun = progress_clock()
        end = begun + self.budget_ns if session.online else 0
        reading = self._answer(session, end if self._oldest_ns else 0) if self._is_ordered else None
        is_good = reading is not None and reading.snapshot is not None and begun - reading.at_ns < self._oldest_ns
        if session.online and not is_good:
            if not self._is_ordered:
                self._is_ordered = True
                owner.order_read(session)
            reading = self._answer(session, end) or reading
        if reading is None or reading.snapshot is None:
            return False
        self._good_ns, self._good_cycle_ns = reading.at_ns, t_ns
        self._latch(reading.snapshot, t_ns)
        return True

    def _answer(self, session: Session, end_ns: int) -> Reading | None:
        """The answer, if it comes before a monotonic time."""
        wait_ns = max(0, end_ns - progress_clock()) if end_ns else 0
        try:
            reading = session.answers.get(wait_ns > 0, wait_ns * 1e-9 if wait_ns else None)
        except Empty:
            return None
        self._is_ordered = False
        return reading

    def _latch(self, snapshot: Snapshot, t_ns: int) -> None:
        for channel, store, value in zip(self._inputs, self._stores, snapshot.values, strict=True):
            channel.value, channel.time_ns = value, t_ns
            if store is not None:
                store(value)

    def _take_notices(self, session: Session, owner: Owner, t_ns: int) -> bool:
        """Take what the PLC has sent since the cycle before; whether the values are those of the PLC."""
        for channel in self._inputs:
            if channel.samples:
                channel.samples = []
        notices = session.notices
        for index, filetime, data in notices.drain():
            channel, value = self._inputs[index], notices.types[index].decode(data)
            channel.value, channel.time_ns = value, from_filetime(max(filetime, FIRST_FILETIME))
            channel.samples.append((channel.time_ns, value))
            store = self._stores[index]
            if store is not None:
                store(value)
            self._missing.discard(index)
        if self._missing or not session.online:
            return False
        self._good_ns, self._good_cycle_ns = session.alive_ns, t_ns
        return True

    def _report(self, session: Session, t_ns: int, is_fresh: bool) -> None:
        memory, online = self.status._m, session.online
        memory.bConnected, memory.nAdsState = online, session.state
        memory.bRunning = online and session.state == AdsState.RUN
        memory.nReads += is_fresh
        memory.nLate += online and not is_fresh
        is_stale = not self._good_ns or not online or progress_clock() - self._good_ns > self.stale_after_ns
        if self._settings.notify:
            is_stale = not is_fresh
        memory.bStale = is_stale
        memory.tStaleSince = self._good_cycle_ns if is_stale else 0
        memory.tStaleFor = t_ns - self._good_cycle_ns if is_stale and self._good_cycle_ns else 0
        memory.nSymbolVersion, memory.nDropped = session.version, session.dropped
        memory.nReconnects, memory.nResolves = max(0, session.connects - 1), session.resolves
        memory.nWrites, memory.nWriteErrors = session.writes_done, session.writes_failed
        if session.writes_refused != self._refused:
            memory.nWritesSkipped += session.writes_refused - self._refused
            self._refused = session.writes_refused
        if session.error:
            self.status.sLastError = session.error.encode("cp1252", "replace").decode("cp1252")[:LONGEST_ERROR]

    def _leave_results(self, session: Session, owner: Owner) -> None:
        if not self._outputs or not all(channel.is_set for channel in self._outputs):
            return
        memory = self.status._m
        if not session.online or (memory.bStale and self._inputs and not self._write_stale):
            memory.nWritesSkipped += 1
        elif session.offer([channel.value for channel in self._outputs]):
            owner.order_write(session)
        else:
            memory.nWritesSkipped += 1  # the former values were not sent yet: these take their place


def _taking(symbol: Symbol) -> Callable[[], Any]:
    """How a value leaves a variable; a view of its memory is copied, for the owner writes it while the Plc goes on."""
    read = symbol.read
    if symbol.type is not None and symbol.type.is_live:
        return lambda: frozen(read())
    return read


def _pairs(paths: Paths, name: str) -> list[tuple[str, str]]:
    """(first, second) of a mapping; of plain PLC paths the second is empty."""
    if isinstance(paths, str):
        raise WrongType(f"{name}: {paths!r} is one text; a dict or a list of paths is needed")
    pairs = list(paths.items()) if isinstance(paths, Mapping) else [(path, "") for path in paths]
    for pair in pairs:
        if not all(isinstance(text, str) for text in pair):
            raise WrongType(f"{name}: {pair!r}: paths are texts")
    firsts = list(map(itemgetter(0), pairs))
    double = [path for path in firsts if firsts.count(path) > 1]
    if double:
        raise RangeError(f"{name}: {double[0]} is given twice")
    return pairs


def _positive(value: Duration, name: str, least: int = 1) -> int:
    ns = parse_duration(value, name)
    if ns < least:
        raise RangeError(f"{name}: {value!r} must be more than 0" if least else f"{name}: {value!r} is negative")
    return ns
