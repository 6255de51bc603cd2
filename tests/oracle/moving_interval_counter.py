"""Plain reference of FB_ALY_MovingIntervalCounter_1Ch: all events ever, looked through at each call."""

from .conditions import Condition


class MovingIntervalCounter:
    def __init__(self, stThresholdEdge, tInterval, nCountLimit, fTolerance=0.0, bPersistent=False):
        self.condition, self.interval = Condition(stThresholdEdge, fTolerance), tInterval
        self.limit, self.events, self.inside, self.first = nCountLimit, [], [], 0

    def call(self, t, x):
        edge = self.condition.edge(x[0])
        if edge:
            self.events.append(t)
        inside = [e for e in self.events if t - e < self.interval]
        before, self.inside = self.inside, inside[-self.limit :]
        if self.inside:
            self.first = self.inside[0]
        left = any(t - e >= self.interval for e in before)
        return {
            "bNewResult": edge or left,
            "bEdge": edge,
            "bLimited": len(inside) > self.limit,
            "nCountsInInterval": len(self.inside),
            "fbTimeFirstCount": self.first,
            "fbTimeLastCount": self.events[-1] if self.events else 0,
        }
