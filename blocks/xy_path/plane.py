"""Points in the plane: what the blocks of XY paths have in common."""

from typing import Any

from alycat.runtime.kernel import kernel
from alycat.runtime.memory import f64

from ..checks import wrong_value
from ..conditions import bad_time

LARGEST_COORDINATE = 1e70  # products of four coordinates stay finite
SHORTEST = 1e-70  # of a gate; products of four such lengths do not vanish


@kernel
def bad_point(m: Any) -> int:
    """The event id of a call that has to be refused for its point or its time, else 0."""
    xy = f64(m, m.x, 2)
    for c in range(2):
        code = wrong_value(xy[c], LARGEST_COORDINATE)
        if code != 0:
            return code
    return bad_time(m)
