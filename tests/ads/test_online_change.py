"""An online change of the simulated PLC while it runs, as pyads sees it."""

import struct
import threading
import time
from types import SimpleNamespace

import pytest
from ads.raw import RawClient

from alycat.runtime import Plc, Program, RealTimeClock
from alycat.runtime.ads.frames import AddNotification, Data, Read, ReadWrite, Result, Write, WriteControl
from alycat.runtime.errors import PlcError
from alycat.runtime.iec import LREAL, STRING, UDINT

pyads = pytest.importorskip("pyads", reason="pyads is not installed: pip install 'alycat[ads]'")
pytestmark = pytest.mark.slow


class Before(Program):
    nCounter: UDINT
    fGone: LREAL = 1.5
    sName: STRING = "before"

    def cycle(self):
        self.nCounter += 1


class After(Program):
    aNew: LREAL = 2.5
    sName: STRING = "after"
    nCounter: UDINT

    def cycle(self):
        self.nCounter += 1


def project(program, cycle_time="5ms"):
    plc = Plc(RealTimeClock(spin=0), name="Changing")
    plc.task("PlcTask", cycle_time, programs=[("MAIN", program())])
    return plc


@pytest.fixture
def server(hosts):
    host, plc = next(hosts), project(Before)
    with plc.serve_ads(host, f"{host}.7.1") as server:
        thread = threading.Thread(target=server.operate, daemon=True)
        thread.start()
        yield server
        while thread.is_alive():
            plc.stop()
            thread.join(0.05)


@pytest.fixture
def plc(server):
    with pyads.Connection(server.net_id, 851, server.host) as connection:
        yield connection


@pytest.fixture
def raw(server):
    with RawClient(SimpleNamespace(host=server.host, port=server.port, net_id=server.net_id)) as client:
        yield client


def until(condition, limit_s=5):
    end = time.monotonic() + limit_s
    while not condition():
        assert time.monotonic() < end
        time.sleep(0.005)


def code_of(action):
    with pytest.raises(pyads.ADSError) as caught:
        action()
    return caught.value.err_code


def test_symbols_are_added_moved_and_removed(server, plc):
    plc.write_by_name("MAIN.sName", "kept", pyads.PLCTYPE_STRING)
    moved = plc.get_symbol("MAIN.nCounter").index_offset
    until(lambda: plc.read_by_name("MAIN.nCounter", pyads.PLCTYPE_UDINT) > 5)
    before = plc.read_by_name("MAIN.nCounter", pyads.PLCTYPE_UDINT)
    made = server.online_change(project(After))
    assert (made.added, made.removed) == (["MAIN.aNew"], ["MAIN.fGone"])
    with pyads.Connection(server.net_id, 851, server.host) as fresh:  # Connection keeps what it once looked up
        assert [s.name for s in fresh.get_all_symbols()][:3] == ["MAIN.aNew", "MAIN.sName", "MAIN.nCounter"]
        assert fresh.get_symbol("MAIN.nCounter").index_offset != moved
        after = fresh.read_by_name("MAIN.nCounter", pyads.PLCTYPE_UDINT)
        assert before <= after < before + 400  # it went on
        assert fresh.read_by_name("MAIN.aNew", pyads.PLCTYPE_LREAL) == 2.5
        assert fresh.read_by_name("MAIN.sName", pyads.PLCTYPE_STRING) == "kept"
        assert code_of(lambda: fresh.read_by_name("MAIN.fGone", pyads.PLCTYPE_LREAL)) == 1808
        count = "TwinCAT_SystemInfoVarList._AppInfo.OnlineChangeCnt"
        assert fresh.read_by_name(count, pyads.PLCTYPE_UDINT) == 1
        until(lambda: fresh.read_by_name("MAIN.nCounter", pyads.PLCTYPE_UDINT) > after)
        assert fresh.read_state() == (5, 0)


def test_old_handles_are_refused_until_they_are_made_anew(server, plc):
    counter, gone = plc.get_handle("MAIN.nCounter"), plc.get_handle("MAIN.fGone")
    version = plc.read(0xF008, 0, pyads.PLCTYPE_BYTE)
    assert plc.read_by_name("", pyads.PLCTYPE_LREAL, handle=gone) == 1.5
    server.online_change(project(After))
    assert plc.read(0xF008, 0, pyads.PLCTYPE_BYTE) == version + 1
    for handle, kind in ((counter, pyads.PLCTYPE_UDINT), (gone, pyads.PLCTYPE_LREAL)):
        assert code_of(lambda handle=handle, kind=kind: plc.read_by_name("", kind, handle=handle)) == 1809
        assert code_of(lambda handle=handle, kind=kind: plc.write_by_name("", 0, kind, handle=handle)) == 1809
    assert code_of(lambda: plc.release_handle(counter)) == 1809
    counter = plc.get_handle("MAIN.nCounter")
    assert plc.read_by_name("", pyads.PLCTYPE_UDINT, handle=counter) > 0


