"""FB_ALY_RMS_1Ch and FB_ALY_Mean_1Ch against their oracle, and the arrays that their Call fills."""

import numpy as np
import pytest
from block_streams import compare, refused, signals
from hypothesis import given, settings
from hypothesis import strategies as st
from oracle import cascades

from alycat.blocks import E_ALY_CascadeStartupBehaviour, FB_ALY_Mean_1Ch, FB_ALY_RMS_1Ch
from alycat.runtime import RangeError, WrongType

USE_PREVIOUS = E_ALY_CascadeStartupBehaviour.UsePreviousCascadeValue
BLOCKS = {FB_ALY_RMS_1Ch: "pRmsArrayOut", FB_ALY_Mean_1Ch: "pMeanArrayOut"}


def configured(block, sizes, startup=USE_PREVIOUS, rate=1000.0):
    """A block whose cascades have intervals of so many samples."""
    fb = block()
    assert fb.Configure(len(sizes), rate, startup)
    intervals = np.array([round(size * 1e9 / rate) for size in sizes], np.uint64)
    assert fb.SetCascades(intervals, intervals.nbytes), fb.ipResultMessage
    return fb


@settings(max_examples=60, deadline=None)
@given(
    signals(paces=("regular",)),
    st.lists(st.integers(1, 4), min_size=1, max_size=4),
    st.sampled_from(list(E_ALY_CascadeStartupBehaviour)[1:]),
    st.sampled_from(list(BLOCKS)),
)
def test_equal_the_oracle(signal, ratios, startup, block):
    sizes = np.cumprod(ratios).tolist()

    def expected(times, values):
        shown, fresh = cascades.results(values, sizes, block is FB_ALY_RMS_1Ch, startup)
        return {BLOCKS[block]: shown, "pNewResultArrayOut": fresh, "bNewResult": any(fresh)}

    largest = float(np.abs(signal.values[signal.good]).max(initial=0))  # results are rounded before the next cascade
    compare(configured(block, sizes, startup), expected, signal, rel=2e-15, scale=largest)


def test_the_manuals_sample():
    fb = FB_ALY_RMS_1Ch()
    assert fb.Configure(5, 1000, USE_PREVIOUS)
    config = np.array([20, 1000, 60_000, 3_600_000, 86_400_000], np.uint64) * np.uint64(10**6)
    assert fb.SetCascades(config, config.nbytes)
    rms, is_new = np.zeros(5), np.zeros(5, bool)
    x = np.sin(np.arange(2000) * 2 * np.pi / 20)
    for t, value in enumerate(x, start=1):
        fb.SetChannelValue(value)
        assert fb.Call(t * 10**6, rms, rms.nbytes, is_new, is_new.nbytes)
        assert (
            is_new.tolist()
            == [t % 20 == 0, t % 1000 == 0 or (t < 1000 and t % 20 == 0)]
            + [t % 1000 == 0 or (t < 1000 and t % 20 == 0)] * 3
        )
    np.testing.assert_allclose(rms, np.sqrt(0.5), rtol=1e-12)


def test_arrays_of_call_are_checked_whenever_they_change():
    fb = configured(FB_ALY_Mean_1Ch, [1, 2])
    mean, flags = np.zeros(2), np.zeros(2, bool)
    fb.SetChannelValue(4.0)
    refused(fb, fb.Call(1, None, 16, flags, 2), 0x3002, "pMeanArrayOut")
    refused(fb, fb.Call(1, mean, 8, flags, 2), 0x3004, "size 8, an array of 16 bytes is needed")
    refused(fb, fb.Call(1, mean, 16, None, 2), 0x3002, "pNewResultArrayOut")
    with pytest.raises(RangeError, match="size 24 was given for an array of 16 bytes"):
        fb.Call(1, mean, 24, flags, 2)
    with pytest.raises(WrongType, match="float32 are no POINTER TO LREAL"):
        fb.Call(1, mean.astype(np.float32), 8, flags, 2)
    with pytest.raises(WrongType, match="in one piece"):
        fb.Call(1, np.zeros(4)[::2], 16, flags, 2)
    assert fb.Call(1, mean, 16, flags, 2) and mean.tolist() == [4.0, 4.0]
    other = np.zeros(2)
    fb.SetChannelValue(6.0)
    assert fb.Call(2, other, 16, flags, 2)
    assert (mean.tolist(), other.tolist(), flags.tolist()) == ([4.0, 4.0], [6.0, 5.0], [True, True])
    fb.SetChannelValue(float("nan"))
    refused(fb, fb.Call(3, other, 16, flags, 2), 0x3003)
    assert other.tolist() == [6.0, 5.0]


