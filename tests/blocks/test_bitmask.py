"""FB_ALY_Bitmask: against Python's own whole numbers, and what a user sees."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from alycat.blocks import FB_ALY_Bitmask
from alycat.runtime import RangeError, WrongType


def bits_of(value, count=8):
    fb, array = FB_ALY_Bitmask(), np.zeros(count, bool)
    assert fb.SetChannelValue(value) and fb.Call(array, array.nbytes), fb.ipResultMessage
    return array


@settings(deadline=None)
@given(st.integers(-(2**63), 2**64 - 1), st.sampled_from([8, 16, 32, 64]))
def test_each_bit(value, count):
    assert bits_of(value, count).tolist() == [bool(value >> i & 1) for i in range(count)]


def test_the_sample_of_the_page():
    assert bits_of(0b10101100).tolist() == [False, False, True, True, False, True, False, True]
    assert bits_of(np.int8(-1), 16).all() and bits_of(True).tolist() == [True] + [False] * 7


def test_replay_has_as_many_bits_as_the_type():
    fb = FB_ALY_Bitmask()
    values = np.array([5, 255, 128], np.uint8)
    trace = fb.replay(None, values)
    assert trace["pArrayOut"].shape == (3, 8) and trace["pArrayOut"].dtype == bool
    assert np.packbits(trace["pArrayOut"], axis=1, bitorder="little")[:, 0].tolist() == values.tolist()
    assert fb.replay(None, [2**63 - 1])["pArrayOut"].sum() == 63
    assert fb.replay(None, np.array([2**64 - 1], np.uint64))["pArrayOut"].shape == (1, 64)
    last = np.zeros(16, bool)
    assert "pArrayOut" not in fb.replay(None, values, pArrayOut=last).dtype.names
    assert np.flatnonzero(last).tolist() == [7]


def test_what_is_refused():
    fb, array = FB_ALY_Bitmask(), np.zeros(8, bool)
    assert fb.bConfigured and not fb.Call(array, 8) and fb.ipResultMessage.nEventId == 0x3003
    for wrong in (1.5, "x", None, 2**64, -(2**63) - 1):
        assert not fb.SetChannelValue(wrong) and fb.ipResultMessage.nEventId == 0x3011
    assert fb.SetChannelValue(3)
    assert not fb.Call(None, 8) and fb.ipResultMessage.nEventId == 0x3002
    assert not fb.Call(np.zeros(7, bool), 7) and fb.ipResultMessage.nEventId == 0x3004
    assert "size 7, an array of 8 or 16 or 32 or 64 bytes is needed" in fb.ipResultMessage.sEventText
    with pytest.raises(RangeError, match="size 16 was given for an array of 8 bytes"):
        fb.Call(array, 16)
    with pytest.raises(WrongType, match="uint8 are no POINTER TO BOOL"):
        fb.Call(np.zeros(8, np.uint8), 8)
    assert fb.Call(array, 8) and array.sum() == 2 and fb.Reset() and fb.Call(array, 8)


def test_a_replay_without_rows_sets_no_channel():
    fb, array = FB_ALY_Bitmask(), np.zeros(8, bool)
    assert not len(fb.replay(None, np.zeros(0, int)))
    with pytest.raises(RangeError, match="values have shape"):
        fb.replay([1, 2, 3], np.array([1, 2]))
    with pytest.raises(WrongType, match="values must be numbers"):
        fb.replay(None, [1.5])
    with pytest.raises(WrongType, match="values"):
        fb.replay([1, 2], None)
    assert not fb.Call(array, 8) and "channel 1 was never set" in fb.ipResultMessage.sEventText


def test_flags_of_numpy_are_numbers_too():
    assert bits_of(np.True_).tolist() == [True] + [False] * 7 and not bits_of(np.False_).any()


def test_every_call_has_a_new_result():
    fb, array = FB_ALY_Bitmask(), np.zeros(8, bool)
    for value in (0, 0, 3):
        assert fb.SetChannelValue(value) and fb.Call(array, 8) and fb.bNewResult
