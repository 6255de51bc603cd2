"""What errors say."""

import pytest

import alycat.blocks
from alycat.runtime.errors import UnknownName, resembling


def test_a_mistyped_block_is_answered_with_the_nearest_names():
    with pytest.raises(UnknownName, match=r"^alycat.blocks has no FB_ALY_Denstrem; did you mean FB_ALY_DenStream"):
        _ = alycat.blocks.FB_ALY_Denstrem
    with pytest.raises(AttributeError, match="'alycat blocks' lists the blocks"):
        _ = alycat.blocks.zzzz


def test_capitals_make_no_difference():
    assert resembling("PRESSURE", ["Temp", "Pressure", "Flow"]) == ["Pressure"]
    assert resembling("x", ["Temp", "Pressure", "Flow"]) == []
