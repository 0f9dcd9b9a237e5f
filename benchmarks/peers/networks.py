"""What is trained: the networks, their data, starts and orders; and the oracle that every peer must agree with."""

from functools import cache
from typing import NamedTuple

import numpy as np

RATE = 0.1
STARTS = 1024  # distinct ones; a larger batch trains each of them several times
DIGIT_STARTS = 16  # of the digits, whose oracle takes longer
DIGITS, BATCH, ORDERS = 1792, 32, 4  # samples, 56 whole batches of them; epochs until the orders of samples repeat
REACH = 0.25  # initial weights of the digits lie in [-REACH, REACH)


class Shape(NamedTuple):
    """One hidden layer of sigmoid units, and one sigmoid output or, for the digits, ten softmax outputs.

    batch: samples per update, shuffled by each run for itself in each epoch; None: all.
    """

    inputs: int
    hidden: int
    samples: int
    outputs: int = 1
    batch: int | None = None

    @property
    def network(self) -> str:
        return f"{self.inputs}-{self.hidden}-{self.outputs}"

    @property
    def name(self) -> str:
        return f"{self.network} ({self.samples:,}{f', batches of {self.batch}' if self.batch else ''})"

    @property
    def distinct(self) -> int:
        """How many distinct starts there are."""
        return STARTS if self.outputs == 1 else DIGIT_STARTS

    @property
    def agreed_epochs(self) -> int:
        """After how many epochs a peer must agree with the oracle."""
        return 100 if self.outputs == 1 else ORDERS

    def data(self) -> tuple[np.ndarray, np.ndarray]:
        """x (samples, inputs) and y (samples,) of 0 and 1: XOR, or the data of kernel_bench.py; y (samples, 10) of digits."""
        if self.outputs > 1:
            return digits()
        if self.samples == 4:
            return np.array([[0.0, 0.0], [0.0, 1.0], [1.0, 0.0], [1.0, 1.0]]), np.array([0.0, 1.0, 1.0, 0.0])
        rng = np.random.default_rng(0)
        return rng.normal(size=(self.samples, self.inputs)), (rng.random(self.samples) > 0.5).astype(float)

    def starts(self, runs: int) -> list[np.ndarray]:
        """Weights (runs, hidden, inputs) and (runs, outputs, hidden), drawn as backsweep draws them: w1, then w2."""
        drawn = [self._drawn(np.random.RandomState(seed)) for seed in range(min(runs, self.distinct))]
        return [np.array(layer)[np.arange(runs) % self.distinct] for layer in zip(*drawn, strict=True)]

    def orders(self, runs: int) -> np.ndarray | None:
        """Samples of each update (ORDERS, updates, runs, batch), permuted as backsweep does; None for full batches."""
        if not self.batch:
            return None
        permuted = []
        for seed in range(min(runs, self.distinct)):
            stream = np.random.RandomState(seed)
            self._drawn(stream)  # the weights come first in a stream
            permuted.append([stream.permutation(self.samples).reshape(-1, self.batch) for _ in range(ORDERS)])
        return np.array(permuted)[np.arange(runs) % self.distinct].transpose(1, 2, 0, 3).copy()

    def _drawn(self, stream: np.random.RandomState) -> tuple[np.ndarray, np.ndarray]:
        low, high = (0.0, 1.0) if self.outputs == 1 else (-REACH, REACH)
        shapes = (self.hidden, self.inputs), (self.outputs, self.hidden)
        w1, w2 = (stream.uniform(low, high, shape) for shape in shapes)
        return w1, w2


SHAPES = (Shape(2, 2, 4), Shape(2, 32, 192), Shape(16, 16, 272), Shape(8, 64, 256))
DIGIT_SHAPES = (Shape(64, 32, DIGITS, 10), Shape(64, 128, DIGITS, 10))  # and the same in batches of BATCH


@cache
def digits() -> tuple[np.ndarray, np.ndarray]:
    """The first DIGITS of scikit-learn's handwritten digits: pixels (DIGITS, 64) in [0, 1], classes (DIGITS, 10) of 0 and 1."""
    from sklearn.datasets import load_digits  # not above: only these shapes need it, and a peer should load its library alone

    pixels, labels = load_digits(return_X_y=True)
    return pixels[:DIGITS] / 16, np.eye(10)[labels[:DIGITS]]


def sigmoid(z: np.ndarray) -> np.ndarray:
    return 1 / (1 + np.exp(-z))


def softmax(z: np.ndarray) -> np.ndarray:
    shares = np.exp(z - z.max(axis=-1, keepdims=True))
    return shares / shares.sum(axis=-1, keepdims=True)


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


def digits_oracle(w1: np.ndarray, w2: np.ndarray, x: np.ndarray, y: np.ndarray, epochs: int, orders) -> list[np.ndarray]:
    """The same of a softmax network without biases; orders (ORDERS, updates, batch) are the run's own, None: all samples."""
    for epoch in range(epochs):
        for some in [slice(None)] if orders is None else orders[epoch % ORDERS]:
            a1 = sigmoid(x[some] @ w1.T)
            slope2 = (softmax(a1 @ w2.T) - y[some]) / len(a1)
            slope1 = (slope2 @ w2) * a1 * (1 - a1)
            w1, w2 = w1 - RATE * slope1.T @ x[some], w2 - RATE * slope2.T @ a1
    return [w1, w2]
