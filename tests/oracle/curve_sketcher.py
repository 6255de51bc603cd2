"""Plain reference of FB_ALY_CurveSketcher_1Ch: the whole past is looked at again in every call."""

from .reversals import reversals


class CurveSketcher:
    def __init__(self, fThresholdReversal, bCalcInflection, fThresholdDelta):
        self.threshold, self.inflection, self.threshold_delta = fThresholdReversal, bCalcInflection, fThresholdDelta
        self.times, self.values = [], []
        self.turns, self.maxima = [], []

    def call(self, t, x):
        self.times.append(t)
        self.values.append(x[0])
        turns = reversals(self.values, self.threshold)
        new_turns, self.turns = turns[len(self.turns) :], turns
        new_maxima = self.new_maxima(new_turns) if self.inflection else []
        self.maxima += new_maxima
        peaks = [place for place, kind in turns if kind > 0]
        valleys = [place for place, kind in turns if kind < 0]
        at = self.maxima[-1] if self.maxima else None
        return {
            "bNewResult": bool(new_turns or new_maxima),
            "fLastPeak": self.values[peaks[-1]] if peaks else 0.0,
            "fbTimeLastPeak": self.times[peaks[-1]] if peaks else 0,
            "nCountPeaks": len(peaks),
            "fLastValley": self.values[valleys[-1]] if valleys else 0.0,
            "fbTimeLastValley": self.times[valleys[-1]] if valleys else 0,
            "nCountValleys": len(valleys),
            "fValueAtMaxDelta": self.values[at] if at else 0.0,
            "fMaxDelta": self.delta(at) if at else 0.0,
            "fbTimeMaxDelta": self.times[at] if at else 0,
            "nCountMaxDelta": len(self.maxima),
        }

    def delta(self, place):
        return abs(self.values[place] - self.values[place - 1])

    def new_maxima(self, new_turns):
        """Positions of the maxima that this call finds, in the order of the outputs."""
        deltas = [self.delta(i) for i in range(1, len(self.values))]
        by_threshold = [i + 1 for i, kind in reversals(deltas, self.threshold_delta) if kind > 0]
        new = [place for place in by_threshold if place not in self.maxima]
        if new_turns and len(self.turns) > 1:
            first, last = self.turns[-2][0], self.turns[-1][0]
            if not any(first < place <= last for place in (*self.maxima, *new)):
                new.append(max(range(first + 1, last + 1), key=self.delta))
        return new
