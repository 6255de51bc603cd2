"""Clusters that drift: what fLambda, the rate of forgetting, is for.

Two states of a machine lie 3 units apart and move slowly in the same direction, by 2 units a minute. One block forgets:
a point's weight halves every 1 / fLambda = 5 s, so its micro-clusters follow, and the two clusters stay two. The other
(fLambda = 0) keeps every point with full weight: its clusters grow into trails, until the trail of the one reaches the
place where the other began and both become one.

    python samples/drifting_clusters.py
    alycat run samples/drifting_clusters.py --duration 2min
"""

from alycat.blocks import FB_ALY_DenStream, FB_ALY_GetSystemTime
from alycat.runtime import Plc, Program
from alycat.runtime.iec import LREAL
from alycat.sim.noise import Noise
from alycat.sim.signals import OperatingPoints, Ramp

RATE = 2 / 60  # units per second


class MAIN(Program):
    fX: LREAL
    fY: LREAL

    def __init__(self) -> None:
        self.fbForgets = FB_ALY_DenStream(nNumChannels=2)
        self.fbKeeps = FB_ALY_DenStream(nNumChannels=2)
        self.fbSystemTime = FB_ALY_GetSystemTime()
        for block, rate in ((self.fbForgets, 0.2), (self.fbKeeps, 0.0)):
            block.Configure(
                fEps=0.2,
                fMuBeta=5,
                fLambda=rate,
                fEpsDBSCAN=0.6,
                fMinWeightDBSCAN=10,
                nPotMCsBufferSize=300,
                nOutMCsBufferSize=300,
            )

    def cycle(self) -> None:
        self.fbSystemTime.Call()
        for block in (self.fbForgets, self.fbKeeps):
            block.SetChannelValue(1, self.fX)
            block.SetChannelValue(2, self.fY)
            block.Call(tTimestamp=self.fbSystemTime.tSystemTime, bUpdateMCs=True)


plc = Plc()
main = MAIN()
task = plc.task("PlcTask", cycle_time="10ms", programs=[main])

states = OperatingPoints((0, 3), ("2s", "2s"))
x = 1.0 + Noise(sigma=0.1, seed=1, name="x", every="10ms")
y = states + Ramp(rate=RATE) + Noise(sigma=0.1, seed=1, name="y", every="10ms")
task.link(x.starting(plc), "MAIN.fX")
task.link(y.starting(plc), "MAIN.fY")


def found(block: FB_ALY_DenStream) -> str:
    """Clusters, potential micro-clusters, and from where to where they lie along y."""
    members = block.micro_clusters()
    y = members["centre"][members["potential"], 1]
    return f"{block.nNumClusters} {block.nNumPotMCs:11}   {y.min():4.1f} to {y.max():3.1f}"


if __name__ == "__main__":
    print("        true y       forgets, half-life 5 s           keeps everything")
    print("                     clusters  potential  along y     clusters  potential  along y")
    for _ in range(6):
        plc.run(duration="20s")
        low = RATE * task.cycles / 100
        forgets, keeps = found(main.fbForgets), found(main.fbKeeps)
        print(f"{task.cycles // 100:4} s  {low:3.1f} and {low + 3:3.1f}  {forgets:>29} {keeps:>33}")
