"""FB_ALY_ParetoAnalysis: which conditions are met most often or longest, in order."""

import itertools
from typing import Any

import numpy as np

from alycat.runtime.block import NumberedChannelBlock, cyclic, method
from alycat.runtime.control import array_refusal, within
from alycat.runtime.declare import buffer, channel_config, config, fb_init
from alycat.runtime.iec import BOOL, BYTE, LINT, POINTER_TO_UDINT, POINTER_TO_ULINT, PVOID, STRING_255, UDINT, ULINT
from alycat.runtime.kernel import int64, kernel
from alycat.runtime.memory import f64, u8, u64
from alycat.runtime.texts import decoded

from ..conditions import ConditionBlock, TimedBlock, bad_call, is_met, time_passed
from ..types import E_ALY_ComparisonOperator, E_ALY_ParetoMode, ST_ALY_Threshold

NAME = 256  # bytes of a STRING(255)
COUNT, TIMESPAN = 1, 2


@kernel
def step(m: Any) -> int:
    n = int64(m.nNumChannels)
    inputs = int64(1) if m.bSingleInput else n
    code = bad_call(m, inputs)
    if code != 0:
        return code
    span = time_passed(m)
    x, sums, level = f64(m, m.x, inputs), u64(m, m.sums, n), u8(m, m.level, n)
    for i in range(n):
        if m.mode == TIMESPAN and level[i] == 1:
            sums[i] += span
        met = is_met(m, i, n, x[0 if m.bSingleInput else i])
        level[i] = met
        if m.mode == COUNT and met:
            sums[i] += 1
    m.bNewResult = True
    return 0


