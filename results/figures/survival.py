"""How soon runs converge: survival curves of a few cells."""

from dataclasses import dataclass

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.ticker import PercentFormatter

from ..survival import Survival
from ..tables import axis_columns, level_texts, summary, survival
from .style import LINES, label_epochs


@dataclass(frozen=True)
class SurvivalPicture:
    """Survival curves with their labels, and the epoch to which they are drawn."""

    curves: Survival
    labels: list[str]
    last: int


def best_cells(table: pd.DataFrame, most: int = len(LINES)) -> pd.DataFrame:
    """Summaries of cells: for each value of the setting with the fewest values the cell where most runs converge.

    Between equals the sooner median wins. Where nothing varies, the one cell.
    """
    found = summary(table)
    names = axis_columns(table)
    if len(names) == 1 and (found["success"] > 0).any():
        found = found[found["success"] > 0]  # of one setting many values may fail, and say nothing in a picture
    ranked = found.sort_values(["success", "median_epochs"], ascending=[False, True], kind="stable")
    if len(names) > 1:
        fewest = min(names, key=lambda name: table[name].nunique(dropna=False))
        ranked = ranked.groupby(fewest, sort=False, observed=True, dropna=False).head(1)
    return ranked.head(most).sort_index()


def survival_picture(table: pd.DataFrame) -> SurvivalPicture:
    """The curves of `best_cells`."""
    names = axis_columns(table)
    cells = best_cells(table)
    chosen = table.merge(cells[names], on=names) if names else table
    curves, settings = survival(chosen, names)
    texts = {str(name): level_texts(settings[name].tolist(), digits=3) for name in settings}
    labels = [", ".join(f"{name} {column[k]}" for name, column in texts.items()) for k in range(len(settings))]
    return SurvivalPicture(curves, [str(label) or "all runs" for label in labels or [""]], int(chosen["epochs"].max()))


def draw_survival(value: SurvivalPicture, axes: Axes) -> Axes:
    """The share of runs that has not converged by each epoch, with 95 % bands; epochs on a log scale."""
    curves = value.curves
    positive = curves.epoch[curves.epoch > 0]
    begin = max(1, int(positive.min(initial=max(value.last, 2)) * 0.7))
    for group, (label, colour) in enumerate(zip(value.labels, LINES, strict=False)):
        mine = curves.group == group
        epoch = np.concatenate([[begin], np.maximum(curves.epoch[mine], begin), [max(value.last, begin + 1)]])
        share, low, high = (_extended(line[mine]) for line in (curves.survival, curves.low, curves.high))
        axes.step(epoch, share, where="post", color=colour, label=label, linewidth=1.6)
        axes.fill_between(epoch, low, high, step="post", color=colour, alpha=0.18, linewidth=0)
    axes.set(xscale="log", ylim=(-0.02, 1.02), xlabel="epochs", ylabel="not yet converged")
    label_epochs(axes.xaxis)
    axes.yaxis.set_major_formatter(PercentFormatter(1, decimals=0))
    axes.legend(loc="best")
    return axes


def _extended(line: np.ndarray) -> np.ndarray:
    return np.concatenate([[1.0], line, line[-1:] if len(line) else [1.0]])
