"""When runs converge: the distribution of the epochs, as a histogram and as a cumulative share.

Both show shares of all runs and not only of those that converged. So the areas of the histogram and the end of the curve fall
short of one by the runs that did not converge, and a group with few but early convergences does not look good.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd
from matplotlib.axes import Axes

from backsweep.errors import ResultsError
from backsweep.outcomes import Outcome, ended

from ..arrays import Floats
from ..statistics.groups import at_quantiles
from ..text.numbers import percent_text
from .legends import legend_above
from .style import DASHES, colours
from .survival import SurvivalPicture, draw_curves, few_groups, note_of, of_groups, survival_curves
from .ticks import label_log_epochs, label_shares

MOST_BINS = 50


@dataclass(frozen=True)
class EpochsHistogram:
    """Shares of each group's runs that converged in bins of epochs, edges[k] <= epochs < edges[k + 1], 0 among those of 1.

    share: (groups, bins). quartiles: epochs by which a quarter and three quarters of those that converged had, (groups, 2).
    """

    edges: Floats
    share: Floats
    quartiles: Floats
    labels: list[str]
    chosen: str
    pooled: tuple[str, ...]

    @property
    def names(self) -> list[str]:
        """The labels, each with the share that is not in the picture."""
        missing = np.round(1 - self.share.sum(axis=1), 12)
        return [f"{label}: {percent_text(share)} not converged" for label, share in zip(self.labels, missing, strict=True)]

    @property
    def alt_text(self) -> str:
        """For those who do not see it."""
        spread = [
            f", the middle half of the others between epochs {low:,.0f} and {high:,.0f}" if low <= high else ""
            for low, high in self.quartiles
        ]
        return "Histogram of epochs to convergence. " + "; ".join(map("".join, zip(self.names, spread, strict=True))) + "."

    @property
    def caption(self) -> str:
        """What is shown, and how it was computed."""
        return (
            "Epochs to convergence, as shares of all runs; those that did not converge, for whatever reason, are in no bin. "
            "Bins are equally wide on the log scale as far as whole epochs allow; one that is wider than most is drawn lower, "
            f"so that areas are shares. Epoch 0 is in the bin of epoch 1.{of_groups(self.chosen, self.pooled)}"
        )


def epochs_histogram(table: pd.DataFrame, by: Sequence[str] | None = None) -> EpochsHistogram:
    """Of the groups of `survival.few_groups`; twice the cube root of a group's converged runs as bins, at most fifty.

    ResultsError where no run converged, and as there.
    """
    groups = few_groups(table, by)
    converged = ended(groups.table, Outcome.CONVERGED)
    if not converged.any():
        raise ResultsError("no run converged; there are no epochs to convergence to draw")
    number, count = groups.number[converged], len(groups.labels)
    epochs = groups.table["epochs"].to_numpy()[converged].astype(np.float64)
    edges = _edges(np.maximum(epochs, 1), round(2 * (len(epochs) / count) ** (1 / 3)))
    bins = len(edges) - 1
    at = np.searchsorted(edges, np.maximum(epochs, 1), side="right") - 1
    share = np.bincount(number * bins + at, minlength=count * bins).reshape(count, bins)
    size = np.bincount(groups.number, minlength=count)
    quartiles = np.append(epochs, np.nan)[at_quantiles(number, epochs, count, [0.25, 0.75])]
    return EpochsHistogram(edges, share / size[:, None], quartiles.T, groups.labels, groups.chosen, groups.pooled)


def _edges(epochs: Floats, bins: int) -> Floats:
    """Whole numbers, so that every bin holds whole epochs: bins narrower than one epoch would leave gaps between them."""
    return np.unique(np.geomspace(epochs.min(), epochs.max() + 1, min(max(bins, 5), MOST_BINS) + 1).round())


def draw_histogram(value: EpochsHistogram, axes: Axes) -> Axes:
    """Outlines of the shares that converged, one line per group; epochs on a log scale."""
    width = np.diff(np.log(value.edges))
    inside = {1: 0.35, 2: 0.12, 3: 0.12}.get(len(value.labels), 0)  # more on top of each other hide their outlines
    for group, (share, colour) in enumerate(zip(value.share, colours(len(value.labels)), strict=True)):
        height = share * np.median(width) / width
        axes.stairs(height, value.edges, color=colour, linestyle=DASHES[group % len(DASHES)], linewidth=1.6, label="outline")
        axes.stairs(height, value.edges, color=colour, fill=True, alpha=inside, linewidth=0)
    axes.set(xscale="log", xlabel="epochs to convergence", ylabel="runs in each bin")
    axes.set_ylim(bottom=0)
    label_log_epochs(axes.xaxis)
    label_shares(axes.yaxis)
    legend_above(axes, value.names, note_of(value.chosen, value.pooled))
    return axes


class EpochsEcdf(SurvivalPicture):
    """The same curves the other way up: the share that has converged."""

    @property
    def alt_text(self) -> str:
        """For those who do not see it."""
        return f"Rising curves of the share of runs that have converged, by epoch. {self.findings}"

    @property
    def caption(self) -> str:
        """What is shown, and how it was computed."""
        return (
            "Share of runs that have converged, one less the Kaplan–Meier curve, with its 95 % bands. Capped runs count "
            "as censored, diverged and stalled runs as never converging: a curve levels off at the share that ever does. "
            f"Epoch 0 stands at the left edge.{of_groups(self.chosen, self.pooled)}"
        )


def epochs_ecdf(table: pd.DataFrame, by: Sequence[str] | None = None) -> EpochsEcdf:
    """Of the groups of `survival.few_groups`; ResultsError as there."""
    return EpochsEcdf(*survival_curves(few_groups(table, by)))


def draw_ecdf(value: EpochsEcdf, axes: Axes) -> Axes:
    """The share of runs that has converged by each epoch, with 95 % bands; epochs on a log scale."""
    return draw_curves(value, axes, lambda share: 1 - share, "converged")