class FB_ALY_ParetoAnalysis(NumberedChannelBlock, ConditionBlock, TimedBlock, category="Classification"):
    """Adds up how often or how long each of several conditions is met, and sorts them for a Pareto chart.

    Sources: manual TF3510 EN 1.5.0 pp. 147-153 (InfoSys 16565934731, 16566999179, 16569340683, 16567209995,
    16567599243, 16668639115), Workbench 16684855307.

    Documented: Count adds the calls in which a condition is met, Timespan the time; with bSingleInput all conditions
    look at channel 1; GetOutputArray gives the sorted sums, the accumulated shares, the names and the channels.
    Chosen, as the manual is silent: of equal sums the lower channel comes first; shares run up to 100 and are 0 while
    nothing was added; the time between two calls belongs to what the first of them found; the sorting is done by
    GetOutputArray, so a call costs O(nNumChannels) whatever the order; names are elements of 256 bytes (numpy type
    S256) in code page 1252; SetInitial wants every channel once; every successful call has a new result; what
    `alycat.blocks.conditions` lists. `replay` has the sums of each row in the trace, unsorted, as pSums.
    """

    step = step
    traced = {"pSums": "sums"}
    picture = "pareto"
    example = {
        "stThresholdLevel": ST_ALY_Threshold(E_ALY_ComparisonOperator.Equals, 1.0),
        "sChannelName": "Channel",
        "eParetoMode": E_ALY_ParetoMode.Timespan,
    }

    bSingleInput: BOOL = fb_init(False, "TRUE: all conditions look at one input")
    nNumChannels: UDINT = fb_init(2, "number of conditions, and of inputs without bSingleInput")

    mode: LINT = config("Count or Timespan")
    names: BYTE = channel_config("aliases, 256 bytes each")

    sums: ULINT = buffer("calls or ns of each condition")

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if self._elements == 0:
            self._finish(0x100C, "nNumChannels is 0, at least 1 is needed")

    @classmethod
    def init_for(cls, columns: int) -> dict[str, int]:
        return {"nNumChannels": columns}

    def array_is_time(self, pointer: str) -> bool:
        return bool(self._m.mode == TIMESPAN)

    def array_labels(self, pointer: str) -> list[str]:
        return [decoded(name) for name in self._buffer("names").view(f"S{NAME}").tolist()]

    @property
    def _elements(self) -> int:
        return int(self._init["nNumChannels"])

    @property
    def _n(self) -> int:
        return min(1, self._elements) if self._init["bSingleInput"] else self._elements

    def _counts(self) -> dict[str, int]:
        n = self._elements
        per_element = dict.fromkeys(("operator", "next_operator", "limit", "next_limit", "level"), n)
        return super()._counts() | per_element | dict.fromkeys(("names", "next_names"), NAME * n)

    @method
    def ConfigureChannel(self, nChannel: UDINT, stThresholdLevel: ST_ALY_Threshold, sChannelName: STRING_255) -> BOOL:
        """Stores a condition and its name; they take effect with Configure.

        Parameters
        ----------
        nChannel
            from 1 to nNumChannels
        stThresholdLevel
            comparison operator and threshold
        sChannelName
            name of the condition in the chart

        Notes
        -----
        Errors: 16#3003 no such channel, 16#2007 no comparison operator, 16#201A threshold not finite.
        """
        if not 0 < nChannel <= self._elements:
            return self._finish(0x3003, f"channel {nChannel} is outside 1..{self._elements}")
        if not self._store_condition(nChannel - 1, stThresholdLevel, "stThresholdLevel"):
            return False
        row = self._buffer("next_names").reshape(-1, NAME)[nChannel - 1]
        name: Any = sChannelName  # bytes in code page 1252
        row[:] = np.frombuffer(name.ljust(NAME, b"\0"), np.uint8)
        return self._finish(0)

    @method
    def Configure(self, eParetoMode: E_ALY_ParetoMode) -> BOOL:
        """Takes over what ConfigureChannel stored and starts at 0.

        Parameters
        ----------
        eParetoMode
            Count: calls, Timespan: time

        Notes
        -----
        Errors: 16#100C nNumChannels is 0, 16#2003 mode, 16#2022 no condition was stored for a channel, 16#2001 too much
        memory.
        """
        if self._elements == 0:
            return self._finish(0x100C, "nNumChannels is 0, at least 1 is needed")
        if eParetoMode == E_ALY_ParetoMode.NotInitialized:
            return self._finish(0x2003, "eParetoMode is NotInitialized")
        if self._conditions_missing():
            return False
        return self._start({"sums": self._elements}, mode=eParetoMode)

    @cyclic
    def Call(self, tTimestamp: ULINT) -> BOOL:
        """Looks at the conditions. Errors: 16#3007 not configured, 16#3006 no time, 16#3003 time or value wrong."""

    @method
    def GetOutputArray(self, nSelection: UDINT, pArrayOut: PVOID, nArrayOutSize: UDINT) -> BOOL:
        """Copies one of the sorted arrays, without a new value.

        Parameters
        ----------
        nSelection
            1: sums, descending (uint64, calls or ns); 2: accumulated shares in percent (float64); 3: names (S256);
            4: channel of each sum, from 1 (uint32)
        pArrayOut
            numpy array of nNumChannels elements
        nArrayOutSize
            its size in bytes

        Notes
        -----
        Errors: 16#3007 before a successful Configure, 16#3010 no such selection, 16#3002 no array, 16#3004 a size that
        does not fit.
        """
        if not self._m.bConfigured:
            return self._finish(0x3007)
        order, sums, shares = self._sorted()
        if nSelection == 1:
            return self._copy_out("pArrayOut", pArrayOut, nArrayOutSize, sums)
        if nSelection == 2:
            return self._copy_out("pArrayOut", pArrayOut, nArrayOutSize, shares)
        if nSelection == 3:
            names = self._buffer("names").view(f"S{NAME}")[order]
            return self._copy_out("pArrayOut", pArrayOut, nArrayOutSize, names)
        if nSelection == 4:
            return self._copy_out("pArrayOut", pArrayOut, nArrayOutSize, (order + 1).astype(np.uint32))
        return self._finish(0x3010, f"nSelection = {nSelection}, allowed are 1..4")

    def _sorted(self) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
        """Order of the conditions, their sums and accumulated shares in that order."""
        sums = self._buffer("sums")
        order = np.lexsort((np.arange(len(sums)), ~sums))
        running = np.array(list(itertools.accumulate(sums[order].tolist())), float)  # exact, beyond 64 bits as well
        return order, sums[order], 100.0 * running / max(running[-1], 1.0)

    @method
    def SetInitial(
        self,
        pArrayAbsIn: POINTER_TO_ULINT,
        nArrayAbsInSize: UDINT,
        pArrayIdxIn: POINTER_TO_UDINT,
        nArrayIdxInSize: UDINT,
    ) -> BOOL:
        """Lets the sums go on from others, given as GetOutputArray(1) and (4) give them.

        Parameters
        ----------
        pArrayAbsIn
            numpy array (uint64) of sums
        nArrayAbsInSize
            its size in bytes
        pArrayIdxIn
            numpy array (uint32) of the channel of each sum, from 1
        nArrayIdxInSize
            its size in bytes

        Notes
        -----
        Errors: 16#3007 before a successful Configure, 16#2002 no array, 16#3003 a size that does not fit, 16#3010 the
        channels are not each of 1..nNumChannels once.
        """
        if not self._m.bConfigured:
            return self._finish(0x3007)
        n = self._elements
        given = (
            ("pArrayAbsIn", pArrayAbsIn, nArrayAbsInSize, 8 * n),
            ("pArrayIdxIn", pArrayIdxIn, nArrayIdxInSize, 4 * n),
        )
        for name, array, size, needed in given:
            code, detail = array_refusal(array, size, needed, 0x2002, 0x3003)
            if code:
                return self._finish(code, f"{name}: {detail}")
        channels = within(pArrayIdxIn, nArrayIdxInSize).tolist()
        if sorted(channels) != list(range(1, n + 1)):
            return self._finish(0x3010, f"pArrayIdxIn holds {channels}, each channel from 1 to {n} is needed once")
        self._buffer("sums")[np.array(channels) - 1] = within(pArrayAbsIn, nArrayAbsInSize).view(np.uint64)
        return self._finish(0)
