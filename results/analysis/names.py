"""Names of columns, decided in one place: the names of findings are fixed, and settings give way to them.

The column of a setting is called by the last word of its key, and that may also be the name of a finding: `mean` is a number of
the initial weights, and also of restarts. Files on disk keep the names in their manifest. Everything that reads them (tables,
SQL, xarray) calls settings by `shown_names`: by the full key, `model.init.mean`, where the last word is taken. So a setting has
the same name in all tables, also in folders of earlier versions, and a new column of findings may give a setting in an old
folder a new name but never hides it. Users may always ask for a setting by its last word (`column_of`).

Taken words are those of columns that stand next to settings, in tables or where SQL joins runs and records. No other words are
taken, because a name that users know should not change without need. So `factor`, a column of the table of what matters,
remains the name of a schedule's parameter.

Tables that people make by hand may contain any names; `beside` keeps their settings apart from the findings.
"""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from typing import TYPE_CHECKING, Any

from backsweep.errors import SettingError
from backsweep.escapes import visible
from backsweep.outcomes import OUTCOMES
from backsweep.suggestions import there_are

from ..store.fields import FIRST_COLUMNS, LAST_COLUMNS, AxisColumn
from ..store.schema import RECORDS_SCHEMA

if TYPE_CHECKING:
    import pandas as pd


NOTHING: Mapping[str, str] = {}


def _with_ends(*names: str) -> tuple[str, ...]:
    return tuple(f"{name}{end}" for name in names for end in ("", "_low", "_high"))


SUCCESS = ("runs", *_with_ends("success"))
SUMMARY = (*SUCCESS, "median_epochs", "median_low", "median_high")
DETAILS = (
    *SUMMARY,
    *OUTCOMES,
    *("lower_quartile_epochs", "lower_quartile_low", "lower_quartile_high"),
    *("upper_quartile_epochs", "upper_quartile_low", "upper_quartile_high"),
    *("restricted_mean_epochs", "restricted_mean_low", "restricted_mean_high", "restricted_limit"),
    *_with_ends("running_time"),
    *("interquartile_mean_loss", "mean_epochs_of_converged_only"),
)
BEST = ("chosen_success", "tied", *SUCCESS, *_with_ends("running_time"))
RESTARTS = ("trials", "mean", "sd", "median", "maximum", "restarts", "restarts_per_trial", "unfinished")
PAIRS = ("pairs", "both", "only_first", "only_second", "neither")
COMPARISON = (
    *PAIRS,
    *_with_ends("success_difference"),
    *("success_p", "success_p_holm", "restricted_limit"),
    *_with_ends("restricted_mean_difference", "running_time_difference"),
)
SIDES = ("first", "second")  # in front of the others, where values of a setting are compared
UNPAIRED = ("runs_first", "runs_second", "observed", "expected", "log_rank", "p", "p_holm")
SEEDS = ("needed", "more")
SHARES = ("response", "factor", *_with_ends("share"), "method")  # columns of a table in which settings are rows
RANKS = ("value", "mean_rank", "combinations", "chi_squared", "p", "critical_difference")  # likewise, their values
NO_RUN_DONE = "no run is done yet"
CHANCE, REST = "chance", "rest"  # other such rows
TAKEN = frozenset(
    [
        *(*FIRST_COLUMNS, *LAST_COLUMNS, *RECORDS_SCHEMA.names),
        *(*DETAILS, *BEST, *RESTARTS, *COMPARISON, *SIDES, *UNPAIRED, *SEEDS, CHANCE, REST),
    ]
)


def shown_names(axes: Iterable[AxisColumn]) -> dict[str, str]:
    """The name shown for each column of settings, by its name on disk. Invisible characters are escaped."""
    axes = tuple(axes)
    plain = Counter(axis.name.casefold() for axis in axes)  # SQL ignores case
    shown: dict[str, str] = {}
    for axis in axes:
        name = axis.name
        if name.casefold() in TAKEN or plain[name.casefold()] > 1:
            name = axis.setting if "." in axis.setting else f"setting.{name}"
        shown[axis.name] = _free(visible(name), {*shown.values(), *(other.name for other in axes if other is not axis)})
    return shown


def column_of(
    name: object,
    columns: Sequence[str],
    argument: str,
    what: str = "that varies",
    restricted: Mapping[str, str] = NOTHING,
) -> str:
    """The column that a name stands for: the one called so, else the only one whose last word it is.

    argument: that the name was given as. SettingError: that the argument is no name, that there is none such, of what there
    is, or that it may be several. what: of the message. restricted: the settings that vary no more since runs were chosen,
    each with the value that is left.
    """
    if not isinstance(name, str):
        raise SettingError([argument], f"must be the name of a setting, not {type(name).__name__}")
    if name in columns:
        return name
    found = _called(name, columns)
    if len(found) == 1:
        return found[0]
    if found:
        raise SettingError([argument], f"{name!r} may be {' or '.join(found)}; write one of these")
    for column in _called(name, restricted):
        raise SettingError([argument], f"{column} is already restricted to {restricted[column]}")
    raise SettingError([argument], f"there is no setting {name!r} {what}{there_are(name, columns)}")


def _called(name: str, columns: Iterable[str]) -> list[str]:
    return [column for column in columns if name in (column, column.rpartition(".")[2])]


def column_if_any(name: object, columns: Sequence[str], argument: str) -> str | None:
    """The same for an argument that may be left out; None if it is."""
    return None if name is None else column_of(name, columns, argument)


def beside(settings: "pd.DataFrame", columns: Mapping[str, Any]) -> "pd.DataFrame":
    """The settings of groups, one row each, with columns of findings beside them. No finding hides a setting."""
    clear = {name: _free(f"setting.{name}", [*settings.columns, *columns]) for name in settings.columns if name in columns}
    return settings.rename(columns=clear).assign(**columns)


def _free(name: str, taken: Iterable[str]) -> str:
    taken = {other.casefold() for other in taken}
    while name.casefold() in taken:
        name = f"setting.{name}"
    return name
