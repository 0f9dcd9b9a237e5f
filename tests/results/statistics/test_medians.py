"""Medians at looks: the chance of every look at once by brute force, by simulation, and what is censored."""

from itertools import product

import numpy as np
import pytest
from scipy import stats

from backsweep.results.statistics.looks import quarters
from backsweep.results.statistics.medians import Median, planned_deviation


def strays(z, looks):
    """The share of all orders of heads and tails that are beyond z at one of the looks."""
    heads = np.cumsum(list(product([0, 1], repeat=looks[-1])), axis=1)[:, looks - 1]
    return (np.abs(2 * heads - looks) > z * np.sqrt(looks)).any(axis=1).mean()


def test_all_looks_at_once_hold_with_95_percent_and_no_less_would():
    looks = quarters(6, 16)
    z = planned_deviation(6, 16)
    assert strays(z, looks) <= 0.05 < strays(z - 0.002, looks)


@pytest.mark.parametrize("anytime", [False, True])
@pytest.mark.parametrize("shape", ["smooth", "ties", "half at one value"])
def test_no_look_misses_the_median_in_more_than_one_of_twenty_samples(shape, anytime):
    samples, rule = 1000, Median(1.05, 20, 150, anytime)
    draw = np.random.default_rng(7).random((samples, 150))
    epochs = {
        "smooth": stats.lognorm.ppf(draw, 0.5),
        "ties": np.ceil(draw * 7),
        "half at one value": np.where(draw < 0.5, 3, 8 + draw),
    }
    median = {"smooth": 1.0, "ties": 4.0, "half at one value": 3.0}[shape]
    missed = np.zeros(samples, bool)
    for n in rule.looks.tolist():
        runs = epochs[shape][:, :n].ravel()
        low, high = rule.interval(np.repeat(np.arange(samples), n), runs, np.ones(runs.shape, bool), samples)
        missed |= (median < low) | (median > high)
    assert missed.mean() <= 0.05 + 4 * np.sqrt(0.05 / samples)


def test_runs_that_do_not_converge_are_longer_than_all_that_do():
    rule = Median(1.05, 100, 1000, False)
    epochs = np.tile(np.arange(1, 101), 3)
    converged = np.concatenate([epochs[:100] <= 90, epochs[:100] <= 50, epochs[:100] <= 20])
    low, high = rule.interval(np.repeat([0, 1, 2], 100), epochs, converged, 4)
    rank = rule.rank(100)
    assert low.tolist() == [rank, rank, np.inf, 0]
    assert high.tolist() == [101 - rank, np.inf, np.inf, np.inf]
    assert rule.precise(low, high).tolist() == [False, False, True, False]
    assert rule.precise([100, 100, 0], [105, 106, 0]).tolist() == [True, False, False]


def test_ranks_leave_out_less_than_one_look_would():
    """A guarantee for one look alone is the sign test's, which both guarantees for more of them contain."""
    for n in quarters(100, 10_000).tolist():
        one_look = stats.binom.ppf(0.025, n, 0.5)
        for anytime in (False, True):
            assert 0 < Median(1.05, 100, 10_000, anytime).rank(n) < one_look
    assert Median(1.05, 3, 3, False).rank(3) == 0


def test_planned_looks_are_a_quarter_apart():
    assert quarters(100, 200).tolist() == [100, 125, 157, 197, 200]
    with pytest.raises(ValueError, match="126 runs: must be a planned look, 100, 125, 157, 197, 200"):
        Median(1.05, 100, 200, False).rank(126)


@pytest.mark.parametrize("case", [(1.0, 1, 2), (np.inf, 1, 2), (np.nan, 1, 2), (1.1, 0, 2), (1.1, 3, 2)])
def test_rules_that_make_no_sense_are_refused(case):
    with pytest.raises(ValueError, match="must be"):
        Median(*case, False)
