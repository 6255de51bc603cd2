"""Teach, run, idle: the states on every clock, timeouts, snapshots, disks that are slow, full or forbidden."""

import threading

import numpy as np
import pytest
from learnt_files import place, store_path

from alycat.blocks import (
    E_ALY_BandMode,
    E_ALY_ReadState,
    E_ALY_TeachMode,
    E_ALY_TeachState,
    FB_ALY_TimeBasedEnvelope_1Ch,
    FB_ALY_TimeBasedTeachPath_1Ch,
)
from alycat.runtime import Plc, Program, RealTimeClock, VirtualClock
from alycat.runtime import learnt as files
from alycat.runtime.clock import use_clock
from alycat.runtime.targetpaths import use_file_folder

Teach, Read = E_ALY_TeachState, E_ALY_ReadState


@pytest.fixture(autouse=True)
def own_folder(tmp_path):
    with use_file_folder(tmp_path):
        yield tmp_path


def teacher(text="Path.tas", timeout="5s", involve=False):
    fb = FB_ALY_TimeBasedTeachPath_1Ch()
    assert fb.Configure(E_ALY_TeachMode.Mean, 10, timeout, 0, involve, text, False, False)
    return fb


def reader(text="Path.tas", timeout="5s"):
    fb = FB_ALY_TimeBasedEnvelope_1Ch()
    assert fb.Configure(E_ALY_BandMode.Absolute, 1.0, 10, timeout, text, False)
    return fb


def teach(fb, values=(1.0, 2.0, 3.0)):
    assert fb.SwitchState_Teach() and fb.UpdateState() and fb.UpdateState()
    stop = np.arange(len(values)) == len(values) - 1
    fb.replay(None, values, bStartPeriod=True, bStopPeriod=stop)


@pytest.fixture
def held_disk(monkeypatch):
    """File work that begins when the event is set."""
    event = threading.Event()
    original = files.read
    monkeypatch.setattr(files, "read", lambda *args: event.wait(20) and original(*args))
    yield event
    event.set()


def test_on_a_real_time_clock_nobody_waits(held_disk):
    store_path([1.0, 2.0], "Path.tas")
    fb = reader()
    with use_clock(RealTimeClock()):
        assert fb.SwitchState_Read()
        for _ in range(50):
            assert fb.UpdateState() and fb.eState == Read.PendingRead and fb.bBusy
        held_disk.set()
        while fb.eState == Read.PendingRead:
            assert fb.UpdateState()
    assert fb.eState == Read.Read and fb.stFileHeader.nNumValues == 2


def test_a_timeout_on_a_real_time_clock(held_disk):
    store_path([1.0, 2.0], "Path.tas")
    fb = reader(timeout=1)
    with use_clock(RealTimeClock()):
        assert fb.SwitchState_Read()
        while fb.UpdateState():
            assert fb.eState == Read.PendingRead
    assert fb.ipResultMessage.nEventId == 0x300C and "no answer within tTimeout = 1 ms" in str(fb.ipResultMessage)
    assert fb.eState == Read.Idle and not fb.bBusy
    held_disk.set()  # the late answer is for nobody
    assert fb.SwitchState_Read() and fb.UpdateState() and fb.UpdateState() and fb.eState == Read.Read


def test_file_work_keeps_the_order_in_which_it_was_asked_for():
    writer, user = teacher(), reader()
    teach(writer)
    assert writer.SwitchState_Idle() and user.SwitchState_Read()  # in the same cycle
    for fb in (user, writer, user, writer):
        assert fb.UpdateState(), fb.ipResultMessage
    assert user.eState == Read.Read and user.stFileHeader.nNumValues == 2


def test_every_run_gives_the_same_bytes(tmp_path):
    class MAIN(Program):
        def __init__(self):
            self.fbTeach, self.fbEnvelope = teacher(), reader()

        def cycle(self):
            k = self.k = getattr(self, "k", -1) + 1
            fb = self.fbTeach
            if fb.eState == Teach.Idle and k < 50:
                fb.SwitchState_Teach()
                fb.UpdateState()
            elif fb.eState == Teach.Teach:
                fb.SetChannelValue(float(k % 10))
                fb.Call(k % 10 == 0, False)
                if k == 50:
                    fb.SwitchState_Idle()
                    fb.UpdateState()
            else:
                fb.UpdateState()
            other = self.fbEnvelope
            if other.eState == Read.Read:
                other.SetChannelValue(float(k % 10))
                other.Call(k % 10 == 0)
            elif other.eState == Read.Idle and k > 55:
                other.SwitchState_Read()
            else:
                other.UpdateState()

    def trace(folder):
        with use_file_folder(folder):
            program = MAIN()
            plc = Plc(VirtualClock())
            task = plc.task("PlcTask", cycle_time="10ms", programs=[program])
            recorder = task.record("MAIN.fbTeach.eState", "MAIN.fbEnvelope.eState", "MAIN.fbEnvelope.nValueNumber")
            assert plc.run(cycles=120).reason == "cycles"
            states = program.fbTeach.state_bytes() + program.fbEnvelope.state_bytes()
            columns = recorder.columns()
            recorded = b"".join(column.tobytes() for column in columns.values())
            return recorded, states, place("Path.tas").read_bytes(), columns

    first = trace(tmp_path / "a")
    for run in range(3):
        assert trace(tmp_path / f"b{run}")[:3] == first[:3]
    states = first[3]["MAIN.fbTeach.eState"].tolist()
    assert states[:2] == [Teach.PendingTeach, Teach.Teach] and states[50:52] == [Teach.PendingIdle, Teach.Idle]
    assert first[3]["MAIN.fbEnvelope.nValueNumber"].max() == 10


