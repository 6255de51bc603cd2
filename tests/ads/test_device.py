"""The device against bytes: addresses, values, names, uploads, states and limits."""

import struct

import pytest
from ads.conftest import CLIENT, Bench

from alycat.runtime.ads import entries, frames, repeats
from alycat.runtime.ads.device import Limits
from alycat.runtime.ads.frames import (
    AddNotification,
    Data,
    DeviceInfo,
    Kind,
    Read,
    ReadDeviceInfo,
    ReadState,
    ReadWrite,
    Result,
    State,
    Write,
    WriteControl,
)

ANYTHING = 0xFFFF_FFFF


# --- addresses --------------------------------------------------------------------------------------------------------


def test_answers_come_from_the_address_that_was_called(client):
    client.send(4)
    (packet,) = client.packets()
    assert packet.source == frames.address(frames.net_id_bytes("127.0.0.1.7.1"), 851)
    assert (packet.target, packet.flags, packet.invoke_id, packet.error) == (CLIENT, 5, 1, 0)


@pytest.mark.parametrize(
    ("how", "error"), [({"port": 852}, 6), ({"net_id": "1.2.3.4.1.1"}, 7), ({"command": 77}, 8), ({"command": 0}, 8)]
)
def test_router_errors_stand_in_the_header(client, how, error):
    client.send(**({"command": 4} | how))
    (packet,) = client.packets()
    assert packet.error == error and packet.data == b""


def test_no_answer_where_none_is_wanted_or_possible(client):
    target = frames.address(frames.net_id_bytes("127.0.0.1.7.1"), 851)
    packet = frames.Packet(target, CLIENT, 4, 0, 0, 0, 1, b"")
    for flags in (0x0006, 0x0005):  # no answer wanted; itself an answer
        header = frames.AMS_HEADER.pack(*packet._replace(flags=flags)[:7])
        client.feed(frames.frame(0, header))
    client.send(8)
    assert client.take() == []


def test_not_allowed_net_ids_find_no_machine():
    client = Bench(allows=lambda net_id: net_id == frames.net_id_bytes("1.1.1.1.1.1")).connect()
    assert client.ask(ReadState()) == Result(7)
    assert client.ask(ReadState(), source=frames.address(frames.net_id_bytes("1.1.1.1.1.1"), 1)) == State(0, 5, 0)


def test_data_of_another_length_than_the_header_says(client):
    target = frames.address(frames.net_id_bytes("127.0.0.1.7.1"), 851)
    for length in (11, 13, ANYTHING):
        header = frames.AMS_HEADER.pack(target, CLIENT, 2, 4, length, 0, 1)
        client.feed(frames.frame(0, header + frames.request_data(Read(0x4040, 0, 4))))
        (packet,) = client.packets()
        assert packet.error == 0 and packet.data == struct.pack("<II", 1797, 0)


def test_failed_answers_have_full_length(client):
    """AdsLib waits for the length of a failed Read and for the handle of a failed AddNotification."""
    for command, size in ((2, 8), (3, 4), (5, 4), (6, 8), (7, 4), (9, 8)):
        client.send(command)
        (packet,) = client.packets()
        assert packet.data == struct.pack("<I", 1797).ljust(size, b"\0")


# --- ports ------------------------------------------------------------------------------------------------------------


def test_names_and_states(client):
    assert client.ask(ReadDeviceInfo()) == DeviceInfo(0, 3, 1, 1, "Plc30 App")
    assert client.ask(ReadDeviceInfo(), port=10_000).name == "TwinCAT System"
    assert client.ask(ReadState()) == State(0, 5, 0)
    assert client.ask(ReadState(), port=10_000) == State(0, 5, 1)


