"""Names of options in errors: what Python calls half_width is --half-width here, and this is the only place that knows it.

Code says which of its arguments is wrong, and does not know whether it was called from Python or by a command. A command's own
options are named as arguments too, so that there is one way to complain.
"""

from collections.abc import Iterable, Mapping
from typing import Any

from typer.core import TyperGroup

from backsweep.errors import SettingError


class Commands(TyperGroup):
    """The commands. A SettingError that one of them raises names its options, where these are to blame."""

    def invoke(self, ctx: Any) -> Any:
        """Do the command's work."""
        try:
            return super().invoke(ctx)
        except SettingError as error:
            command = self.commands.get(ctx.invoked_subcommand or "")
            raise _with_options(error, _options_of(command.params if command else [])) from None


def _options_of(parameters: Iterable[Any]) -> dict[str, str]:
    """What a command calls its parameters, by what Python calls them: --half-width, and RUN for one without an option."""
    found: dict[str, str] = {}
    for parameter in parameters:
        if parameter.param_type_name == "argument":
            found[str(parameter.metavar).lower()] = parameter.metavar
        else:
            found |= {option.lstrip("-").replace("-", "_"): option for option in parameter.opts}
    return found


def _with_options(error: SettingError, options: Mapping[str, str]) -> SettingError:
    """The same error with the options' names for those of arguments, and the value as it was typed."""
    option = options.get(error.settings[0])
    if option is None or error.shown is not None:
        return error
    shown = option if error.value is None else f"{option} {error.value}"
    named = SettingError(error.settings, error.reason, shown, error.more)
    named.places = error.places
    return named
