"""Plain reference of FB_ALY_LifecycleAnalysis_1Ch."""

from .conditions import Condition


class LifecycleAnalysis:
    def __init__(self, stThresholdEdge, nCyclesEstimated, fTolerance=0.0, bPersistent=False):
        self.condition, self.estimated = Condition(stThresholdEdge, fTolerance), nCyclesEstimated
        self.edges = []

    def call(self, x):
        self.edges.append(self.condition.edge(x[0]))
        n = sum(self.edges)
        return {"bNewResult": self.edges[-1], "nCyclesElapsed": n, "nCyclesRemaining": self.estimated - n}
