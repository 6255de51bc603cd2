"""The wire: AMS/TCP frames, AMS headers, requests, answers and notifications as typed messages; no I/O.

Sources: InfoSys "ADS/AMS specification" and "Add Device Notification", AdsDef.h. All integers are little-endian.
"""

import enum
import struct
from collections.abc import Iterable, Iterator
from typing import NamedTuple

from ..errors import AlycatError, RangeError
from .model import AdsError, AdsErrorCode

TCP_PORT = 48898
FRAME_LIMIT = 4 * 2**20  # bytes after the TCP header; TwinCAT's router queue holds 2 MiB
REQUEST, RESPONSE, NO_ANSWER = 0x0004, 0x0005, 0x0002
IS_RESPONSE = 0x0001
TCP_HEADER = struct.Struct("<HI")
AMS_HEADER = struct.Struct("<8s8sHHIII")
_FRAME = struct.Struct("<HI8s8sHHIII")
_U32 = struct.Struct("<I")
_U32X2 = struct.Struct("<II")
_U32X3 = struct.Struct("<III")
_U32X4 = struct.Struct("<IIII")
_STATE = struct.Struct("<HH")
_CONTROL = struct.Struct("<HHI")
_ADD = struct.Struct("<IIIIII16s")
_INFO = struct.Struct("<BBH16s")
_STAMP = struct.Struct("<QI")
WRONG_SIZE = AdsErrorCode.WRONG_SIZE


class Kind(enum.IntEnum):
    """Kinds of AMS/TCP frames; all but the first are between a client and its local router."""

    AMS = 0x0000
    CLOSE_PORT = 0x0001
    OPEN_PORT = 0x1000
    ROUTER_NOTE = 0x1001
    LOCAL_NET_ID = 0x1002


class Command(enum.IntEnum):
    """ADS commands."""

    READ_DEVICE_INFO = 1
    READ = 2
    WRITE = 3
    READ_STATE = 4
    WRITE_CONTROL = 5
    ADD_NOTIFICATION = 6
    DELETE_NOTIFICATION = 7
    NOTIFICATION = 8
    READ_WRITE = 9


class FrameError(AlycatError, ValueError):
    """A byte stream that cannot be AMS/TCP; nothing after it can be understood."""


# --- addresses --------------------------------------------------------------------------------------------------------


def net_id_bytes(text: str) -> bytes:
    """The six bytes of `127.0.0.1.7.1`."""
    parts = text.split(".")
    if len(parts) != 6 or not all(p.isdecimal() and int(p) < 256 for p in parts):
        raise RangeError(
            f"net_id: {text!r} is no AMS NetId; six numbers of 0..255 are needed, such as 192.168.1.10.1.1"
        )
    return bytes(map(int, parts))


def net_id_text(net_id: bytes) -> str:
    return ".".join(map(str, net_id[:6]))


def address(net_id: bytes, port: int) -> bytes:
    """An AMS address in its eight bytes, which is also how it is compared and kept."""
    return net_id + port.to_bytes(2, "little")


def port_of(ams_address: bytes) -> int:
    return ams_address[6] | ams_address[7] << 8


# --- frames -----------------------------------------------------------------------------------------------------------


class Framer:
    """Cuts a stream into frames: feed(bytes) -> [(kind, body)]."""

    def __init__(self, limit: int = FRAME_LIMIT) -> None:
        self._limit = limit
        self._rest = bytearray()

    def __len__(self) -> int:
        return len(self._rest)

    def feed(self, data: bytes) -> list[tuple[int, bytes]]:
        """The frames that are complete now; FrameError for an unknown kind or a length above the limit."""
        if not self._rest and len(data) >= 6:
            kind, length = TCP_HEADER.unpack_from(data)
            if len(data) == length + 6 and length <= self._limit and kind == 0:  # by far the most frequent case
                return [(0, data[6:])]
        self._rest += data
        return list(self._complete())

    def _complete(self) -> Iterator[tuple[int, bytes]]:
        rest, start = self._rest, 0
        try:
            while len(rest) - start >= 6:
                kind, length = TCP_HEADER.unpack_from(rest, start)
                if kind not in _KINDS:
                    raise FrameError(f"frame of unknown kind 16#{kind:04X}")
                if length > self._limit:
                    raise FrameError(f"frame of {length} bytes; at most {self._limit} are accepted")
                if len(rest) - start - 6 < length:
                    return
                body = bytes(rest[start + 6 : start + 6 + length])
                start += 6 + length
                yield kind, body
        finally:
            del rest[:start]


_KINDS = frozenset(map(int, Kind))


def frame(kind: int, body: bytes) -> bytes:
    return TCP_HEADER.pack(kind, len(body)) + body


# --- AMS packets ------------------------------------------------------------------------------------------------------


