"""Plain reference of FB_ALY_AM8xxxSSD."""

import struct

SCALES = (0.01, 0.01, 0.001, 0.01, 0.001, 0.001, 0.01, 0.001)
NAMES = ("Humidity", "Temperature", "XRmsAcceleration", "XKurtosisAcceleration", "XPeakPeakAcceleration")
NAMES += ("YRmsAcceleration", "YKurtosisAcceleration", "YPeakPeakAcceleration")


def words(raw):
    """The four sensor words of eight raw values."""
    return struct.unpack("<4I", struct.pack("<HhHHHHHH", *raw))


class Diagnosis:
    def __init__(self, humidity, temperature, bins, threshold):
        self.threshold, self.data, self.counter, self.last = threshold, [], None, None
        self.times = [0] * humidity, [0] * temperature
        self.histograms = [0] * (bins + 2), [0] * (bins + 2)
        self.shocks = [[], []]

    def call(self, t, x):
        if self.data:
            for times, value, low, high in zip(self.times, self.data[-1], (0, -50), (100, 150), strict=False):
                times[section(value, low, high, len(times))] += t - self.last
        self.last = t
        if x[0] == self.counter:
            return
        self.counter = x[0]
        raw = struct.unpack("<HhHHHHHH", struct.pack("<4I", *map(int, x[1:])))
        self.data.append([number * scale for number, scale in zip(raw, SCALES, strict=True)])
        for axis, i in ((0, 2), (1, 5)):
            value, limit = self.data[-1][i], 2 * self.threshold
            bins = len(self.histograms[axis]) - 2
            self.histograms[axis][bins + 1 if value > limit else 1 + section(value, 0, limit, bins)] += 1
            if len(self.data) > 1 and value > self.threshold >= self.data[-2][i]:
                self.shocks[axis].append(t)

    def column(self, i):
        return [row[i] for row in self.data]


def section(value, low, high, count):
    return min(max(int((value - low) / (high - low) * count), 0), count - 1)
