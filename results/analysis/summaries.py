"""The detailed summary of each combination of settings; `tables.summary` is the short one."""

from collections.abc import Sequence

import numpy as np
import pandas as pd

from backsweep.errors import SettingError
from backsweep.outcomes import Outcome, ended

from ..arrays import Floats, Integers
from ..statistics.groups import interquartile_mean
from ..statistics.resampling import RESAMPLES
from ..statistics.running_time import expected_running_time
from ..statistics.survival import Survival, restricted_mean, survival_quantile
from .names import beside
from .tables import curves_of, grouped, outcome_shares, summary_of


def detailed_summary(
    table: pd.DataFrame,
    by: Sequence[str] | None = None,
    *,
    rng: np.random.Generator,
    limit: float | None = None,
    resamples: int = RESAMPLES,
) -> pd.DataFrame:
    """`tables.summary` with more columns; all intervals are 95 % intervals.

    converged, diverged, stalled, capped: the share of the runs with this outcome.

    lower_quartile_epochs, upper_quartile_epochs: the epochs by which a quarter and three quarters of the runs have converged,
    from the Kaplan-Meier curve, like the median; intervals lower_quartile_low ... lower_quartile_high, likewise upper.

    restricted_mean_epochs, interval restricted_mean_low ... restricted_mean_high: the mean of min(epochs to convergence,
    restricted_limit), nan if runs of the group were cut off before the limit. restricted_limit: the argument `limit`, in
    epochs; by default the largest at which all groups have a mean.

    running_time, with _low and _high: all epochs spent ÷ successes, with an interval from a bootstrap of `resamples` resamples
    (`running_time.expected_running_time`).

    interquartile_mean_loss: the mean of the middle half of the final losses of all runs.

    mean_epochs_of_converged_only: ignores all other runs, so it falls when slow runs fail.

    SettingError for an unknown column, and for a limit that is not above 0.
    """
    number, settings = grouped(table, by)
    groups, curves = len(settings), curves_of(table, number)
    epochs, converged = table["epochs"].to_numpy(), ended(table, Outcome.CONVERGED)
    running_time = expected_running_time(number, epochs, converged, groups, rng, resamples)
    successes = np.bincount(number[converged], minlength=groups)
    with np.errstate(invalid="ignore"):
        mean_of_converged = np.bincount(number[converged], weights=epochs[converged], minlength=groups) / successes
    found = {
        **outcome_shares(table, number, groups),
        **_survival_columns(table, number, curves, groups, limit),
        **running_time.columns("running_time"),
        "interquartile_mean_loss": interquartile_mean(number, table["loss"].to_numpy(), groups),
        "mean_epochs_of_converged_only": mean_of_converged,
    }
    return beside(summary_of(table, number, settings, curves), found)


def _survival_columns(
    table: pd.DataFrame, number: Integers, curves: Survival, groups: int, limit: float | None
) -> dict[str, Floats]:
    known = known_until(table, number, groups)
    limit = common_limit(table, known) if limit is None else limit
    if not limit > 0:
        raise SettingError(["limit"], "must be above 0", value=limit)
    found: dict[str, Floats] = {}
    for name, share in (("lower_quartile", 0.25), ("upper_quartile", 0.75)):
        found[f"{name}_epochs"], found[f"{name}_low"], found[f"{name}_high"] = survival_quantile(curves, groups, share)
    unknown = (known < limit) | (np.bincount(number, minlength=groups) == 0)
    mean = (np.where(unknown, np.nan, column) for column in restricted_mean(curves, groups, limit))
    found["restricted_mean_epochs"], found["restricted_mean_low"], found["restricted_mean_high"] = mean
    return found | {"restricted_limit": np.full(groups, float(limit))}


def known_until(table: pd.DataFrame, number: Integers, groups: int) -> Floats:
    """The epoch up to which each group's curve is known, (groups,): where its last run was cut off or converged.

    inf for groups in which no run was cut off, because runs that did not converge are then known never to converge.
    """
    epochs = table["epochs"].to_numpy()
    capped, converged = ended(table, Outcome.CAPPED), ended(table, Outcome.CONVERGED)
    last = np.zeros(groups)
    seen = capped | converged
    np.maximum.at(last, number[seen], epochs[seen])
    return np.where(np.bincount(number[capped], minlength=groups) > 0, last, np.inf)


def common_limit(table: pd.DataFrame, known: Floats) -> float:
    """The largest limit, in epochs, at which all groups have a restricted mean; if it is infinite, the longest run's epochs."""
    longest = float(table["epochs"].max()) if len(table) else 0.0
    return max(float(known.min(initial=longest)), 1.0)