@pytest.mark.parametrize("updates", [0, 1])
def test_a_snapshot_of_a_pending_state_goes_on(updates):
    writer = teacher()
    teach(writer)
    assert writer.SwitchState_Idle()
    for _ in range(updates):
        writer.UpdateState()
    data = writer.snapshot()
    while writer.eState != Teach.Idle:
        assert writer.UpdateState()
    written = place("Path.tas").read_bytes()
    place("Path.tas").unlink()
    twin = FB_ALY_TimeBasedTeachPath_1Ch.restore(data)
    assert twin.eState == Teach.PendingIdle and twin.bBusy
    while twin.eState != Teach.Idle:
        assert twin.UpdateState()
    assert place("Path.tas").read_bytes() == written and twin.state_bytes() == writer.state_bytes()
    user = reader()
    assert user.SwitchState_Read()
    twin = FB_ALY_TimeBasedEnvelope_1Ch.restore(user.snapshot())
    for fb in (user, twin):
        assert fb.UpdateState() and fb.UpdateState() and fb.eState == Read.Read
    assert user.state_bytes() == twin.state_bytes()


def test_a_write_that_fails_loses_nothing(own_folder):
    fb = teacher("Folder\\Path.tas")
    teach(fb)
    place("Folder\\Path.tas").parent.rmdir()
    (own_folder / "Folder").write_text("a file where a folder should be")
    assert fb.SwitchState_Idle() and fb.UpdateState() and not fb.UpdateState()
    assert fb.ipResultMessage.nEventId == 0x300C and fb.eState == Teach.Teach and fb.path().tolist() == [1, 2]
    (own_folder / "Folder").unlink()
    assert fb.SwitchState_Idle() and fb.UpdateState() and fb.UpdateState() and fb.eState == Teach.Idle
    assert place("Folder\\Path.tas").exists()


def test_a_place_that_cannot_be_written_is_told_at_the_beginning(own_folder):
    (own_folder / "Folder").write_text("a file where a folder should be")
    fb = teacher("Folder\\Path.tas")
    assert fb.SwitchState_Teach() and fb.UpdateState() and not fb.UpdateState()
    assert fb.ipResultMessage.nEventId == 0x300C and "File exists" in str(fb.ipResultMessage)
    assert fb.eState == Teach.Idle


def test_a_link_that_leads_out_of_the_folder(own_folder, tmp_path_factory):
    (own_folder / "out").symlink_to(tmp_path_factory.mktemp("elsewhere"))
    fb = teacher("out\\Path.tas")
    assert fb.SwitchState_Teach() and fb.UpdateState() and not fb.UpdateState()
    assert fb.ipResultMessage.nEventId == 0x2013 and "leads out of the folder" in str(fb.ipResultMessage)


def test_configure_and_reset_while_file_work_is_under_way():
    fb = teacher()
    teach(fb)
    assert fb.SwitchState_Idle() and fb.Reset() and fb.eState == Teach.PendingIdle and fb.bBusy
    assert fb.UpdateState() and fb.UpdateState() and fb.eState == Teach.Idle
    assert place("Path.tas").exists()  # what was taught before Reset
    place("Path.tas").unlink()
    teach(fb)
    assert fb.SwitchState_Idle() and fb.Configure(E_ALY_TeachMode.Mean, 10, 5000, 0, True, "Path.tas", False, False)
    assert fb.eState == Teach.Idle and not fb.bBusy and fb.UpdateState() and fb.eState == Teach.Idle
    assert fb.SwitchState_Teach() and fb.UpdateState() and fb.UpdateState()  # behind the write
    assert fb.nValuesInFile == 2


def test_the_header_and_the_states_are_symbols():
    store_path([1.0, 2.0], "Path.tas", cycles=3)

    class MAIN(Program):
        def __init__(self):
            self.fb = reader()

        def cycle(self):
            if self.fb.eState == Read.Idle:
                self.fb.SwitchState_Read()
            self.fb.UpdateState()

    plc = Plc()
    plc.task("PlcTask", cycle_time="10ms", programs=[MAIN()])
    plc.run(cycles=3)
    assert plc.symbols["MAIN.fb.eState"].read() == Read.Read
    assert plc.symbols["MAIN.fb.stFileHeader.nTeachCycles"].read() == 3
    assert plc.symbols["MAIN.fb.stFileHeader"].type_name == "ST_ALY_FileHeader"
