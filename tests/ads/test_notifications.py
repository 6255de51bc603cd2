"""Notifications: when they come, with which time stamp, and what becomes of them when clients are slow or gone."""

import itertools
import struct

import pytest
from ads.conftest import CLIENT, Bench
from ads.small import small_plc

from alycat.runtime import SteppedClock
from alycat.runtime.ads import frames
from alycat.runtime.ads.device import GRACE_NS, Limits
from alycat.runtime.ads.frames import (
    AddNotification,
    DeleteNotification,
    Kind,
    ReadWrite,
    Result,
    Write,
    WriteControl,
)
from alycat.runtime.dctime import to_filetime

CYCLIC, ON_CHANGE = 3, 4
MS = 10_000  # in units of 100 ns


def watch(client, name, mode=ON_CHANGE, cycle_time=0, max_delay=0, length=None, source=CLIENT):
    """A subscription by symbol handle; the notification handle."""
    place = client.bench.image.find(name)
    request = AddNotification(0xF005, client.handle(name), length or place.size, mode, max_delay, cycle_time)
    answer = client.ask(request, source=source)
    assert answer.result == 0
    return answer.handle


def numbers(samples):
    return [int.from_bytes(value, "little") for _, _, value in samples]


@pytest.mark.parametrize("mode", [1, 2, 3, 4, 5, 6])
def test_one_initial_sample_but_not_before_the_client_can_take_it(bench, client, mode):
    handle = watch(client, "MAIN.nValue", mode, cycle_time=10**9)
    bench.sleep(1)
    assert client.samples() == []
    bench.sleep(2)
    ((stamp, number, value),) = client.samples()
    assert (number, value) == (handle, struct.pack("<i", 5)) and stamp == to_filetime(bench.plc.clock.now())
    bench.run(20)
    assert client.samples() == []


def test_mode_0_sends_nothing_but_has_a_handle(bench, client):
    handle = watch(client, "MAIN.nCounter", mode=0)
    bench.run(5)
    assert client.samples() == []
    assert client.ask(DeleteNotification(handle)) == Result(0)


@pytest.mark.parametrize("cycle_time", [0, 1, 10 * MS])
@pytest.mark.parametrize("mode", [CYCLIC, ON_CHANGE])
def test_every_cycle_of_the_task_with_its_start_as_time_stamp(bench, client, mode, cycle_time):
    bench.run(3)
    watch(client, "MAIN.nCounter", mode, cycle_time)
    bench.sleep(5)
    bench.run(100)
    samples = client.samples()
    assert numbers(samples) == list(range(3, 104))
    assert {b[0] - a[0] for a, b in itertools.pairwise(samples)} == {10 * MS}
    assert samples[-1][0] == to_filetime(bench.plc.tasks[0].info.DcTaskTime)


def test_slower_cyclic_ones_come_evenly(bench, client):
    bench.run()
    watch(client, "MAIN.nCounter", CYCLIC, cycle_time=34 * MS)  # rounded to three cycles
    bench.sleep(5)
    bench.run(30)
    assert numbers(client.samples()) == list(range(1, 32, 3))


def test_on_change_only_on_change(bench, client):
    watch(client, "MAIN.nSlow")
    bench.sleep(5)
    bench.run(25)
    samples = client.samples()
    assert numbers(samples) == [0, 1, 2] and samples[2][0] - samples[1][0] == 100 * MS


def test_samples_of_one_cycle_share_a_frame(bench, client):
    for name in ("MAIN.nCounter", "MAIN.nValue", "MAIN.fValue"):
        watch(client, name, CYCLIC)
    bench.sleep(5)
    client.take()
    bench.run()
    (packet,) = client.packets()
    ((_, samples),) = frames.parse_notification(packet.data)
    assert [len(value) for _, value in samples] == [4, 4, 8]


def test_clients_at_one_connection_get_their_own_frames(bench, client):
    other = frames.address(frames.net_id_bytes("127.0.0.1.99.1"), 40_001)
    watch(client, "MAIN.nCounter", CYCLIC)
    handle = watch(client, "MAIN.nCounter", CYCLIC, source=other)
    bench.sleep(5)
    client.take()
    bench.run()
    assert {packet.target for packet in client.packets()} == {CLIENT, other}
    assert client.ask(DeleteNotification(handle)) == Result(1812)  # not the one who asked for it
    assert client.ask(DeleteNotification(handle), source=other) == Result(0)


