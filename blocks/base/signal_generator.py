"""FB_ALY_SignalGenerator_1Ch: test signals."""

import math
from typing import Any

from alycat.runtime.block import AlgorithmBlock, cyclic, method
from alycat.runtime.declare import config, output, state
from alycat.runtime.iec import BOOL, LINT, LREAL, ULINT
from alycat.runtime.kernel import kernel

from ..types import E_ALY_FunctionType

CONSTANT, SINE, TRIANGLE, RECTANGLE, SAWTOOTH = 1, 2, 3, 4, 5


@kernel
def wave(shape: int, phase: float) -> float:
    """The wave of amplitude 1 at a phase of 0..1 of its period; all but the rectangle rise through 0 at phase 0."""
    if shape == SINE:
        return math.sin(2.0 * math.pi * phase)
    if shape == TRIANGLE:
        if phase < 0.25:
            return 4.0 * phase
        return 2.0 - 4.0 * phase if phase < 0.75 else 4.0 * phase - 4.0
    if shape == RECTANGLE:
        return 1.0 if phase < 0.5 else -1.0
    if shape == SAWTOOTH:
        return 2.0 * phase if phase < 0.5 else 2.0 * phase - 2.0
    return 1.0


@kernel
def step(m: Any) -> int:
    # The remainder is exact, and so is the product of whole numbers: the phase does not drift over 10**9 calls.
    phase = float(m.calls) * m.frequency % m.sample_rate / m.sample_rate
    m.fSignal = m.offset + m.amplitude * wave(m.shape, phase)
    m.calls += 1
    m.bNewResult = True
    return 0


class FB_ALY_SignalGenerator_1Ch(AlgorithmBlock, category="Base"):
    """Generates a constant, sine, triangle, rectangle or sawtooth signal, one sample per call.

    Sources: manual TF3510 EN 1.5.0 pp. 94-96 (InfoSys 9958813579, 9959839755, 10001502347).

    Documented: the parameters; Call takes no inputs.
    Chosen: call n (from 0 after Configure and Reset) gives fOffset + fAmplitude * wave(n * fFrequency / fSampleRate);
    fAmplitude is the peak value; sine, triangle and sawtooth rise through 0 at n = 0, the sawtooth falls in the middle
    of its period, the rectangle begins with its upper half; the constant is fOffset + fAmplitude.
    """

    step = step
    example = {
        "eFunctionType": E_ALY_FunctionType.Sine,
        "fSampleRate": 1000.0,
        "fFrequency": 50.0,
        "fAmplitude": 100.0,
        "fOffset": 0.0,
    }

    fSignal: LREAL = output("generated value")
    shape: LINT = config()
    sample_rate: LREAL = config("Hz")
    frequency: LREAL = config("Hz")
    amplitude: LREAL = config()
    offset: LREAL = config()
    calls: ULINT = state()

    @method
    def Configure(
        self,
        eFunctionType: E_ALY_FunctionType,
        fSampleRate: LREAL,
        fFrequency: LREAL,
        fAmplitude: LREAL,
        fOffset: LREAL,
    ) -> BOOL:
        """Takes the parameters and starts with phase 0.

        Parameters
        ----------
        eFunctionType
            Constt, Sine, Triangle, Rectangle, Sawtooth
        fSampleRate
            calls per second, Hz; greater than 0
        fFrequency
            frequency of the signal, Hz; at least 0
        fAmplitude
            peak value
        fOffset
            is added to the signal

        Notes
        -----
        Errors: 16#2022 no function type, 16#200E sample rate or frequency out of range, 16#200C amplitude or offset
        not finite.
        """
        if eFunctionType == E_ALY_FunctionType.NotInitialized:
            return self._finish(0x2022, "eFunctionType is NotInitialized")
        if not 0 < fSampleRate < math.inf:
            return self._finish(0x200E, f"fSampleRate = {fSampleRate:g}, it has to be finite and more than 0")
        if not 0 <= fFrequency < math.inf:
            return self._finish(0x200E, f"fFrequency = {fFrequency:g}, it has to be finite and at least 0")
        for name, value in {"fAmplitude": fAmplitude, "fOffset": fOffset}.items():
            if not math.isfinite(value):
                return self._finish(0x200C, f"{name} = {value:g}, a finite number is needed")
        return self._start(
            shape=eFunctionType, sample_rate=fSampleRate, frequency=fFrequency, amplitude=fAmplitude, offset=fOffset
        )

    @cyclic
    def Call(self) -> BOOL:
        """Gives the next sample. Errors: 16#3007 not configured."""
