"""How large data and networks are, by arithmetic, for each network shape and before anything is made for it."""

from collections.abc import Callable, Mapping
from itertools import pairwise
from typing import Any, NamedTuple

import numpy as np

from ...kernels import OPTIMIZERS
from ..data.generated import SPIRAL_POINTS
from ..data.inputs_and_targets import Sides
from ..spec.make_data import AnyTask
from ..spec.task import Blobs, Circles, Encoder, FileTask, Gate, Moons, Parity, Teacher, TruthTable

LANE_BYTES = 128  # one number of each run that trains at once: 16 of 8 bytes, or 32 of 4
COPIES = 3  # of inputs and targets in float64: as made, as checked, and as the kernels have them
QUAD = 4  # samples at once

Each = Callable[..., Any]
"""each(setting, function=None): a number for each shape, (shapes,), or one for all: the setting's, or a function's of it."""


class Sizes(NamedTuple):
    """The sizes of the data and of the network, as arrays with one number per network shape, (shapes,), or as one for all.

    units: of all layers; states: how many numbers the optimizer keeps per weight.
    """

    samples: Any
    inputs: Any
    outputs: Any
    units: Any
    weights: Any
    states: Any

    @property
    def data_bytes(self) -> Any:
        """About how much memory a worker needs for the data."""
        return COPIES * 8 * self.samples * (self.inputs + self.outputs) + LANE_BYTES * self.samples * (self.outputs + 1)

    @property
    def network_bytes(self) -> Any:
        """About how much memory a worker needs for the networks that it trains at once."""
        return LANE_BYTES * ((2 + self.states) * self.weights + 3 * QUAD * self.units)


def sizes_of(task: AnyTask, sides: Sides | None, units: int, fixed: Mapping[str, Any], each: Each) -> Sizes:
    """The sizes of all shapes. units: of the hidden layer, if the spec does not say; fixed: settings that do not vary."""
    samples, inputs, outputs = _of_data(task, sides, each)
    if fixed.get("model.hidden", ()) is None:
        first = last = total = each("task.code", lambda code: float(code[1])) if isinstance(task, Encoder) else float(units)
        within = pairs = 0.0
    else:
        first, last, total = (each("model.hidden", some) for some in (_first, _last, _total))
        within, pairs = each("model.hidden", _within), each("model.hidden", _pairs)
    layered = np.where(total > 0, inputs * first + within + last * outputs, inputs * outputs)
    shortcut = inputs * (total + outputs) + pairs + total * outputs
    weights = np.where(each("model.shortcuts"), shortcut, layered) + each("model.bias") * (total + outputs)
    states = each("train.optimizer.name", lambda name: max(OPTIMIZERS[name].states, 1))
    return Sizes(samples, inputs, outputs, total + outputs, weights, states)


def _of_data(task: AnyTask, sides: Sides | None, each: Each) -> tuple[Any, Any, Any]:
    """The numbers of samples, inputs and outputs."""
    match task:
        case FileTask():
            inputs, targets = sides[:2] if sides else ([], [])
            samples = len(inputs[0].values) if inputs else 0
            return samples, sum(len(block.names) for block in inputs), sum(len(block.names) for block in targets)
        case Gate():
            return 4, 2, 1
        case TruthTable():
            return len(task.inputs), len(task.inputs[0]), len(task.targets[0])
        case Parity():
            return 2 ** each("task.bits"), each("task.bits"), 1
        case Encoder():
            patterns = each("task.code", lambda code: float(code[0]))
            return patterns, patterns, patterns
        case Moons() | Circles():
            return each("task.samples"), 2, 1
        case Blobs():
            centers = each("task.centers")
            return each("task.samples"), each("task.features"), np.where(centers > 2, centers, 1)
        case Teacher():
            return each("task.samples"), each("task.inputs"), 1
        case _:
            return 2 * SPIRAL_POINTS, 2, 1


def _first(layers: tuple[int, ...]) -> float:
    return layers[0] if layers else 0


def _last(layers: tuple[int, ...]) -> float:
    return layers[-1] if layers else 0


def _total(layers: tuple[int, ...]) -> float:
    return sum(layers)


def _within(layers: tuple[int, ...]) -> float:
    """How many weights are between consecutive hidden layers."""
    return sum(a * b for a, b in pairwise(layers))


def _pairs(layers: tuple[int, ...]) -> float:
    """How many weights are between hidden layers if each reads all earlier ones."""
    return (sum(layers) ** 2 - sum(width**2 for width in layers)) / 2
