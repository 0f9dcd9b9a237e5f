"""Every request to end a command takes effect, and finished work is kept."""

import os
import signal
import subprocess
import sys
import threading
import time
from functools import partial

import pytest

from backsweep.sweep.cli import command
from helpers.commands import BACKSWEEP, LONG, PATIENCE, begun

pytestmark = pytest.mark.posix

BREAKING = """
import os, signal, sys
signal.SIGBREAK = signal.SIGUSR1
from backsweep.sweep.cli import main
sys.platform = "win32"
main.app = lambda **_: os.kill(os.getpid(), signal.SIGUSR1)
sys.argv = ["backsweep"]
main.main()
"""


@pytest.fixture
def here(tmp_path):
    (tmp_path / "long.toml").write_text(LONG)
    return tmp_path


def wait_for(path, process):
    while not path.exists():
        assert process.poll() is None
        time.sleep(0.02)


@pytest.mark.parametrize(("name", "code"), [("SIGTERM", 143), ("SIGHUP", 129)])
def test_other_signals_end_a_command_like_ctrl_c(name, code, here):
    """SIGTERM of a batch system, and SIGHUP of a terminal that was closed."""
    process = begun("run", "long.toml", "--out", "r", cwd=here)
    wait_for(here / "r" / "shards", process)
    process.send_signal(getattr(signal, name))
    errors = process.communicate(timeout=PATIENCE)[1]
    assert process.returncode == code
    assert "To continue: backsweep resume r" in errors
    assert not (here / "r" / ".writer.json").exists()


def test_a_signal_that_meets_a_command_outside_of_a_sweep_has_its_code_too():
    """While a command only reads, plans or prints."""
    code = (
        "import os, signal; from backsweep.sweep.cli import main; "
        "from backsweep.sweep.cli import status; "
        "status.print_list = lambda *_: os.kill(os.getpid(), signal.SIGTERM); "
        "import sys; sys.argv = ['backsweep', 'ls']; main.main()"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)
    assert (done.returncode, done.stderr) == (143, "backsweep: interrupted\n")


def test_under_nohup_closing_the_terminal_changes_nothing(here):
    process = subprocess.Popen(
        [*BACKSWEEP, "run", "long.toml", "--out", "r"],
        cwd=here,
        preexec_fn=partial(signal.signal, signal.SIGHUP, signal.SIG_IGN),
        stdout=subprocess.DEVNULL,
        stderr=subprocess.PIPE,
    )
    wait_for(here / "r" / "shards", process)
    process.send_signal(signal.SIGHUP)
    with pytest.raises(subprocess.TimeoutExpired):
        process.wait(2)
    process.terminate()
    process.communicate(timeout=PATIENCE)


def test_ctrl_break_ends_a_command():
    """Windows has it next to Ctrl-C, and no exit codes for signals."""
    done = subprocess.run([sys.executable, "-c", BREAKING], capture_output=True, text=True, check=False)
    assert (done.returncode, done.stderr) == (1, "backsweep: interrupted\n")


def test_the_main_thread_never_waits_without_a_limit(monkeypatch):
    """On Windows, Ctrl-C does not interrupt a `join` without a timeout."""
    join, waited = threading.Thread.join, []

    def joining(thread, timeout=None):
        waited.append(timeout)
        join(thread, timeout)

    monkeypatch.setattr(threading.Thread, "join", joining)
    assert command.interruptible(lambda: os.getpid()) == os.getpid()
    assert None not in waited
