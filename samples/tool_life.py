"""How much life a drill has left, by time in the cut and by holes, over several tools.

The spindle cuts while its power is above 1.5 kW. FB_ALY_LifetimeAnalysis_1Ch adds up the time in the cut and
FB_ALY_LifecycleAnalysis_1Ch counts the holes; whichever of the two is used up first calls for a new tool. The first
tool comes from the store with 20 minutes and 60 holes behind it, which SetInitial says. A change is a Reset. From the
third tool on the material is harder: each hole takes longer, and now the time decides.

    python samples/tool_life.py
"""

from alycat.blocks import (
    E_ALY_ComparisonOperator,
    E_ALY_TimestampAccuracy,
    FB_ALY_DateTime,
    FB_ALY_GetSystemTime,
    FB_ALY_LifecycleAnalysis_1Ch,
    FB_ALY_LifetimeAnalysis_1Ch,
    ST_ALY_Threshold,
)
from alycat.runtime import Plc, Program
from alycat.runtime.iec import BOOL, LREAL, UDINT
from alycat.sim.faults import Course
from alycat.sim.noise import Noise
from alycat.sim.signals import Pulse, Switch

CUTS = ST_ALY_Threshold(E_ALY_ComparisonOperator.GreaterThan, 1.5)


class MAIN(Program):
    fPower: LREAL
    nTool: UDINT = 1
    bChangeTool: BOOL
    bConfigure: BOOL = True

    def __init__(self) -> None:
        self.fbSystemTime = FB_ALY_GetSystemTime()
        self.fbTime = FB_ALY_LifetimeAnalysis_1Ch()
        self.fbHoles = FB_ALY_LifecycleAnalysis_1Ch()

    def configure(self) -> bool:
        self.fbTime.ConfigureChannel(stThresholdLevel=CUTS)
        self.fbHoles.ConfigureChannel(stThresholdEdge=CUTS)
        return (
            self.fbTime.Configure(tLifetimeEstimated="90min")
            and self.fbHoles.Configure(nCyclesEstimated=400)
            and self.fbTime.SetInitial(tLifetimeElapsed="20min")
            and self.fbHoles.SetInitial(nCyclesElapsed=60)
        )

    def cycle(self) -> None:
        if self.bConfigure:
            self.bConfigure = not self.configure()
        if self.bChangeTool:
            self.fbTime.Reset()
            self.fbHoles.Reset()
            self.nTool += 1
        self.fbSystemTime.Call()
        self.fbTime.SetChannelValue(self.fPower)
        self.fbTime.Call(tTimestamp=self.fbSystemTime.tSystemTime)
        self.fbHoles.SetChannelValue(self.fPower)
        self.fbHoles.Call()
        self.bChangeTool = self.fbTime.fbLifetimeRemaining.nRaw <= 0 or self.fbHoles.nCyclesRemaining <= 0


plc = Plc(start="2024-03-04 06:00")
main = MAIN()
task = plc.task("PlcTask", cycle_time="500ms", programs=[main])
usual = Pulse(2.0, 0.0, period="30s", width="12s")
hard = Pulse(2.0, 0.0, period="36s", width="18s")
drilling = Switch(Course("6.2h"), hard, usual)
task.link((0.5 + drilling + Noise(sigma=0.05, seed=1, every="500ms")).starting(plc), "MAIN.fPower")

if __name__ == "__main__":
    print("tool  changed at           holes  in the cut  because of")
    for _ in range(4):
        plc.run(cycles=1)
        plc.run(duration="24h", until=lambda: main.bChangeTool)
        time, holes = main.fbTime, main.fbHoles
        reason = "time" if time.fbLifetimeRemaining.nRaw <= 0 else "holes"
        elapsed = time.fbLifetimeElapsed.ToString(E_ALY_TimestampAccuracy.Second)
        changed = FB_ALY_DateTime(main.fbSystemTime.tSystemTime).ToString()[:19]
        print(f"{main.nTool:4}  {changed}  {holes.nCyclesElapsed:5}  {elapsed:>10}  {reason}")
    plc.run(duration="30min")
    left = main.fbTime.fbLifetimeRemaining.ToString(E_ALY_TimestampAccuracy.Second)
    print(f"Half an hour later tool {main.nTool} has {left} or {main.fbHoles.nCyclesRemaining} holes left.")
