"""Plain reference of FB_ALY_SignalGenerator_1Ch, with exact fractions for the phase."""

import math
from fractions import Fraction


class SignalGenerator:
    def __init__(self, eFunctionType, fSampleRate, fFrequency, fAmplitude, fOffset):
        self.shape, self.per_call = int(eFunctionType), Fraction(fFrequency) / Fraction(fSampleRate)
        self.amplitude, self.offset, self.n = fAmplitude, fOffset, 0

    def call(self, t=0, x=()):
        phase = float(self.n * self.per_call % 1)
        self.n += 1
        wave = {
            1: 1.0,
            2: math.sin(2 * math.pi * phase),
            3: 1 - 4 * abs((phase + 0.25) % 1 - 0.5),
            4: 1.0 if phase < 0.5 else -1.0,
            5: 2 * ((phase + 0.5) % 1) - 1,
        }[self.shape]
        return {"bNewResult": True, "fSignal": self.offset + self.amplitude * wave}
