"""FB_ALY_RandomCutForest against its oracle, and what its samples and trees look like in the mean."""

import json
import math
import os
import subprocess
import sys

import numpy as np
import pytest
from block_streams import refused
from hypothesis import given, settings
from hypothesis import strategies as st
from oracle.random_cut_forest import RandomCutForest, deviations_threshold, quantile_threshold
from shared_data import clickstream, data_folder

from alycat.blocks import E_ALY_AnomalyThresholdMode, FB_ALY_RandomCutForest
from alycat.blocks.anomaly import forest_tree as tree_module

MODE = E_ALY_AnomalyThresholdMode
SMALL = {
    "nNumTrees": 3,
    "nSampleSize": 16,
    "nShingleSize": 1,
    "nTimeDecay": 40,
    "nSeed": 1,
    "nOutputDelay": 0,
    "eThresholdMode": MODE.StandardDeviations,
    "fThresholdLevel": 3.0,
    "bWithDirectionality": True,
}


def configured(channels, **changed):
    fb = FB_ALY_RandomCutForest(nNumChannels=channels)
    assert fb.Configure(**SMALL | changed), fb.ipResultMessage
    return fb


def stamps(rows):
    return np.arange(1, rows + 1, dtype=np.uint64)


def points(kind, rows, channels, rng):
    """Streams with what is hard for a tree of cuts: equal points, constant channels, values far from zero."""
    values = rng.normal(size=(rows, channels))
    if kind == "lattice":
        values = np.round(values)
    elif kind == "constant":
        values[:, rng.integers(0, channels)] = 7.5
    elif kind == "equal":
        values[:] = values[0]
        values[rng.random(rows) < 0.1] += 1.0
    elif kind == "far":
        values = 1e9 + 1e-3 * values
    elif kind == "wide":
        values *= 10.0 ** rng.integers(-150, 150, channels)
    return values


# --- the oracle -------------------------------------------------------------------------------------------------------


@settings(max_examples=30, deadline=None)
@given(
    seed=st.integers(0, 2**32 - 1),
    kind=st.sampled_from(("plain", "lattice", "constant", "equal", "far", "wide")),
    shape=st.tuples(st.integers(1, 6), st.integers(1, 3)),
    trees=st.integers(1, 3),
    capacity=st.integers(1, 16),
    time_decay=st.sampled_from((0, 1, 5, 60, 10**6)),
    learning=st.sampled_from((1.0, 0.6)),
)
def test_equals_the_oracle(seed, kind, shape, trees, capacity, time_decay, learning):
    channels, shingle = shape
    rng = np.random.default_rng(seed)
    values = points(kind, 70, channels, rng)
    update = rng.random(70) < learning
    chosen = {"nNumTrees": trees, "nSampleSize": capacity, "nShingleSize": shingle, "nTimeDecay": time_decay}
    fb = configured(channels, **chosen, nSeed=seed % 1000)
    oracle = RandomCutForest(channels, trees, capacity, shingle, time_decay, seed % 1000, 0)
    trace = fb.replay(stamps(70), values, bUpdateForest=update)
    for row, point in enumerate(values.tolist()):
        wanted = oracle.call(point, update[row])
        assert trace["bLearning"][row] == (wanted is None), row
        score, high, low = wanted or (0.0, [0.0] * channels, [0.0] * channels)
        assert trace["fAnomalyScore"][row] == pytest.approx(score, rel=1e-9), row
        np.testing.assert_allclose(trace["pHighArrayOut"][row], high, rtol=1e-8, atol=1e-12)
        np.testing.assert_allclose(trace["pLowArrayOut"][row], low, rtol=1e-8, atol=1e-12)
        if wanted:
            assert trace["nMainChannel"][row] == 1 + int(
                np.argmax(trace["pHighArrayOut"][row] + trace["pLowArrayOut"][row])
            )
    assert fb.nNumPoints == oracle.number
    for number in range(trees):
        check_tree(fb, number)


