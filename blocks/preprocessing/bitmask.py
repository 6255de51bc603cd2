"""FB_ALY_Bitmask: the bits of a value, one by one."""

import operator
from typing import Any

import numpy as np

from alycat.runtime.block import SingleChannelBlock, cyclic, quick_method
from alycat.runtime.declare import buffer
from alycat.runtime.iec import ANY, BOOL, POINTER_TO_BOOL, UDINT
from alycat.runtime.kernel import int64, kernel
from alycat.runtime.memory import i64, u8

from ..conditions import PersistentBlock

WIDTHS = (8, 16, 32, 64)
MOST = max(WIDTHS)


@kernel
def step(m: Any) -> int:
    if u8(m, m.given, 1)[0] == 0:
        return 0x3003
    value, bits = i64(m, m.x, 1)[0], u8(m, m.bits, 64)
    for i in range(64):
        bits[i] = (value >> int64(i)) & int64(1)
    m.bNewResult = True
    return 0


class FB_ALY_Bitmask(SingleChannelBlock, PersistentBlock, category="Preprocessing"):
    """Splits a whole number into its bits.

    Sources: InfoSys 20823550859, 20823563019.

    Documented: the array has one element for each bit of the input; there is no Configure.

    Chosen, where the page is silent: the first element is the least significant bit; the array has 8, 16, 32 or 64
    elements (16#3004), a smaller one than the input receives its lower bits, a larger one its sign in front;
    bConfigured is TRUE from the beginning; every successful call has a new result. SetChannelValue takes what Python
    or numpy take as a whole number, within the 64 bits of LINT or ULINT, and BOOL; other values are refused (16#3011).

    In `replay` the values are integers, and the trace has as many bits as their numpy type. Cost of a call: 64 bits.
    """

    step = step
    channel_dtype = np.int64
    results = {"pArrayOut": "bits"}

    channel_buffers = ("x", "given")

    given: BOOL = buffer("the channel has been set", initial=False)
    bits: BOOL = buffer("the bits, the least significant one first", initial=False)

    def _counts(self) -> dict[str, int]:
        return super()._counts() | {"bits": MOST, "given": 1}

    def _kept_buffers(self) -> tuple[str, ...]:
        return (*super()._kept_buffers(), "given")

    def _connect(self) -> None:
        super()._connect()
        self._whole = memoryview(self._buffer("x").view(np.int64).data)
        self._given = memoryview(self._buffer("given").data)

    def _result_bytes(self, pointer: str, values: Any = None) -> tuple[int, ...]:
        given = getattr(values, "dtype", None)
        return (8 * given.itemsize,) if given is not None and given.kind in "iu" else WIDTHS[::-1]

    @quick_method
    def SetChannelValue(self, input: ANY) -> BOOL:
        """Takes a whole number for the next Call; the last one set counts. Errors: 16#3011 it is none of 64 bits."""
        try:
            number = operator.index(input)
            self._whole[0] = number - (1 << 64) if 1 << 63 <= number < 1 << 64 else number
        except (TypeError, ValueError):
            if isinstance(input, np.bool_):
                return self.SetChannelValue(bool(input))
            return self._finish(0x3011, f"{input!r} is no whole number of at most 64 bits")
        self._given[0] = True
        if self._event_id:
            return self._finish(0)
        return True

    def set_channel_values(self, vector: Any) -> bool:
        """Sets the channel from a vector of one number; beyond the vendor. 16#3003: it does not fit."""
        row = np.asarray(vector)
        if row.shape != (1,):
            return self._finish(0x3003, f"vector of shape {row.shape}, (1,) expected")
        return bool(self.SetChannelValue(row.tolist()[0]))

    def replay(self, timestamps: Any, values: Any = None, **inputs: Any) -> np.ndarray:
        """As for every block, with integers as values."""
        before, rows = self._given[0], 0
        self._given[0] = True  # the first row sets the channel
        try:
            trace = super().replay(timestamps, values, **inputs)
            rows = len(trace)
        finally:
            self._given[0] = before or rows > 0
        return trace

    @cyclic
    def Call(self, pArrayOut: POINTER_TO_BOOL, nArrayOutSize: UDINT) -> BOOL:
        """Fills the array with the bits of the value.

        Parameters
        ----------
        pArrayOut
            numpy array (bool) of 8, 16, 32 or 64 elements
        nArrayOutSize
            its size in bytes

        Notes
        -----
        Errors: 16#3002 no array, 16#3004 a size that does not fit, 16#3003 the channel was never set.
        """
