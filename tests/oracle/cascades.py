"""FB_ALY_RMS_1Ch and FB_ALY_Mean_1Ch from scratch: every result directly from the values of its interval."""

import math

USE_PREVIOUS = 2


def results(values, sizes, squared, startup):
    """(results, flags) after all these values; `sizes` are the values of each cascade's interval."""
    shown, fresh = [], []
    for size in sizes:
        full = len(values) // size
        part = values[(full - 1) * size : full * size]
        if full:
            mean = math.fsum(x * x if squared else x for x in part) / size
            shown.append(math.sqrt(mean) if squared else mean)
            fresh.append(len(values) % size == 0)
        elif startup == USE_PREVIOUS and shown:
            shown.append(shown[-1])
            fresh.append(fresh[-1])
        else:
            shown.append(0.0)
            fresh.append(False)
    return shown, fresh
