"""Plain references of the blocks for wind turbines and XTS movers."""

import itertools
import math

import numpy as np


class Turbulence:
    def __init__(self, nNumCycles):
        self.cycles, self.values = nNumCycles, []
        self.results = {"fMean": 0.0, "fTurbulence": 0.0, "fTurbulenceIntensity": 0.0}

    def call(self, t, x):
        self.values.append(x[0])
        complete = len(self.values) == self.cycles
        if complete:
            mean, deviation = float(np.mean(self.values)), float(np.std(self.values))
            share = deviation / mean if mean else 0.0
            self.results = {"fMean": mean, "fTurbulence": deviation, "fTurbulenceIntensity": share}
            self.values = []
        return {"bNewResult": complete, **self.results}


def way(before, after, length):
    d = after - before
    laps = math.floor(abs(d) / length) * length
    d = d - laps if d > 0 else d + laps
    return d - length if d > length / 2 else d + length if d <= -length / 2 else d


class Mover:
    """Positions with rising time stamps; what three of the blocks make of them."""

    def __init__(self, nXtsLength):
        self.length, self.rows = nXtsLength, []

    def add(self, t, x):
        is_new = not self.rows or t > self.rows[-1][0]
        if is_new:
            self.rows.append((t, x[0]))
        return is_new

    def velocity(self, i):
        """Over the span that ends with row i, and that span in s."""
        (t0, x0), (t1, x1) = self.rows[i - 1], self.rows[i]
        span = (t1 - t0) / 1e9
        return 0.001 * way(x0, x1, self.length) / span, span


class Velocity(Mover):
    def call(self, t, x):
        is_new = self.add(t, x) and len(self.rows) > 1
        return {"bNewResult": is_new, "fVelocity": self.velocity(len(self.rows) - 1)[0] if len(self.rows) > 1 else 0.0}


class Acceleration(Mover):
    def call(self, t, x):
        is_new = self.add(t, x) and len(self.rows) > 2
        found, n = 0.0, len(self.rows)
        if n > 2:
            (v1, s1), (v2, s2) = self.velocity(n - 2), self.velocity(n - 1)
            found = 2.0 * (v2 - v1) / (s2 + s1)
        return {"bNewResult": is_new, "fAcceleration": found}


class Distance:
    def __init__(self, nXtsLength, bPersistent=False):
        self.length, self.positions = nXtsLength, []

    def call(self, t, x):
        self.positions.append(x[0])
        ways = [0.001 * way(a, b, self.length) for a, b in itertools.pairwise(self.positions)]
        forward, backward = math.fsum(w for w in ways if w > 0), math.fsum(-w for w in ways if w < 0)
        return {
            "bNewResult": len(ways) > 0,
            "fDistance": forward + backward,
            "fDistancePos": forward,
            "fDistanceNeg": backward,
        }


def lags(values, order, constant, rate):
    """A PTn filter by its difference equation, from rest at the first value."""
    share = -math.expm1(-1.0 / (constant * rate)) if constant * rate else 1.0
    for _ in range(order):
        smoothed = [values[0]]
        for value in values[1:]:
            smoothed.append(smoothed[-1] + share * (value - smoothed[-1]))
        values = smoothed
    return values


def derivative(values, rate):
    return [0.0, *(rate * (b - a) for a, b in itertools.pairwise(values))]


def movement(rows, length, factor, rate, orders, constants, use1, use2):
    """All outputs of FB_ALY_XtsMovementAnalysis for all rows, column by column."""
    raw = [factor * row[0] for row in rows]
    path = raw[:1]
    for a, b in itertools.pairwise(raw):
        path.append(path[-1] + way(a, b, length))
    position = lags(path, orders[0], constants[0], rate)
    velocity_raw = derivative([p * 0.001 for p in position], rate)
    velocity = lags(velocity_raw, orders[1], constants[1], rate)
    acceleration_raw = derivative(velocity, rate)
    acceleration = lags(acceleration_raw, orders[2], constants[2], rate)
    external = []
    for channel, use in ((1, use1), (2, use2)):
        values = [row[channel] for row in rows]
        for stage in range(4):
            if use[stage]:
                values = lags(values, orders[stage], constants[stage], rate)
        external.append(values if any(use) else [0.0] * len(rows))
    return {
        "fPositionRaw": raw,
        "fPositionFiltered": [p % length for p in position],
        "fVelocityRaw": velocity_raw,
        "fVelocityFiltered": velocity,
        "fAccelerationRaw": acceleration_raw,
        "fAccelerationFiltered": acceleration,
        "fJerkRaw": derivative(acceleration, rate),
        "fExtSignal1Filtered": external[0],
        "fExtSignal2Filtered": external[1],
    }
