"""The owner of all connections to one host: a thread that does every ADS request of every bridge to it.

AdsLib never repairs a lost connection, and opens a new one only when all old ones of the process to that host are
closed. So one owner closes them all, waits (0.5 s, doubling to 10 s), looks whether anybody listens, and opens and
resolves again. A bridge gives orders and never waits for the owner longer than it chose to.
"""

import atexit
import heapq
import itertools
import threading
from collections.abc import Callable
from queue import Empty, SimpleQueue

from ..clock import progress_clock
from ..dctime import Duration
from ..errors import AlycatError
from .client import LinkError, load_pyads, probe
from .model import AdsError, AdsErrorCode
from .session import Reading, Session, needs_resolving

FIRST_PAUSE_NS, LONGEST_PAUSE_NS = 500 * 10**6, 10 * 10**9
LOOK_NS = 100 * 10**6  # how often an idle owner looks after its sessions
GOODBYE_S = 5.0  # how long close() waits for a request that hangs

Order = Callable[[], None]

_owners: dict[str, "Owner"] = {}
_registry = threading.Lock()


def join(session: Session, connect_timeout: Duration = "1s") -> "Owner":
    """Give a session to the one owner of its host in this process, which brings it up.

    `session.settled` tells when the first attempt is over. LinkError without pyads.
    """
    load_pyads()
    host = session.client.host
    with _registry:
        if not _owners:
            atexit.register(_close_all)
        owner = _owners.setdefault(host, Owner(host))
        owner.take_in(session, connect_timeout)
    return owner


def _close_all() -> None:
    atexit.unregister(_close_all)
    for owner in list(_owners.values()):
        owner.stop()


class Owner:
    """The thread of one host; made by `join`, ends when its last session leaves."""

    def __init__(self, host: str) -> None:
        self.host = host
        self._connect_timeout: Duration = "1s"
        self.sessions: list[Session] = []
        self._orders: SimpleQueue[Order] = SimpleQueue()
        self._later: list[tuple[int, int, Order]] = []  # a heap by time
        self._numbers = itertools.count()
        self._pause_ns = FIRST_PAUSE_NS
        self._retry_ns = 0
        self._ended = False
        self._thread = threading.Thread(target=self._work, name=f"ADS {host}", daemon=True)

    # --- called by bridges -----------------------------------------------------------------------------------------

    def take_in(self, session: Session, connect_timeout: Duration) -> None:
        """Bring a session up; only to be called by `join`, which keeps an ending owner from being used."""
        self._orders.put(lambda: self._take_in(session, connect_timeout))
        if not self._thread.is_alive():
            self._thread.start()

    def leave(self, session: Session) -> None:
        """Close a session in good order; waits for a request in progress, some seconds at most."""
        done = threading.Event()
        self._orders.put(lambda: self._let_go(session, done))
        done.wait(GOODBYE_S)
        if self._ended:
            self._thread.join(GOODBYE_S)

    def order_read(self, session: Session, at_ns: int = 0) -> None:
        """Order a sum read, for a time (monotonic) or at once; one Reading will be in `session.answers` in any case."""
        self._orders.put(lambda: self._put_down(at_ns, lambda: self._read(session)))

    def order_write(self, session: Session) -> None:
        self._orders.put(lambda: self._request(session, session.write))

    def stop(self) -> None:
        for session in list(self.sessions):
            self.leave(session)

    # --- the thread ------------------------------------------------------------------------------------------------

    def _work(self) -> None:
        while not self._ended:
            try:
                order = self._orders.get(timeout=self._wait_s())
            except Empty:
                pass
            else:
                order()
            while self._later and self._later[0][0] <= progress_clock():
                heapq.heappop(self._later)[2]()
            self._look_after()

    def _put_down(self, at_ns: int, order: Order) -> None:
        heapq.heappush(self._later, (at_ns, next(self._numbers), order))

    def _wait_s(self) -> float:
        now = progress_clock()
        times = [now + LOOK_NS, *(at_ns for at_ns, _, _ in self._later[:1])]
        if not all(session.online for session in self.sessions):
            times.append(self._retry_ns)
        return max(0, min(times) - now) * 1e-9

    def _take_in(self, session: Session, connect_timeout: Duration) -> None:
        self.sessions.append(session)
        self._connect_timeout = connect_timeout
        self._retry_ns = progress_clock()

    def _let_go(self, session: Session, done: threading.Event) -> None:
        try:
            if session in self.sessions:
                session.go_offline("closed", lost=not session.online)
                self.sessions.remove(session)
            if not self.sessions:
                with _registry:
                    if self._orders.empty():
                        self._ended = True
                        _owners.pop(self.host, None)
        finally:
            done.set()

    def _look_after(self) -> None:
        for session in list(self.sessions):
            if session.online:
                self._request(session, session.heartbeat)
        if progress_clock() >= self._retry_ns and not all(s.online for s in self.sessions):
            self._bring_up()

    def _read(self, session: Session) -> None:
        if session.online:
            self._request(session, session.read)
        else:
            session.answers.put(Reading(None, 0))

    def _request(self, session: Session, request: Order) -> None:
        """Do a session's work and deal with what it fails with."""
        if not session.online:
            return
        try:
            request()
        except LinkError as error:
            self._lose(error)
        except AdsError as error:
            if needs_resolving(error):
                self._resolve_again(session, error)
        except AlycatError as error:
            session.error = str(error)

    def _resolve_again(self, session: Session, error: AdsError) -> None:
        """Drop every cached address, handle and subscription of the session and look them up again."""
        session.online, session.error = False, str(error)
        self._bring_up_one(session)

    def _lose(self, error: Exception) -> None:
        """The link is lost: close everything, also what did not fail itself, and try again after a pause."""
        for session in self.sessions:
            session.go_offline(error)
        self._put_off()

    def _put_off(self) -> None:
        self._retry_ns = progress_clock() + self._pause_ns
        self._pause_ns = min(2 * self._pause_ns, LONGEST_PAUSE_NS)

    def _bring_up(self) -> None:
        if not any(session.client.is_open for session in self.sessions):
            try:
                probe(self.host, self._connect_timeout)
            except LinkError as error:
                for session in self.sessions:
                    session.error, session.failed = str(error), error
                    session.settled.set()
                return self._put_off()
        for session in list(self.sessions):
            if not session.online:
                self._bring_up_one(session)
        if all(session.online for session in self.sessions):
            self._pause_ns = FIRST_PAUSE_NS

    def _bring_up_one(self, session: Session) -> None:
        try:
            session.bring_up()
        except LinkError as error:
            if error.code in (AdsErrorCode.PORT_NOT_FOUND, AdsErrorCode.MACHINE_NOT_FOUND):
                session.go_offline(error)  # the host answers: its other PLCs go on
                self._put_off()
            else:
                self._lose(error)
        except AlycatError:
            self._put_off()
