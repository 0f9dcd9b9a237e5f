"""How runs end: shares of the outcomes, one bar per combination of settings."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple

import numpy as np
import pandas as pd
from matplotlib import rc_context
from matplotlib.axes import Axes

from backsweep.errors import ResultsError
from backsweep.outcomes import OUTCOMES, Outcome

from ..analysis.tables import axis_columns, grouped, level_texts, pooled
from ..analysis.tables import outcome_shares as shares_of_outcomes
from ..arrays import Floats, Integers
from ..text.numbers import percent_text
from .legends import legend_above, together
from .levels import name_axis, name_levels
from .style import FAINT, LINES
from .ticks import label_shares

MOST_BARS = 40  # that can be told apart at the height of a page


class Look(NamedTuple):
    """How an outcome is drawn, and the words for it."""

    colour: str
    hatch: str
    words: str


LOOKS: dict[str, Look] = {
    Outcome.CONVERGED: Look(LINES[0], "", "converged"),
    Outcome.DIVERGED: Look(LINES[1], "xxx", "diverged"),
    Outcome.STALLED: Look(LINES[4], "...", "stalled"),
    Outcome.CAPPED: Look(FAINT, "///", "ran out of epochs"),
}


@dataclass(frozen=True)
class OutcomeShares:
    """Shares of runs by outcome: share[i, k] of bar i ended as OUTCOMES[k], (bars, 4); runs[i] of them.

    by: the settings that tell the bars apart, levels[i] their values in bar i. others: settings whose runs are taken together.
    """

    by: tuple[str, ...]
    levels: list[tuple[Any, ...]]
    runs: Integers
    share: Floats
    others: tuple[str, ...]

    @property
    def alt_text(self) -> str:
        """What is to be seen, for those who do not see it."""
        total = self.runs @ self.share / self.runs.sum()
        parts = ", ".join(
            f"{percent_text(share)} {LOOKS[outcome].words}" for share, outcome in zip(total, OUTCOMES, strict=True)
        )
        words = f"Bars of how runs end: of all {self.runs.sum():,}, {parts}."
        if len(self.levels) == 1:
            return words
        best, worst = np.argmax(self.share[:, 0]), np.argmin(self.share[:, 0])
        if self.share[best, 0] == self.share[worst, 0]:
            return f"{words} As many converge in each bar."
        return (
            f"{words} The most converge at {self._bar(int(best))}, {percent_text(self.share[best, 0])}; "
            f"the fewest at {self._bar(int(worst))}, {percent_text(self.share[worst, 0])}."
        )

    @property
    def caption(self) -> str:
        """What is shown and how it was computed."""
        what = f" for each value of {' with each of '.join(self.by)}" if self.by else ""
        others = f" and over all values of {', '.join(self.others)}" if self.others else ""
        return (
            f"Shares of runs by how they ended{what}, over all seeds{others}. Capped runs had not converged when their epochs "
            "were used up, and might have later; diverged and stalled runs never will."
        )

    def _bar(self, bar: int) -> str:
        columns = (level_texts(list(column), digits=3) for column in zip(*self.levels, strict=True))
        return ", ".join(f"{name} {texts[bar]}" for name, texts in zip(self.by, columns, strict=True))


def outcome_shares(table: pd.DataFrame, by: Sequence[str] | None = None) -> OutcomeShares:
    """The outcomes for each combination of the settings `by`.

    By default all that vary; where these make more than MOST_BARS bars, the one with the fewest values.
    ResultsError if there is no run, SettingError if there is no such setting.
    """
    if table.empty:
        raise ResultsError("there is no run in the table, so there is nothing to draw")
    number, settings = grouped(table, _settings_of_bars(table) if by is None else by)
    names = list(map(str, settings))
    runs = np.bincount(number, minlength=len(settings))
    share = np.stack([*shares_of_outcomes(table, number, len(settings)).values()], axis=1)
    levels = list(zip(*(settings[name].tolist() for name in names), strict=True)) if names else [()]
    return OutcomeShares(tuple(names), levels, runs, share, pooled(table, names))


def draw_outcome_shares(value: OutcomeShares, axes: Axes) -> Axes:
    """Stacked bars, the first on top; hatches tell the outcomes apart where colours do not."""
    begin = np.cumsum(value.share, axis=1) - value.share
    there = np.flatnonzero(value.share.any(axis=0))
    height = 0.8 if len(value.levels) <= MOST_BARS else 1.0
    with rc_context({"hatch.color": "white"}):
        for outcome in there:
            colour, hatch, _ = LOOKS[OUTCOMES[outcome]]
            axes.barh(
                np.arange(len(value.levels)) + 0.5,
                value.share[:, outcome],
                height,
                begin[:, outcome],
                color=colour,
                hatch=hatch,
                linewidth=0,
                label=OUTCOMES[outcome],
            )
    axes.set(xlim=(0, 1), ylim=(len(value.levels), 0), xlabel="share of runs")
    label_shares(axes.xaxis)
    axes.spines["left"].set_visible(False)
    _name_bars(value, axes)
    legend_above(axes, [OUTCOMES[outcome] for outcome in there], together(value.others), side="right")
    return axes


def bars_height(value: OutcomeShares) -> float:
    """Inches for bars in a report."""
    return 1.2 + 0.26 * len(value.levels)


def _settings_of_bars(table: pd.DataFrame) -> list[str]:
    names = axis_columns(table)
    bars = len(grouped(table, names)[1])
    return names if bars <= MOST_BARS else [min(names, key=lambda name: table[name].nunique(dropna=False))]


def _name_bars(value: OutcomeShares, axes: Axes) -> None:
    name_axis(axes.yaxis, ", ".join(value.by))
    if len(value.by) == 1:
        name_levels(axes.yaxis, [level for (level,) in value.levels])
    elif value.by:
        columns = (level_texts(list(column), digits=3) for column in zip(*value.levels, strict=True))
        name_levels(axes.yaxis, [", ".join(texts) for texts in zip(*columns, strict=True)], longest=36)
    else:
        axes.set_yticks([])
