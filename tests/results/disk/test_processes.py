"""A process is known by its number and its birth, and asking harms it on no system."""

import os
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest

from backsweep.results.disk import processes
from backsweep.results.disk.processes import birth
from backsweep.results.store import writer as writer_module
from backsweep.results.store.writer import note, writer_of

WAITING = [sys.executable, "-c", "input()"]


@pytest.fixture(params=["Linux", "elsewhere"])
def system(request, monkeypatch):
    """Elsewhere there is no /proc, and processes are asked for through psutil alone."""
    if request.param == "elsewhere":
        monkeypatch.setattr(processes, "_ticks", lambda pid: None)


@pytest.mark.usefixtures("system")
def test_the_birth_of_a_process_is_its_own_and_stays():
    with subprocess.Popen(WAITING, stdin=subprocess.PIPE) as process:
        born = birth(process.pid)
        assert born == birth(process.pid)
        assert born not in {None, birth(os.getpid())}
        process.kill()
        process.wait()
    assert birth(process.pid) is None


@pytest.mark.usefixtures("system")
def test_a_number_that_no_process_has():
    for pid in (2**22 + 1, 2**31, 2**70):
        assert birth(pid) is None


@pytest.mark.usefixtures("system")
def test_whoever_looks_for_the_writer_sends_it_no_signal(tmp_path, monkeypatch):
    """On Windows any signal but two ends a process, and 0 is Ctrl-C."""

    def refuse(*_):
        raise AssertionError("a signal")

    monkeypatch.setattr(os, "kill", refuse)
    note(tmp_path)
    assert writer_of(tmp_path).pid == os.getpid()
    monkeypatch.setattr(writer_module, "birth", lambda pid: "another time")
    assert writer_of(tmp_path) is None


def test_psutil_comes_along():
    """joblib can do without it, but not in images that have no pgrep: there a sweep on processes hangs on Ctrl-C."""
    project = tomllib.loads((Path(__file__).parents[3] / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    assert any(line.startswith("psutil") for line in project["dependencies"])
