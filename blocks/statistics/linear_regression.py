"""FB_ALY_LinearRegressionFitting and FB_ALY_LinearRegressionInference: a linear model, taught and used."""

import math
from typing import Any

import numpy as np

from alycat.runtime.block import ChannelBlock, cyclic, method
from alycat.runtime.declare import buffer, channel_config, config, fb_init, output, state
from alycat.runtime.iec import ANY, BOOL, LINT, LREAL, STRING_255, TIME, UDINT
from alycat.runtime.kernel import int64, kernel
from alycat.runtime.learnt import Learnt
from alycat.runtime.memory import f64

from ..checks import wrong_value
from ..learnt_kinds import LINEAR_REGRESSION
from ..teaching import WORKING, FromFileBlock, TeachBlock
from ..types import E_ALY_ConfigState, E_ALY_TeachState, ST_ALY_FileHeader
from ..windows import LARGEST_SQUARED, add


@kernel
def combination(x: Any, weights: Any, n: int) -> float:
    """Bias plus weighted values, from the first channel to the last."""
    total = weights[0]
    for c in range(n):
        total += weights[c + 1] * x[c]
    return total


@kernel
def fit(m: Any) -> int:
    if m.eState != WORKING:
        return 0x3008
    n = int64(m.nNumChannels)
    x = f64(m, m.x, n)
    for c in range(n):
        code = wrong_value(x[c], LARGEST_SQUARED)
        if code != 0:
            return code
    code = wrong_value(m.dependent, LARGEST_SQUARED)
    if code != 0:
        return code
    weights = f64(m, m.weights, n + 1)
    result = combination(x, weights, n)
    if m.bFit:
        error = result - m.dependent
        square, rest = add(m.square_sum, m.square_rest, error * error)
        slope, fresh = f64(m, m.slope, n + 1), f64(m, m.fresh, n + 1)
        moves = m.filled + 1 == m.batch
        factor = 2.0 * m.step_size / m.batch
        fresh[0] = slope[0] + error if m.has_bias else 0.0
        for c in range(n):
            fresh[c + 1] = slope[c + 1] + error * x[c]
        if moves:  # what is in `fresh` becomes the new coefficients
            for c in range(n + 1):
                fresh[c] = weights[c] - factor * fresh[c]
            result = combination(x, fresh, n)
        bad = not result - result == 0.0 or not square - square == 0.0
        for c in range(n + 1):
            bad = bad or not fresh[c] - fresh[c] == 0.0
        if bad:
            return 0x300A
        for c in range(n + 1):
            slope[c] = 0.0 if moves else fresh[c]
            weights[c] = fresh[c] if moves else weights[c]
        m.fMSE = (square + rest) / m.batch if moves else m.fMSE
        m.square_sum, m.square_rest = (0.0, 0.0) if moves else (square, rest)
        m.filled = 0 if moves else m.filled + 1
        m.samples += 1
    elif not result - result == 0.0:
        return 0x300A
    m.fResult = result
    m.bNewResult = True
    return 0


