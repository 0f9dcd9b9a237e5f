"""Names of options in errors: what Python calls half_width is --half-width here, and this is the only place that knows it.

Code says which of its arguments is wrong, or would help, and does not know whether it was called from Python or by a command.
A command's own options are named as arguments too, so that there is one way to complain. A parameter of a command is called as
the argument that it is handed on as.
"""

import re
from collections import Counter
from collections.abc import Container, Iterable, Mapping
from contextlib import suppress
from enum import StrEnum
from itertools import compress
from shlex import quote
from typing import Annotated, Any, Self, TypeVar

import typer
from typer.core import TyperCommand, TyperGroup, TyperOption

from backsweep import arguments
from backsweep.errors import BacksweepError, SettingError

from .endings import code_after, fail

Name = TypeVar("Name", bound=StrEnum)
NEGATIVE = re.compile(r"-[\d.]+")


class Commands(TyperGroup):
    """The commands. An error that one of them raises names its options, where these are to blame or would help.

    An option that takes one value is refused if it is given more often, of which Click would take the last.
    """

    def resolve_command(self, ctx: Any, args: list[str]) -> tuple[Any, Any, list[str]]:
        """The command that the arguments name, and the arguments that are its own."""
        name, command, rest = super().resolve_command(ctx, args)
        if command is not None:
            _refuse_repeated(command, command.context_class(command, info_name=name, parent=ctx), list(rest))
        return name, command, rest

    def invoke(self, ctx: Any) -> Any:
        """Do the command's work."""
        try:
            return super().invoke(ctx)
        except KeyboardInterrupt as interrupt:  # of which Typer would forget the signal
            fail("interrupted", code_after(interrupt))
        except BacksweepError as error:
            command = self.commands.get(ctx.invoked_subcommand or "")
            raise in_options(error, command.params if command else []) from None


Fault = TypeVar("Fault", bound=Exception)


def in_options(error: Fault, parameters: Iterable[Any]) -> Fault | BacksweepError:
    """The same error in the words of a command with these parameters. Doing it twice changes nothing."""
    return _with_options(error, _options_of(parameters)) if isinstance(error, BacksweepError) else error


class AsTyped(float):
    """A number that errors show as it was typed."""

    _text: str

    def __new__(cls, text: str) -> Self:
        """The number that a text stands for. ValueError if it is none."""
        found = super().__new__(cls, text)
        found._text = text
        return found

    def __str__(self) -> str:
        return self._text


def typed(text: str) -> float | str:
    """A number on the command line; what is none stays as it was typed, for the argument's own check to refuse."""
    for number in (int, AsTyped):
        with suppress(ValueError):
            return number(text)
    return text


def _refuse_repeated(command: Any, ctx: Any, given: list[str]) -> None:
    """Raise SettingError for an option that is given twice and takes one value. Flags mean the same however often."""
    _, _, parameters = command.make_parser(ctx).parse_args(given)
    for each, times in Counter(parameters).items():
        if times > 1 and each.param_type_name == "option" and not each.multiple and not each.is_flag:
            raise SettingError([each.name], f"given {times} times; it takes one value, so give it once", each.opts[0])


def one_of(names: type[Name], argument: str, *declared: str, about: str) -> Any:
    """The type of an option that takes one of some names. argument: the command's parameter. about: the option's help.

    To Typer it is text: it would refuse another name in a sentence of its own, without the one that was probably meant.
    """

    def check(value: str) -> Name:
        return arguments.one_of(argument, value, names)

    return Annotated[str, typer.Option(*declared, callback=check, metavar=f"[{'|'.join(names)}]", help=about)]


class NumberCommand(TyperCommand):
    """A command with a number as its argument: -1 is no option, and the argument's own check says what is wrong with it."""

    def make_parser(self, ctx: Any) -> Any:
        """The reader of what was typed, to which negative numbers are given at the end, where no option is looked for."""
        parser = super().make_parser(ctx)
        read = parser.parse_args
        valued = {name for each in self.params if isinstance(each, TyperOption) and not each.is_flag for name in each.opts}
        parser.parse_args = lambda args: read(_numbers_last(args, valued))
        return parser


def _numbers_last(args: list[str], valued: Container[str]) -> list[str]:
    """The same words, negative numbers at the end, but for the values of options. valued: the options that take one."""
    if "--" in args:
        return args
    own = [bool(NEGATIVE.fullmatch(text)) and before not in valued for before, text in zip(["", *args], args, strict=False)]
    numbers = list(compress(args, own))
    return [*(text for text, is_own in zip(args, own, strict=True) if not is_own), "--", *numbers] if numbers else args


def _options_of(parameters: Iterable[Any]) -> dict[str, str]:
    """What a command calls its parameters, by what Python calls them: --half-width, and RUN for one without an option."""
    metavars = {each.name: each.metavar for each in parameters if each.param_type_name == "argument"}
    return metavars | {each.name: each.opts[0] for each in parameters if each.name not in metavars}


def _with_options(error: BacksweepError, options: Mapping[str, str]) -> BacksweepError:
    """The same error with the options' names for those of arguments."""
    if isinstance(error, SettingError) and error.shown is None and error.settings[0] in options:
        option = options[error.settings[0]]
        error = error.beginning(f"{option} {quote(str(error.value))}" if error.valued else option)
    return error.named_by(options)
