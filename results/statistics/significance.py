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
    """McNemar's test: two-sided p-values for equal success rates of paired runs.

    only_first, only_second: the numbers of pairs in which only that run converged; they broadcast, and the p-values have their
    shape. With fewer than 25 such pairs the test is exact, from the binomial distribution; otherwise it uses chi-squared
    without continuity correction, which keeps the level and has more power (M. W. Fagerland, S. Lydersen and P. Laake, BMC
    Medical Research Methodology 13 (2013) 91). Without such a pair p is 1.

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
    """Interval (low, high) of the success rate of the second minus that of the first, for paired runs.

    only_first, only_second: the numbers of pairs in which only that run converged; pairs: the number of all pairs. They
    broadcast, and both ends have their shape. The ends lie in [-1, 1]; without pairs they are (-1, 1).

    D. G. Bonett and R. M. Price, J. Educational and Behavioral Statistics 37 (2012) 479: Wald's interval after adding one pair
    to both counts.
    """
    n = np.asarray(pairs) + 2
    b, c = (np.asarray(only_first) + 1) / n, (np.asarray(only_second) + 1) / n
    half = ndtri(0.5 + confidence / 2) * np.sqrt((b + c - (c - b) ** 2) / n)
    return np.maximum(c - b - half, -1), np.minimum(c - b + half, 1)


class LogRank(NamedTuple):
    """Results per group, each array (groups,).

    observed: the convergences in the second sample; expected: how many there would be if both samples were alike. statistic:
    chi-squared with one degree of freedom; p_value: of the test.
    """

    observed: Integers
    expected: Floats
    statistic: Floats
    p_value: Floats


def log_rank(
    group: Integers, epochs: Integers, converged: Booleans, capped: Booleans, second: Booleans, groups: int
) -> LogRank:
    """The log-rank test of whether the two samples of each group converge at the same rate, for runs that are not paired.

    All arrays (runs,). group: whole numbers from 0. epochs: updates made. converged, capped: bool. second: bool, whether the
    run belongs to the second sample. groups: how many groups there are. Runs that neither converged nor were capped never
    converge and stay at risk, as in `survival.kaplan_meier`. If no epoch distinguishes the samples, for example without any
    convergence, the statistic is 0 and the p-value 1.

    N. Mantel, Cancer Chemotherapy Reports 50 (1966) 163, with the hypergeometric variance and without breaking ties.
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
    """P-values corrected for testing several hypotheses: rejecting all those below alpha makes any error with at most
    probability alpha.

    p_values: float64 (tests,), any order; nan means not tested, stays nan and does not count.

    S. Holm, Scandinavian J. Statistics 6 (1979) 65.
    """
    p = np.asarray(p_values, np.float64)
    order = np.argsort(p)[: np.sum(~np.isnan(p))]
    adjusted = np.full(len(p), np.nan)
    raised = p[order] * np.arange(len(order), 0, -1)
    adjusted[order] = np.minimum(np.maximum.accumulate(raised), 1)
    return adjusted
