"""FB_ALY_ShapeReconstruction: Run against its oracle, the learning against numpy, the changes of state."""

import numpy as np
import pytest
from block_setups import shape_reconstructions
from block_streams import refused
from oracle.comparing import agreement, run
from oracle.shape_reconstruction import ShapeReconstruction, window
from shared_data import shared_data

from alycat.blocks import (
    E_ALY_ShapeError,
    E_ALY_ShapeState,
    E_ALY_ShapeThreshold,
    E_ALY_ShapeWindow,
    FB_ALY_ShapeReconstruction,
)
from alycat.blocks.anomaly.kmeans import kmeans
from alycat.runtime.clock import RealTimeClock, VirtualClock, use_clock

STATE = E_ALY_ShapeState
SMALL = FB_ALY_ShapeReconstruction.example | {
    "nSegmentLength": 8,
    "nStride": 4,
    "nTeachBufferSize": 600,
    "nTeachStride": 1,
    "nNumClusters": 12,
    "nRestarts": 3,
}


def beats(count=600, seed=1):
    """A periodic signal with a little noise."""
    k = np.arange(count)
    return np.sin(2 * np.pi * k / 15) ** 5 + 0.05 * np.random.default_rng(seed).normal(size=count)


def configured(**changes):
    fb = FB_ALY_ShapeReconstruction()
    assert fb.Configure(**SMALL | changes), fb.ipResultMessage
    return fb


test_run_equals_the_oracle = agreement(
    FB_ALY_ShapeReconstruction, ShapeReconstruction, setups_of=shape_reconstructions(), rel_tol=1e-14
)


def errors_of(shapes, segments, kind):
    difference = shapes[((segments[:, None] - shapes[None]) ** 2).sum(axis=2).argmin(axis=1)] - segments
    return {1: difference.max(axis=1), 2: abs(difference).max(axis=1), 3: np.sqrt((difference**2).mean(axis=1))}[kind]


@pytest.mark.parametrize("kind", list(E_ALY_ShapeError)[1:])
@pytest.mark.parametrize("threshold", list(E_ALY_ShapeThreshold)[1:])
def test_threshold_is_that_of_the_taught_segments(kind, threshold):
    fb = configured(eErrorKind=kind, eThresholdKind=threshold, fQuantile=0.8, nTeachStride=3)
    assert fb.teach(beats()) and fb.eState == STATE.Run and fb.bTaught
    segments = np.array([beats()[i : i + 8] * window(1, 8) for i in range(0, 600 - 7, 3)])
    errors = errors_of(fb.learnt_shapes(), segments, int(kind))
    wanted = errors.max() if threshold == E_ALY_ShapeThreshold.Maximum else np.quantile(errors, 0.8)
    assert fb.fThreshold == pytest.approx(wanted, rel=1e-12)


def test_what_was_not_taught_is_an_anomaly():
    fb = configured(eErrorKind=E_ALY_ShapeError.AbsoluteMaximum, eThresholdKind=E_ALY_ShapeThreshold.Maximum)
    assert fb.teach(beats())
    signal = beats(400, seed=2)
    signal[200:204] = -1.0
    trace = run(fb, signal)
    hit = trace["bNewResult"] & trace["bAnomaly"]
    found = trace["fbTimeSegment"][hit] // 10**9 - 1
    assert len(found) and set(found) <= {196, 200}
    valid = trace["bReconstructionValid"]
    difference = trace["fReconstruction"][valid] - trace["fDelayedInput"][valid]
    assert np.sqrt(np.mean(difference[:150] ** 2)) < 0.1
    delayed = trace["fDelayedInput"][valid]
    np.testing.assert_array_equal(delayed, signal[4 : 4 + len(delayed)])


# ---- k-means ---------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("count", "dims", "clusters"), [(200, 3, 9), (40, 1, 4), (60, 5, 1), (12, 2, 12)])
def test_kmeans_ends_where_nothing_moves(count, dims, clusters):
    points = np.random.default_rng(count).normal(size=(count, dims))
    centres, labels, total = kmeans(points, clusters, restarts=3, seed=4)
    squares = ((points[:, None] - centres[None]) ** 2).sum(axis=2)
    assert total == pytest.approx(squares.min(axis=1).sum(), abs=1e-12)
    np.testing.assert_array_equal(labels, squares.argmin(axis=1))
    for j in range(clusters):
        np.testing.assert_allclose(centres[j], points[labels == j].mean(axis=0), atol=1e-12)
    again = kmeans(points, clusters, restarts=3, seed=4)
    assert again[0].tobytes() == centres.tobytes()
    more = kmeans(points, clusters, restarts=9, seed=4)
    assert more[2] <= max(total, kmeans(points, clusters, restarts=1, seed=4)[2]) + 1e-9


