"""FB_ALY_LifecycleAnalysis_1Ch: against its reference, start values, beyond the estimate; no time stamps."""

from oracle.comparing import agreement, run
from oracle.lifecycle_analysis import LifecycleAnalysis

from alycat.blocks import FB_ALY_LifecycleAnalysis_1Ch


class Reference(LifecycleAnalysis):
    def call(self, t, x):
        return super().call(x)


test_agrees_with_the_reference = agreement(FB_ALY_LifecycleAnalysis_1Ch, Reference)


def test_elapsed_and_remaining():
    fb = FB_ALY_LifecycleAnalysis_1Ch()
    assert not fb.SetInitial(1) and fb.ipResultMessage.nEventId == 0x3007
    assert fb.ConfigureChannel((1, 0.5)) and not fb.Configure(0) and fb.Configure(2)
    assert fb.nCyclesRemaining == 2
    assert run(fb, [0, 1, 0, 1, 0, 1])["nCyclesRemaining"].tolist() == [2, 1, 1, 0, 0, -1]
    assert fb.Reset() and fb.nCyclesRemaining == 2
    assert fb.SetInitial(2) and fb.nCyclesRemaining == 0
    assert not fb.SetInitial(2**63) and fb.ipResultMessage.nEventId == 0x300A
    fb.SetChannelValue(1)
    assert fb.Call()
