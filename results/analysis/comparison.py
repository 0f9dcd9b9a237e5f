"""Compares settings and sweeps: in pairs if both have the same seeds, as independent samples if they do not."""

from collections.abc import Sequence

import numpy as np
import pandas as pd

from backsweep.errors import ResultsError, SettingError
from backsweep.outcomes import Outcome, ended

from ..arrays import Booleans, Floats, Integers
from ..statistics.bootstrap import bootstrap
from ..statistics.resampling import RESAMPLES
from ..statistics.running_time import epochs_for_each_success
from ..statistics.significance import holm, log_rank, mcnemar, paired_difference_interval
from .names import beside, column_of
from .tables import axis_columns, columns_of, grouped, with_value


def values_of(table: pd.DataFrame, setting: str, first: object, second: object) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Two tables to compare: the runs with the first value of a setting and those with the second, without its column.

    SettingError if there is no such setting, if no run has one of the values, or if both values are the same.
    """
    setting = column_of(setting, axis_columns(table), "setting")
    parts = [with_value(table, setting, value) for value in (first, second)]
    if parts[0].index.equals(parts[1].index):
        raise SettingError([setting], f"{first!r} and {second!r} are the same value; a comparison needs two")
    return parts[0].drop(columns=setting), parts[1].drop(columns=setting)


def compare_sweeps(
    first: pd.DataFrame,
    second: pd.DataFrame,
    by: Sequence[str] | None = None,
    *,
    rng: np.random.Generator,
    limit: float | None = None,
    resamples: int = RESAMPLES,
) -> pd.DataFrame:
    """Compare two tables of runs, paired by seed within each combination of the settings `by` (default: all that both have).

    Returns one row per combination that both tables have, with these columns:

    pairs: the number of pairs, int64. both, only_first, only_second, neither: in how many of them both runs converged, only
    one, or none.

    success_difference, success_difference_low, success_difference_high: the success rate of the second table minus that of the
    first (`significance.paired_difference_interval`). success_p: the p-value of McNemar's test. success_p_holm: the same after
    Holm's correction for all rows of this table.

    restricted_mean_difference, with _low and _high: the mean of min(epochs to convergence, restricted_limit) of the second
    table minus that of the first, in epochs. A run that never converges counts with the limit. restricted_limit: the argument
    `limit`, in epochs; by default the fewest epochs after which a run of either table was cut off, so nothing is censored
    before it and the mean needs no survival curve.

    running_time_difference, with _low and _high: all epochs spent ÷ successes, second minus first, in epochs; inf, -inf or nan
    if one table or both have no success.

    All intervals are 95 % intervals. Those of the last two differences come from a paired bootstrap with `resamples` resamples,
    which draws pairs and never single runs.

    SettingError if two runs have the same seed and combination (`by` leaves out a setting that varies), and for a limit beyond
    the epoch at which the first run was cut off; ResultsError if there is no pair.
    """
    by = _settings(first, second, by)
    pairs = _paired(first, second, by)
    limit = _uncensored_limit(pairs, limit)
    number, settings = _groups(pairs, by)
    groups, counts = len(settings), _counted(pairs, number, settings)
    low, high = paired_difference_interval(counts["only_first"], counts["only_second"], counts["pairs"])
    p = mcnemar(counts["only_first"], counts["only_second"])
    one, two = _converged(pairs)
    epochs = [pairs[f"epochs_{side}"].to_numpy(np.float64) for side in ("first", "second")]
    times = [np.where(converged, np.minimum(spent, limit), limit) for spent, converged in zip(epochs, (one, two), strict=True)]
    sums = np.column_stack([times[1] - times[0], np.ones(len(pairs))])
    spent = np.column_stack([epochs[0], one, epochs[1], two])
    found = {
        "success_difference": (counts["only_second"] - counts["only_first"]) / counts["pairs"],
        "success_difference_low": low,
        "success_difference_high": high,
        "success_p": p,
        "success_p_holm": holm(p),
        "restricted_limit": float(limit),
        **bootstrap(sums, number, groups, _mean, rng, resamples).columns("restricted_mean_difference"),
        **bootstrap(spent, number, groups, _running_time_difference, rng, resamples).columns("running_time_difference"),
    }
    return beside(counts, found)


def paired_outcomes(first: pd.DataFrame, second: pd.DataFrame, by: Sequence[str] | None = None) -> pd.DataFrame:
    """The first columns of `compare_sweeps`: the pairs, and in how many of them both runs converged, only one, or none."""
    by = _settings(first, second, by)
    pairs = _paired(first, second, by)
    return _counted(pairs, *_groups(pairs, by))


def _groups(pairs: pd.DataFrame, by: list[str]) -> tuple[Integers, pd.DataFrame]:
    """`tables.grouped` for pairs as `_paired` returns them."""
    key = [*by, "seed"]
    return grouped(pairs[list(range(len(key)))].set_axis(key, axis="columns"), by)


def _counted(pairs: pd.DataFrame, number: Integers, settings: pd.DataFrame) -> pd.DataFrame:
    one, two = _converged(pairs)
    which = {"both": one & two, "only_first": one & ~two, "only_second": ~one & two, "neither": ~one & ~two}
    counts = {name: np.bincount(number[those], minlength=len(settings)) for name, those in which.items()}
    return beside(settings, {"pairs": np.bincount(number, minlength=len(settings)), **counts})


def _converged(pairs: pd.DataFrame) -> tuple[Booleans, Booleans]:
    return ended(pairs, Outcome.CONVERGED, "outcome_first"), ended(pairs, Outcome.CONVERGED, "outcome_second")


def compare_unpaired(first: pd.DataFrame, second: pd.DataFrame, by: Sequence[str] | None = None) -> pd.DataFrame:
    """Compare two tables of runs with different seeds, by the log-rank test in each combination that both tables have.

    runs_first, runs_second: the number of runs. observed: how many runs of the second table converged; expected: how many would
    if both tables were alike. log_rank: the statistic, chi-squared with one degree of freedom. p: its p-value; p_holm: the same
    after Holm's correction for all rows of this table (`significance.log_rank`, `significance.holm`).

    ResultsError if no combination occurs in both tables.
    """
    by = _settings(first, second, by)
    runs = pd.concat([first, second], ignore_index=True)
    number, settings = grouped(runs[[*by, "seed"]], by)
    sample = np.arange(len(runs)) >= len(first)
    sizes = [np.bincount(number[of], minlength=len(settings)) for of in (~sample, sample)]
    converged, capped = ended(runs, Outcome.CONVERGED), ended(runs, Outcome.CAPPED)
    found = log_rank(number, runs["epochs"].to_numpy(), converged, capped, sample, len(settings))
    shared = (sizes[0] > 0) & (sizes[1] > 0)
    columns = {"observed": found.observed, "expected": found.expected, "log_rank": found.statistic, "p": found.p_value}
    if not shared.any():
        if not by:
            raise ResultsError("one of the two sides has no runs to compare")
        raise ResultsError(f"no run of the first has the same {', '.join(by)} as one of the second").advising(
            ("name settings of which both have the same values", "by")
        )
    kept = beside(settings, {"runs_first": sizes[0], "runs_second": sizes[1], **columns})[shared].reset_index(drop=True)
    return beside(kept, {"p_holm": holm(kept["p"])})


def compared(
    first: pd.DataFrame, second: pd.DataFrame, by: Sequence[str] | None, *, paired: bool, rng: np.random.Generator
) -> pd.DataFrame:
    """What `compare_sweeps` finds or, unless paired, `compare_unpaired`."""
    return compare_sweeps(first, second, by, rng=rng) if paired else compare_unpaired(first, second, by)


def _settings(first: pd.DataFrame, second: pd.DataFrame, by: Sequence[str] | None) -> list[str]:
    """The settings to group both tables by. SettingError for names that are not settings, and for settings that only one table
    varies.
    """
    shared = [name for name in axis_columns(first) if name in axis_columns(second)]
    return shared if by is None else columns_of(by, shared, "that varies in both")


def _paired(first: pd.DataFrame, second: pd.DataFrame, by: list[str]) -> pd.DataFrame:
    """The outcomes and epochs of both sides. Columns 0, 1, ..., unlike any setting's name, hold what pairs them."""
    key = [*by, "seed"]
    places = list(range(len(key)))
    sides: list[pd.DataFrame] = []
    for name, table in (("first", first), ("second", second)):
        if table.duplicated(key).any():
            raise _several_share(name, key, table, second if table is first else first)
        sides.append(table[[*key, "outcome", "epochs"]].set_axis([*places, "outcome", "epochs"], axis="columns"))
    pairs = sides[0].merge(sides[1], on=places, suffixes=("_first", "_second"))
    if pairs.empty:
        raise ResultsError(
            f"no run of the first has the same {', '.join(key)} as one of the second: their seeds differ, or one of them has "
            "settings that the other lacks, or settings advance together with the compared one. If the seeds differ, compare "
            "them unpaired. In Python results.where(...).compare_with(results.where(...)) compares any two parts"
        )
    return pairs


