"""The RMS value of a bearing's vibration, over a tenth of a second, a second and ten seconds.

FB_ALY_RMS_1Ch makes all three in one block, each cascade from the results of the one before. The short ones follow the
load, the long one shows wear: the program compares it with the limits of a vibration guideline. A scratch in the outer
race strikes 25 times a second from the second minute on, and grows. Its peaks are seen before the RMS value moves much:
FB_ALY_MinMaxAvgInterval_1Ch finds them over the same ten seconds, and peak by RMS is the crest factor.

    python samples/bearing_rms.py
"""

import numpy as np

from alycat.blocks import (
    E_ALY_CascadeStartupBehaviour,
    FB_ALY_GetSystemTime,
    FB_ALY_MinMaxAvgInterval_1Ch,
    FB_ALY_RMS_1Ch,
)
from alycat.runtime import Plc, Program
from alycat.runtime.iec import BOOL, LREAL
from alycat.sim.faults import Course
from alycat.sim.noise import Noise
from alycat.sim.signals import OperatingPoints, Pulse, Sine

MS = 10**6
WARNING, ALARM = 2.8, 4.5  # mm/s


class MAIN(Program):
    fVibration: LREAL
    bConfigure: BOOL = True

    def __init__(self) -> None:
        self.fbSystemTime = FB_ALY_GetSystemTime()
        self.fbRms = FB_ALY_RMS_1Ch()
        self.fbPeak = FB_ALY_MinMaxAvgInterval_1Ch()
        self.aCascades = np.array([100 * MS, 1_000 * MS, 10_000 * MS], np.uint64)
        self.aRms = np.zeros(3)
        self.aNew = np.zeros(3, np.bool_)

    def configure(self) -> bool:
        return (
            self.fbRms.Configure(
                nNumCascades=3,
                fSampleRate=1000.0,
                eStartupBehaviour=E_ALY_CascadeStartupBehaviour.UsePreviousCascadeValue,
            )
            and self.fbRms.SetCascades(self.aCascades, self.aCascades.nbytes)
            and self.fbPeak.Configure(tInterval="10s")
        )

    def cycle(self) -> None:
        if self.bConfigure:
            self.bConfigure = not self.configure()
        self.fbSystemTime.Call()
        now = self.fbSystemTime.tSystemTime
        self.fbRms.SetChannelValue(self.fVibration)
        self.fbRms.Call(now, self.aRms, self.aRms.nbytes, self.aNew, self.aNew.nbytes)
        self.fbPeak.SetChannelValue(self.fVibration)
        self.fbPeak.Call(tTimestamp=now)


plc = Plc(start="2024-03-04 06:00")
main = MAIN()
task = plc.task("PlcTask", cycle_time="1ms", programs=[main])
load = OperatingPoints((1.0, 1.5), ("7s", "13s"), change="1s")
shaft = Sine(1.6, period="40ms") + Noise(sigma=0.5, seed=1)
strikes = (
    Course("60s", growth="2min") * Pulse(1, 0, period="40ms", width="3ms") * Noise(sigma=16.0, seed=1, name="strike")
)
task.link((load * shaft + strikes).starting(plc), "MAIN.fVibration")


def judged(rms: float) -> str:
    return "alarm" if rms >= ALARM else "warning" if rms >= WARNING else "good"


if __name__ == "__main__":
    print("time  RMS 0.1 s    1 s   10 s  [mm/s]  crest factor  judged")
    for seconds in range(20, 201, 20):
        plc.run(duration="20s")
        short, middle, long = main.aRms
        peak = max(-main.fbPeak.fMin, main.fbPeak.fMax)
        print(f"{seconds:3} s  {short:9.2f}  {middle:5.2f}  {long:5.2f}  {peak / long:20.1f}  {judged(long)}")
