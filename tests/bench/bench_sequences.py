"""Correlation beside numpy, dynamic time warping beside dtaidistance: whole windows, with equal results.

    python tests/bench/bench_sequences.py [--rounds 7]

Times are CPU times of one thread, the best of some rounds; compare figures of one run only. Ours are of `replay`, so
they contain everything that a call does, divided by the windows that were completed.

numpy's FFT form of a correlation of a window with delays on both sides: transforms of both windows and of both signals
with what lies before, padded to a power of 2, two products, two inverse transforms. Where the direct form
(numpy.correlate) is faster, it is the one to beat.
"""

import argparse
import time
from collections.abc import Callable
from typing import Any

import numpy as np

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


def numpy_spectral(x: np.ndarray, y: np.ndarray, size: int, lag: int) -> np.ndarray:
    """Base coefficients of the window that ends with x[-1], y[-1] for lags -lag..lag."""
    length = 1 << (size + lag - 1).bit_length()
    window_x, window_y = x[-size:], y[-size:]
    past_x, past_y = np.zeros(length), np.zeros(length)
    for past, signal in ((past_x, x), (past_y, y)):
        past[:size] = signal[-size:]
        past[length - lag :] = signal[-size - lag : -size]
    forward = np.fft.irfft(np.fft.rfft(window_y, length) * np.conj(np.fft.rfft(past_x)), length)
    backward = np.fft.irfft(np.fft.rfft(window_x, length) * np.conj(np.fft.rfft(past_y)), length)
    return np.concatenate([backward[lag:0:-1], forward[: lag + 1]])


def numpy_direct(x: np.ndarray, y: np.ndarray, size: int, lag: int) -> np.ndarray:
    forward = np.correlate(x[-size - lag :], y[-size:], "valid")
    backward = np.correlate(y[-size - lag :], x[-size:], "valid")
    return np.concatenate([backward[:-1], forward[::-1]])


def correlation(rounds: int) -> None:
    print("correlation, microseconds per result: Base, one channel, lags -L..L")
    print(f"{'window':>8} {'values':>7} {'L':>6} {'ours':>9} {'numpy FFT':>10} {'numpy direct':>13}")
    rng = np.random.default_rng(1)
    for window, size, lag in (
        (Window.FixWindow, 256, 50),
        (Window.FixWindow, 4096, 50),
        (Window.FixWindow, 4096, 500),
        (Window.FixWindow, 4096, 4095),
        (Window.SlidingWindow, 4096, 50),
        (Window.SlidingWindow, 4096, 500),
        (Window.SlidingWindow, 4096, 4095),
    ):
        windows = 20
        rows = rng.normal(size=(size * windows if window == Window.FixWindow else 2 * size + lag, 2))
        fb = FB_ALY_CorrelationFunction(nNumChannels=1)
        assert fb.Configure(-lag, lag, 1, 1, window, Mode.Base, size)
        results = int(fb.replay(None, rows)["bNewResult"].sum())
        x, y = rows.T.copy()
        wanted = numpy_direct(x, y, size, lag)
        np.testing.assert_allclose(fb.coefficients_shown()[0], wanted, atol=1e-9)
        np.testing.assert_allclose(numpy_spectral(x, y, size, lag), wanted, atol=1e-9)
        ours = best_us(rounds, results, fb.replay, None, rows)
        spectral = best_us(20 * rounds, 1, numpy_spectral, x, y, size, lag)
        direct = best_us(rounds, 1, numpy_direct, x, y, size, lag)
        print(f"{window.name[:-6]:>8} {size:7,} {lag:6,} {ours:9.1f} {spectral:10.1f} {direct:13.1f}", flush=True)


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
