"""A press is watched by its force: ten good strokes teach the curve, the others have to stay in a band around it.

A 2 ms task sees the force and two switches of the press. In the first ten strokes FB_ALY_TimeBasedTeachPath_1Ch learns
the mean curve into Press.tas, then FB_ALY_TimeBasedEnvelope_1Ch reads the file and compares. In stroke 14 the sheet is
missing; from stroke 17 on the punch becomes blunt: it breaks through later, and with more force, each time.

    python samples/press_envelope.py
    python samples/press_envelope.py --picture press.png          and what it looks like
    alycat run samples/press_envelope.py --duration 20s           Press.tas is then in the current folder
"""

import argparse
import math
import tempfile
from typing import Any

import numpy as np

from alycat.blocks import (
    E_ALY_BandMode,
    E_ALY_ReadState,
    E_ALY_TeachMode,
    E_ALY_TeachState,
    FB_ALY_TimeBasedEnvelope_1Ch,
    FB_ALY_TimeBasedTeachPath_1Ch,
)
from alycat.runtime import Plc, Program
from alycat.runtime.iec import BOOL, LREAL
from alycat.runtime.targetpaths import use_file_folder
from alycat.sim.noise import Noise

S = 10**9
TAUGHT, MISSING, BLUNT_FROM, LAST = 10, 14, 17, 20  # numbers of strokes
BAND = 6.0  # kN


class MAIN(Program):
    fForce: LREAL
    bDown: BOOL  # the slide is on its way
    bUp: BOOL  # it has come back

    def __init__(self) -> None:
        self.fbTeach = FB_ALY_TimeBasedTeachPath_1Ch()
        self.fbTeach.Configure(
            eTeachMode=E_ALY_TeachMode.Mean,
            nSegmentSize=200,
            tTimeout="5s",
            nSetNumTeaches=TAUGHT,
            bInvolveExistingFile=False,
            sFilePath="Press.tas",
            bNegateStartPeriod=False,
            bNegateStopPeriod=False,
        )
        self.fbEnvelope = FB_ALY_TimeBasedEnvelope_1Ch()
        self.fbEnvelope.Configure(
            eBandMode=E_ALY_BandMode.Absolute,
            fBand=BAND,
            nSegmentSize=200,
            tTimeout="5s",
            sFilePath="Press.tas",
            bNegateStartPeriod=False,
        )

    def cycle(self) -> None:
        is_taught = self.fbTeach.nCurrentTeachCycles == TAUGHT
        self.teach(not is_taught)
        self.compare(is_taught and self.fbTeach.eState == E_ALY_TeachState.Idle)

    def teach(self, bTeach: bool) -> None:
        """The state machine of the manual's sample."""
        fb = self.fbTeach
        if fb.eState == E_ALY_TeachState.Idle:
            if bTeach:
                fb.SwitchState_Teach()
                fb.UpdateState()
        elif fb.eState == E_ALY_TeachState.Teach:
            fb.SetChannelValue(self.fForce)
            fb.Call(bStartPeriod=self.bDown, bStopPeriod=self.bUp)
            if not bTeach:
                fb.SwitchState_Idle()
                fb.UpdateState()
        else:
            fb.UpdateState()

    def compare(self, bRead: bool) -> None:
        """The same for the envelope."""
        fb = self.fbEnvelope
        if fb.eState == E_ALY_ReadState.Idle:
            if bRead:
                fb.SwitchState_Read()
                fb.UpdateState()
        elif fb.eState == E_ALY_ReadState.Read:
            fb.SetChannelValue(self.fForce)
            fb.Call(bStartPeriod=self.bDown)
        else:
            fb.UpdateState()


class Press:
    """One stroke a second; the slide is down for half of it. As a source: the force in kN."""

    def __init__(self, start_ns: int) -> None:
        self.start_ns, self.noise = start_ns, Noise(sigma=0.8, seed=4, name="force", every="2ms")

    def at(self, t_ns: int) -> tuple[int, float]:
        """Number of the stroke and how far it is: 0 to 1 down and up again, beyond 1 at rest."""
        number, place = divmod(t_ns - self.start_ns, S)
        return number + 1, 2 * (place / S - 0.1)

    def sample(self, t_ns: int) -> float:
        number, u = self.at(t_ns)
        return force(number, u) + self.noise.sample(t_ns)


def force(number: int, u: float) -> float:
    """Contact, bending, breakthrough and what rings on after it."""
    if not 0.2 < u < 1:
        return 0.0
    if number == MISSING:
        return 4.0
    blunt = max(0, number - BLUNT_FROM + 1)
    top, breaks = 120.0 + 7 * blunt, 0.55 + 0.012 * blunt
    if u < breaks:
        return top * math.sin(math.pi / 2 * (u - 0.2) / (breaks - 0.2))
    after = u - breaks
    return (25 + (top - 25) * math.exp(-after / 0.02) + 20 * math.exp(-after / 0.08) * math.sin(after / 0.012)) * (
        1 - after / (1 - breaks)
    )


