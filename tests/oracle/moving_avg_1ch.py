"""FB_ALY_MovingAvg_1Ch from scratch: the window is put together anew for each row."""

import math

ZERO_PADDING, USE_FIRST_VALUE, WAIT_UNTIL_FILLED, AVG_OVER_EXISTING = 1, 2, 3, 4


def expected(times, values, length, startup):
    window = values[-length:]
    missing = length - len(window)
    if startup == WAIT_UNTIL_FILLED and missing:
        return {"bNewResult": False, "fMovingAvg": 0.0, "fMovingMin": 0.0, "fMovingMax": 0.0}
    if startup in (ZERO_PADDING, USE_FIRST_VALUE):
        window = [0.0 if startup == ZERO_PADDING else values[0]] * missing + window
    return {
        "bNewResult": True,
        "fMovingAvg": math.fsum(window) / len(window),
        "fMovingMin": min(window),
        "fMovingMax": max(window),
    }
