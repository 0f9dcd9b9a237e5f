"""Training rules: each updates all weights of all lanes from the gradient of the mean loss."""

from .compile import inlined
from .lanes import fma, load, store


@inlined
def gradient_descent(weights, gradients, rate):
    """w <- w - rate * dw. weights and gradients (weights, LANES); rate: lanes."""
    for row in range(weights.shape[0]):
        store(weights, row, fma(-rate, load(gradients, row), load(weights, row)))
