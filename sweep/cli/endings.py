"""How commands end: with a message for whatever went wrong, and an exit code."""

import io
import os
import shlex
import sys
from collections.abc import Callable
from typing import NoReturn, cast

import typer

from backsweep.errors import BacksweepError
from backsweep.escapes import visible_lines

from ..output import complain, say_in_full

USAGE_ERROR = cast("type[typer.BadParameter]", typer.BadParameter.__base__)  # Click's, or that of Typer's own copy of Click


def run_to_its_end(command: Callable[[], int | None]) -> None:
    """Run a command, which returns its exit code. If it raises an error, print the message and end the process."""
    try:
        code = command()
    except BacksweepError as error:
        complain(str(error))
        sys.exit(2)
    except USAGE_ERROR as error:
        _misused(error)
    except KeyboardInterrupt:
        _interrupted()
    except BrokenPipeError:
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())  # the program that read our output has ended
        sys.exit(1)
    except UnicodeEncodeError as error:
        complain(f"{error.object!a}: this locale cannot encode this file name; try LC_ALL=C.UTF-8")
        sys.exit(2)
    except (OSError, MemoryError, RuntimeError) as error:
        _ended_by(error)
    if code == 130:  # what Typer makes of Ctrl-C
        _interrupted()
    if code:
        sys.exit(code)


def _misused(error: typer.BadParameter) -> NoReturn:
    """Print what is wrong with the arguments of a command. The message repeats them, so they are escaped."""
    if error.ctx:
        error.ctx.color = True  # or Click takes colours out instead of leaving them to be seen
    shown = io.StringIO()
    error.show(shown)
    say_in_full(visible_lines(shown.getvalue()), to=sys.stderr)
    sys.exit(error.exit_code)


def _ended_by(error: OSError | MemoryError | RuntimeError) -> NoReturn:
    """Print what the system refused."""
    want = _want(error)
    if want is None:
        raise error
    rest = "Everything written so far is intact. Solve this and repeat the command."
    complain(f"{want}. {rest}")
    sys.exit(2)


def reason_of(error: Exception) -> str:
    """What an error says, or what the system refused, in words."""
    return _want(error) or str(error)


def _want(error: Exception) -> str | None:
    """What the system refused to which command, in words; None for any other error."""
    command = f"`{shlex.join(['backsweep', *sys.argv[1:]])}`"
    if isinstance(error, OSError):
        return f"{error.filename or command}: {error.strerror or error}"
    if isinstance(error, MemoryError):
        return f"{command}: not enough memory{f' ({error})' if str(error) else ''}; fewer workers (--jobs) need less"
    if "can't start new thread" in str(error):
        return f"{command}: the system allows this process no more threads; fewer workers (--jobs) need fewer"
    return None


def _interrupted() -> NoReturn:
    complain("interrupted")
    sys.exit(1)
