"""FB_ALY_DenStream through its public interface: against the oracle, and the laws its specification states.

The oracle and the block may round 2^(-fLambda*dt) differently in the last bit, because two mathematics libraries may.
Where such a bit could tip an exact tie, `comparable` ends the comparison; without fading, or with factors that are
exact powers of two, every tie is compared.
"""

import csv
import itertools
import json
import math
import os
import subprocess
import sys
from datetime import datetime
from pathlib import Path

import numpy as np
import pytest
from hypothesis import HealthCheck, event, given, settings
from hypothesis import strategies as st
from oracle.denstream import DenStreamOracle
from strategies import (
    FIXED_SEEDS,
    START_NS,
    S,
    Stream,
    build_stream,
    denstream_configs,
    drawn_streams,
    faulty_streams,
    random_case,
    random_cases,
    streams,
)

from alycat.blocks import FB_ALY_DenStream

CONFIG = {
    "fEps": 0.5,
    "fMuBeta": 1.5,
    "fLambda": 0.0,
    "fEpsDBSCAN": 1.5,
    "fMinWeightDBSCAN": 3.0,
    "nPotMCsBufferSize": 40,
    "nOutMCsBufferSize": 40,
}
FADING = CONFIG | {"fLambda": 0.07}

TIMES = ("fbTimeLastEvent", "fbTimeLastSwitch")
RESULTS = ("nClusterIdx", "nNumClusters", *TIMES, "bOverflow", "nNumPotMCs", "nNumOutMCs")
OUTPUTS = ("bError", "bNewResult", "bConfigured", *RESULTS)


def examples(count):
    """Long streams take their time to build; that is no fault of a test."""
    slow_is_fine = [HealthCheck.too_slow, HealthCheck.data_too_large]
    return settings(max_examples=count, deadline=None, suppress_health_check=slow_is_fine)


# ---- driving block and oracle ----------------------------------------------------------------------------------------


def configured(n_channels=2, config=CONFIG):
    fb = FB_ALY_DenStream(nNumChannels=n_channels)
    assert fb.Configure(**config) is True
    return fb


def outputs(fb, names=OUTPUTS):
    return tuple(getattr(fb, name).nRaw if name in TIMES else getattr(fb, name) for name in names)


def cycle(fb, t, point, update=True):
    """One cycle of a user program; what it returns must agree with bError."""
    fb.set_channel_values(point)
    ok = fb.Call(tTimestamp=t, bUpdateMCs=update)
    assert ok is (not fb.bError)
    return outputs(fb)


def cycles(fb, stream):
    return [cycle(fb, t, point, update) for t, point, update in stream.rows()]


def replay(fb, stream):
    return rows_of(fb.replay(stream.timestamps, stream.values, bUpdateMCs=stream.update))


def rows_of(trace):
    return list(zip(*(trace[name].tolist() for name in OUTPUTS), strict=True))


def run_oracle(config, stream):
    """The rows a trace must have, and the oracle after the last of them."""
    oracle = DenStreamOracle(stream.n_channels)
    assert oracle.configure(**config) == 0
    rows = []
    for t, point, update in stream.rows():
        event_id = oracle.call(t, point, update)
        rows.append((event_id != 0, oracle.bNewResult, True, *(getattr(oracle, name) for name in RESULTS)))
    return rows, oracle


def rows_until(config, stream, distance_gap, weight_gap=0.0, only_when_inexact=False):
    """How many rows pass before a decision of the oracle comes closer to a tie than the given gaps."""
    oracle = DenStreamOracle(stream.n_channels)
    assert oracle.configure(**config) == 0
    exact, previous = True, None
    for row, (t, point, update) in enumerate(stream.rows()):
        if oracle.call(t, point, update) != 0:
            continue
        factor = 2.0 ** (-config["fLambda"] * ((t - (previous or t)) / 1e9))
        exact = exact and (factor == 0.0 or math.frexp(factor)[0] == 0.5)
        previous = t
        close = oracle.distance_gap < distance_gap or oracle.weight_gap < weight_gap
        if close and not (only_when_inexact and exact):
            return row
    return len(stream)


def comparable(config, stream):
    """The part of the stream on which every correct implementation must agree with the oracle, label for label."""
    if config["fLambda"] == 0.0:
        return stream
    distance_gap = 1e-9 + rounding_of(stream)
    return stream[: rows_until(config, stream, distance_gap, weight_gap=1e-9, only_when_inexact=True)]


def rounding_of(stream):
    """What a few roundings at the size of the coordinates amount to."""
    finite = stream.values[np.isfinite(stream.values)]
    return 64.0 * float(np.spacing(np.abs(finite).max(initial=1.0)))


def assert_same_micro_clusters(fb, oracle, atol):
    """The same micro-clusters in any order: the block may keep them in the order it likes."""
    left = list(fb.micro_clusters())
    for mc in oracle.micro_clusters():
        for i, candidate in enumerate(left):
            if (
                bool(candidate["potential"]) == mc["potential"]
                and int(candidate["cluster"]) == mc["cluster"]
                and math.isclose(candidate["weight"], mc["weight"], rel_tol=1e-9)
                and np.allclose(candidate["centre"], mc["centre"], rtol=1e-9, atol=atol)
                and math.isclose(candidate["radius"], mc["radius"], rel_tol=1e-9, abs_tol=atol)
            ):
                del left[i]
                break
        else:
            pytest.fail(f"the block lacks {mc}; it has these left: {left}")
    assert not left


def assert_equals_oracle(config, stream):
    expected, oracle = run_oracle(config, stream)
    called, replayed = configured(stream.n_channels, config), configured(stream.n_channels, config)
    assert cycles(called, stream) == expected
    assert replay(replayed, stream) == expected
    assert_same_micro_clusters(called, oracle, rounding_of(stream))
    assert called.state_bytes() == replayed.state_bytes()


# ---- against the oracle ----------------------------------------------------------------------------------------------


