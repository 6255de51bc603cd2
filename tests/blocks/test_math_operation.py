"""FB_ALY_MathOperation and FB_ALY_MathOperation_1Ch against their oracle."""

import pytest
from block_streams import refused
from hypothesis import example, given, settings
from hypothesis import strategies as st
from oracle import math_operation

from alycat.blocks import E_ALY_MathOperator, FB_ALY_MathOperation, FB_ALY_MathOperation_1Ch

NUMBERS = (
    st.sampled_from([0.0, -0.0, 1.0, -1.0, 2.0, -3.0, 0.5, 10.0, 1e-3, 1e9, -2.5, 1e200])
    | st.floats(-1e3, 1e3)
    | st.floats(allow_nan=False, allow_infinity=False)
)
OPERATORS = list(E_ALY_MathOperator)[1:]
POWER = E_ALY_MathOperator.PowerOf


def check(fb, result, operator, operands, absolute):
    try:
        wanted = math_operation.expected(operator, operands, absolute)
    except math_operation.Refused as refusal:
        before = fb.fResult
        refused(fb, result, refusal.args[0])
        assert fb.fResult == before
    else:
        assert result and fb.fResult == wanted and fb.bNewResult


@settings(max_examples=80, deadline=None)
@given(st.sampled_from(OPERATORS), st.lists(NUMBERS, min_size=1, max_size=5), st.booleans())
@example(POWER, [2.0, 3.0, 2.0], False)
@example(POWER, [-8.0, 1 / 3], False)
@example(POWER, [0.0, -1.0], False)
@example(POWER, [0.0, 0.0], False)
@example(POWER, [1e300, 2.0], False)
@example(E_ALY_MathOperator.Modulo, [-7.5, 2.0], False)
@example(E_ALY_MathOperator.Modulo, [7.5, -2.0], False)
def test_several_channels_equal_the_oracle(operator, operands, absolute):
    fb = FB_ALY_MathOperation(nNumChannels=len(operands))
    assert fb.Configure(operator, absolute)
    assert fb.set_channel_values(operands)
    check(fb, fb.Call(), operator, operands, absolute)


@settings(max_examples=80, deadline=None)
@given(st.sampled_from(OPERATORS), NUMBERS, NUMBERS, st.booleans())
@example(E_ALY_MathOperator.Division, 1.0, 0.0, False)
def test_one_channel_equals_the_oracle(operator, x, operand, absolute):
    fb = FB_ALY_MathOperation_1Ch()
    assert fb.Configure(operand, operator, absolute)
    assert fb.SetChannelValue(x)
    check(fb, fb.Call(), operator, [x, operand], absolute)


@pytest.mark.parametrize("operand", [float("inf"), float("nan")])
def test_parameters_that_are_refused(operand):
    fb = FB_ALY_MathOperation_1Ch()
    refused(fb, fb.Configure(operand, E_ALY_MathOperator.Addition, False), 0x200C)
    refused(fb, fb.Configure(1.0, E_ALY_MathOperator.NotInitialized, False), 0x200A)
    several = FB_ALY_MathOperation()
    refused(several, several.Configure(E_ALY_MathOperator.NotInitialized, False), 0x200A)
    nothing = FB_ALY_MathOperation(nNumChannels=0)
    refused(nothing, nothing.Configure(E_ALY_MathOperator.Addition, False), 0x100C)
