"""Bandwidth and threshold classificators: against their references, borders and refusals."""

import numpy as np
import pytest
from block_setups import bands
from oracle.classification import Bandwidth, Threshold
from oracle.comparing import S, agreement, run

from alycat.blocks import E_ALY_Classification_3Cls as Cls
from alycat.blocks import E_ALY_Classification_Bounds as Bounds
from alycat.blocks import (
    FB_ALY_BandwidthClassificator_1Ch,
    FB_ALY_BandwidthClassificator_3Ch,
    FB_ALY_ThresholdClassificator_1Ch,
)

test_bandwidth_1ch_agrees = agreement(FB_ALY_BandwidthClassificator_1Ch, Bandwidth)
test_threshold_agrees = agreement(FB_ALY_ThresholdClassificator_1Ch, Threshold)


test_bandwidth_3ch_agrees = agreement(FB_ALY_BandwidthClassificator_3Ch, Bandwidth, streams_of=bands)


def test_bounds_belong_to_the_band():
    fb = FB_ALY_BandwidthClassificator_1Ch()
    assert fb.eClass is Bounds.NotInitialized
    assert fb.Configure(10.0, 20.0)
    trace = run(fb, [9.999, 10, 20, 20.001, 21])
    assert trace["eClass"].tolist() == [Bounds.Smaller, Bounds.WithinBounds, Bounds.WithinBounds, 3, 3]
    assert trace["fbTimeLastEvent"].tolist() == [S, 2 * S, 2 * S, 4 * S, 4 * S]


@pytest.mark.parametrize("bounds", [(2.0, 1.0), (np.nan, 1.0), (0.0, np.inf)])
def test_wrong_bounds_of_configure(bounds):
    fb = FB_ALY_BandwidthClassificator_1Ch()
    assert not fb.Configure(*bounds) and fb.ipResultMessage.nEventId == 0x200C
    assert "finite numbers are needed, the lower one not above the upper one" in fb.ipResultMessage.sEventText
    assert fb.Configure(2.0, 2.0)
    assert run(fb, [1.9, 2.0, 2.1])["eClass"].tolist() == [Bounds.Smaller, Bounds.WithinBounds, Bounds.Bigger]


def test_wrong_bounds_of_a_call_keep_the_class():
    fb = FB_ALY_BandwidthClassificator_3Ch()
    assert fb.bConfigured
    fb.set_channel_values([1.0, 0.0, 2.0])
    assert fb.Call(1) and fb.eClass is Bounds.WithinBounds
    fb.SetChannelValue(2, 3.0)
    assert not fb.Call(2) and fb.ipResultMessage.nEventId == 0x300A
    assert "lower bound 3 lies above the upper bound 2" in fb.ipResultMessage.sEventText
    assert fb.eClass is Bounds.WithinBounds and fb.fbTimeLastEvent.nRaw == 1


def test_thresholds_belong_to_the_upper_class():
    fb = FB_ALY_ThresholdClassificator_1Ch()
    assert fb.Configure(10.0, 20.0)
    trace = run(fb, [9.9, 10, 19.9, 20, 5])
    assert trace["eClass"].tolist() == [Cls.OK, Cls.Warning, Cls.Warning, Cls.Alarm, Cls.OK]
    assert trace["fbTimeLastEventWarning"][-1] == 3 * S and trace["fbTimeLastEventAlarm"][-1] == 4 * S


@pytest.mark.parametrize(("levels", "code"), [((2.0, 1.0), 0x2021), ((np.nan, 1.0), 0x201A), ((1.0, np.inf), 0x201A)])
def test_wrong_thresholds(levels, code):
    fb = FB_ALY_ThresholdClassificator_1Ch()
    assert not fb.Configure(*levels) and fb.ipResultMessage.nEventId == code
    assert "finite numbers are needed, the first one not above the second one" in fb.ipResultMessage.sEventText


def test_equal_thresholds_leave_no_warning():
    fb = FB_ALY_ThresholdClassificator_1Ch()
    assert fb.Configure(2.0, 2.0) and run(fb, [1.9, 2.0])["eClass"].tolist() == [Cls.OK, Cls.Alarm]