def test_kmeans_with_fewer_places_than_clusters():
    points = np.repeat([[0.0, 0.0], [1.0, 0.0], [5.0, 5.0]], 4, axis=0)
    centres, labels, total = kmeans(points, 5, restarts=2, seed=1)
    assert total == 0.0 and np.isfinite(centres).all() and len(set(labels.tolist())) <= 5


def test_kmeans_beside_scikit_learn():
    cluster = pytest.importorskip("sklearn.cluster")
    points = np.random.default_rng(3).normal(size=(500, 4))
    start, _, _ = kmeans(points, 20, restarts=1, iterations=0, seed=5)
    ours, labels, _ = kmeans(points, 20, restarts=1, seed=5)
    theirs = cluster.KMeans(20, init=start, n_init=1, tol=0.0, max_iter=300).fit(points)
    np.testing.assert_allclose(ours, theirs.cluster_centers_, atol=1e-10)
    np.testing.assert_array_equal(labels, theirs.labels_)
    best = kmeans(points, 20, restarts=10, seed=5)[2]
    assert best <= 1.02 * cluster.KMeans(20, n_init=10, random_state=0).fit(points).inertia_


# ---- changes of state ------------------------------------------------------------------------------------------------


def taught_by_calls(fb, values=None):
    """A program's way up to SwitchState_Idle."""
    assert fb.SwitchState_Teach() and fb.eState == STATE.PendingTeach and fb.GetBusyState()
    refused(fb, fb.Call(10**9), 0x3008)
    assert fb.UpdateState() and fb.eState == STATE.Teach and not fb.GetBusyState()
    for t, value in enumerate(beats() if values is None else values, start=1):
        fb.SetChannelValue(value)
        assert fb.Call(t * 10**9) and not fb.bNewResult
    assert fb.SwitchState_Idle() and fb.eState == STATE.PendingIdle


def test_teach_by_calls_equals_teach_from_a_recording():
    by_calls, at_once = configured(), configured()
    taught_by_calls(by_calls)
    assert by_calls.nNumTaughtSamples == 600 and by_calls.bTeachBufferFull
    with use_clock(VirtualClock()):
        assert by_calls.UpdateState() and by_calls.eState == STATE.Idle  # no time passes: it waits
    assert by_calls.bTaught and by_calls.nNumTaughtSamples == 0
    assert at_once.teach(beats())
    assert by_calls.learnt_shapes().tobytes() == at_once.learnt_shapes().tobytes()
    assert by_calls.fThreshold == at_once.fThreshold > 0
    assert by_calls.SwitchState_Run() and by_calls.UpdateState()
    assert run(by_calls, beats(seed=5)).tobytes() == run(at_once, beats(seed=5)).tobytes()


def test_on_the_real_time_clock_nobody_waits(monkeypatch):
    import threading

    from alycat.blocks.anomaly import shape_reconstruction as module

    learns, original = threading.Event(), module.learn

    def slowly(*given):
        assert learns.wait(30)
        return original(*given)

    monkeypatch.setattr(module, "learn", slowly)
    with use_clock(RealTimeClock()):
        fb = configured()
        taught_by_calls(fb)
        for _ in range(5):
            assert fb.UpdateState() and fb.eState == STATE.PendingIdle and fb.GetBusyState()
        refused(fb, fb.SwitchState_Run(), 0x2022)
        learns.set()
        while fb.GetBusyState():
            assert fb.UpdateState()
    assert fb.eState == STATE.Idle and fb.bTaught


def test_a_snapshot_while_it_learns():
    fb = configured()
    taught_by_calls(fb)
    twin = FB_ALY_ShapeReconstruction.restore(fb.snapshot())
    assert twin.eState == STATE.PendingIdle and twin.nNumTaughtSamples == 600
    assert fb.UpdateState() and twin.UpdateState()
    assert twin.state_bytes() == fb.state_bytes()


def test_reset_while_it_learns_ends_in_idle():
    fb = configured()
    taught_by_calls(fb)
    assert fb.Reset() and fb.eState == STATE.Idle and not fb.bTaught
    refused(fb, fb.SwitchState_Run(), 0x2022)


def test_what_was_learnt_stays_until_something_new_is():
    fb = configured()
    assert fb.teach(beats())
    threshold = fb.fThreshold
    assert fb.SwitchState_Idle() and fb.UpdateState() and fb.eState == STATE.Idle
    taught_by_calls(fb, beats(10))
    refused(fb, fb.UpdateState(), 0x200D, "3 segments")
    assert fb.eState == STATE.Idle and fb.bTaught and fb.fThreshold == threshold
    assert fb.SwitchState_Run() and fb.UpdateState() and fb.eState == STATE.Run
    assert fb.Reset() and fb.eState == STATE.Run and fb.fThreshold == threshold


