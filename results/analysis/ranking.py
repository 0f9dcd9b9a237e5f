"""The settings in order: those whose runs converge most often and soonest, or, where none converged, with the lowest loss."""

from collections.abc import Sequence

import numpy as np
import pandas as pd

from backsweep.outcomes import Outcome, ended

from ..statistics.groups import interquartile_mean
from ..statistics.running_time import success_and_cost
from .names import beside
from .tables import curves_of, grouped, outcome_shares, summary_of


def ranked(table: pd.DataFrame, by: Sequence[str] | None = None, most: int | None = None) -> pd.DataFrame:
    """The combinations of the settings `by` (default: all that vary), the first `most` of them, by what all their runs say.

    First comes the highest success rate; between equals the fewest epochs per success; between these the lowest final loss.

    The columns are those of `tables.summary`, and diverged, running_time, interquartile_mean_loss as in
    `summaries.detailed_summary`, without its intervals.
    """
    number, settings = grouped(table, by)
    groups = len(settings)
    success, cost = success_and_cost(number, table["epochs"].to_numpy(), ended(table, Outcome.CONVERGED), groups)
    loss = interquartile_mean(number, table["loss"].to_numpy(np.float64), groups)
    first = np.lexsort([loss, cost, -success])[:most]
    place = np.full(groups, -1)
    place[first] = np.arange(len(first))
    shown = place[number] >= 0
    part, number = table[shown], place[number][shown]
    found = summary_of(part, number, settings.iloc[first].reset_index(drop=True), curves_of(part, number))
    diverged = outcome_shares(part, number, len(first))[Outcome.DIVERGED.value]
    return beside(found, {"diverged": diverged, "running_time": cost[first], "interquartile_mean_loss": loss[first]})


def in_order(details: pd.DataFrame) -> pd.DataFrame:
    """The rows of `summaries.detailed_summary` in the same order."""
    by = ["success", "running_time", "interquartile_mean_loss"]
    return details.sort_values(by, ascending=[False, True, True], kind="stable", ignore_index=True)
