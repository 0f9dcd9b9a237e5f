"""One trained network, taken apart: its weights, what it gives out, how it came to be.

A network is determined by its data and settings, and training it again gives the same bits. So it need keep nothing: what is
asked for is trained when it is asked for, and weights at an earlier epoch are those of the same run with fewer epochs. All such
runs are trained side by side, one per lane.
"""

from collections.abc import Mapping, Sequence
from functools import cached_property
from typing import Any, NamedTuple, Self

import numpy as np

from backsweep.arguments import wholes
from backsweep.columns import RECORDED
from backsweep.errors import SettingError
from backsweep.ranges import COUNT_OR_NONE

from .call.canonical import in_layers, in_memory_order
from .call.flatten import nested
from .call.job import Job
from .call.layout import layer_scales
from .call.outputs import outputs
from .call.recording import plan_records, trajectories_of
from .lanes.arithmetic import usual_arithmetic
from .memory import UNITS


class State(NamedTuple):
    """What a network is after some epochs: weights (units, inputs) and biases (units,) per layer, float64; biases may be ()."""

    epochs: int
    weights: tuple[np.ndarray, ...]
    biases: tuple[np.ndarray, ...]


class End(NamedTuple):
    """How a run ended: an outcome by name, the epochs that it made, and the loss of its final weights."""

    outcome: str
    epochs: int
    loss: float


