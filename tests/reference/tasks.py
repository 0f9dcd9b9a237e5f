"""Data made by formulas: inputs and targets, with zeros and ones not yet encoded."""

import itertools

import numpy as np

from .network import ACTIVATIONS


def truth_table(inputs, targets):
    return np.array(inputs, float), np.array(targets, float)


def gate(rule):
    patterns = list(itertools.product([0, 1], repeat=2))
    return lambda: truth_table(patterns, [[rule(sum(pattern))] for pattern in patterns])


def parity(bits):
    patterns = list(itertools.product([0, 1], repeat=bits))
    return truth_table(patterns, [[sum(pattern) % 2] for pattern in patterns])


def encoder(code):
    return np.eye(code[0]), np.eye(code[0])


def two_spirals():
    """Lang & Witbrock, 1988."""
    i = np.arange(97)
    angle, radius = i * np.pi / 16, 6.5 * (104 - i) / 104
    first = np.stack([radius * np.sin(angle), radius * np.cos(angle)], axis=1)
    return in_turn(first, -first)[0], in_turn(np.ones((97, 1)), np.zeros((97, 1)))[0]


def in_turn(first, second):
    """The rows of both arrays alternating, and whether each row is from the second; the first may have one more."""
    rows = [row for pair in itertools.zip_longest(first, second) for row in pair if row is not None]
    return np.array(rows), np.arange(len(rows))[:, None] % 2.0


def noisy(x, noise, data_seed):
    return x + noise * np.random.default_rng(data_seed).standard_normal(x.shape)


def moons(samples=100, noise=0.1, data_seed=0):
    upper, lower = (np.linspace(0, np.pi, count) for count in ((samples + 1) // 2, samples // 2))
    first = np.stack([np.cos(upper), np.sin(upper)], axis=1)
    x, y = in_turn(first, np.stack([1 - np.cos(lower), 0.5 - np.sin(lower)], axis=1))
    return noisy(x, noise, data_seed), y


def circles(samples=100, noise=0.1, factor=0.5, data_seed=0):
    outer, inner = (np.arange(count) * 2 * np.pi / count for count in ((samples + 1) // 2, samples // 2))
    x, y = in_turn(np.stack([np.cos(outer), np.sin(outer)], axis=1), factor * np.stack([np.cos(inner), np.sin(inner)], axis=1))
    return noisy(x, noise, data_seed), y


def blobs(samples=100, centers=3, spread=1.0, features=2, data_seed=0):
    rng = np.random.default_rng(data_seed)
    middles, which = rng.uniform(-10, 10, (centers, features)), np.arange(samples) % centers
    x = middles[which] + spread * rng.standard_normal((samples, features))
    return x, np.eye(centers)[which] if centers > 2 else which[:, None] * 1.0


def teacher(inputs=8, hidden=8, samples=72, noise=0.0, data_seed=0, activation="tanh"):
    """The targets are the teacher network's outputs for x, rounded as the data are."""
    rng = np.random.default_rng(data_seed)
    x = np.round(rng.standard_normal((samples, inputs)), 9)
    w, v = rng.standard_normal((hidden, inputs)), rng.standard_normal(hidden)
    y = ACTIVATIONS[activation][0](x @ w.T / np.sqrt(inputs)) @ v / np.sqrt(hidden)
    return x, y[:, None] + noise * rng.standard_normal((samples, 1))


TASKS = {
    "and": gate(lambda ones: ones == 2),
    "or": gate(lambda ones: ones > 0),
    "xor": gate(lambda ones: ones == 1),
    "truth_table": truth_table,
    "parity": parity,
    "encoder": encoder,
    "two_spirals": two_spirals,
    "moons": moons,
    "circles": circles,
    "blobs": blobs,
    "teacher": teacher,
}
