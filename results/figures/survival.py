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
from backsweep.outcomes import Outcome, ended

from ..analysis.ranking import order_of
from ..analysis.summaries import known_until
from ..analysis.tables import axis_columns, curves_of, grouped, pooled, setting_labels, settings_to_group_by, summary
from ..arrays import Floats, Integers
from ..statistics.survival import Survival, least_share, runs_before_first, survival_quantile
from ..text.numbers import percent_text
from .legends import legend_above, together
from .style import DASHES, LINES, colours
from .ticks import label_log_epochs, label_shares

MOST_GROUPS = 16  # that can be told apart, if they have to be


def best_cells(table: pd.DataFrame, most: int = len(LINES)) -> pd.DataFrame:
    """Summaries of cells: for each value of the setting with the fewest values the best cell, as `ranking.ranked` has it.

    The settings are the first columns, in the order of the table. Where nothing varies, the one cell.
    """
    names = axis_columns(table)
    ranked = _ranked(table, names)
    if len(names) == 1 and (ranked["success"] > 0).any():
        ranked = ranked[ranked["success"] > 0]  # of one setting many values may fail, and say nothing in a picture
    if len(names) > 1:
        fewest = ranked.iloc[:, names.index(_fewest_values(table))]
        ranked = ranked.groupby(fewest, sort=False, observed=True, dropna=False).head(1)
    return ranked.head(most).sort_index()


def _fewest_values(table: pd.DataFrame) -> str:
    return min(axis_columns(table), key=lambda name: table[name].nunique(dropna=False))


def _ranked(table: pd.DataFrame, names: Sequence[str]) -> pd.DataFrame:
    """The summary by these settings, the best first; its index is the number of the group."""
    number, settings = grouped(table, names)
    return summary(table, names).iloc[order_of(table, number, len(settings))]


@dataclass(frozen=True)
class Groups:
    """A few groups of runs: which group each run of `table` belongs to, (runs,), and the groups' labels.

    chosen: which groups these are of how many, in words, or nothing where they are all. pooled: settings whose runs are taken
    together.
    """

    table: pd.DataFrame
    number: Integers
    labels: list[str]
    chosen: str
    pooled: tuple[str, ...]


def few_groups(table: pd.DataFrame, by: Sequence[str] | None = None) -> Groups:
    """The combinations of the settings `by`, of more than MOST_GROUPS the best; or, without `by`, `best_cells`.

    ResultsError without a run, SettingError for an unknown setting.
    """
    if table.empty:
        raise ResultsError("no run is done yet; a figure needs at least one")
    names = settings_to_group_by(table, by)
    number, settings = grouped(table, names)
    best = best_cells(table) if by is None else _ranked(table, names).head(MOST_GROUPS).sort_index()
    place = np.full(len(settings), -1)
    place[best.index] = np.arange(len(best))
    shown = place[number] >= 0
    chosen = words_of_choice(table, len(best), len(settings), of_each=by is None and len(names) > 1)
    labels, part = setting_labels(settings.loc[best.index]), table[shown]
    return Groups(part, place[number][shown], labels, chosen, pooled(part, names))


def words_of_choice(table: pd.DataFrame, shown: int, settings: int, *, of_each: bool) -> str:
    """Which settings are shown of how many, or nothing where they are all. of_each: whether as `best_cells` has them."""
    if shown == settings:
        return ""
    fewest = _fewest_values(table) if of_each else ""
    each = "each value" if of_each and table[fewest].nunique(dropna=False) == shown else f"{shown} values"
    those = f"for {each} of {fewest} the one" if of_each else "those"
    none = not ended(table, Outcome.CONVERGED).any()
    which = "with the lowest final loss, since no run converged" if none else "where most runs converge"
    return f"{shown} of {settings:,} settings: {those} {which}"


@dataclass(frozen=True)
class SurvivalPicture:
    """Survival curves with their labels.

    until: to which epoch each curve is known, as `summaries.known_until` has it. before: how many runs are known not to have
    converged before the first one does, (curves,). last: the epoch of the last run of all. chosen, pooled: as of `Groups`.
    """

    curves: Survival
    labels: list[str]
    until: list[float]
    before: Integers
    last: int
    chosen: str
    pooled: tuple[str, ...]

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
            f"diverged and stalled runs as never converging. Before a run has converged the band is Clopper and Pearson's. "
            f"Epoch 0 stands at the left edge.{of_groups(self.chosen, self.pooled)}"
        )


def of_groups(chosen: str, pooled: Sequence[str]) -> str:
    """Which groups of how many are shown, and what is in each, as sentences of a caption."""
    each = f" Each group holds {together(pooled)}." if pooled else ""
    return f"{f' Shown are {chosen}.' if chosen else ''}{each}"


def note_of(chosen: str, pooled: Sequence[str]) -> str:
    """The same as a note in a picture."""
    return "; ".join(words for words in (chosen, together(pooled)) if words)


def survival_picture(table: pd.DataFrame, by: Sequence[str] | None = None) -> SurvivalPicture:
    """The curves of `few_groups`; ResultsError as there."""
    return SurvivalPicture(*survival_curves(few_groups(table, by)))


def survival_curves(groups: Groups) -> tuple[Survival, list[str], list[float], Integers, int, str, tuple[str, ...]]:
    """What a `SurvivalPicture` of these groups holds."""
    table, number, count = groups.table, groups.number, len(groups.labels)
    curves, epochs = curves_of(table, number), table["epochs"].to_numpy()
    before = runs_before_first(curves, number, epochs, ended(table, Outcome.CAPPED), count)
    until = known_until(table, number, count).tolist()
    return curves, groups.labels, until, before, int(epochs.max()), groups.chosen, groups.pooled


def draw_survival(value: SurvivalPicture, axes: Axes) -> Axes:
    """The share of runs that has not converged by each epoch, with 95 % bands; epochs on a log scale."""
    return draw_curves(value, axes, lambda share: share, "not yet converged")


def draw_curves(value: SurvivalPicture, axes: Axes, shown: Callable[[Floats], Floats], name: str) -> Axes:
    """Of each curve what `shown` makes of the share not yet converged."""
    curves = value.curves
    begin = max(1, int(curves.epoch[curves.epoch > 0].min(initial=max(value.last, 2)) * 0.7))
    end = 1.04 * max(value.last, begin + 1)
    ends = zip(value.until, least_share(value.before), colours(len(value.labels)), strict=True)
    for group, (until, least, colour) in enumerate(ends):
        mine = curves.group == group
        epoch = np.concatenate([[begin], np.maximum(curves.epoch[mine], begin), [min(max(until, begin), end)]])
        lines = ((1.0, curves.survival), (least, curves.low), (1.0, curves.high))
        share, low, high = (shown(_extended(begins, line[mine])) for begins, line in lines)
        dash = DASHES[group % len(DASHES)]
        axes.step(epoch, share, where="post", color=colour, linestyle=dash, label="curve", linewidth=1.6)
        alpha = 0.15 if len(value.labels) <= len(LINES) else 0.06
        axes.fill_between(epoch, low, high, step="post", color=colour, alpha=alpha, linewidth=0)
    axes.set(xscale="log", xlim=(begin, end), ylim=(-0.02, 1.02), xlabel="epochs", ylabel=name)
    label_log_epochs(axes.xaxis)
    label_shares(axes.yaxis)
    legend_above(axes, value.labels, note_of(value.chosen, value.pooled))
    return axes


def _extended(begins: float, line: Floats) -> Floats:
    line = np.concatenate([[begins], line])
    return np.append(line, line[-1])
