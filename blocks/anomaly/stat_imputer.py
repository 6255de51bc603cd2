"""FB_ALY_StatImputer: puts a statistic of each channel in the place of its missing values."""

import enum
import math
import sys
from typing import Annotated, Any

import numpy as np

from alycat.runtime.block import ChannelBlock, cyclic, method
from alycat.runtime.declare import buffer, channel_config, config, fb_init, output
from alycat.runtime.iec import BOOL, LINT, LREAL, POINTER_TO_LREAL, UDINT, ULINT, ArrayPointerType, iec_type
from alycat.runtime.kernel import int64, kernel
from alycat.runtime.memory import f64, i64

from ..windows import LARGEST, add

POINTER_TO_ULINT = Annotated[Any, ArrayPointerType(iec_type(ULINT))]
LONGEST_MEDIAN = 10_000
FINITE = sys.float_info.max  # neither a larger value nor NaN compares as at most this


class E_ALY_Imputation(enum.IntEnum):
    """What stands for a missing value of a channel."""

    NotInitialized = 0
    Mean = 1
    Median = 2
    Last = 3
    Constant = 4


MEAN, MEDIAN, LAST = int(E_ALY_Imputation.Mean), int(E_ALY_Imputation.Median), int(E_ALY_Imputation.Last)


@kernel
def sort_in(ordered: Any, at: int, count: int, value: float) -> None:
    """Puts a value into `count` ascending ones that begin at `at`."""
    place = at + count
    while place > at and ordered[place - 1] > value:
        ordered[place] = ordered[place - 1]
        place -= 1
    ordered[place] = value


@kernel
def sort_out(ordered: Any, at: int, count: int, value: float) -> None:
    """Takes one such value out of `count` ascending ones that begin at `at`."""
    place = at
    while ordered[place] < value:
        place += 1
    for i in range(place, at + count - 1):
        ordered[i] = ordered[i + 1]


