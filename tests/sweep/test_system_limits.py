"""If the system allows too little address space or too few threads, commands say so at once: none hangs or aborts."""

import subprocess
import sys

import pytest

from backsweep.backends import BACKENDS, CLUSTERS
from backsweep.sweep.system_limits import ADDRESSES, ADDRESSES_OF_A_CORE, visible_cores
from helpers.commands import PATIENCE, SPEC

pytestmark = pytest.mark.posix

MB = 2**20
LIMITED = """
import os, resource, sys
from backsweep.sweep.cli import start

limit, most, *sys.argv[1:] = sys.argv[1:]
if limit == "NPROC" and os.getuid() == 0:  # whom that limit does not hold
    os.setuid(65534)
resource.setrlimit(getattr(resource, f"RLIMIT_{limit}"), (int(most), int(most)))
start.main()
"""
COMMANDS = [["run", "small.toml"], ["run", "small.toml", "--dry-run"], ["resume", "r"], ["report", "r"], ["table", "r"], ["ls"]]


def limited(limit, most, *command, cwd):
    return subprocess.run(
        [sys.executable, "-c", LIMITED, limit, str(most), *command], cwd=cwd, capture_output=True, text=True, timeout=PATIENCE
    )


@pytest.fixture(scope="module")
def here(tmp_path_factory):
    folder = tmp_path_factory.mktemp("room")
    (folder / "small.toml").write_text(SPEC, encoding="utf-8")
    return folder


@pytest.mark.parametrize("command", COMMANDS, ids=" ".join)
@pytest.mark.parametrize("most", [300, 600, 700, 1100])
def test_too_little_address_space_is_an_error_at_once(command, most, here):
    done = limited("AS", most * MB, *command, cwd=here)
    assert (done.returncode, done.stdout) == (2, "")
    assert done.stderr.startswith("backsweep: about ")
    assert "MB of address space are needed; see `ulimit -v`. Nothing was changed. Raise that limit" in done.stderr
    assert done.stderr.count("\n") == 1


@pytest.mark.long
def test_the_required_address_space_is_enough(here):
    of_python = 100 * MB  # used before the check
    enough = ADDRESSES + visible_cores() * ADDRESSES_OF_A_CORE + of_python
    for command in (["run", "small.toml", "--out", "enough"], ["table", "enough"], ["report", "enough"]):
        done = limited("AS", enough, *command, cwd=here)
        assert done.returncode == 0, done.stderr


@pytest.mark.parametrize("command", COMMANDS, ids=" ".join)
def test_too_few_threads_are_an_error_at_once(command, here):
    done = limited("NPROC", 0, *command, cwd=here)
    assert (done.returncode, done.stdout) == (2, "")
    assert done.stderr.startswith("backsweep: the system allows this user no more threads; see `ulimit -u`. Nothing was")
    assert done.stderr.count("\n") == 1


@pytest.mark.parametrize("backend", [backend for backend in BACKENDS if backend not in CLUSTERS])
def test_more_workers_than_can_start_are_an_error_at_once(backend, here):
    """There is no room for the stacks of this many threads."""
    out = ["--out", backend, "--jobs", "1024", "--backend", backend, "--log", "json"]
    done = limited("AS", 3000 * MB + visible_cores() * ADDRESSES_OF_A_CORE, "run", "small.toml", *out, cwd=here)
    assert done.returncode == 2
    assert "the system allows this process no more threads; fewer workers (--jobs) need fewer." in done.stderr
    assert "Traceback" not in done.stderr
    assert not (here / backend).exists()


def test_the_package_gives_what_it_names_and_nothing_else():
    import backsweep.sweep

    assert [getattr(backsweep.sweep, name).__name__ for name in backsweep.sweep.__all__] == ["BacksweepError", "Spec", "Sweep"]
    with pytest.raises(AttributeError, match=r"module 'backsweep\.sweep' has no attribute 'Sweeep'"):
        backsweep.sweep.Sweeep  # noqa: B018