class Packet(NamedTuple):
    """One AMS packet: header and data. Addresses in their eight bytes."""

    target: bytes
    source: bytes
    command: int
    flags: int
    length: int  # of the data, as the header says
    error: int
    invoke_id: int
    data: bytes

    @property
    def is_complete(self) -> bool:
        return self.length == len(self.data)


def parse_packet(body: bytes) -> Packet:
    """The AMS packet in the body of a frame; FrameError if it is shorter than its header."""
    if len(body) < 32:
        raise FrameError(f"AMS packet of {len(body)} bytes; its header alone has 32")
    return Packet._make((*AMS_HEADER.unpack_from(body), body[32:]))


def request_frame(target: bytes, source: bytes, command: int, invoke_id: int, data: bytes) -> bytes:
    size = len(data)
    return _FRAME.pack(0, size + 32, target, source, command, REQUEST, size, 0, invoke_id) + data


def answer_frame(request: Packet, data: bytes, error: int = 0) -> bytes:
    """The frame that answers a request: addresses swapped, command and invoke id repeated."""
    size = len(data)
    return (
        _FRAME.pack(
            0, size + 32, request.source, request.target, request.command, RESPONSE, size, error, request.invoke_id
        )
        + data
    )


# --- requests ---------------------------------------------------------------------------------------------------------


class ReadDeviceInfo(NamedTuple):
    """Command 1."""


class Read(NamedTuple):
    """Command 2; length is the most that may be answered."""

    group: int
    offset: int
    length: int


class Write(NamedTuple):
    """Command 3."""

    group: int
    offset: int
    data: bytes


class ReadState(NamedTuple):
    """Command 4."""


class WriteControl(NamedTuple):
    """Command 5."""

    ads_state: int
    device_state: int
    data: bytes = b""


class AddNotification(NamedTuple):
    """Command 6; times in 100 ns."""

    group: int
    offset: int
    length: int
    mode: int
    max_delay: int
    cycle_time: int
    reserved: bytes = bytes(16)


class DeleteNotification(NamedTuple):
    """Command 7."""

    handle: int


class ReadWrite(NamedTuple):
    """Command 9."""

    group: int
    offset: int
    length: int
    data: bytes


Request = ReadDeviceInfo | Read | Write | ReadState | WriteControl | AddNotification | DeleteNotification | ReadWrite
COMMAND_OF: dict[type, Command] = {
    ReadDeviceInfo: Command.READ_DEVICE_INFO,
    Read: Command.READ,
    Write: Command.WRITE,
    ReadState: Command.READ_STATE,
    WriteControl: Command.WRITE_CONTROL,
    AddNotification: Command.ADD_NOTIFICATION,
    DeleteNotification: Command.DELETE_NOTIFICATION,
    ReadWrite: Command.READ_WRITE,
}


def request_data(request: Request) -> bytes:
    """What follows the AMS header of a request."""
    match request:
        case Read() | DeleteNotification():
            return struct.pack(f"<{len(request)}I", *request)
        case Write(group, offset, data):
            return _U32X3.pack(group, offset, len(data)) + data
        case WriteControl(ads_state, device_state, data):
            return _CONTROL.pack(ads_state, device_state, len(data)) + data
        case AddNotification():
            return _ADD.pack(*request)
        case ReadWrite(group, offset, length, data):
            return _U32X4.pack(group, offset, length, len(data)) + data
        case _:
            return b""


def parse_request(command: int, data: bytes) -> Request:
    """The request in the data of a packet; AdsError WRONG_SIZE if it is cut short, UNKNOWN_COMMAND."""
    try:
        if command == Command.READ:
            return Read(*_U32X3.unpack_from(data))
        if command == Command.READ_WRITE:
            group, offset, length, size = _U32X4.unpack_from(data)
            return ReadWrite(group, offset, length, _exactly(data, 16, size))
        if command == Command.WRITE:
            group, offset, size = _U32X3.unpack_from(data)
            return Write(group, offset, _exactly(data, 12, size))
        return _parse_rare_request(command, data)
    except struct.error:
        raise AdsError(WRONG_SIZE, f"command {command} with {len(data)} bytes") from None


def _parse_rare_request(command: int, data: bytes) -> Request:
    if command == Command.READ_STATE:
        return ReadState()
    if command == Command.READ_DEVICE_INFO:
        return ReadDeviceInfo()
    if command == Command.ADD_NOTIFICATION:
        return AddNotification(*_ADD.unpack_from(data))
    if command == Command.DELETE_NOTIFICATION:
        return DeleteNotification(*_U32.unpack_from(data))
    if command == Command.WRITE_CONTROL:
        ads_state, device_state, size = _CONTROL.unpack_from(data)
        return WriteControl(ads_state, device_state, _exactly(data, 8, size))
    raise AdsError(AdsErrorCode.UNKNOWN_COMMAND, f"command {command}")


def _exactly(data: bytes, start: int, size: int) -> bytes:
    if len(data) - start < size:
        raise AdsError(WRONG_SIZE, f"{len(data) - start} bytes where {size} are announced")
    return data[start : start + size]


