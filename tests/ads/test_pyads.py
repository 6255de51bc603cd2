"""pyads as a real client, against the demo project of `alycat plc` and against the small one."""

import ctypes
import itertools
import os
import struct
import threading
import time

import pytest

from alycat.runtime import Plc, RealTimeClock, SteppedClock
from alycat.runtime.ads.server import AdsServer

pyads = pytest.importorskip("pyads", reason="pyads is not installed: pip install 'alycat[ads]'")
pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def demo():
    """The demo project in real time."""
    from alycat.sim.plc_project import build

    host = f"127.{os.getpid() >> 8 & 127 | 1}.{os.getpid() & 255}.251"
    plc = build(RealTimeClock())
    with plc.serve_ads(host, f"{host}.7.1") as server:
        thread = threading.Thread(target=server.operate, daemon=True)
        thread.start()
        yield server
        end(plc, thread)


def end(plc, thread):
    while thread.is_alive():
        plc.stop()
        thread.join(0.05)


@pytest.fixture
def plc(demo):
    connection = pyads.Connection(demo.net_id, 851, demo.host)
    connection.open()
    yield connection
    connection.close()


@pytest.fixture
def system(demo):
    connection = pyads.Connection(demo.net_id, 10_000, demo.host)
    connection.open()
    yield connection
    connection.close()


def test_states_and_names(plc, system):
    assert plc.read_state() == (5, 0) and system.read_state() == (5, 1)
    assert plc.read_device_info()[0] == "Plc30 App" and system.read_device_info()[0] == "TwinCAT System"


def test_every_symbol_of_the_upload_can_be_found_and_read(plc):
    symbols = plc.get_all_symbols()
    assert len(symbols) > 300
    for symbol in symbols:
        found = plc.get_symbol(symbol.name)
        assert (found.index_group, found.index_offset) == (symbol.index_group, symbol.index_offset)
        handle = plc.get_handle(symbol.name)
        data = plc.read(0xF005, handle, ctypes.c_ubyte * found_size(plc, symbol.name))
        assert data is not None
        plc.release_handle(handle)


def found_size(plc, name):
    group, offset, size = struct.unpack(
        "<III", bytes(plc.read_write(0xF007, 0, ctypes.c_ubyte * 12, name, pyads.PLCTYPE_STRING))
    )
    assert group and offset >= 0
    return size


def test_a_counter_subscribed_on_change_misses_no_cycle(plc):
    got = []

    @plc.notification(pyads.PLCTYPE_UDINT)
    def callback(_handle, _name, stamp, value):
        got.append((stamp, value))

    handles = plc.add_device_notification("MAIN.nCounter", pyads.NotificationAttrib(4), callback)
    time.sleep(1)
    plc.del_device_notification(*handles)
    assert len(got) > 50
    for (earlier, first), (later, second) in itertools.pairwise(got):
        assert second - first == 1
        assert ((later - earlier).microseconds + 5) % 10_000 <= 10  # one cycle; more only where the machine was late


def test_first_samples_are_never_lost(plc):
    """AdsLib drops a sample that comes before its own thread has registered the handle."""
    for _ in range(100):
        got = threading.Event()
        callback = lambda _notification, _name, got=got: got.set()  # noqa: E731
        attribute = pyads.NotificationAttrib(4, pyads.ADSTRANS_SERVERONCHA, 0, 1000)
        handles = plc.add_device_notification("MAIN.nCounter", attribute, callback)
        assert got.wait(1), "no first sample"
        plc.del_device_notification(*handles)


def test_stop_reset_and_run(plc):
    plc.write_control(pyads.ADSSTATE_STOP, 0, 0, pyads.PLCTYPE_INT)
    assert plc.read_state() == (6, 0)
    before = plc.read_by_name("MAIN.nCounter", pyads.PLCTYPE_UDINT)
    time.sleep(0.1)
    assert plc.read_by_name("MAIN.nCounter", pyads.PLCTYPE_UDINT) == before
    plc.write_control(pyads.ADSSTATE_RESET, 0, 0, pyads.PLCTYPE_INT)
    assert plc.read_state() == (6, 0) and plc.read_by_name("MAIN.nCounter", pyads.PLCTYPE_UDINT) == 0
    plc.write_control(pyads.ADSSTATE_RUN, 0, 0, pyads.PLCTYPE_INT)
    time.sleep(0.1)
    assert plc.read_state() == (5, 0) and 0 < plc.read_by_name("MAIN.nCounter", pyads.PLCTYPE_UDINT) < 100


