"""FB_ALY_TimeBasedEnvelope_1Ch, plainly."""


class Envelope:
    def __init__(self, points, relative, band, negate):
        self.points, self.relative, self.band, self.negate = points, relative, band, negate
        self.before, self.rest = False, []
        self.shown = {
            "bBusy": False,
            "eState": 1,
            "nValueNumber": 0,
            "fValueRead": 0.0,
            "fBandLower": 0.0,
            "fBandUpper": 0.0,
            "bWithinBand": False,
            "eCompareResult": 0,
        }
        self.counts = dict.fromkeys(("nCurrentComparedCycles", "nCountWithinBand", "nCountSmaller", "nCountBigger"), 0)

    def call(self, x, bStartPeriod):
        start = bStartPeriod != self.negate
        if start and not self.before:
            self.rest = list(enumerate(self.points, start=1))
        self.before = start
        comparing = bool(self.rest)
        if comparing:
            number, point = self.rest.pop(0)
            half = abs(point) * self.band / 100 if self.relative else self.band
            lower, upper = point - half, point + half
            result = 2 if x < lower else 3 if x > upper else 1
            self.counts[{1: "nCountWithinBand", 2: "nCountSmaller", 3: "nCountBigger"}[result]] += 1
            self.counts["nCurrentComparedCycles"] += not self.rest
            self.shown |= {
                "nValueNumber": number,
                "fValueRead": point,
                "fBandLower": lower,
                "fBandUpper": upper,
                "bWithinBand": result == 1,
                "eCompareResult": result,
            }
        return {"bNewResult": comparing, "bExecutingCompare": comparing} | self.shown | self.counts
