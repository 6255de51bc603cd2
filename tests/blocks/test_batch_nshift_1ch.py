"""FB_ALY_BatchNShift_1Ch against its oracle."""

import numpy as np
import pytest
from block_streams import refused
from hypothesis import given, settings
from hypothesis import strategies as st
from oracle import batch_nshift_1ch

from alycat.blocks import E_ALY_SampleMode, FB_ALY_BatchNShift_1Ch
from alycat.runtime import WrongType


@settings(max_examples=60, deadline=None)
@given(st.lists(st.floats(-1e300, 1e300), max_size=30), st.integers(1, 8), st.sampled_from(E_ALY_SampleMode))
def test_equals_the_oracle(values, size, mode):
    fb = FB_ALY_BatchNShift_1Ch(nBufferSize=size)
    if mode == E_ALY_SampleMode.NotInitialized:
        refused(fb, fb.Configure(mode), 0x2003)
        return
    assert fb.Configure(mode)
    found = np.full(size, np.nan)
    for count in range(len(values) + 1):
        if count:
            fb.SetChannelValue(values[count - 1])
            assert fb.Call()
        outputs, is_new = batch_nshift_1ch.expected(values[:count], size, mode)
        assert fb.GetOutputArray(found, found.nbytes)
        assert (found.tolist(), fb.bNewResult) == (outputs, is_new)
        one = np.zeros(1)
        for channel, value in enumerate(outputs, start=1):
            assert fb.GetChannelOutputValue(channel, one) and one[0] == value


def test_values_for_variables_of_other_types():
    fb = FB_ALY_BatchNShift_1Ch(nBufferSize=1)
    one = np.zeros(1, np.int16)
    refused(fb, fb.GetChannelOutputValue(1, one), 0x3007)
    fb.Configure(E_ALY_SampleMode.Flow)
    for value, kind, wanted in ((2.6, np.int16, 3), (2.5, np.float32, 2.5), (0.0, bool, False), (-7.0, bool, True)):
        fb.SetChannelValue(value)
        fb.Call()
        one = np.zeros((), kind)
        assert fb.GetChannelOutputValue(1, one) and one == wanted
    refused(fb, fb.GetChannelOutputValue(1, np.zeros(1, np.uint8)), 0x300A, "-7.0 does not fit into uint8")
    refused(fb, fb.GetChannelOutputValue(2, one), 0x3010)
    with pytest.raises(WrongType, match="numeric numpy array of one element"):
        fb.GetChannelOutputValue(1, 0.0)


def test_arrays_that_do_not_fit():
    fb = FB_ALY_BatchNShift_1Ch(nBufferSize=2)
    refused(fb, fb.GetOutputArray(np.zeros(2), 16), 0x3007)
    fb.Configure(E_ALY_SampleMode.Flow)
    refused(fb, fb.GetOutputArray(None, 16), 0x3002)
    refused(fb, fb.GetOutputArray(np.zeros(3), 24), 0x3004)
    with pytest.raises(WrongType, match="no POINTER TO LREAL"):
        fb.GetOutputArray([0.0, 0.0], 16)
    nothing = FB_ALY_BatchNShift_1Ch(nBufferSize=0)
    refused(nothing, nothing.Configure(E_ALY_SampleMode.Flow), 0x201F)
