"""The best combinations of settings, without the winner's curse.

On the runs that made it the best, a combination looks better than it is. So half of the seeds choose and the other half judge.
The best combination is the one with the highest success rate; between equals, the one that needs the fewest epochs per success.

M. Stone, J. Royal Statistical Society B 36 (1974) 111.
"""

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
import pandas as pd

from backsweep.errors import NoAnswerError, ResultsError, SettingError
from backsweep.outcomes import Outcome, ended

from ..arrays import Booleans, Floats, Integers
from ..statistics.groups import interquartile_mean, interquartile_mean_interval, wilson_interval
from ..statistics.resampling import RESAMPLES
from ..statistics.running_time import expected_running_time, success_and_cost
from .names import BEST, beside
from .tables import axis_columns, columns_of, grouped

NONE_CHOSEN = "no setting converged on the choosing seeds"


class Winners(NamedTuple):
    """The best group of each contest, arrays (contests,): its number; its success rate on the runs that chose it, nan without
    any; and how many groups of the contest were equally good, itself included.
    """

    group: Integers
    success: Floats
    tied: Integers


def best_on_other_seeds(
    table: pd.DataFrame, by: Sequence[str] | None = None, *, rng: np.random.Generator, resamples: int = RESAMPLES
) -> pd.DataFrame:
    """The best combination of settings, or the best one for each combination of the settings `by`: one row each.

    chosen_success: its success rate on the seeds that chose it. tied: how many combinations were equally good there, itself
    included; the first of them is returned. runs, success, running_time (the last two with 95 % intervals _low and _high): from
    the other seeds only (`tables.summary`, `running_time.expected_running_time`).

    The seeds are divided at random; if their number is odd, the evaluating half has one more. Only combinations with all seeds
    take part, because in an unfinished sweep a combination could win with a few lucky runs. Where there is only one
    combination, nothing is chosen and all its runs are used. A combination of `by` has no row if no run of its choosing half
    converged.

    ResultsError if there are fewer than two seeds, or if no combination has all seeds. SettingError if `by` has the seed, or
    what is no setting. NoAnswerError if there would be no row.
    """
    return best_of_halves(table, halves_of(table, by, rng), rng, resamples)


def best_of_halves(table: pd.DataFrame, halves: "Halves", rng: np.random.Generator, resamples: int = RESAMPLES) -> pd.DataFrame:
    """The same, of runs that are divided already."""
    number, groups, contest, chooses, judges = halves
    converged, epochs = ended(table, Outcome.CONVERGED), table["epochs"].to_numpy()
    best = winners(number[chooses], epochs[chooses], converged[chooses], contest)
    there = best.success > 0
    if not there.any():
        said = f"{NONE_CHOSEN}, so none" if converged[chooses | judges].any() else "no run converged, so no setting"
        raise NoAnswerError(f"{said} is the best", [*map(str, groups), *BEST])
    winning = best.group[there]
    judged = judges & np.isin(number, winning)
    row = np.searchsorted(winning, number[judged])
    runs, successes = (np.bincount(row[of], minlength=len(winning)) for of in (slice(None), converged[judged]))
    low, high = wilson_interval(successes, runs)
    time = expected_running_time(row, epochs[judged], converged[judged], len(winning), rng, resamples)
    found = {
        "chosen_success": best.success[there],
        "tied": best.tied[there],
        "runs": runs,
        "success": successes / runs,
        "success_low": low,
        "success_high": high,
        **time.columns("running_time"),
    }
    return beside(groups.iloc[winning].reset_index(drop=True), found)


class Halves(NamedTuple):
    """Who chooses, and who judges.

    number: the group of each run, (runs,); groups: their settings, one row each; contest: in which each group takes part,
    (groups,). chooses, judges: whether each run does, (runs,): both where a group is alone, neither where it lacks a seed.
    """

    number: Integers
    groups: pd.DataFrame
    contest: Integers
    chooses: Booleans
    judges: Booleans


def halves_of(table: pd.DataFrame, by: Sequence[str] | None, rng: np.random.Generator) -> Halves:
    """Divide the runs by their seeds. ResultsError and SettingError as in `best_on_other_seeds`."""
    settings = axis_columns(table)
    by = [] if by is None else columns_of(by, [*settings, "seed"])
    if "seed" in by:
        raise SettingError(["by"], "seed cannot be a setting here, because the seeds choose and judge")
    choosing = on_choosing_seeds(table, rng)
    number, groups = grouped(table, [*by, *(name for name in settings if name not in by)])
    contest, _ = grouped(groups, by)
    whole = with_all_seeds(table, number, len(groups))
    if not whole.any():
        raise ResultsError("no combination of settings has all the seeds that others have; finish the sweep first")
    alone = (np.bincount(contest) == 1)[contest]
    chooses, judges = ((of | alone[number]) & whole[number] for of in (choosing, ~choosing))
    return Halves(number, groups, contest, chooses, judges)


