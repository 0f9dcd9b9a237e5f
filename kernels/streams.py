"""NumPy's legacy random stream (`numpy.random.RandomState`) inside compiled code, bit for bit.

Mersenne Twister, M. Matsumoto and T. Nishimura, ACM TOMACS 8 (1998), seeded as in their 2002 revision. Words are made
one by one when asked for, and the seed is unrolled only as far as they need: six weights take 410 of the 624 steps. In
Python a `RandomState` costs 100 microseconds, which a million runs feel; here it is below one.

Whole numbers are int64 throughout: 1812433253 * (2**32 - 1) still fits, so no wrapping is ever needed.
"""

import numpy as np

from .compile import called

WORDS = 624
MIDDLE = 397
LOW_32 = 0xFFFFFFFF
LAST_SEED = LOW_32
STATE_SIZE = WORDS + 2
NEXT, SEEDED = WORDS, WORDS + 1  # behind the words: the next one to draw, and how many the seed has reached


def new_state() -> np.ndarray:
    """Room for one stream: int64 (STATE_SIZE,)."""
    return np.zeros(STATE_SIZE, np.int64)


@called
def seed_stream(state, seed):
    """Start the stream of `RandomState(seed)`, 0 <= seed < 2**32."""
    state[0] = seed
    state[NEXT] = 0
    state[SEEDED] = 1


@called
def _unroll_seed(state, upto):
    for i in range(state[SEEDED], upto):
        before = state[i - 1]
        state[i] = (1812433253 * (before ^ (before >> 30)) + i) & LOW_32
    state[SEEDED] = max(state[SEEDED], upto)


@called
def _next_word(state):
    i = state[NEXT]
    _unroll_seed(state, min(i + MIDDLE + 1, WORDS))
    after = i + 1 if i + 1 < WORDS else 0
    middle = i + MIDDLE if i + MIDDLE < WORDS else i + MIDDLE - WORDS
    mixed = (state[i] & 0x80000000) | (state[after] & 0x7FFFFFFF)
    word = state[middle] ^ (mixed >> 1) ^ ((mixed & 1) * 0x9908B0DF)
    state[i] = word
    state[NEXT] = after
    word ^= word >> 11
    word ^= (word << 7) & 0x9D2C5680
    word ^= (word << 15) & 0xEFC60000
    return word ^ (word >> 18)


@called
def next_uniform(state) -> float:
    """The stream's next `random_sample()`: 53 random bits in [0, 1)."""
    high = _next_word(state) >> 5
    low = _next_word(state) >> 6
    return (high * 67108864.0 + low) / 9007199254740992.0
