"""Every weight and bias of one network over its epochs, one panel per layer."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from matplotlib.axes import Axes

from backsweep.errors import ResultsError, SettingError
from backsweep.networks import Network

from ..arrays import Floats, Integers
from .legends import legend_above
from .panels import panels_of
from .style import INK, colours
from .ticks import label_epochs

MOST_EPOCHS, MOST_NUMBERS = 200, 10**7  # of a picture by default; weights times epochs, which are in memory together
MOST_LAYERS, MOST_LINES, MOST_COLOURS = 8, 200, 8


@dataclass(frozen=True)
class WeightsPicture:
    """Weights and biases of a run, at epochs (epochs,).

    weights: per layer (epochs, units, inputs of the layer). biases: per layer (epochs, units); none without biases.
    """

    run: int
    epoch: Integers
    weights: list[Floats]
    biases: list[Floats]

    @property
    def alt_text(self) -> str:
        """For those who do not see it."""
        found = "; ".join(
            f"layer {place} from {np.abs(layer[0]).max():.3g} to {np.abs(layer[-1]).max():.3g}"
            for place, layer in enumerate(self.weights, 1)
        )
        return f"The weights of run {self.run} in {self.epoch[-1]:,} epochs. The largest in size goes in {found}."

    @property
    def caption(self) -> str:
        """What is shown, and how it was computed."""
        dashed = ", and its bias is dashed" if self.biases else ""
        most = max(layer[0].size for layer in self.weights)
        some = f" Of a layer at most {MOST_LINES} weights are shown, evenly picked." if most > MOST_LINES else ""
        again = f" Colours are those of {MOST_COLOURS} units, and then begin again." if self.units > MOST_COLOURS else ""
        of_unit = "The weights of a unit, from its inputs, have one colour"
        return f"The weights of run {self.run} by epoch, layer by layer. {of_unit}{dashed}.{again}{some}"

    @property
    def units(self) -> int:
        """How many units the widest layer has."""
        return max(layer.shape[1] for layer in self.weights)

    @property
    def note(self) -> str:
        """What is to be said of colours, and of what is not shown."""
        again = [f"colours begin again after {MOST_COLOURS} units"] if self.units > MOST_COLOURS else []
        some = [f"{MOST_LINES} weights of a layer at most"] if max(each[0].size for each in self.weights) > MOST_LINES else []
        return "; ".join(again + some)


def weights_picture(network: Network, run: int, epochs: Sequence[int] | None = None) -> WeightsPicture:
    """Of a run, at these epochs, two or more; None: evenly spaced from its start to its end.

    SettingError for other epochs, ResultsError for a network of more than MOST_LAYERS layers.
    """
    if len(network.weights) > MOST_LAYERS:
        raise ResultsError(f"run {run} has {len(network.weights)} layers; the figure weights shows {MOST_LAYERS} at most")
    states = sorted(network.at(_spaced(network) if epochs is None else epochs), key=lambda state: state.epochs)
    if len(states) < 2 and epochs is not None:
        raise SettingError(["epochs"], f"{len(states)} were given; the figure weights needs two or more")
    return WeightsPicture(
        run,
        np.array([each.epochs for each in states]),
        [np.stack(layer) for layer in zip(*(each.weights for each in states), strict=True)],
        [np.stack(layer) for layer in zip(*(each.biases for each in states), strict=True)],
    )


def _spaced(network: Network) -> list[int]:
    size = sum(layer.size for layer in network.weights)
    count = min(MOST_EPOCHS, max(MOST_NUMBERS // size, 2))
    return np.unique(np.linspace(0, network.epochs, count).round().astype(int)).tolist()


def draw_weights(value: WeightsPicture, axes: Axes) -> Axes:
    """A line for each weight, in the colour of its unit."""
    last = len(value.weights)
    panels = panels_of(axes, [f"layer {place}" if place < last else "outputs" for place in range(1, last + 1)])
    every = np.concatenate([layer.ravel() for layer in (*value.weights, *value.biases)])
    known = every[np.isfinite(every)]
    low, high = (known.min(), known.max()) if len(known) else (-1.0, 1.0)
    margin = 0.05 * (high - low) or 0.5
    for place, panel in enumerate(panels):
        _draw_layer(value, place, panel)
        panel.set(xlabel="epochs", xlim=(0, max(int(value.epoch[-1]), 1)), ylim=(low - margin, high + margin))
        label_epochs(panel.xaxis)
    panels[0].set_ylabel("weight")
    of_units = colours(min(value.units, MOST_COLOURS))
    for colour in of_units:
        axes.plot([], [], color=colour, label="unit")
    for style in ("-", (0, (3, 2))) if value.biases else ():
        axes.plot([], [], color=INK, linestyle=style, linewidth=1.0, label="kind")
    names = [f"unit {place}" for place, _ in enumerate(of_units, 1)]
    legend_above(axes, names + (["weight", "bias"] if value.biases else []), value.note)
    return axes


def _draw_layer(value: WeightsPicture, place: int, panel: Axes) -> None:
    """The weights of a layer, and its biases."""
    weights = value.weights[place]
    units, inputs = weights.shape[1:]
    of_units = colours(min(units, MOST_COLOURS))
    picks = np.unique(np.linspace(0, units * inputs - 1, MOST_LINES).round().astype(int)).tolist()
    for unit, source in (divmod(pick, inputs) for pick in picks):
        panel.plot(value.epoch, weights[:, unit, source], color=of_units[unit % len(of_units)], linewidth=1.0, alpha=0.8)
    for unit in range(min(units, MOST_LINES) if value.biases else 0):
        colour = of_units[unit % len(of_units)]
        panel.plot(value.epoch, value.biases[place][:, unit], color=colour, linewidth=1.0, linestyle=(0, (3, 2)))
