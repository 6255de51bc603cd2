"""FB_ALY_LatchingSwitch_1Ch: against its reference, and a short signal."""

from oracle.comparing import agreement, run
from oracle.latching_switch import LatchingSwitch

from alycat.blocks import FB_ALY_LatchingSwitch_1Ch

test_agrees_with_the_reference = agreement(FB_ALY_LatchingSwitch_1Ch, LatchingSwitch)


def test_each_edge_inverts_the_output():
    fb = FB_ALY_LatchingSwitch_1Ch()
    assert fb.ConfigureChannel((1, 0.5)) and fb.Configure()
    trace = run(fb, [0, 1, 0, 0, 1, 1, 0, 1])
    assert trace["bOut"].astype(int).tolist() == [0, 1, 1, 1, 0, 0, 0, 1]
    assert trace["nCount"].tolist() == [0, 1, 1, 1, 2, 2, 2, 3]
    assert fb.SetInitial(10) and run(fb, [0, 1], start=10**11)["nCount"].tolist() == [10, 11]
