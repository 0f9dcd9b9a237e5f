"""The oracle: what backsweep computes, in plain NumPy, one run at a time. Slow and obvious; imports nothing of backsweep."""

from dataclasses import dataclass

import numpy as np


def sigmoid(z):
    with np.errstate(over="ignore"):
        return 1 / (1 + np.exp(-z))


def draw(seed, inputs, hidden, outputs, bias, low=0.0, high=1.0):
    """w1, b1, w2, b2 in this order from NumPy's legacy stream; without biases b1 and b2 are zeros that are not drawn."""
    stream = np.random.RandomState(seed)

    def uniform(*shape):
        return stream.uniform(low, high, shape)

    w1 = uniform(hidden, inputs)
    b1 = uniform(hidden) if bias else np.zeros(hidden)
    w2 = uniform(outputs, hidden)
    b2 = uniform(outputs) if bias else np.zeros(outputs)
    return w1, b1, w2, b2


def forward(weights, x):
    """Hidden activations and logits for x (samples, inputs)."""
    w1, b1, w2, b2 = weights
    a = sigmoid(x @ w1.T + b1)
    return a, a @ w2.T + b2


def mean_loss(weights, x, y, loss):
    """Over samples and outputs."""
    _, z = forward(weights, x)
    if loss == "mse":
        return np.mean((sigmoid(z) - y) ** 2)
    return np.mean(np.logaddexp(0, z) - y * z)


def gradients(weights, x, y, loss, bias):
    _, _, w2, _ = weights
    a, z = forward(weights, x)
    p = sigmoid(z)
    dz2 = (p - y) / y.size
    if loss == "mse":
        dz2 = 2 * dz2 * p * (1 - p)
    dz1 = (dz2 @ w2) * a * (1 - a)
    return dz1.T @ x, dz1.sum(axis=0) * bias, dz2.T @ a, dz2.sum(axis=0) * bias


@dataclass
class Run:
    weights: tuple
    losses: list
    outcome: str
    epochs: int
    accuracy: float


def train(x, y, *, hidden, seed, lr, epochs, loss="bce", bias=False, low=0.0, high=1.0, stop_loss=None, bound=1e6):
    """Full-batch gradient descent; the test stands before the update."""
    weights = draw(seed, x.shape[1], hidden, y.shape[1], bias, low, high)
    losses = []
    for epoch in range(epochs + 1):
        losses.append(mean_loss(weights, x, y, loss))
        if stop_loss is not None and losses[-1] <= stop_loss:
            outcome = "converged"
            break
        if not losses[-1] <= bound:
            outcome = "diverged"
            break
        if epoch == epochs:
            outcome = "capped"
            break
        weights = tuple(w - lr * g for w, g in zip(weights, gradients(weights, x, y, loss, bias), strict=True))
    z = forward(weights, x)[1]
    sides = np.where(y >= 0.5, z >= 0, z < 0)  # not a number is on no side
    return Run(weights, losses, outcome, epoch, float(np.mean(sides.all(axis=1))))
