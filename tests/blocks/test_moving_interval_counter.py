"""FB_ALY_MovingIntervalCounter_1Ch: against its reference; the limit."""

from oracle.comparing import S, agreement, run
from oracle.moving_interval_counter import MovingIntervalCounter

from alycat.blocks import FB_ALY_MovingIntervalCounter_1Ch

test_agrees_with_the_reference = agreement(FB_ALY_MovingIntervalCounter_1Ch, MovingIntervalCounter)


def configured(limit):
    fb = FB_ALY_MovingIntervalCounter_1Ch()
    assert fb.ConfigureChannel((1, 0.5)) and fb.Configure(5 * S, limit)
    return fb


def test_events_leave_after_the_interval():
    trace = run(configured(10), [0, 1, 0, 1, 0, 0, 0, 0, 0, 0])
    assert trace["nCountsInInterval"].tolist() == [0, 1, 1, 2, 2, 2, 1, 1, 0, 0]
    assert trace["fbTimeFirstCount"][-4:].tolist() == [4 * S] * 4


def test_beyond_the_limit():
    trace = run(configured(1), [0, 1, 0, 1, 0, 0, 0, 0, 0, 0])
    assert trace["nCountsInInterval"].tolist() == [0, 1, 1, 1, 1, 1, 1, 1, 0, 0]
    assert trace["bLimited"].astype(int).tolist() == [0, 0, 0, 1, 1, 1, 0, 0, 0, 0]


def test_what_configure_refuses():
    fb = FB_ALY_MovingIntervalCounter_1Ch()
    assert not fb.Configure(S, 1) and fb.ipResultMessage.nEventId == 0x2022
    assert fb.ConfigureChannel((1, 0.5))
    for given, event_id in (((0, 1), 0x200F), ((S, 0), 0x200D), ((S, 2**32 - 1), 0x2001)):
        assert not fb.Configure(*given) and fb.ipResultMessage.nEventId == event_id
