"""The vector code gives the bits of its plain twins, for any number of points and dimensions."""

import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from alycat.runtime import vector
from alycat.runtime.kernel import JIT, kernel
from alycat.runtime.memory import f64, u64

pytestmark = pytest.mark.skipif(not JIT, reason="without compiled code there is only the plain twin")


@kernel
def run_vector_nearest(points, dims, count, x):
    return vector.vector_nearest(f64(points, 0, 0), dims, count, f64(x, 0, 0))


@kernel
def run_plain_nearest(points, dims, count, x):
    return vector.plain_nearest(f64(points, 0, 0), dims, count, f64(x, 0, 0))


@kernel
def run_vector_sweep(points, dims, count, x, limit, rounding, budget, moved, bits):
    return vector.vector_sweep(
        f64(points, 0, 0), dims, count, f64(x, 0, 0), limit, rounding, f64(budget, 0, 0), f64(moved, 0, 0),
        u64(bits, 0, 0),
    )  # fmt: skip


@kernel
def run_plain_sweep(points, dims, count, x, limit, rounding, budget, moved, bits):
    return vector.plain_sweep(
        f64(points, 0, 0), dims, count, f64(x, 0, 0), limit, rounding, f64(budget, 0, 0), f64(moved, 0, 0),
        u64(bits, 0, 0),
    )  # fmt: skip


@kernel
def run_vector_lowest_bit(word):
    return vector.vector_lowest_bit(word)


@kernel
def run_plain_lowest_bit(word):
    return vector.plain_lowest_bit(word)


def address(array):
    """A signed address: numpy's is unsigned, which would be another signature."""
    return np.int64(array.ctypes.data)


def bits_of(value):
    return np.float64(value).view(np.uint64)


def in_blocks(centres):
    """Centres in the layout of the vector code, unused lanes at infinity."""
    count, dims = centres.shape
    lanes = vector.padded(count)
    table = np.full((lanes, dims), math.inf)
    table[:count] = centres
    return np.ascontiguousarray(table.reshape(-1, vector.LANES, dims).transpose(0, 2, 1)).reshape(-1)


def squares(centres, x):
    """Squared distances summed in the order of the dimensions, in numpy."""
    total = np.zeros(len(centres))
    with np.errstate(over="ignore"):
        for k in range(centres.shape[1]):
            t = x[k] - centres[:, k]
            total += t * t
    return total


KINDS = {
    "anywhere": lambda rng, shape: rng.normal(size=shape),
    "ties": lambda rng, shape: rng.integers(0, 3, shape).astype(float),
    "all alike": lambda rng, shape: np.full(shape, 0.1),
    "far away": lambda rng, shape: 1e9 + rng.normal(size=shape),
    "tiny": lambda rng, shape: rng.normal(size=shape) * 1e-160,
    "too far for a square": lambda rng, shape: rng.choice([-1.0, 1.0], shape) * 1e160,
    "some at infinity": lambda rng, shape: np.where(rng.random((shape[0], 1)) < 0.3, math.inf, rng.normal(size=shape)),
}


@st.composite
def searches(draw):
    """Centres and a point, from a seed, so that a failure shrinks to few points of few dimensions."""
    count, dims = draw(st.integers(0, 200)), draw(st.integers(1, 40))
    kind, rng = draw(st.sampled_from(sorted(KINDS))), np.random.default_rng(draw(st.integers(0, 2**32 - 1)))
    centres = KINDS[kind](rng, (count, dims))
    x = KINDS[kind](rng, (1, dims))[0]
    return centres, np.where(np.isfinite(x), x, 0.0)


@given(searches())
@settings(deadline=None, max_examples=300)
def test_nearest_equals_its_twin(search):
    centres, x = search
    (count, dims), points = centres.shape, in_blocks(centres)
    square, index, tied = run_vector_nearest(address(points), dims, count, address(x))
    plain_square, plain_index, plain_tied = run_plain_nearest(address(points), dims, count, address(x))
    assert bits_of(square) == bits_of(plain_square)
    assert (index < 0) == (plain_index < 0)
    if index >= 0:
        assert tied == plain_tied
        assert index == plain_index or tied  # of several nearest ones the caller looks for the oldest itself
        distances = squares(centres, x)
        assert bits_of(distances[index]) == bits_of(square) == bits_of(distances.min())
        assert tied == (np.count_nonzero(distances == square) > 1)


LIMITS = [1e-200, 0.1, 1.0, math.sqrt(2.0), 3.0, 1e9, 1e154, 1e155, 1e200]


@given(searches(), st.sampled_from(LIMITS), st.integers(0, 2**32 - 1))
@settings(deadline=None, max_examples=300)
def test_sweep_equals_its_twin(search, limit, seed):
    centres, x = search
    (count, dims), points, rng = centres.shape, in_blocks(centres), np.random.default_rng(seed)
    lanes, words = vector.padded(count), (count + 63) // 64
    budgets = np.where(rng.random(lanes) < 0.2, math.inf, rng.random(lanes))
    moved = rng.random(lanes) * rng.choice([0.0, 0.1, 1.0])
    moved[count:] = 0.0
    found = []
    for run in (run_vector_sweep, run_plain_sweep):
        budget, bits = budgets.copy(), np.full(2 * words + 1, 0x5555555555555555, np.uint64)
        smallest = run(
            address(points), dims, count, address(x), limit, 1e-12, address(budget), address(moved), address(bits)
        )
        found.append((bits_of(smallest), budget[:count].tobytes(), bits.tolist()))
    vector_found, plain_found = found
    assert vector_found == plain_found
    with np.errstate(over="ignore", under="ignore"):
        square_limit = np.square(limit)
    near = np.unpackbits(np.array(plain_found[2][:words], np.uint64).view(np.uint8), bitorder="little")
    assert not near[count:].any()
    assert near[:count].astype(bool).tolist() == (squares(centres, x) <= square_limit).tolist()
    assert plain_found[2][-1] == 0x5555555555555555  # what stands behind the rows


@given(st.integers(1, 2**64 - 1))
@settings(deadline=None)
def test_lowest_bit_equals_its_twin(word):
    expected = (word & -word).bit_length() - 1
    assert run_vector_lowest_bit(np.uint64(word)) == run_plain_lowest_bit(np.uint64(word)) == expected


@pytest.mark.parametrize("bit", range(64))
def test_lowest_bit_of_each_single_bit(bit):
    assert run_vector_lowest_bit(np.uint64(1 << bit)) == run_plain_lowest_bit(np.uint64(1 << bit)) == bit


def test_the_compiled_twin_equals_the_interpreted_one():
    rng = np.random.default_rng(5)
    for count, dims in [(0, 1), (1, 3), (33, 2), (70, 9)]:
        centres = rng.integers(0, 3, (count, dims)).astype(float)
        points, x = in_blocks(centres), centres[:1].reshape(-1) + 0.25 if count else np.zeros(dims)
        compiled = run_plain_nearest(address(points), dims, count, address(x))
        assert vector.plain_nearest.py_func(points, dims, count, x) == compiled
