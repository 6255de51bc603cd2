"""`alycat learn`: what it writes is what `alycat replay` runs with."""

import json
import sys

import numpy as np
import polars as pl
import pytest

from alycat.runtime.targetpaths import use_file_folder

ARGS = ["--block", "IsolationForest", "--channels", "temp,pressure"]


@pytest.fixture
def files_here(folder):
    """The folder of files is the current one, as it is for a user."""
    with use_file_folder(folder):
        yield


def test_learnt_file_runs_in_replay(folder, data, cli, files_here):
    pytest.importorskip("sklearn")
    done = cli("learn", "data.csv", *ARGS, "--impute", "mean", "--set", "trees=30", "contamination=0.02", "seed=3")
    assert (done.exit_code, done.stderr) == (0, "")
    assert "Learnt isolation forest: made_by scikit-learn" in " ".join(done.stdout.split())
    content = json.loads((folder / "data.IsolationForest.json").read_text())
    assert content["columns"]["names"] == ["temp", "pressure"] and len(content["columns"]["nodes"]) == 30
    assert "contamination=0.02" in content["header"]["made_by"]
    again = cli("learn", "data.csv", *ARGS, "--impute", "mean", "--set", "trees=30", "contamination=0.02", "seed=3")
    assert again.exit_code == 0 and json.loads((folder / "data.IsolationForest.json").read_text()) == content
    given = ["--time", "ts", "--impute", "mean", "--picture", "none", "--set", "tTimeout=5s"]
    given.append("sFilePath=data.IsolationForest.json")
    assert cli("replay", "data.csv", *ARGS, *given).exit_code == 0
    found = pl.read_csv("data.IsolationForest.csv")
    assert found["bAnomaly"].sum() == 12 == found["nNumAnomalies"][-1]
    assert np.allclose(found["fDecision"], -found["fAnomalyScore"] - content["header"]["offset"], rtol=0, atol=1e-15)


def test_summary_for_programs(data, cli):
    pytest.importorskip("sklearn")
    done = cli("learn", "data.csv", *ARGS, "--impute", "last", "--set", "trees=2", "--out", "f.json", "--json")
    found = json.loads(done.stdout)
    assert (found["rows"], found["imputed"], found["written"]) == (600, 3, "f.json")


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"--block": "DenStream"}, "DenStream learns nothing from a file; blocks that do: "),
        ({"--impute": None}, "3 rows with a missing or non-finite value, the first is row 11; give --impute"),
        (
            {"--set": "tres=3"},
            "--set tres: no parameter of learning; there are trees, max_samples, contamination, seed",
        ),
        ({"--set": "trees=3.5"}, "--set trees=3.5: '3.5' is not a whole number"),
        ({"--set": "contamination=x"}, "--set contamination=x: 'x' is not a number"),
        ({"--set": "trees=0"}, "trees = 0, max_samples = None; at least 1 is needed"),
        ({"--set": "contamination=0.7"}, "contamination = 0.7, allowed is more than 0, at most 0.5"),
        ({"--out": "f.csv"}, "f.csv: the name must end in .json"),
        ({"--channels": "tmp"}, "no column 'tmp' (did you mean 'temp'?)"),
    ],
)
def test_failures_are_one_line_and_leave_nothing(folder, data, cli, files_here, changes, message):
    pytest.importorskip("sklearn")
    options = {"--block": "IsolationForest", "--channels": "temp,pressure", "--impute": "mean"} | changes
    done = cli("learn", "data.csv", *(part for pair in options.items() if pair[1] for part in pair))
    assert done.exit_code == 1 and message in done.stderr and done.stderr.count("\n") == 1
    assert [path.name for path in folder.iterdir()] == ["data.csv"]


def test_without_scikit_learn(folder, data, cli, monkeypatch):
    for name in ("sklearn", "sklearn.impute", "sklearn.ensemble"):  # the latter may have been imported before
        monkeypatch.setitem(sys.modules, name, None)
    done = cli("learn", "data.csv", *ARGS, "--impute", "mean")
    assert done.exit_code == 1 and 'needs scikit-learn: pip install "alycat[learn]"' in done.stderr
    done = cli("learn", "data.csv", *ARGS, "--impute", "knn")
    assert done.exit_code == 1 and 'KNN imputation needs scikit-learn: pip install "alycat[learn]"' in done.stderr
