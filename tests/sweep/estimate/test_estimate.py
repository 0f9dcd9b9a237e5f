"""The estimate of a sweep: its counts and bytes against the real ones, and that its times add up."""

import math
import re
from pathlib import Path
from types import SimpleNamespace

import numpy as np
import pytest

from backsweep.errors import BacksweepError, SettingError
from backsweep.results import Results
from backsweep.results.store.store import Store
from backsweep.sweep import Sweep, machine
from backsweep.sweep.estimate import calibrate, costs, estimate, pace
from backsweep.sweep.estimate.calibrate import Timed, timed
from backsweep.sweep.estimate.costs import Costs, between, costs_of, guesses, makespan, spread
from backsweep.sweep.estimate.estimate import estimated
from backsweep.sweep.estimate.pace import Pace
from backsweep.sweep.progress import Progress
from backsweep.sweep.run.prepare import prepare


def sweep(**tables):
    return Sweep.from_dict({"task": "xor", **tables})


@pytest.fixture
def patient(monkeypatch):
    """All runs of a shape form one batch and are all in the sample, however fast the machine is."""
    monkeypatch.setattr(pace, "BATCH_SECONDS", 1e9)
    for name in ("SHAPE_SECONDS", "MOST_SECONDS"):
        monkeypatch.setattr(estimate, name, 1e6)


def test_costs_are_straight_between_points_and_looked_up_backwards():
    found = Costs(np.array([0, 10, 20]), np.array([0.0, 1.0, 11.0]))
    assert found.of((0, 20)) == 11.0
    assert found.of((5, 15)) == pytest.approx(0.5 + 5.0)
    assert found.runs(5, 5.5) == pytest.approx(10)
    assert found.runs(15, 1000.0) == 5


def test_lanes_take_the_next_run_as_soon_as_they_are_free():
    assert makespan([4, 1, 1, 1, 3], 2) == 6
    assert makespan([2, 2, 2], 3) == 2
    assert makespan([], 5) == 0


def test_many_shapes_are_spread_out_and_scaled_like_their_neighbours():
    assert spread(3, 8).tolist() == [0, 1, 2]
    assert spread(1, 8).tolist() == [0]
    assert spread(9, 3).tolist() == [0, 4, 8]
    assert between(5, np.array([0, 4]), np.array([1.0, 16.0])) == pytest.approx([1, 2, 4, 8, 16])


def test_guesses_of_very_many_shapes_lie_between_some(monkeypatch):
    plan = sweep(seeds=1000, model={"hidden": {"values": list(range(1, 31))}}).plan()
    exact = guesses(plan)
    monkeypatch.setattr(costs, "MOST_GUESSES", 8)
    assert guesses(plan) == pytest.approx(exact, rel=0.2)
    assert exact[-1] > 5 * exact[0]


def test_the_first_batch_already_has_the_pace_of_the_estimate():
    plan = sweep(seeds=1_000_000).plan()
    known = Pace(plan, costs_of(plan, np.array([1e-4])))
    assert known.runs(0) == 5000
    known.learn((0, 5000), 1.0)
    assert known.runs(5000) == 2500


def test_runs_that_use_all_their_epochs_are_counted_to_the_last():
    made = sweep(seeds=300, model={"hidden": {"values": [2, 3]}}, train={"epochs": {"values": [20, 40]}}).estimate(jobs=2)
    assert (made.runs, made.cells, made.shapes, made.timed, made.jobs) == (1200, 4, 2, 2, 2)
    assert made.run_epochs == 2 * 300 * (20 + 40)
    assert made.seconds > 0


def test_runs_that_converge_early_count_by_their_sample(tmp_path):
    """All runs converge at this rate, most of them early; the sample has all of them, so nothing is guessed."""
    made = sweep(seeds=2000, model={"hidden": 8}, train={"lr": 5.0, "epochs": 100_000, "stop": {"loss": 0.1}})
    prepare(made.plan(), 1, Progress())
    found = timed(made.plan(), (0, 2000), 2, 1e6)
    assert not found.cut
    assert found.runs.tolist() == list(range(2000))
    assert found.epochs.tolist() == made.run(tmp_path / "r").table["epochs"].tolist()
    assert found.seconds / (found.epochs + 1) == pytest.approx(found.seconds[0] / (found.epochs[0] + 1))


