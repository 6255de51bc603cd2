"""FB_ALY_SlopeAnalysis_1Ch: slope between the present value and one some calls before."""

from typing import Any

from alycat.runtime.block import SingleChannelBlock, cyclic, method
from alycat.runtime.declare import buffer, config, output, state
from alycat.runtime.iec import BOOL, LINT, LREAL, UDINT, ULINT
from alycat.runtime.kernel import kernel, uint64
from alycat.runtime.memory import f64, u64

from ..conditions import PersistentBlock, TimedBlock, bad_sample
from ..system.datetime import FB_ALY_DateTime
from ..system.timespan import FB_ALY_Timespan
from ..windows import LARGEST

LONGEST_NS = uint64(2**63 - 1)
OUT_OF_RANGE = 0x300A


@kernel
def step(m: Any) -> int:
    x = f64(m, m.x, 1)[0]
    code = bad_sample(m, x, LARGEST)
    if code != 0:
        return code
    distance = m.distance
    values, times = f64(m, m.values, distance), u64(m, m.times, distance)
    place = m.place
    now = m.tTimestamp
    elapsed = now - times[place]
    m.bNewResult = m.full and elapsed > 0
    if m.bNewResult:
        delta = x - values[place]
        slope = delta / float(elapsed) * 1e9
        if elapsed > LONGEST_NS or not slope - slope == 0.0:
            return OUT_OF_RANGE
        middle = now
        if distance > 1:
            at = place - distance // 2
            middle = times[at + distance if at < 0 else at]
        if not m.has_slope or slope < m.fSlopeMin:
            m.fSlopeMin = slope
            m.fbTimeSlopeMin = middle
        if not m.has_slope or slope > m.fSlopeMax:
            m.fSlopeMax = slope
            m.fbTimeSlopeMax = middle
        m.has_slope = True
        m.fSlope, m.fDeltaValue = slope, delta
        m.fbDeltaTime = elapsed
        m.fbTimeSlope = middle
    values[place] = x
    times[place] = now
    m.place = 0 if place + 1 == distance else place + 1
    m.full = m.full or m.place == 0
    m.last_ns = now
    return 0


class FB_ALY_SlopeAnalysis_1Ch(SingleChannelBlock, TimedBlock, PersistentBlock, category="Math"):
    """Slope between the present value and the value nNumValues calls before, and its extremes.

    Sources: manual TF3510 EN 1.5.0 pp. 251-254 (InfoSys 6776685707, 6905122059), Workbench 4946636683.

    Documented: fDeltaValue and fbDeltaTime are the differences of values and times, fSlope their quotient per second;
    the slope belongs to the centre of both times, for an odd nNumValues to the value directly after the centre; the
    times of minimum and maximum are those of their last update.

    Chosen, where the manual is silent: the first nNumValues calls have no new result and outputs of 0; of equal
    extremes the first one keeps its time; two values at the same time have no slope, so such a call has no new result
    and changes no output, but its value is kept; a slope outside LREAL and values beyond +-1e290 are refused (16#300A).
    """

    step = step
    largest_value = LARGEST
    example = {"nNumValues": 200}

    fSlope: LREAL = output("present slope, per second")
    fSlopeMin: LREAL = output("smallest slope so far")
    fSlopeMax: LREAL = output("largest slope so far")
    fDeltaValue: LREAL = output("difference of both values")
    fbDeltaTime: FB_ALY_Timespan = output("difference of both times")
    fbTimeSlope: FB_ALY_DateTime = output("time the slope belongs to")
    fbTimeSlopeMin: FB_ALY_DateTime = output("that time of the smallest slope")
    fbTimeSlopeMax: FB_ALY_DateTime = output("that time of the largest slope")

    distance: LINT = config("calls between both values")

    place: LINT = state("of the oldest value, where the next one goes")
    full: BOOL = state("the ring is full")
    has_slope: BOOL = state("a slope was calculated")

    values: LREAL = buffer()
    times: ULINT = buffer()

    @method
    def Configure(self, nNumValues: UDINT) -> BOOL:
        """Takes the distance and starts empty.

        Parameters
        ----------
        nNumValues
            calls between the two values; at least 1

        Notes
        -----
        Errors: 16#200D number of values invalid, 16#2001 too much memory.
        """
        if nNumValues == 0:
            return self._finish(0x200D, "nNumValues = 0, at least 1 is needed")
        return self._start({"values": nNumValues, "times": nNumValues}, distance=nNumValues)

    def _resume(self) -> None:
        super()._resume()
        self._m.full, self._m.place = False, 0

    @cyclic
    def Call(self, tTimestamp: ULINT) -> BOOL:
        """Takes the value of the channel.

        Errors: 16#3007 before a successful Configure; 16#3006 tTimestamp = 0; 16#3003 tTimestamp before that of the
        call before, a channel that was never set, or a NaN or infinite value;
        16#300A a value beyond +-1e290 or a slope outside LREAL.
        """
