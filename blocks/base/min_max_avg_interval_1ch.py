"""FB_ALY_MinMaxAvgInterval_1Ch: extremes and average per time interval."""

from typing import Any

from alycat.runtime.block import SingleChannelBlock, cyclic, method
from alycat.runtime.declare import config, output, state
from alycat.runtime.iec import BOOL, LINT, LREAL, LTIME, ULINT
from alycat.runtime.kernel import kernel
from alycat.runtime.memory import f64

from ..conditions import PausableBlock, bad_sample, time_run
from ..system.datetime import FB_ALY_DateTime
from ..system.timespan import FB_ALY_Timespan
from ..windows import LARGEST, add


@kernel
def step(m: Any) -> int:
    x = f64(m, m.x, 1)[0]
    code = bad_sample(m, x, LARGEST)
    if code != 0:
        return code
    m.elapsed += time_run(m)
    m.running = True
    m.bNewResult = m.elapsed >= m.interval
    if m.bNewResult:
        m.elapsed %= m.interval
        m.fMin, m.fMax = m.least, m.most
        m.fAvg = (m.sum + m.rest) / m.count
        m.fbTimeMin, m.fbTimeMax = m.least_ns, m.most_ns
        m.sum, m.rest = 0.0, 0.0
        m.count = 0
    if m.count == 0 or x < m.least:
        m.least = x
        m.least_ns = m.tTimestamp
    if m.count == 0 or x > m.most:
        m.most = x
        m.most_ns = m.tTimestamp
    m.sum, m.rest = add(m.sum, m.rest, x)
    m.count += 1
    m.fbTimeCurrentInterval = m.elapsed
    return 0


class FB_ALY_MinMaxAvgInterval_1Ch(SingleChannelBlock, PausableBlock, category="Base"):
    """Minimum, maximum and average of the interval that ended last; the outputs change only when one ends.

    Sources: manual TF3510 EN 1.5.0 pp. 73-76 (InfoSys 6776610955, 6792449675), Workbench 4946536843.

    Documented: the values are those of the last finished interval; the calculation restarts when the time has elapsed;
    Pause stops the clock of the interval until the next Call; fbTimeCurrentInterval is the time elapsed.

    Chosen, where the manual is silent: the first interval begins with the first call; an interval includes its
    beginning and not its end, so a value with the time at which it ends opens the next one; intervals follow each other
    without a gap, so after a late call fbTimeCurrentInterval begins with what lies beyond the end; when several have
    elapsed between two calls, the one that has values is published and the empty ones are skipped; bNewResult is TRUE
    in the call that publishes; before that all outputs are 0; of equal extremes the first one keeps its time.
    """

    picture = "bands"
    step = step
    largest_value = LARGEST
    example = {"tInterval": "20s"}

    fMin: LREAL = output("minimum of the interval that ended last")
    fMax: LREAL = output("maximum of the interval that ended last")
    fAvg: LREAL = output("average of the interval that ended last")
    fbTimeMin: FB_ALY_DateTime = output("time of that minimum")
    fbTimeMax: FB_ALY_DateTime = output("time of that maximum")
    fbTimeCurrentInterval: FB_ALY_Timespan = output("elapsed time of the present interval")

    interval: LINT = config("ns")

    count: ULINT = state("values of the present interval")
    sum: LREAL = state()
    rest: LREAL = state("what rounding took from the sum")
    least: LREAL = state()
    most: LREAL = state()
    least_ns: ULINT = state()
    most_ns: ULINT = state()

    @method
    def Configure(self, tInterval: LTIME) -> BOOL:
        """Takes the interval and starts anew.

        Parameters
        ----------
        tInterval
            length of an interval; more than 0, less than 292 years

        Notes
        -----
        Errors: 16#200F interval invalid.
        """
        if self._interval_refused(tInterval=tInterval):
            return False
        return self._start(interval=tInterval)

    @cyclic
    def Call(self, tTimestamp: ULINT) -> BOOL:
        """Takes the value of the channel.

        Errors: 16#3007 before a successful Configure; 16#3006 tTimestamp = 0; 16#3003 tTimestamp before that of the
        call before, a channel that was never set, or a NaN or infinite value; 16#300A a value beyond +-1e290.
        """
