"""Tables of runs, selected, grouped and summarised."""

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import pandas as pd

from backsweep import arguments
from backsweep.errors import SettingError
from backsweep.escapes import visible
from backsweep.outcomes import Outcome, ended

from ..arrays import Floats, Integers
from ..statistics.groups import wilson_interval
from ..statistics.running_time import restarted_trials
from ..statistics.survival import Survival, kaplan_meier, survival_quantile
from ..store.fields import FIRST_COLUMNS, LAST_COLUMNS
from .levels import Levels
from .names import NOTHING, beside, column_of

EVERY_RUN = "all runs"  # the label of a combination of no settings


def axis_columns(table: pd.DataFrame) -> list[str]:
    """The columns of settings that vary."""
    return [name for name in table.columns if name not in (*FIRST_COLUMNS, *LAST_COLUMNS)]


def part_of(
    table: pd.DataFrame, settings: Mapping[str, object], restricted: Mapping[str, str] = NOTHING
) -> tuple[pd.DataFrame, dict[str, str]]:
    """The runs with these values of settings, without the settings that have only one value among them.

    restricted: the settings that earlier choices left one value, and that value, as text. Returned with those of this choice.
    SettingError for an unknown setting, or if no run has the values.
    """
    for name, value in settings.items():
        try:
            column = column_of(name, axis_columns(table), name, restricted=restricted)
            table = with_value(table, column, value)
        except SettingError as error:
            raise SettingError([name], error.reason, shown="").inside("where") from None
    single = {name: levels_of(table, name) for name in axis_columns(table) if len(table[name].unique()) == 1}
    return table.drop(columns=list(single)), {**restricted, **{name: str(levels) for name, levels in single.items()}}


def with_value(table: pd.DataFrame, setting: str, value: object) -> pd.DataFrame:
    """The runs in which a setting has a value, given as tables hold it or as they show it.

    SettingError if no run has it, or if it may stand for several values.
    """
    return table[table[setting] == levels_of(table, setting).level(value)]


def levels_of(table: pd.DataFrame, setting: str) -> Levels:
    """The values that a setting takes in a table, for look-ups."""
    return Levels(setting, sorted_levels(table, setting))


def sorted_levels(table: pd.DataFrame, setting: str) -> list[Any]:
    """The values that a setting takes in a table, ascending; runs without the setting do not count."""
    return sorted(table[setting].dropna().unique().tolist())


def columns_of(by: str | Sequence[str], columns: Sequence[str], what: str = "that varies", argument: str = "by") -> list[str]:
    """The columns that one or several names stand for, without duplicates. SettingError as in `names.column_of`."""
    names = [by] if isinstance(by, str) else arguments.listed(argument, by, "names of settings, such as ['lr', 'hidden']")
    return list(dict.fromkeys(column_of(name, columns, argument, what) for name in names))


def settings_to_group_by(table: pd.DataFrame, by: str | Sequence[str] | None) -> list[str]:
    """The columns that `by` names: settings that vary, all of them if it is None, or cell and seed."""
    names = axis_columns(table)
    return names if by is None else columns_of(by, [*names, "cell", "seed"])


def grouped(table: pd.DataFrame, by: Sequence[str] | None) -> tuple[Integers, pd.DataFrame]:
    """The number of each run's group, int64 (runs,), and the groups' settings, one row per group, sorted."""
    by = settings_to_group_by(table, by)
    if not by:
        return np.zeros(len(table), np.int64), pd.DataFrame(index=pd.RangeIndex(1))
    groups = table.groupby(by, observed=True, sort=True, dropna=False)  # runs that lack a setting form a group
    return groups.ngroup().to_numpy(), groups.size().index.to_frame(index=False)


def pooled(table: pd.DataFrame, by: Sequence[str]) -> tuple[str, ...]:
    """The settings that have several values within a group of the settings `by`: the groups take their runs together."""
    groups = len(grouped(table, by)[1])
    names = [name for name in axis_columns(table) if name not in by]
    return tuple(name for name in names if len(grouped(table, [*by, name])[1]) > groups)


def survival(table: pd.DataFrame, by: Sequence[str]) -> tuple[Survival, pd.DataFrame]:
    """Kaplan-Meier curves of the epochs to convergence, one per group, and the groups' settings."""
    number, settings = grouped(table, by)
    return curves_of(table, number), settings


def curves_of(table: pd.DataFrame, number: Integers) -> Survival:
    """The curves of groups that are already known. number: the group of each run, (runs,)."""
    converged, capped = ended(table, Outcome.CONVERGED), ended(table, Outcome.CAPPED)
    return kaplan_meier(number, table["epochs"].to_numpy(), converged, capped)


