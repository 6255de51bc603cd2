"""Results per channel that are fetched by methods instead of being outputs of the block."""

from typing import Any

import numpy as np

from alycat.runtime.block import ChannelBlock, method, quick_method
from alycat.runtime.declare import buffer
from alycat.runtime.iec import ANY, BOOL, LREAL, POINTER_TO_LREAL, UDINT

NOTHING = (object(), None)


class ChannelResultBlock(ChannelBlock):
    """A block with one number per channel as its result; `results_shown` and the trace of `replay` have all of them."""

    shown: LREAL = buffer("result of each channel")

    def _counts(self) -> dict[str, int]:
        return super()._counts() | {"shown": self._n}

    def results_shown(self) -> np.ndarray:
        """The results of the latest Call, one per channel, a copy; beyond the vendor."""
        return self._buffer("shown").copy()

    def _connect(self) -> None:
        super()._connect()
        self._results = memoryview(self._buffer("shown").data)
        self._variables: dict[int, tuple[Any, Any]] = {}  # the LREAL that each channel went to, and a view of it

    @quick_method
    def GetChannelOutputValue(self, nChannel: UDINT, output: ANY) -> BOOL:
        """Copies the result of one channel to a variable.

        Parameters
        ----------
        nChannel
            1..nNumChannels
        output
            numpy array of one element of any numeric type; whole numbers are rounded

        Notes
        -----
        Errors: 16#3007 before a successful Configure, 16#3010 channel outside its range, 16#300A a value that the
        variable cannot hold.
        """
        variable, view = self._variables.get(nChannel, NOTHING)
        if variable is output and not self._event_id:
            view[0] = self._results[nChannel - 1]
            return True
        is_given = self._give(self._results, nChannel, output)
        if is_given and output.dtype == np.float64 and output.flags.c_contiguous:
            self._variables[nChannel] = output, memoryview(output.reshape(1).data)
        return is_given


class ResultArrayBlock(ChannelResultBlock):
    """One that also gives the results of all channels at once."""

    @method
    def GetOutputArray(self, pArrayOut: POINTER_TO_LREAL, nArrayOutSize: UDINT) -> BOOL:
        """Copies the results of all channels.

        Parameters
        ----------
        pArrayOut
            numpy array (float64) of nNumChannels elements
        nArrayOutSize
            its size in bytes

        Notes
        -----
        Errors: 16#3007 before a successful Configure, 16#3002 no array, 16#3004 a size that does not fit.
        """
        return self._copy_out("pArrayOut", pArrayOut, nArrayOutSize, self._buffer("shown"))
