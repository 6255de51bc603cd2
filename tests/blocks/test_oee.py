"""FB_ALY_OverallEquipmentEffectiveness: against its reference, a shift, a shift that has just begun."""

from oracle.comparing import S, agreement
from oracle.oee import Oee

from alycat.blocks import E_ALY_Classification_3Cls, FB_ALY_OverallEquipmentEffectiveness

test_agrees_with_the_reference = agreement(FB_ALY_OverallEquipmentEffectiveness, Oee, rel_tol=1e-14)

MINUTE = 60 * S


def call(fb, t, *values):
    for channel, value in enumerate(values, start=1):
        fb.SetChannelValue(channel, value)
    return fb.Call(t)


def test_a_shift():
    fb = FB_ALY_OverallEquipmentEffectiveness()
    assert fb.Configure("90s", fThresholdLevelOkWarning=90, fThresholdLevelWarningAlarm=60)
    assert call(fb, 1, 0, 0, 0, 0) and not fb.bNewResult and fb.eOeeClass == 0
    assert call(fb, 2, 480 * MINUTE, 420 * MINUTE, 252, 2)
    assert (fb.fAvailability, fb.nPerformance) == (87.5, 90.0)
    assert abs(fb.fOEE - 87.5 * 0.9 * 250 / 252) < 1e-12
    assert fb.eOeeClass is E_ALY_Classification_3Cls.Warning
    assert call(fb, 3, 480 * MINUTE, 420 * MINUTE, 252, 2) and fb.fbTimeOeeEventWarning.nRaw == 2
    assert call(fb, 4, 480 * MINUTE, 420 * MINUTE, 252, 200) and fb.fbTimeOeeEventAlarm.nRaw == 4
    assert not fb.SetChannelValue(5, 1)


def test_what_configure_refuses():
    fb = FB_ALY_OverallEquipmentEffectiveness()
    for inputs, event_id in (((0, 9, 7), 0x200F), ((1, float("nan"), 7), 0x201A), ((1, 7, 9), 0x2021)):
        assert not fb.Configure(*inputs) and fb.ipResultMessage.nEventId == event_id
