"""FB_ALY_IsolationForest against its oracle and against scikit-learn; its file."""

import json

import numpy as np
import pytest
from block_streams import refused
from hypothesis import given, settings
from hypothesis import strategies as st
from oracle import isolation_forest as oracle
from shared_data import shared_data

from alycat.blocks import FB_ALY_IsolationForest
from alycat.blocks.anomaly.isolation_learning import FORMAT, VERSION, LearntForest, learn_forest
from alycat.runtime.errors import ExtraMissing, LearntDataError, RangeError
from alycat.runtime.imputation import fill_by_neighbours
from alycat.runtime.learntfile import read_learnt, write_learnt


def times(points):
    return np.arange(1, len(points) + 1, dtype=np.uint64)


def points_of(seed, channels, rows=40):
    """Among them values on a threshold, and such that are on it only in 32 bits."""
    rng = np.random.default_rng(seed)
    return rng.choice([0.5, 0.5 + 1e-12, 0.5 - 1e-12, 1e300, -3.0, *rng.normal(size=5)], (rows, channels))


@pytest.fixture
def forest_file(tmp_path):
    path = tmp_path / "forest.json"
    write_learnt(path, FORMAT, VERSION, oracle.random_content(1, 2))
    return path


@settings(max_examples=60, deadline=None)
@given(st.integers(0, 2**32 - 1), st.integers(1, 4), st.integers(1, 5), st.integers(0, 6))
def test_equals_the_oracle(tmp_path_factory, seed, channels, trees, depth):
    path = tmp_path_factory.mktemp("forest") / "f.json"
    content = oracle.random_content(seed, channels, trees, depth)
    write_learnt(path, FORMAT, VERSION, content)
    fb, points = FB_ALY_IsolationForest(channels), points_of(seed, channels)
    assert fb.Configure(str(path)), fb.ipResultMessage
    with np.errstate(over="ignore"):
        trace = fb.replay(times(points), points)
    for row, point in enumerate(np.clip(points, -3e38, 3e38).tolist()):
        score = oracle.score(content, point)
        assert trace["fAnomalyScore"][row] == -score, row
        assert trace["fDecision"][row] == score + 0.5 and trace["bAnomaly"][row] == (score < -0.5)
    assert fb.nNumAnomalies == trace["bAnomaly"].sum()


@pytest.mark.parametrize(("contamination", "max_samples", "rows"), [(None, None, 400), (0.05, 100, 300), (None, 2, 9)])
def test_equals_scikit_learn(tmp_path, contamination, max_samples, rows):
    ensemble = pytest.importorskip("sklearn.ensemble")
    points = np.random.default_rng(rows).standard_t(2, (rows, 3)).round(2)
    forest = learn_forest(points, 20, max_samples, contamination, seed=7, names=("a", "b", "c"))
    forest.write(tmp_path / "f.json")
    fb = FB_ALY_IsolationForest(3)
    assert fb.Configure(str(tmp_path / "f.json")), fb.ipResultMessage
    trace = fb.replay(times(points), points)
    peer = ensemble.IsolationForest(
        n_estimators=20, max_samples=max_samples or "auto", contamination=contamination or "auto", random_state=7
    ).fit(points)
    # The power is the C library's here; numpy's own vector code may differ in the last places.
    np.testing.assert_array_max_ulp(trace["fAnomalyScore"], -peer.score_samples(points), maxulp=4)
    np.testing.assert_allclose(trace["fDecision"], peer.decision_function(points), rtol=0, atol=1e-15)
    clear = abs(trace["fDecision"]) > 1e-14
    assert (trace["bAnomaly"] == (peer.predict(points) < 0))[clear].all()
    assert clear.mean() > 0.9 or max_samples == 2  # trees of one split each score all points alike
    content = read_learnt(tmp_path / "f.json", FORMAT, VERSION)
    for row, point in enumerate(points[:20].tolist()):
        assert trace["fAnomalyScore"][row] == -oracle.score(content, point)


def test_the_file_is_json_and_comes_back_bit_for_bit(tmp_path):
    pytest.importorskip("sklearn")
    points = np.random.default_rng(3).normal(size=(60, 2))
    forest = learn_forest(points, 5, seed=1, names=("flow", "pressure"))
    for name in ("a.json", "b.json"):
        forest.write(tmp_path / name)
    content = json.loads((tmp_path / "a.json").read_text())
    assert (content["format"], content["version"], content["names"]) == (FORMAT, VERSION, ["flow", "pressure"])
    assert content["made_by"].startswith("scikit-learn") and content["parameters"]["random_state"] == 1
    again = LearntForest.read(tmp_path / "a.json")
    again.write(tmp_path / "c.json")
    assert len({(tmp_path / f"{name}.json").read_bytes() for name in "abc"}) == 1
    assert again.names == forest.names and again.scale == forest.scale and again.offset == forest.offset


