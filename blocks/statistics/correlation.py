"""What the blocks of correlation functions have in common around their kernels: parameters, memory, getters."""

import numpy as np

from alycat.runtime.block import ChannelBlock, method
from alycat.runtime.declare import buffer, config, fb_init, scratch, state
from alycat.runtime.iec import BOOL, IN_OUT_DINT, IN_OUT_LREAL, LINT, LREAL, PVOID, UDINT
from alycat.runtime.vector_lags import LANES

from ..fft import length_for, twiddles
from ..types import E_ALY_CorrelationMode, E_ALY_WindowMode
from .correlation_kernels import CONTINUOUS, FIXED, SLIDING
from .correlation_sums import SUMS

BLOCK = 1024  # values after which Continuous folds its fresh sums into the old ones
LONGEST_WHOLE = 1 << 16  # values of a fixed window up to which the last call may do the work of all
LONGEST_TRANSFORM = 1 << 22
TRANSFORM_COST = 0.48  # work of a transform per value and stage, in products of a value with LANES others


class CorrelationBlock(ChannelBlock):
    """A block that correlates channels with a reference over a range of lags."""

    nNumChannels: UDINT = fb_init(2, "number of channels compared with the reference")

    channels: LINT = config("channels that are compared")
    window: LINT = config("window mode")
    kind: LINT = config("correlation mode")
    size: LINT = config("values of a window; with Continuous, of a block")
    least_lag: LINT = config()
    stride: LINT = config("from lag to lag")
    lags: LINT = config("number of lags")
    forward: LINT = config("lags from 0 up, in which the reference is delayed")
    backward: LINT = config("lags below 0, in which the channels are")
    first_forward: LINT = config("smallest delay of each kind")
    first_backward: LINT = config()
    longest: LINT = config("longest delay")
    depth: LINT = config("values of a history")
    whole: BOOL = config("a fixed window is correlated in its last call, no sums are kept")
    spectral: LINT = config("length of the transforms, 0 when there are none")
    columns: LINT = config("elements of a row of delayed values, for direct products")

    calls: LINT = state("values so far")
    phase: LINT = state("values of the running window or block")
    place: LINT = state("of the newest value in the histories")
    which: LINT = state("sliding window: the sums that are whole")
    mean_count: LINT = state("values in `means`")

    past: LREAL = buffer("histories of all signals")
    sums: LREAL = buffer("two sets for each channel")
    origins: LREAL = buffer("two for each signal")
    means: LREAL = buffer("sum of each signal since the latest start of sums")
    circle: LREAL = buffer("table for the transforms, kept by Reset")
    coefficients: LREAL = buffer("results: a row per channel, an element per lag")
    min_coefficients: LREAL = buffer()
    max_coefficients: LREAL = buffer()
    min_lags: LINT = buffer()
    max_lags: LINT = buffer()
    work: LREAL = scratch("room for the transforms")

    traced = {
        "fMinCoef": "min_coefficients",
        "fMaxCoef": "max_coefficients",
        "nMinimizingLag": "min_lags",
        "nMaximizingLag": "max_lags",
    }

    def _counts(self) -> dict[str, int]:
        return super()._counts() | dict.fromkeys(self.traced.values(), int(self._init["nNumChannels"]))

    def _kept_buffers(self) -> tuple[str, ...]:
        return (*super()._kept_buffers(), "circle")

    def _refused(self, least: int, most: int, step: int, channels: int, window: int, kind: int, size: int) -> bool:
        """Whether the parameters of Configure cannot be used; the message then says so."""
        allowed = int(self._init["nNumChannels"])
        wrong = [
            (not 1 <= channels <= allowed, 0x100C, f"nNumChannels = {channels}, allowed are 1..{allowed} of FB_init"),
            (step == 0, 0x200D, "nStepSize = 0, at least 1 is needed"),
            (least > most, 0x200C, f"nMinLag = {least} is more than nMaxLag = {most}"),
            (window == E_ALY_WindowMode.NotInitialized, 0x2003, "eWindowMode is NotInitialized"),
            (kind == E_ALY_CorrelationMode.NotInitialized, 0x2003, "eCorrelationMode is NotInitialized"),
            (window != CONTINUOUS and size == 0, 0x200D, "nWindowSize = 0, at least 1 is needed"),
        ]
        for is_wrong, code, detail in wrong:
            if is_wrong:
                self._finish(code, detail)
                return True
        if least % step or most % step:
            self._finish(0x200C, f"nMinLag = {least} and nMaxLag = {most} have to be multiples of {step}")
            return True
        return False

    def _prepare(self, least: int, most: int, step: int, channels: int, window: int, kind: int, size: int) -> bool:
        """Allocates for parameters that have been looked at; FALSE with a message when there is too much."""
        first_forward, first_backward = max(least, 0), max(-most, step)
        forward = (most - first_forward) // step + 1 if most >= first_forward else 0
        backward = (-least - first_backward) // step + 1 if -least >= first_backward else 0
        plan = Plan(window, size, forward, backward, step, max(most, -least, 0))
        try:
            self._allocate(**plan.counts(channels))
        except MemoryError as error:
            return self._finish(0x2001, str(error))
        m = self._m
        m.channels, m.window, m.kind = channels, window, kind
        m.least_lag, m.stride, m.lags, m.forward, m.backward = least, step, forward + backward, forward, backward
        m.first_forward, m.first_backward, m.longest = first_forward, first_backward, plan.longest
        self._set_plan(plan)
        return True

    def _rearrange(self, size: int, **more: int) -> None:
        """Another length of the window, and of further buffers; MemoryError before anything is changed."""
        m = self._m
        plan = Plan(m.window, size, m.forward, m.backward, m.stride, m.longest)
        self._resize(**plan.counts(m.channels), **more)
        self._set_plan(plan)

    def _set_plan(self, plan: "Plan") -> None:
        m = self._m
        m.size, m.depth, m.whole = plan.size, plan.depth, plan.whole
        m.spectral, m.columns = plan.spectral, plan.columns
        if plan.spectral:
            self._buffer("circle")[:] = twiddles(plan.spectral)

    def coefficient_lags(self) -> np.ndarray:
        """The lags of the coefficients; beyond the vendor."""
        return self._m.least_lag + self._m.stride * np.arange(self._m.lags)

    def coefficients_shown(self) -> np.ndarray:
        """The coefficients of the latest result, a row per channel, a copy; beyond the vendor."""
        return self._buffer("coefficients").reshape(self._m.channels, -1).copy()

    @method
    def GetChannelOutputArray(self, nChannel: UDINT, pCorrCoefsArrayOut: PVOID, nCorrCoefsArrayOutSize: UDINT) -> BOOL:
        """Copies the coefficients of one channel, from that of nMinLag to that of nMaxLag.

        Parameters
        ----------
        nChannel
            1..nNumChannels
        pCorrCoefsArrayOut
            numpy array (float64) with an element for each lag
        nCorrCoefsArrayOutSize
            its size in bytes

        Notes
        -----
        Errors: 16#3007 before a successful Configure, 16#3010 channel outside its range, 16#3002 no array, 16#3004 a
        size that does not fit, 16#3011 an array of another type.
        """
        if self._channel_refused(nChannel):
            return False
        if pCorrCoefsArrayOut is not None and pCorrCoefsArrayOut.dtype != np.float64:
            return self._finish(
                0x3011, f"pCorrCoefsArrayOut: elements of type {pCorrCoefsArrayOut.dtype}, LREAL needed"
            )
        lags = int(self._m.lags)
        row = self._buffer("coefficients")[(nChannel - 1) * lags : nChannel * lags]
        return self._copy_out("pCorrCoefsArrayOut", pCorrCoefsArrayOut, nCorrCoefsArrayOutSize, row)

    @method
    def GetChannelOutputValues(
        self,
        nChannel: UDINT,
        fMinCoef: IN_OUT_LREAL,
        fMaxCoef: IN_OUT_LREAL,
        nMinimizingLag: IN_OUT_DINT,
        nMaximizingLag: IN_OUT_DINT,
    ) -> BOOL:
        """Copies the extremes of the coefficients of one channel to variables, numpy arrays of one element each.

        Parameters
        ----------
        nChannel
            1..nNumChannels
        fMinCoef
            receives the smallest coefficient
        fMaxCoef
            receives the largest one
        nMinimizingLag
            receives the lag of the smallest one
        nMaximizingLag
            receives the lag of the largest one

        Notes
        -----
        Errors: 16#3007 before a successful Configure, 16#3010 channel outside its range, 16#300A a lag that the
        variable cannot hold.
        """
        if self._channel_refused(nChannel):
            return False
        variables = (fMinCoef, fMaxCoef, nMinimizingLag, nMaximizingLag)
        for (name, buffer_name), variable in zip(self.traced.items(), variables, strict=True):
            if not self._store(name, variable, self._buffer(buffer_name)[nChannel - 1].item()):
                return False
        return self._finish(0)

    def _channel_refused(self, channel: int) -> bool:
        m = self._m
        if m.bConfigured and 1 <= channel <= m.channels:
            return False
        self._finish(
            *((0x3010, f"nChannel = {channel}, allowed are 1..{m.channels}") if m.bConfigured else (0x3007, ""))
        )
        return True


