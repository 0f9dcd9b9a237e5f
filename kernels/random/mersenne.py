"""The Mersenne Twister: the words of NumPy's legacy stream (`numpy.random.RandomState`), bit for bit.

M. Matsumoto and T. Nishimura, ACM TOMACS 8 (1998), seeded as in their 2002 revision. Each of a seed's 624 words follows from
the one before, and the first draw needs 398 of them, which takes a single stream 0.6 microseconds. So `fill_stock` unrolls the
seeds of 32 runs side by side, one in each lane, and leaves the words that these runs draw for their initial weights in a stock.
A stream begins with its words from the stock. If more are drawn, it is seeded again, alone, and continues behind them.

A row of the state holds the recurrence unrolled, not folded into 624 words: no index wraps, so LLVM computes several words at
once. Words are made in blocks when they are asked for.

Whole numbers of a single stream are int64 throughout. 1812433253 * (2**32 - 1) still fits, so no wrapping is ever needed.
"""

from ..lanes.compile import called, inlined
from ..lanes.words import WORD_LANES, load_words, store_words

WORDS = 624
MIDDLE = 397
BLOCK = 24  # divides WORDS
LOW_32 = 0xFFFFFFFF
READY = 2 * WORDS  # after the recurrence comes a block of words to draw; words from the stock end where that block ends
END = READY + BLOCK
NEXT, MADE, SEEDED = END, END + 1, END + 2  # the next word to draw; steps made; how far the seed is unrolled
LENGTH = SEEDED + 1


def stock_rows(words: int) -> int:
    """How many rows a stock has for that many words per stream, in whole blocks, or for none if a state has no room for them.

    The words to draw are in the first rows; behind them is what is left of the recurrence.
    """
    words = -(-words // BLOCK) * BLOCK
    return WORDS + (words if words <= READY else 0)


@inlined
def _seeded(before, i):
    return (1812433253 * (before ^ (before >> 30)) + i) & LOW_32


@inlined
def _twisted(this, following, middle):
    mixed = (this & 0x80000000) | (following & 0x7FFFFFFF)
    return middle ^ (mixed >> 1) ^ (-(mixed & 1) & 0x9908B0DF)


@inlined
def _tempered(word):
    word = word ^ (word >> 11)
    word = word ^ ((word << 7) & 0x9D2C5680)
    word = word ^ ((word << 15) & 0xEFC60000)
    return word ^ (word >> 18)


@called
def fill_stock(stock, seeds, first):
    """Put the first words of the streams of `RandomState(seeds[first])` to `RandomState(seeds[first + 31])` into the stock."""
    words = stock.shape[0] - WORDS
    if words == 0:
        return
    for lane in range(WORD_LANES):
        stock[0, lane] = seeds[min(first + lane, seeds.shape[0] - 1)]
    word = load_words(stock, 0)
    for i in range(1, min(words + MIDDLE, WORDS)):
        word = _seeded(word, i)
        store_words(stock, i, word)
    for i in range(words):
        word = _twisted(load_words(stock, i), load_words(stock, i + 1), load_words(stock, i + MIDDLE))
        store_words(stock, i + WORDS, word)
        store_words(stock, i, _tempered(word))  # the recurrence needs row i no longer


@inlined
def seed_mersenne(state, lane, seed, stock, place):
    """Start the stream of `RandomState(seed)`, whose first words are in lane `place` of the stock."""
    words = stock.shape[0] - WORDS
    for i in range(words):
        state[lane, END - words + i] = stock[i, place]
    state[lane, 0] = seed
    state[lane, NEXT] = END - words
    state[lane, MADE] = words
    state[lane, SEEDED] = 1


@inlined
def _unroll_seed(state, lane, upto):
    word = state[lane, state[lane, SEEDED] - 1]
    for i in range(state[lane, SEEDED], upto):
        word = _seeded(word, i)
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
        word = _twisted(state[lane, i], state[lane, i + 1], state[lane, i + MIDDLE])
        state[lane, i + WORDS] = word
        state[lane, READY + k] = _tempered(word)
    state[lane, MADE] = start + BLOCK


@called
def _more_words(state, lane):
    """Make a block of words to draw. After words from the stock, first make their steps, as their recurrence is not here."""
    if state[lane, SEEDED] == 1:
        blocks = state[lane, MADE] // BLOCK
        state[lane, MADE] = 0
        for _ in range(blocks):
            _make_block(state, lane)
    _make_block(state, lane)
    state[lane, NEXT] = READY


@inlined
def mersenne_word(state, lane) -> int:
    """The stream's next 32 bits."""
    if state[lane, NEXT] == END:
        _more_words(state, lane)
    k = state[lane, NEXT]
    state[lane, NEXT] = k + 1
    return state[lane, k]


@called
def mersenne_uniform(state, lane) -> float:
    """The stream's next `random_sample()`: 53 random bits in [0, 1)."""
    high = mersenne_word(state, lane) >> 5
    low = mersenne_word(state, lane) >> 6
    return (high * 67108864.0 + low) / 9007199254740992.0
