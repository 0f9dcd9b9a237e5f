"""One SHA-256 of the base table for all workers, batches, backends, processors and interruptions."""

import os
import platform
import subprocess
import sys
from pathlib import Path

import pytest

from backsweep.sweep import Sweep
from backsweep.sweep.estimate import pace
from backsweep.sweep.progress import Progress
from helpers.tables import SPEC, hashed

X86 = platform.machine().lower() in {"x86_64", "amd64"}
AVX2 = "+sse2,+sse3,+ssse3,+sse4.1,+sse4.2,+avx,+avx2,+fma"
PROCESSORS = {
    "avx2": {"NUMBA_CPU_NAME": "haswell", "NUMBA_CPU_FEATURES": AVX2},
    "sse2": {"NUMBA_CPU_NAME": "x86-64", "NUMBA_CPU_FEATURES": "+sse2"},
}
SMALL = {**SPEC, "seeds": 40}
HASH = "from backsweep.sweep import Sweep; from helpers.tables import SPEC, hashed; import sys; "


@pytest.fixture(scope="module")
def expected(tmp_path_factory):
    return hashed(Sweep.from_dict(SMALL).run(tmp_path_factory.mktemp("one") / "r", jobs=1))


@pytest.mark.parametrize("jobs", [2, 5])
@pytest.mark.parametrize("size", [1, 7, 4096])
def test_workers_and_batches(jobs, size, expected, tmp_path, monkeypatch):
    monkeypatch.setattr(pace, "BATCH_SECONDS", 1e9)
    monkeypatch.setattr(pace, "MOST_RUNS", size)
    assert hashed(Sweep.from_dict(SMALL).run(tmp_path / "r", jobs=jobs)) == expected


@pytest.mark.parametrize("backend", ["processes", "dask"])
def test_backends(backend, expected, tmp_path):
    assert hashed(Sweep.from_dict(SMALL).run(tmp_path / "r", jobs=2, backend=backend)) == expected


def test_interrupted_and_resumed(expected, tmp_path, monkeypatch):
    monkeypatch.setattr(pace, "BATCH_SECONDS", 1e9)
    monkeypatch.setattr(pace, "MOST_RUNS", 64)

    class Interrupted(Progress):
        def advance(self, *counts):
            super().advance(*counts)
            raise KeyboardInterrupt

    sweep = Sweep.from_dict(SMALL)
    for _ in range(3):
        with pytest.raises(KeyboardInterrupt):
            sweep.run(tmp_path / "r", jobs=2, progress=Interrupted())
    assert hashed(sweep.run(tmp_path / "r", jobs=2)) == expected


@pytest.mark.skipif(not X86, reason="the features named are those of x86")
@pytest.mark.parametrize("processor", ["sse2", pytest.param("avx2", marks=pytest.mark.long)])
def test_processors(processor, expected, tmp_path):
    code = HASH + "print(hashed(Sweep.from_dict({**SPEC, 'seeds': 40}).run(sys.argv[1], jobs=2)))"
    environment = {**os.environ, **PROCESSORS[processor], "PYTHONPATH": str(Path(__file__).parents[2])}
    command = [sys.executable, "-c", code, tmp_path / "r"]
    printed = subprocess.run(command, env=environment, capture_output=True, text=True, check=True)
    assert printed.stdout.strip() == expected
