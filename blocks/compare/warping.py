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
def warp_row(row: Any, length: int, points: Any, x: float, first: bool) -> None:
    """One more value x of the first sequence: from D[i-1, 0..length-1] to D[i, 0..length-1], `points` being the second.

    The sum is taken before the minimum, which gives the same numbers and leaves one addition and one comparison to wait
    for from point to point.
    """
    if first:
        left = 0.0
        for j in range(length):
            left += abs(x - points[j])
            row[j] = left
        return
    before = row[0]
    left = before + abs(x - points[0])
    row[0] = left
    for j in range(1, length):
        above = row[j]
        cost = abs(x - points[j])
        best = cost + (above if above < before else before)
        through = cost + left
        left = through if through < best else best
        before = above
        row[j] = left


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
