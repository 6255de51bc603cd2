"""FB_ALY_LifecycleAnalysis_1Ch: used and remaining switching cycles of a component."""

from typing import Any

from alycat.runtime.block import cyclic, method
from alycat.runtime.declare import config, output
from alycat.runtime.iec import BOOL, LINT, ULINT
from alycat.runtime.kernel import int64, kernel
from alycat.runtime.memory import f64

from ..conditions import EdgeBlock, PersistentBlock, bad_values, becomes_met
from ..types import E_ALY_ComparisonOperator, ST_ALY_Threshold

MOST_CYCLES = 2**63 - 1  # nCyclesRemaining is a LINT


@kernel
def step(m: Any) -> int:
    code = bad_values(m, 1)
    if code != 0:
        return code
    edge = becomes_met(m, 0, 1, f64(m, m.x, 1)[0])
    m.bNewResult = edge
    m.nCyclesElapsed += edge
    m.nCyclesRemaining = m.estimated - int64(m.nCyclesElapsed)
    return 0


class FB_ALY_LifecycleAnalysis_1Ch(EdgeBlock, PersistentBlock, category="Base"):
    """Counts the switching cycles of a component, and tells how many remain of the estimated ones.

    Sources: manual TF3510 EN 1.5.0 pp. 64-66 (InfoSys 6776592395, 6792191755), Workbench 4946531083.

    Documented: each event is a cycle; what remains is the estimate minus what elapsed. Call takes no time stamp.
    Chosen: the remaining number becomes negative beyond the estimate; what `alycat.blocks.conditions` lists.
    """

    drawn_with = {"nCyclesElapsed": ("nCyclesEstimated",)}
    step = step
    counters = ("nCyclesElapsed",)
    example = {
        "stThresholdEdge": ST_ALY_Threshold(E_ALY_ComparisonOperator.GreaterThan, 0.5),
        "nCyclesEstimated": 1_000_000,
    }

    nCyclesElapsed: ULINT = output("elapsed cycles")
    nCyclesRemaining: LINT = output("remaining cycles")
    estimated: LINT = config()

    @method
    def Configure(self, nCyclesEstimated: ULINT) -> BOOL:
        """Takes over what ConfigureChannel stored and starts with a new component.

        Parameters
        ----------
        nCyclesEstimated
            estimated cycles of the component

        Notes
        -----
        Errors: 16#200D estimate 0 or beyond LINT, 16#2022 no condition was stored.
        """
        if not 0 < nCyclesEstimated <= MOST_CYCLES:
            return self._finish(0x200D, f"nCyclesEstimated = {nCyclesEstimated}, allowed are 1..{MOST_CYCLES}")
        if self._conditions_missing():
            return False
        return self._start(estimated=nCyclesEstimated)

    def _begin(self) -> None:
        self._m.nCyclesRemaining = self._m.estimated

    @method
    def SetInitial(self, nCyclesElapsed: ULINT) -> BOOL:
        """Goes on with a component that is not new; 16#3007 before Configure, 16#300A a number beyond LINT.

        Parameters
        ----------
        nCyclesElapsed
            cycles that elapsed already
        """
        if not self._m.bConfigured:
            return self._finish(0x3007)
        if nCyclesElapsed > MOST_CYCLES:
            return self._finish(0x300A, f"nCyclesElapsed = {nCyclesElapsed}, at most {MOST_CYCLES} is allowed")
        self._m.nCyclesElapsed = nCyclesElapsed
        self._m.nCyclesRemaining = self._m.estimated - nCyclesElapsed
        return self._finish(0)

    @cyclic
    def Call(self) -> BOOL:
        """Looks for an edge. Errors: 16#3007 not configured, 16#3003 value not usable."""
