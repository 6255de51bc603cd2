"""FB_ALY_SlopeAnalysis_1Ch against its oracle."""

import functools

from block_streams import compare, refused, signals
from hypothesis import given, settings
from hypothesis import strategies as st
from oracle import slope_analysis_1ch

from alycat.blocks import FB_ALY_SlopeAnalysis_1Ch


@settings(max_examples=80, deadline=None)
@given(signals(), st.integers(1, 9))
def test_equals_the_oracle(signal, distance):
    fb = FB_ALY_SlopeAnalysis_1Ch()
    assert fb.Configure(nNumValues=distance)
    expected = functools.partial(slope_analysis_1ch.expected, n=distance)

    def unless_silent(times, values):
        wanted = expected(times, values)
        return wanted if wanted["bNewResult"] else {"bNewResult": False}

    compare(fb, unless_silent, signal)


def test_what_is_refused():
    fb = FB_ALY_SlopeAnalysis_1Ch()
    refused(fb, fb.Configure(0), 0x200D)
    refused(fb, fb.Configure(2**31), 0x2001)
    fb.Configure(1)
    for t, x, works in (
        (1, -9e289, True),
        (2, 9e289, True),
        (3, -9e299, False),
        (2**64 - 1, 0.0, False),
        (9, 1.0, True),
    ):
        fb.SetChannelValue(x)
        assert fb.Call(tTimestamp=t) is works, t
