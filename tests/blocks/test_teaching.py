"""Teach, run, idle: the states on every clock, timeouts, snapshots, files and disks of every kind."""

import json
import os
import random
import subprocess
import sys
import threading

import numpy as np
import pytest
from learnt_files import forge, place, store, store_path, store_regression, store_scaler
from oracle import isolation_forest

from alycat.blocks import (
    E_ALY_BandMode,
    E_ALY_ReadState,
    E_ALY_TeachMode,
    E_ALY_TeachState,
    FB_ALY_CorrelationFunctionReference,
    FB_ALY_DynamicTimeWarping,
    FB_ALY_IsolationForest,
    FB_ALY_LinearRegressionFitting,
    FB_ALY_LinearRegressionInference,
    FB_ALY_Scaler,
    FB_ALY_TimeBasedEnvelope_1Ch,
    FB_ALY_TimeBasedTeachPath_1Ch,
)
from alycat.blocks.learnt_kinds import ISOLATION_FOREST, KINDS, LINEAR_REGRESSION, SCALER, TEACH_PATH
from alycat.runtime import Plc, Program, RealTimeClock, VirtualClock
from alycat.runtime import learnt as files
from alycat.runtime.background import FileWork
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


def settle():
    """Waits until all file work that was asked for is done."""
    assert FileWork(lambda: None).is_done()


def last_update(fb):
    return fb.UpdateState() and fb.UpdateState()


def refusal(fb):
    return fb.ipResultMessage.nEventId, str(fb.ipResultMessage)


ORDERS = {
    "a block that was not configured": ("SwitchState_Teach", "SwitchState_Idle", "UpdateState"),
    "Idle": ("SwitchState_Idle",),
    "PendingTeach": ("SwitchState_Teach", "SwitchState_Idle"),
    "Teach": ("SwitchState_Teach",),
    "PendingIdle": ("SwitchState_Teach", "SwitchState_Idle"),
}
WAYS = {"Idle": [], "PendingTeach": ["SwitchState_Teach"], "Teach": ["SwitchState_Teach", *["UpdateState"] * 2]}
WAYS["PendingIdle"] = [*WAYS["Teach"], "SwitchState_Idle"]


@pytest.mark.parametrize(("state", "method"), [(state, method) for state, all in ORDERS.items() for method in all])
def test_the_wrong_order_is_refused_and_changes_nothing(state, method):
    fb = teacher() if state in WAYS else FB_ALY_TimeBasedTeachPath_1Ch()
    for step in WAYS.get(state, ()):
        assert getattr(fb, step)()
    before = fb.state_bytes()
    assert not getattr(fb, method)() and fb.bError
    assert fb.ipResultMessage.nEventId == (0x3008 if state in WAYS else 0x3007)
    fb._m.bError = False
    assert fb.state_bytes() == before
    fb.SetChannelValue(1.0)
    assert state == "Teach" or not fb.Call(True, False)


def test_taught_twice_begins_anew_and_replaces_the_file():
    fb = teacher()
    for values in ([1.0, 2.0, 9.0], [5.0, 6.0, 7.0, 9.0]):
        teach(fb, values)
        assert fb.SwitchState_Idle() and last_update(fb)
        assert json.loads(place("Path.tas").read_text())["columns"]["value"] == values[:-1]


def test_a_file_that_is_gone_meanwhile_is_no_mistake_of_teaching():
    store_path([1.0, 3.0], "Path.tas")
    fb = teacher(involve=True)
    teach(fb, [3.0, 5.0, 9.0])
    place("Path.tas").unlink()
    assert fb.SwitchState_Idle() and last_update(fb)
    assert json.loads(place("Path.tas").read_text())["columns"]["value"] == [2.0, 4.0]
    place("Path.tas").unlink()
    assert fb.SwitchState_Teach() and last_update(fb) and fb.nValuesInFile == 0 == fb.nCurrentTeachCycles
    user = reader()
    assert user.SwitchState_Read() and not last_update(user) and user.eState == Read.Idle


def test_a_change_that_was_asked_for_before_the_plc_runs_does_not_hold_its_cycle(held_disk):
    store_path([1.0, 2.0], "Path.tas")

    class MAIN(Program):
        def __init__(self):
            self.fb = reader()
            assert self.fb.SwitchState_Read()  # outside of a Plc, where the question would wait

        def cycle(self):
            assert self.fb.UpdateState()

    plc, main = Plc(RealTimeClock()), MAIN()
    plc.task("PlcTask", cycle_time="1ms", programs=[main])
    assert plc.run(cycles=20).reason == "cycles" and main.fb.eState == Read.PendingRead
    held_disk.set()
    assert main.fb.UpdateState() and main.fb.eState == Read.Read  # after the stop, outside again


