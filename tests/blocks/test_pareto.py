"""FB_ALY_ParetoAnalysis: sums, order, names and refusals."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from oracle.conditions import Condition

from alycat.blocks import E_ALY_ComparisonOperator as Op
from alycat.blocks import E_ALY_ParetoMode as Mode
from alycat.blocks import FB_ALY_ParetoAnalysis, ST_ALY_Threshold
from alycat.runtime import WrongType

SAMPLE = [(1, "First"), (2, "Second"), (3, "Third ä€")]


def configured(mode, thresholds, single=False):
    fb = FB_ALY_ParetoAnalysis(bSingleInput=single, nNumChannels=len(thresholds))
    for channel, threshold in enumerate(thresholds, start=1):
        assert fb.ConfigureChannel(channel, threshold, f"Channel {channel}")
    assert fb.Configure(mode)
    return fb


def arrays(fb, n):
    found = [np.zeros(n, kind) for kind in (np.uint64, float, "S256", np.uint32)]
    for selection, array in enumerate(found, start=1):
        assert fb.GetOutputArray(selection, array, array.nbytes)
    return found


def reference(mode, thresholds, single, times, rows):
    """Sums, shares, channels: each condition by itself, then one sort."""
    sums = []
    for i, threshold in enumerate(thresholds):
        condition = Condition(threshold, 0.0)
        met = [condition.met(row[0 if single else i]) for row in rows]
        spans = np.diff(times).tolist()
        sums.append(sum(met) if mode == Mode.Count else sum(s for s, m in zip(spans, met, strict=False) if m))
    order = sorted(range(len(sums)), key=lambda i: (-sums[i], i))
    ranked = [sums[i] for i in order]
    total = sum(sums)
    shares = [100.0 * sum(ranked[: i + 1]) / total if total else 0.0 for i in range(len(ranked))]
    return ranked, shares, [i + 1 for i in order]


@settings(max_examples=60, deadline=None)
@given(st.data())
def test_agrees_with_the_reference(data):
    n, single = data.draw(st.integers(1, 5)), data.draw(st.booleans())
    mode = data.draw(st.sampled_from([Mode.Count, Mode.Timespan]))
    thresholds = data.draw(
        st.lists(st.builds(ST_ALY_Threshold, st.sampled_from(list(Op)[1:]), st.integers(0, 3)), min_size=n, max_size=n)
    )
    rows = data.draw(st.lists(st.lists(st.integers(0, 3), min_size=n, max_size=n), min_size=1, max_size=30))
    times = np.cumsum(data.draw(st.lists(st.integers(1, 10**10), min_size=len(rows), max_size=len(rows))))
    fb = configured(mode, thresholds, single)
    values = np.array(rows, float)
    trace = fb.replay(times.astype(np.uint64), values[:, :1] if single else values)
    assert trace["bNewResult"].all()
    sums, shares, names, channels = arrays(fb, n)
    expected = reference(mode, thresholds, single, times, rows)
    assert (sums.tolist(), shares.tolist(), channels.tolist()) == expected
    assert names.tolist() == [f"Channel {c}".encode() for c in channels]


def test_the_states_of_a_machine():
    states = (0, 10, 99)
    fb = FB_ALY_ParetoAnalysis(bSingleInput=True, nNumChannels=3)
    for (channel, name), state in zip(SAMPLE, states, strict=True):
        assert fb.ConfigureChannel(channel, ST_ALY_Threshold(Op.Equals, state), name)
    assert fb.Configure(Mode.Timespan)
    for t, value in enumerate([0, 10, 10, 99, 99, 99, 99, 0], start=1):
        fb.SetChannelValue(1, value)
        assert fb.Call(t)
    sums, shares, names, channels = arrays(fb, 3)
    assert (sums.tolist(), channels.tolist()) == ([4, 2, 1], [3, 2, 1])
    assert shares[-1] == 100 and names[0].decode("cp1252") == "Third ä€"


def test_sums_go_on_from_others():
    fb = configured(Mode.Count, [ST_ALY_Threshold(Op.Equals, 1)] * 3)
    sums, channels = np.array([9, 5, 1], np.uint64), np.array([2, 3, 1], np.uint32)
    assert fb.SetInitial(sums, sums.nbytes, channels, channels.nbytes)
    fb.replay([1], [[1.0, 0.0, 1.0]])
    assert arrays(fb, 3)[0].tolist() == [9, 6, 2]
    channels[0] = 1
    assert not fb.SetInitial(sums, sums.nbytes, channels, channels.nbytes) and fb.ipResultMessage.nEventId == 0x3010


def test_refusals():
    fb = FB_ALY_ParetoAnalysis(nNumChannels=2)
    assert not fb.ConfigureChannel(3, ST_ALY_Threshold(Op.Equals, 1), "x") and fb.ipResultMessage.nEventId == 0x3003
    assert fb.ConfigureChannel(1, ST_ALY_Threshold(Op.Equals, 1), "x")
    assert not fb.Configure(Mode.Count) and fb.ipResultMessage.nEventId == 0x2022
    assert fb.ConfigureChannel(2, ST_ALY_Threshold(Op.Equals, 1), "x")
    assert not fb.Configure(Mode.NotInitialized) and fb.ipResultMessage.nEventId == 0x2003
    out = np.zeros(2)
    assert not fb.GetOutputArray(1, out, out.nbytes) and fb.ipResultMessage.nEventId == 0x3007
    assert fb.Configure(Mode.Count)
    assert not fb.GetOutputArray(5, out, out.nbytes) and fb.ipResultMessage.nEventId == 0x3010
    with pytest.raises(WrongType, match="pArrayOut: elements of type float64, uint64 is needed"):
        fb.GetOutputArray(1, out, out.nbytes)
    assert not FB_ALY_ParetoAnalysis(nNumChannels=0).Configure(Mode.Count)


def test_arrays_longer_than_the_size_given():
    fb = configured(Mode.Count, [ST_ALY_Threshold(Op.Equals, 1)] * 2)
    sums, channels = np.array([9, 5, 1], np.uint64), np.array([2, 1, 7], np.uint32)
    assert fb.SetInitial(sums, 16, channels, 8)
    out = np.zeros(3, np.uint64)
    assert fb.GetOutputArray(1, out, 16) and out.tolist() == [9, 5, 0]


def test_shares_of_sums_that_exceed_64_bits_together():
    fb = configured(Mode.Timespan, [ST_ALY_Threshold(Op.Equals, 1)] * 2)
    assert fb.SetInitial(np.full(2, 2**63, np.uint64), 16, np.array([1, 2], np.uint32), 8)
    assert arrays(fb, 2)[1].tolist() == [50.0, 100.0]


def test_set_initial_puts_each_sum_to_its_channel():
    fb = configured(Mode.Count, [ST_ALY_Threshold(Op.Equals, 1)] * 3)
    sums, channels = np.array([9, 5, 1], np.uint64), np.array([2, 3, 1], np.uint32)
    assert fb.SetInitial(sums, 24, channels, 12)
    assert [a.tolist() for a in (arrays(fb, 3)[0], arrays(fb, 3)[3])] == [[9, 5, 1], [2, 3, 1]]


def test_reset_and_configure_begin_at_0_and_keep_or_renew_the_conditions():
    fb = configured(Mode.Count, [ST_ALY_Threshold(Op.Equals, 1), ST_ALY_Threshold(Op.Equals, 2)])
    fb.replay([1, 2], [[1.0, 0.0], [1.0, 2.0]])
    assert arrays(fb, 2)[0].tolist() == [2, 1]
    assert fb.ConfigureChannel(1, ST_ALY_Threshold(Op.Equals, 3), "Other")
    assert fb.Reset() and arrays(fb, 2)[0].tolist() == [0, 0]
    fb.replay([3], [[1.0, 0.0]])
    assert arrays(fb, 2)[0].tolist() == [1, 0] and arrays(fb, 2)[2][0] == b"Channel 1"  # until Configure
    assert fb.Configure(Mode.Timespan)
    fb.replay([4, 10], [[3.0, 0.0], [3.0, 0.0]])
    assert arrays(fb, 2)[0].tolist() == [6, 0] and arrays(fb, 2)[2][0] == b"Other"