def test_two_connections_with_the_same_address(bench, client):
    other = bench.connect()
    mine, theirs = watch(client, "MAIN.nCounter"), watch(other, "MAIN.nValue")
    bench.run()
    assert {h for _, h, _ in client.samples()} == {mine} and {h for _, h, _ in other.samples()} == {theirs}
    other.close()
    bench.run()
    assert len(client.samples()) == 1


def test_the_size_is_that_of_the_request_at_most_that_of_the_variable(bench, client):
    watch(client, "MAIN.fValue", CYCLIC, length=0xFFFF_FFFF)
    watch(client, "MAIN.fValue", CYCLIC, length=2)
    bench.run(3)
    sizes = [len(value) for _, _, value in client.samples()]
    assert sorted(set(sizes)) == [2, 8] and sizes.count(2) == sizes.count(8)


def test_max_delay_collects_samples(bench, client):
    bench.run(1)
    watch(client, "MAIN.nCounter", CYCLIC, max_delay=50 * MS)
    bench.sleep(10)
    assert client.take() == []  # the first one, too, comes after the delay
    bench.run(4)
    assert client.take() == []
    bench.run(1)
    (packet,) = client.packets()
    stamps = frames.parse_notification(packet.data)
    assert len(stamps) == 6 and [len(samples) for _, samples in stamps] == [1] * 6


def test_delete(bench, client):
    handle = watch(client, "MAIN.nCounter", CYCLIC)
    bench.run(2)
    assert client.ask(DeleteNotification(handle)) == Result(0)
    assert client.ask(DeleteNotification(handle)) == Result(1812)
    assert client.ask(DeleteNotification(0)) == Result(1812)
    bench.run(3)
    assert client.take() == [] and bench.device.scheduler.count == 0 and not bench.attendant.wanted
    assert not client.session.routes


def test_delete_before_the_first_sample(bench, client):
    handle = watch(client, "MAIN.nCounter")
    client.ask(DeleteNotification(handle))
    bench.run(3)
    assert client.take() == [] and bench.device.scheduler.count == 0


def test_skipped_cycles_are_made_up_for(bench, client):
    watch(client, "MAIN.nCounter", CYCLIC, cycle_time=20 * MS)
    bench.sleep(5)
    client.take()
    bench.run(2)
    clock = bench.plc.clock
    bench.plc.cycle_finished.insert(0, lambda task: clock.advance("35ms") if task.cycles == 4 else None)
    bench.run(10)
    stamps = [stamp for stamp, _, _ in client.samples()]
    assert all(b > a for a, b in itertools.pairwise(stamps)) and len(stamps) >= 5


# --- states and tables ------------------------------------------------------------------------------------------------


def test_the_state_is_told_at_once(bench, client):
    answer = client.ask(AddNotification(0xF100, 0, 4, ON_CHANGE, 0, 0))
    bench.sleep(5)
    assert client.samples()[0][2] == struct.pack("<HH", 5, 0)
    client.send(5, frames.request_data(WriteControl(6, 0)))
    response, note = client.packets()
    assert response.command == 5 and note.command == 8
    ((_, ((handle, value),)),) = frames.parse_notification(note.data)
    assert (handle, value) == (answer.handle, struct.pack("<HH", 6, 0))


def test_the_symbol_version_is_told_and_what_is_gone_dies(bench, client):
    version = client.ask(AddNotification(0xF008, 0, 1, ON_CHANGE, 0, 0)).handle
    gone = watch(client, "MAIN.nCounter")
    bench.run(1)
    client.take()
    bench.image.version = 2
    bench.run(1)
    found = {handle: value for _, handle, value in client.samples()}
    assert found == {version: b"\2", gone: b""}
    assert client.ask(DeleteNotification(gone)) == Result(1812)
    assert client.ask(DeleteNotification(version)) == Result(0)


def test_a_stopped_plc_still_tells_what_clients_write(bench, client):
    handle = client.handle("MAIN.nValue")
    watch(client, "MAIN.nValue")
    bench.run(1)
    client.ask(WriteControl(6, 0))
    client.take()
    client.send(3, frames.request_data(Write(0xF005, handle, struct.pack("<i", 99))))
    notes = [p for p in client.packets() if p.command == 8]
    assert frames.parse_notification(notes[0].data)[0][1][0][1] == struct.pack("<i", 99)


# --- slow, vanished and registered clients ----------------------------------------------------------------------------


