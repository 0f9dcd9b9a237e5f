"""A process is identified by its number and its start time; asking for these never harms it, on any system."""

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
    """Both ways of asking: /proc, which Linux has, and psutil alone, as on other systems."""
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
def test_looking_for_the_writer_sends_no_signal(tmp_path, monkeypatch):
    """On Windows every signal but two ends a process, and signal 0 is Ctrl-C."""

    def refuse(*_):
        raise AssertionError("a signal")

    monkeypatch.setattr(os, "kill", refuse)
    note(tmp_path)
    assert writer_of(tmp_path).pid == os.getpid()
    monkeypatch.setattr(writer_module, "birth", lambda pid: "another time")
    assert writer_of(tmp_path) is None


def test_psutil_is_a_dependency():
    """joblib works without it, but in images without pgrep a sweep on processes would then hang on Ctrl-C."""
    project = tomllib.loads((Path(__file__).parents[3] / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    assert any(line.startswith("psutil") for line in project["dependencies"])
