"""Proportions and losses against scipy, statsmodels and published examples."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import stats
from statsmodels.stats.proportion import proportion_confint

from backsweep.results.statistics.groups import at_quantiles, interquartile_mean, interquartile_mean_interval, wilson_interval

# R. G. Newcombe, Statistics in Medicine 17 (1998) 857, table I: the score interval without continuity correction.
NEWCOMBE = [(81, 263, 0.2553, 0.3662), (15, 148, 0.0624, 0.1605), (0, 20, 0.0000, 0.1611), (1, 29, 0.0061, 0.1718)]


@pytest.mark.parametrize(("successes", "trials", "low", "high"), NEWCOMBE)
def test_wilson_is_what_newcombe_published(successes, trials, low, high):
    assert wilson_interval(successes, trials) == (pytest.approx(low, abs=5e-5), pytest.approx(high, abs=5e-5))


@given(st.integers(1, 10_000).flatmap(lambda n: st.tuples(st.integers(0, n), st.just(n))))
def test_wilson_is_that_of_statsmodels_and_contains_the_estimate(case):
    successes, trials = case
    low, high = wilson_interval(successes, trials)
    np.testing.assert_allclose((low, high), proportion_confint(successes, trials, method="wilson"), rtol=1e-9, atol=1e-12)
    assert 0 <= low <= successes / trials <= high <= 1


def test_wilson_of_nothing_is_unknown():
    assert np.isnan(wilson_interval(0, 0)).all()


def test_wilson_intervals_cover_the_true_rate():
    successes = np.random.default_rng(0).binomial(200, 0.3, 2000)
    low, high = wilson_interval(successes, 200)
    assert 0.93 <= np.mean((low <= 0.3) & (high >= 0.3)) <= 0.97


@given(st.lists(st.tuples(st.integers(0, 3), st.floats(0, 1e6)), min_size=1))
def test_interquartile_means_are_scipys_trimmed_means(case):
    group, values = (np.array(column) for column in zip(*case, strict=True))
    found = interquartile_mean(group, values, 4)
    for number in range(4):
        mine = values[group == number]
        expected = stats.trim_mean(mine, 0.25) if len(mine) else np.nan
        np.testing.assert_allclose(found[number], expected, rtol=1e-12)


def test_losses_that_are_no_numbers_are_the_worst():
    losses = np.array([np.nan, 2.0, 4.0, 1.0, np.inf, np.nan, 2.0, 4.0])
    assert interquartile_mean([0] * 4 + [1] * 4, losses, 2).tolist() == [3, np.inf]


@given(st.lists(st.tuples(st.integers(0, 3), st.one_of(st.floats(-1e6, 1e6), st.just(np.inf)))))
def test_quantiles_are_values_of_runs_as_numpys_inverted_cdf_has_them(case):
    group, values = (np.array(column) for column in (zip(*case, strict=True) if case else (np.zeros(0, int), np.zeros(0))))
    shares = [0.05, 0.25, 0.5, 0.75, 0.95, 1.0]
    found = np.append(values, np.nan)[at_quantiles(group, values, 4, shares)]
    for number in range(4):
        mine = values[group == number]
        expected = np.quantile(mine, shares, method="inverted_cdf") if len(mine) else np.full(len(shares), np.nan)
        np.testing.assert_array_equal(found[:, number], expected)


@pytest.mark.parametrize("size", [2, 3, 5, 20, 101])
def test_the_interval_of_a_trimmed_mean_is_that_of_yuens_test(size):
    """Against a sample without spread, whose share of the error is 0."""
    values = np.random.default_rng(size).exponential(size=size)
    expected = stats.ttest_ind(values, np.zeros(20), equal_var=False, trim=0.25).confidence_interval()
    np.testing.assert_allclose(interquartile_mean_interval(values), (expected.low, expected.high), rtol=1e-9)


def test_the_interval_of_a_trimmed_mean_is_unknown_where_a_quarter_is_infinite():
    assert np.isnan(interquartile_mean_interval(np.array([1.0, 2.0, np.nan, np.inf]))).all()
    assert np.isnan(interquartile_mean_interval(np.array([1.0]))).all()
    low, high = interquartile_mean_interval(np.array([1.0, 2.0, 2.5, np.nan]))
    assert low < 2.25 < high
