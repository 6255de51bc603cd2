"""One ADS connection over pyads: bytes out, bytes in, every failure an AdsError or a LinkError.

pyads is imported when the first connection is made. A Client may be used by one thread only: AdsLib answers two
requests at once on one local port with error -1. On Linux it always dials port 48898 of the host, and it never repairs
a lost connection: the owner of all Clients of a host (`owner`) closes them all and opens them again.
"""

import ctypes
import importlib
import os
import socket
import struct
import sys
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from typing import Any

from ..dctime import Duration, format_duration, parse_duration
from ..errors import AlycatError, RangeError
from .decode import ENCODING, entry_length, symbol_entries, symbol_entry, type_entry
from .frames import TCP_PORT, net_id_bytes
from .groups import (
    ENTRY_BY_NAME,
    HANDLE_BY_NAME,
    PLC_PORT,
    RELEASE_HANDLE,
    SUM_READ,
    SUM_WRITE,
    TYPE_BY_NAME,
    UPLOAD,
    UPLOAD_INFO,
    VERSION,
)
from .model import AdsError, AdsErrorCode, DataType, Location

UDP_PORT = 48899
MAX_ITEMS = 500  # of one sum command: Beckhoff's advice
LINK_LOST = (-1, AdsErrorCode.PORT_NOT_FOUND, AdsErrorCode.MACHINE_NOT_FOUND, AdsErrorCode.TIMEOUT)
TABLE_CHANGED = (
    AdsErrorCode.SYMBOL_NOT_FOUND,
    AdsErrorCode.SYMBOL_VERSION,
    AdsErrorCode.INVALID_STATE,
    AdsErrorCode.NOTIFICATION_HANDLE,
)
ENTRY_SIZE = 0x4000  # bytes asked for; a longer entry is read again at its own length
LARGEST_ENTRY = 4 << 20
CYCLIC, ON_CHANGE = 3, 4
SHORTEST_TIMEOUT_MS = 1

_IDENTIFY = struct.pack("<III6sHI", 0x71146603, 0, 1, bytes(6), 10000, 0)


class LinkError(AlycatError, ConnectionError):
    """There is no connection to the PLC: nobody listens, no route, no answer in time, or it broke."""

    def __init__(self, text: str, code: int = 0) -> None:
        super().__init__(text)
        self.code = code


def load_pyads() -> Any:
    """pyads, or a LinkError of one line that says how to get it."""
    try:
        return importlib.import_module("pyads")
    except ImportError:
        raise LinkError('the ADS bridge needs pyads: pip install "alycat[ads]"') from None
    except OSError as error:
        raise LinkError(f"pyads cannot load its ADS library: {error}") from error


@contextmanager
def quiet_adslib() -> Iterator[None]:
    """Keep AdsLib's log off the terminal: it writes to file descriptor 2, also of what its caller deals with.

    Whatever else the process writes there meanwhile is lost as well, so this is for scripts and commands.
    """
    sys.stderr.flush()
    kept, nothing = os.dup(2), os.open(os.devnull, os.O_WRONLY)
    os.dup2(nothing, 2)
    try:
        yield
    finally:
        os.dup2(kept, 2)
        os.close(kept)
        os.close(nothing)


def probe(host: str, timeout: Duration = "1s") -> None:
    """Whether somebody listens on the ADS port of a host; LinkError otherwise, after the timeout at the latest.

    AdsLib itself would wait minutes for a host that is silent. Only to be called while the process has no connection
    to the host: a Beckhoff router accepts one connection per client address.
    """
    timeout_ns = parse_duration(timeout, "timeout")
    try:
        socket.create_connection((host, TCP_PORT), timeout_ns * 1e-9).close()
    except TimeoutError:
        wait = format_duration(timeout_ns)
        raise LinkError(f"{host}: no answer on TCP port {TCP_PORT} within {wait}; wrong address or firewall?") from None
    except ConnectionRefusedError:
        raise LinkError(f"{host}: connection refused on TCP port {TCP_PORT}; no ADS router runs there") from None
    except socket.gaierror as error:
        raise LinkError(f"{host}: unknown host name ({error.strerror})") from None
    except OSError as error:
        raise LinkError(f"{host}: cannot be reached ({error.strerror or error})") from None


def identify(host: str, timeout: Duration = "300ms") -> str | None:
    """The AMS NetId that a device gives over UDP 48899, None without an answer."""
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as sock:
        sock.settimeout(parse_duration(timeout, "timeout") * 1e-9)
        try:
            sock.connect((host, UDP_PORT))
            sock.send(_IDENTIFY)
            answer = sock.recv(2048)
        except OSError:
            return None
    if len(answer) < 18 or answer[:4] != _IDENTIFY[:4] or answer[11] != 0x80:
        return None
    return ".".join(map(str, answer[12:18]))


