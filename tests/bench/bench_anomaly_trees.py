"""Half-space trees beside River, the isolation forest beside scikit-learn: the same scores, and the speed of each.

    python tests/bench/bench_anomaly_trees.py [--quality] [--speed] [--rows 20000]

Quality needs the data folder beside the project (or ALYCAT_SHARED), speed needs none. Peers: ``alycat[bench]``. Times
are CPU times of one thread; peers and blocks take turns in one run, so compare figures of one run only. The longest
cycle is that of the block alone: each row is timed in several rounds over the same stream, and the shortest of them
counts, so that what the machine does meanwhile does not.
"""

import argparse
import csv
import importlib
import json
import os
import statistics
import time
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any

import numpy as np

from alycat.blocks import E_ALY_Imputation, FB_ALY_HalfSpaceTrees, FB_ALY_IsolationForest, FB_ALY_StatImputer
from alycat.runtime.imputation import fill_by_neighbours
from alycat.sim.air_quality import AirQuality

PROJECT = Path(__file__).resolve().parents[2]
DATA = Path(os.environ.get("ALYCAT_SHARED") or PROJECT.parent / "shared") / "data"
ROUNDS = 5


def peer(name: str) -> Any:
    """A peer's module, or None."""
    try:
        return importlib.import_module(name)
    except ImportError:
        print(f"{name}: not installed, left out")
        return None


def times(count: int) -> np.ndarray:
    return np.arange(1, count + 1, dtype=np.uint64) * np.uint64(10**7)


def half_space_trees(limits: list[tuple[float, float]], trees: int, height: int, window: int, seed: int) -> Any:
    fb = FB_ALY_HalfSpaceTrees(len(limits))
    for channel, limit in enumerate(limits, start=1):
        assert fb.ConfigureChannel(channel, *limit), fb.ipResultMessage
    assert fb.Configure(trees, height, window, seed, 0.7), fb.ipResultMessage
    return fb


def rivers(module: Any, limits: list[tuple[float, float]], trees: int, height: int, window: int, seed: int) -> Any:
    named = {f"c{i:02}": limit for i, limit in enumerate(limits)}
    return module.HalfSpaceTrees(n_trees=trees, height=height, window_size=window, limits=named, seed=seed)


def river_scores(model: Any, values: np.ndarray) -> tuple[np.ndarray, float]:
    """Scores and CPU time per row, names of the channels made beforehand."""
    points = [{f"c{i:02}": v for i, v in enumerate(row)} for row in values.tolist()]
    scores, started = [], time.thread_time_ns()
    for point in points:
        scores.append(model.score_one(point))
        model.learn_one(point)
    return np.array(scores, float), (time.thread_time_ns() - started) / len(points)


# --- quality ----------------------------------------------------------------------------------------------------------


def table(title: str, rows: Iterable[tuple[str, str, str]]) -> None:
    print(f"\n{title}\n{'':52} {'published':>22} {'here':>22}")
    for what, published, here in rows:
        print(f"{what:52} {published:>22} {here:>22}")


def quality() -> None:
    path = DATA / "airquality" / "purpleair_data.json"
    if not path.exists():
        print("quality: no data folder beside the project (set ALYCAT_SHARED)")
        return
    readings = AirQuality.read(path)
    stream(readings.column("pm1.0_cf_1"))
    batch(readings)
    numenta()


def stream(column: np.ndarray) -> None:
    imputer = FB_ALY_StatImputer(1)
    assert imputer.Configure(E_ALY_Imputation.Mean)
    values = imputer.replay(None, column)["pArrayOut"]
    settings = ([(0.0, 1200.0)], 10, 8, 72, 11)
    trace = half_space_trees(*settings).replay(times(len(values)), values)
    alerts = np.flatnonzero(trace["bAnomaly"])
    rows = [
        ("alerts above 0.7 of 25552 (spec, with River)", "1062", str(len(alerts))),
        ("first alert: score (spec, with River)", "0.823135", f"{trace['fAnomalyScore'][alerts[0]]:.6f}"),
        ("second alert: score (spec, with River)", "0.836008", f"{trace['fAnomalyScore'][alerts[1]]:.6f}"),
        ("the same, as the article has them", "0.822396, 0.835269", "not reproduced"),
        ("values above 100 that raise an alert", "159 of 159", f"{(trace['bAnomaly'] & (values[:, 0] > 100)).sum()}"),
    ]
    anomaly = peer("river.anomaly")
    if anomaly:
        scores, _ = river_scores(rivers(anomaly, *settings), values)
        rows.append(("rows with River's score, bit for bit", "all", str((scores == trace["fAnomalyScore"]).sum())))
    table("air quality, stream: half-space trees", rows)


