"""The server with sockets: faults of clients, limits, starting and stopping."""

import itertools
import socket
import struct
import time

import pytest
from ads.raw import RawClient
from ads.small import SmallImage, small_plc

from alycat.runtime import RealTimeClock
from alycat.runtime.ads import frames
from alycat.runtime.ads.device import Limits
from alycat.runtime.ads.frames import AddNotification, Data, Read, ReadState, ReadWrite, State, Write
from alycat.runtime.ads.server import AdsServer
from alycat.runtime.errors import PlcError


def until(condition, timeout=5.0):
    end = time.monotonic() + timeout
    while not condition():
        assert time.monotonic() < end, "did not happen in time"
        time.sleep(0.005)


def is_closed(client):
    client.socket.settimeout(5)
    try:
        return client.socket.recv(1) == b""
    except ConnectionResetError:
        return True


def test_reads_and_writes_while_the_plc_runs(serve):
    server = serve()
    with RawClient(server) as client:
        handle = client.handle("MAIN.nValue")
        for number in range(50):
            assert client.ask(Write(0xF005, handle, struct.pack("<i", number))).result == 0
            assert client.ask(Read(0xF005, handle, 4)) == Data(0, struct.pack("<i", number))


def test_a_frame_byte_by_byte_and_many_at_once(serve):
    server = serve()
    with RawClient(server) as client:
        target = frames.address(client.device, 851)
        request = frames.request_frame(target, client.source, 4, 7, b"")
        for byte in request:
            client.socket.sendall(bytes([byte]))
        assert client.packet().invoke_id == 7
        client.socket.sendall(request * 100 + request[:20])
        assert [client.packet().invoke_id for _ in range(100)] == [7] * 100
        client.socket.sendall(request[20:])
        assert client.packet().invoke_id == 7


@pytest.mark.parametrize(
    "garbage",
    [
        b"GET / HTTP/1.1\r\n\r\n",
        frames.TCP_HEADER.pack(0, 2**31),
        frames.TCP_HEADER.pack(0, 5 * 2**20) + bytes(100),
        frames.frame(0, b"too short"),
        b"\xff" * 64,
    ],
)
def test_garbage_ends_that_connection_only(serve, garbage):
    server = serve()
    with RawClient(server) as good, RawClient(server) as bad:
        bad.socket.sendall(garbage)
        assert is_closed(bad)
        assert good.ask(ReadState()) == State(0, 5, 0)
        until(lambda: server.statistics["connections"] == 1)


def test_clients_that_vanish_leave_nothing_behind(serve):
    server = serve()
    for _ in range(20):
        client = RawClient(server)
        client.ask(AddNotification(0x4040, 0, 4, 3, 0, 0))
        client.socket.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))  # a reset, no goodbye
        client.close()
    until(lambda: server.statistics["connections"] == 0)
    assert server.statistics["notifications"] == 0 and not server.device.sessions


@pytest.mark.slow
def test_a_client_that_stops_reading_costs_the_others_nothing(serve):
    server = serve(cycle_time="1ms", more=2000, limits=Limits(queued_bytes=2**18))
    with RawClient(server) as slow, RawClient(server) as good:
        area = 16_000
        watch = frames.request_data(AddNotification(0x4040, 0, area, 3, 0, 0))
        assert slow.ask(ReadWrite(0xF085, 20, 160, watch * 20)).result == 0
        good.ask(AddNotification(0xF005, good.handle("MAIN.nCounter"), 4, 3, 0, 0))
        until(lambda: server.statistics["dropped_samples"] > 100)
        queued = max(c._transport.get_write_buffer_size() for c in server.connections)
        assert queued < 2**18 + 21 * area
        samples = good.samples(200)
        counted = [int.from_bytes(value, "little") for _, _, value in samples]
        assert all(b - a == 1 for a, b in itertools.pairwise(counted))


@pytest.mark.slow
def test_one_that_asks_without_reading_is_not_listened_to(serve):
    server = serve(more=2000, limits=Limits(queued_bytes=2**18))
    with RawClient(server) as greedy, RawClient(server) as good:
        target = frames.address(greedy.device, 851)
        request = frames.request_frame(target, greedy.source, 2, 1, frames.request_data(Read(0x4040, 0, 16_000)))
        greedy.socket.settimeout(0.5)
        with pytest.raises(TimeoutError):
            while True:
                greedy.socket.sendall(request * 100)
        assert all(c._transport.get_write_buffer_size() < 2**20 + 2**18 for c in server.connections)
        assert good.ask(ReadState()) == State(0, 5, 0)
        greedy.socket.settimeout(5)
        assert greedy.packet().length == 16_008  # it is served again as soon as it reads