@examples(100)
@given(config=denstream_configs(), stream=streams(max_rows=220))
def test_every_output_of_every_cycle_equals_the_oracle(config, stream):
    assert_equals_oracle(config, comparable(config, stream))


@examples(120)
@given(case=random_cases())
def test_rare_events_equal_the_oracle(case):
    config, stream = case
    assert_equals_oracle(config, comparable(config, stream))


@pytest.mark.parametrize("seed", FIXED_SEEDS)
def test_fixed_cases_equal_the_oracle(seed):
    config, stream = random_case(seed)
    assert_equals_oracle(config, comparable(config, stream))


@examples(30)
@given(config=denstream_configs(roomy=True), stream=streams(min_rows=300, max_rows=400, channels=2, freezing=False))
def test_long_streams_in_roomy_buffers_equal_the_oracle(config, stream):
    assert_equals_oracle(config, comparable(config, stream))


@examples(100)
@given(config=denstream_configs(), stream=faulty_streams())
def test_refused_rows_change_nothing_but_the_error(config, stream):
    assert_equals_oracle(config, comparable(config, stream))


EXTREMES = (0.0, -0.0, 1.0, 5e-324, -5e-324, 2.2e-308, 1e150, -1e150, 1e300, -1e300, 1e308, -1e308, 1.7e308)


@examples(100)
@given(
    stream=drawn_streams(max_rows=20, values=st.sampled_from(EXTREMES)),
    eps=st.sampled_from((1.0, 1e150, 1e-150)),
    eps_dbscan=st.sampled_from((1.0, 1e150, 1e-150)),
    roomy=st.booleans(),
)
def test_extreme_values_equal_the_oracle(stream, eps, eps_dbscan, roomy):
    size = 24 if roomy else 2
    sizes = {"nPotMCsBufferSize": size, "nOutMCsBufferSize": size}
    assert_equals_oracle(CONFIG | sizes | {"fEps": eps, "fEpsDBSCAN": eps_dbscan, "fMuBeta": 0.5}, stream)


@pytest.mark.parametrize("n_channels", [1, 7, 8, 9, 16, 33, 34])
@pytest.mark.parametrize("config", [CONFIG, FADING], ids=["constant", "fading"])
def test_number_of_channels(n_channels, config):
    stream = build_stream(20, n_channels, rows=80, kind="clusters", mode="flicker")
    assert_equals_oracle(config, comparable(config, stream))


@pytest.mark.parametrize("potential", [1, 7, 8, 9, 31, 32, 33, 40, 64, 65])
def test_buffers_filled_to_the_last_slot(potential):
    # Far apart, every point is a potential micro-cluster of its own; the one that does not fit overflows.
    values = np.arange(potential + 3, dtype=np.float64)[:, None] * [1.0, -2.0]
    timestamps = np.arange(1, potential + 4, dtype=np.uint64)
    stream = Stream(timestamps, values, np.ones(potential + 3, np.bool_))
    config = CONFIG | {"fMuBeta": 0.5, "fEpsDBSCAN": 2.5, "nPotMCsBufferSize": potential, "nOutMCsBufferSize": 1}
    assert_equals_oracle(config, stream)
    fb = configured(config=config)
    trace = fb.replay(stream.timestamps, stream.values, bUpdateMCs=True)
    assert trace["nNumPotMCs"].tolist() == [*range(1, potential + 1), potential, potential, potential]
    assert trace["bOverflow"].tolist() == [False] * potential + [True] * 3


@pytest.mark.parametrize("fading", [0.0, 0.25, 1.0])
@pytest.mark.parametrize("mu_beta", [0.0, 0.5, 1.0, 2.0])
def test_buffers_of_one(mu_beta, fading):
    config = CONFIG | {"fMuBeta": mu_beta, "fLambda": fading, "nPotMCsBufferSize": 1, "nOutMCsBufferSize": 1}
    stream = build_stream(3, 2, rows=60, kind="duplicates", pace="octaves")
    assert_equals_oracle(config, comparable(config, stream))


@pytest.mark.parametrize("fading", [0.0, 1e-12, 0.5, 1e300])
@pytest.mark.parametrize(
    "times",
    [(1, 1, 2, 2**63 - 1, 2**63, 2**64 - 2, 2**64 - 1), (1, 1, 1, 2**64 - 1, 2**64 - 1)],
    ids=["in steps", "at once"],
)
def test_the_whole_range_of_time(times, fading):
    values = np.array([[0.0], [0.1], [0.2], [5.0], [0.1], [5.0], [0.1]])[: len(times)]
    stream = Stream(np.array(times, np.uint64), values, np.ones(len(times), np.bool_))
    assert_equals_oracle(CONFIG | {"fLambda": fading}, stream)


# The oracle's hand-worked examples whose outcome hangs on a single tie or a single border; its tests give the sums.
SEPARATE = CONFIG | {"fMuBeta": 0.5, "fEps": 0.01, "fEpsDBSCAN": 1.0, "fMinWeightDBSCAN": 4.0}
WORKED_EXAMPLES = {
    "border takes its nearest core": (SEPARATE, [-1.8, -1.8, -1.8, -0.9, 1.7, 1.7, 1.7, 0.8, 0.0], {0.0: 1, -0.9: 0}),
    "tie of a border: the older core": (
        SEPARATE,
        [-1.5, -1.5, -1.5, 0.75, -0.75, 1.5, 1.5, 1.5, 0.0],
        {0.0: 1, -0.75: 0, 0.75: 1},
    ),
    "neighbour of a border stays out": (SEPARATE, [-1.8, -1.8, -1.8, -0.9, 0.0, 0.9], {0.0: 0, 0.9: -1}),
    "core limit and reach inclusive": (SEPARATE, [0.0, 1.0, 1.0, 2.0], {0.0: 0, 1.0: 0, 2.0: 0}),
    "numbered by the oldest core": (
        SEPARATE,
        [0.0, 10.0, 10.0, 10.0, 10.0, 0.9, 1.8, 1.8],
        {0.0: 1, 0.9: 1, 1.8: 1, 10.0: 0},
    ),
    "a bridge merges and closes up": (SEPARATE, [*[0.0] * 4, *[2.0] * 4, *[9.0] * 4, 1.0], {0.0: 0, 2.0: 0, 9.0: 1}),
    "outlier ones are no bridge": (
        SEPARATE | {"fMuBeta": 1.0, "fMinWeightDBSCAN": 2.0},
        [0.0, 0.0, 2.0, 2.0, 1.0],
        {0.0: 0, 1.0: -1, 2.0: 1},
    ),
}


