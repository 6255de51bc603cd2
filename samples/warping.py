"""Cycles beside a reference cycle: why time warping, and not just the difference.

A press closes once every 2 s. Its force curve is compared with a reference curve, cycle by cycle. The drive is not
equally fast every day: the curve comes later and is stretched, which is no fault. Later the tool has a crack: the curve
comes in time, but the force gives way at 62 of 80 kN. The plain sum of differences takes the slow cycles for the worse
ones. The warped distance of FB_ALY_DynamicTimeWarpingInterval follows each curve in its own time, so that the slow
cycles come out close to the reference and the cracked ones far away.

    python samples/warping.py
    python samples/warping.py --picture warping.png          and what it looks like
"""

import argparse

import numpy as np

from alycat.blocks import FB_ALY_DynamicTimeWarpingInterval
from alycat.runtime import Plc, Program
from alycat.runtime.iec import LREAL
from alycat.sim.faults import Course
from alycat.sim.noise import Noise
from alycat.sim.signals import OperatingPoints, Switch

CYCLE = 200  # values
GOOD = OperatingPoints((0, 30, 80, 0), ("500ms", "400ms", "400ms", "700ms"), change="200ms")
SLOW = OperatingPoints((0, 30, 80, 0), ("700ms", "480ms", "480ms", "340ms"), change="260ms")
CRACKED = OperatingPoints((0, 30, 62, 0), ("500ms", "400ms", "400ms", "700ms"), change="200ms")


class MAIN(Program):
    fReference: LREAL
    fForce: LREAL
    fDifference: LREAL

    def __init__(self) -> None:
        self.fbWarping = FB_ALY_DynamicTimeWarpingInterval(nNumChannels=1)
        self.fbWarping.Configure(nWindowSize=CYCLE)
        self.aDistance = np.zeros(1)
        self._sum = 0.0

    def cycle(self) -> None:
        self.fbWarping.SetChannelValue(0, self.fReference)
        self.fbWarping.SetChannelValue(1, self.fForce)
        self.fbWarping.Call()
        self._sum += abs(self.fForce - self.fReference)
        if self.fbWarping.bNewResult:
            self.fbWarping.GetOutputArray(self.aDistance, self.aDistance.nbytes)
            self.fDifference, self._sum = self._sum, 0.0


plc = Plc()
main = MAIN()
task = plc.task("PlcTask", cycle_time="10ms", programs=[main])
slow_days, cracked_days = Course("20s", end="40s"), Course("60s")
force = Switch(slow_days, SLOW, Switch(cracked_days, CRACKED, GOOD)) + Noise(sigma=0.5, seed=3, every="10ms")
task.link(GOOD.starting(plc), "MAIN.fReference")
task.link(force.starting(plc), "MAIN.fForce")


def way(a: np.ndarray, b: np.ndarray) -> list[tuple[int, int]]:
    """Which value of `b` each value of `a` was compared with."""
    table = np.full((len(a) + 1, len(b) + 1), np.inf)
    table[0, 0] = 0.0
    for i, x in enumerate(a):
        for j, y in enumerate(b):
            table[i + 1, j + 1] = abs(x - y) + min(table[i, j + 1], table[i + 1, j], table[i, j])
    steps = [(len(a), len(b))]
    while steps[-1] != (1, 1):
        i, j = steps[-1]
        steps.append(min(((i - 1, j - 1), (i - 1, j), (i, j - 1)), key=lambda place: table[place]))
    return [(i - 1, j - 1) for i, j in steps]


def draw(path: str, rows: list[tuple[float, float]]) -> None:
    """A slow and a cracked cycle over the reference, with what was compared with what, and both figures per cycle."""
    from matplotlib.figure import Figure

    figure = Figure((9, 6), layout="constrained")
    grid = figure.add_gridspec(2, 2)
    t = np.arange(CYCLE) / 100
    reference = GOOD.samples((t * 1e9).astype(np.int64))
    for place, (name, second) in enumerate((("slow", 30), ("cracked", 70))):
        panel = figure.add_subplot(grid[0, place])
        seen = force.samples(((t + second) * 1e9).astype(np.int64))
        for i, j in way(reference, seen)[::4]:
            panel.plot([t[i], t[j]], [reference[i] + 100, seen[j]], color="#c8c8c8", linewidth=0.6)
        panel.plot(t, reference + 100, color="#333333", label="reference (moved up)")
        panel.plot(t, seen, color="#009E73" if name == "slow" else "#A3123A", label=f"a {name} cycle")
        panel.set(xlabel="s", ylabel="kN")
        panel.legend(frameon=False, fontsize=8, loc="upper right")
        panel.set_ylim(-8, 225)
        if place == 0:
            panel.set_title("Cycles beside a reference cycle", loc="left", fontweight="bold")
        panel.spines[["top", "right"]].set_visible(False)
    panel = figure.add_subplot(grid[1, :])
    cycles = np.arange(1, len(rows) + 1)
    panel.plot(cycles, [r[1] for r in rows], "o-", color="#9a9a9a", markersize=4, label="sum of differences")
    panel.plot(cycles, [r[0] for r in rows], "o-", color="#0072B2", markersize=4, label="warped distance")
    for begin, end, text in ((10.5, 20.5, "slow"), (30.5, 40.5, "cracked")):
        panel.axvspan(begin, end, color="#D55E00", alpha=0.08)
        panel.annotate(text, ((begin + end) / 2, 0.8), xycoords=("data", "axes fraction"), ha="center")
    panel.set(xlabel="cycle", ylabel="distance from the reference", ylim=(0, None))
    panel.legend(frameon=False, loc="center left")
    panel.spines[["top", "right"]].set_visible(False)
    figure.savefig(path, dpi=100)


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description="Cycles compared with a reference by time warping.")
    parser.add_argument("--picture", help="draw to this file")
    options = parser.parse_args()
    rows = []
    for _ in range(40):
        plc.run(duration="2s")
        rows.append((float(main.aDistance[0]), float(main.fDifference)))
    print("cycles              warped distance   sum of differences")
    for name, first in (("as the reference", 0), ("slow", 10), ("as the reference", 20), ("cracked", 30)):
        part = np.array(rows[first : first + 10]).mean(axis=0)
        print(f"{first + 1:2}-{first + 10} {name:18} {part[0]:9.0f} {part[1]:18.0f}")
    if options.picture:
        draw(options.picture, rows)
