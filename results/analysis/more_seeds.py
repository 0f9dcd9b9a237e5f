"""How many more seeds it takes to know each setting's success rate, or to tell two settings apart, judging by the runs there
are.
"""

from collections.abc import Sequence
from numbers import Real

import numpy as np
import pandas as pd

from backsweep.errors import ResultsError, SettingError

from ..statistics.sample_size import POWER, more_seeds, pairs_to_tell_apart, seeds_to_half_width
from .comparison import paired_outcomes
from .names import beside
from .tables import axis_columns, grouped, success_of


def seeds_to_know(table: pd.DataFrame, by: Sequence[str] | None = None, *, half_width: float) -> pd.DataFrame:
    """One row for each combination of the settings `by` (default: all that vary): seeds until its success is known so well.

    runs, success, with success_low and _high: as in `tables.summary`. needed: the fewest runs of which the Wilson interval
    reaches at most half_width, in (0, 0.5), to each side of its centre, if the share stays what it is; more: without those
    that are there. Whole numbers as float64, nan without a run. SettingError for another half_width; ResultsError if `by` has
    the seed.
    """
    if by is not None and "seed" in by:
        raise ResultsError("by: seed cannot be a setting here, because more seeds make no more runs of one seed")
    number, settings = grouped(table, axis_columns(table) if by is None else by)
    found = success_of(table, number, settings)
    runs, rate = found["runs"].to_numpy(), found["success"].to_numpy()
    half_width = _checked("half_width", half_width, 0.5)
    needed = np.where(runs > 0, seeds_to_half_width(np.nan_to_num(rate), half_width), np.nan)
    return beside(found, {"needed": needed, "more": more_seeds(needed, runs)})


def seeds_to_compare(
    first: pd.DataFrame, second: pd.DataFrame, by: Sequence[str] | None = None, *, power: float = POWER
) -> pd.DataFrame:
    """Of two tables of runs with the same seeds: pairs until McNemar's test finds their success unlike.

    One row for each combination that both have. pairs, both, only_first, only_second, neither: as in
    `comparison.compare_sweeps`, where errors are told, too. needed: pairs with which the test, at the level of 5 %, finds a
    difference in a share `power` of all cases, if the shares stay what they are; inf where they are equal. more: without
    those that are there. SettingError for a power that is not between 0 and 1.
    """
    found = paired_outcomes(first, second, by)
    power = _checked("power", power, 1)
    needed = pairs_to_tell_apart(found["only_first"] / found["pairs"], found["only_second"] / found["pairs"], power=power)
    return beside(found, {"needed": needed, "more": more_seeds(needed, found["pairs"])})


def _checked(name: str, value: object, most: float) -> float:
    """A number above 0 and below `most`."""
    if isinstance(value, Real) and 0 < float(value) < most:
        return float(value)
    raise SettingError([name], f"must be a number above 0 and below {most:g}", f"{name} = {value!r}")
