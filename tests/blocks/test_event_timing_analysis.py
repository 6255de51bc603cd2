"""FB_ALY_EventTimingAnalysis_1Ch and _2Ch: against their reference, single edge, start from the levels."""

from hypothesis import given, settings
from hypothesis import strategies as st
from oracle.comparing import S, agreement, assert_agrees, run
from oracle.event_timing_analysis import EventTiming

from alycat.blocks import (
    FB_ALY_EventTimingAnalysis_1Ch,
    FB_ALY_EventTimingAnalysis_2Ch,
    ST_ALY_Threshold,
    ST_ALY_ThresholdOnOff,
)
from alycat.runtime.testing import Setup, streams

test_1ch_agrees_with_the_reference = agreement(FB_ALY_EventTimingAnalysis_1Ch, EventTiming)
test_2ch_agrees_with_the_reference = agreement(FB_ALY_EventTimingAnalysis_2Ch, EventTiming)


@settings(max_examples=40, deadline=None)
@given(st.data(), st.booleans())
def test_single_edge_agrees_with_the_reference(data, init):
    conditions = ST_ALY_ThresholdOnOff(ST_ALY_Threshold(1, 0.5), ST_ALY_Threshold())
    calls = (("ConfigureChannel", {"stThresholdEdge": conditions}), ("Configure", {}))
    setup = Setup(settings={"bInitWithThresholdLevel": init}, calls=calls)
    stream = data.draw(streams(FB_ALY_EventTimingAnalysis_1Ch, setup))
    assert_agrees(FB_ALY_EventTimingAnalysis_1Ch, EventTiming, setup, stream)


def one_channel(init=False, off=(3, 0.5)):
    fb = FB_ALY_EventTimingAnalysis_1Ch()
    fb.bInitWithThresholdLevel = init
    assert fb.ConfigureChannel({"On": (1, 0.5), "Off": off}) and fb.Configure()
    return fb


def test_on_and_off_intervals():
    fb = one_channel()
    run(fb, [0, 1, 1, 1, 0, 0, 1, 0, 0])
    assert (fb.fbTimeOnMin.nRaw, fb.fbTimeOnMax.nRaw, fb.fbTimeOnAvg.nRaw) == (S, 3 * S, 2 * S)
    assert (fb.fbTimeOffTotal.nRaw, fb.fbTimeCurrentInterval.nRaw, fb.nCountOn) == (2 * S, S, 2)


def test_the_first_state_may_come_from_the_level():
    waiting, started = one_channel(init=False), one_channel(init=True)
    for fb in (waiting, started):
        run(fb, [1, 1, 0])
    assert waiting.fbTimeOnTotal.nRaw == 0 and not waiting.bIsOn
    assert started.fbTimeOnTotal.nRaw == 2 * S and started.nCountOn == 0


def test_with_on_events_only_an_interval_is_a_period():
    fb = one_channel(off=(0, 0.0))
    trace = run(fb, [0, 1, 0, 0, 1, 0, 1])
    assert trace["fbTimeLastOnInterval"].tolist() == [0, 0, 0, 0, 3 * S, 3 * S, 2 * S]
    assert fb.bIsOn and fb.fbTimeOffTotal.nRaw == 0 and fb.nCountOn == 3


def test_a_repeated_on_event_starts_anew():
    fb = FB_ALY_EventTimingAnalysis_2Ch()
    assert not fb.Configure(True) and fb.ipResultMessage.nEventId == 0x2022
    assert not FB_ALY_EventTimingAnalysis_1Ch().Configure()
    assert fb.ConfigureChannel(1, (1, 0.5)) and fb.ConfigureChannel(2, (1, 0.5)) and fb.Configure(True)
    run(fb, [[0, 0], [1, 0], [0, 0], [1, 0], [0, 1]])
    assert fb.fbTimeOnTotal.nRaw == S and fb.nCountOn == 2
