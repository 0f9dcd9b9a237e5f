"""Shares of variance against statsmodels, brute force and known decompositions, and by simulation."""

from itertools import permutations

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays
from statsmodels.formula.api import ols
from statsmodels.stats.anova import anova_lm

from backsweep.results.statistics.factorial import variance_shares


def generator(seed=0):
    return np.random.default_rng(seed)


def estimated(response, seed=0, resamples=20):
    return variance_shares(response[None], generator(seed), resamples).estimate[0]


def test_two_factors_are_what_mean_squares_of_statsmodels_give():
    levels = (3, 4, 5)
    a, b, seed = np.indices(levels).reshape(3, -1)
    y = 2 * a + b**2 + a * b + seed + 0.1 * generator().normal(size=a.size)
    data = pd.DataFrame({"a": a, "b": b, "s": seed, "y": y})
    table = anova_lm(ols("y ~ C(a) * C(b) + C(s) + C(a):C(s) + C(b):C(s)", data).fit())
    square = {name: row["mean_sq"] for name, row in table.iterrows()}
    sums = {name: row["sum_sq"] for name, row in table.iterrows()}
    freedom = {name: row["df"] for name, row in table.iterrows()}
    with_seed = ("C(a):C(s)", "C(b):C(s)", "Residual")
    rest = sum(sums[name] for name in with_seed) / sum(freedom[name] for name in with_seed)
    parts = [
        freedom[name] * (square[name] - square[error]) / y.size
        for name, error in zip(("C(a)", "C(b)", "C(a):C(b)"), with_seed, strict=True)
    ]
    parts.append((square["C(s)"] - rest) / 12 + rest)
    np.testing.assert_allclose(estimated(y.reshape(levels)), np.array(parts) / sum(parts))


def brute_force(response):
    """Three factors: products of two seeds' effects over all pairs of seeds, one pair at a time."""
    grid = response.shape[:-1]
    seeds, cells = response.shape[-1], np.prod(grid)

    def effect(of_seed, names):
        found = np.zeros(grid)
        for mask in range(2 ** len(names)):
            kept = [name for place, name in enumerate(names) if mask >> place & 1]
            others = tuple(axis for axis in range(3) if axis not in kept)
            found = found + (-1) ** (len(names) - len(kept)) * of_seed.mean(axis=others, keepdims=True)
        return found

    def part(*names):
        each = [effect(response[..., seed], names) for seed in range(seeds)]
        return np.mean([np.mean(one * other) for one, other in permutations(each, 2)])

    flat = response.reshape(cells, seeds)
    left = flat - flat.mean(axis=0) - flat.mean(axis=1, keepdims=True) + flat.mean()
    rest = np.sum(left**2) / ((cells - 1) * (seeds - 1))
    covariance = np.cov(flat)
    seed = covariance[~np.eye(cells, dtype=bool)].mean()
    parts = [part(0), part(1), part(2), part(0, 1), part(0, 2), part(1, 2), part(0, 1, 2), seed + rest]
    return np.array(parts) / np.sum(parts)


def test_three_factors_are_what_all_pairs_of_seeds_and_of_cells_give():
    response = generator(1).normal(size=(2, 3, 4, 5)) + np.arange(4)[:, None] + 3 * np.arange(2)[:, None, None, None]
    np.testing.assert_allclose(estimated(response), np.clip(brute_force(response), 0, 1), atol=1e-12)


def test_a_sum_has_no_interactions_and_a_product_of_centred_factors_nothing_else():
    a, b, seed = np.array([-1.0, 0, 1]), np.array([-3.0, -1, 1, 3]), np.array([-2.0, 0, 2, 4])
    total = a[:, None, None] + b[:, None] + seed
    parts = np.array([np.var(a), np.var(b), 0, np.var(seed, ddof=1)])
    np.testing.assert_allclose(estimated(total), parts / parts.sum(), atol=1e-12)
    product = np.broadcast_to((a[:, None] * b)[..., None], total.shape)
    np.testing.assert_allclose(estimated(product), [0, 0, 1, 0], atol=1e-12)
    np.testing.assert_allclose(estimated(a[:, None, None] * seed + 0 * b[:, None])[[1, 2]], 0, atol=1e-12)


