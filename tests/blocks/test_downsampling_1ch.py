"""FB_ALY_Downsampling_1Ch against its oracle."""

import functools

from block_streams import compare, refused, signals
from hypothesis import given, settings
from hypothesis import strategies as st
from oracle import downsampling_1ch

from alycat.blocks import FB_ALY_Downsampling_1Ch


@settings(max_examples=50, deadline=None)
@given(signals(), st.integers(1, 12))
def test_equals_the_oracle(signal, factor):
    fb = FB_ALY_Downsampling_1Ch()
    assert fb.Configure(nDownsamplingFactor=factor)
    compare(fb, functools.partial(downsampling_1ch.expected, factor=factor), signal)


def test_a_factor_of_0_is_refused():
    fb = FB_ALY_Downsampling_1Ch()
    refused(fb, fb.Configure(0), 0x200D)
