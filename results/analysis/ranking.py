"""The settings in order: those whose runs converge most often and soonest, or, where none converged, with the lowest loss."""

from collections.abc import Sequence

import numpy as np
import pandas as pd

from backsweep.outcomes import Outcome, ended

from ..arrays import Floats, Integers
from ..statistics.groups import interquartile_mean
from ..statistics.running_time import success_and_cost
from .names import beside
from .tables import curves_of, grouped, outcome_shares, summary_of


def ranked(table: pd.DataFrame, by: Sequence[str] | None = None, most: int | None = None) -> pd.DataFrame:
    """The combinations of the settings `by` (default: all that vary), the first `most` of them, by what all their runs say.

    The columns are those of `tables.summary`, and diverged, running_time, interquartile_mean_loss as in
    `summaries.detailed_summary`, without its intervals.
    """
    number, settings = grouped(table, by)
    first = order_of(table, number, len(settings))[:most]
    place = np.full(len(settings), -1)
    place[first] = np.arange(len(first))
    shown = place[number] >= 0
    part, number = table[shown], place[number][shown]
    found = summary_of(part, number, settings.iloc[first].reset_index(drop=True), curves_of(part, number))
    diverged = outcome_shares(part, number, len(first))[Outcome.DIVERGED.value]
    _, cost, loss = _merits(part, number, len(first))
    return beside(found, {"diverged": diverged, "running_time": cost, "interquartile_mean_loss": loss})


def order_of(table: pd.DataFrame, number: Integers, groups: int) -> Integers:
    """The numbers of groups of runs, the best first, (groups,). number: the group of each run, (runs,).

    First comes the highest success rate; between equals the fewest epochs per success; where no run converged, the lowest final
    loss. Groups that are equal in this stay in their order, those without runs come last.
    """
    success, cost, loss = _merits(table, number, groups)
    return np.lexsort([np.where(success > 0, 0, loss), cost, -success])


def _merits(table: pd.DataFrame, number: Integers, groups: int) -> tuple[Floats, Floats, Floats]:
    """The success rate of each group, its epochs per success, and its final loss."""
    success, cost = success_and_cost(number, table["epochs"].to_numpy(), ended(table, Outcome.CONVERGED), groups)
    return success, cost, interquartile_mean(number, table["loss"].to_numpy(np.float64), groups)
