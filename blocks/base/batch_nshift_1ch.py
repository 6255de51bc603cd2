"""FB_ALY_BatchNShift_1Ch: the latest values of one channel, as a shift register or in batches."""

from typing import Any

import numpy as np

from alycat.runtime.block import SingleChannelBlock, cyclic, method
from alycat.runtime.declare import buffer, config, fb_init, state
from alycat.runtime.iec import ANY, BOOL, LINT, LREAL, POINTER_TO_LREAL, UDINT
from alycat.runtime.kernel import int64, kernel
from alycat.runtime.memory import f64

from ..checks import wrong_value
from ..types import E_ALY_SampleMode

INFINITE = float("inf")


FLOW = int(E_ALY_SampleMode.Flow)


@kernel
def step(m: Any) -> int:
    x = f64(m, m.x, 1)[0]
    code = wrong_value(x, INFINITE)
    if code != 0:
        return code
    size = int64(m.nBufferSize)
    values = f64(m, m.values, 2 * size)
    values[size * m.half + m.place] = x
    m.place += 1
    if m.place == size:
        m.place = 0
        m.full = True
        m.bNewResult = True
        if m.mode != FLOW:
            m.half = 1 - m.half
    else:
        m.bNewResult = m.full and m.mode == FLOW
    return 0


class FB_ALY_BatchNShift_1Ch(SingleChannelBlock, category="Base"):
    """Keeps the latest nBufferSize values, as a shift register (Flow) or in complete batches (Wait).

    Sources: manual TF3510 EN 1.5.0 pp. 20-24 (InfoSys 11174156811, 11174246923, 11174963211, 11175251595).

    Documented: all output values are 0 at the start and after Reset. Flow: every call shifts the values by one place
    and drops the oldest; bNewResult is TRUE from the call on in which every output has received a value. Wait: the
    values are handed over together when the buffer is full, with bNewResult TRUE, and stay until it is full again.

    Chosen, where the manual is silent or contradicts itself: Flow has the newest value in the first place, Wait has the
    first value of the batch there; a batch is handed over in the call that completes it (the page of Configure; the
    overview's "from cycle buffer size + 1" is then the first cycle that finds it there); the variable for `output` of
    GetChannelOutputValue is a numpy array of one element, of any numeric type.

    Cost of a call: the same whatever nBufferSize is; reading the array costs a copy of it.
    """

    step = step
    example = {"eSampleMode": E_ALY_SampleMode.Flow}

    nBufferSize: UDINT = fb_init(1, "number of values that are stored and of output channels")

    mode: LINT = config("sample mode")

    place: LINT = state("where the next value goes")
    half: LINT = state("which half of the buffer is being filled")
    full: BOOL = state("the buffer has been full")

    values: LREAL = buffer("two halves: the one that is filled and, in Wait mode, the outputs")

    @method
    def Configure(self, eSampleMode: E_ALY_SampleMode) -> BOOL:
        """Takes the mode and starts with zeros.

        Parameters
        ----------
        eSampleMode
            Flow: shift register, Wait: batches

        Notes
        -----
        Errors: 16#201F nBufferSize is 0, 16#2001 too much memory, 16#2003 the mode is NotInitialized.
        """
        size = self._init["nBufferSize"]
        if size == 0:
            return self._finish(0x201F, "nBufferSize = 0, at least 1 is needed")
        if eSampleMode == E_ALY_SampleMode.NotInitialized:
            return self._finish(0x2003, "eSampleMode is NotInitialized")
        return self._start({"values": 2 * size}, mode=eSampleMode)

    @cyclic
    def Call(self) -> BOOL:
        """Takes the value of the channel.

        Errors: 16#3007 before a successful Configure; 16#3003 a channel that was never set, or a NaN or infinite value.
        """

    def output_values(self) -> np.ndarray:
        """All output values, a copy; beyond the vendor."""
        m, size = self._m, self._init["nBufferSize"]
        if not m.bConfigured:
            return np.zeros(size)
        halves = self._buffer("values").reshape(2, size)
        if m.mode == FLOW:
            return np.roll(halves[0], -m.place)[::-1].copy()
        return halves[1 - m.half].copy()

    @method
    def GetOutputArray(self, pArrayOut: POINTER_TO_LREAL, nArrayOutSize: UDINT) -> BOOL:
        """Copies all output values.

        Parameters
        ----------
        pArrayOut
            numpy array of nBufferSize LREAL
        nArrayOutSize
            its size in bytes

        Notes
        -----
        Errors: 16#3007 before a successful Configure, 16#3002 no array, 16#3004 a size that does not fit.
        """
        return self._copy_out("pArrayOut", pArrayOut, nArrayOutSize, self.output_values())

    @method
    def GetChannelOutputValue(self, nChannel: UDINT, output: ANY) -> BOOL:
        """Copies one output value to a variable.

        Parameters
        ----------
        nChannel
            1..nBufferSize
        output
            numpy array of one element of any numeric type; whole numbers are rounded

        Notes
        -----
        Errors: 16#3007 before a successful Configure, 16#3010 channel outside its range, 16#300A a value that the
        variable cannot hold.
        """
        return self._give(self.output_values(), nChannel, output)