def test_arrays_of_replay():
    values, times = np.arange(1.0, 7.0), np.arange(1, 7)
    fb = configured(FB_ALY_Mean_1Ch, [1, 3])
    trace = fb.replay(times, values)
    assert trace["pMeanArrayOut"][-1].tolist() == [6.0, 5.0]
    assert trace["pNewResultArrayOut"].dtype == bool and trace["pNewResultArrayOut"][:, 1].tolist() == [
        True,
        True,
        True,
        False,
        False,
        True,
    ]
    last = np.zeros(2)
    again = configured(FB_ALY_Mean_1Ch, [1, 3])
    short = again.replay(times, values, pMeanArrayOut=last, pNewResultArrayOut=None)
    assert short.dtype.names == ("bError", "bNewResult", "bConfigured") and last.tolist() == [6.0, 5.0]
    assert again.state_bytes() == fb.state_bytes()
    with pytest.raises(RangeError, match="an array of 16 bytes is needed"):
        again.replay(times, values, pMeanArrayOut=np.zeros(1))
    with pytest.raises(WrongType, match="no POINTER TO LREAL"):
        again.replay(times, values, pMeanArrayOut=[0.0, 0.0])


def test_parameters_that_are_refused():
    fb = FB_ALY_RMS_1Ch()
    one = np.array([10**7], np.uint64)
    refused(fb, fb.SetCascades(one, 8), 0x3007)
    refused(fb, fb.Configure(0, 1000.0, USE_PREVIOUS), 0x2011)
    refused(fb, fb.Configure(2, 0.0, USE_PREVIOUS), 0x200E)
    refused(fb, fb.Configure(2, float("nan"), USE_PREVIOUS), 0x200E)
    refused(fb, fb.Configure(2, 1000.0, E_ALY_CascadeStartupBehaviour.NotInitialized), 0x200B)
    refused(fb, fb.Configure(2**31, 1000.0, USE_PREVIOUS), 0x2001)
    assert fb.Configure(2, 1000.0, USE_PREVIOUS)
    fb.SetChannelValue(1.0)
    refused(fb, fb.Call(1, np.zeros(2), 16, np.zeros(2, bool), 2), 0x2022)
    refused(fb, fb.SetCascades(None, 16), 0x2002)
    refused(fb, fb.SetCascades(one, 8), 0x3003)
    for intervals, event_id in (
        ([10**5, 10**9], 0x2010),
        ([0, 10**9], 0x2010),
        ([10**7, 25 * 10**6], 0x200F),
        ([10**7, 0], 0x200F),
        ([10**7, 5 * 10**6], 0x200F),
    ):
        refused(fb, fb.SetCascades(np.array(intervals, np.uint64), 16), event_id)
    with pytest.raises(WrongType, match="LTIME"):
        fb.SetCascades(np.zeros(2), 16)
    assert fb.SetCascades(np.array([10**7, 2 * 10**7]), 16)
    assert fb.Call(1, np.zeros(2), 16, np.zeros(2, bool), 2)


def test_a_configuration_array_longer_than_the_size_given():
    fb = FB_ALY_RMS_1Ch()
    assert fb.Configure(2, 1000.0, USE_PREVIOUS)
    assert fb.SetCascades(np.array([10**7, 10**8, 1], np.uint64), 16), fb.ipResultMessage
