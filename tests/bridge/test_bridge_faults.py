"""What goes wrong with a PLC, with the real pyads client against our simulated one: stopped, restarted, changed."""

import threading
from itertools import pairwise

import pytest
from bridge.simulated import MAIN as Plant
from bridge.simulated import Changed, SimulatedPlc

from alycat.runtime import Plc, Program, RealTimeClock
from alycat.runtime.ads.bridge import AdsBridge
from alycat.runtime.clock import stopwatch
from alycat.runtime.iec import LREAL, UDINT

pyads = pytest.importorskip("pyads", reason="the bridge needs pyads")
MS = 10**6


class MAIN(Program):
    nCounter: UDINT
    fInput: LREAL
    nCycles: UDINT

    def cycle(self):
        self.nCycles += 1


@pytest.fixture
def sim(host):
    plc = SimulatedPlc(host).start()
    yield plc
    plc.stop()


class Rig:
    """A program with a bridge to the simulated PLC."""

    def __init__(self, sim, reads=None, writes=None, **options):
        self.main, self.plc = MAIN(), Plc(RealTimeClock(spin=0))
        self.task = self.plc.task("PlcTask", "10ms", programs=[self.main])
        given = {"timeout": "250ms", "budget": "20ms", "connect_timeout": "250ms"} | options
        reads = {"MAIN.fVibration1": "fInput"} if reads is None else reads
        self.bridge = AdsBridge(sim.host, sim.net_id, 851, reads, writes or {}, **given)
        self.bridge.attach(self.task)
        self.status = self.bridge.status

    def until(self, condition, limit="6s"):
        """Run until something is so; returns how long that took in ms."""
        elapsed = stopwatch()
        result = self.plc.run(duration=limit, until=condition)
        assert result.reason == "until", (result, self.status.sLastError)
        return elapsed() / MS

    def good(self):
        return not self.status.bStale


@pytest.fixture
def rig(sim):
    made = []

    def make(*args, **options):
        made.append(Rig(sim, *args, **options))
        return made[-1]

    yield make
    for each in made:
        each.bridge.close()


def control(sim, port, state):
    """What a person does with the TwinCAT icon."""
    connection = pyads.Connection(sim.net_id, port, sim.host)
    with connection:
        connection.write_control(state, 0, 0, pyads.PLCTYPE_INT)


def test_link_loss_is_noticed_bridged_and_healed(sim, rig):
    one = rig(writes={"nCycles": "MAIN.nResult"})
    one.until(lambda: one.status.nReads >= 5)
    assert one.status.nSymbolVersion == 1 and one.status.bRunning
    sim.stop()
    assert one.until(lambda: one.status.bStale) < 1500
    last, cycles = one.main.fInput, one.main.nCycles
    one.plc.run(cycles=20)
    assert (one.main.fInput, one.main.nCycles) == (last, cycles + 20)
    assert one.status.tStaleFor >= 200 * MS and not one.status.bConnected
    sim.start()
    assert one.until(one.good) < 3000
    assert one.status.nReconnects == 1
    written = one.status.nWrites
    one.until(lambda: one.status.nWrites > written + 2)
    assert one.main.fInput != last and sim.program.nResult > cycles + 20


def test_two_losses_in_a_row(sim, rig):
    one = rig()
    for turn in range(1, 3):
        one.until(one.good)
        sim.stop()
        one.until(lambda: one.status.bStale)
        sim.start()
        one.until(one.good)
        assert one.status.nReconnects == turn


def test_a_restart_into_run_is_survived(sim, rig):
    one = rig(["MAIN.nCounter"])
    one.until(lambda: one.bridge["MAIN.nCounter"].value > 20)
    control(sim, 10000, 2)
    one.until(lambda: 0 < one.bridge["MAIN.nCounter"].value < 20 or one.status.nReconnects > 0)
    one.until(one.good)
    count = one.bridge["MAIN.nCounter"].value
    one.until(lambda: one.bridge["MAIN.nCounter"].value > count)


def test_config_mode_is_a_stale_link_until_it_ends(sim, rig):
    one = rig()
    one.until(one.good)
    control(sim, 10000, 16)
    one.until(lambda: one.status.bStale and "config mode" in one.status.sLastError, "8s")
    assert not one.status.bConnected
    control(sim, 10000, 2)
    one.until(one.good, "8s")
    assert one.status.bRunning


def test_nothing_is_written_to_a_stopped_plc(sim, rig):
    one = rig(writes={"nCycles": "MAIN.nResult"})
    one.until(lambda: sim.program.nResult > 0)
    control(sim, 851, 6)
    one.until(lambda: one.status.nAdsState == 6)
    one.plc.run(cycles=5)
    held, skipped = sim.program.nResult, one.status.nWritesSkipped
    one.plc.run(cycles=10)
    assert sim.program.nResult == held and one.status.nWritesSkipped > skipped
    assert (one.status.bStale, one.status.bRunning, one.status.bConnected) == (False, False, True)
    control(sim, 851, 5)
    one.until(lambda: sim.program.nResult > held)


def test_an_online_change_moves_everything_and_is_followed(sim, rig):
    one = rig(["MAIN.fVibration1", "MAIN.fVibration2"], {"nCycles": "MAIN.nResult"})
    one.until(lambda: sim.program.nResult > 0)
    sim.stop()
    sim.build(Changed)
    sim.start(version=2)
    one.until(lambda: one.status.nSymbolVersion == 2 and one.good())
    assert one.bridge["MAIN.fVibration1"].value > 1000 and one.bridge["MAIN.fVibration2"].value == -1
    one.until(lambda: sim.program.nResult > 0)
    assert sim.program.bOn is True


