"""Speed of every registered block: a cycle from Python, rows per second in replay, and sliding windows by length.

    python tests/bench/bench_blocks.py [BLOCK ...] [--rows 1e6] [--cycles 1e5] [--windows]

A cycle is what a program does: SetChannelValue for each channel, Call, one output read. Setups come from the laws of
alycat.runtime.testing, or from SETUPS below where figures should stand for a typical use. Times are CPU times of one
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

from learnt_files import store_path

from alycat.blocks import E_ALY_MovingAvgStartupBehaviour, FB_ALY_MovingAvg_1Ch
from alycat.runtime.block import AlgorithmBlock
from alycat.runtime.declare import Role
from alycat.runtime.registry import all_blocks, find_block, short_name
from alycat.runtime.targetpaths import use_file_folder
from alycat.runtime.testing import Setup, result_arrays, setups
from alycat.runtime.textblock import TextBlock

ROUNDS = 5
MS = 10**6
START_NS = 757_382_400 * 10**9
TARGET_CYCLE_NS, TARGET_ROWS = 600, (10e6, 100e6)
WINDOWS = (10, 100, 1_000, 10_000, 100_000, 1_000_000)


def arrays(*values: Any) -> dict[str, Any]:
    """Pointer and size inputs for one array."""
    name, array = values
    return {name: array, f"n{name[1:]}Size": array.nbytes}


def taught(name: str, init: dict[str, Any] | None = None, **changes: Any) -> Setup:
    """The example of a block with changes, in state Teach or Read."""
    block = find_block(name)
    switch = next(n for n in ("SwitchState_Teach", "SwitchState_Read") if n in block.methods)
    calls = ("Configure", block.example | changes), (switch, {}), ("UpdateState", {}), ("UpdateState", {})
    return Setup(init or {}, calls=calls)


CASCADES = np.array([20 * MS, 1000 * MS, 60_000 * MS], np.uint64)
CASCADE_CALLS = (
    ("Configure", {"nNumCascades": 3, "fSampleRate": 1000.0, "eStartupBehaviour": 2}),
    ("SetCascades", arrays("pCascadesConfigArray", CASCADES)),
)
FACTOR = Setup({"nNumChannels": 1}, calls=(("Configure", {"eWindowMode": 1, "nWindowSize": 1000}),))
ONE_CHANNEL = {"nNumChannels": 1}
SETUPS: dict[str, Setup] = {
    "FB_ALY_BatchNShift_1Ch": Setup({"nBufferSize": 100}, calls=(("Configure", {"eSampleMode": 1}),)),
    "FB_ALY_ClearanceFactor": Setup(
        {"nNumChannels": 1}, calls=(("Configure", {"eWindowMode": 1, "nWindowSize": 1000}),)
    ),
    "FB_ALY_CorrelationFunction": Setup(
        ONE_CHANNEL, calls=(("Configure", find_block("CorrelationFunction").example | ONE_CHANNEL),)
    ),
    "FB_ALY_DynamicTimeWarpingInterval": Setup(ONE_CHANNEL, calls=(("Configure", {"nWindowSize": 100}),)),
    "FB_ALY_ImpulseFactor": Setup({"nNumChannels": 1}, calls=(("Configure", {"eWindowMode": 1, "nWindowSize": 1000}),)),
    "FB_ALY_ShapeFactor": Setup({"nNumChannels": 1}, calls=(("Configure", {"eWindowMode": 1, "nWindowSize": 1000}),)),
    "FB_ALY_StandardDeviation": Setup(
        {"nNumChannels": 1}, calls=(("Configure", find_block("StandardDeviation").example),)
    ),
    "FB_ALY_DenStream": Setup({"nNumChannels": 2}, calls=(("Configure", find_block("DenStream").example),)),
    "FB_ALY_MathOperation_1Ch": Setup(
        calls=(("Configure", {"fOperand": 2.0, "eMathOperator": 3, "bUseAbsValues": False}),)
    ),
    "FB_ALY_LinearRegressionFitting": taught("LinearRegressionFitting", {"nNumChannels": 2}, fStepSize=0.001),
    "FB_ALY_LinearRegressionInference": Setup(
        {"nNumChannels": 2},
        calls=(*(("ConfigureChannel", {"nChannel": c, "fCoefficient": 0.5}) for c in range(3)), ("Configure", {})),
    ),
    "FB_ALY_Mean_1Ch": Setup(calls=CASCADE_CALLS),
    "FB_ALY_MovingAvg_1Ch": Setup(calls=(("Configure", {"nNumValues": 100, "eStartupBehaviour": 4}),)),
    "FB_ALY_RMS_1Ch": Setup(calls=CASCADE_CALLS),
    "FB_ALY_ScalerFitting": taught("ScalerFitting", eScalingMode=2),
    "FB_ALY_SequentialKMeans": Setup(
        {"nNumChannels": 2, "nNumClusters": 3, "nAggBufferSize": 10},
        calls=(
            ("Configure", {"nMaxIterations": 1, "eInitMode": 3}),
            ("SetInitialClusterCenters", arrays("pInitialClusterCenterMatrix", np.array([[-2.0, 0], [0, 0], [2, 0]]))),
        ),
    ),
    "FB_ALY_TimeBasedEnvelope_1Ch": taught("TimeBasedEnvelope_1Ch", sFilePath="Long.tas"),
    "FB_ALY_TimeBasedTeachPath_1Ch": taught("TimeBasedTeachPath_1Ch", nSegmentSize=2000),
}


def typical_setup(cls: type[AlgorithmBlock]) -> Setup:
    """The one given above, else the block's example, else one that its declaration allows."""
    if cls.__name__ in SETUPS:
        return SETUPS[cls.__name__]
    if "Configure" in cls.methods and {i.name for i in cls.methods["Configure"].inputs} <= set(cls.example):
        names = [i.name for i in cls.methods["Configure"].inputs]
        calls = (("Configure", {n: cls.example[n] for n in names}),)
        setup = Setup(calls=calls)
        if setup.configure(setup.new(cls)):
            return setup
    import warnings

    with warnings.catch_warnings():  # hypothesis would rather have its strategies drawn from inside a test
        warnings.simplefilter("ignore")
        return setups(cls).example()


