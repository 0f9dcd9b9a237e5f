"""Several treatments at once, by their ranks within blocks: Friedman's test, and Nemenyi's of all pairs.

A block is something on which all treatments were tried, such as a data set. Ranks make blocks comparable whose numbers are not:
a thousand epochs are few on one task and many on another. Nor do they need a number for what never happens: it ties last.

J. Demšar, J. Machine Learning Research 7 (2006) 1, recommends both tests and introduces the diagram that shows them.
"""

from typing import NamedTuple

import numpy as np
import numpy.typing as npt
from scipy import stats

from ..arrays import Floats, Integers

LEVEL = 0.05
FEWEST_TREATMENTS = FEWEST_BLOCKS = 3


class Friedman(NamedTuple):
    """mean_rank: of each treatment over the blocks, (treatments,); 1 is the lowest score. statistic: chi-squared, corrected for
    ties, with treatments - 1 degrees of freedom; p_value: of the test.
    """

    mean_rank: Floats
    statistic: float
    p_value: float


def ranks(scores: npt.ArrayLike) -> Floats:
    """The rank of each treatment within its block, from 1 for the lowest score; equal scores share the mean of their ranks.

    scores: (blocks, treatments), any unit; inf ties last. Returns that shape. ValueError if a score is nan.
    """
    scores = np.asarray(scores, np.float64)
    if np.isnan(scores).any():
        raise ValueError("a score is nan; leave out blocks in which a treatment has none")
    return np.asarray(stats.rankdata(scores, axis=-1), np.float64)


def friedman(scores: npt.ArrayLike) -> Friedman:
    """Friedman's test of whether all treatments rank alike, by its limiting chi-squared distribution.

    scores: (blocks, treatments), as for `ranks`. If all scores of every block tie, the statistic is 0 and the p-value 1. With
    few blocks the test rejects less often than its level allows. ValueError for fewer than 3 treatments or 3 blocks.

    M. Friedman, J. Amer. Statist. Assoc. 32 (1937) 675.
    """
    ranked = ranks(scores)
    if ranked.ndim != 2 or len(ranked) < FEWEST_BLOCKS or ranked.shape[1] < FEWEST_TREATMENTS:
        raise ValueError(f"scores of shape {ranked.shape}: must be those of at least 3 blocks and 3 treatments")
    mean = ranked.mean(axis=0)
    if (ranked == ranked[:, :1]).all():
        return Friedman(mean, 0.0, 1.0)
    found = stats.friedmanchisquare(*ranked.T)
    return Friedman(mean, float(found.statistic), float(found.pvalue))


def critical_difference(treatments: int, blocks: int, level: float = LEVEL) -> float:
    """Nemenyi's critical difference: two of these treatments differ if their mean ranks over these blocks do by as much.

    level: the probability, at most, of any false difference among all pairs of treatments that do not differ.

    P. Nemenyi, thesis, Princeton (1963); Demšar, section 3.2.2. ValueError for fewer than 2 treatments or no block.
    """
    if treatments < 2 or blocks < 1:
        raise ValueError(f"{treatments} treatments, {blocks} blocks: must be at least 2 treatments and 1 block")
    q = stats.studentized_range.ppf(1 - level, treatments, np.inf) / np.sqrt(2)
    return float(q * np.sqrt(treatments * (treatments + 1) / (6 * blocks)))


def alike(mean_rank: npt.ArrayLike, difference: float) -> list[Integers]:
    """The largest sets of treatments that differ from none of their set: their places, by rank, for each set of two or more.

    mean_rank: (treatments,). difference: from which on two ranks differ.
    """
    mean_rank = np.asarray(mean_rank, np.float64)
    order = np.argsort(mean_rank, kind="stable")
    sets: list[Integers] = []
    reached = 0
    for first in range(len(order)):
        end = first + int(np.sum(mean_rank[order[first:]] - mean_rank[order[first]] < difference))
        if end - first > 1 and end > reached:
            sets.append(order[first:end])
        reached = max(reached, end)
    return sets
