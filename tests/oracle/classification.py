"""Plain references of the classificators, histograms and the section timer."""

import bisect

import numpy as np


class Bandwidth:
    def __init__(self, fLowerBound=None, fUpperBound=None):
        self.bounds = fLowerBound, fUpperBound
        self.eClass, self.changed = 0, 0

    def call(self, t, x):
        lower, upper = self.bounds if len(x) == 1 else x[1:]
        found = 2 if x[0] < lower else 3 if x[0] > upper else 1
        if found != self.eClass:
            self.eClass, self.changed = found, t
        return {"bNewResult": True, "eClass": self.eClass, "fbTimeLastEvent": self.changed}


class Threshold:
    def __init__(self, fThresholdLevelOkWarning, fThresholdLevelWarningAlarm, fTolerance=0.0):
        self.levels = fThresholdLevelOkWarning, fThresholdLevelWarningAlarm
        self.times = {2: 0, 3: 0}

    def call(self, t, x):
        found = 1 + bisect.bisect_right(self.levels, x[0])
        self.times[found] = t
        return {
            "bNewResult": True,
            "eClass": found,
            "fbTimeLastEventWarning": self.times[2],
            "fbTimeLastEventAlarm": self.times[3],
        }


def histogram(values, bins, first, last):
    """Counts with an element for values below and one for values above; numpy does the bins."""
    values = np.asarray(values)
    inside = np.histogram(values, bins, (first, last))[0]
    return [int((values < first).sum()), *inside.tolist(), int((values > last).sum())]


def states(values, least, greatest):
    """Counts of each integer."""
    whole = [int(abs(v) + 0.5) * (1 if v > 0 else -1) for v in values]
    inside = [whole.count(s) for s in range(least, greatest + 1)]
    return [sum(w < least for w in whole), *inside, sum(w > greatest for w in whole)]


def section_times(times, values, borders):
    """ns in each section, by the earlier of two values."""
    spans = [0] * (len(borders) + 1)
    for i in range(1, len(times)):
        spans[sum(border <= values[i - 1] for border in borders)] += times[i] - times[i - 1]
    return spans
