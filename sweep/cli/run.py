"""Runs a sweep from the command line, and shows its progress and its end on stdout, for people or programs."""

import sys
from collections.abc import Callable
from contextlib import nullcontext
from pathlib import Path
from typing import TYPE_CHECKING, Any, NoReturn, TypeVar

import typer
from rich.console import Console

from ...results.store.manifest import has_manifest
from ..machine import process_began
from ..output import complain, outlast_readers, say
from ..progress import JsonProgress, Progress, progress_on
from ..run.execute import BatchesFailed
from .answer import answer_lines, print_answer
from .endings import code_after, fail, reason_of
from .options import in_options
from .tables import LogFormat, bound_warnings, outcome_line, stages_line, warning_lines, way_on, worker_time_line

if TYPE_CHECKING:
    from collections.abc import Callable

    from ...results import Results
    from .watch import Watched

Found = TypeVar("Found")


def run_with_progress(
    context: typer.Context,
    train: "Callable[..., Results]",
    out: Path,
    log: LogFormat,
    watching: "Watched | None" = None,
    **options: Any,
) -> "Results":
    """Train a sweep in a folder, show its progress, and print what it took and what it found.

    context: of the command, whose options the JSON log names where Python would name arguments. train: `Sweep.run` or
    `Sweep.extend`, with its options. watching: what serves a page of the sweep meanwhile, as of `watch.watching`.

    Exits with code 1 if some runs fail, and with that of the signal if the sweep is interrupted.
    """
    outlast_readers("nobody reads the output any more, so the rest of it is lost; the sweep needs no reader")
    began = process_began()
    progress = JsonProgress(sys.stdout, out, began=began) if log is LogFormat.json else progress_on(Console(), began)
    try:
        with watching(out, progress.say) if watching else nullcontext():
            results = train(out, progress=progress, **options)
            _told(results, progress)  # before the page ends, which waits for its readers
    except KeyboardInterrupt as interrupt:
        _interrupted(out, progress, code_after(interrupt))
    except BatchesFailed as error:
        if isinstance(progress, JsonProgress):
            progress.close(error.session, progress.done, progress.total, failed=True)
        else:
            _say_lines([*warning_lines(progress.warnings), worker_time_line(error.session), stages_line(progress.stages)])
        fail(f"{error}\nAll other runs are done and kept. To try these again: {way_on(out)}")
    except Exception as error:
        if isinstance(progress, JsonProgress):
            progress.broken(reason_of(in_options(error, context.command.params)))
        raise
    return results


def _told(results: "Results", progress: Progress) -> None:
    """Print what the finished sweep took, and then what it found, or why that cannot be said."""
    bound = _or_complain(lambda: bound_warnings(results), [])
    progress.warnings += bound
    if isinstance(progress, JsonProgress):
        answer = _or_complain(lambda: answer_lines(results, bound_told=bool(bound)), [])
        progress.close(results.last, results.done, results.manifest.runs, answer=answer)
        return
    session = results.last  # where there was none, the warnings are still on the screen
    told = [*warning_lines(progress.warnings), worker_time_line(session), stages_line(progress.stages)] if session else []
    _say_lines([*told, outcome_line(results)])
    _or_complain(lambda: print_answer(results, answer_lines(results, bound_told=bool(bound))), None)


def _or_complain(find: Callable[[], Found], otherwise: Found) -> Found:
    """What is found; if finding it fails, whatever the error, a sentence on it: the runs are done and kept all the same."""
    try:
        return find()
    except Exception as error:
        complain(f"all runs are done and kept, but what they say could not be computed: {reason_of(error)}")
        return otherwise


def _say_lines(lines: list[str]) -> None:
    for line in lines:
        say(line)


def _interrupted(out: Path, progress: Progress, code: int) -> NoReturn:
    if isinstance(progress, JsonProgress):
        progress.interrupted()
    if has_manifest(out):
        fail(f"interrupted. Finished runs are kept. To continue: {way_on(out)}", code)
    fail("interrupted before the sweep began. To begin it, repeat the command", code)
