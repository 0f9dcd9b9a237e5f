"""The elementary functions on lanes against mpmath, in both precisions: the errors that docstrings state, and edge cases."""

import mpmath
import numpy as np
import pytest
from numba import njit

from backsweep.kernels.functions import elementary, normal, sines
from backsweep.kernels.lanes.compile import leaf
from backsweep.kernels.lanes.operations import aligned, load, store
from backsweep.kernels.lanes.vector import lanes_of

mpmath.mp.dps = 40
INFINITY, NAN = float("inf"), float("nan")
PRECISIONS = (np.float64, np.float32)


def first(pair):
    return leaf(lambda x: pair(x)[0])


def second(pair):
    return leaf(lambda x: pair(x)[1])


FUNCTIONS = {
    **{name: getattr(elementary, name) for name in ("exp", "log", "sigmoid", "symmetric_sigmoid", "tanh", "elu", "softplus")},
    "softplus slope": second(elementary.softplus_and_slope),
    "sine": first(sines.sine_and_cosine),
    "cosine": second(sines.sine_and_cosine),
    "distribution": first(normal.distribution_and_density),
    "density": second(normal.distribution_and_density),
}


def logistic(x):
    return 1 / (1 + mpmath.exp(-x))


EXACT = {
    "exp": mpmath.exp,
    "log": mpmath.log,
    "sigmoid": logistic,
    "symmetric_sigmoid": lambda x: mpmath.tanh(x / 2) / 2,
    "tanh": mpmath.tanh,
    "elu": lambda x: x if x > 0 else mpmath.expm1(x),
    "softplus": lambda x: mpmath.log1p(mpmath.exp(x)),
    "softplus slope": logistic,
    "sine": mpmath.sin,
    "cosine": mpmath.cos,
    "distribution": lambda x: mpmath.erfc(-x / mpmath.sqrt(2)) / 2,
    "density": mpmath.npdf,
}
# The largest errors that the docstrings allow, in ulp, and the range of arguments they hold for, in float64 and float32.
MOST_ULP = {
    "exp": 2.0,
    "log": 1.0,
    "sigmoid": 3.0,
    "symmetric_sigmoid": 4.0,
    "tanh": 4.0,
    "elu": 4.0,
    "softplus": 3.5,
    "softplus slope": 3.0,
    "sine": 2.0,
    "cosine": 2.0,
    "distribution": 8.0,
    "density": 6.0,
}
END = {
    "exp": (708, 87),
    "sine": (2**30, 2**17),
    "cosine": (2**30, 2**17),
    "distribution": (37.25, 12.75),
    "density": (37.25, 12.75),
}
WIDEST = (697, 83)


def looped(function):
    @njit(error_model="numpy")
    def loop(table):
        for row in range(table.shape[0]):
            store(table, row, function(load(table, row)))

    return loop


LOOPS = {name: looped(function) for name, function in FUNCTIONS.items()}


