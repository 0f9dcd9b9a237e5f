"""How the epochs to convergence depend on a setting: medians on log scales, with power laws where these fit."""

from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.ticker import FuncFormatter, NullLocator

from backsweep.errors import ResultsError

from ..analysis.names import column_if_any
from ..analysis.slopes import FARTHEST, PowerLaws, power_laws
from ..analysis.tables import axis_columns, level_texts, pooled
from ..arrays import Integers
from .legends import legend_above, together
from .levels import levels_in_words, name_axis, number_text, round_ticks
from .style import DASHES, colours
from .survival import MOST_GROUPS
from .ticks import Roomy, label_log_epochs

MARKERS = "os^Dv*PX"
MOST_CURVES = 8  # in a report


@dataclass(frozen=True)
class SlopePicture:
    """Power laws of the epochs, and which of their curves are shown, as many as can be told apart: (shown,), int64.

    pooled: settings whose runs are taken together.
    """

    laws: PowerLaws
    shown: Integers
    pooled: tuple[str, ...]

    @property
    def labels(self) -> list[str]:
        """Each curve's value and slope, with its 95 % interval."""
        texts = level_texts(self.laws.groups, digits=3)
        names = ["slope" if self.laws.by is None else f"{self.laws.by} {text}" for text in texts]
        return [f"{names[k]}: {self._slope(k)}" for k in self.shown.tolist()]

    @property
    def alt_text(self) -> str:
        """What is to be seen, for those who do not see it."""
        laws = self.laws
        return (
            f"Median epochs to convergence over {laws.setting} ({levels_in_words(laws.levels.tolist())}) on log scales, "
            f"with slopes of power laws where these fit: {'; '.join(self.labels)}.{self._farthest}"
        )

    @property
    def fitting(self) -> list[int]:
        """The curves, of those shown, that are power laws."""
        return [k for k in self.shown.tolist() if not self.laws.why_not(k)]

    @property
    def _farthest(self) -> str:
        off = max((self.laws.departure[k] for k in self.fitting), default=None)
        return "" if off is None else f" The medians lie off their lines by a factor of {off:.2f} at most."

    @property
    def caption(self) -> str:
        """What is shown and how it was computed."""
        laws = self.laws
        unseen = int(np.isinf(laws.median[self.shown]).sum())
        medians = "1 median is" if unseen == 1 else f"{unseen:,} medians are"
        left_out = f" {medians} left out: the curve does not fall to one half." if unseen else ""
        return (
            f"Median epochs to convergence (Kaplan–Meier) and power laws, epochs ∝ {laws.setting} to the power of the slope, "
            "by least squares on the logarithms. Slopes with their 95 % intervals and bands are by a bootstrap over seeds: "
            "what other seeds would give. No law is drawn through fewer than three medians, where they turn, or where one lies "
            f"off by more than a factor of {FARTHEST:g}.{self._farthest}{left_out}"
            f"{self._which}"
        )

    @property
    def note(self) -> str:
        """What a reader of the picture has to know of all curves."""
        return "; ".join(words for words in (self._chosen, together(self.pooled)) if words)

    @property
    def _which(self) -> str:
        chosen = f" Shown are {self._chosen}." if self._chosen else ""
        return f"{chosen} A median is of {together(self.pooled)}." if self.pooled else chosen

    @property
    def _chosen(self) -> str:
        there, shown = int(self.laws.used.any(axis=1).sum()), len(self.shown)
        return f"{shown} of {there} curves, evenly spread" if shown < there else ""

    def _slope(self, k: int) -> str:
        if why_not := self.laws.why_not(k):
            return f"no power law ({why_not})"
        slope, low, high = self.laws.slope[k], self.laws.low[k], self.laws.high[k]
        digits = 3 if high - low < 0.05 else 2
        estimate, *ends = (f"{number:.{digits}f}".replace("-", "−") for number in (slope, low, high))
        return estimate if np.isnan(low) else f"{estimate} ({' to '.join(ends)})"


