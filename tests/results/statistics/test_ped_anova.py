"""PED-ANOVA against known shares, by brute force over pairs, and by simulation."""

from itertools import permutations

import numpy as np
import pytest
from scipy import stats

from backsweep.results.statistics.ped_anova import first_order_shares


def generator(seed=0):
    return np.random.default_rng(seed)


def places(values):
    """The rank of each value on its axis, (axes, cells)."""
    return np.stack([np.unique(column, return_inverse=True)[1] for column in values.T])


def shares(values, response, resamples=50, seed=0, points=None):
    points = np.arange(len(values)) if points is None else points
    return first_order_shares(response, places(values), points, generator(seed), resamples)


def test_few_levels_are_the_unbiased_between_level_variance():
    """The best of 20 cells, by levels of an axis: the share of pairs of best cells among the pairs of a level, minus that among
    all pairs.
    """
    rng = generator(7)
    level, is_best = np.arange(20) % 4, rng.permutation(20) < 7
    chance = 7 * 6 / (20 * 19)
    best_at = np.bincount(level, weights=is_best)
    between = np.sum(5 / 20 * best_at * (best_at - 1) / (5 * 4)) - chance
    found = shares(level[:, None], is_best + 0.0 - 1e9 * ~is_best)
    top = shares(np.column_stack([level, np.arange(20) // 10]), np.where(is_best, 1.0, 0.0))
    assert top.estimate[0] == pytest.approx(max(between / (7 / 20 - chance), 0))
    assert found.estimate[0] == pytest.approx(top.estimate[0])
    assert shares(level[:, None], (level == 2) + 0.0).estimate.tolist() == pytest.approx([1, 0])


def test_a_smoothed_axis_is_all_pairs_of_best_cells_one_at_a_time():
    rng = generator(1)
    x = rng.permutation(256)  # one cell per step of the grid
    response = -np.abs(x - 100) + 40.0 * rng.random(256)
    best = np.argsort(-response)[:26]
    at = (x[best] + 0.5) / 256
    width = 1.059 * at.std() * 26**-0.2

    def kernel(one, others):
        return sum(stats.norm.pdf(mirrored, one, width) for mirrored in (others, -others, 2 - others))

    everywhere = (np.arange(256) + 0.5) / 256
    all_others = {one: (kernel(one, everywhere).sum() - kernel(one, one)) / 255 for one in at}
    ratios = [kernel(one, other) / all_others[one] for one, other in permutations(at, 2)]
    expected = 25 / 230 * (np.mean(ratios) - 1)
    assert shares(x[:, None], response).estimate[0] == pytest.approx(expected)


def test_shares_of_a_rectangle_are_those_of_its_sides():
    """Best where x < a and y < b, with ab = 0.1: the share of x is (b - ab) / (1 - ab), and likewise for y with a. Smoothing
    reduces both.
    """
    values = generator(2).random((20_000, 3))
    a, b = 0.4, 0.25
    response = ((values[:, 0] < a) & (values[:, 1] < b)).astype(float)
    x, y, other, rest = shares(values, response).estimate
    truth = np.array([b - a * b, a - a * b]) / (1 - a * b)
    np.testing.assert_allclose([x, y], truth, rtol=0.06)
    assert x < y
    assert other < 0.002
    assert rest == pytest.approx(1 - x - y - other, abs=0.002)


def test_what_decides_more_has_the_larger_share_whatever_the_scale():
    values = generator(3).random((500, 3))
    response = -3 * np.abs(values[:, 0] - 0.4) - np.abs(values[:, 1] - 0.6)
    found = shares(values, response)
    first, second, third, _ = found.estimate
    assert first > second > third
    for again in (shares(np.exp(9 * values), response), shares(values, np.exp(response))):
        np.testing.assert_array_equal(again.estimate, found.estimate)


def test_where_an_axis_does_nothing_its_share_is_0_on_average_and_inside_the_interval():
    rng = generator(4)
    found = [shares(rng.random((100, 2)), rng.random(100), resamples=200, seed=k) for k in range(200)]
    assert np.mean([of.estimate[:2] for of in found]) < 0.02
    assert np.mean([of.low[:2] == 0 for of in found]) > 0.95


def test_intervals_from_sobols_points_hold_the_truth():
    """Random points are less evenly spread, so there the kernel's bias shows: the interval of the small share contains the
    truth 87 to 93 times in 100.
    """
    rng = generator(5)
    truth = np.array([0.15, 0.3]) / 0.9
    held = []
    for k in range(200):
        values = stats.qmc.Sobol(2, seed=rng).random(128)
        found = shares(values, ((values[:, 0] < 0.4) & (values[:, 1] < 0.25)).astype(float), resamples=200, seed=k)
        held.append((found.low[:2] <= truth) & (truth <= found.high[:2]))
    assert (np.mean(held, axis=0) >= 0.95).all()


def test_cells_of_one_point_are_no_evidence_for_each_other():
    """Which point is best is chance alone. That all four of its cells are best does not make the axis matter."""
    rng = generator(6)
    points = np.repeat(np.arange(100), 4)
    found = []
    for _ in range(100):
        axis, grid = np.repeat(rng.random(100), 4), np.tile(np.arange(4), 100)
        response = np.repeat(rng.random(100), 4)
        found.append(shares(np.column_stack([axis, grid]), response, resamples=1, points=points).estimate[:2])
    assert np.mean(found) < 0.02


def test_equals_of_the_last_are_best_too_but_never_all():
    level = np.arange(40) % 4
    assert shares(level[:, None], (level > 0) + 0.0).estimate[0] == pytest.approx(1)  # three quarters are the best
    nine = np.where(level > 0, 1.0, 0.0) + (np.arange(40) == 5)  # one is better still, and the cells that tie are not the last
    assert shares(level[:, None], nine).estimate[0] == pytest.approx(1)


def test_where_all_cells_are_alike_or_one_alone_differs_shares_are_unknown():
    for response in (np.full(60, 0.3), np.arange(60) == 3):
        found = shares(generator().random((60, 2)), response.astype(float))
        assert np.isnan(found).all()
