"""FB_ALY_ClearanceFactor, FB_ALY_ImpulseFactor, FB_ALY_ShapeFactor: how peaked a signal is."""

import math
from typing import Any

from alycat.runtime.block import cyclic
from alycat.runtime.iec import BOOL
from alycat.runtime.kernel import kernel

from ..types import E_ALY_WindowMode
from ..windows import LARGEST, LARGEST_SQUARED, MOST, SQUARES, SUM
from .window_statistics import FactorBlock, window_step

EXAMPLE = {"eWindowMode": E_ALY_WindowMode.SlidingWindow, "nWindowSize": 1000}


@kernel
def size(x: float) -> float:
    return abs(x)


@kernel
def root(x: float) -> float:
    return math.sqrt(abs(x))


@kernel
def mean(w: Any, count: int) -> float:
    return (w[SUM] + w[SUM + 1]) / count


@kernel
def impulse(m: Any, w: Any, count: int) -> float:
    return w[MOST] / mean(w, count) if w[MOST] > 0.0 else 0.0


@kernel
def clearance(m: Any, w: Any, count: int) -> float:
    """Of the roots: max|x| / mean(sqrt|x|)**2 is the square of their impulse factor."""
    factor = impulse(m, w, count)
    return factor * factor


@kernel
def shape(m: Any, w: Any, count: int) -> float:
    if w[MOST] == 0.0:
        return 0.0
    return math.sqrt((w[SQUARES] + w[SQUARES + 1]) / count) / mean(w, count)


class FB_ALY_ClearanceFactor(FactorBlock, category="Statistics"):
    """Clearance factor of each channel, max|x| / mean(sqrt|x|)**2, over all values or a window.

    Sources: manual TF3510 EN 1.5.0 pp. 350-353 (InfoSys 13719632523, 13720004235).

    Documented: the formula; the three window modes; one configuration for all channels; the results are fetched with
    GetChannelOutputValue. Chosen, where the manual is silent: what `alycat.blocks.statistics.window_statistics` lists;
    a window of nothing but zeros gives 0. Values beyond +-1e290 are refused (16#300A). `replay` has the results of each
    row in the trace, as fClearanceFactor.

    Of the three factors this one reacts first to single impacts, such as those of a bearing that begins to spall.

    Cost: the same in every call, whatever nWindowSize is.
    """

    step = window_step(root, False, clearance)
    traced = {"fClearanceFactor": "shown"}
    largest_value = LARGEST
    example = EXAMPLE

    @cyclic
    def Call(self) -> BOOL:
        """Takes the values of all channels.

        Errors: 16#3007 before a successful Configure; 16#3003 a channel that was never set, or a NaN or infinite value;
        16#300A a value beyond +-1e290.
        """


class FB_ALY_ImpulseFactor(FactorBlock, category="Statistics"):
    """Impulse factor of each channel, max|x| / mean|x|, over all values or a window.

    Sources: manual TF3510 EN 1.5.0 pp. 353-357 (InfoSys 13720878475).

    Documented: peak value over mean value; the three window modes; one configuration for all channels; the results are
    fetched with GetChannelOutputValue. Chosen, where the manual is silent: both are taken of the absolute values, as is
    usual, because the mean of a vibration is 0; what `alycat.blocks.statistics.window_statistics` lists; a window of
    nothing but zeros gives 0. Values beyond +-1e290 are refused (16#300A). `replay` has the results of each row in the
    trace, as fImpulseFactor.

    Cost: the same in every call, whatever nWindowSize is.
    """

    step = window_step(size, False, impulse)
    traced = {"fImpulseFactor": "shown"}
    largest_value = LARGEST
    example = EXAMPLE

    @cyclic
    def Call(self) -> BOOL:
        """Takes the values of all channels.

        Errors: 16#3007 before a successful Configure; 16#3003 a channel that was never set, or a NaN or infinite value;
        16#300A a value beyond +-1e290.
        """


class FB_ALY_ShapeFactor(FactorBlock, category="Statistics"):
    """Shape factor of each channel, RMS(x) / mean|x|, over all values or a window.

    Sources: manual TF3510 EN 1.5.0 pp. 357-361 (InfoSys 13720506763, 13720703115), Workbench 13717488907.

    Documented: the formula; the three window modes; one configuration for all channels; the results are fetched with
    GetChannelOutputValue. Chosen, where the manual is silent: what `alycat.blocks.statistics.window_statistics` lists;
    a window of nothing but zeros gives 0. Values beyond +-1e140 are refused (16#300A). `replay` has the results of each
    row in the trace, as fShapeFactor. A sine has pi / sqrt(8) = 1.11, Gaussian noise sqrt(pi / 2) = 1.25.

    Cost: the same in every call, whatever nWindowSize is.
    """

    step = window_step(size, True, shape)
    traced = {"fShapeFactor": "shown"}
    largest_value = LARGEST_SQUARED
    example = EXAMPLE

    @cyclic
    def Call(self) -> BOOL:
        """Takes the values of all channels.

        Errors: 16#3007 before a successful Configure; 16#3003 a channel that was never set, or a NaN or infinite value;
        16#300A a value beyond +-1e140.
        """
