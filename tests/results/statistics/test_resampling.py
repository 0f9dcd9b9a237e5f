"""Resamples by their moments, and percentiles computed by hand."""

import numpy as np
import pytest
from scipy import stats

from backsweep.results.statistics.resampling import Interval, percentiles, resampled


def test_as_many_are_drawn_as_there_are_each_with_the_same_chance():
    often = np.concatenate(list(resampled(7, 20_000, np.random.default_rng(0))))
    assert often.shape == (20_000, 7)
    assert (often.sum(axis=1) == 7).all()
    expected = 20_000 * stats.binom.pmf(np.arange(4), 7, 1 / 7)
    for thing in often.T:
        np.testing.assert_allclose(np.bincount(thing, minlength=8)[:4], expected, atol=4.5 * np.sqrt(expected.max()))


def test_resamples_of_many_things_can_count_only_some():
    """A multinomial draw of which only some counts are returned: mean and covariance are those of the whole."""
    often = np.concatenate(list(resampled(3, 40_000, np.random.default_rng(1), among=12)))
    np.testing.assert_allclose(often.mean(axis=0), 1, atol=0.025)
    covariance = np.where(np.eye(3), 11 / 12, -1 / 12)
    np.testing.assert_allclose(np.cov(often.T), covariance, atol=0.03)


def test_how_many_are_made_at_a_time_does_not_matter():
    whole, parts = (list(resampled(5, 11, np.random.default_rng(2), at_once=some)) for some in (None, 4))
    assert [len(part) for part in parts] == [4, 4, 3]
    np.testing.assert_array_equal(np.concatenate(whole), np.concatenate(parts))


@pytest.mark.parametrize(("resamples", "place"), [(1, 0), (39, 0), (40, 0), (100, 1), (1000, 24)])
def test_percentiles_leave_as_many_out_on_either_side(resamples, place):
    drawn = np.random.default_rng(3).permutation(resamples).astype(float)
    assert percentiles(drawn, 0.025) == (place, resamples - 1 - place)


def test_an_unknown_resample_counts_at_both_ends():
    drawn = np.append(np.full(94, 0.5), np.full(6, np.nan))
    assert percentiles(drawn, 0.025) == (-np.inf, np.inf)
    assert percentiles(drawn, 0.025, 0, 1) == (0, 1)
    assert percentiles(drawn, 0.1) == (0.5, 0.5)


def test_unknown_intervals_are_nan():
    found = Interval(np.array([1.0, 2]), np.array([0.0, 1]), np.array([2.0, 3])).known(np.array([True, False]))
    np.testing.assert_array_equal(np.stack(found), [[1, np.nan], [0, np.nan], [2, np.nan]])