def test_runs_that_would_last_too_long_are_cut_off_and_taken_to_last():
    plan = sweep(seeds=100_000, model={"hidden": 64}, train={"epochs": 10**9}).plan()
    prepare(plan, 1, Progress())
    found = timed(plan, (0, plan.runs), 1, 0.02)
    assert found.cut
    assert set(found.epochs) == {10**9}
    assert len(found.runs) < 1000
    told = estimated(plan, [(0, plan.runs)], 1, Path())
    assert told.cut
    assert told.run_epochs == 10**14
    assert told.disk < 100e6  # batches last for hours, but there are few of them


class Counting:
    """A clock that advances by a step each time it is read."""

    def __init__(self, step):
        self.now, self.step = 0.0, step

    def __call__(self):
        self.now += self.step
        return self.now


def test_waiting_for_a_core_makes_a_timing_longer_but_not_coarser(monkeypatch):
    """However long the thread waits, the sample and its epochs are the same, and all times grow by the same factor."""
    plan = sweep(seeds=10_000, train={"lr": 0.1, "epochs": 5000, "stop": {"loss": 0.3}}).plan()
    prepare(plan, 1, Progress())

    def on_a_machine(wall):
        clocks = SimpleNamespace(perf_counter=Counting(wall), thread_time=Counting(1e-3))
        monkeypatch.setattr(calibrate, "time", clocks)
        return timed(plan, (0, plan.runs), 1, 0.1)

    idle, busy = on_a_machine(1e-3), on_a_machine(10.0)
    assert (busy.runs.tolist(), busy.epochs.tolist(), busy.cut) == (idle.runs.tolist(), idle.epochs.tolist(), idle.cut)
    assert busy.seconds == pytest.approx(1e4 * idle.seconds)
    assert busy.call_seconds == pytest.approx(1e4 * idle.call_seconds)


def test_shapes_that_are_not_timed_cost_what_their_neighbours_say(monkeypatch):
    """Here every timed shape takes twice as long as guessed."""
    plan = sweep(seeds=10, model={"hidden": {"values": list(range(1, 21))}}).plan()
    guessed = guesses(plan)
    asked = []

    def twice(plan, shape, workers, seconds):
        asked.append(shape)
        ones = np.ones(1)
        return Timed(np.array([shape[0]]), 2 * guessed[[plan.shape_of(shape[0])]], 100 * ones, False, 0.0, 0.0, 8.0, 8.0)

    monkeypatch.setattr(estimate, "timed", twice)
    monkeypatch.setattr(estimate, "seconds_to_keep", lambda folder: 0.0)
    monkeypatch.setattr(estimate, "FILE_SECONDS", 0.0)
    made = estimated(plan, [(0, 200)], 1, Path())
    assert (len(asked), made.timed, made.shapes) == (8, 8, 20)
    assert made.seconds == pytest.approx(20 * guessed.sum())
    assert (made.run_epochs, made.disk) == (20_000, 1600)
    asked.clear()
    rest = estimated(plan, [(95, 110), (115, 120)], 1, Path())
    assert (asked, rest.runs, rest.shapes) == ([(90, 100), (100, 110), (110, 120)], 20, 3)
    assert rest.seconds == pytest.approx(2 * (5 * guessed[9] + 10 * guessed[10] + 5 * guessed[11]))


def test_calls_of_the_kernels_and_flushes_of_the_disk_count(monkeypatch):
    """500 data sets of two runs: the overhead of each call, and of each file of each batch."""
    noise = {"task": {"name": "moons", "samples": 9, "noise": {"linear": [0, 0.4], "n": 500}}}
    plan = Sweep.from_dict({**noise, "seeds": 2, "record": {"every": 1, "weights": True}, "train": {"epochs": 5}}).plan()
    monkeypatch.setattr(estimate, "timed", lambda plan, shape, *rest: Timed(np.array([0]), *EASY))
    monkeypatch.setattr(estimate, "FILE_SECONDS", 0.25)
    monkeypatch.setattr(estimate, "seconds_to_keep", lambda folder: 0.75)
    made = estimated(plan, [(0, 1000)], 1, Path())
    work = 500 * 0.01 + 1000 * 1e-6
    batches = work / (49 * 0.01 + 98 * 1e-6)  # 49 whole data sets fit into half a second
    assert made.seconds == pytest.approx(work + 3 * math.ceil(batches))


EASY = np.array([1e-6]), np.array([5]), False, 0.01, 0.0, 8.0, 8.0  # one run, of a microsecond; a call, of ten milliseconds


