"""The best combination of settings, without the winner's curse."""

from collections.abc import Sequence

import numpy as np
import pandas as pd

from backsweep.errors import NoAnswerError, ResultsError
from backsweep.outcomes import Outcome, ended

from ..arrays import Booleans, Integers
from ..statistics.groups import wilson_interval
from ..statistics.resampling import RESAMPLES
from ..statistics.running_time import epochs_for_each_success, expected_running_time
from .names import BEST, beside
from .tables import axis_columns, columns_of, grouped


def best_on_other_seeds(
    table: pd.DataFrame, by: Sequence[str] | None = None, *, rng: np.random.Generator, resamples: int = RESAMPLES
) -> pd.DataFrame:
    """The best combination of the settings `by`, chosen on half of the seeds and judged on the other half; one row.

    Best is where most converge, between equals where a success costs the fewest epochs. The best of many looks better than
    it is on the very runs that made it the best: chosen_success says how good it looked there, and tied how many combinations
    were as good there, itself among them; of several it is the first. runs, success and running_time, each of these with its
    95 % interval _low and _high, are of the other seeds alone, which had no say.
    The seeds are dealt at random; of an odd number the judges have one more. Only combinations that have all seeds compete,
    or those of an unfinished sweep would win by a lucky few. A single combination is not chosen: all its runs judge it.
    ResultsError for fewer than two seeds, or where no combination has all of them; NoAnswerError where no run that chooses
    converged: what succeeds in none is not the best.

    M. Stone, J. Royal Statistical Society B 36 (1974) 111.
    """
    by = axis_columns(table) if by is None else columns_of(by, [*axis_columns(table), "cell", "seed"])
    if "seed" in by:
        raise ResultsError("by: seed cannot be a setting here, because the seeds choose and judge")
    seeds = np.sort(table["seed"].unique())
    if len(seeds) < 2:
        raise ResultsError(
            f"there are runs of {len(seeds)} seed; choosing with half of them and judging with the others needs at least two"
        )
    number, settings = grouped(table, by)
    whole = table["seed"].groupby(number).nunique().reindex(range(len(settings)), fill_value=0).to_numpy() == len(seeds)
    if not whole.any():
        raise ResultsError("no combination of settings has all the seeds that others have; finish the sweep first")
    converged, epochs = ended(table, Outcome.CONVERGED), table["epochs"].to_numpy()
    chooses = table["seed"].isin(rng.permutation(seeds)[: len(seeds) // 2]).to_numpy() | (len(settings) == 1)
    chosen = chooses & whole[number]
    best, chosen_success, tied = _best(number[chosen], epochs[chosen], converged[chosen], len(settings))
    if not chosen_success > 0:
        of_which = " on the half of the seeds that choose" if converged[whole[number]].any() else ""
        raise NoAnswerError(f"no run converged{of_which}, so no setting is the best", [*by, *BEST])
    judged = (~chooses | (len(settings) == 1)) & (number == best)
    runs, successes = np.sum(judged), np.sum(converged[judged])
    low, high = wilson_interval(successes, runs)
    time = expected_running_time(np.zeros(runs, np.int64), epochs[judged], converged[judged], 1, rng, resamples)
    winner = settings.iloc[[best]].reset_index(drop=True)
    found = {
        "chosen_success": chosen_success,
        "tied": tied,
        "runs": runs,
        "success": successes / runs if runs else np.nan,
        "success_low": low,
        "success_high": high,
        **time.columns("running_time"),
    }
    return beside(winner, found)


def _best(number: Integers, epochs: Integers, converged: Booleans, groups: int) -> tuple[int, float, int]:
    """The group where most converge, then where a success costs the fewest epochs, its share, and how many groups are alike.

    Groups without runs are last.
    """
    totals = np.stack([np.bincount(number, weights=of, minlength=groups) for of in (epochs, converged)], -1, dtype=np.float64)
    with np.errstate(invalid="ignore"):
        success = totals[:, 1] / np.bincount(number, minlength=groups)
    cost = epochs_for_each_success(totals)
    best = int(np.lexsort((cost, -success))[0])
    return best, float(success[best]), int(np.sum((success == success[best]) & (cost == cost[best])))
