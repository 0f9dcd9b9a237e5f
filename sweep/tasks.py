"""Tasks by name: the data that networks are trained on."""

from typing import NamedTuple

import numpy as np


class Task(NamedTuple):
    """inputs (samples, inputs) and targets (samples, outputs), float64."""

    inputs: np.ndarray
    targets: np.ndarray


def xor() -> Task:
    """Exclusive or: its four cases in the order 00, 01, 10, 11."""
    inputs = np.array([[0, 0], [0, 1], [1, 0], [1, 1]], np.float64)
    return Task(inputs, np.logical_xor(inputs[:, :1], inputs[:, 1:]).astype(np.float64))


TASKS = {"xor": xor}