class FB_ALY_LinearRegressionFitting(TeachBlock, ChannelBlock, category="Statistics"):
    """Learns by stochastic gradient descent how a dependent value follows from the channels, and writes a file.

    Sources: manual TF3510 EN 1.5.0 pp. 334-340 (InfoSys 10045188875, 10047755915, 10050517771), Workbench 9098921227.

    Documented: the model w0 + w1 * x1 + ... + wn * xn; in each cycle the coefficients move against the gradient of the
    squared error, times fStepSize; with nMiniBatchSize the error is averaged over that many cycles, and then they move
    once; fResult is the model's value with the coefficients after this cycle; without bBias w0 is 0; coefficients start
    at 0 or from an existing file. How the states change, and when the file is written, stands in
    `alycat.blocks.teaching`.

    Chosen, where the manual is silent:

    - the gradient is that of the squared error itself, 2 * (result - dependent) * xi, so that fStepSize is half of what
      other programs call the learning rate: scikit-learn's SGDRegressor with a constant eta0 = 2 * fStepSize and no
      penalty gives the same coefficients;
    - fMSE is the mean of the squared errors of the latest complete mini-batch, with the coefficients before they move;
    - bFit FALSE: fResult is calculated, nothing is learnt, and the call is no part of the mini-batch; a mini-batch that
      is not complete when Teach is left is left out;
    - Configure has the six inputs of table and sample, without nSetNumTeaches of the syntax box;
    - coefficients that would become infinite (fStepSize too large) are refused (16#300A) and stay as they are, and so
      are values beyond +-1e140. Every successful call has a new result;
    - entering Teach again starts from 0, or from the file if it is to take part.

    Cost: O(channels) per call.
    """

    step = fit
    drawn_with = {"fResult": ("dependent",)}
    largest_value = LARGEST_SQUARED
    learns = LINEAR_REGRESSION
    example = {
        "bBias": True,
        "fStepSize": 0.01,
        "nMiniBatchSize": 1,
        "tTimeout": 5000,
        "bInvolveExistingFile": False,
        "sFilePath": r"%TC_BOOTPRJPATH%\Regression.json",
    }

    nNumChannels: UDINT = fb_init(1, "number of input channels")

    fResult: LREAL = output("what the model says for the values of this call")
    fMSE: LREAL = output("mean squared error of the latest mini-batch")
    bBusy: BOOL = output("file work is under way")
    eState: E_ALY_TeachState = output("state")

    has_bias: BOOL = config()
    step_size: LREAL = config()
    batch: LINT = config("calls of a mini-batch")
    involve_file: BOOL = config()
    loaded_samples: LINT = config("values in the coefficients that came from the file")

    square_sum: LREAL = state("of the errors of the mini-batch")
    square_rest: LREAL = state("what rounding took from it")
    filled: LINT = state("calls in the mini-batch")
    samples: LINT = state("values that were learnt from")

    weights: LREAL = buffer("the coefficients")
    slope: LREAL = buffer("sum of error times value over the mini-batch")
    fresh: LREAL = buffer("what a call makes of them")
    loaded: LREAL = buffer("the coefficients that teaching starts from")

    @method
    def Configure(
        self,
        bBias: BOOL,
        fStepSize: LREAL,
        nMiniBatchSize: UDINT,
        tTimeout: TIME,
        bInvolveExistingFile: BOOL,
        sFilePath: STRING_255,
    ) -> BOOL:
        """Takes the parameters and starts in Idle, with coefficients of 0.

        Parameters
        ----------
        bBias
            FALSE: the bias is 0 and stays so
        fStepSize
            how far the coefficients move against the gradient
        nMiniBatchSize
            calls after which they move once
        tTimeout
            the file work has to end within this time
        bInvolveExistingFile
            TRUE: teaching goes on from the file, if there is one; FALSE: it is replaced
        sFilePath
            the file, below the folder of files

        Notes
        -----
        Errors: 16#100C nNumChannels is 0, 16#200F fStepSize is not positive or not finite, 16#200D nMiniBatchSize is 0,
        16#2015 tTimeout is 0, 16#2013 the path names no file below the folder of files, 16#2001 too much memory.
        """
        if self._n == 0:
            return self._finish(0x100C, "nNumChannels = 0, at least 1 is needed")
        if not 0 < fStepSize < math.inf:
            return self._finish(0x200F, f"fStepSize = {fStepSize}, a positive finite number is needed")
        if nMiniBatchSize == 0:
            return self._finish(0x200D, "nMiniBatchSize = 0, at least 1 is needed")
        if self._file_refused(sFilePath, tTimeout):
            return False
        try:
            self._allocate(**dict.fromkeys(("weights", "slope", "fresh", "loaded"), self._n + 1))
        except MemoryError as error:
            return self._finish(0x2001, str(error))
        m = self._m
        m.has_bias, m.step_size, m.batch, m.involve_file = bBias, fStepSize, nMiniBatchSize, bInvolveExistingFile
        m.file_path, m.timeout_ms = sFilePath, tTimeout
        return self._configured()

    @cyclic
    def Call(self, bFit: BOOL, dependent: ANY) -> BOOL:
        """Learns from the values of the channels and the value that depends on them.

        Parameters
        ----------
        bFit
            FALSE: the coefficients stay as they are
        dependent
            value that the model is to give

        Notes
        -----
        Errors: 16#3007 before a successful Configure, 16#3008 outside of the state Teach, 16#3003 a channel that was
        never set, or a NaN or infinite value, 16#300A a value beyond +-1e140, or coefficients that grow without limit.
        """

    def coefficients(self) -> np.ndarray:
        """Bias and coefficient of each channel, a copy; beyond the vendor."""
        return self._buffer("weights").copy()

    @method
    def GetChannelOutputValue(self, nChannel: UDINT, output: ANY) -> BOOL:
        """Copies one coefficient to a variable.

        Parameters
        ----------
        nChannel
            0: bias, 1..nNumChannels: coefficient of the channel
        output
            numpy array of one element of any numeric type; whole numbers are rounded

        Notes
        -----
        Errors: 16#3007 before a successful Configure, 16#3010 channel outside its range, 16#300A a value that the
        variable cannot hold.
        """
        if not self._m.bConfigured:
            return self._finish(0x3007)
        if nChannel > self._n:
            return self._finish(0x3010, f"nChannel = {nChannel}, allowed are 0..{self._n}")
        return self._store("GetChannelOutputValue.output", output, self._buffer("weights")[nChannel])

    def _explain(self, event_id: int) -> str:
        reason, dependent = super()._explain(event_id), self._m.dependent
        if reason or event_id not in (0x3003, 0x300A):
            return reason
        if not abs(dependent) <= LARGEST_SQUARED:
            return f"dependent is {dependent:g}, within +-{LARGEST_SQUARED:g} is needed"
        return f"the coefficients would become infinite; is fStepSize = {self._m.step_size} too large?"

    def _kept_buffers(self) -> tuple[str, ...]:
        return (*super()._kept_buffers(), "loaded")

    def _begin(self) -> None:
        self._buffer("weights")[:] = self._buffer("loaded")
        self._m.samples = self._m.loaded_samples

    def _involves_file(self) -> bool:
        return bool(self._m.involve_file)

    def _start_from(self, learnt: Learnt | None) -> tuple[int, str]:
        wanted = self._n + 1
        found = learnt["coefficient"] if learnt else np.zeros(wanted)
        if len(found) != wanted:
            return 0x300C, f"the file has {len(found)} coefficients, {wanted} are needed"
        self._buffer("loaded")[:] = found
        if not self._m.has_bias:
            self._buffer("loaded")[0] = 0.0
        self._m.loaded_samples = learnt["samples"] if learnt else 0
        self._restart()
        return 0, ""

    def _learnt(self) -> dict[str, Any] | None:
        if self._m.samples == self._m.loaded_samples:
            return None
        return {"samples": self._m.samples, "coefficient": self.coefficients()}


