"""Backpropagation for one run, with matrices over all samples."""

import numpy as np

from .losses import slope_of
from .network import ACTIVATIONS, fed, forward


def gradients(weights, biases, x, y, network, loss="bce", huber_delta=1.0):
    """Gradients of the loss: one array per layer, shaped like the weights, and one per layer, shaped like the biases, or []."""
    zs, activations = forward(weights, biases, x, network)
    slopes = [np.zeros_like(a) for a in activations]  # gradient of the loss at every activation, summed over the layers above
    of_weights, of_biases = [], []
    for layer in range(network.depth, 0, -1):
        if layer == network.depth:
            dz = slope_of(zs[layer], activations[layer], y, network, loss, huber_delta)
        else:
            dz = slopes[layer] * (ACTIVATIONS[network.activation][1](zs[layer]) + network.derivative_offset)
        s, g = network.scales(layer, x.shape[1])
        of_weights.insert(0, s * dz.T @ fed(activations, layer, network))
        if network.bias:
            of_biases.insert(0, g * network.bias_input * dz.sum(axis=0))
        back, first = s * dz @ weights[layer - 1], 0
        for source in network.sources(layer):
            width = activations[source].shape[1]
            slopes[source] = slopes[source] + back[:, first : first + width]
            first += width
    return of_weights, of_biases
