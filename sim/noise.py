"""Noise and chance: random signals whose value depends on seed and sample number only.

Philox, a counter-based generator, gives the bits of any sample number without those before; its raw words are the same
in all versions of numpy. Sums of them become normal deviates by Teichroew's polynomial (Knuth, TAOCP 2, 3.4.1), which
needs no function of the C library: error below 2e-4, no value beyond 6 sigma or so.
"""

import hashlib
from abc import abstractmethod

import numpy as np

from alycat.runtime.dctime import Duration
from alycat.runtime.errors import RangeError

from .signals import Signal, Times, Values, _positive

BLOCK = 1024  # samples that are drawn at once
_TEICHROEW = (0.029899776, 0.008355968, 0.076542912, 0.252408784, 3.949846138)


class Drawn(Signal):
    """A new random value every `every` (default 1 ms), which holds in between.

    Signals with other seeds or other names are independent of each other.
    """

    def __init__(self, seed: int, name: str = "", every: Duration = "1ms") -> None:
        self.seed, self.name, self.every_ns = int(seed), name, _positive(every, "every")
        digest = hashlib.blake2b(f"{self.seed} {name}".encode(), digest_size=16).digest()
        self._key = np.frombuffer(digest, "<u8")
        self._block: int | None = None
        self._values: list[float] = []

    @abstractmethod
    def _draw(self, words: np.random.Philox) -> Values:
        """The BLOCK values of one block."""

    def _values_of(self, block: int) -> Values:
        counter = np.array([0, block % 2**64, 0, 0], np.uint64)
        return self._draw(np.random.Philox(key=self._key, counter=counter))

    def sample(self, t_ns: int) -> float:
        number = t_ns // self.every_ns
        block = number // BLOCK
        if block != self._block:
            self._values, self._block = self._values_of(block).tolist(), block
        return self._values[number % BLOCK]

    def _samples(self, t_ns: Times) -> Values:
        number = t_ns // self.every_ns
        blocks, place = np.unique(number // BLOCK, return_inverse=True)
        if not len(blocks):
            return np.zeros(t_ns.shape)
        table = np.stack([self._values_of(int(block)) for block in blocks])
        return np.asarray(table[place.reshape(t_ns.shape), number % BLOCK])


class Noise(Drawn):
    """Normally distributed noise around 0, white: of standard deviation `sigma`, independent from value to value."""

    def __init__(self, sigma: float, seed: int, name: str = "", every: Duration = "1ms") -> None:
        super().__init__(seed, name, every)
        self.sigma = float(sigma)

    def _draw(self, words: np.random.Philox) -> Values:
        parts = words.random_raw(3 * BLOCK).view(np.uint16).reshape(BLOCK, 12)
        r = (parts.sum(axis=1, dtype=np.int64) + 6.0 - 6.0 * 65536) / (4.0 * 65536)
        square = r * r
        total = np.full(BLOCK, _TEICHROEW[0])
        for coefficient in _TEICHROEW[1:]:
            total = total * square + coefficient
        return np.asarray(self.sigma * (total * r))


class Chance(Drawn):
    """1 with the given probability, else 0."""

    def __init__(self, probability: float, seed: int, name: str = "", every: Duration = "1ms") -> None:
        super().__init__(seed, name, every)
        if not 0 <= probability <= 1:
            raise RangeError(f"probability: {probability!r} is outside 0..1")
        self.probability = float(probability)

    def _draw(self, words: np.random.Philox) -> Values:
        uniform = (words.random_raw(BLOCK) >> np.uint64(11)).astype(np.float64) * 2.0**-53
        return (uniform < self.probability).astype(np.float64)
