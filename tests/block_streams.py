"""Signals with everything that goes wrong in them, and the comparison of a block with its oracle row by row."""

import math
from dataclasses import dataclass

import numpy as np
from hypothesis import strategies as st

MS = 10**6
OFFSETS = (0.0, 0.0, 1e9, -1e9, 1e-6)


@dataclass(frozen=True, eq=False)
class Signal:
    """Rows of one channel or several; `good` ones are those a block accepts."""

    times: np.ndarray
    values: np.ndarray
    good: np.ndarray
    origin: str

    def __repr__(self):
        return self.origin


def signal(seed, rows, channels, offset, pace, faulty):
    """Constant stretches, ramps, noise and single peaks around an offset, at regular or irregular times."""
    rng = np.random.default_rng(seed)
    columns = []
    for _ in range(channels):
        kinds = rng.choice(["constant", "noise", "ramp", "levels"], 1 + rows // 12)
        pieces = {
            "constant": lambda: np.full(12, rng.normal()),
            "noise": lambda: rng.normal(size=12),
            "ramp": lambda: np.linspace(rng.normal(), rng.normal(), 12),
            "levels": lambda: rng.choice([-1.0, 0.0, 0.5, 2.0], 12),
        }
        columns.append(np.concatenate([pieces[kind]() for kind in kinds])[:rows] + offset)
    values = np.column_stack(columns)
    values[rng.random(values.shape) < 0.03] *= 1e3
    steps = {
        "regular": np.full(rows, 10 * MS),
        "irregular": rng.integers(1, 40 * MS, rows),
        "gaps": rng.choice([10 * MS, 10 * MS, 35 * MS, 10**9, 10**14], rows),
        "repeats": rng.choice([0, 10 * MS], rows),
    }[pace]
    times = np.uint64(10**18) + np.cumsum(steps).astype(np.uint64)
    good = np.ones(rows, bool)
    if faulty:
        for row in np.flatnonzero(rng.random(rows) < 0.15):
            good[row] = False
            values[row, rng.integers(0, channels)] = rng.choice([np.nan, np.inf, -np.inf])
    return Signal(times, values, good, f"signal({seed}, {rows}, {channels}, {offset}, {pace!r}, {faulty})")


def signals(channels=1, max_rows=60, paces=("regular", "irregular", "gaps", "repeats")):
    """Strategy of signals."""
    counts = st.integers(1, 10) | st.just(max_rows)
    width = st.integers(*channels) if isinstance(channels, tuple) else st.just(channels)
    places = st.sampled_from(OFFSETS), st.sampled_from(paces), st.booleans()
    return st.builds(signal, st.integers(0, 2**32 - 1), counts, width, *places)


def compare(fb, expected, signal, rel=1e-15, scale=0.0, **inputs):
    """Replays the signal; each good row has to show what `expected` (times, values so far) says.

    Numbers may differ by `rel` of themselves or of `scale`; everything else is equal.
    """
    values = signal.values if signal.values.shape[1] > 1 or getattr(fb, "_n", 1) > 1 else signal.values[:, 0]
    trace = fb.replay(signal.times, values, **inputs)
    np.testing.assert_array_equal(trace["bError"], ~signal.good)
    rows = np.flatnonzero(signal.good)
    for count, row in enumerate(rows, start=1):
        seen = rows[:count]
        wanted = expected([int(t) for t in signal.times[seen]], values[seen].tolist())
        for name, want in wanted.items():
            got = trace[name][row]
            if np.ndim(want):
                assert np.allclose(got, want, rtol=rel, atol=rel * scale), f"row {row}: {name} is {got}, wanted {want}"
            elif isinstance(want, float):
                close = math.isclose(got, want, rel_tol=rel, abs_tol=rel * scale)
                assert close, f"row {row}: {name} is {got!r}, wanted {want!r}"
            else:
                assert got == want, f"row {row}: {name} is {got!r}, wanted {want!r}"
    return trace


def refused(fb, result, event_id, text=""):
    """The method has failed as the vendor's do."""
    assert result is False and fb.bError and not fb.bNewResult
    assert fb.ipResultMessage.nEventId == event_id, fb.ipResultMessage
    assert text in fb.ipResultMessage.sEventText, fb.ipResultMessage
