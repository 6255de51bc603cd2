"""FB_ALY_ForecastBand from scratch: values and residuals in dictionaries by slot, quantiles by numpy."""

import numpy as np


class ForecastBand:
    def __init__(
        self, tSeason, tSlot, nNumSeasons, nNumNeighbours, fQuantileLower, fQuantileMiddle, fQuantileUpper, **others
    ):
        self.slot_ns, self.slots = tSlot, tSeason // tSlot
        self.seasons, self.neighbours = nNumSeasons, nNumNeighbours
        self.quantiles, self.needed = (fQuantileLower, fQuantileMiddle, fQuantileUpper), others["nMinResiduals"]
        self.values, self.residuals, self.given = {}, {}, {}
        self.band, self.anomalies = (0.0, 0.0, 0.0), 0
        self.slot, self.now = None, None

    def set_forecast(self, start, rows):
        first = start // self.slot_ns
        self.given = {first + i: tuple(row) for i, row in enumerate(rows)}
        self.slot = None

    def forecast(self, slot):
        """(centre or None, residuals of the pool, band, valid, from outside)."""
        past = [slot - season * self.slots for season in range(1, self.seasons + 1)]
        same = [self.values[p] for p in past if p in self.values]
        near = [p + h for p in past for h in range(-self.neighbours, self.neighbours + 1)]
        pool = [self.residuals[p] for p in near if p in self.residuals]
        centre = float(np.median(same)) if same else None
        valid = centre is not None and len(pool) >= self.needed
        if valid:
            self.band = tuple(centre + float(np.quantile(pool, q, method="weibull")) for q in self.quantiles)
        if slot in self.given:
            self.band = self.given[slot]
        return centre, len(pool), valid or slot in self.given, slot in self.given

    def call(self, t, x, bLearn):
        slot, value = t // self.slot_ns, x[0]
        if slot != self.slot:
            self.slot, self.now = slot, self.forecast(slot)
        centre, pool, valid, from_outside = self.now
        low, middle, high = self.band
        distance = 0.0
        if valid:
            distance = value - high if value > high else value - low if value < low else 0.0
        self.anomalies += distance != 0
        if bLearn:
            self.values[slot] = value
            if centre is not None:
                self.residuals[slot] = value - centre
        return {
            "bNewResult": valid,
            "fBandLower": low,
            "fBandMiddle": middle,
            "fBandUpper": high,
            "bBandValid": valid,
            "bFromOutside": from_outside,
            "bAnomaly": distance != 0,
            "fDistance": distance,
            "nNumAnomalies": self.anomalies,
            "nNumResiduals": pool,
        }
