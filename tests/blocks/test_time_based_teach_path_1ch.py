"""FB_ALY_TimeBasedTeachPath_1Ch: against its reference, its file, and what a user sees."""

import json

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from learnt_files import forge, place, store_path
from oracle.time_based_teach_path_1ch import TeachPath

from alycat.blocks import E_ALY_TeachMode, E_ALY_TeachState, FB_ALY_TimeBasedTeachPath_1Ch
from alycat.blocks.learnt_kinds import TEACH_PATH
from alycat.runtime.targetpaths import use_file_folder

Mode, State = E_ALY_TeachMode, E_ALY_TeachState
FILE = "Path.tas"


@pytest.fixture(autouse=True)
def own_folder(tmp_path):
    with use_file_folder(tmp_path):
        yield


def taught(mode=Mode.Mean, most=0, involve=False, negate=(False, False), segment=10):
    """A block in state Teach."""
    fb = FB_ALY_TimeBasedTeachPath_1Ch()
    assert fb.Configure(mode, segment, "5s", most, involve, FILE, *negate), fb.ipResultMessage
    switch(fb, fb.SwitchState_Teach, State.Teach)
    return fb


def switch(fb, method, target):
    assert method() and fb.bBusy and fb.GetBusyState(), fb.ipResultMessage
    assert fb.UpdateState() and fb.eState not in (State.Idle, State.Teach)
    assert fb.UpdateState() and fb.eState == target and not fb.bBusy, fb.ipResultMessage


def run(fb, *periods):
    """Periods one after the other; the end is one call with bStopPeriod."""
    values = np.concatenate([[*p, 0.0] for p in periods])
    start, stop = np.zeros((2, len(values)), bool)
    ends = np.cumsum([len(p) + 1 for p in periods])
    start[[0, *ends[:-1]]] = True
    stop[ends - 1] = True
    return fb.replay(None, values, bStartPeriod=start, bStopPeriod=stop)


@st.composite
def rows(draw):
    seed, count = draw(st.integers(0, 2**32 - 1)), draw(st.integers(1, 60))
    rng = np.random.default_rng(seed)
    rate = draw(st.sampled_from([0.1, 0.3, 0.6]))
    return rng.normal(size=count), rng.random(count) < rate, rng.random(count) < rate


@settings(max_examples=60, deadline=None)
@given(
    rows(),
    st.sampled_from(list(Mode)[1:]),
    st.integers(0, 4),
    st.tuples(st.booleans(), st.booleans()),
    st.none() | st.lists(st.floats(-3, 3), min_size=1, max_size=8),
    st.integers(1, 5),
)
def test_agrees_with_the_reference(data, mode, most, negate, stored, stored_cycles):
    if stored:
        store_path(stored, FILE, stored_cycles)
    fb = taught(mode, most, bool(stored), negate)
    known = {"stored": stored, "stored_cycles": stored_cycles} if stored else {}
    reference = TeachPath(mode.name, most, *negate, **known)
    assert fb.nValuesInFile == len(reference.points) and fb.nCurrentTeachCycles == reference.cycles
    values, start, stop = data
    trace = fb.replay(None, values, bStartPeriod=start, bStopPeriod=stop)
    for row in range(len(values)):
        expected = reference.call(values[row], start[row], stop[row])
        shown = {name: trace[name][row].item() for name in expected}
        assert shown == expected, row
    switch(fb, fb.SwitchState_Idle, State.Idle)
    wanted, tolerance = reference.points if reference.cycles else [], 1e-14 if mode == Mode.Mean else 0.0
    np.testing.assert_allclose(fb.path(), wanted, rtol=tolerance, atol=tolerance)
    if reference.added:
        content = json.loads(place(FILE).read_text())
        assert content["columns"]["value"] == fb.path().tolist()
        assert content["header"] == {"teach_mode": mode.name, "teach_cycles": reference.cycles}
    place(FILE).unlink(missing_ok=True)