class Switch:
    """A switch of the press: closed while the stroke is in a range."""

    def __init__(self, press: Press, low: float, high: float) -> None:
        self.press, self.low, self.high = press, low, high

    def sample(self, t_ns: int) -> bool:
        return self.low <= self.press.at(t_ns)[1] < self.high


plc = Plc()
main = MAIN()
task = plc.task("PlcTask", cycle_time="2ms", programs=[main])
press = Press(plc.clock.now())
task.link(press, "MAIN.fForce")
task.link(Switch(press, 0.0, 1.0), "MAIN.bDown")
task.link(Switch(press, 1.0, 1.2), "MAIN.bUp")


def strokes(recorded: dict[str, np.ndarray]) -> list[tuple[int, slice, dict[str, int]]]:
    """Number, rows and counts of every stroke that was compared."""
    found = []
    number = (recorded["time"] - press.start_ns) // S + 1
    compared = recorded["MAIN.fbEnvelope.bExecutingCompare"]
    for stroke in range(TAUGHT + 1, LAST + 1):
        rows = np.flatnonzero(compared & (number == stroke))
        names = ("Smaller", "WithinBand", "Bigger")
        counts = {n: recorded[f"MAIN.fbEnvelope.nCount{n}"] for n in names}
        part = slice(rows[0], rows[-1] + 1)
        found.append((stroke, part, {n: int(c[rows[-1]]) - int(c[rows[0] - 1]) for n, c in counts.items()}))
    return found


def verdict(counts: dict[str, int]) -> str:
    outside = counts["Smaller"] + counts["Bigger"]
    if outside <= 5:  # single values may be out by noise
        return "good"
    return "no sheet?" if counts["Bigger"] == 0 else "blunt punch?"


def draw(path: str, recorded: dict[str, np.ndarray], found: list[tuple[int, slice, dict[str, int]]]) -> None:
    """The strokes over the band as an engineer sketches them, and below how many values lie outside."""
    from matplotlib.figure import Figure

    figure = Figure(figsize=(9, 7), layout="constrained")
    upper, bars = figure.subplots(2, 1, height_ratios=[3, 1])
    taught = main.fbTeach.path()
    ms = 2 * np.arange(len(taught))
    upper.fill_between(ms, taught - BAND, taught + BAND, color="#c9d9ea", label=f"band, ±{BAND:g} kN")
    upper.plot(ms, taught, color="#1f4e79", linewidth=1, label=f"taught, mean of {TAUGHT} strokes")
    for stroke, colour, words in (
        (TAUGHT + 1, "#4a9a4a", "good stroke"),
        (MISSING, "#8a6d00", "no sheet"),
        (LAST, "#a3123a", "blunt punch"),
    ):
        part = next(rows for number, rows, _ in found if number == stroke)
        values = recorded["MAIN.fForce"][part]
        outside = ~recorded["MAIN.fbEnvelope.bWithinBand"][part]
        upper.plot(ms, values, color=colour, linewidth=1.2, label=f"stroke {stroke}: {words}")
        upper.plot(ms[outside], values[outside], ".", color=colour, markersize=3)
    upper.set(xlabel="ms from the beginning of the stroke", ylabel="force in kN", xlim=(0, ms[-1]), ylim=(-10, 165))
    upper.legend(loc="upper right", frameon=False)
    upper.set_title("Press curve, taught and watched (dots: outside of the band)", loc="left", fontweight="bold")
    numbers = [number for number, _, _ in found]
    below, above = ([counts[n] for _, _, counts in found] for n in ("Smaller", "Bigger"))
    bars.bar(numbers, below, color="#8a6d00", label="below the band")
    bars.bar(numbers, above, bottom=below, color="#a3123a", label="above the band")
    bars.set(xlabel="stroke", ylabel="values outside", xticks=numbers)
    bars.legend(loc="upper left", frameon=False)
    for panel in (upper, bars):
        panel.spines[["top", "right"]].set_visible(False)
    figure.savefig(path, dpi=110)


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description="Envelope monitoring of a press curve, taught and run.")
    parser.add_argument("--picture", help="draw to this file")
    options = parser.parse_args()
    envelope = "MAIN.fbEnvelope."
    outputs = ("bExecutingCompare", "bWithinBand", "nCountSmaller", "nCountWithinBand", "nCountBigger")
    recorder = task.record("MAIN.fForce", *(envelope + name for name in outputs))
    with tempfile.TemporaryDirectory() as folder, use_file_folder(folder):
        plc.run(duration=f"{LAST}s")
    recorded: dict[str, Any] = recorder.columns()
    header = main.fbEnvelope.stFileHeader
    top = main.fbTeach.path().max()
    print(f"taught: {header.nNumValues} values from {header.nTeachCycles} strokes, top {top:.1f} kN")
    print("stroke  below  within  above")
    found = strokes(recorded)
    for number, _, counts in found:
        print(f"{number:6} {counts['Smaller']:6} {counts['WithinBand']:7} {counts['Bigger']:6}  {verdict(counts)}")
    if options.picture:
        draw(options.picture, recorded, found)
