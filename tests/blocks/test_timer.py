"""FB_ALY_Timer_1Ch: against its reference, with pauses, and the three modes on one signal."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from oracle.comparing import S, agreement, parameters, run
from oracle.timer import Timer

from alycat.blocks import E_ALY_TimerMode, FB_ALY_Timer_1Ch
from alycat.runtime.testing import outputs_of, setups

test_agrees_with_the_reference = agreement(FB_ALY_Timer_1Ch, Timer)


def configured(mode, interval=3 * S):
    fb = FB_ALY_Timer_1Ch()
    assert fb.ConfigureChannel((1, 0.5)) and fb.Configure(mode, interval)
    return fb


SIGNAL = [0, 1, 1, 1, 1, 1, 0, 0, 1, 0, 0, 0, 0]


@pytest.mark.parametrize(
    ("mode", "out", "elapsed"),
    [
        (E_ALY_TimerMode.TON, [0, 0, 0, 0, 1, 1, 0, 0, 0, 0, 0, 0, 0], [0, 0, 1, 2, 3, 3, 0, 0, 0, 0, 0, 0, 0]),
        (E_ALY_TimerMode.TOF, [0, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 0], [0, 0, 0, 0, 0, 0, 0, 1, 0, 0, 1, 2, 3]),
        (E_ALY_TimerMode.TP, [0, 1, 1, 1, 0, 0, 0, 0, 1, 1, 1, 0, 0], [0, 0, 1, 2, 3, 3, 0, 0, 0, 1, 2, 0, 0]),
    ],
)
def test_modes(mode, out, elapsed):
    trace = run(configured(mode), SIGNAL)
    assert trace["bOut"].astype(int).tolist() == out
    assert (trace["fbTimeElapsed"] // S).tolist() == elapsed


@settings(max_examples=60, deadline=None)
@given(setups(FB_ALY_Timer_1Ch), st.lists(st.tuples(st.booleans(), st.integers(0, 2 * S), st.sampled_from((0, 1, 3)))))
def test_pauses_agree_with_the_reference(setup, rows):
    fb, reference, t = setup.build(FB_ALY_Timer_1Ch), Timer(**parameters(setup)), S
    for pause, step, value in rows:
        t += step
        if pause:
            assert fb.Pause(t)
            reference.pause(t)
        else:
            fb.SetChannelValue(value)
            assert fb.Call(t)
            found = reference.call(t, [value])
            assert outputs_of(fb)[1:] == [found["bNewResult"], True, found["bOut"], found["fbTimeElapsed"]]


def test_what_pause_and_configure_refuse():
    new = FB_ALY_Timer_1Ch()
    assert not new.Pause(S) and new.ipResultMessage.nEventId == 0x3007
    assert not new.Configure(E_ALY_TimerMode.TON, S) and new.ipResultMessage.nEventId == 0x2022
    assert not new.Configure(E_ALY_TimerMode.NotInitialized, S) and new.ipResultMessage.nEventId == 0x2018
    assert not new.Configure(E_ALY_TimerMode.TON, 2**63) and new.ipResultMessage.nEventId == 0x200F
    fb = configured(E_ALY_TimerMode.TON)
    run(fb, [0, 1])
    assert not fb.Pause(0) and fb.ipResultMessage.nEventId == 0x3006
    assert not fb.Pause(S) and fb.ipResultMessage.nEventId == 0x3003
    assert fb.Pause(3 * S) and fb.Pause(9 * S)
    assert run(fb, [1, 1, 1], start=20 * S)["fbTimeElapsed"].tolist() == [S, 2 * S, 3 * S]
