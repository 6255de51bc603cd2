"""How fast FB_ALY_DenStream is, beside a C yardstick and beside River, and what start-up and memory cost.

    python tests/bench/bench_denstream.py [--quick] [--json FILE] [--only W1,W2]

CPU time of the thread unless a table says otherwise; contenders take turns, minimum and median over the repetitions.
Before anything is timed, labels are compared with the oracle and with the yardstick. Compare figures of one run only.
"""

import argparse
import json
import os
import platform
import re
import statistics
import subprocess
import sys
import time
import tracemalloc
from collections.abc import Callable
from importlib.metadata import version
from pathlib import Path
from typing import Any

import numpy as np
from contenders import RIVER_START, Yardstick, against_oracle, partition_agreement, run_river, scratch_folder
from rich.console import Console
from rich.table import Table
from workloads import PROJECT, Workload, frozen_shape, known_names, workloads

CONSOLE = Console(width=80)
CHUNK = 2_000  # cycles between two looks at the clock


class Effort:
    """How long to measure."""

    def __init__(self, quick: bool) -> None:
        self.rows = 30_000 if quick else None
        self.repetitions = 3 if quick else 9
        self.oracle_s = 0.5 if quick else 3.0
        self.river_s = 1.0 if quick else 4.0
        self.python_rows = 20_000 if quick else 60_000
        self.memory_cycles = 100_000 if quick else 1_000_000
        self.grid_rows = 5_000 if quick else 20_000
        self.starts = 3 if quick else 5


# --- replay ----------------------------------------------------------------------------------------------------------


def bench_replay(load: Workload, effort: Effort, yardstick: Yardstick | None) -> dict[str, Any]:
    """ns per cycle of one replay after the warm rows, beside the yardstick, and how well the labels agree."""
    block, times = load.block(), load.times
    first = block.replay(times[: load.warm], load.points[: load.warm], bUpdateMCs=True)
    warm_state = block.snapshot()
    rest = block.replay(times[load.warm :], load.points[load.warm :], bUpdateMCs=True)
    labels = np.concatenate([first["nClusterIdx"], rest["nClusterIdx"]])
    result: dict[str, Any] = {
        "rows": len(labels),
        "potential": block.nNumPotMCs,
        "outliers": block.nNumOutMCs,
        "clusters": block.nNumClusters,
        "overflow": bool(block.bOverflow),
    }
    prefix = against_oracle(load, labels, effort.oracle_s)
    if prefix:
        result |= {"oracle_rows": prefix.rows, "oracle_different_at": prefix.different_at}
    ours: list[float] = []
    limits: dict[str, list[float]] = {mode: [] for mode in Yardstick.MODES}
    for _ in range(effort.repetitions):
        for mode in limits if yardstick else ():
            ns, theirs = yardstick.run(load, mode)
            limits[mode].append(ns)
        ours.append(_timed_replay(type(block).restore(warm_state), load))
    result |= {"ours_min": min(ours), "ours_median": statistics.median(ours)}
    if yardstick:
        best = min(limits.values(), key=min)
        result |= {f"limit_{mode}_min": min(values) for mode, values in limits.items()}
        result |= {"limit_min": min(best), "limit_median": statistics.median(best)}
        result["ratio"] = result["ours_min"] / result["limit_min"]
        result["same_noise"] = float(np.mean((labels < 0) == (theirs < 0)))
        result["partition_agreement"] = partition_agreement(labels, theirs)
    return result


def _timed_replay(block: Any, load: Workload) -> float:
    times, points = load.times[load.warm :], load.points[load.warm :]
    start = time.thread_time_ns()
    block.replay(times, points, bUpdateMCs=True)
    return (time.thread_time_ns() - start) / len(points)


