"""FB_ALY_TimingAnalysis_1Ch: against its reference; no time is lost."""

import numpy as np
from oracle.comparing import S, agreement, run
from oracle.timing_analysis import TimingAnalysis

from alycat.blocks import FB_ALY_TimingAnalysis_1Ch

test_agrees_with_the_reference = agreement(FB_ALY_TimingAnalysis_1Ch, TimingAnalysis)


def configured():
    fb = FB_ALY_TimingAnalysis_1Ch()
    assert fb.ConfigureChannel((1, 0.5)) and fb.Configure()
    return fb


def test_periods_and_totals():
    fb = configured()
    trace = run(fb, [1, 1, 0, 0, 0, 1])
    assert trace["nCountOn"].tolist() == [1, 1, 1, 1, 1, 2]
    assert trace["fbTimeLastInterval"].tolist() == [0, 0, 2 * S, 2 * S, 2 * S, 3 * S]
    assert (fb.fbTimeOnTotal.nRaw, fb.fbTimeOffTotal.nRaw) == (2 * S, 3 * S)


def test_a_million_uneven_steps_add_up_to_the_last_nanosecond():
    rng = np.random.default_rng(5)
    stamps = np.uint64(757_382_400 * S) + np.cumsum(rng.integers(0, 10**9, 1_000_000)).astype(np.uint64)
    fb = configured()
    fb.replay(stamps, rng.random(1_000_000))
    assert fb.fbTimeOnTotal.nRaw + fb.fbTimeOffTotal.nRaw == int(stamps[-1] - stamps[0])
