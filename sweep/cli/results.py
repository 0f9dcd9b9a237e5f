"""Commands that say what a folder of results holds: tables, comparisons, the report."""

from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, TextIO

import typer

from backsweep.errors import BacksweepError, NoAnswerError

from ...results.analysis.levels import Levels, members
from ...results.analysis.names import column_of
from ..speak import complain, say
from .command import interruptible
from .tables import TableFormat, print_no_answer, print_table, remarks

if TYPE_CHECKING:
    import pandas as pd

    from ...results import Results, Runs

Folder = Annotated[Path, typer.Argument(metavar="DIR", help="A folder of results.")]
By = Annotated[
    list[str] | None,
    typer.Option(metavar="NAMES", help="Columns to group by, as lr,hidden; default: all that vary. May be given again."),
]
Where = Annotated[
    list[str] | None, typer.Option("--where", metavar="NAME=VALUE", help="Only runs with this value; may be given again.")
]
Data = Annotated[
    list[Path] | None,
    typer.Option(metavar="FILE", help="A data file of DIR, or one of first weights, where it is now; may be given again."),
]
Format = Annotated[TableFormat, typer.Option("--format", help="How to print it.")]
Resampling = Annotated[int, typer.Option("--resampling-seed", min=0, help="Of the resampling that intervals come from.")]


class Kind(StrEnum):
    """Tables of findings."""

    summary = "summary"
    settings = "settings"
    what_matters = "what-matters"
    best = "best"
    restarts = "restarts"


class ReportFormat(StrEnum):
    """What a report is written as."""

    html = "html"
    markdown = "markdown"


def opened(folder: Path) -> "Results":
    """The results in a folder."""
    from ...results import Results

    return Results.open(folder)


def chosen(folder: Path, where: list[str] | None) -> "Runs":
    """The results in a folder, or those of its runs that were asked for."""
    results: Runs = opened(folder)
    for text in where or []:
        name, equals, value = (part.strip() for part in text.partition("="))
        if not equals or not value:
            raise BacksweepError(f"--where {text}: a setting and its value are needed, as optimizer=gd")
        column = _column(results, name, "--where")
        results = results.where(**{column: _level(results, column, value, "--where")})
    return results


def table(
    folder: Folder,
    by: By = None,
    where: Where = None,
    of: Annotated[Kind, typer.Option(help="What to say: settings is the summary in full.")] = Kind.summary,
    form: Format = TableFormat.text,
    seed: Resampling = 0,
) -> None:
    """Print what the runs of DIR say: success and epochs to convergence, with 95 % intervals, and more with --of."""
    results = chosen(folder, where)
    if by and of in {Kind.what_matters, Kind.restarts}:
        raise BacksweepError(f"--by: goes with --of summary, settings or best, not with {of.value}")
    try:
        found, shown = _found(results, of, names_in(by), seed)
    except NoAnswerError as error:
        print_no_answer(error, form)
        return
    print_table(found, lambda: shown, form)
    if form is TableFormat.text:
        for remark in _beside(results, of, found):
            say(remark)


def _beside(results: "Runs", of: Kind, found: "pd.DataFrame") -> list[str]:
    """What a reader of a table of findings should know."""
    from ...results.analysis.remarks import constant_responses, tied_best

    if of is Kind.what_matters:
        return constant_responses(found)
    return [*(tied_best(found) if of is Kind.best else []), *remarks(results, list(found.columns))]


def _found(results: "Runs", of: Kind, by: list[str] | None, seed: int) -> "tuple[pd.DataFrame, pd.DataFrame]":
    """A table of findings, in full and as text for people."""
    from ...results.text import readable

    if of is Kind.summary:
        found = results.summary(by)
        return found, readable.summary(found)
    if of is Kind.settings:
        found = results.details(by, seed=seed)
        return found, readable.details(found)
    if of is Kind.best:
        found = results.best(by, seed=seed)
        return found, readable.best(found)
    if of is Kind.restarts:
        found = results.restarts()
        if not found["trials"].any():
            raise NoAnswerError("no run converged, so no trial with restarts has ended", found.columns.tolist())
        return found, readable.restarts(found)
    found = results.what_matters(seed=seed)
    return found, readable.what_matters(found)


