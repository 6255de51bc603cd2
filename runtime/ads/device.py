"""The ADS device: frames in, frames out, no I/O. What it needs from its surroundings is handed in as functions.

All methods are called on one thread, that of the server. What may change the Plc is handed to the attendant and
answered when it has been done.
"""

import itertools
import struct
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any, NamedTuple

from ..errors import RangeError
from . import frames, groups, sums
from .attendant import Attendant, Cycle
from .control import Control
from .frames import (
    AddNotification,
    Data,
    DeleteNotification,
    DeviceInfo,
    Kind,
    NotificationHandle,
    Packet,
    Read,
    ReadState,
    ReadWrite,
    Request,
    Response,
    Result,
    Write,
    WriteControl,
)
from .groups import HARMLESS, PLC_PORT, REALTIME_PORT, RELEASE_HANDLE, STATE, SYSTEM_PORT, VERSION
from .model import AdsError, AdsErrorCode, AdsState
from .notifications import ON_CHANGE_MODES, Later, Mode, Outlet, Route, Scheduler, Subscription
from .repeats import INVOKE_ID, Repeats, Steady
from .services import Services, state_bytes

FIRST_REGISTERED_PORT = 32_768
GRACE_NS = 10 * 10**9  # how long the notifications of a registered port outlive its connection
MODE_NORMAL, MODE_FAST, MODE_EXTERNAL = 1, 2, 3  # RtMode of the usermode runtime (InfoSys 11324440715)
LARGEST_SAMPLE = 2**20
Code = AdsErrorCode


@dataclass(frozen=True)
class Limits:
    """What clients may take; beyond it a request is refused, the connection stays."""

    connections: int = 256
    handles: int = 100_000
    subscriptions: int = 65_536
    subscriptions_per_connection: int = 16_384
    ports_per_connection: int = 256
    frame_bytes: int = frames.FRAME_LIMIT
    queued_bytes: int = 4 * 2**20  # waiting for one client that reads slowly
    queued_cycles: int = 2_000  # waiting for the server's thread

    def __post_init__(self) -> None:
        for name, value in vars(self).items():
            if value < 1:
                raise RangeError(f"{name}: {value} must be at least 1")


class Deferred(NamedTuple):
    """An answer that is made between two cycles, by `action`, and completed on the server's thread by `finish`.

    With `waits` the action gets a function to call when the answer is due. `after` is called when it has been sent.
    """

    action: Callable[..., Any]
    finish: Callable[[Any], Response] = lambda _: Result()
    waits: bool = False
    after: Callable[[], None] = lambda: None


Answer = Response | Steady | Deferred


@dataclass(eq=False)
class Session(Outlet):
    """One connection."""

    write: Callable[[bytes], None]
    is_full: bool = False
    is_closed: bool = False
    dropped: int = 0
    routes: dict[tuple[bytes, bytes], Route] = field(default_factory=dict)
    ports: set[int] = field(default_factory=set)

    def send(self, data: bytes) -> None:
        self.write(data)

    @property
    def subscriptions(self) -> int:
        return sum(len(route.handles) for route in self.routes.values())


class Registration:
    """A port that the device handed out as a local router would."""

    def __init__(self, session: Session) -> None:
        self.session: Session | None = session
        self.routes: dict[tuple[bytes, bytes], Route] = {}


