"""Plain references of FB_ALY_ProductivityDiagnosis_3Ch and FB_ALY_ProductivityInterval_1Ch."""

from .conditions import Condition
from .local_time import local_of, utc_of

DAY = 86_400 * 10**9


class ProductivityDiagnosis:
    def __init__(self, stThreshold, nNumProducedPieces, tProductionTime, fTolerance=0.0):
        self.producing, self.start, self.stop = (Condition(threshold, fTolerance) for threshold in stThreshold)
        self.per_piece = tProductionTime / nNumProducedPieces
        self.began = self.cycle = None
        self.cycles = []  # lengths of those of the latest interval
        self.elapsed = 0
        self.held = {"fProductivity": 0.0, "fProductivityLastCycle": 0.0, "fExpectedProductivity": 0.0}

    def percent(self, name, pieces, span):
        if span > 0:
            self.held[name] = 100.0 * self.per_piece * pieces / span

    def call(self, t, x):
        level = self.producing.met(x[0])
        starts, stops = self.start.edge(x[1]), self.stop.edge(x[2])
        finished = closed = False
        if self.began is not None:
            self.elapsed = t - self.began
            finished = self.cycle is not None and stops
            if finished:
                self.cycles.append(t - self.cycle)
                self.percent("fProductivityLastCycle", 1, self.cycles[-1])
                self.cycle = None
            self.percent("fExpectedProductivity", len(self.cycles), self.elapsed)
            closed = not level
            if closed:
                self.percent("fProductivity", len(self.cycles), self.elapsed)
                self.began = self.cycle = None
        elif level:
            self.began, self.elapsed, self.cycles = t, 0, []
            self.held["fExpectedProductivity"] = 0.0
        if self.began is not None and starts:
            self.cycle = t
        return self.held | {
            "bNewResult": finished or closed,
            "bProducing": self.began is not None,
            "bCycleFinished": finished,
            "fbElapsedTime": self.elapsed,
            "nProductionCycles": len(self.cycles),
        }


class ProductivityInterval:
    def __init__(self, stThreshold, nExpectedPieces, fTolerance=0.0, bPersistent=False, sTimeZone=""):
        self.zone = sTimeZone
        self.condition, self.expected = Condition(stThreshold, fTolerance), nExpectedPieces
        self.window = None  # start and end of the one in which the call before was
        self.pieces, self.whole, self.last = [], False, None
        self.current = self.estimated = self.full = 0.0

    def call(self, t, x, tTimeStart, tTimeStop):
        day = local_of(t, self.zone) // DAY
        days = [d for d in (day - 1, day) if utc_of(d * DAY + tTimeStart, self.zone) <= t]
        start = utc_of(days[-1] * DAY + tTimeStart, self.zone)
        length = utc_of(days[-1] * DAY + tTimeStart + ((tTimeStop - tTimeStart) % DAY or DAY), self.zone) - start
        inside = start <= t < start + length
        full = False
        if self.window and (not inside or self.window[0] != start):
            full = self.whole and t >= self.window[1]
            if full:
                self.full = 100.0 * len(self.pieces) / self.expected
            self.window = None
        if inside:
            if self.window is None:
                self.pieces, self.current, self.estimated = [], 0.0, 0.0
                self.whole = t == start or (self.last is not None and self.last <= start)
            self.window = (start, start + length)
        self.last = t
        edge = self.condition.edge(x[0])
        if inside and edge:
            self.pieces.append(t)
        if inside:
            times = sorted({start, *self.pieces})
            if t > start:
                self.current = 100.0 * len(self.pieces) / (self.expected * ((t - start) / length))
            if len(times) > 1:
                possible = (start + length - t) // (times[-1] - times[-2])
                self.estimated = 100.0 * (len(self.pieces) + possible) / self.expected
        return {
            "bNewResult": full or (inside and edge),
            "bWithinInterval": inside,
            "fbCurrentTimestamp": t,
            "fbIntervalLength": length,
            "fbElapsedTime": t - start if inside else 0,
            "fbRemainingTime": start + length - t if inside else 0,
            "nProducedInInterval": len(self.pieces),
            "nRemainingInInterval": max(self.expected - len(self.pieces), 0),
            "fCurrentProductivity": self.current,
            "fExpectedProductivity": self.estimated,
            "fLastFullPeriodProductivity": self.full,
        }
