"""Speed of every registered block: a cycle from Python, rows per second in replay, and sliding windows by length.

    python tests/bench/bench_blocks.py [BLOCK ...] [--seconds 60] [--rows 1e6] [--markdown] [--windows]

A cycle is what a program does: SetChannelValue for each channel, Call, one output read. A replay goes into a fresh
trace, or into one whose memory was used before (`out=`). Setups come from tests/typical.py. How it is measured, and how
far the machine can be believed: block_timing.py. The first run compiles the blocks, for some minutes.
"""

import argparse
import statistics
import sys
import tempfile
import textwrap
import time
from collections.abc import Iterable
from pathlib import Path
from typing import Any

import numpy as np

sys.path.insert(0, str(Path(__file__).resolve().parent))
sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from block_timing import Measured, Pool, Run, measured, prepared

from alycat.blocks import E_ALY_MovingAvgStartupBehaviour, FB_ALY_MovingAvg_1Ch
from alycat.runtime.block import AlgorithmBlock
from alycat.runtime.declare import Role
from alycat.runtime.registry import all_blocks, find_block, short_name
from alycat.runtime.targetpaths import use_file_folder
from alycat.runtime.textblock import TextBlock

CYCLE_NS = 600
ROWS = {"counter": 100e6, "window": 10e6}
WINDOWED = """MovingAvg_1Ch MovingIntervalCounter_1Ch SlopeAnalysis_1Ch Mean_1Ch RMS_1Ch ClearanceFactor ImpulseFactor
ShapeFactor StandardDeviation CorrelationFunction CorrelationFunctionReference WtTurbulence_1Ch DynamicTimeWarping
ShapeReconstruction""".split()
"""Blocks whose results follow from the latest values, as many as Configure says."""
LENGTHS = (10, 100, 1_000, 10_000, 100_000, 1_000_000)
ROUNDS = 9


def kind_of(fb: Any) -> str:
    """What the limits ask for: a simple counter has one channel, up to three counts or times, and no array."""
    cls = type(fb)
    if isinstance(fb, TextBlock):
        return "text"
    if short_name(cls.__name__) in WINDOWED:
        return "window"
    arrays = [f.name for f in cls.fields if f.role is Role.BUFFER and f.name not in ("x", "level")]
    exact = all(np.dtype(f.type.ctype).kind in "iu" for f in cls.fields if f.name in cls.counters)
    return "counter" if 0 < len(cls.counters) <= 3 and exact and getattr(fb, "_n", 0) == 1 and not arrays else ""


class Row:
    """A block as a line of the table."""

    def __init__(self, measured: Measured) -> None:
        self.name, self.category = short_name(type(measured.block).__name__), type(measured.block).category
        self.kind, self.channels = kind_of(measured.block), measured.channels
        self.cycle, self.spread = measured.cycle.best, measured.cycle.spread
        self.fresh, self.again = 1e9 / measured.fresh.best, 1e9 / measured.again.best
        self.cycle_met = self.cycle <= CYCLE_NS if self.channels == 1 else None
        limit = ROWS.get(self.kind)
        self.rows_met = None if limit is None else max(self.fresh, self.again) >= limit
        self.only_again = bool(self.rows_met and limit is not None and self.fresh < limit)

    def cells(self) -> list[str]:
        return [
            self.name,
            self.kind,
            str(self.channels),
            f"{self.cycle:,.0f}",
            f"{self.spread:.0%}",
            _mark(self.cycle_met),
            _millions(self.fresh),
            _millions(self.again),
            "out=" if self.only_again else _mark(self.rows_met),
        ]


HEAD = ["block", "kind", "ch", "ns", "spread", "", "fresh", "out=", ""]
WIDTHS = [32, 8, 3, 8, 7, 5, 7, 7, 5]


def _mark(is_met: bool | None) -> str:
    return "" if is_met is None else "ok" if is_met else "MISS"


def _millions(rows: float) -> str:
    return f"{rows / 1e6:.2f}" if rows < 0.995e6 else f"{rows / 1e6:.1f}" if rows < 9.95e6 else f"{rows / 1e6:.0f}"


def _line(cells: list[str]) -> str:
    parts = [cells[0].ljust(WIDTHS[0]), cells[1].ljust(WIDTHS[1])]
    parts += [c.rjust(w) for c, w in zip(cells[2:], WIDTHS[2:], strict=True)]
    return "".join(parts).rstrip()


def table(rows: list[Row]) -> Iterable[str]:
    """80 columns, by category."""
    yield " " * 43 + "cycle from Python".center(20) + "replay, million rows/s".rjust(19)
    yield _line(HEAD)
    for category in dict.fromkeys(r.category for r in rows):
        yield category
        yield from (_line([f"  {c[0]}", *c[1:]]) for c in (r.cells() for r in rows if r.category == category))


def markdown(rows: list[Row]) -> Iterable[str]:
    """The same for the README."""
    yield "| | kind | channels | ns per cycle | spread | | million rows/s | with `out=` | |"
    yield "|---|---|---|---|---|---|---|---|---|"
    for category in dict.fromkeys(r.category for r in rows):
        yield f"| **{category}** |" + " |" * 8
        yield from (f"| {' | '.join(r.cells())} |" for r in rows if r.category == category)


