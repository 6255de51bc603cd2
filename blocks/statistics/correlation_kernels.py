"""One call of the correlation functions: a value of the reference and of each channel, for all lags, modes and windows.

The sums of SlidingWindow are kept twice. One set is whole; the other one was started at most a window ago, takes over
when it has seen a whole window itself, and so leaves behind what rounding has done to the first. FixWindow has one set
that starts with each window, Continuous one for the latest block of values and one for all blocks before, so that no
long sum takes in single values. A fixed window with many lags keeps no sums: at its end they are made from spectra.
"""

from typing import Any

from alycat.runtime.kernel import kernel
from alycat.runtime.memory import f64, i64

from ..fft import transform
from ..types import E_ALY_WindowMode
from .correlation_sums import BASE, NORMED, SUMS, coefficient, gather, gather_products, remember

SLIDING = int(E_ALY_WindowMode.SlidingWindow)
FIXED = int(E_ALY_WindowMode.FixWindow)
CONTINUOUS = int(E_ALY_WindowMode.Continuous)


@kernel
def sums_of(m: Any, channel: int, which: int) -> Any:
    """The sums of one channel: those of lags from 0 up, then those of lags below 0, downwards."""
    size = SUMS * m.lags
    return f64(m, m.sums + 8 * size * (2 * channel + which), size)


@kernel
def history(m: Any, signal: int) -> Any:
    """The latest values of a signal; 0 is the reference."""
    return f64(m, m.past + 16 * m.depth * signal, 2 * m.depth)


@kernel
def origin(m: Any, signal: int, which: int) -> Any:
    """The origin of a set of sums, as a pointer to one number."""
    return f64(m, m.origins + 8 * (2 * signal + which), 1)


@kernel
def recorded(lag: int, step: int, lags: int, age: int) -> int:
    """How many of the lags ``lag, lag + step, ...`` are at most `age`."""
    if age < lag:
        return 0
    return min(lags, (age - lag) // step + 1)


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
    n = m.channels
    m.place = m.depth - 1 if m.place == 0 else m.place - 1
    remember(history(m, 0), m.depth, m.place, reference)
    for c in range(n):
        remember(history(m, c + 1), m.depth, m.place, values[c])
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
            if m.spectral == 0:
                clear(m, 0)
    elif m.calls == 0:
        set_origins(m, 0)
        set_origins(m, 1)
    means = f64(m, m.means, n + 1)
    means[0] += reference
    for c in range(n):
        means[c + 1] += values[c]
    m.mean_count += 1
    if m.spectral == 0:
        for c in range(n):
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
    for c in range(n):
        if m.spectral != 0:
            spectral_sums(m, c)
        finish(m, c)
    return True


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


# ---- whole windows by their spectra ----------------------------------------------------------------------------------


@kernel
def spread(target: Any, length: int, ring: Any, at: int, size: int, older: int, zero: float) -> None:
    """A window of `size` values, oldest first, and behind it, cyclically before it, `older` values more."""
    for i in range(size):
        target[i] = ring[at + size - 1 - i] - zero
    for i in range(size, length - older):
        target[i] = 0.0
    for age in range(older):
        target[length - 1 - age] = ring[at + size + age] - zero


@kernel
def spectral_products(m: Any, channel: int) -> None:
    """The products of all lags at once: as cyclic correlations of the window with the same window and what lies before.

    Both directions go through the same three complex transforms: delayed reference and delayed channel are real and
    imaginary part of the first, the windows alone of the second, and the results of the third.
    """
    f, size = m.spectral, m.size
    age = m.calls - size  # values before the window
    ox, oy = origin(m, 0, 0)[0], origin(m, channel + 1, 0)[0]
    x, y, w = history(m, 0), history(m, channel + 1), f64(m, m.circle, 2 * f)
    ar, ai, br, bi = (
        f64(m, m.work, f),
        f64(m, m.work + 8 * f, f),
        f64(m, m.work + 16 * f, f),
        f64(m, m.work + 24 * f, f),
    )
    cr, ci = f64(m, m.work + 32 * f, f), f64(m, m.work + 40 * f, f)
    older = min(m.longest, age)
    spread(ar, f, x, m.place, size, older, ox)
    spread(ai, f, y, m.place, size, older, oy)
    spread(br, f, x, m.place, size, 0, ox)
    spread(bi, f, y, m.place, size, 0, oy)
    transform(ar, ai, cr, ci, w, f)
    transform(br, bi, cr, ci, w, f)
    for k in range(f):
        o = (f - k) & (f - 1)
        # Spectra of two real signals from that of both: delayed (v, q), the windows alone (p, u), each times 2.
        vr, vi, qr, qi = ar[k] + ar[o], ai[k] - ai[o], ai[k] + ai[o], ar[o] - ar[k]
        pr, pi, ur, ui = br[k] + br[o], bi[k] - bi[o], bi[k] + bi[o], br[o] - br[k]
        forward_r, forward_i = ur * vr + ui * vi, ui * vr - ur * vi
        backward_r, backward_i = pr * qr + pi * qi, pi * qr - pr * qi
        cr[k], ci[k] = forward_r - backward_i, forward_i + backward_r
    transform(ci, cr, ai, ar, w, f)
    sums = sums_of(m, channel, 0)
    scale = 0.25 / f
    for j in range(m.forward):
        sums[j] = cr[m.first_forward + j * m.stride] * scale
    for j in range(m.backward):
        sums[SUMS * m.forward + j] = ci[m.first_backward + j * m.stride] * scale


@kernel
def window_sums(m: Any, sums: Any, at: int, lags: int, first: int, d: Any, p: Any, od: float, op: float) -> None:
    """The four other sums of each lag: from lag to lag one value enters and one leaves."""
    size, place, step = m.size, m.place, m.stride
    age = m.calls - size
    s, ss, r, rr = 0.0, 0.0, 0.0, 0.0
    for i in range(size):
        value, other = d[place + i] - od, p[place + i] - op
        s += value
        ss += value * value
        r += other
        rr += other * other
    last = first + (lags - 1) * step
    j = 0
    for lag in range(last + 1):
        if lag == first + j * step:
            a = at + j
            sums[a + lags], sums[a + 2 * lags], sums[a + 3 * lags], sums[a + 4 * lags] = s, r, ss, rr
            j += 1
        gone = d[place + lag] - od
        s -= gone
        ss -= gone * gone
        if lag < age:
            value = d[place + size + lag] - od
            s += value
            ss += value * value
        elif lag < m.calls:  # no older value: the present one that would go with it is not used either
            other = p[place + m.calls - 1 - lag] - op
            r -= other
            rr -= other * other


@kernel
def spectral_sums(m: Any, channel: int) -> None:
    """All sums of a window that has just ended."""
    spectral_products(m, channel)
    if m.kind > NORMED:
        x, y = history(m, 0), history(m, channel + 1)
        ox, oy = origin(m, 0, 0)[0], origin(m, channel + 1, 0)[0]
        sums = sums_of(m, channel, 0)
        if m.forward > 0:
            window_sums(m, sums, 0, m.forward, m.first_forward, x, y, ox, oy)
        if m.backward > 0:
            window_sums(m, sums, SUMS * m.forward, m.backward, m.first_backward, y, x, oy, ox)