@pytest.mark.parametrize("example", WORKED_EXAMPLES)
def test_worked_example(example):
    config, points, labels = WORKED_EXAMPLES[example]
    fb = configured(1, config)
    for point in points:
        cycle(fb, START_NS, [point])
    for point, label in labels.items():
        cycle(fb, START_NS, [point], update=False)
        assert fb.nClusterIdx == label, point
    assert fb.nNumClusters == len(set(labels.values()) - {-1})


def test_worked_example_of_a_check():
    # fMuBeta = 2, fLambda = 1: Tp = 1 s. w = 3 becomes 1.5 <= 2: demoted; xi = 2 - 0.5 = 1.5 is not above it: kept.
    # The single point fades to 0.5 < 1.5: deleted. A second later 0.75 < xi = 1.75, and 0.5 < 1.5: both deleted.
    fb = configured(1, SEPARATE | {"fMuBeta": 2.0, "fLambda": 1.0})
    for point in (0.0, 0.0, 0.0, 10.0):
        cycle(fb, START_NS, [point])
    assert (fb.nNumPotMCs, fb.nNumOutMCs) == (1, 1)
    cycle(fb, START_NS + S, [20.0])
    assert (fb.nNumPotMCs, fb.nNumOutMCs) == (0, 2)
    assert sorted(zip(fb.micro_clusters()["centre"][:, 0], fb.micro_clusters()["weight"], strict=True)) == [
        (0.0, 1.5),
        (20.0, 1.0),
    ]
    cycle(fb, START_NS + 2 * S, [30.0])
    assert fb.micro_clusters()["centre"].tolist() == [[30.0]]


# ---- invariants ------------------------------------------------------------------------------------------------------


@examples(60)
@given(config=denstream_configs(), stream=streams())
def test_counts_labels_and_buffers_fit_together(config, stream):
    fb = configured(stream.n_channels, config)
    trace = fb.replay(stream.timestamps, stream.values, bUpdateMCs=stream.update)
    assert trace["nNumPotMCs"].max() <= config["nPotMCsBufferSize"]
    assert trace["nNumOutMCs"].max() <= config["nOutMCsBufferSize"]
    assert trace["nClusterIdx"].min() >= -1
    assert (trace["nClusterIdx"] < trace["nNumClusters"]).all()
    changed = np.diff(trace["nClusterIdx"], prepend=-1) != 0
    assert (trace["bNewResult"] == changed).all()
    overflow = trace["bOverflow"].astype(int)
    assert (np.diff(overflow) >= 0).all(), "an overflow lasts until Reset or Configure"

    mcs = fb.micro_clusters()
    assert fb.nNumPotMCs == np.count_nonzero(mcs["potential"])
    assert fb.nNumOutMCs == np.count_nonzero(~mcs["potential"])
    assert set(mcs["cluster"].tolist()) - {-1} == set(range(fb.nNumClusters))
    assert (mcs["cluster"][~mcs["potential"]] == -1).all()


@examples(60)
@given(config=denstream_configs(roomy=True), stream=streams(max_rows=200))
def test_labels_are_those_of_dbscan_from_scratch(config, stream):
    """Clusters the block's own micro-clusters again, with matrices, and compares everything but the numbering."""
    fb = configured(stream.n_channels, config)
    fb.replay(stream.timestamps, stream.values, bUpdateMCs=stream.update)
    mcs = fb.micro_clusters()
    mcs = mcs[mcs["potential"]]
    event(f"clusters: {min(fb.nNumClusters, 4)}")
    squared = ((mcs["centre"][:, None, :] - mcs["centre"][None, :, :]) ** 2).sum(axis=2)
    limit = config["fEpsDBSCAN"] ** 2
    near = squared <= limit
    weights = near @ mcs["weight"]
    doubtful = (np.abs(squared - limit) < 1e-9 * limit).any() or np.isclose(weights, config["fMinWeightDBSCAN"]).any()
    if doubtful:
        return  # sums in another order may fall on the other side; the oracle compares these cases
    core = weights >= config["fMinWeightDBSCAN"]
    reach = near & core[:, None] & core[None, :]
    for _ in range(len(mcs)):
        reach = (reach.astype(int) @ reach.astype(int)) > 0
    labels = mcs["cluster"]
    same_label = labels[:, None] == labels[None, :]
    assert (same_label[core][:, core] == reach[core][:, core]).all()
    assert (labels[core] >= 0).all()
    in_reach = (near & core[None, :]).any(axis=1)
    assert ((labels == -1) == ~in_reach).all()
    for i in np.flatnonzero(in_reach & ~core):
        to_core = np.where(core, squared[i], np.inf)
        nearest = to_core <= to_core.min() * (1 + 1e-9)
        assert labels[i] in labels[nearest]