def _several_share(name: str, key: list[str], table: pd.DataFrame, other: pd.DataFrame) -> SettingError | ResultsError:
    """Why runs of one side cannot be paired: what varies in both is not among the settings, or something varies in it alone."""
    others = [column for column in axis_columns(table) if column not in key]
    shared = [column for column in others if column in axis_columns(other)]
    if shared:
        reason = f"runs of the {name} table share {', '.join(key)}; what else varies is {', '.join(others)}"
        return SettingError(["by"], reason)
    alone = " and ".join(others)
    return ResultsError(f"{alone} varies in the {name} alone, where several runs have the same {', '.join(key)}").advising(
        (f"choose one value of {alone}", "where")
    )


def _uncensored_limit(pairs: pd.DataFrame, limit: float | None) -> float:
    """The given limit, if no run was cut off before it; by default the largest such limit, or the epochs of the longest run."""
    cut = [pairs.loc[ended(pairs, Outcome.CAPPED, f"outcome_{side}"), f"epochs_{side}"].min() for side in ("first", "second")]
    longest = pairs[["epochs_first", "epochs_second"]].to_numpy().max()
    most = np.nanmin([*cut, np.inf])
    if limit is None:
        return float(max(min(most, longest), 1))
    if not 0 < limit <= most:
        reason = f"must be above 0 and at most {most:g}, the epoch at which the first run was cut off"
        raise SettingError(["limit"], reason, value=limit)
    return float(limit)


def _mean(totals: Floats) -> Floats:
    with np.errstate(invalid="ignore"):
        return totals[..., 0] / totals[..., 1]


def _running_time_difference(totals: Floats) -> Floats:
    with np.errstate(invalid="ignore"):
        return epochs_for_each_success(totals[..., 2:]) - epochs_for_each_success(totals[..., :2])
