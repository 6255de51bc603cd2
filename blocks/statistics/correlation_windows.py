"""A fixed window that is correlated as a whole, in its last call; in all others its values are only kept.

A signal stands newest first: ``x[age]`` is the value of `age` calls before the last one, so the window is ``x[:size]``,
and what lies before it, as far as the longest delay reaches, stands behind. The products of all lags are made directly,
sixteen neighbouring lags at a time, or from spectra, whichever is less work (`correlation.Plan`); for covariances they
are products of distances from the mean of the window.
"""

from typing import Any

from alycat.runtime.kernel import kernel
from alycat.runtime.memory import f64
from alycat.runtime.vector_lags import LANES, lag_products

from ..fft import transform
from .correlation_sums import DELAYED, DELAYED_SQUARES, NORMED, PRESENT, PRESENT_SQUARES, SUMS, recorded, sums_of


@kernel
def signal(m: Any, number: int) -> Any:
    """The values of a signal, newest first; 0 is the reference."""
    return f64(m, m.past + 8 * m.depth * number, m.depth)


@kernel
def keep(m: Any, reference: float, values: Any) -> None:
    """The values of one call."""
    place = m.size - 1 - m.phase
    signal(m, 0)[place] = reference
    for c in range(m.channels):
        signal(m, c + 1)[place] = values[c]
    m.phase += 1


@kernel
def keep_as_older(m: Any) -> None:
    """The newest values become those that lie before the next window."""
    for number in range(m.channels + 1):
        x = signal(m, number)
        for age in range(m.longest - 1, -1, -1):
            x[m.size + age] = x[age]


@kernel
def window_sums(m: Any, channel: int) -> None:
    """All sums of the window that has just ended; for Base and Normed those of the products alone."""
    x, y = signal(m, 0), signal(m, channel + 1)
    ox, oy = 0.0, 0.0
    if m.kind > NORMED:
        ox, oy = mean(x, m.size), mean(y, m.size)
    if m.spectral != 0:
        spectral_products(m, channel, ox, oy)
    else:
        direct_products(m, channel, 0, m.forward, m.first_forward, 0, channel + 1, ox, oy)
        direct_products(m, channel, SUMS * m.forward, m.backward, m.first_backward, channel + 1, 0, oy, ox)
    if m.kind > NORMED:
        sx, ssx = moments(x, m.size, ox)
        sy, ssy = moments(y, m.size, oy)
        sums = sums_of(m, channel, 0)
        other_sums(m, sums, 0, m.forward, m.first_forward, x, y, ox, oy, sx, ssx, sy, ssy)
        other_sums(m, sums, SUMS * m.forward, m.backward, m.first_backward, y, x, oy, ox, sy, ssy, sx, ssx)


@kernel
def mean(x: Any, count: int) -> float:
    """The mean of so many values, added up in four sums, as one would wait for each of its additions."""
    a, b, c, d = 0.0, 0.0, 0.0, 0.0
    whole = count - count % 4
    for i in range(0, whole, 4):
        a, b, c, d = a + x[i], b + x[i + 1], c + x[i + 2], d + x[i + 3]
    for i in range(whole, count):
        a += x[i]
    return ((a + b) + (c + d)) / count


@kernel
def moments(x: Any, count: int, origin: float) -> tuple[float, float]:
    """Sum and sum of squares of the distances from an origin."""
    total, squares = 0.0, 0.0
    for i in range(count):
        value = x[i] - origin
        total += value
        squares += value * value
    return total, squares


@kernel
def other_sums(
    m: Any,
    sums: Any,
    at: int,
    lags: int,
    first: int,
    d: Any,
    p: Any,
    od: float,
    op: float,
    s: float,
    ss: float,
    r: float,
    rr: float,
) -> None:
    """The four other sums of each lag, from those without delay: from lag to lag one value enters and one leaves."""
    j = 0
    for lag in range(first + (lags - 1) * m.stride + 1 if lags > 0 else 0):
        if lag == first + j * m.stride:
            a = at + j
            sums[a + DELAYED * lags], sums[a + PRESENT * lags] = s, r
            sums[a + DELAYED_SQUARES * lags], sums[a + PRESENT_SQUARES * lags] = ss, rr
            j += 1
        gone = d[lag] - od
        s -= gone
        ss -= gone * gone
        if m.size + lag < m.calls:
            value = d[m.size + lag] - od
            s += value
            ss += value * value
        elif lag < m.calls:  # no older value: the present one that would go with it is not used either
            other = p[m.calls - 1 - lag] - op
            r -= other
            rr -= other * other


# ---- products, directly ----------------------------------------------------------------------------------------------


@kernel
def lay_out(target: Any, x: Any, rows: int, columns: int, first: int, step: int, known: int, origin: float) -> None:
    """Row r holds the delayed values of ages first + r, first + r + step, ...; those that are not known count 0."""
    for r in range(rows):
        used = recorded(first + r, step, columns, known - 1)
        for q in range(used):
            target[r * columns + q] = x[first + r + q * step] - origin
        for q in range(used, columns):
            target[r * columns + q] = 0.0


