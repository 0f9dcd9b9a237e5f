"""Chances of sequential samples against all orders of few trials, scipy's binomial, and simulation."""

from itertools import product

import numpy as np
import pytest
from scipy import stats
from statsmodels.stats.proportion import proportion_confint

from backsweep.results.statistics.path_counting import count_paths, covers

LOOKS = np.array([3, 4, 6, 7, 10])


def stops(successes, n):
    return (successes == 0) | (successes == n) | (np.abs(2 * successes - n) * n > 20)


def following(successes, place):
    far = np.abs(2 * successes - LOOKS[place]) > 1
    return np.minimum(place + np.where(far, 2, 1), len(LOOKS) - 1)


def end_of(trials):
    """(successes, n) at which this order of successes and failures ends."""
    place = 0
    while True:
        n = int(LOOKS[place])
        k = sum(trials[:n])
        if place == len(LOOKS) - 1 or stops(np.array(k), n):
            return k, n
        place = int(following(np.array(k), place))


def test_paths_are_those_of_all_orders():
    paths = {}
    for trials in product([0, 1], repeat=int(LOOKS[-1])):
        end = end_of(trials)
        paths.setdefault(end, set()).add(trials[: end[1]])
    outcomes = count_paths(LOOKS, stops, following)
    found = dict(
        zip(zip(outcomes.successes.tolist(), outcomes.n.tolist(), strict=True), np.exp(outcomes.log_paths), strict=True)
    )
    assert found == pytest.approx({end: len(orders) for end, orders in paths.items()})


@pytest.mark.parametrize("n", [1, 2, 50, 4000])
@pytest.mark.parametrize("rate", [1e-6, 0.02, 0.5, 0.999])
def test_one_look_is_binomial(n, rate):
    outcomes = count_paths(np.array([n]), lambda k, n: np.zeros(k.shape, bool), lambda k, place: k * 0)
    np.testing.assert_allclose(outcomes.chances(rate), stats.binom.pmf(np.arange(n + 1), n, rate), rtol=1e-9, atol=1e-300)


@pytest.mark.parametrize("rate", [1e-9, 1e-3, 0.1, 0.5, 0.93])
def test_looks_that_stop_nothing_leave_a_sample_binomial(rate):
    """Chances survive many convolutions: at the last look they are still those of one binomial, to nine digits."""
    looks = np.array([40, 60, 90, 91, 400, 1000])
    outcomes = count_paths(looks, lambda k, n: np.zeros(k.shape, bool), lambda k, place: k * 0 + place + 1)
    assert (outcomes.n == 1000).all()
    expected = stats.binom.pmf(outcomes.successes, 1000, rate)
    likely = expected > 1e-30
    np.testing.assert_allclose(outcomes.chances(rate)[likely], expected[likely], rtol=1e-9)
    assert expected[~likely].sum() < 1e-25
    assert outcomes.expected_n(rate) == pytest.approx(1000, rel=1e-9)


@pytest.mark.parametrize("n", [5, 100])
def test_the_least_coverage_is_that_of_a_fine_grid(n):
    """Wilson's and Clopper and Pearson's intervals of one look; their least coverage is at, or next to, an end."""
    outcomes = count_paths(np.array([n]), lambda k, n: np.zeros(k.shape, bool), lambda k, place: k * 0)
    for method in ("wilson", "beta"):
        low, high = proportion_confint(outcomes.successes, n, method=method)
        near = np.concatenate([np.concatenate([low, high]) * (1 + tiny) for tiny in (-1e-9, 0, 1e-9)])
        rates = np.concatenate([near[(near > 1e-9) & (near < 0.5)], np.linspace(0.001, 0.5, 99)])
        least = min(outcomes.coverage(low, high, rate) for rate in rates)
        assert covers(outcomes, low, high, least - 1e-6)
        assert not covers(outcomes, low, high, least + 1e-6)
