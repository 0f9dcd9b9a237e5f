"""The command line, in this process or one of its own, and specs to give it."""

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
PATIENCE = 900  # seconds for a process to end: only what hangs takes so long
SLOW = "backsweep: planning ...\n"  # what is said where that takes longer than a second, on a busy machine
BACKSWEEP = [sys.executable, "-c", "from backsweep.sweep.cli.start import main; main()"]


def backsweep(*arguments, cwd, **options):
    """A command in a process of its own, to its end; starting one takes a second of the processor."""
    return subprocess.run(
        [*BACKSWEEP, *map(str, arguments)], cwd=cwd, capture_output=True, text=True, timeout=PATIENCE, **options
    )


def complaint(done):
    """What a command says on stderr; that it is still planning, as on a busy machine, is no complaint."""
    return done.stderr.replace(SLOW, "")


def hear_signals():
    """Begin as a terminal's command does: in the background one is deaf to Ctrl-C, and under nohup to a closed terminal."""
    signal.signal(signal.SIGINT, signal.SIG_DFL)
    signal.signal(signal.SIGHUP, signal.SIG_DFL)


def begun(*arguments, cwd, **options):
    """A command at work, that hears Ctrl-C and the end of its terminal."""
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
    """A command in this process: its exit code, what it prints, and what it says of errors. What is no exit is raised."""
    there = [getattr(signal, name) for name in ("SIGTERM", "SIGHUP") if hasattr(signal, name)]
    handlers = {number: signal.getsignal(number) for number in there}
    with (
        contextlib.chdir(cwd),
        mock.patch.object(sys, "argv", ["backsweep", *map(str, arguments)]),
        contextlib.redirect_stdout(io.StringIO()) as printed,
        contextlib.redirect_stderr(io.StringIO()) as said,
    ):
        try:
            main()
            code = 0
        except SystemExit as end:
            code = end.code or 0
        finally:
            for number, handler in handlers.items():
                signal.signal(number, handler)
    return code, printed.getvalue(), said.getvalue().replace(SLOW, "")


def must(*arguments, cwd):
    """What a command prints that has nothing to complain of."""
    code, printed, said = here(*arguments, cwd=cwd)
    assert (code, said) == (0, "")
    return printed


def refused(*arguments, cwd):
    """What is said of bad input."""
    code, _, said = here(*arguments, cwd=cwd)
    assert code == 2, said
    return said
