"""The bounds of scores between which no run can have ended, so that the exact loss need not be computed.

`losses.py` explains at its head what a score is. While low < score < high, a run has neither reached its goal nor diverged;
outside these bounds, or if the score is NaN, the exact loss is computed and decides. The bounds are tightened by more than all
rounding errors, so the screen never changes an answer, only the time. Screening costs XOR 3 %; the exact loss at each epoch
would cost it half as much again.
"""

import math

from ..formulas.losses import SMALL_DOUBLE, SMALL_SINGLE
from ..lanes.compile import called
from ..memory import INFINITY

MOST_TERMS = 2.0**22  # up to this many, even single precision adds up the bits exactly


@called
def _score_of(loss, terms):
    """The score at which a product of probabilities has this mean loss."""
    bits = loss * terms / math.log(2.0)
    whole = math.ceil(bits)
    return whole - 2.0 ** (whole - bits)


@called
def screening_bounds(product, screened, goal, bound, terms, single_precision):
    """(low, high): while low < score < high, the loss is above `goal` and at most `bound`. terms: what the mean is over."""
    if not screened or terms > MOST_TERMS:
        return INFINITY, INFINITY
    precision = 2.0**-22 if single_precision else 2.0**-51
    if not product:
        return goal + abs(goal) * precision, bound - bound * precision if bound < INFINITY else bound
    # If the product of four probabilities is above SMALL, each is too, so its relative error is at most 1 / SMALL as large.
    slack = terms * precision / (SMALL_SINGLE if single_precision else SMALL_DOUBLE)
    most = 1e12 / terms  # far above any possible score
    low, high = -INFINITY, INFINITY
    if goal >= 0.0:
        low = INFINITY if goal > most else _score_of(goal, terms) * (1.0 + precision) + slack
    if bound <= most:
        high = _score_of(bound, terms) * (1.0 - precision) - slack
    return low, high
