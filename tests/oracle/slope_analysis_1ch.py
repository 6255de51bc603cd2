"""FB_ALY_SlopeAnalysis_1Ch from scratch."""

NOTHING = {"fSlope": 0.0, "fSlopeMin": 0.0, "fSlopeMax": 0.0, "fDeltaValue": 0.0, "fbDeltaTime": 0}
NO_TIMES = {"fbTimeSlope": 0, "fbTimeSlopeMin": 0, "fbTimeSlopeMax": 0}


def slopes(times, values, n):
    """(slope, difference, time difference, time it belongs to, row) of each row that has a slope."""
    for k in range(n, len(values)):
        elapsed = times[k] - times[k - n]
        if elapsed:
            delta = values[k] - values[k - n]
            middle = times[k - n // 2] if n % 2 == 0 else times[k - (n - 1) // 2]
            yield delta / elapsed * 1e9, delta, elapsed, middle, k  # in the order of the block, for equal extremes


def expected(times, values, n):
    found = list(slopes(times, values, n))
    if not found:
        return NOTHING | NO_TIMES | {"bNewResult": False}
    slope, delta, elapsed, middle, row = found[-1]
    least = min(found, key=lambda f: f[0])
    most = max(found, key=lambda f: f[0])
    return {
        "bNewResult": row == len(values) - 1,
        "fSlope": slope,
        "fSlopeMin": least[0],
        "fSlopeMax": most[0],
        "fDeltaValue": delta,
        "fbDeltaTime": elapsed,
        "fbTimeSlope": middle,
        "fbTimeSlopeMin": least[3],
        "fbTimeSlopeMax": most[3],
    }
