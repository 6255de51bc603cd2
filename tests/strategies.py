"""Hypothesis strategies that several test files share: configurations and streams for the clustering blocks.

A stream is either built from a drawn seed, which gives long runs with structure, or drawn value by value, which
shrinks to a few readable rows. Its repr shows how to build it again.
"""

from dataclasses import dataclass, field

import numpy as np
from hypothesis import strategies as st

S = 1_000_000_000  # nanoseconds per second
START_NS = 757_382_400 * S  # 2024-01-01 in nanoseconds since 2000-01-01

KINDS = ("clusters", "drift", "duplicates", "collinear", "lattice", "bridges", "grid", "far", "far_grid")
PACES = ("still", "regular", "irregular", "gaps", "octaves")
MODES = ("always", "blocks", "flicker", "never_at_first")


@dataclass(frozen=True, eq=False)
class Stream:
    """Rows of one run: time stamps, points, and whether each row may learn."""

    timestamps: np.ndarray = field(repr=False)
    values: np.ndarray = field(repr=False)
    update: np.ndarray = field(repr=False)
    origin: str = ""

    def __len__(self):
        return len(self.timestamps)

    @property
    def n_channels(self):
        return self.values.shape[1]

    def rows(self):
        """Plain Python values, the way a caller of the cyclic interface has them."""
        return zip(self.timestamps.tolist(), self.values.tolist(), self.update.tolist(), strict=True)

    def __getitem__(self, rows):
        return self.with_rows(self.timestamps[rows], self.values[rows], self.update[rows])

    def with_rows(self, timestamps=None, values=None, update=None):
        return Stream(
            np.ascontiguousarray(self.timestamps if timestamps is None else timestamps),
            np.ascontiguousarray(self.values if values is None else values),
            np.ascontiguousarray(self.update if update is None else update),
            self.origin,
        )


# ---- configurations --------------------------------------------------------------------------------------------------


def _either(nice, low, high):
    """Mostly round values, because they meet ties and limits exactly; sometimes anything in between."""
    return st.sampled_from(nice) | st.floats(low, high, allow_nan=False)


@st.composite
def denstream_configs(draw, fading=None, roomy=None):
    """Keyword arguments of FB_ALY_DenStream.Configure from every region of the parameters.

    `fading` fixes whether fLambda is 0, `roomy` whether the buffers are large enough to hardly ever overflow.
    """
    if fading is None:
        fading = draw(st.booleans())
    if roomy is None:
        roomy = draw(st.booleans())
    size = st.sampled_from((16, 24, 40)) if roomy else st.integers(1, 4)
    return {
        "fEps": draw(_either((0.1, 0.25, 0.5, 1.0, 1.5), 0.05, 2.0)),
        "fMuBeta": draw(_either((0.0, 0.3, 0.5, 1.0, 1.0, 1.5, 2.0, 3.0), 0.0, 5.0)),
        "fLambda": draw(st.sampled_from((0.25, 1.0, 2.0, 0.02, 0.07, 0.6)) | st.floats(0.01, 3.0)) if fading else 0.0,
        "fEpsDBSCAN": draw(_either((0.3, 0.5, 1.0, 2.0**0.5, 2.0, 3.0), 0.2, 4.0)),
        "fMinWeightDBSCAN": draw(_either((0.0, 1.0, 2.0, 3.0, 4.0, 6.0), 0.0, 8.0)),
        "nPotMCsBufferSize": draw(size),
        "nOutMCsBufferSize": draw(size),
    }


# ---- streams built from a seed ---------------------------------------------------------------------------------------


