"""Sums far from zero are exact: a quarter of a million samples of what tests/bench/soak_numerics.py does with 10**8."""

import functools
import sys
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "bench"))

import soak_numerics as soak

ROWS, SAMPLES = 2**16, 2**18


@pytest.mark.parametrize("cases", soak.CASES, ids=lambda cases: cases.__name__)
def test_sums_stay_exact(cases):
    signal = soak.signals(ROWS)[0]
    for index, case in enumerate(cases(signal, 2)):
        build = functools.partial(lambda i, pieces: list(cases(signal, pieces))[i], index)
        verdict = soak.run_case(build, SAMPLES, 0.0)
        assert verdict.good, (
            f"{type(case.fb).__name__}, {case.what}: error {verdict.error:.1e}, limit {verdict.limit:.1e}"
        )
        assert verdict.samples >= 200_000


def test_every_block_is_spoken_of():
    assert soak.forgotten() == []
