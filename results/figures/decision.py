"""What one network answers: for two inputs a map of regions with the samples and the lines of hidden units, for one a curve.

The network is asked on a grid around its samples. A region is where it answers the same: a side of `midpoint`, or the class
whose output is largest. A unit of the first hidden layer has its line where its weighted sum is 0; those of later layers would
be curves that bend at the lines of earlier ones, and are left out.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from matplotlib.axes import Axes
from matplotlib.cm import ScalarMappable
from matplotlib.colors import Normalize, to_rgb
from matplotlib.ticker import MaxNLocator

from backsweep.errors import ResultsError, SettingError
from backsweep.networks import Network

from ..arrays import Floats
from .panels import panels_of
from .style import INK, LINES, colours, legend_above, plain

GRID, CURVE = 160, 400  # points along each axis of a map, and of a curve
MARGIN = 0.15  # of the samples' range, around them
MOST_PANELS, MOST_SAMPLES, MOST_NAMED, MOST_CLASSES = 8, 1500, 4, 16
MAP = "cividis"


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


def draw_decision(value: DecisionPicture, axes: Axes) -> Axes:
    """A map or a curve for each epoch, side by side."""
    panels = panels_of(axes, [f"epoch {each.epochs:,}" for each in value.answers])
    for panel, answers in zip(panels, value.answers, strict=True):
        (_draw_map if len(value.axes) == 2 else _draw_curves)(value, answers, panel)
    for panel in panels:
        panel.set_xlabel(plain(value.input_names[0]))
        panel.xaxis.set_major_locator(MaxNLocator(5))
    panels[0].set_ylabel(plain(value.input_names[1] if len(value.axes) == 2 else _one_name(value)))
    names = _named(value, axes)
    if names:
        legend_above(axes, names)
    if len(value.axes) == 2 and not value.classes and value.midpoint is None:
        bar = axes.figure.colorbar(ScalarMappable(_scale(value), MAP), ax=axes)
        bar.set_label(plain(value.target_names[0]))
    return axes


def _one_name(value: DecisionPicture) -> str:
    return value.target_names[0] if len(value.target_names) == 1 else "outputs"


def _draw_map(value: DecisionPicture, answers: Answers, panel: Axes) -> None:
    x, y = value.axes
    extent = (x[0], x[-1], y[0], y[-1])
    panel.imshow(_painted(value, answers), origin="lower", extent=extent, aspect="auto", interpolation="nearest")
    if value.midpoint is not None and not value.classes:
        above = answers.outputs[..., 0] - value.midpoint
        if above.min() < 0 < above.max():
            panel.contour(x, y, above, levels=[0.0], colors=INK, linewidths=1.4)
    for unit, (a, b, c) in enumerate(answers.lines, 1):
        _draw_line(panel, (a, b, c), extent, f"h{unit}" if len(answers.lines) <= MOST_NAMED else "")
    some, right = _some(value), value.right(answers)
    rings = ["white" if right is None or right[k] else INK for k in some]
    size, ring = (26, 1.1) if len(value.answers) == 1 else (13, 0.7)
    coloured = _of_samples(value)[some]
    panel.scatter(*value.inputs[some].T, s=size, color=coloured, edgecolors=rings, linewidths=ring, zorder=4, clip_on=False)
    panel.set(xlim=extent[:2], ylim=extent[2:])


def _painted(value: DecisionPicture, answers: Answers) -> Floats:
    """The colour of each point of the map, (rows, columns, 3)."""
    if value.classes:
        return _tinted(_class_colours(value)[answers.outputs.argmax(axis=-1)], np.array(0.4))
    if value.midpoint is None:
        return ScalarMappable(_scale(value), MAP).to_rgba(answers.outputs[..., 0])[..., :3]
    above = answers.outputs[..., 0] - value.midpoint
    furthest = float(np.abs(value.targets - value.midpoint).max()) or 1.0
    true = _side_colours()[(above >= 0).astype(int)]
    return _tinted(true, 0.12 + 0.4 * np.clip(np.abs(above) / furthest, 0, 1)[..., None])


def _tinted(colour: Floats, strength: Floats) -> Floats:
    return 1 - strength * (1 - colour)


def _side_colours() -> Floats:
    """Of false and of true, (2, 3)."""
    return np.array([to_rgb(LINES[0]), to_rgb(LINES[1])])


def _class_colours(value: DecisionPicture) -> Floats:
    return np.array([to_rgb(colour) for colour in colours(len(value.target_names))])


def _scale(value: DecisionPicture) -> Normalize:
    """Of numbers, the same for samples and for all panels."""
    every = np.concatenate([value.targets.ravel(), *(each.outputs.ravel() for each in value.answers)])
    known = every[np.isfinite(every)]
    return Normalize(float(known.min()), float(known.max()))


def _of_samples(value: DecisionPicture) -> Floats:
    """The colour of each sample by its target, (samples, 3)."""
    if value.classes:
        return _class_colours(value)[value.targets.argmax(axis=1)]
    if value.midpoint is None:
        return ScalarMappable(_scale(value), MAP).to_rgba(value.targets[:, 0])[:, :3]
    return _side_colours()[(value.targets[:, 0] >= value.midpoint).astype(int)]


def _some(value: DecisionPicture) -> list[int]:
    """The places of the samples that are shown, evenly spread."""
    return np.unique(np.linspace(0, len(value.inputs) - 1, MOST_SAMPLES).round().astype(int)).tolist()


def _draw_line(panel: Axes, line: tuple[float, float, float], extent: tuple[float, ...], name: str) -> None:
    """The line a x + b y + c = 0, where it crosses the map, with its name at its end."""
    ends = _ends(line, extent)
    if len(ends) < 2:
        return
    (x0, y0), (x1, y1) = ends[0], ends[-1]
    panel.plot([x0, x1], [y0, y1], color=INK, linestyle=(0, (4, 2)), linewidth=0.9, alpha=0.75, zorder=3)
    if name:
        box = {"facecolor": "white", "alpha": 0.8, "edgecolor": "none", "pad": 0.8}
        place = (x1 + 0.06 * (x0 - x1), y1 + 0.06 * (y0 - y1))
        panel.text(*place, name, fontsize=8, ha="center", va="center", bbox=box, zorder=5)


def _ends(line: tuple[float, float, float], extent: tuple[float, ...]) -> list[tuple[float, float]]:
    """Where a line enters and leaves a box, from left to right; fewer than two points if it misses the box."""
    a, b, c = line
    x0, x1, y0, y1 = extent
    found = [(x, -(a * x + c) / b) for x in (x0, x1) if b != 0] + [(-(b * y + c) / a, y) for y in (y0, y1) if a != 0]
    within = {(x, y) for x, y in found if x0 <= x <= x1 and y0 <= y <= y1}
    return sorted(within)


def _draw_curves(value: DecisionPicture, answers: Answers, panel: Axes) -> None:
    several, some = colours(len(value.target_names)), _some(value)
    for output, colour in enumerate(several):
        shown: dict[str, Any] = {"color": colour, "edgecolors": "white", "linewidths": 0.6, "s": 22}
        panel.scatter(value.inputs[some, 0], value.targets[some, output], zorder=3, clip_on=False, **shown)
        panel.plot(value.axes[0], answers.outputs[:, output], color=colour, linewidth=1.8, zorder=4)
    if value.midpoint is not None:
        panel.axhline(value.midpoint, color=INK, linewidth=0.8, linestyle=(0, (1, 2)), zorder=1)
    every = np.concatenate([value.targets.ravel(), *(each.outputs.ravel() for each in value.answers)])
    known = every[np.isfinite(every)]
    margin = 0.06 * (known.max() - known.min()) or 0.5
    panel.set(xlim=value.axes[0][[0, -1]], ylim=(known.min() - margin, known.max() + margin))


def _named(value: DecisionPicture, axes: Axes) -> list[str]:
    """The names of colours, whose samples are drawn on these Axes for the legend; none where one colour has no name."""
    if value.classes or (len(value.axes) == 1 and len(value.target_names) > 1):
        names, shown = list(value.target_names), colours(len(value.target_names))
    elif len(value.axes) == 2 and value.midpoint is not None:
        names, shown = [f"{_one_name(value)} {side}" for side in ("false", "true")], list(LINES[:2])
    else:
        return []
    for colour in shown:
        axes.plot([], [], "o", color=colour, label="sample")
    return names
