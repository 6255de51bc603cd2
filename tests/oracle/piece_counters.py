"""Plain references of FB_ALY_ContinuousPieceCounter_1Ch and FB_ALY_IntervalPieceCounter_1Ch: lists of intervals."""

from .conditions import Clock, Condition


class Intervals:
    """Completed intervals as (time, pieces)."""

    def __init__(self):
        self.done = []
        self.skipped = 0  # further empty ones

    def outputs(self, current, elapsed, is_new):
        counts = [n for _, n in self.done]
        first = {n: t for t, n in reversed(self.done)}  # the earliest time of each count
        return {
            "bNewResult": is_new,
            "nNumIntervals": len(self.done) + self.skipped,
            "nCountLastInterval": counts[-1] if counts else 0,
            "nCountCurrentInterval": current,
            "nCountMin": min(counts, default=0),
            "nCountMax": max(counts, default=0),
            "fbTimeCountMin": first[min(counts)] if counts else 0,
            "fbTimeCountMax": first[max(counts)] if counts else 0,
            "fbTimeCurrentInterval": elapsed,
        }


class ContinuousPieceCounter:
    def __init__(self, stThresholdEdge, tInterval, fTolerance=0.0, bPersistent=False):
        self.condition, self.interval = Condition(stThresholdEdge, fTolerance), tInterval
        self.clock, self.elapsed, self.current, self.intervals = Clock(), 0, 0, Intervals()

    def call(self, t, x):
        self.elapsed += self.clock.span(t)
        complete, self.elapsed = divmod(self.elapsed, self.interval)
        for _ in range(min(complete, 3)):
            self.intervals.done.append((t, self.current))
            self.current = 0
        self.intervals.skipped += max(complete - 3, 0)
        self.current += self.condition.edge(x[0])
        return self.intervals.outputs(self.current, self.elapsed, complete > 0)


class IntervalPieceCounter:
    def __init__(self, stThresholdEdge, bResetOnMultipleStart, tInterval, fTolerance=0.0, bPersistent=False):
        self.condition, self.interval = Condition(stThresholdEdge, fTolerance), tInterval
        self.restarts, self.began, self.flag = bResetOnMultipleStart, None, False
        self.pieces, self.elapsed, self.intervals = 0, 0, Intervals()

    def call(self, t, x, bStartInterval):
        edge = self.condition.edge(x[0])
        complete = self.began is not None and t - self.began >= self.interval
        if complete:
            self.intervals.done.append((t, self.pieces))
            self.began, self.elapsed = None, self.interval
        if bStartInterval and (self.began is None or (self.restarts and not self.flag)):
            self.began, self.pieces = t, 0
        self.flag = bStartInterval
        if self.began is not None:
            self.pieces += edge
            self.elapsed = t - self.began
        found = self.intervals.outputs(self.pieces, self.elapsed, complete)
        return found | {"bExecutingInterval": self.began is not None}
