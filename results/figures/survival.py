"""How soon runs converge: survival curves of a few groups of runs.

A curve ends where its last run was cut off, because nobody knows what lies beyond. If no run was cut off, the runs that have
not converged never will, and the curve continues to the edge.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd
from matplotlib.axes import Axes

from backsweep.errors import ResultsError

from ..analysis.summaries import known_until
from ..analysis.tables import axis_columns, curves_of, grouped, setting_labels, settings_to_group_by, summary
from ..arrays import Floats, Integers
from ..statistics.survival import Survival, survival_quantile
from ..text.numbers import percent_text
from .style import DASHES, LINES, label_log_epochs, label_shares, legend_above


def best_cells(table: pd.DataFrame, most: int = len(LINES)) -> pd.DataFrame:
    """Summaries of cells: for each value of the setting with the fewest values the cell where most runs converge.

    The settings are the first columns, in the order of the table. Between equals the sooner median wins. Where nothing varies,
    the one cell.
    """
    found = summary(table)
    names = axis_columns(table)
    if len(names) == 1 and (found["success"] > 0).any():
        found = found[found["success"] > 0]  # of one setting many values may fail, and say nothing in a picture
    ranked = _ranked(found)
    if len(names) > 1:
        fewest = ranked.iloc[:, names.index(_fewest_values(table))]
        ranked = ranked.groupby(fewest, sort=False, observed=True, dropna=False).head(1)
    return ranked.head(most).sort_index()


def _fewest_values(table: pd.DataFrame) -> str:
    return min(axis_columns(table), key=lambda name: table[name].nunique(dropna=False))


def _ranked(found: pd.DataFrame) -> pd.DataFrame:
    return found.sort_values(["success", "median_epochs"], ascending=[False, True], kind="stable")


@dataclass(frozen=True)
class Groups:
    """A few groups of runs: which group each run of `table` belongs to, (runs,), and the groups' labels.

    chosen: a sentence that says which groups these are of how many, or nothing where they are all.
    """

    table: pd.DataFrame
    number: Integers
    labels: list[str]
    chosen: str


def few_groups(table: pd.DataFrame, by: Sequence[str] | None = None) -> Groups:
    """As many groups as there are colours: the combinations of the settings `by` where most runs converge, or `best_cells`.

    ResultsError without a run, SettingError for an unknown setting.
    """
    if table.empty:
        raise ResultsError("no run is done yet; a figure needs at least one")
    names = settings_to_group_by(table, by)
    number, settings = grouped(table, names)
    best = best_cells(table) if by is None else _ranked(summary(table, names)).head(len(LINES)).sort_index()
    place = np.full(len(settings), -1)
    place[best.index] = np.arange(len(best))
    shown = place[number] >= 0
    of_each = f": for each value of {_fewest_values(table)} the one" if by is None and len(names) > 1 else ", those"
    chosen = f" Shown are {len(best)} of {len(settings):,} settings{of_each} where most runs converge."
    labels = setting_labels(settings.loc[best.index])
    return Groups(table[shown], place[number][shown], labels, chosen if len(best) < len(settings) else "")


@dataclass(frozen=True)
class SurvivalPicture:
    """Survival curves with their labels.

    until: to which epoch each curve is known, as `summaries.known_until` has it. last: the epoch of the last run of all.
    chosen: as of `Groups`.
    """

    curves: Survival
    labels: list[str]
    until: list[float]
    last: int
    chosen: str

    @property
    def alt_text(self) -> str:
        """For those who do not see it."""
        return f"Falling curves of the share of runs not yet converged, by epoch. {self.findings}"

    @property
    def findings(self) -> str:
        """Of each curve how many converge, and when half have."""
        half, _, _ = survival_quantile(self.curves, len(self.labels))
        found: list[str] = []
        for group, (label, until) in enumerate(zip(self.labels, self.until, strict=True)):
            left = self.curves.survival[self.curves.group == group]
            share = 1 - left[-1] if len(left) else 0.0
            soon = f", half by epoch {half[group]:,.0f}" if np.isfinite(half[group]) else ""
            by = f" by epoch {until:,.0f}" if np.isfinite(until) else ""
            found.append(f"{label}: {percent_text(share)} converged{by}{soon}")
        return "; ".join(found) + "."

    @property
    def caption(self) -> str:
        """What is shown, and how it was computed."""
        return (
            "Share of runs not yet converged (Kaplan–Meier, 95 % log-log bands). Capped runs count as censored, "
            f"diverged and stalled runs as never converging. Epoch 0 stands at the left edge.{self.chosen}"
        )


def survival_picture(table: pd.DataFrame, by: Sequence[str] | None = None) -> SurvivalPicture:
    """The curves of `few_groups`; ResultsError as there."""
    return SurvivalPicture(*survival_curves(few_groups(table, by)))


def survival_curves(groups: Groups) -> tuple[Survival, list[str], list[float], int, str]:
    """What a `SurvivalPicture` of these groups holds."""
    until = known_until(groups.table, groups.number, len(groups.labels)).tolist()
    return curves_of(groups.table, groups.number), groups.labels, until, int(groups.table["epochs"].max()), groups.chosen


def draw_survival(value: SurvivalPicture, axes: Axes) -> Axes:
    """The share of runs that has not converged by each epoch, with 95 % bands; epochs on a log scale."""
    return draw_curves(value, axes, lambda share: share, "not yet converged")


def draw_curves(value: SurvivalPicture, axes: Axes, shown: Callable[[Floats], Floats], name: str) -> Axes:
    """Of each curve what `shown` makes of the share not yet converged."""
    curves = value.curves
    begin = max(1, int(curves.epoch[curves.epoch > 0].min(initial=max(value.last, 2)) * 0.7))
    end = 1.04 * max(value.last, begin + 1)
    for group, (until, colour, dash) in enumerate(zip(value.until, LINES, DASHES, strict=False)):
        mine = curves.group == group
        epoch = np.concatenate([[begin], np.maximum(curves.epoch[mine], begin), [min(max(until, begin), end)]])
        share, low, high = (shown(_extended(line[mine])) for line in (curves.survival, curves.low, curves.high))
        axes.step(epoch, share, where="post", color=colour, linestyle=dash, label="curve", linewidth=1.6)
        axes.fill_between(epoch, low, high, step="post", color=colour, alpha=0.15, linewidth=0)
    axes.set(xscale="log", xlim=(begin, end), ylim=(-0.02, 1.02), xlabel="epochs", ylabel=name)
    label_log_epochs(axes.xaxis, begin, end)
    label_shares(axes.yaxis)
    legend_above(axes, value.labels)
    return axes


def _extended(line: Floats) -> Floats:
    return np.concatenate([[1.0], line, line[-1:] if len(line) else [1.0]])
