"""Intervals and survival against scipy, statsmodels and published examples."""

import warnings

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import stats
from statsmodels.stats.proportion import proportion_confint

from backsweep.results.statistics import kaplan_meier, survival_quantile, wilson_interval

# R. G. Newcombe, Statistics in Medicine 17 (1998) 857, table I: the score interval without continuity correction.
NEWCOMBE = [(81, 263, 0.2553, 0.3662), (15, 148, 0.0624, 0.1605), (0, 20, 0.0000, 0.1611), (1, 29, 0.0061, 0.1718)]

# E. J. Freireich et al., Blood 21 (1963) 699: weeks of remission under 6-mercaptopurine; 0 where still in remission.
WEEKS = np.array([6, 6, 6, 6, 7, 9, 10, 10, 11, 13, 16, 17, 19, 20, 22, 23, 25, 32, 32, 34, 35])
RELAPSED = np.array([1, 1, 1, 0, 1, 0, 1, 0, 0, 1, 1, 0, 0, 0, 1, 1, 0, 0, 0, 0, 0], bool)
PUBLISHED = {6: 0.857, 7: 0.807, 10: 0.753, 13: 0.690, 16: 0.627, 22: 0.538, 23: 0.448}


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


def one_group(epochs, converged, capped):
    return kaplan_meier(np.zeros(len(epochs), int), epochs, np.asarray(converged), np.asarray(capped))


def test_survival_is_that_of_the_published_trial():
    curve = one_group(WEEKS, RELAPSED, ~RELAPSED)
    assert curve.epoch.tolist() == list(PUBLISHED)
    np.testing.assert_allclose(curve.survival, list(PUBLISHED.values()), atol=5e-4)
    assert survival_quantile(curve, 1)[0] == 23


runs = st.lists(st.tuples(st.integers(0, 40), st.booleans()), min_size=2, max_size=60)


@given(runs)
def test_survival_and_its_bands_are_scipys(case):
    epochs, converged = (np.array(column) for column in zip(*case, strict=True))
    if not converged.any():
        return
    curve = one_group(epochs, converged, ~converged)
    exact = stats.ecdf(stats.CensoredData.right_censored(epochs, ~converged)).sf
    np.testing.assert_allclose(curve.survival, exact.evaluate(curve.epoch), rtol=1e-12, atol=1e-12)
    with warnings.catch_warnings(action="ignore"):  # of bands that the formula does not give
        band = exact.confidence_interval(method="log-log")
    inside = curve.survival > 0
    np.testing.assert_allclose(curve.low[inside], band.low.evaluate(curve.epoch)[inside], rtol=1e-9)
    np.testing.assert_allclose(curve.high[inside], band.high.evaluate(curve.epoch)[inside], rtol=1e-9)


@given(
    st.lists(st.tuples(st.integers(0, 4), st.integers(0, 30), st.sampled_from(["converged", "capped", "diverged"])), min_size=1)
)
def test_many_groups_at_once_are_each_group_alone(case):
    group, epochs, outcome = (np.array(column) for column in zip(*case, strict=True))
    together = kaplan_meier(group, epochs, outcome == "converged", outcome == "capped")
    medians = survival_quantile(together, 5)
    for number in range(5):
        mine = group == number
        alone = one_group(epochs[mine], outcome[mine] == "converged", outcome[mine] == "capped")
        at = together.group == number
        for name in ("epoch", "at_risk", "events", "survival", "low", "high"):
            np.testing.assert_array_equal(getattr(together, name)[at], getattr(alone, name))
        if mine.any():
            assert [median[number] for median in medians] == [median[0] for median in survival_quantile(alone, 1)]


def test_diverged_runs_stay_at_risk_for_ever():
    """Of ten runs five converge at 7 and five diverge at 2: half never converge, whenever they diverged."""
    epochs, converged = np.array([7] * 5 + [2] * 5), np.array([True] * 5 + [False] * 5)
    curve = one_group(epochs, converged, np.zeros(10, bool))
    assert (curve.at_risk.tolist(), curve.survival.tolist()) == ([10], [0.5])
    assert survival_quantile(curve, 1)[0] == 7
    assert survival_quantile(curve, 1, share=0.51)[0] == np.inf


def test_capped_runs_leave_those_at_risk_after_their_last_epoch():
    curve = one_group(np.array([5, 5, 9]), np.array([False, True, True]), np.array([True, False, False]))
    assert curve.at_risk.tolist() == [3, 1]
    np.testing.assert_allclose(curve.survival, [2 / 3, 0])


@pytest.mark.parametrize(("runs", "high"), [(1, np.inf), (5, np.inf), (6, 7), (100, 7)])
def test_where_all_converge_at_once_few_runs_leave_the_upper_end_open(runs, high):
    """1 - 0.025**(1/n) falls to one half between five runs and six, as for the exact interval of a median."""
    curve = one_group(np.full(runs, 7), np.ones(runs, bool), np.zeros(runs, bool))
    assert [float(end[0]) for end in survival_quantile(curve, 1)] == [7, 7, high]


def test_half_is_reached_by_exactly_half_in_groups_of_any_size():
    for size in range(2, 200, 2):
        curve = one_group(np.arange(size), np.ones(size, bool), np.zeros(size, bool))
        assert survival_quantile(curve, 1)[0] == size // 2 - 1


def test_median_intervals_cover_the_true_median():
    """95 % intervals of 2,000 synthetic sweeps, a quarter of the runs censored; four standard errors are 2 %."""
    rng = np.random.default_rng(0)
    sweeps, size = 2000, 60
    times = rng.geometric(0.01, (sweeps, size))
    limit = rng.integers(100, 700, (sweeps, size))
    group = np.repeat(np.arange(sweeps), size)
    converged = (times <= limit).ravel()
    curves = kaplan_meier(group, np.minimum(times, limit).ravel(), converged, ~converged)
    _, low, high = survival_quantile(curves, sweeps)
    truth = np.ceil(np.log(0.5) / np.log(0.99))
    assert 0.93 <= np.mean((low <= truth) & (truth <= high)) <= 0.97