def _points(rng, kind, rows, n):
    if kind in ("clusters", "drift", "far"):
        centres = rng.uniform(-2.5, 2.5, (int(rng.integers(1, 5)), n))
        spread = rng.uniform(0.05, 0.4) / np.sqrt(n)
        points = centres[rng.integers(0, len(centres), rows)] + rng.normal(0.0, spread, (rows, n))
        strays = rng.random(rows) < 0.06
        points[strays] = rng.uniform(-4.0, 4.0, (int(strays.sum()), n))
        if kind == "drift":
            points += np.linspace(0.0, 3.0, rows)[:, None] * rng.choice((-1.0, 0.0, 1.0), n)
        return points + 1e9 if kind == "far" else points
    if kind == "duplicates":
        pool = rng.uniform(-2.0, 2.0, (int(rng.integers(1, 9)), n))
        return pool[rng.integers(0, len(pool), rows)]
    if kind == "collinear":
        direction = rng.choice((-1.0, 0.0, 0.5, 1.0), n)
        return rng.integers(-6, 7, rows)[:, None] * 0.5 * direction
    if kind == "lattice":
        # Places of a raster, a few of them visited often: light and heavy micro-clusters at exactly equal distances.
        pool = np.zeros((int(rng.integers(3, 70)), n))
        pool[:, :2] = rng.integers(-5, 6, (len(pool), min(n, 2)))
        often = rng.exponential(1.0, len(pool)) ** 2
        return pool[rng.choice(len(pool), rows, p=often / often.sum())]
    if kind == "bridges":
        # Chains of five places: heavy, light, light, light, heavy. Each end makes a core of its light neighbour; the
        # one in the middle is a border between two clusters, sometimes equally near to both.
        chains = np.arange(int(rng.integers(2, 11)))
        x = np.tile(np.arange(5) * 0.9375, len(chains)) + rng.choice((0.0, 0.0, 0.0625, -0.0625), 5 * len(chains))
        pool = np.zeros((5 * len(chains), n))
        pool[:, 0] = x + (6.0 * np.repeat(chains, 5) if n == 1 else 0.0)
        pool[:, 1:2] = 3.0 * np.repeat(chains, 5)[:, None]
        often = np.tile((9.0, 1.0, 1.0, 1.0, 9.0), len(chains))
        return pool[rng.choice(len(pool), rows, p=often / often.sum())]
    grid = rng.integers(-2, 3, (rows, n)).astype(np.float64)
    grid[:, 2:] *= rng.random((rows, max(n - 2, 0))) < 0.1  # in many dimensions every grid point would be on its own
    return grid + 1e9 if kind == "far_grid" else grid


