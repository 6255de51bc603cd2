"""Plain reference of FB_ALY_LifetimeAnalysis_1Ch."""

from .conditions import Clock, Condition


class LifetimeAnalysis:
    def __init__(self, stThresholdLevel, tLifetimeEstimated, fTolerance=0.0, bPersistent=False):
        self.condition, self.estimated = Condition(stThresholdLevel, fTolerance), tLifetimeEstimated
        self.clock, self.in_use, self.used = Clock(), False, []

    def call(self, t, x):
        span = self.clock.span(t) if self.in_use else self.clock.span(t) * 0
        self.used.append(span)
        self.in_use = self.condition.met(x[0])
        return {
            "bNewResult": span > 0,
            "fbLifetimeElapsed": sum(self.used),
            "fbLifetimeRemaining": self.estimated - sum(self.used),
        }
