"""A path in the plane that leaves its gate.

A tool goes round once every 4 s on a circle with a radius of 3. It should pass a gate, 0.4 wide, on its way: a segment
from (2.8, 0) to (3.2, 0), crossed counter-clockwise around its first point. From the tenth round on the guide comes
loose and the radius grows. FB_ALY_XyGateMonitor_2Ch judges every round: through the gate is OK, past it, through the
line on which the gate lies, is an outlier, and the round is NOK. FB_ALY_XyShapeMonitor_Circle_2Ch beside it watches a
pillar that the tool must not touch.

    python samples/path_leaves_gate.py
    python samples/path_leaves_gate.py --picture path_leaves_gate.png          and what it looks like
"""

import argparse

import numpy as np

from alycat.blocks import (
    E_ALY_GateMode,
    FB_ALY_GetSystemTime,
    FB_ALY_XyGateMonitor_2Ch,
    FB_ALY_XyShapeMonitor_Circle_2Ch,
    ST_ALY_XyPosition,
)
from alycat.runtime import Plc, Program
from alycat.runtime.iec import BOOL, LREAL
from alycat.sim.noise import Noise
from alycat.sim.signals import Pulse, Ramp, Sine, Whole

GATE = ST_ALY_XyPosition(2.8, 0.0), ST_ALY_XyPosition(3.2, 0.0)
PILLAR, RADIUS = ST_ALY_XyPosition(0.0, 4.2), 0.7
ROUNDS = 32


class MAIN(Program):
    fX: LREAL
    fY: LREAL
    bStart: BOOL
    bStop: BOOL

    def __init__(self) -> None:
        self.fbGate = FB_ALY_XyGateMonitor_2Ch()
        self.fbPillar = FB_ALY_XyShapeMonitor_Circle_2Ch()
        self.fbSystemTime = FB_ALY_GetSystemTime()
        self.fbGate.Configure(E_ALY_GateMode.IntersectGate, stGatePos1=GATE[0], stGatePos2=GATE[1])
        self.fbPillar.Configure(stCentre=PILLAR, fRadius=RADIUS)

    def cycle(self) -> None:
        self.fbSystemTime.Call()
        for block in (self.fbGate, self.fbPillar):
            block.SetChannelValue(1, self.fX)
            block.SetChannelValue(2, self.fY)
        self.fbGate.Call(self.bStart, self.bStop, self.fbSystemTime.tSystemTime)
        self.fbPillar.Call(self.fbSystemTime.tSystemTime)


plc = Plc()
main = MAIN()
task = plc.task("PlcTask", cycle_time="10ms", programs=[main])
radius = 3.0 + Ramp(rate=0.008, begin="40s") + Noise(sigma=0.02, seed=5, every="4s")
sources = {
    "fX": radius * Sine(1.0, "4s", phase=-0.25),  # a round begins on the left, half a round before the gate
    "fY": radius * Sine(-1.0, "4s"),
    "bStart": Whole(Pulse(1.0, 0.0, "4s", "10ms")),
    "bStop": Whole(Pulse(1.0, 0.0, "4s", "10ms", begin="3990ms")),
}
for name, signal in sources.items():
    task.link(signal.starting(plc), f"MAIN.{name}")


def draw(path: str, crossings: list[tuple[float, float, bool]]) -> None:
    """The plane as one would sketch it: path, gate, line through the gate, pillar, and where the path crossed."""
    from matplotlib.figure import Figure
    from matplotlib.patches import Circle

    figure = Figure((9, 5.2), layout="constrained")
    plane, near = figure.subplots(1, 2, width_ratios=(1.25, 1))
    t = np.arange(0, ROUNDS * 4_000, 10) * 1_000_000
    x, y = sources["fX"].samples(t), sources["fY"].samples(t)
    for panel in (plane, near):
        panel.plot(x, y, color="#9a9a9a", linewidth=0.6)
        panel.axhline(0, color="#333333", linewidth=0.9, linestyle=(0, (6, 3)))
        panel.plot([GATE[0].X, GATE[1].X], [0, 0], color="#0072B2", linewidth=5, solid_capstyle="butt", label="gate")
        for good, colour, label in ((True, "#009E73", "OK"), (False, "#A3123A", "NOK")):
            places = [(cx, cy) for cx, cy, was_good in crossings if was_good is good]
            panel.plot(*np.array(places).T, "o", color=colour, markersize=4, label=label, zorder=3)
        panel.spines[["top", "right"]].set_visible(False)
    plane.add_patch(Circle((PILLAR.X, PILLAR.Y), RADIUS, facecolor="#D55E00", alpha=0.35))
    plane.annotate("pillar", (PILLAR.X, PILLAR.Y), ha="center", va="center")
    plane.set(aspect="equal", xlabel="X", ylabel="Y")
    plane.set_title("A path that leaves its gate", loc="left", fontweight="bold")
    near.set(xlim=(2.6, 4.0), ylim=(-0.7, 0.7), xlabel="X")
    near.set_title("at the gate", loc="left")
    near.legend(frameon=False, loc="upper right")
    figure.savefig(path, dpi=100)


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description="A path in the plane that leaves its gate.")
    parser.add_argument("--picture", help="draw to this file")
    options = parser.parse_args()
    crossings = []
    print("round  crosses at X   gate  outlier  judgement")
    for number in range(1, ROUNDS + 1):
        plc.run(duration="4s")
        gate = main.fbGate
        crossings.append((gate.fPosIntersectionX, gate.fPosIntersectionY, gate.eClassification.name == "OK"))
        if number % 4 == 0 or crossings[-1][2] != crossings[-2 if number > 1 else -1][2]:
            counts = f"{gate.nCountGateIntersections:6} {gate.nCountOutlierIntersections:8}"
            print(f"{number:5} {gate.fPosIntersectionX:13.2f} {counts}  {gate.eClassification.name}")
    print(f"the path met the pillar {main.fbPillar.nCountIntersections} times")
    if options.picture:
        draw(options.picture, crossings)