def check_tree(fb, number):
    """A tree's memory hangs together: links, exact boxes and spans, masses, free places."""
    m = fb._m
    size, dims = m.capacity, m.dims
    part = {name: fb._buffer(name).reshape(m.trees, -1)[number] for name in ("nodes", "boxes", "spans", "points")}
    part |= {name: fb._buffer(name).reshape(m.trees, -1)[number] for name in ("leaves", "heads", "sampled", "weights")}
    cuts, links = part["nodes"].reshape(size, 2)[:, 0], part["nodes"].view(np.int16).reshape(size, 8)
    boxes, leaf_points = part["boxes"].reshape(size, 2, dims), part["points"].reshape(size, dims)
    leaves, head = part["leaves"].reshape(size, 2), part["heads"]
    seen = {"nodes": [], "leaves": []}

    def walk(code, parent):
        if code < 0:
            seen["leaves"].append(~code)
            assert leaves[~code][0] == parent
            assert leaves[~code][1] == (part["sampled"][: head[tree_module.SIZE]] == ~code).sum() > 0
            return leaf_points[~code][None]
        seen["nodes"].append(code)
        left, right, dimension, up = links[code][4:]
        assert up == parent
        below = [walk(int(left), code), walk(int(right), code)]
        assert below[0][:, dimension].max() <= cuts[code] < below[1][:, dimension].min()
        both = np.concatenate(below)
        np.testing.assert_array_equal(boxes[code], [both.min(0), both.max(0)])
        assert part["spans"][code] == pytest.approx(np.ptp(both, axis=0).sum(), rel=1e-12)
        return both

    filled = int(head[tree_module.SIZE])
    if filled:
        walk(int(head[tree_module.ROOT]), -1)
        assert len(seen["nodes"]) == len(seen["leaves"]) - 1
    for used, free, table, column in (
        (tree_module.USED_NODES, tree_module.FREE_NODE, links, tree_module.LEFT),
        (tree_module.USED_LEAVES, tree_module.FREE_LEAF, leaves, 0),
    ):
        present = set(seen["nodes" if table is links else "leaves"])
        place = int(head[free]) - 1
        while place >= 0:
            assert place not in present
            present.add(place)
            place = int(table[place][column]) - 1
        assert present == set(range(head[used]))
    weights = part["weights"][:filled]
    assert all(weights[(i - 1) // 2] >= weights[i] for i in range(1, filled))
    return seen


@settings(max_examples=30, deadline=None)
@given(
    seed=st.integers(0, 2**32 - 1),
    time_decay=st.sampled_from((0, 3, 50)),
    level=st.sampled_from((0.05, 0.5, 0.9, 0.99)),
    delay=st.integers(1, 30),
)
def test_threshold_equals_the_oracle(seed, time_decay, level, delay):
    rng = np.random.default_rng(seed)
    values = np.where(rng.random((120, 2)) < 0.1, 5.0, rng.normal(size=(120, 2)))
    for mode, factor in ((MODE.StandardDeviations, 2 * level), (MODE.Quantile, level)):
        chosen = {"eThresholdMode": mode, "fThresholdLevel": factor, "nTimeDecay": time_decay, "nOutputDelay": delay}
        fb = configured(2, **chosen, nSeed=3)
        trace = fb.replay(stamps(120), values)
        scores = trace["fAnomalyScore"].tolist()
        for row in range(120):
            known = scores[delay:row]
            threshold = 0.0
            if known and mode == MODE.Quantile:
                threshold = quantile_threshold(known, time_decay, factor)
            elif known:
                threshold = deviations_threshold(known, time_decay, factor)
            tolerance = 1e-9 if mode == MODE.StandardDeviations else fb._m.bin_width * 1.0001
            assert trace["fThreshold"][row] == pytest.approx(threshold, rel=1e-9, abs=tolerance), row
            expected = len(known) >= delay and scores[row] > trace["fThreshold"][row]
            assert trace["bAnomaly"][row] == expected


def test_a_histogram_that_never_ends():
    """Counts that grow with exp(1 / 2) per score would overflow after 1,420 scores."""
    rng = np.random.default_rng(1)
    fb = configured(1, eThresholdMode=MODE.Quantile, fThresholdLevel=0.5, nTimeDecay=2)
    trace = fb.replay(stamps(5000), rng.normal(size=5000))
    for row in (1500, 3000, 4999):
        wanted = quantile_threshold(trace["fAnomalyScore"][4:row].tolist()[-100:], 2, 0.5)
        assert trace["fThreshold"][row] == pytest.approx(wanted, abs=1.01 * fb._m.bin_width)


# --- in the mean ------------------------------------------------------------------------------------------------------


def cut_positions(fb, number):
    """Where each cut of a tree lies along the sides of its node's box, as a share; with the depth of the node."""
    m = fb._m
    part = {name: fb._buffer(name).reshape(m.trees, -1)[number] for name in ("nodes", "boxes", "spans", "heads")}
    links, boxes = part["nodes"].view(np.int16).reshape(-1, 8), part["boxes"].reshape(-1, 2, m.dims)
    found, pending = [], [(int(part["heads"][tree_module.ROOT]), 0)]
    while pending:
        code, depth = pending.pop()
        if code >= 0:
            dimension, (low, high) = links[code][6], boxes[code]
            before = (high - low)[:dimension].sum() + part["nodes"][2 * code] - low[dimension]
            found.append((before / part["spans"][code], depth))
            pending += [(int(links[code][4]), depth + 1), (int(links[code][5]), depth + 1)]
    return found


def farthest_from_uniform(shares):
    """Kolmogorov's distance, times the root of the count: below 1.95 in 999 of 1000 cases."""
    shares = np.sort(shares)
    steps = np.arange(len(shares) + 1) / len(shares)
    return max((steps[1:] - shares).max(), (shares - steps[:-1]).max()) * math.sqrt(len(shares))


@pytest.mark.parametrize("time_decay", [0, 30])
def test_cuts_are_those_of_a_tree_built_afresh(time_decay):
    """A fresh tree cuts each box evenly along its sides. So it is after thousands of insertions and deletions."""
    rng = np.random.default_rng(5)
    fb = configured(3, nNumTrees=400, nSampleSize=12, nTimeDecay=time_decay, nSeed=11)
    values = rng.normal(size=(300, 3)) * (1, 3, 0.2)
    values[100:200] = np.exp(values[100:200])
    fb.replay(stamps(300), values)
    found = np.array([pair for number in range(400) for pair in cut_positions(fb, number)])
    assert len(found) == 400 * 11
    for depth in range(5):
        assert farthest_from_uniform(found[found[:, 1] == depth, 0]) < 1.95, depth
    assert farthest_from_uniform(found[:, 0]) < 1.95


@pytest.mark.parametrize("time_decay", [0, 100])
def test_samples_are_those_of_the_definition(time_decay):
    """Of points numbered 1, 2, ... each tree keeps those with the smallest weights; ages are as in the definition."""
    trees, size, rows = 400, 20, 500
    fb = configured(1, nNumTrees=trees, nSampleSize=size, nTimeDecay=time_decay, nSeed=2)
    numbers = np.arange(1.0, rows + 1)
    fb.replay(stamps(rows), numbers, bAttribution=False)
    kept = fb._buffer("points").reshape(trees, -1)
    leaves = fb._buffer("leaves").reshape(trees, -1, 2)
    ours = np.concatenate([kept[t][np.unique(fb._buffer("sampled").reshape(trees, -1)[t])] for t in range(trees)])
    assert len(ours) == trees * size and (leaves[:, :, 1] <= 1).all()
    rng = np.random.default_rng(3)
    weights = np.log(rng.exponential(size=(20 * trees, rows))) - (numbers / time_decay if time_decay else 0.0)
    theirs = 1.0 + np.argpartition(weights, size, axis=1)[:, :size]
    edges = np.quantile(theirs, np.linspace(0, 1, 11))
    expected = np.histogram(theirs, edges)[0] / 20
    observed = np.histogram(ours, edges)[0]
    assert ((observed - expected) ** 2 / expected).sum() < 27.9  # chi squared, 9 degrees of freedom, 0.1 %


def test_a_forest_of_many_trees_gives_the_expected_score():
    """Two points at 0 and 1: the score of x = 3 is 2/3 at the root, else 1/2 from the leaf; times log2(3)."""
    fb = configured(1, nNumTrees=1, nSampleSize=2, nTimeDecay=0, nOutputDelay=2)
    trace = fb.replay(stamps(3), [0.0, 1.0, 3.0])
    assert trace["fAnomalyScore"][2] == pytest.approx((2 / 3 + (1 / 3) / 2) * math.log2(3))
    assert trace["pHighArrayOut"][2][0] == trace["fAnomalyScore"][2] and trace["pLowArrayOut"][2][0] == 0


# --- laws of the scores -----------------------------------------------------------------------------------------------


@pytest.mark.parametrize("kind", ["plain", "lattice", "constant", "equal", "far"])
@pytest.mark.parametrize("shape", [(1, 1), (4, 1), (3, 8), (5, 3)])
def test_attributions_add_up_and_cost_no_accuracy(kind, shape):
    channels, shingle = shape
    values = points(kind, 400, channels, np.random.default_rng(4))
    chosen = {"nNumTrees": 20, "nSampleSize": 64, "nShingleSize": shingle, "nTimeDecay": 200}
    with_them, without = configured(channels, **chosen), configured(channels, **chosen)
    one = with_them.replay(stamps(400), values)
    other = without.replay(stamps(400), values, bAttribution=False)
    total = one["pHighArrayOut"].sum(1) + one["pLowArrayOut"].sum(1)
    np.testing.assert_allclose(total, one["fAnomalyScore"], rtol=1e-9, atol=1e-12)
    np.testing.assert_allclose(other["fAnomalyScore"], one["fAnomalyScore"], rtol=1e-12)
    assert not other["pHighArrayOut"].any() and not other["nMainChannel"].any()
    assert (one["fAnomalyScore"] >= 0).all() and (one["fAnomalyScore"] <= math.log2(65)).all()
    assert ((one["fAnomalyScore"] == 0) == one["bLearning"]).all()
    if kind == "constant":
        constant = np.flatnonzero(np.ptp(values, axis=0) == 0)[0]
        assert not one["pHighArrayOut"][:, constant].any() or channels == 1 or shingle * channels > 1


def test_a_constant_channel_takes_no_part_in_a_new_point():
    values = np.column_stack([np.random.default_rng(1).normal(size=300), np.full(300, 4.0)])
    trace = configured(2, nNumTrees=10).replay(stamps(300), values)
    assert not trace["pHighArrayOut"][:, 1].any() and not trace["pLowArrayOut"][:, 1].any()


def test_only_equal_points():
    trace = configured(1, nNumTrees=5).replay(stamps(100), np.full(100, 3.0))
    np.testing.assert_allclose(trace["fAnomalyScore"][4:], 0.5)
    shares = trace["pHighArrayOut"][4:, 0], trace["pLowArrayOut"][4:, 0]
    np.testing.assert_allclose(shares, 0.25)


def test_differences_below_the_smallest_normal_number():
    values = np.random.default_rng(1).integers(0, 5, (100, 2)) * 5e-324
    trace = configured(2).replay(stamps(100), values)
    for name in ("fAnomalyScore", "pHighArrayOut", "pLowArrayOut"):
        assert np.isfinite(trace[name]).all(), name


SHORT_RUN = """
import hashlib, numpy as np
from alycat.blocks import FB_ALY_RandomCutForest
fb = FB_ALY_RandomCutForest(nNumChannels=3)
assert fb.Configure(5, 8, 2, 20, 1, 0, 2, 0.9, True)
values = np.round(np.random.default_rng(1).normal(size=(60, 3)), 1)
trace = fb.replay(np.arange(1, 61, dtype=np.uint64), values)
print(hashlib.sha256(fb.state_bytes() + trace.tobytes()).hexdigest(), trace["fAnomalyScore"][-1] > 0)
"""


@pytest.mark.slow
def test_compiled_and_interpreted_code_leave_the_same_bytes():
    clean = {k: v for k, v in os.environ.items() if k not in ("ALYCAT_PLAIN_KERNELS", "NUMBA_DISABLE_JIT")}
    said = [
        subprocess.run(
            [sys.executable, "-W", "error", "-c", SHORT_RUN], env=clean | mode, capture_output=True, text=True
        )
        for mode in ({}, {"NUMBA_DISABLE_JIT": "1"})
    ]
    assert said[0].stdout == said[1].stdout and said[0].stdout.endswith("True\n"), said


# --- the block --------------------------------------------------------------------------------------------------------


def test_a_spike_is_flagged_and_explained():
    rng = np.random.default_rng(8)
    values = rng.normal((10, 50), 1, (1000, 2))
    values[700, 0], values[900, 1] = 30, 20
    fb = configured(2, nNumTrees=50, nSampleSize=128, nTimeDecay=5000, fThresholdLevel=5)
    before = fb.replay(stamps(1000)[:700], values[:700])
    assert before["bAnomaly"].sum() < 10 and before["bLearning"].sum() == 32
    fb.replay(stamps(1000)[700:701], values[700:701])
    assert fb.bAnomaly and fb.nMainChannel == 1 and fb.fbTimeLastEvent.nRaw == 701
    why = fb.attributions()
    assert why["attribution"].sum() == pytest.approx(fb.fAnomalyScore) and why["is_high"][0]
    assert why["strength"][0] == why["high"][0] - why["low"][0] > 1
    text = json.loads(fb.explanation(["flow", "pressure"]))
    assert list(text) == ["flow", "pressure"] and text["flow"]["DIRECTION"] == "HIGH"
    assert text["flow"]["ATTRIBUTION_SCORE"] == f"{why['attribution'][0]:.4f}"
    fb.replay(stamps(1000)[701:901], values[701:901])
    assert fb.bAnomaly and json.loads(fb.explanation())["CH2"]["DIRECTION"] == "LOW"


def test_explanation_without_direction_and_while_learning():
    fb = configured(1, bWithDirectionality=False)
    assert json.loads(fb.explanation()) == {"CH1": {"ATTRIBUTION_SCORE": "0.0000"}}
    learning = {"DIRECTION": "LOW", "STRENGTH": "0.0000", "ATTRIBUTION_SCORE": "0.0000"}
    assert json.loads(configured(1).explanation()) == {"CH1": learning}
    assert json.loads(FB_ALY_RandomCutForest(1).explanation()) == {"CH1": learning}
    with pytest.raises(ValueError, match="2 names for 1 channels"):
        fb.explanation(["a", "b"])


def test_call_fills_the_arrays_that_are_given():
    fb, high, low = configured(2), np.zeros(2), np.zeros(2)
    for row in range(1, 40):
        fb.set_channel_values([math.sin(row), math.cos(3 * row)])
        if row % 2:
            assert fb.Call(row, True, True, high, 16, low, 16)
            assert high.sum() + low.sum() == pytest.approx(fb.fAnomalyScore)
        else:
            kept = high.copy()
            assert fb.Call(row) and (high == kept).all()
    refused(fb, fb.Call(40, True, True, high, 8, low, 16), 0x3004)
    assert fb.Call(40, pLowArrayOut=low, nLowArrayOutSize=16) and (low == fb.attributions()["low"]).all()


def test_nothing_is_learnt_without_update():
    fb = configured(2, nShingleSize=2)
    values = np.random.default_rng(1).normal(size=(100, 2))
    fb.replay(stamps(50), values[:50])
    forest = {name: fb._buffer(name).tobytes() for name in ("nodes", "boxes", "words", "weights", "points")}
    trace = fb.replay(stamps(100)[50:], values[50:], bUpdateForest=False)
    assert (trace["nNumPoints"] == 49).all() and np.ptp(trace["fThreshold"]) == 0 and trace["bNewResult"].all()
    assert all(fb._buffer(name).tobytes() == kept for name, kept in forest.items())


def test_seeds():
    values = np.random.default_rng(1).normal(size=(100, 2))
    one, same, other = (configured(2, nSeed=seed).replay(stamps(100), values) for seed in (5, 5, 6))
    assert one.tobytes() == same.tobytes() and (one["fAnomalyScore"] != other["fAnomalyScore"]).any()


@pytest.mark.parametrize(
    "changed, event_id",
    [
        ({"nNumTrees": 0}, 0x200D),
        ({"nNumTrees": 10_001}, 0x200D),
        ({"nSampleSize": 0}, 0x200D),
        ({"nSampleSize": 16_385}, 0x200D),
        ({"nShingleSize": 0}, 0x2014),
        ({"nShingleSize": 20_000}, 0x100C),
        ({"nNumTrees": 10_000, "nSampleSize": 16_384}, 0x2001),
        ({"eThresholdMode": MODE.NotInitialized}, 0x2003),
        ({"fThresholdLevel": -1.0}, 0x201A),
        ({"fThresholdLevel": math.inf}, 0x201A),
        ({"eThresholdMode": MODE.Quantile, "fThresholdLevel": 1.0}, 0x201A),
        ({"eThresholdMode": MODE.Quantile, "fThresholdLevel": 0.0}, 0x201A),
    ],
)
def test_what_configure_refuses(changed, event_id):
    fb = FB_ALY_RandomCutForest(nNumChannels=2)
    refused(fb, fb.Configure(**SMALL | changed), event_id, list(changed)[-1] if event_id != 0x2001 else "bytes")


def test_what_call_refuses():
    fb = FB_ALY_RandomCutForest(nNumChannels=0)
    refused(fb, fb.Configure(**SMALL), 0x100C)
    fb = configured(1)
    fb.SetChannelValue(1, 1e291)
    refused(fb, fb.Call(1), 0x300A)
    fb.SetChannelValue(1, 1.0)
    refused(fb, fb.Call(0), 0x3006)
    assert fb.Call(5)
    refused(fb, fb.Call(4), 0x3003)


@pytest.mark.slow
@pytest.mark.skipif(data_folder("clickstream") is None, reason="the shared data folder is not here")
@pytest.mark.parametrize("seed", [1, 2])
def test_the_click_stream_of_the_original(seed):
    """Kinesis found a cut of 1.634, AWS's own code 1.55 to 1.56 and all eight events; and which channel leads."""
    values, _, events = clickstream(data_folder("clickstream"))
    fb = configured(4, nNumTrees=100, nSampleSize=256, nTimeDecay=4320, nSeed=seed)
    trace = fb.replay(stamps(len(values)), values)
    scores = trace["fAnomalyScore"]
    cut = scores.mean() + 3 * scores.std()
    assert cut == pytest.approx(1.56, abs=0.15)
    assert all((scores[first : last + 1] > cut).any() for first, last in events) and len(events) == 8
    parts = trace["pHighArrayOut"] + trace["pLowArrayOut"]
    (program, program_end), (system, system_end) = events[-2:]
    assert parts[program : program_end + 1].mean(0).argmax() == 3  # residual
    assert parts[system : system_end + 1].mean(0).argmax() == 2  # clicks
