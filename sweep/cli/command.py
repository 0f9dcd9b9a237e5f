"""Around the work of a command: in a thread beside the one that hears Ctrl-C, and what is said of it on stderr."""

import threading
import warnings
from collections.abc import Callable, Generator
from contextlib import contextmanager
from typing import Any, NoReturn, TypeVar

import typer

from backsweep.errors import DamageWarning

from ..speak import complain

Result = TypeVar("Result")


def interruptible(work: Callable[[], Result]) -> Result:
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
        while worker.is_alive():
            worker.join(0.1)  # Windows hears Ctrl-C only in between
    except KeyboardInterrupt:
        fail("interrupted. Nothing was changed; give the same command again")
    if failed:
        raise failed[0]
    return done[0]


def fail(message: str) -> NoReturn:
    """Say what went wrong, and end with exit code 1."""
    complain(message)
    raise typer.Exit(1)


@contextmanager
def remarked() -> Generator[None]:
    """Say once on stderr of each damaged file that it was left out, whichever way it was read."""
    said: set[str] = set()

    def show(message: Warning | str, category: type[Warning], *rest: Any) -> None:
        if not issubclass(category, DamageWarning):
            before(message, category, *rest)
        elif str(message) not in said:
            said.add(str(message))
            complain(str(message))

    with warnings.catch_warnings():
        warnings.simplefilter("always", DamageWarning)
        before, warnings.showwarning = warnings.showwarning, show
        yield