def test_a_recording_that_is_too_large_for_the_memory(monkeypatch):
    def kmeans(*args, **kwargs):
        raise MemoryError("no room for 9 segments")

    monkeypatch.setattr("alycat.blocks.anomaly.shape_reconstruction.kmeans.kmeans", kmeans)
    fb = configured()
    taught_by_calls(fb, beats(60))
    refused(fb, fb.UpdateState(), 0x3001, "no room for 9 segments")
    assert fb.eState == STATE.Idle and not fb.bTaught and not fb.GetBusyState()


def test_what_is_refused():
    fb = FB_ALY_ShapeReconstruction()
    matrix = np.zeros((12, 8))
    for call in (fb.SwitchState_Teach, fb.SwitchState_Idle, fb.SwitchState_Run, fb.UpdateState):
        refused(fb, call(), 0x3007)
    refused(fb, fb.SetShapes(matrix, matrix.nbytes, 1.0), 0x3007)
    refused(fb, fb.GetShapes(matrix, matrix.nbytes), 0x3007)
    assert not fb.teach(beats())
    for changes, event_id in (
        ({"eWindow": E_ALY_ShapeWindow.NotInitialized}, 0x2003),
        ({"nSegmentLength": 1}, 0x2014),
        ({"nSegmentLength": 200_000, "nStride": 2}, 0x2014),
        ({"nStride": 0}, 0x2014),
        ({"nStride": 3}, 0x2014),
        ({"nStride": 8}, 0x2014),
        ({"nTeachStride": 0}, 0x2014),
        ({"nTeachBufferSize": 7}, 0x201F),
        ({"nNumClusters": 0}, 0x2011),
        ({"nRestarts": 0}, 0x200D),
        ({"fQuantile": 1.5}, 0x200C),
        ({"fQuantile": float("nan")}, 0x200C),
        ({"nNumClusters": 2**31}, 0x2001),
        ({"nTeachBufferSize": 2**31}, 0x2001),
    ):
        refused(fb, fb.Configure(**SMALL | changes), event_id)
    fb = configured()
    refused(fb, fb.SwitchState_Run(), 0x2022)
    refused(fb, fb.GetShapes(matrix, matrix.nbytes), 0x2022)
    refused(fb, fb.SetShapes(None, 0, 1.0), 0x2002)
    refused(fb, fb.SetShapes(matrix, 8, 1.0), 0x3003)
    refused(fb, fb.SetShapes(matrix + np.nan, matrix.nbytes, 1.0), 0x200C)
    refused(fb, fb.SetShapes(matrix, matrix.nbytes, float("inf")), 0x201A)
    refused(fb, fb.teach(np.full(600, np.nan)), 0x3003, "value 0")
    refused(fb, fb.teach(beats(601)), 0x3003, "nTeachBufferSize is 600")
    assert fb.SetShapes(matrix + 2, matrix.nbytes, 1.0) and fb.SwitchState_Run()
    refused(fb, fb.SwitchState_Teach(), 0x3008, "UpdateState")
    assert fb.UpdateState()
    refused(fb, fb.SetShapes(matrix, matrix.nbytes, 1.0), 0x3008, "Idle is needed")
    assert fb.GetShapes(matrix, matrix.nbytes) and (matrix == 2).all()
    assert fb.SwitchState_Teach() and fb.UpdateState()
    refused(fb, fb.SwitchState_Run(), 0x3008, "SwitchState_Idle")


# ---- the original data -----------------------------------------------------------------------------------------------


def test_the_ekg_of_the_tutorials():
    def values(name):
        lines = shared_data(f"ekg/{name}").read_text().splitlines()
        return np.array([float(line.split("signal_value=")[1].split()[0]) for line in lines])

    normal, broken = values("ekg_norm.lp"), values("ekg_anomaly.lp")
    fb = FB_ALY_ShapeReconstruction()
    assert fb.Configure(**FB_ALY_ShapeReconstruction.example) and fb.teach(normal)
    trace = run(fb, normal)
    valid = trace["bReconstructionValid"]
    difference = (trace["fReconstruction"] - trace["fDelayedInput"])[valid][: 300 - 16]
    assert np.percentile(difference, 98) == pytest.approx(5.9, abs=0.8)
    assert fb.Reset()
    trace = run(fb, broken)
    errors = trace["fError"][trace["bNewResult"]]
    assert len(errors) == 511 and errors[13] == pytest.approx(14, abs=2) and errors[:18].argmax() == 13
    assert errors[12:14].max() > fb.fThreshold and errors[499:501].max() > fb.fThreshold
    assert (np.delete(errors, (12, 13, 499, 500)) > fb.fThreshold).sum() < 40
