"""Data made by formula: truth tables, parity, encoders, spirals, moons, circles, blobs, teachers.

The data should be the same on every processor. NumPy's sin, cos, exp and tanh and its matrix product use the instructions that
a processor has, and round accordingly. So the functions here are those of `math`, on Python's floats, and sums run in a fixed
order. The C library beneath `math` and beneath NumPy's normal numbers may still differ in a last bit, which rounding to
DECIMALS removes in all but the rarest cases.
"""

import math
from collections.abc import Callable

import numpy as np

from backsweep.errors import SettingError

from ...results.arrays import Booleans, Floats
from .data import Values, one_hot, too_many

DECIMALS = 9
SPIRAL_POINTS = 97
GATES = {"and": np.logical_and, "or": np.logical_or, "xor": np.logical_xor}
TEACHERS: dict[str, Callable[[float], float]] = {
    "tanh": math.tanh,
    "sigmoid": lambda z: 1 / (1 + math.exp(-z)),
    "relu": lambda z: max(z, 0.0),
    "identity": float,
}

Made = tuple[Values, Values]
"""Inputs (S, I) and targets (S, O): bool, or float64 where they are numbers."""


def gate(name: str) -> Made:
    """A gate of two inputs: 00, 01, 10, 11."""
    inputs = _counting(2)
    return inputs, GATES[name](inputs[:, :1], inputs[:, 1:])


def truth_table(inputs: tuple[tuple[int, ...], ...], targets: tuple[tuple[int, ...], ...]) -> Made:
    """A truth table, as listed."""
    return np.array(inputs, bool), np.array(targets, bool)


def parity(bits: int) -> Made:
    """All patterns of `bits` bits, in counting order; true where the number of ones is odd."""
    inputs = _counting(bits)
    return inputs, inputs.sum(axis=1, keepdims=True) % 2 == 1


def encoder(code: tuple[int, int]) -> Made:
    """N patterns, one-hot, to be reproduced (Ackley, Hinton & Sejnowski 1985)."""
    patterns = np.eye(code[0], dtype=bool)
    return patterns, patterns


def two_spirals() -> Made:
    """194 points in the order of A. Wieland's program mkspiral.c, from the outside in (Lang & Witbrock 1988).

    Point i of the first spiral, which is true, has radius 6.5 (104 - i) / 104 and angle i pi / 16 from the vertical; the
    second spiral is its negative. The points of the two alternate.
    """
    first = []
    for i in range(SPIRAL_POINTS):
        angle, radius = i * math.pi / 16, 6.5 * (104 - i) / 104
        first.append((radius * math.sin(angle), radius * math.cos(angle)))
    first = np.array(first)
    points = np.stack([first, -first], axis=1).reshape(2 * SPIRAL_POINTS, 2)
    return _rounded(points), np.arange(len(points))[:, None] % 2 == 0


def moons(samples: int, noise: float, data_seed: int) -> Made:
    """Two half circles that reach into each other; the lower one is true. The points of the two alternate."""
    angles = [math.pi * i / max(count - 1, 1) for count in _halves(samples) for i in range(count)]
    labels = np.repeat([0, 1], _halves(samples))
    points = [
        (1 - math.cos(angle), 0.5 - math.sin(angle)) if label else (math.cos(angle), math.sin(angle))
        for angle, label in zip(angles, labels, strict=True)
    ]
    return _noisy(_alternating(np.array(points)), noise, data_seed), _alternate(samples, 2)


def circles(samples: int, noise: float, factor: float, data_seed: int) -> Made:
    """A circle of radius 1 and one of radius `factor` within, which is true. The points of the two alternate."""
    points = [
        (radius * math.cos(2 * math.pi * i / count), radius * math.sin(2 * math.pi * i / count))
        for radius, count in zip((1.0, factor), _halves(samples), strict=True)
        for i in range(count)
    ]
    return _noisy(_alternating(np.array(points)), noise, data_seed), _alternate(samples, 2)


def blobs(samples: int, centers: int, spread: float, features: int, data_seed: int) -> Made:
    """Normal clouds of standard deviation `spread` around points drawn from [-10, 10); the classes take turns."""
    if samples < centers:
        raise SettingError(["task.samples"], f"at least one for each of the {centers} centers", f"task.samples = {samples}")
    columns = features + (centers if centers > 2 else 1)
    _check_size(samples, columns, f"task.samples = {samples}, features = {features}, centers = {centers}")
    rng = np.random.default_rng(data_seed)
    middles = rng.uniform(-10, 10, (centers, features))
    points = middles[np.arange(samples) % centers] + spread * rng.standard_normal((samples, features))
    return _rounded(points), _alternate(samples, centers)


def teacher(inputs: int, hidden: int, samples: int, noise: float, data_seed: int, activation: str) -> Made:
    """What a random network answers to normal inputs: v f(W x / sqrt(inputs)) / sqrt(hidden), W and v standard normal."""
    _check_size(samples, inputs + hidden + 1, f"task.samples = {samples}, inputs = {inputs}, hidden = {hidden}")
    rng = np.random.default_rng(data_seed)
    x = _rounded(rng.standard_normal((samples, inputs)))
    first, second = rng.standard_normal((hidden, inputs)), rng.standard_normal(hidden)
    z = np.zeros((samples, hidden))
    for source in range(inputs):
        z += x[:, source, None] * first[:, source]
    f, width = TEACHERS[activation], math.sqrt(inputs)
    answers = np.zeros((samples, 1))
    for unit in range(hidden):
        answers[:, 0] += [f(value) * second[unit] for value in (z[:, unit] / width).tolist()]
    return x, _rounded(answers / math.sqrt(hidden) + noise * rng.standard_normal((samples, 1)))


def _counting(bits: int) -> Booleans:
    """0, 1, 2, ... in binary, the first column the highest bit: bool (2**bits, bits)."""
    return np.indices((2,) * bits).reshape(bits, -1).T == 1


def _halves(samples: int) -> tuple[int, int]:
    return (samples + 1) // 2, samples // 2


def _alternate(samples: int, classes: int) -> Booleans:
    return one_hot(np.arange(samples) % classes, classes)


def _alternating(points: Floats) -> Floats:
    """Reorders points, those of one class and then those of the other, so that the classes alternate."""
    first = _halves(len(points))[0]
    mixed = np.empty_like(points)
    mixed[::2], mixed[1::2] = points[:first], points[first:]
    return mixed


def _noisy(points: Floats, noise: float, data_seed: int) -> Floats:
    return _rounded(points + noise * np.random.default_rng(data_seed).standard_normal(points.shape))


def _rounded(values: Floats) -> Floats:
    return np.round(values, DECIMALS) + 0.0  # turns -0.0 into 0.0


def _check_size(samples: int, columns: int, shown: str) -> None:
    reason = too_many(samples, columns)
    if reason:
        raise SettingError(["task.samples"], reason, shown)
