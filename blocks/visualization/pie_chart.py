"""FB_ALY_PieChart: channels as pieces of a whole."""

from typing import Any

import numpy as np

from alycat.runtime.block import cyclic, method
from alycat.runtime.control import array_refusal
from alycat.runtime.declare import config, fb_init
from alycat.runtime.iec import BOOL, PVOID, STRING_255, UDINT
from alycat.runtime.kernel import int64, kernel
from alycat.runtime.memory import f64

from ..checks import wrong_value
from ..getters import ResultArrayBlock
from ..windows import LARGEST
from .names import NamedBlock


@kernel
def share_out(x: Any, shown: Any, n: int, whole: float) -> None:
    """Percentages of a whole; of nothing everything is 0."""
    for c in range(n):
        shown[c] = 100.0 * (x[c] / whole) if whole > 0.0 else 0.0


@kernel
def step(m: Any) -> int:
    n = int64(m.nNumChannels)
    x, shown = f64(m, m.x, n), f64(m, m.shown, n)
    for c in range(n):
        code = wrong_value(x[c], LARGEST)
        if code != 0:
            return code
    if m.relative:
        whole = 0.0
        for c in range(n):
            whole += abs(x[c])
        share_out(x, shown, n, whole)
    else:
        for c in range(n):
            shown[c] = x[c]
    m.bNewResult = True
    return 0


class FB_ALY_PieChart(ResultArrayBlock, NamedBlock, category="Visualization Only"):
    """Passes the values of its channels on for a pie chart, as they are or as shares of their sum.

    Sources: manual TF3510 EN 1.5.0 pp. 371-376.

    Documented: the channels have names; the output is relative or absolute; the values are set one by one or as an
    array, and read in the same two ways.

    Chosen, where the manual is silent: relative outputs are percentages of the sum of the absolute values, and keep
    their signs; when all values are 0 the shares are 0; SetInputArray takes any numeric elements. Names are optional;
    `channel_names` gives them. Values beyond +-1e290 are refused (16#300A). `replay` has the outputs of each row in the
    trace, as fOutput.
    """

    step = step
    largest_value = LARGEST
    traced = {"fOutput": "shown"}
    picture = "pie"
    example = {"bRelativeOutput": True, "sChannelName": "Channel"}

    nNumChannels: UDINT = fb_init(2, "number of pieces")

    relative: BOOL = config("shares instead of values")

    @method
    def Configure(self, bRelativeOutput: BOOL) -> BOOL:
        """Takes over the names and starts empty.

        Parameters
        ----------
        bRelativeOutput
            TRUE: shares in percent, FALSE: the values

        Notes
        -----
        Errors: 16#100C nNumChannels is 0.
        """
        if self._n == 0:
            return self._finish(0x100C, "nNumChannels is 0, at least 1 is needed")
        self._allocate()
        self._m.relative = bRelativeOutput
        return self._configured()

    @method
    def ConfigureChannel(self, nChannel: UDINT, sChannelName: STRING_255) -> BOOL:
        """Stores the name of a channel; it takes effect with Configure.

        Parameters
        ----------
        nChannel
            1..nNumChannels
        sChannelName
            its name

        Notes
        -----
        Errors: 16#3010 no such channel.
        """
        if not 0 < nChannel <= self._n:
            return self._finish(0x3010, f"nChannel = {nChannel}, allowed are 1..{self._n}")
        self._store_name(nChannel - 1, sChannelName)
        return self._finish(0)

    @cyclic
    def Call(self) -> BOOL:
        """Takes the values of all channels.

        Errors: 16#3007 before a successful Configure; 16#3003 a channel that was never set, or a NaN or infinite value;
        16#300A a value beyond +-1e290.
        """

    @method
    def SetInputArray(self, pArrayIn: PVOID, nArrayInSize: UDINT) -> BOOL:
        """Takes the values of all channels for the next Call.

        Parameters
        ----------
        pArrayIn
            numeric numpy array of nNumChannels elements
        nArrayInSize
            its size in bytes

        Notes
        -----
        Errors: 16#3002 no array, 16#3003 a size that does not fit, 16#3011 elements that are no numbers.
        """
        if pArrayIn is not None and pArrayIn.dtype.kind not in "biuf":
            return self._finish(0x3011, f"pArrayIn: elements of type {pArrayIn.dtype} are no numbers")
        needed = self._n * (pArrayIn.itemsize if pArrayIn is not None else 8)
        code, detail = array_refusal(pArrayIn, nArrayInSize, needed, 0x3002, 0x3003)
        if code:
            return self._finish(code, f"pArrayIn: {detail}")
        return self.set_channel_values(np.asarray(pArrayIn, np.float64).reshape(-1)[: self._n])
