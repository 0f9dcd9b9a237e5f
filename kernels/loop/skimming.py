"""Seeing from some samples that no run has ended, so that the others need not be looked at.

With batches, each epoch begins with a pass over all data for the test alone, which took a third to half of the time. But a loss
is a sum of terms that are not below 0, so it is at least the sum over some samples, and the first samples mostly show that no
lane's run has reached its goal. That none has diverged follows from the weights (`call/reach.py`). If either cannot be shown, a
pass over all data decides, so skimming never changes an answer.
"""

from ..lanes.bits import single
from ..lanes.compile import leaf
from ..lanes.operations import Rows, all_lanes, load, magnitude, select, splat, store
from ..memory import DISTANCE, INFINITY, MANTISSA, SCORE

# A product m * 2**k of probabilities, 1 <= m < 2, is 2**-bits with bits = -k - log2(m), and log2(m) is below m - 0.9. This too
# is more than the rounding errors.
BITS_ABOVE_SCORE = 0.9
BITS_DOUBLE, BITS_SINGLE = 15.9, 9.9  # of a product that is below SMALL_DOUBLE, SMALL_SINGLE, so that its score is infinite


@leaf
def may_diverge(struct):
    """Whether a weight is so large that a loss might exceed its bound, or a weight is not a number."""
    work = struct.work
    most = load(work.screening_bounds, 3)
    small = most >= 0.0
    for row in range(work.weights.shape[0]):
        small = small & (magnitude(load(work.weights, row)) <= most)
    return not all_lanes(small)


@leaf
def least_score(struct, before) -> Rows:
    """A lower bound of the score of all data, after one more part of them; `before`: the bound before this part, -1 at first.

    A sum of errors is carried on from part to part. A product of probabilities starts anew in each part, because a sample that
    is quite wrong makes the score infinite; then only that part's bound is a weak one.
    """
    totals = struct.work.totals
    score = load(totals, SCORE)
    if struct.network.product:
        bits = score - load(totals, MANTISSA) + BITS_ABOVE_SCORE
        least = select(score < INFINITY, bits, BITS_SINGLE if single(score) else BITS_DOUBLE)
        store(totals, SCORE, splat(score, 0.0))
        store(totals, MANTISSA, splat(score, 1.0))
        score = before + least
    return score


@leaf
def must_go_on(struct, least):
    """Whether a least score, or the largest error so far, shows in every lane that the goal is not reached."""
    work = struct.work
    unfinished = load(work.screening_bounds, 0) < least
    if struct.network.needs.largest_error:
        unfinished = unfinished | (load(work.totals, DISTANCE) >= load(work.screening_bounds, 2))
    return all_lanes(unfinished)
