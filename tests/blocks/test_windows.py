"""The shared window kernels on their own, and how exact sums stay over long runs far from zero."""

import fractions
import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from alycat.blocks import (
    E_ALY_IntegrationMode,
    E_ALY_MovingAvgStartupBehaviour,
    FB_ALY_Integrator_1Ch,
    FB_ALY_MinMaxAvg_1Ch,
    FB_ALY_MovingAvg_1Ch,
    FB_ALY_SequentialKMeans,
)
from alycat.blocks.windows import (
    COUNT,
    LEAST,
    MOST,
    SUM,
    add,
    product,
    push,
    slide_extremes,
    slide_squares,
    slide_sum,
    variance,
    window_words,
)
from alycat.runtime.block import SingleChannelBlock, cyclic, method
from alycat.runtime.declare import buffer, config, output
from alycat.runtime.iec import BOOL, LINT, LREAL, UDINT
from alycat.runtime.kernel import kernel
from alycat.runtime.memory import f64, i64

ROWS = 1_000_000
FAR = 1e9


@kernel
def step(m):
    x = f64(m, m.x, 1)[0]
    w, k = f64(m, m.window, m.words), i64(m, m.window, m.words)
    slide_extremes(w, k, m.length, x)
    slide_sum(w, k, m.length, x)
    slide_squares(w, k, m.length, x)
    push(w, k, m.length, x)
    m.mean = (w[SUM] + w[SUM + 1]) / k[COUNT]
    m.variance = variance(w, k[COUNT])
    m.least, m.most = w[LEAST], w[MOST]
    return 0


class FB_Window(SingleChannelBlock, category="Test"):
    """All parts of a sliding window."""

    step = step

    mean: LREAL = output()
    variance: LREAL = output()
    least: LREAL = output()
    most: LREAL = output()
    length: LINT = config()
    words: LINT = config()
    window: LREAL = buffer()

    @method
    def Configure(self, nLength: UDINT) -> BOOL:
        """Takes the length."""
        self._allocate(window=window_words(nLength))
        self._m.length, self._m.words = nLength, window_words(nLength)
        return self._configured()

    @cyclic
    def Call(self) -> BOOL:
        """Takes a value."""


def window(length, values):
    fb = FB_Window()
    fb.Configure(length)
    return fb.replay(None, values)


@settings(max_examples=80, deadline=None)
@given(st.integers(1, 20), st.integers(0, 2**32 - 1), st.sampled_from([0.0, FAR, -1e12]), st.sampled_from([1.0, 1e-3]))
def test_every_window_equals_numpy(length, seed, offset, spread):
    x = offset + spread * np.random.default_rng(seed).normal(size=70)
    trace = window(length, x)
    for row in range(len(x)):
        part = x[max(0, row - length + 1) : row + 1]
        assert (trace["least"][row], trace["most"][row]) == (part.min(), part.max())
        assert trace["mean"][row] == math.fsum(part) / len(part)
        exact = [fractions.Fraction(v) for v in part]
        mean = sum(exact) / len(exact)
        wanted = float(sum((v - mean) ** 2 for v in exact) / len(exact))
        assert trace["variance"][row] == pytest.approx(wanted, rel=1e-12, abs=1e-30 * offset * offset)


@given(st.floats(-1e280, 1e280), st.floats(-1e20, 1e20))
def test_pairs_lose_nothing(a, b):
    high, low = add.py_func(a, 0.0, b)
    assert fractions.Fraction(a) + fractions.Fraction(b) == fractions.Fraction(high) + fractions.Fraction(low)
    if 1e-100 < abs(a * b) < 1e280:
        high, low = product.py_func(a, b)
        assert fractions.Fraction(a) * fractions.Fraction(b) == fractions.Fraction(high) + fractions.Fraction(low)


def test_a_huge_value_leaves_nothing_behind():
    x = np.random.default_rng(1).normal(size=200)
    spoilt = x.copy()
    spoilt[50] = 1e90
    clean, healed = window(20, x), window(20, spoilt)
    assert clean[100:].tobytes() == healed[100:].tobytes()


def far_noise(seed=7):
    return FAR + np.random.default_rng(seed).normal(size=ROWS)


@pytest.mark.slow
@pytest.mark.parametrize("length", [100, 99_999])
def test_moving_average_over_a_long_run(length):
    x = far_noise()
    fb = FB_ALY_MovingAvg_1Ch()
    fb.Configure(length, E_ALY_MovingAvgStartupBehaviour.AvgOverExisting)
    trace = fb.replay(None, x)
    for row in (length, ROWS // 2 + 17, ROWS - 1):
        part = x[row - length + 1 : row + 1]
        assert trace["fMovingAvg"][row] == math.fsum(part) / length
        assert (trace["fMovingMin"][row], trace["fMovingMax"][row]) == (part.min(), part.max())


@pytest.mark.slow
def test_variance_over_a_long_run():
    x = far_noise()
    last = x[-5000:]
    assert window(5000, x)["variance"][-1] == pytest.approx(np.var(last - FAR), rel=1e-10)


@pytest.mark.slow
def test_average_over_a_long_run():
    x = far_noise()
    times = np.arange(1, ROWS + 1)
    assert FB_ALY_MinMaxAvg_1Ch().replay(times, x)["fAvg"][-1] == math.fsum(x) / ROWS


@pytest.mark.slow
def test_integral_over_a_long_run():
    """An offset that goes again: the integral returns to what the noise alone gives."""
    x = far_noise()
    x[ROWS // 2 :] -= 2 * FAR
    fb = FB_ALY_Integrator_1Ch()
    fb.Configure(E_ALY_IntegrationMode.Direct, 1.0)
    times = np.arange(1, ROWS + 1, dtype=np.uint64) * np.uint64(1_000_003)
    wanted = math.fsum((x[1:] / 2).tolist() + (x[:-1] / 2).tolist()) * 1_000_003 / 1e9
    assert fb.replay(times, x)["fResult"][-1] == pytest.approx(wanted, rel=1e-14)


@pytest.mark.slow
def test_centres_over_a_long_run():
    x = far_noise()
    fb = FB_ALY_SequentialKMeans(1, 2, 10)
    fb.Configure(1, 3)
    fb.SetInitialClusterCenters(np.array([FAR - 1, FAR + 1]), 16)
    trace = fb.replay(None, x, bUpdateClusterCenters=True, pClusterCenterMatrixOut=None)
    for label, centre in enumerate(fb.cluster_centres()[:, 0]):
        members = x[trace["nClusterIdx"] == label]
        assert centre == math.fsum(members) / len(members)
