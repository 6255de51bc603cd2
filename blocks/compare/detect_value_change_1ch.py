"""FB_ALY_DetectValueChange_1Ch: tells when a number has left a band around its last place."""

import math
from typing import Any

from alycat.runtime.block import SingleChannelBlock, cyclic, method
from alycat.runtime.declare import config, output, state
from alycat.runtime.iec import BOOL, LREAL, ULINT
from alycat.runtime.kernel import kernel
from alycat.runtime.memory import f64

from ..conditions import PersistentBlock, TimedBlock, bad_call
from ..system.datetime import FB_ALY_DateTime


@kernel
def step(m: Any) -> int:
    code = bad_call(m, 1)
    if code != 0:
        return code
    m.last_ns = m.tTimestamp
    x = f64(m, m.x, 1)[0]
    changed = m.seen and abs(x - m.kept) > m.tolerance
    if changed or not m.seen:
        m.kept = x
    m.seen = True
    m.bValueChanged = changed
    m.bNewResult = changed
    m.nCount += changed
    m.fbTimeLastEvent = m.tTimestamp if changed else m.fbTimeLastEvent
    return 0


class FB_ALY_DetectValueChange_1Ch(SingleChannelBlock, TimedBlock, PersistentBlock, category="Compare"):
    """Tells when the channel differs from its value at the latest change by more than a tolerance, and counts.

    Sources: manual TF3510 EN 1.5.0 pp. 204-207 (InfoSys 13728626699, 13728719883), Workbench 13716260235.

    Documented: the band lies around the value at the latest change, so that a slow drift is found once it leaves the
    band; bValueChanged is TRUE in the call of a change, nCount grows by 1, fbTimeLastEvent takes its time.
    Chosen: the first call, also after a restart, shows where the channel stands and is no change; a value on the border
    of the band is none; bNewResult equals bValueChanged.
    """

    step = step
    counters = ("nCount",)
    example = {"fTolerance": 0.1}

    bValueChanged: BOOL = output("the value has changed")
    nCount: ULINT = output("number of changes")
    fbTimeLastEvent: FB_ALY_DateTime = output("time of the latest change")

    tolerance: LREAL = config("half the width of the band")

    seen: BOOL = state("there is a value to compare with")
    kept: LREAL = state("value at the latest change")

    @method
    def Configure(self, fTolerance: LREAL) -> BOOL:
        """Takes the tolerance and starts anew.

        Parameters
        ----------
        fTolerance
            largest difference that is no change; finite and not negative

        Notes
        -----
        Errors: 16#201A tolerance invalid.
        """
        if not 0 <= fTolerance < math.inf:
            return self._finish(0x201A, f"fTolerance = {fTolerance}, it has to be finite and not negative")
        self._allocate()
        self._m.tolerance = fTolerance
        return self._configured()

    def _resume(self) -> None:
        super()._resume()
        self._m.seen = False

    @cyclic
    def Call(self, tTimestamp: ULINT) -> BOOL:
        """Looks for a change. Errors: 16#3007 not configured, 16#3006 no time, 16#3003 time or value not usable."""
