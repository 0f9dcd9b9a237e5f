"""Intervals that hold at every look: against the likelihood ratio by quadrature, by simulation, and their cost."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import integrate, stats

from backsweep.results.statistics.anytime import Anytime, log_mixture
from backsweep.results.statistics.sample_size import seeds_to_half_width

LONG = pytest.mark.long


@pytest.mark.parametrize(("k", "n", "rate", "weight"), [(3, 10, 0.4, 20), (0, 5, 0.1, 3), (7, 7, 0.9, 100), (60, 100, 0.5, 12)])
def test_the_mixture_is_the_mean_likelihood_ratio(k, n, rate, weight):
    prior = stats.beta(weight * rate + 0.5, weight * (1 - rate) + 0.5)

    def ratio(other):
        return prior.pdf(other) * stats.binom.pmf(k, n, other) / stats.binom.pmf(k, n, rate)

    assert np.exp(log_mixture(k, n, rate, weight)) == pytest.approx(integrate.quad(ratio, 0, 1, points=[0.01, 0.5, 0.99])[0])


@pytest.mark.parametrize("rate", [0.01, 0.3, 0.5, 0.97])
def test_the_mixture_gains_nothing_on_average(rate):
    """A martingale that starts at 1: its mean over all outcomes of n trials is 1."""
    for n in (0, 1, 7, 300):
        k = np.arange(n + 1)
        assert np.exp(stats.binom.logpmf(k, n, rate) + log_mixture(k, n, rate, 50)).sum() == pytest.approx(1)


@pytest.mark.parametrize("half_width", [0.01, 0.05])
@pytest.mark.parametrize("rate", [0.0, 0.001, 0.01, 0.1, 0.3, 0.5])
def test_it_costs_at_most_two_and_a_half_times_a_planned_sample(half_width, rate):
    rule = Anytime(half_width, 1, 10**6)
    n = np.ceil(2.45 * seeds_to_half_width(rate, half_width))
    assert rule.precise(rate * n, n)
    assert not rule.precise(rate * np.ceil(n / 2), np.ceil(n / 2))


@pytest.mark.parametrize(
    "rate", [0.02, 0.5, *(pytest.param(rate, marks=LONG) for rate in (0.001, 0.005, 0.1, 0.3, 0.9, 0.999))]
)
def test_no_look_of_a_thousand_misses_the_truth_in_more_than_one_of_twenty_samples(rate):
    samples, rule = 4000, Anytime(0.1, 1, 1000)
    n = np.arange(1, 1001)
    k = np.cumsum(np.random.default_rng(5).random((samples, 1000)) < rate, axis=1)
    evidence = log_mixture(np.arange(1001)[:, None], n, rate, 1.15 * rate * (1 - rate) / 0.01)
    missed = (evidence[k, n - 1] >= np.log(20)).any(axis=1)
    assert missed.mean() <= 0.05 + 4 * np.sqrt(0.05 / samples)
    low, high = rule.interval(k[:50, ::50], n[::50])
    inside = (low < rate) & (rate < high)
    np.testing.assert_array_equal(inside, evidence[k[:50, ::50], n[::50] - 1] < np.log(20))


@given(st.integers(1, 3000).flatmap(lambda n: st.tuples(st.integers(0, n), st.just(n))), st.floats(0.005, 0.4))
def test_intervals_contain_the_estimate_and_treat_failures_as_successes(case, half_width):
    k, n = case
    low, high = Anytime(half_width, 1, 10**6).interval(k, n)
    assert 0 <= low <= k / n <= high <= 1
    other_low, other_high = Anytime(half_width, 1, 10**6).interval(n - k, n)
    assert (1 - other_high, 1 - other_low) == (pytest.approx(low, abs=1e-9), pytest.approx(high, abs=1e-9))


def test_nothing_is_known_of_nothing():
    assert Anytime(0.1, 1, 10).interval(0, 0) == (0, 1)


def test_next_looks_are_where_a_sample_would_be_precise_but_at_most_half_as_many_trials_again_later():
    rule = Anytime(0.1, 50, 1000)
    n = rule.looks[[0, 10, 20]]
    later = rule.next_look(n // 2, n)
    assert (later > n).all()
    assert (later <= 1.5 * n).all()
    assert np.isin(later, rule.looks).all()


@pytest.mark.parametrize("case", [(0.0, 1, 2), (0.5, 1, 2), (np.nan, 1, 2), (0.1, 0, 2), (0.1, 3, 2)])
def test_rules_that_make_no_sense_are_refused(case):
    with pytest.raises(ValueError, match="must be"):
        Anytime(*case)
