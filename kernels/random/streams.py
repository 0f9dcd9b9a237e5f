"""NumPy's random streams inside compiled code: draws of either kind, in any order, bit for bit except for the last bits of some
normal draws (`normal_draws.py`).

In Python a `RandomState` costs 90 microseconds and a `default_rng` 8, which matters in a million runs; here it is below 0.1.
A lane's stream is a row of the state: the words of its generator, and for the legacy kind the second number of a pair.
"""

import numpy as np

from ..lanes.compile import called, inlined, leaf
from ..lanes.operations import aligned
from ..lanes.words import WORD_LANES
from .mersenne import BLOCK, LENGTH, LOW_32, fill_stock, mersenne_word, seed_mersenne, stock_rows
from .normal_draws import polar_pair
from .pcg import pcg_half_word, seed_pcg
from .rounded import bits_of, number_of

MT19937, PCG64 = 0, 1
STREAMS = {"mt19937": MT19937, "pcg64": PCG64}
LAST_SEED = 0xFFFFFFFF
SECOND, SECOND_HELD = LENGTH, LENGTH + 1
STATE_SIZE = LENGTH + 2


def new_state(lanes: int) -> np.ndarray:
    """Memory for one stream per lane: int64 (lanes, STATE_SIZE)."""
    return np.zeros((lanes, STATE_SIZE), np.int64)


def new_stock(kind: int, draws: int, normal: bool) -> np.ndarray:
    """Memory for the words that `draws` draws from each of 32 streams take: uint32 (rows, WORD_LANES).

    A normal number of the legacy kind takes 2.55 words on average; a run that takes more than its share seeds its stream again.
    """
    rows = stock_rows(3 * draws + BLOCK if normal else 2 * draws) if kind == MT19937 else 0
    return aligned(np.uint32, rows, WORD_LANES)


@called
def start_legacy(stock, state, lane, seeds, run):
    """Start the stream of `RandomState(seeds[run])`, 0 <= seed < 2**32.

    Runs must start in their order, since every 32nd fills the stock for itself and those that follow.
    """
    place = run % WORD_LANES
    if place == 0:
        fill_stock(stock, seeds, run)
    seed_mersenne(state, lane, seeds[run], stock, place)
    state[lane, SECOND_HELD] = 0


@called
def start_default(stock, state, lane, seeds, run):
    """Start the stream of `default_rng(seeds[run])`, 0 <= seed < 2**32. That takes 18 ns, so it needs no stock."""
    seed_pcg(state, lane, seeds[run])


@called
def legacy_normal(state, lane) -> float:
    """The next `standard_normal()` of a `RandomState`; numbers come in pairs, and it keeps the second one."""
    if state[lane, SECOND_HELD]:
        state[lane, SECOND_HELD] = 0
        return number_of(state[lane, SECOND])
    first, second = polar_pair(state, lane)
    state[lane, SECOND] = bits_of(second)
    state[lane, SECOND_HELD] = 1
    return first


@leaf
def _next_word(kind, state, lane):
    """The stream's next 32 bits."""
    if kind == MT19937:
        return mersenne_word(state, lane)
    return pcg_half_word(state, lane)


@inlined
def _mask(most):
    """The smallest 2**k - 1 that is at least `most`."""
    mask = 0
    while mask < most:
        mask = 2 * mask + 1
    return mask


@called
def permute(kind, state, lane, order, count):
    """Write `permutation(count)` to row `lane` of order, int64 (lanes, at least count); 0 <= count <= 2**31.

    If a word is too large under the mask, another is drawn. That happens at random, so no branch predictor could foresee it.
    Therefore there is no branch, and for such a word the last element is exchanged with itself. The mask stays the same
    throughout the inner loop, so a word need not wait for the result of the one before it.
    """
    for i in range(count):
        order[lane, i] = i
    last, mask = count - 1, _mask(count - 1)
    while last > 0:
        half = mask >> 1
        while last > half:
            drawn = _next_word(kind, state, lane) & mask
            over = (last - drawn) >> 63  # -1 if too large, else 0
            other = drawn ^ ((drawn ^ last) & over)
            order[lane, last], order[lane, other] = order[lane, other], order[lane, last]
            last -= 1 + over
        mask = half


@called
def permute_for_epoch(state, lane, order, epoch, count):
    """Write `default_rng(epoch).permutation(count)` to row `lane` of order, likewise; 0 <= epoch < 2**32.

    The lane's stream is lost, so the run must have drawn its weights.
    """
    seed_pcg(state, lane, epoch)
    permute(PCG64, state, lane, order, count)


@called
def draw_indices(kind, state, lane, order, count):
    """Write `randint(0, count, count)` or `integers(0, count, count)` to row `lane` of order, 0 < count <= 2**31.

    The legacy kind masks words, the default kind scales them (D. Lemire, ACM TOMACS 29 (2019) 3). As in `permute`, there is no
    branch: the next word overwrites one that is out of range.
    """
    mask, threshold, i = _mask(count - 1), 2**32 % count, 0
    if count == 1:
        order[lane, 0], i = 0, 1  # nothing is drawn
    while i < count:
        word = _next_word(kind, state, lane)
        drawn, short = word & mask, count - 1 - (word & mask)
        if kind == PCG64:
            drawn, short = word * count >> 32, (word * count & LOW_32) - threshold
        order[lane, i] = drawn
        i += 1 + (short >> 63)
