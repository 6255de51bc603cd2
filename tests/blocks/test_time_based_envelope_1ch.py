"""FB_ALY_TimeBasedEnvelope_1Ch: against its reference, and what a user sees."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from learnt_files import forge, place, store_path, store_scaler
from oracle.time_based_envelope_1ch import Envelope

from alycat.blocks import E_ALY_BandMode, E_ALY_Classification_Bounds, E_ALY_ReadState, FB_ALY_TimeBasedEnvelope_1Ch
from alycat.blocks.learnt_kinds import TEACH_PATH
from alycat.runtime.targetpaths import use_file_folder

Mode, State = E_ALY_BandMode, E_ALY_ReadState


@pytest.fixture(autouse=True)
def own_folder(tmp_path):
    with use_file_folder(tmp_path):
        yield


def reading(points=(0.0, 10.0, 20.0), mode=Mode.Absolute, band=2.0, negate=False, cycles=1):
    """A block in state Read."""
    fb = FB_ALY_TimeBasedEnvelope_1Ch()
    assert fb.Configure(mode, band, 200, "5s", store_path(points, cycles=cycles), negate), fb.ipResultMessage
    assert fb.SwitchState_Read() and fb.eState == State.PendingRead and fb.UpdateState() and fb.UpdateState()
    assert fb.eState == State.Read and not fb.bBusy, fb.ipResultMessage
    return fb


@settings(max_examples=60, deadline=None)
@given(
    st.lists(st.floats(-3, 3), min_size=1, max_size=6),
    st.sampled_from(list(Mode)[1:]),
    st.floats(0, 120),
    st.booleans(),
    st.integers(0, 2**32 - 1),
)
def test_agrees_with_the_reference(points, mode, band, negate, seed):
    rng = np.random.default_rng(seed)
    values, start = rng.normal(scale=2.0, size=40), rng.random(40) < 0.3
    values[::5] = rng.choice(points)
    fb, reference = reading(points, mode, band, negate), Envelope(points, mode == Mode.Relative, band, negate)
    trace = fb.replay(None, values, bStartPeriod=start)
    for row in range(40):
        expected = reference.call(values[row], start[row])
        assert {name: trace[name][row].item() for name in expected} == expected, row


def test_one_period():
    fb = reading()
    trace = fb.replay(None, [2.0, 12.5, 17.0, 99.0], bStartPeriod=[True, False, False, False])
    assert trace["eCompareResult"].tolist() == [1, 3, 2, 2] and trace["bWithinBand"].tolist() == [True] + [False] * 3
    assert trace["nValueNumber"].tolist() == [1, 2, 3, 3] and trace["fValueRead"].tolist() == [0, 10, 20, 20]
    assert trace["bExecutingCompare"].tolist() == [True, True, True, False]
    assert (fb.nCurrentComparedCycles, fb.nCountWithinBand, fb.nCountSmaller, fb.nCountBigger) == (1, 1, 1, 1)
    assert fb.eCompareResult is E_ALY_Classification_Bounds.Smaller and (fb.fBandLower, fb.fBandUpper) == (18, 22)


def test_reset_and_entering_read_again_begin_anew_with_the_same_curve():
    fb = reading()
    fresh = fb.state_bytes()
    for again in (fb.Reset, fb.SwitchState_Idle):
        fb.replay(None, [2.0, 12.5], bStartPeriod=[True, False])
        assert fb.nCountWithinBand == 1 and again()
        if again == fb.SwitchState_Idle:
            assert fb.UpdateState() and fb.UpdateState() and fb.nCountWithinBand == 1  # Idle shows what was found
            assert fb.SwitchState_Read() and fb.UpdateState() and fb.UpdateState()
        fb.SetChannelValue(np.nan)
        assert fb.state_bytes() == fresh
        trace = fb.replay(None, [1.0, 10.0], bStartPeriod=[False, True])
        assert trace["nValueNumber"].tolist() == [0, 1] and trace["fValueRead"].tolist() == [0, 0]
        assert fb.Reset()


def test_a_relative_band_around_a_negative_point():
    fb = reading([-10.0], Mode.Relative, 20.0)
    fb.replay(None, [-12.0], bStartPeriod=True)
    assert (fb.fBandLower, fb.fBandUpper, fb.bWithinBand) == (-12, -8, True)


def test_the_header_of_the_file():
    fb = reading(cycles=7)
    header = fb.stFileHeader
    assert (header.sKind, header.nVersion, header.nNumValues, header.nTeachCycles) == ("teach path", 1, 3, 7)
    fb.Reset()
    assert fb.stFileHeader.nTeachCycles == 7 and fb.eState == State.Read
    twin = FB_ALY_TimeBasedEnvelope_1Ch.restore(fb.snapshot())
    assert twin.stFileHeader == fb.stFileHeader


def test_a_file_that_cannot_be_used_leaves_the_block_as_it_was():
    fb = reading()
    fb.replay(None, [5.0, 5.0], bStartPeriod=True)
    assert fb.SwitchState_Idle() and fb.UpdateState() and fb.UpdateState() and fb.eState == State.Idle
    path = place("taught.tas")
    good = path.read_bytes()
    state = fb.state_bytes()

    def refused(text):
        assert fb.SwitchState_Read() and fb.UpdateState() and not fb.UpdateState()
        assert fb.eState == State.Idle and not fb.bBusy and fb.bError and fb.ipResultMessage.nEventId == 0x300C
        assert text in fb.ipResultMessage.sEventText, fb.ipResultMessage
        assert fb.UpdateState() and not fb.bError
        fb._m.bNewResult, kept = True, fb._m.bNewResult
        assert not kept and fb.state_bytes() == state

    fb._m.bNewResult = True
    state = fb.state_bytes()
    path.write_bytes(good.replace(b"10.0", b"10.5"))
    refused("file invalid: taught.tas is damaged or was edited")
    path.write_bytes(good[:60])
    refused("damaged or no file of learnt data")
    path.write_text("{}")
    refused("no file of learnt data")
    store_scaler("Normalization", 1.0, 2.0, "taught.tas")
    refused("holds a 'scaler' in version 1; a 'teach path' in version 1 is needed")
    forge("taught.tas", TEACH_PATH, teach_mode="Mean", teach_cycles=1, value=[])
    refused("taught.tas: value is empty")
    forge("taught.tas", TEACH_PATH, teach_mode="Mean", teach_cycles=-1, value=[1.0])
    refused("teach_cycles is -1")
    path.unlink()
    refused("there is no file taught.tas")
    path.write_bytes(good)
    assert fb.SwitchState_Read() and fb.UpdateState() and fb.UpdateState() and fb.eState == State.Read


@pytest.mark.parametrize(
    ("change", "event_id"),
    [
        ({"eBandMode": Mode.NotInitialized}, 0x2016),
        ({"fBand": -1.0}, 0x200C),
        ({"fBand": np.nan}, 0x200C),
        ({"nSegmentSize": 0}, 0x2014),
        ({"tTimeout": 0}, 0x2015),
        ({"sFilePath": "a/"}, 0x2013),
    ],
)
def test_configure_refuses(change, event_id):
    fb = FB_ALY_TimeBasedEnvelope_1Ch()
    assert not fb.Configure(**fb.example | change) and fb.ipResultMessage.nEventId == event_id