def test_config_and_restart(plc, system):
    system.write_control(pyads.ADSSTATE_RECONFIG, 0, 0, pyads.PLCTYPE_INT)
    assert system.read_state()[0] == 15
    with pytest.raises(pyads.ADSError) as error:
        plc.read_state()
    assert error.value.err_code == 6
    system.write_control(pyads.ADSSTATE_RESET, 0, 0, pyads.PLCTYPE_INT)
    assert system.read_state() == (5, 1) and plc.read_state() == (5, 0)


def test_handles_follow_pointers(plc, demo):
    """A handle on `pointer^` shows what the pointer points to at the time."""
    handle = plc.get_handle("GVL.pCounter^")
    read = lambda: plc.read(0xF005, handle, pyads.PLCTYPE_UDINT)  # noqa: E731
    counter = plc.read_by_name("MAIN.nCounter", pyads.PLCTYPE_UDINT)
    assert 0 <= read() - counter < 100
    got = []
    callback = lambda n, _name: got.append(int.from_bytes(bytes(n.contents)[16:20], "little"))  # noqa: E731
    watched = plc.add_device_notification("GVL.pCounter^", pyads.NotificationAttrib(4), callback)
    time.sleep(0.05)
    before = plc.read_by_name("GVL.pCounter", pyads.PLCTYPE_ULINT)
    plc.write_by_name("GVL.pCounter", demo.plc.symbols.address("GVL.nVersion"), pyads.PLCTYPE_ULINT)
    assert read() == 1
    time.sleep(0.05)
    plc.write_by_name("GVL.pCounter", before, pyads.PLCTYPE_ULINT)
    plc.del_device_notification(*watched)
    assert len(got) > 2 and 1 in got


def test_unknown_names(plc):
    with pytest.raises(pyads.ADSError) as error:
        plc.read_by_name("MAIN.nothing", pyads.PLCTYPE_INT)
    assert error.value.err_code == 1808


def test_lists_by_name_and_symbols(serve, hosts):
    server = serve(host=next(hosts), port=48898, more=600)
    with pyads.Connection(server.net_id, 851, server.host) as plc:
        names = [f"GVL.f{n}" for n in range(600)]  # more than one sum command
        assert set(plc.write_list_by_name({name: float(n) for n, name in enumerate(names)}).values()) == {"no error"}
        assert plc.read_list_by_name(names) == {name: float(n) for n, name in enumerate(names)}
        symbol = plc.get_symbol("MAIN.fValue")
        symbol.write(12.5)
        assert symbol.read() == 12.5
        plc.write_by_name("MAIN.sText", "other", pyads.PLCTYPE_STRING)
        assert plc.read_by_name("MAIN.sText", pyads.PLCTYPE_STRING) == "other"
        with pytest.raises(pyads.ADSError) as error:
            plc.write_by_name("MAIN.nFixed", 1, pyads.PLCTYPE_DINT)
        assert error.value.err_code == 1796


def test_ticks_from_outside(hosts):
    from ads.small import SmallImage, small_plc

    host = next(hosts)
    plc: Plc = small_plc(SteppedClock())
    with AdsServer(plc, SmallImage(plc), host, f"{host}.7.1").start() as server:
        with pyads.Connection(server.net_id, 200, host) as clock, pyads.Connection(server.net_id, 851, host) as client:
            assert clock.read(1, 0x32, pyads.PLCTYPE_UDINT) == 3
            for _ in range(5):
                clock.write(1, 0x31, 10, pyads.PLCTYPE_DINT)
            assert client.read_by_name("MAIN.nCounter", pyads.PLCTYPE_UDINT) == 50
    assert plc.tasks[0].cycles == 50


def test_a_restarted_server_is_found_again(hosts):
    from ads.small import SmallImage, small_plc

    host = next(hosts)
    for _ in range(3):
        plc = small_plc()
        with AdsServer(plc, SmallImage(plc), host, f"{host}.7.1").start():
            with pyads.Connection(f"{host}.7.1", 851, host) as client:
                assert client.read_state() == (5, 0)
