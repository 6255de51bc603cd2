"""FB_ALY_Scaler and FB_ALY_ScalerFitting: against numpy, and what a user sees."""

import json

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from learnt_files import forge, place, store_scaler

from alycat.blocks import (
    E_ALY_ConfigState,
    E_ALY_ScalingMode,
    E_ALY_TeachState,
    FB_ALY_Scaler,
    FB_ALY_ScalerFitting,
)
from alycat.blocks.learnt_kinds import SCALER
from alycat.runtime.targetpaths import use_file_folder

Mode, State, Teach = E_ALY_ScalingMode, E_ALY_ConfigState, E_ALY_TeachState
numbers = st.floats(-1e6, 1e6, width=32)


@pytest.fixture(autouse=True)
def own_folder(tmp_path):
    with use_file_folder(tmp_path):
        yield


def update_twice(fb):
    assert fb.UpdateState() and fb.bBusy and fb.UpdateState() and not fb.bBusy, fb.ipResultMessage


def fitting(mode):
    fb = FB_ALY_ScalerFitting()
    assert fb.Configure(mode, "5s", "Scaler.json") and fb.SwitchState_Teach()
    update_twice(fb)
    return fb


def from_file(text="Scaler.json"):
    fb = FB_ALY_Scaler()
    assert fb.ConfigureFromFile("5s", text) and fb.eState == State.Pending and not fb.bConfigured
    update_twice(fb)
    assert fb.eState == State.Configured and fb.bConfigured
    return fb


@settings(max_examples=60, deadline=None)
@given(st.lists(numbers, min_size=1, max_size=40), st.sampled_from(list(Mode)[1:]), st.integers(0, 2**32 - 1))
def test_fitting_agrees_with_numpy(values, mode, seed):
    fit = np.random.default_rng(seed).random(len(values)) < 0.8
    trace = fitting(mode).replay(None, values, bFit=fit)
    for row in range(len(values)):
        seen = np.array(values[: row + 1])[fit[: row + 1]]
        found = trace["fScalingParam1"][row], trace["fScalingParam2"][row]
        if not len(seen):
            wanted = 0.0, 0.0
        else:
            wanted = (seen.min(), seen.max()) if mode == Mode.Normalization else (seen.mean(), seen.std())
        scale = 1e-9 * (1 + np.abs(seen).max(initial=0))
        np.testing.assert_allclose(found, wanted, rtol=1e-9, atol=0 if mode == Mode.Normalization else scale)
    assert (trace["bNewResult"] == fit).all()


@settings(max_examples=60, deadline=None)
@given(st.lists(numbers, min_size=1, max_size=20), st.sampled_from(list(Mode)[1:]), numbers, st.floats(0.125, 1e6))
def test_scaling_agrees_with_numpy(values, mode, first, width):
    second = first + width if mode == Mode.Normalization else width
    fb = FB_ALY_Scaler()
    assert fb.Configure(mode, first, second) and fb.eState == State.Configured
    wanted = (np.array(values) - first) / (second - first if mode == Mode.Normalization else second)
    np.testing.assert_array_equal(fb.replay(None, values)["fResult"], wanted)


@pytest.mark.parametrize("mode", list(Mode)[1:])
def test_fitted_parameters_scale_the_next_day(mode):
    values = np.random.default_rng(7).normal(20, 3, 500)
    fb = fitting(mode)
    fb.replay(None, values, bFit=True)
    assert not place("Scaler.json").exists() and fb.SwitchState_Idle()
    update_twice(fb)
    assert fb.eState == Teach.Idle
    header = json.loads(place("Scaler.json").read_text())["header"]
    assert header == {
        "scaling_mode": mode.name,
        "param_1": fb.fScalingParam1,
        "param_2": fb.fScalingParam2,
        "samples": 500,
    }
    scaler = from_file()
    scaled = scaler.replay(None, values)["fResult"]
    wanted = (0, 1) if mode == Mode.Normalization else (values.mean() * 0 + scaled.mean(), 1)
    shown = (scaled.min(), scaled.max()) if mode == Mode.Normalization else (scaled.mean(), scaled.std())
    np.testing.assert_allclose(shown, wanted, atol=1e-12)
    assert abs(scaled.mean()) < 1e-12 or mode == Mode.Normalization
    assert (scaler.stFileHeader.sKind, scaler.stFileHeader.nTeachCycles) == ("scaler", 500)


