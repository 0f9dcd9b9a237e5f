"""Commands that evaluate a folder of results: tables and the report; and what commands on a folder share."""

from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, TextIO

import typer

from backsweep.errors import BacksweepError, NoAnswerError, SettingError
from backsweep.stopping import NO_RULE

from ...results.analysis.names import BEST, NO_RUN_DONE, SHARES, column_of
from ...results.findings import checked_seed
from ..output import complain, say
from .command import interruptible
from .options import one_of, typed
from .tables import TableFormat, print_no_answer, print_table, remarks

if TYPE_CHECKING:
    import pandas as pd

    from ...results import Results, Runs

Folder = Annotated[Path, typer.Argument(metavar="DIR", help="Folder of results.")]
By = Annotated[
    list[str] | None,
    typer.Option(metavar="NAMES", help="Columns to group by, such as lr,hidden; default: all that vary. Repeatable."),
]
Where = Annotated[
    list[str] | None, typer.Option("--where", metavar="NAME=VALUE", help="Use only runs with this value. Repeatable.")
]
Data = Annotated[
    list[Path] | None,
    typer.Option(metavar="FILE", help="Where a data file, or a file of initial weights, of DIR is now. Repeatable."),
]
Resampling = Annotated[
    int,
    typer.Option("--resampling-seed", parser=typed, metavar="INTEGER", help="Seed of the bootstrap that gives the intervals."),
]


class Kind(StrEnum):
    """The tables of findings that `backsweep table --of` prints."""

    summary = "summary"
    settings = "settings"
    what_matters = "what-matters"
    best = "best"
    restarts = "restarts"


class ReportFormat(StrEnum):
    """The formats of a report."""

    html = "html"
    markdown = "markdown"


if TYPE_CHECKING:
    Format = TableFormat
    Table = Kind
    Pages = ReportFormat
else:
    Format = one_of(TableFormat, "form", "--format", about="Format of the output.")
    Table = one_of(Kind, "of", about="Which table; settings is the summary with more columns.")
    Pages = one_of(ReportFormat, "form", "--format", about="One HTML file, or a folder of Markdown, figures and tables.")


def opened(folder: Path) -> "Results":
    """The results in a folder."""
    from ...results import Results

    return Results.open(folder)


def chosen(folder: Path, where: list[str] | None) -> "Runs":
    """The results in a folder, or those of its runs that were asked for. NoAnswerError if no run is done."""
    return _part(_begun(opened(folder)), where)


def _part(results: "Runs", where: list[str] | None) -> "Runs":
    for text in where or []:
        results = _with_value(results, *_name_and_value(text))
    return results


def chosen_of_both(folder: Path, other: Path, where: list[str] | None) -> "tuple[Runs, Runs]":
    """The results in two folders, or those of their runs that were asked for, by settings of both or of one.

    NoAnswerError if no run of a folder is done.
    """
    first, second = _begun(opened(folder)), _begun(opened(other))
    for name, value in map(_name_and_value, where or []):
        in_first, in_second = _varies(first, name), _varies(second, name)
        first = _with_value(first, name, value) if in_first or not in_second else first
        second = _with_value(second, name, value) if in_second else second
    return first, second


def _begun(results: "Results") -> "Results":
    if not results.done:
        raise NoAnswerError(f"{results.path}: {NO_RUN_DONE}")
    return results


def _name_and_value(text: str) -> tuple[str, str]:
    name, equals, value = (part.strip() for part in text.partition("="))
    if not equals or not value:
        raise SettingError(["where"], "must be a setting and its value, such as optimizer=gd", value=text)
    return name, value


def _varies(results: "Runs", name: str) -> bool:
    try:
        return bool(column_named(results, name, "where"))
    except SettingError:
        return False


def _with_value(results: "Runs", name: str, value: str) -> "Runs":
    column = column_named(results, name, "where")
    return results.where(**{column: level_named(results, column, value, "where")})


