"""What a run draws from its stream: its initial weights, then the order of the samples, epoch by epoch."""

import math

import numpy as np

STREAMS = {"mt19937": np.random.RandomState, "pcg64": np.random.default_rng}


def stream_of(name, seed):
    return STREAMS[name](seed)


def draw(rng, law, a, b, shape):
    if law == "constant":
        return np.full(shape, float(a))
    if law == "normal":
        return a + b * rng.standard_normal(shape)
    random = rng.random_sample if isinstance(rng, np.random.RandomState) else rng.random
    return a + (b - a) * random(shape)


def spread(law, variance):
    """The distribution of weights with mean 0 and this variance: its name and two parameters."""
    return (
        ("normal", 0.0, math.sqrt(variance))
        if law == "normal"
        else ("uniform", -math.sqrt(3 * variance), math.sqrt(3 * variance))
    )


# Functions of the settings, a unit's inputs and its layer's units: the distribution of a weight and its two parameters. The
# Glorot & Bengio, 2010; He et al., 2015; LeCun et al., 1998.
SCHEMES = {
    "constant": lambda init, fan_in, units: ("constant", init.get("value", 0.0), 0.0),
    "uniform": lambda init, fan_in, units: ("uniform", init.get("low", 0.0), init.get("high", 1.0)),
    "normal": lambda init, fan_in, units: ("normal", init.get("mean", 0.0), init.get("std", 1.0)),
    "xavier_uniform": lambda init, fan_in, units: spread("uniform", 2 / (fan_in + units)),
    "xavier_normal": lambda init, fan_in, units: spread("normal", 2 / (fan_in + units)),
    "he_uniform": lambda init, fan_in, units: spread("uniform", 2 / fan_in),
    "he_normal": lambda init, fan_in, units: spread("normal", 2 / fan_in),
    "lecun_uniform": lambda init, fan_in, units: spread("uniform", 1 / fan_in),
    "lecun_normal": lambda init, fan_in, units: spread("normal", 1 / fan_in),
    "file": None,
}


def start(network, inputs, outputs, init, rng):
    """Weights and biases before the first update; they are drawn in the order W1, b1, W2, b2, ..., row by row."""
    weights, biases = [], []
    given = iter([np.array(array, dtype=float) for array in init.get("arrays", [])])
    for layer, units in enumerate(network.widths(inputs, outputs)[1:], start=1):
        fan_in = network.fan_in(layer, inputs)
        if init["scheme"] == "file":
            weights.append(next(given))
            biases += [next(given)] if network.bias else []
        else:
            law = SCHEMES[init["scheme"]](init, fan_in, units)
            drawn = init["scheme"] in ("uniform", "normal", "constant")  # with the other schemes biases are 0 and not drawn
            weights.append(draw(rng, *law, (units, fan_in)))
            if network.bias:
                biases.append(draw(rng, *law, units) if drawn else np.zeros(units))
    offsets = init.get("offset", [0.0] * network.depth)
    return [w + offset for w, offset in zip(weights, offsets, strict=True)], biases


def with_replacement(samples, rng, epoch):
    integers = rng.randint if isinstance(rng, np.random.RandomState) else rng.integers
    return integers(0, samples, samples)


ORDERS = {
    "given": lambda samples, rng, epoch: np.arange(samples),
    "shuffled": lambda samples, rng, epoch: rng.permutation(samples),
    "shared": lambda samples, rng, epoch: np.random.default_rng(epoch).permutation(samples),
    "replacement": with_replacement,
}


def batches(batch, samples, rng, epoch):
    """The samples of each update in one epoch: a list of arrays of indices."""
    if batch == "full":
        return [np.arange(samples)]
    if batch == "pattern":
        batch = {"size": 1, "order": "given"}
    order = ORDERS[batch["order"]](samples, rng, epoch)
    return [order[first : first + batch["size"]] for first in range(0, samples, batch["size"])]
