"""FB_ALY_CurveSketcher_1Ch: against its reference, and the cases that the manual draws."""

import numpy as np
import pytest
from oracle.comparing import S, agreement, run
from oracle.curve_sketcher import CurveSketcher
from oracle.reversals import reversals

from alycat.blocks import FB_ALY_CurveSketcher_1Ch

test_agrees_with_the_reference = agreement(FB_ALY_CurveSketcher_1Ch, CurveSketcher, examples=150)


def configured(reversal=0.0, inflection=False, delta=0.0):
    fb = FB_ALY_CurveSketcher_1Ch()
    assert fb.Configure(reversal, inflection, delta)
    return fb


def test_case_a_the_next_value_is_far_enough():
    trace = run(configured(2.0), [0, 1, 3, 0.5])
    assert trace["nCountPeaks"].tolist() == [0, 0, 0, 1]
    assert (trace["fLastPeak"][-1], trace["fbTimeLastPeak"][-1]) == (3.0, 3 * S)


def test_case_b_the_curve_rises_again():
    assert run(configured(2.0), [0, 1, 3, 2, 4, 5])["nCountPeaks"][-1] == 0


def test_case_c_the_peak_is_found_late():
    trace = run(configured(2.0), [0, 3, 2, 1, 0.5])
    assert trace["nCountPeaks"].tolist() == [0, 0, 0, 0, 1]
    assert trace["fbTimeLastPeak"][-1] == 2 * S


def test_the_threshold_itself_is_not_enough():
    assert run(configured(2.0), [0, 3, 1])["nCountPeaks"][-1] == 0


def test_first_value_and_plateaus():
    assert run(configured(), [5, 4, 3])["nCountPeaks"][-1] == 0
    trace = run(configured(), [0, 5, 5, 5, 4])
    assert (trace["nCountPeaks"][-1], trace["fbTimeLastPeak"][-1]) == (1, 2 * S)


def test_steepest_place_between_two_reversals_whatever_the_threshold():
    values = [1, 0, 1, 4, 5, 4, 4]
    trace = run(configured(0.5, True, 100.0), values)
    assert trace["nCountMaxDelta"].tolist() == [0, 0, 0, 0, 0, 1, 1]
    assert (trace["fMaxDelta"][-1], trace["fValueAtMaxDelta"][-1], trace["fbTimeMaxDelta"][-1]) == (3.0, 4.0, 4 * S)


def test_maximum_of_delta_by_its_threshold_is_found_once():
    trace = run(configured(0.5, True, 1.0), [1, 0, 1, 4, 5, 4, 4, 4])
    assert trace["nCountMaxDelta"].tolist() == [0, 0, 0, 0, 1, 1, 1, 1]


def test_without_inflection_its_outputs_stay():
    values = np.random.default_rng(1).normal(size=200)
    trace = run(configured(0.5, False, 0.0), values)
    assert trace["nCountPeaks"][-1] > 10 and not trace["nCountMaxDelta"].any() and not trace["fMaxDelta"].any()


def test_peaks_of_a_sine_and_scipy():
    signal = pytest.importorskip("scipy.signal")
    values = np.sin(np.arange(2000) / 20) + np.random.default_rng(2).normal(0, 0.01, 2000)
    expected = [place for place, kind in reversals(values.tolist(), 0.5) if kind > 0]
    assert expected == signal.find_peaks(values, prominence=0.5)[0].tolist()
    fb = configured(0.5)
    assert run(fb, values)["nCountPeaks"][-1] == len(expected)


@pytest.mark.parametrize("bad", [(-1.0, False, 0.0), (0.0, True, np.nan), (np.inf, True, 0.0)])
def test_thresholds_are_checked(bad):
    fb = FB_ALY_CurveSketcher_1Ch()
    assert not fb.Configure(*bad) and fb.ipResultMessage.nEventId == 0x201A


def test_values_that_cannot_be_calculated_with_are_named():
    fb = configured(1.0)
    fb.SetChannelValue(-2e290)
    assert not fb.Call(1) and fb.ipResultMessage.nEventId == 0x300A
    assert "channel 1 is -2e+290, values up to +-1e+290 are allowed" in fb.ipResultMessage.sEventText
