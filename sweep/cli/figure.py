"""The command that draws one figure of a folder of results into a file."""

import re
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer
from typer.core import TyperCommand

from backsweep.errors import SettingError

from ..output import say
from .command import interruptible
from .compare import BestOf
from .results import Data, Folder, Where, chosen, names_in
from .tables import not_finished

if TYPE_CHECKING:
    from ...results import Runs
    from ...results.figures import Kind

MOST_NUMBERS = 100_000  # between two dots
LENGTH = re.compile(r"(\d+\.?\d*|\.\d+) ?(in|cm|mm)")
PER_INCH = {"in": 1.0, "cm": 2.54, "mm": 25.4}
NARROWEST, WIDEST = 2.0, 40.0  # inches


class FigureCommand(TyperCommand):
    """A command whose help ends with the list of figures. Only the help loads them, since they need matplotlib."""

    def format_epilog(self, ctx: Any, formatter: Any) -> None:  # noqa: ARG002  # Click's signature
        """Write the list of figures: what each shows and what it needs."""
        from ...results.figures import FIGURES

        with formatter.section("Kinds"):
            formatter.write_dl([(name, _in_words(kind)) for name, kind in FIGURES.items()])


def figure(
    folder: Folder,
    kind: Annotated[str, typer.Argument(metavar="KIND", help="Figure to draw, one of the kinds below.")],
    out: Annotated[
        Path | None, typer.Option(help="File to write, which ends in .png, .svg or .pdf; default: DIR/KIND.svg.")
    ] = None,
    run: Annotated[
        str | None,
        typer.Option(metavar="NUMBERS", help="Number of the run to draw; for KIND loss several, 1,2,7 or 0..9."),
    ] = None,
    seeds: Annotated[
        str | None, typer.Option(metavar="NUMBERS", help="Draw the runs with these seeds: 1,2,7 or 0..9; for KIND loss.")
    ] = None,
    epochs: Annotated[
        str | None, typer.Option(metavar="NUMBERS", help="Epochs at which to draw the run: 0,100,1000; default: its end.")
    ] = None,
    by: Annotated[
        list[str] | None,
        typer.Option(metavar="NAMES", help="Settings to group by, such as lr,hidden; for kinds with --by. Repeatable."),
    ] = None,
    setting: Annotated[
        str | None, typer.Option(help="Setting whose values are ranked, for KIND ranks; or of the power laws, for KIND slope.")
    ] = None,
    best_of: BestOf = None,
    width: Annotated[
        str | None, typer.Option(metavar="LENGTH", help="Width in in, cm or mm, such as 3.4in for a column; default: 7.2in.")
    ] = None,
    style: Annotated[
        str, typer.Option(metavar="STYLE", help="report, as in the report; paper, with serifs; or slide, with large letters.")
    ] = "report",
    title: Annotated[str | None, typer.Option(metavar="TEXT", help="Title above the figure; default: none.")] = None,
    where: Where = None,
    data: Data = None,
) -> None:
    """Draw one figure of DIR into a file."""
    from ...results.figures import FIGURES, kind_of, own_axes, save, titled

    entry, results = kind_of(kind), chosen(folder, where)
    given: dict[str, Any] = {"run": run, "seeds": seeds, "epochs": epochs, "setting": setting}
    given |= {"by": names_in(by), "best_of": names_in(best_of)}
    options = {name: value for name, value in given.items() if value is not None}
    for name in options:
        if not takes(entry, name):
            those = ", ".join(other for other, kind in FIGURES.items() if takes(kind, name))
            raise SettingError([name], f"cannot be combined with KIND {kind}; use it with {those}")
    if epochs is not None:
        options["epochs"] = numbers_in("epochs", epochs)
    if run is not None or options.pop("seeds", None) is not None:
        options["run"] = _runs(results, entry, run, seeds)
    options |= {"data": data} if data else {}
    out = out or folder / f"{kind}.svg"
    axes = own_axes(_inches(width or "7.2in"), style)
    save(titled(interruptible(lambda: results.figure(kind, axes, style=style, **options)), title, style), out)
    say(f"Figure: {out}")
    if "run" not in entry.options:  # else it shows runs that the user names
        for line in not_finished(results, "figure"):
            say(line)


def _runs(results: "Runs", entry: "Kind", run: str | None, seeds: str | None) -> int | list[int]:
    """The runs that are asked for by number or by seed."""
    if run is not None and seeds is not None:
        raise SettingError(["seeds"], "cannot be combined with --run, which names the runs")
    if run is not None:
        numbers = numbers_in("run", run)
        if len(numbers) > 1 and not _takes_several(entry):
            raise SettingError(["run"], f"{len(numbers)} were given; this figure shows one run")
        return numbers if len(numbers) > 1 else numbers[0]
    wanted = numbers_in("seeds", str(seeds))
    found = results.table.loc[results.table["seed"].isin(wanted), "run"].tolist()
    if not found:
        raise SettingError(["seeds"], "no run has such a seed", value=seeds)
    return found


def numbers_in(option: str, text: str) -> list[int]:
    """Whole numbers: 1,2,7, and 0..9 for those from 0 to 9."""
    found: list[int] = []
    for part in text.split(","):
        first, dots, last = (word.strip() for word in part.partition(".."))
        last = last if dots else first
        if not (first.isdecimal() and last.isdecimal()) or int(last) - int(first) not in range(MOST_NUMBERS):
            raise SettingError([option], "must be whole numbers, such as 1,2,7 or 0..9", value=text)
        for number in (first, last):
            if len(number) > 1 and number.startswith("0"):  # as in 4,000, which would be two numbers
                raise SettingError([option], f"{number} begins with 0; write a number above 999 without a comma", value=text)
        found += range(int(first), int(last) + 1)
    return list(dict.fromkeys(found))


def _inches(width: str) -> float:
    """A length such as 3.4in in inches. SettingError if it is none, or no width of a figure."""
    found = LENGTH.fullmatch(width.strip())
    inches = float(found[1]) / PER_INCH[found[2]] if found else 0.0
    if not NARROWEST <= inches <= WIDEST:
        raise SettingError(
            ["width"], f"must be a length in in, cm or mm, from {NARROWEST:g}in to {WIDEST:g}in, such as 3.4in", value=width
        )
    return inches


def _in_words(kind: "Kind") -> str:
    needs = f"; needs {kind.condition.replace('`', '')}" if kind.condition else ""
    return f"{kind.title}{needs}{'; takes --by' if kind.grouped else ''}"


def takes(kind: "Kind", option: str) -> bool:
    """Whether a kind of figure takes an option of the command; `--by` names any number of settings, `--seeds` several runs."""
    return {"by": kind.grouped, "seeds": _takes_several(kind)}.get(option, option in kind.options)


def _takes_several(kind: "Kind") -> bool:
    """Whether it draws several runs, which it takes by number or by seed."""
    return "losses" in kind.needs
