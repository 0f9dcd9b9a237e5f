"""How long findings take: summaries, survival curves, whole reports."""

import json
import subprocess
import sys
import tempfile

import numpy as np
import pandas as pd
from bars import timed

from backsweep.outcomes import OUTCOMES
from backsweep.results.analysis.tables import summary
from backsweep.results.statistics.survival import kaplan_meier, survival_quantile
from backsweep.sweep import Sweep

# Most of its 200 cells converge, at epochs of their own: the more there is to draw and to resample, the longer a report takes.
SPEC = {
    "task": "xor",
    "model": {"hidden": {"values": [2, 3, 4, 5, 6, 8, 12, 16]}},
    "train": {"lr": {"log": [0.3, 30.0], "n": 25}, "epochs": 150, "stop": {"loss": 0.1}},
}
REPORT = """
import json, resource, sys, time
begin = time.perf_counter()
from backsweep.results import Results
path = Results.open(sys.argv[1]).report()
peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1e6
print(json.dumps([time.perf_counter() - begin, path.stat().st_size / 1e6, peak]))
"""


def summary_of_a_million():
    rng, count = np.random.default_rng(0), 1_000_000
    table = pd.DataFrame(
        {
            "run": np.arange(count),
            "cell": np.arange(count) // 5000,
            "seed": np.arange(count) % 5000,
            "hidden": np.arange(count) // 250_000,
            "lr": np.arange(count) // 5000 % 50 / 10,
            "outcome": pd.Categorical.from_codes(rng.choice([0, 0, 0, 1, 3], count), OUTCOMES),
            "epochs": rng.integers(0, 10_000, count).astype(np.int32),
            "loss": rng.random(count),
            "accuracy": np.ones(count),
        }
    )
    yield "summary of 1,000,000 runs in 200 cells, s", min(timed(summary, table) for _ in range(3)), "<=", 2.0


def survival_of_ten_thousand_cells():
    rng, cells, size = np.random.default_rng(2), 10_000, 1000
    epochs, ends = rng.integers(0, 10_000, cells * size), rng.random(cells * size)
    cell = np.repeat(np.arange(cells), size)

    def curves() -> None:
        survival_quantile(kaplan_meier(cell, epochs, ends < 0.6, ends > 0.8), cells)

    yield "survival curves of 10,000 cells of 1,000 runs, s", timed(curves), "<=", 10.0


def report_of_a_million():
    yield from _report(1_000_000, 20.0)


def report_of_ten_million():
    yield from _report(10_000_000, 90.0)


def _report(runs: int, bar: float):
    """In a process of its own, imports and opening included."""
    with tempfile.TemporaryDirectory() as folder:
        Sweep.from_dict({**SPEC, "seeds": runs // 200}).run(f"{folder}/r")
        done = subprocess.run([sys.executable, "-c", REPORT, f"{folder}/r"], capture_output=True, text=True, check=True)
    seconds, size, peak = json.loads(done.stdout)
    yield f"report of {runs:,} runs in 200 cells, s", seconds, "<=", bar
    yield "  MB", size, "<=", 6.0
    yield "  peak memory, GB", peak, "<=", 4.0
