"""How commands end: with a message for whatever went wrong, and an exit code."""

import io
import os
import shlex
import signal
import sys
from collections.abc import Callable
from typing import NoReturn, cast

import typer

from backsweep.errors import BacksweepError
from backsweep.escapes import visible_lines

from ..output import complain, say_in_full

USAGE_ERROR = cast("type[typer.BadParameter]", typer.BadParameter.__base__)  # Click's, or that of Typer's own copy of Click

# A batch system's wish to end is as good as a user's Ctrl-C, and so are a terminal that is closed and, on Windows, Ctrl-Break.
ENDINGS = ("SIGTERM", "SIGHUP", "SIGBREAK")


class Ended(KeyboardInterrupt):
    """A signal other than that of Ctrl-C ended the command: `number`."""

    def __init__(self, number: int):
        super().__init__(number)
        self.number = number


def end_on_signals() -> None:
    """From now on each of ENDINGS interrupts the command as Ctrl-C does."""
    for name in ENDINGS:
        number = getattr(signal, name, None)
        if number is not None and signal.getsignal(number) is not signal.SIG_IGN:  # as `nohup` has it ignored
            signal.signal(number, _end)


def _end(number: int, _: object) -> NoReturn:
    raise Ended(number)


def code_after(interrupt: KeyboardInterrupt) -> int:
    """The exit code of a command that was interrupted: 128 and the signal's number, as in shells; 1 on Windows."""
    if sys.platform == "win32":
        return 1
    return 128 + (interrupt.number if isinstance(interrupt, Ended) else signal.SIGINT)


def fail(message: str, code: int = 1) -> NoReturn:
    """Print what went wrong and exit with this code."""
    complain(message)
    raise typer.Exit(code)


def run_to_its_end(command: Callable[[], int | None]) -> None:
    """Run a command, which returns its exit code. If it raises an error, print the message and end the process."""
    try:
        code = command()
    except BacksweepError as error:
        complain(str(error))
        sys.exit(2)
    except USAGE_ERROR as error:
        _misused(error)
    except KeyboardInterrupt as interrupt:
        complain("interrupted")
        sys.exit(code_after(interrupt))
    except BrokenPipeError:
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())  # the program that read our output has ended
        sys.exit(1)
    except UnicodeEncodeError as error:
        complain(f"{error.object!a}: this locale cannot encode this file name; try LC_ALL=C.UTF-8")
        sys.exit(2)
    except (OSError, MemoryError, RuntimeError) as error:
        _ended_by(error)
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
    return _want(error) or (str(error) if isinstance(error, BacksweepError) else f"{type(error).__name__}: {error}")


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
