"""Products of sixteen neighbouring lags: vector code against its plain twin, bit for bit, and numpy."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from alycat.runtime.kernel import kernel
from alycat.runtime.memory import f64
from alycat.runtime.vector_lags import LANES, lag_products, plain_lag_products


@kernel
def both(sums, delayed, present, count, step):
    d, p = f64(delayed, 0, count + LANES), f64(present, 0, max(count * step, 1))
    lag_products(f64(sums, 0, LANES), d, p, count, step)
    plain_lag_products(f64(sums, 8 * LANES, LANES), d, p, count, step)
    return 0


@settings(max_examples=100, deadline=None)
@given(st.integers(0, 2**32 - 1), st.integers(0, 40), st.integers(1, 3), st.sampled_from([1.0, 1e150, 5e-324]))
def test_vector_code_gives_the_bits_of_the_plain_twin(seed, count, step, scale):
    rng = np.random.default_rng(seed)
    delayed, present = rng.normal(size=count + LANES) * scale, rng.normal(size=max(count * step, 1))
    start = rng.normal(size=LANES)
    sums = np.concatenate([start, start])
    both(sums.ctypes.data, delayed.ctypes.data, present.ctypes.data, count, step)
    assert sums[:LANES].tobytes() == sums[LANES:].tobytes()
    wanted = start + [delayed[lane : lane + count] @ present[: count * step : step] for lane in range(LANES)]
    assert sums[:LANES] == pytest.approx(wanted, rel=1e-12, abs=1e-13 * scale)
