"""The command that draws one figure of a folder of results into a file."""

from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer
from typer.core import TyperCommand

from backsweep.errors import SettingError

from ..output import say
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
    where: Where = None,
) -> None:
    """Draw one figure of DIR into a file."""
    from ...results.figures import kind_of, save

    entry = kind_of(kind)
    if run is not None and not _takes_run(entry):
        raise SettingError(["run"], f"cannot be combined with KIND {kind}; use it with {_those(_takes_run)}")
    if by and not entry.grouped:
        raise SettingError(["by"], f"cannot be combined with KIND {kind}; use it with {_those(_takes_by)}")
    out = out or folder / f"{kind}.svg"
    options: dict[str, Any] = {} if run is None else {"run": run}
    options |= {"by": names_in(by)} if by else {}
    save(chosen(folder, where).figure(kind, **options), out)
    say(f"Figure: {out}")


def _in_words(kind: "Kind") -> str:
    needs = f"; needs {kind.condition.replace('`', '')}" if kind.condition else ""
    return f"{kind.title}{needs}{'; takes --by' if kind.grouped else ''}"


def _takes_run(kind: "Kind") -> bool:
    return "losses" in kind.needs


def _takes_by(kind: "Kind") -> bool:
    return kind.grouped


def _those(which: "Callable[[Kind], bool]") -> str:
    from ...results.figures import FIGURES

    return ", ".join(name for name, kind in FIGURES.items() if which(kind))