def test_registered_ports(bench, client):
    client.feed(frames.frame(Kind.OPEN_PORT, b"\0\0"))
    ((kind, body),) = client.take()
    assert kind == Kind.OPEN_PORT and body[:6] == bytes([127, 0, 0, 1, 1, 1])
    assert int.from_bytes(body[6:], "little") >= 32_768
    client.feed(frames.frame(Kind.OPEN_PORT, struct.pack("<H", 40_001)))
    ((_, other),) = client.take()
    assert int.from_bytes(other[6:], "little") == 40_001
    second = bench.connect()
    second.feed(frames.frame(Kind.OPEN_PORT, struct.pack("<H", 40_001)))  # taken by another connection
    assert int.from_bytes(second.take()[0][1][6:], "little") not in (0, 40_001)
    client.feed(frames.frame(Kind.CLOSE_PORT, struct.pack("<H", 40_001)))
    assert client.take() == [(Kind.CLOSE_PORT, struct.pack("<H", 40_001))]
    client.feed(frames.frame(Kind.LOCAL_NET_ID, bytes(4)) + frames.frame(Kind.ROUTER_NOTE, bytes(4)))
    assert client.take() == [(Kind.LOCAL_NET_ID, bytes([127, 0, 0, 1, 1, 1]))]


# --- values -----------------------------------------------------------------------------------------------------------


def place(bench, name):
    return bench.image.find(name)


def test_read_and_write_by_handle(client):
    handle = client.handle("main.FVALUE\0")
    assert client.ask(Read(0xF005, handle, 8)) == Data(0, struct.pack("<d", 1.5))
    assert client.ask(Write(0xF005, handle, struct.pack("<d", 2.5))) == Result(0)
    assert client.ask(Read(0xF005, handle, 1024)) == Data(0, struct.pack("<d", 2.5))
    assert client.ask(Read(0xF005, handle, 0)) == Data(0, b"")
    assert client.ask(ReadWrite(0xF005, handle, 8, struct.pack("<d", 3.5))) == Data(0, struct.pack("<d", 3.5))
    assert client.ask(Write(0xF005, handle, bytes(9))) == Result(1797)
    assert client.ask(Write(0xF006, 0, struct.pack("<I", handle))) == Result(0)
    assert client.ask(Read(0xF005, handle, 8)) == Result(1809)
    assert client.ask(Write(0xF005, handle, bytes(8))) == Result(1809)
    assert client.ask(Write(0xF006, 0, struct.pack("<I", handle))) == Result(1809)
    assert client.ask(Write(0xF006, 0, b"")) == Result(1797)


def test_the_same_request_again_gets_the_values_of_now(bench, client):
    """The second time an answer goes a shorter way (`repeats`), which must not show."""
    handle, value = client.handle("MAIN.nCounter"), place(bench, "MAIN.fValue")
    items = struct.pack("<9I", 0xF005, handle, 4, value.group, value.offset, 8, 0xF100, 0, 2)
    read, sum_read, by_place = (
        Read(0xF005, handle, 4),
        ReadWrite(0xF080, 3, 26, items),
        Read(value.group, value.offset, 8),
    )
    for cycle in range(4):
        assert client.ask(read) == Data(0, struct.pack("<I", cycle))
        assert client.ask(sum_read) == Data(0, struct.pack("<IIIIdH", 0, 0, 0, cycle, cycle + 1.5, 5))
        assert client.ask(by_place) == Data(0, struct.pack("<d", cycle + 1.5))
        assert client.ask(Read(0xF005, handle, 2)) == Data(0, struct.pack("<H", cycle))
        client.ask(Write(value.group, value.offset, struct.pack("<d", cycle + 2.5)))
        bench.run()


def test_the_same_request_again_fails_once_its_reason_is_gone(bench, client):
    handle = client.handle("MAIN.nValue")
    other = bench.connect()
    read, sum_read = Read(0xF005, handle, 4), ReadWrite(0xF080, 1, 8, struct.pack("<III", 0xF005, handle, 4))
    for _ in range(3):
        assert client.ask(read) == Data(0, struct.pack("<i", 5))
        assert client.ask(sum_read) == Data(0, struct.pack("<Ii", 0, 5))
    assert client.ask(read, port=852) == Result(6)
    assert other.ask(Write(0xF006, 0, struct.pack("<I", handle))) == Result(0)
    assert client.ask(read) == Result(1809)
    assert client.ask(sum_read) == Data(0, struct.pack("<Ii", 1809, 0))
    read = Read(0xF005, client.handle("MAIN.nValue"), 4)
    for _ in range(2):
        assert client.ask(read) == Data(0, struct.pack("<i", 5))
    bench.image.version += 1
    assert client.ask(read) == Result(1809)
    by_place = Read(0x4040, 0, 4)
    for _ in range(2):
        assert client.ask(by_place) == Data(0, struct.pack("<i", 0))
    client.ask(WriteControl(16, 0), port=10_000)  # into config
    assert client.ask(by_place) == Result(6)


