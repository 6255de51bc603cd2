"""Speed of every registered block: a cycle from Python, rows per second in replay, and sliding windows by length.

    python tests/bench/bench_blocks.py [BLOCK ...] [--rows 1e6] [--cycles 1e5] [--windows]

A cycle is what a program does: SetChannelValue for each channel, Call, one output read. Setups come from
tests/typical.py. Times are CPU times of one
thread, the best of some rounds; a busy machine still slows them, so compare figures of one run only.
"""

import argparse
import statistics
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

import numpy as np

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from typical import call_inputs, typical_block

from alycat.blocks import E_ALY_MovingAvgStartupBehaviour, FB_ALY_MovingAvg_1Ch, FB_ALY_TimeBasedEnvelope_1Ch
from alycat.runtime.block import AlgorithmBlock
from alycat.runtime.declare import Role
from alycat.runtime.registry import all_blocks, find_block, short_name
from alycat.runtime.targetpaths import use_file_folder
from alycat.runtime.testing import result_arrays
from alycat.runtime.textblock import TextBlock

ROUNDS = 5
MS = 10**6
START_NS = 757_382_400 * 10**9
TARGET_CYCLE_NS, TARGET_ROWS = 600, (10e6, 100e6)
TEXTS = ("OK", "not OK", "Part 4711 rejected")
ELEMENTS = 40
WINDOWS = (10, 100, 1_000, 10_000, 100_000, 1_000_000)


def stream(fb: Any, rows: int) -> tuple[np.ndarray, np.ndarray, dict[str, Any]]:
    """A noisy triangle per channel, a row per millisecond; further inputs of Call are constant."""
    times = START_NS + np.arange(1, rows + 1, dtype=np.uint64) * np.uint64(MS)
    rng, channels = np.random.default_rng(1), getattr(fb, "_n", 0)
    wave = np.abs(np.arange(rows) % 200 - 100) / 50 - 1
    values = wave[:, None] + rng.normal(0, 0.2, (rows, channels))
    if not channels:
        values = np.resize(wave, (rows, ELEMENTS))  # an array for each call, where a block takes arrays
    elif type(fb).__name__ == "FB_ALY_BandwidthClassificator_3Ch":
        values[:, 1:].sort(axis=1)
    elif type(fb).__name__ == "FB_ALY_AM8xxxSSD":
        values = np.floor(np.abs(values) * 1e6)
    if isinstance(fb, TextBlock):
        values = np.array(TEXTS)[rng.integers(0, len(TEXTS), (rows, channels))]
    elif fb.channel_dtype is np.int64:
        values = (values * 1e9).astype(np.int64)
    values = values[:, 0] if channels == 1 else values
    inputs = call_inputs(type(fb))
    return times, values, inputs


def cycle_ns(fb: Any, cycles: int) -> float:
    """One cycle from Python, written out as a program writes it."""
    times, values, inputs = stream(fb, cycles)
    channels = getattr(fb, "_n", 0)
    numbered = "SetChannelValue" in fb.methods and len(fb.methods["SetChannelValue"].inputs) > 1
    first = getattr(fb, "first_channel", 1)
    lines = [
        f"    set_value({f'{c + first}, ' if numbered else ''}x{f'[{c}]' if channels > 1 else ''})"
        for c in range(channels)
    ]
    if channels and "SetChannelValue" not in fb.methods:  # setters of other names
        lines = ["    fb.set_channel_values(x)"]
    targets = result_arrays(fb)
    targets |= {fb.methods["Call"].pointers[n]: a.nbytes for n, a in targets.items()}
    takes_time = any(i.name == "tTimestamp" for i in fb.methods["Call"].inputs)
    given = [*(["tTimestamp=t"] if takes_time else []), *(f"{n}={n}" for n in (inputs | targets))]
    if hasattr(fb, "_array"):  # an array in each call
        given = ["pArrayIn=x", f"nArrayInSize={8 * ELEMENTS}"]
    scalar = [f.name for f in fb.fields if f.role is Role.OUTPUT and f.type.ctype is not None and f.type.is_direct]
    lines += [f"    call({', '.join(given)})", f"    fb.{scalar[-1]}"]
    names = {**inputs, **targets}
    source = f"def run(fb, rows{''.join(f', {n}' for n in names)}):\n"
    source += "  set_value, call = getattr(fb, 'SetChannelValue', None), fb.Call\n  for t, x in rows:\n"
    source += "\n".join(lines) + "\n"
    namespace: dict[str, Any] = {}
    exec(source, namespace)
    columns = values.tolist() if channels else list(values)
    best = float("inf")
    for _ in range(ROUNDS):
        fb.Reset()
        rows = list(zip(times.tolist(), columns, strict=True))
        started = time.thread_time_ns()
        namespace["run"](fb, rows, **names)
        best = min(best, (time.thread_time_ns() - started) / cycles)
    assert not fb.bError, fb.ipResultMessage
    return best


