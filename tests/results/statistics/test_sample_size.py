"""Numbers of seeds: against statsmodels, and by simulation of the promised power and width."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from statsmodels.stats.proportion import proportion_confint

from backsweep.results.statistics.sample_size import more_seeds, pairs_to_tell_apart, seeds_to_half_width
from backsweep.results.statistics.significance import mcnemar


def test_the_power_of_pairs_is_as_promised():
    """R. J. Connor's formula is approximate, within some hundredths."""
    seeds = int(pairs_to_tell_apart(0.1, 0.2, power=0.8))
    _, b, c = np.random.default_rng(1).multinomial(seeds, [0.7, 0.1, 0.2], 20_000).T
    assert np.mean(mcnemar(b, c) < 0.05) == pytest.approx(0.8, abs=0.03)
    assert pairs_to_tell_apart(0.1, 0.1, power=0.8) == np.inf


def half_width(rate, seeds):
    low, high = proportion_confint(rate * seeds, seeds, method="wilson")
    return (high - low) / 2


@given(st.integers(0, 100).map(lambda percent: percent / 100), st.integers(1, 40).map(lambda percent: percent / 100))
def test_seeds_to_a_half_width_are_the_fewest(rate, width):
    seeds = seeds_to_half_width(rate, width)
    assert half_width(rate, seeds) <= width * (1 + 1e-9)
    assert seeds == 1 or half_width(rate, seeds - 1) > width * (1 - 1e-9)


def test_more_seeds_are_those_needed_minus_those_there():
    needed = seeds_to_half_width([0.5, 0.5, 0.0], [0.1, 0.05, 0.1])
    assert needed.shape == (3,)
    assert more_seeds(needed, 50).tolist() == [needed[0] - 50, needed[1] - 50, 0]
    assert more_seeds(np.inf, 10) == np.inf


def test_of_what_is_unknown_no_number_is_known():
    assert np.isnan(seeds_to_half_width([np.nan], 0.1)).all()
    assert np.isnan(pairs_to_tell_apart([np.nan], [0.1], power=0.8)).all()
    assert np.isnan(more_seeds(np.nan, 0))
