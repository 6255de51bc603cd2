"""FB_ALY_XtsMovementAnalysis: position, velocity, acceleration and jerk of a mover behind smoothing filters."""

import math
from typing import Annotated, Any, ClassVar

import numpy as np

from alycat.runtime.block import FixedChannelBlock, cyclic, method
from alycat.runtime.composite import Array
from alycat.runtime.declare import buffer, config, output, state
from alycat.runtime.iec import BOOL, LINT, LREAL, UDINT
from alycat.runtime.kernel import kernel
from alycat.runtime.memory import f64, i64

from ..checks import wrong_value
from ..windows import LARGEST
from .tracks import MM, TrackBlock, way

STAGES = 4  # position, velocity, acceleration, jerk
MOTION, EXTERNAL_1, EXTERNAL_2 = 0, 1, 2
HIGHEST_ORDER = 10

UDINT_4 = Annotated[Array[UDINT], (1, STAGES)]
LREAL_4 = Annotated[Array[LREAL], (1, STAGES)]
BOOL_4 = Annotated[Array[BOOL], (1, STAGES)]


@kernel
def smooth(m: Any, signal: int, stage: int, x: float) -> float:
    """One value through the lags of a stage; each signal has lags of its own, which begin at rest."""
    order = i64(m, m.orders, STAGES)[stage]
    share = f64(m, m.shares, STAGES)[stage]
    lags = f64(m, m.lags, 3 * STAGES * HIGHEST_ORDER)
    first = (signal * STAGES + stage) * HIGHEST_ORDER
    for i in range(order):
        if m.samples > 0:
            x = lags[first + i] + share * (x - lags[first + i])
        lags[first + i] = x
    return x


@kernel
def smooth_external(m: Any, signal: int, x: float) -> float:
    """A signal through the stages that are enabled for it."""
    enabled = i64(m, m.enabled, 3 * STAGES)
    for stage in range(STAGES):
        if enabled[signal * STAGES + stage] != 0:
            x = smooth(m, signal, stage, x)
    return x


@kernel
def follow_mover(m: Any, position: float) -> None:
    """The position through filter and derivative, three times; everything but the position begins at 0."""
    if m.samples == 0:
        m.travelled, m.last_smoothed = position, position
    else:
        m.travelled += way(m.before, position, m.length)
    m.before = position
    smoothed = smooth(m, MOTION, 0, m.travelled)
    m.fPositionRaw = position
    m.fPositionFiltered = smoothed - m.length * np.floor(smoothed / m.length)
    m.fVelocityRaw = MM * (smoothed - m.last_smoothed) * m.rate
    m.last_smoothed = smoothed
    velocity = smooth(m, MOTION, 1, m.fVelocityRaw)
    m.fAccelerationRaw = (velocity - m.fVelocityFiltered) * m.rate
    m.fVelocityFiltered = velocity
    acceleration = smooth(m, MOTION, 2, m.fAccelerationRaw)
    m.fJerkRaw = (acceleration - m.fAccelerationFiltered) * m.rate
    m.fAccelerationFiltered = acceleration
    turn_back(m)


@kernel
def turn_back(m: Any) -> None:
    """Takes whole rounds from the way, and from what follows it, so that its digits do not go after many of them."""
    rounds = m.length * np.floor(m.travelled / m.length)
    m.travelled -= rounds
    m.last_smoothed -= rounds
    lags = f64(m, m.lags, HIGHEST_ORDER)  # those of the position come first
    for i in range(i64(m, m.orders, STAGES)[0]):
        lags[i] -= rounds


@kernel
def step(m: Any) -> int:
    x = f64(m, m.x, 3)
    position = x[0] * m.factor
    code = wrong_value(position, LARGEST)
    for signal in range(1, 3):
        if code == 0 and (m.external >> signal) & 1:
            code = wrong_value(x[signal], LARGEST)
    if code != 0:
        return code
    follow_mover(m, position)
    if m.external & 2:
        m.fExtSignal1Filtered = smooth_external(m, 1, x[1])
    if m.external & 4:
        m.fExtSignal2Filtered = smooth_external(m, 2, x[2])
    m.samples += 1
    m.bNewResult = True
    return 0


