"""FB_ALY_StatImputer against its oracle and River, and in front of another block."""

import math

import numpy as np
import pytest
from block_streams import refused
from hypothesis import given, settings
from hypothesis import strategies as st
from oracle.stat_imputer import filled

from alycat.blocks import E_ALY_Imputation, FB_ALY_HalfSpaceTrees, FB_ALY_StatImputer

WAYS = list(E_ALY_Imputation)[1:]
NUMBERS = st.floats(-1e3, 1e3, width=32) | st.sampled_from([0.0, 1.0, math.nan, math.nan, math.inf, -math.inf])


@st.composite
def tables(draw):
    channels = draw(st.integers(1, 3))
    return draw(st.lists(st.lists(NUMBERS, min_size=channels, max_size=channels), min_size=1, max_size=40))


@settings(max_examples=80, deadline=None)
@given(tables(), st.data())
def test_equals_the_oracle(rows, data):
    channels = len(rows[0])
    fb, how, constant = FB_ALY_StatImputer(channels), [], []
    general = data.draw(st.sampled_from(WAYS))
    for channel in range(1, channels + 1):
        own = data.draw(st.none() | st.sampled_from(WAYS))
        how.append((own or general).name)
        constant.append(float(channel) if own else -7.0)
        if own:
            assert fb.ConfigureChannel(channel, own, float(channel))
    size = data.draw(st.integers(1, 6))
    assert fb.Configure(general, -7.0, size)
    wanted, counts = filled(rows, how, constant, size)
    trace = fb.replay(None, np.array(rows))
    np.testing.assert_allclose(trace["pArrayOut"], wanted, rtol=1e-15, atol=1e-13)
    assert fb.imputed_counts().tolist() == counts and fb.nImputedTotal == sum(counts)
    assert trace["nImputed"].tolist() == [sum(not math.isfinite(v) for v in row) for row in rows]
    found = np.zeros(channels, np.uint64)
    assert fb.GetImputedCounts(found, found.nbytes) and found.tolist() == counts


def test_equals_river():
    preprocessing, stats = pytest.importorskip("river.preprocessing"), pytest.importorskip("river.stats")
    rng = np.random.default_rng(4)
    values = np.where(rng.random((300, 2)) < 0.3, np.nan, rng.normal(1e6, 1, (300, 2)))
    model = preprocessing.StatImputer((0, stats.Mean()), (1, -1.0))
    fb = FB_ALY_StatImputer(2)
    assert fb.ConfigureChannel(2, E_ALY_Imputation.Constant, -1.0) and fb.Configure(E_ALY_Imputation.Mean)
    found = fb.replay(None, values)["pArrayOut"]
    for row, point in enumerate(values.tolist()):
        named = {c: None if math.isnan(v) else v for c, v in enumerate(point)}
        model.learn_one(named)
        assert found[row] == pytest.approx(list(model.transform_one(named).values()), rel=1e-12)


def test_in_front_of_another_block():
    """Gaps reach a block only when nothing imputes them."""
    fb, trees = FB_ALY_StatImputer(2), FB_ALY_HalfSpaceTrees(2)
    assert fb.Configure(E_ALY_Imputation.Last) and trees.Configure(3, 3, 5, 1, 0.7)
    values, out = np.random.default_rng(1).random((30, 2)), np.zeros(2)
    values[[3, 9], [0, 1]] = np.nan, np.inf
    for t, row in enumerate(values, start=1):
        assert fb.set_channel_values(row) and fb.Call(out, out.nbytes)
        assert trees.set_channel_values(out) and trees.Call(t), trees.ipResultMessage
    filled_values = values.copy()
    filled_values[3, 0], filled_values[9, 1] = values[2, 0], values[8, 1]
    other = FB_ALY_HalfSpaceTrees(2)
    assert other.Configure(3, 3, 5, 1, 0.7)
    trace = other.replay(np.arange(1, 31, dtype=np.uint64), filled_values)
    assert trees.state_bytes() == other.state_bytes() and trace["fAnomalyScore"][-1] == trees.fAnomalyScore
    assert fb.nImputedTotal == 2
    refused(other, other.set_channel_values(values[3]) and other.Call(31), 0x3003)


def test_what_was_imputed_is_not_learnt():
    fb = FB_ALY_StatImputer(1)
    assert fb.Configure(E_ALY_Imputation.Mean)
    trace = fb.replay(None, [1.0, math.nan, math.nan, 3.0, math.nan])
    assert trace["pArrayOut"].tolist() == [[1.0], [1.0], [1.0], [3.0], [2.0]]


def test_a_mean_stays_exact_far_from_zero():
    fb = FB_ALY_StatImputer(1)
    assert fb.Configure(E_ALY_Imputation.Mean)
    values = 1e9 + np.random.default_rng(1).integers(0, 2, 100_001) / 1024
    values[-1] = math.nan
    found = fb.replay(None, values, pArrayOut=None)
    assert fb._buffer("stand_in")[0] == math.fsum(values[:-1]) / 100_000 and found["nImputed"][-1] == 1


def test_what_is_refused():
    fb = FB_ALY_StatImputer(2)
    refused(fb, fb.GetImputedCounts(np.zeros(2, np.uint64), 16), 0x3007)
    refused(fb, fb.ConfigureChannel(3, E_ALY_Imputation.Mean), 0x3010)
    refused(fb, fb.ConfigureChannel(1, E_ALY_Imputation.NotInitialized), 0x2003)
    refused(fb, fb.ConfigureChannel(1, E_ALY_Imputation.Mean, math.inf), 0x200C)
    refused(fb, fb.Configure(E_ALY_Imputation.NotInitialized), 0x2003)
    refused(fb, fb.Configure(E_ALY_Imputation.Mean, math.nan), 0x200C)
    for size in (0, 10_001):
        refused(fb, fb.Configure(E_ALY_Imputation.Median, 0.0, size), 0x200D)
    empty = FB_ALY_StatImputer(0)
    refused(empty, empty.Configure(E_ALY_Imputation.Mean), 0x100C)
    assert fb.Configure(E_ALY_Imputation.Mean)
    out = np.zeros(2)
    refused(fb, fb.Call(None, 16), 0x3002)
    refused(fb, fb.Call(np.zeros(3), 24), 0x3004)
    assert fb.set_channel_values([1.0, 1e291])
    refused(fb, fb.Call(out, 16), 0x300A)
    assert fb.set_channel_values([1.0, math.nan]) and fb.Call(out, 16) and out.tolist() == [1.0, 0.0]
    refused(fb, fb.GetImputedCounts(None, 16), 0x3002)
    refused(fb, fb.GetImputedCounts(np.zeros(1, np.uint64), 8), 0x3004)
