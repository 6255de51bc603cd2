"""The bridge with the real pyads client against a small device that can misbehave: one that is silent, for instance."""

import struct
import threading

import pytest

from alycat.runtime import GlobalVariables, Plc, Program, RealTimeClock
from alycat.runtime.ads.bridge import AdsBridge
from alycat.runtime.ads.client import LinkError
from alycat.runtime.ads.session import ChannelError
from alycat.runtime.clock import stopwatch
from alycat.runtime.errors import PlcError, RangeError, UnknownName, WrongType
from alycat.runtime.iec import DINT, LREAL, REAL, ULINT

pytest.importorskip("pyads", reason="the bridge needs pyads")
MS = 10**6


class MAIN(Program):
    fInput: LREAL
    fSmall: REAL
    tInput: ULINT
    nResult: DINT

    def __init__(self):
        self.seen = []

    def cycle(self):
        self.seen.append(self.fInput)
        self.nResult += 1


class GVL(GlobalVariables):
    fOther: LREAL


@pytest.fixture
def main():
    return MAIN()


@pytest.fixture
def task(main):
    plc = Plc(RealTimeClock())
    plc.add_globals(GVL())
    return plc.task("PlcTask", "10ms", programs=[main])


@pytest.fixture
def bridge(wire, host):
    made = []

    def make(reads=("MAIN.fVibration1",), writes=(), **options):
        given = {"timeout": "200ms", "budget": "50ms"} | options
        made.append(AdsBridge(host, f"{host}.7.1", 851, reads, writes, **given))
        return made[-1]

    yield make
    for each in made:
        each.close()


def run_until(plc, condition, limit="5s"):
    """Run until something is so; fails after the limit."""
    result = plc.run(duration=limit, until=condition)
    assert result.reason == "until", result


def test_values_in_and_results_out_of_every_cycle(wire, memory, bridge, task, main):
    one = bridge({"MAIN.fVibration1": "fInput", "MAIN.fVibration2": "GVL.fOther"}, {"nResult": "GVL.nCluster"})
    one.attach(task)
    task.plc.run(cycles=20)
    one.close()
    assert main.seen == [1.5] * 20 and task.plc.symbols["GVL.fOther"].read() == 2.5
    status = one.status
    assert (status.nReads, status.nLate, status.nReconnects, status.nSymbolVersion) == (20, 0, 0, 1)
    assert 19 <= struct.unpack_from("<i", memory.memory, len(memory.memory) - 4)[0] <= 20
    assert memory.handles == {}  # released by close


def test_channels_are_sources_of_links(bridge, task, main):
    one = bridge(["MAIN.fVibration2", "MAIN.aValues", "MAIN.sName"]).attach(task)
    task.link(one["main.fvibration2"], "MAIN.fInput")
    task.link(one["MAIN.fVibration2"].time, "MAIN.tInput")
    task.plc.run(cycles=3)
    assert main.seen[-1] == 2.5 and main.tInput == task.info.DcTaskTime
    assert one["MAIN.aValues"].value == [1, -2, 3] and one["MAIN.sName"].value == "alycat"
    with pytest.raises(UnknownName, match="no channel of this bridge; there are MAIN.fVibration2, MAIN.aValues"):
        one["MAIN.fVibration1"]


def test_mistakes_are_told_before_the_first_cycle(bridge, task, main):
    bridge({"MAIN.fVibration1": "fSmall", "MAIN.nothing": "fInput"}).attach(task)
    with pytest.raises(
        ChannelError, match=r"LREAL of the PLC does not fit into MAIN\.fSmall \(REAL\); MAIN\.nothing: no"
    ):
        task.plc.run(cycles=1)
    assert main.seen == []


def test_open_tells_what_is_wrong_with_the_link(wire, bridge, host):
    one = bridge()
    assert one.open().status.bStale
    one.close()
    wire.missing_port = True
    with pytest.raises(LinkError, match=r"no PLC on AMS port 851, or it is in config mode"):
        one.open()
    one.close()
    wire.silent = True
    with pytest.raises(LinkError, match=r"no answer within 200 ms; is there a route back to this computer\?"):
        one.open()
    one.close()
    wire.stop()
    with pytest.raises(LinkError, match=f"{host}: connection refused on TCP port 48898"):
        one.open()


def test_a_silent_plc_never_holds_the_cycle_longer_than_the_budget(wire, bridge, task, main):
    one = bridge({"MAIN.fVibration1": "fInput"}, budget="2ms", timeout="400ms").attach(task)
    task.plc.run(cycles=20)
    wire.silent = True
    longest = 0
    began = one.status.nLate

    def watch(_task):
        nonlocal longest
        longest = max(longest, task.info.LastExecTime * 100)

    task.plc.cycle_finished.append(watch)
    task.plc.run(cycles=60)
    assert one.status.bStale and not one.status.bConnected
    assert one.status.nLate - began > 10 and main.seen[-1] == 1.5
    assert longest < 9 * MS, longest  # 2 ms and what a loaded machine adds
    wire.silent = False
    run_until(task.plc, lambda: not one.status.bStale)
    assert one.status.nReconnects == 1


