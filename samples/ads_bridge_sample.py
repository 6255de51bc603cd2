"""Clustering the vibrations of another PLC over ADS, with a link that is lost on the way.

A simulated Beckhoff PLC stands in for the real one: a machine with three speeds, whose two vibrations can be read over
ADS at 127.0.0.57. The bridge reads both into MAIN with one sum read per cycle, FB_ALY_DenStream finds the operating
points, and the bridge writes the number of clusters back into the PLC. Then the PLC goes away. The tasks here go on;
the bridge says so with AdsBridge.bStale, and MAIN stops learning meanwhile. When the PLC is back, so are the values.

    python samples/ads_bridge_sample.py              starts and stops the simulated PLC by itself; a few seconds
    alycat run samples/ads_bridge_sample.py --realtime    the same tasks, for a PLC that is there

It needs pyads: pip install "alycat[ads]". With a real PLC, give its address and NetId and leave the machine out.
"""

import threading

from alycat.blocks import FB_ALY_DenStream, FB_ALY_GetSystemTime
from alycat.runtime import Plc, Program, RealTimeClock
from alycat.runtime.ads.bridge import AdsBridge
from alycat.runtime.ads.client import quiet_adslib
from alycat.runtime.iec import BOOL, LREAL, UDINT
from alycat.sim.noise import Noise
from alycat.sim.signals import OperatingPoints

HOST, NET_ID = "127.0.0.57", "127.0.0.57.1.1"


# --- the other PLC ---------------------------------------------------------------------------------------------------


class Machine(Program):
    fVibration1: LREAL
    fVibration2: LREAL
    nNumClusters: UDINT

    def cycle(self) -> None:
        """Its vibrations come by links; the number of clusters is written over ADS."""


class SimulatedPlc:
    """Runs in a thread of its own until stop()."""

    def __init__(self) -> None:
        self.program, self.plc = Machine(), Plc(RealTimeClock(), name="Machine")
        task = self.plc.task("PlcTask", cycle_time="2ms", programs=[("MAIN", self.program)])
        speeds = ("80ms", "60ms", "40ms")
        for number, levels in ((1, (1.0, 2.5, 4.0)), (2, (0.5, 2.0, 1.0))):
            vibration = OperatingPoints(levels, speeds) + Noise(sigma=0.02, seed=number, every="2ms")
            task.link(vibration.starting(self.plc), f"MAIN.fVibration{number}")
        self.server = self.plc.serve_ads(HOST, NET_ID)
        self.thread = threading.Thread(target=self.server.operate)
        self.thread.start()

    def stop(self) -> None:
        self.server.stop()
        self.plc.stop()
        self.thread.join()


# --- this PLC --------------------------------------------------------------------------------------------------------


class MAIN(Program):
    fVibration1: LREAL
    fVibration2: LREAL
    bStale: BOOL = True
    nNumClusters: UDINT

    def __init__(self) -> None:
        self.fbSystemTime = FB_ALY_GetSystemTime()
        self.fbDenStream = FB_ALY_DenStream(nNumChannels=2)
        self.fbDenStream.Configure(
            fEps=0.15,
            fMuBeta=5,
            fLambda=0,
            fEpsDBSCAN=0.8,
            fMinWeightDBSCAN=5,
            nPotMCsBufferSize=100,
            nOutMCsBufferSize=100,
        )

    def cycle(self) -> None:
        self.fbSystemTime.Call()
        if self.bStale:  # the values of a lost link are no observations
            return
        self.fbDenStream.SetChannelValue(1, self.fVibration1)
        self.fbDenStream.SetChannelValue(2, self.fVibration2)
        self.fbDenStream.Call(tTimestamp=self.fbSystemTime.tSystemTime, bUpdateMCs=True)
        self.nNumClusters = self.fbDenStream.nNumClusters


plc = Plc(RealTimeClock())
main = MAIN()
task = plc.task("PlcTask", cycle_time="5ms", programs=[main])
bridge = AdsBridge(
    HOST,
    NET_ID,
    reads={"MAIN.fVibration1": "MAIN.fVibration1", "MAIN.fVibration2": "MAIN.fVibration2"},
    writes={"MAIN.nNumClusters": "MAIN.nNumClusters"},
    budget="3ms",
    timeout="300ms",
    start_wait="500ms",
)
bridge.attach(task)
task.link("AdsBridge.bStale", "MAIN.bStale")
status = bridge.status

if __name__ == "__main__":
    with quiet_adslib(), bridge:
        machine = SimulatedPlc()
        plc.run(duration="20s", until=lambda: machine.program.nNumClusters == 3)
        print(f"the PLC has been told of {machine.program.nNumClusters} clusters; bStale {status.bStale}")

        machine.stop()
        plc.run(duration="20s", until=lambda: status.bStale)
        learnt, cycles = main.fbDenStream.micro_clusters(), task.cycles
        plc.run(cycles=100)
        unchanged = (main.fbDenStream.micro_clusters() == learnt).all()
        print(f"link lost: bStale {status.bStale}, bConnected {status.bConnected}")
        print(f"  {task.cycles - cycles} cycles went on without it; the clusters stayed as they were: {unchanged}")

        machine = SimulatedPlc()
        plc.run(duration="20s", until=lambda: not status.bStale)
        print(f"link back: bStale {status.bStale}, nReconnects {status.nReconnects}")
        plc.run(duration="20s", until=lambda: machine.program.nNumClusters == 3)
        print(f"  the PLC has been told of {machine.program.nNumClusters} clusters again")
        machine.stop()