class Network:
    """One trained network. `Training.network` and `Results.network` return it.

    inputs, targets: the data that it was trained on, float64 (samples, inputs) and (samples, outputs).
    input_names, target_names: what their columns are called, x1, x2, ... and y1, y2, ... where they have no names.
    midpoint: outputs and targets from here up count as true; None: they are numbers. settings: those of its run, as
    `backsweep.train` takes them: `backsweep.train(network.inputs, network.targets, **network.settings)` trains it again.
    epochs: passes over the data that it made. weights: one float64 array per layer, (units, inputs of the layer); with
    shortcuts the layer's inputs are the data's first, then all earlier units. biases: one per layer, (units,); () without.

    >>> import backsweep
    >>> x, y = [[0, 0], [0, 1], [1, 0], [1, 1]], [0, 1, 1, 0]
    >>> network = backsweep.train(x, y, hidden=4, bias=True, lr=5.0, epochs=2000, stop={"loss": 0.1}).network()
    >>> network.epochs, [layer.shape for layer in network.weights], [layer.shape for layer in network.biases]
    (168, [(4, 2), (1, 4)], [(4,), (1,)])
    >>> network
    <Network 2-4-1: converged after 168 epochs, final loss 0.09774>
    """

    def __init__(
        self,
        x,
        y,
        settings: Mapping[str, Any],
        *,
        state: State | None = None,
        end: End | None = None,
        input_names: Sequence[str] = (),
        target_names: Sequence[str] = (),
    ):
        """settings: of one run, by dotted names. state, end: of that run, if they are known.

        Without a state it is trained when that is needed.
        """
        self._job = Job(x, y, settings)
        self.settings = nested(self._job.of_run(0))
        self._known, self._end = state, end
        self.inputs, self.targets = self._job.x, self._job.y
        self.input_names = tuple(input_names) or _numbered("x", self.inputs)
        self.target_names = tuple(target_names) or _numbered("y", self.targets)
        self.midpoint: float | None = self._job.of_run(0)["midpoint"]

    def __repr__(self) -> str:
        units = "-".join(map(str, (self.inputs.shape[1], *self._job.layers[:, UNITS])))
        if self._end is not None:
            outcome, epochs, loss = self._end
            return f"<Network {units}: {outcome} after {_epochs(epochs)}, final loss {loss:.4g}>"
        if self._known is not None:
            return f"<Network {units} after {_epochs(self._known.epochs)}>"
        return f"<Network {units}, not trained yet: at most {_epochs(int(self._job.runs.epochs[0]))}>"

    @cached_property
    def _state(self) -> State:
        return self._known or self._states(self._job.runs.epochs)[0]

    @property
    def epochs(self) -> int:
        """Passes over the data that it made.

        >>> network.epochs
        924
        """
        return self._state.epochs

    @property
    def weights(self) -> tuple[np.ndarray, ...]:
        """Of each layer, float64 (units, inputs of the layer).

        >>> [layer.round(1).tolist() for layer in network.weights]
        [[[3.3, 3.3], [-5.4, -5.4]], [[-6.4, -7.0]]]
        """
        return self._state.weights

    @property
    def biases(self) -> tuple[np.ndarray, ...]:
        """Of each layer, float64 (units,); () without biases.

        >>> [layer.round(1).tolist() for layer in network.biases]
        [[-5.2, 1.8], [3.3]]
        """
        return self._state.biases

    @property
    def bias_inputs(self) -> tuple[float, ...]:
        """By what the biases of each layer are multiplied where they are added to the sum of its weights times its inputs.

        It is `bias_input`, unless a parametrization scales the sum but not the bias.

        >>> network.bias_inputs
        (1.0, 1.0)
        """
        return tuple(layer_scales(self._job.config, self._job.layers)[:, 1].tolist())

    def predict(self, x) -> np.ndarray:
        """The outputs for some samples, with the bits that training has for them.

        x: (samples, inputs). Returns float64 (samples, outputs).

        Raises SettingError if x has another shape, or holds what is no finite number.

        >>> network.predict([[0, 0], [0, 1]]).round(2).tolist()
        [[0.06], [0.9]]
        """
        return self.activations(x)[-1]

    @usual_arithmetic()
    def activations(self, x) -> tuple[np.ndarray, ...]:
        """The outputs of the units of each layer for some samples; the last are those of `predict`.

        x: (samples, inputs). Returns one float64 array per layer, (samples, units).

        Raises SettingError if x has another shape, or holds what is no finite number.

        >>> [layer.shape for layer in network.activations([[0, 0], [0, 1]])]
        [(2, 2), (2, 1)]
        """
        found = outputs(self._job, in_memory_order(self.weights, self.biases), x)
        ends = np.cumsum(self._job.layers[:, UNITS])
        return tuple(layer.copy() for layer in np.split(found, ends[:-1], axis=1))

    def at(self, epochs: Sequence[int]) -> list[Self]:
        """The network as it was after so many epochs; it is trained again up to there.

        epochs: from 0, the initial weights, to the epochs that it made. All are trained side by side.

        Returns one network per epoch. Raises SettingError for an epoch after its end.

        >>> [early.weights[0][0, 0].round(2).item() for early in network.at([0, 100, 924])]
        [-0.17, -0.09, 3.34]
        """
        asked = wholes("epochs", epochs, COUNT_OR_NONE)
        states = self._states(asked) if asked else []
        for epoch, state in zip(asked, states, strict=True):
            if state.epochs < epoch:
                raise SettingError(["epochs"], f"the run ended after {state.epochs:,}", value=epoch)
        return [self._after(state) for state in states]

    def _after(self, state: State) -> Self:
        return type(self)(
            self.inputs,
            self.targets,
            self._job.of_run(0),
            state=state,
            input_names=self.input_names,
            target_names=self.target_names,
        )

    @cached_property
    @usual_arithmetic()
    def trajectory(self) -> dict[str, np.ndarray]:
        """What is recorded before each epoch's first update, and at the end; it is trained once more for that.

        epoch: int64 (epochs + 1,), from 0. And float64 (epochs + 1,): loss, accuracy (NaN for regression), gradient_norm,
        weight_norm. `pandas.DataFrame(network.trajectory)` makes a table of it.

        >>> network.trajectory["loss"].round(2)[[0, -1]].tolist()
        [0.72, 0.1]
        """
        record = plan_records(1, self.epochs, np.arange(self.epochs + 1), None)
        self._job.run(record, records=True, keep_weights=False)
        found = trajectories_of(record)
        until = slice(0, self.epochs + 1)
        return {"epoch": found.epoch[0, until].astype(np.int64)} | {name: getattr(found, name)[0, until] for name in RECORDED}

    @usual_arithmetic()
    def _states(self, epochs) -> list[State]:
        """The states after these epochs, or at the end if that comes before."""
        limits = np.minimum(epochs, self._job.runs.epochs)
        job = Job(self.inputs, self.targets, {**self._job.of_run(0), "epochs": np.maximum(limits, 1)})
        job.runs = job.runs._replace(epochs=limits)
        found = job.run(plan_records(len(limits), 0, None, None), records=False, keep_weights=True)
        weights, biases = in_layers(found.weights, job.layers, job.config.bias, (len(limits),))
        return [
            State(int(made), tuple(layer[k] for layer in weights), tuple(layer[k] for layer in biases))
            for k, made in enumerate(found.rows["epochs"])
        ]


def _epochs(number: int) -> str:
    return f"{number:,} epoch{'s' if number != 1 else ''}"


def _numbered(letter: str, table: np.ndarray) -> tuple[str, ...]:
    return tuple(f"{letter}{number + 1}" for number in range(table.shape[1]))