def test_many_different_requests_do_not_fill_the_memory(bench, client):
    for number in range(200):
        items = b"".join(struct.pack("<III", 0x4020, (number + n) % 512, 8) for n in range(1000))
        assert client.ask(ReadWrite(0xF080, 1000, 12_000, items)).data == bytes(12_000)
        assert sum(map(len, bench.device._repeats._known)) <= repeats.MOST
    for number in range(10_000):
        client.ask(Read(0x4020, number % 4000, number % 7))
    assert len(bench.device._repeats._known) <= repeats.MOST / repeats.OVERHEAD


def test_handles_belong_to_the_device(bench, client):
    handle = client.handle("MAIN.nValue")
    client.close()
    assert bench.connect().ask(Read(0xF005, handle, 4)) == Data(0, struct.pack("<i", 5))


def test_the_whole_answer_to_a_handle_request_and_its_beginning(client):
    answer = client.ask(ReadWrite(0xF003, 0, ANYTHING, b"MAIN.fValue")).data
    assert answer[4:] == struct.pack("<IIH", 8, 0, 5) + b"LREAL\0"
    assert len(client.ask(ReadWrite(0xF003, 0, 4, b"MAIN.fValue \0\0")).data) == 4
    assert client.ask(ReadWrite(0xF003, 0, 3, b"MAIN.fValue")) == Result(1797)
    assert client.ask(ReadWrite(0xF003, 0, 4, b"MAIN.nothing")) == Result(1808)
    assert client.ask(ReadWrite(0xF003, 0, 4, b"")) == Result(1808)


def test_by_name(bench, client):
    found = place(bench, "MAIN.nValue")
    assert client.ask(ReadWrite(0xF004, 0, 1024, b"MAIN.nValue\0")) == Data(0, struct.pack("<i", 5))
    expected = struct.pack("<III", found.group, found.offset, found.size)
    assert client.ask(ReadWrite(0xF007, 0, 12, b"MAIN.nValue\0")) == Data(0, expected)
    assert client.ask(ReadWrite(0xF009, 0, 1024, b"MAIN.nValue\0")) == Data(0, entries.symbol_entry(found))
    assert client.ask(ReadWrite(0xF011, 0, 1024, b"lreal\0")) == Data(0, entries.type_entry(bench.image.type("LREAL")))
    assert client.ask(ReadWrite(0xF011, 0, 1024, b"ST_Nothing\0")) == Result(1808)


def test_by_place(bench, client):
    found = place(bench, "MAIN.nValue")
    assert client.ask(Write(found.group, found.offset, struct.pack("<i", -7))) == Result(0)
    assert client.ask(Read(found.group, found.offset, 4)) == Data(0, struct.pack("<i", -7))
    assert bench.plc.symbols["MAIN.nValue"].read() == -7
    flag = place(bench, "MAIN.bFlag")
    assert client.ask(Read(0x4041, flag.offset * 8, 1)) == Data(0, b"\0")
    assert client.ask(Write(0x4020, 100, b"abc")) == Result(0)
    assert client.ask(Read(0x4020, 99, 5)) == Data(0, b"\0abc\0")
    assert client.ask(Read(0x4025, 0, 4)) == Data(0, struct.pack("<I", 4096))


def test_lengths_beyond_the_end(bench, client):
    last = bench.image.symbols()[-1]
    assert len(client.ask(Read(0x4040, last.offset, ANYTHING)).data) == 8
    assert client.ask(Read(0x4040, last.offset + 8, 4)) == Result(1795)
    assert client.ask(Read(0x4040, ANYTHING, ANYTHING)) == Result(1795)
    assert client.ask(Read(0x4040, 0, 0)) == Data(0, b"")