class Device:
    """A PLC on port 851 with its system service and its real-time clock.

    post: calls a function on the server's thread. allows: whether a client's NetId may talk to the device.
    """

    def __init__(
        self,
        attendant: Attendant,
        net_id: str,
        router_net_id: str,
        now: Callable[[], int],
        later: Later,
        post: Callable[[Callable[[], None]], Any] = lambda function: function(),
        limits: Limits | None = None,
        allows: Callable[[bytes], bool] = lambda net_id: True,
    ) -> None:
        self.attendant, self.limits = attendant, limits or Limits()
        self.net_id, self._router_net_id = frames.net_id_bytes(net_id), frames.net_id_bytes(router_net_id)
        self._later, self._post, self._allows = later, post, allows
        self.sessions: set[Session] = set()
        self.control = Control(attendant, self._taken_down)
        self.services = Services(attendant, self.control, self.limits.handles)
        cycle_times = {task.index: task.cycle_time_ns for task in attendant.plc.tasks}
        self._fastest = min(cycle_times, key=lambda index: cycle_times[index], default=0)
        self.scheduler = Scheduler(cycle_times, lambda: attendant.latest, now, later)
        attendant.wanted = self.scheduler.wanted
        self._registered: dict[int, Registration] = {}
        self._notification_handles = itertools.count(1)
        self._repeats = Repeats()
        self._ports = {PLC_PORT: self._plc, SYSTEM_PORT: self._system, REALTIME_PORT: self._realtime}

    # --- connections -------------------------------------------------------------------------------------------------

    def open(self, write: Callable[[bytes], None]) -> Session:
        """A new connection; `write` takes the bytes for it."""
        session = Session(write)
        self.sessions.add(session)
        return session

    def close(self, session: Session) -> None:
        """A connection has ended: its notifications end too, those of registered ports some seconds later."""
        session.is_closed = True
        self.sessions.discard(session)
        for port in session.ports:
            self._leave(port, self._registered[port])
        for key, route in list(session.routes.items()):
            port = self._registered_port(key[0])
            if port in session.ports:
                route.outlet = None
                self._registered[port].routes[key] = route
            else:
                self.scheduler.forget(route)
        session.routes.clear()

    def _leave(self, port: int, registration: Registration) -> None:
        registration.session = None

        def expire() -> None:
            if registration.session is None and self._registered.get(port) is registration:
                self._end_registration(port)

        self._later(GRACE_NS, expire)

    def drained(self, session: Session) -> None:
        """A slow reader has caught up."""
        session.is_full = False
        self.scheduler.catch_up()

    def receive(self, session: Session, kind: int, body: bytes) -> None:
        """One frame of a connection; FrameError if the connection is beyond help."""
        if kind == Kind.AMS:
            if not self._answer_again(session, body):
                self._packet(session, body)
        elif kind == Kind.OPEN_PORT:
            self._open_port(session, body)
        elif kind == Kind.CLOSE_PORT:
            self._close_port(session, body)
        elif kind == Kind.LOCAL_NET_ID:
            session.send(frames.frame(kind, self._router_net_id))

    # --- ports of the local router -----------------------------------------------------------------------------------

    def _open_port(self, session: Session, body: bytes) -> None:
        if len(session.ports) >= self.limits.ports_per_connection:
            raise frames.FrameError(f"more than {self.limits.ports_per_connection} ports on one connection")
        wanted = int.from_bytes(body[:2], "little")
        taken = self._registered.get(wanted)
        if not wanted or (taken and taken.session):
            wanted = next(p for p in range(FIRST_REGISTERED_PORT, 2**16) if p not in self._registered)
            taken = None
        if taken:
            taken.session = session
            session.routes.update(taken.routes)
            for route in taken.routes.values():
                route.outlet = session
            taken.routes.clear()
        else:
            self._registered[wanted] = Registration(session)
        session.ports.add(wanted)
        session.send(frames.frame(Kind.OPEN_PORT, frames.address(self._router_net_id, wanted)))
        self.scheduler.catch_up()

    def _close_port(self, session: Session, body: bytes) -> None:
        port = int.from_bytes(body[:2], "little")
        if port in session.ports:
            session.ports.discard(port)
            for key in [k for k in session.routes if self._registered_port(k[0]) == port]:
                self.scheduler.forget(session.routes.pop(key))
            self._end_registration(port)
        session.send(frames.frame(Kind.CLOSE_PORT, body[:2]))

    def _end_registration(self, port: int) -> None:
        for route in self._registered.pop(port).routes.values():
            self.scheduler.forget(route)

    def _registered_port(self, client: bytes) -> int:
        """The port of an address that the device handed out; 0 for any other."""
        return frames.port_of(client) if client[:6] == self._router_net_id else 0

    # --- requests ----------------------------------------------------------------------------------------------------

    def _answer_again(self, session: Session, body: bytes) -> bool:
        """Answer a request that came before in the same words; FALSE if it has to go the long way."""
        repeat, services = self._repeats.get(body), self.services
        if repeat is None or session.is_closed or self.control.is_config:
            return False
        (cut, size, handle), front, back = repeat
        if services.tables.version != self.attendant.image.version or (handle and handle not in services.handles):
            return False
        values = cut(self.attendant.image.memory())
        if len(values) == size:
            session.send(b"".join((front, body[INVOKE_ID], back, values)))
        return len(values) == size

    def _packet(self, session: Session, body: bytes) -> None:
        """Find the port that answers, and what goes wrong on the way there."""
        packet = frames.parse_packet(body)
        if packet.flags & frames.IS_RESPONSE or packet.command == frames.Command.NOTIFICATION:
            return
        port = frames.port_of(packet.target)
        serve = self._ports.get(port)
        if packet.target[:6] != self.net_id or not self._allows(packet.source[:6]):
            return self._answer(session, packet, b"", Code.MACHINE_NOT_FOUND)
        if serve is None or (self.control.is_config and port != SYSTEM_PORT):
            return self._answer(session, packet, b"", Code.PORT_NOT_FOUND)
        if self.services.tables.version != self.attendant.image.version:
            self._table_changed()
        try:
            if not packet.is_complete:
                raise AdsError(Code.WRONG_SIZE, f"{len(packet.data)} bytes where {packet.length} are announced")
            response = serve(session, packet, frames.parse_request(packet.command, packet.data))
        except AdsError as error:
            if error.code == Code.UNKNOWN_COMMAND:
                return self._answer(session, packet, b"", Code.UNKNOWN_COMMAND)
            return self._answer(session, packet, frames.failure_data(packet.command, error.code))
        if isinstance(response, Steady):
            self._repeats.keep(body, packet, response)
            self._answer(session, packet, frames.data_answer(response.cut(self.attendant.image.memory())))
        elif isinstance(response, Deferred):
            self._defer(session, packet, response)
        else:
            self._answer(session, packet, frames.response_data(response))

    def _answer(self, session: Session, packet: Packet, data: bytes, error: int = 0) -> None:
        if not packet.flags & frames.NO_ANSWER and not session.is_closed:
            session.send(frames.answer_frame(packet, data, error))

    def _defer(self, session: Session, packet: Packet, deferred: Deferred) -> None:
        def complete(outcome: Any) -> None:
            try:
                if isinstance(outcome, Exception):
                    raise outcome if isinstance(outcome, AdsError) else AdsError(Code.INVALID_VALUE, str(outcome))
                data = frames.response_data(deferred.finish(outcome))
            except AdsError as error:
                data = frames.failure_data(packet.command, error.code)
            self._answer(session, packet, data)
            deferred.after()

        def done(outcome: Any) -> None:
            self._post(lambda: complete(outcome))

        def carried_out(outcome: Any) -> None:  # of an action that waits only its failure is an answer
            if isinstance(outcome, Exception):
                done(outcome)

        if deferred.waits:
            self.attendant.submit(lambda: deferred.action(done), carried_out)
        else:
            self.attendant.submit(deferred.action, done)

    # --- port 851 ----------------------------------------------------------------------------------------------------

    def _plc(self, session: Session, packet: Packet, request: Request) -> Answer:
        if isinstance(request, Read):
            memory = self.attendant.image.memory()
            return self.services.steady(memory, *request) or Data(0, self.services.read(memory, *request))
        if isinstance(request, ReadWrite):
            return self._read_write(session, packet, request)
        if isinstance(request, Write):
            return self._write(request)
        if isinstance(request, ReadState):
            return self.control.plc_state()
        if isinstance(request, WriteControl):
            return self._change(*self.control.change_plc(request))
        if isinstance(request, AddNotification):
            return NotificationHandle(0, self._watch(session, packet, request))
        if isinstance(request, DeleteNotification):
            self._unwatch(session, packet, request.handle)
            return Result()
        return DeviceInfo(0, 3, 1, 1, "Plc30 App")

    def _write(self, request: Write) -> Response | Deferred:
        services = self.services
        if request.group == RELEASE_HANDLE:
            services.release(request.data)
            return Result()

        def action() -> None:
            services.write(request.group, request.offset, request.data)
            services.image.apply_writes()

        return Deferred(action)

    def _read_write(self, session: Session, packet: Packet, request: ReadWrite) -> Answer:
        group, count, length, data = request
        if group in groups.SUMS:
            return self._sum(session, packet, request)
        if group in HARMLESS:
            memory = self.attendant.image.memory()
            return Data(0, self.services.read_write(memory, group, length, data, session))
        if group != groups.VALUE_BY_HANDLE:
            raise AdsError(Code.SERVICE_NOT_SUPPORTED, f"reading and writing group 16#{group:X}")
        return Deferred(lambda: self.services.exchange(count, length, data), lambda value: Data(0, value))

    def _sum(self, session: Session, packet: Packet, request: ReadWrite) -> Answer:
        group, count, length, data = request
        services, memory, limit = self.services, self.attendant.image.memory(), self.limits.frame_bytes
        if group == groups.SUM_READ:
            read = sums.Read(services, count, data, limit)
            if length < read.size:
                return Data(0, read.answer(memory)[:length])
            return Steady(read.answer, read.size)
        if group in (groups.SUM_READ_EX, groups.SUM_READ_EX_2):
            return Data(0, sums.read_ex(services, memory, count, data, limit)[:length])
        if group == groups.SUM_ADD_NOTIFICATION:
            return Data(0, sums.add_notifications(lambda r: self._watch(session, packet, r), count, data)[:length])
        if group == groups.SUM_DELETE_NOTIFICATION:
            return Data(0, sums.delete_notifications(lambda h: self._unwatch(session, packet, h), count, data)[:length])

        def action() -> bytes:
            if group == groups.SUM_WRITE:
                answer = sums.write(services, count, data)
            else:
                answer = sums.read_write(services, services.image.memory(), count, data, session, limit)
            services.image.apply_writes()
            return answer

        harmless = sums.write_is_harmless if group == groups.SUM_WRITE else sums.read_write_is_harmless
        if harmless(count, data):
            return Data(0, action()[:length])
        return Deferred(action, lambda answer: Data(0, answer[:length]))

    def _change(self, job: Callable[[], None], follow: Callable[[], None]) -> Deferred:
        def finish(_: Any) -> Response:
            follow()
            return Result()

        return Deferred(job, finish, after=self.tell)

    # --- ports 10000 and 200 -----------------------------------------------------------------------------------------

    def _system(self, session: Session, packet: Packet, request: Request) -> Answer:
        if isinstance(request, Read):
            return Data(0, self._read_system(request))
        if isinstance(request, ReadState):
            return self.control.system_state()
        if isinstance(request, WriteControl):
            return self._change(*self.control.change_system(request))
        if isinstance(request, AddNotification):
            return NotificationHandle(0, self._watch(session, packet, request))
        if isinstance(request, DeleteNotification):
            self._unwatch(session, packet, request.handle)
            return Result()
        if isinstance(request, (Write, ReadWrite)):
            raise AdsError(Code.SERVICE_NOT_SUPPORTED, f"group 16#{request.group:X} of the system service")
        return DeviceInfo(0, 3, 1, 4024, "TwinCAT System")

    def _read_system(self, request: Read) -> bytes:
        if request.group == groups.SYSTEM_STATE:
            return self.control.system_record()[: request.length]
        if request.group == STATE:
            return state_bytes(self.control.system_state(), request.offset)[: request.length]
        raise AdsError(Code.INVALID_GROUP, f"group 16#{request.group:X} of the system service")

    def _realtime(self, session: Session, packet: Packet, request: Request) -> Answer:
        """Time from outside, as the vendor's usermode runtime is stepped."""
        attendant = self.attendant
        if isinstance(request, ReadState):
            return frames.State(0, AdsState.RUN, 0)
        if isinstance(request, frames.ReadDeviceInfo):
            return DeviceInfo(0, 3, 1, 4024, "TwinCAT RT")
        if isinstance(request, Read) and (request.group, request.offset) == (groups.REALTIME, groups.TICK_MODE):
            return Data(0, struct.pack("<I", self._tick_mode())[: request.length])
        if not isinstance(request, Write) or request.group != groups.REALTIME:
            raise AdsError(Code.SERVICE_NOT_SUPPORTED, "of the real-time port")
        if len(request.data) not in (2, 4, 8):
            raise AdsError(Code.WRONG_SIZE, f"{len(request.data)} bytes for a number")
        value = int.from_bytes(request.data, "little", signed=True)
        if request.offset == groups.TICKS and value >= 0:
            return Deferred(lambda done: attendant.step(value, done), waits=True)
        if request.offset == groups.TICK_MODE and value in (self._tick_mode(), MODE_NORMAL, MODE_EXTERNAL):
            return Deferred(lambda: attendant.set_external(value == MODE_EXTERNAL))
        raise AdsError(Code.INVALID_VALUE, f"{value} at offset 16#{request.offset:X}")

    def _tick_mode(self) -> int:
        if self.attendant.is_externally_stepped:
            return MODE_EXTERNAL
        return MODE_FAST if self.attendant.is_as_fast_as_possible else MODE_NORMAL

    # --- notifications -----------------------------------------------------------------------------------------------

    def _watch(self, session: Session, packet: Packet, request: AddNotification) -> int:
        if request.mode > max(Mode):
            raise AdsError(Code.INVALID_PARAMETER, f"transmission mode {request.mode}")
        present, own_limit = self.scheduler.count, self.limits.subscriptions_per_connection
        if present >= self.limits.subscriptions or (present >= own_limit and session.subscriptions >= own_limit):
            raise AdsError(Code.NO_MORE_HANDLES, f"{present} notifications")
        subscription = self._subscription(session, packet, request)
        subscription.route = self._route(session, packet)
        self.scheduler.add(subscription, request.cycle_time * 100, silent=request.mode == Mode.NONE)
        return subscription.handle

    def _subscription(self, session: Session, packet: Packet, request: AddNotification) -> Subscription:
        group, offset = request.group, request.offset
        task, read = self._fastest, None
        if frames.port_of(packet.target) == SYSTEM_PORT:
            if group != STATE:
                raise AdsError(Code.INVALID_GROUP, f"group 16#{group:X} of the system service")
            size = len(self._read_system(Read(group, offset, request.length)))
            read = lambda _memory: self._read_system(Read(group, offset, size)).ljust(size, b"\0")  # noqa: E731
        else:
            group, offset, size, read = self.services.watch(group, offset, request.length)
            task = self._task_of(self.services.path_at(group, offset))
        if size == 0 or size > LARGEST_SAMPLE:
            raise AdsError(Code.WRONG_SIZE, f"samples of {size} bytes")
        on_change = request.mode in ON_CHANGE_MODES
        handle = next(self._notification_handles) & 0xFFFF_FFFF
        route = Route(packet.target, packet.source, session)
        subscription = Subscription(handle, route, group, offset, size, on_change, request.max_delay * 100)
        if request.max_delay * 100 < self.scheduler.shortest_cycle_ns:
            subscription.delay_ns = 0
        subscription.read = read
        subscription.task = 0 if on_change and group in (STATE, VERSION) else task
        return subscription

    def _task_of(self, path: str) -> int:
        """The task whose program holds a variable; for all others the fastest one."""
        root = path.partition(".")[0].lower()
        for task in self.attendant.plc.tasks:
            if root in (name.lower() for name, _ in task.programs):
                return task.index
        return self._fastest

    def _route(self, session: Session, packet: Packet) -> Route:
        key = packet.source, packet.target
        if key not in session.routes:
            session.routes[key] = Route(packet.target, packet.source, session)
        return session.routes[key]

    def _unwatch(self, session: Session, packet: Packet, handle: int) -> None:
        key = packet.source, packet.target
        route = session.routes.get(key)
        subscription = route.handles.get(handle) if route else None
        if route is None or subscription is None:
            raise AdsError(Code.NOTIFICATION_HANDLE, f"no notification handle {handle}")
        self.scheduler.remove(subscription)
        if not route.handles:
            del session.routes[key]
            self.scheduler.forget(route)

    # --- what happens to the Plc -------------------------------------------------------------------------------------

    def cycle(self, cycle: Cycle) -> None:
        """A cycle has ended, or something changed between two."""
        if self.services.tables.version != self.attendant.image.version:
            self._table_changed()
        self.scheduler.cycle(cycle)

    def tell(self) -> None:
        """States or the symbol version may have changed."""
        self.scheduler.tell(self.attendant.plc.clock.now())

    def _table_changed(self) -> None:
        self.services.new_tables()
        self._end_watching(lambda subscription: subscription.read is None)
        self.tell()

    def _taken_down(self) -> None:
        """Restart or config: the PLC's handles and notifications are gone."""
        self.services.handles.clear()
        self._end_watching(lambda subscription: True)

    def _end_watching(self, concerned: Callable[[Subscription], bool]) -> None:
        time_ns = self.attendant.plc.clock.now()
        for route in self._routes():
            if frames.port_of(route.device) != PLC_PORT:
                continue
            for subscription in [s for s in route.handles.values() if concerned(s)]:
                self.scheduler.disappear(subscription, time_ns)
                self.scheduler.flush(time_ns)

    def _routes(self) -> list[Route]:
        holders: list[Session | Registration] = [*self.sessions, *self._registered.values()]
        return [route for holder in holders for route in list(holder.routes.values())]

    @property
    def dropped(self) -> int:
        """Samples that present connections did not get because they read too slowly."""
        return sum(session.dropped for session in self.sessions)
