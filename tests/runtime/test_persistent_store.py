"""Persistent data over a restart of the Plc: variables, blocks, what does not fit, damaged files, SIGKILL."""

import json
import signal
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

from alycat.blocks import (
    FB_ALY_EdgeCounter_1Ch,
    FB_ALY_EventTimingAnalysis_1Ch,
    FB_ALY_Integrator_1Ch,
    FB_ALY_LifetimeAnalysis_1Ch,
    FB_ALY_MinMaxAvg_1Ch,
    FB_ALY_MovingIntervalCounter_1Ch,
    FB_ALY_SlopeAnalysis_1Ch,
    FB_ALY_TimingAnalysis_1Ch,
)
from alycat.runtime import BOOL, LREAL, UDINT, UINT, Plc, Program, SteppedClock, array
from alycat.runtime.ads.attendant import Attendant
from alycat.runtime.ads.image import PlcImage
from alycat.runtime.composite import FunctionBlock, Struct
from alycat.runtime.declare import var
from alycat.runtime.errors import PlcError, SnapshotError
from alycat.runtime.symbols import EPlcPersistentStatus

S = 10**9


class ST_Part(Struct):
    nKept: UDINT = var(persistent=True)
    nLost: UDINT


class FB_Machine(FunctionBlock):
    stPart: ST_Part
    nLost: UDINT


class MAIN(Program):
    nStarts: UDINT = var(persistent=True)
    fGain: LREAL = var(initial=1.5, persistent=True)
    nPlain: UDINT
    aMachines: array(FB_Machine, (1, 2))
    bConfigure: BOOL = True

    limit = 0.5
    persistent = True

    def __init__(self):
        self.fb = [FB_ALY_EdgeCounter_1Ch(), FB_ALY_LifetimeAnalysis_1Ch()]
        for fb in self.fb:
            fb.bPersistent = self.persistent
        self.fbSmallest = FB_ALY_MinMaxAvg_1Ch()  # needs no Configure
        self.fbSmallest.bPersistent = True

    def cycle(self):
        counter, lifetime = self.fb
        if self.bConfigure:
            counter.ConfigureChannel((1, self.limit))
            lifetime.ConfigureChannel((1, 0.5))
            self.bConfigure = not (counter.Configure() and lifetime.Configure("1000h"))
            self.nStarts += 1
        self.nPlain += 1
        t = self.task.info.DcTaskTime
        for fb, value in ((counter, self.nPlain % 2), (lifetime, 1), (self.fbSmallest, self.nPlain)):
            fb.SetChannelValue(value)
            assert fb.Call(t)
        self.aMachines[2].stPart.nKept += 1
        self.aMachines[2].nLost += 1


def start(path, program=MAIN, **options):
    main = program()
    plc = Plc(persistent_store=path, **options)
    plc.task("PlcTask", "1s", programs=[main if type(main).__name__ == "MAIN" else ("MAIN", main)])
    return plc, main