def summary(table: pd.DataFrame, by: Sequence[str] | None = None) -> pd.DataFrame:
    """One row per combination of the columns `by` (default: every setting that varies); runs with different seeds are
    replicates.

    runs: how many. success: the share that converged, with its 95 % Wilson interval success_low ... success_high.

    median_epochs: the Kaplan-Meier median of the epochs to convergence, with its 95 % interval median_low ... median_high.
    Capped runs count as censored, diverged and stalled ones as never converging; inf if the curve does not fall to one half. If
    runs have different limits, the curve treats those with a low limit as censored, so it may fall to one half although fewer
    than half converged.
    """
    number, settings = grouped(table, by)
    return summary_of(table, number, settings, curves_of(table, number))


def summary_of(table: pd.DataFrame, number: Integers, settings: pd.DataFrame, curves: Survival) -> pd.DataFrame:
    """The same summary, for groups whose curves are already known."""
    median, low, high = survival_quantile(curves, len(settings))
    return beside(success_of(table, number, settings), {"median_epochs": median, "median_low": low, "median_high": high})


def success_of(table: pd.DataFrame, number: Integers, settings: pd.DataFrame) -> pd.DataFrame:
    """The columns runs and success of a summary, with the interval. number: the group of each run, (runs,)."""
    groups = len(settings)
    runs = np.bincount(number, minlength=groups)
    successes = np.bincount(number[ended(table, Outcome.CONVERGED)], minlength=groups)
    low, high = wilson_interval(successes, runs)
    with np.errstate(invalid="ignore"):
        rate = successes / runs
    return beside(settings, {"runs": runs, "success": rate, "success_low": low, "success_high": high})


def outcome_shares(table: pd.DataFrame, number: Integers, groups: int) -> dict[str, Floats]:
    """The share of each outcome among the runs of each group, (groups,). number: the group of each run, (runs,)."""
    runs = np.bincount(number, minlength=groups)
    counts = {outcome.value: np.bincount(number[ended(table, outcome)], minlength=groups) for outcome in Outcome}
    with np.errstate(invalid="ignore"):
        return {name: count / runs for name, count in counts.items()}


def restart_report(table: pd.DataFrame, first: int | None = None) -> pd.DataFrame:
    """How long each combination of settings takes if a run that does not converge is started again with the next seed.

    A trial is a run and, as long as none of them converges, the runs of the next seeds; the epochs of all of them count
    (`running_time.restarted_trials`). first: use only the first so many trials of each combination.

    trials: how many. mean, sd, median, maximum: of the epochs per trial, sd with trials - 1 in the denominator. restarts: the
    number of failed runs in all trials; restarts_per_trial: the same per trial. unfinished: the runs after the last
    convergence, which form no trial.
    """
    number, settings = grouped(table, axis_columns(table))
    converged = ended(table, Outcome.CONVERGED)
    chained = restarted_trials(number, table["epochs"].to_numpy(), converged)
    trials = pd.DataFrame({"group": chained.group, "epochs": chained.epochs, "restarts": chained.restarts})
    in_trials = trials.groupby("group")["restarts"].agg(["size", "sum"]).sum(axis=1).reindex(settings.index, fill_value=0)
    by_group = (trials if first is None else trials.groupby("group").head(first)).groupby("group")
    count, restarts = (found.reindex(settings.index, fill_value=0) for found in (by_group.size(), by_group["restarts"].sum()))
    epochs = by_group["epochs"].agg(["mean", "std", "median", "max"]).reindex(settings.index)
    found = {
        "trials": count,
        "mean": epochs["mean"],
        "sd": epochs["std"],
        "median": epochs["median"],
        "maximum": epochs["max"],
        "restarts": restarts,
        "restarts_per_trial": restarts / count,
        "unfinished": np.bincount(number, minlength=len(settings)) - in_trials,
    }
    return beside(settings, found)


def level_texts(levels: list[Any], digits: int = 4) -> list[str]:
    """Values of a setting as short texts, with enough significant digits to tell different values apart. None is a dash."""
    there = {level for level in levels if not pd.isna(level)}
    if not all(isinstance(level, float) for level in there):
        return ["–" if pd.isna(level) else visible(str(level)) for level in levels]
    while len({f"{level:.{digits}g}" for level in there}) < len(there):
        digits += 1
    return ["–" if pd.isna(level) else f"{level:.{digits}g}" for level in levels]


def setting_labels(settings: pd.DataFrame) -> list[str]:
    """A label for each row: hidden 2, lr 0.562."""
    texts = {str(name): level_texts(settings[name].tolist(), digits=3) for name in settings}
    return [", ".join(f"{name} {column[k]}" for name, column in texts.items()) or EVERY_RUN for k in range(len(settings))]
