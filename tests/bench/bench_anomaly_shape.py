"""Quality and speed of FB_ALY_ShapeReconstruction and FB_ALY_ForecastBand, beside what others have published.

    python tests/bench/bench_anomaly_shape.py [--seeds 20]

Needs the data of $ALYCAT_SHARED or of a folder `shared` beside the project (ekg, clickstream). Speed is the CPU time of
one thread, the best of some rounds; the worst cycle is the largest minimum that any cycle kept over all rounds.
"""

import argparse
import os
import sys
import time
from datetime import datetime
from pathlib import Path
from typing import Any

import numpy as np
from rich.console import Console
from rich.table import Table

from alycat.blocks import FB_ALY_ForecastBand, FB_ALY_ShapeReconstruction
from alycat.runtime import Recording

PROJECT = Path(__file__).resolve().parents[2]
DATA = Path(os.environ.get("ALYCAT_SHARED") or PROJECT.parent / "shared") / "data"
S = 10**9
SEGMENTS_WITH_DROP_OUT = (12, 13, 499, 500)
BAND = FB_ALY_ForecastBand.example


def table(title: str, *columns: str) -> Table:
    made = Table(title=title, title_justify="left", width=80)
    for number, name in enumerate(columns):
        made.add_column(name, justify="right" if number else "left")
    return made


def ekg(name: str) -> np.ndarray:
    lines = (DATA / "ekg" / name).read_text().splitlines()
    return np.array([float(line.split("signal_value=")[1].split()[0]) for line in lines])


def clicks() -> tuple[Recording, np.ndarray]:
    recording = Recording.read(DATA / "clickstream/clicks_10T.csv", time="timestamp", channels=["click"])
    text = (DATA / "clickstream/fault_label_10T.csv").read_text()
    return recording, np.array([int(v) for v in text.strip().split(",")]) > 0


def shapes_of(normal: np.ndarray, seed: int) -> Any:
    fb = FB_ALY_ShapeReconstruction()
    assert fb.Configure(**FB_ALY_ShapeReconstruction.example | {"nSeed": seed}), fb.ipResultMessage
    assert fb.teach(normal), fb.ipResultMessage
    return fb


