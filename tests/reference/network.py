"""Networks: their layers, the inputs of each layer, and the forward pass."""

import math
from dataclasses import dataclass

import numpy as np
from scipy.special import ndtr


@dataclass(frozen=True)
class Network:
    hidden: tuple = (2,)
    activation: str = "sigmoid"
    output: str = "sigmoid"
    bias: bool = False
    bias_input: float = 1.0
    shortcuts: bool = False
    parametrization: str = "standard"
    derivative_offset: float = 0.0  # Fahlman's derivative offset, with which saturated units keep learning

    @property
    def depth(self):
        """The number of layers with weights. They are counted from 1; 0 stands for the data."""
        return len(self.hidden) + 1

    def sources(self, layer):
        """The layers whose activations are a layer's inputs."""
        return list(range(layer)) if self.shortcuts else [layer - 1]

    def widths(self, inputs, outputs):
        return [inputs, *self.hidden, outputs]

    def fan_in(self, layer, inputs):
        """The number of weights per unit, without the bias."""
        widths = self.widths(inputs, None)
        return sum(widths[source] for source in self.sources(layer))

    def scales(self, layer, inputs):
        """The factors of a layer's weighted sum and of its bias."""
        return PARAMETRIZATIONS[self.parametrization](self, layer, self.fan_in(layer, inputs))


def mean_field(network, layer, fan_in):
    gain = 1.0
    if layer == network.depth:
        gain = 1 / math.sqrt(network.hidden[-1])
    elif network.activation in ("tanh", "relu"):
        gain = math.sqrt(2)
    return gain / math.sqrt(fan_in), gain


PARAMETRIZATIONS = {
    "standard": lambda network, layer, fan_in: (1.0, 1.0),
    "ntk": lambda network, layer, fan_in: (1 / math.sqrt(fan_in), 1.0),
    "mean_field": mean_field,
}


def sigmoid(z):
    with np.errstate(over="ignore"):
        return 1 / (1 + np.exp(-z))


def softmax(z):
    """Softmax of each row. The largest logit is subtracted first; it cancels, and could overflow."""
    powers = np.exp(z - z.max(axis=1, keepdims=True))
    return powers / powers.sum(axis=1, keepdims=True)


def normal_density(z):
    return np.exp(-(z**2) / 2) / math.sqrt(2 * math.pi)


# Each activation with its derivative, both at the weighted sum z.
ACTIVATIONS = {
    "sigmoid": (sigmoid, lambda z: sigmoid(z) * (1 - sigmoid(z))),
    "symmetric_sigmoid": (lambda z: sigmoid(z) - 0.5, lambda z: sigmoid(z) * (1 - sigmoid(z))),
    "tanh": (np.tanh, lambda z: 1 - np.tanh(z) ** 2),
    "relu": (lambda z: np.maximum(z, 0), lambda z: np.where(z > 0, 1.0, 0.0)),
    "leaky_relu": (lambda z: np.where(z > 0, z, 0.01 * z), lambda z: np.where(z > 0, 1.0, 0.01)),
    "elu": (lambda z: np.where(z > 0, z, np.expm1(z)), lambda z: np.where(z > 0, 1.0, np.exp(z))),
    "softplus": (lambda z: np.logaddexp(0, z), sigmoid),
    "gelu": (lambda z: z * ndtr(z), lambda z: ndtr(z) + z * normal_density(z)),
    "sine": (np.sin, np.cos),
    "identity": (lambda z: z, np.ones_like),
}


def fed(activations, layer, network):
    """The inputs of a layer side by side, without the bias's input: (samples, fan_in)."""
    return np.concatenate([activations[source] for source in network.sources(layer)], axis=1)


def forward(weights, biases, x, network):
    """The weighted sums z and the activations a of all layers, counted from 1; a[0] is the data, z[0] None.

    x: (samples, inputs); weights: one (units, fan_in) per layer; biases: one (units,) per layer, or [].
    z[-1] and a[-1], the logits and the outputs: (samples, outputs).
    """
    zs, activations = [None], [x]
    for layer in range(1, network.depth + 1):
        s, g = network.scales(layer, x.shape[1])
        z = s * (fed(activations, layer, network) @ weights[layer - 1].T)
        if network.bias:
            z = z + g * network.bias_input * biases[layer - 1]
        name = network.output if layer == network.depth else network.activation
        zs.append(z)
        activations.append(softmax(z) if name == "softmax" else ACTIVATIONS[name][0](z))
    return zs, activations
