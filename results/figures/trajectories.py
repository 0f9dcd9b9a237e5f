"""The course of the loss of all runs of a cell: its median, and bands that contain half and nine tenths of the runs."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd
from matplotlib.axes import Axes

from backsweep import arguments
from backsweep.errors import ResultsError, SettingError
from backsweep.outcomes import Outcome, ended
from backsweep.ranges import ANY_COUNT

from ..analysis.loss_bands import loss_bands
from ..analysis.tables import axis_columns, setting_labels
from ..arrays import Floats, Integers
from ..statistics.loss_bands import BANDS
from ..text.numbers import percent_text
from .legends import legend_above
from .loss import begin_to_end, scale_losses
from .style import DASHES, LINES
from .survival import best_cells, words_of_choice
from .ticks import label_epochs, label_log_epochs

MOST_CELLS = 3
MOST_EPOCHS = 400  # more cannot be seen


@dataclass(frozen=True)
class LossBands:
    """Losses of the runs of one cell by epoch, (epochs,): quantiles at BANDS, (5, epochs), inf where runs have diverged.

    runs: how many were recorded; diverged: the share of them that did.
    """

    label: str
    runs: int
    diverged: float
    epoch: Integers
    quantiles: Floats

    @property
    def count(self) -> str:
        """How many runs, as a text."""
        return f"{self.runs:,} run{'s' if self.runs != 1 else ''}"

    @property
    def alt_text(self) -> str:
        """Where the median begins and ends, and what diverged."""
        diverged = f", {percent_text(self.diverged)} diverge" if self.diverged else ""
        return f"{self.label} ({self.count}): {begin_to_end(self.quantiles[2])} at epoch {self.epoch[-1]:,}{diverged}"


@dataclass(frozen=True)
class TrajectoriesPicture:
    """The bands of one cell or a few. chosen: which of how many these are, in words, or nothing where they are all."""

    cells: list[LossBands]
    chosen: str

    @property
    def log_epochs(self) -> bool:
        """Whether most epochs of a cell are early ones, so that a linear scale would leave no room for them."""
        last = max(bands.epoch[-1] for bands in self.cells)
        return any(0 < np.median(bands.epoch[bands.epoch > 0]) < last / 4 for bands in self.cells if bands.epoch[-1] > 0)

    @property
    def alt_text(self) -> str:
        """For those who do not see it."""
        return f"Median loss by epoch, with bands. {'; '.join(bands.alt_text for bands in self.cells)}."

    @property
    def caption(self) -> str:
        """What is shown, and how it was computed."""
        return (
            "Loss by epoch: the median of the runs that were recorded, and where the middle 50 % (dark) and 90 % (light) of "
            "them are. A run that has ended keeps its last loss; one that diverged counts as infinite from then on, above the "
            f"picture.{' Epoch 0 stands at the left edge.' if self.log_epochs else ''} "
            f"{f'Shown are {self.chosen}. ' if self.chosen else ''}"
            f"{'; '.join(f'{bands.label}: {bands.count}' for bands in self.cells)}."
        )


def trajectories_picture(table: pd.DataFrame, records: pd.DataFrame, cells: Sequence[int] | None = None) -> TrajectoriesPicture:
    """Of these cells, three at most; by default one or a few in which runs were recorded, as `survival.best_cells` has them.

    table: one row per run. records: as `Results.trajectories` gives them, columns run, epoch and loss; a run's last record is
    where it ended. ResultsError where nothing was recorded or is finite; SettingError for a cell without a record, and for more
    than three.
    """
    recorded = table[table["run"].isin(records["run"].unique())]
    if recorded.empty:
        raise ResultsError("nothing was recorded of these runs; record = { every = 10 } in a spec records each tenth epoch")
    chosen = _best(recorded) if cells is None else arguments.wholes("cells", cells, ANY_COUNT)
    if not 0 < len(chosen) <= MOST_CELLS:
        raise SettingError(["cells"], f"{len(chosen)} were given; a picture shows 1 to {MOST_CELLS}")
    for cell in chosen:
        if not (recorded["cell"] == cell).any():
            raise SettingError(["cells"], f"nothing was recorded of cell {cell}")
    firsts = pd.concat([recorded[recorded["cell"] == cell].head(1) for cell in chosen])
    labels = setting_labels(firsts[axis_columns(table)])
    members = recorded[recorded["cell"].isin(chosen)]
    cell = pd.Index(chosen).get_indexer(members["cell"].to_numpy())
    bands = loss_bands(records, members, cell, MOST_EPOCHS)
    diverged = np.bincount(cell, weights=ended(members, Outcome.DIVERGED)) / np.bincount(cell)
    found = [_of_cell(label, bands[bands["group"] == k], diverged[k]) for k, label in enumerate(labels)]
    if not any(np.isfinite(bands.quantiles).any() for bands in found):
        raise ResultsError(f"{' and '.join(labels)}: nearly all runs diverged at once{_from(records, members)}")
    of_each = len(axis_columns(table)) > 1
    which = words_of_choice(recorded, len(chosen), recorded["cell"].nunique(), of_each=of_each) if cells is None else ""
    return TrajectoriesPicture(found, which)


def _from(records: pd.DataFrame, members: pd.DataFrame) -> str:
    """Where runs without a course began, as the end of a sentence."""
    losses = records.loc[records["run"].isin(members["run"]) & np.isfinite(records["loss"]), "loss"]
    if losses.empty:
        return "; there is no finite loss to draw"
    least, most = losses.min(), losses.max()
    begin = f"a loss of {least:.3g}" if least == most else f"losses of {least:.3g} to {most:.3g}"
    return f", from {begin}; there is no course to draw, see train.bound"


def _best(table: pd.DataFrame) -> list[int]:
    names = axis_columns(table)
    if not names:
        return [int(table["cell"].iloc[0])]
    best = best_cells(table, MOST_CELLS).iloc[:, : len(names)].set_axis(names, axis="columns")
    return best.merge(table.drop_duplicates("cell"), on=names)["cell"].tolist()


def _of_cell(label: str, bands: pd.DataFrame, diverged: float) -> LossBands:
    quantiles = bands[list(BANDS)].to_numpy().T
    return LossBands(label, int(bands["runs"].iloc[0]), float(diverged), bands["epoch"].to_numpy(), quantiles)


def draw_trajectories(value: TrajectoriesPicture, axes: Axes) -> Axes:
    """Medians as lines, bands in their colours; the loss on a log scale where it is positive."""
    above = 10 * scale_losses(axes, np.concatenate([bands.quantiles.ravel() for bands in value.cells]))
    begin, end = _scale_epochs(value, axes)
    for bands, colour, dash in zip(value.cells, LINES, DASHES, strict=False):
        epoch = np.append(np.maximum(bands.epoch, begin), end if len(bands.epoch) == 1 else bands.epoch[-1])
        low, lower, median, upper, high = np.minimum(np.column_stack([bands.quantiles, bands.quantiles[:, -1]]), above)
        axes.fill_between(epoch, low, high, color=colour, alpha=0.12, linewidth=0)
        axes.fill_between(epoch, lower, upper, color=colour, alpha=0.25, linewidth=0)
        axes.plot(epoch, median, color=colour, linestyle=dash, linewidth=1.8, label="median")
    legend_above(axes, [bands.label for bands in value.cells], value.chosen)
    return axes


def _scale_epochs(value: TrajectoriesPicture, axes: Axes) -> tuple[float, float]:
    """The ends of the axis of epochs, when it has its scale and its labels."""
    epochs = np.concatenate([bands.epoch for bands in value.cells])
    begin, end = (0.7 * epochs[epochs > 0].min() if value.log_epochs else 0.0), max(float(epochs.max()), 1.0)
    axes.set(xlabel="epochs", xscale="log" if value.log_epochs else "linear", xlim=(begin, end))
    if value.log_epochs:
        label_log_epochs(axes.xaxis)
    else:
        label_epochs(axes.xaxis)
    return begin, end
