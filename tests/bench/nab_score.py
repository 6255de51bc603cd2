"""The score of the Numenta Anomaly Benchmark, from its public definition (Lavin and Ahmad 2015).

A detection counts by where it lies: inside a window of an anomaly the earlier the better (a scaled sigmoid, 1 at its
left end), only the best of a window; outside it costs, the less the closer it follows a window. A window without any
costs 1. The first 15 percent of a file (at most 750 rows) are probation and count for nothing. One threshold serves all
files, and the score is that of the best: 0 for no detection, 100 for all windows found at their left end and nothing
else. It gives the published figures of the two detectors whose outputs were tried: 51.717 / 38.361 / 59.749 for AWS's
forest and 39.650 / 20.868 / 47.410 for the windowed Gaussian, over all 58 files.
"""

import bisect
from dataclasses import dataclass

import numpy as np

PROFILES = {"standard": (1.0, 0.11, 1.0), "low FP": (1.0, 0.22, 1.0), "low FN": (1.0, 0.11, 2.0)}  # TP, FP, FN


@dataclass(frozen=True)
class Scored:
    """One file: the anomaly score of each row and the windows as (first, last) row, in order."""

    scores: np.ndarray
    windows: tuple[tuple[int, int], ...]

    @property
    def probation(self) -> int:
        return min(int(0.15 * len(self.scores)), 750)


def sigmoid(y: float) -> float:
    """1 far inside, 0 at the right end of a window, -1 far behind it."""
    return -1.0 if y > 3.0 else 2.0 / (1.0 + np.exp(5.0 * y)) - 1.0


def row_values(scored: Scored) -> list[tuple[float, int, float]]:
    """Per row behind the probation: (anomaly score, number of its window or -1, what a detection there is worth)."""
    found, best = [], sigmoid(-1.0)
    starts = [first for first, _ in scored.windows]
    for row in range(scored.probation, len(scored.scores)):
        at = bisect.bisect_right(starts, row) - 1
        window, value = -1, -1.0
        if at >= 0:
            first, last = scored.windows[at]
            width = last - first + 1
            if row <= last:
                window, value = at, sigmoid(-(last - row + 1) / width) / best
            else:
                value = sigmoid((row - last) / (width - 1))
        found.append((float(scored.scores[row]), window, value))
    return found


def nab_scores(files: list[Scored]) -> dict[str, tuple[float, float, int, int]]:
    """Per profile: the best score over all thresholds, that threshold, windows found, detections outside windows."""
    rows = sorted(((*r, f) for f, scored in enumerate(files) for r in row_values(scored)), key=lambda r: -r[0])
    windows = sum(len(scored.windows) for scored in files)
    results = {}
    for profile, (gain, cost, miss) in PROFILES.items():
        caught: dict[tuple[int, int], float] = {}
        outside, false, inside = 0.0, 0, 0.0
        best = (0.0, float("inf"), 0, 0)
        for i, (score, window, value, file) in enumerate(rows):
            if window < 0:
                outside += cost * value
                false += 1
            else:
                before = caught.get((file, window))
                if before is None or gain * value > before:
                    inside += gain * value - (before or 0.0)
                    caught[file, window] = gain * value
            if i + 1 == len(rows) or rows[i + 1][0] != score:
                raw = inside + outside - miss * (windows - len(caught))
                normal = 100.0 * (raw + miss * windows) / (windows * (gain + miss))
                if normal > best[0]:
                    best = (normal, score, len(caught), false)
        results[profile] = best
    return results
