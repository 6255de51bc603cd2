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
from alycat.blocks.anomaly.isolation_learning import learn_forest
from alycat.blocks.learnt_kinds import ISOLATION_FOREST, TEACH_PATH
from alycat.runtime.errors import ExtraMissing, RangeError
from alycat.runtime.imputation import fill_by_neighbours
from alycat.runtime.learnt import read, write
from alycat.runtime.targetpaths import use_file_folder


def times(points):
    return np.arange(1, len(points) + 1, dtype=np.uint64)


def points_of(seed, channels, rows=40):
    """Among them values on a threshold, and such that are on it only in 32 bits."""
    rng = np.random.default_rng(seed)
    return rng.choice([0.5, 0.5 + 1e-12, 0.5 - 1e-12, 1e300, -3.0, *rng.normal(size=5)], (rows, channels))


def forest_of(content):
    return ISOLATION_FOREST.of(**oracle.flat(content))


@pytest.fixture
def forest_file(tmp_path):
    path = tmp_path / "forest.json"
    write(path, forest_of(oracle.random_content(1, 2)))
    with use_file_folder(tmp_path):
        yield path


def configured(fb, name="forest.json"):
    """What the last UpdateState says after ConfigureFromFile."""
    assert fb.ConfigureFromFile("5s", name) and fb.GetBusyState() and fb.UpdateState(), fb.ipResultMessage
    return fb.UpdateState()


@settings(max_examples=60, deadline=None)
@given(st.integers(0, 2**32 - 1), st.integers(1, 4), st.integers(1, 5), st.integers(0, 6))
def test_equals_the_oracle(seed, channels, trees, depth):
    content = oracle.random_content(seed, channels, trees, depth)
    fb, points = FB_ALY_IsolationForest(channels), points_of(seed, channels)
    assert fb.take(forest_of(content)), fb.ipResultMessage
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
    write(tmp_path / "f.json", forest)
    fb = FB_ALY_IsolationForest(3)
    with use_file_folder(tmp_path):
        assert configured(fb, "f.json"), fb.ipResultMessage
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
    content = oracle.content_of(json.loads((tmp_path / "f.json").read_text()))
    for row, point in enumerate(points[:20].tolist()):
        assert trace["fAnomalyScore"][row] == -oracle.score(content, point)


def test_the_file_is_json_and_comes_back_bit_for_bit(tmp_path):
    pytest.importorskip("sklearn")
    points = np.random.default_rng(3).normal(size=(60, 2))
    forest = learn_forest(points, 5, seed=1, names=("flow", "pressure"))
    for name in ("a.json", "b.json"):
        write(tmp_path / name, forest)
    content = json.loads((tmp_path / "a.json").read_text())
    assert (content["kind"], content["columns"]["names"]) == ("isolation forest", ["flow", "pressure"])
    assert content["header"]["made_by"].startswith("scikit-learn") and "random_state=1" in content["header"]["made_by"]
    write(tmp_path / "c.json", read(tmp_path / "a.json", ISOLATION_FOREST))
    assert len({(tmp_path / f"{name}.json").read_bytes() for name in "abc"}) == 1


def test_take_without_a_file(forest_file):
    points = points_of(2, 2)
    taken, from_file = FB_ALY_IsolationForest(2), FB_ALY_IsolationForest(2)
    assert taken.take(read(forest_file)) and configured(from_file)
    with np.errstate(over="ignore"):
        assert taken.replay(times(points), points).tobytes() == from_file.replay(times(points), points).tobytes()
    assert taken.state_bytes() == from_file.state_bytes()


def test_what_cannot_be_used(tmp_path, forest_file):
    fb = FB_ALY_IsolationForest(2)
    refused(fb, fb.Call(1), 0x3007, "")
    assert configured(fb) and fb.Call(1) is False
    fb.set_channel_values([0.0, 1.0])
    assert fb.Call(1)
    before = fb.state_bytes()[64:]
    refused(fb, configured(fb, "none.json"), 0x300C, "no file none.json")
    other = FB_ALY_IsolationForest(3)
    refused(other, configured(other), 0x300C, "the forest has 2 channels, the block 3")
    assert not other.bConfigured and other.eState == 0
    refused(fb, fb.take(TEACH_PATH.of(teach_mode="Mean", teach_cycles=1, value=[1.0])), 0x300C, "no member made_by")
    content = json.loads(forest_file.read_text())
    del content["sha256"]
    header, columns = content["header"], content["columns"]
    count, nodes = len(columns["left"]), columns["nodes"]
    spoilt = {
        "damaged": forest_file.read_text()[:-140],
        "format is not": [],
        "channels, a scale of at least 0, and trees are needed": {"header": header | {"channels": 0}},
        "and trees are needed": {"columns": columns | {"nodes": []}},
        "1 names for 2 channels": {"columns": columns | {"names": ["a"]}},
        "differ in length": {"columns": columns | {"length": columns["length"][1:]}},
        "or a tree has none": {"columns": columns | {"nodes": [0, *nodes]}},
        f"there are {count + 1} nodes, there are {count}": {"columns": columns | {"nodes": [*nodes, 1]}},
        "nodes, there are": {"columns": columns | {"nodes": [count] * 2}},
        "channel has a number outside 0..2": {"columns": columns | {"channel": [3, *columns["channel"][1:]]}},
        "left has to name a later node": {"columns": columns | {"left": [0] * count}},
        "right has to name a later node": {"columns": columns | {"right": [2**62] * count}},
        "array of numbers": {"columns": columns | {"threshold": ["x"] * count}},
        "2 splits": {"columns": chain(30)},
        "do not fit into": {"columns": chain(24, others=3)},
    }
    for text, change in spoilt.items():
        changed = change if isinstance(change, (str, list)) else content | change
        (tmp_path / "spoilt.json").write_text(changed if isinstance(changed, str) else json.dumps(changed))
        code = 0x3001 if "fit" in text else 0x300C
        refused(fb, configured(fb, "spoilt.json"), code, text.replace("2 splits", "more than 24 splits"))
    assert fb.state_bytes()[64:] == before and fb.eState == 2
    fb.set_channel_values([0.0, 1.0])
    assert fb.Call(2)


def chain(length, others=0):
    """The columns of a forest whose first tree is a chain of so many splits."""
    count = 2 * length + 1
    more = [0] * others
    return {
        "names": [],
        "nodes": [count] + [1] * others,
        "channel": [1] * length + [0] * (length + 1) + more,
        "threshold": [0.0] * (count + others),
        "left": [*range(1, length + 1), *[0] * (length + 1), *more],
        "right": [*range(length + 1, count), *[0] * (length + 1), *more],
        "length": [0.0] * (count + others),
    }


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
