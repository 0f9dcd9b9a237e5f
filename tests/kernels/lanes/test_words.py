"""Every operation on words of 32 bits: compiled code and NumPy rows against Python's whole numbers."""

import numpy as np
import pytest
from numba import njit

from backsweep.kernels.lanes.words import WORD_LANES, load_words, store_words

WORD_OPERATIONS = {
    "add": lambda a, b: a + b + 3,
    "multiply": lambda a, b: 1812433253 * a * b,
    "and": lambda a, b: a & b & 0x9D2C5680,
    "or": lambda a, b: a | b | 0x80000000,
    "exclusive or": lambda a, b: a ^ b ^ 0xFFFFFFFF,
    "shifts": lambda a, b: (a << 15) ^ (b >> 30),
    "negate": lambda a, b: -(a & 1) ^ -b,
}


@pytest.mark.parametrize("name", WORD_OPERATIONS)
def test_compiled_words_and_numpy_rows_agree_to_the_bit(name):
    words, function = np.random.default_rng(0).integers(0, 2**32, (3, WORD_LANES), np.uint32), WORD_OPERATIONS[name]
    words[:2, 0], compiled_function = 0xFFFFFFFF, njit(function)

    @njit
    def apply(words):
        store_words(words, 2, compiled_function(load_words(words, 0), load_words(words, 1)))

    expected = [function(int(a), int(b)) % 2**32 for a, b in words[:2].T]
    store_words(words, 2, function(load_words(words, 0), load_words(words, 1)))
    np.testing.assert_array_equal(words[2], expected)
    words[2] = 0
    apply(words)
    np.testing.assert_array_equal(words[2], expected)
