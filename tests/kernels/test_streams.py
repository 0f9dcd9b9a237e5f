"""The random stream against NumPy's own RandomState, bit for bit."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from numba import njit

from backsweep.kernels.streams import LAST_SEED, new_state, next_uniform, seed_stream


@njit
def draws(state, seed, values):
    seed_stream(state, seed)
    for i in range(values.shape[0]):
        values[i] = next_uniform(state)


@given(st.integers(0, LAST_SEED), st.integers(0, 30))
def test_draws_are_numpys(seed, count):
    values = np.zeros(count)
    draws(new_state(), seed, values)
    np.testing.assert_array_equal(values, np.random.RandomState(seed).random_sample(count))


@pytest.mark.parametrize("seed", [0, 1, 2, LAST_SEED])
def test_the_state_turns_over_many_times_as_numpys_does(seed):
    values = np.zeros(2000)
    draws(new_state(), seed, values)
    np.testing.assert_array_equal(values, np.random.RandomState(seed).random_sample(2000))


def test_a_used_state_starts_afresh():
    state, values = new_state(), np.zeros(5)
    draws(state, 9, np.zeros(1000))
    draws(state, 3, values)
    np.testing.assert_array_equal(values, np.random.RandomState(3).random_sample(5))
