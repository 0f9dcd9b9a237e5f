"""The loss of one run."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.ticker import FuncFormatter, LogLocator, MaxNLocator, NullFormatter

from backsweep.errors import ResultsError

from ..arrays import Floats, Integers
from .levels import number_text
from .style import LINES, label_epochs


@dataclass(frozen=True)
class LossPicture:
    """Losses of a run, (epochs,), each before that epoch's update."""

    run: int
    epoch: Integers
    loss: Floats

    @property
    def alt_text(self) -> str:
        """For those who do not see it."""
        begin, end = (f"{loss:.3g}" if np.isfinite(loss) else "infinity" for loss in self.loss[[0, -1]])
        return f"The loss of run {self.run} goes from {begin} to {end} in {self.epoch[-1]:,} epochs."

    @property
    def caption(self) -> str:
        """What is shown, and how it was computed."""
        return f"The loss of run {self.run} by epoch, over all samples, before the epoch's first update."


def loss_picture(losses: pd.DataFrame, run: int) -> LossPicture:
    """Of the losses of a run by epoch, columns epoch and loss, thinned; ResultsError where none is finite."""
    if not np.isfinite(losses["loss"]).any():
        raise ResultsError(f"run {run}: no finite loss was recorded; there is none to draw")
    shown = thinned(losses)
    return LossPicture(run, shown["epoch"].to_numpy(), shown["loss"].to_numpy(np.float64))


def draw_loss(value: LossPicture, axes: Axes) -> Axes:
    """The loss by epoch, on a log scale where it is positive."""
    alone = len(value.epoch) == 1
    axes.plot(value.epoch, value.loss, color=LINES[0], linewidth=1.6, marker="o" if alone else "", clip_on=not alone)
    axes.set(xlabel="epochs", xlim=(0, 1.02 * max(value.epoch[-1], 1)))
    axes.xaxis.set_major_locator(MaxNLocator(6, integer=True))
    scale_losses(axes, np.asarray(value.loss))
    label_epochs(axes.xaxis)
    return axes


def scale_losses(axes: Axes, losses: Floats) -> float:
    """A log scale if all of these that are finite are positive, and its labels; the upper end of the axis."""
    finite = losses[np.isfinite(losses)]
    low, high = finite.min(initial=np.inf), finite.max(initial=-np.inf)
    low, high = (low, high) if len(finite) else (0.1, 1.0)
    logarithmic = low > 0
    margin = (high / low) ** 0.05 * 1.02 if logarithmic else 0.05 * (high - low or 1)
    ends = (low / margin, high * margin) if logarithmic else (low - margin, high + margin)
    axes.set(ylabel="loss", yscale="log" if logarithmic else "linear", ylim=ends)
    if logarithmic:
        axes.yaxis.set_major_locator(LogLocator(10, (1.0,) if ends[1] > 1000 * ends[0] else (1.0, 2.0, 5.0)))
        axes.yaxis.set_minor_formatter(NullFormatter())
    axes.yaxis.set_major_formatter(FuncFormatter(lambda loss, _: number_text(loss)))
    return float(ends[1])


def thinned(trajectory: pd.DataFrame, most: int = 1000) -> pd.DataFrame:
    """At most `most` rows of a trajectory, evenly spaced, the last among them: more cannot be seen."""
    picks: Sequence[int] = np.unique(np.linspace(0, len(trajectory) - 1, most).round().astype(int)).tolist()
    return trajectory.iloc[list(picks)]
