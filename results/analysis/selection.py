"""The best combination of settings, without the winner's curse."""

from collections.abc import Sequence

import numpy as np
import pandas as pd

from backsweep.errors import NoAnswerError, ResultsError, SettingError
from backsweep.outcomes import Outcome, ended

from ..arrays import Booleans, Integers
from ..statistics.groups import wilson_interval
from ..statistics.resampling import RESAMPLES
from ..statistics.running_time import epochs_for_each_success, expected_running_time
from .names import BEST, beside
from .tables import grouped, settings_to_group_by


def best_on_other_seeds(
    table: pd.DataFrame, by: Sequence[str] | None = None, *, rng: np.random.Generator, resamples: int = RESAMPLES
) -> pd.DataFrame:
    """The best combination of the settings `by`: chosen on half of the seeds, evaluated on the other half. Returns one row.

    The best combination is the one with the highest success rate; between equals, the one that needs the fewest epochs per
    success. On the runs that made it the best, it looks better than it is (the winner's curse), so the other half of the seeds
    measures it.

    chosen_success: its success rate on the seeds that chose it. tied: how many combinations were equally good there, itself
    included; the first of them is returned. runs, success, running_time (the last two with 95 % intervals _low and _high): from
    the other seeds only (`tables.summary`, `running_time.expected_running_time`).

    The seeds are divided at random; if their number is odd, the evaluating half has one more. Only combinations with all seeds
    take part, because in an unfinished sweep a combination could win with a few lucky runs. If there is only one combination,
    nothing is chosen and all its runs are used.

    ResultsError if there are fewer than two seeds, if `by` has the seed, or if no combination has all seeds. NoAnswerError if
    no run of the choosing half converged.

    M. Stone, J. Royal Statistical Society B 36 (1974) 111.
    """
    by = settings_to_group_by(table, by)
    if "seed" in by:
        raise SettingError(["by"], "seed cannot be a setting here, because the seeds choose and judge")
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
    """The group with the highest success rate, between equals with the fewest epochs per success; its rate; the number of
    equals.

    number: the group of each run, (runs,); epochs, converged: of each run, (runs,). Groups without runs come last.
    """
    totals = np.stack([np.bincount(number, weights=of, minlength=groups) for of in (epochs, converged)], -1, dtype=np.float64)
    with np.errstate(invalid="ignore"):
        success = totals[:, 1] / np.bincount(number, minlength=groups)
    cost = epochs_for_each_success(totals)
    best = int(np.lexsort((cost, -success))[0])
    return best, float(success[best]), int(np.sum((success == success[best]) & (cost == cost[best])))
