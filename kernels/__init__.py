"""Compiled training of small networks, one run per SIMD lane: the checked front door.

`train` validates once, allocates once and calls the compiled loop. Everything that the loop relies on is checked here, so
that the kernels need no checks of their own.
"""

from dataclasses import dataclass

import numpy as np

from .compile import SOURCES_HASH, compiled_before
from .lane_type import LANES, QUAD
from .lanes import aligned
from .losses import BCE, LOSSES
from .streams import LAST_SEED, new_state
from .train import OUTCOMES, Data, Network, Rows, Runs, Workspace, train_runs

__all__ = ["LANES", "LAST_SEED", "LOSSES", "OUTCOMES", "SOURCES_HASH", "Training", "compiled_before", "train"]

NO_GOAL = -1.0  # no loss is below it
MOST_EPOCHS = 2**31 - 2


@dataclass(frozen=True)
class Training:
    """What became of the runs. `shape` is that of the run settings broadcast together; () for a single run.

    outcome: "converged", "diverged" or "capped" (out of epochs), shape `shape`
    epochs: updates made, int32, `shape`
    loss, accuracy: of the weights at the end, float64, `shape`
    weights: one array a layer, `shape` + (units, inputs of the layer)
    biases: one array a layer, `shape` + (units,); empty without biases
    losses: `shape` + (limit + 1,): the mean loss before each update and at the end, then NaN; None when not asked for
    """

    outcome: np.ndarray
    epochs: np.ndarray
    loss: np.ndarray
    accuracy: np.ndarray
    weights: tuple[np.ndarray, ...]
    biases: tuple[np.ndarray, ...]
    losses: np.ndarray | None


def train(
    x,
    y,
    *,
    hidden: int,
    seed=0,
    lr=0.1,
    epochs=10_000,
    loss: str = "bce",
    bias: bool = False,
    low=0.0,
    high=1.0,
    stop_loss=None,
    bound=1e6,
    keep_weights: bool = True,
    keep_losses: bool = False,
) -> Training:
    """Train networks with one sigmoid hidden layer and sigmoid outputs by full-batch gradient descent.

    x (samples, inputs), y (samples, outputs) or (samples,): the data that all runs share.
    hidden: units of the hidden layer. bias: whether both layers have biases.
    loss: "bce", the mean binary cross-entropy (targets within 0 and 1), or "mse"; means over samples and outputs.

    One number or an array for one run each, broadcast together:
    seed: of NumPy's RandomState, 0 ... 2**32 - 1; weights are drawn w1, b1, w2, b2, uniform in [low, high).
    lr: the learning rate. epochs: the most updates. stop_loss: converged when the mean loss is at most this.
    bound: diverged when the mean loss is over this, or not a number.

    keep_losses records the loss of every epoch; it is tested before the update, so `losses[0]` belongs to the first weights.
    Raises ValueError, naming the argument, for anything out of range.
    """
    shape, runs = _runs(seed, lr, epochs, low, high, stop_loss, bound)
    data, network = _data(x, y, hidden, bias, loss)
    layers = ((hidden, network.inputs), (network.outputs, hidden))
    size = sum(units * (fan_in + network.bias) for units, fan_in in layers)
    rows = _rows(len(runs.seed), size if keep_weights else 0, int(runs.epochs.max(initial=0)) if keep_losses else -1)
    if len(runs.seed):
        with np.errstate(all="ignore"):  # NumPy warns where the JIT is off; compiled code never does
            train_runs(network, data, runs, rows, _workspace(network, data, size))
    weights, biases = _unpacked(rows.weights, layers, network.bias, shape) if keep_weights else ((), ())
    return Training(
        outcome=np.array(OUTCOMES)[rows.outcome].reshape(shape)[()],
        epochs=rows.epochs.reshape(shape)[()],
        loss=rows.loss.reshape(shape)[()],
        accuracy=rows.accuracy.reshape(shape)[()],
        weights=weights,
        biases=biases,
        losses=rows.losses.reshape(*shape, rows.losses.shape[1]) if keep_losses else None,
    )


def _require(ok, argument: str, allowed: str) -> None:
    if not np.all(ok):
        raise ValueError(f"{argument}: {allowed}")


def _whole(argument: str, values) -> np.ndarray:
    values = np.asarray(values)
    _require(values.dtype.kind in "iu" or values.size == 0, argument, "whole numbers are needed")
    return values


def _numbers(argument: str, values) -> np.ndarray:
    """A fresh float64 array: compiled code is typed for arrays that may be written."""
    try:
        return np.array(values, np.float64)
    except (TypeError, ValueError):
        raise ValueError(f"{argument}: numbers are needed, all rows as long as each other") from None


