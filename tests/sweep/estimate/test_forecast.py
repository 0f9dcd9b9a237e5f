"""What a sweep learns from its first batches: nothing is trained only to be timed, and no row depends on it."""

import re
from itertools import pairwise
from types import SimpleNamespace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from backsweep.errors import ResultsError
from backsweep.kernels import train_flat
from backsweep.results import Results
from backsweep.sweep import Sweep
from backsweep.sweep.estimate import calibrate, pace
from backsweep.sweep.estimate.costs import Costs, guessed_costs
from backsweep.sweep.estimate.pace import LEAST_SPREAD, MOST_SPREAD, Pace
from backsweep.sweep.plan import batch
from backsweep.sweep.progress import Progress
from helpers.tables import hashed

# Cells that differ: at the highest rates runs converge in a hundredth of the epochs that the others take.
SPEC = {
    "task": "xor",
    "seeds": 200,
    "model": {"hidden": {"values": [2, 4]}},
    "train": {"lr": {"values": [10.0, 0.01, 3.0, 0.1]}, "epochs": 1500, "stop": {"loss": 0.2}},
    "record": {"points": 3, "weights": True, "runs": 100},
}
RUNS = 8 * 200


@pytest.fixture(scope="module")
def expected(tmp_path_factory):
    """The table of the sweep in one batch per shape."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(pace, "BATCH_SECONDS", 1e9)
        return hashed(Sweep.from_dict(SPEC).run(tmp_path_factory.mktemp("one") / "r", jobs=1))


@pytest.fixture
def trained(monkeypatch):
    """How many runs each call of the kernels has trained, wherever a sweep calls them, and how long a batch should take."""
    calls = []

    def counted(*data, **call):
        calls.append(len(call["settings"]["seed"]))
        return train_flat(*data, **call)

    def refuse(*_, **__):
        raise AssertionError("trained to be timed")

    monkeypatch.setattr(batch, "train_flat", counted)
    monkeypatch.setattr(calibrate, "train_flat", refuse)
    return calls


@pytest.mark.parametrize("seconds", [1e9, 0.5, 1e-3], ids=["one batch", "few batches", "spread"])
@pytest.mark.parametrize("jobs", [1, 3])
def test_no_run_is_trained_twice_and_no_row_depends_on_batches(seconds, jobs, trained, expected, tmp_path, monkeypatch):
    monkeypatch.setattr(pace, "BATCH_SECONDS", seconds)
    results = Sweep.from_dict(SPEC).run(tmp_path / "r", jobs=jobs)
    assert sum(trained) == RUNS
    assert hashed(results) == expected
    assert results.last.runs == RUNS


class Interrupted(Progress):
    """Ended by Ctrl-C after some batches."""

    def __init__(self, batches):
        super().__init__()
        self.batches = batches

    def advance(self, *counts):
        super().advance(*counts)
        self.batches -= 1
        if not self.batches:
            raise KeyboardInterrupt


def test_ended_in_the_first_batches_and_resumed(trained, expected, tmp_path, monkeypatch):
    monkeypatch.setattr(pace, "BATCH_SECONDS", 1e-3)
    sweep = Sweep.from_dict(SPEC)
    done = []
    for batches in (1, 2, LEAST_SPREAD - 1):
        with pytest.raises(KeyboardInterrupt):
            sweep.run(tmp_path / "r", jobs=1, progress=Interrupted(batches))
        done.append(Results.open(tmp_path / "r").done)
    assert 0 < done[0] < done[1] < done[2] < RUNS
    trained.clear()
    results = sweep.run(tmp_path / "r", jobs=1)
    assert sum(trained) == results.last.runs == RUNS - done[2]
    assert hashed(results) == expected


def test_the_first_batches_are_everywhere_and_tell_what_the_others_take(tmp_path, monkeypatch):
    """On one worker nothing depends on speed until they are done."""
    monkeypatch.setattr(pace, "BATCH_SECONDS", 1e-2)
    session = Sweep.from_dict({**SPEC, "seeds": 2000}).run(tmp_path / "r", jobs=1).last
    assert session.estimate.run_epochs == pytest.approx(session.run_epochs, rel=0.1)
    assert session.run_epochs < 0.8 * 8 * 2000 * 1500
    assert (session.estimate.timed, session.estimate.cut) == (2, False)


spans = st.lists(st.integers(0, 8_000_000), min_size=2, max_size=12, unique=True)


@given(spans, st.floats(1e-4, 1e3))
def test_what_is_spread_is_missing_and_apart(cuts, seconds):
    ends = sorted(cuts)
    missing = list(zip(ends[::2], ends[1::2], strict=False))
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(pace, "BATCH_SECONDS", seconds)
        plan = Sweep.from_dict({**SPEC, "seeds": 1_000_000}).plan()
        found = Pace(plan).spread(missing)
        work = sum(guessed_costs(plan)[0].of(span) for span in missing)
    assert len(found) <= MOST_SPREAD
    assert not found or work >= 2 * LEAST_SPREAD * seconds * 0.999
    assert all(any(start <= begin < end <= stop for start, stop in missing) for begin, end in found)
    assert all(end <= begin for (_, end), (begin, _) in pairwise(found))


def test_a_little_work_is_begun_at_its_beginning():
    assert Pace(Sweep.from_dict(SPEC).plan()).spread([(0, RUNS)]) == []


def test_a_batch_before_any_has_come_back_is_small():
    plan = Sweep(task="xor", seeds=1_000_000).plan()
    guess = guessed_costs(plan)[0]
    assert guess.of((0, Pace(plan).runs(0))) == pytest.approx(pace.BATCH_SECONDS * pace.FIRST_SHARE, rel=0.01)


def test_quick_runs_make_no_batch_that_slow_ones_would_stretch():
    """A thousand runs that ended a thousand times sooner than they may: the next batch could hold slow ones."""
    plan = Sweep(task="xor", seeds=100_000_000, train={"epochs": 999_999, "stop": {"loss": 0.1}}).plan()
    quick = Pace(plan)
    quick.learn((0, 1000), 0.01, run_epochs=1000 * 999)
    assert quick.runs(1000) == pytest.approx(pace.WORST * pace.BATCH_SECONDS / (0.01 * 1000 / 1000), rel=0.02)
    quick.learn((0, 1000), 10.0, run_epochs=1000 * 999_999)
    assert quick.runs(1000) == 64


def test_each_limit_on_epochs_counts():
    plan = Sweep(task="xor", seeds=10, train={"epochs": {"values": [1, 1000, 5]}}).plan()
    seconds, epochs = guessed_costs(plan)
    assert [epochs.of((start, start + 10)) for start in (0, 10, 20)] == pytest.approx([10, 10_000, 50])
    assert seconds.of((10, 20)) == pytest.approx(1000 * seconds.of((0, 10)))


def test_costs_go_through_what_was_seen():
    found = Costs(np.array([0, 100]), np.array([0.0, 10.0])).through([(10, 20), (60, 80)], [5.0, 1.0])
    assert found.of((10, 20)) == pytest.approx(5.0)
    assert found.of((60, 80)) == pytest.approx(1.0)
    assert found.of((0, 42)) == pytest.approx(42 * 0.5)
    assert found.of((43, 100)) == pytest.approx(57 * 0.05)


def test_a_disk_that_the_first_batches_find_too_small_ends_the_sweep(tmp_path, monkeypatch, expected):
    """Runs that may end early are taken to leave few records, until some have not."""
    monkeypatch.setattr(pace, "BATCH_SECONDS", 1e-3)
    spec = {**SPEC, "train": {**SPEC["train"], "stop": {"loss": 1e-9}}, "record": {"every": 1}}
    sweep = Sweep.from_dict(spec)
    with monkeypatch.context() as patch:
        patch.setattr("backsweep.sweep.run.folder.free_bytes", lambda path: 2_000_000)
        with pytest.raises(ResultsError, match=r"r: about \d[\d.]* MB are needed, but only 2 MB are free") as refused:
            sweep.run(tmp_path / "r", jobs=1)
    assert re.search("run anyway with `force`$", str(refused.value))
    begun = Results.open(tmp_path / "r")
    assert 0 < begun.done < RUNS
    assert begun.manifest.sessions[0].runs == begun.done


def test_time_left_goes_by_what_the_first_batches_took():
    clock = SimpleNamespace(now=0.0)
    progress = Progress(lambda: clock.now)
    progress.start(2000, 0, 20.0, SimpleNamespace(seconds=20.0))
    clock.now = 1.0
    progress.advance(100, 100, {"capped": 100}, 1.0)
    assert progress.time_left == pytest.approx(19.0)
    progress.expect(50.0, 1.0, SimpleNamespace(seconds=51.0))
    assert progress.time_left == pytest.approx(50.0)
    assert progress.estimate.seconds == 51.0
