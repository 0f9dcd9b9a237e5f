"""Paired differences at looks: betting against its definition, by simulation, and against intervals of one look."""

import numpy as np
import pytest

from backsweep.results.statistics.paired_looks import PairedDifference
from backsweep.results.statistics.significance import paired_difference_interval

RULE = PairedDifference(0.02, 100, 100_000)


@pytest.mark.parametrize("difference", [-0.4, 0.0, 0.1])
def test_evidence_is_the_mean_of_what_bets_make_of_one(difference):
    pairs = np.random.default_rng(1).choice([-1, 0, 1], 60, p=[0.2, 0.5, 0.3])
    money = np.prod(1 + RULE.shares[:, None] * (pairs - difference), axis=1).mean()
    found = RULE.log_evidence((pairs == -1).sum(), (pairs == 1).sum(), len(pairs), difference)
    assert np.exp(found) == pytest.approx(money)


def test_shares_double_up_to_a_half_and_are_of_either_sign():
    np.testing.assert_allclose(RULE.shares, [-0.02, -0.04, -0.08, -0.16, -0.32, 0.02, 0.04, 0.08, 0.16, 0.32])
    assert np.abs(PairedDifference(0.499, 1, 1).shares).max() <= 0.5


@pytest.mark.parametrize(("first", "second"), [(0.0, 0.0), (0.002, 0.0), (0.05, 0.05), (0.1, 0.2), (0.5, 0.5), (0.9, 0.0)])
def test_no_look_misses_the_difference_in_more_than_one_of_twenty_samples(first, second):
    samples, n = 1000, np.arange(10, 1001, 30)
    draw = np.random.default_rng(2).random((samples, 1000))
    b, c = (np.cumsum(only, axis=1)[:, n - 1] for only in (draw < first, draw > 1 - second))
    evidence = RULE.log_evidence(b, c, n, second - first)
    assert (evidence >= np.log(20)).any(axis=1).mean() <= 0.05 + 4 * np.sqrt(0.05 / samples)


@pytest.mark.parametrize(("first", "second"), [(0.05, 0.05), (0.2, 0.22), (0.01, 0.05)])
@pytest.mark.parametrize("n", [2000, 20_000])
def test_it_costs_at_most_three_times_as_many_pairs_as_one_look(first, second, n):
    low, high = RULE.interval(first * n, second * n, n)
    least, most = paired_difference_interval(first * n, second * n, n)
    assert low < second - first < high
    assert ((high - low) / (most - least)) ** 2 < 3


def test_sides_can_be_exchanged_and_nothing_is_known_of_no_pair():
    low, high = RULE.interval([3, 50, 0], [9, 20, 0], [100, 200, 50])
    other_low, other_high = RULE.interval([9, 20, 0], [3, 50, 0], [100, 200, 50])
    np.testing.assert_allclose((low, high), (-other_high, -other_low), atol=1e-12)
    assert (RULE.log_evidence([3, 50], [9, 20], [100, 200]) == RULE.log_evidence([3, 50], [9, 20], [12, 70])).all()
    assert RULE.interval(0, 0, 0) == (-1, 1)


def test_an_answer_is_a_difference_or_none_that_matters():
    assert RULE.precise([0.001, -0.3, -0.02, -0.021, 0.0], [0.5, -0.1, 0.02, 0.01, 0.03]).tolist() == [
        True,
        True,
        True,
        False,
        False,
    ]


@pytest.mark.parametrize("case", [(0.0, 1, 2), (0.5, 1, 2), (np.nan, 1, 2), (0.1, 0, 2), (0.1, 3, 2)])
def test_rules_that_make_no_sense_are_refused(case):
    with pytest.raises(ValueError, match="must be"):
        PairedDifference(*case)
