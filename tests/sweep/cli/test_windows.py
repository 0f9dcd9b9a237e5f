"""The command line without anything that Windows lacks."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from backsweep.results import Results
from helpers import windows
from helpers.commands import PATIENCE

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="it is Linux that is made to look like Windows")
SPEC = """
task = "xor"
name = "nul"
seeds = 20
[model]
hidden = { values = [2, 4] }
[train]
lr = { values = [0.5, 2.0] }
epochs = 2000
stop = { loss = 0.3 }
[record]
every = 100
weights = true
"""
COMMANDS = (
    "run a.toml --jobs 2",
    "run a.toml --out p --jobs 2 --backend processes",
    "run a.toml --dry-run",
    "resume runs/sweep-nul",
    "status runs/sweep-nul",
    "ls",
    "table runs/sweep-nul",
    "compare runs/sweep-nul --setting lr --values 0.5,2.0",
    "replay runs/sweep-nul 3",
    "verify runs/sweep-nul",
    "figure runs/sweep-nul outcomes --out a.svg",
    "report runs/sweep-nul --format markdown",
    "bundle runs/sweep-nul -o a.zip",
    "open a.zip -o opened",
    "resume opened",
)


def test_every_command_does_without_what_windows_lacks(tmp_path):
    (tmp_path / "a.toml").write_text(SPEC)
    command = [sys.executable, windows.__file__]
    words = json.dumps([command.split() for command in COMMANDS])
    done = subprocess.run(command, input=words, cwd=tmp_path, capture_output=True, text=True, timeout=PATIENCE, check=False)
    assert done.returncode == 0, done.stderr
    assert dict(zip(COMMANDS, json.loads(done.stdout), strict=True)) == dict.fromkeys(COMMANDS), done.stderr
    threads, processes = (Results.open(tmp_path / folder).table for folder in ("runs/sweep-nul", "p"))
    assert len(threads) == 80
    assert threads.equals(processes)
    assert not list(tmp_path.rglob("*.partial"))
    assert Path(tmp_path / "a.svg").exists()


COLLECT = """
import contextlib
import importlib
import sys
import pytest
for name in ("torch", "polars"):  # which look at the real system when they are loaded
    with contextlib.suppress(ImportError):
        importlib.import_module(name)
from helpers import windows
windows.pretend()
sys.exit(pytest.main(["--collect-only", "-qq", "-p", "no:cacheprovider", *sys.argv[1:]]))
"""


@pytest.mark.long
def test_every_file_of_tests_is_loaded_without_what_windows_lacks():
    """Tests that cannot run there are skipped there, by the marker `posix`."""
    tests = Path(windows.__file__).parents[1]
    environment = {**os.environ, "PYTHONPATH": str(tests)}
    command = [sys.executable, "-c", COLLECT, str(tests)]
    done = subprocess.run(command, cwd=tests.parent, env=environment, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout[-5000:] + done.stderr[-5000:]
