"""An electrocardiogram: beats of five waves whose distance and height vary."""

from collections.abc import Sequence
from typing import Any

import numpy as np

from alycat.runtime.dctime import Duration

from .noise import Noise
from .signals import Signal, Times, Values, _positive

MS = 10**6
# place of the wave's middle relative to the beat, half its width, its height as a share of the R wave
P, Q, R, S, T = (-150, 60, 0.28), (-60, 60, -0.12), (0, 22, 1.0), (22, 24, -0.8), (270, 130, 0.6)


class Ekg(Signal):
    """Heart beats of `height`, one per `period` on average.

    A beat comes early or late by about `jitter` of the period, and is higher or lower by about `variation`; each is
    drawn from the seed and the number of the beat.
    """

    def __init__(
        self,
        height: float = 100.0,
        period: Duration = "740ms",
        jitter: float = 0.03,
        variation: float = 0.08,
        seed: int = 1,
        waves: Sequence[tuple[int, int, float]] = (P, Q, R, S, T),
    ) -> None:
        self.height, self.period_ns, self.waves = float(height), _positive(period, "period"), tuple(waves)
        self._late = Noise(jitter, seed, "late", every=self.period_ns)
        self._higher = Noise(variation, seed, "higher", every=self.period_ns)

    def sample(self, t_ns: int) -> float:
        return float(self._samples(np.array([t_ns], np.int64))[0])

    def _samples(self, t_ns: Times) -> Values:
        beat = t_ns // self.period_ns
        total: Any = np.zeros(t_ns.shape)
        for neighbour in (beat - 1, beat, beat + 1):
            start = np.maximum(neighbour, 0) * self.period_ns
            since = (t_ns - neighbour * self.period_ns) - self._late.samples(start) * self.period_ns
            size = self.height * (1.0 + self._higher.samples(start))
            for middle, half, share in self.waves:
                u = (since - middle * MS) / (half * MS)
                rest = np.maximum(1.0 - u * u, 0.0)
                total += np.where(neighbour >= 0, size * share * rest * rest, 0.0)
        return np.asarray(total)