def test_the_sample_of_the_manual_gives_high_and_low_in_the_other_order():
    fb = FB_ALY_Scaler()
    assert fb.Configure(Mode.Normalization, 2.0, 1.0)
    assert fb.replay(None, [1.0, 1.5, 2.0, 3.0])["fResult"].tolist() == [0, 0.5, 1, 2]


def test_nothing_fitted_no_file():
    fb = fitting(Mode.Normalization)
    fb.replay(None, [1.0, 2.0], bFit=False)
    assert fb.SwitchState_Idle()
    update_twice(fb)
    assert not place("Scaler.json").exists()


def test_a_file_that_cannot_be_used_leaves_the_parameters():
    fb = FB_ALY_Scaler()
    assert fb.Configure(Mode.Normalization, 0.0, 10.0)
    state = fb.state_bytes()
    assert fb.UpdateState()  # nothing to do
    sideways = forge("c.json", SCALER, scaling_mode="Sideways", param_1=3.0, param_2=4.0, samples=1)
    for text, event_id, reason in (
        (store_scaler("Normalization", 3.0, 3.0), 0x200C, "two different finite numbers"),
        (store_scaler("Standardization", 3.0, -1.0, "b.json"), 0x200C, "positive standard deviation"),
        (sideways, 0x300C, "c.json: scaling_mode is 'Sideways', allowed are Normalization, Standardization"),
        ("nowhere.json", 0x300C, "there is no file nowhere.json"),
    ):
        assert fb.ConfigureFromFile("5s", text) and fb.eState == State.Pending
        assert not fb.ConfigureFromFile("5s", text) and fb.ipResultMessage.nEventId == 0x3008
        assert fb.SetChannelValue(5.0) and fb.Call() and fb.fResult == 0.5  # goes on meanwhile
        assert fb.UpdateState() and not fb.UpdateState() and fb.ipResultMessage.nEventId == event_id
        assert reason in fb.ipResultMessage.sEventText
        assert fb.eState == State.Configured and fb.bConfigured and fb.Call() and fb.fResult == 0.5
    assert len(fb.state_bytes()) == len(state)
    for text, timeout, event_id in (("", 1, 0x2013), ("x.json", 0, 0x2015)):
        assert not fb.ConfigureFromFile(timeout, text) and fb.ipResultMessage.nEventId == event_id


@pytest.mark.parametrize("parameters", [(1.0, 1.0), (np.nan, 1.0), (0.0, np.inf)])
def test_configure_refuses(parameters):
    fb = FB_ALY_Scaler()
    assert not fb.Configure(Mode.Normalization, *parameters) and fb.ipResultMessage.nEventId == 0x200C
    assert not fb.Configure(Mode.NotInitialized, 0.0, 1.0) and fb.ipResultMessage.nEventId == 0x2003
    assert not fb.Configure(Mode.Standardization, 0.0, -1.0) and fb.ipResultMessage.nEventId == 0x200C
    assert fb.eState == State.NotConfigured and not fb.bConfigured


def test_a_result_that_is_too_large():
    fb = FB_ALY_Scaler()
    assert fb.Configure(Mode.Standardization, 0.0, 1e-300)
    fb.SetChannelValue(1e300)
    assert not fb.Call() and fb.ipResultMessage.nEventId == 0x300A
    assert "(1e+300 - 0) / 1e-300 is too large for LREAL" in fb.ipResultMessage.sEventText
    fit = fitting(Mode.Standardization)
    fit.SetChannelValue(2e140)
    assert not fit.Call(True) and "channel 1 is 2e+140, values up to +-1e+140" in fit.ipResultMessage.sEventText
