"""Saving a running Plc and going on elsewhere, to the bit.

`plc.save` writes the whole state in one step: variables, counters, the grid of the tasks, and all that the blocks have
learnt. A new Plc of the same project, here made by `build` again as another process would, takes it over with
`plc.restore` and goes on as if nothing had happened: both have the same bytes afterwards. The simulated inputs depend
on the time only, so they need no state.

    python samples/save_and_restore.py
    alycat run samples/save_and_restore.py --duration 1min --state machine.state    repeat it: it goes on
"""

import hashlib
import tempfile
from pathlib import Path

from alycat.blocks import FB_ALY_DenStream, FB_ALY_GetSystemTime
from alycat.runtime import Plc, Program
from alycat.runtime.iec import LREAL, UDINT
from alycat.sim.plants import motor


class MAIN(Program):
    fTemperature: LREAL
    fVibration: LREAL
    nChanges: UDINT

    def __init__(self) -> None:
        self.fbSystemTime = FB_ALY_GetSystemTime()
        self.fbDenStream = FB_ALY_DenStream(nNumChannels=2)
        self.fbDenStream.Configure(
            fEps=0.15,
            fMuBeta=10,
            fLambda=0.01,
            fEpsDBSCAN=0.5,
            fMinWeightDBSCAN=100,
            nPotMCsBufferSize=100,
            nOutMCsBufferSize=100,
        )

    def cycle(self) -> None:
        self.fbSystemTime.Call()
        self.fbDenStream.SetChannelValue(1, self.fTemperature)
        self.fbDenStream.SetChannelValue(2, self.fVibration)
        self.fbDenStream.Call(tTimestamp=self.fbSystemTime.tSystemTime, bUpdateMCs=True)
        if self.fbDenStream.bNewResult:
            self.nChanges += 1


def build() -> Plc:
    plc = Plc()
    task = plc.task("PlcTask", cycle_time="10ms", programs=[MAIN()])
    machine = motor(seed=1).starting(plc)
    task.link(machine["temperature"], "MAIN.fTemperature")
    task.link(machine["vibration"], "MAIN.fVibration")
    return plc


plc = build()


def report(name: str, plc: Plc) -> str:
    symbols, digest = plc.symbols, hashlib.sha256(plc.snapshot()).hexdigest()
    print(
        f"{name:9} {plc.tasks[0].cycles:5} cycles, {symbols['MAIN.fbDenStream.nNumClusters'].read()} clusters, "
        f"{symbols['MAIN.nChanges'].read()} changes of the index"
    )
    return digest


if __name__ == "__main__":
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / "machine.state"
        plc.run(duration="1min")
        report("first", plc)
        plc.save(file)
        plc.run(duration="1min")
        went_on = report("went on", plc)

        second = build()
        second.restore(file)
        report("restored", second)
        second.run(duration="1min")
        print("both have the same bytes:", report("then", second) == went_on)