@pytest.mark.parametrize("notifications", [None, "on change"])
def test_an_online_change_while_the_plc_runs_is_followed_without_a_lost_link(sim, rig, notifications):
    one = rig(["MAIN.fVibration1", "MAIN.fVibration2"], {"nCycles": "MAIN.nResult"}, notifications=notifications)
    one.until(lambda: sim.program.nResult > 0 and one.good())
    before, resolves = sim.program, one.status.nResolves
    sim.change(Changed)
    assert sim.program.nResult == before.nResult  # values stay
    one.until(lambda: one.status.nSymbolVersion == 2 and one.good() and one.bridge["MAIN.fVibration2"].value == -1)
    assert one.bridge["MAIN.fVibration1"].value > 1000
    written = sim.program.nResult
    one.until(lambda: sim.program.nResult > written)
    assert one.status.nReconnects == 0 and one.status.nResolves > resolves
    sim.change(Plant)
    one.until(lambda: one.status.nSymbolVersion == 3 and one.good() and one.bridge["MAIN.fVibration1"].value < 1000)


def test_no_cycle_sees_a_value_of_another_symbol_after_an_online_change(sim, rig):
    """Old addresses point elsewhere: the values of the changed PLC are never taken by the old plan."""
    one = rig(["MAIN.fVibration1", "MAIN.fVibration2"])
    one.until(one.good)
    seen = set()

    def look(_task):
        first, second = (one.bridge[f"MAIN.fVibration{n}"].value for n in (1, 2))
        if not one.status.bStale:
            seen.add("changed" if first > 1000 and second == -1 else "before" if second == -first else (first, second))

    one.plc.cycle_finished.append(look)
    for program in (Changed, Plant, Changed):
        sim.change(program)
        one.plc.run(cycles=40)
    assert seen == {"before", "changed"}


def test_a_symbol_that_vanishes_while_the_plc_runs(sim, rig):
    one = rig({"MAIN.nCounter": "nCounter"})
    one.until(one.good)
    sim.change(Changed)
    one.until(lambda: "MAIN.nCounter: no such symbol" in one.status.sLastError)
    assert one.status.bStale
    sim.change(Plant)
    one.until(one.good, "10s")
    assert one.status.nReconnects == 0


def test_a_new_version_without_a_lost_link_is_resolved_again(sim, rig):
    one = rig(writes={"nCycles": "MAIN.nResult"})
    one.until(lambda: one.status.nWrites > 0)
    resolves = one.status.nResolves
    sim.server.attendant.image.version = 7
    one.until(lambda: one.status.nSymbolVersion == 7 and one.good())
    assert one.status.nResolves > resolves and one.status.nReconnects == 0
    written = sim.program.nResult
    one.until(lambda: sim.program.nResult > written)


def test_a_channel_that_an_online_change_took_away_is_named_until_it_is_back(sim, rig):
    one = rig({"MAIN.nCounter": "nCounter"})
    one.until(one.good)
    sim.stop()
    sim.build(Changed)
    sim.start(version=2)
    one.until(lambda: "MAIN.nCounter: no such symbol" in one.status.sLastError)
    assert one.status.bStale
    sim.stop()
    sim.build(Plant)
    sim.start(version=3)
    one.until(one.good, "10s")


def test_notifications_come_evenly_and_survive_a_lost_link(sim, rig):
    one = rig({"MAIN.fVibration1": "fInput"}, notifications="4ms")
    one.until(one.good)
    times = []

    def collect(_task):
        times.extend(t for t, _ in one.bridge["MAIN.fVibration1"].samples)

    one.plc.cycle_finished.append(collect)
    one.plc.run(cycles=30)
    steps = sorted(b - a for a, b in pairwise(times))
    assert len(times) > 40 and steps[len(steps) // 2] == 4 * MS  # the PLC's own times
    assert all(step % (2 * MS) == 0 for step in steps)  # on its grid, also where a busy machine missed ticks
    assert one.status.nDropped == 0
    sim.stop()
    one.until(lambda: one.status.bStale)
    sim.start()
    one.until(one.good)
    before = one.main.fInput
    one.until(lambda: one.main.fInput != before)
    assert one.status.nReconnects == 1


def test_a_full_queue_drops_the_oldest_samples_and_counts_them(sim, rig):
    one = rig({"MAIN.fVibration1": "fInput"}, notifications="2ms", queue=4)
    one.until(one.good)
    threading.Event().wait(0.1)  # between two runs nobody takes them
    one.plc.run(cycles=1)
    assert one.status.nDropped > 10
    assert len(one.bridge["MAIN.fVibration1"].samples) <= 4


def test_the_cycle_goes_on_at_its_pace_through_all_of_it(sim, rig):
    one = rig(budget="2ms")
    late = []
    one.plc.cycle_finished.append(lambda task: late.append(one.plc.clock.now() - task.info.DcTaskTime))
    one.until(lambda: one.status.nReads > 20)
    sim.stop()
    one.plc.run(cycles=60)
    sim.start()
    one.until(one.good)
    late.sort()
    assert late[int(0.95 * len(late))] < 10 * MS  # of a cycle of 10 ms