def slope_picture(
    table: pd.DataFrame, setting: str | None = None, by: str | None = None, *, rng: np.random.Generator
) -> SlopePicture:
    """Power laws over a setting, by default that of numbers above 0 with the most values, a curve for each value of `by`.

    ResultsError as for `slopes.power_laws`, and if no setting is of numbers above 0.
    """
    laws = power_laws(table, scaling_setting(table, by) if setting is None else setting, by, rng=rng)
    there = np.flatnonzero(laws.used.any(axis=1))
    picks = np.unique(np.linspace(0, len(there) - 1, min(len(there), MOST_GROUPS)).round().astype(np.int64))
    settings = [laws.setting] if laws.by is None else [laws.setting, laws.by]
    return SlopePicture(laws, there[picks], pooled(table[table[laws.setting].notna()], settings))


def draw_slope(value: SlopePicture, axes: Axes) -> Axes:
    """The medians as points, the power laws as lines with their bands."""
    laws = value.laws
    axes.set(xscale="log", yscale="log", ylabel="median epochs")
    used = laws.used & np.isin(np.arange(len(laws.groups)), value.shown)[:, None]
    least, most = laws.median[used].min(), laws.median[used].max()
    if least == most:  # of which matplotlib would make no range
        axes.set_ylim(least / 2, most * 2)
    for place, (k, colour) in enumerate(zip(value.shown.tolist(), colours(len(value.shown)), strict=True)):
        dashes = DASHES[place % len(DASHES)]
        look: dict[str, Any] = {"color": colour, "marker": MARKERS[place % len(MARKERS)], "markersize": 4.5}
        points = laws.levels[used[k]], laws.median[k, used[k]]
        if k not in value.fitting:
            axes.plot(*points, linestyle="", label="curve", **look)
            continue
        axes.plot(laws.along[k], laws.line[k], linestyle=dashes, linewidth=1.6, markevery=[], label="curve", **look)
        axes.plot(*points, linestyle="", **look)
        low, high = laws.line_low[k], laws.line_high[k]
        axes.fill_between(laws.along[k], low, high, where=(low > 0) & (high < np.inf), color=colour, alpha=0.18, linewidth=0)
    name_axis(axes.xaxis, laws.setting)
    levels = laws.levels[used.any(axis=0)]
    axes.xaxis.set_major_locator(
        Roomy(lambda *_: (round_ticks(levels[0], levels[-1], "log", most) for most in (6, 4, 3, 2, 1)), number_text)
    )
    axes.xaxis.set_major_formatter(FuncFormatter(lambda level, _: number_text(level)))
    axes.xaxis.set_minor_locator(NullLocator())
    label_log_epochs(axes.yaxis)
    legend_above(axes, value.labels, value.note)
    return axes


def some_fit(value: SlopePicture) -> bool:
    """Whether there is a power law among the curves."""
    return bool(value.fitting)


def few_slopes(table: pd.DataFrame) -> dict[str, Any] | None:
    """Options for a curve for each value of the setting with the fewest values, where these are few enough to be told apart.

    None where no setting of numbers above 0 varies.
    """
    try:
        setting = scaling_setting(table)
    except ResultsError:
        return None
    values = {name: table[name].nunique(dropna=False) for name in axis_columns(table) if name != setting}
    fewest = min(values, key=lambda name: values[name], default=None)
    return {"setting": setting, "by": fewest if fewest is not None and values[fewest] <= MOST_CURVES else None}


def scaling_setting(table: pd.DataFrame, by: str | None = None) -> str:
    """The setting of numbers above 0 with the most values, other than `by`. ResultsError if there is none."""
    columns = axis_columns(table)
    by = column_if_any(by, columns, "by")

    def usable(name: str) -> bool:
        column = table[name].dropna()
        is_number = pd.api.types.is_numeric_dtype(column) and not pd.api.types.is_bool_dtype(column)
        return name != by and not column.empty and is_number and bool((column > 0).all())

    names = [name for name in columns if usable(name)]
    if not names:
        raise ResultsError("no setting of numbers above 0 varies in this table, so there is no slope over one")
    return max(names, key=lambda name: table[name].nunique())