def check_net_id(text: str) -> str:
    """The text if it is an AMS NetId; RangeError otherwise."""
    net_id_bytes(text)
    return text


class _SumItem(ctypes.LittleEndianStructure):
    _fields_ = (("group", ctypes.c_uint32), ("offset", ctypes.c_uint32), ("size", ctypes.c_uint32))


def _request_of(items: Sequence[tuple[int, int, int]]) -> Any:
    """The items as an array that pyads adds up in one step instead of item by item in each cycle.

    pyads takes the length of the answer from len() and the sizes that it meets in an iteration; an item of the total
    size is all it has to meet.
    """
    total = _SumItem(0, 0, sum(size for _, _, size in items))

    class Request(_SumItem * len(items)):  # type: ignore[misc]
        def __iter__(self) -> Iterator[_SumItem]:
            return iter((total,))

    return Request(*(_SumItem(*item) for item in items))


class SumRead:
    """The request of one sum read, made once: `items` are (group, offset, size)."""

    def __init__(self, items: Sequence[tuple[int, int, int]]) -> None:
        if len(items) > MAX_ITEMS:
            raise RangeError(f"{len(items)} items in one sum read; at most {MAX_ITEMS} are sensible")
        self.count = len(items)
        self.size = sum(size for _, _, size in items)
        self.items = list(items)
        self.request: Any = _request_of(items)