def test_take_without_a_file(forest_file):
    points = points_of(2, 2)
    taken, configured = FB_ALY_IsolationForest(2), FB_ALY_IsolationForest(2)
    assert taken.take(LearntForest.read(forest_file)) and configured.Configure(str(forest_file))
    with np.errstate(over="ignore"):
        assert taken.replay(times(points), points).tobytes() == configured.replay(times(points), points).tobytes()
    assert taken.state_bytes() == configured.state_bytes()


def test_files_that_cannot_be_used(tmp_path, forest_file):
    fb = FB_ALY_IsolationForest(2)
    assert fb.Configure(str(forest_file))
    before = fb.state_bytes()[64:]
    refused(fb, fb.Configure(str(tmp_path / "none.json")), 0x2013, "no such file")
    refused(fb, fb.Configure(str(tmp_path)), 0x2013, "directory")
    other = FB_ALY_IsolationForest(3)
    refused(other, other.Configure(str(forest_file)), 0x100C, "the forest has 2 channels, the block 3")
    good = json.loads(forest_file.read_text())
    tree = max(good["trees"], key=lambda t: len(t["left"]))
    spoilt = {
        "no JSON": forest_file.read_text()[:-40],
        "format is 'x'": good | {"format": "x"},
        "format is 'list'": [],
        "version 2": good | {"version": 2},
        "KeyError": {k: v for k, v in good.items() if k != "scale"},
        "needs channels, trees": good | {"trees": []},
        "differ in length": good | {"trees": [tree | {"length": tree["length"][1:]}]},
        "outside 1..2": good | {"trees": [tree | {"channel": [3, *tree["channel"][1:]]}]},
        "'left' has to name a later node": good | {"trees": [tree | {"left": [0] * len(tree["left"])}]},
        "'right' has to name a later node": good | {"trees": [tree | {"right": [999] * len(tree["left"])}]},
        "ValueError": good | {"trees": [tree | {"threshold": ["x"] * len(tree["left"])}]},
        "not finite": good | {"trees": [tree | {"length": [None] * len(tree["left"])}]},
    }
    for text, content in spoilt.items():
        path = tmp_path / "spoilt.json"
        path.write_text(content if isinstance(content, str) else json.dumps(content))
        refused(fb, fb.Configure(str(path)), 0x300C, text)
        with pytest.raises(LearntDataError, match="spoilt.json"):
            LearntForest.read(path)
    fb.Reset()
    assert fb.state_bytes()[64:] == before


def test_a_chain_that_is_too_long_is_no_tree():
    length = 30
    chain = {
        "channel": np.array([1] * length + [0] * (length + 1)),
        "threshold": np.zeros(2 * length + 1),
        "left": np.array([*range(1, length + 1), *[0] * (length + 1)]),
        "right": np.array([*range(length + 1, 2 * length + 1), *[0] * (length + 1)]),
        "length": np.zeros(2 * length + 1),
    }
    with pytest.raises(LearntDataError, match="more than 24 splits"):
        LearntForest(1, 1.0, 0.0, (chain,))


def test_mistakes_when_learning(monkeypatch):
    pytest.importorskip("sklearn")
    with pytest.raises(RangeError, match="finite values"):
        learn_forest([[1.0], [np.nan]])
    with pytest.raises(RangeError, match="2 names were given for 1 channels"):
        learn_forest([1.0, 2.0], names=("a", "b"))
    with pytest.raises(RangeError, match="contamination"):
        learn_forest([1.0, 2.0], contamination=0.9)
    monkeypatch.setitem(__import__("sys").modules, "sklearn", None)
    with pytest.raises(ExtraMissing, match=r"alycat\[learn\]"):
        learn_forest([1.0, 2.0])


@pytest.mark.slow
def test_air_quality_batch_of_the_source():
    """Spec: KNN imputation (5) of the 15 numeric columns, 100 trees, contamination 0.01, seed 42."""
    pytest.importorskip("sklearn")
    data = json.loads(shared_data("airquality/purpleair_data.json").read_text())
    table = np.delete(np.array(data["data"], float), data["fields"].index("date_created"), axis=1)
    table = fill_by_neighbours(table, 5)
    fb = FB_ALY_IsolationForest(15)
    assert fb.take(learn_forest(table, 100, contamination=0.01, seed=42))
    trace = fb.replay(times(table), table)
    flagged = np.flatnonzero(trace["bAnomaly"])
    assert len(flagged) == 256 and flagged[:2].tolist() == [100, 127]
    assert np.round(-trace["fAnomalyScore"][flagged[:2]], 6).tolist() == [-0.743272, -0.737338]
