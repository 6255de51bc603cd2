"""The server: sockets around the device, on a thread of its own, so that no client can delay a cycle."""

import asyncio
import errno
import ipaddress
import logging
import os
import select
import socket
import threading
from collections import deque
from collections.abc import Callable, Iterable
from concurrent.futures import ThreadPoolExecutor
from queue import SimpleQueue
from types import TracebackType
from typing import TYPE_CHECKING, Any, cast

from ..clock import progress_clock
from ..errors import AlycatError, PlcError
from ..onlinechange import OnlineChange
from ..plc import Plc, RunResult
from .attendant import Attendant, Cycle, PublishedImage
from .device import Device, Limits, Session
from .frames import TCP_PORT, FrameError, Framer, net_id_bytes, net_id_text
from .selector import DirectSelector

if TYPE_CHECKING:
    from typing import Self

DEFAULT_NET_ID = "127.0.0.1.7.1"
BACKLOG = 128
BUFFER_BYTES = 2**16
START_TIMEOUT_S = 10
KEEPALIVE = {"TCP_KEEPIDLE": 10, "TCP_KEEPINTVL": 5, "TCP_KEEPCNT": 3}  # finds a client that vanished in 25 s
log = logging.getLogger(__name__)


class Connection(asyncio.BufferedProtocol):
    """One client's socket.

    Buffered, into one piece of memory for all: a plain asyncio protocol allocates 256 KiB for each answer of the
    socket, which doubles the time of a small request.
    """

    def __init__(self, server: "AdsServer") -> None:
        self._server = server
        self._framer = Framer(server.limits.frame_bytes)
        self._waiting: deque[tuple[int, bytes]] = deque()
        self._session: Session | None = None
        self._fd = -1
        self.peer = ""

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = cast(asyncio.Transport, transport)
        self.peer = str(transport.get_extra_info("peername"))
        if not self._server.admits(transport.get_extra_info("peername")[0]):
            log.warning("%s: not admitted", self.peer)
            return self._transport.abort()
        _tune(transport.get_extra_info("socket"))
        limit = self._server.limits.queued_bytes
        self._transport.set_write_buffer_limits(high=limit, low=limit // 4)
        self._session = self._server.device.open(self._transport.write)
        self._server.connections.add(self)
        if self._server.selector:
            self._fd = transport.get_extra_info("socket").fileno()
            self._server.selector.direct[self._fd] = self._receive

    def get_buffer(self, sizehint: int) -> memoryview:
        return self._server.buffer

    def _receive(self) -> bool:
        """Called by the selector when there is something to read; False leaves the rest to asyncio."""
        try:
            count = os.readv(self._fd, [self._server.buffer])
        except OSError:
            return False
        if not count or self._transport.is_closing():
            return False
        self.buffer_updated(count)
        if self._transport.is_closing() and self._server.selector:
            self._server.selector.must_return = True
        return True

    def buffer_updated(self, nbytes: int) -> None:
        try:
            self._waiting += self._framer.feed(bytes(self._server.buffer[:nbytes]))
            self._work()
        except FrameError as error:
            self._end(str(error))

    def _work(self) -> None:
        """Answer what was asked, but no more than the client reads: a small request may have a large answer."""
        session = self._session
        while self._waiting and session and not session.is_full:
            kind, body = self._waiting.popleft()
            try:
                self._server.device.receive(session, kind, body)
            except FrameError as error:
                self._end(str(error))
            except Exception:  # a mistake of ours must not end the server
                log.exception("%s: connection closed by an internal error", self.peer)
                self._end("internal error")

    def _end(self, reason: str) -> None:
        log.warning("%s: connection closed: %s", self.peer, reason)
        self._waiting.clear()
        self._transport.abort()

    def pause_writing(self) -> None:
        """The client does not read: it gets no samples and may ask nothing more until it has."""
        if self._session:
            self._session.is_full = True
        self._transport.pause_reading()

    def resume_writing(self) -> None:
        if self._session:
            self._server.device.drained(self._session)
        self._work()
        if not self._waiting and not self._transport.is_closing():
            self._transport.resume_reading()

    def connection_lost(self, error: Exception | None) -> None:
        if self._server.selector:
            self._server.selector.direct.pop(self._fd, None)
        self._server.connections.discard(self)
        if self._session:
            self._server.device.close(self._session)

    def close(self) -> None:
        self._transport.abort()


def _tune(connection: socket.socket) -> None:
    connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    connection.setsockopt(socket.SOL_SOCKET, socket.SO_KEEPALIVE, 1)
    for name, value in KEEPALIVE.items():
        if hasattr(socket, name):
            connection.setsockopt(socket.IPPROTO_TCP, getattr(socket, name), value)


class AdsServer:
    """Serves a Plc to ADS clients; made and started by `Plc.serve_ads`, which names the parameters.

    ADS has no authentication: whoever can connect can read, write and stop the Plc. So the server listens on loopback
    unless told otherwise, and `allow` narrows who is let in.
    """

    def __init__(
        self,
        plc: Plc,
        image: PublishedImage,
        host: str = "127.0.0.1",
        net_id: str = DEFAULT_NET_ID,
        port: int = TCP_PORT,
        router_net_id: str | None = None,
        allow: Iterable[str] | None = None,
        limits: Limits | None = None,
    ) -> None:
        self.plc, self.host, self.net_id, self.port = plc, host, net_id, port
        self.limits = limits or Limits()
        self.connections: set[Connection] = set()
        self.buffer = memoryview(bytearray(BUFFER_BYTES))
        self.selector: DirectSelector | None = None
        self.lost_cycles = 0  # that the server's thread had no time for
        self._hosts, self._net_ids = _allowed(allow)
        self._router_net_id = router_net_id or _router_net_id(net_id)
        self._idle = ThreadPoolExecutor(1, "alycat-ads-idle")
        self.attendant = Attendant(plc, image, self._idle.submit)
        self._cycles: deque[Cycle] = deque()
        self._is_called = self._has_ended = False
        self._thread: threading.Thread | None = None
        self._failure: BaseException | None = None

    # --- start and stop ----------------------------------------------------------------------------------------------

    def start(self) -> "Self":
        """Listen; returns when clients can connect, or raises what went wrong."""
        if self._thread:
            raise PlcError("this ADS server has been started already")
        self.attendant.attach()
        ready = threading.Event()
        self._thread = threading.Thread(target=self._serve, args=(ready,), name="alycat-ads", daemon=True)
        self._thread.start()
        ready.wait(START_TIMEOUT_S)
        if self._failure or not ready.is_set():
            self.stop()
            raise PlcError(f"ADS server on {self.host}:{self.port}: {_reason(self._failure)}")
        return self

    def stop(self) -> None:
        """End all connections and leave the Plc alone; may be called twice."""
        if self._has_ended:
            return
        self._has_ended = True
        self.attendant.deliver = lambda cycle: None
        self.attendant.detach()
        thread = self._thread
        if thread and thread.is_alive():
            self._loop.call_soon_threadsafe(self._stopping.set)
            thread.join(START_TIMEOUT_S)
        self._idle.shutdown(wait=True)

    def operate(self, until: Callable[[], bool] | None = None) -> RunResult:
        """Run the Plc until Plc.stop(), through everything that clients do to it; see `Attendant.operate`."""
        return self.attendant.operate(until)

    def online_change(self, new: Plc) -> OnlineChange:
        """Have the Plc go over to a changed project, see `Plc.online_change`; returns when that is done.

        Clients see a new symbol version, their handles and notifications end. To be called from any thread but that of
        the Plc.
        """
        outcome: SimpleQueue[Any] = SimpleQueue()
        self.attendant.submit(lambda: self.attendant.online_change(new), outcome.put)
        made = outcome.get()
        if isinstance(made, Exception):
            raise made
        assert isinstance(made, OnlineChange)
        return made

    def __enter__(self) -> "Self":
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.stop()

    def _serve(self, ready: threading.Event) -> None:
        try:
            with asyncio.Runner(loop_factory=self._new_loop) as runner:
                runner.run(self._listen(ready))
        except BaseException as error:
            self._failure = error
            if not isinstance(error, OSError):
                log.exception("the ADS server has ended")
        finally:
            ready.set()

    def _new_loop(self) -> asyncio.AbstractEventLoop:
        if not hasattr(select, "epoll"):
            return asyncio.new_event_loop()
        self.selector = DirectSelector()
        return asyncio.SelectorEventLoop(self.selector)

    async def _listen(self, ready: threading.Event) -> None:
        self._loop = loop = asyncio.get_running_loop()
        self._stopping = asyncio.Event()
        self.device = Device(
            self.attendant,
            self.net_id,
            self._router_net_id,
            now=progress_clock,
            later=self._later,
            post=self._post,
            limits=self.limits,
            allows=lambda net_id: self._net_ids is None or net_id in self._net_ids,
        )
        listener = await loop.create_server(lambda: Connection(self), self.host, self.port, backlog=BACKLOG)
        self.port = listener.sockets[0].getsockname()[1]
        self.attendant.deliver = self._deliver
        ready.set()
        await self._stopping.wait()
        listener.close()
        for connection in list(self.connections):
            connection.close()
        await asyncio.sleep(0)  # lets them go

    def _later(self, delay_ns: int, function: Callable[[], None]) -> None:
        self._loop.call_later(delay_ns * 1e-9, function)
        if self.selector:
            self.selector.must_return = True

    # --- between the threads -----------------------------------------------------------------------------------------

    def _post(self, function: Callable[[], None]) -> None:
        """Have a function called on the server's thread; nothing happens once that has ended."""
        try:
            self._loop.call_soon_threadsafe(function)
        except RuntimeError:
            log.debug("an answer came after the end")

    def _deliver(self, cycle: Cycle) -> None:
        """On the Plc's thread: a cycle for the notifications."""
        if len(self._cycles) >= self.limits.queued_cycles:
            self._cycles.popleft()
            self.lost_cycles += 1
        self._cycles.append(cycle)
        if not self._is_called:
            self._is_called = True
            self._post(self._drain)

    def _drain(self) -> None:
        self._is_called = False
        for _ in range(len(self._cycles)):
            try:
                self.device.cycle(self._cycles.popleft())
            except IndexError:
                return
            except Exception:
                log.exception("notifications of one cycle failed")

    # --- who may come ------------------------------------------------------------------------------------------------

    def admits(self, peer: str) -> bool:
        """Whether a connection from this address is accepted."""
        if len(self.connections) >= self.limits.connections:
            return False
        return self._hosts is None or any(ipaddress.ip_address(peer) in network for network in self._hosts)

    @property
    def statistics(self) -> dict[str, Any]:
        """Counters for a person or a test."""
        return {
            "connections": len(self.connections),
            "notifications": self.device.scheduler.count,
            "handles": len(self.device.services.handles),
            "dropped_samples": self.device.dropped,
            "lost_cycles": self.lost_cycles,
        }


def _reason(failure: BaseException | None) -> str:
    """Why a server has not started, as far as a person can do something about it."""
    if failure is None:
        return f"did not start within {START_TIMEOUT_S} s"
    number = failure.errno if isinstance(failure, OSError) else None
    if number == errno.EADDRINUSE:
        return "taken already, by another PLC or an ADS router; several run side by side on 127.0.0.2, 127.0.0.3, ..."
    if number == errno.EADDRNOTAVAIL:
        return "this computer does not have that address"
    return str(getattr(failure, "strerror", None) or failure).lower()


def _router_net_id(net_id: str) -> str:
    """The NetId for clients that have none, which must not be the device's own."""
    own = net_id_bytes(net_id)
    other = own[:4] + b"\x01\x01"
    return net_id_text(other if other != own else own[:4] + b"\x01\x02")


def _allowed(allow: Iterable[str] | None) -> tuple[list[Any] | None, set[bytes] | None]:
    """Networks and NetIds of an allow list; None for a kind that it does not name."""
    if allow is None:
        return None, None
    networks, net_ids = [], set()
    for entry in allow:
        try:
            networks.append(ipaddress.ip_network(entry, strict=False))
        except ValueError:
            try:
                net_ids.add(net_id_bytes(entry))
            except AlycatError:
                raise PlcError(f"allow: {entry!r} is neither an IP address, nor a network, nor an AMS NetId") from None
    return networks or None, net_ids or None
