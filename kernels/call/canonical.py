"""Brings the arguments of `train`, as people write them, into one form, and splits the results by layer."""

import numpy as np

from backsweep.arguments import numbers, one_of, whole
from backsweep.errors import SettingError
from backsweep.ranges import ANY_SIZE, FINITE

from ..loop.batches import ORDERS
from ..memory import STRIDE, UNITS
from .config import Batch


def widths(hidden) -> tuple[int, ...]:
    """The units of each hidden layer, from a number or a list."""
    if isinstance(hidden, int | np.integer | str | bytes):
        return (whole("hidden", hidden, ANY_SIZE),)
    try:
        listed = list(hidden)
    except TypeError:
        raise SettingError(["hidden"], f"must be {ANY_SIZE.words}, or a list of one per layer", value=hidden) from None
    return tuple(whole(f"hidden[{layer}]", units, ANY_SIZE) for layer, units in enumerate(listed))


def batch_of(size, order, samples: int) -> Batch:
    """How many samples make an update; all if size is None. A batch of all samples is a full batch, whatever their order."""
    if size is None:
        return Batch()
    size = whole("batch.size", size, ANY_SIZE)
    if size > samples:
        raise SettingError(["batch.size"], f"there are only {samples} samples", value=size)
    order = one_of("batch.order", order, ORDERS)
    return Batch() if size == samples and order != "replacement" else Batch(size, order)


def checked_data(x, y) -> tuple[np.ndarray, np.ndarray]:
    """The inputs (samples, inputs) and targets (samples, outputs) as fresh float64 arrays."""
    x, y = _finite("x", x), _finite("y", y)
    y = y[:, None] if y.ndim == 1 else y
    if x.ndim != 2 or x.size == 0:
        raise SettingError(("x",), f"must have the shape (samples, inputs), with at least one of each, not {x.shape}")
    if y.ndim != 2 or y.size == 0 or len(y) != len(x):
        raise SettingError(("y",), f"must have the shape ({len(x)}, outputs) or ({len(x)},), not {y.shape}")
    return x, y


def _finite(argument: str, values) -> np.ndarray:
    return numbers(argument, values, FINITE, table=True)


def flat_weights(arrays, layers: np.ndarray, bias: bool) -> np.ndarray:
    """[w1, w2, ...] or [w1, b1, w2, ...], flattened in the order of a lane's memory: unit by unit, the bias last."""
    shapes = [(units, stride - bias) for units, stride in layers[:, [UNITS, STRIDE]].tolist()]
    wanted = [shape for units, inputs in shapes for shape in [(units, inputs), *([(units,)] if bias else [])]]
    listed = arrays if isinstance(arrays, list | tuple) else []
    tables = [_finite(f"init.arrays[{place}]", array) for place, array in enumerate(listed)]
    if [array.shape for array in tables] != wanted:
        raise SettingError(("init",), f"its arrays must have the shapes {wanted}, not {[array.shape for array in tables]}")
    return in_memory_order(tables[:: 1 + bias], tables[1::2] if bias else ())


def in_memory_order(weights, biases) -> np.ndarray:
    """One run's (units, inputs) and (units,) per layer, the latter perhaps none, as a lane has them: (weights,)."""
    tables = [np.column_stack(pair) for pair in zip(weights, biases, strict=True)] if biases else weights
    return np.concatenate([table.reshape(-1) for table in tables])


def in_layers(flat: np.ndarray, layers: np.ndarray, bias: bool, shape: tuple[int, ...]):
    """Split (runs, weights), in the order of a lane's memory, into one array per layer: the weights, then the biases."""
    weights, biases, first = [], [], 0
    for units, stride in layers[:, [UNITS, STRIDE]].tolist():
        layer = flat[:, first : first + units * stride].reshape(*shape, units, stride)
        weights.append(layer[..., : stride - bias].copy())
        if bias:
            biases.append(layer[..., -1].copy())
        first += units * stride
    return tuple(weights), tuple(biases)
