"""The command that draws one figure of a folder of results into a file."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer
from typer.core import TyperCommand

from backsweep.errors import SettingError

from ..output import say
from .compare import BestOf
from .options import typed
from .results import Folder, Where, chosen, names_in

if TYPE_CHECKING:
    from ...results.figures import Kind


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
        int | None, typer.Option(parser=typed, metavar="INTEGER", help="Number of the run to draw, for KIND loss.")
    ] = None,
    by: Annotated[
        list[str] | None,
        typer.Option(metavar="NAMES", help="Settings to group by, such as lr,hidden; for kinds with --by. Repeatable."),
    ] = None,
    setting: Annotated[
        str | None, typer.Option(help="Setting whose values are ranked, for KIND ranks; or of the power laws, for KIND slope.")
    ] = None,
    best_of: BestOf = None,
    where: Where = None,
) -> None:
    """Draw one figure of DIR into a file."""
    from ...results.figures import FIGURES, kind_of, save

    entry, out = kind_of(kind), out or folder / f"{kind}.svg"
    given: dict[str, Any] = {"run": run, "by": names_in(by), "setting": setting, "best_of": names_in(best_of)}
    options = {name: value for name, value in given.items() if value is not None}
    for name in options:
        if not takes(entry, name):
            those = ", ".join(other for other, kind in FIGURES.items() if takes(kind, name))
            raise SettingError([name], f"cannot be combined with KIND {kind}; use it with {those}")
    save(chosen(folder, where).figure(kind, **options), out)
    say(f"Figure: {out}")


def takes(kind: "Kind", option: str) -> bool:
    """Whether a kind of figure takes an option of the command; `--by` names any number of settings."""
    return kind.grouped if option == "by" else option in kind.options


def _in_words(kind: "Kind") -> str:
    needs = f"; needs {kind.condition.replace('`', '')}" if kind.condition else ""
    return f"{kind.title}{needs}{'; takes --by' if kind.grouped else ''}"
