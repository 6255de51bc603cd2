"""FB_ALY_MinMaxAvg_1Ch, FB_ALY_MinMaxAvg and FB_ALY_MinMaxAvgInterval_1Ch against their oracles."""

import functools

import numpy as np
import pytest
from block_streams import MS, compare, refused, signals
from hypothesis import given, settings
from hypothesis import strategies as st
from oracle import min_max_avg, min_max_avg_1ch, min_max_avg_interval_1ch

from alycat.blocks import FB_ALY_MinMaxAvg, FB_ALY_MinMaxAvg_1Ch, FB_ALY_MinMaxAvgInterval_1Ch
from alycat.runtime import RangeError

thorough = settings(max_examples=60, deadline=None)


@thorough
@given(signals())
def test_one_channel_equals_the_oracle(signal):
    compare(FB_ALY_MinMaxAvg_1Ch(), min_max_avg_1ch.expected, signal)


@thorough
@given(signals(channels=(1, 4)))
def test_several_channels_equal_the_oracle(signal):
    fb = FB_ALY_MinMaxAvg(nNumChannels=signal.values.shape[1])

    def expected(times, rows):
        return min_max_avg.expected(times, rows if np.ndim(rows) > 1 else [[x] for x in rows])

    compare(fb, expected, signal, rel=4e-15, scale=float(np.abs(signal.values[signal.good]).max(initial=0)))
    rows = signal.values[signal.good].tolist()
    if rows:
        for number, wanted in enumerate(min_max_avg.channel_statistics(rows), start=1):
            found = np.zeros(len(wanted))
            assert fb.GetChannelOutputArray(number, found, found.nbytes)
            np.testing.assert_allclose(found, wanted, rtol=1e-15)


def test_ready_from_the_start_and_after_reset():
    fb = FB_ALY_MinMaxAvg_1Ch()
    assert fb.bConfigured and "Configure" not in fb.methods
    fb.SetChannelValue(3)
    assert fb.Call(tTimestamp=7)
    assert (fb.fMin, fb.fMax, fb.fAvg, fb.fbTimeMin.nRaw) == (3.0, 3.0, 3.0, 7)
    assert fb.Reset()
    assert (fb.bConfigured, fb.fMin, fb.fbTimeMax.nRaw) == (True, 0.0, 0)
    assert fb.Call(tTimestamp=1)


def test_arrays_of_the_channels_are_checked():
    fb = FB_ALY_MinMaxAvg(nNumChannels=3)
    target = np.zeros(3)
    refused(fb, fb.GetChannelOutputArray(0, target, 24), 0x3010, "allowed are 1..3")
    refused(fb, fb.GetChannelOutputArray(4, target, 24), 0x3010)
    refused(fb, fb.GetChannelOutputArray(1, None, 24), 0x3002)
    refused(fb, fb.GetChannelOutputArray(1, target, 16), 0x3004, "an array of 24 bytes is needed")
    refused(fb, fb.GetChannelOutputArray(1, np.zeros(3, np.int64), 24), 0x3011)
    assert fb.GetChannelOutputArray(1, target, 24) and not fb.bError


def test_values_too_large_to_be_added_up_are_refused():
    fb = FB_ALY_MinMaxAvg_1Ch()
    fb.SetChannelValue(2e290)
    refused(fb, fb.Call(tTimestamp=1), 0x300A)


@thorough
@given(signals(), st.sampled_from([1, 10 * MS, 30 * MS, 35 * MS, 10**9]))
def test_interval_equals_the_oracle(signal, interval):
    fb = FB_ALY_MinMaxAvgInterval_1Ch()
    assert fb.Configure(tInterval=interval)
    compare(fb, functools.partial(min_max_avg_interval_1ch.expected, interval=interval), signal)


def test_pause_stops_the_clock_of_the_interval():
    fb = FB_ALY_MinMaxAvgInterval_1Ch()
    refused(fb, fb.Pause(1), 0x3007)
    fb.Configure("100ms")
    assert fb.Pause(1)
    fb.SetChannelValue(1.0)
    seen = []
    for t in (1000, 1060):
        fb.Call(tTimestamp=t * MS)
    refused(fb, fb.Pause(0), 0x3006)
    refused(fb, fb.Pause(1000 * MS), 0x3003)
    assert fb.Pause(1070 * MS) and fb.Pause(1090 * MS)
    for t in (5000, 5029, 5031):
        fb.Call(tTimestamp=t * MS)
        seen.append((fb.fbTimeCurrentInterval.nRaw // MS, fb.bNewResult))
    assert seen == [(70, False), (99, False), (1, True)]


@pytest.mark.parametrize("interval", [0, 2**63])
def test_intervals_that_are_refused(interval):
    fb = FB_ALY_MinMaxAvgInterval_1Ch()
    refused(fb, fb.Configure(tInterval=interval), 0x200F)
    with pytest.raises(RangeError, match="no duration"):
        fb.Configure(tInterval="soon")
