"""Random numbers of kernels."""

import numpy as np
import pytest

from alycat.blocks.random import next_share, next_word, plain_next_word, starting_words
from alycat.runtime.kernel import kernel
from alycat.runtime.memory import u64

PUBLISHED = (0xE220A8397B1DCDAF, 0x6E789E6AA1B965F4, 0x06C45D188009454F, 0xF88BB8A8724C81EC)  # SplitMix64, seed 0


@kernel
def draw(address, count, i, shares):
    words = u64(address, 0, count)
    last = np.uint64(0)
    for j in range(len(shares) - 1):
        shares[j] = next_share(words, i)
    last = next_word(words, i)
    return last


def test_the_published_sequence():
    words = np.zeros(1, np.uint64)
    assert tuple(plain_next_word(words, 0) for _ in PUBLISHED) == PUBLISHED


def test_compiled_and_plain_give_the_same():
    words, twin = starting_words(7, 3), starting_words(7, 3)
    shares = np.zeros(101)
    last = draw(words.ctypes.data, 3, 1, shares)
    plain = [plain_next_word(twin, 1) for _ in range(101)]
    assert int(last) == plain[-1] and (words == twin).all()
    np.testing.assert_array_equal(shares[:-1], [((w >> 12) + 0.5) / 2**52 for w in plain[:-1]])


def test_shares_are_evenly_spread_and_never_0_or_1():
    words, shares = starting_words(1, 1), np.zeros(100_001)
    draw(words.ctypes.data, 1, 0, shares)
    counts = np.histogram(shares[:-1], 100, (0, 1))[0]
    assert ((counts - 1000) ** 2 / 1000).sum() < 148.2  # chi squared, 99 degrees of freedom, 0.1 %
    assert abs(np.corrcoef(shares[:-2], shares[1:-1])[0, 1]) < 0.01
    ends = np.array([0, 2**64 - 1], np.uint64)
    assert 0 < ((int(ends[0]) >> 12) + 0.5) / 2**52 and ((int(ends[1]) >> 12) + 0.5) / 2**52 < 1


@pytest.mark.parametrize("seed", [0, 1, 2**32 - 1, 2**64 - 1])
def test_generators_and_seeds_differ(seed):
    words = np.concatenate([starting_words(seed, 1000), starting_words((seed + 1) % 2**64, 1000)])
    assert len(set(words.tolist())) == 2000
