"""Brings the arguments of `train`, as people write them, into one form, and splits the results by layer."""

import numpy as np

from backsweep.errors import SettingError

from ..memory import STRIDE, UNITS
from .config import ORDERS, Batch


def whole(argument: str, value, least: int) -> int:
    """A whole number, at least `least`."""
    if isinstance(value, bool | np.bool_) or not isinstance(value, int | np.integer) or value < least:
        raise SettingError((argument,), f"must be whole numbers, at least {least}")
    return int(value)


def number(argument: str, value) -> float:
    """A finite number."""
    found = numbers(argument, value)
    if found.ndim or not np.isfinite(found):
        raise SettingError((argument,), "must be a finite number")
    return float(found)


def numbers(argument: str, value, also: str = "") -> np.ndarray:
    """Numbers as float64, in any shape; text is refused, even if it reads like one. also: further kinds of dtype to accept."""
    try:
        found = np.asarray(value)
    except (TypeError, ValueError):
        found = np.array(None)
    if found.dtype.kind not in "iuf" + also and found.size:
        raise SettingError((argument,), "must be numbers, in rows of equal length")
    return found.astype(np.float64)


def widths(hidden) -> tuple[int, ...]:
    """The units of each hidden layer, from a number or a list."""
    try:
        listed = [hidden] if isinstance(hidden, int | np.integer | str | bytes) else list(hidden)
    except TypeError:
        raise SettingError(("hidden",), "must be a whole number, or a list of one per layer") from None
    return tuple(whole("hidden", units, 1) for units in listed)


def batch_of(size, order, samples: int) -> Batch:
    """How many samples make an update; all if size is None. A batch of all samples is a full batch, whatever their order."""
    if size is None:
        return Batch()
    size = whole("batch", size, 1)
    if size > samples:
        raise SettingError(("batch",), f"size = {size}: there are only {samples} samples")
    if not isinstance(order, str) or order not in ORDERS:
        raise SettingError(("batch",), f"order = {order!r}: must be one of {', '.join(ORDERS)}")
    return Batch() if size == samples and order != "replacement" else Batch(size, order)


def checked_data(x, y) -> tuple[np.ndarray, np.ndarray]:
    """The inputs (samples, inputs) and targets (samples, outputs) as fresh float64 arrays."""
    x, y = _finite("x", x), _finite("y", y)
    y = y[:, None] if y.ndim == 1 else y
    if x.ndim != 2 or x.size == 0:
        raise SettingError(("x",), "must have the shape (samples, inputs), with at least one of each")
    if y.ndim != 2 or y.size == 0 or len(y) != len(x):
        raise SettingError(("y",), f"must have the shape ({len(x)}, outputs) or ({len(x)},)")
    return x, y


def _finite(argument: str, values) -> np.ndarray:
    found = numbers(argument, values, also="b")
    if not np.all(np.isfinite(found)):
        raise SettingError((argument,), "finite numbers only")
    return found


def flat_weights(arrays, layers: np.ndarray, bias: bool) -> np.ndarray:
    """[w1, w2, ...] or [w1, b1, w2, ...], flattened in the order of a lane's memory: unit by unit, the bias last."""
    shapes = [(units, stride - bias) for units, stride in layers[:, [UNITS, STRIDE]].tolist()]
    wanted = [shape for units, inputs in shapes for shape in [(units, inputs), *([(units,)] if bias else [])]]
    tables = [_finite("init", array) for array in arrays] if isinstance(arrays, list | tuple) else []
    if [array.shape for array in tables] != wanted:
        raise SettingError(("init",), f"must be a list of arrays of shapes {wanted}, not {[array.shape for array in tables]}")
    if bias:
        tables = [np.column_stack(pair) for pair in zip(tables[::2], tables[1::2], strict=True)]
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
