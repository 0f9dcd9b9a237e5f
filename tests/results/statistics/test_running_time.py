"""The expected running time and its bootstrap against scipy and by simulation."""

import numpy as np
import pytest
from scipy import stats

from backsweep.results.statistics.running_time import expected_running_time


def test_all_epochs_divided_by_successes():
    """Ten runs of 100 epochs, of which two succeed: 500 epochs per success."""
    found = expected_running_time([0] * 10, [100] * 10, [True] * 2 + [False] * 8, 1, np.random.default_rng(0))
    assert found.estimate.tolist() == [500]
    assert found.low[0] < 500 < found.high[0]


def test_the_interval_is_scipys():
    """Both draw at random: with 20,000 resamples the ends differ by about a hundredth of the width."""
    rng = np.random.default_rng(1)
    epochs, converged = rng.integers(1, 1000, 50), rng.random(50) < 0.6
    found = expected_running_time(np.zeros(50, int), epochs, converged, 1, rng, resamples=20_000)
    theirs = stats.bootstrap(
        (epochs, converged),
        lambda spent, success, axis: spent.sum(axis) / success.sum(axis),
        paired=True,
        vectorized=True,
        n_resamples=20_000,
        method="BCa",
        random_state=np.random.default_rng(2),
    ).confidence_interval
    width = theirs.high - theirs.low
    assert (found.low[0], found.high[0]) == (
        pytest.approx(theirs.low, abs=0.03 * width),
        pytest.approx(theirs.high, abs=0.03 * width),
    )


def test_groups_are_independent_and_results_reproducible():
    group, epochs, converged = [1, 0, 1, 0], [5, 1000, 7, 1000], [True, True, False, True]
    first, again = (expected_running_time(group, epochs, converged, 3, np.random.default_rng(4)) for _ in range(2))
    np.testing.assert_array_equal(first, again)
    assert [first.low[0], first.estimate[0], first.high[0]] == [1000] * 3
    assert first.estimate[1] == 12
    assert np.isnan([column[2] for column in first]).all()


def test_intervals_cover_the_truth():
    """2,000 sweeps of 120 runs. Half of them converge, at epochs 1 to 100, and the others are cut off at 100, so a success
    takes 50.5 + 100 epochs.
    """
    rng = np.random.default_rng(5)
    sweeps, size = 2000, 120
    converged = rng.random(sweeps * size) < 0.5
    epochs = np.where(converged, rng.integers(1, 101, sweeps * size), 100)
    found = expected_running_time(np.repeat(np.arange(sweeps), size), epochs, converged, sweeps, rng, resamples=600)
    assert 0.93 <= np.mean((found.low <= 150.5) & (found.high >= 150.5)) <= 0.97


def test_intervals_of_large_groups_cover_the_truth():
    """Of 3,000 runs, dealt into batches, three in ten converge, at epochs 1 to 100; a success takes 50.5 + 700 / 3."""
    rng = np.random.default_rng(6)
    sweeps, size, hits = 400, 3000, 0
    for _ in range(5):
        converged = rng.random(sweeps * size) < 0.3
        epochs = np.where(converged, rng.integers(1, 101, sweeps * size), 100)
        found = expected_running_time(np.repeat(np.arange(sweeps), size), epochs, converged, sweeps, rng)
        hits += np.sum((found.low <= 50.5 + 700 / 3) & (found.high >= 50.5 + 700 / 3))
    assert 0.93 <= hits / (5 * sweeps) <= 0.97


def test_batches_do_not_widen_the_interval(monkeypatch):
    rng = np.random.default_rng(7)
    group, epochs, converged = np.repeat(np.arange(50), 1000), rng.integers(1, 100, 50_000), rng.random(50_000) < 0.5
    widths = []
    for batches in (200, 2000):
        monkeypatch.setattr("backsweep.results.statistics.bootstrap.BATCHES", batches)
        found = expected_running_time(group, epochs, converged, 50, rng)
        widths.append(np.mean(found.high - found.low))
    assert widths[0] == pytest.approx(widths[1], rel=0.03)
