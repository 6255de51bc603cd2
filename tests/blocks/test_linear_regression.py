"""The regression blocks: against a plain reference, scikit-learn and least squares, and what a user sees."""

import json

import numpy as np
import pytest
from block_streams import refused
from hypothesis import given, settings
from hypothesis import strategies as st
from learnt_files import place, store_regression
from oracle.linear_regression import Regression

from alycat.blocks import E_ALY_ConfigState, E_ALY_TeachState, FB_ALY_LinearRegressionFitting
from alycat.blocks import FB_ALY_LinearRegressionInference as Inference
from alycat.runtime import WrongType
from alycat.runtime.targetpaths import use_file_folder

FILE = "Regression.json"


@pytest.fixture(autouse=True)
def own_folder(tmp_path):
    with use_file_folder(tmp_path):
        yield


def update_twice(fb):
    assert fb.UpdateState() and fb.bBusy and fb.UpdateState() and not fb.bBusy, fb.ipResultMessage


def fitting(channels=2, bias=True, step=0.01, batch=1, involve=False):
    fb = FB_ALY_LinearRegressionFitting(nNumChannels=channels)
    assert fb.Configure(bias, step, batch, "5s", involve, FILE) and fb.SwitchState_Teach()
    update_twice(fb)
    return fb


def leave(fb):
    assert fb.SwitchState_Idle()
    update_twice(fb)
    assert fb.eState == E_ALY_TeachState.Idle


def data(seed=1, rows=400, channels=2):
    rng = np.random.default_rng(seed)
    x = rng.normal(size=(rows, channels))
    return x, 3 + x @ np.arange(1, channels + 1) + rng.normal(0, 0.1, rows)


def coefficient(fb, channel):
    output = np.zeros(1)
    assert fb.GetChannelOutputValue(channel, output), fb.ipResultMessage
    return output[0]


@settings(max_examples=60, deadline=None)
@given(
    st.integers(0, 2**32 - 1),
    st.integers(1, 4),
    st.booleans(),
    st.floats(0.001, 0.05),
    st.integers(1, 5),
    st.booleans(),
)
def test_agrees_with_the_reference(seed, channels, bias, step, batch, involve):
    rng = np.random.default_rng(seed)
    x, y, fit = rng.normal(size=(40, channels)), rng.normal(size=40), rng.random(40) < 0.8
    start = np.arange(1, channels + 2) / 3
    store_regression(start, FILE)
    fb = fitting(channels, bias, step, batch, involve)
    reference = Regression(channels, bias, step, batch, start if involve else None)
    trace = fb.replay(None, x, bFit=fit, dependent=y)
    expected = [reference.call(x[i], fit[i], y[i]) for i in range(40)]
    np.testing.assert_allclose(trace["fResult"], [e[0] for e in expected], rtol=1e-12, atol=1e-12)
    np.testing.assert_allclose(trace["fMSE"], [e[1] for e in expected], rtol=1e-12, atol=1e-12)
    np.testing.assert_allclose(fb.coefficients(), reference.weights, rtol=1e-12, atol=1e-12)
    assert trace["bNewResult"].all()
    assert [coefficient(fb, i) for i in range(channels + 1)] == fb.coefficients().tolist()


def test_agrees_with_scikit_learn():
    from sklearn.linear_model import SGDRegressor

    x, y = data()
    fb = fitting(step=0.01)
    fb.replay(None, x, bFit=True, dependent=y)
    model = SGDRegressor(
        penalty=None, learning_rate="constant", eta0=0.02, max_iter=1, tol=None, shuffle=False, fit_intercept=True
    )
    model.partial_fit(x, y)
    np.testing.assert_allclose(fb.coefficients(), [model.intercept_[0], *model.coef_], rtol=1e-12)


@pytest.mark.parametrize("batch", [1, 10])
def test_finds_what_least_squares_find(batch):
    x, y = data(rows=5000)
    fb = fitting(step=0.002 * batch, batch=batch)
    trace = fb.replay(None, x, bFit=True, dependent=y)
    wanted = np.linalg.lstsq(np.column_stack([np.ones(len(x)), x]), y, rcond=None)[0]
    np.testing.assert_allclose(fb.coefficients(), wanted, atol=0.03)
    assert trace["fMSE"][-1000:].mean() < 0.02 < 5 < trace["fMSE"][:10].max()


