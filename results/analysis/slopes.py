"""Power laws: how the epochs to convergence fall or rise with a setting, epochs ∝ setting ** slope.

The line is fitted to the logarithms of Kaplan-Meier medians by ordinary least squares, every level counting the same: a power
law is at best close to true, and weights would leave it to the levels whose medians are steadiest which part of the curve it
fits. Seeds are what was drawn at random, and the same in every cell, so the bootstrap draws seeds with all their runs: a start
that is slow at one level is slow at the next, and to draw the cells apart would hide that.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, NamedTuple

import numpy as np
import pandas as pd

from ..arrays import Booleans, Floats, Integers
from ..errors import InputError
from ..statistics.bootstrap import RESAMPLES
from ..statistics.groups import CONFIDENCE, first_of_group
from ..statistics.survival import TOLERANCE
from .names import column_of
from .tables import axis_columns, grouped

POINTS = 50  # of a fitted line
MOST_AT_ONCE = 500_000  # weights of runs in memory


@dataclass(frozen=True)
class PowerLaws:
    """Power laws of the median epochs over `setting`, a curve for each of `groups`, the values of setting `by` (or one, None).

    levels: of the setting, (levels,), rising. median: epochs, (curves, levels); inf where there is none, nan without
    runs. used: bool, the medians to which a line was fitted, those above 0 and finite.
    slope, low, high: with the 95 % interval, (curves,); nan where fewer than two medians are used, the interval also where
    there is but one seed. departure: the largest factor by which a used median is off its line, (curves,), at least 1.
    along: of the setting, from the first level used to the last, (curves, points); line, line_low, line_high: epochs there,
    with the pointwise 95 % band. Interval and band say what other seeds would give, not whether there is a power law.
    """

    setting: str
    by: str | None
    groups: list[Any]
    levels: Floats
    median: Floats
    used: Booleans
    slope: Floats
    low: Floats
    high: Floats
    departure: Floats
    along: Floats
    line: Floats
    line_low: Floats
    line_high: Floats


def power_laws(
    table: pd.DataFrame, setting: str, by: str | None = None, *, rng: np.random.Generator, resamples: int = RESAMPLES
) -> PowerLaws:
    """Fit the median epochs over a setting of numbers, for each value of another setting or for all runs together.

    Percentile intervals from `resamples` draws of as many seeds as there are. A median that is infinite in a draw is left out
    of that draw's line; a line that has fewer than two left could be anything and counts at both ends of the interval.
    Runs that lack the setting are left out.

    InputError if one of the settings does not vary, `setting` is not of numbers above 0, or no curve has two medians to use.
    """
    names = axis_columns(table)
    setting, by = column_of(setting, names, "setting"), by and column_of(by, names, "by")
    table = _checked(table, setting, by)
    curve, groups = grouped(table, [] if by is None else [by])
    levels, level = np.unique(table[setting].to_numpy(np.float64), return_inverse=True)
    x = np.log(levels)
    runs = _laid_out(table, curve * len(levels) + level, len(groups) * len(levels))
    median = _medians(runs, runs.seed < runs.seeds).reshape(len(groups), len(levels))
    used = np.isfinite(median) & (median > 0)
    slope, height = _lines(x, median, used)
    known = np.isfinite(slope)
    if not known.any():
        raise InputError(f"{setting}: a slope needs two values at which half of the runs converge, and not before epoch 1")
    drawn = [
        _lines(x, medians.reshape(-1, *used.shape), used) for medians in _drawn_medians(runs, used.ravel(), rng, resamples)
    ]
    slopes, heights = (np.concatenate(parts) for parts in zip(*drawn, strict=True))
    known &= runs.seeds > 1
    low, high = _percentiles(slopes, known)
    along = np.linspace(*_ends(x, used), POINTS, axis=1)
    line_low, line_high = _percentiles(heights[..., None] + slopes[..., None] * along, known[:, None])
    return PowerLaws(
        setting,
        by,
        [None] if by is None else groups[by].tolist(),
        levels,
        median,
        used,
        slope,
        low,
        high,
        np.exp(_farthest(x, median, used, slope, height)),
        np.exp(along),
        np.exp(height[:, None] + slope[:, None] * along),
        np.exp(line_low),
        np.exp(line_high),
    )


class _Runs(NamedTuple):
    """Runs of some cells in the order in which they end, (cells, runs of the largest), filled up with runs of no seed.

    time: epochs, inf where a run never converges. event: whether it converges then. seed: its number among `seeds`, which for
    no seed is `seeds` itself.
    """

    time: Floats
    event: Booleans
    seed: Integers
    seeds: int


def _checked(table: pd.DataFrame, setting: str, by: str | None) -> pd.DataFrame:
    if setting == by:
        raise InputError(f"by: {by!r} is what the slope is over; it must be another setting, or left out")
    table = table[table[setting].notna()]
    numbers = pd.api.types.is_numeric_dtype(table[setting]) and not pd.api.types.is_bool_dtype(table[setting])
    if table.empty or not numbers or not (table[setting] > 0).all():
        raise InputError(f"{setting}: a power law is over numbers above 0, and this setting has other values")
    return table


def _laid_out(table: pd.DataFrame, cell: Integers, cells: int) -> _Runs:
    converged, capped = ((table["outcome"] == outcome).to_numpy() for outcome in ("converged", "capped"))
    time = np.where(converged | capped, table["epochs"].to_numpy(np.float64), np.inf)
    names, seed = np.unique(table["seed"], return_inverse=True)
    order = np.lexsort((capped, time, cell))  # cut off at an epoch is cut off after who converged there
    of = cell[order]
    place = (of, np.arange(len(of)) - first_of_group(of))
    shape = (cells, int(np.bincount(cell, minlength=1).max()))
    runs = _Runs(np.full(shape, np.inf), np.zeros(shape, bool), np.full(shape, len(names)), len(names))
    runs.time[place], runs.event[place], runs.seed[place] = time[order], converged[order], seed[order]
    return runs


def _medians(runs: _Runs, weight: Integers | Booleans) -> Floats:
    """Kaplan-Meier medians where each run counts as often as its weight says, (..., cells), from (..., cells, runs)."""
    total = weight.sum(axis=-1, keepdims=True)
    at_risk = total - (np.cumsum(weight, axis=-1) - weight)
    leave = np.divide(weight, at_risk, out=np.zeros(weight.shape), where=runs.event & (weight > 0))
    reached = np.cumprod(1 - leave, axis=-1) <= 0.5 * (1 + TOLERANCE)
    median = np.take_along_axis(np.broadcast_to(runs.time, weight.shape), reached.argmax(axis=-1)[..., None], axis=-1)
    return np.where(total > 0, np.where(reached.any(axis=-1, keepdims=True), median, np.inf), np.nan)[..., 0]


def _drawn_medians(runs: _Runs, used: Booleans, rng: np.random.Generator, resamples: int) -> Iterator[Floats]:
    """The medians in draws of seeds, some draws at a time, (draws, cells); nan where they are not used."""
    some = _Runs(runs.time[used], runs.event[used], runs.seed[used], runs.seeds)
    at_once = max(MOST_AT_ONCE // some.time.size, 1)
    for begin in range(0, resamples, at_once):
        draws = min(at_once, resamples - begin)
        counts = np.zeros((draws, runs.seeds + 1), np.int32)  # the last for runs of no seed
        counts[:, :-1] = rng.multinomial(runs.seeds, np.full(runs.seeds, 1 / runs.seeds), draws)
        medians = np.full((draws, len(used)), np.nan)
        medians[:, used] = _medians(some, counts[:, some.seed])
        yield medians


def _lines(x: Floats, median: Floats, used: Booleans) -> tuple[Floats, Floats]:
    """Slope and height at x = 0 of the lines through log medians (..., levels), where they are used and have a logarithm."""
    used = used & np.isfinite(median) & (median > 0)
    count = used.sum(axis=-1)
    y = np.log(np.where(used, median, 1))
    with np.errstate(invalid="ignore", divide="ignore"):
        middle = [np.sum(used * part, axis=-1) / count for part in (x, y)]
        away = used * (x - middle[0][..., None])
        slope = np.where(count >= 2, np.sum(away * y, axis=-1) / np.sum(away**2, axis=-1), np.nan)
    return slope, middle[1] - slope * middle[0]


def _ends(x: Floats, used: Booleans) -> tuple[Floats, Floats]:
    first, last = x[used.argmax(axis=1)], x[::-1][used[:, ::-1].argmax(axis=1)]
    some = used.any(axis=1)
    return np.where(some, first, np.nan), np.where(some, last, np.nan)


def _farthest(x: Floats, median: Floats, used: Booleans, slope: Floats, height: Floats) -> Floats:
    off = np.abs(np.log(np.where(used, median, 1)) - height[:, None] - slope[:, None] * x)
    return np.max(np.where(used | np.isnan(off), off, 0), axis=1)


def _percentiles(drawn: Floats, known: Booleans) -> tuple[Floats, Floats]:
    """Ends of the interval that leaves as much out on either side, of draws along the first axis; nan where not known."""
    end = max(int((len(drawn) + 1) * (1 - CONFIDENCE) / 2), 1)  # this one of the draws, from below and from above
    low, high = (np.sort(np.where(np.isnan(drawn), unknown, drawn), axis=0) for unknown in (-np.inf, np.inf))
    return np.where(known, low[end - 1], np.nan), np.where(known, high[-end], np.nan)
