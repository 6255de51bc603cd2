"""FB_ALY_StandardDeviation and the three factors: against their oracle, scipy-free formulas, and what a user sees."""

import functools
import math

import numpy as np
import pytest
from block_streams import compare, refused, signals
from hypothesis import given, settings
from hypothesis import strategies as st
from oracle import window_statistics as oracle

from alycat.blocks import (
    E_ALY_WindowMode,
    FB_ALY_ClearanceFactor,
    FB_ALY_ImpulseFactor,
    FB_ALY_ShapeFactor,
    FB_ALY_StandardDeviation,
)
from alycat.runtime import WrongType

SLIDING, FIXED, CONTINUOUS = list(E_ALY_WindowMode)[1:]
FACTORS = {
    FB_ALY_ClearanceFactor: oracle.clearance,
    FB_ALY_ImpulseFactor: oracle.impulse,
    FB_ALY_ShapeFactor: oracle.shape,
}
thorough = settings(max_examples=50, deadline=None)
modes = st.sampled_from([SLIDING, FIXED, CONTINUOUS])
sizes = st.integers(1, 12) | st.just(30)


def comparison(fb, signal, mode, size, statistic, rel, scale=0.0, least=1):
    (name,) = fb.traced

    def expected(times, rows):
        rows = rows if np.ndim(rows) > 1 else [[x] for x in rows]
        results, new = oracle.expected(rows, mode, size, statistic, least)
        return {name: results, "bNewResult": new}

    return compare(fb, expected, signal, rel=rel, scale=scale)


@thorough
@given(signals(channels=(1, 3)), modes, sizes, st.booleans())
def test_standard_deviation_equals_the_oracle(signal, mode, size, bessel):
    fb = FB_ALY_StandardDeviation(nNumChannels=signal.values.shape[1])
    least = 1 + bessel
    size = max(size, least)
    assert fb.Configure(bessel, mode, size)
    statistic = functools.partial(oracle.standard_deviation, bessel=bessel)
    far = float(np.abs(signal.values[signal.good]).max(initial=0))
    comparison(fb, signal, mode, size, statistic, rel=1e-9, scale=1e-6 * far, least=least)


@thorough
@given(st.sampled_from(list(FACTORS)), signals(channels=(1, 3)), modes, sizes)
def test_factors_equal_the_oracle(cls, signal, mode, size):
    fb = cls(nNumChannels=signal.values.shape[1])
    assert fb.Configure(mode, size)
    comparison(fb, signal, mode, size, FACTORS[cls], rel=1e-14)


def test_known_signals():
    sine = 3.0 * np.sin(2 * np.pi * np.arange(1000) / 1000)
    for cls, wanted in ((FB_ALY_ShapeFactor, np.pi / np.sqrt(8)), (FB_ALY_ImpulseFactor, np.pi / 2)):
        fb = cls()
        fb.Configure(FIXED, 1000)
        fb.replay(None, sine)
        assert fb.results_shown()[0] == pytest.approx(wanted, rel=1e-5)
    deviation = FB_ALY_StandardDeviation()
    deviation.Configure(True, CONTINUOUS, 0)
    noise = np.random.default_rng(1).normal(5, 2, 1000)
    assert deviation.replay(None, noise)["fStandardDeviation"][-1, 0] == pytest.approx(np.std(noise, ddof=1), rel=1e-13)


def test_zeros_and_frozen_values():
    still = np.concatenate([[1e3, -7.0, 1e-9], np.zeros(20), [2.0]])
    for cls in FACTORS:
        fb = cls()
        fb.Configure(SLIDING, 5)
        found = fb.replay(None, still)[next(iter(cls.traced))][:, 0]
        assert (found[7:23] == 0).all() and found[23] >= 1 and (found[4:7] > 1).all()
    fb = FB_ALY_StandardDeviation()
    fb.Configure(False, SLIDING, 5)
    frozen = fb.replay(None, np.array([1e6, 3.0] + [0.1] * 10))["fStandardDeviation"][:, 0]
    assert (frozen[6:] == 0).all() and (frozen[4:6] > 1).all()


def test_results_go_into_variables():
    fb = FB_ALY_StandardDeviation(nNumChannels=2)
    target = np.zeros(1)
    refused(fb, fb.GetChannelOutputValue(1, target), 0x3007)
    fb.Configure(False, FIXED, 2)
    for row in ((0, 10), (6, 30)):
        fb.SetChannelValue(1, row[0])
        fb.SetChannelValue(2, row[1])
        assert fb.Call() and fb.GetChannelOutputValue(2, target)
        assert (target[0], fb.bNewResult) == ((10.0, True) if row[0] else (0.0, False))
    whole = np.zeros((), np.int16)
    assert fb.GetChannelOutputValue(1, whole) and whole == 3
    refused(fb, fb.GetChannelOutputValue(0, target), 0x3010, "allowed are 1..2")
    refused(fb, fb.GetChannelOutputValue(3, target), 0x3010)
    with pytest.raises(WrongType, match="numeric numpy array of one element"):
        fb.GetChannelOutputValue(1, 0.0)


def test_configurations_that_are_refused():
    fb = FB_ALY_StandardDeviation()
    refused(fb, fb.Configure(True, 0, 5), 0x2003)
    refused(fb, fb.Configure(True, SLIDING, 1), 0x200D, "at least 2")
    refused(fb, fb.Configure(False, FIXED, 0), 0x200D)
    refused(fb, fb.Configure(False, SLIDING, 2**31), 0x2001)
    none = FB_ALY_ShapeFactor(nNumChannels=0)
    refused(none, none.Configure(CONTINUOUS, 0), 0x100C)
    assert fb.Configure(False, CONTINUOUS, 0)
    fb.SetChannelValue(1, 2e140)
    refused(fb, fb.Call(), 0x300A, "channel 1 is 2e+140, values up to +-1e+140 are allowed")
    for cls, largest in zip(FACTORS, (1e290, 1e290, 1e140), strict=True):
        fb = cls()
        assert fb.Configure(CONTINUOUS, 0) and fb.SetChannelValue(1, largest) and fb.Call()
        fb.SetChannelValue(1, -1.1 * largest)
        refused(fb, fb.Call(), 0x300A, f"values up to +-{largest:g} are allowed")


def test_the_trace_can_be_left_out():
    fb = FB_ALY_ImpulseFactor()
    fb.Configure(CONTINUOUS, 0)
    assert "fImpulseFactor" not in fb.replay(None, np.ones(3), fImpulseFactor=None).dtype.names
    with pytest.raises(WrongType, match="only None"):
        fb.replay(None, np.ones(3), fImpulseFactor=np.zeros(3))


@pytest.mark.slow
@pytest.mark.parametrize("mode", [SLIDING, FIXED, CONTINUOUS])
def test_deviation_over_a_long_run(mode):
    """Two million values 10**9 away from zero; the drift of plain sums would have eaten every digit."""
    noise = np.round(np.random.default_rng(5).normal(size=2_000_000) * 2**20) / 2**20
    x = 2.0**30 + noise
    fb = FB_ALY_StandardDeviation()
    fb.Configure(False, mode, 5000)
    fb.replay(None, x, fStandardDeviation=None)
    part = noise if mode == CONTINUOUS else noise[-5000:]
    assert fb.results_shown()[0] == pytest.approx(math.sqrt(np.var(part)), rel=1e-10)
