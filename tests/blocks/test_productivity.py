"""FB_ALY_ProductivityDiagnosis_3Ch and FB_ALY_ProductivityInterval_1Ch: references, a short production, a shift."""

import numpy as np
from oracle.comparing import S, agreement, run
from oracle.productivity import ProductivityDiagnosis, ProductivityInterval

from alycat.blocks import FB_ALY_ProductivityDiagnosis_3Ch, FB_ALY_ProductivityInterval_1Ch
from alycat.runtime import parse_timestamp

H = 3600 * S

test_diagnosis_agrees = agreement(FB_ALY_ProductivityDiagnosis_3Ch, ProductivityDiagnosis, rel_tol=1e-14)
test_interval_agrees = agreement(FB_ALY_ProductivityInterval_1Ch, ProductivityInterval, rel_tol=1e-14)


def test_two_cycles():
    fb = FB_ALY_ProductivityDiagnosis_3Ch()
    for channel in (1, 2, 3):
        assert fb.ConfigureChannel(channel, (1, 0.5))
    assert fb.Configure(nNumProducedPieces=1, tProductionTime="2s")
    rows = [[0, 0, 0], [1, 0, 0], [1, 1, 0], [1, 0, 0], [1, 0, 1], [1, 1, 0], [1, 0, 1], [1, 0, 0], [0, 0, 0]]
    trace = run(fb, rows)
    assert trace["bCycleFinished"].astype(int).tolist() == [0, 0, 0, 0, 1, 0, 1, 0, 0]
    assert trace["fProductivityLastCycle"][[4, 6]].tolist() == [100.0, 200.0]
    assert trace["fExpectedProductivity"][6] == 80.0
    assert trace["fProductivity"][-2:].tolist() == [0.0, 100 * 2 * 2 / 7]
    assert trace["fbElapsedTime"][-1] == 7 * S


def shift(first_hour, hours):
    """One piece per hour on the half hour, seen every quarter of an hour."""
    fb = FB_ALY_ProductivityInterval_1Ch()
    assert fb.ConfigureChannel((1, 0.5)) and fb.Configure(nExpectedPieces=8)
    quarters = np.arange(4 * hours)
    stamps = np.uint64(parse_timestamp("2024-03-01") + first_hour * H) + quarters.astype(np.uint64) * np.uint64(H // 4)
    return fb, fb.replay(stamps, (quarters % 4 == 2).astype(float), tTimeStart=8 * H, tTimeStop=12 * H)


def test_a_shift_from_start_to_end():
    fb, trace = shift(7, 6)
    at_11 = trace[16]
    assert (at_11["nProducedInInterval"], at_11["nRemainingInInterval"]) == (3, 5)
    assert at_11["fCurrentProductivity"] == 50.0 and at_11["fExpectedProductivity"] == 50.0
    assert fb.fLastFullPeriodProductivity == 50.0 and not fb.bWithinInterval


def test_a_shift_that_was_joined_late_is_no_full_one():
    fb, _ = shift(9, 4)
    assert fb.nProducedInInterval == 3 and fb.fLastFullPeriodProductivity == 0.0


def test_over_midnight_and_bad_times():
    fb, _ = shift(7, 1)
    fb.SetChannelValue(0)
    assert fb.Call(22 * H, 6 * H, parse_timestamp("2024-03-02 01:00"))
    assert fb.bWithinInterval and fb.fbRemainingTime.nRaw == 5 * H and fb.fbIntervalLength.nRaw == 8 * H
    assert not fb.Call(24 * H, 6 * H, parse_timestamp("2024-03-02 02:00")) and fb.ipResultMessage.nEventId == 0x300D


def test_what_configure_refuses():
    fb = FB_ALY_ProductivityDiagnosis_3Ch()
    for inputs, event_id in (((0, S), 0x200D), ((1, 0), 0x200F), ((1, S), 0x2022)):
        assert not fb.Configure(*inputs) and fb.ipResultMessage.nEventId == event_id
    fb = FB_ALY_ProductivityInterval_1Ch()
    for inputs, event_id in (((0,), 0x200D), ((1,), 0x2022)):
        assert not fb.Configure(*inputs) and fb.ipResultMessage.nEventId == event_id
