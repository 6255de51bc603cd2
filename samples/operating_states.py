"""Which state is the motor in? Sequential k-means learns the answer from temperature and vibration.

FB_ALY_SequentialKMeans starts from three rough guesses. After every 100 points it moves the centres to where the points
are, and in every cycle it says which state it is and how far from its centre. After ten minutes learning is switched
off. Then a bearing wears: the points leave their centres, and fDistance shows it long before a state is taken for
another. How long the motor was in which state is left to FB_ALY_TimingAnalysis_1Ch, one for each state.

    python samples/operating_states.py
"""

import numpy as np

from alycat.blocks import (
    E_ALY_ComparisonOperator,
    E_ALY_KMeansInitMode,
    FB_ALY_GetSystemTime,
    FB_ALY_SequentialKMeans,
    FB_ALY_TimingAnalysis_1Ch,
    ST_ALY_Threshold,
)
from alycat.runtime import Plc, Program
from alycat.runtime.iec import BOOL, LREAL
from alycat.sim.plants import motor

STATES = ("idle", "half load", "full load")


class MAIN(Program):
    fTemperature: LREAL
    fVibration: LREAL
    bLearn: BOOL = True
    bConfigure: BOOL = True

    def __init__(self) -> None:
        self.fbSystemTime = FB_ALY_GetSystemTime()
        self.fbStates = FB_ALY_SequentialKMeans(nNumChannels=2, nNumClusters=3, nAggBufferSize=100)
        self.fbTimes = [FB_ALY_TimingAnalysis_1Ch() for _ in STATES]
        self.aGuesses = np.array([[1.0, 0.5], [3.0, 2.0], [6.0, 4.0]])
        self.aCentres = np.zeros((3, 2))

    def configure(self) -> bool:
        for number, timing in enumerate(self.fbTimes):
            timing.ConfigureChannel(stThresholdLevel=ST_ALY_Threshold(E_ALY_ComparisonOperator.Equals, number))
            timing.Configure()
        return self.fbStates.Configure(
            nMaxIterations=1, eInitMode=E_ALY_KMeansInitMode.Values
        ) and self.fbStates.SetInitialClusterCenters(self.aGuesses, self.aGuesses.nbytes)

    def cycle(self) -> None:
        if self.bConfigure:
            self.bConfigure = not self.configure()
        self.fbSystemTime.Call()
        self.fbStates.SetChannelValue(1, self.fTemperature)
        self.fbStates.SetChannelValue(2, self.fVibration)
        self.fbStates.Call(self.bLearn, self.aCentres, self.aCentres.nbytes)
        for timing in self.fbTimes:
            timing.SetChannelValue(self.fbStates.nClusterIdx)
            timing.Call(tTimestamp=self.fbSystemTime.tSystemTime)


plc = Plc(start="2024-03-04 06:00")
main = MAIN()
task = plc.task("PlcTask", cycle_time="10ms", programs=[main])
plant = motor(seed=1, fault_begin="15min", growth="5min").starting(plc)
task.link(plant["temperature"], "MAIN.fTemperature")
task.link(plant["vibration"], "MAIN.fVibration")


def report() -> None:
    print(f"\nafter {task.cycles // 6000} min    temperature  vibration  time in it")
    for name, (temperature, vibration), timing in zip(STATES, main.aCentres, main.fbTimes, strict=True):
        print(f"{name:15} {temperature:9.2f}  {vibration:9.2f}  {timing.fbTimeOnTotal.nRaw / 1e9:8.1f} s")


if __name__ == "__main__":
    plc.run(duration="10min")
    report()
    main.bLearn = False
    print("\nwatching only: largest distance from the centre, when the motor has settled under full load")
    for _ in range(5):
        largest = 0.0
        for _ in range(3):
            plc.run(duration="37s")
            largest = max(largest, main.fbStates.fDistance)
            plc.run(duration="3s")
        print(f"{task.cycles // 6000:3} min  {largest:6.2f}  {'!' * int(largest / 0.5)}")
    report()
