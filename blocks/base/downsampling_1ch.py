"""FB_ALY_Downsampling_1Ch: every n-th value."""

from typing import Any

from alycat.runtime.block import SingleChannelBlock, cyclic, method
from alycat.runtime.declare import config, output, state
from alycat.runtime.iec import BOOL, LINT, LREAL, UDINT, ULINT
from alycat.runtime.kernel import kernel
from alycat.runtime.memory import f64

from ..checks import wrong_value
from ..conditions import TimedBlock, bad_time
from ..system.datetime import FB_ALY_DateTime

INFINITE = float("inf")


@kernel
def step(m: Any) -> int:
    x = f64(m, m.x, 1)[0]
    code = wrong_value(x, INFINITE)
    if code == 0:
        code = bad_time(m)
    if code != 0:
        return code
    m.bNewResult = m.phase == 0
    if m.bNewResult:
        m.fOut = x
        m.fbTimeLastSample = m.tTimestamp
    m.phase = 0 if m.phase + 1 == m.factor else m.phase + 1
    m.last_ns = m.tTimestamp
    return 0


class FB_ALY_Downsampling_1Ch(SingleChannelBlock, TimedBlock, category="Base"):
    """Passes on one of nDownsamplingFactor values, without filtering.

    Sources: manual TF3510 EN 1.5.0 pp. 28-30 (InfoSys 8013457547, 8014044427). An overview of the manual calls the
    block FB_ALY_DownsamplingBuffer_1Ch.

    Documented: only every n-th value is kept, 1 keeps all; fbTimeLastSample is the time of the value in fOut.

    Chosen, where the manual is silent: the first call passes its value on, then every n-th after it; bNewResult is TRUE
    in these calls; in between both outputs stay.
    """

    picture = "bands"
    step = step
    example = {"nDownsamplingFactor": 10}

    fOut: LREAL = output("the input at the lower rate")
    fbTimeLastSample: FB_ALY_DateTime = output("time of the value in fOut")

    factor: LINT = config()

    phase: LINT = state("calls since a value was passed on, less 1")

    @method
    def Configure(self, nDownsamplingFactor: UDINT) -> BOOL:
        """Takes the factor and starts anew.

        Parameters
        ----------
        nDownsamplingFactor
            one of so many values is kept; at least 1

        Notes
        -----
        Errors: 16#200D number of values invalid.
        """
        if nDownsamplingFactor == 0:
            return self._finish(0x200D, "nDownsamplingFactor = 0, at least 1 is needed")
        return self._start(factor=nDownsamplingFactor)

    @cyclic
    def Call(self, tTimestamp: ULINT) -> BOOL:
        """Takes the value of the channel.

        Errors: 16#3007 before a successful Configure; 16#3006 tTimestamp = 0; 16#3003 tTimestamp before that of the
        call before, a channel that was never set, or a NaN or infinite value.
        """
