"""FB_ALY_MovingAvg_1Ch: average, minimum and maximum of the latest values."""

from typing import Any

from alycat.runtime.block import SingleChannelBlock, cyclic, method
from alycat.runtime.declare import buffer, config, output
from alycat.runtime.iec import BOOL, LINT, LREAL, UDINT
from alycat.runtime.kernel import kernel
from alycat.runtime.memory import f64, i64

from ..checks import wrong_value
from ..types import E_ALY_MovingAvgStartupBehaviour
from ..windows import (
    COUNT,
    HEAD,
    LARGEST,
    LEAST,
    MOST,
    SUM,
    add,
    product,
    push,
    slide_extremes,
    slide_sum,
    window_words,
)

ZERO_PADDING = int(E_ALY_MovingAvgStartupBehaviour.ZeroPadding)
WAIT_UNTIL_FILLED = int(E_ALY_MovingAvgStartupBehaviour.WaitUntilFilled)
AVG_OVER_EXISTING = int(E_ALY_MovingAvgStartupBehaviour.AvgOverExisting)


@kernel
def step(m: Any) -> int:
    x = f64(m, m.x, 1)[0]
    code = wrong_value(x, LARGEST)
    if code != 0:
        return code
    length = m.length
    w, k = f64(m, m.window, m.words), i64(m, m.window, m.words)
    slide_extremes(w, k, length, x)
    slide_sum(w, k, length, x)
    push(w, k, length, x)
    count = k[COUNT]
    m.bNewResult = count == length or m.startup != WAIT_UNTIL_FILLED
    if not m.bNewResult:
        return 0
    least, most, high, low = w[LEAST], w[MOST], w[SUM], w[SUM + 1]
    if count < length:
        if m.startup == AVG_OVER_EXISTING:
            length = count
        else:
            missing = 0.0 if m.startup == ZERO_PADDING else w[HEAD]  # the first value has the first place
            least, most = min(least, missing), max(most, missing)
            part, error = product(missing, float(length - count))
            high, low = add(high, low + error, part)
    m.fMovingAvg = (high + low) / length
    m.fMovingMin, m.fMovingMax = least, most
    return 0


class FB_ALY_MovingAvg_1Ch(SingleChannelBlock, category="Base"):
    """Average, minimum and maximum of the latest nNumValues values.

    Sources: manual TF3510 EN 1.5.0 pp. 77-79 and 430 (InfoSys 6776612875, 6792537227, 6899584011).

    Documented: the window and the four start-up behaviours; Call has no time stamp.

    Chosen, where the manual is silent: the start-up behaviour holds for minimum and maximum as well; with
    WaitUntilFilled bNewResult is FALSE and the outputs stay 0 until the window is full; otherwise every call has a new
    result. Values beyond +-1e290 are refused (16#300A).

    Cost: the same in every call, whatever nNumValues is.
    """

    picture = "bands"
    step = step
    largest_value = LARGEST
    example = {"nNumValues": 100, "eStartupBehaviour": E_ALY_MovingAvgStartupBehaviour.AvgOverExisting}

    fMovingAvg: LREAL = output("average of the latest nNumValues values")
    fMovingMin: LREAL = output("minimum of them")
    fMovingMax: LREAL = output("maximum of them")

    length: LINT = config("values of a full window")
    words: LINT = config("elements of the window's buffer")
    startup: LINT = config("start-up behaviour")

    window: LREAL = buffer()

    @method
    def Configure(self, nNumValues: UDINT, eStartupBehaviour: E_ALY_MovingAvgStartupBehaviour) -> BOOL:
        """Takes the window and starts empty.

        Parameters
        ----------
        nNumValues
            values of a full window; at least 1
        eStartupBehaviour
            while values are missing: ZeroPadding, UseFirstValue, WaitUntilFilled, AvgOverExisting

        Notes
        -----
        Errors: 16#200D number of values invalid, 16#200B start-up behaviour invalid, 16#2001 too much memory.
        """
        if nNumValues == 0:
            return self._finish(0x200D, "nNumValues = 0, at least 1 is needed")
        if eStartupBehaviour == E_ALY_MovingAvgStartupBehaviour.NotInitialized:
            return self._finish(0x200B, "eStartupBehaviour is NotInitialized")
        words = window_words(nNumValues)
        return self._start({"window": words}, length=nNumValues, words=words, startup=eStartupBehaviour)

    @cyclic
    def Call(self) -> BOOL:
        """Takes the value of the channel.

        Errors: 16#3007 before a successful Configure; 16#3003 a channel that was never set, or a NaN or infinite
        value; 16#300A a value beyond +-1e290.
        """
