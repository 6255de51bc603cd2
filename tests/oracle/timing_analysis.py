"""Plain reference of FB_ALY_TimingAnalysis_1Ch: everything computed from the list of all calls."""

from .conditions import Condition


class TimingAnalysis:
    def __init__(self, stThresholdLevel, fTolerance=0.0, bPersistent=False):
        self.condition = Condition(stThresholdLevel, fTolerance)
        self.calls = []

    def call(self, t, x):
        self.calls.append((t, self.condition.met(x[0])))
        pairs = list(zip(self.calls, self.calls[1:], strict=False))
        changes = [now for before, now in pairs if before[1] != now[1]]
        starts = [self.calls[0][0]] + [at for at, _ in changes]
        on = self.calls[-1][1]
        return {
            "bNewResult": on != (self.calls[-2][1] if len(self.calls) > 1 else False),
            "bIsOn": on,
            "nCountOn": self.calls[0][1] + sum(state for _, state in changes),
            "fbTimeCurrentInterval": t - starts[-1],
            "fbTimeLastInterval": starts[-1] - starts[-2] if len(starts) > 1 else 0,
            "fbTimeOnTotal": sum(now[0] - before[0] for before, now in pairs if before[1]),
            "fbTimeOffTotal": sum(now[0] - before[0] for before, now in pairs if not before[1]),
        }
