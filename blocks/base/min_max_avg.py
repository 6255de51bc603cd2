"""FB_ALY_MinMaxAvg: extremes and averages of several channels since the start, each and over all."""

from typing import Any

from alycat.runtime.block import ChannelBlock, cyclic, method
from alycat.runtime.declare import buffer, fb_init, output, state
from alycat.runtime.iec import BOOL, LREAL, PVOID, UDINT, ULINT
from alycat.runtime.kernel import int64, kernel
from alycat.runtime.memory import f64

from ..checks import wrong_value
from ..conditions import TimedBlock, bad_time
from ..system.datetime import FB_ALY_DateTime
from ..windows import LARGEST, add

STATISTICS = ("least", "most", "average")


@kernel
def step(m: Any) -> int:
    n = int64(m.nNumChannels)
    x, sums, rests = f64(m, m.x, n), f64(m, m.sums, n), f64(m, m.rests, n)
    for c in range(n):
        code = wrong_value(x[c], LARGEST)
        if code != 0:
            return code
    code = bad_time(m)
    if code != 0:
        return code
    least, most, average = f64(m, m.least, n), f64(m, m.most, n), f64(m, m.average, n)
    first = m.count == 0
    m.count += 1
    high, low = 0.0, 0.0
    for c in range(n):
        value = x[c]
        if first or value < least[c]:
            least[c] = value
        if first or value > most[c]:
            most[c] = value
        if (first and c == 0) or value < m.fOverallMin:
            m.fOverallMin = value
            m.fbTimeOverallMin = m.tTimestamp
        if (first and c == 0) or value > m.fOverallMax:
            m.fOverallMax = value
            m.fbTimeOverallMax = m.tTimestamp
        sums[c], rests[c] = add(sums[c], rests[c], value)
        average[c] = (sums[c] + rests[c]) / m.count
        high, low = add(high, low, average[c])
    m.fOverallAvg = (high + low) / n
    m.fResult = m.fOverallAvg
    m.last_ns = m.tTimestamp
    m.bNewResult = True
    return 0


class FB_ALY_MinMaxAvg(ChannelBlock, TimedBlock, category="Base"):
    """Minimum, maximum and average of each channel and over all channels, from the start of the analysis.

    Sources: InfoSys 20826094091, 20827618187, Workbench 20825998347. The block is newer than the manual 1.5.0.

    Documented: outputs; the statistics of FB_ALY_MinMaxAvg_1Ch per channel, and overall ones; GetChannelOutputArray
    with 1 minima, 2 maxima, 3 averages.

    Chosen, where the pages are silent: FB_init has nNumChannels like its siblings; fResult, which only the syntax box
    names, repeats fOverallAvg; the rest as in FB_ALY_MinMaxAvg_1Ch.
    """

    picture = "bands"
    step = step
    largest_value = LARGEST

    nNumChannels: UDINT = fb_init(2, "number of input channels")

    fResult: LREAL = output("average of all input values, as fOverallAvg")
    fOverallMin: LREAL = output("minimum of all input values")
    fOverallMax: LREAL = output("maximum of all input values")
    fOverallAvg: LREAL = output("average of all input values")
    fbTimeOverallMin: FB_ALY_DateTime = output("time of fOverallMin")
    fbTimeOverallMax: FB_ALY_DateTime = output("time of fOverallMax")

    count: ULINT = state("calls so far")

    least: LREAL = buffer("minimum of each channel")
    most: LREAL = buffer("maximum of each channel")
    average: LREAL = buffer("average of each channel")
    sums: LREAL = buffer()
    rests: LREAL = buffer("what rounding took from the sums")

    def _counts(self) -> dict[str, int]:
        return super()._counts() | dict.fromkeys(("least", "most", "average", "sums", "rests"), self._n)

    @cyclic
    def Call(self, tTimestamp: ULINT) -> BOOL:
        """Takes the values of all channels.

        Errors: 16#3006 tTimestamp = 0; 16#3003 tTimestamp before that of the call before, a channel that was never
        set, or a NaN or infinite value; 16#300A a value beyond +-1e290.
        """

    @method
    def GetChannelOutputArray(self, nChannel: UDINT, pArrayOut: PVOID, nArrayOutSize: UDINT) -> BOOL:
        """Copies one element per input channel to an array of LREAL.

        Parameters
        ----------
        nChannel
            1: minima, 2: maxima, 3: averages
        pArrayOut
            numpy array of nNumChannels LREAL
        nArrayOutSize
            its size in bytes

        Notes
        -----
        Errors: 16#3010 nChannel outside 1..3, 16#3002 no array, 16#3004 a size that does not fit, 16#3011 an array of
        another type.
        """
        if not 1 <= nChannel <= len(STATISTICS):
            return self._finish(0x3010, f"nChannel = {nChannel}, allowed are 1..{len(STATISTICS)}")
        if pArrayOut is not None and pArrayOut.dtype != float:
            return self._finish(0x3011, f"pArrayOut: elements of type {pArrayOut.dtype}, LREAL is needed")
        return self._copy_out("pArrayOut", pArrayOut, nArrayOutSize, self._buffer(STATISTICS[nChannel - 1]))