def test_stale_since_counts_from_the_last_good_cycle(wire, bridge, task):
    one = bridge(stale_after="50ms").attach(task)
    task.plc.run(cycles=10)
    assert (one.status.bStale, one.status.tStaleSince, one.status.tStaleFor) == (False, 0, 0)
    last = task.info.DcTaskTime
    wire.stop()
    run_until(task.plc, lambda: one.status.bStale)
    assert last <= one.status.tStaleSince <= last + 10 * MS
    assert one.status.tStaleFor == task.info.DcTaskTime - one.status.tStaleSince
    wire.start()
    run_until(task.plc, lambda: not one.status.bStale)
    assert (one.status.tStaleSince, one.status.nReconnects) == (0, 1)


def test_nothing_is_written_while_inputs_are_stale(wire, memory, bridge, task, main):
    one = bridge({"MAIN.fVibration1": "fInput"}, {"nResult": "GVL.nCluster"}, stale_after="30ms").attach(task)
    run_until(task.plc, lambda: one.status.nWrites > 3)
    wire.silent = True
    run_until(task.plc, lambda: not one.status.bConnected)
    written = one.status.nWrites
    task.plc.run(cycles=5)
    assert one.status.nWrites == written and one.status.nWritesSkipped >= 5


def test_notifications_bring_the_time_stamps_of_the_plc(wire, memory, bridge, task, main):
    filetime = 133_500_000_000_000_000
    one = bridge({"MAIN.fVibration1": "fInput"}, notifications="on change").attach(task)
    run_until(task.plc, lambda: not one.status.bStale)
    (handle,) = [h for h, (_, _, group, *_) in wire.subscriptions.items() if group == 0x4040]
    for i in range(3):
        memory.memory[:8] = struct.pack("<d", i)
        wire.notify(handle, filetime + i)
    run_until(task.plc, lambda: one["MAIN.fVibration1"].value == 2)
    channel = one["MAIN.fVibration1"]
    assert channel.time_ns == (filetime + 2 - 125_911_584_000_000_000) * 100
    assert main.fInput == 2


def test_two_bridges_to_one_host_share_an_owner_and_both_recover(wire, bridge, task):
    first, second = bridge(name="First").attach(task), bridge(["MAIN.fVibration2"], name="Second").attach(task)
    task.plc.run(cycles=5)
    assert [t.name for t in threading.enumerate()].count(f"ADS {first.host}") == 1
    wire.stop()
    run_until(task.plc, lambda: first.status.bStale and second.status.bStale)
    wire.start()
    run_until(task.plc, lambda: not first.status.bStale and not second.status.bStale)
    assert (first["MAIN.fVibration1"].value, second["MAIN.fVibration2"].value) == (1.5, 2.5)
    first.close()
    task.plc.run(cycles=5)
    assert second.status.bConnected


@pytest.mark.parametrize(("ahead", "waits"), [("0s", True), ("5ms", False)])
def test_values_are_asked_for_ahead_of_the_cycle(wire, bridge, task, ahead, waits):
    one = bridge({"MAIN.fVibration1": "fInput"}, {"nResult": "GVL.nCluster"}, ahead=ahead).attach(task)
    task.plc.run(cycles=5)
    wire.delay_s, took = 0.003, []
    task.plc.cycle_finished.append(lambda task: took.append(task.info.LastExecTime * 100))
    task.plc.run(cycles=21)
    assert (sorted(took)[10] > 3 * MS) is waits
    assert one.status.nReads == 26 and one.status.nLate == 0


def test_an_answer_from_before_a_pause_is_asked_for_again(wire, memory, bridge, task, main):
    bridge({"MAIN.fVibration1": "fInput"}).attach(task)
    task.plc.run(cycles=5)
    threading.Event().wait(0.05)
    memory.memory[:8] = struct.pack("<d", 9.5)
    task.plc.run(cycles=1)
    assert main.seen == [1.5] * 5 + [9.5]


def test_a_virtual_clock_waits_for_one_snapshot_per_cycle(wire, bridge):
    plc, main = Plc(start=0), MAIN()
    task = plc.task("PlcTask", "10ms", programs=[main])
    one = bridge({"MAIN.fVibration1": "fInput"}, budget="1s").attach(task)
    plc.run(duration="1s")
    assert main.seen == [1.5] * 100 and (one.status.nReads, one.status.nLate) == (100, 0)


def test_close_is_quick_and_leaves_no_thread(bridge, task):
    one = bridge().attach(task)
    task.plc.run(cycles=2)
    elapsed = stopwatch()
    one.close()
    assert elapsed() < 500 * MS
    assert f"ADS {one.host}" not in [t.name for t in threading.enumerate()]
    task.plc.run(cycles=2)  # opens it again
    assert one.status.bConnected


@pytest.mark.parametrize(
    ("options", "error", "message"),
    [
        ({"net_id": "1.2.3"}, RangeError, "net_id: '1.2.3' is no AMS NetId"),
        ({"reads": "MAIN.x"}, WrongType, "reads: 'MAIN.x' is one text"),
        ({"reads": ["a", "a"]}, RangeError, "reads: a is given twice"),
        ({"budget": "-1ms"}, RangeError, "budget: '-1ms' is negative"),
        ({"timeout": 0}, RangeError, "timeout: 0 must be more than 0"),
        ({"queue": 0}, RangeError, "queue: 0 must be at least 1"),
        ({"notifications": "often"}, RangeError, "notifications: 'often' is no duration"),
    ],
)
def test_arguments_are_checked(options, error, message):
    with pytest.raises(error, match=message):
        AdsBridge(**{"host": "127.0.0.1"} | options)


def test_one_bridge_has_one_task(bridge, task):
    one = bridge().attach(task)
    with pytest.raises(PlcError, match="AdsBridge: is attached to PlcTask already"):
        one.attach(task)
