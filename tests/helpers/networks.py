"""Networks of every activation, output and loss, in several depths, with and without biases, and data for them."""

import itertools

import numpy as np

import reference
from backsweep.kernels import ACTIVATIONS, LOSSES, PARAMETRIZATIONS

HEADS = [(output, loss) for loss in LOSSES for output in LOSSES[loss].outputs]
DEPTHS = [(), (3,), (9, 2), (2, 4, 3)]  # nine units do not fit into one block


def data(output, samples=7, inputs=3, outputs=2, seed=0, hard=False):
    """Samples, and targets that the output can reach."""
    rng = np.random.default_rng(seed)
    x, y = rng.normal(size=(samples, inputs)), rng.random((samples, outputs))
    if output == "softmax":
        y = np.eye(outputs)[rng.integers(0, outputs, samples)] if hard else y / y.sum(axis=1, keepdims=True)
    else:
        y = np.round(y) if hard else y
    return x, y - 0.5 if output == "symmetric_sigmoid" else y


def shape_of(place, activation):
    """The other settings of a network; they go around with its place in the list."""
    hidden = DEPTHS[place % 4]
    allowed = [name for name in PARAMETRIZATIONS if hidden or name != "mean_field"]
    return {
        "hidden": hidden,
        "activation": activation,
        "bias": bool(place // 4 % 2),
        "bias_input": (1.0, 0.5, -2.0)[place // 3 % 3],
        "shortcuts": bool(hidden) and bool(place // 2 % 2),
        "parametrization": allowed[place // 5 % len(allowed)],
        "derivative_offset": (0.0, 0.1)[place // 7 % 2],
        "huber_delta": 0.3,
    }


def networks():
    """Every activation with every output and loss, each combination in two depths."""
    for place, (activation, (output, loss)) in enumerate(itertools.product(ACTIVATIONS, HEADS)):
        for depth in (place, place + 1 + place // 4 % 3):
            yield {**shape_of(depth, activation), "output": output, "loss": loss}


def split(settings):
    """Settings of the engine, translated into those of the oracle's network and of its loss."""
    shape = {key: value for key, value in settings.items() if key not in ("loss", "huber_delta")}
    return reference.Network(**shape), settings["loss"], settings["huber_delta"]


def engine_settings(settings):
    return settings if settings["loss"] == "huber" else {k: v for k, v in settings.items() if k != "huber_delta"}
