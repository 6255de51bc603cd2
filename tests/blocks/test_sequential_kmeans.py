"""FB_ALY_SequentialKMeans against its oracle."""

import numpy as np
import pytest
from block_streams import refused
from hypothesis import given, settings
from hypothesis import strategies as st
from oracle.sequential_kmeans import SequentialKMeans

from alycat.blocks import E_ALY_KMeansInitMode, FB_ALY_SequentialKMeans

MODE = E_ALY_KMeansInitMode


def configured(centres, buffer_size=10, iterations=1):
    centres = np.array(centres, float)
    fb = FB_ALY_SequentialKMeans(centres.shape[1], centres.shape[0], buffer_size)
    assert fb.Configure(iterations, MODE.Values)
    assert fb.SetInitialClusterCenters(centres, centres.nbytes), fb.ipResultMessage
    return fb


@settings(max_examples=60, deadline=None)
@given(
    seed=st.integers(0, 2**32 - 1),
    shape=st.tuples(st.integers(1, 4), st.integers(1, 3)),
    buffer_size=st.integers(1, 9),
    iterations=st.integers(1, 4),
    whole=st.booleans(),
)
def test_equals_the_oracle(seed, shape, buffer_size, iterations, whole):
    rng = np.random.default_rng(seed)
    start = rng.integers(-3, 4, shape).astype(float)
    points = rng.normal(0, 2, (50, shape[1]))
    points = np.round(points) if whole else points
    learn = rng.random(50) < rng.choice([0.5, 1.0])
    fb, oracle = configured(start, buffer_size, iterations), SequentialKMeans(start.tolist(), buffer_size, iterations)
    trace = fb.replay(None, points, bUpdateClusterCenters=learn)
    for row, point in enumerate(points.tolist()):
        index, distance = oracle.call(point, learn[row])
        assert trace["nClusterIdx"][row] == index, row
        assert trace["fDistance"][row] == pytest.approx(distance, rel=1e-14, abs=1e-14)
        matrix = trace["pClusterCenterMatrixOut"][row].reshape(shape)
        np.testing.assert_allclose(matrix, oracle.centres, rtol=1e-15, atol=1e-15)
    found = np.zeros(shape)
    assert fb.GetResults(found, found.nbytes)
    np.testing.assert_array_equal(found, fb.cluster_centres())


def test_the_manuals_sample():
    fb = configured([[-30, 0], [10, 2], [30, 4]])
    centres = np.zeros((3, 2))
    rng = np.random.default_rng(2)
    for _ in range(200):
        place = rng.integers(0, 3)
        fb.set_channel_values(np.array([[-25, 1], [12, 3], [33, 5]])[place] + rng.normal(0, 0.5, 2))
        assert fb.Call(True, centres, centres.nbytes) and fb.nClusterIdx == place
    np.testing.assert_allclose(centres, [[-25, 1], [12, 3], [33, 5]], atol=0.3)
    before = centres.copy()
    fb.set_channel_values([100.0, 100.0])
    assert fb.Call(False, centres, centres.nbytes) and (centres == before).all()
    assert fb.Reset() and fb.nClusterIdx == -1
    assert fb.GetResults(centres, centres.nbytes) and centres[0].tolist() == [-30.0, 0.0]


@pytest.mark.parametrize("mode", [MODE.Equidistant, MODE.Random])
def test_centres_within_bounds(mode):
    fb = FB_ALY_SequentialKMeans(2, 4, 3)
    assert fb.Configure(1, mode)
    lower, upper = np.array([0.0, -1.0]), np.array([8.0, -1.0])
    fb.set_channel_values([0.0, 0.0])
    refused(fb, fb.Call(True, np.zeros(8), 64), 0x2022)
    assert fb.SetInitialBounds(lower, 16, upper, 16)
    centres = fb.cluster_centres()
    assert (centres >= lower).all() and (centres <= upper).all()
    if mode == MODE.Equidistant:
        assert centres[:, 0].tolist() == [1.0, 3.0, 5.0, 7.0]
    else:
        assert len(set(centres[:, 0])) == 4
        assert fb.SetInitialBounds(lower, 16, upper, 16) and (fb.cluster_centres() == centres).all()
    assert fb.SetInitialBounds(np.append(lower, 9.0), 16, np.append(upper, 9.0), 16)  # no more than the size given
    assert (fb.cluster_centres() == centres).all()


def test_what_is_refused():
    fb = FB_ALY_SequentialKMeans(2, 2)
    matrix = np.zeros((2, 2))
    refused(fb, fb.SetInitialClusterCenters(matrix, 32), 0x3007)
    refused(fb, fb.GetResults(matrix, 32), 0x3007)
    refused(fb, fb.Configure(0, MODE.Values), 0x200D)
    refused(fb, fb.Configure(1, MODE.NotInitialized), 0x2003)
    for init, event_id in (((0, 1, 1), 0x100C), ((1, 0, 1), 0x2011), ((1, 1, 0), 0x201F), ((1, 1, 2**31), 0x2001)):
        other = FB_ALY_SequentialKMeans(*init)
        refused(other, other.Configure(1, MODE.Values), event_id)
    fb.Configure(1, MODE.Values)
    refused(fb, fb.GetResults(matrix, 32), 0x2022)
    refused(fb, fb.SetInitialBounds(np.zeros(2), 16, np.ones(2), 16), 0x3008, "Values")
    refused(fb, fb.SetInitialClusterCenters(None, 32), 0x2002)
    refused(fb, fb.SetInitialClusterCenters(matrix, 16), 0x3003)
    refused(fb, fb.SetInitialClusterCenters(matrix * np.nan, 32), 0x200C)
    fb.Configure(1, MODE.Random)
    refused(fb, fb.SetInitialClusterCenters(matrix, 32), 0x3008)
    refused(fb, fb.SetInitialBounds(np.ones(2), 16, np.zeros(2), 16), 0x200C, "exceed")
    refused(fb, fb.SetInitialBounds(np.ones(2), 16, np.full(2, np.inf), 16), 0x200C)
    refused(fb, fb.SetInitialBounds(np.ones(2), 16, None, 16), 0x2002)
    assert fb.SetInitialBounds(np.zeros(2), 16, np.ones(2), 16)
    refused(fb, fb.GetResults(None, 32), 0x3002)
    refused(fb, fb.GetResults(matrix, 24), 0x3004)
    fb.set_channel_values([1e141, 0.0])
    refused(fb, fb.Call(True, matrix, 32), 0x300A)