def test_how_long_the_disk_takes_is_measured_where_one_may_write(tmp_path, monkeypatch):
    flushed = []
    monkeypatch.setattr(machine.os, "fsync", flushed.append)
    assert machine.seconds_to_keep(tmp_path) > 0
    assert len(flushed) == 1
    assert list(tmp_path.iterdir()) == []
    assert machine.seconds_to_keep(tmp_path / "none") == machine.FLUSH_SECONDS
    assert estimate.nearest(tmp_path / "none" / "such") == tmp_path


@pytest.fixture
def shards_as_written(monkeypatch):
    """The shards before they are merged."""
    monkeypatch.setattr(Store, "compact", lambda self: None)


RECORDED = {"every": 10, "weights": True}


@pytest.mark.parametrize("record", [{}, RECORDED, {**RECORDED, "runs": 500}, {"measure": True}], ids=str)
def test_estimate_and_truth_stand_in_the_manifest_and_agree_on_bytes(tmp_path, record, patient, shards_as_written):
    stop = {} if "measure" in record else {"stop": {"loss": 0.2}}
    tables = {"model": {"hidden": {"values": [2, 4]}}, "train": {"lr": {"values": [1.0, 9.0]}, "epochs": 200, **stop}}
    session = sweep(seeds=2000, record=record, **tables).run(tmp_path / "r", jobs=2).manifest.sessions[0]
    made = session.estimate
    assert (made.runs, made.cells, made.shapes, made.jobs) == (8000, 4, 2, 2)
    files = [path for name in ("shards", "records", "weights") for path in (tmp_path / "r" / name).iterdir()]
    assert session.disk == sum(path.stat().st_size for path in files)
    assert made.disk == pytest.approx(session.disk, rel=0.25)
    assert made.memory == pytest.approx(session.memory, rel=0.25)
    assert made.run_epochs == pytest.approx(session.run_epochs, rel=0.25)
    assert sum(session.outcomes.values()) == session.runs == 8000
    assert session.elsewhere == pytest.approx(max(2 * session.wall - session.kernels - session.writing, 0))


class Listening(Progress):
    def __init__(self):
        super().__init__()
        self.heard = []

    def start(self, *told):
        super().start(*told)
        self.heard.append(told)


def test_what_is_left_is_estimated_not_the_whole(tmp_path, shards_as_written, monkeypatch):
    monkeypatch.setattr(pace, "MOST_RUNS", 400)
    made = sweep(seeds=400, model={"hidden": {"values": [2, 3]}}, train={"epochs": 50})
    results = made.run(tmp_path / "r")
    next((results.path / "shards").iterdir()).unlink()
    done = Results.open(results.path).done
    assert 0 < done < 800
    progress = Listening()
    made.run(results.path, progress=progress)
    total, earlier, work, told = progress.heard[0]
    assert (total, earlier, told.runs) == (800, done, 800 - done)
    assert told.run_epochs == 50 * told.runs
    assert work > 0


def test_a_sweep_that_does_not_fit_on_the_disk_is_refused_unless_forced(tmp_path, monkeypatch):
    monkeypatch.setattr("backsweep.sweep.run.folder.free_bytes", lambda path: 1234)
    made, progress = sweep(seeds=1000, train={"epochs": 5}), Progress()
    advice = "free some space; choose another folder with `out`, or run anyway with `force`$"
    message = rf"r: about \d[\d.]* kB are needed, but only 1.23 kB are free on this disk; {advice}"
    with pytest.raises(BacksweepError, match=message):
        made.run(tmp_path / "r", progress=progress)
    assert not (tmp_path / "r").exists()
    results = made.run(tmp_path / "r", progress=progress, force=True)
    assert results.done == 1000
    assert re.search(r"kB are needed, but only 1.23 kB are free", progress.warnings[0])


def test_room_is_looked_for_where_the_folder_will_be(tmp_path, monkeypatch):
    monkeypatch.setattr(estimate.shutil, "disk_usage", lambda path: SimpleNamespace(free=path))
    assert estimate.free_bytes(tmp_path / "a" / "b") == tmp_path


def test_records_need_memory(patient):
    tables = {"seeds": 5000, "train": {"epochs": 1000}}
    less, more = (sweep(record=record, **tables).estimate(jobs=2) for record in ({}, {"every": 1}))
    assert more.memory > less.memory + 50e6
    assert more.disk > 100 * less.disk


@pytest.mark.parametrize("jobs", [0, 1025, True, 1.0, "2"])
def test_invalid_jobs_are_refused(jobs):
    with pytest.raises(SettingError, match=rf"jobs = {jobs!r}: must be a whole number from 1 to 1024"):
        sweep().estimate(jobs=jobs)