@kernel
def direct_products(
    m: Any, channel: int, at: int, lags: int, first: int, delayed: int, present: int, od: float, op: float
) -> None:
    """The products of the lags first, first + stride, ... of two signals, the delayed one and the present one.

    Without a stride and an origin the signals are used as they stand: what the lanes beyond the last lag read from
    behind them goes nowhere.
    """
    size, step = m.size, m.stride
    rows, columns = 1, 0
    factors, table = m.past + 8 * m.depth * present, m.past + 8 * (m.depth * delayed + first)
    if step > 1 or m.kind > NORMED:
        rows, columns = min(step, size), m.columns
        factors, table = m.work + 8 * LANES, m.work + 8 * (LANES + size)
        known = min(m.calls, m.depth)
        lay_out(f64(m, factors, size), signal(m, present), 1, size, 0, 1, size, op)
        lay_out(f64(m, table, rows * columns), signal(m, delayed), rows, columns, first, step, known, od)
    totals, sums = f64(m, m.work, LANES), sums_of(m, channel, 0)
    for j in range(0, lags, LANES):
        for lane in range(LANES):
            totals[lane] = 0.0
        for r in range(rows):
            count = (size - r + step - 1) // step
            row = f64(m, table + 8 * (r * columns + j), count + LANES)
            lag_products(totals, row, f64(m, factors + 8 * r, size - r), count, step)
        for lane in range(min(LANES, lags - j)):
            sums[at + j + lane] = totals[lane]


# ---- products, from spectra ------------------------------------------------------------------------------------------


@kernel
def spread(target: Any, length: int, x: Any, at: int, count: int, older: int, origin: float) -> None:
    """The values of ages at + count - 1 .. at, oldest first, and behind them, cyclically before them, `older` more."""
    for i in range(count):
        target[i] = x[at + count - 1 - i] - origin
    for i in range(count, length - older):
        target[i] = 0.0
    for age in range(older):
        target[length - 1 - age] = x[at + count + age] - origin


@kernel
def spectral_products(m: Any, channel: int, ox: float, oy: float) -> None:
    """The products of all lags at once: as cyclic correlations of parts of the window with these and what lies before.

    Both directions go through the same complex transforms: delayed reference and delayed channel are real and imaginary
    part of one, the parts of the window alone of another, and the results, added up over all parts, of the last.
    """
    f = m.spectral
    x, y, w = signal(m, 0), signal(m, channel + 1), f64(m, m.circle, 2 * f)
    ar, ai, br, bi = (
        f64(m, m.work, f),
        f64(m, m.work + 8 * f, f),
        f64(m, m.work + 16 * f, f),
        f64(m, m.work + 24 * f, f),
    )
    cr, ci = f64(m, m.work + 32 * f, f), f64(m, m.work + 40 * f, f)
    er, ei = f64(m, m.work + 48 * f, f), f64(m, m.work + 56 * f, f)
    for k in range(f):
        cr[k], ci[k] = 0.0, 0.0
    for at in range(0, m.size, f - m.longest):
        count = min(f - m.longest, m.size - at)
        older = min(m.longest, m.calls - at - count)
        spread(ar, f, x, at, count, older, ox)
        spread(ai, f, y, at, count, older, oy)
        spread(br, f, x, at, count, 0, ox)
        spread(bi, f, y, at, count, 0, oy)
        transform(ar, ai, er, ei, w, f)
        transform(br, bi, er, ei, w, f)
        add_spectra(cr, ci, ar, ai, br, bi, f)
    transform(ci, cr, ai, ar, w, f)
    sums = sums_of(m, channel, 0)
    scale = 0.25 / f
    for j in range(m.forward):
        sums[j] = cr[m.first_forward + j * m.stride] * scale
    for j in range(m.backward):
        sums[SUMS * m.forward + j] = ci[m.first_backward + j * m.stride] * scale


@kernel
def add_spectra(cr: Any, ci: Any, ar: Any, ai: Any, br: Any, bi: Any, f: int) -> None:
    """From the spectra a of both delayed signals and b of both parts of the window: 4 times those of the products."""
    for k in range(f):
        o = (f - k) & (f - 1)
        # Spectra of two real signals from that of both: delayed (v, q), the windows alone (p, u), each times 2.
        vr, vi, qr, qi = ar[k] + ar[o], ai[k] - ai[o], ai[k] + ai[o], ar[o] - ar[k]
        pr, pi, ur, ui = br[k] + br[o], bi[k] - bi[o], bi[k] + bi[o], br[o] - br[k]
        forward_r, forward_i = ur * vr + ui * vi, ui * vr - ur * vi
        backward_r, backward_i = pr * qr + pi * qi, pi * qr - pr * qi
        cr[k] += forward_r - backward_i
        ci[k] += forward_i + backward_r
