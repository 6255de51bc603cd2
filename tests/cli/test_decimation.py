"""Decimation: deterministic, and every peak and every group stays."""

import numpy as np
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from alycat.runtime.cli.decimation import line_rows, point_rows, stretches

FINITE = st.floats(allow_nan=False, allow_infinity=False)


@given(arrays(float, st.integers(0, 400), elements=FINITE), st.integers(1, 20))
def test_line_keeps_ends_and_extremes_of_every_stretch(y, bins):
    rows = line_rows(y, bins)
    assert (np.diff(rows) > 0).all()
    assert len(rows) <= max(len(y), 0) and len(rows) <= 4 * bins
    starts = np.linspace(0, len(y), bins, endpoint=False).astype(int) if len(y) > 4 * bins else np.arange(0)
    for first, last in zip(starts, [*starts[1:], len(y)], strict=False):
        kept = y[rows[(rows >= first) & (rows < last)]]
        assert kept.min() == y[first:last].min() and kept.max() == y[first:last].max()
    if len(y):
        assert rows[0] == 0 and rows[-1] == len(y) - 1


@given(
    st.integers(1, 300).flatmap(
        lambda n: st.tuples(arrays(float, n, elements=FINITE), arrays(int, n, elements=st.integers(-1, 3)))
    )
)
def test_points_keep_every_group_and_the_corners_of_the_grid(case):
    x, group = case
    rows = point_rows(x, -x, group, 10, 10)
    assert (np.diff(rows) > 0).all() and len(rows) <= 10 * 5
    assert set(group[rows]) == set(group)
    assert (point_rows(x, -x, group, 10, 10) == rows).all()


def test_points_of_a_million_rows_are_few():
    rng = np.random.default_rng(1)
    x, y = rng.normal(size=(2, 1_000_000))
    assert len(point_rows(x, y, np.zeros(len(x), int), 100, 100)) < 10_000


def test_stretches():
    assert stretches(np.array([True, True, False, True])) == [(0, 1), (3, 3)]
    assert stretches(np.zeros(3, bool)) == []