def stream(fb: Any, rows: int) -> tuple[np.ndarray, np.ndarray, dict[str, Any]]:
    """A noisy triangle per channel, a row per millisecond; further inputs of Call are constant."""
    times = START_NS + np.arange(1, rows + 1, dtype=np.uint64) * np.uint64(MS)
    rng, channels = np.random.default_rng(1), getattr(fb, "_n", 0)
    wave = np.abs(np.arange(rows) % 200 - 100) / 50 - 1
    values = wave[:, None] + rng.normal(0, 0.2, (rows, channels))
    if isinstance(fb, TextBlock):
        values = np.array(["OK", "not OK", "Part 4711 rejected"])[rng.integers(0, 3, (rows, channels))]
    if fb.channel_dtype is np.int64:
        values = (values * 1e9).astype(np.int64)
    values = values[:, 0] if channels == 1 else values
    inputs = {i.name: i.default for i in fb.methods["Call"].values if i.name != "tTimestamp"}
    for declared in fb.methods["Call"].values:
        if declared.name in inputs and not isinstance(inputs[declared.name], (bool, int, float)):
            inputs[declared.name] = 1 if declared.type.name == "BOOL" else declared.type.initial
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
    targets = result_arrays(fb)
    targets |= {fb.methods["Call"].pointers[n]: a.nbytes for n, a in targets.items()}
    takes_time = any(i.name == "tTimestamp" for i in fb.methods["Call"].inputs)
    given = [*(["tTimestamp=t"] if takes_time else []), *(f"{n}={n}" for n in (inputs | targets))]
    scalar = [f.name for f in fb.fields if f.role is Role.OUTPUT and f.type.ctype is not None and f.type.is_direct]
    lines += [f"    call({', '.join(given)})", f"    fb.{scalar[-1]}"]
    names = {**inputs, **targets}
    source = f"def run(fb, rows{''.join(f', {n}' for n in names)}):\n"
    source += "  set_value, call = getattr(fb, 'SetChannelValue', None), fb.Call\n  for t, x in rows:\n"
    source += "\n".join(lines) + "\n"
    namespace: dict[str, Any] = {}
    exec(source, namespace)
    columns = values.tolist() if channels else [0.0] * cycles
    best = float("inf")
    for _ in range(ROUNDS):
        fb.Reset()
        rows = list(zip(times.tolist(), columns, strict=True))
        started = time.thread_time_ns()
        namespace["run"](fb, rows, **names)
        best = min(best, (time.thread_time_ns() - started) / cycles)
    assert not fb.bError, fb.ipResultMessage
    return best


def rows_per_second(fb: Any, rows: int) -> float:
    """Replay, without the allocation of the trace being counted twice: a first round warms the memory."""
    times, values, inputs = stream(fb, rows)
    inputs |= dict.fromkeys(fb.results | fb.traced)
    best = float("inf")
    for _ in range(ROUNDS):
        fb.Reset()
        started = time.thread_time_ns()
        trace = fb.replay(times, values, **inputs)
        best = min(best, (time.thread_time_ns() - started) / rows)
    assert not trace["bError"][-1]
    return 1e9 / best


def report_blocks(names: list[str], rows: int, cycles: int) -> None:
    print(f"{'block':34} {'ns per cycle':>12} {'ns per row':>11} {'million rows/s':>15}")
    found = []
    for cls in [find_block(n) for n in names] or all_blocks():
        if not issubclass(cls, AlgorithmBlock) or "Call" not in cls.methods or cls.step is None:
            continue
        if cls.__name__ not in SETUPS and ("SetChannelValue" not in cls.methods or "UpdateState" in cls.methods):
            print(f"{short_name(cls.__name__):34} (other setters, or files: not measured here)")
            continue
        fb = typical_setup(cls).build(cls)
        rate, cycle = rows_per_second(fb, rows), cycle_ns(fb, cycles)
        found.append(cycle)
        print(f"{short_name(cls.__name__):34} {cycle:12,.0f} {1e9 / rate:11.1f} {rate / 1e6:15.1f}", flush=True)
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
            store_path(np.zeros(int(options.rows)), "Long.tas")  # one period for all rows
            report_blocks(options.blocks, int(options.rows), int(options.cycles))
    if options.windows or not options.blocks:
        report_windows(int(options.rows))


if __name__ == "__main__":
    main()
