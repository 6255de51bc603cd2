"""FB_ALY_StandardDeviation: empirical standard deviation of each channel over a window."""

import math
from typing import Any

from alycat.runtime.block import cyclic, method
from alycat.runtime.declare import config
from alycat.runtime.iec import BOOL, UDINT
from alycat.runtime.kernel import kernel

from ..types import E_ALY_WindowMode
from ..windows import LARGEST_SQUARED, LEAST, MOST, variance
from .window_statistics import WindowStatisticBlock, window_step


@kernel
def itself(x: float) -> float:
    return x


@kernel
def deviation(m: Any, w: Any, count: int) -> float:
    if w[LEAST] == w[MOST]:
        return 0.0
    if m.bessel:
        return math.sqrt(variance(w, count) * (count / (count - 1.0)))
    return math.sqrt(variance(w, count))


class FB_ALY_StandardDeviation(WindowStatisticBlock, category="Statistics"):
    """Empirical standard deviation of each channel, over all values or a window.

    Sources: manual TF3510 EN 1.5.0 pp. 346-349 (InfoSys 9136539147, 9138425227, 9137266443), Workbench p. 249.

    Documented: sqrt(sum((x - mean)**2) / N), with Bessel's correction / (N - 1); the three window modes; one
    configuration for all channels; the results are fetched with GetChannelOutputValue.

    Chosen, where the manual is silent: what `alycat.blocks.statistics.window_statistics` lists; with Bessel's
    correction a single value has no result yet, and a window of one value is refused; equal values give exactly 0, so
    that a frozen sensor is seen. Values beyond +-1e140 are refused (16#300A). `replay` has the results of each row in
    the trace, as fStandardDeviation.

    Cost: the same in every call, whatever nWindowSize is. Sums are pairs of LREAL: over 10**8 values and 10**9 away
    from zero ten digits are left.
    """

    step = window_step(itself, True, deviation, centred=True)
    traced = {"fStandardDeviation": "shown"}
    largest_value = LARGEST_SQUARED
    example = {"bUseBesselCorrection": True, "eWindowMode": E_ALY_WindowMode.SlidingWindow, "nWindowSize": 100}

    bessel: BOOL = config("divide by N - 1")

    @method
    def Configure(self, bUseBesselCorrection: BOOL, eWindowMode: E_ALY_WindowMode, nWindowSize: UDINT) -> BOOL:
        """Takes the window, the same for all channels, and starts empty.

        Parameters
        ----------
        bUseBesselCorrection
            TRUE: divide by N - 1, FALSE: by N
        eWindowMode
            Continuous: all values since the start, FixWindow: a result every nWindowSize calls, SlidingWindow: the
            last nWindowSize values, a result in every call
        nWindowSize
            values of a window, at least 1, with Bessel's correction 2; not used with Continuous

        Notes
        -----
        Errors: 16#100C nNumChannels is 0, 16#2003 eWindowMode is NotInitialized, 16#200D nWindowSize too small, 16#2001
        too much memory.
        """
        return self._configure(eWindowMode, nWindowSize, 2 if bUseBesselCorrection else 1, bessel=bUseBesselCorrection)

    @cyclic
    def Call(self) -> BOOL:
        """Takes the values of all channels.

        Errors: 16#3007 before a successful Configure; 16#3003 a channel that was never set, or a NaN or infinite value;
        16#300A a value beyond +-1e140.
        """
