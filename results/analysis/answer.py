"""What a sweep found, as plain values. The report and the command line both say them in the sentences of `text.answer`."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, TypeVar

import numpy as np
import pandas as pd

from backsweep.errors import ResultsError
from backsweep.outcomes import Outcome, ended

from ..arrays import Floats
from ..statistics.resampling import RESAMPLES
from ..store.schema import Manifest
from ..store.written_spec import goals, seed_count
from .designs import drawn_columns
from .ends import ends_of, words_of
from .remarks import lost_at_once
from .selection import (
    best_of_halves,
    better_on_all_seeds,
    equals_of_best,
    halves_of,
    lowest_loss_on_other_seeds,
    with_all_seeds,
)
from .tables import axis_columns, grouped
from .what_matters import what_matters

SEED = 0  # of each resampling: the same runs have the same answer everywhere, with the numbers that tables have

Found = TypeVar("Found")
OrWhyNot = pd.DataFrame | ResultsError


@dataclass(frozen=True)
class Answer:
    """What the runs that are done say.

    done: how many. has_rule: whether the spec has a stopping rule, without which no run can converge. outcomes: the share of
    the runs that ended so. levels: the values of each setting that varies. settings: how many combinations there are; never: in
    how many of them no run converged; competing: how many have all the seeds that any has. cells: how many the sweep has.

    best: the row of `selection.best_on_other_seeds`, or why there is none. as_often: how many combinations had its success rate
    where it was chosen; tied: those that did as well in all, itself the first. better: the row of
    `selection.better_on_all_seeds`, if there is one. lowest: the row of `selection.lowest_loss_on_other_seeds`, or why there is
    none; None beside a best. ends: the settings of which that row has the lowest or highest value, and which (`ends.ends_of`);
    words: those that have no ends.

    matters: the table of `what_matters.what_matters`, or why there is none. lost: as `remarks.lost_at_once`.
    """

    done: int
    has_rule: bool
    outcomes: dict[Outcome, float]
    levels: dict[str, list[Any]]
    settings: int
    never: int
    competing: int
    cells: int
    best: pd.DataFrame | ResultsError
    as_often: int
    tied: pd.DataFrame
    better: pd.DataFrame
    lowest: pd.DataFrame | ResultsError | None
    ends: dict[str, str]
    words: list[str]
    matters: pd.DataFrame | ResultsError
    lost: Floats


def answer_of(table: pd.DataFrame, manifest: Manifest, resamples: int = RESAMPLES) -> Answer:
    """What a table of runs of this sweep says. resamples: for the intervals of `matters`; the shares need none."""
    names, rng = axis_columns(table), np.random.default_rng(SEED)
    number, settings = grouped(table, names)
    converged = ended(table, Outcome.CONVERGED)
    best, lowest, tied, as_often, better = _best(table)
    row = best if lowest is None else lowest
    return Answer(
        done=len(table),
        has_rule=bool(goals(manifest.spec)),
        outcomes={outcome: float(ended(table, outcome).mean()) if len(table) else 0.0 for outcome in Outcome},
        levels=levels_of_all(table),
        settings=len(settings),
        never=int(np.sum(np.bincount(number[converged], minlength=len(settings)) == 0)),
        competing=int(np.sum(with_all_seeds(table, number, len(settings)))),
        cells=manifest.runs // seed_count(manifest.spec),
        best=best,
        as_often=as_often,
        tied=tied,
        better=better,
        lowest=lowest,
        ends=ends_of(settings, row.iloc[0], names) if isinstance(row, pd.DataFrame) and row["tied"].iloc[0] == 1 else {},
        words=words_of(settings),
        matters=_or_why_not(lambda: what_matters(table, drawn_columns(manifest), rng=rng, resamples=resamples)),
        lost=lost_at_once(table),
    )


def _best(table: pd.DataFrame) -> tuple[OrWhyNot, OrWhyNot | None, pd.DataFrame, int, pd.DataFrame]:
    """`best`, `lowest`, `tied`, `as_often`, `better` of the answer; the same seeds choose and judge for all of them."""
    rng = np.random.default_rng(SEED)
    halves = _or_why_not(lambda: halves_of(table, None, rng))
    if isinstance(halves, ResultsError):
        return halves, halves, table.head(0), 0, table.head(0)
    best = _or_why_not(lambda: best_of_halves(table, halves, rng))
    if isinstance(best, ResultsError):
        return best, _or_why_not(lambda: lowest_loss_on_other_seeds(table, halves)), table.head(0), 0, table.head(0)
    return best, None, *equals_of_best(table, halves), better_on_all_seeds(table, halves)


def levels_of_all(table: pd.DataFrame) -> dict[str, list[Any]]:
    """The values that each setting takes in a table."""
    return {name: table[name].dropna().unique().tolist() for name in axis_columns(table)}


def _or_why_not(find: Callable[[], Found]) -> Found | ResultsError:
    try:
        return find()
    except ResultsError as error:
        return error
