"""FB_ALY_EdgeCounter_1Ch: against its reference, and what a user sees."""

import numpy as np
import pytest
from oracle.comparing import S, agreement, run
from oracle.edge_counter import EdgeCounter

from alycat.blocks import E_ALY_ComparisonOperator as Op
from alycat.blocks import FB_ALY_EdgeCounter_1Ch, ST_ALY_Threshold
from alycat.runtime import RangeError, WrongType

test_agrees_with_the_reference = agreement(FB_ALY_EdgeCounter_1Ch, EdgeCounter)


def configured(operator=Op.GreaterThan, threshold=0.5, tolerance=0.0):
    fb = FB_ALY_EdgeCounter_1Ch()
    fb.fTolerance = tolerance
    assert fb.ConfigureChannel(ST_ALY_Threshold(operator, threshold)) and fb.Configure()
    return fb


@pytest.mark.parametrize(
    ("operator", "edges"),
    [
        (Op.GreaterThan, [0, 0, 1, 0, 0, 0]),
        (Op.GreaterThanOrEqualTo, [0, 1, 0, 0, 0, 1]),
        (Op.LessThan, [0, 0, 0, 0, 1, 0]),
        (Op.LessThanOrEqualTo, [0, 0, 0, 1, 0, 0]),
        (Op.Equals, [0, 1, 0, 1, 0, 1]),
        (Op.NotEqualTo, [0, 0, 1, 0, 1, 0]),
    ],
)
def test_the_operator_gives_the_direction(operator, edges):
    assert run(configured(operator, 1.0), [0, 1, 2, 1, 0, 1])["bEdge"].astype(int).tolist() == edges


def test_the_first_call_is_no_edge():
    trace = run(configured(), [1, 1, 0, 1])
    assert trace["nCount"].tolist() == [0, 0, 0, 1]
    assert trace["fbTimeLastEvent"].tolist() == [0, 0, 0, 4 * S]


def test_tolerance_belongs_to_equals():
    assert run(configured(Op.Equals, 1.0, tolerance=0.25), [0, 1.25, 1.26, 0.75])["nCount"][-1] == 2
    assert run(configured(Op.GreaterThan, 1.0, tolerance=0.25), [0, 1.25, 0.75])["nCount"][-1] == 1


def test_set_initial():
    fb = configured()
    assert fb.SetInitial(nCount=2**53)
    run(fb, [0, 1] * 3)
    assert fb.nCount == 2**53 + 3
    assert fb.Reset() and fb.nCount == 0
    new = FB_ALY_EdgeCounter_1Ch()
    assert not new.SetInitial(nCount=1) and new.ipResultMessage.nEventId == 0x3007


def test_configure_needs_a_condition():
    fb = FB_ALY_EdgeCounter_1Ch()
    assert not fb.Configure() and fb.ipResultMessage.nEventId == 0x2022
    assert not fb.ConfigureChannel(ST_ALY_Threshold()) and fb.ipResultMessage.nEventId == 0x2007
    assert not fb.ConfigureChannel(ST_ALY_Threshold(Op.Equals, np.nan)) and fb.ipResultMessage.nEventId == 0x201A
    assert fb.ConfigureChannel({"eComparisonOperator": Op.LessThan, "fThreshold": 1}) and fb.Configure()


def test_a_condition_takes_effect_with_configure():
    fb = configured(threshold=0.5)
    fb.ConfigureChannel((Op.GreaterThan, 10.0))
    assert run(fb, [0, 1])["nCount"][-1] == 1
    assert fb.Configure()
    assert run(fb, [0, 1, 11])["nCount"].tolist() == [0, 0, 1]


def test_structures_are_checked():
    fb = FB_ALY_EdgeCounter_1Ch()
    with pytest.raises(RangeError, match=r"stThresholdEdge.eComparisonOperator: 9 is no E_ALY_ComparisonOperator"):
        fb.ConfigureChannel(ST_ALY_Threshold(9, 1.0))
    with pytest.raises(WrongType, match=r"stThresholdEdge.fThreshold: 'x' is no LREAL"):
        fb.ConfigureChannel(ST_ALY_Threshold(Op.Equals, "x"))
    for bad in (1.0, {"nonsense": 1}, (1, 2, 3)):
        with pytest.raises(WrongType, match="stThresholdEdge: no ST_ALY_Threshold; its fields are eComparisonOperator"):
            fb.ConfigureChannel(bad)


def test_messages_name_the_reason():
    fb = configured()
    fb.SetChannelValue(1.0)
    assert fb.Call(5 * S) and not fb.Call(4 * S)
    assert fb.ipResultMessage.nEventId == 0x3003
    assert "tTimestamp 4000000000 lies before 5000000000" in fb.ipResultMessage.sEventText
