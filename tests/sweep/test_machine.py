"""The resources of a machine, and what a container, a batch job or another system leaves of them."""

import os
import subprocess
import sys
import types

import psutil
import pytest

from backsweep.sweep import machine, system_limits
from backsweep.sweep.estimate.estimate import checked_jobs
from helpers.mounts import may_mount, with_mounts

CORES = "from backsweep.sweep.machine import cores; print(cores())"
ONE_CORE = with_mounts("-t tmpfs none /sys/fs/cgroup\necho 100000 100000 > /sys/fs/cgroup/cpu.max")


def cores_where(command=(), **variables):
    without = {"SLURM_CPUS_PER_TASK", "LOKY_MAX_CPU_COUNT"}
    environment = {**{name: value for name, value in os.environ.items() if name not in without}, **variables}
    done = subprocess.run([*command, sys.executable, "-c", CORES], env=environment, capture_output=True, text=True, check=True)
    return int(done.stdout)


@pytest.mark.skipif(system_limits.visible_cores() < 2, reason="there is but one core")
@pytest.mark.skipif(not may_mount(), reason="this process may not mount anything")
def test_a_container_with_a_share_of_one_core_gets_one_worker():
    assert cores_where(ONE_CORE) == 1


@pytest.mark.skipif(system_limits.visible_cores() < 2, reason="there is but one core")
def test_slurm_says_how_many_cores_a_task_has():
    """Only some clusters set the affinity of a job. A value that is not a number is ignored."""
    all_of_them = cores_where()
    assert all_of_them > 1
    assert cores_where(SLURM_CPUS_PER_TASK="1") == 1
    for value in ("4096", "", "many", "-1"):
        assert cores_where(SLURM_CPUS_PER_TASK=value) == all_of_them


def test_jobs_that_are_asked_for_stay(monkeypatch):
    monkeypatch.setenv("SLURM_CPUS_PER_TASK", "1")
    assert checked_jobs(None) == 1
    assert checked_jobs(7) == 7


WITHOUT = """
import sys
import psutil  # which uses it on Linux
sys.modules["resource"] = None
import backsweep.sweep.sweep, backsweep.sweep.cli.main, backsweep.sweep.cli.start
from backsweep.sweep.machine import memory
print(memory() > 2**20)
"""


def test_windows_has_no_resource_module():
    done = subprocess.run([sys.executable, "-c", WITHOUT], capture_output=True, text=True, check=True)
    assert done.stdout == "True\n"


def test_the_memory_of_a_process_is_known_on_windows_too(monkeypatch):
    monkeypatch.setitem(sys.modules, "resource", None)
    monkeypatch.setattr(psutil.Process, "memory_info", lambda _: types.SimpleNamespace(peak_wset=12345))
    assert machine.peak_memory() == 12345


@pytest.mark.posix
def test_the_age_of_this_process_is_known_without_the_clocks_of_linux(monkeypatch):
    known = machine.process_began()
    monkeypatch.delattr(machine.time, "clock_gettime")
    assert abs(machine.process_began() - known) < 5  # seconds; psutil counts from the whole second in which the system started


@pytest.mark.posix
def test_windows_has_no_limit_of_addresses(monkeypatch):
    """Its `mmap` takes no flags."""

    def refuse(*_, **__):
        raise TypeError("'flags' is an invalid keyword argument for mmap()")

    monkeypatch.setattr(system_limits.mmap, "mmap", refuse)
    monkeypatch.delattr(system_limits.mmap, "MAP_PRIVATE")
    system_limits.check_limits()
