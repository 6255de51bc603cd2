"""Correlation beside numpy and scipy, dynamic time warping beside dtaidistance: whole windows, with equal results.

    python tests/bench/bench_sequences.py [--rounds 7]

Times are CPU times of one thread, the best of some rounds; compare figures of one run only. Ours are of `replay`, so
they contain everything that a call does, divided by the windows that were completed. In a fixed window the last call
does the correlating, so it is shown alone as well: the rest is what it costs to take the values one by one, which numpy
is given at once.

The FFT form of a correlation of a window with delays on both sides: transforms of both windows and of both signals
with what lies before, padded to a power of 2 (scipy: to a length that suits it), two products, two inverse transforms.
The direct form is numpy.correlate. The faster one is the one to beat; a star marks where we need longer for all calls
of a window, two stars where the last call alone does.
"""

import argparse
import time
from collections.abc import Callable
from typing import Any

import numpy as np
import scipy.fft

from alycat.blocks import (
    E_ALY_CorrelationMode,
    E_ALY_WindowMode,
    FB_ALY_CorrelationFunction,
    FB_ALY_DynamicTimeWarping,
    FB_ALY_DynamicTimeWarpingInterval,
)
from alycat.blocks.learnt_kinds import TEACH_PATH

Window, Mode = E_ALY_WindowMode, E_ALY_CorrelationMode


def best_us(rounds: int, per: int, run: Callable[..., Any], *args: Any, **more: Any) -> float:
    """Microseconds of one call, divided by `per`."""
    best = float("inf")
    for _ in range(rounds):
        started = time.thread_time_ns()
        run(*args, **more)
        best = min(best, (time.thread_time_ns() - started) / per / 1000)
    return best


def spectral(x: np.ndarray, y: np.ndarray, size: int, lag: int, fft: Any, length: int) -> np.ndarray:
    """Base coefficients of the window that ends with x[-1], y[-1] for lags -lag..lag."""
    window_x, window_y = x[-size:], y[-size:]
    past_x, past_y = np.zeros(length), np.zeros(length)
    for past, signal in ((past_x, x), (past_y, y)):
        past[:size] = signal[-size:]
        past[length - lag :] = signal[len(signal) - size - lag : -size]
    forward = fft.irfft(fft.rfft(window_y, length) * np.conj(fft.rfft(past_x)), length)
    backward = fft.irfft(fft.rfft(window_x, length) * np.conj(fft.rfft(past_y)), length)
    return np.concatenate([backward[lag:0:-1], forward[: lag + 1]])


def direct(x: np.ndarray, y: np.ndarray, size: int, lag: int) -> np.ndarray:
    forward = np.correlate(x[-size - lag :], y[-size:], "valid")
    backward = np.correlate(y[-size - lag :], x[-size:], "valid")
    return np.concatenate([backward[:-1], forward[::-1]])


def configured(window: Window, size: int, lag: int, rows: np.ndarray) -> Any:
    """A block that has been checked with these rows."""
    fb = FB_ALY_CorrelationFunction(nNumChannels=1)
    assert fb.Configure(-lag, lag, 1, 1, window, Mode.Base, size)
    fb.replay(None, rows)
    np.testing.assert_allclose(fb.coefficients_shown()[0], direct(*rows.T, size, lag), atol=1e-9)
    return fb


def last_call_us(fb: Any, rows: np.ndarray, rounds: int) -> float:
    """Microseconds of the call that ends a window, from Python; `rows` are one window."""
    best = float("inf")
    for _ in range(rounds):
        fb.replay(None, rows[:-1])
        fb.SetChannelValue(0, rows[-1, 0])
        fb.SetChannelValue(1, rows[-1, 1])
        best = min(best, best_us(1, 1, fb.Call))
        assert fb.bNewResult
    return best