def test_connections_are_limited(serve):
    server = serve(limits=Limits(connections=2))
    with RawClient(server) as first:
        with RawClient(server) as second, RawClient(server) as third:
            assert second.ask(ReadState()).ads_state == 5
            assert is_closed(third)
        until(lambda: server.statistics["connections"] == 1)
        with RawClient(server) as again:
            assert again.ask(ReadState()).ads_state == first.ask(ReadState()).ads_state == 5


def test_allow_list_of_addresses(serve):
    server = serve(allow=["10.0.0.0/8"])
    with RawClient(server) as stranger:
        assert is_closed(stranger)


def test_allow_list_of_net_ids(serve):
    server = serve(allow=["127.0.0.0/8", "127.0.0.1.99.1"])
    with RawClient(server) as friend:
        assert friend.ask(ReadState()).ads_state == 5
    with RawClient(server, client="127.0.0.1.98.1:1000") as stranger:
        assert stranger.ask(ReadState()).result == 7


def test_several_at_once(serve):
    for server in [serve(host=f"127.0.0.{n}") for n in (50, 51, 52)]:
        with RawClient(server) as client:
            assert client.ask(ReadState()).ads_state == 5


def test_an_address_in_use_is_one_clear_error(serve):
    server = serve()
    plc = small_plc()
    with pytest.raises(PlcError, match=f"127.0.0.1:{server.port}"):
        AdsServer(plc, SmallImage(plc), port=server.port).start()
    assert plc.cycle_finished == []
    plc.run(cycles=3)  # and the Plc is none the worse


def test_a_bad_allow_list_is_refused():
    plc = small_plc()
    with pytest.raises(PlcError, match="'nonsense' is neither"):
        AdsServer(plc, SmallImage(plc), allow=["nonsense"])


def test_stop_frees_the_address_and_leaves_the_plc(serve):
    plc = small_plc()
    for _ in range(3):
        with AdsServer(plc, SmallImage(plc), port=0).start() as server:
            with RawClient(server) as client:
                assert client.ask(ReadState()).ads_state == 5
                server.stop()
                assert is_closed(client)
        plc.run(cycles=1)
    assert plc.cycle_finished == [] and plc.tasks[0].cycles == 3


def test_a_plc_that_runs_as_fast_as_it_can_is_served(serve):
    plc = small_plc()
    server = serve(plc=plc)
    with RawClient(server) as client:
        handle = client.handle("MAIN.nCounter")
        first = int.from_bytes(client.ask(Read(0xF005, handle, 4)).data, "little")
        client.ask(AddNotification(0xF005, handle, 4, 3, 0, 0))
        assert len(client.samples(100)) >= 100
        second = int.from_bytes(client.ask(Read(0xF005, handle, 4)).data, "little")
        assert second > first


def test_a_stop_ends_the_run_even_while_clients_hold_the_plc(serve):
    server = serve()
    with RawClient(server) as client:
        client.ask(frames.WriteControl(6, 0))
    server.plc.stop()
    until(lambda: not server.plc.is_running)


def test_all_items_of_a_sum_read_are_of_one_cycle(serve):
    """nSlow is computed from nCounter in the same cycle."""
    server = serve(cycle_time="1ms")
    with RawClient(server) as client:
        names = ["MAIN.nCounter", "MAIN.nSlow"] * 50
        items = b"".join(struct.pack("<III", 0xF005, client.handle(name), 4) for name in names)
        for _ in range(100):
            data = client.ask(ReadWrite(0xF080, 100, 800, items)).data
            values = struct.unpack_from("<100I", data, 400)
            assert len(set(values[::2])) == 1 and values[0] // 10 == values[1]


def test_ticks_from_outside_for_a_real_time_plc(serve):
    server = serve()
    with RawClient(server) as client:
        handle = client.handle("MAIN.nCounter")
        assert client.ask(Write(1, 0x32, struct.pack("<I", 3)), port=200).result == 0

        def counter():
            return int.from_bytes(client.ask(Read(0xF005, handle, 4)).data, "little")

        first = counter()
        time.sleep(0.05)
        assert counter() == first
        assert client.ask(Write(1, 0x31, struct.pack("<i", 3)), port=200).result == 0
        assert counter() == first + 3
        assert client.ask(Write(1, 0x32, struct.pack("<I", 1)), port=200).result == 0
        until(lambda: counter() > first + 5)
    assert server.plc.tasks[0].exceed_counter == 0


def test_the_failed_task_of_a_served_plc_runs_again_after_a_reset(serve):
    server = serve(plc=small_plc(RealTimeClock(), "1ms"))
    with RawClient(server) as client:
        client.ask(Write(0xF005, client.handle("MAIN.bFail"), b"\1"))
        until(lambda: client.ask(ReadState()).ads_state == 19)
        assert client.ask(frames.WriteControl(2, 0)).result == 0
        assert client.ask(frames.WriteControl(5, 0)).result == 0
        handle = client.handle("MAIN.nCounter")
        until(lambda: int.from_bytes(client.ask(Read(0xF005, handle, 4)).data, "little") > 5)