@examples(60)
@given(
    config=denstream_configs(),
    stream=st.builds(
        build_stream,
        seed=st.integers(0, 2**32 - 1),
        n_channels=st.sampled_from((1, 2, 3, 5)),
        rows=st.integers(60, 200),
        kind=st.sampled_from(("clusters", "drift", "duplicates")),
        pace=st.sampled_from(("regular", "irregular", "gaps", "octaves")),
        mode=st.sampled_from(("always", "blocks", "flicker")),
    ),
    offsets=st.lists(
        st.sampled_from((1e9, -1e9, 1e6)) | st.integers(-(10**9), 10**9).map(float), min_size=5, max_size=5
    ),
)
def test_translation_changes_no_label(config, stream, offsets):
    # On a raster of 2^-16 the shifted input is exact, so that only the block's own rounding remains. At 1e9 that is
    # about 1e-7 in a coordinate; decisions nearer to a tie than 1e-4 are left out.
    stream = stream.with_rows(values=np.round(stream.values * 65536.0) / 65536.0)
    stream = stream[: rows_until(config, stream, distance_gap=1e-4)]
    shifted = stream.with_rows(values=stream.values + np.array(offsets[: stream.n_channels]))
    here, there = configured(stream.n_channels, config), configured(stream.n_channels, config)
    assert replay(there, shifted) == replay(here, stream)
    assert sorted(here.micro_clusters()["weight"]) == sorted(there.micro_clusters()["weight"])


@examples(60)
@given(config=denstream_configs(), stream=streams(max_rows=200), data=st.data())
def test_order_of_channels_changes_no_label(config, stream, data):
    order = data.draw(st.permutations(range(stream.n_channels)))
    stream = stream[: rows_until(config, stream, distance_gap=1e-9 + rounding_of(stream))]
    shuffled = stream.with_rows(values=stream.values[:, order])
    here, there = configured(stream.n_channels, config), configured(stream.n_channels, config)
    assert replay(there, shuffled) == replay(here, stream)


@examples(60)
@given(config=denstream_configs(fading=False), stream=streams())
def test_without_fading_the_weights_sum_to_the_learnt_points(config, stream):
    fb = configured(stream.n_channels, config)
    trace = fb.replay(stream.timestamps, stream.values, bUpdateMCs=stream.update)
    learnt = np.count_nonzero(stream.update & ~trace["bOverflow"])
    assert math.fsum(fb.micro_clusters()["weight"]) == learnt