def equals_of_best(table: pd.DataFrame, halves: Halves) -> tuple[pd.DataFrame, int]:
    """The combinations that did as well as the best on the seeds that choose, itself the first; how many converged as often."""
    number, groups, _, chooses, _ = halves
    converged, epochs = ended(table, Outcome.CONVERGED), table["epochs"].to_numpy()
    success, cost = success_and_cost(number[chooses], epochs[chooses], converged[chooses], len(groups))
    as_often = success == np.nanmax(success)
    return groups[as_often & (cost == cost[as_often].min())], int(as_often.sum())


def better_on_all_seeds(table: pd.DataFrame, halves: Halves) -> pd.DataFrame:
    """The combination that does better than the best one if all seeds choose, one row, or none.

    Better: it converges more often, or as often at fewer epochs per success. success, running_time: over all its runs.
    """
    number, groups, contest, chooses, judges = halves
    converged, epochs = ended(table, Outcome.CONVERGED), table["epochs"].to_numpy()
    both = chooses | judges
    (best,), (first,) = (winners(number[of], epochs[of], converged[of], contest).group for of in (chooses, both))
    success, cost = success_and_cost(number[both], epochs[both], converged[both], len(groups))
    as_good = success[best] == success[first] and cost[best] == cost[first]
    return beside(groups, {"success": success, "running_time": cost}).iloc[[] if as_good else [first]]


def lowest_loss_on_other_seeds(table: pd.DataFrame, halves: Halves) -> pd.DataFrame:
    """The combination with the lowest final loss: chosen on half of the seeds, evaluated on the other half. Returns one row.

    tied: how many combinations had the same loss on the seeds that chose it. runs, loss, with its 95 % interval loss_low and
    loss_high: from the other seeds only (`groups.interquartile_mean`); loss is inf where more than a quarter of them are nan.
    """
    number, groups, _, chooses, judges = halves
    losses = table["loss"].to_numpy(np.float64)
    chosen = interquartile_mean(number[chooses], losses[chooses], len(groups))
    best = int(np.nanargmin(chosen))
    judged = losses[judges & (number == best)]
    low, high = interquartile_mean_interval(judged)
    loss = interquartile_mean(np.zeros(len(judged), np.int64), judged, 1)
    found = {"tied": np.sum(chosen == chosen[best]), "runs": len(judged), "loss": loss, "loss_low": low, "loss_high": high}
    return beside(groups.iloc[[best]].reset_index(drop=True), found)


def on_choosing_seeds(table: pd.DataFrame, rng: np.random.Generator) -> Booleans:
    """Whether each run has one of the seeds that choose, half of them, drawn at random, (runs,). ResultsError for one seed."""
    seeds = np.sort(table["seed"].unique())
    if len(seeds) < 2:
        raise ResultsError(
            f"there are runs of {len(seeds)} seed; choosing with half of them and judging with the others needs at least two"
        )
    return table["seed"].isin(rng.permutation(seeds)[: len(seeds) // 2]).to_numpy()


def with_all_seeds(table: pd.DataFrame, number: Integers, groups: int) -> Booleans:
    """Whether each group has runs of all the seeds in the table, (groups,). number: the group of each run, (runs,)."""
    there = table["seed"].groupby(number).nunique().reindex(range(groups), fill_value=0)
    return there.to_numpy() == table["seed"].nunique()


def winners(number: Integers, epochs: Integers, converged: Booleans, contest: Integers) -> Winners:
    """The group with the highest success rate in each contest, between equals the one with the fewest epochs per success.

    number: the group of each run, (runs,); epochs, converged: of each run, (runs,). contest: in which contest each group takes
    part, (groups,), whole numbers from 0. Groups without runs come last.
    """
    success, cost = success_and_cost(number, epochs, converged, len(contest))
    order = np.lexsort((cost, -success, contest))
    best = order[np.searchsorted(contest[order], np.arange(contest.max() + 1))]
    equal = (success == success[best][contest]) & (cost == cost[best][contest])
    return Winners(best, success[best], np.bincount(contest[equal], minlength=len(best)))