# --- answers ----------------------------------------------------------------------------------------------------------


class Result(NamedTuple):
    """Answer to commands 3, 5 and 7, and to any that fails."""

    result: int = 0


class DeviceInfo(NamedTuple):
    """Answer to command 1."""

    result: int
    major: int
    minor: int
    build: int
    name: str


class Data(NamedTuple):
    """Answer to commands 2 and 9."""

    result: int
    data: bytes


class State(NamedTuple):
    """Answer to command 4."""

    result: int
    ads_state: int
    device_state: int


class NotificationHandle(NamedTuple):
    """Answer to command 6."""

    result: int
    handle: int


Response = Result | DeviceInfo | Data | State | NotificationHandle


def data_answer(data: bytes) -> bytes:
    """As response_data(Data(0, data)), which is what is asked for most."""
    return _U32X2.pack(0, len(data)) + data


def response_data(response: Response) -> bytes:
    """What follows the AMS header of an answer."""
    match response:
        case Data(result, data):
            return _U32X2.pack(result, len(data)) + data
        case NotificationHandle() | Result():
            return struct.pack(f"<{len(response)}I", *response)
        case State(result, ads_state, device_state):
            return _U32.pack(result) + _STATE.pack(ads_state, device_state)
        case DeviceInfo(result, major, minor, build, name):
            return _U32.pack(result) + _INFO.pack(major, minor, build, name.encode("cp1252", "replace")[:15])


_REST_OF_FAILURE: dict[int, int] = {
    Command.READ_DEVICE_INFO: 20,
    Command.READ: 4,
    Command.READ_STATE: 4,
    Command.ADD_NOTIFICATION: 4,
    Command.READ_WRITE: 4,
}


def failure_data(command: int, code: int) -> bytes:
    """The data of an answer that failed, zeros in all but its result.

    AdsLib waits for the length field of a Read that failed; an answer that ends after the result blocks it for good.
    """
    return _U32.pack(code) + bytes(_REST_OF_FAILURE.get(command, 0))


def parse_response(command: int, data: bytes) -> Response:
    """The answer in the data of a packet; FrameError if it is cut short."""
    try:
        (result,) = _U32.unpack_from(data)
        if result:
            return Result(result)
        return _parse_response(command, data)
    except (struct.error, AdsError) as error:
        raise FrameError(f"answer to command {command} with {len(data)} bytes: {error}") from None


def _parse_response(command: int, data: bytes) -> Response:
    if command in (Command.READ, Command.READ_WRITE):
        _, size = _U32X2.unpack_from(data)
        return Data(0, _exactly(data, 8, size))
    if command == Command.READ_STATE:
        return State(0, *_STATE.unpack_from(data, 4))
    if command == Command.ADD_NOTIFICATION:
        return NotificationHandle(*_U32X2.unpack_from(data))
    if command == Command.READ_DEVICE_INFO:
        major, minor, build, name = _INFO.unpack_from(data, 4)
        return DeviceInfo(0, major, minor, build, name.partition(b"\0")[0].decode("cp1252", "replace"))
    return Result(0)


# --- notifications ----------------------------------------------------------------------------------------------------

Stamp = tuple[int, list[bytes]]  # FILETIME and packed samples


def sample_head(handle: int, size: int) -> bytes:
    """What stands before the value of a sample."""
    return _U32X2.pack(handle, size)


def notification_frame(device: bytes, client: bytes, stamps: Iterable[Stamp]) -> bytes:
    """One frame with the samples of one or more time stamps, from the address by which the device was called."""
    count, parts = 0, []
    for filetime, samples in stamps:
        parts.append(_STAMP.pack(filetime, len(samples)))
        parts += samples
        count += 1
    body = b"".join(parts)
    size = len(body) + 8
    header = _FRAME.pack(0, size + 32, client, device, Command.NOTIFICATION, REQUEST, size, 0, 0)
    return header + _U32X2.pack(size - 4, count) + body


def parse_notification(data: bytes) -> list[tuple[int, list[tuple[int, bytes]]]]:
    """[(FILETIME, [(handle, value)])] of a notification's data; FrameError where its lengths do not fit."""
    try:
        size, count = _U32X2.unpack_from(data)
        if size != len(data) - 4:
            raise FrameError(f"notification of {len(data)} bytes announces {size}")
        place, stamps = 8, []
        for _ in range(count):
            filetime, number = _STAMP.unpack_from(data, place)
            place += 12
            samples = []
            for _ in range(number):
                handle, length = _U32X2.unpack_from(data, place)
                samples.append((handle, _exactly(data, place + 8, length)))
                place += 8 + length
            stamps.append((filetime, samples))
        return stamps
    except (struct.error, AdsError) as error:
        raise FrameError(f"notification of {len(data)} bytes: {error}") from None
