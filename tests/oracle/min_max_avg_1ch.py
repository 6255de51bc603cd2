"""FB_ALY_MinMaxAvg_1Ch from scratch."""

import math


def expected(times, values):
    least, most = min(values), max(values)
    return {
        "bNewResult": True,
        "fMin": least,
        "fMax": most,
        "fAvg": math.fsum(values) / len(values),
        "fbTimeMin": times[values.index(least)],
        "fbTimeMax": times[values.index(most)],
    }
