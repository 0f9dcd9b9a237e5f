"""Initial weights equal NumPy's draws, bit for bit."""

import itertools

import numpy as np
import pytest

import reference
from backsweep.kernels import DTYPES, LAST_SEED, SCHEMES, STREAMS, train

X, Y = np.random.default_rng(0).normal(size=(5, 3)), np.full((5, 2), 0.5)
NUMBERS = {
    "uniform": [{}, {"low": -0.7, "high": 1.3}, {"low": 2.0, "high": 2.0}],
    "normal": [{}, {"mean": 0.3, "std": 0.2}, {"std": 0.0}],
    "constant": [{"value": 0.25}, {"value": -3.0}],
}
SEEDS = [0, 1, 12345, LAST_SEED]


def started(init, **settings):
    """Weights and biases of runs that end before their first update."""
    fit = train(X, Y, init=init, loss="mse", epochs=1, stop={"loss": 1e300}, **settings)
    assert np.all(fit.epochs == 0)
    return fit.weights, fit.biases


def expected(init, seed, stream, hidden, bias, shortcuts=False):
    network = reference.Network(hidden, bias=bias, shortcuts=shortcuts)
    return reference.start(network, 3, 2, init, reference.stream_of(stream, seed))


def same(found, wanted, i):
    for ours, theirs in zip((*found[0], *found[1]), (*wanted[0], *wanted[1]), strict=True):
        np.testing.assert_array_equal(ours[i], theirs)


@pytest.mark.parametrize("stream", STREAMS)
@pytest.mark.parametrize("scheme", [scheme for scheme in SCHEMES if scheme != "file"])
def test_weights_are_numpys_draws(scheme, stream):
    for numbers, bias, hidden in itertools.product(NUMBERS.get(scheme, [{}]), (False, True), [(), (4,), (3, 7)]):
        init = {"scheme": scheme, **numbers}
        found = started(init, seed=SEEDS, stream=stream, hidden=hidden, bias=bias)
        for i, seed in enumerate(SEEDS):
            same(found, expected(init, seed, stream, hidden, bias), i)


@pytest.mark.parametrize("stream", STREAMS)
@pytest.mark.parametrize("dtype", DTYPES)
@pytest.mark.parametrize(
    ("scheme", "hidden"), [("uniform", (2,)), ("normal", (4,)), ("he_uniform", (200, 5)), ("constant", (2,))]
)
def test_each_run_starts_from_its_own_seed_whichever_lane_it_gets(scheme, hidden, dtype, stream):
    """Seeds in no order and some of them twice, in runs that end one by one, more of them than are seeded at once."""
    rng = np.random.default_rng(5)
    seeds = np.concatenate([rng.integers(0, LAST_SEED, 97, endpoint=True), SEEDS, SEEDS])
    init = {"scheme": scheme, **NUMBERS.get(scheme, [{}])[0]}
    bias = scheme != "he_uniform"  # its biases start at 0, so that even this learning rate moves them
    settings = {"hidden": hidden, "bias": bias, "loss": "mse", "lr": 1e-30, "stream": stream, "dtype": dtype}
    fit = train(X, Y, init=init, seed=seeds, epochs=rng.integers(1, 9, len(seeds)), **settings)
    for i, seed in enumerate(seeds):
        wanted = expected(init, seed, stream, hidden, bias)
        for ours, theirs in zip((*fit.weights, *fit.biases), (*wanted[0], *wanted[1]), strict=True):
            rounding = 1e-6 if scheme == "normal" else 0.0  # NumPy's logarithm is not correctly rounded
            np.testing.assert_allclose(ours[i], theirs.astype(dtype), rtol=0.0, atol=rounding)


def test_a_scheme_may_be_its_name_and_uniform_is_the_default():
    wanted = expected({"scheme": "uniform"}, 3, "mt19937", (2,), False)
    same(started("uniform", seed=[3]), wanted, 0)
    fit = train(X, Y, loss="mse", epochs=1, stop={"loss": 1e300}, seed=3)
    same((fit.weights, fit.biases), wanted, ())


def test_shortcuts_have_weights_of_their_own():
    found = started("he_normal", seed=SEEDS, hidden=(3, 2), bias=True, shortcuts=True)
    for i, seed in enumerate(SEEDS):
        same(found, expected({"scheme": "he_normal"}, seed, "mt19937", (3, 2), True, True), i)


@pytest.mark.parametrize("scheme", [scheme for scheme in SCHEMES if scheme != "file"])
def test_offsets_move_the_weights_of_a_layer_but_not_its_biases(scheme):
    numbers = {"value": 0.5} if scheme == "constant" else {}
    init = {"scheme": scheme, **numbers, "offset": [2.0, -1.0]}
    same(started(init, seed=[4], bias=True), expected(init, 4, "mt19937", (2,), True), 0)
    all_layers = {"scheme": scheme, **numbers, "offset": 2.0}
    same(started(all_layers, seed=[4], bias=True), expected({**init, "offset": [2.0, 2.0]}, 4, "mt19937", (2,), True), 0)


def test_offsets_and_bounds_may_differ_from_run_to_run():
    init = {"scheme": "uniform", "low": np.array([-1.0, 0.0, 1.0]), "high": 2.0, "offset": [np.array([0.0, 1.0, 2.0]), 0.5]}
    found = started(init, seed=7, bias=True)
    for i in range(3):
        one = {"scheme": "uniform", "low": init["low"][i], "high": 2.0, "offset": [init["offset"][0][i], 0.5]}
        same(found, expected(one, 7, "mt19937", (2,), True), i)


@pytest.mark.parametrize("bias", [False, True])
def test_given_arrays_are_the_initial_weights(bias):
    network = reference.Network((4, 2), bias=bias)
    weights, biases = reference.start(network, 3, 2, {"scheme": "normal"}, np.random.default_rng(1))
    arrays = list(itertools.chain(*zip(weights, biases, strict=True))) if bias else weights
    for offset in ([0.0, 0.0, 0.0], [1.0, 2.0, 3.0]):
        found = started({"scheme": "file", "arrays": arrays, "offset": offset}, hidden=(4, 2), bias=bias, seed=[0, 1])
        same(found, ([w + shift for w, shift in zip(weights, offset, strict=True)], biases), 1)


def test_single_precision_rounds_the_same_draws():
    found = started("uniform", seed=SEEDS, bias=True, dtype="float32")
    for i, seed in enumerate(SEEDS):
        wanted = expected({"scheme": "uniform"}, seed, "mt19937", (2,), True)
        same(found, [[array.astype(np.float32) for array in part] for part in wanted], i)


def test_a_stream_does_not_know_what_ran_before_it():
    """The old stream makes normals in pairs, and a run must not inherit the unused half of another run's pair."""
    one = started("normal", seed=9, hidden=(1,))
    many = started("normal", seed=np.full(50, 9), hidden=(1,))
    for i in range(50):
        same(many, one, i)
