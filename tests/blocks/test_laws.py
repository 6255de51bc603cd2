"""The laws of alycat.runtime.testing, for every registered block."""

import pytest
from block_setups import LAWS_WITH

from alycat.runtime.registry import all_blocks
from alycat.runtime.testing import block_checks

CHECKS = [
    pytest.param(check, id=f"{block.__name__}-{name}")
    for block in all_blocks()
    for name, check in block_checks(block, **({"max_examples": 10} | LAWS_WITH.get(block, {}))).items()
]


@pytest.mark.parametrize("check", CHECKS)
def test_law(check):
    check()
