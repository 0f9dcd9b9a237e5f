"""What one network answers: for two inputs a map of regions with the samples and the lines of hidden units, for one a curve.

The network is asked on a grid around its samples. A region is where it answers the same: a side of `midpoint`, or the class
whose output is largest. A unit of the first hidden layer has its line where its weighted sum is 0; those of later layers would
be curves that bend at the lines of earlier ones, and are left out.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from backsweep.errors import ResultsError, SettingError
from backsweep.networks import Network

from ..arrays import Floats

GRID, CURVE = 160, 400  # points along each axis of a map, and of a curve
MARGIN = 0.15  # of the samples' range, around them
MOST_PANELS, MOST_SAMPLES, MOST_CLASSES = 8, 1500, 16


@dataclass(frozen=True)
class Answers:
    """What a network answers after `epochs`. outputs: on the grid, (points, outputs), or (rows, columns, outputs) of a map.

    at_samples: (samples, outputs). lines: (units, 3): a, b, c of the line a x1 + b x2 + c = 0 of each unit of the first hidden
    layer; none for one input.
    """

    epochs: int
    outputs: Floats
    at_samples: Floats
    lines: Floats


@dataclass(frozen=True)
class DecisionPicture:
    """The answers of one run, at one epoch or several.

    axes: the points along each input. inputs (samples, 1 or 2), targets (samples, outputs): what it was trained on. classes:
    whether the largest output is the answer. midpoint: from where up an output is true; None: outputs are numbers.
    """

    run: int
    answers: list[Answers]
    axes: list[Floats]
    inputs: Floats
    targets: Floats
    input_names: tuple[str, ...]
    target_names: tuple[str, ...]
    classes: bool
    midpoint: float | None

    @property
    def alt_text(self) -> str:
        """For those who do not see it."""
        names = " and ".join(self.input_names)
        what = "A map of the answers" if len(self.axes) == 2 else "The curve of the answers"
        found = "; ".join(f"after {each.epochs:,} epochs {self._how_good(each)}" for each in self.answers)
        return f"{what} of run {self.run} for {names}: {found}."

    def _how_good(self, answers: Answers) -> str:
        right = self.right(answers)
        if right is None:
            error = float(np.sqrt(np.mean((answers.at_samples - self.targets) ** 2)))
            return f"its root mean squared error is {error:.3g}"
        return f"{int(right.sum()):,} of {len(right):,} samples are right"

    def right(self, answers: Answers) -> "np.ndarray | None":
        """Which samples it gets right, bool (samples,); None where targets are numbers."""
        if self.classes:
            return answers.at_samples.argmax(axis=1) == self.targets.argmax(axis=1)
        if self.midpoint is None:
            return None
        return ((answers.at_samples >= self.midpoint) == (self.targets >= self.midpoint)).all(axis=1)

    @property
    def caption(self) -> str:
        """What is shown, and how it was computed."""
        when = ", ".join(f"{each.epochs:,}" for each in self.answers)
        dots = "Dots are the samples that it was trained on"
        some = f", {MOST_SAMPLES:,} of {len(self.inputs):,}" if len(self.inputs) > MOST_SAMPLES else ""
        if len(self.axes) == 1:
            return f"What run {self.run} gives out for its input, after {when} epochs. {dots}{some}."
        wrong = "" if self.midpoint is None and not self.classes else "; those that it gets wrong have a black ring"
        lines = " Dashed lines: where the weighted sum of a unit of the first hidden layer is 0." if self._has_lines else ""
        return f"What run {self.run} answers for its two inputs, after {when} epochs. {dots}{some}{wrong}.{lines}"

    @property
    def _has_lines(self) -> bool:
        return any(len(each.lines) for each in self.answers)


def decision_picture(network: Network, run: int, epochs: Sequence[int] | None = None) -> DecisionPicture:
    """Of a run with one input or two. epochs: after which to show it, MOST_PANELS at most; None: at its end.

    SettingError for other epochs, ResultsError for more inputs, and for two inputs with several outputs that are no classes.
    """
    inputs, outputs = network.inputs.shape[1], network.targets.shape[1]
    classes = _are_classes(network)
    if inputs > 2:
        raise ResultsError(f"run {run} has {inputs} inputs; the figure decision shows networks with one or two")
    if inputs == 2 and outputs > 1 and not classes:
        raise ResultsError(
            f"run {run} has two inputs and {outputs} outputs that are no classes; the figure decision shows one, or classes"
        )
    if outputs > MOST_CLASSES:
        raise ResultsError(f"run {run} has {outputs} outputs; the figure decision shows {MOST_CLASSES} at most")
    shown = [network] if epochs is None else network.at(epochs)
    if not 0 < len(shown) <= MOST_PANELS:
        raise SettingError(["epochs"], f"{len(shown)} were given; a picture shows 1 to {MOST_PANELS}")
    axes = [_around(column, GRID if inputs == 2 else CURVE) for column in network.inputs.T]
    return DecisionPicture(
        run,
        [_answers(each, axes) for each in shown],
        axes,
        network.inputs,
        network.targets,
        network.input_names,
        network.target_names,
        classes,
        network.midpoint,
    )


def _are_classes(network: Network) -> bool:
    """Whether each sample has one target that is true, of two or more."""
    targets = network.targets
    if targets.shape[1] < 2 or (network.midpoint is None and network.settings.get("output") != "softmax"):
        return False
    return bool(((targets >= (network.midpoint or 0.5)).sum(axis=1) == 1).all())


def _around(values: Floats, count: int) -> Floats:
    low, high = float(values.min()), float(values.max())
    margin = MARGIN * (high - low) or 0.5
    return np.linspace(low - margin, high + margin, count)


def _answers(network: Network, axes: list[Floats]) -> Answers:
    grid = np.stack(np.meshgrid(*axes), axis=-1)  # (rows, columns, 2), or (points, 1)
    outputs = network.predict(grid.reshape(-1, len(axes)))
    return Answers(
        network.epochs, outputs.reshape(*grid.shape[:-1], -1), network.predict(network.inputs), _lines(network, len(axes))
    )


def _lines(network: Network, inputs: int) -> Floats:
    if inputs == 1 or len(network.weights) == 1:
        return np.zeros((0, 3))
    weights = network.weights[0]
    biases = network.biases[0] * network.bias_inputs[0] if network.biases else np.zeros(len(weights))
    return np.column_stack([weights, biases])