def test_an_effect_of_seeds_on_all_cells_does_not_widen_intervals():
    setting, seed = np.array([0.0, 1]), 100 * generator(2).normal(size=8)
    part = np.array([0.25, np.var(seed, ddof=1)])
    share = estimated(setting[:, None] + seed)
    np.testing.assert_allclose(share[:2], part / part.sum(), rtol=1e-9)


@settings(deadline=None, max_examples=40)
@given(
    arrays(np.float64, st.tuples(st.integers(2, 3), st.integers(2, 3), st.integers(2, 6)), elements=st.integers(-9, 9)),
    st.floats(0.1, 100),
    st.floats(-100, 100),
)
def test_units_and_the_order_of_levels_and_seeds_do_not_matter(response, factor, shift):
    found = estimated(response)
    np.testing.assert_allclose(estimated(factor * response + shift), found, atol=1e-7)
    np.testing.assert_allclose(estimated(response[::-1, :, ::-1]), found, atol=1e-9)
    np.testing.assert_allclose(estimated(response.swapaxes(0, 1))[[1, 0, 2, 3]], found, atol=1e-9)
    assert np.isnan(found).all() or (found.sum() >= 1 - 1e-9 and (found >= 0).all() and (found <= 1).all())


def test_without_variance_shares_are_unknown_and_others_beside_them_known():
    responses = np.stack([np.full((2, 2, 9), 0.1), generator().random((2, 2, 9))])
    found = variance_shares(responses, generator(), 50)
    for column in found:
        assert np.isnan(column[0]).all()
        assert not np.isnan(column[1]).any()


@pytest.mark.parametrize("seeds", [2, 3])
def test_two_or_three_seeds_leave_everything_open(seeds):
    found = variance_shares(generator(3).random((1, 4, seeds)), generator(), 400)
    assert found.low.tolist() == [[0, 0]]
    assert found.high.tolist() == [[1, 1]]


def test_one_run_that_differs_leaves_everything_open():
    response = np.ones((1, 2, 3, 30))
    response[0, 1, 1, 4] = 0
    found = variance_shares(response, generator(), 200)
    assert (found.high == 1).all()  # a third of the resamples lacks this run
    assert (found.low == 0).all()


def simulated(rng, seeds, parts, of_seed):
    """Two factors with given shares of the variance: first, second, their interaction, then what seeds do in all cells
    alike and in some.
    """
    first = np.array([-1.0, 0, 1]) * np.sqrt(1.5 * parts[0])
    second = np.array([-1.5, -0.5, 0.5, 1.5]) * np.sqrt(0.8 * parts[1])
    both = np.array([[1.0, -1, -1, 1], [-2, 2, 2, -2], [1, -1, -1, 1]]) * np.sqrt(parts[2] / 2)
    means = first[:, None] + second + both
    chance = rng.normal(size=(3, 4, seeds)) * np.sqrt(parts[4])
    return means[..., None] + of_seed * np.sqrt(parts[3]) + chance


def coverage(seeds, parts, sweeps=500):
    rng = generator(4)
    responses = np.stack([simulated(rng, seeds, parts, rng.normal(size=seeds)) for _ in range(sweeps)])
    found = variance_shares(responses, rng, 400)
    truth = np.array([*parts[:3], parts[3] + parts[4]]) / sum(parts)
    return np.mean((found.low <= truth) & (truth <= found.high), axis=0), found


def test_intervals_cover_shares_that_are_not_near_0():
    covered, _ = coverage(100, (0.3, 0.15, 0.1, 0.15, 0.3))
    assert (covered >= 0.93).all()
    assert (covered <= 0.97).all()


def test_where_settings_do_nothing_intervals_reach_0_and_estimates_scatter_about_it():
    covered, found = coverage(40, (0.2, 0, 0, 0, 0.8))
    assert (covered[1:3] >= 0.95).all()
    assert (np.mean(found.estimate[:, 1:3] == 0, axis=0) > 0.3).all()
    assert (np.mean(found.estimate[:, 1:3] == 0, axis=0) < 0.8).all()
    assert (np.mean(found.estimate[:, 1:3], axis=0) < 0.01).all()
