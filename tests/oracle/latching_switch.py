"""Plain reference of FB_ALY_LatchingSwitch_1Ch."""

from .conditions import Condition


class LatchingSwitch:
    def __init__(self, stThresholdEdge, fTolerance=0.0, bPersistent=False):
        self.condition = Condition(stThresholdEdge, fTolerance)
        self.times = []

    def call(self, t, x):
        edge = self.condition.edge(x[0])
        if edge:
            self.times.append(t)
        return {
            "bNewResult": edge,
            "bOut": len(self.times) % 2 == 1,
            "nCount": len(self.times),
            "fbTimeLastEvent": self.times[-1] if self.times else 0,
        }
