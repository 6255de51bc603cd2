"""GetChannelOutputValue into the same variables again and again means what it means the first time."""

import numpy as np

from alycat.blocks import E_ALY_WindowMode, FB_ALY_ImpulseFactor


def started():
    fb = FB_ALY_ImpulseFactor(2)
    assert fb.Configure(E_ALY_WindowMode.SlidingWindow, 2)
    return fb


def call(fb, *values):
    for channel, value in enumerate(values, start=1):
        assert fb.SetChannelValue(channel, value)
    assert fb.Call()


def test_a_variable_of_each_channel_gets_each_result():
    fb, first, second = started(), np.zeros(1), np.zeros(())
    for step in range(5):
        call(fb, step, step * step)
        assert fb.GetChannelOutputValue(1, first) and fb.GetChannelOutputValue(2, second)
        assert [first[0], second[()]] == fb.results_shown().tolist()
    assert first[0] == 4 / 3.5


def test_variables_may_change_places():
    fb, one, other, whole = started(), np.zeros(1), np.zeros((1, 1)), np.zeros(1, np.int8)
    for step in range(4):
        call(fb, 1 + step, 100 - step**3)
        shown = fb.results_shown().tolist()
        for channel, variable in ((1, one), (2, one), (1, other), (1, whole), (2, other), (2, whole)):
            assert fb.GetChannelOutputValue(channel, variable)
            expected = shown[channel - 1]
            assert variable.item() == (round(expected) if variable is whole else expected)


def test_a_known_variable_follows_errors_reset_and_configure():
    fb, one = started(), np.zeros(1)
    call(fb, 3.0, 1.0)
    call(fb, 1.0, 1.0)
    assert fb.GetChannelOutputValue(1, one) and one == 1.5
    assert not fb.SetChannelValue(3, 0.0)
    assert fb.bError
    assert fb.GetChannelOutputValue(1, one)
    assert not fb.bError
    fb.Reset()
    assert fb.GetChannelOutputValue(1, one) and one == 0.0
    restored = FB_ALY_ImpulseFactor.restore(fb.snapshot())
    assert not fb.Configure(E_ALY_WindowMode.SlidingWindow, 0)
    assert fb.Configure(E_ALY_WindowMode.SlidingWindow, 1)
    call(fb, 2.0, 2.0)
    assert fb.GetChannelOutputValue(1, one) and one == 1.0
    assert restored.GetChannelOutputValue(1, one) and one == 0.0
