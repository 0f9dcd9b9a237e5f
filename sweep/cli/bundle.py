"""The commands that hand a folder of results on in one file: they pack it, and unpack it somewhere else."""

import shlex
from pathlib import Path
from typing import Annotated

import typer

from ...results.store.survey import survey
from ..output import say
from ..text import count, size
from .results import Data, Folder
from .status import status_lines, writer_line


def bundle(
    folder: Folder,
    out: Annotated[
        Path | None, typer.Option("--out", "-o", help="File to write, which ends in .zip; default: DIR.zip.")
    ] = None,
    data: Data = None,
) -> None:
    """Pack DIR into one file, with its spec, its data files and the versions that it ran with, to hand it on."""
    from ..run.bundle import bundle as packed

    folder = folder.resolve() if folder.name in {"", ".."} else folder
    out = out or folder.with_name(f"{folder.name}.zip")
    found = packed(folder, out, data or ())
    data_files = f"the spec and {count(len(found.data), 'data file')}" if found.data else "and the spec"
    say(f"{found.name}: {found.done:,} of {count(found.runs, 'run')}, {data_files}, {size(found.size)}: {out}")
    seen = survey(folder)
    if seen.writer is not None:
        say(f"{writer_line(seen)}; the bundle holds the runs that were done")
    say(f"To open it on any machine: backsweep open {shlex.quote(out.name)}")


def open_(
    file: Annotated[Path, typer.Argument(metavar="FILE", help="Bundle, as `backsweep bundle` writes it.")],
    out: Annotated[
        Path | None, typer.Option("--out", "-o", help="Folder to make; it must not exist. Default: FILE without .zip.")
    ] = None,
) -> None:
    """Unpack FILE, which `backsweep bundle` wrote, into a new folder of results; every file is checked by its digest."""
    from ...results.store.bundle import DATA, open_bundle

    folder = out or file.with_suffix("")
    open_bundle(file, folder)
    for line in status_lines(survey(folder)):
        say(line)
    where = shlex.quote(str(folder))
    data = [path for path in (folder / DATA).rglob("*") if path.is_file()]
    say(
        f"Every file matches its digest: {folder}"
        + (f", with {count(len(data), 'data file')} in {folder / DATA}" if data else "")
    )
    say(f"Look closer: backsweep table {where}; backsweep report {where}; backsweep verify {where}")
