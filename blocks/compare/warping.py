"""Dynamic time warping that grows with its signals: distances are ready in the call that brings the last value.

The distance of two sequences is the smallest sum of |a[i] - b[j]| over all ways that lead from their first to their
last values in steps of one value of a, of b, or of both. ``D[i, j]``, that of the parts up to a[i] and b[j], is
|a[i] - b[j]| plus the smallest of D[i-1, j], D[i, j-1] and D[i-1, j-1]; its last row and column are all that is needed
to go on.
"""

import math
from typing import Any

from alycat.runtime.kernel import kernel


@kernel
def warp_part(row: Any, points: Any, start: int, stop: int, x: float, left: float, before: float) -> float:
    """A stretch of one row: from D[i-1, start..stop-1] to D[i, start..stop-1]; gives the last element.

    x: the value i of the first sequence; `points` is the second one. left, before: D[i, start-1] and D[i-1, start-1].
    The sum is taken before the minimum, which gives the same numbers and leaves one addition and one comparison to wait
    for from point to point.
    """
    for j in range(start, stop):
        above = row[j]
        cost = abs(x - points[j])
        best = cost + (above if above < before else before)
        through = cost + left
        left = through if through < best else best
        before = above
        row[j] = left
    return left


@kernel
def warp_first(row: Any, points: Any, length: int, x: float) -> None:
    """Row 0 up to the middle, x being the first value; what lies before it is infinite."""
    for j in range(length):
        row[j] = math.inf
    warp_part(row, points, 0, length - length // 2, x, math.inf, 0.0)


@kernel
def warp_on(row: Any, points: Any, length: int, x: float, x_before: float, corner: float) -> float:
    """One more value x: its row up to the middle, and from there on the row of the value before, x_before.

    So two chains of additions and comparisons run side by side, and each uses the time that the other one waits.
    `warp_end` completes the row of the latest value. corner: D[i-2, half-1], in the end of the first half, infinite
    where there is no such row; the next one is given back.
    """
    second = length // 2
    half = length - second
    next_corner = row[half - 1]
    left, before, left_behind, before_behind = math.inf, math.inf, next_corner, corner
    for j in range(second):
        above, above_behind = row[j], row[half + j]
        cost, cost_behind = abs(x - points[j]), abs(x_before - points[half + j])
        best = cost + (above if above < before else before)
        best_behind = cost_behind + (above_behind if above_behind < before_behind else before_behind)
        through, through_behind = cost + left, cost_behind + left_behind
        left = through if through < best else best
        left_behind = through_behind if through_behind < best_behind else best_behind
        before, before_behind = above, above_behind
        row[j], row[half + j] = left, left_behind
    warp_part(row, points, second, half, x, left, before)
    return float(next_corner)


@kernel
def warp_end(row: Any, points: Any, length: int, x: float, corner: float) -> float:
    """The rest of the row of the latest value, x; gives its last element."""
    half = length - length // 2
    return warp_part(row, points, half, length, x, row[half - 1], corner)


@kernel
def warp_corner(row: Any, column: Any, a: Any, b: Any, n: int) -> float:
    """Both sequences have got one more value, a[n] and b[n]: the last row and column of D, and its last element.

    row: D[n-1, 0..n-1], becomes D[n, 0..n]; column: D[0..n-1, n-1], becomes D[0..n, n]. Both are walked along together,
    so that each uses the time that the other one waits.
    """
    x, y = a[n], b[n]
    left, up = math.inf, math.inf
    left_before, up_before = math.inf, math.inf
    for k in range(n):
        above, beside = row[k], column[k]
        cost, other = abs(x - b[k]), abs(a[k] - y)
        best = cost + (above if above < left_before else left_before)
        best_up = other + (beside if beside < up_before else up_before)
        through, through_up = cost + left, other + up
        left = through if through < best else best
        up = through_up if through_up < best_up else best_up
        left_before, up_before = above, beside
        row[k], column[k] = left, up
    corner = abs(x - y)
    if n > 0:
        corner += min(left, up, left_before)
    row[n], column[n] = corner, corner
    return corner
