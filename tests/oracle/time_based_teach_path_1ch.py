"""FB_ALY_TimeBasedTeachPath_1Ch, plainly: whole periods are collected and merged when they end."""


class TeachPath:
    """Periods are lists; nothing is merged before a period ends, except for what the outputs show."""

    def __init__(self, mode, most=0, negate_start=False, negate_stop=False, stored=(), stored_cycles=0):
        self.mode, self.most = mode, most
        self.negate = negate_start, negate_stop
        self.points, self.cycles = list(stored), stored_cycles
        self.period = None
        self.flags = False, False
        self.written = self.added = 0

    def merge(self, stored, new):
        if self.mode == "Minimum":
            return min(stored, new)
        if self.mode == "Maximum":
            return max(stored, new)
        return (stored * self.cycles + new) / (self.cycles + 1)

    def end_period(self):
        if not self.cycles:
            self.points = self.period
        else:
            new = [self.merge(s, n) for s, n in zip(self.points, self.period, strict=False)]
            self.points = new + self.points[len(new) :]
        self.cycles += 1
        self.added += 1
        self.period = None

    def call(self, x, bStartPeriod, bStopPeriod):
        now = bStartPeriod != self.negate[0], bStopPeriod != self.negate[1]
        start, stop = (n and not b for n, b in zip(now, self.flags, strict=True))
        self.flags = now
        ended = self.period is not None and (start or stop)
        if ended:
            self.end_period()
        if start and (self.most == 0 or self.added < self.most):
            self.period = []
        if self.period is not None:
            self.period.append(x)
            if not self.cycles or len(self.period) <= len(self.points):
                self.written += 1
        first = self.period is not None and not self.cycles
        return {
            "bNewResult": ended,
            "bBusy": False,
            "bTeaching": self.period is not None,
            "eState": 1,
            "nWrittenValues": self.written,
            "nValuesInFile": len(self.period) if first else len(self.points),
            "nCurrentTeachCycles": self.cycles,
        }
