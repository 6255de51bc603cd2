"""FB_ALY_CorrelationFunction: against exact sums, numpy, and what a user sees."""

import numpy as np
import pytest
from block_setups import correlation_parameters
from block_streams import refused
from hypothesis import given, settings
from hypothesis import strategies as st
from oracle import correlation as oracle

from alycat.blocks import E_ALY_CorrelationMode, E_ALY_WindowMode, FB_ALY_CorrelationFunction
from alycat.blocks.fft import transform, twiddles
from alycat.blocks.statistics import correlation
from alycat.runtime import WrongType
from alycat.runtime.butterfly import butterflies, plain_butterflies
from alycat.runtime.kernel import kernel
from alycat.runtime.memory import f64

Mode, Window = E_ALY_CorrelationMode, E_ALY_WindowMode
WINDOWS = list(Window)[1:]


def signals(seed, rows, offset):
    """Noise and a delayed copy of it with levels, constant stretches and single peaks, in binary fractions."""
    rng = np.random.default_rng(seed)
    base = np.round(rng.normal(size=rows + 9) * 256) / 256
    columns = [
        base[9:],
        base[4 : 4 + rows] + rng.integers(0, 2, rows) / 8,
        np.repeat(rng.integers(-2, 3, rows), 5)[:rows],
    ]
    return np.column_stack(columns) + offset


FORMS = {"sums": (0, 10**9), "direct": (10**9, 10**9), "spectral": (10**9, -1)}


def configured(form, chosen):
    """A block whose fixed windows are correlated in one of the three ways."""
    usual = correlation.LONGEST_WHOLE, correlation.TRANSFORM_COST
    correlation.LONGEST_WHOLE, correlation.TRANSFORM_COST = FORMS[form]
    try:
        fb = FB_ALY_CorrelationFunction(nNumChannels=chosen[3])
        assert fb.Configure(*chosen)
    finally:
        correlation.LONGEST_WHOLE, correlation.TRANSFORM_COST = usual
    fixed = chosen[4] == Window.FixWindow
    assert (bool(fb._m.whole), bool(fb._m.spectral)) == (fixed and form != "sums", fixed and form == "spectral")
    return fb


@pytest.mark.parametrize("form", FORMS)
@settings(max_examples=40, deadline=None)
@given(
    chosen=correlation_parameters(), seed=st.integers(0, 2**32 - 1), offset=st.sampled_from([0.0, 1024.0, -(2.0**26)])
)
def test_equals_the_oracle(form, chosen, seed, offset):
    fb = configured(form, chosen)
    low, high, step, channels, window, mode, size = chosen
    rows = signals(seed, 26, offset)[:, : channels + 1]
    lags = list(range(low, high + 1, step))
    assert fb.coefficient_lags().tolist() == lags
    for n in range(1, len(rows) + 1):
        for channel, value in enumerate(rows[n - 1]):
            fb.SetChannelValue(channel, value)
        assert fb.Call()
        assert fb.bNewResult == (window != Window.FixWindow or n % size == 0)
        for channel in range(1, channels + 1):
            x, y = rows[:n, 0].tolist(), rows[:n, channel].tolist()
            wanted = oracle.result(x, y, lags, window, mode, size)
            found = np.zeros(len(lags))
            assert fb.GetChannelOutputArray(channel, found, found.nbytes)
            if wanted is None:
                assert not found.any()
                continue
            scale = max(abs(offset), 4.0) ** 2 * size if mode <= Mode.Normed else 4.0 + 1e-9 * abs(offset)
            tolerance = 1e-11 * scale if mode != Mode.Pearson else 3e-7
            np.testing.assert_allclose(found, [w or 0.0 for w in wanted], rtol=1e-9, atol=tolerance, err_msg=f"row {n}")
            check_extremes(fb, channel, found, lags, wanted)


def check_extremes(fb, channel, found, lags, wanted):
    least, most, least_lag, most_lag = np.zeros(1), np.zeros(1), np.zeros(1, np.int32), np.zeros(1, np.int32)
    assert fb.GetChannelOutputValues(channel, least, most, least_lag, most_lag)
    used = [i for i, w in enumerate(wanted) if w is not None]
    if used:
        values = found[used].tolist()
        assert (least[0], most[0]) == (min(values), max(values))
        assert least_lag[0] == lags[used[values.index(min(values))]]
        assert most_lag[0] == lags[used[values.index(max(values))]]


