"""Random numbers for kernels: SplitMix64 (Steele, Lea, Flood 2014), its state one word of the block's own memory.

    words: ULINT = buffer("states of the generators")
    self._buffer("words")[:] = starting_words(seed, count)     in Configure and Reset (`_begin`)
    words = u64(m, m.words, count)
    next_share(words, i)                                       in a kernel: generator i gives its next number

The same seed gives the same numbers on every machine, and a snapshot holds where each generator stands. Generators
start at mixed words, far apart on one cycle of 2**64, so that theirs are different stretches of it.
"""

from collections.abc import Callable
from typing import Any

import numpy as np

from alycat.runtime.kernel import JIT, kernel, uint64

_STEP, _FIRST, _SECOND = 0x9E3779B97F4A7C15, 0xBF58476D1CE4E5B9, 0x94D049BB133111EB
_STEP_64, _FIRST_64, _SECOND_64 = uint64(_STEP), uint64(_FIRST), uint64(_SECOND)
_MASK = 2**64 - 1


def plain_word(state: int) -> int:
    """What a generator in this state (already moved on) gives."""
    z = state & _MASK
    z = ((z ^ (z >> 30)) * _FIRST) & _MASK
    z = ((z ^ (z >> 27)) * _SECOND) & _MASK
    return z ^ (z >> 31)


def plain_next_word(words: Any, i: int) -> int:
    """The next 64 bits of generator i."""
    state = (int(words[i]) + _STEP) & _MASK
    words[i] = state
    return plain_word(state)


@kernel
def compiled_next_word(words: Any, i: int) -> int:
    """The same for compiled code, where words wrap by themselves."""
    state = words[i] + _STEP_64
    words[i] = state
    z = (state ^ (state >> uint64(30))) * _FIRST_64
    z = (z ^ (z >> uint64(27))) * _SECOND_64
    return z ^ (z >> uint64(31))


next_word: Callable[..., Any] = compiled_next_word if JIT else plain_next_word


@kernel
def next_share(words: Any, i: int) -> float:
    """The next number of generator i, evenly spread inside 0..1 (odd multiples of 2**-53)."""
    return (float(next_word(words, i) >> uint64(12)) + 0.5) * 2.220446049250313e-16


def starting_words(seed: int, count: int) -> np.ndarray:
    """States for `count` generators."""
    first = plain_word(seed + _STEP)
    return np.array([plain_word(first + (i + 1) * _STEP) for i in range(count)], np.uint64)