def compute(name, x):
    """The function applied to an array, in the array's dtype."""
    lanes = lanes_of(x.dtype)
    table = aligned(x.dtype, -(-len(x) // lanes), lanes)
    table.ravel()[: len(x)] = x
    LOOPS[name](table)
    return table.ravel()[: len(x)].copy()


def arguments(name, dtype, count, seed=0):
    rng = np.random.default_rng(seed)
    half, single = count // 2, dtype == np.float32
    if name == "log":
        lowest, highest = (-140, 127) if single else (-1070, 1023)
        x = np.concatenate([1 + rng.normal(size=half) * 0.1, 2.0 ** rng.uniform(lowest, highest, count - half)])
        return np.abs(x).astype(dtype)
    end = END.get(name, WIDEST)[single]
    quarter = half // 2
    tiny = rng.normal(size=half - quarter) * 2.0 ** rng.uniform(-30, 0, half - quarter)
    return np.concatenate([rng.normal(size=quarter) * 3, tiny, rng.uniform(-end, end, count - half)]).astype(dtype)


def errors(name, x):
    """Errors in units in the last place of the exact result."""
    exact = [EXACT[name](mpmath.mpf(float(argument))) for argument in x]
    off = [float(mpmath.mpf(float(value)) - true) for value, true in zip(compute(name, x), exact, strict=True)]
    return np.abs(off) / np.spacing(np.abs(np.array([float(true) for true in exact]).astype(x.dtype))).astype(float)


@pytest.mark.parametrize("dtype", PRECISIONS)
@pytest.mark.parametrize("name", FUNCTIONS)
def test_errors_are_within_the_stated_bounds(name, dtype):
    assert errors(name, arguments(name, dtype, 1_500)).max() <= MOST_ULP[name]


# The arguments with the largest errors ever found (benchmarks/accuracy.py), and these errors, in float64 and float32.
WORST = {
    "exp": ((3.885521836537115, 1.85), (3.1978046894073486, 1.83)),
    "log": ((1.4042989405862667, 0.85), (0.7051712870597839, 0.84)),
    "sigmoid": ((-1.1036375710106228, 2.58), (-1.1191121339797974, 2.58)),
    "symmetric_sigmoid": ((0.44301341605470235, 2.83), (-1.0557512044906616, 2.57)),
    "tanh": ((-0.21263940181042895, 2.79), (0.5386354327201843, 2.62)),
    "elu": ((-0.2762549021594767, 2.95), (-0.13339373469352722, 2.73)),
    "softplus": ((-0.4698078114699049, 2.94), (-0.49364423751831055, 2.89)),
    "softplus slope": ((-1.1036375710106228, 2.58), (-1.1191121339797974, 2.58)),
    "sine": ((9783.723094298053, 1.57), (63489.27734375, 1.56)),
    "cosine": ((48998.6425251716, 1.54), (95318.2890625, 1.55)),
    "distribution": ((-9.391818687298958, 6.60), (-10.6223726272583, 5.36)),
    "density": ((-11.70663677099085, 3.74), (-1.5323054790496826, 4.27)),
}


@pytest.mark.parametrize("dtype", PRECISIONS)
@pytest.mark.parametrize("name", FUNCTIONS)
def test_the_worst_known_arguments_have_their_known_errors(name, dtype):
    argument, error = WORST[name][dtype == np.float32]
    assert errors(name, np.array([argument], dtype))[0] == pytest.approx(error, abs=0.01)
    assert error <= MOST_ULP[name]


@pytest.mark.parametrize("dtype", PRECISIONS)
@pytest.mark.parametrize("name", ["log", "tanh", "sine"])
def test_quads_give_the_same_bits_as_lanes(name, dtype):
    x = arguments(name, dtype, lanes_of(dtype) * 4)
    quad = aligned(dtype, 1, 4, lanes_of(dtype))
    quad.ravel()[:] = x
    LOOPS[name](quad)
    np.testing.assert_array_equal(quad.ravel(), compute(name, x))


EDGES = [
    ("exp", 0.0, 1.0),
    ("exp", -INFINITY, 0.0),
    ("exp", INFINITY, INFINITY),
    ("exp", -708.1, 0.0),
    ("exp", 709.1, INFINITY),
    ("log", 1.0, 0.0),
    ("log", 0.0, -INFINITY),
    ("log", -1.0, NAN),
    ("log", INFINITY, INFINITY),
    ("sigmoid", 0.0, 0.5),
    ("sigmoid", INFINITY, 1.0),
    ("sigmoid", 800.0, 1.0),
    *((name, end * INFINITY, end * value) for name, value in (("tanh", 1.0), ("symmetric_sigmoid", 0.5)) for end in (1, -1)),
    ("tanh", 0.0, 0.0),
    ("symmetric_sigmoid", 0.0, 0.0),
    ("elu", 0.0, 0.0),
    ("elu", INFINITY, INFINITY),
    ("elu", -INFINITY, -1.0),
    ("softplus", INFINITY, INFINITY),
    ("softplus", 1e6, 1e6),
    ("softplus slope", INFINITY, 1.0),
    ("sine", 0.0, 0.0),
    ("cosine", 0.0, 1.0),
    *((name, far, NAN) for name in ("sine", "cosine") for far in (INFINITY, -INFINITY, 1.1e9, -1.1e9)),
    ("distribution", 0.0, 0.5),
    ("distribution", INFINITY, 1.0),
    *((name, NAN, NAN) for name in FUNCTIONS),
]


@pytest.mark.parametrize("dtype", PRECISIONS)
@pytest.mark.parametrize(("name", "argument", "value"), EDGES)
def test_edges(name, argument, value, dtype):
    np.testing.assert_equal(compute(name, np.array([argument], dtype))[0], dtype(value))


@pytest.mark.parametrize(("name", "argument", "value"), [("exp", -87.1, 0.0), ("exp", 88.1, INFINITY), ("sine", 131080.0, NAN)])
def test_single_precision_ends_earlier(name, argument, value):
    np.testing.assert_equal(compute(name, np.array([argument], np.float32))[0], np.float32(value))


@pytest.mark.parametrize("dtype", PRECISIONS)
@pytest.mark.parametrize("name", ["sigmoid", "softplus", "softplus slope", "distribution", "density"])
def test_far_below_zero_values_stay_at_a_tiny_normal_number(name, dtype):
    value = compute(name, np.array([-INFINITY, -1e9, -697.5], dtype))
    assert (value == value[0]).all()
    assert np.finfo(dtype).tiny < value[0] < np.finfo(dtype).tiny ** 0.9


@pytest.mark.parametrize("dtype", PRECISIONS)
def test_every_subnormal_number_has_a_logarithm(dtype):
    x = np.array([np.finfo(dtype).smallest_subnormal, np.finfo(dtype).tiny / 3], dtype)
    np.testing.assert_allclose(compute("log", x), np.log(x.astype(np.float64)), rtol=4 * np.finfo(dtype).eps)


@pytest.mark.parametrize("dtype", PRECISIONS)
@pytest.mark.parametrize("name", ["exp", "sigmoid", "symmetric_sigmoid", "tanh", "elu", "softplus", "distribution"])
def test_functions_increase_up_to_rounding(name, dtype):
    a = compute(name, np.linspace(-60, 60, 50_001).astype(dtype))
    assert (np.diff(a) >= -2 * MOST_ULP[name] * np.spacing(np.abs(a[1:]))).all()


@pytest.mark.parametrize("dtype", PRECISIONS)
@pytest.mark.parametrize("name", ["sine", "tanh", "symmetric_sigmoid"])
def test_odd_functions_are_odd_to_the_bit(name, dtype):
    x = arguments(name, dtype, 20_000)
    np.testing.assert_array_equal(compute(name, x), -compute(name, -x))


@pytest.mark.parametrize("dtype", PRECISIONS)
@pytest.mark.parametrize("name", ["sigmoid", "softplus slope", "distribution"])
def test_values_at_x_and_at_minus_x_add_up_to_one(name, dtype):
    x = arguments(name, dtype, 20_000)
    np.testing.assert_allclose(compute(name, x) + compute(name, -x), 1.0, rtol=0, atol=5 * np.finfo(dtype).eps)


@pytest.mark.parametrize("dtype", PRECISIONS)
@pytest.mark.parametrize(
    ("name", "low", "high"),
    [("sigmoid", 0, 1), ("softplus slope", 0, 1), ("distribution", 0, 1), ("tanh", -1, 1), ("symmetric_sigmoid", -0.5, 0.5)]
    + [(name, -1, 1) for name in ("sine", "cosine")],
)
def test_rounding_never_leaves_the_range(name, low, high, dtype):
    rng = np.random.default_rng(0)
    a = compute(name, np.concatenate([rng.uniform(-50, 50, 300_000), rng.normal(size=200_000) * 1e-4]).astype(dtype))
    assert a.min() >= low
    assert a.max() <= high
