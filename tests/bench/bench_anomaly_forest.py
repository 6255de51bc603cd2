"""FB_ALY_RandomCutForest beside AWS's own forest (krcf, Rust) and rrcf (Python): speed, click-stream, NAB.

    python -m pip install ".[bench]"
    python tests/bench/bench_anomaly_forest.py [--only speed|clicks|nab] [--seeds 5]

Speed: CPU time of one thread per sample, scored and then learnt, 4 channels of noise, 100 trees x 256; contenders take
turns, the best of some rounds counts; the worst cycle is that of the quietest of several equal runs, cycle by cycle.
The real data are looked for in ../shared/data; published figures stand beside ours where there are any.

krcf 0.4.0 counts the mass of a leaf with several equal points one too low (two points: 1), which the published formula
does not; with the same slip our scores give 60.7 instead of 64.3 on the 15 files of NAB at hand, where krcf has 60.9.
"""

import argparse
import json
import sys
import time
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from bench.nab_score import Scored, nab_scores
from shared_data import clickstream, data_folder

from alycat.blocks import FB_ALY_RandomCutForest

NAMES = ("pages", "users", "clicks", "residual")
QUIET: dict[str, Any] = {"pHighArrayOut": None, "pLowArrayOut": None}


def block(channels: int, seed: int = 1, **changed: Any) -> FB_ALY_RandomCutForest:
    fb = FB_ALY_RandomCutForest(nNumChannels=channels)
    assert fb.Configure(**FB_ALY_RandomCutForest.example | {"nSeed": seed} | changed), fb.ipResultMessage
    return fb


def krcf_forest(channels: int, shingle: int = 1, decay: int = 2560, seed: int = 1) -> Any:
    from krcf import RandomCutForest

    options = {"dimensions": channels, "shingle_size": shingle, "num_trees": 100, "sample_size": 256}
    return RandomCutForest({**options, "output_after": 64, "random_seed": seed, "lambda": 1 / decay})


def krcf_scores(values: np.ndarray, decay: int = 2560, seed: int = 1) -> np.ndarray:
    forest, found = krcf_forest(values.shape[1], 1, decay, seed), []
    for row in values.tolist():
        found.append(forest.score(row))
        forest.update(row)
    return np.array(found)


def stamps(rows: int) -> np.ndarray:
    return np.arange(1, rows + 1, dtype=np.uint64)


# --- speed ------------------------------------------------------------------------------------------------------------


def per_row_us(run: Callable[[], Any], rows: int) -> float:
    started = time.thread_time_ns()
    run()
    return (time.thread_time_ns() - started) / 1e3 / rows


def block_cycles_us(fb: Any, values: np.ndarray, attribution: bool) -> np.ndarray:
    """Call by call from Python, as a program does it: SetChannelValue for each channel, Call."""
    found = np.empty(len(values))
    for row, x in enumerate(values.tolist()):
        started = time.thread_time_ns()
        for c, value in enumerate(x, start=1):
            fb.SetChannelValue(c, value)
        fb.Call(row + 1, True, attribution)
        found[row] = time.thread_time_ns() - started
    return found / 1e3


def replay_us(fb: Any, values: np.ndarray, attribution: bool) -> float:
    """The rows behind the first thousand."""
    fb.Reset()
    times = stamps(len(values))
    fb.replay(times[:1000], values[:1000], **QUIET)
    run = partial(fb.replay, times[1000:], values[1000:], bAttribution=attribution, **QUIET)
    return per_row_us(run, len(values) - 1000)


def krcf_us(values: np.ndarray, shingle: int, attribution: bool) -> float:
    """The same with AWS's forest."""
    forest = krcf_forest(4, shingle)
    judge = forest.attribution if attribution else forest.score
    for row in values[:1000].tolist():
        forest.update(row)
    rows = values[1000:].tolist()

    def run() -> None:
        for row in rows:
            judge(row)
            forest.update(row)

    return per_row_us(run, len(rows))


def report_speed(rounds: int) -> None:
    values = np.random.default_rng(1).normal(size=(3000, 4))
    head = ("shingle", "attribution", "replay", "cycle", "worst", "/median", "krcf", "krcf/cycle")
    print("microseconds per sample, scored and learnt, 4 channels, 100 trees x 256 points, decay 2560")
    print("".join(f"{word:>12}" for word in head))
    for shingle in (1, 8):
        for attribution in (False, True):
            replayed, peer, cycles = np.inf, np.inf, np.full(len(values), np.inf)
            for _ in range(rounds):
                fb = block(4, nShingleSize=shingle, nTimeDecay=2560)
                cycles = np.minimum(cycles, block_cycles_us(fb, values, attribution))
                replayed = min(replayed, replay_us(fb, values, attribution))
                peer = min(peer, krcf_us(values, shingle, attribution))
            median, worst = float(np.median(cycles)), float(cycles.max())
            figures = (replayed, median, worst, worst / median, peer, peer / median)
            row = (shingle, "yes" if attribution else "no", *(f"{figure:.1f}" for figure in figures))
            print("".join(f"{cell:>12}" for cell in row), flush=True)
    try:
        print(f"rrcf, one sample (forget, insert, codisp in 100 trees): {rrcf_us():,.0f}")
    except ImportError as error:
        print(f"rrcf cannot be imported: {error} (rrcf 0.4.4 needs setuptools before 81)")


def rrcf_us(rows: int = 12) -> float:
    import rrcf

    rng = np.random.default_rng(1)
    trees = [rrcf.RCTree(random_state=i) for i in range(100)]
    points = rng.normal(size=(256 + rows, 4))
    for i in range(256):
        for tree in trees:
            tree.insert_point(points[i], index=i)

    def run() -> None:
        for i in range(256, 256 + rows):
            for tree in trees:
                tree.forget_point(i - 256)
                tree.insert_point(points[i], index=i)
                tree.codisp(i)

    return per_row_us(run, rows)


