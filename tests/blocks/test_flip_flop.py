"""FB_ALY_FlipFlop_2Ch: against its reference, dominance and count modes."""

import pytest
from oracle.comparing import agreement, run
from oracle.flip_flop import FlipFlop

from alycat.blocks import E_ALY_CountMode, FB_ALY_FlipFlop_2Ch

ROWS = [[0, 0], [1, 0], [0, 0], [1, 1], [0, 0], [0, 1], [0, 0], [1, 1]]

test_agrees_with_the_reference = agreement(FB_ALY_FlipFlop_2Ch, FlipFlop)


@pytest.mark.parametrize(
    ("set_wins", "mode", "out", "count"),
    [
        (True, E_ALY_CountMode.OnChange, [0, 1, 1, 1, 1, 0, 0, 1], 2),
        (False, E_ALY_CountMode.OnChange, [0, 1, 1, 0, 0, 0, 0, 0], 1),
        (True, E_ALY_CountMode.Cyclic, [0, 1, 1, 1, 1, 0, 0, 1], 5),
    ],
)
def test_dominance_and_count_mode(set_wins, mode, out, count):
    fb = FB_ALY_FlipFlop_2Ch()
    for channel in (1, 2):
        assert fb.ConfigureChannel(channel, (1, 0.5))
    assert fb.Configure(set_wins, mode)
    assert run(fb, ROWS)["bOut"].astype(int).tolist() == out
    assert fb.nCount == count


def test_what_configure_refuses():
    fb = FB_ALY_FlipFlop_2Ch()
    assert fb.ConfigureChannel(1, (1, 0.5))
    assert not fb.Configure(True, E_ALY_CountMode.Cyclic)
    assert fb.ipResultMessage.nEventId == 0x2022 and "channel 2" in fb.ipResultMessage.sEventText
    assert not fb.Configure(True, E_ALY_CountMode.NotInitialized) and fb.ipResultMessage.nEventId == 0x2004
    assert not fb.SetInitial(1)
    assert fb.ConfigureChannel(2, (1, 0.5)) and fb.Configure(True, E_ALY_CountMode.Cyclic) and fb.SetInitial(3)
    assert fb.nCount == 3