def _runs(seed, lr, epochs, low, high, stop_loss, bound) -> tuple[tuple[int, ...], Runs]:
    """The run settings, checked, and the shape that they have together."""
    seed, epochs = _whole("seed", seed), _whole("epochs", epochs)
    lr, low, high, bound = (_numbers(*pair) for pair in (("lr", lr), ("low", low), ("high", high), ("bound", bound)))
    goal = _numbers("stop_loss", NO_GOAL if stop_loss is None else stop_loss)
    _require((seed >= 0) & (seed <= LAST_SEED), "seed", f"from 0 to {LAST_SEED}")
    _require((epochs >= 1) & (epochs <= MOST_EPOCHS), "epochs", f"from 1 to {MOST_EPOCHS}")
    _require(np.isfinite(lr) & (lr > 0), "lr", "finite and over 0")
    _require((goal >= 0) | (stop_loss is None), "stop_loss", "at least 0")
    _require(bound > 0, "bound", "over 0")
    try:
        arrays = np.broadcast_arrays(seed, low, high, lr, epochs, goal, bound)
    except ValueError:
        raise ValueError("seed, low, high, lr, epochs, stop_loss, bound: shapes that broadcast together are needed") from None
    with np.errstate(all="ignore"):
        _require((arrays[1] <= arrays[2]) & np.isfinite(arrays[2] - arrays[1]), "low, high", "finite, low at most high")
    kinds = (np.int64, np.float64, np.float64, np.float64, np.int64, np.float64, np.float64)
    flat = [np.array(array, kind).reshape(-1) for array, kind in zip(arrays, kinds, strict=True)]
    return arrays[0].shape, Runs(*flat)


def _data(x, y, hidden, bias, loss) -> tuple[Data, Network]:
    """The data in quads, and the network that fits them."""
    x, y = _numbers("x", x), _numbers("y", y)
    y = y[:, None] if y.ndim == 1 else y
    _require(x.ndim == 2 and x.size > 0, "x", "shape (samples, inputs), at least one of each")
    _require(y.ndim == 2 and y.size > 0 and len(y) == len(x), "y", f"shape ({len(x)}, outputs) or ({len(x)},)")
    _require(np.isfinite(x), "x", "finite numbers only")
    _require(np.isfinite(y), "y", "finite numbers only")
    _require(isinstance(loss, str) and loss in LOSSES, "loss", f"one of {', '.join(LOSSES)}")
    _require(LOSSES[loss] != BCE or np.all((y >= 0) & (y <= 1)), "y", "binary cross-entropy needs targets within 0 and 1")
    _require(isinstance(bias, bool | np.bool_), "bias", "True or False")
    _require(_whole("hidden", hidden).ndim == 0 and hidden >= 1, "hidden", "one number, at least 1")
    samples, outputs = y.shape
    counts = np.ones(samples)
    inputs = np.column_stack([x, counts]) if bias else x
    data = Data(
        inputs=_quads(inputs),
        targets=_quads(y),
        sides=_quads(2 * y - 1),
        weights=_quads(counts[:, None] / y.size),
        samples=samples,
        hard=bool(np.all((y == 0) | (y == 1))),
    )
    return data, Network(x.shape[1], int(hidden), outputs, int(bool(bias)), LOSSES[loss])


def _quads(table: np.ndarray) -> np.ndarray:
    """(samples, columns) as (quads * columns, QUAD), filled up with zeros."""
    samples, columns = table.shape
    padded = np.zeros((-(-samples // QUAD) * QUAD, columns))
    padded[:samples] = table
    turned = padded.reshape(-1, QUAD, columns).transpose(0, 2, 1)
    return np.ascontiguousarray(turned).reshape(-1, QUAD)


def _rows(runs: int, weights: int, limit: int) -> Rows:
    return Rows(
        outcome=np.zeros(runs, np.int8),
        epochs=np.zeros(runs, np.int32),
        loss=np.zeros(runs),
        accuracy=np.zeros(runs),
        weights=np.zeros((runs if weights else 0, weights)),
        losses=np.full((runs if limit >= 0 else 0, limit + 1), np.nan),
    )


def _workspace(network: Network, data: Data, size: int) -> Workspace:
    work = Workspace(
        weights=aligned(size, LANES),
        gradients=aligned(size, LANES),
        activations=aligned(network.hidden + network.bias, QUAD, LANES),
        output_slopes=aligned(network.outputs, QUAD, LANES),
        logits=aligned(len(data.targets), QUAD, LANES),
        rate=aligned(1, LANES),
        band=aligned(2, LANES),
        loss=aligned(1, LANES),
        run=np.zeros(LANES, np.int64),
        started=np.zeros(LANES, np.int64),
        deadline=np.zeros(LANES, np.int64),
        ended=np.zeros(LANES, np.bool_),
        stream=new_state(),
    )
    work.activations[network.hidden :] = 1.0
    return work


def _unpacked(flat, layers, bias, shape):
    """A lane's memory, (runs, weights), as arrays a layer: the weights, and the biases."""
    weights, biases, first = [], [], 0
    for units, inputs in layers:
        layer = flat[:, first : first + units * (inputs + bias)].reshape(*shape, units, inputs + bias)
        weights.append(layer[..., :inputs].copy())
        if bias:
            biases.append(layer[..., inputs].copy())
        first += units * (inputs + bias)
    return tuple(weights), tuple(biases)