def table(
    folder: Folder,
    by: Annotated[
        list[str] | None,
        typer.Option(
            metavar="NAMES",
            help="Columns to group by, such as lr,hidden; default: all that vary, or with --of best none. Repeatable.",
        ),
    ] = None,
    where: Where = None,
    of: Table = Kind.summary,
    form: Format = TableFormat.text,
    seed: Resampling = 0,
) -> None:
    """Print success rates and epochs to convergence of the runs in DIR, with 95 % intervals; --of prints other tables."""
    seed = checked_seed(seed)
    if by and of in {Kind.what_matters, Kind.restarts}:
        raise SettingError(["by"], f"cannot be combined with --of {of.value}; use it with --of summary, settings or best")
    whole = opened(folder)
    if not whole.done:
        print_no_answer(NoAnswerError(NO_RUN_DONE, _columns(whole, of, names_in(by), seed)), form)
        return
    results = _part(whole, where)
    try:
        found, shown = _found(results, of, names_in(by), seed)
    except NoAnswerError as error:
        says_why = results.has_rule or of is Kind.best
        print_no_answer(error if says_why else NoAnswerError(NO_RULE, error.columns), form)
        return
    print_table(found, lambda: shown, form, _beside(results, of, found, names_in(by)))


def _columns(results: "Runs", of: Kind, by: list[str] | None, seed: int) -> list[str]:
    """The columns that a table of findings has without rows."""
    from ...results.analysis.tables import axis_columns

    if of is Kind.best:
        return [*axis_columns(results.table), *BEST]
    if of is Kind.what_matters:
        return [*SHARES]
    found = results.restarts() if of is Kind.restarts else _found(results, of, by, seed)[0]
    return found.columns.tolist()


def _beside(results: "Runs", of: Kind, found: "pd.DataFrame", by: list[str] | None) -> list[str]:
    """What a reader of a table of findings should know."""
    from ...results.analysis.remarks import best_at_an_end, constant_responses, ranked_by_loss, tied_best, without_best
    from ...results.analysis.tables import axis_columns, columns_of

    if of is Kind.what_matters:
        return constant_responses(found)
    first: list[str] = []
    if of is Kind.summary and results.has_rule:
        first = ranked_by_loss(found)
    if of is Kind.best:
        by = columns_of(by or [], axis_columns(results.table))
        table = results.table
        first = [*tied_best(found), *without_best(table, found, by), *best_at_an_end(table, found, by)]
    return [*first, *remarks(results, list(found.columns))]


def _found(results: "Runs", of: Kind, by: list[str] | None, seed: int) -> "tuple[pd.DataFrame, pd.DataFrame]":
    """A table of findings, in full and as text for people, who see settings by their loss where no run converged."""
    from ...results.analysis.ranking import ranked
    from ...results.text import readable

    if of in {Kind.summary, Kind.settings}:
        found = results.summary(by) if of is Kind.summary else results.details(by, seed=seed)
        if not results.has_rule or (of is Kind.summary and not (found["success"] > 0).any()):
            return found, readable.ranking(ranked(results.table, by), results.has_rule)
        return found, readable.summary(found) if of is Kind.summary else readable.details(found)
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


def names_in(by: list[str] | None) -> list[str] | None:
    """The names that an option gives; each text may hold several, separated by commas."""
    return [name.strip() for names in by for name in names.split(",") if name.strip()] if by else None


def column_named(results: "Runs", setting: str, option: str) -> str:
    """The column of a setting that an option names."""
    from ...results.analysis.tables import axis_columns  # with pandas and scipy a second

    return column_of(setting, axis_columns(results.table), option, restricted=results.restricted)


def level_named(results: "Runs", column: str, text: str, option: str) -> object:
    """The value of a setting that a text stands for."""
    from ...results.analysis.tables import levels_of

    try:
        return levels_of(results.table, column).of_text(text)
    except SettingError as error:
        raise SettingError([option], error.reason) from None


def report(
    folder: Folder,
    out: Annotated[
        Path | None, typer.Option(help="File to write, or folder for Markdown; default: DIR/report.html or DIR/report.")
    ] = None,
    form: Pages = ReportFormat.html,
    data: Data = None,
) -> None:
    """Write DIR/report.html with the question, the answer, an explorer, figures and tables."""
    write_report(opened(folder), out, form, data=data)


def write_report(
    results: "Results",
    out: Path | None = None,
    form: ReportFormat = ReportFormat.html,
    to: TextIO | None = None,
    data: list[Path] | None = None,
) -> None:
    """Write a report, with the trajectory of a typical run, and print its path."""
    from ..sweep import keep_typical_trajectory

    try:
        interruptible(lambda: keep_typical_trajectory(results, data or ()))
    except BacksweepError as error:  # for example if the data file is gone; the rows can still be reported
        complain(f"{error}; the report contains no trajectory")
    path = results.report(out) if form is ReportFormat.html else results.report_markdown(out)
    say(f"Report: {path}", to)
