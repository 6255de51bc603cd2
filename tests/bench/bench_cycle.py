"""Speed of the cycle: empty programs per second, memory over a long run, and lateness in real time.

    python tests/bench/bench_cycle.py [--cycles 5e6] [--memory-cycles 86.4e6] [--real-time 10] [--cycle-time 1ms]

The lateness of the Plc stands beside that of a bare clock_nanosleep loop on the same grid; the two take turns, so that
a busy machine is busy for both.
"""

import argparse
import ctypes
import gc
import statistics
import time
from collections.abc import Callable

import numpy as np

from alycat.runtime import Plc, Program, RealTimeClock
from alycat.runtime.dctime import parse_duration
from alycat.runtime.iec import BOOL, LREAL

ROUNDS = 5


class MAIN(Program):
    fInput: LREAL
    bOn: BOOL

    def cycle(self) -> None:
        pass


def single() -> Plc:
    plc = Plc()
    plc.task("PlcTask", "1ms", programs=[MAIN()])
    return plc


def linked() -> Plc:
    plc = single()
    plc.tasks[0].link(float, "MAIN.fInput")
    return plc


def recorded() -> Plc:
    plc = single()
    plc.tasks[0].record("MAIN.fInput", "MAIN.bOn", capacity=10_000)
    return plc


def double() -> Plc:
    plc = single()
    plc.task("Second", "1ms", programs=[("SECOND", MAIN())])
    return plc


def tenfold() -> Plc:
    plc = single()
    plc.task("Slow", "10ms", programs=[("SLOW", MAIN())])
    return plc


def cycles_per_second(build: Callable[[], Plc], cycles: int) -> list[float]:
    """Each round on its own; cycles of all tasks are counted."""
    plc, rates = build(), []
    for _ in range(ROUNDS):
        started = time.perf_counter()
        result = plc.run(cycles=cycles // ROUNDS)
        rates.append(sum(result.cycles.values()) / (time.perf_counter() - started))
    return rates


def resident_kib() -> int:
    with open("/proc/self/statm") as file:
        return int(file.read().split()[1]) * 4


def report_speed(cycles: int) -> None:
    print(f"cycles per second of an empty program on the virtual clock, median (best) of {ROUNDS}:")
    for build in (single, tenfold, double, linked, recorded):
        rates = cycles_per_second(build, cycles)
        print(f"  {build.__name__:10} {statistics.median(rates):12,.0f} ({max(rates):,.0f})")


def report_memory(cycles: int) -> None:
    plc = single()
    plc.run(cycles=100_000)
    gc.collect()
    before, started = resident_kib(), time.perf_counter()
    plc.run(cycles=cycles)
    elapsed = time.perf_counter() - started
    print(f"memory over {cycles:,} cycles in {elapsed:.1f} s: {before:,} KiB before, {resident_kib():,} KiB after")


# --- real time -------------------------------------------------------------------------------------------------------


class Timespec(ctypes.Structure):
    _fields_ = (("seconds", ctypes.c_long), ("nanoseconds", ctypes.c_long))


def bare_lateness(period_ns: int, cycles: int) -> list[int]:
    """An absolute clock_nanosleep per tick and nothing else."""
    sleep, late = ctypes.CDLL(None).clock_nanosleep, []
    due = time.monotonic_ns()
    for _ in range(cycles):
        due += period_ns
        until = Timespec(*divmod(due, 10**9))
        sleep(time.CLOCK_MONOTONIC, 1, ctypes.byref(until), None)
        late.append(time.monotonic_ns() - due)
    return late


class Punctual(Program):
    def __init__(self) -> None:
        self.late: list[int] = []

    def cycle(self) -> None:
        self.late.append(self.task.plc.clock.now() - self.task.info.DcTaskTime)


def plc_lateness(period_ns: int, cycles: int, spin: str) -> list[int]:
    plc, program = Plc(RealTimeClock(spin=spin)), Punctual()
    task = plc.task("PlcTask", period_ns, programs=[program])
    plc.run(cycles=cycles)
    assert plc.start_ns is not None
    assert (task.info.DcTaskTime - plc.start_ns) % period_ns == 0, "the grid has drifted"
    return program.late


def report_lateness(seconds: float, period_ns: int) -> None:
    turns = 5
    cycles = max(10, int(seconds * 1e9 / period_ns / turns))
    contenders: dict[str, Callable[[], list[int]]] = {
        "clock_nanosleep": lambda: bare_lateness(period_ns, cycles),
        **{f"Plc, spin {s}": lambda s=s: plc_lateness(period_ns, cycles, s) for s in ("0us", "100us", "200us")},
    }
    late: dict[str, list[int]] = {name: [] for name in contenders}
    for _ in range(turns):
        for name, measure in contenders.items():
            late[name] += measure()
    print(f"lateness in us at {period_ns / 1e6:g} ms, {turns * cycles:,} cycles each:")
    for name, values in late.items():
        p50, p99, p999 = np.percentile(values, [50, 99, 99.9]) / 1000
        print(f"  {name:18} p50 {p50:7.1f}  p99 {p99:7.1f}  p99.9 {p999:7.1f}  max {max(values) / 1000:8.1f}")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--cycles", type=float, default=2e6, help="cycles per speed measurement")
    parser.add_argument("--memory-cycles", type=float, default=5e6, help="86.4e6 is a day of 1 ms cycles")
    parser.add_argument("--real-time", type=float, default=5, help="seconds per contender; 0 leaves it out")
    parser.add_argument("--cycle-time", default="1ms", help="of the real-time part")
    options = parser.parse_args()
    report_speed(int(options.cycles))
    report_memory(int(options.memory_cycles))
    if options.real_time:
        report_lateness(options.real_time, parse_duration(options.cycle_time))


if __name__ == "__main__":
    main()
