"""Tests of differences against scipy, statsmodels and published examples."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import stats
from statsmodels.stats import contingency_tables
from statsmodels.stats.multitest import multipletests

from backsweep.results.statistics import significance
from backsweep.results.statistics.significance import FEW_PAIRS, holm, mcnemar, paired_difference_interval

counts = st.integers(0, 60)


def log_rank(epochs, converged, capped, second):
    """The log-rank test of a single group."""
    found = significance.log_rank(np.zeros(len(second), int), epochs, converged, capped, second, 1)
    return significance.LogRank(*(column.item() for column in found))


@given(counts, counts)
def test_mcnemar_is_that_of_statsmodels(b, c):
    exact = b + c < FEW_PAIRS
    theirs = contingency_tables.mcnemar([[7, b], [c, 9]], exact=exact, correction=False)
    assert mcnemar(b, c) == pytest.approx(theirs.pvalue if b + c else 1)


def test_mcnemar_of_the_published_survey():
    """A. Agresti, Categorical Data Analysis, 2nd ed. 2002, section 10.1: 150 and 86 of 1,600 change their mind, z**2 = 17.36.

    The rate falls by 0.04, with Wald's interval from 0.021 to 0.059; the pairs that are added move it by less than 0.001.
    """
    assert mcnemar(150, 86) == pytest.approx(stats.chi2.sf(17.36, 1), rel=0.01)
    assert paired_difference_interval(150, 86, 1600) == (pytest.approx(-0.059, abs=1e-3), pytest.approx(-0.021, abs=1e-3))


def test_of_many_counts_at_once_and_of_no_pairs():
    assert mcnemar([0, 0, 30], [0, 6, 30]).tolist() == [1, pytest.approx(2 / 2**6), 1]
    low, high = paired_difference_interval([0, 0], [0, 5], [0, 5])
    assert (low[0], high[0], high[1]) == (-1, 1, 1)


def test_paired_intervals_cover_the_true_difference():
    """2,000 sweeps of 100 pairs: both runs of a pair converge with probability 0.4, only the first with 0.1, only the second
    with 0.25.
    """
    _, b, c, _ = np.random.default_rng(0).multinomial(100, [0.4, 0.1, 0.25, 0.25], 2000).T
    low, high = paired_difference_interval(b, c, 100)
    assert 0.93 <= np.mean((low <= 0.15) & (high >= 0.15)) <= 0.97


runs = st.lists(st.tuples(st.integers(0, 20), st.booleans()), min_size=2, max_size=40)


@given(runs, runs)
def test_log_rank_is_scipys(first, second):
    epochs, converged = (np.array(column) for column in zip(*first, *second, strict=True))
    sample = np.arange(len(epochs)) >= len(first)
    found = log_rank(epochs, converged, ~converged, sample)
    if found.statistic == 0:  # scipy divides by zero if no variance is left
        return
    samples = (stats.CensoredData.right_censored(epochs[mine], ~converged[mine]) for mine in (~sample, sample))
    theirs = stats.logrank(*samples)
    assert (found.statistic, found.p_value) == (pytest.approx(theirs.statistic**2), pytest.approx(theirs.pvalue))


def test_log_rank_of_the_published_trial():
    """E. J. Freireich et al., Blood 21 (1963) 699; D. G. Kleinbaum and M. Klein, Survival Analysis, 2012, chapter 2: 16.793,
    9 relapses where 19.25 were expected."""
    placebo = [1, 1, 2, 2, 3, 4, 4, 5, 5, 8, 8, 8, 8, 11, 11, 12, 12, 15, 17, 22, 23]
    treated = [6, 6, 6, 6, 7, 9, 10, 10, 11, 13, 16, 17, 19, 20, 22, 23, 25, 32, 32, 34, 35]
    relapsed = np.array([1] * 21 + [1, 1, 1, 0, 1, 0, 1, 0, 0, 1, 1, 0, 0, 0, 1, 1, 0, 0, 0, 0, 0], bool)
    found = log_rank(placebo + treated, relapsed, ~relapsed, np.arange(42) >= 21)
    assert found.observed == 9
    assert (found.expected, found.statistic) == (pytest.approx(19.25, abs=0.005), pytest.approx(16.793, abs=5e-4))


def test_runs_that_diverge_weigh_like_runs_cut_off_at_the_very_end():
    epochs, converged, second = np.array([3, 5, 2, 7, 4, 2]), np.array([1, 1, 0, 1, 1, 0], bool), np.arange(6) >= 3
    late = np.where(converged, epochs, 1000)
    assert log_rank(epochs, converged, np.zeros(6, bool), second) == log_rank(late, converged, ~converged, second)


@pytest.mark.parametrize("runs", [0, 1, 4])
def test_without_a_convergence_nothing_is_told_apart(runs):
    nothing = np.zeros(runs, bool)
    assert log_rank(np.full(runs, 9), nothing, ~nothing, np.arange(runs) > 1) == (0, 0.0, 0.0, 1.0)


def test_groups_are_independent():
    rng = np.random.default_rng(2)
    group, epochs, converged = rng.integers(0, 7, 300), rng.integers(0, 9, 300), rng.random(300) < 0.6
    capped, second = ~converged & (rng.random(300) < 0.5), rng.random(300) < 0.5
    found = significance.log_rank(group, epochs, converged, capped, second, 8)
    for number in range(8):
        of = group == number
        alone = log_rank(epochs[of], converged[of], capped[of], second[of])
        np.testing.assert_allclose([column[number] for column in found], alone)


def test_log_rank_keeps_its_level():
    """Of 2,000 pairs of equal samples, 5 % are called different; four standard errors are 2 %."""
    rng = np.random.default_rng(1)
    pairs, limit = 2000, 150
    times = rng.geometric(0.01, pairs * 80)
    group, second, converged = np.repeat(np.arange(pairs), 80), np.tile(np.arange(80) >= 40, pairs), times <= limit
    found = significance.log_rank(group, np.minimum(times, limit), converged, ~converged, second, pairs)
    assert 0.03 <= np.mean(found.p_value < 0.05) <= 0.07


@settings(max_examples=25)  # multipletests takes a tenth of a second
@given(st.lists(st.floats(0, 1), min_size=1))
def test_holm_is_that_of_statsmodels(p_values):
    np.testing.assert_allclose(holm(p_values), multipletests(p_values, method="holm")[1], rtol=1e-12)


def test_what_was_not_tested_does_not_count():
    np.testing.assert_allclose(holm([0.01, np.nan, 0.04, 0.03]), [0.03, np.nan, 0.06, 0.06])
    assert len(holm([])) == 0