def verdicts(rows: list[Row]) -> Iterable[str]:
    """Each limit with the blocks that miss it."""
    single = [r for r in rows if r.cycle_met is not None]
    if single:
        median = statistics.median(r.cycle for r in single)
        yield f"cycle, median of {len(single)} blocks with one channel: {median:.0f} ns ({_limit(median)})"
    median = statistics.median(r.cycle for r in rows)
    yield f"cycle, median of all {len(rows)} blocks: {median:.0f} ns ({_limit(median)})"
    late = [f"{r.name} {r.cycle:,.0f}" for r in single if not r.cycle_met]
    yield f"cycle, each with one channel at most {CYCLE_NS} ns: {_verdict(len(single), late)}"
    for kind, limit in ROWS.items():
        of_kind = [r for r in rows if r.kind == kind]
        slow = [f"{r.name} {_millions(max(r.fresh, r.again)).strip()}" for r in of_kind if not r.rows_met]
        warm = [r.name for r in of_kind if r.only_again]
        yield (
            f"replay, each {kind} at least {limit / 1e6:.0f} million rows/s: {_verdict(len(of_kind), slow)}"
            + (f"; only with out=: {', '.join(warm)}" if warm else "")
        )


def _limit(ns: float) -> str:
    return f"limit {CYCLE_NS}: {'met' if ns <= CYCLE_NS else 'MISSED'}"


def _verdict(count: int, misses: list[str]) -> str:
    return f"{count - len(misses)} of {count}" + (f"; MISSED by {', '.join(misses)}" if misses else "")


def chosen(names: list[str]) -> list[type[AlgorithmBlock]]:
    """The blocks that can be measured, by category."""
    found = [find_block(n) for n in names] or list(all_blocks())
    found = [c for c in found if issubclass(c, AlgorithmBlock) and "Call" in c.methods and c.step is not None]
    return sorted(found, key=lambda c: (c.category, c.__name__))


def progress(text: str) -> None:
    """A line that the next one replaces, for a person at a terminal."""
    if sys.stderr.isatty():
        print(f"\r\033[K{text}", end="", file=sys.stderr, flush=True)


def report_blocks(names: list[str], seconds: float, rows: int, as_markdown: bool) -> None:
    classes, pool, blocks = chosen(names), Pool(rows), []
    for cls in classes:
        progress(f"preparing {len(blocks) + 1} of {len(classes)}: {short_name(cls.__name__)}")
        blocks.append(prepared(cls, pool))
    started = time.monotonic()
    for run in measured(blocks, seconds):
        progress(f"round {run.rounds}, {time.monotonic() - started:.0f} of {seconds:.0f} s")
    progress("")
    lines = [Row(b) for b in run.blocks]
    print("\n".join(markdown(lines) if as_markdown else table(lines)))
    for text in ["", *verdicts(lines), "", *notes(run)]:
        print("\n".join(textwrap.wrap(text, 80, subsequent_indent="    ")), flush=True)


def notes(run: Run) -> Iterable[str]:
    yield f"ns: the best of {run.rounds} rounds; spread: how much slower the median round was."
    yield f"Limits: {CYCLE_NS} ns with one channel; million rows/s: 100 for counters, 10 for windows."
    yield run.machine()


def report_windows(rows: int) -> None:
    """FB_ALY_MovingAvg_1Ch, which has all parts of a window, in its steady state."""
    values = np.random.default_rng(2).normal(size=rows)
    blocks, figures = [], dict.fromkeys(LENGTHS, float("inf"))
    for length in LENGTHS:
        fb = FB_ALY_MovingAvg_1Ch()
        fb.Configure(length, E_ALY_MovingAvgStartupBehaviour.AvgOverExisting)
        fb.replay(None, np.zeros(2 * length))
        blocks.append((length, fb))
    out = fb.replay(None, values)
    for _ in range(ROUNDS):
        for length, fb in blocks:
            started = time.thread_time_ns()
            fb.replay(None, values, out=out)
            figures[length] = min(figures[length], (time.thread_time_ns() - started) / rows)
    print(f"\nsliding window (average, minimum, maximum), ns per row in replay over {rows:,} rows,\nby its length")
    print("".join(f"{length:>11,}" for length in figures))
    print("".join(f"{figure:11.1f}" for figure in figures.values()))


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("blocks", nargs="*", help="all of them unless named")
    parser.add_argument("--seconds", type=float, default=60, help="how long all blocks are measured")
    parser.add_argument("--rows", type=float, default=1e6, help="rows of a replay, at most")
    parser.add_argument("--markdown", action="store_true", help="the table for the README")
    parser.add_argument("--windows", action="store_true", help="only the sliding windows")
    options = parser.parse_args()
    if not options.windows:
        with tempfile.TemporaryDirectory() as folder, use_file_folder(folder):
            report_blocks(options.blocks, options.seconds, int(options.rows), options.markdown)
    if options.windows or not options.blocks:
        report_windows(int(options.rows))


if __name__ == "__main__":
    main()
