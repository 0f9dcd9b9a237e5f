"""Networks: one step of gradient descent follows the oracle's gradient, and that is the slope of the oracle's loss."""

import itertools

import numpy as np
import pytest
from hypothesis import given
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st

import reference
from backsweep.kernels import ACTIVATIONS, PARAMETRIZATIONS, train
from helpers.networks import DEPTHS, HEADS, data, engine_settings, networks, shape_of, split

TOLERANCES = {"float64": (1e-11, 1e-12), "float32": (2e-4, 2e-5)}


def interleaved(weights, biases):
    return list(itertools.chain(*zip(weights, biases, strict=True))) if biases else list(weights)


def step_of(x, y, weights, biases, settings, dtype):
    """The gradient that the engine applies to each array, in the oracle's order, and the loss before the step."""
    arrays = interleaved(weights, biases)
    fit = train(
        x, y, init={"scheme": "file", "arrays": arrays}, lr=1.0, epochs=1, midpoint=None, dtype=dtype,
        record_at=[0], bound=np.inf, **engine_settings(settings),
    )  # fmt: skip
    moved = [before - after for before, after in zip(weights + biases, fit.weights + fit.biases, strict=True)]
    return moved, fit.trajectories.loss[0, 0], fit.trajectories.gradient_norm[0, 0]


def check(settings, dtype="float64", **shape):
    network, loss, delta = split(settings)
    x, y = data(settings["output"], **shape)
    rng = np.random.default_rng(5)
    weights, biases = reference.start(network, x.shape[1], y.shape[1], {"scheme": "normal", "std": 0.7}, rng)
    of_weights, of_biases = reference.gradients(weights, biases, x, y, network, loss, delta)
    slopes = of_weights + of_biases
    moved, loss_found, norm = step_of(x, y, weights, biases, settings, dtype)
    rtol, atol = TOLERANCES[dtype]
    for found, slope in zip(moved, slopes, strict=True):
        np.testing.assert_allclose(found, slope, rtol=rtol, atol=atol)
    assert loss_found == pytest.approx(reference.loss_of(weights, biases, x, y, network, loss, delta), rel=rtol)
    assert norm == pytest.approx(np.sqrt(sum(np.sum(slope**2) for slope in slopes)), rel=rtol)
    return weights, biases, x, y, moved


@pytest.mark.parametrize("activation", ACTIVATIONS)
def test_a_step_follows_the_oracles_gradient(activation):
    for settings in networks():
        if settings["activation"] == activation:
            check(settings)


@pytest.mark.parametrize("activation", ACTIVATIONS)
def test_a_step_in_single_precision_follows_the_oracles_gradient(activation):
    for settings in list(networks())[::2]:
        if settings["activation"] == activation:
            check(settings, "float32")


@pytest.mark.parametrize(("hidden", "bias", "shortcuts", "parametrization"), [
    (hidden, bias, shortcuts, parametrization)
    for hidden, bias, shortcuts, parametrization in itertools.product(DEPTHS, (False, True), (False, True), PARAMETRIZATIONS)
    if hidden or not (shortcuts or parametrization == "mean_field")
])  # fmt: skip
def test_every_shape_of_network(hidden, bias, shortcuts, parametrization):
    for activation, offset, bias_input in itertools.product(("tanh", "relu"), (0.0, 0.1), (1.0, 0.5)):
        settings = {
            "hidden": hidden, "activation": activation, "output": "identity", "loss": "mse", "huber_delta": 1.0, "bias": bias,
            "bias_input": bias_input, "shortcuts": shortcuts, "parametrization": parametrization, "derivative_offset": offset,
        }  # fmt: skip
        check(settings)


def loss_moved(weights, biases, x, y, settings, array, place, step):
    network, loss, delta = split(settings)
    arrays = [part.copy() for part in (*weights, *biases)]
    arrays[array][place] += step
    return reference.loss_of(arrays[: len(weights)], arrays[len(weights) :], x, y, network, loss, delta)


@pytest.mark.parametrize(("output", "loss"), HEADS)
def test_a_step_follows_the_slope_of_the_loss(output, loss):
    """Central differences of the oracle's loss, which need no backpropagation."""
    for place, activation in enumerate(ACTIVATIONS):
        settings = {**shape_of(place, activation), "output": output, "loss": loss, "derivative_offset": 0.0}
        weights, biases, x, y, moved = check(settings)
        for array, found in enumerate(moved):
            for index in np.ndindex(found.shape):
                above, below = (loss_moved(weights, biases, x, y, settings, array, index, step) for step in (1e-5, -1e-5))
                assert found[index] == pytest.approx((above - below) / 2e-5, rel=1e-5, abs=1e-8)


@hypothesis_settings(max_examples=120)
@given(
    place=st.integers(0, 419),
    activation=st.sampled_from(list(ACTIVATIONS)),
    head=st.sampled_from(HEADS),
    hidden=st.lists(st.integers(1, 11), max_size=3),
    samples=st.integers(1, 11),
    inputs=st.integers(1, 6),
    outputs=st.integers(1, 4),
    seed=st.integers(0, 1000),
    hard=st.booleans(),
    dtype=st.sampled_from(["float64", "float32"]),
)
def test_shapes_of_all_kinds(place, activation, head, hidden, samples, inputs, outputs, seed, hard, dtype):
    output, loss = head
    settings = {**shape_of(place, activation), "hidden": tuple(hidden), "output": output, "loss": loss}
    if not hidden:
        settings |= {"shortcuts": False, "parametrization": "standard"}
    outputs += output == "softmax"
    check(settings, dtype, samples=samples, inputs=inputs, outputs=outputs, seed=seed, hard=hard)