class FB_ALY_XtsMovementAnalysis(FixedChannelBlock, TrackBlock, category="Specific"):
    """Position, velocity, acceleration and jerk of a mover, each smoothed before the next derivative.

    Channel 1 is the position of the mover, channels 2 and 3 are external signals that can be sent through the same
    filter stages, so that they are delayed alike.

    Sources: InfoSys 20981510923, 20981732363, 20981773451, Workbench 20979661579, FB_FTR_PTn 5858749451; not in the
    manual TF3510 EN 1.5.0. The page of Call was not seen.

    Documented: the outputs and their units; the parameters of Configure; the position is scaled to mm.
    Chosen, where the pages are silent:

    - Call has no inputs, as the sample rate gives the time between two calls; every successful call has a new result;
    - a PTn stage is n first-order lags in series, exact for an input that is held between two calls; order 0 or a time
      constant of 0 s passes the value on; orders go up to 10, as those of FB_FTR_PTn;
    - the first call finds the filters at rest: position and external signals at their values, derivatives at 0;
    - the filtered position lies in 0..nXtsLength; derivatives are difference quotients of filtered values;
    - the fourth stage serves the external signals only: the Workbench shows a filtered jerk, the block's page has no
      output for it; an external signal without an enabled stage is not looked at and stays 0;
    - what `alycat.blocks.specific.tracks` lists. Values beyond +-1e290 are refused (16#300A).
    """

    step = step
    channel_count: ClassVar[int] = 3
    drawn_with = {
        "fPositionRaw": ("fPositionFiltered",),
        "fVelocityRaw": ("fVelocityFiltered",),
        "fAccelerationRaw": ("fAccelerationFiltered",),
        "fExtSignal1Filtered": ("fExtSignal2Filtered",),
    }
    example = {
        "nXtsLength": 4000,
        "fHardwarePosFactor": 1.0,
        "fSampleRate": 1000.0,
        "aFilterOrder": [2, 2, 2, 2],
        "aFilterTimeConstant": [0.002, 0.004, 0.008, 0.008],
        "aUseFilterForExtSignal1": [True, True, False, False],
        "aUseFilterForExtSignal2": [False, False, False, False],
    }

    fPositionRaw: LREAL = output("position, mm")
    fPositionFiltered: LREAL = output("filtered position, mm")
    fVelocityRaw: LREAL = output("velocity, m/s")
    fVelocityFiltered: LREAL = output("filtered velocity, m/s")
    fAccelerationRaw: LREAL = output("acceleration, m/s^2")
    fAccelerationFiltered: LREAL = output("filtered acceleration, m/s^2")
    fJerkRaw: LREAL = output("jerk, m/s^3")
    fExtSignal1Filtered: LREAL = output("external signal 1 behind its stages")
    fExtSignal2Filtered: LREAL = output("external signal 2 behind its stages")

    factor: LREAL = config("from the input to mm")
    rate: LREAL = config("samples per second")
    external: LINT = config("bit 1 and 2: the external signal has enabled stages")
    samples: LINT = state("calls so far")
    travelled: LREAL = state("position that goes on from lap to lap, mm")
    last_smoothed: LREAL = state("the same, filtered, of the call before")

    orders: LINT = buffer("of the stages, kept by Reset")
    shares: LREAL = buffer("of the way to a new value that a lag goes in one call, kept by Reset")
    enabled: LINT = buffer("stages of each signal, kept by Reset")
    lags: LREAL = buffer("values of the lags")

    def _kept_buffers(self) -> tuple[str, ...]:
        return (*super()._kept_buffers(), "orders", "shares", "enabled")

    def _explain(self, event_id: int) -> str:
        reason = super()._explain(event_id)
        position = abs(self._x[0] * self._m.factor)
        if event_id in (0x3003, 0x300A) and not reason and not position <= LARGEST:
            return f"the position is {position:g} mm, values up to +-{LARGEST:g} mm are allowed"
        return reason

    @method
    def Configure(
        self,
        nXtsLength: UDINT,
        fHardwarePosFactor: LREAL,
        fSampleRate: LREAL,
        aFilterOrder: UDINT_4,
        aFilterTimeConstant: LREAL_4,
        aUseFilterForExtSignal1: BOOL_4,
        aUseFilterForExtSignal2: BOOL_4,
    ) -> BOOL:
        """Takes the parameters and starts anew.

        Parameters
        ----------
        nXtsLength
            length of the track in mm; at least 1
        fHardwarePosFactor
            scales the input to mm; not 0
        fSampleRate
            calls per second; more than 0
        aFilterOrder
            order of the filter of position, velocity, acceleration, jerk; 0..10
        aFilterTimeConstant
            time constants of their lags in s; at least 0
        aUseFilterForExtSignal1
            which of the four stages external signal 1 passes
        aUseFilterForExtSignal2
            which of the four stages external signal 2 passes

        Notes
        -----
        Errors: 16#2017 length 0, 16#201A factor 0 or not finite, 16#200E sample rate, 16#200D an order above 10,
        16#200F a time constant negative or not finite.
        """
        if self._length_refused(nXtsLength):
            return False
        if not math.isfinite(fHardwarePosFactor) or fHardwarePosFactor == 0:
            return self._finish(0x201A, f"fHardwarePosFactor = {fHardwarePosFactor:g}, it has to be finite and not 0")
        if not 0 < fSampleRate < math.inf:
            return self._finish(0x200E, f"fSampleRate = {fSampleRate:g}, it has to be finite and more than 0")
        orders, constants = list(aFilterOrder), list(aFilterTimeConstant)
        for stage, (order, constant) in enumerate(zip(orders, constants, strict=True), start=1):
            if order > HIGHEST_ORDER:
                return self._finish(0x200D, f"aFilterOrder[{stage}] = {order}, allowed are 0..{HIGHEST_ORDER}")
            if not 0 <= constant < math.inf:
                return self._finish(0x200F, f"aFilterTimeConstant[{stage}] = {constant:g} s, at least 0 is needed")
        enabled = np.array([[0] * STAGES, list(aUseFilterForExtSignal1), list(aUseFilterForExtSignal2)], np.int64)
        cells = {"orders": STAGES, "shares": STAGES, "enabled": 3 * STAGES, "lags": 3 * STAGES * HIGHEST_ORDER}
        self._allocate(**cells)
        m = self._m
        m.length, m.factor, m.rate = nXtsLength, fHardwarePosFactor, fSampleRate
        m.external = sum(1 << signal for signal in (1, 2) if enabled[signal].any())
        self._buffer("orders")[:] = orders
        self._buffer("shares")[:] = [
            -math.expm1(-1.0 / (c * fSampleRate)) if c * fSampleRate else 1.0 for c in constants
        ]
        self._buffer("enabled")[:] = enabled.reshape(-1)
        return self._configured()

    @cyclic
    def Call(self) -> BOOL:
        """Takes the position and the external signals. Errors: 16#3007 not configured, 16#3003 value not usable."""
