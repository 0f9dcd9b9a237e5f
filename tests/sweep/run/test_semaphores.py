"""Without semaphores, as in containers without /dev/shm, there are no worker processes, and joblib uses one thread."""

import multiprocessing.synchronize
import os

import pytest

from backsweep.errors import SettingError
from backsweep.results import Results
from backsweep.sweep import Sweep, system_limits
from backsweep.sweep.run import prepare, workers
from helpers.commands import BACKSWEEP, backsweep
from helpers.mounts import may_mount, with_mounts

SPEC = """
task = "xor"
seeds = 5
[model]
hidden = { values = [2, 4] }
[train]
epochs = 50
"""
SHARED = "/dev/shm"
MOUNTS = {"read-only": f"-t tmpfs -o ro none {SHARED}", "full": f"-t tmpfs -o nr_inodes=1 none {SHARED}"}


@pytest.mark.skipif(not may_mount(), reason="this process may not mount anything")
@pytest.mark.parametrize("mount", MOUNTS)
@pytest.mark.long
def test_a_first_sweep_compiles_and_trains_without_shared_memory(mount, tmp_path, monkeypatch):
    (tmp_path / "a.toml").write_text(SPEC)
    environment = {**os.environ, "NUMBA_CACHE_DIR": str(tmp_path / "code")}
    monkeypatch.setattr("helpers.commands.BACKSWEEP", [*with_mounts(MOUNTS[mount]), *BACKSWEEP])
    done = backsweep("run", "a.toml", "--out", "r", "--jobs", "2", cwd=tmp_path, env=environment)
    assert done.returncode == 0, done.stderr
    assert "have /dev/shm mounted, with room in it, and writable: one core is used" in done.stdout
    results = Results.open(tmp_path / "r")
    assert (results.done, results.manifest.sessions[0].jobs) == (10, 1)
    refused = backsweep("run", "a.toml", "--out", "p", "--backend", "processes", cwd=tmp_path, env=environment)
    assert refused.returncode == 2
    assert "--backend processes: the system gives no semaphores" in refused.stderr
    assert "or use threads" in refused.stderr
    assert not (tmp_path / "p").exists()


def refuse(*_, **__):
    raise AssertionError("asked for")


def test_a_system_without_semaphores_is_asked_for_no_processes(tmp_path, monkeypatch):
    for module in (prepare, workers):
        monkeypatch.setattr(module, "has_semaphores", lambda: False)
        monkeypatch.setattr(module, "check_processes", refuse)
    monkeypatch.setattr(prepare, "missing_parts", lambda *_, **__: [FakePart()] * 2)
    monkeypatch.setattr(prepare, "compile_part", lambda part: None)
    monkeypatch.setattr(prepare, "why_not_kept", lambda: None)
    sweep = Sweep.from_dict({"task": "xor", "train": {"epochs": 3}})
    assert sweep.run(tmp_path / "r", jobs=2).last.jobs == 1
    with pytest.raises(SettingError, match="semaphores"):
        sweep.run(tmp_path / "p", jobs=2, backend="processes")


@pytest.mark.parametrize("wrong", [OSError(30, "Read-only file system"), ImportError("no sem_open")])
def test_whatever_the_system_says_against_semaphores_there_are_none(wrong, monkeypatch):
    def fail(*_, **__):
        raise wrong

    assert system_limits.has_semaphores()
    monkeypatch.setattr(multiprocessing.synchronize.SemLock, "__init__", fail)
    assert not system_limits.has_semaphores()


class FakePart:
    """A part that takes long to compile."""

    slow, family = True, ("a", "b")