@examples(60)
@given(config=denstream_configs(), stream=streams(), seed=st.integers(0, 2**32 - 1))
def test_frozen_calls_leave_the_state_as_it_is(config, stream, seed):
    """Byte for byte, apart from what a call must change: index, bNewResult, the three times.

    These are brought to equal values: both blocks end with the same frozen calls, all at the same time, and change
    their index there if any point can change it. Then only what the calls in between did could still differ.
    """
    strays = np.random.default_rng(seed).uniform(-6.0, 6.0, (5, stream.n_channels))
    points = [*stream.values[:: max(1, len(stream) // 20)], *strays]
    t = int(stream.timestamps[-1])
    fb = configured(stream.n_channels, config)
    fb.replay(stream.timestamps, stream.values, bUpdateMCs=stream.update)
    before = fb.micro_clusters().tobytes()

    probe = FB_ALY_DenStream.restore(fb.snapshot())
    index_of = {}
    for i, point in enumerate(points):
        cycle(probe, t, point, update=False)
        index_of.setdefault(probe.nClusterIdx, i)
    first, *others = index_of.values()
    change = [points[first], points[others[0] if others else first]]

    reference = FB_ALY_DenStream.restore(fb.snapshot())
    for point in [*change, *change[:1] * 2]:
        cycle(reference, t, point, update=False)
    for point in [*change, *points, *change[:1] * 2]:
        cycle(fb, t, point, update=False)
    assert fb.state_bytes() == reference.state_bytes()
    assert fb.micro_clusters().tobytes() == before

    for later in range(1, 20):
        cycle(fb, t + later * S, change[0], update=False)
    cycle(reference, t + 19 * S, change[0], update=False)
    assert fb.state_bytes() == reference.state_bytes()


@examples(60)
@given(config=denstream_configs(roomy=False), stream=streams(freezing=False))
def test_overflowing_call_leaves_the_micro_clusters_as_they_were(config, stream):
    trial = configured(stream.n_channels, config)
    overflow = trial.replay(stream.timestamps, stream.values, bUpdateMCs=True)["bOverflow"]
    event(f"overflow: {overflow.any()}")
    if not overflow.any():
        return
    row = int(overflow.argmax())
    fb = configured(stream.n_channels, config)
    replay(fb, stream[:row])
    frozen = FB_ALY_DenStream.restore(fb.snapshot())
    before = fb.micro_clusters().tobytes()
    t, point = int(stream.timestamps[row]), stream.values[row]
    cycle(fb, t, point)
    cycle(frozen, t, point, update=False)
    assert fb.bOverflow and not frozen.bOverflow
    assert fb.micro_clusters().tobytes() == before
    same = [name for name in OUTPUTS if name != "bOverflow"]
    assert outputs(fb, same) == outputs(frozen, same), "an overflowing call answers like a frozen one"
    replay(fb, stream[row:])
    assert fb.micro_clusters().tobytes() == before, "the feature space stays stagnated"


@examples(100)
@given(config=denstream_configs(), stream=streams() | faulty_streams())
def test_replay_equals_calls_byte_for_byte(config, stream):
    called, replayed = configured(stream.n_channels, config), configured(stream.n_channels, config)
    assert replay(replayed, stream) == cycles(called, stream)
    assert replayed.state_bytes() == called.state_bytes()
    assert outputs(replayed) == outputs(called)
    assert replayed.ipResultMessage.nEventId == called.ipResultMessage.nEventId


@examples(60)
@given(config=denstream_configs(), stream=streams(), cuts=st.lists(st.floats(0.0, 1.0), max_size=4))
def test_replay_split_anywhere_equals_one_replay(config, stream, cuts):
    edges = [0, *sorted(int(cut * len(stream)) for cut in cuts), len(stream)]
    whole, parts = configured(stream.n_channels, config), configured(stream.n_channels, config)
    trace = []
    for start, end in itertools.pairwise(edges):
        trace += replay(parts, stream[start:end])
    assert trace == replay(whole, stream)
    assert parts.state_bytes() == whole.state_bytes()


@examples(60)
@given(config=denstream_configs(), stream=streams(), where=st.floats(0.0, 1.0))
def test_snapshot_at_any_cycle_continues_identically(config, stream, where):
    cut = int(where * len(stream))
    fb = configured(stream.n_channels, config)
    replay(fb, stream[:cut])
    data = fb.snapshot()
    assert isinstance(data, bytes)
    twin = FB_ALY_DenStream.restore(data)
    assert twin.state_bytes() == fb.state_bytes()
    assert outputs(twin) == outputs(fb)
    assert twin.micro_clusters().tobytes() == fb.micro_clusters().tobytes()
    rest = cycles(fb, stream[cut:])
    end = fb.state_bytes()
    assert cycles(twin, stream[cut:]) == rest
    assert twin.state_bytes() == end
    assert fb.state_bytes() == end, "the twin must not share memory with the block"


@examples(60)
@given(config=denstream_configs(), stream=streams(), where=st.floats(0.0, 1.0))
def test_reset_equals_fresh(config, stream, where):
    used, fresh = configured(stream.n_channels, config), configured(stream.n_channels, config)
    replay(used, stream)
    assert used.Reset() is True
    assert outputs(used) == outputs(fresh)
    assert len(used.micro_clusters()) == 0
    part = stream[: int(where * len(stream)) + 1]
    assert cycles(used, part) == cycles(fresh, part)
    assert used.state_bytes() == fresh.state_bytes()


@examples(30)
@given(config=denstream_configs(), other=denstream_configs(), stream=streams())
def test_configuring_again_equals_fresh(config, other, stream):
    used, fresh = configured(stream.n_channels, other), configured(stream.n_channels, config)
    replay(used, stream)
    assert used.Configure(**config) is True
    assert outputs(used) == outputs(fresh)
    assert replay(used, stream) == replay(fresh, stream)
    assert used.state_bytes() == fresh.state_bytes()


# ---- other processes -------------------------------------------------------------------------------------------------

CONTINUE = """
import json, pathlib, sys
import numpy as np
from alycat.blocks import FB_ALY_DenStream

folder = pathlib.Path(sys.argv[1])
data = np.load(folder / "stream.npz")
config = json.loads((folder / "config.json").read_text())

def run(fb, rows):
    trace = fb.replay(data["timestamps"][rows], data["values"][rows], bUpdateMCs=data["update"][rows])
    fields = {name: trace[name].tolist() for name in config["outputs"]}
    return {"state": fb.state_bytes().hex(), "trace": fields, "snapshot": fb.snapshot().hex()}

fresh = FB_ALY_DenStream(nNumChannels=data["values"].shape[1])
assert fresh.Configure(**config["parameters"])
restored = FB_ALY_DenStream.restore((folder / "snapshot.bin").read_bytes())
print(json.dumps({"fresh": run(fresh, slice(None)), "restored": run(restored, slice(config["cut"], None))}))
"""


@pytest.fixture(scope="module")
def elsewhere(tmp_path_factory):
    """One stream run here and in two other processes: from the start, and from a snapshot taken half-way."""
    folder = tmp_path_factory.mktemp("elsewhere")
    stream, cut = build_stream(8, 3, rows=300, kind="drift", pace="irregular", mode="flicker"), 137
    fb = configured(3, FADING)
    head = fb.replay(stream.timestamps[:cut], stream.values[:cut], bUpdateMCs=stream.update[:cut])
    (folder / "snapshot.bin").write_bytes(fb.snapshot())
    tail = fb.replay(stream.timestamps[cut:], stream.values[cut:], bUpdateMCs=stream.update[cut:])
    assert fb.nNumPotMCs > 1
    np.savez(folder / "stream.npz", timestamps=stream.timestamps, values=stream.values, update=stream.update)
    (folder / "config.json").write_text(json.dumps({"parameters": FADING, "cut": cut, "outputs": OUTPUTS}))
    runs = {}
    for hash_seed in ("0", "1"):
        done = subprocess.run(
            [sys.executable, "-c", CONTINUE, str(folder)],
            env=os.environ | {"PYTHONHASHSEED": hash_seed, "PYTHONPATH": os.pathsep.join(filter(None, sys.path))},
            capture_output=True,
            text=True,
            timeout=300,
        )
        assert done.returncode == 0, done.stderr
        runs[hash_seed] = json.loads(done.stdout)
    here = {"state": fb.state_bytes().hex(), "head": head, "tail": tail}
    return here, runs


@pytest.mark.slow
def test_same_input_gives_the_same_bytes_in_every_process(elsewhere):
    here, runs = elsewhere
    assert runs["0"] == runs["1"]
    assert runs["0"]["fresh"]["state"] == here["state"]
    for name, column in runs["0"]["fresh"]["trace"].items():
        assert column == here["head"][name].tolist() + here["tail"][name].tolist()


@pytest.mark.slow
def test_snapshot_continues_identically_in_another_process(elsewhere):
    here, runs = elsewhere
    for run in runs.values():
        assert run["restored"]["state"] == here["state"]
        for name, column in run["restored"]["trace"].items():
            assert column == here["tail"][name].tolist()


# ---- errors, vendor style --------------------------------------------------------------------------------------------


def assert_failed(fb, event_id):
    assert fb.bError is True
    assert fb.bNewResult is False
    assert fb.ipResultMessage.nEventId == event_id
    assert int(fb.ipResultMessage.eSeverity) == 3  # TcEventSeverity.Error
    assert isinstance(fb.ipResultMessage.sEventText, str) and fb.ipResultMessage.sEventText


def assert_succeeded(fb):
    assert fb.bError is False
    assert fb.ipResultMessage.nEventId == 0
    assert int(fb.ipResultMessage.eSeverity) < 2  # below TcEventSeverity.Warning


def used_block():
    """A block in the middle of its work, its last call a new result."""
    fb = configured()
    for k in range(5):
        cycle(fb, START_NS + k * S, [0.0, 0.1 * k])
    cycle(fb, START_NS + 5 * S, [9.0, 9.0])
    assert fb.bNewResult is True
    assert_succeeded(fb)
    return fb


def test_fresh_block():
    fb = FB_ALY_DenStream()
    assert outputs(fb) == (False, False, False, -1, 0, 0, 0, False, 0, 0)
    assert_succeeded(fb)
    assert len(fb.micro_clusters()) == 0
    assert fb.Configure(**CONFIG) is True
    assert outputs(fb) == (False, False, True, -1, 0, 0, 0, False, 0, 0)
    assert fb.SetChannelValue(2, 0.0) is True  # two channels unless told otherwise
    assert fb.SetChannelValue(3, 0.0) is False


def test_no_channels():
    fb = FB_ALY_DenStream(nNumChannels=0)
    assert_failed(fb, 0x100C)
    assert fb.Configure(**CONFIG) is False
    assert fb.bError is True
    assert fb.bConfigured is False


def test_call_before_configure():
    fb = FB_ALY_DenStream(nNumChannels=1)
    assert fb.Call(tTimestamp=0, bUpdateMCs=True) is False  # said before the zero time stamp is looked at
    assert_failed(fb, 0x3007)
    assert fb.bConfigured is False


def test_replay_before_configure():
    fb = FB_ALY_DenStream(nNumChannels=1)
    trace = fb.replay(np.array([1, 2], np.uint64), np.zeros((2, 1)), bUpdateMCs=True)
    assert trace["bError"].tolist() == [True, True]
    assert trace["bConfigured"].tolist() == [False, False]
    assert_failed(fb, 0x3007)


def test_call_after_failed_first_configure():
    fb = FB_ALY_DenStream(nNumChannels=1)
    assert fb.Configure(**(CONFIG | {"fEps": 0.0})) is False
    assert_failed(fb, 0x201A)
    assert fb.bConfigured is False
    assert fb.Call(tTimestamp=1, bUpdateMCs=True) is False
    assert_failed(fb, 0x3007)


@pytest.mark.parametrize(
    ("t", "point", "event_id"),
    [
        (0, [0.0, 0.0], 0x3006),
        (0, [math.nan, 0.0], 0x3006),
        (START_NS + 5 * S - 1, [0.0, 0.0], 0x3003),
        (1, [0.0, 0.0], 0x3003),
        (START_NS + 6 * S, [0.0, math.nan], 0x3003),
        (START_NS + 6 * S, [math.inf, 0.0], 0x3003),
        (START_NS + 6 * S, [0.0, -math.inf], 0x3003),
    ],
)
@pytest.mark.parametrize("update", [True, False], ids=["learning", "frozen"])
def test_refused_call_and_the_next_good_one(t, point, event_id, update):
    fb, twin = used_block(), used_block()
    before, mcs = outputs(fb, RESULTS), fb.micro_clusters().tobytes()
    fb.set_channel_values(point)
    assert fb.Call(tTimestamp=t, bUpdateMCs=update) is False
    assert_failed(fb, event_id)
    assert outputs(fb, RESULTS) == before
    assert fb.micro_clusters().tobytes() == mcs

    assert cycle(fb, START_NS + 5 * S, [0.0, 0.0]) == cycle(twin, START_NS + 5 * S, [0.0, 0.0])
    assert_succeeded(fb)
    assert fb.state_bytes() == twin.state_bytes()


def test_not_a_number_through_SetChannelValue_is_refused_by_the_call():
    fb = used_block()
    fb.SetChannelValue(2, math.nan)
    assert fb.Call(tTimestamp=START_NS + 6 * S, bUpdateMCs=True) is False
    assert_failed(fb, 0x3003)


def test_every_channel_needs_a_value_since_configure():
    fb = FB_ALY_DenStream(nNumChannels=2)
    fb.set_channel_values([1.0, 2.0])
    assert fb.Configure(**CONFIG) is True
    assert fb.Call(tTimestamp=START_NS, bUpdateMCs=True) is False
    assert_failed(fb, 0x3003)
    assert fb.SetChannelValue(2, 2.0) is True
    assert fb.Call(tTimestamp=START_NS, bUpdateMCs=True) is False
    assert_failed(fb, 0x3003)
    assert fb.SetChannelValue(1, 1.0) is True
    assert fb.Call(tTimestamp=START_NS, bUpdateMCs=True) is True
    assert_succeeded(fb)


def test_last_value_of_a_channel_is_used_again():
    fb = configured()
    cycle(fb, START_NS, [1.0, 2.0])
    assert fb.SetChannelValue(2, 50.0) is True
    assert fb.SetChannelValue(2, 30.0) is True  # set twice: the last one counts
    assert fb.Call(tTimestamp=START_NS, bUpdateMCs=True) is True
    assert fb.Call(tTimestamp=START_NS, bUpdateMCs=True) is True
    weight_at = {tuple(mc["centre"].tolist()): mc["weight"].item() for mc in fb.micro_clusters()}
    assert weight_at == {(1.0, 2.0): 1.0, (1.0, 30.0): 2.0}


def test_set_values_survive_a_snapshot():
    fb = used_block()
    assert fb.SetChannelValue(1, 4.0) is True
    twin = FB_ALY_DenStream.restore(fb.snapshot())
    for block in (fb, twin):
        assert block.SetChannelValue(2, 5.0) is True
        assert block.Call(tTimestamp=START_NS + 7 * S, bUpdateMCs=True) is True
    assert [4.0, 5.0] in fb.micro_clusters()["centre"].tolist()
    assert twin.state_bytes() == fb.state_bytes()


def test_unconfigured_block_survives_a_snapshot():
    twin = FB_ALY_DenStream.restore(FB_ALY_DenStream(nNumChannels=3).snapshot())
    assert twin.bConfigured is False
    assert twin.Call(tTimestamp=1, bUpdateMCs=True) is False
    assert twin.Configure(**CONFIG) is True
    assert twin.SetChannelValue(3, 1.0) is True
    assert twin.SetChannelValue(4, 1.0) is False


@pytest.mark.parametrize("channel", [0, 3, -1, 2**31, 2**32 - 1])
def test_wrong_channel_number(channel):
    fb, twin = used_block(), used_block()
    assert fb.SetChannelValue(channel, 100.0) is False
    assert_failed(fb, 0x3003)
    for block in (fb, twin):
        assert block.Call(tTimestamp=START_NS + 6 * S, bUpdateMCs=True) is True
    assert_succeeded(fb)
    assert fb.state_bytes() == twin.state_bytes()


@pytest.mark.parametrize("value", ["1.5", "", None], ids=["text", "empty text", "None"])
def test_value_that_is_no_number(value):
    fb, twin = used_block(), used_block()
    assert fb.SetChannelValue(1, value) is False
    assert_failed(fb, 0x3003)
    for block in (fb, twin):
        assert block.Call(tTimestamp=START_NS + 6 * S, bUpdateMCs=True) is True
    assert fb.state_bytes() == twin.state_bytes()


@pytest.mark.parametrize(
    "value",
    [
        1.5,
        7,
        True,
        False,
        -0.0,
        2**53 + 1,
        np.float32(0.1),
        np.float64(0.1),
        np.int8(-3),
        np.uint16(65535),
        np.int64(-(2**63)),
        np.uint64(2**64 - 1),
        np.bool_(True),
    ],
    ids=lambda value: f"{type(value).__name__} {value}",
)
def test_every_kind_of_number_is_a_value(value):
    fb = configured(1)
    assert fb.SetChannelValue(1, value) is True
    assert fb.Call(tTimestamp=1, bUpdateMCs=True) is True
    assert fb.micro_clusters()["centre"].tolist() == [[float(value)]]


@pytest.mark.parametrize("timestamp", [np.uint64(2**64 - 1), np.int64(5), 2**64 - 1])
def test_every_kind_of_integer_is_a_timestamp(timestamp):
    fb = configured(1)
    fb.SetChannelValue(1, 0.0)
    assert fb.Call(tTimestamp=timestamp, bUpdateMCs=False) is True
    assert fb.Call(tTimestamp=timestamp, bUpdateMCs=True) is True
    assert fb.fbTimeLastSwitch.nRaw == int(timestamp)


@pytest.mark.parametrize(
    ("timestamp", "error"),
    [(1.5, TypeError), ("now", TypeError), (None, TypeError), (-1, ValueError), (2**64, ValueError)],
)
def test_timestamp_that_is_no_ulint_is_a_mistake_in_python(timestamp, error):
    fb = used_block()
    before = fb.state_bytes()
    with pytest.raises(error):
        fb.Call(tTimestamp=timestamp, bUpdateMCs=True)
    assert fb.state_bytes() == before


def test_SetChannelValue_and_set_channel_values_are_one():
    singly, together = configured(3), configured(3)
    for t, point, update in build_stream(5, 3, rows=40).rows():
        for channel, value in enumerate(point, start=1):
            assert singly.SetChannelValue(channel, value) is True
        assert singly.Call(tTimestamp=t, bUpdateMCs=update) is True
        assert together.set_channel_values(np.array(point)) is True
        assert together.Call(tTimestamp=t, bUpdateMCs=update) is True
        assert outputs(singly) == outputs(together)
    assert singly.state_bytes() == together.state_bytes()


BAD_PARAMETERS = [
    *((name, value, 0x201A) for name in ("fEps", "fEpsDBSCAN") for value in (0.0, -0.0, -1.0)),
    *((name, value, 0x201A) for name in ("fLambda", "fMuBeta", "fMinWeightDBSCAN") for value in (-5e-324, -1.0)),
    *(
        (name, value, 0x201A)
        for name in ("fEps", "fEpsDBSCAN", "fLambda", "fMuBeta", "fMinWeightDBSCAN")
        for value in (math.nan, math.inf, -math.inf)
    ),
    ("nPotMCsBufferSize", 0, 0x201F),
    ("nOutMCsBufferSize", 0, 0x201F),
    ("nPotMCsBufferSize", 2**32 - 1, 0x2001),
    ("nOutMCsBufferSize", 2**32 - 1, 0x2001),
]


@pytest.mark.parametrize(("name", "value", "event_id"), BAD_PARAMETERS)
def test_failed_configure_keeps_the_former_configuration(name, value, event_id):
    fb, twin = used_block(), used_block()
    before, mcs = outputs(fb, RESULTS), fb.micro_clusters().tobytes()
    assert fb.Configure(**(CONFIG | {name: value})) is False
    assert_failed(fb, event_id)
    assert fb.bConfigured is True
    assert outputs(fb, RESULTS) == before
    assert fb.micro_clusters().tobytes() == mcs

    # The values set before the failed Configure count as well: it changed nothing.
    for block in (fb, twin):
        assert block.Call(tTimestamp=START_NS + 6 * S, bUpdateMCs=True) is True
    stream = build_stream(1, 2, rows=50, start=START_NS + 7 * S)
    assert cycles(fb, stream) == cycles(twin, stream)
    assert_succeeded(fb)
    assert fb.state_bytes() == twin.state_bytes()


def test_limits_of_the_parameters_are_valid():
    fb = FB_ALY_DenStream(nNumChannels=1)
    lowest = {"fEps": 5e-324, "fMuBeta": 0.0, "fLambda": 0.0, "fEpsDBSCAN": 5e-324, "fMinWeightDBSCAN": 0.0}
    assert fb.Configure(**lowest, nPotMCsBufferSize=1, nOutMCsBufferSize=1) is True
    whole = {
        "fEps": 1,
        "fMuBeta": 2,
        "fLambda": 0,
        "fEpsDBSCAN": 1,
        "fMinWeightDBSCAN": 2,
    }  # as in the sample
    assert fb.Configure(**whole, nPotMCsBufferSize=1, nOutMCsBufferSize=1) is True


def test_reset_after_an_overflow_learns_again():
    fb = configured(1, CONFIG | {"nOutMCsBufferSize": 1})
    cycle(fb, 100, [0.0])
    cycle(fb, 200, [10.0])
    assert fb.bOverflow is True
    assert fb.fbTimeLastSwitch.nRaw == 200
    assert fb.Reset() is True
    assert outputs(fb) == (False, False, True, -1, 0, 0, 0, False, 0, 0)
    cycle(fb, 50, [10.0])  # an earlier time than before the Reset
    assert fb.nNumOutMCs == 1
    assert fb.bOverflow is False


# ---- replay ----------------------------------------------------------------------------------------------------------


def test_trace_has_a_field_per_scalar_output():
    trace = configured().replay(np.array([1], np.uint64), np.zeros((1, 2)), bUpdateMCs=True)
    assert set(OUTPUTS) <= set(trace.dtype.names)
    for name in OUTPUTS:
        kind = trace.dtype[name].kind
        if name in TIMES:
            assert trace.dtype[name] == np.uint64
        else:
            assert kind == ("b" if name.startswith("b") else "i" if name in ("nClusterIdx", "nNumClusters") else "u")


@pytest.mark.parametrize("update", [True, False])
def test_one_update_flag_for_all_rows(update):
    stream = build_stream(2, 2, rows=50)
    scalar, array = configured(), configured()
    traces = [
        scalar.replay(stream.timestamps, stream.values, bUpdateMCs=update),
        array.replay(stream.timestamps, stream.values, bUpdateMCs=np.full(50, update)),
    ]
    assert rows_of(traces[0]) == rows_of(traces[1])
    assert scalar.state_bytes() == array.state_bytes()


def test_replay_of_no_rows_changes_nothing():
    fb = used_block()
    before = fb.state_bytes()
    assert len(fb.replay(np.zeros(0, np.uint64), np.zeros((0, 2)), bUpdateMCs=True)) == 0
    assert fb.state_bytes() == before


def test_replay_takes_any_memory_layout_and_keeps_its_input():
    stream = build_stream(4, 3, rows=80)
    expected = replay(configured(3), stream)
    every_second = np.repeat(stream.values, 2, axis=0)[::2]
    for values in (np.asfortranarray(stream.values), every_second):
        kept = values.copy()
        fb = configured(3)
        assert rows_of(fb.replay(np.repeat(stream.timestamps, 2)[::2], values, bUpdateMCs=True)) == expected
        assert np.array_equal(values, kept)
    frozen = stream.values.copy()
    frozen.flags.writeable = False
    assert rows_of(configured(3).replay(stream.timestamps, frozen, bUpdateMCs=True)) == expected


@pytest.mark.parametrize(
    ("timestamps", "values", "update"),
    [
        (np.ones(3, np.uint64), np.zeros((3, 1)), True),
        (np.ones(3, np.uint64), np.zeros((3, 3)), True),
        (np.ones(3, np.uint64), np.zeros((2, 2)), True),
        (np.ones(3, np.uint64), np.zeros((3, 2)), np.ones(2, np.bool_)),
    ],
    ids=["too few channels", "too many channels", "too few rows", "too few flags"],
)
def test_replay_of_wrong_shapes_is_a_mistake_in_python(timestamps, values, update):
    fb = used_block()
    before = fb.state_bytes()
    with pytest.raises((TypeError, ValueError)):
        fb.replay(timestamps, values, bUpdateMCs=update)
    assert fb.state_bytes() == before


def test_micro_clusters_is_a_copy():
    fb = used_block()
    before = fb.state_bytes()
    mcs = fb.micro_clusters()
    assert set(mcs.dtype.names) >= {"centre", "weight", "radius", "potential", "cluster"}
    assert mcs["centre"].shape == (len(mcs), 2)
    try:
        mcs["weight"] = -1.0
        mcs["centre"] = 1e6
    except ValueError:
        pass  # read-only is as good
    assert fb.state_bytes() == before


# ---- real recordings -------------------------------------------------------------------------------------------------


def recordings():
    beside_the_project = Path(__file__).resolve().parents[2].parent / "shared"
    return Path(os.environ.get("ALYCAT_SHARED", beside_the_project)) / "data"


def read_skab(path, channels, rows):
    with path.open(newline="", encoding="utf-8") as file:
        table = list(csv.DictReader(file, delimiter=";"))[:rows]
    epoch = datetime(2000, 1, 1)
    seconds = [int((datetime.fromisoformat(row["datetime"]) - epoch).total_seconds()) for row in table]
    values = np.array([[float(row[name]) for name in channels] for row in table])
    return Stream(np.array(seconds, np.uint64) * np.uint64(S), values, np.ones(len(table), np.bool_), path.name)


@pytest.mark.slow
@pytest.mark.parametrize("fading", [0.0, 0.01], ids=["constant", "fading"])
@pytest.mark.parametrize(
    ("channels", "eps"),
    [(("Temperature", "Thermocouple"), 0.15), (("Current", "Volume Flow RateRMS"), 0.3)],
    ids=["temperatures", "current and flow"],
)
def test_skab_recording_equals_the_oracle(channels, eps, fading):
    path = recordings() / "skab" / "valve1" / "0.csv"
    if not path.exists():
        pytest.skip("the SKAB recording is not beside the project; set ALYCAT_SHARED to the folder that holds data/")
    stream = read_skab(path, channels, rows=1000)
    config = CONFIG | {"fEps": eps, "fEpsDBSCAN": 2.5 * eps, "fLambda": fading}
    compared = comparable(config, stream)
    assert len(compared) > 500, "near-ties left too little to compare"
    assert_equals_oracle(config, compared)