def batch(readings: AirQuality) -> None:
    ensemble = peer("sklearn.ensemble")
    if not ensemble:
        return
    values = fill_by_neighbours(readings.values, 5)
    fb = FB_ALY_IsolationForest(values.shape[1])
    assert fb.take(FB_ALY_IsolationForest.learn(values, 100, contamination=0.01, seed=42)), fb.ipResultMessage
    trace = fb.replay(times(len(values)), values)
    flagged = np.flatnonzero(trace["bAnomaly"])
    fitted = ensemble.IsolationForest(n_estimators=100, contamination=0.01, random_state=42).fit(values)
    wanted = fitted.score_samples(values)
    rows = [
        ("flagged rows", "256", str(len(flagged))),
        ("first two: row", "100, 127", f"{flagged[0]}, {flagged[1]}"),
        ("first: score", "-0.743272", f"{-trace['fAnomalyScore'][flagged[0]]:.6f}"),
        ("second: score", "-0.737338", f"{-trace['fAnomalyScore'][flagged[1]]:.6f}"),
        ("rows with scikit-learn's score, bit for bit", "all", str((trace["fAnomalyScore"] == -wanted).sum())),
    ]
    table("air quality, batch: KNN imputation and isolation forest", rows)


def numenta() -> None:
    """The same scores give the same NAB score; it is shown when the scorer of the forest's benchmark is there."""
    anomaly = peer("river.anomaly")
    paths = sorted((DATA / "nab").glob("*/*.csv"))
    if not anomaly or not paths:
        return
    ours, theirs = {}, {}
    for path in paths:
        with path.open() as file:
            values = np.array([[float(row["value"])] for row in csv.DictReader(file)])
        settings = ([(float(values.min()), float(values.max()))], 10, 8, 250, 42)
        name = f"{path.parent.name}/{path.name}"
        theirs[name], _ = river_scores(rivers(anomaly, *settings), values)
        ours[name] = half_space_trees(*settings).replay(times(len(values)), values)["fAnomalyScore"]
    equal = sum(int((ours[name] == theirs[name]).sum()) for name in ours)
    rows = [("rows with River's score, bit for bit", str(sum(map(len, ours.values()))), str(equal))]
    nab = peer("nab_score")
    if nab:
        windows = {f"{path.parent.name}/{path.name}": nab_windows(path) for path in paths}
        for whose, scores in (("River", theirs), ("the block", ours)):
            found = nab.nab_scores([nab.Scored(scores[name], windows[name]) for name in scores])
            shown = " / ".join(f"{found[profile][0]:.2f}" for profile in ("standard", "low FP", "low FN"))
            rows.append((f"NAB scores of these files, {whose}", "16.5 (all 58)", shown))
    table(f"NAB, {len(paths)} files: 10 trees, height 8, window 250, limits of each file", rows)


def nab_windows(path: Path) -> tuple[tuple[int, int], ...]:
    """The labelled windows of a file as (first, last) row; times stand in the labels with parts of a second."""
    labels = json.loads((DATA / "nab" / "labels" / "combined_windows.json").read_text())
    with path.open() as file:
        stamps = [row["timestamp"] for row in csv.DictReader(file)]
    return tuple(
        (stamps.index(first.split(".")[0]), stamps.index(last.split(".")[0]))
        for first, last in labels[f"{path.parent.name}/{path.name}"]
    )


# --- speed ------------------------------------------------------------------------------------------------------------


def best(run: Callable[[], float]) -> float:
    return min(run() for _ in range(ROUNDS))


def replay_ns(fb: Any, values: np.ndarray) -> float:
    stamps = times(len(values))

    def run() -> float:
        fb.Reset()
        started = time.thread_time_ns()
        fb.replay(stamps, values)
        return (time.thread_time_ns() - started) / len(values)

    run()
    return best(run)


