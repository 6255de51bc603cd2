"""One call of the correlation functions: a value of the reference and of each channel, for all lags, modes and windows.

The sums of SlidingWindow are kept twice. One set is whole; the other one was started at most a window ago, takes over
when it has seen a whole window itself, and so leaves behind what rounding has done to the first. FixWindow has one set
that starts with each window, Continuous one for the latest block of values and one for all blocks before, so that no
long sum takes in single values. Most fixed windows keep no sums: `correlation_windows` makes them at the end.
"""

from typing import Any

from alycat.runtime.kernel import kernel
from alycat.runtime.memory import f64, i64

from ..types import E_ALY_WindowMode
from .correlation_sums import (
    BASE,
    NORMED,
    SUMS,
    coefficient,
    gather,
    gather_products,
    recorded,
    remember,
    sums_of,
)
from .correlation_windows import keep, keep_as_older, window_sums

SLIDING = int(E_ALY_WindowMode.SlidingWindow)
FIXED = int(E_ALY_WindowMode.FixWindow)
CONTINUOUS = int(E_ALY_WindowMode.Continuous)


@kernel
def history(m: Any, signal: int) -> Any:
    """The latest values of a signal; 0 is the reference."""
    return f64(m, m.past + 16 * m.depth * signal, 2 * m.depth)


@kernel
def origin(m: Any, signal: int, which: int) -> Any:
    """The origin of a set of sums, as a pointer to one number."""
    return f64(m, m.origins + 8 * (2 * signal + which), 1)


@kernel
def enter(m: Any, channel: int, which: int, age: int, sign: float) -> None:
    """The pairs of `age` calls ago (0: of this call) enter the sums of a channel, or leave them."""
    back = m.calls - age  # values that are older than the present one of those pairs
    x, y = history(m, 0), history(m, channel + 1)
    ox, oy = origin(m, 0, which)[0], origin(m, channel + 1, which)[0]
    sums = sums_of(m, channel, which)
    at = m.place + age
    px, py = x[at] - ox, y[at] - oy
    forward = recorded(m.first_forward, m.stride, m.forward, back)
    backward = recorded(m.first_backward, m.stride, m.backward, back)
    below = f64(m, m.sums + 8 * (SUMS * m.lags * (2 * channel + which) + SUMS * m.forward), SUMS * m.backward)
    if m.kind <= NORMED:
        gather_products(sums, forward, x, at + m.first_forward, m.stride, py, sign)
        gather_products(below, backward, y, at + m.first_backward, m.stride, px, sign)
    else:
        gather(sums, m.forward, forward, x, at + m.first_forward, m.stride, py, ox, sign)
        gather(below, m.backward, backward, y, at + m.first_backward, m.stride, px, oy, sign)


@kernel
def clear(m: Any, which: int) -> None:
    for channel in range(m.channels):
        sums = sums_of(m, channel, which)
        for i in range(SUMS * m.lags):
            sums[i] = 0.0


@kernel
def set_origins(m: Any, which: int) -> None:
    """New sums have the mean of the values since the latest start as origin; the very first ones these values."""
    means = f64(m, m.means, m.channels + 1)
    for s in range(m.channels + 1):
        o = origin(m, s, which)
        if m.kind <= NORMED:
            o[0] = 0.0
        elif m.calls == 0:
            o[0] = history(m, s)[m.place]
        else:
            o[0] = means[s] / m.mean_count
        means[s] = 0.0
    m.mean_count = 0


@kernel
def take(m: Any, reference: float, values: Any) -> bool:
    """Takes the values of one call; whether there is a new result."""
    if not m.whole:
        return add_call(m, reference, values)
    keep(m, reference, values)
    if m.phase < m.size:
        return False
    end_window(m)
    return True


@kernel
def end_window(m: Any) -> None:
    """All of a window is there that is correlated as a whole."""
    m.phase = 0
    m.calls += m.size
    for c in range(m.channels):
        window_sums(m, c)
        finish(m, c)
    keep_as_older(m)


