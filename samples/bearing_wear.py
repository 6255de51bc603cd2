"""A bearing that wears: what the factors of a vibration tell, and when.

For two minutes the bearing runs well, under changing load: the acceleration is noise that swells and fades. Then a
first pit appears: every 26 ms a ball runs over it and strikes. The clearance factor, which weighs peaks most, sees the
strikes soon: it relates the signal to itself, so the load does not matter. The standard deviation has to leave the
range of the load first. From the fourth minute on the damage spreads over the raceway: now everything is rough, the
peaks drown in the noise and the factors fall back, although the bearing is worse than ever. That is why one watches
both: a factor for the beginning, the standard deviation for the end.

    python samples/bearing_wear.py
    python samples/bearing_wear.py --picture bearing_wear.png          and what it looks like
"""

import argparse

import numpy as np

from alycat.blocks import (
    E_ALY_WindowMode,
    FB_ALY_ClearanceFactor,
    FB_ALY_ImpulseFactor,
    FB_ALY_ShapeFactor,
    FB_ALY_StandardDeviation,
)
from alycat.runtime import Plc, Program
from alycat.runtime.iec import LREAL
from alycat.sim.noise import Noise
from alycat.sim.signals import Pulse, Ramp, Sine

WINDOW = 2500  # values, 5 s
FIRST_PIT, SPREADING, END = 120, 240, 360  # s
NAMES = ("fClearance", "fImpulse", "fShape", "fDeviation")


class MAIN(Program):
    fVibration: LREAL
    fClearance: LREAL
    fImpulse: LREAL
    fShape: LREAL
    fDeviation: LREAL

    def __init__(self) -> None:
        self.fbClearance = FB_ALY_ClearanceFactor(nNumChannels=1)
        self.fbImpulse = FB_ALY_ImpulseFactor(nNumChannels=1)
        self.fbShape = FB_ALY_ShapeFactor(nNumChannels=1)
        self.fbDeviation = FB_ALY_StandardDeviation(nNumChannels=1)
        mode = E_ALY_WindowMode.FixWindow
        for block in (self.fbClearance, self.fbImpulse, self.fbShape):
            block.Configure(eWindowMode=mode, nWindowSize=WINDOW)
        self.fbDeviation.Configure(bUseBesselCorrection=True, eWindowMode=mode, nWindowSize=WINDOW)
        self._result = np.zeros(1)

    def _value(self, block: FB_ALY_ClearanceFactor) -> float:
        block.GetChannelOutputValue(1, self._result)
        return float(self._result[0])

    def cycle(self) -> None:
        for block in (self.fbClearance, self.fbImpulse, self.fbShape, self.fbDeviation):
            block.SetChannelValue(1, self.fVibration)
            block.Call()
        if self.fbDeviation.bNewResult:
            self.fClearance, self.fImpulse = self._value(self.fbClearance), self._value(self.fbImpulse)
            self.fShape, self.fDeviation = self._value(self.fbShape), self._value(self.fbDeviation)


plc = Plc()
main = MAIN()
task = plc.task("PlcTask", cycle_time="2ms", programs=[main])

noise = Noise(sigma=1.0, seed=7, every="2ms")
strikes = Pulse(high=1.0, low=0.0, period="26ms", width="2ms") * Ramp(rate=0.1, begin="2min", end="6min")
roughness = 1.0 + Ramp(rate=0.04, begin="4min")
load = Sine(amplitude=0.3, period="47s") + 1.0
vibration = load * (noise * roughness + strikes)
task.link(vibration.starting(plc), "MAIN.fVibration")


def draw(path: str, rows: np.ndarray) -> None:
    """Above what was measured, below what the blocks make of it, each relative to its value at the beginning."""
    from matplotlib.figure import Figure

    figure = Figure((9, 6.5), layout="constrained")
    above, below = figure.subplots(2, 1, sharex=True, height_ratios=(1, 1.5))
    t = np.arange(0, END * 1000, 4)
    above.plot(t / 60_000, vibration.samples(t * 1_000_000), color="#7f7f7f", linewidth=0.3)
    above.set_ylabel("acceleration")
    above.set_title("A bearing that wears", loc="left", fontweight="bold")
    start = rows[rows[:, 0] <= FIRST_PIT, 1:].mean(axis=0)
    labels = ("clearance factor", "impulse factor", "shape factor", "standard deviation")
    for column, (label, colour) in enumerate(zip(labels, ("#A3123A", "#D55E00", "#009E73", "#0072B2"), strict=True)):
        below.plot(rows[:, 0] / 60, rows[:, column + 1] / start[column], color=colour, label=label)
    below.set(xlabel="minutes", ylabel="times its value at the beginning")
    below.legend(frameon=False, loc="upper left")
    for panel in (above, below):
        for moment, text in ((FIRST_PIT, "first pit"), (SPREADING, "spreads")):
            panel.axvline(moment / 60, color="#333333", linewidth=0.8, linestyle=(0, (5, 3)))
            if panel is above:
                panel.annotate(
                    text, (moment / 60, 1), (3, 3), xycoords=("data", "axes fraction"), textcoords="offset points"
                )
        panel.spines[["top", "right"]].set_visible(False)
    figure.savefig(path, dpi=100)


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description="Factors of a bearing that wears.")
    parser.add_argument("--picture", help="draw to this file")
    options = parser.parse_args()
    rows = []
    print("  time   clearance  impulse  shape  standard deviation")
    for second in range(5, END + 1, 5):
        plc.run(duration="5s")
        rows.append((second, *(getattr(main, name) for name in NAMES)))
        if second % 30 == 0:
            print(f"{second:4} s {rows[-1][1]:10.1f} {rows[-1][2]:8.1f} {rows[-1][3]:7.2f} {rows[-1][4]:12.2f}")
    found = np.array(rows)
    calm = found[found[:, 0] <= FIRST_PIT, 1:]
    limits = calm.mean(axis=0) + 4 * calm.std(axis=0)
    for label, column in (("clearance factor", 1), ("standard deviation", 4)):
        beyond = found[:, column] > limits[column - 1]
        lasting = next(i for i in range(len(beyond)) if beyond[i : i + 6].all())
        after = found[lasting, 0] - FIRST_PIT
        print(f"{label:18} beyond its calm range for good from {after:3.0f} s after the first pit")
    if options.picture:
        draw(options.picture, found)
