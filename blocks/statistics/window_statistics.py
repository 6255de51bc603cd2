"""Statistics of each of several channels over a window: what the blocks with E_ALY_WindowMode have in common.

Chosen for all of them, as the manual is silent:

- until nWindowSize values are there, a sliding window has no result: bNewResult is FALSE, the results are 0;
- a fixed window begins with the call after the one that completed the window before; its result stays until the next;
- a call with one improper channel value is refused as a whole.

A channel has one window of `alycat.blocks.windows`, with a ring for SlidingWindow and without one for the other modes.
"""

from collections.abc import Callable
from typing import Any

from alycat.runtime.block import method
from alycat.runtime.declare import buffer, config, fb_init
from alycat.runtime.iec import BOOL, LINT, LREAL, UDINT
from alycat.runtime.kernel import int64, kernel
from alycat.runtime.memory import f64, i64

from ..checks import wrong_value
from ..getters import ChannelResultBlock
from ..types import E_ALY_WindowMode
from ..windows import (
    COUNT,
    HEAD,
    LARGEST,
    LARGEST_SQUARED,
    gather,
    gather_distance,
    push,
    settle,
    slide_extremes,
    slide_squares,
    slide_sum,
    window_words,
)

SLIDING = int(E_ALY_WindowMode.SlidingWindow)
FIXED = int(E_ALY_WindowMode.FixWindow)


def window_step(
    measure: Callable[[float], float],
    squares: bool,
    result: Callable[[Any, Any, int], float],
    centred: bool = False,
) -> Any:
    """A step: `measure` is taken of each value, `result` (record, window, number of values) of each full window.

    centred: the mean is taken out of the squares, so windows that only grow hold the distances from their first value,
    and the sums of sliding windows are settled in each call.
    """
    largest = LARGEST_SQUARED if squares else LARGEST

    @kernel
    def step(m: Any) -> int:
        n = int64(m.nNumChannels)
        x, shown = f64(m, m.x, n), f64(m, m.shown, n)
        for c in range(n):
            code = wrong_value(x[c], largest)
            if code != 0:
                return code
        words, length, mode = m.words, m.length, m.mode
        complete = False
        for c in range(n):
            w, k = f64(m, m.window + 8 * c * words, words), i64(m, m.window + 8 * c * words, words)
            value = measure(x[c])
            if mode == SLIDING:
                slide_extremes(w, k, length, value)
                slide_sum(w, k, length, value)
                if squares:
                    slide_squares(w, k, length, value)
                if centred:
                    settle(w)
                push(w, k, length, value)
            else:
                if centred:
                    gather_distance(w, k, value, squares)
                else:
                    gather(w, k, value, squares)
            count = k[COUNT]
            complete = count >= length
            if complete:
                shown[c] = result(m, w, count)
                if mode == FIXED:
                    k[COUNT] = 0
        m.bNewResult = complete
        return 0

    return step


class WindowStatisticBlock(ChannelResultBlock):
    """A block that calculates one number per channel over a window."""

    nNumChannels: UDINT = fb_init(1, "number of channels, each of which has a result")

    mode: LINT = config("window mode")
    length: LINT = config("values of a full window; with Continuous the values that a result needs")
    words: LINT = config("elements of one channel's window")

    window: LREAL = buffer("the windows of all channels")

    def _configure(self, mode: E_ALY_WindowMode, size: int, least: int = 1, **more: Any) -> bool:
        """The body of Configure; a result needs at least `least` values."""
        if self._n == 0:
            return self._finish(0x100C, "nNumChannels is 0, at least 1 is needed")
        if mode == E_ALY_WindowMode.NotInitialized:
            return self._finish(0x2003, "eWindowMode is NotInitialized")
        if mode == E_ALY_WindowMode.Continuous:
            size = least
        elif size < least:
            return self._finish(0x200D, f"nWindowSize = {size}, at least {least} is needed")
        words = window_words(size) if mode == SLIDING else HEAD
        try:
            self._allocate(window=words * self._n)
        except MemoryError as error:
            return self._finish(0x2001, str(error))
        m = self._m
        m.mode, m.length, m.words = mode, size, words
        for name, value in more.items():
            setattr(m, name, value)
        return self._configured()


class FactorBlock(WindowStatisticBlock):
    """A block that relates measures of the absolute values in a window to each other.

    Chosen: a window of nothing but zeros, which has no such factor, gives 0; every other one gives at least 1.
    """

    @method
    def Configure(self, eWindowMode: E_ALY_WindowMode, nWindowSize: UDINT) -> BOOL:
        """Takes the window, the same for all channels, and starts empty.

        Parameters
        ----------
        eWindowMode
            Continuous: all values since the start, FixWindow: a result every nWindowSize calls, SlidingWindow: the
            last nWindowSize values, a result in every call
        nWindowSize
            values of a window, at least 1; not used with Continuous

        Notes
        -----
        Errors: 16#100C nNumChannels is 0, 16#2003 eWindowMode is NotInitialized, 16#200D nWindowSize is 0, 16#2001 too
        much memory.
        """
        return self._configure(eWindowMode, nWindowSize)
