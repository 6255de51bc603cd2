"""FB_ALY_WtTurbulence_1Ch: mean wind speed and turbulence over consecutive intervals."""

import math
from typing import Any

from alycat.runtime.block import SingleChannelBlock, cyclic, method
from alycat.runtime.declare import buffer, config, output
from alycat.runtime.iec import BOOL, LINT, LREAL, UDINT, ULINT
from alycat.runtime.kernel import kernel
from alycat.runtime.memory import f64, i64

from ..conditions import TimedBlock, bad_sample
from ..windows import COUNT, FIRST, HEAD, LARGEST_SQUARED, SUM, gather_distance, variance


@kernel
def step(m: Any) -> int:
    x = f64(m, m.x, 1)[0]
    code = bad_sample(m, x, LARGEST_SQUARED)
    if code != 0:
        return code
    w, k = f64(m, m.sums, HEAD), i64(m, m.sums, HEAD)
    gather_distance(w, k, x, True)
    m.bNewResult = k[COUNT] == m.cycles
    if m.bNewResult:
        m.fMean = w[FIRST] + (w[SUM] + w[SUM + 1]) / float(m.cycles)
        m.fTurbulence = math.sqrt(variance(w, m.cycles))
        m.fTurbulenceIntensity = m.fTurbulence / m.fMean if m.fMean != 0.0 else 0.0
        k[COUNT] = 0
    m.last_ns = m.tTimestamp
    return 0


class FB_ALY_WtTurbulence_1Ch(SingleChannelBlock, TimedBlock, category="Specific"):
    """Mean, turbulence and turbulence intensity of a wind speed, after EN 61400-1.

    Sources: manual TF3510 EN 1.5.0 pp. 300-302 (InfoSys 6776689547, 6906915211), Workbench 5785178507.

    Documented: the outputs are renewed together when the interval has passed, by the standard ten minutes; nNumCycles
    says how many calls that is; turbulence is the standard deviation, its intensity the turbulence by the mean.
    Chosen, as the manual is silent: the intervals follow each other without overlap; the standard deviation divides by
    the number of values; the intensity is a ratio, not a percentage, and 0 for a mean of 0; a wind speed that stands
    still, such as that of a frozen sensor, has a turbulence of exactly 0. Values beyond +-1e140 are refused (16#300A).
    Sums are kept as pairs, so that long intervals cost no digits.
    """

    step = step
    largest_value = LARGEST_SQUARED
    example = {"nNumCycles": 60_000}

    fMean: LREAL = output("mean wind speed of the last interval")
    fTurbulence: LREAL = output("its standard deviation")
    fTurbulenceIntensity: LREAL = output("standard deviation by mean")

    cycles: LINT = config("calls of an interval")
    sums: LREAL = buffer("window of the running interval")

    @method
    def Configure(self, nNumCycles: UDINT) -> BOOL:
        """Takes the length of the interval and starts anew.

        Parameters
        ----------
        nNumCycles
            calls in an interval, such as 60 000 for ten minutes at 10 ms; at least 1

        Notes
        -----
        Errors: 16#200D nNumCycles is 0.
        """
        if nNumCycles == 0:
            return self._finish(0x200D, "nNumCycles = 0, at least 1 is needed")
        return self._start({"sums": HEAD}, cycles=nNumCycles)

    @cyclic
    def Call(self, tTimestamp: ULINT) -> BOOL:
        """Takes the value. Errors: 16#3007 not configured, 16#3006 no time, 16#3003 time or value not usable."""
