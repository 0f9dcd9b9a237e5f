"""Commands that compare settings or sweeps, and that say how many seeds a comparison takes."""

from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from backsweep.errors import NoAnswerError, ResultsError, SettingError

from ...results.analysis.levels import members
from ...results.comparisons import POWER
from ...results.findings import generator
from ..output import say
from .options import typed
from .results import By, Folder, Format, Resampling, Where, chosen, column_named, level_named, names_in
from .tables import TableFormat, no_rule, print_no_answer, print_table, remarks

if TYPE_CHECKING:
    import pandas as pd

    from ...results import Runs
    from ...results.analysis.rivals import Rivals

BestOf = Annotated[
    list[str] | None,
    typer.Option(
        metavar="NAMES",
        help="With --setting: settings, such as lr, that half of the seeds choose for each value; the others are compared. "
        "Repeatable.",
    ),
]
NOT_WITH_SETTING = "cannot be combined with --setting, which compares values in each combination of the other settings"


def compare(
    folder: Folder,
    other: Annotated[Path | None, typer.Option("--with", metavar="DIR", help="Compare with the sweep in this folder.")] = None,
    setting: Annotated[
        str | None, typer.Option(help="Compare the values of this setting of DIR, each with each other.")
    ] = None,
    values: Annotated[
        str | None, typer.Option(metavar="A,B,...", help="With --setting: the values to compare; default: all.")
    ] = None,
    best_of: BestOf = None,
    by: Annotated[
        list[str] | None,
        typer.Option(metavar="NAMES", help="With --with: settings in which to compare; default: all of both. Repeatable."),
    ] = None,
    where: Where = None,
    unpaired: Annotated[
        bool, typer.Option("--unpaired", help="Use the log-rank test, for sweeps with different seeds.")
    ] = False,
    form: Format = TableFormat.text,
    seed: Resampling = 0,
) -> None:
    """Compare values of a setting, or two sweeps, over the same seeds. Does the second converge more often, and sooner?"""
    results = chosen(folder, where)
    if (other is None) == (setting is None):
        raise SettingError(["other", "setting"], "give either --with DIR or --setting NAME", "compare")
    if other is not None:
        _refuse("values", values, "cannot be combined with --with; use it with --setting")
        _refuse("best_of", best_of, "cannot be combined with --with; use it with --setting")
        found = results.compare_with(chosen(other, where), names_in(by), paired=not unpaired, seed=seed)
        _print(results, found, form, [])
        return
    _refuse("by", by, NOT_WITH_SETTING)
    setting, best_of = str(setting), names_in(best_of)
    levels = None if values is None else _levels(results, setting, values)
    _compare_values(results, setting, levels, best_of, paired=not unpaired, seed=seed, form=form)


def _compare_values(
    results: "Runs",
    setting: str,
    levels: list[object] | None,
    best_of: list[str] | None,
    *,
    paired: bool,
    seed: int,
    form: TableFormat,
) -> None:
    """`Runs.compare` in its two steps, because what is said below its table is about the same rivals."""
    from ...results.analysis.rivals import all_pairs, rivals

    rng = generator(seed)
    of = rivals(results.table, setting, levels, best_of, rng=rng)
    found = all_pairs(of, paired=paired, rng=rng)
    _print(results, found, form, _about_values(of, results.has_rule) if form is TableFormat.text else [])


def _print(results: "Runs", found: "pd.DataFrame", form: TableFormat, remarks: list[str]) -> None:
    """Print a comparison, and for people what they should know of it."""
    from ...results.analysis.remarks import infinite_differences
    from ...results.text import readable

    print_table(found, lambda: readable.comparison(found), form)
    if form is TableFormat.text:
        for remark in [*no_rule(results), *infinite_differences(found), *remarks]:
            say(remark)


def _about_values(of: "Rivals", has_rule: bool) -> list[str]:
    """What a reader of a comparison of values should know, and how they rank if there are three or more and runs converge."""
    from ...results.analysis.mean_ranks import HOW_RANKED, mean_ranks
    from ...results.analysis.remarks import chosen_without_success
    from ...results.statistics.ranks import FEWEST_TREATMENTS

    said = chosen_without_success(of)
    if len(of.levels) < FEWEST_TREATMENTS or not has_rule:
        return said
    try:
        return [*said, mean_ranks(of).sentences, HOW_RANKED]
    except ResultsError as error:
        return [*said, f"{error}."]


def seeds(
    folder: Folder,
    half_width: Annotated[
        float | None,
        typer.Option(parser=typed, metavar="FLOAT", help="Half the width of the interval of each success rate that you want."),
    ] = None,
    setting: Annotated[str | None, typer.Option(help="Or tell apart two values of this setting.")] = None,
    values: Annotated[str | None, typer.Option(metavar="A,B", help="The two values of the setting.")] = None,
    power: Annotated[
        float | None,
        typer.Option(
            parser=typed, metavar="FLOAT", help=f"Probability of telling them apart, between 0 and 1; default: {POWER}."
        ),
    ] = None,
    by: By = None,
    where: Where = None,
    form: Format = TableFormat.text,
) -> None:
    """Estimate from the runs of DIR how many more seeds you need to know a success rate, or to tell two settings apart."""
    from ...results.text import readable

    results = chosen(folder, where)
    if (half_width is None) == (setting is None):
        raise SettingError(["half_width", "setting"], "give either --half-width W or --setting NAME --values A,B", "seeds")
    if half_width is not None:
        _refuse("values", values, "cannot be combined with --half-width; use it with --setting")
        _refuse("power", power, "cannot be combined with --half-width; use it with --setting")
        ask = partial(results.seeds_to_know, half_width, names_in(by))
    else:
        _refuse("by", by, NOT_WITH_SETTING)
        options = {} if power is None else {"power": power}
        ask = partial(results.seeds_to_compare, str(setting), *_two(results, str(setting), values), **options)
    try:
        found = ask()
    except NoAnswerError as error:
        print_no_answer(error, form)
        return
    print_table(found, lambda: readable.more_seeds(found), form)
    if form is TableFormat.text and half_width is not None:
        for remark in remarks(results, list(found.columns)):
            say(remark)


def _refuse(option: str, given: object, why: str) -> None:
    if given not in (None, []):
        raise SettingError([option], why)


def _two(results: "Runs", setting: str, values: str | None) -> list[object]:
    """Two values of a setting as the table has them."""
    if values is None:
        raise SettingError(["values"], "missing; give two values of the setting, such as 0.1,1.0")
    parts = members(values)
    if len(parts) != 2 or parts[0] == parts[1]:
        reason = "must be two values of the setting, such as 0.1,1.0; quote values with a comma: '\"a,b\",c'"
        raise SettingError(["values"], reason, value=values)
    return _levels(results, setting, values)


def _levels(results: "Runs", setting: str, values: str) -> list[object]:
    """Values of a setting as the table has them. The text holds them as tables show them, or as JSON."""
    column = column_named(results, setting, "setting")
    return [level_named(results, column, part, "values") for part in members(values)]