def test_late_work_that_has_not_begun_is_not_done(held_disk):
    store_path([1.0, 2.0], "Other.tas")
    user, writer = reader("Other.tas"), teacher(timeout=1)
    teach(writer)
    with use_clock(RealTimeClock()):
        assert user.SwitchState_Read() and writer.SwitchState_Idle()
        while writer.UpdateState():
            assert writer.eState == Teach.PendingIdle
    assert writer.eState == Teach.Teach and writer.path().tolist() == [1.0, 2.0]
    held_disk.set()
    settle()
    assert not place("Path.tas").exists()
    assert writer.SwitchState_Idle() and last_update(writer) and place("Path.tas").exists()


def test_a_write_that_fails_leaves_the_period_that_is_being_taught(own_folder):
    fb = teacher("Folder\\Path.tas")
    teach(fb)
    fb.replay(None, [7.0] * 3, bStartPeriod=[False, True, False], bStopPeriod=False)
    assert fb.bTeaching and not fb.bNewResult
    place("Folder\\Path.tas").parent.rmdir()
    (own_folder / "Folder").write_text("a file where a folder should be")
    before = fb.state_bytes()
    assert fb.SwitchState_Idle() and not last_update(fb)
    fb._m.bError = False
    assert fb.state_bytes() == before and fb.eState == Teach.Teach and fb.bTeaching


def test_what_can_never_be_written_is_told_at_the_beginning(own_folder):
    (own_folder / "a").symlink_to("b")
    (own_folder / "b").symlink_to("a")
    for text, code, reason in (
        ("x" * 255, 0x300C, "File name too long"),
        ("a\\Path.tas", 0x2013, "leads out of the folder"),
    ):
        fb = teacher(text)
        assert fb.SwitchState_Teach() and not last_update(fb) and fb.eState == Teach.Idle
        assert refusal(fb)[0] == code and reason in refusal(fb)[1]


ANOTHER_PROCESS = """
from alycat.blocks import FB_ALY_TimeBasedTeachPath_1Ch
fb = FB_ALY_TimeBasedTeachPath_1Ch.restore(open("snapshot", "rb").read())
assert fb.UpdateState() and fb.eState.name == "PendingIdle"  # asks for the write, and the program ends
"""


def test_pending_work_goes_on_in_another_process_and_outlives_it(own_folder):
    fb = teacher()
    teach(fb, np.arange(2000.0))
    assert fb.SwitchState_Idle()
    (own_folder / "snapshot").write_bytes(fb.snapshot())
    assert last_update(fb)
    written = place("Path.tas").read_bytes()
    place("Path.tas").unlink()
    command, environment = [sys.executable, "-c", ANOTHER_PROCESS], os.environ | {"ALYCAT_FILES": str(own_folder)}
    subprocess.run(command, cwd=own_folder, env=environment, check=True)
    assert place("Path.tas").read_bytes() == written


# ---- what is no learnt data, for every block that reads --------------------------------------------------------------


def reading(cls, init, calls, ask):
    fb = cls(**init)
    for name, inputs in calls:
        assert getattr(fb, name)(**inputs), fb.ipResultMessage
    return fb, ask


