"""Errors that are the user's to mend; the message says what is wrong, where, and what is allowed."""

from collections.abc import Sequence
from pathlib import Path
from typing import Any

from .escapes import visible

MOST_LINES, LONGEST_LINE = 24, 800  # of a message, whatever the user's values it quotes: a screenful


class InputError(Exception):
    """Something the user gave cannot be used. Its message shows names escaped, and is cut at a screenful, in mid-line first.

    lines: what is wrong, mostly one. Within a line a line break is part of a name, and is escaped like all that is not seen.
    """

    def __init__(self, *lines: str):
        shown = [_cut(visible(line)) for line in lines[:MOST_LINES]]
        super().__init__("\n".join(shown + ["..."] * (len(lines) > MOST_LINES)))

    def __reduce__(self) -> tuple[Any, ...]:
        """As it is: made anew from its message, as errors are by default, it would escape and cut that again."""
        return Exception.__new__, (type(self), *self.args), self.__dict__


def _cut(line: str) -> str:
    """A line that ends as it ended, for what to do stands at the end."""
    if len(line) <= LONGEST_LINE:
        return line
    return f"{line[: LONGEST_LINE * 3 // 4]} ... {line[-LONGEST_LINE // 4 :]}"


class NoAnswerError(InputError):
    """The runs are as they should be, and have no answer; the text says why. columns: of the table that there is not."""

    def __init__(self, message: str, columns: Sequence[str] = ()):
        super().__init__(message)
        self.columns = tuple(columns)


class BusyError(InputError):
    """Another process is writing in the folder."""


class LinkError(InputError):
    """What should lie in a folder of results itself is a link, which leads out of it."""


class MovedError(InputError):
    """The folder that a process has been writing in is not in its place any more, or its lock is lost."""


class DamageError(InputError):
    """A file of results does not hold what it should: `path`, and the `reason` in a few words."""

    def __init__(self, path: Path, reason: str):
        super().__init__(f"{path}: damaged ({reason})")
        self.path = path
        self.reason = reason


class DamageWarning(UserWarning):
    """A file of results does not hold what it should, and what it should hold was left out of what was read."""
