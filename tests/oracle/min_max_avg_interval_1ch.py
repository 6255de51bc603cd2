"""FB_ALY_MinMaxAvgInterval_1Ch from scratch: every value is sorted into its interval by its time alone."""

import math

NOTHING = {"fMin": 0.0, "fMax": 0.0, "fAvg": 0.0, "fbTimeMin": 0, "fbTimeMax": 0}


def expected(times, values, interval):
    numbers = [(t - times[0]) // interval for t in times]
    finished = [n for n in numbers if n < numbers[-1]]
    row = dict(NOTHING)
    if finished:
        inside = [(t, x) for n, t, x in zip(numbers, times, values, strict=True) if n == finished[-1]]
        found = [x for _, x in inside]
        row = {
            "fMin": min(found),
            "fMax": max(found),
            "fAvg": math.fsum(found) / len(found),
            "fbTimeMin": next(t for t, x in inside if x == min(found)),
            "fbTimeMax": next(t for t, x in inside if x == max(found)),
        }
    row["bNewResult"] = len(numbers) > 1 and numbers[-1] > numbers[-2]
    row["fbTimeCurrentInterval"] = (times[-1] - times[0]) % interval
    return row
