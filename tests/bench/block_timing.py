"""How fast a block is: one cycle from Python and one row of a replay, measured in rounds over many blocks.

On a machine that is shared a figure may double from one minute to the next. So nothing is measured at a stretch: each
round takes a few milliseconds of each block, a fixed loop in Python runs before each of them, and the best round
counts. What the loop needed, in the best and in the usual case, tells how much the machine can be believed.
Times are CPU times of one thread.
"""

import statistics
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from typical import call_inputs, typical_block

from alycat.blocks import FB_ALY_TimeBasedEnvelope_1Ch
from alycat.runtime.block import AlgorithmBlock
from alycat.runtime.declare import Role
from alycat.runtime.testing import result_arrays
from alycat.runtime.textblock import TextBlock

MS = 10**6
START_NS = 757_382_400 * 10**9
TEXTS = ("OK", "not OK", "Part 4711 rejected")
ELEMENTS = 40
CYCLES, CYCLES_MS = 4000, 1.5
ROWS_MS = 6.0  # of a replay, as far as there are rows
USUAL_LOOP_NS = 54.0  # one step of the fixed loop on the machine of the README when it is quiet
QUIET = 1.15


# ---- what a cycle and a replay are -----------------------------------------------------------------------------------


def stream(fb: Any, rows: int) -> tuple[np.ndarray, np.ndarray, dict[str, Any]]:
    """A noisy triangle per channel, a row per millisecond; further inputs of Call are constant."""
    times = START_NS + np.arange(1, rows + 1, dtype=np.uint64) * np.uint64(MS)
    rng, channels = np.random.default_rng(1), getattr(fb, "_n", 0)
    wave = np.abs(np.arange(rows) % 200 - 100) / 50 - 1
    values = wave[:, None] + rng.normal(0, 0.2, (rows, channels))
    if not channels:
        values = np.resize(wave, (rows, ELEMENTS if hasattr(fb, "_array") else 0))  # an array for each call
    elif type(fb).__name__ == "FB_ALY_BandwidthClassificator_3Ch":
        values[:, 1:].sort(axis=1)
    elif type(fb).__name__ == "FB_ALY_AM8xxxSSD":
        values = np.floor(np.abs(values) * 1e6)
    elif "SetChannelValues" in fb.methods:
        values[:, :-1:2] = values[:, :-1:2] > 0  # a condition beside each value
    if isinstance(fb, TextBlock):
        values = np.array(TEXTS)[rng.integers(0, len(TEXTS), (rows, channels))]
    elif fb.channel_dtype is np.int64:
        values = (values * 1e9).astype(np.int64)
    return times, values[:, 0] if channels == 1 else values, call_inputs(type(fb))


