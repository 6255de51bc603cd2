"""FB_ALY_LifetimeAnalysis_1Ch: used and remaining time of a component."""

from typing import Any

from alycat.runtime.block import cyclic, method
from alycat.runtime.declare import config, output, state
from alycat.runtime.iec import BOOL, LINT, LTIME, ULINT
from alycat.runtime.kernel import kernel
from alycat.runtime.memory import f64

from ..conditions import LONGEST, LevelBlock, PersistentBlock, TimedBlock, bad_call, is_met, time_passed
from ..system.timespan import FB_ALY_Timespan
from ..types import E_ALY_ComparisonOperator, ST_ALY_Threshold


@kernel
def step(m: Any) -> int:
    code = bad_call(m, 1)
    if code != 0:
        return code
    span = time_passed(m)
    used = m.in_use and span > 0
    if used:
        m.fbLifetimeElapsed += span
        m.fbLifetimeRemaining = m.estimated - m.fbLifetimeElapsed
    m.bNewResult = used
    m.in_use = is_met(m, 0, 1, f64(m, m.x, 1)[0])
    return 0


class FB_ALY_LifetimeAnalysis_1Ch(LevelBlock, TimedBlock, PersistentBlock, category="Base"):
    """Sums the time in which a component is in use, and tells what remains of its estimated lifetime.

    Sources: manual TF3510 EN 1.5.0 pp. 67-70 (InfoSys 6776607115, 6792276747, 6792291467), Workbench 4946533003.

    Documented: lifetime is used up while the condition holds; what remains is the estimate minus what elapsed.
    Chosen: the remaining time becomes negative beyond the estimate; bNewResult is TRUE in a call that used up time;
    what `alycat.blocks.conditions` lists.
    """

    drawn_with = {"fbLifetimeElapsed": ("tLifetimeEstimated",)}
    step = step
    counters = ("fbLifetimeElapsed",)
    example = {
        "stThresholdLevel": ST_ALY_Threshold(E_ALY_ComparisonOperator.GreaterThan, 0.5),
        "tLifetimeEstimated": 10_000 * 3600 * 10**9,
    }

    fbLifetimeElapsed: FB_ALY_Timespan = output("used part of the lifetime")
    fbLifetimeRemaining: FB_ALY_Timespan = output("expected remaining lifetime")
    estimated: LINT = config("ns")
    in_use: BOOL = state("the condition held in the call before")

    @method
    def Configure(self, tLifetimeEstimated: LTIME) -> BOOL:
        """Takes over what ConfigureChannel stored and starts with a new component.

        Parameters
        ----------
        tLifetimeEstimated
            estimated lifetime

        Notes
        -----
        Errors: 16#200F estimate 0 or too long, 16#2022 no condition was stored.
        """
        if self._interval_refused(tLifetimeEstimated=tLifetimeEstimated) or self._conditions_missing():
            return False
        return self._start(estimated=tLifetimeEstimated)

    def _begin(self) -> None:
        self._m.fbLifetimeRemaining = self._m.estimated

    @method
    def SetInitial(self, tLifetimeElapsed: LTIME) -> BOOL:
        """Goes on with a component that is not new; 16#3007 before Configure, 16#300A a time beyond LINT.

        Parameters
        ----------
        tLifetimeElapsed
            lifetime that elapsed already
        """
        if not self._m.bConfigured:
            return self._finish(0x3007)
        if tLifetimeElapsed > LONGEST:
            return self._finish(0x300A, f"tLifetimeElapsed = {tLifetimeElapsed} ns, at most {LONGEST} is allowed")
        self._m.fbLifetimeElapsed = tLifetimeElapsed
        self._m.fbLifetimeRemaining = self._m.estimated - tLifetimeElapsed
        return self._finish(0)

    @cyclic
    def Call(self, tTimestamp: ULINT) -> BOOL:
        """Books the time. Errors: 16#3007 not configured, 16#3006 no time, 16#3003 time or value not usable."""
