"""FB_ALY_Multiplexer and FB_ALY_Demultiplexer: one of several channels, chosen by conditions or by a number.

Chosen for both, as the manual is silent: the first call selects a channel and counts as a switch, so that nCount is 1
from then on, and fbTimeLastEvent has its time. bConfigured is TRUE from the beginning, unless nNumChannels is 0: then
there is nothing to select (16#100C), and calls are refused (16#3007).
"""

import math
from typing import Any

from alycat.runtime.block import InputBlock, SingleChannelBlock, cyclic, method, quick_method
from alycat.runtime.declare import buffer, fb_init, output
from alycat.runtime.iec import ANY, BOOL, LREAL, POINTER_TO_BOOL, UDINT, ULINT
from alycat.runtime.kernel import int64, kernel
from alycat.runtime.memory import f64, u8

from ..conditions import PersistentBlock, TimedBlock, bad_call
from ..system.datetime import FB_ALY_DateTime


@kernel
def switch_to(m: Any, channel: int) -> bool:
    """The outputs that both blocks have; whether this is another channel than before."""
    switched = m.nCount == 0 or channel != m.nCurrentChannel
    m.nCurrentChannel = channel
    m.nCount += switched
    m.fbTimeLastEvent = m.tTimestamp if switched else m.fbTimeLastEvent
    m.last_ns = m.tTimestamp
    return switched


@kernel
def demultiplex(m: Any) -> int:
    code = bad_call(m, 1)
    if code != 0:
        return code
    n = int64(m.nNumChannels)
    x = f64(m, m.x, 1)[0]
    channel = 0
    if 0.5 <= x < n + 0.5:
        whole = math.floor(x)
        channel = int64(whole) + (x - whole >= 0.5)
    selected = u8(m, m.selected, n + 1)
    before = int64(m.nCurrentChannel)
    selected[before], selected[channel] = 0, 1
    m.bSwitched = switch_to(m, channel)
    m.bNewResult = m.bSwitched
    return 0


@kernel
def multiplex(m: Any) -> int:
    n = int64(m.nNumChannels)
    code = bad_call(m, 2 * n + 1)
    if code != 0:
        return code
    x = f64(m, m.x, 2 * n + 1)
    channel = 0
    while channel < n and x[2 * channel] == 0.0:
        channel += 1
    if channel < n:
        m.fResult = x[2 * channel + 1]
        switch_to(m, channel + 1)
    else:
        m.fResult = x[2 * n]
        switch_to(m, 0)
    m.bNewResult = True
    return 0


class SelectingBlock(TimedBlock):
    """What both blocks have in common."""

    counters = ("nCount",)

    nNumChannels: UDINT = fb_init(2, "number of channels to select from")

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if self._init["nNumChannels"] == 0:
            self._finish(0x100C, "nNumChannels is 0, at least 1 is needed")

    def _connect(self) -> None:
        super()._connect()
        if self._init["nNumChannels"] == 0:
            self._m.bConfigured, self._entry = False, self._unready


class FB_ALY_Demultiplexer(SingleChannelBlock, SelectingBlock, category="Compare"):
    """Selects one of several output channels by the number that the input channel holds.

    Sources: manual TF3510 EN 1.5.0 pp. 167-170 (InfoSys 9991728011, 9992363403, 9998554763), Workbench 9991647883.

    Documented: 1..nNumChannels selects that channel, anything else channel 0; the array that Call fills has an element
    for channel 0 and for each of the others, TRUE for the selected one; nCount is 1 for the first channel and grows by
    1 with each switch; there is no Configure.

    Chosen: numbers with a fraction are rounded, halves away from zero; bNewResult equals bSwitched; what
    `alycat.blocks.compare.multiplexers` lists. `replay` has the array in the trace, under the name of its pointer.
    """

    step = demultiplex
    results = {"pDataOut": "selected"}

    bSwitched: BOOL = output("another channel was selected in this call")
    nCurrentChannel: UDINT = output("selected channel; 0: the input is outside 1..nNumChannels")
    nCount: ULINT = output("1 for the first channel, and 1 more for each switch")
    fbTimeLastEvent: FB_ALY_DateTime = output("time of the latest switch")

    selected: BOOL = buffer("flags of channels 0..nNumChannels")

    def _counts(self) -> dict[str, int]:
        return super()._counts() | {"selected": int(self._init["nNumChannels"]) + 1}

    @cyclic
    def Call(self, tTimestamp: ULINT, pDataOut: POINTER_TO_BOOL, nDataOutSize: UDINT) -> BOOL:
        """Selects a channel.

        Parameters
        ----------
        tTimestamp
            ns since 2000-01-01 UTC
        pDataOut
            numpy array (bool) of nNumChannels + 1 flags
        nDataOutSize
            its size in bytes

        Notes
        -----
        Errors: 16#3002 no array; 16#3004 a size that does not fit; 16#3006 no time; 16#3003 time or value not usable.
        """

    @method
    def GetResults(self, pDataOut: POINTER_TO_BOOL, nDataOutSize: UDINT) -> BOOL:
        """Copies the flags without a new value.

        Parameters
        ----------
        pDataOut
            numpy array (bool) of nNumChannels + 1 flags
        nDataOutSize
            its size in bytes

        Notes
        -----
        Errors: 16#3002 no array, 16#3004 a size that does not fit.
        """
        return self._copy_out("pDataOut", pDataOut, nDataOutSize, self._buffer("selected"))


