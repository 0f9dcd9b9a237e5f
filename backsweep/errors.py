"""Errors that the user can fix; the message says what is wrong, where, and what is allowed.

An error carries values: settings, rows, files, a reason. Its text is made from them once, and no code ever parses it.
"""

from collections.abc import Mapping, Sequence
from copy import copy
from pathlib import Path
from reprlib import Repr
from typing import Any, NamedTuple, Self

from .escapes import visible

LONGEST_VALUE = 120  # in front of what is wrong with it
SHORT = Repr()  # the first six members of a list
SHORT.maxstring = SHORT.maxother = SHORT.maxlong = 60
MOST_LINES, LONGEST_LINE = 24, 800  # of a message, whatever the user's values it quotes: a screenful


class Remedy(NamedTuple):
    """What to do about an error: a deed, and the argument that does it, also as the message shows it."""

    deed: str
    shown: str
    argument: str

    def __str__(self) -> str:
        return f"{self.deed} with {self.shown}"


class BacksweepError(Exception):
    """Something the user gave cannot be used. Its message shows names escaped, and is cut at a screenful, in mid-line first.

    lines: what is wrong, mostly one. Within a line a line break is part of a name, and is escaped like all that is not seen.
    places: the file, key or argument that it was found in, the outermost first; the message begins with them.
    remedies: what to do, and the argument that does it. The first line ends with them, as in "choose another folder with
    `out`"; the command line names its option there, which only it knows.
    """

    places: tuple[str, ...] = ()
    remedies: tuple[Remedy, ...] = ()

    def __init__(self, *lines: str):
        super().__init__(*lines)

    def __str__(self) -> str:
        first, *more = self.args[:MOST_LINES] or ("",)
        first = "; ".join([first, ", or ".join(map(str, self.remedies))] if self.remedies else [first])
        shown = [_cut(visible(line)) for line in (": ".join([*self.places, first]), *more)]
        return "\n".join(shown + ["..."] * (len(self.args) > MOST_LINES))

    def __reduce__(self) -> tuple[Any, ...]:
        """As it is: subclasses are made of other things than lines."""
        return Exception.__new__, (type(self), *self.args), self.__dict__

    def inside(self, place: str) -> Self:
        """The same error, with the file, key or argument that it was found in put before its message."""
        found = copy(self)
        found.places = (place, *self.places)
        return found

    def advising(self, *remedies: tuple[str, str]) -> Self:
        """The same error, with what to do and the argument that does it."""
        found = copy(self)
        found.remedies = tuple(Remedy(deed, f"`{argument}`", argument) for deed, argument in remedies)
        return found

    def named_by(self, options: Mapping[str, str]) -> Self:
        """The same error, with options for the arguments in its remedies, and no remedy that no option does."""
        found = copy(self)
        known = [one for one in self.remedies if one.argument in options]
        found.remedies = tuple(one._replace(shown=options[one.argument]) for one in known)
        return found


def _cut(line: str) -> str:
    """A line that ends as it ended, for what to do stands at the end."""
    if len(line) <= LONGEST_LINE:
        return line
    return f"{line[: LONGEST_LINE * 3 // 4]} ... {line[-LONGEST_LINE // 4 :]}"


def _short(value: object) -> str:
    """A value as Python writes it, on one line, cut where it is long; of many values the first ones."""
    cut = isinstance(value, int | list | tuple | dict | set | frozenset)
    text = " ".join((SHORT.repr(value) if cut else repr(value)).split())
    return text if len(text) <= LONGEST_VALUE else f"{text[:LONGEST_VALUE]}..."


NOT_SHOWN = object()


