"""Histograms and the section timer: against their references, borders, modes and refusals."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from oracle.classification import histogram, section_times, states

from alycat.blocks import E_ALY_HistMode as Mode
from alycat.blocks import E_ALY_StateHistMode as StateMode
from alycat.blocks import FB_ALY_Histogram_1Ch, FB_ALY_SectionTimer_1Ch, FB_ALY_StateHistogram_1Ch
from alycat.runtime import RangeError, WrongType

coarse = st.sampled_from([i / 8 for i in range(-24, 25)]) | st.floats(-4, 4)


def percent(counts):
    total = sum(counts)
    return [100.0 * c / total for c in counts]


@settings(max_examples=80, deadline=None)
@given(
    st.lists(coarse, min_size=1, max_size=60),
    st.integers(1, 12),
    coarse,
    st.floats(0.125, 3),
    st.sampled_from([Mode.Absolute, Mode.Relative]),
)
def test_histogram_equals_numpy(values, bins, first, span, mode):
    fb = FB_ALY_Histogram_1Ch()
    assert fb.Configure(mode, bins, first, first + span)
    trace = fb.replay(np.arange(1, len(values) + 1), np.array(values))
    assert trace["bNewResult"].all()
    for row in range(len(values)):
        expected = histogram(values[: row + 1], bins, first, first + span)
        shown = expected if mode == Mode.Absolute else percent(expected)
        assert trace["pHistArrayOut"][row].tolist() == shown
    assert fb.nNumValues == len(values)


@settings(max_examples=60, deadline=None)
@given(
    st.lists(st.integers(-6, 6) | coarse, min_size=1, max_size=60),
    st.integers(-4, 4),
    st.integers(0, 6),
    st.sampled_from([StateMode.Absolute, StateMode.Relative]),
)
def test_states_are_counted(values, least, more, mode):
    fb = FB_ALY_StateHistogram_1Ch()
    assert fb.Configure(mode, least, least + more)
    trace = fb.replay(np.arange(1, len(values) + 1), np.array(values, float))
    expected = states(values, least, least + more)
    assert trace["pHistArrayOut"][-1].tolist() == (expected if mode == StateMode.Absolute else percent(expected))


@settings(max_examples=80, deadline=None)
@given(
    st.lists(st.tuples(st.integers(0, 10**12), coarse), min_size=1, max_size=60),
    st.lists(coarse, min_size=2, max_size=8, unique=True).map(sorted),
)
def test_times_of_sections(rows, borders):
    times = (1 + np.cumsum([span for span, _ in rows])).astype(np.uint64)
    values = np.array([value for _, value in rows])
    fb = FB_ALY_SectionTimer_1Ch()
    upper = np.array(borders[1:])
    assert fb.Configure(len(upper)) and fb.SetSections(borders[0], upper, upper.nbytes)
    trace = fb.replay(times, values)
    assert trace["bNewResult"].all()
    for row in range(len(rows)):
        expected = section_times(times[: row + 1].tolist(), values[: row + 1].tolist(), borders)
        assert trace["pTimespanArrayOut"][row].tolist() == expected
        assert trace["nSection"][row] == sum(border <= values[row] for border in borders)


def test_huge_values_are_outside():
    fb = FB_ALY_StateHistogram_1Ch()
    assert fb.Configure(StateMode.Absolute, 0, 1)
    fb.replay([1, 2, 3, 4], [1e300, -1e300, 2.0**63, -(2.0**63)])
    assert fb.histogram().tolist() == [2, 0, 0, 2]


def test_the_sample_of_the_manual():
    fb, bars = FB_ALY_Histogram_1Ch(), np.zeros(22, np.uint64)
    assert fb.Configure(Mode.Absolute, 20, 1, 200)
    for value in (0, 1, 200, 201, 100):
        fb.SetChannelValue(value)
        assert fb.Call(bars, bars.nbytes)
    assert bars[[0, 1, 20, 21]].tolist() == [1, 1, 1, 1] and bars.sum() == fb.nNumValues == 5
    again = np.zeros_like(bars)
    assert fb.GetResults(again, again.nbytes) and (again == bars).all() and fb.nNumValues == 5


def test_elements_follow_the_mode():
    fb, counts, shares = FB_ALY_Histogram_1Ch(), np.zeros(4, np.uint64), np.zeros(4)
    assert fb.Configure(Mode.Relative, 2, 0.0, 1.0)
    fb.SetChannelValue(0.1)
    assert fb.Call(shares, shares.nbytes) and shares.tolist() == [0, 100, 0, 0]
    with pytest.raises(WrongType, match="Call.pHistArrayOut: elements of type uint64, float64 is needed"):
        fb.Call(counts, counts.nbytes)
    with pytest.raises(RangeError, match="size 999 was given for an array of 32 bytes"):
        fb.Call(shares, 999)
    assert not fb.Call(shares, 24) and fb.ipResultMessage.nEventId == 0x3004
    assert not fb.Call(None, 0) and fb.ipResultMessage.nEventId == 0x3002


@settings(max_examples=40, deadline=None)
@given(st.integers(1, 200), st.floats(-1e3, 1e3), st.floats(1e-3, 1e3), st.integers(0, 2**32 - 1))
def test_values_on_the_borders_and_beside_them(bins, first, span, seed):
    edges = np.linspace(first, first + span, bins + 1)
    picked = np.random.default_rng(seed).choice(edges, 20)
    values = np.concatenate([picked, np.nextafter(picked, -np.inf), np.nextafter(picked, np.inf)])
    fb = FB_ALY_Histogram_1Ch()
    assert fb.Configure(Mode.Absolute, bins, first, first + span)
    fb.replay(np.arange(1, 61), values)
    assert fb.histogram().tolist() == histogram(values, bins, first, first + span)


def test_new_sections_start_at_0():
    fb, spans = FB_ALY_SectionTimer_1Ch(), np.zeros(3, np.int64)
    assert fb.Configure(1) and fb.SetSections(0.0, np.array([1.0]), 8)
    fb.replay([1, 11], [0.5, 0.5])
    assert fb.GetResults(spans, 24) and spans.tolist() == [0, 10, 0]
    assert not fb.SetSections(5.0, np.array([1.0]), 8) and fb.GetResults(spans, 24) and spans.tolist() == [0, 10, 0]
    assert fb.SetSections(0.0, np.array([2.0]), 8) and fb.GetResults(spans, 24) and not spans.any()
    fb.replay([12, 22], [1.5, 1.5])  # within the new section, and no time since the calls before
    assert fb.GetResults(spans, 24) and spans.tolist() == [0, 10, 0]
    assert fb.Reset() and fb.GetResults(spans, 24) and not spans.any() and fb.nSection == 0


def test_histogram_goes_on_from_another():
    fb, shares = FB_ALY_Histogram_1Ch(), np.array([25.0, 50.0, 25.0, 0.0])
    assert fb.Configure(Mode.Absolute, 2, 0.0, 1.0)
    assert fb.SetInitial(Mode.Relative, 8, shares, shares.nbytes)
    assert fb.histogram().tolist() == [2, 4, 2, 0] and fb.nNumValues == 8
    assert not fb.SetInitial(Mode.Relative, 9, shares, shares.nbytes) and fb.ipResultMessage.nEventId == 0x200D
    counts = np.array([1, 2, 3, 4], np.uint64)
    assert fb.SetInitial(Mode.Absolute, 10, counts, counts.nbytes)
    assert fb.nNumValues == 10
    fb.replay([1], [0.75])
    assert fb.histogram().tolist() == [1, 2, 4, 4] and fb.nNumValues == 11
    assert fb.Reset() and fb.nNumValues == 0 and not fb.histogram().any()


def test_relative_histogram_goes_on_from_counts():
    fb, counts = FB_ALY_StateHistogram_1Ch(), np.array([0, 3, 1, 0], np.uint64)
    assert fb.Configure(StateMode.Relative, 1, 2)
    assert fb.SetInitial(StateMode.Absolute, 4, counts, counts.nbytes)
    assert fb.histogram().tolist() == [0.0, 75.0, 25.0, 0.0]


@pytest.mark.parametrize(
    ("inputs", "code"),
    [
        ((Mode.NotInitialized, 2, 0.0, 1.0), 0x2003),
        ((Mode.Absolute, 0, 0.0, 1.0), 0x2012),
        ((Mode.Absolute, 2, 1.0, 1.0), 0x200C),
        ((Mode.Absolute, 2, np.nan, 1.0), 0x200C),
        ((Mode.Absolute, 2, -1.7e308, 1.7e308), 0x200C),
        ((Mode.Absolute, 10, 1e16, 1e16 + 4), 0x200C),
        ((Mode.Absolute, 2**31, 0.0, 1.0), 0x2001),
    ],
)
def test_histogram_refuses(inputs, code):
    fb = FB_ALY_Histogram_1Ch()
    assert not fb.Configure(*inputs) and fb.ipResultMessage.nEventId == code
    assert code != 0x200C or "the first border has to lie below the last one, by" in fb.ipResultMessage.sEventText


@pytest.mark.parametrize(
    ("inputs", "code"),
    [
        ((StateMode.NotInitialized, 0, 1), 0x2006),
        ((StateMode.Absolute, 2, 1), 0x200C),
        ((StateMode.Absolute, 0, 2**54), 0x200C),
        ((StateMode.Absolute, 0, 2**40), 0x2001),
    ],
)
def test_state_histogram_refuses(inputs, code):
    fb = FB_ALY_StateHistogram_1Ch()
    assert not fb.Configure(*inputs) and fb.ipResultMessage.nEventId == code


def test_section_timer_refuses_and_goes_on():
    fb, upper = FB_ALY_SectionTimer_1Ch(), np.array([20.0, 30.0])
    spans = np.zeros(4, np.int64)
    assert not fb.Configure(0) and fb.ipResultMessage.nEventId == 0x2011
    assert not fb.SetSections(10.0, upper, upper.nbytes) and fb.ipResultMessage.nEventId == 0x3007
    assert fb.Configure(2)
    fb.SetChannelValue(15.0)
    assert not fb.Call(1, spans, spans.nbytes) and fb.ipResultMessage.nEventId == 0x2022
    assert "SetSections has to come before Call" in fb.ipResultMessage.sEventText
    assert not fb.SetSections(25.0, upper, upper.nbytes) and fb.ipResultMessage.nEventId == 0x200C
    assert "from 25 to 20" in fb.ipResultMessage.sEventText
    assert fb.SetSections(10.0, upper, upper.nbytes)
    start = np.array([5, 6, 7, 8], np.uint64)
    assert fb.SetInitial(start, start.nbytes)
    assert fb.Call(1, spans, spans.nbytes) and fb.Call(11, spans, spans.nbytes)
    assert spans.tolist() == [5, 16, 7, 8]
    assert not fb.SetInitial(np.full(4, 2**63, np.uint64), 32) and fb.ipResultMessage.nEventId == 0x200F
    assert "9223372036854775808 ns, allowed are 0..9223372036854775807" in fb.ipResultMessage.sEventText
    assert fb.GetResults(spans, spans.nbytes) and spans.tolist() == [5, 16, 7, 8]


def test_an_array_longer_than_the_size_given_counts_up_to_that_size():
    fb, long = FB_ALY_Histogram_1Ch(), np.array([1, 2, 3, 4, 99, 99], np.uint64)
    assert fb.Configure(Mode.Absolute, 2, 0.0, 1.0) and fb.SetInitial(Mode.Absolute, 10, long, 32)
    out = np.full(6, 77, np.uint64)
    assert fb.GetResults(out, 32) and out.tolist() == [1, 2, 3, 4, 77, 77]
    timer, upper = FB_ALY_SectionTimer_1Ch(), np.array([20.0, 30.0, -1.0])
    assert timer.Configure(2) and timer.SetSections(10.0, upper, 16) and timer.SetInitial(long, 32)
    spans = np.full(6, 77, np.int64)
    assert timer.GetResults(spans, 32) and spans.tolist() == [1, 2, 3, 4, 77, 77]