def _steps_ns(rng, pace, rows):
    if pace == "still":
        return np.zeros(rows, np.int64)
    if pace == "regular":
        return np.full(rows, rng.choice((S // 100, S // 10, S)), np.int64)
    if pace == "irregular":
        steps = (rng.exponential(0.2, rows) * S).astype(np.int64)
        steps[rng.random(rows) < 0.2] = 0
        return steps
    if pace == "gaps":
        steps = np.full(rows, S // 10, np.int64)
        gaps = rng.random(rows) < 0.03
        steps[gaps] = rng.choice((5 * S, 60 * S, 3600 * S, 86_400_000 * S), int(gaps.sum()))
        return steps
    # Whole multiples of 1 s, 4 s, ...: with a binary fLambda every factor 2^(-fLambda*dt) is exact.
    return rng.choice((0, 1, 4, 8), rows, p=(0.9, 0.05, 0.03, 0.02)).astype(np.int64) * S


def _updates(rng, mode, rows):
    if mode == "always":
        return np.ones(rows, np.bool_)
    if mode == "blocks":
        return (np.arange(rows) // int(rng.integers(5, 40))) % 2 == 0
    if mode == "flicker":
        return rng.random(rows) < 0.8
    return np.arange(rows) >= int(rng.integers(1, 20))


def build_stream(seed, n_channels=2, rows=200, kind="clusters", pace="irregular", mode="always", start=START_NS):
    """The stream that these arguments always give."""
    rng = np.random.default_rng(seed)
    values = _points(rng, kind, rows, n_channels)
    steps = _steps_ns(rng, pace, rows)
    timestamps = np.uint64(start) + np.cumsum(steps).astype(np.uint64)
    update = _updates(rng, mode, rows)
    origin = f"build_stream({seed}, {n_channels}, {rows}, {kind!r}, {pace!r}, {mode!r}, {start})"
    return Stream(timestamps, np.ascontiguousarray(values, np.float64), update, origin)


# ---- strategies for streams ------------------------------------------------------------------------------------------


@st.composite
def seeded_streams(draw, min_rows=100, max_rows=300, channels=None, kinds=KINDS, paces=PACES, modes=MODES):
    """Long streams with structure, made by numpy from a drawn seed."""
    return build_stream(
        seed=draw(st.integers(0, 2**32 - 1)),
        n_channels=draw(st.sampled_from((1, 2, 2, 2, 3, 5, 8))) if channels is None else channels,
        rows=draw(st.sampled_from((max_rows, (min_rows + max_rows) // 2, min_rows))),
        kind=draw(st.sampled_from(kinds)),
        pace=draw(st.sampled_from(paces)),
        mode=draw(st.sampled_from(modes)),
        start=draw(st.sampled_from((START_NS, 1))),
    )


@st.composite
def drawn_streams(draw, max_rows=25, channels=None, values=None, freezing=True):
    """Short streams whose every value is drawn, so that a failure shrinks to a few rows."""
    n = draw(st.integers(1, 3)) if channels is None else channels
    if values is None:
        values = st.sampled_from((0.0, 1.0, 2.0, -1.0, 0.5, 0.25, 3.0)) | st.floats(-4.0, 4.0, width=32)
    step = st.sampled_from((0, S, S // 2, S // 10, 4 * S, 3600 * S)) | st.integers(0, 5 * S)
    learns = st.sampled_from((True, True, True, False)) if freezing else st.just(True)
    row = st.tuples(step, st.tuples(*[values] * n), learns)
    rows = draw(st.lists(row, min_size=1, max_size=max_rows))
    timestamps = np.uint64(START_NS) + np.cumsum([step for step, _, _ in rows]).astype(np.uint64)
    update = np.array([learns for _, _, learns in rows], np.bool_)
    points = np.array([point for _, point, _ in rows], np.float64).reshape(len(rows), n)
    return Stream(timestamps, points, update, repr(rows))


def streams(min_rows=100, max_rows=300, channels=None, freezing=True):
    """Any stream: most of them long and built from a seed, the others short and fully drawn."""
    modes = MODES if freezing else ("always",)
    long = seeded_streams(min_rows=min_rows, max_rows=max_rows, channels=channels, modes=modes)
    return st.one_of(long, long, long, drawn_streams(channels=channels, freezing=freezing))


# Seeds whose cases together meet every sort of event, on every run; the oracle's tests count them.
FIXED_SEEDS = range(60)


def random_case(seed, rows=200):
    """A configuration and a stream, both from one seed, weighted towards what is rare elsewhere.

    That is: many micro-clusters, borders between two clusters, ties, demotions and deletions, and overflows of every
    sort late in the run. Hypothesis prefers simple choices and meets these less often.
    """
    rng = np.random.default_rng(seed)
    n = int(rng.choice((1, 2, 2, 3, 8)))
    kind = str(
        rng.choice(("lattice", "lattice", "bridges", "bridges", "clusters", "drift", "duplicates", "grid", "far"))
    )
    cores = (3.0, 6.0, 8.0, 10.0) if kind == "bridges" else (1.0, 3.0, 6.0, 16.0, rng.uniform(0.0, 20.0))
    separate = kind in ("lattice", "bridges")  # neighbouring places must not melt into one micro-cluster
    config = {
        "fEps": float(rng.choice((0.05, 0.1, 0.2) if separate else (0.1, 0.3, 0.5, 1.0))),
        "fMuBeta": float(rng.choice((0.0, 0.5, 0.9, 1.0, 1.5, 2.0, rng.uniform(0.1, 3.0)))),
        "fLambda": float(rng.choice((0.0, 0.0, 0.25, 0.25, 1.0, rng.uniform(0.01, 0.5)))),
        "fEpsDBSCAN": float(rng.choice((1.0, 1.0, 2.0**0.5, 2.0, rng.uniform(0.3, 3.0)))),
        "fMinWeightDBSCAN": float(rng.choice(cores)),
        "nPotMCsBufferSize": int(rng.choice((3, 8, 20, 33, 70, 70, 70, 70))),
        "nOutMCsBufferSize": int(rng.choice((1, 2, 5, 20, 70, 70, 70, 70))),
    }
    pace = str(rng.choice(("octaves", "octaves", "octaves", "irregular", "gaps", "regular")))
    mode = str(rng.choice(("always", "always", "flicker", "blocks")))
    return config, build_stream(seed, n, rows, kind, pace, mode)


def random_cases(rows=200):
    return st.integers(0, 2**64 - 1).map(lambda seed: random_case(seed, rows))


@st.composite
def faulty_streams(draw, **kwargs):
    """Streams with rows in between that a block must refuse: time 0, time running backwards, NaN, infinity."""
    stream = draw(seeded_streams(**{"min_rows": 30, "max_rows": 120} | kwargs))
    rng = np.random.default_rng(draw(st.integers(0, 2**32 - 1)))
    timestamps, values = stream.timestamps.copy(), stream.values.copy()
    for row in np.flatnonzero(rng.random(len(stream)) < 0.15):
        fault = rng.integers(0, 5)
        if fault == 0:
            timestamps[row] = 0
        elif fault == 1:
            timestamps[row] -= min(int(timestamps[row]) - 1, int(rng.integers(1, 3 * S)))
        else:
            values[row, rng.integers(0, stream.n_channels)] = (np.nan, np.inf, -np.inf)[fault - 2]
    return stream.with_rows(timestamps=timestamps, values=values)
