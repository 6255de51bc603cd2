"""Vector code for boxes against its plain twins, bit for bit, and the twins against numpy."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from alycat.runtime import vector_boxes
from alycat.runtime.kernel import JIT, kernel
from alycat.runtime.memory import f64
from alycat.runtime.vector_boxes import outside, plain_outside, plain_sides, sides


@kernel
def both_outside(corners, low, high, points, dims):
    c, x = f64(corners, 0, low + high + 2 * dims), f64(points, 0, dims)
    vector_boxes.fetch(c, low, dims)
    return outside(c, low, high, x, dims), plain_outside(c, low, high, x, dims)


@kernel
def both_sides(corners, low, high, dims):
    c = f64(corners, 0, low + high + 2 * dims)
    return sides(c, low, high, dims), plain_sides(c, low, high, dims)


def case(seed, dims, offset, kind):
    rng = np.random.default_rng(seed)
    ends = np.sort(rng.normal(size=(2, dims)), axis=0)
    x = rng.normal(0, 2, dims)
    if kind == "inside":
        x = ends.mean(axis=0)
    elif kind == "corner":
        x = ends[rng.integers(0, 2, dims), np.arange(dims)]
    elif kind == "flat":
        ends[1] = ends[0]
    elif kind == "extreme":
        ends, x = ends * 1e290, x * rng.choice([1e290, 5e-324, 0.0, -0.0], dims)
    return np.concatenate([np.full(offset, np.nan), ends.ravel()]), ends, x


cases = st.tuples(
    st.integers(0, 2**32 - 1),
    st.integers(1, 41),
    st.integers(0, 5),
    st.sampled_from(("any", "inside", "corner", "flat", "extreme")),
)


@settings(max_examples=200, deadline=None)
@given(cases)
def test_vector_code_gives_the_bits_of_the_plain_twin(drawn):
    corners, ends, x = case(*drawn)
    dims, low = len(x), len(corners) - 2 * len(x)
    vector, plain = both_outside(corners.ctypes.data, low, low + dims, x.ctypes.data, dims)
    assert vector == plain
    wanted = (np.maximum(ends[0] - x, 0) + np.maximum(x - ends[1], 0)).sum()
    assert plain == pytest.approx(wanted, rel=1e-13)
    assert (plain == 0) == bool(((ends[0] <= x) & (x <= ends[1])).all())
    vector, plain = both_sides(corners.ctypes.data, low, low + dims, dims)
    assert vector == plain == pytest.approx((ends[1] - ends[0]).sum(), rel=1e-13)


@pytest.mark.skipif(not JIT, reason="nothing is compiled")
def test_the_vector_code_is_what_blocks_use():
    assert outside is vector_boxes.vector_outside or vector_boxes.PLAIN
