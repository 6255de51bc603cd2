"""FB_ALY_BandwidthClassificator_1Ch and _3Ch: within, below or above two bounds."""

import math
from typing import Any, ClassVar

from alycat.runtime.block import FixedChannelBlock, SingleChannelBlock, cyclic, method
from alycat.runtime.declare import config, output
from alycat.runtime.iec import BOOL, LREAL, ULINT
from alycat.runtime.kernel import kernel
from alycat.runtime.memory import f64

from ..conditions import TimedBlock, bad_call
from ..system.datetime import FB_ALY_DateTime
from ..types import E_ALY_Classification_Bounds

WITHIN, SMALLER, BIGGER = 1, 2, 3
WRONG_BOUNDS = 0x300A


@kernel
def classify(m: Any, value: float, lower: float, upper: float) -> None:
    m.last_ns = m.tTimestamp
    found = WITHIN
    if value < lower:
        found = SMALLER
    elif value > upper:
        found = BIGGER
    if found != m.eClass:
        m.eClass = found
        m.fbTimeLastEvent = m.tTimestamp
    m.bNewResult = True


@kernel
def step_1ch(m: Any) -> int:
    code = bad_call(m, 1)
    if code != 0:
        return code
    classify(m, f64(m, m.x, 1)[0], m.lower, m.upper)
    return 0


@kernel
def step_3ch(m: Any) -> int:
    code = bad_call(m, 3)
    if code != 0:
        return code
    x = f64(m, m.x, 3)
    if x[1] > x[2]:
        return WRONG_BOUNDS
    classify(m, x[0], x[1], x[2])
    return 0


class Bandwidth(TimedBlock):
    """What both blocks have in common."""

    eClass: E_ALY_Classification_Bounds = output("class of the value")
    fbTimeLastEvent: FB_ALY_DateTime = output("time of the latest change of the class")

    @cyclic
    def Call(self, tTimestamp: ULINT) -> BOOL:
        """Classifies the value. Errors: 16#3007 not configured, 16#3006 no time, 16#3003 time or value not usable."""


class FB_ALY_BandwidthClassificator_1Ch(SingleChannelBlock, Bandwidth, category="Classification"):
    """Tells whether the value lies within two configured bounds, below or above them.

    Sources: manual TF3510 EN 1.5.0 pp. 111-114 (InfoSys 6776625163, 6901050763), Workbench 4983796107.

    Documented: the classes; fbTimeLastEvent is the time of the latest change of the class.
    Chosen, as the manual is silent: both bounds belong to the band and may be equal; the first classification is a
    change; every successful call has a new result.
    """

    step = step_1ch
    picture = "bands"
    example = {"fLowerBound": 10.0, "fUpperBound": 20.0}

    lower: LREAL = config()
    upper: LREAL = config()

    def channel_levels(self) -> list[tuple[int, float, str]]:
        m = self._m
        return [(0, m.lower, "lower bound"), (0, m.upper, "upper bound")]

    @method
    def Configure(self, fLowerBound: LREAL, fUpperBound: LREAL) -> BOOL:
        """Takes the bounds and starts anew.

        Parameters
        ----------
        fLowerBound
            smallest value within
        fUpperBound
            largest value within

        Notes
        -----
        Errors: 16#200C a bound is not finite, or the lower one is above the upper one.
        """
        if not (math.isfinite(fLowerBound) and math.isfinite(fUpperBound) and fLowerBound <= fUpperBound):
            wanted = "finite numbers are needed, the lower one not above the upper one"
            return self._finish(0x200C, f"fLowerBound = {fLowerBound:g}, fUpperBound = {fUpperBound:g}; {wanted}")
        return self._start(lower=fLowerBound, upper=fUpperBound)


class FB_ALY_BandwidthClassificator_3Ch(FixedChannelBlock, Bandwidth, category="Classification"):
    """Tells whether the value of channel 1 lies within the bounds of channel 2 (lower) and 3 (upper), or outside.

    Sources: manual TF3510 EN 1.5.0 pp. 114-116 (InfoSys 6776627083, 6900657547), Workbench 5785174667.

    Documented: the channels; there is no Configure.
    Chosen: bConfigured is TRUE from the start; a lower bound above the upper one is refused (16#300A) and leaves the
    class as it was; all else as in FB_ALY_BandwidthClassificator_1Ch.
    """

    step = step_3ch
    picture = "bands"
    channel_count: ClassVar[int] = 3

    def _explain(self, event_id: int) -> str:
        if event_id == WRONG_BOUNDS:
            return f"the lower bound {self._x[1]:g} lies above the upper bound {self._x[2]:g}"
        return super()._explain(event_id)