@kernel
def learn(m: Any, n: int, c: int, value: float) -> None:
    """The statistic of channel c with one more value, which becomes what stands for missing ones."""
    how, seen, stand_in = i64(m, m.how, n)[c], i64(m, m.seen, n), f64(m, m.stand_in, n)
    seen[c] += 1
    if how == MEAN:
        sums, rests = f64(m, m.sums, n), f64(m, m.rests, n)
        sums[c], rests[c] = add(sums[c], rests[c], value)
        stand_in[c] = (sums[c] + rests[c]) / seen[c]
    elif how == MEDIAN:
        size = m.median_size
        ring, ordered = f64(m, m.ring, n * size), f64(m, m.ordered, n * size)
        first = c * size
        place = first + (seen[c] - 1) % size
        count = min(seen[c], size)
        if seen[c] > size:
            sort_out(ordered, first, size, ring[place])
        ring[place] = value
        sort_in(ordered, first, count - 1, value)
        low, high = ordered[first + (count - 1) // 2], ordered[first + count // 2]
        stand_in[c] = low + (high - low) / 2.0
    elif how == LAST:
        stand_in[c] = value


@kernel
def step(m: Any) -> int:
    n = int64(m.nNumChannels)
    x, filled = f64(m, m.x, n), f64(m, m.filled, n)
    for c in range(n):
        if LARGEST < abs(x[c]) <= FINITE:
            return 0x300A
    stand_in, imputed = f64(m, m.stand_in, n), i64(m, m.imputed, n)
    now = 0
    for c in range(n):
        if abs(x[c]) <= FINITE:
            learn(m, n, c, x[c])
            filled[c] = x[c]
        else:
            filled[c] = stand_in[c]
            imputed[c] += 1
            now += 1
    m.nImputed = now
    m.nImputedTotal += now
    m.bNewResult = True
    return 0


class FB_ALY_StatImputer(ChannelBlock, category="Anomaly"):
    """Puts a statistic of the values so far in the place of missing ones, per channel, before they reach a block.

    Sources: River 0.26, preprocessing.StatImputer, PreviousImputer. The vendor has no such block.

    A value is missing when it is NaN or infinite or was never set; other blocks refuse such values. The values of all
    channels, the missing ones replaced, go to pArrayOut, from where a program passes them on:

        fbImputer.Call(aValues, aValues.nbytes)
        fbTrees.set_channel_values(aValues)

    Documented: a statistic learns from the values that are there, never from the ones it has put in; as in River, whose
    mean and last value these are.

    Chosen: before the first value of a channel its constant stands in, 0 unless told (River: 0); a median is that of
    the latest nMedianSize values of its channel, exact, the mean of the middle two when they are even in number: they
    are kept in the order of arrival and in the order of size, so that memory and the longest cycle are fixed, and old
    values are forgotten, other than by River's median, which estimates that of all values; sums are kept as pairs, so
    that the mean of 10**8 values is exact; values beyond +-1e290 are refused (16#300A); every successful call has a
    new result. `replay` gives the values in the trace, under the name of the pointer.

    Cost: O(channels) per call, times nMedianSize for medians.
    """

    step = step
    takes_missing = True
    results = {"pArrayOut": "filled"}
    counters = ("nImputedTotal",)
    example = {"eImputation": E_ALY_Imputation.Mean}

    nNumChannels: UDINT = fb_init(2, "number of input channels")

    nImputed: UDINT = output("missing values that this call has replaced")
    nImputedTotal: ULINT = output("missing values that have been replaced so far")

    median_size: LINT = config("values of a median")

    filled: LREAL = buffer("values, the missing ones replaced")
    imputed: LINT = buffer("values replaced so far, per channel")
    seen: LINT = buffer("values that were there, per channel")
    stand_in: LREAL = buffer("what stands for the next missing value, per channel")
    sums: LREAL = buffer()
    rests: LREAL = buffer("what rounding took from the sums")
    ring: LREAL = buffer("the latest values of each channel with a median")
    ordered: LREAL = buffer("the same, ascending")
    how: LINT = channel_config("statistic, 0: as Configure says")
    constant: LREAL = channel_config("what stands in before the first value", initial=math.nan)

    def _begin(self) -> None:
        if self._m.bConfigured:
            self._buffer("stand_in")[:] = self._buffer("constant")

    @method
    def ConfigureChannel(self, nChannel: UDINT, eImputation: E_ALY_Imputation, fConstant: LREAL = 0.0) -> BOOL:
        """Gives one channel a statistic of its own, which the next Configure takes over.

        Parameters
        ----------
        nChannel
            number of the channel, from 1
        eImputation
            Mean, Median, Last or Constant
        fConstant
            the constant, and what stands in before the first value

        Notes
        -----
        Errors: 16#3010 no such channel, 16#2003 statistic invalid, 16#200C a constant that is not finite.
        """
        if not 1 <= nChannel <= self._n:
            return self._finish(0x3010, f"channel {nChannel} is outside 1..{self._n}")
        if self._wrong(eImputation, fConstant):
            return False
        self._buffer("next_how")[nChannel - 1] = eImputation
        self._buffer("next_constant")[nChannel - 1] = fConstant
        return self._finish(0)

    @method
    def Configure(self, eImputation: E_ALY_Imputation, fConstant: LREAL = 0.0, nMedianSize: UDINT = 31) -> BOOL:
        """Takes over what ConfigureChannel stored, gives the other channels a statistic, and starts empty.

        Parameters
        ----------
        eImputation
            Mean of all values so far, Median of the latest nMedianSize, Last value, or Constant
        fConstant
            the constant, and what stands in before the first value
        nMedianSize
            values of a median, 1 to 10000

        Notes
        -----
        Errors: 16#100C nNumChannels is 0, 16#2003 statistic invalid, 16#200C a constant that is not finite, 16#200D
        values of a median, 16#2001 too much memory.
        """
        n = self._n
        if n == 0:
            return self._finish(0x100C, "nNumChannels is 0, at least 1 is needed")
        if self._wrong(eImputation, fConstant):
            return False
        if not 1 <= nMedianSize <= LONGEST_MEDIAN:
            return self._finish(0x200D, f"nMedianSize = {nMedianSize}, allowed are 1..{LONGEST_MEDIAN}")
        own = self._buffer("next_how")
        has_median = eImputation == MEDIAN or (own == MEDIAN).any()
        counts = dict.fromkeys(("filled", "imputed", "seen", "stand_in", "sums", "rests"), n)
        counts |= dict.fromkeys(("ring", "ordered"), n * nMedianSize if has_median else 0)
        try:
            self._allocate(**counts)
        except MemoryError as error:
            return self._finish(0x2001, str(error))
        how, constant = self._buffer("how"), self._buffer("constant")
        constant[how == 0], how[how == 0] = fConstant, eImputation
        self._m.median_size = nMedianSize
        return self._configured()

    def _wrong(self, statistic: int, constant: float) -> bool:
        if statistic == E_ALY_Imputation.NotInitialized:
            return not self._finish(0x2003, "eImputation is NotInitialized")
        if not math.isfinite(constant):
            return not self._finish(0x200C, f"fConstant = {constant}, it has to be finite")
        return False

    @cyclic
    def Call(self, pArrayOut: POINTER_TO_LREAL, nArrayOutSize: UDINT) -> BOOL:
        """Takes the values of the channels and gives them without gaps.

        Parameters
        ----------
        pArrayOut
            numpy array (float64) of nNumChannels elements that receives the values
        nArrayOutSize
            its size in bytes

        Notes
        -----
        Errors: 16#3007 before a successful Configure; 16#3002 no array; 16#3004 a size that does not fit; 16#300A a
        value beyond +-1e290.
        """

    @method
    def GetImputedCounts(self, pCountArrayOut: POINTER_TO_ULINT, nCountArrayOutSize: UDINT) -> BOOL:
        """Copies how many values were replaced so far, one element per channel.

        Parameters
        ----------
        pCountArrayOut
            numpy array (uint64) of nNumChannels elements
        nCountArrayOutSize
            its size in bytes

        Notes
        -----
        Errors: 16#3007 before a successful Configure; 16#3002 no array; 16#3004 a size that does not fit.
        """
        return self._copy_out("pCountArrayOut", pCountArrayOut, nCountArrayOutSize, self._buffer("imputed"))

    def imputed_counts(self) -> np.ndarray:
        """How many values were replaced so far, one element per channel, a copy."""
        return self._buffer("imputed").copy()
