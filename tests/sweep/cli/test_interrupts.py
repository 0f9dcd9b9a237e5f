"""Ctrl-C: commands end at once, leave no worker behind, and say how to go on."""

import os
import signal
import subprocess
import sys
import time

import psutil
import pytest

from helpers.commands import LONG, PATIENCE, begun, wait_for_work

pytestmark = pytest.mark.posix


@pytest.fixture
def here(tmp_path):
    (tmp_path / "long.toml").write_text(LONG)
    return tmp_path


def interrupt(process):
    """The output of a command after its user pressed Ctrl-C."""
    os.killpg(process.pid, signal.SIGINT)
    try:
        return process.communicate(timeout=PATIENCE)[1]
    finally:
        process.kill()


@pytest.mark.parametrize("jobs", [1, 2])
def test_ctrl_c_waits_for_no_batch_and_says_how_to_go_on(here, jobs):
    """A batch takes hours here; the kernels are abandoned."""
    out = f"interrupted-{jobs}"
    process = begun("run", "long.toml", "--out", out, "--jobs", str(jobs), cwd=here)
    while not (here / out / "shards").exists():
        assert process.poll() is None
        time.sleep(0.02)
    wait_for_work(process, 2.0)
    errors = interrupt(process)
    assert process.returncode == 130
    assert f"To continue: backsweep resume {out}" in errors
    assert "Traceback" not in errors


def test_ctrl_c_ends_worker_processes_without_pgrep(here, tmp_path):
    """Images without `pgrep` are common."""
    environment = {**os.environ, "PATH": str(tmp_path)}
    process = begun("run", "long.toml", "--out", "slim", "--backend", "processes", cwd=here, env=environment)
    while sum(worker.cpu_times().user for worker in psutil.Process(process.pid).children()) < 5:
        assert process.poll() is None
        time.sleep(0.1)
    workers = psutil.Process(process.pid).children(recursive=True)
    errors = interrupt(process)
    assert "To continue: backsweep resume slim" in errors
    assert psutil.wait_procs(workers, PATIENCE)[1] == []


def test_ctrl_c_ends_a_replay_too(here):
    spec = 'task = "xor"\n[model]\nhidden = 256\n[train]\nepochs = 2000000000\nlr = 0.001\n'
    (here / "endless.toml").write_text(spec)
    code = (
        "from pathlib import Path; from backsweep.sweep import Sweep; from backsweep.results.store.store import Store; "
        "from backsweep.sweep.run.folder import manifest_of; sweep = Sweep.from_toml('endless.toml'); "
        "Store.create('endless', manifest_of(sweep.spec, sweep.plan(), Path('endless.toml'), Path('endless')))"
    )
    subprocess.run([sys.executable, "-c", code], cwd=here, check=True)
    process = begun("replay", "endless", "0", cwd=here)
    wait_for_work(process, 4.0)
    errors = interrupt(process)
    assert process.returncode == 130
    assert "interrupted" in errors
