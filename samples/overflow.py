"""An overflow, and how to see it coming.

The block allocates its micro-clusters once, in Configure. A point that would need one more than there is room for is
not learnt: bOverflow becomes TRUE, and from then on the block only looks up, until Reset or Configure. The outputs
nNumPotMCs and nNumOutMCs tell how full the buffers are, cycle by cycle, so a program can warn long before.

Here a sensor develops spikes. Each spike lies somewhere else, each makes an outlier micro-cluster, and as fLambda is 0
none is ever forgotten. The program warns at 80 % and notes the time of the overflow. Afterwards the points of the
known state still get their cluster. Then Reset makes room again; a block that forgets (fLambda = 0.05) beside it never
fills up at all: that is the cure.

    python samples/overflow.py
"""

from alycat.blocks import FB_ALY_DenStream, FB_ALY_GetSystemTime
from alycat.runtime import Plc, Program
from alycat.runtime.iec import BOOL, LREAL, UDINT
from alycat.sim.faults import spikes
from alycat.sim.noise import Noise

BUFFER = 40


class MAIN(Program):
    fInput: LREAL
    bWarning: BOOL
    nWarnAt: UDINT = BUFFER * 80 // 100

    def __init__(self) -> None:
        self.fbKeeps = FB_ALY_DenStream(nNumChannels=1)
        self.fbForgets = FB_ALY_DenStream(nNumChannels=1)
        self.fbSystemTime = FB_ALY_GetSystemTime()
        for block, rate in ((self.fbKeeps, 0.0), (self.fbForgets, 0.05)):
            block.Configure(
                fEps=0.1,
                fMuBeta=5,
                fLambda=rate,
                fEpsDBSCAN=0.5,
                fMinWeightDBSCAN=20,
                nPotMCsBufferSize=20,
                nOutMCsBufferSize=BUFFER,
            )

    def cycle(self) -> None:
        self.fbSystemTime.Call()
        for block in (self.fbKeeps, self.fbForgets):
            block.SetChannelValue(1, self.fInput)
            block.Call(tTimestamp=self.fbSystemTime.tSystemTime, bUpdateMCs=True)
        self.bWarning = self.fbKeeps.nNumOutMCs >= self.nWarnAt


plc = Plc()
main = MAIN()
task = plc.task("PlcTask", cycle_time="10ms", programs=[main])
healthy = 5.0 + Noise(sigma=0.1, seed=3, every="10ms")
scattered = 20.0 + Noise(sigma=10.0, seed=3, name="size", every="10ms")
sensor = spikes(healthy, scattered, begin="10s", probability=0.02, seed=3)
task.link(sensor.starting(plc), "MAIN.fInput")


def report(event: str) -> None:
    keeps, forgets = main.fbKeeps, main.fbForgets
    print(
        f"{task.cycles / 100:6.2f} s  {event:24} keeps: outlier MCs {keeps.nNumOutMCs:2} of {BUFFER}, "
        f"bOverflow {str(keeps.bOverflow).upper():5}  forgets: {forgets.nNumOutMCs:2}"
    )


if __name__ == "__main__":
    plc.run(duration="10s")
    report("before the fault")
    plc.run(duration="10min", until=lambda: main.bWarning)
    report("warning at 80 %")
    plc.run(duration="10min", until=lambda: main.fbKeeps.bOverflow)
    report("overflow")
    plc.run(duration="30s")
    report("30 s later")
    before = main.fbKeeps.nNumPotMCs
    print(f"still looked up: the last point has cluster {main.fbKeeps.nClusterIdx}, {before} potential MCs as before")
    main.fbKeeps.Reset()
    plc.run(duration="10s")
    report("10 s after Reset")