def test_the_three_modes():
    periods = ([1.0, 5.0, 3.0], [3.0, 1.0, 3.0])
    for mode, wanted in ((Mode.Minimum, [1, 1, 3]), (Mode.Maximum, [3, 5, 3]), (Mode.Mean, [2, 3, 3])):
        fb = taught(mode)
        trace = run(fb, *periods)
        assert fb.path().tolist() == wanted and fb.nCurrentTeachCycles == 2
        assert trace["bTeaching"].tolist() == [True] * 3 + [False] + [True] * 3 + [False]
        assert trace["bNewResult"].tolist() == [False, False, False, True] * 2
        assert trace["nWrittenValues"][-1] == 6 and trace["nValuesInFile"][-1] == 3


def test_longer_and_shorter_periods():
    fb = taught(Mode.Maximum)
    run(fb, [1.0, 2.0, 3.0], [9.0, 9.0, 9.0, 9.0], [5.0])
    assert fb.path().tolist() == [9, 9, 9] and fb.nWrittenValues == 7
    shorter = taught(Mode.Minimum)
    run(shorter, [1.0, 2.0, 3.0], [0.0])
    assert shorter.path().tolist() == [0, 2, 3] and shorter.nCurrentTeachCycles == 2


def test_a_start_ends_the_period_before():
    fb = taught()
    starts = np.array([1, 0, 1, 0, 1, 0], bool)
    fb.replay(None, [1.0, 2.0, 3.0, 4.0, 5.0, 6.0], bStartPeriod=starts, bStopPeriod=False)
    assert fb.nCurrentTeachCycles == 2 and fb.bTeaching
    switch(fb, fb.SwitchState_Idle, State.Idle)
    assert fb.path().tolist() == [2, 3]  # the third one was not complete


def test_teaching_ends_after_the_number_of_periods():
    fb = taught(Mode.Mean, most=2)
    run(fb, [1.0], [3.0], [100.0])
    assert fb.nCurrentTeachCycles == 2 and fb.path().tolist() == [2] and fb.eState == State.Teach
    switch(fb, fb.SwitchState_Idle, State.Idle)
    again = taught(Mode.Mean, most=1, involve=True)
    run(again, [5.0], [100.0])
    assert again.nCurrentTeachCycles == 3 and again.path().tolist() == [3]


def test_an_existing_file_is_replaced_or_gone_on_from():
    first = taught(Mode.Maximum)
    run(first, [1.0, 2.0])
    switch(first, first.SwitchState_Idle, State.Idle)
    before = place(FILE).read_bytes()
    other = taught(Mode.Maximum, involve=True)
    assert other.nValuesInFile == 2 and other.nCurrentTeachCycles == 1 and other.path().tolist() == [1, 2]
    run(other, [0.0, 3.0])
    assert other.Reset() and other.path().tolist() == [1, 2] and other.eState == State.Teach
    assert place(FILE).read_bytes() == before
    fresh = taught(Mode.Maximum)
    assert fresh.nValuesInFile == 0
    run(fresh, [7.0])
    switch(fresh, fresh.SwitchState_Idle, State.Idle)
    assert json.loads(place(FILE).read_text())["columns"]["value"] == [7.0]


def test_without_a_complete_period_no_file_is_written():
    fb = taught()
    fb.replay(None, [1.0, 2.0], bStartPeriod=True, bStopPeriod=False)
    switch(fb, fb.SwitchState_Idle, State.Idle)
    assert fb.nValuesInFile == 0 and not fb.bTeaching and not place(FILE).exists()


def test_a_period_has_room_for_a_thousand_segments():
    fb = taught(segment=1)
    start = np.arange(1001) == 0
    trace = fb.replay(None, np.ones(1001), bStartPeriod=start, bStopPeriod=False)
    assert trace["bError"].tolist() == [False] * 1000 + [True] and fb.ipResultMessage.nEventId == 0x300A
    assert "the period has more than 1000 values" in fb.ipResultMessage.sEventText
    fb.SetChannelValue(2e300)
    assert not fb.Call(False, False) and "channel 1 is 2e+300, values up to +-1e+300" in fb.ipResultMessage.sEventText
    assert fb.SetChannelValue(1.0) and fb.Call(False, True) and fb.nCurrentTeachCycles == 1
    long = FB_ALY_TimeBasedTeachPath_1Ch()
    store_path(np.arange(2000.0), FILE)
    assert long.Configure(Mode.Mean, 1, 5000, 0, True, FILE, False, False)
    switch(long, long.SwitchState_Teach, State.Teach)
    assert long.nValuesInFile == 2000