FILE = {"sFilePath": "Learnt.json", "tTimeout": 5000}
CURVES = {"nSegmentSize": 10, **FILE}
BY_PARAMETER = ("ConfigureFromFile", FILE)
CORRELATE = {"nMinLag": -1, "nMaxLag": 1, "nStepSize": 1, "nNumChannels": 1, "eWindowMode": 2, "eCorrelationMode": 1}
TEACH_ON = {"eTeachMode": 3, "nSetNumTeaches": 0, "bInvolveExistingFile": True, **CURVES}
TEACH_ON |= {"bNegateStartPeriod": False, "bNegateStopPeriod": False}
FIT_ON = {"bBias": True, "fStepSize": 0.1, "nMiniBatchSize": 1, "bInvolveExistingFile": True, **FILE}
ENVELOPE = {"eBandMode": 1, "fBand": 1.0, "bNegateStartPeriod": False, **CURVES}
READERS = {
    "envelope": (FB_ALY_TimeBasedEnvelope_1Ch, {}, [("Configure", ENVELOPE)], ("SwitchState_Read", {})),
    "correlation": (
        FB_ALY_CorrelationFunctionReference,
        {"nNumChannels": 1},
        [("Configure", {**CORRELATE, "nWindowSize": 5, **CURVES})],
        ("SwitchState_Read", {}),
    ),
    "warping": (
        FB_ALY_DynamicTimeWarping,
        {"nNumChannels": 1},
        [("ConfigureChannel", {"nChannel": 1, "sFilePath": "Learnt.json"}), ("Configure", {"tTimeout": 5000})],
        ("SwitchState_Read", {}),
    ),
    "teach path": (FB_ALY_TimeBasedTeachPath_1Ch, {}, [("Configure", TEACH_ON)], ("SwitchState_Teach", {})),
    "fitting": (
        FB_ALY_LinearRegressionFitting,
        {"nNumChannels": 2},
        [("Configure", FIT_ON)],
        ("SwitchState_Teach", {}),
    ),
    "scaler": (FB_ALY_Scaler, {}, [], BY_PARAMETER),
    "inference": (FB_ALY_LinearRegressionInference, {"nNumChannels": 2}, [], BY_PARAMETER),
    "forest": (FB_ALY_IsolationForest, {"nNumChannels": 2}, [], BY_PARAMETER),
}
STORED = {
    TEACH_PATH: lambda: store_path([1.0, 2.0, 3.0], "Learnt.json"),
    SCALER: lambda: store_scaler("Normalization", 1.0, 2.0, "Learnt.json"),
    LINEAR_REGRESSION: lambda: store_regression([1.0, 2.0, 3.0], "Learnt.json"),
    ISOLATION_FOREST: lambda: store(
        "Learnt.json", ISOLATION_FOREST, **isolation_forest.flat(isolation_forest.random_content(1, 2))
    ),
}
MEANINGLESS = {
    TEACH_PATH: [{"teach_cycles": 0}, {"teach_cycles": 2**62}, {"teach_mode": "Median"}, {"value": []}],
    SCALER: [{"samples": -1}, {"scaling_mode": "None"}, {"param_2": 1.0}, {"param_1": 1e308, "param_2": -1e308}],
    LINEAR_REGRESSION: [{"samples": -1}, {"coefficient": [1.0]}, {"coefficient": [1.0] * 4}, {"samples": 2**60}],
    ISOLATION_FOREST: [{"channels": 3, "names": []}, {"nodes": []}, {"scale": -1.0}, {"left": []}, {"names": ["a"]}],
}


@pytest.mark.parametrize("name", READERS)
def test_no_damaged_or_foreign_file_changes_a_block(name):
    fb, (method, inputs) = reading(*READERS[name])
    kind = getattr(fb, "reads", None) or fb.learns
    STORED[kind]()
    path = place("Learnt.json")
    good, source = path.read_bytes(), random.Random(2)
    if method == "ConfigureFromFile":  # from here on there is something to lose
        assert fb.ConfigureFromFile(**inputs) and last_update(fb)

    def is_refused(data):
        path.write_bytes(data)
        fb._m.bError = fb._m.bNewResult = False
        before = fb.state_bytes()
        assert getattr(fb, method)(**inputs)
        done = last_update(fb)
        if not done:
            assert fb.ipResultMessage.nEventId in (0x300C, 0x200C) and len(str(fb.ipResultMessage)) < 300
            fb._m.bError = False
            assert fb.state_bytes() == before
        return not done

    for place_of in source.sample(range(len(good) - 1), 60):
        spoilt = bytearray(good)
        spoilt[place_of] ^= 1 << source.randrange(8)
        assert is_refused(bytes(spoilt)) and is_refused(good[:place_of])
    content = json.loads(good)
    members = content["header"] | content["columns"]
    for change in MEANINGLESS[kind]:
        forge("Learnt.json", kind, **members | change)
        assert is_refused(path.read_bytes()), change
    for other in KINDS:
        STORED[other]()
        assert is_refused(path.read_bytes()) == (other is not kind) or method != "ConfigureFromFile"
        if fb.eState == 1 and method != "ConfigureFromFile":  # the good one was taken
            assert other is kind and fb.SwitchState_Idle() and last_update(fb)
    assert is_refused(b"") and is_refused(b"[" * 10**5)
