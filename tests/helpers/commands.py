"""Runs the command line, in this process or in one of its own, and provides specs for it."""

import contextlib
import io
import os
import signal
import subprocess
import sys
import time
from pathlib import Path
from unittest import mock

from backsweep.sweep.cli.start import main

SPEC = """
task = "xor"
seeds = 5
[model]
hidden = { values = [2, 4] }
[train]
lr = { values = [0.5, 2.0] }
epochs = 2000
stop = { loss = 0.1 }
"""
LONG = """
task = "xor"
seeds = 100000
[model]
hidden = 64
[train]
epochs = 1000000000
"""
PATIENCE = 900  # seconds until a process must have ended; only a hanging one takes so long
SLOW = "backsweep: planning ...\n"  # printed if planning takes more than a second, as on a busy machine
BACKSWEEP = [sys.executable, "-c", "from backsweep.sweep.cli.start import main; main()"]


def backsweep(*arguments, cwd, **options):
    """Run a command in a process of its own, to its end. Starting the process takes a second of processor time."""
    return subprocess.run(
        [*BACKSWEEP, *map(str, arguments)], cwd=cwd, capture_output=True, text=True, timeout=PATIENCE, **options
    )


def complaint(done):
    """What a command prints on stderr, without the note that it is still planning, which appears on a busy machine."""
    return done.stderr.replace(SLOW, "")


def hear_signals():
    """Reset signals as in a terminal: background processes ignore Ctrl-C, and nohup ignores the closing of the terminal."""
    signal.signal(signal.SIGINT, signal.SIG_DFL)
    signal.signal(signal.SIGHUP, signal.SIG_DFL)


def begun(*arguments, cwd, **options):
    """Start a command that reacts to Ctrl-C and to the closing of its terminal."""
    return subprocess.Popen(
        [*BACKSWEEP, *arguments],
        cwd=cwd,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        start_new_session=True,
        preexec_fn=hear_signals,
        **options,
    )


def wait_for_work(process, seconds):
    """Wait until a process has used this many more seconds of processor time, however long that takes."""

    def used():
        assert process.poll() is None
        fields = Path(f"/proc/{process.pid}/stat").read_text().rpartition(")")[2].split()
        return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")

    before = used()
    while used() < before + seconds:
        time.sleep(0.02)


def here(*arguments, cwd="."):
    """Run a command in this process: its exit code, stdout and stderr. Exceptions other than an exit are raised."""
    there = [getattr(signal, name) for name in ("SIGTERM", "SIGHUP") if hasattr(signal, name)]
    handlers = {number: signal.getsignal(number) for number in there}
    with (
        contextlib.chdir(cwd),
        mock.patch.object(sys, "argv", ["backsweep", *map(str, arguments)]),
        contextlib.redirect_stdout(io.StringIO()) as printed,
        contextlib.redirect_stderr(io.StringIO()) as complained,
    ):
        try:
            main()
            code = 0
        except SystemExit as end:
            code = end.code or 0
        finally:
            for number, handler in handlers.items():
                signal.signal(number, handler)
    return code, printed.getvalue(), complained.getvalue().replace(SLOW, "")


def must(*arguments, cwd):
    """The output of a command that must succeed and print nothing on stderr."""
    code, printed, message = here(*arguments, cwd=cwd)
    assert (code, message) == (0, "")
    return printed


def tabled(*arguments, cwd):
    """The output of a command that must succeed; the notes of a table that is printed for programs or pages go to stderr."""
    code, printed, message = here(*arguments, cwd=cwd)
    assert code == 0, message
    return printed


def refused(*arguments, cwd):
    """The message that refuses an invalid input."""
    code, _, message = here(*arguments, cwd=cwd)
    assert code == 2, message
    return message