@pytest.mark.parametrize(
    ("request_", "code"),
    [
        (Read(0x1234_5678, 0, 4), 1794),
        (Write(0x1234_5678, 0, b"1234"), 1793),
        (ReadWrite(0x1234_5678, 0, 4, b""), 1793),
        (Read(0, 0, 4), 1793),
        (AddNotification(0, 0, 4, 4, 0, 0), 1793),
        (Read(0x4025, 0x10000, 4), 1793),
        (AddNotification(0x4025, 0x10000, 4, 4, 0, 0), 1793),
        (AddNotification(0x1234_5678, 0, 4, 4, 0, 0), 1794),
        (AddNotification(0x4040, 0, 4, 99, 0, 0), 1803),
        (AddNotification(0x4040, 0, 0, 4, 0, 0), 1797),
        (AddNotification(0xF005, 12345, 4, 4, 0, 0), 1809),
        (Write(0xF008, 0, b"1"), 1793),
        (WriteControl(0, 0), 1793),
        (WriteControl(20, 0), 1793),
        (WriteControl(65_535, 0), 1793),
    ],
)
def test_corner_cases_of_the_real_runtime(client, request_, code):
    assert client.ask(request_) == Result(code)


def test_read_only_symbols(client):
    handle = client.handle("MAIN.nFixed")
    assert client.ask(Write(0xF005, handle, struct.pack("<i", 1))) == Result(1796)
    assert client.ask(Read(0xF005, handle, 4)) == Data(0, struct.pack("<i", 42))


def test_methods(client):
    handle = client.handle("MAIN.nValue#sum")
    assert client.ask(ReadWrite(0xF005, handle, 4, struct.pack("<ii", 20, 22))) == Data(0, struct.pack("<i", 42))
    assert client.ask(ReadWrite(0xF005, handle, 4, b"")) == Result(1797)
    assert client.ask(Read(0xF005, handle, 4)) == Result(1793)
    assert client.ask(ReadWrite(0xF003, 0, 4, b"MAIN.nValue#Nothing")) == Result(1808)


# --- tables -----------------------------------------------------------------------------------------------------------


def test_uploads_and_their_sizes_agree(bench, client):
    for asked, size in ((8, 8), (24, 24), (64, 64), (1024, 64)):
        info = client.ask(Read(0xF00F, 0, asked)).data
        assert len(info) == size
    symbols, symbol_bytes, types, type_bytes = struct.unpack_from("<IIII", info)
    assert client.ask(Read(0xF00C, 0, 8)).data == info[:8]
    for group, count, size in ((0xF00B, symbols, symbol_bytes), (0xF00E, types, type_bytes)):
        data = client.ask(Read(group, 0, size)).data
        assert len(data) == size
        place = found = 0
        while place < size:
            place += struct.unpack_from("<I", data, place)[0]
            found += 1
        assert (place, found) == (size, count)
    assert symbols == len(bench.image.symbols())


def test_a_changed_table_makes_handles_invalid(bench, client):
    handle = client.handle("MAIN.nValue")
    assert client.ask(Read(0xF008, 0, 1)) == Data(0, b"\1")
    bench.image.version = 2
    assert client.ask(Read(0xF008, 0, 1)) == Data(0, b"\2")
    assert client.ask(Read(0xF005, handle, 4)) == Result(1809)
    assert client.ask(Read(0xF005, client.handle("MAIN.nValue"), 4)) == Data(0, struct.pack("<i", 5))


# --- limits -----------------------------------------------------------------------------------------------------------


def test_handles_are_limited_and_those_of_closed_connections_go_first():
    bench = Bench(Limits(handles=3))
    first, second = bench.connect(), bench.connect()
    old, kept = first.handle("MAIN.nValue"), second.handle("MAIN.nValue")
    second.handle("MAIN.fValue")
    assert second.ask(ReadWrite(0xF003, 0, 4, b"MAIN.bFlag")) == Result(1802)
    first.close()
    second.handle("MAIN.bFlag")
    assert second.ask(Read(0xF005, old, 4)) == Result(1809)
    assert second.ask(Read(0xF005, kept, 4)).result == 0


def test_subscriptions_are_limited():
    client = Bench(Limits(subscriptions=5, subscriptions_per_connection=3)).connect()
    watch = AddNotification(0x4040, 0, 4, 4, 0, 0)
    assert [client.ask(watch).result for _ in range(4)] == [0, 0, 0, 1814]
    other = client.bench.connect()
    assert [other.ask(watch).result for _ in range(3)] == [0, 0, 1814]
