"""FB_ALY_ShapeReconstruction from scratch: keeps the whole signal and cuts every segment out of it anew."""

import math

NAMES = {1: "symmetric", 2: "periodic", 3: "rectangular"}


def window(kind, length):
    if NAMES[kind] == "rectangular":
        return [1.0] * length
    parts = length - 1 if NAMES[kind] == "symmetric" else length
    return [0.0 if k % parts == 0 else math.sin(math.pi * k / parts) ** 2 for k in range(length)]


def nearest(shapes, segment):
    squares = []
    for shape in shapes:
        total = 0.0
        for a, b in zip(segment, shape, strict=True):
            total += (a - b) * (a - b)
        squares.append(total)
    return squares.index(min(squares))


def error_of(kind, shape, segment):
    differences = [a - b for a, b in zip(shape, segment, strict=True)]
    if kind == 1:
        return max(differences)
    if kind == 2:
        return max(abs(d) for d in differences)
    total = 0.0
    for d in differences:
        total += d * d
    return math.sqrt(total / len(differences))


class ShapeReconstruction:
    """In state Run, with shapes that were set."""

    def __init__(self, nSegmentLength, nStride, eWindow, eErrorKind, pShapeMatrix, fThreshold, **others):
        self.length, self.stride, self.kind = nSegmentLength, nStride, int(eErrorKind)
        self.window = window(int(eWindow), nSegmentLength)
        self.shapes, self.threshold = [list(map(float, row)) for row in pShapeMatrix], fThreshold
        self.signal, self.times, self.reconstructions = [], [], {}
        self.error, self.anomaly, self.shape, self.time, self.segments, self.anomalies = 0.0, False, -1, 0, 0, 0

    def call(self, t, x):
        self.signal.append(x[0])
        self.times.append(t)
        n, length = len(self.signal), self.length
        start = n - length
        completed = start >= 0 and start % self.stride == 0
        if completed:
            segment = [w * v for w, v in zip(self.window, self.signal[start:], strict=True)]
            self.shape = nearest(self.shapes, segment)
            chosen = self.shapes[self.shape]
            self.error = error_of(self.kind, chosen, segment)
            self.anomaly = self.error > self.threshold
            self.segments += 1
            self.anomalies += self.anomaly
            self.time = self.times[start]
            self.reconstructions[start] = chosen
        valid, value, original = False, 0.0, 0.0
        if start >= length - self.stride:
            total, cover = 0.0, 0.0
            for begin in sorted(self.reconstructions):
                if begin <= start < begin + length:
                    total += self.reconstructions[begin][start - begin]
            for k in range(start % self.stride, length, self.stride):
                cover += self.window[k]
            valid, value, original = True, total / cover, self.signal[start]
        return {
            "bNewResult": completed,
            "eState": 5,
            "bTaught": True,
            "nNumTaughtSamples": 0,
            "bTeachBufferFull": False,
            "fThreshold": self.threshold,
            "fError": self.error,
            "bAnomaly": self.anomaly,
            "nShapeIdx": self.shape,
            "fbTimeSegment": self.time,
            "nNumSegments": self.segments,
            "nNumAnomalies": self.anomalies,
            "fReconstruction": value,
            "fDelayedInput": original,
            "bReconstructionValid": valid,
        }
