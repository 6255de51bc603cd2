"""FB_ALY_Integrator_1Ch: integral over time by the trapezoidal rule."""

import math
from typing import Any

from alycat.runtime.block import SingleChannelBlock, cyclic, method
from alycat.runtime.declare import config, output, state
from alycat.runtime.iec import BOOL, LREAL, ULINT
from alycat.runtime.kernel import kernel
from alycat.runtime.memory import f64

from ..conditions import PersistentBlock, TimedBlock, bad_sample
from ..types import E_ALY_IntegrationMode
from ..windows import LARGEST_SQUARED, add, product

HALF_NS = 5e-10  # seconds in half a nanosecond


@kernel
def step(m: Any) -> int:
    x = f64(m, m.x, 1)[0]
    code = bad_sample(m, x, LARGEST_SQUARED)
    if code != 0:
        return code
    if m.absolute:
        x = abs(x)
    high, low = m.sum, m.rest
    if m.started:  # twice the area in ns: exact but for the pair's rounding
        height, height_rest = add(x, 0.0, m.last)
        width = float(m.tTimestamp - m.last_ns)
        area, error = product(height, width)
        high, low = add(high, low + (error + height_rest * width), area)
    result = m.factor * ((high + low) * HALF_NS)
    if not result - result == 0.0:
        return 0x300A
    m.sum, m.rest, m.last = high, low, x
    m.started = True
    m.last_ns = m.tTimestamp
    m.fResult = result
    m.bNewResult = True
    return 0


class FB_ALY_Integrator_1Ch(SingleChannelBlock, TimedBlock, PersistentBlock, category="Math"):
    """Integral of the channel over time by the trapezoidal rule, in seconds, times a factor.

    Sources: manual TF3510 EN 1.5.0 pp. 238-241 and 429 (InfoSys 6776667147, 6904983435).

    Documented: each call adds (x0 + x1) / 2 * (t1 - t0) to the sum since the start, with both values replaced by their
    absolute values in mode Absolute; the sum is multiplied by fFactor.

    Chosen, where the manual is silent: the first call contributes nothing and gives 0 as a new result, like every later
    call; equal time stamps contribute nothing. Values beyond +-1e140, and a result outside LREAL, are refused
    (16#300A). The sum is kept as a pair, times are integers: no digits are lost over 10**8 calls.
    """

    step = step
    largest_value = LARGEST_SQUARED
    example = {"eIntegrationMode": E_ALY_IntegrationMode.Direct, "fFactor": 1.0}

    fResult: LREAL = output("integral, times the factor")

    factor: LREAL = config()
    absolute: BOOL = config()

    sum: LREAL = state("twice the integral, in ns")
    rest: LREAL = state("what rounding took from the sum")
    last: LREAL = state("value of the call before")
    started: BOOL = state()

    @method
    def Configure(self, eIntegrationMode: E_ALY_IntegrationMode, fFactor: LREAL) -> BOOL:
        """Takes the mode and the factor and starts at 0.

        Parameters
        ----------
        eIntegrationMode
            Direct: the values, Absolute: their absolute values
        fFactor
            the integral is multiplied by it; finite

        Notes
        -----
        Errors: 16#2005 integration mode invalid, 16#200C fFactor is NaN or infinite.
        """
        if eIntegrationMode == E_ALY_IntegrationMode.NotInitialized:
            return self._finish(0x2005, "eIntegrationMode is NotInitialized")
        if not math.isfinite(fFactor):
            return self._finish(0x200C, f"fFactor = {fFactor:g}, it has to be finite")
        return self._start(factor=fFactor, absolute=eIntegrationMode == E_ALY_IntegrationMode.Absolute)

    def _resume(self) -> None:
        super()._resume()
        self._m.started = False

    @cyclic
    def Call(self, tTimestamp: ULINT) -> BOOL:
        """Takes the value of the channel.

        Errors: 16#3007 before a successful Configure; 16#3006 tTimestamp = 0; 16#3003 tTimestamp before that of the
        call before, a channel that was never set, or a NaN or infinite value; 16#300A a value beyond +-1e140 or a
        result outside LREAL.
        """