def call_ns(fb: Any, values: np.ndarray) -> float:
    """What a program does in a cycle: SetChannelValue for each channel, Call, one output read."""
    rows, stamps = values.tolist(), times(len(values)).tolist()

    def run() -> float:
        fb.Reset()
        set_value, call = fb.SetChannelValue, fb.Call
        started = time.thread_time_ns()
        for t, row in zip(stamps, rows, strict=True):
            for channel, value in enumerate(row, start=1):
                set_value(channel, value)
            call(t)
            fb.fAnomalyScore  # noqa: B018
        return (time.thread_time_ns() - started) / len(rows)

    return best(run)


def longest_cycle(fb: Any, values: np.ndarray, rounds: int = 15) -> tuple[float, float]:
    """Median and longest Call in ns, each row at its best of some rounds over the same stream."""
    shortest = np.full(len(values), np.iinfo(np.int64).max)
    rows, stamps = values.tolist(), times(len(values)).tolist()
    for _ in range(rounds):
        fb.Reset()
        for row, (t, point) in enumerate(zip(stamps, rows, strict=True)):
            fb.set_channel_values(point)
            started = time.perf_counter_ns()
            fb.Call(t)
            taken = time.perf_counter_ns() - started
            if taken < shortest[row]:
                shortest[row] = taken
    return float(statistics.median(shortest)), float(shortest.max())


def speed(rows: int) -> None:
    print("\nspeed, microseconds per row; x: how many times the peer's")
    head = ("peer", "replay", "x", "from Python", "x", "median Call", "longest", "x median")
    print(f"{'':44}" + "".join(f"{h:>12}" for h in head))
    anomaly, ensemble = peer("river.anomaly"), peer("sklearn.ensemble")
    rng = np.random.default_rng(1)
    for channels, trees, height, window in ((1, 10, 8, 72), (1, 10, 8, 250), (4, 10, 8, 250), (4, 25, 12, 250)):
        values = rng.normal(0.5, 0.15, (rows if height < 10 else rows // 5, channels))
        settings = ([(0.0, 1.0)] * channels, trees, height, window, 42)
        fb, ns = half_space_trees(*settings), float("nan")
        if anomaly:
            model = rivers(anomaly, *settings)
            river_scores(model, values[:1])  # builds the trees
            _, ns = river_scores(model, values[1 : 1 + 8 * window])
        name = f"half-space trees {trees} x {height}, window {window}, {channels} ch"
        line(name, ns, replay_ns(fb, values), call_ns(fb, values[:5000]), longest_cycle(fb, values[:2000]))
    if not ensemble:
        return
    values = rng.normal(size=(rows, 15))
    fb, ns = FB_ALY_IsolationForest(15), float("nan")
    fb.take(FB_ALY_IsolationForest.learn(values, 100, contamination=0.01, seed=42))
    fitted = ensemble.IsolationForest(n_estimators=100, contamination=0.01, random_state=42).fit(values)

    def peer_row() -> float:
        started = time.thread_time_ns()
        for row in range(50):
            fitted.score_samples(values[row : row + 1])
        return (time.thread_time_ns() - started) / 50

    ns = best(peer_row)
    name = "isolation forest 100 x 256, 15 ch, row call"
    line(name, ns, replay_ns(fb, values), call_ns(fb, values[:5000]), longest_cycle(fb, values[:2000]))


def line(name: str, peer_ns: float, replay: float, call: float, longest: tuple[float, float]) -> None:
    figures = [f"{peer_ns / 1e3:.1f}", f"{replay / 1e3:.2f}", f"{peer_ns / replay:.0f}", f"{call / 1e3:.2f}"]
    figures += [f"{peer_ns / call:.0f}", f"{longest[0] / 1e3:.2f}", f"{longest[1] / 1e3:.2f}"]
    figures.append(f"{longest[1] / longest[0]:.2f}")
    print(f"{name:44}" + "".join(f"{f:>12}" for f in figures), flush=True)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--quality", action="store_true", help="only the quality")
    parser.add_argument("--speed", action="store_true", help="only the speed")
    parser.add_argument("--rows", type=int, default=20_000, help="rows of a replay")
    options = parser.parse_args()
    if options.quality or not options.speed:
        quality()
    if options.speed or not options.quality:
        speed(options.rows)


if __name__ == "__main__":
    main()
