"""The Mersenne Twister: the words of NumPy's legacy stream (`numpy.random.RandomState`), bit for bit.

M. Matsumoto and T. Nishimura, ACM TOMACS 8 (1998), seeded as in their 2002 revision. A row of the state holds the recurrence
unrolled, not folded into 624 words: no index wraps, so LLVM computes several words at once. Words are made in blocks when they
are asked for, and the seed is unrolled only as far as they need it: six weights take 421 of the 624 steps.

Whole numbers are int64 throughout. 1812433253 * (2**32 - 1) still fits, so no wrapping is ever needed.
"""

from ..lanes.compile import called, inlined

WORDS = 624
MIDDLE = 397
BLOCK = 24  # divides WORDS
LOW_32 = 0xFFFFFFFF
READY = 2 * WORDS  # after the recurrence comes a block of words to draw,
NEXT, MADE, SEEDED = READY + BLOCK, READY + BLOCK + 1, READY + BLOCK + 2  # the next word; steps made; seed's progress
LENGTH = SEEDED + 1


@inlined
def seed_mersenne(state, lane, seed):
    """Start the stream of `RandomState(seed)`."""
    state[lane, 0] = seed
    state[lane, NEXT] = BLOCK
    state[lane, MADE] = 0
    state[lane, SEEDED] = 1


@inlined
def _seed_step(before, i):
    return (1812433253 * (before ^ (before >> 30)) + i) & LOW_32


@inlined
def _unroll_seed(state, lane, upto):
    word = state[lane, state[lane, SEEDED] - 1]
    for i in range(state[lane, SEEDED], upto):
        word = _seed_step(word, i)
        state[lane, i] = word
    state[lane, SEEDED] = upto


@called
def _make_block(state, lane):
    start = state[lane, MADE] & 1023  # below 624; the mask shows LLVM that no index is negative
    if start == WORDS:
        for i in range(WORDS):
            state[lane, i] = state[lane, WORDS + i]
        start = 0
    upto = min(start + BLOCK + MIDDLE, WORDS)
    if state[lane, SEEDED] < upto:
        _unroll_seed(state, lane, upto)
    for k in range(BLOCK):
        i = start + k
        mixed = (state[lane, i] & 0x80000000) | (state[lane, i + 1] & 0x7FFFFFFF)
        word = state[lane, i + MIDDLE] ^ (mixed >> 1) ^ (-(mixed & 1) & 0x9908B0DF)
        state[lane, i + WORDS] = word
        word ^= word >> 11
        word ^= (word << 7) & 0x9D2C5680
        word ^= (word << 15) & 0xEFC60000
        state[lane, READY + k] = word ^ (word >> 18)
    state[lane, MADE] = start + BLOCK


@inlined
def mersenne_word(state, lane) -> int:
    """The stream's next 32 bits."""
    if state[lane, NEXT] == BLOCK:
        _make_block(state, lane)
        state[lane, NEXT] = 0
    k = state[lane, NEXT]
    state[lane, NEXT] = k + 1
    return state[lane, READY + k]


@called
def mersenne_uniform(state, lane) -> float:
    """The stream's next `random_sample()`: 53 random bits in [0, 1)."""
    high = mersenne_word(state, lane) >> 5
    low = mersenne_word(state, lane) >> 6
    return (high * 67108864.0 + low) / 9007199254740992.0