def show_replay(results: dict[str, dict[str, Any]]) -> None:
    table = _table("Replay: ns per cycle, minimum / median", "", "MCs", "C yardstick", "alycat", "ratio", "<= 1.5")
    for name, r in results.items():
        limit = _pair(r, "limit") if "ratio" in r else "-"
        ratio = f"{r['ratio']:.2f}" if "ratio" in r else "-"
        verdict = _verdict(r["ratio"] <= 1.5) if "ratio" in r else "-"
        table.add_row(name, f"{r['potential']} + {r['outliers']}", limit, _pair(r, "ours"), ratio, verdict)
    CONSOLE.print(table)
    table = _table("Agreement of the labels", "", "rows", "oracle, rows", "yardstick, noise", "partition (ARI)")
    for name, r in results.items():
        oracle = "no oracle"
        if "oracle_rows" in r:
            at = r["oracle_different_at"]
            oracle = f"equal, {r['oracle_rows']:,}" if at < 0 else f"[red]differs at {at}[/]"
        noise = f"{r['same_noise']:.2%}" if "ratio" in r else "-"
        partition = f"{r['partition_agreement']:.4f}" if "ratio" in r else "-"
        table.add_row(name, f"{r['rows']:,}", oracle, noise, partition)
    CONSOLE.print(table)


# --- cycle by cycle from Python -----------------------------------------------------------------------------------


def two_channels(block: Any, rows: list[tuple[float, float]], t: int, step: int) -> int:
    """The loop that a user writes: every channel, Call, the result."""
    index = -1
    for first, second in rows:
        block.SetChannelValue(1, first)
        block.SetChannelValue(2, second)
        block.Call(t, True)
        index = block.nClusterIdx
        t += step
    return index


def many_channels(block: Any, rows: list[list[float]], t: int, step: int) -> int:
    index = -1
    for row in rows:
        for channel, value in enumerate(row, 1):
            block.SetChannelValue(channel, value)
        block.Call(t, True)
        index = block.nClusterIdx
        t += step
    return index


def python_loop(load: Workload) -> Callable[..., int]:
    return two_channels if load.channels == 2 else many_channels


