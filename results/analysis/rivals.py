"""Several values of one setting, to be compared: their runs, each value at its own best if asked, and all pairs of them.

A fair comparison gives every value what suits it. Adam and gradient descent at the same learning rate say little: one of them
is at a bad rate. So `best_of` lets half of the seeds choose the rate of each optimizer in each combination of the other
settings, and the other half of the seeds alone are compared (`selection`).
"""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import combinations
from typing import Any

import numpy as np
import pandas as pd

from backsweep import arguments
from backsweep.errors import ResultsError, SettingError
from backsweep.outcomes import Outcome, ended

from .comparison import compared
from .ends import AtAnEnd, chosen_at_an_end
from .levels import in_json
from .names import SIDES, beside, column_of
from .selection import halves_of, winners
from .tables import axis_columns, columns_of, grouped, levels_of, setting_labels, sorted_levels


@dataclass(frozen=True)
class Rivals:
    """The runs of several values of a setting.

    table: one row per run, only those to be compared. levels: the values, in order. within: the other settings, in whose
    combinations they are compared. best_of: the settings that each value had chosen for it, of one value left for each value
    and combination. unsettled: a label for each value and combination in which no run of the choosing seeds converged; there
    the first choice stands. at_an_end: choices without a tie that are the lowest or highest value.
    """

    setting: str
    table: pd.DataFrame
    levels: list[Any]
    within: list[str]
    best_of: list[str]
    unsettled: list[str]
    at_an_end: list[AtAnEnd]

    def of(self, level: object) -> pd.DataFrame:
        """The runs with one of the values."""
        return self.table[self.table[self.setting] == level]


def rivals(
    table: pd.DataFrame,
    setting: str,
    values: Sequence[object] | None = None,
    best_of: str | Sequence[str] | None = None,
    *,
    rng: np.random.Generator,
    argument: str = "values",
) -> Rivals:
    """The runs with these values of a setting, by default all, each value at the best of the settings `best_of`.

    argument: what the caller calls the last of the values.

    SettingError for what is no setting or no value of it, for fewer than two values, and for settings that only some of the
    values have, unless they are in `best_of`. ResultsError if there is a single seed to choose and judge.
    """
    table = table.rename(columns={name: f"setting.{name}" for name in SIDES})  # or it would be a column of the findings
    setting = column_of(setting, axis_columns(table), "setting")
    levels = _levels(table, setting, values, argument)
    table = table[table[setting].isin(levels)]
    table = table.drop(columns=[name for name in axis_columns(table) if table[name].isna().all()])
    names = axis_columns(table)
    best_of = [] if best_of is None else columns_of(best_of, names, argument="best_of")
    if setting in best_of:
        raise SettingError(["best_of"], f"{setting} is the setting whose values are compared; name another one")
    within = [name for name in names if name not in (setting, *best_of)]
    for name in within:
        _check_shared(table, setting, name)
    if not best_of:
        return Rivals(setting, table, levels, within, best_of, [], [])
    return _each_at_its_best(table, setting, levels, within, best_of, rng)


def all_pairs(of: Rivals, *, paired: bool, rng: np.random.Generator) -> pd.DataFrame:
    """Compare each value with each later one, by `comparison.compare_sweeps` or, unless paired, `comparison.compare_unpaired`.

    Returns one row per pair and combination of the other settings. The columns first and second hold the two values, and
    lr_first and lr_second what was chosen for them. Holm's correction is for all rows.
    """
    _check_all_meet(of, paired)
    pairs = list(combinations(range(len(of.levels)), 2))
    runs = [of.of(level) for level in of.levels]
    first, second = (
        pd.concat([runs[pair[side]].assign(**dict(zip(SIDES, pair, strict=True))) for pair in pairs], ignore_index=True)
        for side in range(2)
    )
    by = [*SIDES, *of.within]
    found = compared(first, second, by, paired=paired, rng=rng)
    settings = found.iloc[:, : len(by)].set_axis(by, axis="columns")  # by their own names, whatever is beside them
    who: dict[str, Any] = {side: [of.levels[place] for place in settings[side]] for side in SIDES}
    for side in SIDES:
        key = settings[of.within].assign(**{of.setting: who[side]})
        chosen = key.merge(_chosen(of), how="left", on=[of.setting, *of.within])
        who |= {f"{name}_{side}": chosen[name].to_numpy() for name in of.best_of}
    joined = beside(found.iloc[:, len(SIDES) :], who)
    return joined[[*who, *(name for name in joined.columns if name not in who)]]


