"""Losses of outputs a and targets t, and the share of samples that are classified correctly."""

import numpy as np

from .network import ACTIVATIONS, forward


def huber(a, t, delta):
    e = np.abs(a - t)
    return np.where(e <= delta, e**2 / 2, delta * (e - delta / 2))


def entropy(u):
    """u log u, with the value 0 at 0."""
    return np.where(u == 0, 0.0, u * np.log(np.where(u == 0, 1.0, u)))


def atanh_slope(e):
    """Fahlman's (1988), clipped where his program clipped it."""
    return np.clip(np.log((1 + e) / (1 - e)), -17, 17)


def from_logits(loss, z, t):
    """Cross-entropies, with log a computed from the logits, because a itself may round to 0 or 1."""
    if loss == "bce":
        return np.mean(np.logaddexp(0, z) - t * z)
    log_a = z - z.max(axis=1, keepdims=True)
    log_a = log_a - np.log(np.sum(np.exp(log_a), axis=1, keepdims=True))
    return np.mean(-np.sum(t * log_a, axis=1))


# Functions of a, t and Huber's delta: the loss, and its slope at every output.
LOSSES = {
    "mse": (lambda a, t, delta: np.mean((a - t) ** 2), lambda a, t, delta: 2 * (a - t) / a.size),
    "half_mse": (lambda a, t, delta: np.mean((a - t) ** 2) / 2, lambda a, t, delta: (a - t) / a.size),
    "sse": (lambda a, t, delta: np.sum((a - t) ** 2), lambda a, t, delta: 2 * (a - t)),
    "half_sse": (lambda a, t, delta: np.sum((a - t) ** 2) / 2, lambda a, t, delta: a - t),
    "huber": (
        lambda a, t, delta: np.mean(huber(a, t, delta)),
        lambda a, t, delta: np.clip(a - t, -delta, delta) / a.size,
    ),
    "atanh": (
        lambda a, t, delta: np.sum(entropy(1 + (a - t)) + entropy(1 - (a - t))),
        lambda a, t, delta: atanh_slope(a - t),
    ),
}

# The losses that fit each output.
SQUARES = ("mse", "half_mse", "sse", "half_sse", "huber")
HEADS = [
    ("sigmoid", "bce"),
    ("softmax", "cross_entropy"),
    ("sigmoid", "atanh"),
    ("symmetric_sigmoid", "atanh"),
    *((output, loss) for output in ("sigmoid", "symmetric_sigmoid", "tanh", "identity") for loss in SQUARES),
]


def value_of(z, a, t, loss, huber_delta):
    if loss in ("bce", "cross_entropy"):
        return float(from_logits(loss, z, t))
    return float(LOSSES[loss][0](a, t, huber_delta))


def slope_of(z, a, t, network, loss, huber_delta):
    """The slope of the loss at the logits: (samples, outputs)."""
    if loss == "bce":
        return (a - t) / t.size
    if loss == "cross_entropy":
        return (a - t) / len(t)
    derivative = ACTIVATIONS[network.output][1](z) + network.derivative_offset
    return LOSSES[loss][1](a, t, huber_delta) * derivative


def loss_of(weights, biases, x, y, network, loss="bce", huber_delta=1.0):
    zs, activations = forward(weights, biases, x, network)
    return value_of(zs[-1], activations[-1], y, loss, huber_delta)


def accuracy_of(a, t, output, midpoint):
    """The share of samples whose outputs are all on their target's side; NaN is never right."""
    if output == "softmax":
        right = (np.argmax(a, axis=1) == np.argmax(t, axis=1)) & ~np.isnan(a).any(axis=1)
    elif midpoint is None:
        return float("nan")
    else:
        right = np.where(t >= midpoint, a >= midpoint, a < midpoint).all(axis=1)
    return float(np.mean(right))