def test_a_slow_reader_loses_cyclic_samples_and_keeps_the_latest_change(bench, client):
    cyclic, change = watch(client, "MAIN.nCounter", CYCLIC), watch(client, "MAIN.nCounter", ON_CHANGE)
    bench.run(2)
    client.take()
    client.session.is_full = True
    bench.run(50)
    assert client.take() == []
    assert client.session.dropped == 50 + 49
    bench.device.drained(client.session)
    ((_, handle, value),) = client.samples()
    assert (handle, value) == (change, struct.pack("<I", 52))
    bench.run(1)
    assert [h for _, h, _ in client.samples()] == [cyclic, change]


def test_a_closed_connection_takes_its_subscriptions_along(bench, client):
    for _ in range(10):
        watch(client, "MAIN.nCounter")
    bench.run(2)
    client.close()
    bench.run(2)
    assert bench.device.scheduler.count == 0 and not bench.device.sessions


def register(client, port=0):
    client.take()
    client.feed(frames.frame(Kind.OPEN_PORT, struct.pack("<H", port)))
    return client.take()[0][1]


def test_a_registered_port_outlives_its_connection_for_some_seconds(bench, client):
    source = register(client)
    handle = watch(client, "MAIN.nCounter", source=source)
    bench.run(3)
    client.close()
    bench.run(5)
    again = bench.connect()
    assert register(again, frames.port_of(source)) == source
    values = numbers(again.samples())
    bench.run(2)
    values += numbers(again.samples())
    assert values[-2:] == [9, 10]
    assert again.ask(DeleteNotification(handle), source=source) == Result(0)
    assert bench.device.scheduler.count == 0


def test_a_registered_port_ends_at_last(bench, client):
    watch(client, "MAIN.nCounter", source=register(client))
    client.close()
    assert bench.device.scheduler.count == 1
    bench.sleep(GRACE_NS / 1e6 + 1)
    assert bench.device.scheduler.count == 0 and not bench.device._registered


def test_closing_a_registered_port_ends_it_at_once(bench, client):
    source = register(client)
    watch(client, "MAIN.nCounter", source=source)
    client.feed(frames.frame(Kind.CLOSE_PORT, source[6:]))
    assert bench.device.scheduler.count == 0


# --- many -------------------------------------------------------------------------------------------------------------


def test_thousands_cost_one_frame_per_client_and_cycle():
    bench = Bench(Limits())
    client = bench.connect()
    request = frames.request_data(AddNotification(0x4040, 0, 4, CYCLIC, 0, 100 * MS))
    sources = [frames.address(frames.net_id_bytes("127.0.0.1.99.1"), 40_000 + n) for n in range(8)]
    for source in sources:
        answer = client.ask(ReadWrite(0xF085, 1024, 8 * 1024, request * 1024), source=source)
        assert not any(struct.unpack("<2048I", answer.data)[::2])
    bench.sleep(5)
    client.take()
    bench.run(100)
    packets = client.packets()
    assert len(packets) == 8 * 10
    assert all(len(frames.parse_notification(p.data)[0][1]) == 1024 for p in packets)


def test_ticks_from_outside_step_a_stepped_plc():
    bench = Bench(plc=small_plc(SteppedClock()))
    client = bench.connect()
    watch(client, "MAIN.nCounter")
    bench.sleep(5)
    client.take()
    answer = client.ask(frames.Read(1, 0x32, 4), port=200)
    assert answer.data == struct.pack("<I", 3)
    client.send(3, frames.request_data(Write(1, 0x31, struct.pack("<i", 7))), port=200)
    values = [
        int.from_bytes(samples[0][1], "little")
        for p in client.packets()
        if p.command == 8
        for _, samples in frames.parse_notification(p.data)
    ]
    assert values == list(range(1, 8)) and bench.plc.tasks[0].cycles == 7


def test_no_cycle_is_missed_after_a_first_sample_between_two_cycles(bench, client):
    """The grid need not lie on multiples of the cycle time, and a client's write publishes between two cycles."""
    bench.plc.run(cycles=0)
    bench.plc.clock.advance("8ms")
    bench.run(3)
    for _ in range(3):
        bench.plc.clock.advance("3ms")
        client.ask(Write(0x4020, 0, b"x"))
        handle = watch(client, "MAIN.nCounter")
        bench.sleep(5)
        bench.run(2)
        first, *more = numbers(client.samples())
        assert more == [first + 1, first + 2]
        client.ask(DeleteNotification(handle))
