"""Finds the design of a table of runs: the runs show which settings were crossed, and the manifest says which were sampled."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from math import prod

import numpy as np
import pandas as pd

from backsweep.errors import ResultsError

from ..arrays import Floats, Integers
from ..store.schema import Manifest
from .names import shown_names
from .tables import axis_columns, grouped

# A tenth of fewer points is fewer than five, too few to tell axes apart.
FEWEST_POINTS = 50


@dataclass(frozen=True)
class Design:
    """The factors of a design, and the place of each run in it.

    names: the factors, in the order of the table; settings that advance together are one factor. levels: the level of each
    factor in each cell, whole numbers from 0 in the order of the values, (factors, cells). points: the sampled point of each
    cell, (cells,); None if nothing was sampled, and then every combination of levels is a cell. seeds: the number of seeds per
    cell. place: cell * seeds + seed of each run, (runs,); every place has exactly one run.
    """

    names: list[str]
    levels: Integers
    points: Integers | None
    seeds: int
    place: Integers

    def by_cell_and_seed(self, values: Floats) -> Floats:
        """Rearrange one number per run, (runs,), as float64 (cells, seeds)."""
        arranged = np.empty(len(values))
        arranged[self.place] = values
        return arranged.reshape(-1, self.seeds)


def drawn_columns(manifest: Manifest) -> list[str]:
    """The columns, by their names in tables, of the settings whose values were drawn at random, all in one sample."""
    shown = shown_names(manifest.axes)
    return [shown[column] for axis in manifest.swept if axis.drawn for column in axis.columns]


def design_of(table: pd.DataFrame, drawn: Collection[str] = ()) -> Design:
    """The design of a table of runs, with cells in the order of the factors' levels.

    drawn: the columns of settings whose values were drawn at random. A setting that has the same value in all runs is not a
    factor. Settings that were drawn together are separate factors if there are at least 50 points, otherwise one factor, "lr =
    beta". Other settings whose values always change together, as axes with the same zip do, are one factor too, because their
    effects cannot be told apart.

    ResultsError if nothing varies, if some runs lack a setting, if cells have different seeds, or if combinations are missing.
    """
    names = [name for name in axis_columns(table) if len(table[name].unique()) > 1]
    if not names:
        raise ResultsError("no setting varies in these runs, so there is nothing to split the variance over")
    _refuse_missing_settings(table, names)
    number, settings = grouped(table, names)
    levels = {name: pd.factorize(settings[name], sort=True)[0] for name in names}
    together = [name for name in names if name in drawn]
    bundles = _bundles({name: level for name, level in levels.items() if name not in together})
    points = settings.groupby(together, sort=True).ngroup().to_numpy() if together else None
    if points is not None:
        bundles.append((together, points))
    there, all_of_them = len(settings), prod(int(level.max()) + 1 for _, level in bundles)
    if there < all_of_them:
        spoken = _spoken([" = ".join(bundle) for bundle, _ in bundles])
        raise ResultsError(
            f"the table has {there:,} of the {all_of_them:,} combinations of {spoken}, and without the others "
            "their effects cannot be told apart; finish the sweep, or keep only values that have all combinations"
        )
    sampled = len(together) > 1 and points is not None and points.max() + 1 >= FEWEST_POINTS
    factors = {" = ".join(bundle): level for bundle, level in bundles if not (sampled and bundle is together)}
    factors |= {name: levels[name] for name in together} if sampled else {}
    factors = dict(sorted(factors.items(), key=lambda factor: names.index(factor[0].split(" = ")[0])))
    stacked = np.stack(list(factors.values()))
    order = np.lexsort(stacked[::-1])
    place, seeds = _places(table, np.argsort(order)[number], there)
    return Design(list(factors), stacked[:, order], points[order] if sampled and points is not None else None, seeds, place)


def _refuse_missing_settings(table: pd.DataFrame, names: list[str]) -> None:
    for name in names:
        lacking = table[name].isna()
        if lacking.any():
            kinds = [other for other in names if not table[other].isna().any() and _decides(table[other], lacking)]
            example = f", such as {kinds[0]}={table.loc[~lacking, kinds[0]].iloc[0]}," if kinds else ""
            error = ResultsError(f"{name}: some runs have no such setting, so it is not combined with all others")
            raise error.advising((f"keep only runs that have it{example}", "where"))


def _decides(values: pd.Series, lacking: pd.Series) -> bool:
    """Whether, for each value, either all of its runs lack a setting or all have it."""
    of_value = lacking.groupby(values, observed=True)
    return bool((of_value.min() == of_value.max()).all())


def _bundles(levels: Mapping[str, Integers]) -> list[tuple[list[str], Integers]]:
    """Groups of axes in which one axis decides the values of the others, in the table's order, and the levels of that axis."""
    left, bundles = list(levels), []
    while left:
        leader = max(left, key=lambda name: levels[name].max())
        bundle = [name for name in left if _pairs(levels[leader], levels[name]) == levels[leader].max() + 1]
        bundles.append((bundle, levels[leader]))
        left = [name for name in left if name not in bundle]
    return bundles


def _pairs(first: Integers, second: Integers) -> int:
    return len(np.unique(first.astype(np.int64) * (second.max() + 1) + second))


def _places(table: pd.DataFrame, cell: Integers, cells: int) -> tuple[Integers, int]:
    """The place of each run, (runs,), and the number of seeds per cell. ResultsError if a place has two runs or none."""
    seed, seeds = pd.factorize(table["seed"], sort=True)
    place = cell * len(seeds) + seed
    times = np.bincount(place, minlength=cells * len(seeds))
    if times.max() > 1:
        raise ResultsError("two runs have the same settings and seed; the table of one sweep has each of them once")
    if times.min() == 0:
        raise ResultsError(
            f"the table has {len(table):,} runs; {cells:,} combinations of settings with the same {len(seeds):,} seeds "
            f"each would be {len(times):,}, and without the others seeds and settings cannot be told apart; finish the sweep, "
            "or keep only the seeds that all combinations have"
        )
    return place, len(seeds)


def _spoken(names: list[str]) -> str:
    return f"{', '.join(names[:-1])} and {names[-1]}" if len(names) > 1 else names[0]
