"""The loss of one run, or of several in one picture."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.ticker import FuncFormatter

from backsweep.errors import ResultsError

from ..analysis.tables import axis_columns, setting_labels
from ..arrays import Floats, Integers
from .legends import legend_above
from .levels import number_text
from .style import DASHES, colours
from .ticks import label_epochs, label_log

MOST_CURVES = 16


@dataclass(frozen=True)
class LossCurve:
    """Losses of a run, (epochs,), each before that epoch's update. label: what tells it from the other runs."""

    run: int
    label: str
    epoch: Integers
    loss: Floats

    @property
    def alt_text(self) -> str:
        """Where it begins and ends."""
        return f"{begin_to_end(self.loss)} in {self.epoch[-1]:,} epochs"


@dataclass(frozen=True)
class LossPicture:
    """The losses of one run or several."""

    curves: list[LossCurve]

    @property
    def alt_text(self) -> str:
        """For those who do not see it."""
        found = "; ".join(f"of run {curve.run} goes {curve.alt_text}" for curve in self.curves)
        return f"The loss {found}."

    @property
    def caption(self) -> str:
        """What is shown, and how it was computed."""
        runs = ", ".join(str(curve.run) for curve in self.curves)
        of = f"run {runs}" if len(self.curves) == 1 else f"each of the runs {runs}"
        return f"The loss of {of} by epoch, over all samples, before the epoch's first update."


def loss_picture(
    losses: pd.DataFrame, run: int | Sequence[int] | None = None, table: pd.DataFrame | None = None
) -> LossPicture:
    """Of the losses of runs by epoch, thinned: columns run, epoch and loss.

    run: the number, if they are all of one run. table: one row per run, for the labels of several.
    ResultsError where none is finite.
    """
    losses = losses.assign(run=run) if isinstance(run, int | np.integer) else losses
    runs = losses["run"].unique().tolist()
    if not np.isfinite(losses["loss"]).any():
        which = f"run {runs[0]}" if len(runs) == 1 else "these runs"
        raise ResultsError(f"{which}: no finite loss was recorded; there is none to draw")
    curves = [thinned(losses[losses["run"] == each]) for each in runs]
    found = zip(runs, _labels(runs, table), curves, strict=True)
    return LossPicture(
        [LossCurve(each, label, of["epoch"].to_numpy(), of["loss"].to_numpy(np.float64)) for each, label, of in found]
    )


def _labels(runs: list[int], table: pd.DataFrame | None) -> list[str]:
    """Each run's number, and the settings and seed in which the runs differ."""
    names = [f"run {run}" for run in runs]
    if table is None or len(runs) == 1 or not set(runs) <= set(table["run"]):
        return names
    rows = table.set_index("run").loc[runs]
    differing = [name for name in [*axis_columns(table), "seed"] if len(rows[name].drop_duplicates()) > 1]
    return [f"{name}: {label}" for name, label in zip(names, setting_labels(rows[differing]), strict=True)]


def begin_to_end(losses: Floats) -> str:
    """From which loss to which, for those who do not see it."""
    begin, end = (f"{loss:.3g}" if np.isfinite(loss) else "infinity" for loss in losses[[0, -1]])
    return f"from {begin} to {end}"


def draw_loss(value: LossPicture, axes: Axes) -> Axes:
    """The loss by epoch, on a log scale where it is positive; a colour and a pattern for each run."""
    last = max(int(curve.epoch[-1]) for curve in value.curves)
    for place, (curve, colour) in enumerate(zip(value.curves, colours(len(value.curves)), strict=True)):
        alone = len(curve.epoch) == 1
        shown: dict[str, Any] = {"marker": "o" if alone else "", "clip_on": not alone, "linestyle": DASHES[place % len(DASHES)]}
        axes.plot(curve.epoch, curve.loss, color=colour, linewidth=1.6, label="run", **shown)
    axes.set(xlabel="epochs", xlim=(0, 1.02 * max(last, 1)))
    scale_losses(axes, np.concatenate([curve.loss for curve in value.curves]))
    label_epochs(axes.xaxis)
    if len(value.curves) > 1:
        legend_above(axes, [curve.label for curve in value.curves])
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
        label_log(axes.yaxis, number_text)
    else:
        axes.yaxis.set_major_formatter(FuncFormatter(lambda loss, _: number_text(loss)))
    return float(ends[1])


def thinned(trajectory: pd.DataFrame, most: int = 1000) -> pd.DataFrame:
    """At most `most` rows of a trajectory, evenly spaced, the last among them: more cannot be seen."""
    picks: Sequence[int] = np.unique(np.linspace(0, len(trajectory) - 1, most).round().astype(int)).tolist()
    return trajectory.iloc[list(picks)]
