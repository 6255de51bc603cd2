"""A simulated PLC for the bridge's tests: our own server around a small plant, stopped, started and changed at will."""

import threading

from alycat.runtime import Plc, Program, RealTimeClock
from alycat.runtime.iec import BOOL, LREAL, UDINT


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

    def change(self, program):
        """An online change while it runs."""
        plc = self.plc
        self.build(program)
        self.server.online_change(self.plc)
        self.plc = plc

    def start(self, version=1):
        self.server = self.plc.serve_ads(self.host, self.net_id)
        self.server.attendant.image.version = version
        self._runner = threading.Thread(target=self.server.operate, daemon=True)
        self._runner.start()
        return self

    def stop(self):
        if self._runner:
            self.server.stop()
            while self._runner.is_alive():  # a stop before the run has begun is forgotten
                self.plc.stop()
                self._runner.join(0.05)
            self._runner = None

    def __enter__(self):
        return self.start()

    def __exit__(self, *_):
        self.stop()