@kernel
def add_call(m: Any, reference: float, values: Any) -> bool:
    """The pairs of one call enter the sums, and in a sliding window others leave them; whether there is a result."""
    store(m, reference, values)
    begin(m)
    for c in range(m.channels):
        if m.window == SLIDING:
            enter(m, c, 1 - m.which, 0, 1.0)
            enter(m, c, m.which, 0, 1.0)
            if m.calls >= m.size:
                enter(m, c, m.which, m.size, -1.0)
        elif m.window == FIXED:
            enter(m, c, 0, 0, 1.0)
        else:
            enter(m, c, 1, 0, 1.0)
    m.calls += 1
    m.phase += 1
    if m.phase == m.size:
        m.phase = 0
        if m.window == CONTINUOUS:
            fold(m)
    if m.window == FIXED and m.phase != 0:
        return False
    for c in range(m.channels):
        finish(m, c)
    return True


@kernel
def store(m: Any, reference: float, values: Any) -> None:
    """The values of one call join the histories."""
    m.place = m.depth - 1 if m.place == 0 else m.place - 1
    remember(history(m, 0), m.depth, m.place, reference)
    for c in range(m.channels):
        remember(history(m, c + 1), m.depth, m.place, values[c])


@kernel
def begin(m: Any) -> None:
    """Starts sums where it is time to, and adds up what gives the next ones their origin."""
    if m.window == SLIDING:
        if m.phase == 0:  # the sums that were started a window ago are whole now
            m.which = 1 - m.which
            set_origins(m, 1 - m.which)
            clear(m, 1 - m.which)
            if m.calls == 0:
                set_origins(m, m.which)
    elif m.window == FIXED:
        if m.phase == 0:
            set_origins(m, 0)
            clear(m, 0)
    elif m.calls == 0:
        set_origins(m, 0)
        set_origins(m, 1)
    means = f64(m, m.means, m.channels + 1)
    for s in range(m.channels + 1):
        means[s] += history(m, s)[m.place]
    m.mean_count += 1


@kernel
def fold(m: Any) -> None:
    """Continuous: the sums of the latest block join those of all blocks before."""
    for channel in range(m.channels):
        old, new = sums_of(m, channel, 0), sums_of(m, channel, 1)
        for i in range(SUMS * m.lags):
            old[i] += new[i]
            new[i] = 0.0


@kernel
def finish_direction(m: Any, channel: int, start: int, lags: int, first: int, sign: int) -> None:
    """The coefficients of the lags of one sign; a lag without pairs has 0."""
    coefficients = f64(m, m.coefficients + 8 * channel * m.lags, m.lags)
    continuous = m.window == CONTINUOUS
    which = m.which if m.window == SLIDING else 0
    sums, fresh = sums_of(m, channel, which), sums_of(m, channel, 1)
    i = (sign * first - m.least_lag) // m.stride
    for j in range(lags):
        pairs = m.calls - first - j * m.stride
        value = 0.0
        if pairs > 0:
            at = start + j
            if m.kind == BASE:
                coefficients[i + sign * j] = sums[at] + (fresh[at] if continuous else 0.0)
                continue
            dp, d, p = sums[at], sums[at + lags], sums[at + 2 * lags]
            dd, pp = sums[at + 3 * lags], sums[at + 4 * lags]
            divisor = m.calls
            if continuous:
                dp, d, p = dp + fresh[at], d + fresh[at + lags], p + fresh[at + 2 * lags]
                dd, pp = dd + fresh[at + 3 * lags], pp + fresh[at + 4 * lags]
            else:
                pairs = min(pairs, m.size)
                divisor = pairs
            value = coefficient(m.kind, pairs, divisor, dp, d, p, dd, pp)
        coefficients[i + sign * j] = value


@kernel
def finish(m: Any, channel: int) -> None:
    """The coefficients of a channel, and the smallest and the largest of those that have pairs."""
    lags, n = m.lags, m.channels
    finish_direction(m, channel, 0, m.forward, m.first_forward, 1)
    finish_direction(m, channel, SUMS * m.forward, m.backward, m.first_backward, -1)
    coefficients = f64(m, m.coefficients + 8 * channel * lags, lags)
    least, most, least_lag, most_lag = 0.0, 0.0, 0, 0
    found = False
    for i in range(lags):
        lag, value = m.least_lag + i * m.stride, coefficients[i]
        if abs(lag) < m.calls:
            if not found or value < least:
                least, least_lag = value, lag
            if not found or value > most:
                most, most_lag = value, lag
            found = True
    f64(m, m.min_coefficients, n)[channel] = least
    f64(m, m.max_coefficients, n)[channel] = most
    i64(m, m.min_lags, n)[channel] = least_lag
    i64(m, m.max_lags, n)[channel] = most_lag