@pytest.mark.parametrize("form", FORMS)
@pytest.mark.parametrize(("size", "low", "high", "step"), [(300, -70, 90, 1), (300, -70, 90, 5), (7, 30, 600, 10)])
def test_many_lags_of_a_fixed_window(form, size, low, high, step):
    """More lags than one group of the direct form, parts of a window for transforms, lags longer than the window."""
    x, y = np.random.default_rng(5).normal(size=(2, 3 * size + 700))
    fb = configured(form, (low, high, step, 1, Window.FixWindow, Mode.Base, size))
    end = len(x) // size * size
    fb.replay(None, np.column_stack([x, y]))
    d = {lag: (np.roll(x, lag), y) if lag >= 0 else (x, np.roll(y, -lag)) for lag in range(low, high + 1, step)}
    wanted = [np.dot(*(v[end - size : end] for v in d[lag])) for lag in d]
    np.testing.assert_allclose(fb.coefficients_shown()[0], wanted, atol=1e-11)


def test_the_least_work_is_chosen():
    """Few lags directly, many by transforms of parts, which get longer with the lags; a long window call by call."""
    forms = {}
    for lags in (0, 50, 500, 4095):
        fb = FB_ALY_CorrelationFunction(nNumChannels=1)
        assert fb.Configure(-lags, lags, 1, 1, Window.FixWindow, Mode.Base, 4096)
        forms[lags] = fb._m.whole, fb._m.spectral
    assert forms == {0: (True, 0), 50: (True, 0), 500: (True, 2048), 4095: (True, 8192)}
    assert fb.Configure(-5, 5, 1, 1, Window.FixWindow, Mode.Base, 100_000) and not fb._m.whole
    assert fb.Configure(-500, 500, 1, 1, Window.FixWindow, Mode.Base, 100_000) and fb._m.spectral


@pytest.mark.parametrize("window", WINDOWS)
def test_base_is_numpy_correlate(window):
    """The whole function of 512 values; in a fixed window by spectra, else by sums."""
    x, y = np.random.default_rng(4).normal(size=(2, 512))
    fb = FB_ALY_CorrelationFunction(nNumChannels=1)
    assert fb.Configure(-511, 511, 1, 1, window, Mode.Base, 512)
    assert bool(fb._m.spectral) == (window == Window.FixWindow)
    fb.replay(None, np.column_stack([x, y]))
    np.testing.assert_allclose(fb.coefficients_shown()[0], np.correlate(y, x, "full"), atol=1e-12)


@pytest.mark.parametrize("window", WINDOWS)
def test_pearson_finds_a_delay(window):
    rng = np.random.default_rng(2)
    x = np.cumsum(rng.normal(size=3000)) * 0.1 + 1e6
    y = 2 - 3 * np.roll(x, 17)
    fb = FB_ALY_CorrelationFunction(nNumChannels=1)
    assert fb.Configure(-40, 40, 1, 1, window, Mode.Pearson, 600)
    trace = fb.replay(None, np.column_stack([x, y])[20:])
    assert trace["nMinimizingLag"][-1, 0] == 17
    assert trace["fMinCoef"][-1, 0] == pytest.approx(-1.0, abs=1e-3 if window == Window.Continuous else 1e-9)
    if window != Window.Continuous:
        end = 3000 if window == Window.SlidingWindow else 20 + 2400
        wanted = np.corrcoef(x[end - 600 - 30 : end - 30], y[end - 600 : end])[0, 1]
        assert fb.coefficients_shown()[0, 70] == pytest.approx(wanted, rel=1e-9)


@pytest.mark.slow
@pytest.mark.parametrize("window", WINDOWS)
def test_covariance_over_a_long_run(window):
    """A million values 10**9 away from zero, after a start at 0."""
    noise = np.round(np.random.default_rng(6).normal(size=(1_000_000, 2)) * 2**20) / 2**20
    x = 2.0**30 + noise
    x[0] = 0.0
    if window == Window.Continuous:
        x[0] = 2.0**30
        noise[0] = 0
    fb = FB_ALY_CorrelationFunction(nNumChannels=1)
    assert fb.Configure(-2, 2, 1, 1, window, Mode.Covariance, 1000)
    fb.replay(None, x)
    size = len(x) if window == Window.Continuous else 1000
    a, b = noise[-size:].T if window != Window.Continuous else noise.T
    wanted = np.cov(a, b, ddof=0)[0, 1]
    assert fb.coefficients_shown()[0, 2] == pytest.approx(wanted, abs=1e-11)


