"""FB_ALY_AM8xxxSSD: against its reference, every value and distribution of every call."""

import numpy as np
import pytest
from block_streams import refused
from hypothesis import given, settings
from hypothesis import strategies as st
from oracle.am8xxx_ssd import NAMES, Diagnosis, words

from alycat.blocks import FB_ALY_AM8xxxSSD

raw = st.tuples(
    st.integers(0, 12_000), st.integers(-6_000, 16_000), *[st.integers(0, 4_000) | st.integers(0, 65_535)] * 6
)
rows = st.lists(st.tuples(st.integers(0, 5), st.integers(0, 1), raw), min_size=1, max_size=30)


@settings(max_examples=60, deadline=None)
@given(rows, st.integers(1, 7), st.integers(1, 7), st.integers(1, 7))
def test_agrees_with_the_reference(rows, humidity, temperature, bins):
    fb, reference = FB_ALY_AM8xxxSSD(), Diagnosis(humidity, temperature, bins, 1.5)
    assert fb.Configure(humidity, temperature, bins, 1.5)
    arrays = [np.zeros(n, np.int64) for n in (humidity, temperature)] + [np.zeros(bins + 2, np.uint64) for _ in "XY"]
    t = counter = 1
    for span, step, values in rows:
        t, counter = t + span, counter + step
        data = [counter, *words(values)]
        fb.set_channel_values(data)
        assert fb.Call(t)
        reference.call(t, data)
        for i, name in enumerate(NAMES):
            shown, column = getattr(fb, f"st{name}"), reference.column(i)
            assert (shown.fLive, shown.fMin, shown.fMax) == (column[-1], min(column), max(column))
            assert shown.fAvg == pytest.approx(sum(column) / len(column), rel=1e-12, abs=1e-12)
        x, y = reference.shocks
        assert (fb.nCountXShocks, fb.nCountYShocks, fb.nCountTotalShocks) == (len(x), len(y), len(x) + len(y))
        assert fb.fbLastXShockEvent.nRaw == (x[-1] if x else 0) and fb.fbLastYShockEvent.nRaw == (y[-1] if y else 0)
        assert fb.bXShockDetected == (reference.data[-1][2] > 1.5) and fb.bYShockDetected == (
            reference.data[-1][5] > 1.5
        )
        for channel, array in enumerate(arrays, start=1):
            assert fb.GetChannelOutputArray(channel, array, array.nbytes)
        found = [array.tolist() for array in arrays]
        assert found == [*map(list, reference.times), *map(list, reference.histograms)]


def test_the_same_counter_is_no_new_data():
    fb = FB_ALY_AM8xxxSSD()
    assert fb.Configure(50, 50, 30, 1.5)
    fb.set_channel_values([7, *words((4_500, -1_000, 2_000, 300, 0, 0, 0, 0))])
    assert fb.Call(1) and fb.bNewResult and fb.bXShockDetected and fb.nCountXShocks == 0
    assert fb.stHumidity.fLive == 45.0 and fb.stTemperature.fMin == -10.0
    assert fb.Call(2) and not fb.bNewResult


def test_refusals():
    fb = FB_ALY_AM8xxxSSD()
    for inputs, code in (
        ((0, 1, 1, 1.0), 0x2011),
        ((1, 0, 1, 1.0), 0x2011),
        ((1, 1, 0, 1.0), 0x2012),
        ((1, 1, 1, 0.0), 0x201A),
        ((1, 1, 2**31, 1.0), 0x2001),
    ):
        assert not fb.Configure(*inputs) and fb.ipResultMessage.nEventId == code
    assert fb.Configure(1, 1, 1, 1.0)
    fb.set_channel_values([0, 0, 0, 2.0**32, 0])
    refused(fb, fb.Call(1), 0x300A, "channel 4 is 4294967296, a sensor word is 0..4294967295")
    assert not fb.GetChannelOutputArray(5, np.zeros(1, np.int64), 8) and fb.ipResultMessage.nEventId == 0x3010


def test_the_trace_has_the_members_of_the_structures():
    fb, cyclic = FB_ALY_AM8xxxSSD(), FB_ALY_AM8xxxSSD()
    rng = np.random.default_rng(1)
    rows = np.array([[i // 2, *words(rng.integers(0, 4000, 8).tolist())] for i in range(20)], float)
    rows[7, 2] = np.nan
    assert fb.Configure(50, 50, 30, 1.5) and cyclic.Configure(50, 50, 30, 1.5)
    trace = fb.replay(np.arange(1, 21), rows)
    assert len([name for name in trace.dtype.names if "." in name]) == 4 * len(NAMES)
    for i, row in enumerate(rows.tolist()):
        cyclic.set_channel_values(row)
        assert cyclic.Call(i + 1) is (i != 7)
        for name in NAMES:
            for member in ("fLive", "fMin", "fMax", "fAvg"):
                assert trace[f"st{name}.{member}"][i] == getattr(getattr(cyclic, f"st{name}"), member)
    unready = FB_ALY_AM8xxxSSD().replay(np.arange(1, 3), rows[:2])
    assert unready["bError"].all() and not unready["stHumidity.fMax"].any()
