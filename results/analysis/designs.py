"""Which design a table of runs has: what was crossed with what, and which axes were sampled. The runs themselves tell."""

from collections.abc import Mapping
from dataclasses import dataclass
from itertools import combinations
from math import prod

import numpy as np
import pandas as pd
from pandas.api.types import is_bool_dtype, is_numeric_dtype

from ..arrays import Floats, Integers
from ..errors import InputError
from .tables import axis_columns, grouped

# A tenth of fewer points is fewer than five, too few to tell axes apart.
FEWEST_POINTS = 50


@dataclass(frozen=True)
class Design:
    """The factors of a design, and where each run belongs.

    names: of the factors, in the order of the table; axes that advance together are one. levels: which level each cell has,
    whole numbers from 0 in the order of the values, (factors, cells). points: which sampled point each cell has, (cells,);
    None where nothing was sampled and so each combination of levels is there. seeds: how many each cell has.
    place: cell * seeds + seed of each run, whole numbers from 0, (runs,); every place has its run.
    """

    names: list[str]
    levels: Integers
    points: Integers | None
    seeds: int
    place: Integers

    def by_cell_and_seed(self, values: Floats) -> Floats:
        """A number of each run, (runs,), as float64 (cells, seeds)."""
        arranged = np.empty(len(values))
        arranged[self.place] = values
        return arranged.reshape(-1, self.seeds)


def design_of(table: pd.DataFrame) -> Design:
    """The design of a table of runs, with cells in the order of the factors' levels.

    A setting that all runs share is no factor. Axes each of whose values goes with one value of another are one factor,
    "lr = beta", as axes with the same zip are; but numbers that have at least 50 points, no two in the same order, were
    sampled and are a factor each. InputError where nothing varies, runs lack a setting, cells have not the same seeds, or
    combinations are missing.
    """
    names = [name for name in axis_columns(table) if len(table[name].unique()) > 1]
    if not names:
        raise InputError("no setting varies in these runs, so there is nothing to split the variance over")
    _refuse_missing_settings(table, names)
    number, settings = grouped(table, names)
    levels = {name: pd.factorize(settings[name], sort=True)[0] for name in names}
    bundles = _bundles(levels)
    there, all_of_them = len(settings), prod(levels[leader].max() + 1 for leader in bundles)
    if there < all_of_them:
        raise InputError(
            f"the table has {there:,} of the {all_of_them:,} combinations of {_spoken(list(bundles))}, and without the others "
            "their effects cannot be told apart; finish the sweep, or keep values of which all combinations are there"
        )
    sampled = [leader for leader, bundle in bundles.items() if _sampled(settings[bundle])]
    factors: dict[str, Integers] = {}
    for leader, bundle in bundles.items():
        factors |= {name: levels[name] for name in bundle} if leader in sampled else {" = ".join(bundle): levels[leader]}
    factors = dict(sorted(factors.items(), key=lambda factor: names.index(factor[0].split(" = ")[0])))
    stacked = np.stack(list(factors.values()))
    order = np.lexsort(stacked[::-1])
    place, seeds = _places(table, np.argsort(order)[number], there)
    points = levels[sampled[0]][order] if sampled else None
    return Design(list(factors), stacked[:, order], points, seeds, place)


def _refuse_missing_settings(table: pd.DataFrame, names: list[str]) -> None:
    for name in names:
        lacking = table[name].isna()
        if lacking.any():
            kinds = [other for other in names if not table[other].isna().any() and _decides(table[other], lacking)]
            example = f"`--where {kinds[0]}={table.loc[~lacking, kinds[0]].iloc[0]}`" if kinds else "by `--where`"
            raise InputError(
                f"{name}: some runs have no such setting, so it is not combined with all others; give the runs of one branch "
                f"alone, such as {example}"
            )


def _decides(values: pd.Series, lacking: pd.Series) -> bool:
    """Whether runs of one value all lack a setting or all have it."""
    of_value = lacking.groupby(values, observed=True)
    return bool((of_value.min() == of_value.max()).all())


def _bundles(levels: Mapping[str, Integers]) -> dict[str, list[str]]:
    """Axes whose values one of them decides: by the one with most values, in the order of the table."""
    left, bundles = list(levels), {}
    while left:
        leader = max(left, key=lambda name: levels[name].max())
        bundle = [name for name in left if _pairs(levels[leader], levels[name]) == levels[leader].max() + 1]
        bundles[leader] = bundle
        left = [name for name in left if name not in bundle]
    return bundles


def _pairs(first: Integers, second: Integers) -> int:
    return len(np.unique(first.astype(np.int64) * (second.max() + 1) + second))


def _sampled(bundle: pd.DataFrame) -> bool:
    """Whether axes that go together were drawn: numbers, enough of them, no two axes in the same or the opposite order."""
    numbers = all(is_numeric_dtype(kind) and not is_bool_dtype(kind) for kind in bundle.dtypes)
    if len(bundle.columns) < 2 or not numbers or len(bundle.drop_duplicates()) < FEWEST_POINTS:
        return False
    return not any(_same_order(bundle[first], bundle[second]) for first, second in combinations(bundle, 2))


def _same_order(first: pd.Series, second: pd.Series) -> bool:
    steps = np.diff(second.to_numpy()[np.lexsort([second, first])])
    back = np.diff(second.to_numpy()[np.lexsort([-second, first])])
    return bool((steps >= 0).all() or (back <= 0).all())


def _places(table: pd.DataFrame, cell: Integers, cells: int) -> tuple[Integers, int]:
    """Where each run belongs, (runs,), and how many seeds each cell has."""
    seed, seeds = pd.factorize(table["seed"], sort=True)
    place = cell * len(seeds) + seed
    times = np.bincount(place, minlength=cells * len(seeds))
    if times.max() > 1:
        raise InputError("two runs have the same settings and seed; a table of one sweep has each once")
    if times.min() == 0:
        raise InputError(
            f"the table has {len(table):,} runs; {cells:,} combinations of settings with the same {len(seeds):,} seeds "
            f"each would be {len(times):,}, and without the others seeds and settings cannot be told apart; finish the sweep, "
            "or keep the seeds that all have"
        )
    return place, len(seeds)


def _spoken(names: list[str]) -> str:
    return f"{', '.join(names[:-1])} and {names[-1]}" if len(names) > 1 else names[0]
