"""Tests of whether two settings differ, on plain arrays of counts and times."""

from typing import NamedTuple

import numpy as np
import numpy.typing as npt
from scipy import stats
from scipy.special import chdtrc, ndtri

from ..arrays import Booleans, Floats, Integers
from .groups import CONFIDENCE
from .survival import risk_sets

# With fewer differing pairs than this, McNemar's statistic is too coarse for its limiting distribution.
FEW_PAIRS = 25


def mcnemar(only_first: npt.ArrayLike, only_second: npt.ArrayLike) -> Floats:
    """Two-sided p-values of equal success, from the pairs of which one run alone converged; counts that broadcast.

    Below 25 such pairs exact, from the binomial distribution; else by chi-squared without continuity correction, which
    keeps the level and finds more (M. W. Fagerland, S. Lydersen and P. Laake, BMC Medical Research Methodology 13 (2013)
    91). No such pair: 1.

    Q. McNemar, Psychometrika 12 (1947) 153.
    """
    b, c = np.asarray(only_first, np.int64), np.asarray(only_second, np.int64)
    pairs = b + c
    exact = np.minimum(2 * stats.binom.cdf(np.minimum(b, c), pairs, 0.5), 1)
    limiting = chdtrc(1, (b - c) ** 2 / np.maximum(pairs, 1))
    return np.where(pairs < FEW_PAIRS, exact, limiting)


def paired_difference_interval(
    only_first: npt.ArrayLike, only_second: npt.ArrayLike, pairs: npt.ArrayLike, confidence: float = CONFIDENCE
) -> tuple[Floats, Floats]:
    """Interval of the success rate of the second less that of the first; counts that broadcast, (low, high) of their shape.

    only_first, only_second: pairs of which that run alone converged; pairs: all. Within [-1, 1]; no pairs: (-1, 1).

    D. G. Bonett and R. M. Price, J. Educational and Behavioral Statistics 37 (2012) 479: Wald's after one pair is added to
    each of both counts.
    """
    n = np.asarray(pairs) + 2
    b, c = (np.asarray(only_first) + 1) / n, (np.asarray(only_second) + 1) / n
    half = ndtri(0.5 + confidence / 2) * np.sqrt((b + c - (c - b) ** 2) / n)
    return np.maximum(c - b - half, -1), np.minimum(c - b + half, 1)


class LogRank(NamedTuple):
    """For each group, (groups,): the second sample's convergences, observed and expected; chi-squared; its p-value."""

    observed: Integers
    expected: Floats
    statistic: Floats
    p_value: Floats


def log_rank(
    group: Integers, epochs: Integers, converged: Booleans, capped: Booleans, second: Booleans, groups: int
) -> LogRank:
    """Do the two samples of each group converge at the same rate at every epoch? For runs that are not paired.

    All arrays (runs,). group: whole numbers from 0. epochs: updates made. converged, capped, second: bool, the last says
    which sample. Runs that are neither converged nor capped never converge and stay at risk, as in `survival.kaplan_meier`.
    Where no epoch tells the samples apart, as without any convergence: statistic 0, p-value 1.

    N. Mantel, Cancer Chemotherapy Reports 50 (1966) 163; variance hypergeometric, ties as they are.
    """
    group, second, converged = np.asarray(group, np.int64), np.asarray(second, bool), np.asarray(converged, bool)
    sets = risk_sets(group, epochs, converged, np.asarray(capped, bool))
    (everyone, events), (at_risk, _) = sets.counts(), sets.counts(second[sets.order])

    def total(of_steps: Floats) -> Floats:
        return np.asarray(np.bincount(sets.group, weights=of_steps, minlength=groups), np.float64)

    share = at_risk / everyone
    observed, expected = np.bincount(group[converged & second], minlength=groups), total(events * share)
    variance = total(events * share * (1 - share) * (everyone - events) / np.maximum(everyone - 1, 1))
    statistic = np.divide((observed - expected) ** 2, variance, out=np.zeros(groups), where=variance > 0)
    return LogRank(observed, expected, statistic, chdtrc(1, statistic))


def holm(p_values: npt.ArrayLike) -> Floats:
    """P-values of one family, (tests,), raised so that calling all those below alpha different makes any error with chance
    alpha.

    nan means not tested: it stays nan and does not count.

    S. Holm, Scandinavian J. Statistics 6 (1979) 65.
    """
    p = np.asarray(p_values, np.float64)
    order = np.argsort(p)[: np.sum(~np.isnan(p))]
    adjusted = np.full(len(p), np.nan)
    raised = p[order] * np.arange(len(order), 0, -1)
    adjusted[order] = np.minimum(np.maximum.accumulate(raised), 1)
    return adjusted
