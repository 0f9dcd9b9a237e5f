"""Speed of whole sweeps: what comes on top of the kernels, and what a second worker brings."""

import json
import os
import statistics
import subprocess
import sys
import tempfile
from typing import Any

CORES = len(os.sched_getaffinity(0))
ALONE = """
import json, sys, time
from backsweep.sweep import Sweep
if __name__ == "__main__":
    spec, out, jobs, backend = json.loads(sys.argv[1])
    begin = time.perf_counter()
    results = Sweep.from_dict(spec).run(out, jobs=jobs, backend=backend)
    whole, session = time.perf_counter() - begin, results.last or results.manifest.sessions[0]
    print(json.dumps([whole, session.wall, session.kernels, session.writing, session.runs, session.run_epochs]))
"""
DEMO = {
    "task": "xor",
    "seeds": 1000,
    "model": {"hidden": {"values": [2, 3, 4, 8]}},
    "train": {"lr": {"log": [0.01, 10.0], "n": 25}, "stop": {"loss": 0.05}},
}


def swept(spec: dict[str, Any], out: str, jobs: int = CORES, backend: str = "threads") -> list[float]:
    """Seconds in all, of the session, in kernels, in writing; runs; run-epochs: of a sweep in a process of its own."""
    command = [sys.executable, "-c", ALONE, json.dumps([spec, out, jobs, backend])]
    return json.loads(subprocess.run(command, capture_output=True, text=True, check=True).stdout)


def a_million_runs_of_one_epoch():
    """Whatever a core does that is not training counts, also waiting."""
    spec = {"task": "xor", "seeds": 1_000_000, "train": {"epochs": 1}}
    with tempfile.TemporaryDirectory() as folder:
        _, wall, kernels, _, runs, _ = swept(spec, f"{folder}/r")
        yield (
            "1,000,000 runs × 1 epoch: µs per run outside the kernels, summed over cores",
            (CORES * wall - kernels) / runs * 1e6,
            "<=",
            2.0,
        )
        yield "  resuming it when it is finished, s", swept(spec, f"{folder}/r")[0], "<=", 1.0


def two_threads_on_the_demo():
    """Run-epochs a second of two workers over those of one, as the kernels alone gain; sides take turns."""
    gains, kernels = [], []
    with tempfile.TemporaryDirectory() as folder:
        for turn in range(5):
            one, two = (swept(DEMO, f"{folder}/{turn}-{jobs}", jobs) for jobs in (1, 2))
            gains.append(one[1] / two[1])
            kernels.append(2 * one[2] / two[2])
    yield "two threads ÷ one on the demo", statistics.median(gains), "", None
    yield "  of the kernels' own gain there", statistics.median(gains) / statistics.median(kernels), ">=", 0.95


def processes_beside_threads():
    """On about a minute's work."""
    spec = {"task": "xor", "seeds": 300_000 * CORES, "train": {"epochs": 10_000}}
    with tempfile.TemporaryDirectory() as folder:
        threads, processes = (swept(spec, f"{folder}/{backend}", CORES, backend) for backend in ("threads", "processes"))
    yield "processes ÷ threads, a minute's work", threads[1] / processes[1], ">=", 0.9
