"""Bins: every number is in one, none is wider than promised, and they rise."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from backsweep.results.statistics.bins import (
    EPOCH_BINS,
    LEAST,
    LOSS_BINS,
    LOSS_PARTS,
    MOST,
    PARTS,
    epoch_bins,
    largest_losses,
    last_epochs,
    loss_bins,
)

LAST = last_epochs(np.arange(EPOCH_BINS))
ENDS = largest_losses(np.arange(LOSS_BINS))


def test_bins_of_epochs_follow_each_other_without_gaps():
    first = np.append(0, LAST[:-1] + 1)
    assert LAST[-1] == 2**31 - 1
    assert (first <= LAST).all()
    np.testing.assert_array_equal(epoch_bins(first), np.arange(EPOCH_BINS))
    np.testing.assert_array_equal(epoch_bins(LAST), np.arange(EPOCH_BINS))
    assert (LAST - first <= first / PARTS).all()
    assert (first[: 2 * PARTS] == LAST[: 2 * PARTS]).all()


@given(st.lists(st.floats(2.0**LEAST, 2.0 ** (MOST - 1), exclude_max=True), min_size=1))
def test_a_loss_is_in_the_bin_that_ends_at_or_above_it(losses):
    losses = np.array(losses)
    ends = ENDS[loss_bins(losses)]
    assert (losses <= ends).all()
    assert (ends <= losses * (1 + 1 / LOSS_PARTS)).all()


@given(st.lists(st.floats(0, allow_infinity=True), min_size=2))
def test_larger_losses_have_no_lower_bins(losses):
    assert (np.diff(loss_bins(np.sort(losses))) >= 0).all()


@pytest.mark.parametrize("loss", [np.inf, np.nan])
def test_what_is_not_finite_has_the_last_bin(loss):
    assert loss_bins(np.array([loss])).tolist() == [LOSS_BINS - 1]
    assert ENDS[-1] == np.inf
    assert loss_bins(np.array([0.0])).tolist() == [0]