def test_a_write_that_fails_leaves_the_period_open(tmp_path):
    fb = taught(Mode.Mean)
    run(fb, [1.0, 2.0])
    fb.replay(None, [3.0], bStartPeriod=True, bStopPeriod=False)
    place(FILE).mkdir()
    assert fb.SwitchState_Idle() and fb.UpdateState() and not fb.UpdateState()
    assert fb.eState == State.Teach and fb.bTeaching and fb.path().tolist() == [2.0, 2.0]
    place(FILE).rmdir()
    fb.replay(None, [6.0, 0.0], bStartPeriod=False, bStopPeriod=[False, True])
    assert fb.path().tolist() == [2.0, 4.0] and fb.nCurrentTeachCycles == 2
    fb.replay(None, [100.0], bStartPeriod=True, bStopPeriod=False)
    switch(fb, fb.SwitchState_Idle, State.Idle)
    assert not fb.bTeaching and fb.path().tolist() == [2.0, 4.0]
    assert json.loads(place(FILE).read_text())["columns"]["value"] == [2.0, 4.0]


def test_the_mean_of_equal_periods_is_the_period_to_the_last_bit():
    period = np.random.default_rng(5).normal(size=200).tolist()
    fb = taught(Mode.Mean, segment=1)
    run(fb, *[period] * 12)
    assert fb.path().tolist() == period and fb.nCurrentTeachCycles == 12


@pytest.mark.parametrize("cycles", [0, -3, 2**63 - 1])
def test_a_file_with_a_number_of_periods_that_cannot_be(cycles):
    forge(FILE, TEACH_PATH, teach_mode="Mean", teach_cycles=cycles, value=[1e300, -1e300])
    fb = FB_ALY_TimeBasedTeachPath_1Ch()
    assert fb.Configure(Mode.Mean, 10, "5s", 0, True, FILE, False, False) and fb.SwitchState_Teach()
    assert fb.UpdateState() and not fb.UpdateState() and fb.ipResultMessage.nEventId == 0x300C
    assert f"teach_cycles is {cycles}" in fb.ipResultMessage.sEventText and fb.eState == State.Idle


def test_calls_outside_of_teach_are_refused():
    fb = FB_ALY_TimeBasedTeachPath_1Ch()
    for method in (fb.SwitchState_Teach, fb.SwitchState_Idle, fb.UpdateState):
        assert not method() and fb.ipResultMessage.nEventId == 0x3007
    assert fb.Configure(Mode.Mean, 10, 5000, 0, False, FILE, False, False)
    fb.SetChannelValue(1.0)
    assert not fb.Call(True, False) and fb.ipResultMessage.nEventId == 0x3008
    assert "Call is for state Teach, not Idle" in fb.ipResultMessage.sEventText
    assert not fb.SwitchState_Idle() and "this is for state Teach, not Idle" in fb.ipResultMessage.sEventText
    assert fb.UpdateState() and fb.eState == State.Idle  # nothing to do
    assert fb.SwitchState_Teach() and not fb.SwitchState_Teach() and "not PendingTeach" in str(fb.ipResultMessage)
    assert fb.bBusy and fb.UpdateState() and fb.UpdateState() and fb.eState == State.Teach


@pytest.mark.parametrize(
    ("change", "event_id"),
    [
        ({"eTeachMode": Mode.NotInitialized}, 0x2008),
        ({"nSegmentSize": 0}, 0x2014),
        ({"nSegmentSize": 2**32 - 1}, 0x2001),
        ({"tTimeout": 0}, 0x2015),
        ({"sFilePath": ""}, 0x2013),
        ({"sFilePath": r"..\x.tas"}, 0x2013),
    ],
)
def test_configure_refuses(change, event_id):
    fb = FB_ALY_TimeBasedTeachPath_1Ch()
    assert not fb.Configure(**fb.example | change) and fb.ipResultMessage.nEventId == event_id