class SettingError(BacksweepError, ValueError):
    """A setting or an argument of a method that is not allowed, or several that cannot be combined.

    settings: their dotted names; the first is the one to change. reason: what is wrong, and what is allowed. value: of the
    first, which the message then begins with, as in "jobs = 0"; valued: whether there is one (None may be it). shown: any
    other beginning of the message, such as "batch = 'half'"; None: the first name; "": nothing, because the reason names the
    settings. more: further lines, on what else is wrong.
    """

    def __init__(
        self,
        settings: Sequence[str],
        reason: str,
        shown: str | None = None,
        more: Sequence[str] = (),
        *,
        value: object = NOT_SHOWN,
    ):
        place = shown if shown is not None else settings[0] if value is NOT_SHOWN else f"{settings[0]} = {_short(value)}"
        super().__init__(f"{place}: {reason}" if place else reason, *more)
        self.settings, self.reason, self.shown, self.more = tuple(settings), reason, shown, tuple(more)
        self.valued, self.value = value is not NOT_SHOWN, None if value is NOT_SHOWN else value

    def showing(self, given: Mapping[str, object]) -> "SettingError":
        """The same error, whose message begins with settings and their values, as in "loss = 'huber', output = 'softmax'"."""
        return self.beginning(", ".join(f"{name} = {_short(value)}" for name, value in given.items()))

    def beginning(self, shown: str) -> "SettingError":
        """The same error with another beginning of its message."""
        found = SettingError(self.settings, self.reason, shown, self.more)
        found.places, found.remedies = self.places, self.remedies
        return found


class DataError(BacksweepError, ValueError):
    """Data, of a file or an array, that cannot be used.

    data: the file, or the name of the array; row, column: where in it, as far as that is known; reason: what is wrong, and
    what is allowed. settings: those that the data do not go with, or that ask for them. place: data, row and column as the
    message begins with them.
    """

    def __init__(
        self,
        data: str,
        reason: str,
        *,
        row: int | None = None,
        column: int | str | None = None,
        settings: Sequence[str] = (),
        place: str | None = None,
    ):
        super().__init__(f"{place or _place(data, row, column)}: {reason}")
        self.data, self.row, self.column, self.reason, self.settings = data, row, column, reason, tuple(settings)

    def concerning(self, *settings: str) -> Self:
        """The same error, with the settings that the data do not go with, or that ask for them."""
        found = copy(self)
        found.settings = settings
        return found


def _place(data: str, row: int | None, column: int | str | None) -> str:
    known = {"sample": row, "column": column}
    return ", ".join([data, *(f"{name} {number}" for name, number in known.items() if number is not None)])


class ResultsError(BacksweepError):
    """A folder of results that cannot be used, or that cannot answer what it was asked."""


class NoAnswerError(ResultsError):
    """The runs are as they should be, and have no answer; the text says why. columns: of the table that there is not."""

    def __init__(self, message: str, columns: Sequence[str] = ()):
        super().__init__(message)
        self.columns = tuple(columns)


class FileError(ResultsError):
    """What is at a path, or is to be written there, cannot be of use: `path`, and the `reason`. more: further lines on it."""

    def __init__(self, path: Path, reason: str, *more: str):
        super().__init__(f"{path}: {reason}", *more)
        self.path, self.reason = path, reason


class BusyError(ResultsError):
    """Another process is writing in the folder."""


class LinkError(ResultsError):
    """What should lie in a folder of results itself is a link, which leads out of it."""


class MovedError(ResultsError):
    """The folder that a process was writing in has been moved or replaced, or its lock is lost."""


class LaterError(ResultsError):
    """A later version of backsweep wrote a file: `path`, and what in it this version does not know, `reason`."""

    def __init__(self, path: Path, reason: str):
        super().__init__(f"{path}: a later version of backsweep wrote it ({reason}); upgrade backsweep to open it")
        self.path, self.reason = path, reason


class DamageError(ResultsError):
    """A file of results does not hold what it should: `path`, and the `reason` in a few words."""

    def __init__(self, path: Path, reason: str):
        super().__init__(f"{path}: damaged ({reason})")
        self.path = path
        self.reason = reason


class DamageWarning(UserWarning):
    """A file of results does not hold what it should, and what it should hold was left out of what was read."""


# What earlier versions called these errors. Nothing in backsweep uses the old names, but programs that import or catch them
# still work: `InputError` is also in backsweep.results, backsweep.results.errors and backsweep.sweep, `Nonsense` and `Unusable`
# are in backsweep.kernels.
InputError, Nonsense, Unusable = BacksweepError, SettingError, DataError
