"""Power laws: how the epochs to convergence fall or rise with a setting, epochs ∝ setting ** slope."""

from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd

from backsweep.errors import ResultsError, SettingError
from backsweep.outcomes import Outcome, ended

from ..arrays import Booleans, Floats, Integers
from ..statistics.groups import CONFIDENCE
from ..statistics.power_laws import Runs, drawn_medians, ends_of, farthest, lines_through
from ..statistics.resampling import RESAMPLES, Interval, percentiles
from ..statistics.survival import kaplan_meier, survival_quantile
from .names import column_if_any, column_of
from .tables import axis_columns, grouped

POINTS = 50  # along a fitted line
FARTHEST = 1.5  # factor between a median and its line, up to which the line is said to fit


@dataclass(frozen=True)
class PowerLaws:
    """Power laws of the median epochs over `setting`: one curve per value of the setting `by`, or one curve for all runs.

    groups: the values of `by`, one per curve; [None] without `by`. levels: the values of the setting in ascending order,
    (levels,). median: Kaplan-Meier medians in epochs, (curves, levels); inf if fewer than half of the runs converge, nan
    without runs. median_low, median_high: their 95 % intervals. used: bool, which medians the line was fitted to: those that
    are finite and above 0.

    slope, low, high: the exponent and its 95 % interval, (curves,); nan if fewer than two medians are used, and an interval of
    nan if there is only one seed. departure: the largest factor between a used median and its line, (curves,), at least 1.

    along: values of the setting from the first level used to the last, (curves, points); line, line_low, line_high: the fitted
    epochs there, with a pointwise 95 % band. The interval and the band describe what other seeds would give; they do not say
    whether a power law holds.
    """

    setting: str
    by: str | None
    groups: list[Any]
    levels: Floats
    median: Floats
    median_low: Floats
    median_high: Floats
    used: Booleans
    slope: Floats
    low: Floats
    high: Floats
    departure: Floats
    along: Floats
    line: Floats
    line_low: Floats
    line_high: Floats

    def why_not(self, curve: int) -> str:
        """Why a curve is no power law, or nothing where one fits.

        It has fewer than three medians to fit; or it turns: two medians, whose intervals are apart, go against the slope; or a
        median lies off the line by more than a factor of FARTHEST.
        """
        used = self.used[curve]
        if used.sum() < 3:
            return f"{used.sum()} median{'s' if used.sum() != 1 else ''}"
        low, high = self.median_low[curve, used], self.median_high[curve, used]
        if self.slope[curve] > 0:
            low, high = low[::-1], high[::-1]
        if (low > np.minimum.accumulate(high)).any():
            return "it turns"
        off = self.departure[curve]
        return f"off by a factor of {off:.2f}" if off > FARTHEST else ""


def power_laws(
    table: pd.DataFrame, setting: str, by: str | None = None, *, rng: np.random.Generator, resamples: int = RESAMPLES
) -> PowerLaws:
    """Fit the median epochs over a numeric setting, for each value of another setting or for all runs together.

    The intervals are percentile intervals from `resamples` bootstrap resamples of the seeds. A resample's line leaves out
    medians that are infinite in that resample; a line with fewer than two medians left could have any slope, so it counts at
    both ends of the interval. Runs that lack the setting are left out.

    SettingError if `setting` or `by` does not vary, or if `setting` has values that are not numbers above 0; ResultsError if no
    curve has two medians to use.
    """
    names = axis_columns(table)
    setting, by = column_of(setting, names, "setting"), column_if_any(by, names, "by")
    table = _checked(table, setting, by)
    curve, groups = grouped(table, [] if by is None else [by])
    levels, level = np.unique(table[setting].to_numpy(np.float64), return_inverse=True)
    shape = len(groups), len(levels)
    runs, seeds = _runs(table, curve * len(levels) + level)
    median, median_low, median_high = _medians(runs, shape)
    used = np.isfinite(median) & (median > 0)
    x = np.log(levels)
    lines = lines_through(x, median, used)
    if not np.isfinite(lines.slope).any():
        raise ResultsError(f"{setting}: a slope needs two values at which half of the runs converge, and not before epoch 1")
    drawn = lines_through(x, drawn_medians(runs, used.ravel(), seeds, rng, resamples).reshape(-1, *shape), used)
    along = np.linspace(*ends_of(x, used), POINTS, axis=1)
    known = np.isfinite(lines.slope) & (seeds > 1)
    slope = _interval(lines.slope, drawn.slope, known)
    line = _interval(lines.at(along), drawn.at(along), known[:, None])
    return PowerLaws(
        setting,
        by,
        [None] if by is None else groups[by].tolist(),
        levels,
        median,
        median_low,
        median_high,
        used,
        *slope,
        np.exp(farthest(x, median, used, lines)),
        np.exp(along),
        *map(np.exp, line),
    )


def _checked(table: pd.DataFrame, setting: str, by: str | None) -> pd.DataFrame:
    if setting == by:
        raise SettingError(["by"], f"{by!r} is the setting that the slope is over; name another one, or leave by out")
    table = table[table[setting].notna()]
    numbers = pd.api.types.is_numeric_dtype(table[setting]) and not pd.api.types.is_bool_dtype(table[setting])
    if table.empty or not numbers or not (table[setting] > 0).all():
        raise SettingError([setting], "a power law needs numbers above 0, and this setting has other values")
    return table


def _runs(table: pd.DataFrame, cell: Integers) -> tuple[Runs, int]:
    """The runs as arrays, and how many seeds they have."""
    converged, capped = ended(table, Outcome.CONVERGED), ended(table, Outcome.CAPPED)
    seeds, seed = np.unique(table["seed"], return_inverse=True)
    return Runs(cell, seed, table["epochs"].to_numpy(), converged, capped), len(seeds)


def _medians(runs: Runs, shape: tuple[int, int]) -> list[Floats]:
    """The Kaplan-Meier median of each cell and its interval, low and high; nan without runs."""
    cells = shape[0] * shape[1]
    found = survival_quantile(kaplan_meier(runs.cell, runs.epochs, runs.converged, runs.capped), cells)
    there = np.bincount(runs.cell, minlength=cells) > 0
    return [np.where(there, of, np.nan).reshape(shape) for of in found]


def _interval(estimate: Floats, drawn: Floats, known: Booleans) -> Interval:
    low, high = percentiles(drawn, (1 - CONFIDENCE) / 2)
    return Interval(estimate, np.where(known, low, np.nan), np.where(known, high, np.nan))