class Client:
    """A connection to one AMS address; errors name the host.

    host: address or name; on Linux always port 48898. net_id: of the target. port: AMS port, 851 the first PLC.
    timeout: of one request.
    """

    def __init__(self, host: str, net_id: str, port: int = PLC_PORT, timeout: Duration = "1s") -> None:
        self.host, self.net_id, self.port = host, check_net_id(net_id), port
        self.timeout_ns = parse_duration(timeout, "timeout")
        self._connection: Any = None
        self._subscriptions: list[int] = []
        self._retired: list[Any] = []  # callbacks that AdsLib's thread may still be in

    @property
    def is_open(self) -> bool:
        return self._connection is not None

    def open(self) -> None:
        """Connect without probing first; LinkError if that fails."""
        pyads = load_pyads()
        connection = pyads.Connection(self.net_id, self.port, socket.gethostbyname(self.host))
        with self._translated("connect"):
            connection.open()
            connection.set_timeout(max(1, self.timeout_ns // 10**6))  # AdsLib forgets it when closing
        self._connection = connection

    def close(self, lost: bool = False) -> None:
        """Close; a lost connection is closed without waiting for answers."""
        connection, self._connection = self._connection, None
        if connection is not None:
            self._end_subscriptions(connection, lost)
            connection.close()

    def unsubscribe(self) -> None:
        """Delete all notifications; a device that forgot some of them is no error."""
        self._end_subscriptions(self._connected, lost=False)

    def _end_subscriptions(self, connection: Any, lost: bool) -> None:
        """Delete every notification, also those of a lost link: AdsLib crashes when a port is closed that has some.

        Whatever the device answers, AdsLib forgets them; but it waits for an answer as long as its timeout is.
        """
        pyads, handles, self._subscriptions = load_pyads(), self._subscriptions, []
        store, address = pyads.pyads_ex.callback_store, connection._adr
        self._retired = [store.get((address, handle)) for handle in handles]
        for handle in handles:
            if lost:
                connection.set_timeout(SHORTEST_TIMEOUT_MS)
            try:
                connection.del_device_notification(handle, None)
            except pyads.ADSError as error:
                lost = lost or error.err_code in LINK_LOST

    # --- requests --------------------------------------------------------------------------------------------------

    def state(self) -> int:
        """The ADS state, 5 in run."""
        with self._translated("state"):
            state, _ = self._connected.read_state()
        return int(state)

    def read(self, group: int, offset: int, size: int) -> bytes:
        """Exactly so many bytes; a shorter answer leaves zeros at the end."""
        with self._translated():
            return bytes(self._connected.read(group, offset, ctypes.c_ubyte * size, True, False))

    def write(self, group: int, offset: int, data: bytes) -> None:
        with self._translated():
            self._connected.write(group, offset, data, ctypes.c_ubyte * len(data))

    def read_write(self, group: int, offset: int, size: int, data: bytes) -> bytes:
        """As `read`, with data sent along."""
        into, sent = ctypes.c_ubyte * size, ctypes.c_ubyte * len(data)
        with self._translated():
            return bytes(self._connected.read_write(group, offset, into, data, sent, True, False))

    def sum_read(self, plan: SumRead) -> bytes:
        """Error words and data of one sum read, unchecked."""
        with self._translated():
            answer = self._connected.read_write(SUM_READ, plan.count, None, plan.request, None, True)
        return bytes(answer)

    def sum_write(self, count: int, request: bytearray) -> bytes:
        """The error words of one sum write, unchecked."""
        with self._translated():
            answer = self._connected.read_write(SUM_WRITE, count, None, request, None, True)
        return bytes(answer)

    def subscribe(
        self, group: int, offset: int, size: int, cycle_ns: int, callback: Callable[[int, bytes], None]
    ) -> None:
        """Call back, on AdsLib's thread, with FILETIME and bytes of each sample.

        cycle_ns: 0 for each change, looked for in every cycle of the PLC's task; otherwise the period of the samples.
        """
        pyads = load_pyads()
        attributes = pyads.NotificationAttrib(size, CYCLIC if cycle_ns else ON_CHANGE)
        attributes.max_delay, attributes.cycle_time = 0, cycle_ns // 100
        header = pyads.structs.SAdsNotificationHeader
        begin = header.data.offset

        def received(pointer: Any, _name: Any) -> None:
            sample = pointer.contents
            callback(sample.nTimeStamp, ctypes.string_at(ctypes.addressof(sample) + begin, sample.cbSampleSize))

        with self._translated():
            handle, _ = self._connected.add_device_notification((group, offset), attributes, received)
        self._subscriptions.append(handle)

    # --- symbols ---------------------------------------------------------------------------------------------------

    def version(self) -> int:
        """The symbol version, which changes with the symbol table."""
        return self.read(VERSION, 0, 1)[0]

    def find(self, path: str) -> Location:
        """One symbol by path; AdsError 1808 if there is none."""
        return symbol_entry(self._entry(ENTRY_BY_NAME, path))

    def type(self, name: str) -> DataType:
        """One data type by name; AdsError 1808 if there is none."""
        return type_entry(self._entry(TYPE_BY_NAME, name))

    def symbols(self) -> list[Location]:
        """All symbols that the PLC lists: its top-level variables."""
        _, size = struct.unpack("<II", self.read(UPLOAD_INFO, 0, 8))
        if size > LARGEST_ENTRY * 16:
            raise AdsError(AdsErrorCode.WRONG_SIZE, f"{self.host}: a symbol table of {size} bytes")
        return list(symbol_entries(self.read(UPLOAD, 0, size))) if size else []

    def handle(self, path: str) -> int:
        """A handle for group 16#F005, which the PLC refuses once its symbol table has changed."""
        with self._named(path):
            return int.from_bytes(self.read_write(HANDLE_BY_NAME, 0, 4, _name(path)), "little")

    def release(self, handle: int) -> None:
        self.write(RELEASE_HANDLE, 0, handle.to_bytes(4, "little"))

    def _entry(self, group: int, name: str) -> bytes:
        with self._named(name):
            data = self.read_write(group, 0, ENTRY_SIZE, _name(name))
            length = entry_length(data)
            if ENTRY_SIZE < length <= LARGEST_ENTRY:
                data = self.read_write(group, 0, length, _name(name))
        return data[: entry_length(data)]

    # --- errors ----------------------------------------------------------------------------------------------------

    @property
    def _connected(self) -> Any:
        if self._connection is None:
            raise LinkError(f"{self.host}: not connected", -1)
        return self._connection

    @contextmanager
    def _translated(self, what: str = "") -> Iterator[None]:
        try:
            yield
        except load_pyads().ADSError as error:
            raise self._error(int(getattr(error, "err_code", -1)), what) from error
        except AlycatError:
            raise
        except RuntimeError as error:  # an answer of another length, or no local port left
            raise AdsError(AdsErrorCode.WRONG_SIZE, f"{self.host}: {error}") from error
        except OSError as error:
            raise LinkError(f"{self.host}: {error}", -1) from error

    def _error(self, code: int, what: str) -> AlycatError:
        where = f"{self.host} ({self.net_id}:{self.port})"
        if code == AdsErrorCode.TIMEOUT:
            wait = format_duration(self.timeout_ns)
            return LinkError(f"{where}: no answer within {wait}; is there a route back to this computer?", code)
        if code == AdsErrorCode.PORT_NOT_FOUND:
            return LinkError(f"{where}: no PLC on AMS port {self.port}, or it is in config mode", code)
        if code == AdsErrorCode.MACHINE_NOT_FOUND:
            return LinkError(f"{where}: no device of this NetId there", code)
        if code == -1:
            return LinkError(f"{where}: connection lost", code)
        return AdsError(code, what)

    @contextmanager
    def _named(self, name: str) -> Iterator[None]:
        """Names the symbol in an error of the device."""
        try:
            yield
        except AdsError as error:
            raise AdsError(error.code, name) from error


def _name(text: str) -> bytes:
    try:
        return text.encode(ENCODING) + b"\0"
    except UnicodeEncodeError:
        raise AdsError(AdsErrorCode.SYMBOL_NOT_FOUND, f"{text!r} has characters outside code page 1252") from None