@kernel
def transformed(address, n):
    z = f64(address, 0, n), f64(address, 8 * n, n)
    transform(*z, f64(address, 16 * n, n), f64(address, 24 * n, n), f64(address, 32 * n, 2 * n), n)
    return 0


@kernel
def both_butterflies(address, n):
    a, b, w = f64(address, 0, n), f64(address, 8 * n, n), f64(address, 16 * n, 2 * n)
    c, d = f64(address, 32 * n, n), f64(address, 40 * n, n)
    e, f = f64(address, 48 * n, n), f64(address, 56 * n, n)
    butterflies(a, b, c, d, 4, 16, 8, 8, w, n, 3)
    plain_butterflies(a, b, e, f, 4, 16, 8, 8, w, n, 3)
    return 0


@pytest.mark.parametrize("n", [4, 8, 16, 32, 512, 2048])
def test_the_transform_is_numpys(n):
    z = np.random.default_rng(n).normal(size=(2, n))
    room = np.concatenate([z[0], z[1], np.zeros(2 * n), twiddles(n)])
    transformed(room.ctypes.data, n)
    np.testing.assert_allclose(room[:n] + 1j * room[n : 2 * n], np.fft.fft(z[0] + 1j * z[1]), atol=1e-13 * n)


def test_vector_code_and_its_twin_give_the_same_bits():
    n = 64
    room = np.random.default_rng(3).normal(size=8 * n)
    room[4 * n :] = 0
    both_butterflies(room.ctypes.data, n)
    assert room[4 * n : 6 * n].any() and room[4 * n : 6 * n].tobytes() == room[6 * n :].tobytes()


def test_what_is_refused():
    fb = FB_ALY_CorrelationFunction(nNumChannels=2)
    good = [-4, 4, 2, 2, Window.FixWindow, Mode.Pearson, 5]
    for place, value, event_id in (
        (0, -3, 0x200C),
        (0, 6, 0x200C),
        (1, 5, 0x200C),
        (2, 0, 0x200D),
        (3, 0, 0x100C),
        (3, 3, 0x100C),
        (4, 0, 0x2003),
        (5, 0, 0x2003),
        (6, 0, 0x200D),
        (6, 2**31, 0x2001),
    ):
        given = good.copy()
        given[place] = value
        if event_id == 0x2001:
            given[4] = Window.SlidingWindow
        refused(fb, fb.Configure(*given), event_id)
    array, one = np.zeros(5), np.zeros(1)
    refused(fb, fb.GetChannelOutputArray(1, array, 40), 0x3007)
    assert fb.Configure(*good)
    refused(fb, fb.GetChannelOutputArray(3, array, 40), 0x3010)
    refused(fb, fb.GetChannelOutputArray(0, array, 40), 0x3010)
    refused(fb, fb.GetChannelOutputArray(1, None, 40), 0x3002)
    refused(fb, fb.GetChannelOutputArray(1, array, 32), 0x3004)
    refused(fb, fb.GetChannelOutputArray(1, array.astype(np.float32), 20), 0x3011)
    refused(fb, fb.GetChannelOutputValues(3, one, one, one, one), 0x3010)
    with pytest.raises(WrongType, match="numpy array of one element"):
        fb.GetChannelOutputValues(1, one, one, one, 0)
    refused(fb, fb.SetChannelValue(3, 1.0), 0x3003, "outside 0..2")
    fb.SetChannelValue(0, 1.0)
    fb.SetChannelValue(2, 1.0)
    refused(fb, fb.Call(), 0x3003, "channel 1 was never set")
    fb.SetChannelValue(1, 1.0)
    fb.SetChannelValue(0, -2e140)
    refused(fb, fb.Call(), 0x300A, "channel 0 is -2e+140, values up to +-1e+140 are allowed")
