"""Shows a sweep in a browser while it runs: `backsweep watch DIR` from another terminal, and `run --watch`."""

import os
import shlex
import sys
import webbrowser
from collections.abc import Generator
from contextlib import contextmanager
from functools import partial
from hashlib import sha256
from importlib.metadata import version
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from backsweep import arguments
from backsweep.errors import SettingError
from backsweep.ranges import whole_from

from ...results.store.store import Store
from ...results.store.survey import survey
from ...results.store.writer import writer_of
from ..output import complain, say
from .endings import reason_of
from .options import typed
from .results import Folder
from .status import status_lines

if TYPE_CHECKING:
    from collections.abc import Callable
    from contextlib import AbstractContextManager

    from ...results.live.watching import Watching

    Watched = Callable[[Path, Callable[[str], object]], AbstractContextManager[Watching]]

PORTS = whole_from(0, 65535)
RESULTS = Path(__file__).parents[2] / "results"
SCREENS = {"DISPLAY", "WAYLAND_DISPLAY", "BROWSER"}  # variables of systems that may have none
Port = Annotated[
    int | None,
    typer.Option(parser=typed, metavar="INTEGER", help="Port of the page; default: any that is free."),
]
NoOpen = Annotated[bool, typer.Option("--no-open", help="Print the address of the page, and open no browser.")]


def watch(folder: Folder, port: Port = None, no_open: NoOpen = False) -> None:
    """Show the sweep in DIR in a browser while it runs: its map, curves and time left. It ends with the sweep, or Ctrl-C."""
    if Store.open(folder).missing() or writer_of(folder):
        try:
            with watching(folder, say, port=_checked(port), no_open=no_open) as page:
                page.wait()
        except KeyboardInterrupt:
            return
    say(f"{status_lines(survey(folder))[0]}. For the whole report: backsweep report {shlex.quote(str(folder))}")


def watching_if(asked: bool, port: int | None, no_open: bool, *, dry_run: bool = False) -> "Watched | None":
    """What serves the page of a sweep of this process, and keeps it in its folder; None if it was not asked for.

    SettingError for options that then have no effect, and for --watch if nothing is to be trained.
    """
    if asked and dry_run:
        raise SettingError(["watched"], "cannot be combined with --dry-run, which trains nothing that could be watched")
    if asked:
        return partial(watching, port=_checked(port), no_open=no_open, kept=True)
    for name, given in (("port", port is not None), ("no_open", no_open)):
        if given:
            raise SettingError([name], "has an effect only with --watch")
    return None


@contextmanager
def watching(
    folder: Path, tell: "Callable[[str], object]", *, port: int = 0, no_open: bool = False, kept: bool = False
) -> "Generator[Watching]":
    """Serve the page of a sweep meanwhile, tell its address, and open it if somebody sits in front of the terminal.

    port: 0 for any that is free. kept: whether it is written into the folder too. SettingError if the port cannot be used.
    """
    from ...results.live.watching import Watching

    page, opened = _page(), not no_open and _is_attended() and _has_screen()
    try:
        found = Watching(folder, page, port=port, kept=kept, opened=opened)
    except OSError as error:
        raise SettingError(["port"], f"cannot be used: {error.strerror}", value=port) from None
    with found:
        tell(f"To watch it: {found.address}")
        if opened and not webbrowser.open(found.address):
            complain("no browser could be opened; open the address above in one")
        yield found
    if found.failure is not None:
        complain(f"the page was not brought up to date until the end: {reason_of(found.failure)}")


def _checked(port: int | None) -> int:
    """A port that was given; 0, any that is free, if none was."""
    return arguments.whole("port", port or 0, PORTS)


def _is_attended() -> bool:
    """Whether somebody sits in front of the terminal; Python has no stdin where it was closed."""
    return sys.stdin is not None and sys.stdin.isatty()


def _has_screen() -> bool:
    """Whether a browser has a window: without a display Python would open one in the terminal."""
    return sys.platform in {"win32", "darwin"} or any(map(os.environ.get, SCREENS))


def _page() -> bytes:
    """The page, which is the same for all sweeps; it takes seconds to make, so it is kept where machine code is."""
    from ...kernels.lanes.cache import CodeFolder
    from ...kernels.lanes.compile import CODE

    folder, name = CodeFolder(CODE.path.with_name("pages")), f"watch-{_sources_hash()}.html"
    page = folder.read(name)
    if page is None:
        from ...results.live.server import POLICY
        from ...results.report.write import watch_page  # with matplotlib and Altair seconds

        page = watch_page(POLICY)
        folder.write(name, page)
    return page


def _sources_hash() -> str:
    """A hash of all that the page is made of."""
    digest = sha256("".join(version(name) for name in ("altair", "jinja2", "vl-convert-python")).encode())
    for place in ("figures", "live", "report", "report/templates"):
        for file in sorted((RESULTS / place).glob("*.*")):
            digest.update(file.name.encode() + file.read_bytes())
    return digest.hexdigest()[:16]
