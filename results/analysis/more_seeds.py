"""How many more seeds are needed to know each setting's success rate, or to tell two settings apart, given the runs so far."""

from collections.abc import Sequence

import pandas as pd

from backsweep.errors import SettingError

from ..statistics.sample_size import more_seeds, pairs_to_tell_apart, seeds_to_half_width
from .comparison import paired_outcomes
from .names import beside
from .tables import grouped, settings_to_group_by, success_of


def seeds_to_know(table: pd.DataFrame, by: Sequence[str] | None = None, *, half_width: float) -> pd.DataFrame:
    """How many runs it takes to know each success rate; one row per combination of the settings `by` (default: all that vary).

    half_width: in (0, 0.5). runs, success, success_low, success_high: as in `tables.summary`. needed: the fewest runs at which
    the Wilson interval reaches at most `half_width` to each side of its centre, if the success rate stays the same. more:
    needed minus the runs there are, at least 0. Both are whole numbers as float64, nan if there is no run.

    SettingError if `by` contains the seed.
    """
    by = settings_to_group_by(table, by)
    if "seed" in by:
        raise SettingError(["by"], "seed cannot be a setting here, because more seeds make no more runs of one seed")
    number, settings = grouped(table, by)
    found = success_of(table, number, settings)
    needed = seeds_to_half_width(found["success"], half_width)
    return beside(found, {"needed": needed, "more": more_seeds(needed, found["runs"])})


def seeds_to_compare(
    first: pd.DataFrame, second: pd.DataFrame, by: Sequence[str] | None = None, *, power: float
) -> pd.DataFrame:
    """How many pairs McNemar's test needs to find that two tables with the same seeds differ in success.

    power: in (0, 1). One row per combination that both tables have. pairs, both, only_first, only_second, neither: as in
    `comparison.compare_sweeps`, which also lists the errors. needed: the number of pairs at which the test at the 5 % level
    finds the difference with probability `power`, if the shares stay the same; inf if only_first equals only_second. more:
    needed minus the pairs there are, at least 0.
    """
    found = paired_outcomes(first, second, by)
    needed = pairs_to_tell_apart(found["only_first"] / found["pairs"], found["only_second"] / found["pairs"], power=power)
    return beside(found, {"needed": needed, "more": more_seeds(needed, found["pairs"])})
