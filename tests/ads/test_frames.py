"""The codec against bytes that were written by hand from the specification."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from alycat.runtime.ads import frames
from alycat.runtime.ads.frames import (
    AddNotification,
    Data,
    DeleteNotification,
    DeviceInfo,
    FrameError,
    Framer,
    NotificationHandle,
    Read,
    ReadDeviceInfo,
    ReadState,
    ReadWrite,
    Result,
    State,
    Write,
    WriteControl,
)
from alycat.runtime.ads.model import AdsError
from alycat.runtime.errors import RangeError

PLC = frames.address(frames.net_id_bytes("5.1.2.3.1.1"), 851)
CLIENT = frames.address(frames.net_id_bytes("192.168.0.10.1.1"), 32_905)

READ_FRAME = bytes.fromhex(
    "0000 2c000000"  # kind, 44 bytes follow
    "050102030101 5303  c0a8000a0101 8980"  # target 851, source 32905
    "0200 0400 0c000000 00000000 2a000000"  # Read, request, 12 bytes, no error, invoke id 42
    "40400000 10000000 08000000"  # group 16#4040, offset 16, 8 bytes
)
ANSWER_FRAME = bytes.fromhex(
    "0000 30000000"
    "c0a8000a0101 8980  050102030101 5303"
    "0200 0500 10000000 00000000 2a000000"
    "00000000 08000000 000000000000f83f"
)


def test_golden_read():
    assert frames.request_frame(PLC, CLIENT, 2, 42, frames.request_data(Read(0x4040, 16, 8))) == READ_FRAME
    ((kind, body),) = Framer().feed(READ_FRAME)
    packet = frames.parse_packet(body)
    assert kind == 0 and packet == (PLC, CLIENT, 2, 4, 12, 0, 42, READ_FRAME[38:]) and packet.is_complete
    assert frames.parse_request(packet.command, packet.data) == Read(0x4040, 16, 8)
    value = bytes.fromhex("000000000000f83f")
    assert frames.answer_frame(packet, frames.response_data(Data(0, value))) == ANSWER_FRAME
    assert frames.parse_response(2, ANSWER_FRAME[38:]) == Data(0, value)


GOLDEN_REQUESTS = [
    (ReadDeviceInfo(), 1, ""),
    (Read(0xF005, 0x01000001, 4), 2, "05f00000 01000001 04000000"),
    (Write(0xF006, 0, b"\1\0\0\1"), 3, "06f00000 00000000 04000000 01000001"),
    (ReadState(), 4, ""),
    (WriteControl(6, 1, b"ab"), 5, "0600 0100 02000000 6162"),
    (
        AddNotification(0xF005, 7, 4, 4, 0, 100_000),
        6,
        "05f00000 07000000 04000000 04000000 00000000 a0860100 " + "00" * 16,
    ),
    (DeleteNotification(9), 7, "09000000"),
    (ReadWrite(0xF003, 0, 4, b"MAIN.x\0"), 9, "03f00000 00000000 04000000 07000000 4d41494e2e7800"),
]
GOLDEN_ANSWERS = [
    (DeviceInfo(0, 3, 1, 4024, "Plc30 App"), 1, "00000000 03 01 b80f 506c63333020417070 00000000000000"),
    (Data(0, b"\1\2"), 2, "00000000 02000000 0102"),
    (Result(0), 3, "00000000"),
    (State(0, 5, 1), 4, "00000000 0500 0100"),
    (Result(1810), 5, "12070000"),
    (NotificationHandle(0, 77), 6, "00000000 4d000000"),
    (Result(1812), 7, "14070000"),
    (Data(0, b""), 9, "00000000 00000000"),
]


@pytest.mark.parametrize(("request_", "command", "wire"), GOLDEN_REQUESTS)
def test_golden_requests(request_, command, wire):
    assert frames.COMMAND_OF[type(request_)] == command
    assert frames.request_data(request_) == bytes.fromhex(wire)
    assert frames.parse_request(command, bytes.fromhex(wire)) == request_


@pytest.mark.parametrize(("answer", "command", "wire"), GOLDEN_ANSWERS)
def test_golden_answers(answer, command, wire):
    assert frames.response_data(answer) == bytes.fromhex(wire)
    assert frames.parse_response(command, bytes.fromhex(wire)) == answer


def test_a_long_device_name_keeps_its_nul():
    data = frames.response_data(DeviceInfo(0, 1, 2, 3, "a name of more than 15 letters"))
    assert len(data) == 24 and data[-1:] == b"\0"


def test_golden_notification():
    wire = bytes.fromhex(
        "0000 50000000"
        "c0a8000a0101 8980  050102030101 5303"
        "0800 0400 30000000 00000000 00000000"
        "2c000000 01000000"  # 44 bytes after this field, one stamp
        "0080 3ed5 deb1 9d01  02000000"  # 1970-01-01, two samples
        "01000000 04000000 2a000000"
        "02000000 08000000 000000000000f83f"
    )
    stamp = 116_444_736_000_000_000
    samples = [(1, bytes([42, 0, 0, 0])), (2, bytes.fromhex("000000000000f83f"))]
    packed = [frames.sample_head(handle, len(value)) + value for handle, value in samples]
    assert frames.notification_frame(PLC, CLIENT, [(stamp, packed)]) == wire
    assert frames.parse_notification(wire[38:]) == [(stamp, samples)]


@pytest.mark.parametrize("command", [2, 3, 5, 6, 7, 9])
def test_requests_cut_short(command):
    request = next(r for r, c, _ in GOLDEN_REQUESTS if c == command)
    data = frames.request_data(request)
    for size in range(len(data)):
        with pytest.raises(AdsError) as error:
            frames.parse_request(command, data[:size])
        assert error.value.code == 1797


def test_unknown_command():
    with pytest.raises(AdsError) as error:
        frames.parse_request(10, b"")
    assert error.value.code == 8


@given(st.lists(st.integers(1, 40)), st.integers(1, 4))
def test_frames_come_out_whole_however_the_stream_is_cut(cuts, count):
    stream, found, framer = READ_FRAME * count, [], Framer()
    for size in [*cuts, len(stream)]:
        found += framer.feed(stream[:size])
        stream = stream[size:]
    assert found == [(0, READ_FRAME[6:])] * count and len(framer) == 0


def test_too_long_and_unknown_frames():
    with pytest.raises(FrameError, match="4194305 bytes"):
        Framer().feed(frames.TCP_HEADER.pack(0, 4 * 2**20 + 1))
    with pytest.raises(FrameError, match="unknown kind 16#4547"):
        Framer().feed(b"GET / HTTP/1.1\r\n")
    with pytest.raises(FrameError, match="header alone has 32"):
        frames.parse_packet(b"short")


@given(st.binary(max_size=200))
def test_garbage_raises_only_what_is_documented(data):
    for command in range(12):
        try:
            frames.parse_request(command, data)
        except AdsError as error:
            assert error.code in (8, 1797)
        try:
            frames.parse_response(command, data)
        except FrameError:
            pass
    try:
        frames.parse_notification(data)
    except FrameError:
        pass


def test_net_ids():
    assert frames.net_id_text(frames.net_id_bytes("1.2.3.4.5.255")) == "1.2.3.4.5.255"
    for text in ("1.2.3.4.5", "1.2.3.4.5.256", "a.b.c.d.e.f", ""):
        with pytest.raises(RangeError, match="is no AMS NetId"):
            frames.net_id_bytes(text)
