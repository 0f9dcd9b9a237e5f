"""Cells with different data share batches: as few files as the work needs, and the same rows, records and weights."""

import os
from itertools import chain

import numpy as np
import pytest

from backsweep.results import Results
from backsweep.sweep import Sweep
from backsweep.sweep.estimate import pace
from backsweep.sweep.plan import batch
from backsweep.sweep.plan.batch import train_flat
from backsweep.sweep.run.execute import BatchesFailed

CELLS = 40
SPEC = {
    "task": {"name": "moons", "samples": 12, "noise": {"linear": [0.0, 0.4], "n": CELLS // 2}},
    "seeds": 3,
    "model": {"hidden": {"values": [2, [3, 2]]}, "activation": "tanh"},
    "train": {"lr": 0.5, "epochs": 12},
    "record": {"every": 5, "weights": True},
}
RUNS = 3 * CELLS


def contents(results):
    weights = [array.tobytes() for run in range(RUNS) for arrays in results.weights(run) for array in arrays]
    return results.table.to_csv(), results.trajectories().to_csv(), weights


@pytest.fixture
def flushes(monkeypatch):
    """Count how often this process flushes its files to disk."""
    done, fsync = [], os.fsync
    monkeypatch.setattr(os, "fsync", lambda descriptor: done.append(fsync(descriptor)))
    return done


def run(path, monkeypatch, most):
    monkeypatch.setattr(pace, "BATCH_SECONDS", 1e9)
    monkeypatch.setattr(pace, "MOST_RUNS", most)
    return Sweep.from_dict(SPEC).run(path, jobs=2)


def test_forty_data_sets_in_one_batch_are_what_they_are_in_forty(tmp_path, monkeypatch, flushes):
    apart = run(tmp_path / "apart", monkeypatch, 3)
    many = len(flushes)
    flushes.clear()
    together = run(tmp_path / "together", monkeypatch, RUNS)
    assert contents(together) == contents(apart)
    assert together.table["run"].tolist() == list(range(RUNS))
    assert many > 2 * 3 * CELLS  # each file, and the name of each
    assert len(flushes) < 40  # three files, folders, manifests


def test_start_files_share_batches_too(tmp_path, monkeypatch):
    """Runs that start from each file end as they do alone."""
    rng = np.random.default_rng(0)
    files = [str(tmp_path / f"{number}.npz") for number in range(5)]
    for file in files:
        np.savez(file, w1=rng.normal(size=(2, 2)), w2=rng.normal(size=(1, 2)))
    monkeypatch.setattr(pace, "BATCH_SECONDS", 1e9)

    def losses(name, *chosen):
        starts = {"values": [{"scheme": "file", "file": file} for file in chosen]}
        return Sweep(task="xor", model={"init": starts}, train={"epochs": 9}).run(tmp_path / name).table["loss"].tolist()

    alone = [losses(f"alone-{place}", file) for place, file in enumerate(files)]
    assert losses("all", *files) == list(chain.from_iterable(alone))
    assert len(Results.open(tmp_path / "all").store.shards()) == 1


def test_data_that_fail_amidst_a_batch_cost_only_their_own_runs(tmp_path, monkeypatch):
    calls = []

    def fail_at_two(**call):
        calls.append(call["settings"]["seed"])
        if len(calls) in (8, 9, 20):
            raise MemoryError("no room")
        return train_flat(**call)

    plan = Sweep.from_dict(SPEC).plan()
    monkeypatch.setattr(batch, "train_flat", fail_at_two)
    found = batch.run_or_fail(plan, (0, RUNS))
    spans = [(0, 21), (21, 24), (24, 27), (27, 57), (57, 60), (60, RUNS)]
    assert [one.span for one in found] == spans
    assert [isinstance(one, batch.Failure) for one in found] == [False, True, True, False, True, False]
    assert [one.rows["run"].to_pylist() for one in found if isinstance(one, batch.Batch)] == [
        list(range(*spans[place])) for place in (0, 3, 5)
    ]
    calls.clear()
    with pytest.raises(BatchesFailed, match=r"^runs 21 to 26, 57 to 59 failed: MemoryError: no room$"):
        run(tmp_path / "r", monkeypatch, RUNS)
    assert Results.open(tmp_path / "r").store.missing() == [(21, 27), (57, 60)]
