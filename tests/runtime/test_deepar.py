"""DeepAR models: files and refusals without the extra; training and forecast with it."""

import sys

import numpy as np
import pytest

from alycat.blocks import FB_ALY_ForecastBand
from alycat.runtime.deepar import DeepAR, ModelError, Settings, even_distance, frequency, train
from alycat.runtime.errors import ExtraMissing, RangeError, RecordingError

MINUTE = 60 * 10**9
TIMES = np.uint64(10**18 // (1440 * MINUTE) * 1440 * MINUTE) + np.arange(240, dtype=np.uint64) * np.uint64(60 * MINUTE)
TINY = Settings(length=24, epochs=3, batches=4, cells=8, patience=1)


def wave(rows=240, seed=1):
    k = np.arange(rows)
    return 100 + 50 * np.sin(2 * np.pi * k / 24) + np.random.default_rng(seed).normal(0, 2, rows)


def model(**changes):
    weights = {"model.a": np.arange(6, dtype=np.float32).reshape(2, 3), "model.b": np.array(3, np.int64)}
    return DeepAR(Settings(**changes), ("click", "user"), 60 * MINUTE, (2.0, 1.5), weights)


def test_a_file_brings_back_the_model(tmp_path):
    path = tmp_path / "m.npz"
    model(dropout=0.1).save(path)
    found = DeepAR.load(path)
    assert (found.settings, found.channels, found.losses) == (Settings(dropout=0.1), ("click", "user"), (2.0, 1.5))
    for name, weight in model().weights.items():
        assert found.weights[name].dtype == weight.dtype
        np.testing.assert_array_equal(found.weights[name], weight)


@pytest.mark.parametrize("damage", ["cut", "text", "empty", "other"])
def test_a_file_that_holds_no_model(tmp_path, damage):
    path = tmp_path / "m.npz"
    model().save(path)
    if damage == "other":
        np.savez(path, a=np.zeros(3))
    else:
        path.write_bytes({"cut": path.read_bytes()[:200], "text": b"time,value\n1,2\n", "empty": b""}[damage])
    with pytest.raises(ModelError, match=r"m\.npz holds no DeepAR model"):
        DeepAR.load(path)


def test_rows_have_to_be_evenly_apart():
    assert even_distance(TIMES) == 60 * MINUTE
    with pytest.raises(RecordingError, match="row 6 comes 7200000000000 ns after"):
        even_distance(np.delete(TIMES, 5))
    with pytest.raises(RecordingError, match="at least 2"):
        even_distance(TIMES[:1])


@pytest.mark.parametrize(
    ("ns", "name"), [(60 * MINUTE, "1h"), (10 * MINUTE, "10min"), (90 * 10**9, "90s"), (10**7, "10ms")]
)
def test_frequencies(ns, name):
    assert frequency(ns) == name
    with pytest.raises(RecordingError, match="milliseconds"):
        frequency(ns + 1)


def test_too_few_rows():
    with pytest.raises(RecordingError, match=r"71 rows, at least 72 \(3 x length 24\)"):
        train(TIMES[:71], {"click": wave(71)}, TINY)


def test_without_the_extra(monkeypatch):
    monkeypatch.setitem(sys.modules, "gluonts.torch", None)
    with pytest.raises(ExtraMissing, match=r"pip install 'alycat\[deepar\]'"):
        train(TIMES, {"click": wave()}, TINY)


@pytest.mark.slow
@pytest.mark.filterwarnings("default")  # of the libraries, whose training threads have filters of their own
def test_training_and_forecast(tmp_path):
    pytest.importorskip("gluonts", reason="needs the extra deepar")
    pytest.importorskip("torch", reason="needs the extra deepar")
    told = []
    trained = train(TIMES, {"click": wave(), "user": wave(seed=2)}, TINY, lambda *given: told.append(given))
    assert 1 <= len(trained.losses) <= 3 and len(told) == len(trained.losses)
    assert told[-1][3] == min(trained.losses) and np.isfinite(trained.losses).all()
    trained.save(tmp_path / "m.npz")
    start, bands = trained.forecast(TIMES, wave(), paths=50)
    again, same = DeepAR.load(tmp_path / "m.npz").forecast(TIMES, wave(), paths=50)
    assert start == again == int(TIMES[-1]) + 60 * MINUTE
    assert bands.shape == (24, 3) and (np.diff(bands, axis=1) >= 0).all()
    assert bands.tobytes() == same.tobytes()
    twin = train(TIMES, {"click": wave(), "user": wave(seed=2)}, TINY)
    assert twin.losses == trained.losses
    with pytest.raises(RangeError, match="the model was trained with"):
        trained.forecast(TIMES[::2], wave()[::2])
    fb = FB_ALY_ForecastBand()
    configure = fb.example | {"tSlot": 60 * MINUTE, "nNumNeighbours": 1}
    assert fb.Configure(**configure | {"nMinResiduals": 1})
    assert fb.SetForecast(start, bands, bands.nbytes)
    fb.SetChannelValue(bands[0, 2] + 1.0)
    assert fb.Call(start, True) and fb.bFromOutside and fb.bAnomaly