# --- click-stream -----------------------------------------------------------------------------------------------------


def report_clicks(folder: Path, seeds: int) -> None:
    values, labels, events = clickstream(folder)
    program, system = events[-2:]
    print("\nclick-stream, 1 minute, Kinesis settings 100/256/4320/1; cut = mean + 3 standard deviations of all scores")
    print(
        "published (Kinesis) cut 1.634; krcf 1.554 and 1.562, 8 of 8 events, 285 minutes, precision 49 %, recall 68 %"
    )
    head = ("cut", "events", "minutes", "prec.", "recall")
    print(" " * 12 + "".join(f"{word:>8}" for word in head) + "  in the program event | in the system event")
    for seed in range(1, seeds + 1):
        fb = block(4, seed, nTimeDecay=4320)
        trace = fb.replay(stamps(len(values)), values)
        parts = trace["pHighArrayOut"] + trace["pLowArrayOut"]
        means = [parts[first : last + 1].mean(0) for first, last in (program, system)]
        print_clicks(f"alycat {seed}", trace["fAnomalyScore"], labels, events, means)
    for seed in range(1, min(seeds, 2) + 1):
        forest, scores, rows = krcf_forest(4, 1, 4320, seed), [], []
        for row in values.tolist():
            found = forest.attribution(row)
            rows.append(np.add(found["high"], found["low"]))
            scores.append(rows[-1].sum())
            forest.update(row)
        means = [np.array(rows[first : last + 1]).mean(0) for first, last in (program, system)]
        print_clicks(f"krcf {seed}", np.array(scores), labels, events, means)


def print_clicks(name: str, scores: np.ndarray, labels: np.ndarray, events: Any, means: list[np.ndarray]) -> None:
    cut = scores.mean() + 3 * scores.std()
    over = scores > cut
    found = sum(over[first : last + 1].any() for first, last in events)
    shares = " | ".join(", ".join(f"{n} {v:.2f}" for n, v in zip(NAMES, mean, strict=True)) for mean in means)
    print(
        f"{name:12}{cut:8.3f}  {found:1} of {len(events)}{over.sum():8}{labels[over].mean():8.1%}"
        f"{over[labels].mean():8.1%}  {shares}",
        flush=True,
    )


# --- NAB --------------------------------------------------------------------------------------------------------------


def nab_files(folder: Path) -> dict[str, tuple[np.ndarray, tuple[tuple[int, int], ...]]]:
    """Values and windows of the files that are there."""
    windows = json.loads((folder / "labels" / "combined_windows.json").read_text())
    found = {}
    for name, spans in windows.items():
        if (folder / name).is_file():
            lines = [line.split(",") for line in (folder / name).read_text().split("\n")[1:] if line]
            row_of = {time.split(".")[0]: row for row, (time, _) in reversed(list(enumerate(lines)))}
            rows = tuple((row_of[a.split(".")[0]], row_of[b.split(".")[0]]) for a, b in spans)
            found[name] = np.array([[float(value)] for _, value in lines]), rows
    return found


def report_nab(folder: Path, seeds: int) -> None:
    files = nab_files(folder)
    windows = sum(len(spans) for _, spans in files.values())
    print(f"\nNAB, {len(files)} files with {windows} windows; 100 trees x 256, shingle 1, decay 2560, raw scores")
    print("all 58 files, published: forest of AWS 51.7 / 38.4 / 59.7; krcf measured elsewhere 53.1 / 40.4 / 60.4")
    print(
        "all 58 files, alycat seeds 1, 2, 3: 52.6 / 41.5 / 60.7, 53.1 / 39.7 / 60.5, 53.2 / 39.5 / 60.5 (measured once)"
    )
    print(f"{'':12} {'standard':>8} {'low FP':>8} {'low FN':>8} {'windows':>8} {'false':>6}")
    for name, scores_of in (("alycat", our_nab_scores), ("krcf", lambda v, s: krcf_scores(v, seed=s))):
        rows = []
        for seed in range(1, seeds + 1):
            results = nab_scores([Scored(scores_of(values, seed), spans) for values, spans in files.values()])
            rows.append([results[profile][0] for profile in ("standard", "low FP", "low FN")])
            _, _, caught, false = results["standard"]
            print(f"{name:10} {seed} {''.join(f'{value:9.2f}' for value in rows[-1])} {caught:8} {false:6}", flush=True)
        print(f"{name + ' mean':12} {''.join(f'{value:8.2f} ' for value in np.mean(rows, 0))}")


def our_nab_scores(values: np.ndarray, seed: int) -> np.ndarray:
    trace = block(1, seed, nTimeDecay=2560).replay(stamps(len(values)), values, bAttribution=False, **QUIET)
    return np.asarray(trace["fAnomalyScore"])


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--only", choices=("speed", "clicks", "nab"))
    parser.add_argument("--seeds", type=int, default=5)
    parser.add_argument("--rounds", type=int, default=4, help="of the speed measurement")
    options = parser.parse_args()
    if options.only in (None, "speed"):
        report_speed(options.rounds)
    for name, folder_name, report in (("clicks", "clickstream", report_clicks), ("nab", "nab", report_nab)):
        folder = data_folder(folder_name)
        if options.only in (None, name) and folder:
            report(folder, options.seeds)
        elif options.only in (None, name):
            print(f"\n{name}: no folder shared/data/{folder_name} beside the project")


if __name__ == "__main__":
    main()
