"""Speed, held against its bars: python benchmarks/bench.py (or make bench). Takes some minutes.

Machines drift, so wherever two things are compared they take turns within the same run, and the median of the ratios counts.
Times of whole commands are the best of three. The exit code is 1 where a bar is missed.
"""

import json
import os
import statistics
import subprocess
import sys
import tempfile
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import bare_kernel
import bars
import findings_bench
import kernel_bench
import numpy as np
import starts_bench
import sweep_bench
from bars import timed

from backsweep.kernels import train
from backsweep.sweep import Sweep

X, Y = bare_kernel.X, bare_kernel.Y
EPOCHS, RUNS, ROUNDS = 10_000, 16 * 40, 15
BACKSWEEP = [sys.executable, "-c", "from backsweep.sweep.cli.start import main; main()"]


def bare(_=None) -> None:
    """As many run-epochs as `real`, by the yardstick, fresh weights included."""
    batch = bare_kernel.xor_batch()
    for _ in range(RUNS // bare_kernel.LANES):
        bare_kernel.train(*batch)


def real(first: int = 0) -> None:
    """With stopping rule, test for divergence and refill on; the goal is never reached."""
    train(X, Y, hidden=2, seed=np.arange(first, first + RUNS), epochs=EPOCHS, stop={"loss": 1e-9}, keep_weights=False)


def kernel_beside_the_bare_one():
    ratios, rates = [], []
    for _ in range(ROUNDS):
        slow, fast = timed(bare), timed(real)
        ratios.append(slow / fast)
        rates.append(RUNS * EPOCHS / fast / 1e6)
    yield "kernel ÷ bare kernel, XOR 2-2-1 float64, one core", statistics.median(ratios), ">=", 0.9
    yield "  of which M run-epochs per second", statistics.median(rates), "", None


def whole_sweep_beside_the_bare_kernel():
    """From the spec to the finished folder, in a process that has loaded the kernels."""
    runs, epochs = 200_000, 1000
    sweep = Sweep(task="xor", seeds=runs, train={"epochs": epochs, "stop": {"loss": 1e-9}})
    ratios = []
    for _ in range(5):
        bare_rate = RUNS * EPOCHS / timed(bare)
        with tempfile.TemporaryDirectory() as folder:
            seconds = timed(lambda folder=folder: sweep.run(f"{folder}/r", jobs=1))
        ratios.append(runs * epochs / seconds / bare_rate)
    yield "a sweep of 200,000 XOR runs × 1,000 epochs ÷ bare kernel, one core", statistics.median(ratios), ">=", 0.85


def two_threads_over_one():
    gains = {bare: [], real: []}
    with ThreadPoolExecutor(2) as pool:
        for _ in range(ROUNDS):
            for function, found in gains.items():
                one = timed(function)
                two = timed(lambda function=function: list(pool.map(function, (0, RUNS))))
                found.append(2 * one / two)
    ours, theirs = (statistics.median(gains[function]) for function in (real, bare))
    yield "two threads ÷ one", ours, "", None
    yield "  of the bare kernel's own gain", ours / theirs, ">=", 0.95


def lengths_that_differ_a_hundredfold():
    """One call over learning rates from 0.01 to 10, against as many run-epochs of full lanes."""
    rates = np.repeat(10.0 ** np.linspace(-2, 1, 25), 200)
    settings: dict[str, Any] = {"hidden": 8, "epochs": EPOCHS, "keep_weights": False, "seed": np.tile(np.arange(200), 25)}
    ratios = []
    for _ in range(5):
        begin = time.perf_counter()
        ragged = train(X, Y, lr=rates, stop={"loss": 0.05}, **settings)
        wall = time.perf_counter() - begin
        full = timed(lambda: train(X, Y, lr=0.01, stop={"loss": 1e-9}, **{**settings, "seed": np.arange(1600)}))
        ratios.append(wall / (ragged.epochs.sum(dtype=np.int64) / (1600 * EPOCHS / full)))
    spread = np.quantile(ragged.epochs, [0.01, 0.99])
    yield "  epochs from 1 % to 99 % of the runs, a factor of", spread[1] / spread[0], "", None
    yield "wall ÷ run-epochs used at full lanes, lr 0.01 ... 10", statistics.median(ratios), "<=", 1.15


def a_million_runs_to_parquet():
    """A process of its own, so that its peak memory is its own.

    Kernel time is that of the calls of `kernels.train`, summed over the workers; the wall begins when the kernels are loaded.
    """
    spec = {"task": "xor", "seeds": 1_000_000, "train": {"epochs": 1000, "stop": {"loss": 1e-9}}}
    jobs = len(os.sched_getaffinity(0))
    code = f"""
import json, resource, sys
from backsweep.sweep import Sweep
session = Sweep.from_dict({spec!r}).run(sys.argv[1], jobs={jobs}).last
peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1e6
print(json.dumps([session.kernels / {jobs} / session.wall, session.wall, peak, session.run_epochs / session.wall]))
"""
    with tempfile.TemporaryDirectory() as folder:
        done = subprocess.run([sys.executable, "-c", code, folder + "/r"], capture_output=True, text=True, check=True)
        size = sum(path.stat().st_size for path in Path(folder).rglob("*.parquet"))
    share, wall, peak, rate = json.loads(done.stdout)
    yield f"1,000,000 runs × 1,000 epochs to Parquet, {jobs} threads: kernels' share of the wall", share, ">=", 0.9
    yield "  wall, s", wall, "", None
    yield "  M run-epochs per second", rate / 1e6, "", None
    yield "  peak memory, GB", peak, "<=", 1.0
    yield "  bytes per run on disk", size / 1e6, "", None


def whole_commands():
    with tempfile.TemporaryDirectory() as folder:
        spec = Path(folder) / "spec.toml"
        spec.write_text('task = "xor"\nseeds = 1000\n[train]\nepochs = 1000\n')

        def run(out: str) -> float:
            command = [*BACKSWEEP, "run", spec, "--out", f"{folder}/{out}"]
            environment = {**os.environ, "NUMBA_CACHE_DIR": f"{folder}/machine-code"}
            return timed(lambda: subprocess.run(command, env=environment, check=True, capture_output=True))

        yield "backsweep run, 1,000 × 1,000, cold kernels, s", run("cold"), "<=", 25.0
        yield "backsweep run, 1,000 × 1,000, warm, s", min(run(f"warm{k}") for k in range(3)), "<=", 2.5


BENCHES = (
    kernel_beside_the_bare_one,
    whole_sweep_beside_the_bare_kernel,
    two_threads_over_one,
    kernel_bench.shapes_against_their_ceilings,
    kernel_bench.optimizers_and_batches,
    starts_bench.starts_of_xor,
    lengths_that_differ_a_hundredfold,
    a_million_runs_to_parquet,
    whole_commands,
    sweep_bench.a_million_runs_of_one_epoch,
    sweep_bench.two_threads_on_the_demo,
    sweep_bench.processes_beside_threads,
    findings_bench.summary_of_a_million,
    findings_bench.survival_of_ten_thousand_cells,
    findings_bench.report_of_a_million,
)


if __name__ == "__main__":
    bare()
    real()
    sys.exit(bars.main(BENCHES))
