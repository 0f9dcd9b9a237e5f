"""Long work of a command, in a thread beside the one that hears Ctrl-C."""

import threading
from collections.abc import Callable
from typing import NoReturn, TypeVar

import typer

from .speak import complain

Result = TypeVar("Result")


def beside(work: Callable[[], Result]) -> Result:
    """Do it in a thread beside this one, which Ctrl-C then ends at once, whatever the kernels are at."""
    done: list[Result] = []
    failed: list[BaseException] = []

    def attempt() -> None:
        try:
            done.append(work())
        except BaseException as error:
            failed.append(error)

    worker = threading.Thread(target=attempt, daemon=True)
    worker.start()
    try:
        worker.join()
    except KeyboardInterrupt:
        fail("interrupted. Nothing was changed; give the same command again")
    if failed:
        raise failed[0]
    return done[0]


def fail(message: str) -> NoReturn:
    """Say what went wrong, and end with exit code 1."""
    complain(message)
    raise typer.Exit(1)
