"""The overall equipment effectiveness of a shift, from three signals of a machine.

The shift goes from 06:00 to 14:00 UTC on working days; FB_ALY_TimeClock_1Ch knows. While it is on, two blocks of
FB_ALY_TimingAnalysis_1Ch add up the scheduled time and the time in which the machine runs, and two of
FB_ALY_EdgeCounter_1Ch count pieces and rejects. From these four FB_ALY_OverallEquipmentEffectiveness computes
availability, performance, quality and their product, and classes it. The machine stands still for an hour after eight
o'clock, and from eleven on it makes more rejects.

    python samples/shift_oee.py
"""

from alycat.blocks import (
    E_ALY_Classification_3Cls,
    E_ALY_ComparisonOperator,
    E_ALY_DayOfWeekMask,
    FB_ALY_EdgeCounter_1Ch,
    FB_ALY_GetSystemTime,
    FB_ALY_OverallEquipmentEffectiveness,
    FB_ALY_TimeClock_1Ch,
    FB_ALY_TimingAnalysis_1Ch,
    ST_ALY_Threshold,
)
from alycat.runtime import Plc, Program
from alycat.runtime.iec import BOOL
from alycat.sim.faults import Course
from alycat.sim.noise import Chance
from alycat.sim.signals import Pulse, Switch, Whole

HOUR = 3600 * 10**9
IS_TRUE = ST_ALY_Threshold(E_ALY_ComparisonOperator.GreaterThan, 0.5)


class MAIN(Program):
    bRuns: BOOL
    bPiece: BOOL
    bReject: BOOL
    bConfigure: BOOL = True

    def __init__(self) -> None:
        self.fbSystemTime = FB_ALY_GetSystemTime()
        self.fbShift = FB_ALY_TimeClock_1Ch()
        self.fbScheduled = FB_ALY_TimingAnalysis_1Ch()
        self.fbOperating = FB_ALY_TimingAnalysis_1Ch()
        self.fbPieces = FB_ALY_EdgeCounter_1Ch()
        self.fbRejects = FB_ALY_EdgeCounter_1Ch()
        self.fbOEE = FB_ALY_OverallEquipmentEffectiveness()

    def configure(self) -> bool:
        for timing in (self.fbScheduled, self.fbOperating):
            timing.ConfigureChannel(stThresholdLevel=IS_TRUE)
            timing.Configure()
        for counter in (self.fbPieces, self.fbRejects):
            counter.ConfigureChannel(stThresholdEdge=IS_TRUE)
            counter.Configure()
        return self.fbShift.Configure(
            tTimeOn=6 * HOUR, tTimeOff=14 * HOUR, nDayOfWeekMask=E_ALY_DayOfWeekMask.MondayToFriday
        ) and self.fbOEE.Configure(tIdealCycleTime="28s", fThresholdLevelOkWarning=85, fThresholdLevelWarningAlarm=75)

    def cycle(self) -> None:
        if self.bConfigure:
            self.bConfigure = not self.configure()
        self.fbSystemTime.Call()
        now = self.fbSystemTime.tSystemTime
        self.fbShift.Call(tTimestamp=now)
        in_shift = self.fbShift.bIsOn
        for block, signal in (
            (self.fbScheduled, in_shift),
            (self.fbOperating, in_shift and self.bRuns),
            (self.fbPieces, in_shift and self.bPiece),
            (self.fbRejects, in_shift and self.bReject),
        ):
            block.SetChannelValue(signal)
            block.Call(tTimestamp=now)
        self.fbOEE.SetChannelValue(1, self.fbScheduled.fbTimeOnTotal.nRaw)
        self.fbOEE.SetChannelValue(2, self.fbOperating.fbTimeOnTotal.nRaw)
        self.fbOEE.SetChannelValue(3, self.fbPieces.nCount)
        self.fbOEE.SetChannelValue(4, self.fbRejects.nCount)
        self.fbOEE.Call(tTimestamp=now)


plc = Plc(start="2024-03-04 05:30")  # a Monday
main = MAIN()
task = plc.task("PlcTask", cycle_time="1s", programs=[main])
runs = 1.0 - Course("2.6h", end="3.6h")
piece = runs * Pulse(1, 0, period="30s", width="10s")
bad = Switch(Course("5.5h"), Chance(0.12, seed=2, every="30s"), Chance(0.01, seed=3, every="30s"))
for signal, symbol in ((runs, "bRuns"), (piece, "bPiece"), (piece * bad, "bReject")):
    task.link(Whole(signal).starting(plc), f"MAIN.{symbol}")

if __name__ == "__main__":
    oee = main.fbOEE
    print(" UTC   pieces  rejects  availability  performance  quality    OEE  class")
    plc.run(duration="30min")
    for hour in range(7, 15):
        plc.run(duration="1h")
        print(
            f"{hour:02}:00  {main.fbPieces.nCount:6}  {main.fbRejects.nCount:7}  {oee.fAvailability:10.1f} %  "
            f"{oee.nPerformance:9.1f} %  {oee.fQuality:5.1f} %  {oee.fOEE:3.0f} %  "
            f"{E_ALY_Classification_3Cls(oee.eOeeClass).name}"
        )
    plc.run(duration="2h")
    print(f"16:00  {main.fbPieces.nCount:6}  the shift is over, nothing changes any more")
    print(
        f"Alarm at {oee.fbTimeOeeEventAlarm.ToString()[:19]}, warning at {oee.fbTimeOeeEventWarning.ToString()[:19]}."
    )