def test_taught_and_used():
    x, y = data(channels=3)
    fb = fitting(3)
    fb.replay(None, x, bFit=True, dependent=y)
    leave(fb)
    content = json.loads(place(FILE).read_text())
    assert content["columns"]["coefficient"] == fb.coefficients().tolist() and content["header"] == {"samples": 400}
    user = Inference(nNumChannels=3)
    assert user.ConfigureFromFile("5s", FILE) and user.eState == E_ALY_ConfigState.Pending
    update_twice(user)
    given = Inference(nNumChannels=3)
    for channel, weight in enumerate(fb.coefficients()):
        assert given.ConfigureChannel(channel, weight)
    assert given.Configure() and given.eState == E_ALY_ConfigState.Configured
    trace = user.replay(None, x)
    results = trace["fResult"]
    assert trace["bNewResult"].all()
    assert results.tobytes() == given.replay(None, x)["fResult"].tobytes()
    w = fb.coefficients()
    assert results.tolist() == [((w[0] + w[1] * a) + w[2] * b) + w[3] * c for a, b, c in x]
    assert user.stFileHeader.nTeachCycles == 400 and given.stFileHeader.sKind == ""
    more = fitting(3, involve=True)
    assert more.coefficients().tolist() == w.tolist() and more.Reset() and more.coefficients().tolist() == w.tolist()
    leave(more)
    assert json.loads(place(FILE).read_text()) == content  # nothing was taught, nothing is written
    more = fitting(3, involve=True)
    more.replay(None, x[:10], bFit=np.arange(10) % 2 == 0, dependent=y[:10])
    leave(more)
    assert json.loads(place(FILE).read_text())["header"] == {"samples": 405}


def test_what_was_not_taught_makes_no_file():
    leave(fitting())
    assert not place(FILE).exists()


def test_a_step_that_is_too_large_leaves_the_coefficients():
    fb = fitting(step=1e3)
    x, y = data(rows=200)
    trace = fb.replay(None, x * 1e3, bFit=True, dependent=y)
    assert trace["bError"][-1] and np.isfinite(fb.coefficients()).all()
    assert fb.ipResultMessage.nEventId == 0x300A and "fStepSize = 1000.0 too large?" in fb.ipResultMessage.sEventText


def test_messages_name_the_value_that_cannot_be_used():
    fb = fitting()
    for values, dependent, event_id, text in (
        ((1, 2), np.nan, 0x3003, "dependent is nan, within +-1e+140"),
        ((1, 2), -1e200, 0x300A, "dependent is -1e+200, within +-1e+140"),
        ((1, 2e140), 0, 0x300A, "channel 2 is 2e+140, values up to +-1e+140 are allowed"),
        ((np.inf, 2), 0, 0x3003, "channel 1 is inf"),
    ):
        fb.set_channel_values(values)
        refused(fb, fb.Call(True, dependent), event_id, text)


def test_get_channel_output_value():
    fb = fitting()
    for channel, output, event_id in ((3, np.zeros(1), 0x3010),):
        assert not fb.GetChannelOutputValue(channel, output) and fb.ipResultMessage.nEventId == event_id
    with pytest.raises(WrongType, match="a numeric numpy array of one element is needed"):
        fb.GetChannelOutputValue(0, 1.0)
    new = FB_ALY_LinearRegressionFitting()
    assert not new.GetChannelOutputValue(0, np.zeros(1)) and new.ipResultMessage.nEventId == 0x3007


def test_a_file_for_another_number_of_channels():
    store_regression([1.0, 2.0], FILE)
    fb = FB_ALY_LinearRegressionFitting(nNumChannels=2)
    assert fb.Configure(True, 0.01, 1, "5s", True, FILE) and fb.SwitchState_Teach()
    assert fb.UpdateState() and not fb.UpdateState() and fb.ipResultMessage.nEventId == 0x300C
    assert "the file has 2 coefficients, 3 are needed" in fb.ipResultMessage.sEventText and fb.eState == 0
    for coefficients in ([1.0, 2.0], [1.0, 2.0, 3.0, 4.0]):
        store_regression(coefficients, FILE)
        user = Inference(nNumChannels=2)
        assert user.ConfigureFromFile("5s", FILE) and user.UpdateState() and not user.UpdateState()
        assert user.eState == E_ALY_ConfigState.NotConfigured and not user.bConfigured


def test_a_result_that_is_too_large():
    user = Inference(nNumChannels=1)
    assert user.ConfigureChannel(0, 1.0) and user.ConfigureChannel(1, 1e200) and user.Configure()
    trace = user.replay(None, [2.0, 1e200, 3.0])
    assert trace["bError"].tolist() == [False, True, False]
    assert trace["fResult"].tolist() == [2e200, 2e200, 3e200]
    user.SetChannelValue(1, -1e200)
    refused(user, user.Call(), 0x300A, "the result is too large for LREAL")


def test_what_is_refused():
    fb = FB_ALY_LinearRegressionFitting()
    for change, event_id in (
        ({"fStepSize": 0.0}, 0x200F),
        ({"fStepSize": np.nan}, 0x200F),
        ({"nMiniBatchSize": 0}, 0x200D),
        ({"tTimeout": 0}, 0x2015),
        ({"sFilePath": ""}, 0x2013),
    ):
        assert not fb.Configure(**fb.example | change) and fb.ipResultMessage.nEventId == event_id
    user = Inference(nNumChannels=2)
    assert user.ConfigureChannel(0, 1.0) and user.ConfigureChannel(2, 1.0)
    assert not user.Configure() and user.ipResultMessage.nEventId == 0x2022
    assert "for channel 1" in user.ipResultMessage.sEventText
    assert not user.ConfigureChannel(3, 1.0) and user.ipResultMessage.nEventId == 0x3010
    assert not user.ConfigureChannel(0, np.inf) and user.ipResultMessage.nEventId == 0x200C