def setters(fb: Any, channels: int) -> list[str]:
    """The statements that set all channels to the elements of x, or to x itself if there is one."""
    names = fb.methods
    if "SetChannelValues" in names:
        lines = [f"SetChannelValues({c + 1}, x[{2 * c}], x[{2 * c + 1}])" for c in range(channels // 2)]
        return [*lines, f"SetDefaultChannelValue(x[{channels - 1}])"]
    if "SetInflowChannelValue" in names:
        inflow = fb.nNumChannelsInflow
        lines = [f"SetInflowChannelValue({c + 1}, x[{c}])" for c in range(inflow)]
        return lines + [f"SetOutflowChannelValue({c - inflow + 1}, x[{c}])" for c in range(inflow, channels)]
    if channels and len(names["SetChannelValue"].inputs) == 1:
        return ["SetChannelValue(x)"]
    first = getattr(fb, "first_channel", 1)
    return [f"SetChannelValue({c + first}, x{f'[{c}]' if channels > 1 else ''})" for c in range(channels)]


def cycle_source(fb: Any, names: list[str], targets: list[str]) -> str:
    """A loop over rows (t, x), written out as a program writes its cycle: set, call, read one output."""
    given = ["tTimestamp=t"] if any(i.name == "tTimestamp" for i in fb.methods["Call"].inputs) else []
    given += [f"{n}={n}" for n in [*names, *targets]]
    if hasattr(fb, "_array"):
        given = ["pArrayIn=x", f"nArrayInSize={8 * ELEMENTS}"]
    scalar = [f.name for f in fb.fields if f.role is Role.OUTPUT and f.type.ctype is not None and f.type.is_direct]
    lines = [*setters(fb, getattr(fb, "_n", 0)), f"Call({', '.join(given)})", scalar[-1]]
    head = f"def run({', '.join(['fb', 'rows', *names, *targets])}):\n    for t, x in rows:\n"
    return head + "".join(f"        fb.{line}\n" for line in lines)


def cycle_runner(fb: Any) -> Callable[[int], float]:
    """A function: number of cycles -> ns for each."""
    times, values, inputs = stream(fb, CYCLES)
    targets = result_arrays(fb)
    targets |= {fb.methods["Call"].pointers[n]: a.nbytes for n, a in targets.items()}
    columns = list(values) if hasattr(fb, "_array") else values.tolist()
    rows = list(zip(times.tolist(), columns, strict=True))
    namespace: dict[str, Any] = {}
    exec(cycle_source(fb, list(inputs), list(targets)), namespace)

    def run(count: int) -> float:
        fb.Reset()
        part = rows[:count]
        started = time.thread_time_ns()
        namespace["run"](fb, part, **inputs, **targets)
        spent = time.thread_time_ns() - started
        assert not fb.bError, fb.ipResultMessage
        return spent / count

    return run


class Pool:
    """Streams that several blocks share, and memory for their traces."""

    def __init__(self, rows: int) -> None:
        self.rows = rows
        self._streams: dict[Any, tuple[np.ndarray, np.ndarray]] = {}
        self._bytes = np.zeros(0, np.uint8)

    def stream(self, fb: Any) -> tuple[np.ndarray, np.ndarray, dict[str, Any]]:
        special = type(fb).__name__ if type(fb).__name__.endswith(("_3Ch", "SSD", "Multiplexer")) else ""
        key = getattr(fb, "_n", 0), isinstance(fb, TextBlock), fb.channel_dtype, hasattr(fb, "_array"), special
        if key not in self._streams:
            self._streams[key] = stream(fb, self.rows)[:2]
        return *self._streams[key], call_inputs(type(fb))

    def trace(self, dtype: np.dtype[Any], rows: int) -> np.ndarray:
        """An array over memory that was used before."""
        size = rows * dtype.itemsize
        if len(self._bytes) < size:
            self._bytes = np.ones(size, np.uint8)
        return self._bytes[:size].view(dtype)


def replay_runner(fb: Any, pool: Pool, reuse: bool) -> Callable[[int], float]:
    """A function: number of rows -> ns for each, into a fresh trace or into one whose memory was used before."""
    times, values, inputs = pool.stream(fb)
    inputs |= dict.fromkeys(fb.results | fb.traced)
    dtype = fb.replay(times[:2], values[:2], **inputs).dtype

    def run(count: int) -> float:
        fb.Reset()
        out = pool.trace(dtype, count) if reuse else None
        started = time.thread_time_ns()
        trace = fb.replay(times[:count], values[:count], out=out, **inputs)
        spent = time.thread_time_ns() - started
        assert not trace["bError"][-1], fb.ipResultMessage
        return spent / count

    return run


# ---- rounds ----------------------------------------------------------------------------------------------------------


def fixed_loop() -> float:
    """What one step of a loop in Python costs now, ns; it does nothing but that."""
    x, started = 1, time.thread_time_ns()
    for _ in range(20_000):
        x = (x * 5 + 1) & 0xFFFF
    return (time.thread_time_ns() - started) / 20_000


@dataclass
class Figure:
    """One kind of measurement: ns per cycle or row in each round."""

    run: Callable[[int], float]
    count: int
    ns: list[float] = field(default_factory=list)

    @property
    def best(self) -> float:
        return min(self.ns)

    @property
    def spread(self) -> float:
        """How much slower the usual round was than the best."""
        return statistics.median(self.ns) / self.best - 1


@dataclass
class Measured:
    """A block with its figures."""

    block: Any
    cycle: Figure
    fresh: Figure
    again: Figure

    @property
    def channels(self) -> int:
        return int(getattr(self.block, "_n", 0))


@dataclass
class Run:
    """All blocks, and the machine that they ran on."""

    blocks: list[Measured]
    rounds: int
    loop: list[float]

    def machine(self) -> str:
        """How far the machine can be believed."""
        best, usual = min(self.loop), statistics.median(self.loop)
        if best > QUIET * USUAL_LOOP_NS:
            verdict = "SLOW all the time: run it again"
        else:
            verdict = "quiet" if usual < QUIET * best else "noisy: figures of the best rounds only"
        return (
            f"machine {verdict}. A fixed loop of Python, looked at {len(self.loop):,} times between the blocks, took "
            f"{best:.1f} ns per step at best, {best / USUAL_LOOP_NS:.2f} times what it takes where the README was "
            f"measured, and {usual:.1f} in the median."
        )


def prepared(cls: type[AlgorithmBlock], pool: Pool) -> Measured:
    """A block with batches that take about as long as those of the others."""
    curve = np.zeros(pool.rows) if cls is FB_ALY_TimeBasedEnvelope_1Ch else None  # one long period
    fb = typical_block(cls, curve)
    cycle, fresh, again = cycle_runner(fb), replay_runner(fb, pool, False), replay_runner(fb, pool, True)
    cycles = int(min(CYCLES, max(50, CYCLES_MS * MS / cycle(50))))
    rows = int(min(pool.rows, max(100, ROWS_MS * MS / min(again(100), again(1000)))))
    rows = int(min(pool.rows, max(100, ROWS_MS * MS / again(rows))))
    return Measured(fb, Figure(cycle, cycles), Figure(fresh, rows), Figure(again, rows))


def measured(blocks: list[Measured], seconds: float) -> Iterator[Run]:
    """Rounds over all blocks for so long, at least three; the state after each round."""
    run, end = Run(blocks, 0, []), time.monotonic() + seconds
    while run.rounds < 3 or time.monotonic() < end:
        for each in blocks:
            run.loop.append(fixed_loop())
            for figure in (each.cycle, each.fresh, each.again):
                figure.ns.append(figure.run(figure.count))
        run.rounds += 1
        yield run
