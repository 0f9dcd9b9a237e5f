"""exp, log, sigmoid and softplus against mpmath: the error that each docstring states, and the edges."""

import mpmath
import numpy as np
import pytest
from numba import njit

from backsweep.kernels import functions
from backsweep.kernels.lane_type import LANES
from backsweep.kernels.lanes import aligned, load, store

mpmath.mp.dps = 40

EXACT = {
    "exp": mpmath.exp,
    "log": mpmath.log,
    "sigmoid": lambda x: 1 / (1 + mpmath.exp(-x)),
    "softplus": lambda x: mpmath.log1p(mpmath.exp(x)),
}
MOST_ULP = {"exp": 2.0, "log": 1.0, "sigmoid": 3.0, "softplus": 3.5}
# The arguments with the largest errors that were ever found, and their errors.
WORST = {
    "exp": (3.8840935005169603, 1.929),
    "log": (1.404481180597169, 0.873),
    "sigmoid": (-1.09876123817582, 2.688),
    "softplus": (-0.4334492942452613, 3.104),
}


def looped(function):
    @njit(error_model="numpy")
    def loop(table):
        for row in range(table.shape[0]):
            store(table, row, function(load(table, row)))

    return loop


LOOPS = {name: looped(getattr(functions, name)) for name in EXACT}


def compute(name, x):
    table = aligned(-(-len(x) // LANES), LANES)
    table.ravel()[: len(x)] = x
    LOOPS[name](table)
    return table.ravel()[: len(x)].copy()


def arguments(name, count, seed=0):
    rng = np.random.default_rng(seed)
    if name == "log":
        near_one = 1 + rng.normal(size=count // 2) * 0.1
        return np.abs(np.concatenate([near_one, 2.0 ** rng.uniform(-1070, 1023, count - count // 2)]))
    end = 708 if name == "exp" else 697
    return np.concatenate([rng.normal(size=count // 2) * 3, rng.uniform(-end, end, count - count // 2)])


def largest_error(name, x):
    """In units of the last place of the exact result."""
    found = compute(name, x)
    worst = 0.0
    for argument, value in zip(x, found, strict=True):
        exact = EXACT[name](mpmath.mpf(float(argument)))
        worst = max(worst, float(abs(mpmath.mpf(float(value)) - exact) / np.spacing(abs(float(exact)))))
    return worst


@pytest.mark.parametrize("name", EXACT)
def test_error_is_within_what_is_stated(name):
    assert largest_error(name, arguments(name, 20_000)) <= MOST_ULP[name]


@pytest.mark.parametrize("name", EXACT)
def test_the_worst_arguments_known_are_as_bad_as_known(name):
    argument, error = WORST[name]
    assert largest_error(name, np.array([argument])) == pytest.approx(error, abs=1e-3)
    assert error <= MOST_ULP[name]


@pytest.mark.parametrize("name", EXACT)
def test_quads_and_numpy_rows_give_the_same_bits_as_lanes(name):
    x = arguments(name, LANES * 4)
    quad = aligned(1, 4, LANES)
    quad.ravel()[:] = x
    LOOPS[name](quad)
    np.testing.assert_array_equal(quad.ravel(), compute(name, x))


INFINITY, NAN = float("inf"), float("nan")


@pytest.mark.parametrize(
    ("name", "argument", "value"),
    [
        ("exp", 0.0, 1.0),
        ("exp", -INFINITY, 0.0),
        ("exp", -708.1, 0.0),
        ("exp", 709.1, INFINITY),
        ("exp", INFINITY, INFINITY),
        ("log", 1.0, 0.0),
        ("log", 0.0, -INFINITY),
        ("log", -1.0, NAN),
        ("log", INFINITY, INFINITY),
        ("sigmoid", 0.0, 0.5),
        ("sigmoid", INFINITY, 1.0),
        ("sigmoid", 800.0, 1.0),
        ("softplus", INFINITY, INFINITY),
        ("softplus", 1e6, 1e6),
        *((name, NAN, NAN) for name in EXACT),
    ],
)
def test_edges(name, argument, value):
    np.testing.assert_equal(compute(name, np.array([argument]))[0], value)


@pytest.mark.parametrize("name", ["sigmoid", "softplus"])
def test_far_below_zero_it_stays_at_a_tiny_positive_number(name):
    value = compute(name, np.array([-INFINITY, -1e9, -697.5]))
    assert (value == value[0]).all()
    assert 0 < value[0] < 1e-302


def test_sigmoid_rises_and_is_symmetric():
    x = np.arange(2001) / 50
    a, mirrored = compute("sigmoid", x), compute("sigmoid", -x)
    assert (np.diff(a) >= -2 * np.spacing(a[1:])).all()
    np.testing.assert_allclose(a + mirrored, 1.0, rtol=0, atol=5e-16)
