"""FB_ALY_MinMaxAvg_1Ch: extremes and average of one channel since the start."""

from typing import Any

from alycat.runtime.block import SingleChannelBlock, cyclic
from alycat.runtime.declare import output, state
from alycat.runtime.iec import BOOL, LREAL, ULINT
from alycat.runtime.kernel import kernel
from alycat.runtime.memory import f64

from ..conditions import PersistentBlock, TimedBlock, bad_sample
from ..system.datetime import FB_ALY_DateTime
from ..windows import LARGEST, add


@kernel
def step(m: Any) -> int:
    x = f64(m, m.x, 1)[0]
    code = bad_sample(m, x, LARGEST)
    if code != 0:
        return code
    high, low = add(m.sum, m.rest, x)
    if m.count == 0 or x < m.fMin:
        m.fMin = x
        m.fbTimeMin = m.tTimestamp
    if m.count == 0 or x > m.fMax:
        m.fMax = x
        m.fbTimeMax = m.tTimestamp
    m.sum, m.rest = high, low
    m.count += 1
    m.fAvg = (high + low) / m.count
    m.last_ns = m.tTimestamp
    m.bNewResult = True
    return 0


class FB_ALY_MinMaxAvg_1Ch(SingleChannelBlock, TimedBlock, PersistentBlock, category="Base"):
    """Minimum, maximum and average of one channel from the start of the analysis up to the present call.

    Sources: manual TF3510 EN 1.5.0 pp. 71-73 (InfoSys 6776609035), Workbench 4946534923.

    Documented: every call includes the present value; the times belong to minimum and maximum; there is no Configure.

    Chosen, where the manual is silent: the block is ready from the start (bConfigured TRUE); the average is the
    arithmetic mean over the calls, whatever their distance in time; of equal extremes the first one keeps its time;
    Reset starts anew. Values beyond +-1e290 are refused (16#300A).
    """

    picture = "bands"
    step = step
    largest_value = LARGEST

    fMin: LREAL = output("minimum of the input values")
    fMax: LREAL = output("maximum of the input values")
    fAvg: LREAL = output("average of the input values")
    fbTimeMin: FB_ALY_DateTime = output("time of the minimum")
    fbTimeMax: FB_ALY_DateTime = output("time of the maximum")

    sum: LREAL = state()
    rest: LREAL = state("what rounding took from the sum")
    count: ULINT = state("values so far")

    @cyclic
    def Call(self, tTimestamp: ULINT) -> BOOL:
        """Takes the value of the channel.

        Errors: 16#3006 tTimestamp = 0; 16#3003 tTimestamp before that of the call before, a channel that was never
        set, or a NaN or infinite value; 16#300A a value beyond +-1e290.
        """
