"""What stands for a missing value, from all values before it."""

import math
import statistics
from fractions import Fraction


def filled(rows, how, constant, median_size):
    """The rows without gaps, and how many gaps each channel had; `how` and `constant` have an element per channel."""
    result, counts = [], [0] * len(how)
    for number, row in enumerate(rows):
        result.append([])
        for channel, value in enumerate(row):
            if not math.isfinite(value):
                before = [r[channel] for r in rows[:number] if math.isfinite(r[channel])]
                value = stand_in(before, how[channel], constant[channel], median_size)
                counts[channel] += 1
            result[-1].append(value)
    return result, counts


def stand_in(before, how, constant, median_size):
    if how == "Constant" or not before:
        return constant
    if how == "Last":
        return before[-1]
    if how == "Mean":
        return float(sum(map(Fraction, before)) / len(before))
    return statistics.median(before[-median_size:])