class Plan:
    """How long everything is, and how a fixed window is correlated: by the least work, the same for the same lengths.

    Call by call when it is long and has few lags, so that no call does the work of very many; else as a whole in its
    last call, directly or by transforms of parts of the window.
    """

    def __init__(self, window: int, size: int, forward: int, backward: int, step: int, longest: int) -> None:
        self.size = BLOCK if window == CONTINUOUS else size
        self.lags, self.longest = forward + backward, longest
        length, transforms = best_length(size, longest)
        direct = (-(-forward // LANES) - (-backward // LANES)) * size
        by_spectra = TRANSFORM_COST * transforms < direct and length <= LONGEST_TRANSFORM
        self.whole = window == FIXED and (by_spectra or size <= LONGEST_WHOLE)
        self.spectral = length if self.whole and by_spectra else 0
        self.columns = -(-size // step) + -(-max(forward, backward) // LANES) * LANES
        self.work = 0
        if self.whole:
            self.work = 8 * length if by_spectra else LANES + size + min(step, size) * self.columns
        self.depth = longest + (size if self.whole else 1 + (size if window == SLIDING else 0))

    def counts(self, channels: int) -> dict[str, int]:
        """Elements of the buffers."""
        return {
            "past": self.depth * (channels + 1) + LANES if self.whole else 2 * self.depth * (channels + 1),
            "sums": (1 if self.whole else 2) * SUMS * self.lags * channels,
            "origins": 2 * (channels + 1),
            "means": channels + 1,
            "circle": 2 * self.spectral,
            "coefficients": self.lags * channels,
            "work": self.work,
        }


def best_length(size: int, longest: int) -> tuple[int, int]:
    """The length of transforms with the least work for a window, and that work: two for each part and one at the end.

    A part and what lies before it, as far as the longest delay reaches, fill the length together.
    """
    whole = length_for(size + longest)
    choices = [length_for(longest + 1)]
    while choices[-1] < whole:
        choices.append(2 * choices[-1])
    work = [(2 * -(-size // (f - longest)) + 1) * f * f.bit_length() for f in choices]
    return min(zip(choices, work, strict=True), key=lambda choice: choice[1])
