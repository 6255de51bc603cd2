"""k-means for teaching outside the cycle: compiled, without the interpreter's lock, the same centres for a seed.

Sources: Lloyd 1982; Arthur and Vassilvitskii 2007 for the start (k-means++, in its greedy form: of several candidates
the one that leaves the least is taken). Chosen: the greedy start tries 2 + ln(clusters) candidates, as scikit-learn
does; of equally near centres the first one is taken; a centre that no point belongs to takes the place of the point
that lies farthest from its own; a run ends when no point changes its centre.
"""

import math
from typing import Any

import numpy as np

from alycat.runtime.kernel import compiled, free_kernel

GAMMA, MIX_1, MIX_2 = 0x9E3779B97F4A7C15, 0xBF58476D1CE4E5B9, 0x94D049BB133111EB


def shares(seed: int, count: int) -> np.ndarray:
    """Numbers in 0..1, the same for a seed (SplitMix64 of Steele, Lea, Flood 2014)."""
    z = np.uint64(seed) + np.arange(1, count + 1, dtype=np.uint64) * np.uint64(GAMMA)
    z = (z ^ (z >> np.uint64(30))) * np.uint64(MIX_1)
    z = (z ^ (z >> np.uint64(27))) * np.uint64(MIX_2)
    return ((z ^ (z >> np.uint64(31))) >> np.uint64(11)).astype(np.float64) / 2.0**53


@free_kernel
def squares_to(columns: Any, centre: Any, out: Any) -> None:
    """Squared distance of every point to one centre; `columns` holds the points, one row per dimension."""
    for i in range(out.shape[0]):
        out[i] = 0.0
    for k in range(columns.shape[0]):
        c = centre[k]
        for i in range(out.shape[0]):
            t = columns[k, i] - c
            out[i] += t * t


@free_kernel
def begin(points: Any, columns: Any, draws: Any, first: int, centres: Any) -> None:
    """The first centres (k-means++); takes its numbers from draws[first:]."""
    count, clusters = points.shape[0], centres.shape[0]
    trials = 2 + int(math.log(clusters))
    least, here, best = np.empty(count), np.empty(count), np.empty(count)
    index = min(int(draws[first] * count), count - 1)
    centres[0] = points[index]
    squares_to(columns, centres[0], least)
    for j in range(1, clusters):
        total = 0.0
        for i in range(count):
            total += least[i]
        smallest, chosen = math.inf, 0
        for trial in range(trials):
            wanted = draws[first + 1 + (j - 1) * trials + trial] * total
            index, passed = -1, 0.0
            while index < count - 1 and (index < 0 or passed <= wanted):
                index += 1
                passed += least[index]
            squares_to(columns, points[index], here)
            left = 0.0
            for i in range(count):
                here[i] = min(here[i], least[i])
                left += here[i]
            if left < smallest:
                smallest, chosen = left, index
                for i in range(count):
                    best[i] = here[i]
        centres[j] = points[chosen]
        for i in range(count):
            least[i] = best[i]


@free_kernel
def assign(points: Any, centres: Any, labels: Any, squares: Any) -> int:
    """Each point to its nearest centre; how many changed theirs."""
    count, dims, clusters = points.shape[0], points.shape[1], centres.shape[0]
    columns, distance = np.empty((dims, clusters)), np.empty(clusters)
    for k in range(dims):
        for j in range(clusters):
            columns[k, j] = centres[j, k]
    moved = 0
    for i in range(count):
        squares_to(columns, points[i], distance)
        smallest, nearest = math.inf, 0
        for j in range(clusters):
            if distance[j] < smallest:
                smallest, nearest = distance[j], j
        moved += nearest != labels[i]
        labels[i], squares[i] = nearest, smallest
    return moved


@free_kernel
def move(points: Any, labels: Any, squares: Any, centres: Any, counts: Any) -> None:
    """Each centre to the mean of its points; one without points to the point that lies farthest from its own."""
    count, dims, clusters = points.shape[0], points.shape[1], centres.shape[0]
    counts[:] = 0
    for i in range(count):
        counts[labels[i]] += 1
    for j in range(clusters):
        if counts[j] == 0:
            farthest = -1
            for i in range(count):
                if counts[labels[i]] > 1 and (farthest < 0 or squares[i] > squares[farthest]):
                    farthest = i
            if farthest >= 0:
                counts[labels[farthest]] -= 1
                labels[farthest], squares[farthest], counts[j] = j, 0.0, 1
    for j in range(clusters):
        if counts[j] > 0:
            centres[j] = 0.0
    for i in range(count):
        for k in range(dims):
            centres[labels[i], k] += points[i, k]
    for j in range(clusters):
        if counts[j] > 0:
            for k in range(dims):
                centres[j, k] /= counts[j]


@free_kernel
def best_of(points: Any, draws: Any, restarts: int, iterations: int, best: Any, labels: Any) -> float:
    """Puts the centres and labels of the best of some runs into `best` and `labels`; the sum of squared distances."""
    count, dims, clusters = points.shape[0], points.shape[1], best.shape[0]
    columns = np.empty((dims, count))
    for k in range(dims):
        for i in range(count):
            columns[k, i] = points[i, k]
    centres, own = np.empty((clusters, dims)), np.empty(count, np.int64)
    squares, counts = np.empty(count), np.empty(clusters, np.int64)
    needed = draws.shape[0] // restarts
    least = math.inf
    for run in range(restarts):
        begin(points, columns, draws, run * needed, centres)
        own[:] = -1
        moved = assign(points, centres, own, squares)
        rounds = 0
        while moved > 0 and rounds < iterations:
            move(points, own, squares, centres, counts)
            moved = assign(points, centres, own, squares)
            rounds += 1
        total = 0.0
        for i in range(count):
            total += squares[i]
        if total < least:
            least = total
            best[:] = centres
            labels[:] = own
    return least


_compiled: list[Any] = []


def prepare() -> Any:
    """The compiled function, loaded from the cache or compiled now."""
    if not _compiled:
        matrix, vector, indices = np.empty((1, 1)), np.empty(1), np.empty(1, np.int64)
        _compiled.append(compiled(best_of, "kmeans", "1", matrix, vector, 1, 1, matrix, indices).entry)
    return _compiled[0]


def kmeans(
    points: np.ndarray, clusters: int, restarts: int = 10, iterations: int = 300, seed: int = 1
) -> tuple[np.ndarray, np.ndarray, float]:
    """Centres (clusters, dimensions), label of each point, and the sum of squared distances; the best of `restarts`."""
    points = np.ascontiguousarray(points, np.float64)
    trials = 2 + int(math.log(clusters))
    draws = shares(seed, restarts * (1 + (clusters - 1) * trials))
    centres, labels = np.empty((clusters, points.shape[1])), np.empty(len(points), np.int64)
    total = prepare()(points, draws, restarts, iterations, centres, labels)
    return centres, labels, float(total)
