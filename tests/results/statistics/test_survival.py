"""Survival against scipy and published examples."""

import warnings

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import stats

from backsweep.results.statistics.survival import kaplan_meier, restricted_mean, risk_sets, survival_quantile, weighted_medians

# E. J. Freireich et al., Blood 21 (1963) 699: weeks of remission under 6-mercaptopurine; 0 means still in remission.
WEEKS = np.array([6, 6, 6, 6, 7, 9, 10, 10, 11, 13, 16, 17, 19, 20, 22, 23, 25, 32, 32, 34, 35])
RELAPSED = np.array([1, 1, 1, 0, 1, 0, 1, 0, 0, 1, 1, 0, 0, 0, 1, 1, 0, 0, 0, 0, 0], bool)
PUBLISHED = {6: 0.857, 7: 0.807, 10: 0.753, 13: 0.690, 16: 0.627, 22: 0.538, 23: 0.448}


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
    with warnings.catch_warnings(action="ignore"):  # bands that the formula does not define
        band = exact.confidence_interval(method="log-log")
    inside = curve.survival > 0
    np.testing.assert_allclose(curve.low[inside], band.low.evaluate(curve.epoch)[inside], rtol=1e-9)
    np.testing.assert_allclose(curve.high[inside], band.high.evaluate(curve.epoch)[inside], rtol=1e-9)


@given(
    st.lists(st.tuples(st.integers(0, 4), st.integers(0, 30), st.sampled_from(["converged", "capped", "diverged"])), min_size=1)
)
def test_many_groups_give_the_same_as_each_group_alone(case):
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


ends = st.sampled_from(["converged", "capped", "diverged"])


@given(st.lists(st.tuples(st.integers(0, 4), st.integers(0, 30), ends, st.integers(0, 3)), min_size=1))
def test_weighted_medians_are_those_of_repeated_runs(case):
    group, epochs, outcome, weight = (np.array(column) for column in zip(*case, strict=True))
    converged, capped = outcome == "converged", outcome == "capped"
    sets = risk_sets(group, epochs, converged, capped)
    weights = np.stack([weight, np.ones_like(weight)])[:, sets.order]
    for found, often in zip(weighted_medians(sets, weights, 5), (weight, np.ones_like(weight)), strict=True):
        again = [np.repeat(column, often) for column in (group, epochs, converged, capped)]
        np.testing.assert_array_equal(found, survival_quantile(kaplan_meier(*again), 5)[0])


def test_diverged_runs_stay_at_risk_for_ever():
    """Of ten runs, five converge at epoch 7 and five diverge at 2: half of them never converge, whenever they diverged."""
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
    """1 - 0.025**(1/n) falls below one half between five runs and six, as for the exact interval of a median."""
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


def test_the_restricted_mean_is_that_of_the_published_trial():
    """J. P. Klein and M. L. Moeschberger, Survival Analysis, 2003, example 4.1: up to 35 weeks 23.29, standard error 2.827."""
    mean, low, high = restricted_mean(one_group(WEEKS, RELAPSED, ~RELAPSED), 1, 35)
    assert mean[0] == pytest.approx(23.29, abs=0.005)
    assert (high - low)[0] / 2 / 1.959964 == pytest.approx(2.827, abs=0.0005)


@given(runs, st.integers(1, 50))
def test_the_restricted_mean_is_the_area_under_scipys_curve(case, limit):
    epochs, converged = (np.array(column) for column in zip(*case, strict=True))
    curve = stats.ecdf(stats.CensoredData.right_censored(epochs, ~converged)).sf
    area = curve.evaluate(np.arange(limit)).sum()  # epochs are whole: the curve is level between them
    mean, low, high = restricted_mean(one_group(epochs, converged, ~converged), 1, limit)
    assert mean[0] == pytest.approx(area)
    assert 0 <= low[0] <= mean[0] * (1 + 1e-12)
    assert mean[0] <= high[0] * (1 + 1e-12) <= limit * (1 + 1e-12)


@given(st.lists(st.tuples(st.integers(0, 3), st.integers(0, 20), st.booleans()), min_size=1))
def test_without_censoring_it_is_the_plain_mean_with_its_binomial_error(case):
    """Greenwood's variance is then that of the mean with divisor n. Several groups at once; diverged runs never converge."""
    group, epochs, converged = (np.array(column) for column in zip(*case, strict=True))
    mean, low, high = restricted_mean(kaplan_meier(group, epochs, converged, np.zeros(len(epochs), bool)), 4, 12)
    for number in np.unique(group):
        shortened = np.where(converged, np.minimum(epochs, 12), 12)[group == number]
        half = 1.959964 * shortened.std() / np.sqrt(len(shortened))
        expected = shortened.mean(), max(shortened.mean() - half, 0), min(shortened.mean() + half, 12)
        assert (mean[number], low[number], high[number]) == pytest.approx(expected, rel=1e-6, abs=1e-6)


def test_restricted_means_cover_the_truth():
    """2,000 sweeps of 100 runs: a fifth never converge, many are cut off before the limit."""
    rng = np.random.default_rng(1)
    sweeps, size, limit = 2000, 100, 150
    times = rng.geometric(0.01, (sweeps, size))
    cut = rng.integers(50, 400, (sweeps, size))
    never = rng.random((sweeps, size)) < 0.2
    converged = ((times <= cut) & ~never).ravel()
    curves = kaplan_meier(
        np.repeat(np.arange(sweeps), size), np.minimum(times, cut).ravel(), converged, ~converged & ~never.ravel()
    )
    _, low, high = restricted_mean(curves, sweeps, limit)
    truth = np.sum(0.2 + 0.8 * 0.99 ** np.arange(limit))
    assert 0.93 <= np.mean((low <= truth) & (truth <= high)) <= 0.97


@given(
    st.lists(
        st.tuples(
            st.integers(0, 2), st.integers(0, 9), st.sampled_from(["converged", "capped", "diverged"]), st.integers(1, 5)
        ),
        min_size=1,
    )
)
def test_a_run_that_stands_for_several_counts_like_several(case):
    group, epochs, outcome, weight = (np.array(column) for column in zip(*case, strict=True))
    found = kaplan_meier(group, epochs, outcome == "converged", outcome == "capped", weight=weight)
    group, epochs, outcome = (np.repeat(column, weight) for column in (group, epochs, outcome))
    expected = kaplan_meier(group, epochs, outcome == "converged", outcome == "capped")
    for name in ("group", "epoch", "at_risk", "events", "survival", "low", "high"):
        np.testing.assert_array_equal(getattr(found, name), getattr(expected, name))