def bench_python(load: Workload, effort: Effort) -> dict[str, Any]:
    """ns per cycle of the loop above over chunks after the warm rows; then single cycles by the wall clock."""
    block, times, loop = load.block(), load.times, python_loop(load)
    block.replay(times[: load.warm], load.points[: load.warm], bUpdateMCs=True)
    twin = type(block).restore(block.snapshot())
    step = int(times[1] - times[0])
    until = load.warm + min(effort.python_rows, (len(times) - load.warm) * 3 // 4)  # the rest is for single cycles
    chunks = []
    for start in range(load.warm, until - CHUNK + 1, CHUNK):
        rows = load.points[start : start + CHUNK].tolist()
        before = time.thread_time_ns()
        loop(block, rows, int(times[start]), step)
        chunks.append((time.thread_time_ns() - before) / CHUNK)
    done = slice(load.warm, load.warm + CHUNK * len(chunks))
    twin.replay(times[done], load.points[done], bUpdateMCs=True)
    assert twin.state_bytes() == block.state_bytes(), f"{load.name}: the loop and replay differ"
    return {"min": min(chunks), "median": statistics.median(chunks), **_single_cycles(twin, load, done.stop)}


def _single_cycles(block: Any, load: Workload, start: int) -> dict[str, float]:
    rows, times = load.points[start:].tolist()[:20_000], load.times[start:].tolist()
    loop, spent = python_loop(load), []
    for row, t in zip(rows, times, strict=False):
        before = time.perf_counter_ns()
        loop(block, (row,), t, 0)
        spent.append(time.perf_counter_ns() - before)
    return {"p99_wall": float(np.percentile(spent, 99)), "max_wall": float(max(spent))} if spent else {}


def bench_river(load: Workload, effort: Effort) -> dict[str, Any]:
    """River and our Python loop on the same rows, those after River's start."""
    river = run_river(load, effort.river_s)
    if river is None:
        return {}
    times, rows = load.times, load.points[RIVER_START : RIVER_START + river.rows].tolist()
    step = int(times[1] - times[0])
    spent = []
    for _ in range(5):
        block = load.block()
        block.replay(times[:RIVER_START], load.points[:RIVER_START], bUpdateMCs=True)
        before = time.thread_time_ns()
        python_loop(load)(block, rows, int(times[RIVER_START]), step)
        spent.append((time.thread_time_ns() - before) / river.rows)
    ours = statistics.median(spent)
    return {
        "rows": river.rows,
        "river": river.ns,
        "river_mcs": [river.potential, river.outliers],
        "our_mcs": [block.nNumPotMCs, block.nNumOutMCs],
        "ours": ours,
        "ratio": river.ns / ours,
    }


def show_python(loops: dict[str, dict[str, Any]], rivers: dict[str, dict[str, Any]], limited: str) -> None:
    table = _table("Cycle by cycle from Python: ns per cycle", "", "min", "median", "p99 wall", "max wall", "<= 1,000")
    for name, r in loops.items():
        verdict = _verdict(r["min"] <= 1000) if name == limited else "-"
        wall = [_ns(r[k]) if k in r else "-" for k in ("p99_wall", "max_wall")]
        table.add_row(name, _ns(r["min"]), _ns(r["median"]), *wall, verdict)
    CONSOLE.print(table)
    if not any(rivers.values()):
        CONSOLE.print("River is not installed (pip install alycat\\[bench]): not compared.\n")
        return
    title = "River learn_one + predict_one: ns per cycle"
    table = _table(title, "", "rows", "its MCs", "ours", "River", "alycat", "ratio", ">= 80")
    table.caption = "Both on these rows, alycat cycle by cycle. River keeps fewer MCs, so it has less to do."
    for name, r in rivers.items():
        mcs = [" + ".join(map(str, r[k])) for k in ("river_mcs", "our_mcs")]
        verdict = _verdict(r["ratio"] >= 80) if name == limited else "-"
        table.add_row(name, f"{r['rows']:,}", *mcs, _ns(r["river"]), _ns(r["ours"]), f"{r['ratio']:,.0f}", verdict)
    CONSOLE.print(table)


# --- growth, memory, start -------------------------------------------------------------------------------------------


def bench_growth(effort: Effort) -> list[dict[str, Any]]:
    """Replay on streams whose micro-clusters stay what they are, by number of micro-clusters and channels."""
    found = []
    for channels in (2, 8, 32):
        for slots in (64, 256, 1024):
            load = frozen_shape(slots, channels, effort.grid_rows)
            block = load.block()
            block.replay(load.times[: load.warm], load.points[: load.warm], bUpdateMCs=True)
            state = block.snapshot()
            assert (block.nNumPotMCs, block.nNumOutMCs) == (slots, 0), load.name
            ns = [_timed_replay(type(block).restore(state), load) for _ in range(effort.repetitions)]
            found.append({"slots": slots, "channels": channels, "min": min(ns), "median": statistics.median(ns)})
    return found


def show_growth(found: list[dict[str, Any]]) -> None:
    table = _table("Growth: replay of steady streams", "channels", "MCs", "ns per cycle", "ns per MC x channel")
    for r in found:
        size = r["slots"] * r["channels"]
        table.add_row(f"{r['channels']}", f"{r['slots']:,}", _ns(r["min"]), f"{r['min'] / size:.4f}")
    CONSOLE.print(table)


def bench_memory(load: Workload, effort: Effort) -> dict[str, Any]:
    """What tracemalloc sees from the first cycle after the warm rows to the last; the trace of replay is the result."""
    cycles = effort.memory_cycles
    points = np.ascontiguousarray(np.resize(load.points, (cycles, load.channels)))
    step = int(load.times[1] - load.times[0])
    times = load.times[0] + np.arange(cycles, dtype=np.uint64) * np.uint64(step)
    rows, loop = points[:CHUNK].tolist(), python_loop(load)
    block = load.block()
    loop(block, rows, int(times[0]), step)
    tracemalloc.start()
    before = tracemalloc.get_traced_memory()[0]
    tracemalloc.reset_peak()
    for chunk in range(1, cycles // CHUNK):
        loop(block, rows, int(times[0]) + chunk * CHUNK * step, step)
    after, peak = tracemalloc.get_traced_memory()
    result = {"cycles": cycles, "call_net": after - before, "call_peak": peak - before}
    block.Reset()
    before = tracemalloc.get_traced_memory()[0]
    tracemalloc.reset_peak()
    trace = block.replay(times, points, bUpdateMCs=True)
    peak = tracemalloc.get_traced_memory()[1]
    result |= {"replay_trace": trace.nbytes, "replay_peak": peak - before - trace.nbytes}
    del trace
    result["replay_net"] = tracemalloc.get_traced_memory()[0] - before
    tracemalloc.stop()
    return result


def show_memory(r: dict[str, Any]) -> None:
    title = f"Memory after Configure: bytes over {r['cycles']:,} cycles (tracemalloc)"
    table = _table(title, "", "net growth", "highest above start", "result")
    table.add_row("Call", f"{r['call_net']:,}", f"{r['call_peak']:,}", "-")
    table.add_row("one replay", f"{r['replay_net']:,}", f"{r['replay_peak']:,} + result", f"{r['replay_trace']:,}")
    CONSOLE.print(table)


IMPORT = """
import sys, time
start, cpu = time.perf_counter(), time.process_time()
import alycat.blocks
print(time.perf_counter() - start, time.process_time() - cpu, int("numba" in sys.modules))
"""
FIRST_CALL = """
import time
start, cpu = time.perf_counter(), time.process_time()
from alycat.blocks import FB_ALY_DenStream
imported = time.perf_counter()
from numba.core import event
compiles = event.RecordingListener()
event.register("numba:compile", compiles)
block = FB_ALY_DenStream(2)
block.Configure(0.1, 2.0, 0.1, 0.2, 3.0, 16, 16)
block.SetChannelValue(1, 0.0)
block.SetChannelValue(2, 0.0)
assert block.Call(1, True)
end = time.perf_counter()
print(end - start, time.process_time() - cpu, imported - start, end - imported, int(bool(compiles.buffer)))
"""


def bench_start(effort: Effort) -> dict[str, Any]:
    """Fresh processes: the import of all blocks, then import of the block to its first Call, cache cold and warm."""
    imports = [_child(IMPORT) for _ in range(effort.starts)]
    assert not any(numba for *_, numba in imports), "import alycat.blocks imports numba"
    with scratch_folder() as folder:
        environment = os.environ | {"ALYCAT_CACHE_DIR": folder}
        cold = _child(FIRST_CALL, environment)
        warm = [_child(FIRST_CALL, environment) for _ in range(effort.starts)]
    names = ("wall_s", "cpu_s", "import_s", "call_s", "compiled")
    return {
        "import": dict(zip(names, map(statistics.median, zip(*imports, strict=True)), strict=False)),
        "warm": dict(zip(names, map(statistics.median, zip(*warm, strict=True)), strict=True)),
        "warm_ever_compiled": any(c for *_, c in warm),
        "cold": dict(zip(names, cold, strict=True)),
    }


def _child(code: str, environment: dict[str, str] | None = None) -> list[float]:
    command = [sys.executable, "-c", code]
    said = subprocess.run(command, check=True, capture_output=True, text=True, env=environment).stdout
    return [float(word) for word in said.split()]


def show_start(r: dict[str, Any]) -> None:
    table = _table("Start of a fresh process: seconds", "", "wall", "CPU", "compiled", "limit", "wall time")
    parts, warm, cold = r["import"], r["warm"], r["cold"]
    table.add_row(
        "import alycat.blocks", _s(parts["wall_s"]), _s(parts["cpu_s"]), "no", "0.6", _verdict(parts["wall_s"] < 0.6)
    )
    compiled = r["warm_ever_compiled"]
    holds = _verdict(warm["wall_s"] < 1.0 and not compiled)
    table.add_row("to first Call, warm", _s(warm["wall_s"]), _s(warm["cpu_s"]), _yes(compiled), "1", holds)
    table.add_row("  import of the block", _s(warm["import_s"]), "-", "-", "-", "-")
    table.add_row("  Configure to Call", _s(warm["call_s"]), "-", "-", "-", "-")
    table.add_row("to first Call, cold", _s(cold["wall_s"]), _s(cold["cpu_s"]), _yes(cold["compiled"]), "-", "-")
    CONSOLE.print(table)


# --- table and machine ----------------------------------------------------------------------------------------------


def _table(title: str, *columns: str) -> Table:
    table = Table(title=title, title_justify="left", title_style="bold")
    for number, column in enumerate(columns):
        table.add_column(column, justify="right" if number else "left", no_wrap=True)
    return table


def _ns(value: float) -> str:
    return f"{value:,.0f}" if value >= 100 else f"{value:.1f}"


def _s(value: float) -> str:
    return f"{value:.3f}"


def _pair(result: dict[str, Any], name: str) -> str:
    return f"{_ns(result[f'{name}_min'])} / {_ns(result[f'{name}_median'])}"


def _verdict(holds: bool) -> str:
    return "[green]holds[/]" if holds else "[red]missed[/]"


def _yes(value: float) -> str:
    return "yes" if value else "no"


def machine() -> dict[str, Any]:
    """Where and on what the figures were taken."""
    names = re.findall(r"^model name\s*:\s*(.*)$", _text(Path("/proc/cpuinfo")), re.MULTILINE)
    git = ["git", "-C", str(PROJECT), "describe", "--always", "--dirty", "--exclude=*"]
    commit = subprocess.run(git, capture_output=True, text=True)
    return {
        "cpu": names[0] if names else platform.processor() or platform.machine(),
        "cores": os.cpu_count(),
        "load": round(os.getloadavg()[0], 2),
        "python": platform.python_version(),
        **{name: version(name) for name in ("alycat", "numba", "llvmlite", "numpy")},
        "commit": commit.stdout.strip() or "unknown",
    }


def _text(path: Path) -> str:
    return path.read_text() if path.exists() else ""


def arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--quick", action="store_true", help="shorter streams and fewer repetitions, for a first look")
    parser.add_argument("--json", type=Path, metavar="FILE", help="the same figures as JSON")
    parser.add_argument("--only", metavar="W1,W2", help=f"only these workloads, of {', '.join(known_names())}")
    given = parser.parse_args()
    given.only = given.only.split(",") if given.only else []
    unknown = [name for name in given.only if name not in known_names()]
    if unknown:
        parser.error(f"no workload {unknown[0]}; there are {', '.join(known_names())}")
    return given


def main() -> int:
    given = arguments()
    effort, names = Effort(given.quick), given.only or known_names()
    limited = known_names()[0]
    where = machine()
    report: dict[str, Any] = {"machine": where, "quick": given.quick, "replay": {}, "python": {}, "river": {}}
    missing = Yardstick.reason_against()
    with scratch_folder() as folder:
        yardstick = None if missing else Yardstick(Path(folder))
        where["yardstick"] = yardstick.code if yardstick else missing
        CONSOLE.print(", ".join(f"{key} {value}" for key, value in where.items()), highlight=False)
        for load in workloads(names, effort.rows):
            with CONSOLE.status(load.name):
                report["replay"][load.name] = bench_replay(load, effort, yardstick)
                report["python"][load.name] = bench_python(load, effort)
                report["river"][load.name] = bench_river(load, effort)
    show_replay(report["replay"])
    show_python(report["python"], report["river"], limited)
    with CONSOLE.status("growth, memory, start"):
        report["growth"] = bench_growth(effort)
        report["memory"] = bench_memory(next(workloads([limited], effort.rows)), effort)
        report["start"] = bench_start(effort)
    show_growth(report["growth"])
    show_memory(report["memory"])
    show_start(report["start"])
    if given.json:
        given.json.write_text(json.dumps(report, indent=1) + "\n")
    return int(any(r.get("oracle_different_at", -1) >= 0 for r in report["replay"].values()))


if __name__ == "__main__":
    sys.exit(main())
