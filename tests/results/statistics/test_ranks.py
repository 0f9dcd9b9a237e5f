"""Friedman's and Nemenyi's tests, against published tables and examples, and by permutation and simulation."""

import numpy as np
import pytest
from scipy import stats

from backsweep.results.statistics.ranks import alike, critical_difference, friedman, ranks

# Demšar (2006), table 6: the AUC of C4.5 without and with two parameters, m, cf, and m + cf, on 14 data sets of UCI. The paper
# ranks two entries by digits that it does not print; the fourth of row 13 is lowered by a ten-thousandth for that.
AUC = np.array(
    [
        [0.763, 0.768, 0.771, 0.798],
        [0.599, 0.591, 0.590, 0.569],
        [0.954, 0.971, 0.968, 0.967],
        [0.628, 0.661, 0.654, 0.657],
        [0.882, 0.888, 0.886, 0.898],
        [0.936, 0.931, 0.916, 0.931],
        [0.661, 0.668, 0.609, 0.685],
        [0.583, 0.583, 0.563, 0.625],
        [0.775, 0.838, 0.866, 0.875],
        [1.000, 1.000, 1.000, 1.000],
        [0.940, 0.962, 0.965, 0.962],
        [0.619, 0.666, 0.614, 0.669],
        [0.972, 0.981, 0.975, 0.9749],
        [0.957, 0.978, 0.946, 0.970],
    ]
)

# Hollander and Wolfe (1973), p. 140: seconds that 22 players take to second base by three ways round first base.
ROUNDING = """5.40 5.50 5.55  5.85 5.70 5.75  5.20 5.60 5.50  5.55 5.50 5.40  5.90 5.85 5.70  5.45 5.55 5.60  5.40 5.40 5.35
    5.45 5.50 5.35  5.25 5.15 5.00  5.85 5.80 5.70  5.25 5.20 5.10  5.65 5.55 5.45  5.60 5.35 5.45  5.05 5.00 4.95
    5.50 5.50 5.40  5.45 5.55 5.50  5.55 5.55 5.35  5.45 5.50 5.55  5.50 5.45 5.25  5.65 5.60 5.40  5.70 5.65 5.55
    6.30 6.30 6.25"""


def test_demsars_example():
    found = friedman(-AUC)
    assert found.mean_rank.round(3).tolist() == [3.143, 2.0, 2.893, 1.964]
    without_ties = 12 * 14 / (4 * 5) * (np.sum(found.mean_rank**2) - 4 * 25 / 4)
    assert round(without_ties, 2) == 9.28  # as printed; the paper does not correct for its ties: three pairs, and one of four
    assert found.statistic == pytest.approx(without_ties / (1 - (3 * (2**3 - 2) + 4**3 - 4) / (14 * (4**3 - 4))))
    assert round(critical_difference(4, 14), 2) == 1.25
    assert round(critical_difference(4, 14, level=0.1), 2) == 1.12


def test_hollander_and_wolfes_example_which_has_ties():
    found = friedman(np.array(ROUNDING.split(), float).reshape(-1, 3))
    assert (round(found.statistic, 4), round(found.p_value, 6)) == (11.1429, 0.003805)  # as R's friedman.test prints


def test_demsars_table_of_critical_values():
    """Table 5a, of the studentized range divided by the root of 2, which the paper cuts off after three digits or rounds."""
    printed = {
        0.05: [1.960, 2.343, 2.569, 2.728, 2.850, 2.949, 3.031, 3.102, 3.164],
        0.10: [1.645, 2.052, 2.291, 2.459, 2.589, 2.693, 2.780, 2.855, 2.920],
    }
    for level, values in printed.items():
        blocks = 10
        q = [critical_difference(k, blocks, level) / np.sqrt(k * (k + 1) / (6 * blocks)) for k in range(2, 11)]
        assert q == pytest.approx(values, abs=0.001)


def test_ties_share_their_ranks_and_what_never_happens_ties_last():
    assert ranks([[np.inf, 3, np.inf, 3], [1, 2, 3, 4]]).tolist() == [[3.5, 1.5, 3.5, 1.5], [1, 2, 3, 4]]
    tied = friedman(np.full((5, 3), np.inf))
    assert (tied.mean_rank.tolist(), tied.statistic, tied.p_value) == ([2, 2, 2], 0, 1)


def test_the_p_value_is_that_of_permutations_within_blocks():
    scores = np.random.default_rng(3).integers(0, 6, (25, 4)) + np.array([0, 0, 0.6, 1.2])
    found, rng = friedman(scores), np.random.default_rng(4)
    shuffled = [friedman(rng.permuted(scores, axis=1)).statistic for _ in range(2000)]
    assert np.mean(np.array(shuffled) >= found.statistic) == pytest.approx(found.p_value, abs=0.015)


def test_no_pair_of_treatments_that_are_alike_differs_in_more_than_one_family_of_twenty():
    rng = np.random.default_rng(5)
    means = stats.rankdata(rng.random((4000, 20, 5)), axis=-1).mean(axis=1)
    rejected = np.mean(np.ptp(means, axis=1) >= critical_difference(5, 20))
    assert 0.03 < rejected < 0.055


def test_sets_that_are_alike():
    assert [one.tolist() for one in alike([2.0, 1.0, 3.1, 1.5], 1.1)] == [[1, 3, 0]]
    assert [one.tolist() for one in alike([1.0, 2.0, 2.9, 5.0], 1.1)] == [[0, 1], [1, 2]]
    assert alike([1.0, 3.0, 5.0], 2.0) == []  # as much as the difference: they differ


@pytest.mark.parametrize("scores", [np.ones((2, 3)), np.ones((3, 2)), np.ones(9), [[1, 2, np.nan]] * 3])
def test_what_cannot_be_ranked(scores):
    with pytest.raises(ValueError, match=r"at least 3 blocks and 3 treatments|nan"):
        friedman(scores)
    with pytest.raises(ValueError, match="at least 2 treatments"):
        critical_difference(1, 3)
