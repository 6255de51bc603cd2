"""FB_ALY_MinMaxAvg from scratch; each element of `rows` holds the values of all channels."""

import math


def expected(times, rows):
    every = [value for row in rows for value in row]
    moments = [t for t, row in zip(times, rows, strict=True) for _ in row]
    least, most, average = min(every), max(every), math.fsum(every) / len(every)
    return {
        "bNewResult": True,
        "fResult": average,
        "fOverallMin": least,
        "fOverallMax": most,
        "fOverallAvg": average,
        "fbTimeOverallMin": moments[every.index(least)],
        "fbTimeOverallMax": moments[every.index(most)],
    }


def channel_statistics(rows):
    """Minima, maxima and averages, one per channel."""
    columns = list(zip(*rows, strict=True))
    return [[min(c) for c in columns], [max(c) for c in columns], [math.fsum(c) / len(c) for c in columns]]
