"""What a trial costs: Optuna's, whose objective is one number, and backsweep's, whose run has one epoch."""

import math
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

import optuna
from optuna.storages import JournalStorage
from optuna.storages.journal import JournalFileBackend

sys.path.append(str(Path(__file__).parents[1]))  # last, since a script there has the name of one here

import kernel_bench
import sweep_bench

RUNS, TRIALS, ROUNDS = 1_000_000, 100, 5


def optuna_trial(sampler: str, journal: bool) -> float:
    """Seconds a trial, of a study of one process."""
    optuna.logging.set_verbosity(optuna.logging.WARNING)
    with tempfile.TemporaryDirectory() as folder:
        storage = JournalStorage(JournalFileBackend(f"{folder}/journal")) if journal else None
        study = optuna.create_study(storage=storage, sampler=getattr(optuna.samplers, sampler)(seed=0))
        begin = time.perf_counter()
        study.optimize(lambda trial: trial.suggest_float("x", 0, 1), n_trials=TRIALS)
        return (time.perf_counter() - begin) / TRIALS


def backsweep_run() -> float:
    """Seconds of a core outside the kernels a run, all the way to Parquet, waiting included."""
    with tempfile.TemporaryDirectory() as folder:
        spec = {"task": "xor", "seeds": RUNS, "train": {"epochs": 1}}
        try:
            _, wall, kernels, _, runs, _ = sweep_bench.swept(spec, f"{folder}/r")
        except subprocess.CalledProcessError:
            return math.nan  # shown as such; what was measured before is not lost
        return (sweep_bench.CORES * wall - kernels) / runs


CASES: dict[str, Callable[[], float]] = {
    f"Optuna, {TRIALS} trials in memory, random sampler": lambda: optuna_trial("RandomSampler", journal=False),
    f"Optuna, {TRIALS} trials in memory, TPE (its default)": lambda: optuna_trial("TPESampler", journal=False),
    f"Optuna, {TRIALS} trials in a journal file, random sampler": lambda: optuna_trial("RandomSampler", journal=True),
    f"backsweep, {RUNS:,} runs to Parquet": backsweep_run,
}


def overheads() -> dict[str, list[float]]:
    """Seconds a trial of each case, in turns; the first round, which may compile, does not count."""
    return kernel_bench.in_turns(CASES, ROUNDS)
