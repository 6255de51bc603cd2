"""Plain reference of FB_ALY_StepResponse_1Ch: every call looks at all values since the step of the setpoint."""

from .reversals import reversals


class StepResponse:
    def __init__(self, fThresholdReversal, bUseRelativeTolerance, fErrorTolerance):
        self.threshold, self.relative, self.tolerance = fThresholdReversal, bUseRelativeTolerance, fErrorTolerance
        self.band, self.rows, self.executing = None, [], False
        self.found, self.results = 0, {}
        self.clear()

    def clear(self):
        names = ("fbEquivalentDeadTime", "fbEquivalentTimeConstant", "fbSettlingTime", "fbTimeMax")
        self.results = dict.fromkeys(names, 0)

    def call(self, t, x):
        x, setpoint = x
        before, started = self.found, False
        if self.band is None:
            self.band = self.band_of(setpoint)
        elif not self.band[0] <= setpoint <= self.band[1]:
            started = self.executing = True
            self.band, self.target, self.rows = self.band_of(setpoint), setpoint, []
            self.clear()
        if self.executing:
            self.rows.append((t, x))
            self.identify()
        return {
            "bNewResult": started or self.found > before,
            "bExecuting": self.executing,
            "fError": x - setpoint,
            **self.results,
        }

    def band_of(self, setpoint):
        width = self.tolerance * (abs(setpoint) / 100.0) if self.relative else self.tolerance
        return setpoint - width, setpoint + width

    def identify(self):
        (t0, y0), span = self.rows[0], self.target - self.rows[0][1]
        sign = 1 if span > 0 else -1
        steepest, self.found = 0.0, 0
        for (ta, ya), (tb, yb) in zip(self.rows, self.rows[1:], strict=False):
            if tb > ta and span and (yb - ya > 0) == (span > 0) and abs(yb - ya) / (tb - ta) > steepest:
                steepest = abs(yb - ya) / (tb - ta)
                delay = float(ta - t0) + sign * (y0 - ya) / steepest
                self.results["fbEquivalentDeadTime"] = int(min(max(delay, 0.0), 9.2e18))
                self.found += 1
                self.results["fbEquivalentTimeConstant"] = int(min(abs(span) / steepest, 9.2e18))
        values = [y for _, y in self.rows]
        largest = 0.0
        for place, kind in reversals(values, self.threshold):
            over = (values[place] - self.target) * (-1 if self.target < y0 else 1)
            if span and (kind > 0) == (span > 0) and over > largest:
                largest = over
                self.found += 1
                self.results["fbTimeMax"] = self.rows[place][0]
            if self.inside(values[place]):
                while place > 0 and self.inside(values[place - 1]):
                    place -= 1
                self.results["fbSettlingTime"] = self.rows[place][0] - t0
                self.executing = False
                self.found += 1
                return

    def inside(self, y):
        return self.band[0] <= y <= self.band[1]
