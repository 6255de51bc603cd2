"""FB_ALY_TimespanOperation against its oracle."""

import numpy as np
import pytest
from block_streams import refused
from hypothesis import example, given, settings
from hypothesis import strategies as st
from oracle import timespan_operation

from alycat.blocks import E_ALY_TimespanOperator, FB_ALY_Timespan, FB_ALY_TimespanOperation
from alycat.blocks.timespans import NEVER_SET
from alycat.runtime import RangeError, WrongType

SPANS = (st.integers(-(2**63), 2**63 - 1) | st.integers(-(10**18), 10**18)).filter(lambda span: span != NEVER_SET)


@settings(max_examples=80, deadline=None)
@given(st.lists(SPANS, min_size=1, max_size=5), st.booleans())
@example([-(2**63), 1], True)
@example([2**63 - 1, -1, 1], False)
@example([0, -(2**63)], True)
def test_equals_the_oracle(spans, subtracts):
    fb = FB_ALY_TimespanOperation(nNumChannels=len(spans))
    operator = E_ALY_TimespanOperator.Subtraction if subtracts else E_ALY_TimespanOperator.Addition
    assert fb.Configure(operator)
    for channel, span in enumerate(spans, start=1):
        assert fb.SetChannelValue(channel, FB_ALY_Timespan(span) if channel % 2 else span)
    wanted = timespan_operation.expected(spans, subtracts)
    result = fb.Call()
    if wanted is None:
        refused(fb, result, 0x300A, "the result lies outside LINT")
    else:
        assert result and fb.fbTimespanResult.nRaw == wanted
    trace = fb.replay(None, np.array([spans]))
    assert trace["bError"][0] == (wanted is None)


def test_what_is_refused():
    fb = FB_ALY_TimespanOperation()
    refused(fb, fb.Configure(E_ALY_TimespanOperator.NotInitialized), 0x200A)
    assert fb.Configure(E_ALY_TimespanOperator.Addition)
    fb.SetChannelValue(1, 5)
    refused(fb, fb.Call(), 0x3003, "channel 2 was never set")
    refused(fb, fb.SetChannelValue(3, 5), 0x3003)
    refused(fb, fb.SetChannelValue(2, 1.5), 0x3003, "1.5 is no timespan in ns")
    refused(fb, fb.SetChannelValue(2, 2**63), 0x3003)
    refused(fb, fb.set_channel_values([1.0, 2.0]), 0x3003)
    refused(fb, fb.set_channel_values(np.array([2**63, 0], np.uint64)), 0x3003, "within LINT")
    assert fb.set_channel_values([2**53 + 1, 1]) and fb.Call()
    assert fb.fbTimespanResult.nRaw == 2**53 + 2
    with pytest.raises(WrongType, match="int64"):
        fb.replay(None, [[1.0, 2.0]])
    with pytest.raises(RangeError):
        fb.replay(None, [[1, 2, 3]])
    nothing = FB_ALY_TimespanOperation(nNumChannels=0)
    refused(nothing, nothing.Configure(E_ALY_TimespanOperator.Addition), 0x100C)
