"""Runs the work of a command in a second thread, so that the first can receive Ctrl-C, and reports problems on stderr."""

import threading
import warnings
from collections.abc import Callable, Generator
from contextlib import contextmanager
from typing import Any, TypeVar

from backsweep.errors import DamageWarning

from ..output import complain
from .endings import code_after, fail

Result = TypeVar("Result")


def interruptible(work: Callable[[], Result]) -> Result:
    """Do the work in another thread, so that Ctrl-C ends the command at once, whatever the kernels are doing."""
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
            worker.join(0.1)  # on Windows Ctrl-C arrives only between two waits
    except KeyboardInterrupt as interrupt:
        fail("interrupted. Nothing was changed. To try again, repeat the command", code_after(interrupt))
    if failed:
        raise failed[0]
    return done[0]


@contextmanager
def remarked() -> Generator[None]:
    """Report each damaged file that was left out once on stderr, however often it was read."""
    shown: set[str] = set()

    def show(message: Warning | str, category: type[Warning], *rest: Any) -> None:
        if not issubclass(category, DamageWarning):
            before(message, category, *rest)
        elif str(message) not in shown:
            shown.add(str(message))
            complain(str(message))

    with warnings.catch_warnings():
        warnings.simplefilter("always", DamageWarning)
        before, warnings.showwarning = warnings.showwarning, show
        yield
