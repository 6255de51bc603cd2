"""FB_ALY_ContinuousPieceCounter_1Ch and FB_ALY_IntervalPieceCounter_1Ch: references, late calls, pauses."""

import numpy as np
import pytest
from oracle.comparing import S, agreement, run
from oracle.piece_counters import ContinuousPieceCounter, IntervalPieceCounter

from alycat.blocks import FB_ALY_ContinuousPieceCounter_1Ch, FB_ALY_IntervalPieceCounter_1Ch

test_continuous_agrees_with_the_reference = agreement(FB_ALY_ContinuousPieceCounter_1Ch, ContinuousPieceCounter)
test_interval_agrees_with_the_reference = agreement(FB_ALY_IntervalPieceCounter_1Ch, IntervalPieceCounter)


def continuous(interval=4 * S):
    fb = FB_ALY_ContinuousPieceCounter_1Ch()
    assert fb.ConfigureChannel((1, 0.5)) and fb.Configure(interval)
    return fb


def test_intervals_follow_without_a_gap():
    fb = continuous()
    trace = run(fb, [0, 1, 0, 1, 0, 0, 0, 1, 0])
    assert trace["nCountCurrentInterval"].tolist() == [0, 1, 1, 2, 0, 0, 0, 1, 0]
    assert (fb.nNumIntervals, fb.nCountMin, fb.nCountMax) == (2, 1, 2)
    assert (fb.fbTimeCountMax.nRaw, fb.fbTimeCountMin.nRaw) == (5 * S, 9 * S)


def test_a_late_call_ends_all_intervals_that_are_over():
    fb = continuous()
    fb.replay(np.array([1, 2, 3, 16], np.uint64) * np.uint64(S), np.array([0, 1, 0, 1.0]))
    assert (fb.nNumIntervals, fb.nCountLastInterval, fb.nCountMax, fb.nCountCurrentInterval) == (3, 0, 1, 1)
    assert fb.fbTimeCurrentInterval.nRaw == 3 * S


def test_a_pause_is_no_time():
    fb = continuous()
    run(fb, [0, 1])
    assert fb.Pause(3 * S)
    trace = run(fb, [0, 1, 0, 0], start=100 * S)
    assert trace["fbTimeCurrentInterval"].tolist() == [2 * S, 3 * S, 0, S]
    assert fb.nCountLastInterval == 2


def interval(restarts=False):
    fb = FB_ALY_IntervalPieceCounter_1Ch()
    assert fb.ConfigureChannel((1, 0.5)) and fb.Configure(restarts, 3 * S)
    return fb


def test_the_flag_starts_an_interval():
    start = np.array([0, 0, 1, 0, 0, 0, 0, 0, 0], bool)
    trace = run(interval(), [0, 1, 0, 1, 0, 1, 0, 1, 0], bStartInterval=start)
    assert trace["bExecutingInterval"].astype(int).tolist() == [0, 0, 1, 1, 1, 0, 0, 0, 0]
    assert trace["nCountCurrentInterval"].tolist() == [0, 0, 0, 1, 1, 1, 1, 1, 1]
    assert trace["nNumIntervals"][-1] == 1 and trace["bNewResult"].tolist().index(True) == 5


@pytest.mark.parametrize(("restarts", "ends"), [(False, 3), (True, 5)])
def test_a_second_flag(restarts, ends):
    start = np.array([1, 0, 1, 0, 0, 0, 0], bool)
    trace = run(interval(restarts), [0, 1, 0, 1, 0, 1, 0], bStartInterval=start)
    assert trace["nNumIntervals"].tolist().index(1) == ends


def test_what_configure_refuses():
    for fb, given in ((FB_ALY_ContinuousPieceCounter_1Ch(), ()), (FB_ALY_IntervalPieceCounter_1Ch(), (True,))):
        assert not fb.Configure(*given, S) and fb.ipResultMessage.nEventId == 0x2022
        assert not fb.Configure(*given, 0) and fb.ipResultMessage.nEventId == 0x200F
