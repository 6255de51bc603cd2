"""FB_ALY_EdgeCounterOnOff_1Ch and _2Ch: against their reference, hysteresis, repeated on-events."""

import pytest
from oracle.comparing import agreement, run
from oracle.edge_counter_on_off import EdgeCounterOnOff

from alycat.blocks import FB_ALY_EdgeCounterOnOff_1Ch, FB_ALY_EdgeCounterOnOff_2Ch, ST_ALY_ThresholdOnOff

ABOVE, BELOW = (1, 0.5), (3, 0.5)

test_1ch_agrees_with_the_reference = agreement(FB_ALY_EdgeCounterOnOff_1Ch, EdgeCounterOnOff)
test_2ch_agrees_with_the_reference = agreement(FB_ALY_EdgeCounterOnOff_2Ch, EdgeCounterOnOff)


def test_two_thresholds_make_a_hysteresis():
    fb = FB_ALY_EdgeCounterOnOff_1Ch()
    assert fb.ConfigureChannel({"On": (1, 0.8), "Off": (3, 0.2)}) and fb.Configure()
    trace = run(fb, [0.0, 0.9, 0.5, 0.9, 0.5, 0.1, 0.5, 0.1, 0.9])
    assert trace["bIsOn"].astype(int).tolist() == [0, 1, 1, 1, 1, 0, 0, 0, 1]
    assert (fb.nCountOn, fb.nCountOff) == (2, 1)


@pytest.mark.parametrize(("repeated", "on_count"), [(False, 1), (True, 2)])
def test_a_second_on_event_while_on(repeated, on_count):
    fb = FB_ALY_EdgeCounterOnOff_2Ch()
    assert fb.ConfigureChannel(1, ABOVE) and fb.ConfigureChannel(2, ABOVE)
    assert fb.Configure(bResetOnMultipleOn=repeated)
    trace = run(fb, [[0, 0], [1, 0], [0, 0], [1, 0], [0, 1], [0, 0]])
    assert trace["nCountOn"][3] == on_count
    assert trace["bIsOn"].astype(int).tolist() == [0, 1, 1, 1, 0, 0]


def test_both_edges_in_one_call_count_and_leave_the_state():
    fb = FB_ALY_EdgeCounterOnOff_2Ch()
    assert fb.ConfigureChannel(1, ABOVE) and fb.ConfigureChannel(2, ABOVE) and fb.Configure(False)
    trace = run(fb, [[0, 0], [1, 0], [0, 0], [1, 1], [0, 0], [0, 1], [0, 0], [1, 1]])
    assert trace["bIsOn"].astype(int).tolist() == [0, 1, 1, 1, 1, 0, 0, 0]
    assert (fb.nCountOn, fb.nCountOff) == (3, 3)


def test_initial_values_and_refused_conditions():
    fb = FB_ALY_EdgeCounterOnOff_1Ch()
    assert not fb.ConfigureChannel(ST_ALY_ThresholdOnOff()) and fb.ipResultMessage.nEventId == 0x2007
    assert not fb.ConfigureChannel({"On": ABOVE}) and "stThresholdEdge.Off" in fb.ipResultMessage.sEventText
    assert not fb.Configure() and not fb.SetInitial(1, 1)
    assert fb.ConfigureChannel((ABOVE, BELOW)) and fb.Configure() and fb.SetInitial(nCountOn=5, nCountOff=7)
    run(fb, [0, 1, 0])
    assert (fb.nCountOn, fb.nCountOff) == (6, 8)