def judged(fb: Any, signal: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Error of each segment, and reconstruction minus signal."""
    fb.Reset()
    trace = fb.replay(np.arange(1, len(signal) + 1, dtype=np.uint64) * np.uint64(S), signal)
    valid = trace["bReconstructionValid"]
    return trace["fError"][trace["bNewResult"]], (trace["fReconstruction"] - trace["fDelayedInput"])[valid]


def shape_quality(seeds: int) -> Table:
    normal, broken = ekg("ekg_norm.lp"), ekg("ekg_anomaly.lp")
    rows = []
    for seed in range(seeds):
        fb = shapes_of(normal, seed)
        errors, difference = judged(fb, normal)
        first_300 = difference[: 300 - 16]
        found, _ = judged(fb, broken)
        others = np.delete(found, SEGMENTS_WITH_DROP_OUT)
        both = max(found[12:14]) > fb.fThreshold and max(found[499:501]) > fb.fThreshold
        largest = found[:18].argmax() == 13
        figures = [len(errors), np.percentile(first_300, 98), found[13], largest, both]
        rows.append(
            [*figures, (others > fb.fThreshold).sum(), (np.delete(errors, (12, 13)) > 8.8).sum(), fb.fThreshold]
        )
    names = "segments|98th percentile, first 300|error of segment 13|it is the largest of 18|both drop-outs found"
    names += "|false alarms of 507|false alarms with 8.8|threshold"
    published = ["511", "5.9", "16.2", "yes", "not given", "not given", "(about 40, re-measured)", "8.8"]
    wanted = ["511", "5.9 +- 0.8", "14 +- 2", "yes", "yes", "below 40", "", ""]
    shown = table("Shape reconstruction of the EKG", "", "seed 0", f"mean of {seeds} seeds", "published", "target")
    values = np.array(rows, float)
    for number, name in enumerate(names.split("|")):
        column = values[:, number]
        spread = f"{column.mean():.2f} +- {column.std():.2f}"
        shown.add_row(name, f"{column[0]:.4g}", spread, published[number], wanted[number])
    return shown


def band_quality() -> Table:
    recording, labels = clicks()
    values = recording.values[:, 0]
    fb = FB_ALY_ForecastBand()
    shown = table("Forecast band, click stream, 15 July", "", "outside", "found", "false", "mean distance")
    for low, high in ((0.01, 0.99), (0.005, 0.995)):
        assert fb.Configure(**BAND | {"fQuantileLower": low, "fQuantileUpper": high}), fb.ipResultMessage
        trace = fb.replay(recording.timestamps, values, bLearn=True)[-144:]
        hit, is_fault = trace["bAnomaly"], labels[-144:]
        distance = np.abs(trace["fBandMiddle"] - values[-144:]).mean()
        row = [str(hit.sum()), str((hit & is_fault).sum()), str((hit & ~is_fault).sum()), f"{distance:.1f}"]
        shown.add_row(f"this block, {low:g} to {high:g}", *row)
    shown.add_row("stand-in of the specification, 0.01 to 0.99", "11", "1", "10", "20.7")
    shown.add_row("stand-in, 0.005 to 0.995", "8", "1", "7", "20.7")
    return shown


def best_cycle(make: Any, rounds: int, cycle: Any, count: int) -> tuple[float, float]:
    """Median and maximum over the cycles of a run, of the least time that each took in any round; ns."""
    least = np.full(count, np.inf)
    for _ in range(rounds):
        fb = make()
        for row in range(count):
            begin = time.perf_counter_ns()
            cycle(fb, row)
            took = time.perf_counter_ns() - begin
            least[row] = min(least[row], took)
    return float(np.median(least)), float(least.max())


def replay_ns(fb: Any, rounds: int, run: Any, rows: int) -> float:
    least = np.inf
    for _ in range(rounds):
        fb.Reset()
        begin = time.thread_time_ns()
        run(fb)
        least = min(least, (time.thread_time_ns() - begin) / rows)
    return float(least)


def speed() -> Table:
    shown = table("Speed, nanoseconds", "", "replay, per row", "Call, median", "Call, worst cycle")
    normal = ekg("ekg_norm.lp")
    times = np.arange(1, len(normal) + 1, dtype=np.uint64) * np.uint64(S)
    shapes = shapes_of(normal, 0)
    run = replay_ns(shapes, 30, lambda fb: fb.replay(times, normal), len(normal))
    values, stamps = normal.tolist(), times.tolist()

    def call(fb: Any, row: int) -> None:
        fb.SetChannelValue(values[row])
        fb.Call(stamps[row])

    def afresh() -> Any:
        shapes.Reset()
        return shapes

    shown.add_row("shapes, 32 values, 150 shapes, half overlap", f"{run:.0f}", *_two(best_cycle(afresh, 9, call, 4000)))
    shown.add_row("  that is per segment (16 calls; target 5,000)", f"{16 * run:.0f}", "", "")
    begin = time.perf_counter()
    shapes_of(normal, 0)
    shown.add_row("  teaching 4,081 segments, 10 restarts", f"{time.perf_counter() - begin:.1f} s", "", "")
    recording, _ = clicks()
    band = FB_ALY_ForecastBand()
    assert band.Configure(**BAND)
    column = recording.values[:, 0]
    run = replay_ns(band, 30, lambda fb: fb.replay(recording.timestamps, column, bLearn=True), len(column))
    clicked, stamped = column.tolist(), recording.timestamps.tolist()

    def call_band(fb: Any, row: int) -> None:
        fb.SetChannelValue(clicked[row])
        fb.Call(stamped[row], True)

    def band_afresh() -> Any:
        band.Reset()
        return band

    shown.add_row(
        "band, 7 days x 13 slots, every call a new slot",
        f"{run:.0f}",
        *_two(best_cycle(band_afresh, 9, call_band, 1296)),
    )
    return shown


def _two(pair: tuple[float, float]) -> tuple[str, str]:
    return f"{pair[0]:.0f}", f"{pair[1]:.0f}"


def peer() -> Table | None:
    """scikit-learn's k-means on the same segments."""
    try:
        from sklearn.cluster import KMeans
    except ImportError:
        return None
    from alycat.blocks.anomaly.kmeans import kmeans
    from alycat.blocks.anomaly.shape_reconstruction import window_of
    from alycat.blocks.anomaly.shape_types import E_ALY_ShapeWindow

    window = window_of(E_ALY_ShapeWindow.Symmetric, 32)
    segments = np.lib.stride_tricks.sliding_window_view(ekg("ekg_norm.lp"), 32)[::2] * window
    shown = table("k-means of the 4,081 segments, 5 seeds", "", "sum of squares", "seconds")
    for name, make in (
        ("here", lambda seed: kmeans(segments, 150, 10, seed=seed)[2]),
        ("scikit-learn", lambda seed: KMeans(150, n_init=10, random_state=seed).fit(segments).inertia_),
    ):
        begin = time.perf_counter()
        sums = [make(seed) for seed in range(5)]
        shown.add_row(name, f"{np.mean(sums):,.0f} +- {np.std(sums):,.0f}", f"{(time.perf_counter() - begin) / 5:.2f}")
    return shown


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seeds", type=int, default=20)
    seeds = parser.parse_args().seeds
    if not (DATA / "ekg").is_dir():
        sys.exit("no data/ekg in $ALYCAT_SHARED or in a folder shared beside the project")
    console = Console(width=80)
    console.print(f"{datetime.now():%Y-%m-%d %H:%M}, numpy {np.__version__}")
    for shown in (speed(), shape_quality(seeds), band_quality(), peer()):
        if shown is not None:
            console.print(shown)


if __name__ == "__main__":
    main()