def test_variables_and_blocks_survive(tmp_path):
    path = tmp_path / "plc.persistent"
    for run in (1, 2, 3):
        plc, main = start(path)
        end = plc.run(cycles=10).end_ns
        assert main.nStarts == run and main.nPlain == 10 and main.fGain == 1.5
        assert main.fb[0].nCount == 4 * run  # the first call of a run has no edge
        assert main.fb[1].fbLifetimeElapsed.nRaw == 9 * run * S  # the time between two runs does not count
        assert (main.fbSmallest.fMin, main.fbSmallest.fMax) == (1, 10)
        assert main.aMachines[2].stPart.nKept == 10 * run and main.aMachines[2].nLost == 10
        assert main.aMachines[1].stPart.nKept == 0
        assert plc.persistent.problems == {}
        assert (end - plc.start_ns) // S == 9  # each run begins where the one before has ended
        assert plc.app_info.BootDataLoaded is (run > 1)
        main.fGain = 1.5
    assert (end // S) % 60 == 29
    assert plc.app_info.PersistentStatus == EPlcPersistentStatus.PS_All


def test_what_a_program_assigns_before_the_start_does_not_win(tmp_path):
    plc, main = start(tmp_path / "p")
    main.fGain = 7.0
    plc.run(cycles=1)
    plc, main = start(tmp_path / "p")
    main.fGain = 8.0
    plc.run(cycles=1)
    assert main.fGain == 7.0


def test_what_does_not_fit_starts_anew_and_the_rest_goes_on(tmp_path):
    start(tmp_path / "p")[0].run(cycles=10)

    class Other(Program):
        nStarts: UINT = var(persistent=True)
        fGain: LREAL = var(persistent=True)

        def __init__(self):
            self.fb = [FB_ALY_EdgeCounter_1Ch()]
            self.fb[0].bPersistent = True

        def cycle(self):
            if not self.fb[0].bConfigured:
                self.fb[0].ConfigureChannel((1, 0.75))
                assert self.fb[0].Configure() and self.fb[0].ipResultMessage.nEventId == 0

    plc, main = start(tmp_path / "p", Other)
    plc.run(cycles=1)
    assert main.nStarts == 0 and main.fGain == 1.5 and main.fb[0].nCount == 0
    problems = plc.persistent.problems
    assert problems["MAIN.nStarts"] == "was UDINT, is UINT now; it has its initial value"
    assert problems["MAIN.fb[0]"] == (
        "it was configured otherwise: limit (threshold of a condition) was [0.5] and is [0.75] now; it starts empty"
    )
    assert problems["MAIN.fb[1]"] == "no block of this name is there any more"
    assert problems["MAIN.aMachines[1].stPart.nKept"].startswith("no persistent variable")
    assert plc.app_info.PersistentStatus == EPlcPersistentStatus.PS_Partial


def test_another_class_or_size_does_not_fit():
    former = FB_ALY_MovingIntervalCounter_1Ch()
    former.bPersistent = True
    former.ConfigureChannel((1, 0.5))
    assert former.Configure("1s", 10)
    said = []
    for fb, configure in (
        (FB_ALY_MovingIntervalCounter_1Ch(), ("1s", 11)),
        (FB_ALY_MovingIntervalCounter_1Ch(), ("2s", 10)),
        (FB_ALY_LifetimeAnalysis_1Ch(), ("1s",)),
        (FB_ALY_MovingIntervalCounter_1Ch(), ("1s", 10)),
    ):
        fb.bPersistent = True
        fb.ConfigureChannel((1, 0.5))
        fb.inherit(former.snapshot(), said.append)
        assert fb.Configure(*configure)
    assert said[0] == "it was configured for another number of values"
    assert said[1] == "it was configured otherwise: interval (ns) was 1000000000 and is 2000000000 now"
    assert said[2] == "snapshot holds a FB_ALY_MovingIntervalCounter_1Ch, a FB_ALY_LifetimeAnalysis_1Ch was expected"
    assert said[3] == ""


class NotPersistent(MAIN):
    persistent = False


def test_blocks_without_the_flag_start_empty_and_are_not_written(tmp_path):
    start(tmp_path / "p")[0].run(cycles=10)
    plc, main = start(tmp_path / "p", NotPersistent)
    plc.run(cycles=10)
    assert main.fb[0].nCount == 4


def test_data_that_nobody_has_asked_for_yet_stay(tmp_path):
    start(tmp_path / "p")[0].run(cycles=10)
    start(tmp_path / "p")[0].run(cycles=0)  # ends before any Configure
    plc, main = start(tmp_path / "p")
    plc.run(cycles=10)
    assert main.fb[0].nCount == 8


def test_only_the_first_configure_takes_the_data(tmp_path):
    start(tmp_path / "p")[0].run(cycles=10)
    plc, main = start(tmp_path / "p")
    plc.run(cycles=10)
    main.bConfigure = True
    plc.run(cycles=10)
    assert main.fb[0].nCount == 4


def test_it_is_written_by_run_and_on_demand_but_not_by_step_or_when_a_clock_waits(tmp_path):
    path = tmp_path / "p"
    plc, main = start(path)
    plc.step(3)
    assert not path.exists()
    plc.save_persistent()
    assert path.exists()
    with pytest.raises(PlcError, match="between two cycles"):
        plc.cycle_finished.append(lambda task: plc.save_persistent())
        main.cycle = lambda: plc.save_persistent()
        plc.step()
        raise plc.tasks[0].error
    clock = SteppedClock()
    plc, _ = start(tmp_path / "stepped", clock=clock)
    clock.step("5s")
    assert plc.run().reason == "waiting" and not (tmp_path / "stepped").exists()


def test_without_a_store():
    plc = Plc()
    with pytest.raises(PlcError, match="Plc has no persistent_store"):
        plc.save_persistent()


def test_a_store_cannot_be_changed_once_it_was_read(tmp_path):
    plc, _ = start(tmp_path / "p")
    with pytest.raises(SnapshotError, match="was not read yet"):
        plc.save_persistent()
    plc.keep_persistent(tmp_path / "q")
    plc.run(cycles=1)
    with pytest.raises(PlcError, match="keeps its persistent data in .*q already"):
        plc.keep_persistent(tmp_path / "p")
    assert (tmp_path / "q").exists() and not (tmp_path / "p").exists()


def test_a_damaged_file_is_replaced_by_its_copy_and_two_are_an_error(tmp_path):
    path, backup = tmp_path / "p", tmp_path / "p.bak"
    for _ in range(2):
        start(path)[0].run(cycles=10)
    path.write_bytes(path.read_bytes()[:-5])
    plc, main = start(path)
    plc.run(cycles=10)
    assert main.nStarts == 2 and plc.app_info.OldBootData
    assert "damaged" in plc.persistent.problems[""] and "p.bak is used instead" in plc.persistent.problems[""]
    path.unlink()
    plc, main = start(path)
    plc.run(cycles=10)
    assert main.nStarts == 2 and "no such file" in plc.persistent.problems[""]
    path.write_bytes(b"")
    backup.write_bytes(b"x")
    plc, main = start(path)
    with pytest.raises(SnapshotError, match=r"p: damaged, 0 bytes .*p\.bak: damaged, 1 bytes"):
        plc.run(cycles=10)
    assert main.nPlain == 0 and path.read_bytes() == b""
    path.write_bytes(Plc().snapshot())
    with pytest.raises(SnapshotError, match="snapshot holds a plc, a persistent was expected"):
        start(path)[0].run(cycles=1)


def test_an_integral_leaves_out_the_time_off(tmp_path):
    class Energy(Program):
        def __init__(self):
            self.fb = FB_ALY_Integrator_1Ch()
            self.fb.bPersistent = True

        def cycle(self):
            if not self.fb.bConfigured:
                self.fb.Configure(1, 1.0)
            self.fb.SetChannelValue(2.0)
            self.fb.Call(self.task.info.DcTaskTime)

    plc, main = start(tmp_path / "p", Energy, start="2024-01-01 08:00")
    plc.run(cycles=11)
    plc, main = start(tmp_path / "p", Energy, start="2024-01-02 08:00")
    assert plc.run(cycles=11).cycles == {"PlcTask": 11}
    assert main.fb.fResult == 40.0


def process(folder, *arguments):
    """A new Python that runs the Plc of this file on the store in a folder."""
    code = (
        "import importlib.util, json, os, sys\n"
        f"spec = importlib.util.spec_from_file_location('shop', {__file__!r})\n"
        "shop = importlib.util.module_from_spec(spec); sys.modules['shop'] = shop; spec.loader.exec_module(shop)\n"
        "plc, main = shop.start(sys.argv[1])\n"
        "plc.run(cycles=10)\n"
        "print(json.dumps([main.nStarts, main.fb[0].nCount]), flush=True)\n"
        "if sys.argv[2:]: plc.run()\n"
    )
    command = [sys.executable, "-c", code, str(folder / "store"), *arguments]
    return subprocess.Popen(command, stdout=subprocess.PIPE, text=True)


@pytest.mark.slow
def test_a_new_process_goes_on_and_a_killed_one_loses_only_what_was_not_written(tmp_path):
    first, _ = process(tmp_path).communicate(timeout=100)
    with process(tmp_path, "forever") as killed:
        second = killed.stdout.readline()
        killed.send_signal(signal.SIGKILL)
    third, _ = process(tmp_path).communicate(timeout=100)
    assert [json.loads(text) for text in (first, second, third)] == [[1, 4], [2, 8], [3, 12]]
    assert sorted(p.name for p in Path(tmp_path).iterdir()) == ["store", "store.bak"]


def test_an_ads_reset_keeps_persistent_data_as_a_reset_cold_does(tmp_path):
    plc, main = start(tmp_path / "p")
    attendant = Attendant(plc, PlcImage(plc))
    attendant.attach()
    plc.run(cycles=10)
    attendant.reset()
    assert main.nStarts == 1 and main.nPlain == 0 and not main.fb[0].bConfigured
    plc.run(cycles=10)
    assert main.nStarts == 2 and main.nPlain == 10 and main.fb[0].nCount == 8
    assert main.fb[1].fbLifetimeElapsed.nRaw == 18 * S


def restarted(block, configure, values, at):
    """A block that has seen values once a second, and its successor of some hours later with the same configuration."""
    pair = []
    for _ in range(2):
        fb = block()
        fb.bPersistent = True
        if pair:
            fb.inherit(pair[0].snapshot())
        assert all(getattr(fb, name)(*inputs) for name, inputs in configure)
        if not pair:
            fb.replay(np.arange(S, (len(values) + 1) * S, S, np.uint64), np.array(values, float))
        pair.append(fb)
    pair[1].SetChannelValue(at[1])
    assert pair[1].Call(at[0])
    return pair


def test_the_time_off_belongs_to_no_interval_and_no_slope():
    later = 5 * 3600 * S
    on_off = ("ConfigureChannel", (((1, 0.5), (3, 0.5)),)), ("Configure", ())
    fb, twin = restarted(FB_ALY_EventTimingAnalysis_1Ch, on_off, [0, 1, 1, 0, 1, 1], (later, 0))
    assert fb.fbTimeOnTotal.nRaw == twin.fbTimeOnTotal.nRaw == 2 * S and twin.nCountOn == 2
    assert not twin.bIsOn and twin.fbTimeCurrentInterval.nRaw == 0
    above = ("ConfigureChannel", ((1, 0.5),)), ("Configure", ())
    fb, twin = restarted(FB_ALY_TimingAnalysis_1Ch, above, [1, 1, 1], (later, 1))
    assert (twin.fbTimeOnTotal.nRaw, twin.nCountOn, twin.fbTimeCurrentInterval.nRaw) == (2 * S, 1, 0)
    fb, twin = restarted(FB_ALY_SlopeAnalysis_1Ch, (("Configure", (1,)),), [0, 1, 3], (later, 100.0))
    assert not twin.bNewResult and (twin.fSlopeMin, twin.fSlopeMax) == (1.0, 2.0)
    twin.SetChannelValue(105.0)
    assert twin.Call(later + S) and twin.fSlope == twin.fSlopeMax == 5.0
    fb, twin = restarted(FB_ALY_EdgeCounter_1Ch, above, [0, 1, 0], (later, 1))
    assert twin.nCount == 1 and twin.fbTimeLastEvent.nRaw == 2 * S  # nobody saw this edge
