"""Dynamic time warping by the whole table; the test asks dtaidistance as well."""

import math


def distance(a, b):
    table = {(-1, -1): 0.0}
    for i, x in enumerate(a):
        for j, y in enumerate(b):
            before = (table.get(place, math.inf) for place in ((i - 1, j), (i, j - 1), (i - 1, j - 1)))
            table[i, j] = abs(x - y) + min(before)
    return table[len(a) - 1, len(b) - 1]


class Interval:
    """FB_ALY_DynamicTimeWarpingInterval: x holds the reference and the channels."""

    def __init__(self, nNumChannels, nWindowSize):
        self.size, self.rows = nWindowSize, []
        self.distances, self.best = [0.0] * nNumChannels, 0

    def call(self, x):
        self.rows.append(x)
        complete = len(self.rows) == self.size
        if complete:
            reference, *channels = zip(*self.rows, strict=True)
            self.distances = [distance(reference, channel) for channel in channels]
            self.best = 1 + self.distances.index(min(self.distances))
            self.rows = []
        return complete, self.best, self.distances


class Templates:
    """FB_ALY_DynamicTimeWarping in state Read."""

    def __init__(self, templates):
        self.templates, self.period = templates, None
        self.start = self.stop = False
        self.distances, self.best, self.read = [0.0] * len(templates), 0, 0.0

    def call(self, x, start, stop):
        starts, stops = start and not self.start, stop and not self.stop
        self.start, self.stop = start, stop
        closes = self.period is not None and (starts or stops)
        if closes:
            self.distances = [distance(self.period, template) for template in self.templates]
            self.best = 1 + self.distances.index(min(self.distances))
            self.period = None
        if starts:
            self.period = []
        if self.period is not None:
            self.period.append(x)
            first = self.templates[0]
            self.read = first[min(len(self.period), len(first)) - 1]
        return {
            "bNewResult": closes,
            "bExecutingCompare": self.period is not None,
            "nBestMatchIdx": self.best,
            "fValueRead": self.read,
        }