def _chosen(of: Rivals) -> pd.DataFrame:
    """The settings `best_of` of each value in each combination, one row each."""
    return of.table[[of.setting, *of.within, *of.best_of]].drop_duplicates()


def _levels(table: pd.DataFrame, setting: str, values: Sequence[object] | None, argument: str) -> list[Any]:
    if values is None:
        levels = sorted_levels(table, setting)
    else:
        known = levels_of(table, setting)
        levels = [known.level(value) for value in arguments.listed("values", values, f"a list of values of {setting}")]
    twice = [level for level, times in Counter(levels).items() if times > 1]
    if twice:
        raise SettingError([argument], f"{in_json(twice[0])} is given twice; name different values of {setting}")
    if len(levels) < 2:
        raise SettingError(["values"], f"a comparison needs two values of {setting} or more, and there is {len(levels)}")
    return levels


def lacking(table: pd.DataFrame, setting: str, name: str) -> bool:
    """Whether only some of the values of a setting have another one, as momentum has beta and gradient descent has not."""
    return not _has(table, setting, name).all()


def _has(table: pd.DataFrame, setting: str, name: str) -> pd.Series:
    return table[name].notna().groupby(table[setting], observed=True).any()


def _check_shared(table: pd.DataFrame, setting: str, name: str) -> None:
    """SettingError if only some of the values have another setting."""
    has = _has(table, setting, name)
    if not has.all():
        some = ", ".join(map(in_json, has.index[has]))
        raise _told_apart(SettingError([setting], f"of its values only {some} has {name}"), name)


def _check_all_meet(of: Rivals, paired: bool) -> None:
    """ResultsError if two of the values have no runs that can be compared."""
    number, _ = grouped(of.table, [*of.within, "seed"] if paired else of.within)
    at = {level: set(number[of.table[of.setting] == level]) for level in of.levels}
    for one, other in combinations(of.levels, 2):
        if not at[one] & at[other]:
            apart = [name for name in of.within if of.of(one)[name].isin(of.of(other)[name]).sum() == 0]
            reason = (
                f"{of.setting} {in_json(one)} and {in_json(other)} have no runs with the same {', '.join(apart or of.within)}"
            )
            raise _told_apart(ResultsError(reason), *apart)


def _told_apart(error: SettingError | ResultsError, *names: str) -> SettingError | ResultsError:
    return error.advising((f"compare each value at its best {' and '.join(names)}", "best_of")) if names else error


def _each_at_its_best(
    table: pd.DataFrame, setting: str, levels: list[Any], within: list[str], best_of: list[str], rng: np.random.Generator
) -> Rivals:
    number, groups, contest, chooses, judges = halves_of(table, [setting, *within], rng)
    converged = ended(table, Outcome.CONVERGED)
    best = winners(number[chooses], table["epochs"].to_numpy()[chooses], converged[chooses], contest)
    judged = judges & (number == best.group[contest[number]])
    unsettled = setting_labels(groups.iloc[best.group[best.success == 0]][[setting, *within]])
    at_an_end = chosen_at_an_end(groups, groups.iloc[best.group[(best.success > 0) & (best.tied == 1)]], best_of)
    return Rivals(setting, table[judged], levels, within, best_of, unsettled, at_an_end)
