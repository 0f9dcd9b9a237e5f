"""Whoever wishes a command to end is heard, and what is done is kept."""

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


@pytest.mark.parametrize("name", ["SIGTERM", "SIGHUP"])
def test_a_wish_to_end_is_as_good_as_ctrl_c(name, here):
    """Of a batch system, and of a terminal that was closed."""
    process = begun("run", "long.toml", "--out", "r", cwd=here)
    wait_for(here / "r" / "shards", process)
    process.send_signal(getattr(signal, name))
    errors = process.communicate(timeout=PATIENCE)[1]
    assert process.returncode == 1
    assert "To continue: backsweep resume r" in errors
    assert not (here / "r" / ".writer.json").exists()


def test_under_nohup_the_terminal_may_go(here):
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


def test_ctrl_break_is_heard():
    """As Windows has it beside Ctrl-C."""
    done = subprocess.run([sys.executable, "-c", BREAKING], capture_output=True, text=True, check=False)
    assert (done.returncode, done.stderr) == (1, "backsweep: interrupted\n")


def test_nothing_waits_for_ever_in_the_thread_that_hears_ctrl_c(monkeypatch):
    """On Windows Ctrl-C interrupts no `join` without a limit."""
    join, waited = threading.Thread.join, []

    def joining(thread, timeout=None):
        waited.append(timeout)
        join(thread, timeout)

    monkeypatch.setattr(threading.Thread, "join", joining)
    assert command.interruptible(lambda: os.getpid()) == os.getpid()
    assert None not in waited