@kernel
def infer(m: Any) -> int:
    n = int64(m.nNumChannels)
    x = f64(m, m.x, n)
    for c in range(n):
        code = wrong_value(x[c], math.inf)
        if code != 0:
            return code
    result = combination(x, f64(m, m.coefficient, n + 1), n)
    if not result - result == 0.0:
        return 0x300A
    m.fResult = result
    m.bNewResult = True
    return 0


class FB_ALY_LinearRegressionInference(FromFileBlock, ChannelBlock, category="Statistics"):
    """Gives what a linear model says for the values of the channels.

    Sources: manual TF3510 EN 1.5.0 pp. 341-346 (InfoSys 10046706443, 10052205195).

    Documented: w0 + w1 * x1 + ... + wn * xn; the coefficients come from ConfigureChannel and Configure, or from the
    file of FB_ALY_LinearRegressionFitting. How the states change stands in `alycat.blocks.teaching`.

    Chosen, where the manual is silent: Configure needs every coefficient, the bias included (16#2022); a file has to
    have as many coefficients as there are channels, and the bias (16#300C); every successful call has a new result; a
    result that is too large for LREAL is refused (16#300A).

    Cost: O(channels) per call.
    """

    step = infer
    reads = LINEAR_REGRESSION
    channels_from = 0

    nNumChannels: UDINT = fb_init(1, "number of input channels")

    bBusy: BOOL = output("file work is under way")
    eState: E_ALY_ConfigState = output("state of the configuration")
    stFileHeader: ST_ALY_FileHeader = output("what the file tells of itself")
    fResult: LREAL = output("the weighted sum")

    coefficient: LREAL = channel_config("bias, then the weight of each channel; NaN: not given", initial=math.nan)

    def _counts(self) -> dict[str, int]:
        return super()._counts() | dict.fromkeys(("coefficient", "next_coefficient"), self._n + 1)

    @method
    def ConfigureChannel(self, nChannel: UDINT, fCoefficient: LREAL) -> BOOL:
        """Stores a coefficient; it takes effect with Configure.

        Parameters
        ----------
        nChannel
            0: bias, 1..nNumChannels: weight of the channel
        fCoefficient
            the coefficient

        Notes
        -----
        Errors: 16#3010 no such channel, 16#200C the coefficient is not finite.
        """
        if nChannel > self._n:
            return self._finish(0x3010, f"nChannel = {nChannel}, allowed are 0..{self._n}")
        if not math.isfinite(fCoefficient):
            return self._finish(0x200C, f"fCoefficient = {fCoefficient}, a finite number is needed")
        self._buffer("next_coefficient")[nChannel] = fCoefficient
        return self._finish(0)

    @method
    def Configure(self) -> BOOL:
        """Takes over what ConfigureChannel stored. Errors: 16#100C no channels, 16#2022 a coefficient is missing."""
        if self._n == 0:
            return self._finish(0x100C, "nNumChannels = 0, at least 1 is needed")
        missing = np.flatnonzero(np.isnan(self._buffer("next_coefficient")))
        if len(missing):
            return self._finish(0x2022, f"ConfigureChannel has to come before Configure, for channel {missing[0]}")
        self._allocate()
        return self._configured()

    @cyclic
    def Call(self) -> BOOL:
        """Calculates the weighted sum.

        Errors: 16#3007 before a successful configuration; 16#3003 a channel that was never set, or a NaN or infinite
        value; 16#300A a result that is too large.
        """

    def _explain(self, event_id: int) -> str:
        reason = super()._explain(event_id)
        return "the result is too large for LREAL" if event_id == 0x300A and not reason else reason

    def _configure_with(self, learnt: Learnt) -> tuple[int, str]:
        found = learnt["coefficient"]
        if len(found) != self._n + 1:
            return 0x300C, f"the file has {len(found)} coefficients, {self._n + 1} are needed"
        self._allocate()
        self._buffer("coefficient")[:] = found
        self._show_header(learnt, len(found), learnt["samples"])
        return 0, ""
