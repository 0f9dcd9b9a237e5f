"""What is trained: the networks, their data and their starts; and the oracle that every peer must agree with."""

from typing import NamedTuple

import numpy as np

RATE = 0.1
STARTS = 1024  # distinct ones; a larger batch trains each of them several times


class Shape(NamedTuple):
    """One hidden layer of sigmoid units and one sigmoid output, trained on the given number of samples."""

    inputs: int
    hidden: int
    samples: int

    @property
    def name(self) -> str:
        return f"{self.inputs}-{self.hidden}-1 ({self.samples})"

    def data(self) -> tuple[np.ndarray, np.ndarray]:
        """x (samples, inputs) and y (samples,) of 0 and 1: XOR, or the data of kernel_bench.py."""
        if self.samples == 4:
            return np.array([[0.0, 0.0], [0.0, 1.0], [1.0, 0.0], [1.0, 1.0]]), np.array([0.0, 1.0, 1.0, 0.0])
        rng = np.random.default_rng(0)
        return rng.normal(size=(self.samples, self.inputs)), (rng.random(self.samples) > 0.5).astype(float)

    def starts(self, runs: int) -> list[np.ndarray]:
        """Weights (runs, hidden, inputs) and (runs, 1, hidden), drawn from [0, 1) as backsweep draws them: w1, then w2."""
        streams = [np.random.RandomState(seed) for seed in range(min(runs, STARTS))]
        drawn = [(stream.rand(self.hidden, self.inputs), stream.rand(1, self.hidden)) for stream in streams]
        return [np.array(layer)[np.arange(runs) % STARTS] for layer in zip(*drawn, strict=True)]


SHAPES = (Shape(2, 2, 4), Shape(2, 32, 192), Shape(16, 16, 272), Shape(8, 64, 256))


def sigmoid(z: np.ndarray) -> np.ndarray:
    return 1 / (1 + np.exp(-z))


def oracle(w1: np.ndarray, w2: np.ndarray, x: np.ndarray, y: np.ndarray, epochs: int, biased: bool) -> list[np.ndarray]:
    """The weights of one run after its updates, by matrices over samples; biases start at 0 and are trained if `biased`."""
    b1, b2, targets = np.zeros(len(w1)), np.zeros(1), y[:, None]
    for _ in range(epochs):
        a1 = sigmoid(x @ w1.T + b1)
        a2 = sigmoid(a1 @ w2.T + b2)
        slope2 = (a2 - targets) / len(x)  # of the mean cross-entropy at the logits
        slope1 = (slope2 @ w2) * a1 * (1 - a1)
        w1, w2 = w1 - RATE * slope1.T @ x, w2 - RATE * slope2.T @ a1
        if biased:
            b1, b2 = b1 - RATE * slope1.sum(axis=0), b2 - RATE * slope2.sum(axis=0)
    return [w1, w2]
