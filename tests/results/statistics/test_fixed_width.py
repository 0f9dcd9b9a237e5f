"""Fixed-width rates: coverage at stopping by path counting and by simulation, cost, and properties."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from backsweep.results.statistics.fixed_width import FixedWidth, fixed_width
from backsweep.results.statistics.sample_size import seeds_to_half_width

LONG = pytest.mark.long
RULES = [
    (0.1, 10, 10_000),
    (0.2, 10, 20),
    (0.2, 1, 1000),
    *(pytest.param(rule, marks=LONG) for rule in [(0.05, 20, 10_000), (0.1, 20, 60)]),
]
RATES = [0.01, 0.1, 0.5, *(pytest.param(rate, marks=LONG) for rate in (0.001, 0.003, 0.02, 0.05, 0.2, 0.35, 0.9, 0.98, 0.999))]


def simulated(rule, rate, samples, rng):
    """(successes, n) at which samples of this rate end, (samples,) each."""
    n = np.full(samples, rule.looks[0])
    k = rng.binomial(n, rate)
    going = np.flatnonzero(~rule.precise(k, n) & (n < rule.looks[-1]))
    while len(going):
        later = rule.next_look(k[going], n[going])
        assert (later > n[going]).all()
        assert (later <= np.maximum(1.5 * n[going], rule.looks[np.searchsorted(rule.looks, n[going]) + 1])).all()
        k[going] += rng.binomial(later - n[going], rate)
        n[going] = later
        going = going[~rule.precise(k[going], later) & (later < rule.looks[-1])]
    return k, n


@pytest.mark.parametrize("case", RULES)
def test_coverage_at_stopping_is_95_percent_for_every_rate_and_not_much_more(case):
    rule = fixed_width(*case)
    assert rule.holds()
    outcomes = rule.outcomes()
    low, high = rule.interval(outcomes.successes, outcomes.n)
    rates = np.concatenate([np.geomspace(1e-6, 0.5, 100), np.linspace(0.001, 0.999, 100)])
    coverage = np.array([outcomes.coverage(low, high, rate) for rate in rates])
    assert coverage.min() >= 0.95
    assert coverage.min() < 0.96
    ended = rule.precise(outcomes.successes, outcomes.n)
    assert ((high - low)[ended] <= 2 * rule.half_width + 1e-12).all()
    assert (outcomes.n[~ended] == rule.maximum).all()


@pytest.mark.parametrize("rate", RATES)
def test_simulated_samples_end_as_often_right_and_as_soon_as_counted(rate):
    rule, samples = fixed_width(0.1, 10, 10_000), 20_000
    k, n = simulated(rule, rate, samples, np.random.default_rng(3))
    low, high = rule.interval(k, n)
    outcomes = rule.outcomes()
    expected = outcomes.coverage(*rule.interval(outcomes.successes, outcomes.n), rate)
    assert np.mean((low <= rate) & (rate <= high)) == pytest.approx(expected, abs=4 * np.sqrt(0.05 / samples))
    assert n.mean() == pytest.approx(outcomes.expected_n(rate), rel=0.02)


@pytest.mark.long
def test_a_half_width_of_a_hundredth_costs_at_most_five_percent_more_than_a_planned_sample():
    rule = fixed_width(0.01, 100, 20_000)
    assert rule.holds()
    outcomes = rule.outcomes()
    for rate, most in [(0.5, 1.05), (0.3, 1.05), (0.1, 1.05), (0.03, 1.06), (0.01, 1.10), (0.001, 1.25)]:
        assert outcomes.expected_n(rate) <= most * seeds_to_half_width(rate, 0.01)
    k, n = simulated(rule, 0.02, 20_000, np.random.default_rng(4))
    low, high = rule.interval(k, n)
    assert np.mean((low <= 0.02) & (high >= 0.02)) >= 0.95 - 4 * np.sqrt(0.05 / 20_000)


@given(st.integers(1, 500).flatmap(lambda n: st.tuples(st.integers(0, n), st.just(n))))
def test_failures_are_treated_as_successes_are(case):
    k, n = case
    rule = FixedWidth(0.05, 20, 1000, 2.0)
    assert rule.precise(k, n) == rule.precise(n - k, n)
    (low, high), (other_low, other_high) = rule.interval(k, n), rule.interval(n - k, n)
    assert (1 - other_high, 1 - other_low) == (pytest.approx(low, abs=1e-12), pytest.approx(high, abs=1e-12))
    assert 0 <= low <= k / n <= high <= 1


@given(st.integers(2, 500).flatmap(lambda n: st.tuples(st.integers(0, n - 1), st.just(n))))
def test_more_successes_move_both_ends_up(case):
    k, n = case
    rule = FixedWidth(0.05, 20, 1000, 2.0)
    (low, high), (more_low, more_high) = rule.interval(k, n), rule.interval(k + 1, n)
    assert low <= more_low
    assert high <= more_high


@settings(max_examples=30)
@given(st.floats(0.001, 0.49), st.integers(1, 1000), st.integers(0, 100_000))
def test_looks_are_whole_grow_and_end_where_all_are_precise_or_at_the_maximum(half_width, minimum, more):
    rule = FixedWidth(half_width, minimum, minimum + more, 2.0)
    looks = rule.looks
    assert looks[0] == minimum
    assert (np.diff(looks) > 0).all()
    assert looks[-1] == rule.maximum or rule.precise(looks[-1] / 2, looks[-1])
    assert (np.diff(looks) <= np.maximum(0.016 * looks[:-1], 1) + 1).all()


def test_a_large_minimum_makes_intervals_narrower_than_was_asked():
    assert all(FixedWidth(0.2, minimum, 1000, 2.0).looks.tolist() == [minimum] for minimum in range(100, 1000))
    rule = fixed_width(0.2, 400, 1000)
    low, high = rule.interval(200, 400)
    assert high - low < 0.11


@pytest.mark.parametrize("case", [(0, 1, 2), (0.5, 1, 2), (-0.1, 1, 2), (0.1, 0, 2), (0.1, 3, 2), (float("nan"), 1, 2)])
def test_rules_that_make_no_sense_are_refused(case):
    with pytest.raises(ValueError, match="must be"):
        fixed_width(*case)


def test_a_next_look_is_asked_for_at_a_look():
    rule = FixedWidth(0.05, 20, 1000, 2.0)
    with pytest.raises(ValueError, match="must be a look before the last"):
        rule.next_look([3], [19])
