"""The vendor's two-channel sample of FB_ALY_DenStream, as close to the original as Python gets.

A cyclic program sets the two channels of the block and calls it with the present system time. Values 0.15, 2, 0, 0.8,
2, 100, 100 are those of the original; bConfigure lets the program configure the block in its first cycle and, when you
set it to TRUE again, once more. The inputs, which a real PLC would get from its I/O, come from a simulated machine with
three operating points: links write them before each cycle.

    python samples/denstream_sample.py                       runs 60 s of virtual time and prints what the block found
    alycat run samples/denstream_sample.py --duration 60s    the same tasks, under the command line
    alycat run samples/denstream_sample.py --realtime        in real time, until Ctrl-C
"""

from alycat.blocks import FB_ALY_DenStream, FB_ALY_GetSystemTime
from alycat.runtime import Plc, Program
from alycat.runtime.iec import BOOL, LREAL, UDINT
from alycat.sim.noise import Noise
from alycat.sim.signals import OperatingPoints, Whole


class MAIN(Program):
    nInputCh1: UDINT
    fInputCh2: LREAL
    bUpdateMCs: BOOL = True
    bConfigure: BOOL = True

    def __init__(self) -> None:
        self.fbDenStream = FB_ALY_DenStream(nNumChannels=2)
        self.fbSystemTime = FB_ALY_GetSystemTime()

    def cycle(self) -> None:
        if self.bConfigure:
            self.bConfigure = not self.fbDenStream.Configure(
                fEps=0.15,
                fMuBeta=2,
                fLambda=0,
                fEpsDBSCAN=0.8,
                fMinWeightDBSCAN=2,
                nPotMCsBufferSize=100,
                nOutMCsBufferSize=100,
            )

        self.fbSystemTime.Call()

        self.fbDenStream.SetChannelValue(1, self.nInputCh1)
        self.fbDenStream.SetChannelValue(2, self.fInputCh2)
        self.fbDenStream.Call(tTimestamp=self.fbSystemTime.tSystemTime, bUpdateMCs=self.bUpdateMCs)


plc = Plc()
main = MAIN()
task = plc.task("PlcTask", cycle_time="10ms", priority=20, programs=[main])

dwells = ("3s", "2s", "1s")
gear = Whole(OperatingPoints((2, 5, 7), dwells))
torque = OperatingPoints((1.0, 2.5, 4.0), dwells) + Noise(sigma=0.1, seed=1, every="10ms")
task.link(gear.starting(plc), "MAIN.nInputCh1")
task.link(torque.starting(plc), "MAIN.fInputCh2")

if __name__ == "__main__":
    block = main.fbDenStream
    print("time  nClusterIdx  nNumClusters  nNumPotMCs  nNumOutMCs")
    for duration in ("1s", "3s", "2s", "4s", "20s", "30s"):
        plc.run(duration=duration)
        outputs = (block.nClusterIdx, block.nNumClusters, block.nNumPotMCs, block.nNumOutMCs)
        print(f"{task.cycles // 100:2} s {outputs[0]:12}  {outputs[1]:12}  {outputs[2]:10}  {outputs[3]:10}")
    print("cluster  centre        weight")
    found = block.micro_clusters()
    for index in range(block.nNumClusters):
        members = found[found["cluster"] == index]
        x, y = (members["centre"] * members["weight"][:, None]).sum(axis=0) / members["weight"].sum()
        print(f"{index:7}  ({x:.1f}, {y:.1f})    {members['weight'].sum():6.0f}")