def rows_per_second(fb: Any, rows: int, reuse: bool) -> float:
    """Replay into a fresh trace, or into the one of the round before."""
    times, values, inputs = stream(fb, rows)
    inputs |= dict.fromkeys(fb.results | fb.traced)
    trace, best = fb.replay(times, values, **inputs), float("inf")
    for _ in range(ROUNDS):
        fb.Reset()
        started = time.thread_time_ns()
        fb.replay(times, values, out=trace if reuse else None, **inputs)
        best = min(best, (time.thread_time_ns() - started) / rows)
    assert not trace["bError"][-1]
    return 1e9 / best


def report_blocks(names: list[str], rows: int, cycles: int) -> None:
    print(f"{'':34} {'from Python':>12} {'replay, million rows/s':>28}")
    print(f"{'block':34} {'ns per cycle':>12} {'fresh trace':>14} {'out=':>13}")
    found = []
    for cls in [find_block(n) for n in names] or all_blocks():
        if not issubclass(cls, AlgorithmBlock) or "Call" not in cls.methods or cls.step is None:
            continue
        fb = typical_block(cls, np.zeros(rows) if cls is FB_ALY_TimeBasedEnvelope_1Ch else None)  # one long period
        fresh, again, cycle = rows_per_second(fb, rows, False), rows_per_second(fb, rows, True), cycle_ns(fb, cycles)
        found.append(cycle)
        print(f"{short_name(cls.__name__):34} {cycle:12,.0f} {fresh / 1e6:14.1f} {again / 1e6:13.1f}", flush=True)
    print(f"{'median':34} {statistics.median(found):12,.0f}   (target: at most {TARGET_CYCLE_NS})")


def report_windows(rows: int) -> None:
    """FB_ALY_MovingAvg_1Ch, which has all parts of a window, in its steady state."""
    print(f"\nsliding window (average, minimum, maximum), ns per row in replay over {rows:,} rows, by its length")
    print("".join(f"{length:>11,}" for length in WINDOWS))
    figures = []
    for length in WINDOWS:
        fb = FB_ALY_MovingAvg_1Ch()
        fb.Configure(length, E_ALY_MovingAvgStartupBehaviour.AvgOverExisting)
        values = np.random.default_rng(2).normal(size=rows)
        fb.replay(None, np.zeros(2 * length))
        best = float("inf")
        for _ in range(ROUNDS):
            started = time.thread_time_ns()
            fb.replay(None, values)
            best = min(best, (time.thread_time_ns() - started) / rows)
        figures.append(best)
    print("".join(f"{figure:11.1f}" for figure in figures))


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("blocks", nargs="*", help="all of them unless named")
    parser.add_argument("--rows", type=float, default=1e6, help="rows of a replay")
    parser.add_argument("--cycles", type=float, default=1e5, help="cycles from Python")
    parser.add_argument("--windows", action="store_true", help="only the sliding windows")
    options = parser.parse_args()
    if not options.windows:
        with tempfile.TemporaryDirectory() as folder, use_file_folder(folder):
            report_blocks(options.blocks, int(options.rows), int(options.cycles))
    if options.windows or not options.blocks:
        report_windows(int(options.rows))


if __name__ == "__main__":
    main()
