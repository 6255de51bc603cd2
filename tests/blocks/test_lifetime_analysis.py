"""FB_ALY_LifetimeAnalysis_1Ch: against its reference, start values, beyond the estimate."""

from oracle.comparing import S, agreement, run
from oracle.lifetime_analysis import LifetimeAnalysis

from alycat.blocks import FB_ALY_LifetimeAnalysis_1Ch

test_agrees_with_the_reference = agreement(FB_ALY_LifetimeAnalysis_1Ch, LifetimeAnalysis)


def test_elapsed_and_remaining():
    fb = FB_ALY_LifetimeAnalysis_1Ch()
    assert not fb.SetInitial("1s") and fb.ipResultMessage.nEventId == 0x3007
    assert fb.ConfigureChannel((1, 0.5)) and not fb.Configure(0) and fb.Configure("3s")
    assert fb.fbLifetimeRemaining.nRaw == 3 * S
    assert run(fb, [0, 1, 1, 0, 0])["fbLifetimeElapsed"].tolist() == [0, 0, S, 2 * S, 2 * S]
    assert fb.Reset() and fb.fbLifetimeRemaining.nRaw == 3 * S
    assert fb.SetInitial("2s") and fb.fbLifetimeRemaining.nRaw == S
    assert not fb.SetInitial(2**63) and fb.ipResultMessage.nEventId == 0x300A
    run(fb, [1, 1, 1])
    assert fb.fbLifetimeRemaining.nRaw == -S