def test_who_watches_is_told(raw, server):
    """The version as a sample of its own; what was watched ends with a sample without data."""
    version = raw.ask(AddNotification(0xF008, 0, 1, 4, 0, 0)).handle
    gone = raw.ask(AddNotification(0xF005, raw.handle("MAIN.fGone"), 8, 4, 0, 0)).handle
    assert sorted(sample[1:] for sample in raw.samples(2)) == [(version, b"\1"), (gone, struct.pack("<d", 1.5))]
    server.online_change(project(After))
    assert sorted(sample[1:] for sample in raw.samples(2)) == [(version, b"\2"), (gone, b"")]
    again = raw.ask(AddNotification(0xF005, raw.handle("MAIN.nCounter"), 4, 4, 0, 0)).handle
    assert {handle for _, handle, _ in raw.samples(10)} == {again}


def test_a_client_that_watches_nothing_but_the_version_is_told_at_once(raw, server):
    raw.ask(AddNotification(0xF008, 0, 1, 4, 0, 0))
    assert raw.samples(1)[0][2] == b"\1"
    server.online_change(project(After))
    assert raw.samples(1, timeout=1.0)[0][2] == b"\2"


def test_a_sum_read_fails_item_by_item(raw, server):
    items = [(0xF005, raw.handle(f"MAIN.{name}"), 4) for name in ("nCounter", "fGone")]
    request = ReadWrite(0xF080, 2, 16, b"".join(struct.pack("<III", *item) for item in items))
    for _ in range(2):
        assert raw.ask(request).data[:8] == bytes(8)
    server.online_change(project(After))
    assert raw.ask(request) == Data(0, struct.pack("<IIQ", 1809, 1809, 0))


def test_a_change_of_code_alone_keeps_the_table(raw, server):
    class Faster(Before):
        def cycle(self):
            self.nCounter += 1000

    handle = raw.handle("MAIN.nCounter")
    server.online_change(project(Faster))
    assert raw.ask(Read(0xF008, 0, 1)) == Data(0, b"\1")
    until(lambda: int.from_bytes(raw.ask(Read(0xF005, handle, 4)).data, "little") > 5000)


def test_reset_and_stop_work_on_the_new_project(raw, server):
    server.online_change(project(After))
    assert raw.ask(WriteControl(6, 0)) == Result(0)
    new = raw.handle("MAIN.aNew")
    assert raw.ask(Write(0xF005, new, struct.pack("<d", 9.0))) == Result(0)
    assert raw.ask(WriteControl(2, 0)) == Result(0)
    assert raw.ask(Read(0xF005, raw.handle("MAIN.aNew"), 8)) == Data(0, struct.pack("<d", 2.5))
    server.online_change(project(Before))  # in stop, and back again
    assert raw.ask(Read(0xF005, raw.handle("MAIN.fGone"), 8)) == Data(0, struct.pack("<d", 1.5))
    assert raw.ask(WriteControl(5, 0)) == Result(0)
    handle = raw.handle("MAIN.nCounter")
    until(lambda: int.from_bytes(raw.ask(Read(0xF005, handle, 4)).data, "little") > 5)


def test_what_cannot_be_changed_online_leaves_the_clients_alone(raw, server):
    handle = raw.handle("MAIN.nCounter")
    with pytest.raises(PlcError, match="cannot change tasks"):
        server.online_change(project(After, "20ms"))
    assert raw.ask(Read(0xF008, 0, 1)) == Data(0, b"\1")
    assert len(raw.ask(Read(0xF005, handle, 4)).data) == 4


def test_many_changes_in_a_row_under_load(server, plc):
    """A client that goes on reading by name gets nothing but values and documented errors."""
    stop, problems, reads = threading.Event(), [], [0]

    def ask():
        with pyads.Connection(server.net_id, 851, server.host) as connection:
            while not stop.is_set():
                try:
                    connection.read_by_name("MAIN.nCounter", pyads.PLCTYPE_UDINT)
                    reads[0] += 1
                except pyads.ADSError as error:
                    if error.err_code != 1809:
                        problems.append(error)

    thread = threading.Thread(target=ask)
    thread.start()
    for number in range(40):
        server.online_change(project(Before if number % 2 else After))
    until(lambda: reads[0] > 20)
    stop.set()
    thread.join()
    assert problems == [] and server.plc.app_info.OnlineChangeCnt == 40
