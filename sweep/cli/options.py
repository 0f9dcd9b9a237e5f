"""Names of options in errors: what Python calls half_width is --half-width here, and this is the only place that knows it.

Code says which of its arguments is wrong, or would help, and does not know whether it was called from Python or by a command.
A command's own options are named as arguments too, so that there is one way to complain. A parameter of a command is called as
the argument that it is handed on as.
"""

from collections.abc import Iterable, Mapping
from contextlib import suppress
from typing import Any, TypeVar

from typer.core import TyperGroup

from backsweep.errors import BacksweepError, SettingError


class Commands(TyperGroup):
    """The commands. An error that one of them raises names its options, where these are to blame or would help."""

    def invoke(self, ctx: Any) -> Any:
        """Do the command's work."""
        try:
            return super().invoke(ctx)
        except BacksweepError as error:
            command = self.commands.get(ctx.invoked_subcommand or "")
            raise in_options(error, command.params if command else []) from None


Fault = TypeVar("Fault", bound=Exception)


def in_options(error: Fault, parameters: Iterable[Any]) -> Fault | BacksweepError:
    """The same error in the words of a command with these parameters. Doing it twice changes nothing."""
    return _with_options(error, _options_of(parameters)) if isinstance(error, BacksweepError) else error


def typed(text: str) -> float | str:
    """A number on the command line; what is none stays as it was typed, for the argument's own check to refuse."""
    for number in (int, float):
        with suppress(ValueError):
            return number(text)
    return text


def _options_of(parameters: Iterable[Any]) -> dict[str, str]:
    """What a command calls its parameters, by what Python calls them: --half-width, and RUN for one without an option."""
    metavars = {each.name: each.metavar for each in parameters if each.param_type_name == "argument"}
    return metavars | {each.name: each.opts[0] for each in parameters if each.name not in metavars}


def _with_options(error: BacksweepError, options: Mapping[str, str]) -> BacksweepError:
    """The same error with the options' names for those of arguments."""
    if isinstance(error, SettingError) and error.shown is None and error.settings[0] in options:
        option = options[error.settings[0]]
        shown = f"{option} {error.value}" if error.valued else option
        named = SettingError(error.settings, error.reason, shown, error.more)
        named.places, named.remedies = error.places, error.remedies
        error = named
    return error.named_by(options)