def compare(
    folder: Folder,
    other: Annotated[Path | None, typer.Option("--with", metavar="DIR", help="Another sweep, against this one.")] = None,
    setting: Annotated[str | None, typer.Option(help="A setting of DIR, of which to compare two values.")] = None,
    values: Annotated[str | None, typer.Option(metavar="A,B", help="These two values of the setting.")] = None,
    by: Annotated[
        list[str] | None, typer.Option(metavar="NAMES", help="With --with: settings that both have; default: all.")
    ] = None,
    where: Where = None,
    unpaired: Annotated[bool, typer.Option("--unpaired", help="For seeds that are not the same: the log-rank test.")] = False,
    form: Format = TableFormat.text,
    seed: Resampling = 0,
) -> None:
    """Compare two values of a setting, or two sweeps, over the same seeds: does the second converge more often, and sooner?"""
    from ...results.text import readable

    results = chosen(folder, where)
    if (other is None) == (setting is None):
        raise BacksweepError("compare: give either --with DIR, or --setting NAME --values A,B")
    if other is not None:
        _refuse(values, "--values: goes with --setting, not with --with")
        found = results.compare_with(chosen(other, where), names_in(by), paired=not unpaired, seed=seed)
    else:
        _refuse(by, "--by: goes with --with; two values of a setting are compared in each combination of the others")
        first, second = _two(results, str(setting), values)
        found = results.compare(str(setting), first, second, paired=not unpaired, seed=seed)
    print_table(found, lambda: readable.comparison(found), form)


def seeds(
    folder: Folder,
    half_width: Annotated[float | None, typer.Option(help="Until the success of each setting is known within ± this.")] = None,
    setting: Annotated[str | None, typer.Option(help="Or until two values of this setting can be told apart.")] = None,
    values: Annotated[str | None, typer.Option(metavar="A,B", help="These two values.")] = None,
    power: Annotated[float | None, typer.Option(help="In this share of all cases; default: 0.8.")] = None,
    by: By = None,
    where: Where = None,
    form: Format = TableFormat.text,
) -> None:
    """Say how many more seeds it takes to know a success rate, or to tell two settings apart, from the runs of DIR."""
    from ...results.text import readable

    results = chosen(folder, where)
    if (half_width is None) == (setting is None):
        raise BacksweepError("seeds: give either --half-width W, or --setting NAME --values A,B")
    if half_width is not None:
        _refuse(values, "--values: goes with --setting, not with --half-width")
        _refuse(power, "--power: goes with --setting, not with --half-width")
        found = results.seeds_to_know(half_width, names_in(by))
    else:
        _refuse(
            by or None, "--by: goes with --half-width; two values of a setting are compared in each combination of the others"
        )
        first, second = _two(results, str(setting), values)
        options = {} if power is None else {"power": power}
        found = results.seeds_to_compare(str(setting), first, second, **options)
    print_table(found, lambda: readable.more_seeds(found), form)
    if form is TableFormat.text and half_width is not None:
        for remark in remarks(results, list(found.columns)):
            say(remark)


def _refuse(given: object, why: str) -> None:
    if given not in (None, []):
        raise BacksweepError(why)


def names_in(by: list[str] | None) -> list[str] | None:
    """The names that an option gives, each perhaps several with commas between."""
    return [name.strip() for names in by for name in names.split(",") if name.strip()] if by else None


def _two(results: "Runs", setting: str, values: str | None) -> list[object]:
    """Two values of a setting, as the table has them, from texts as people see them in tables, or from JSON."""
    parts = members(values or "")
    if len(parts) != 2 or parts[0] == parts[1]:
        given = "is missing" if values is None else values
        raise BacksweepError(
            f"--values {given}: two values of the setting are needed, as 0.1,1.0; what has a comma is quoted, as '\"a,b\",c'"
        )
    column = _column(results, setting, "--setting")
    return [_level(results, column, part, "--values") for part in parts]


def _column(results: "Runs", setting: str, option: str) -> str:
    from ...results.analysis.tables import axis_columns  # with pandas and scipy a second

    return column_of(setting, axis_columns(results.table), option)


def _level(results: "Runs", column: str, text: str, option: str) -> object:
    """The value of a setting that a text stands for."""
    try:
        return Levels(sorted(results.table[column].dropna().unique().tolist())).of_text(text)
    except BacksweepError as error:
        raise BacksweepError(f"{option}: {column} {error}") from None


def report(
    folder: Folder,
    out: Annotated[
        Path | None, typer.Option(help="The file to write, or the folder of Markdown; default: DIR/report.html, DIR/report.")
    ] = None,
    form: Annotated[ReportFormat, typer.Option("--format", help="One HTML file, or Markdown with files beside it.")] = (
        ReportFormat.html
    ),
    data: Data = None,
) -> None:
    """Write DIR/report.html: what was asked, the answer, an explorer, figures and tables."""
    write_report(opened(folder), out, form, data=data)


def write_report(
    results: "Results",
    out: Path | None = None,
    form: ReportFormat = ReportFormat.html,
    to: TextIO | None = None,
    data: list[Path] | None = None,
) -> None:
    """Write a report, with the trajectory of a typical run, and say where it is."""
    from ..sweep import keep_typical_trajectory

    try:
        interruptible(lambda: keep_typical_trajectory(results, data or ()))
    except BacksweepError as error:  # as where the data file is gone: the rows are still there to be reported
        complain(f"{error}; the report goes without a trajectory")
    path = results.report(out) if form is ReportFormat.html else results.report_markdown(out)
    say(f"Report: {path}", to)
