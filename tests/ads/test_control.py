"""States: run, stop, reset, restart, config, and ticks from outside."""

import struct

from ads.conftest import Bench
from ads.small import small_plc

from alycat.runtime import SteppedClock
from alycat.runtime.ads.frames import AddNotification, Data, Read, ReadState, Result, State, Write, WriteControl

RUN, STOP, RESET, CONFIG = 5, 6, 2, 16


def counter(client):
    place = client.bench.image.find("MAIN.nCounter")
    return int.from_bytes(client.ask(Read(place.group, place.offset, 4)).data, "little")


def system(client):
    return struct.unpack_from("<HHH", client.ask(Read(240, 0, 16), port=10_000).data)


def test_stop_and_run(bench, client):
    assert client.ask(WriteControl(STOP, 3)) == Result(0)
    assert client.ask(ReadState()) == State(0, STOP, 3)
    assert client.ask(WriteControl(STOP, 0)) == Result(0)
    assert client.ask(WriteControl(RUN, 0)) == Result(0)
    assert client.ask(ReadState()) == State(0, RUN, 0)


def test_reset_takes_initial_values_and_stops(bench, client):
    bench.run(5)
    handle = client.handle("MAIN.nValue")
    client.ask(Write(0xF005, handle, struct.pack("<i", 1234)))
    assert counter(client) == 5
    assert client.ask(WriteControl(RESET, 0)) == Result(0)
    assert client.ask(ReadState()) == State(0, STOP, 0) and counter(client) == 0
    assert client.ask(Read(0xF005, handle, 4)) == Data(0, struct.pack("<i", 5))
    client.ask(WriteControl(RUN, 0))
    before = bench.plc.clock.now()
    bench.run(1)
    assert counter(client) == 1 and bench.plc.clock.now() > before  # time itself goes on


def test_restart_through_the_system_service(bench, client):
    bench.run(4)
    handle = client.handle("MAIN.nValue")
    client.ask(AddNotification(0xF005, handle, 4, 4, 0, 0))
    state, device, index = system(client)
    assert (state, device) == (RUN, 1)
    assert client.ask(WriteControl(RESET, 0), port=10_000) == Result(0)
    assert system(client) == (RUN, 1, index + 1)
    assert client.ask(ReadState()) == State(0, RUN, 0) and counter(client) == 0
    assert client.ask(Read(0xF005, handle, 4)) == Result(1809) and bench.device.scheduler.count == 0


def test_config_and_back(bench, client):
    note = client.ask(AddNotification(0xF100, 0, 4, 4, 0, 0), port=10_000)
    bench.sleep(5)
    client.take()
    _, _, index = system(client)
    client.send(5, struct.pack("<HHI", CONFIG, 0, 0), port=10_000)
    client.take()
    assert client.ask(ReadState()) == Result(6)
    assert client.ask(ReadState(), port=200) == Result(6)
    assert client.ask(ReadState(), port=10_000) == State(0, 15, 1)
    assert system(client) == (15, 1, index + 1)
    assert note.result == 0 and bench.device.scheduler.count == 1
    assert client.ask(WriteControl(RESET, 0), port=10_000) == Result(0)
    assert client.ask(ReadState()) == State(0, RUN, 0) and system(client)[2] == index + 2


def test_states_that_cannot_be_asked_for(client):
    for port, states in ((851, (0, 1, 15, 16, 20)), (10_000, (0, 6, 20))):
        for state in states:
            assert client.ask(WriteControl(state, 0), port=port) == Result(1793)


def test_a_failed_program_shows_as_exception_until_reset(bench, client):
    client.ask(Write(0xF005, client.handle("MAIN.bFail"), b"\1"))
    bench.run(1)
    assert client.ask(ReadState()) == State(0, 19, 0)
    assert client.ask(WriteControl(RUN, 0)) == Result(1810)
    assert client.ask(WriteControl(RESET, 0)) == Result(0)
    assert client.ask(WriteControl(RUN, 0)) == Result(0)
    bench.run(1)
    assert client.ask(ReadState()) == State(0, RUN, 0) and counter(client) == 1


def test_ticks_of_a_stepped_clock():
    bench = Bench(plc=small_plc(SteppedClock()))
    client = bench.connect()
    assert client.ask(Write(1, 0x31, struct.pack("<i", 5)), port=200) == Result(0)
    assert counter(client) == 5
    assert client.ask(Write(1, 0x32, struct.pack("<I", 1)), port=200) == Result(1810)
    assert client.ask(Write(1, 0x31, struct.pack("<i", -1)), port=200) == Result(1798)
    assert client.ask(Write(1, 0x31, b"123"), port=200) == Result(1797)
    assert client.ask(Read(1, 0x33, 4), port=200) == Result(1793)
    client.ask(WriteControl(STOP, 0))
    assert client.ask(Write(1, 0x31, struct.pack("<i", 5)), port=200) == Result(1810)


def test_a_virtual_plc_can_be_made_to_wait_for_ticks(bench, client):
    assert client.ask(Read(1, 0x32, 4), port=200) == Data(0, struct.pack("<I", 2))
    assert client.ask(Write(1, 0x31, struct.pack("<i", 5)), port=200) == Result(1810)
    assert client.ask(Write(1, 0x32, struct.pack("<I", 3)), port=200) == Result(0)
    assert client.ask(Read(1, 0x32, 4), port=200) == Data(0, struct.pack("<I", 3))
    assert client.ask(Write(1, 0x31, struct.pack("<i", 5)), port=200) == Result(0)
    assert counter(client) == 5
    assert client.ask(Write(1, 0x31, struct.pack("<i", 2)), port=200) == Result(0)
    assert counter(client) == 7
    assert client.ask(Write(1, 0x32, struct.pack("<I", 1)), port=200) == Result(0)
    bench.run(3)
    assert counter(client) == 10
