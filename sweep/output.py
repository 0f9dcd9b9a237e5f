"""Everything that commands print goes through here, because names in it come from files and must not control a terminal."""

import io
import os
import sys
import threading
from collections.abc import Callable, Generator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any, TextIO

from backsweep.escapes import FITTING, visible, visible_lines

if TYPE_CHECKING:
    from rich.console import Console


def replace_missing_signs() -> None:
    """Make ready for outputs that lack some signs: ∞ is inf there, and never a question mark."""
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(errors=FITTING)


def outlast_readers(remark: str) -> None:
    """From now on go on without output, with a remark on stderr, when the program that reads it ends, as `head` does."""
    sys.stderr = _Lasting(sys.stderr, lambda: None)
    sys.stdout = _Lasting(sys.stdout, lambda: complain(remark))


class _Lasting:
    """A stream whose pipe may be closed: what is written then goes nowhere."""

    def __init__(self, stream: TextIO, closed: Callable[[], None]):
        self._stream, self._closed = stream, closed

    def write(self, text: str) -> int:
        """As of any stream."""
        self._lasting(lambda: self._stream.write(text))
        return len(text)

    def flush(self) -> None:
        """As of any stream."""
        self._lasting(self._stream.flush)

    def _lasting(self, work: Callable[[], object]) -> None:
        try:
            work()
        except BrokenPipeError:
            with Path(os.devnull).open("wb") as nowhere:
                os.dup2(nowhere.fileno(), self._stream.fileno())  # also for what is still in the stream's buffer
            self._closed()

    def __getattr__(self, name: str) -> Any:
        return getattr(self._stream, name)


def say(text: str, to: TextIO | None = None) -> None:
    """Print one line."""
    print(visible(text), file=to)


def say_in_full(text: str, to: TextIO | None = None) -> None:
    """Print lines that are escaped already, each format in its own way."""
    print(text, end="", file=to)


def complain(text: str) -> None:
    """Print what went wrong to stderr, in one line or several."""
    print(visible_lines(f"backsweep: {text}"), file=sys.stderr)


def say_on(console: "Console", text: str) -> None:
    """Print where a bar may stand; nothing in the text is markup, nor an emoji."""
    from rich.text import Text

    console.print(Text(visible_lines(text)), soft_wrap=True)


@contextmanager
def after_a_second(text: str) -> Generator[None]:
    """Say on stderr what is being done, if it takes longer than a second."""
    timer = threading.Timer(1.0, complain, [text])
    timer.start()
    try:
        yield
    finally:
        timer.cancel()
