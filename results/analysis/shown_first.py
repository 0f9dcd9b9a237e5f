"""The setting that a report shows first, and the run that stands for its others.

It is the setting of the answer, so the answer, the map and the picture of one run are about the same.
"""

from typing import NamedTuple

import numpy as np
import pandas as pd

from backsweep.errors import ResultsError
from backsweep.outcomes import Outcome, ended

from .answer import SEED
from .ranking import order_of
from .selection import halves_of
from .tables import axis_columns, grouped, setting_labels


class ShownFirst(NamedTuple):
    """runs: those of the setting, one row each. why: why it is this one, as the end of a sentence."""

    runs: pd.DataFrame
    why: str

    @property
    def words(self) -> str:
        """The setting, and why it is this one."""
        return f"{setting_labels(self.runs[axis_columns(self.runs)].head(1))[0]}, {self.why}"


def shown_first(table: pd.DataFrame) -> ShownFirst:
    """The setting that the answer calls the best or, where none is, that with the lowest final loss.

    All runs choose it where half of the seeds cannot, as where there is a single seed.
    """
    try:
        number, groups, _, chooses, _ = halves_of(table, None, np.random.default_rng(SEED))
        whose = "runs of the choosing seeds"
    except ResultsError:
        number, groups = grouped(table, None)
        chooses, whose = np.ones(len(table), bool), "runs"
    best = order_of(table[chooses], number[chooses], len(groups))[0]
    by_loss = not ended(table[chooses & (number == best)], Outcome.CONVERGED).any()
    why = (
        f"where {whose} end with the lowest loss"
        if by_loss
        else f"where most {whose} converge, at the fewest epochs per success"
    )
    return ShownFirst(table[number == best], why)


def typical_run(table: pd.DataFrame) -> int | None:
    """The run that stands for the others of `shown_first`: of those that converge the one with the median epochs.

    If none does, the one with the median loss. None if the table is empty.
    """
    if table.empty:
        return None
    runs = shown_first(table).runs
    converged = runs[ended(runs, Outcome.CONVERGED)]
    ordered = runs.sort_values(["loss", "run"]) if converged.empty else converged.sort_values(["epochs", "run"])
    return int(ordered["run"].iloc[(len(ordered) - 1) // 2])


def why_typical(table: pd.DataFrame) -> str:
    """Which settings the run of `typical_run` has, and why it is this one."""
    shown = shown_first(table)
    runs = shown.runs
    settings = f"It has {shown.words}" if axis_columns(table) else "It is of the one setting"
    if len(runs) == 1:
        return f"{settings}, and is the only run there."
    if ended(runs, Outcome.CONVERGED).any():
        return f"{settings}, and of the runs that converge there it takes the median number of epochs."
    return f"{settings}, and of the runs there, of which none converges, it ends with the median loss."
