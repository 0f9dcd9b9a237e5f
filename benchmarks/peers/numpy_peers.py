"""NumPy: the notebook that backsweep began with, run after run; and a batch of runs in each operation."""

import numpy as np
from networks import sigmoid, softmax


def notebook(weights, x, y, lr, epochs):
    """One example a column, one run at a time, the loss computed in each epoch, as the notebook has it."""
    trained = [_one(w1, w2, x.T, y[None], lr, epochs) for w1, w2 in zip(*weights, strict=True)]
    return [np.array(layer) for layer in zip(*trained, strict=True)]


def _one(w1, w2, x, y, lr, epochs):
    samples = x.shape[1]
    for _ in range(epochs):
        a1 = 1 / (1 + np.exp(-np.dot(w1, x)))
        a2 = 1 / (1 + np.exp(-np.dot(w2, a1)))
        _loss = -(1 / samples) * np.sum(y * np.log(a2) + (1 - y) * np.log(1 - a2))
        dz2 = a2 - y
        dz1 = np.dot(w2.T, dz2) * a1 * (1 - a1)
        w2 = w2 - lr * np.dot(dz2, a1.T) / samples
        w1 = w1 - lr * np.dot(dz1, x.T) / samples
    return w1, w2


def by_matrices(weights, x, y, lr, epochs):
    """Arrays of (runs, samples, units), multiplied by `@`."""
    w1, w2 = weights
    for _ in range(epochs):
        a1 = sigmoid(x @ w1.swapaxes(1, 2))
        slope2 = (sigmoid(a1 @ w2.swapaxes(1, 2)) - y[:, None]) / len(x)
        slope1 = slope2 * w2 * a1 * (1 - a1)
        w1, w2 = w1 - lr * (slope1.swapaxes(1, 2) @ x), w2 - lr * (slope2.swapaxes(1, 2) @ a1)
    return [w1, w2]


def runs_last(weights, x, y, lr, epochs):
    """Arrays of (units, runs), sample by sample: what is computed of a sample is contiguous over runs."""
    w1, w2 = np.moveaxis(weights[0], 0, -1).copy(), weights[1][:, 0].T.copy()
    for _ in range(epochs):
        g1, g2 = np.zeros_like(w1), np.zeros_like(w2)
        for inputs, target in zip(x, y, strict=True):
            a1 = sigmoid((inputs[:, None] * w1).sum(axis=1))
            slope2 = sigmoid((w2 * a1).sum(axis=0)) - target
            g2 += slope2 * a1
            g1 += (slope2 * w2 * a1 * (1 - a1))[:, None] * inputs[:, None]
        w1 -= lr / len(x) * g1
        w2 -= lr / len(x) * g2
    return [np.moveaxis(w1, -1, 0), w2.T[:, None]]


def digits_run_after_run(weights, x, y, lr, epochs, orders):
    """A plain loop over runs, epochs and batches, a matrix per layer: as one writes it for one network."""
    own = [None] * len(weights[0]) if orders is None else np.moveaxis(orders, 2, 0)
    trained = [_digits(w1, w2, x, y, lr, epochs, order) for w1, w2, order in zip(*weights, own, strict=True)]
    return [np.array(layer) for layer in zip(*trained, strict=True)]


def _digits(w1, w2, x, y, lr, epochs, orders):
    for epoch in range(epochs):
        for some in [slice(None)] if orders is None else orders[epoch % len(orders)]:
            inputs = x[some]
            a1 = sigmoid(inputs @ w1.T)
            slope2 = (softmax(a1 @ w2.T) - y[some]) / len(inputs)
            slope1 = (slope2 @ w2) * a1 * (1 - a1)
            w1, w2 = w1 - lr * slope1.T @ inputs, w2 - lr * slope2.T @ a1
    return w1, w2


def digits_by_matrices(weights, x, y, lr, epochs, orders):
    """Arrays of (runs, samples, units), multiplied by `@`."""
    w1, w2 = weights
    for epoch in range(epochs):
        for some in [slice(None)] if orders is None else orders[epoch % len(orders)]:
            inputs = x[some]
            a1 = sigmoid(inputs @ w1.swapaxes(1, 2))
            slope2 = (softmax(a1 @ w2.swapaxes(1, 2)) - y[some]) / a1.shape[1]
            slope1 = (slope2 @ w2) * a1 * (1 - a1)
            w1, w2 = w1 - lr * (slope1.swapaxes(1, 2) @ inputs), w2 - lr * (slope2.swapaxes(1, 2) @ a1)
    return [w1, w2]
