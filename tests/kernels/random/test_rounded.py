"""The scalar logarithm and exponential against mpmath with sixty digits: correctly rounded, on each of the paths that lead
there.
"""

from fractions import Fraction

import mpmath
import numpy as np
import pytest
from numba import njit

from backsweep.kernels.random import rounded

RNG = np.random.default_rng(4)
NEAR_ONE = 1.0 - np.arange(1, 300) * 2.0**-53
EDGES = np.concatenate([factor * (1.0 + np.arange(-3, 4) * 2.0**-52) for factor in np.array(rounded._MIDDLES)])
LOG_POINTS = np.concatenate(
    [
        RNG.random(4000),
        1.0 - RNG.random(2000) * 2.0 ** -RNG.integers(1, 50, 2000),
        RNG.random(2000) * 2.0 ** -RNG.integers(1, 900, 2000),
        NEAR_ONE,
        EDGES,
        [2.0**-104, 0.5, np.nextafter(0.5, 1), 0.6875, np.nextafter(0.6875, 0), 1.0, 2.0, 1e300],
    ]
)
EXP_POINTS = np.concatenate(
    [
        rounded.LEAST_EXP * RNG.random(4000),
        -RNG.random(2000) * 2.0 ** -RNG.integers(1, 60, 2000),
        -(np.arange(112) + 0.5) / 16,
        [0.0, -7.0, -(2.0**-60), np.nextafter(-7.0, 0.0)],
    ]
)


@njit(error_model="numpy")
def logs(x):
    found, at_length = np.zeros((2, len(x))), np.zeros(len(x))
    for i in range(len(x)):
        found[:, i] = rounded._log_at_length(x[i])
        at_length[i] = rounded.log_of_one(x[i])
    return found, at_length


@njit(error_model="numpy")
def exponentials(x):
    found, at_length = np.zeros((2, len(x))), np.zeros(len(x))
    for i in range(len(x)):
        found[:, i] = rounded._exp_at_length(x[i])
        at_length[i] = rounded.exp_of_one(x[i])
    return found, at_length


@njit(error_model="numpy")
def unlike(x):
    """How often a logarithm that may take the fast path differs from that of the slow path."""
    count = 0
    for i in range(len(x)):
        high, low = rounded._log_at_length(x[i])
        count += rounded.log_of_one(x[i]) != high + low
    return count


@pytest.mark.parametrize(
    ("ours", "exact", "points"), [(logs, mpmath.log, LOG_POINTS), (exponentials, mpmath.exp, EXP_POINTS)], ids=["log", "exp"]
)
def test_correctly_rounded_with_fifty_bits_to_spare(ours, exact, points):
    with mpmath.workdps(60):
        wanted = [exact(mpmath.mpf(x)) for x in points.tolist()]
        (high, low), found = ours(points)
        errors = [
            abs(mpmath.mpf(h) + mpmath.mpf(t) - w) / abs(w)
            for h, t, w in zip(high.tolist(), low.tolist(), wanted, strict=True)
            if w
        ]
        assert max(errors) < 2.0**-103
        # Converting to float, mpmath rounds to nearest, ties to even.
        assert found.tolist() == [float(w) for w in wanted]


def test_a_logarithm_takes_the_slow_path_wherever_the_fast_one_may_fail():
    x = RNG.random(400_000)
    assert unlike(np.concatenate([x, 1.0 - x * 2.0**-7, 1.0 - x * 2.0**-20, x * 2.0**-40])) == 0


def test_the_reduced_argument_of_a_logarithm_is_exact_and_small():
    for cell, factor in enumerate(rounded.FACTORS.tolist()):
        for offset in (0, 1, 2**44 + 12345, 2**45 - 1):
            bits = rounded.LEAST_BITS + (cell << 45) + offset
            m = float(np.int64(bits).view(np.float64))
            u = Fraction(factor) * Fraction(m) - 1
            assert Fraction(float(u)) == u
            assert abs(u) < Fraction(1, 100)


def test_the_logarithms_that_are_added_first_add_up_exactly():
    for log in rounded.LOG_FACTORS[:, 0].tolist():
        for k in (-1074, -105, -1, 0, 1):
            assert Fraction(k) * Fraction(rounded.LN2[0]) + Fraction(log) == Fraction(k * rounded.LN2[0] + log)
