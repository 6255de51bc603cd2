"""FB_ALY_ProductivityDiagnosis_3Ch: pieces per time against a target, from single production cycles."""

from typing import Any

from alycat.runtime.block import cyclic, method
from alycat.runtime.declare import config, output, state
from alycat.runtime.iec import BOOL, LREAL, LTIME, UDINT, ULINT
from alycat.runtime.kernel import int64, kernel
from alycat.runtime.memory import f64

from ..conditions import NumberedConditionBlock, TimedBlock, bad_call, becomes_met, is_met
from ..system.timespan import FB_ALY_Timespan
from ..types import E_ALY_ComparisonOperator, ST_ALY_Threshold


@kernel
def share(target_ns: float, pieces: int, span: int, present: float) -> float:
    """Pieces within a span relative to the target time per piece, in percent; the present value for no time."""
    return 100.0 * target_ns * float(pieces) / float(span) if span > 0 else present


@kernel
def step(m: Any) -> int:
    code = bad_call(m, 3)
    if code != 0:
        return code
    t = m.tTimestamp
    m.last_ns = t
    x = f64(m, m.x, 3)
    level = is_met(m, 0, 3, x[0])
    starts = becomes_met(m, 1, 3, x[1])
    stops = becomes_met(m, 2, 3, x[2])
    m.bCycleFinished = False
    m.bNewResult = False
    if m.bProducing:
        m.fbElapsedTime = int64(t - m.began_ns)
        if m.in_cycle and stops:
            m.in_cycle = False
            m.bCycleFinished = True
            m.bNewResult = True
            m.nProductionCycles += 1
            m.fProductivityLastCycle = share(m.target_ns, 1, int64(t - m.cycle_ns), m.fProductivityLastCycle)
        m.fExpectedProductivity = share(
            m.target_ns, int64(m.nProductionCycles), int64(m.fbElapsedTime), m.fExpectedProductivity
        )
        if not level:
            m.bProducing = False
            m.in_cycle = False
            m.bNewResult = True
            m.fProductivity = share(m.target_ns, int64(m.nProductionCycles), int64(m.fbElapsedTime), m.fProductivity)
    elif level:
        m.bProducing = True
        m.began_ns = t
        m.fbElapsedTime = 0
        m.nProductionCycles = 0
        m.fExpectedProductivity = 0.0
    if m.bProducing and starts:
        m.in_cycle = True
        m.cycle_ns = t
    return 0


class FB_ALY_ProductivityDiagnosis_3Ch(NumberedConditionBlock, TimedBlock, category="Base"):
    """Compares the pieces of a production interval with a target rate; each production cycle is one piece.

    Sources: manual TF3510 EN 1.5.0 pp. 86-90 (InfoSys 6776617483, 6792681611, 6792683531, 6792685451), Workbench
    5540309387.

    Documented: channel 1 (level) opens and closes the production interval, an edge of channel 2 starts a cycle, one of
    channel 3 ends it; all values in percent; fProductivity is computed when the interval closes, from its finished
    cycles; fProductivityLastCycle compares the last cycle with the target time per piece, breaks between cycles aside.
    Chosen: the target time per piece is tProductionTime / nNumProducedPieces; fExpectedProductivity is the rate of the
    running interval up to this call, which is what its time gives when extrapolated to the target number; a cycle that
    starts again starts anew, an end without a start is none; a cycle that ends in the call that closes the interval
    counts; outputs stay while nothing is produced, the next interval begins with 0 cycles; bNewResult tells of a
    finished cycle and of a closed interval; what `alycat.blocks.conditions` lists.
    """

    drawn_with = {"fProductivity": ("fProductivityLastCycle", "fExpectedProductivity")}
    step = step
    channel_count = 3
    example = {
        "stThreshold": ST_ALY_Threshold(E_ALY_ComparisonOperator.GreaterThan, 0.5),
        "nNumProducedPieces": 40,
        "tProductionTime": 3600 * 10**9,
    }

    bProducing: BOOL = output("a production interval is running")
    bCycleFinished: BOOL = output("TRUE in the call that finished a production cycle")
    fProductivity: LREAL = output("productivity of the last closed interval, percent")
    fProductivityLastCycle: LREAL = output("productivity of the last cycle, percent")
    fExpectedProductivity: LREAL = output("extrapolated productivity of the running interval, percent")
    fbElapsedTime: FB_ALY_Timespan = output("time since the production interval started")
    nProductionCycles: ULINT = output("finished cycles of the production interval")
    target_ns: LREAL = config("time per piece")
    began_ns: ULINT = state("when the interval started")
    cycle_ns: ULINT = state("when the cycle started")
    in_cycle: BOOL = state("a cycle is running")

    @method
    def ConfigureChannel(self, nChannel: UDINT, stThreshold: ST_ALY_Threshold) -> BOOL:
        """Stores the condition of a channel; it takes effect with Configure.

        Parameters
        ----------
        nChannel
            1: is producing (level), 2: start of a cycle (edge), 3: end of a cycle (edge)

        Notes
        -----
        Errors: 16#3003 no such channel, 16#2007 no comparison operator, 16#201A threshold not finite.
        """
        return self._store_channel_condition(nChannel, stThreshold, "stThreshold")

    @method
    def Configure(self, nNumProducedPieces: ULINT, tProductionTime: LTIME) -> BOOL:
        """Takes over what ConfigureChannel stored and starts anew.

        Parameters
        ----------
        nNumProducedPieces
            target number of pieces within tProductionTime
        tProductionTime
            time in which that number is to be produced

        Notes
        -----
        Errors: 16#200D number 0, 16#200F time 0 or too long, 16#2022 a condition is missing.
        """
        if nNumProducedPieces == 0:
            return self._finish(0x200D, "nNumProducedPieces = 0, at least 1 is needed")
        if self._interval_refused(tProductionTime=tProductionTime) or self._conditions_missing():
            return False
        return self._start(target_ns=tProductionTime / nNumProducedPieces)

    @cyclic
    def Call(self, tTimestamp: ULINT) -> BOOL:
        """Follows the production. Errors: 16#3007 not configured, 16#3006 no time, 16#3003 input not usable."""