class FB_ALY_Multiplexer(InputBlock, SelectingBlock, PersistentBlock, category="Compare"):
    """Gives the value of the first channel whose condition is TRUE, or the default value.

    Sources: manual TF3510 EN 1.5.0 pp. 188-192 (InfoSys 6907757707, 6907770251, 6907909515, 6908499083), Workbench
    6923103115.

    Documented: the lowest channel number with its condition TRUE counts, 0 stands for the default value; nCount is 1
    for the first channel and grows by 1 with each switch; there is no Configure.

    Chosen: all channels have to be set before the first call, the default value is 0 until it is set; every successful
    call has a new result, as fResult follows the value of the selected channel; what
    `alycat.blocks.compare.multiplexers` lists. In `replay` the columns are condition and value of each channel and then
    the default value.
    """

    step = multiplex
    example_columns = 5

    fResult: LREAL = output("value of the selected channel")
    nCurrentChannel: UDINT = output("selected channel; 0: the default value")
    nCount: ULINT = output("1 for the first channel, and 1 more for each switch")
    fbTimeLastEvent: FB_ALY_DateTime = output("time of the latest switch")

    @classmethod
    def init_for(cls, columns: int) -> dict[str, int]:
        return {"nNumChannels": columns // 2}

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._values[-1] = 0.0

    def _connect(self) -> None:
        super()._connect()
        self._values: Any = self._channels

    @property
    def _n(self) -> int:
        """Condition and value of each channel, and the default value."""
        return 2 * int(self._init["nNumChannels"]) + 1

    @quick_method
    def SetChannelValues(self, nChannel: UDINT, bCondition: BOOL, input: ANY) -> BOOL:
        """Takes condition and value of one channel for the next Call; the last ones set count.

        Parameters
        ----------
        nChannel
            1..nNumChannels; the lowest one has priority
        bCondition
            TRUE: the channel may be selected
        input
            the value; any numeric or bit type

        Notes
        -----
        Errors: 16#3003 no such channel, bCondition is no BOOL, or no number.
        """
        if 0 < nChannel < len(self._channels) / 2:
            if bCondition not in (0, 1):
                allowed = f"bCondition = {bCondition!r}, allowed are TRUE and FALSE"
                return self._finish(0x3003, f"channel {nChannel}: {allowed}")
            try:
                self._values[2 * nChannel - 1] = input
            except (TypeError, ValueError, OverflowError):
                return self._finish(0x3003, f"channel {nChannel}: {input!r} is no number")
            self._values[2 * nChannel - 2] = bCondition
            return self._finish(0) if self._event_id else True
        return self._finish(0x3003, f"channel {nChannel} is outside 1..{self._init['nNumChannels']}")

    @quick_method
    def SetDefaultChannelValue(self, input: ANY) -> BOOL:
        """Takes the value that is used when no condition is TRUE. Errors: 16#3003 no number."""
        try:
            self._values[-1] = input
        except (TypeError, ValueError, OverflowError):
            return self._finish(0x3003, f"{input!r} is no number")
        return self._finish(0) if self._event_id else True

    def _explain(self, event_id: int) -> str:
        bad = [i for i, value in enumerate(self._channels) if not math.isfinite(value)]
        if event_id == 0x3003 and bad:
            name = "the default value" if bad[0] == len(self._channels) - 1 else f"channel {bad[0] // 2 + 1}"
            return f"{name} was never set, is NaN or infinite"
        return super()._explain(event_id)

    @cyclic
    def Call(self, tTimestamp: ULINT) -> BOOL:
        """Selects a channel. Errors: 16#3006 no time, 16#3003 time or value not usable."""
