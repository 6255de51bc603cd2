"""A simulated PLC for the bridge's tests: our own server around a small plant, stopped, started and changed at will."""

import threading

from alycat.runtime import Plc, Program, RealTimeClock
from alycat.runtime.iec import BOOL, LREAL, UDINT

try:
    from alycat.runtime.ads.image import PlcImage as Image
except ImportError:
    from ads.small import SmallImage as Image
from alycat.runtime.ads.server import AdsServer


class MAIN(Program):
    """A plant with two vibrations that grow with its counter."""

    nCounter: UDINT
    fVibration1: LREAL
    fVibration2: LREAL
    nResult: UDINT
    bOn: BOOL = True

    def cycle(self):
        self.nCounter += 1
        self.fVibration1 = self.nCounter + 0.5
        self.fVibration2 = -self.fVibration1


class Changed(Program):
    """The plant after an online change: everything lies elsewhere, and nCounter is gone."""

    bOn: BOOL = True
    nResult: UDINT
    fVibration2: LREAL
    nNew: UDINT
    fVibration1: LREAL

    def cycle(self):
        self.nNew += 1
        self.fVibration1, self.fVibration2 = 1000.0 + self.nNew, -1.0


class SimulatedPlc:
    """Runs in threads of this process, with its own tick of 2 ms."""

    def __init__(self, host, program=MAIN):
        self.host, self.net_id = host, f"{host}.7.1"
        self._runner = None
        self.build(program)

    def build(self, program):
        """A new project, as after a download; takes effect with the next start."""
        self.program = program()
        self.plc = Plc(RealTimeClock(spin=0), name="Plant")
        self.plc.task("PlantTask", "2ms", programs=[("MAIN", self.program)])

    def start(self, version=1):
        image = Image(self.plc)
        image.version = version
        self.server = AdsServer(self.plc, image, self.host, self.net_id).start()
        self._runner = threading.Thread(target=self.server.operate, daemon=True)
        self._runner.start()
        return self

    def stop(self):
        if self._runner:
            self.server.stop()
            self.plc.stop()
            self._runner.join(5)
            self._runner = None

    def __enter__(self):
        return self.start()

    def __exit__(self, *_):
        self.stop()
