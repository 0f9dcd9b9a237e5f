"""Commands that compare settings or sweeps, and that say how many seeds a comparison takes."""

from enum import StrEnum
from functools import partial
from itertools import chain
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from backsweep.errors import NoAnswerError, ResultsError, SettingError
from backsweep.stopping import NO_RULE

from ...results.analysis.levels import members
from ...results.comparisons import POWER
from ...results.findings import generator
from .options import one_of, typed
from .results import By, Folder, Format, Resampling, Where, chosen, chosen_of_both, column_named, level_named, names_in
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


class Compared(StrEnum):
    """What `backsweep compare` prints of the values of a setting."""

    pairs = "pairs"
    ranks = "ranks"


if TYPE_CHECKING:
    Of = Compared
else:
    Of = one_of(Compared, "of", about="With --setting: all pairs of values, or their mean ranks over all other settings.")
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
    of: Of = Compared.pairs,
    form: Format = TableFormat.text,
    seed: Resampling = 0,
) -> None:
    """Compare values of a setting, or two sweeps, over the same seeds. Does the second converge more often, and sooner?"""
    if (other is None) == (setting is None):
        raise SettingError(["other", "setting"], "give either --with DIR or --setting NAME", "compare")
    if other is not None:
        _refuse("values", values, "cannot be combined with --with; use it with --setting")
        _refuse("best_of", best_of, "cannot be combined with --with; use it with --setting")
        if of is Compared.ranks:
            raise SettingError(["of"], "cannot be combined with --with; use it with --setting", value=of.value)
        _compare_sweeps(*chosen_of_both(folder, other, where), names_in(by), paired=not unpaired, seed=seed, form=form)
        return
    _refuse("by", by, NOT_WITH_SETTING)
    results, setting, best_of = chosen(folder, where), str(setting), names_in(best_of)
    levels = None if values is None else _levels(results, setting, values)
    if of is Compared.ranks:
        if unpaired:
            raise SettingError(["unpaired"], "cannot be combined with --of ranks, which ranks runs of the same seed")
        _rank_values(results, setting, levels, best_of, seed=seed, form=form)
        return
    _compare_values(results, setting, levels, best_of, paired=not unpaired, seed=seed, form=form)


def _compare_sweeps(first: "Runs", second: "Runs", by: list[str] | None, *, paired: bool, seed: int, form: TableFormat) -> None:
    from ...results.analysis.remarks import pooled
    from ...results.analysis.tables import axis_columns

    found = first.compare_with(second, by, paired=paired, seed=seed)
    tables = [first.table, second.table]
    said = [pooled(table, [name for name in axis_columns(table) if name in found]) for table in tables]
    _print(found, form, [*_about_sides(first, found), *dict.fromkeys(chain(*said))])


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
    _print(found, form, _about_sides(results, found, of))


def _rank_values(
    results: "Runs", setting: str, levels: list[object] | None, best_of: list[str] | None, *, seed: int, form: TableFormat
) -> None:
    """`Runs.ranks`, and what is said of the same rivals."""
    from ...results.analysis.mean_ranks import HOW_RANKED, mean_ranks, table_of
    from ...results.analysis.names import RANKS
    from ...results.analysis.rivals import rivals
    from ...results.text import readable

    if not results.has_rule:
        print_no_answer(NoAnswerError(NO_RULE, RANKS), form)
        return
    of = rivals(results.table, setting, levels, best_of, rng=generator(seed))
    ranked = mean_ranks(of)
    found = table_of(ranked)
    print_table(found, lambda: readable.ranks(found), form, [*_about_choices(of), ranked.sentences, HOW_RANKED])


def _print(found: "pd.DataFrame", form: TableFormat, notes: list[str]) -> None:
    from ...results.text import readable

    print_table(found, lambda: readable.comparison(found), form, notes)


def _about_sides(results: "Runs", found: "pd.DataFrame", of: "Rivals | None" = None) -> list[str]:
    """What a reader of a comparison should know. of: the rivals that it compares, if it is of values."""
    from ...results.analysis.remarks import infinite_differences
    from ...results.text import differences

    if not results.has_rule or differences.none_converged(found):
        return no_rule(results) or [differences.NONE_CONVERGED]
    return [*differences.sentences(found, of), *infinite_differences(found), *(_about_values(of) if of else [])]


def _about_values(of: "Rivals") -> list[str]:
    """What a reader of a comparison of values should know, and how they rank if there are three or more and runs converge."""
    from ...results.analysis.mean_ranks import HOW_RANKED, mean_ranks
    from ...results.statistics.ranks import FEWEST_TREATMENTS

    said = _about_choices(of)
    if len(of.levels) < FEWEST_TREATMENTS:
        return said
    try:
        return [*said, mean_ranks(of).sentences, HOW_RANKED]
    except ResultsError as error:
        return [*said, f"{error}."]


def _about_choices(of: "Rivals") -> list[str]:
    """What a reader should know of what was chosen for each value."""
    from ...results.analysis.remarks import choices_at_an_end, chosen_without_success

    return [*chosen_without_success(of), *choices_at_an_end(of.at_an_end)]


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
    from ...results.text import differences, readable

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
    if half_width is None:
        said = differences.of_needed_pairs(found, POWER if power is None else power)
    else:
        said = [differences.of_needed_runs(half_width), *remarks(results, list(found.columns))]
    print_table(found, lambda: readable.more_seeds(found), form, said)


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