def correlation(rounds: int) -> None:
    print("correlation, fixed windows, microseconds per window: Base, one channel, lags -L..L")
    print(
        f"{'values':>7} {'L':>6} {'all calls':>11} {'last call':>10} {'direct':>9} {'FFT numpy':>10} {'FFT scipy':>10}"
    )
    rng = np.random.default_rng(1)
    for size in (64, 256, 1024, 4096, 16384):
        for lag in (0, 5, 20, 50, 200, 500, size - 1):
            if lag >= size or (lag == 50 and size == 64):
                continue
            windows = max(20_000 // size, 2)
            rows = rng.normal(size=(size * windows, 2))
            x, y = rows.T.copy()
            fb = configured(Window.FixWindow, size, lag, rows)
            trace = fb.replay(None, rows)
            ours = best_us(3 * rounds, windows, fb.replay, None, rows, out=trace)
            last = last_call_us(fb, rows[:size], 3 * rounds)
            plain = best_us(3 * rounds, 1, direct, x, y, size, lag)
            forms = [(np.fft, 1 << (size + lag - 1).bit_length())]
            forms += [(scipy.fft, scipy.fft.next_fast_len(size + lag, real=True))]
            for form in forms:
                np.testing.assert_allclose(spectral(x, y, size, lag, *form), direct(x, y, size, lag), atol=1e-9)
            ffts = [best_us(3 * rounds, 1, spectral, x, y, size, lag, *form) for form in forms]
            least = min(plain, *ffts)
            mark = "**" if last > least else "* " if ours > least else "  "
            print(
                f"{size:7,} {lag:6,} {ours:9.1f}{mark} {last:10.1f} {plain:9.1f} {ffts[0]:10.1f} {ffts[1]:10.1f}",
                flush=True,
            )
    print("\nsliding windows of 4,096 values, microseconds per result, that is per call")
    print(f"{'L':>6} {'ours':>9} {'direct':>9} {'FFT numpy':>10}")
    for lag in (5, 50, 500, 4095):
        size = 4096
        rows = rng.normal(size=(2 * size + lag, 2))
        x, y = rows.T.copy()
        fb = configured(Window.SlidingWindow, size, lag, rows)
        ours = best_us(rounds, len(rows), fb.replay, None, rows)
        plain = best_us(rounds, 1, direct, x, y, size, lag)
        fft = best_us(3 * rounds, 1, spectral, x, y, size, lag, np.fft, 1 << (size + lag - 1).bit_length())
        print(f"{lag:6,} {ours:9.2f} {plain:9.1f} {fft:10.1f}", flush=True)


def reading(templates: list[np.ndarray]) -> Any:
    """A block in state Read without files, as if it had read them."""
    fb = FB_ALY_DynamicTimeWarping(nNumChannels=len(templates))
    for channel in range(len(templates)):
        fb.ConfigureChannel(channel + 1, f"{channel}.tas")
    fb.Configure(1000)
    fb._start_with([TEACH_PATH.of(teach_mode="Mean", teach_cycles=1, value=t) for t in templates])
    fb._m.eState = 1
    return fb


def warping(rounds: int) -> None:
    from dtaidistance import dtw

    print("\ndynamic time warping, microseconds per pair of sequences")
    print(f"{'values':>7} {'interval':>9} {'template':>9} {'dtaidistance in C':>18}")
    rng = np.random.default_rng(2)
    for size in (64, 256, 1024):
        windows = 20
        rows = np.cumsum(rng.normal(size=(size * windows, 2)), axis=0)
        fb = FB_ALY_DynamicTimeWarpingInterval(nNumChannels=1)
        fb.Configure(size)
        fb.replay(None, rows)
        last = rows[-size:].T.copy()
        wanted = dtw.distance(*last, inner_dist="euclidean")
        np.testing.assert_allclose(fb.results_shown()[0], wanted, rtol=1e-12)
        templates = reading([last[0]])
        signal = np.append(np.tile(last[1], windows), 0.0)
        flags = {"bStartPeriod": np.arange(len(signal)) % size == 0, "bStopPeriod": False}
        trace = templates.replay(None, signal, **flags)
        np.testing.assert_allclose(trace["fDistance"][-1, 0], wanted, rtol=1e-12)
        ours = best_us(rounds, windows, fb.replay, None, rows)
        other = best_us(rounds, windows, templates.replay, None, signal, **flags)
        theirs = best_us(rounds * 5, 1, dtw.distance_fast, *last, inner_dist="euclidean")
        print(f"{size:7,} {ours:9.1f} {other:9.1f} {theirs:18.1f}", flush=True)


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--rounds", type=int, default=7)
    options = parser.parse_args()
    correlation(options.rounds)
    warping(options.rounds)
