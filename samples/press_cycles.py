"""Pieces and cycle times of a press, from the one signal there is: the current of its drive.

A stroke shows as a rise of the current above 4 A, its end as a fall below 3 A; the gap between the two keeps noise from
counting. FB_ALY_EdgeCounter_1Ch counts strokes, FB_ALY_ContinuousPieceCounter_1Ch counts them per minute, and
FB_ALY_EventTimingAnalysis_1Ch measures how long the press works and waits. After three minutes the feeder begins to
jam: the strokes stay as they were, the waiting grows. The table shows it minute by minute, and the last lines say which
of the two it was.

    python samples/press_cycles.py
"""

from alycat.blocks import (
    E_ALY_ComparisonOperator,
    E_ALY_TimestampAccuracy,
    FB_ALY_ContinuousPieceCounter_1Ch,
    FB_ALY_EdgeCounter_1Ch,
    FB_ALY_EventTimingAnalysis_1Ch,
    FB_ALY_GetSystemTime,
    ST_ALY_Threshold,
    ST_ALY_ThresholdOnOff,
)
from alycat.runtime import Plc, Program
from alycat.runtime.iec import BOOL, LREAL
from alycat.sim.faults import Course
from alycat.sim.noise import Noise
from alycat.sim.signals import Pulse, Switch

WORKS = ST_ALY_Threshold(E_ALY_ComparisonOperator.GreaterThan, 4.0)
WAITS = ST_ALY_Threshold(E_ALY_ComparisonOperator.LessThan, 3.0)


class MAIN(Program):
    fCurrent: LREAL
    bConfigure: BOOL = True

    def __init__(self) -> None:
        self.fbSystemTime = FB_ALY_GetSystemTime()
        self.fbTotal = FB_ALY_EdgeCounter_1Ch()
        self.fbPerMinute = FB_ALY_ContinuousPieceCounter_1Ch()
        self.fbTiming = FB_ALY_EventTimingAnalysis_1Ch()

    def configure(self) -> bool:
        self.fbTotal.ConfigureChannel(stThresholdEdge=WORKS)
        self.fbPerMinute.ConfigureChannel(stThresholdEdge=WORKS)
        self.fbTiming.ConfigureChannel(stThresholdEdge=ST_ALY_ThresholdOnOff(On=WORKS, Off=WAITS))
        return self.fbTotal.Configure() and self.fbPerMinute.Configure(tInterval="1min") and self.fbTiming.Configure()

    def cycle(self) -> None:
        if self.bConfigure:
            self.bConfigure = not self.configure()
        self.fbSystemTime.Call()
        for block in (self.fbTotal, self.fbPerMinute, self.fbTiming):
            block.SetChannelValue(self.fCurrent)
            block.Call(tTimestamp=self.fbSystemTime.tSystemTime)


plc = Plc(start="2024-03-04 06:00")
main = MAIN()
task = plc.task("PlcTask", cycle_time="10ms", programs=[main])
usual = Pulse(5.0, 0.0, period="4s", width="1.2s", begin="1s")
jammed = Pulse(5.0, 0.0, period="5.3s", width="1.2s", begin="181s")
strokes = Switch(Course("3min"), jammed, usual)
task.link((1.0 + strokes + Noise(sigma=0.15, seed=1, every="10ms")).starting(plc), "MAIN.fCurrent")


def seconds(span: object) -> str:
    return f"{span.nRaw / 1e9:7.2f}"  # type: ignore[attr-defined]


if __name__ == "__main__":
    total, per_minute, timing = main.fbTotal, main.fbPerMinute, main.fbTiming
    print("minute  pieces  in all  last stroke [s]  last wait [s]")
    for minute in range(1, 9):
        plc.run(cycles=1)
        plc.run(duration="2min", until=lambda: per_minute.bNewResult)
        print(
            f"{minute:6}  {per_minute.nCountLastInterval:6}  {total.nCount:6}  "
            f"{seconds(timing.fbTimeLastOnInterval):>15}  {seconds(timing.fbTimeLastOffInterval):>13}"
        )
    print("\n          shortest  longest  average  [s]")
    print("stroke  ", *map(seconds, (timing.fbTimeOnMin, timing.fbTimeOnMax, timing.fbTimeOnAvg)), sep="  ")
    print("wait    ", *map(seconds, (timing.fbTimeOffMin, timing.fbTimeOffMax, timing.fbTimeOffAvg)), sep="  ")
    working = timing.fbTimeOnTotal.nRaw / (timing.fbTimeOnTotal.nRaw + timing.fbTimeOffTotal.nRaw)
    worked = timing.fbTimeOnTotal.ToString(E_ALY_TimestampAccuracy.Second)
    print(f"\nThe press worked {worked}, {working:.0%} of the time.")
    worst = per_minute.fbTimeCountMin.ToString()[:19]
    print(f"Fewest pieces in a minute: {per_minute.nCountMin}, at {worst}; most: {per_minute.nCountMax}.")
