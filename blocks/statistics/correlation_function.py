"""FB_ALY_CorrelationFunction: correlation of channels with a reference channel over a range of lags."""

from typing import Any

from alycat.runtime.block import cyclic, method
from alycat.runtime.iec import BOOL, DINT, UDINT
from alycat.runtime.kernel import kernel
from alycat.runtime.memory import f64

from ..checks import wrong_value
from ..types import E_ALY_CorrelationMode, E_ALY_WindowMode
from ..windows import LARGEST_SQUARED
from .correlation import CorrelationBlock
from .correlation_kernels import take


@kernel
def step(m: Any) -> int:
    n = m.channels
    x = f64(m, m.x, n + 1)
    for c in range(n + 1):
        code = wrong_value(x[c], LARGEST_SQUARED)
        if code != 0:
            return code
    m.bNewResult = take(m, x[0], f64(m, m.x + 8, n))
    return 0


class FB_ALY_CorrelationFunction(CorrelationBlock, category="Statistics"):
    """Correlates channels 1..nNumChannels with the reference, channel 0, for shifts from nMinLag to nMaxLag calls.

    Sources: manual TF3510 EN 1.5.0 pp. 313-322 and 432 (InfoSys 8733738123, 8735282571, 8735424651, 8735522699),
    Workbench 8718159243.

    Documented, with x the reference, y a channel and n the present call: for m >= 0 the reference is delayed, the pairs
    are x[k - m], y[k]; for m < 0 the channel is, the pairs are x[k], y[k + m]. Continuous: all k so far, SlidingWindow:
    the last nWindowSize, FixWindow: nWindowSize calls, then the next ones, with results in the last call of each;
    values from before the window serve as delayed ones. While values have not been recorded yet there are fewer pairs.
    Base is the sum of the products, Normed divides it by the number N of summands (Continuous: n + 1 calls),
    Covariance and CovarianceBesel divide by N and N - 1, Pearson is the usual coefficient.

    Chosen, where the manual is silent (its formulas are pictures):

    - Covariance and Pearson take the means of both signals over the pairs of each lag;
    - Continuous divides by N = n + 1 in all modes, as the manual says, also where |m| pairs are missing;
    - a coefficient that is not defined is 0: without pairs, Pearson of a signal that does not vary, CovarianceBesel of
      one pair; of equal coefficients the one with the smallest lag gives nMinimizingLag and nMaximizingLag, in which
      lags without pairs take no part;
    - SlidingWindow has a result in every call, also before the first window is full;
    - nNumChannels of Configure may be less than that of FB_init; further channels are then not looked at;
    - the range need not contain 0. Values beyond +-1e140 are refused (16#300A).

    `replay` takes the reference as the first column; its trace has fMinCoef, fMaxCoef, nMinimizingLag, nMaximizingLag
    of all channels, `coefficients_shown` the coefficients of the latest result.

    Numerics: sums are of distances from an origin within the data. In a sliding window they start anew every
    nWindowSize calls and take over when they are whole, so that rounding does not add up; a value a million times
    larger than the others costs digits for two windows at most.

    Cost per call: O(lags), whatever nWindowSize is. A fixed window of up to 65,536 values, or with many lags, is
    correlated in its last call, and its other calls cost next to nothing: directly, in O(nWindowSize lags) with sixteen
    lags at a time, or where that is less work by transforms, in O(nWindowSize log(longest lag)); for instance 4,096
    values from about 180 lags on.
    """

    step = step
    first_channel = 0
    largest_value = LARGEST_SQUARED
    example = {
        "nMinLag": -50,
        "nMaxLag": 50,
        "nStepSize": 5,
        "nNumChannels": 2,
        "eWindowMode": E_ALY_WindowMode.FixWindow,
        "eCorrelationMode": E_ALY_CorrelationMode.Pearson,
        "nWindowSize": 75,
    }

    @property
    def _n(self) -> int:
        """The reference and the channels."""
        return int(self._init["nNumChannels"]) + 1

    @method
    def Configure(
        self,
        nMinLag: DINT,
        nMaxLag: DINT,
        nStepSize: UDINT,
        nNumChannels: UDINT,
        eWindowMode: E_ALY_WindowMode,
        eCorrelationMode: E_ALY_CorrelationMode,
        nWindowSize: UDINT,
    ) -> BOOL:
        """Takes the parameters and starts empty.

        Parameters
        ----------
        nMinLag
            smallest shift in calls, a multiple of nStepSize, usually negative
        nMaxLag
            largest shift in calls, a multiple of nStepSize
        nStepSize
            calls from shift to shift, at least 1
        nNumChannels
            channels that are compared with the reference, at most as many as in FB_init
        eWindowMode
            Continuous, FixWindow or SlidingWindow
        eCorrelationMode
            Base, Normed, Covariance, CovarianceBesel or Pearson
        nWindowSize
            values of a window, at least 1; not used with Continuous

        Notes
        -----
        Errors: 16#100C nNumChannels, 16#200D nStepSize or nWindowSize, 16#200C the lags, 16#2003 a mode NotInitialized,
        16#2001 too much memory.
        """
        given = nMinLag, nMaxLag, nStepSize, nNumChannels, eWindowMode, eCorrelationMode, nWindowSize
        if self._refused(*given) or not self._prepare(*given):
            return False
        return self._configured()

    @cyclic
    def Call(self) -> BOOL:
        """Takes the values of the reference and all channels.

        Errors: 16#3007 before a successful Configure; 16#3003 a channel that was never set, or a NaN or infinite value;
        16#300A a value beyond +-1e140.
        """
