"""Positions on a closed track: what the blocks for XTS movers have in common.

Sources: manual TF3510 EN 1.5.0 pp. 293-300. Documented: the length of the track is given in mm, results are in m, m/s
and m/s^2. Chosen, as the manual is silent: positions are in mm too, of any range; a mover takes the shorter way round
between two calls, exactly half the track counts as forward.
"""

import numpy as np

from alycat.runtime.block import InputBlock
from alycat.runtime.declare import config, state
from alycat.runtime.iec import LREAL
from alycat.runtime.kernel import kernel

from ..windows import LARGEST

MM = 0.001  # m
S = 1e9  # ns


@kernel
def way(before: float, after: float, length: float) -> float:
    """The signed distance from one position to the next, more than -length / 2 and at most length / 2."""
    d = after - before
    laps = np.floor(abs(d) / length) * length
    d = d - laps if d > 0.0 else d + laps
    if d > 0.5 * length:
        return d - length
    if d <= -0.5 * length:
        return d + length
    return d


class TrackBlock(InputBlock):
    """A block whose first channel is the position of a mover on a track of known length."""

    largest_value = LARGEST

    length: LREAL = config("of the track, mm")
    before: LREAL = state("position of the call before, mm")

    def _length_refused(self, length: int) -> bool:
        if length == 0:
            self._finish(0x2017, "nXtsLength = 0 mm, at least 1 is needed")
        return length == 0


__all__ = ["LARGEST", "MM", "S", "TrackBlock", "way"]
