"""What a session counts: the batches that were written, and where the time of the workers went."""

from types import SimpleNamespace

import pyarrow as pa
import pytest

from backsweep.results.store.schema import Estimate
from backsweep.sweep import Sweep
from backsweep.sweep.plan.batch import Batch
from backsweep.sweep.run import tally
from backsweep.sweep.run.workers import Workers

ESTIMATE = Estimate(jobs=2, runs=5, cells=1, shapes=1, timed=1, cut=False, run_epochs=50, seconds=1.0, disk=1, memory=1)


class Clock:
    def __init__(self):
        self.now = 100.0

    def __call__(self):
        return self.now


class Folder:
    """A store that takes two seconds to write 1000 bytes, and three to merge its files."""

    def __init__(self, clock, crowded=False):
        self._clock, self._crowded = clock, crowded

    def append(self, *_):
        self._clock.now += 2.0
        return 1000

    def is_crowded(self):
        return self._crowded

    def compact(self):
        self._clock.now += 3.0


class FullDisk(Folder):
    """A store that does not write."""

    def append(self, *_):
        raise OSError("no space left")


@pytest.fixture
def clock(monkeypatch):
    made = Clock()
    monkeypatch.setattr(tally, "time", SimpleNamespace(perf_counter=made))
    return made


def batch(runs, kernels, **outcomes):
    rows = pa.table({"run": range(runs)})
    return Batch((0, runs), rows, None, None, 10 * runs, outcomes, kernels=kernels, seconds=kernels + 0.5)


def session(counted):
    return counted.session(Workers("threads", 2, "threading"), ESTIMATE)


def test_all_of_the_workers_time_is_accounted_for(clock):
    counted, folder = tally.Tally(), Folder(clock)
    clock.now += 10.0
    counted.write(batch(3, 4.0, converged=1, capped=2), folder)
    counted.write(batch(2, 3.0, converged=2), folder)
    found = session(counted)
    assert (found.wall, found.kernels, found.writing) == (14.0, 7.0, 4.0)
    assert found.elsewhere == 2 * 14.0 - 7.0 - 4.0
    assert (found.runs, found.run_epochs, found.disk, found.jobs, found.backend) == (5, 50, 2000, 2, "threads")
    assert found.outcomes == {"converged": 3, "diverged": 0, "stalled": 0, "capped": 2}
    assert found.estimate == ESTIMATE


def test_merging_the_files_is_writing_too(clock):
    counted = tally.Tally()
    counted.write(batch(3, 1.0), Folder(clock, crowded=True))
    assert session(counted).writing == 5.0


def test_a_batch_that_was_not_written_does_not_count(clock):
    counted = tally.Tally()
    counted.write(batch(3, 1.0, capped=3), Folder(clock))
    with pytest.raises(OSError, match="no space"):
        counted.write(batch(2, 7.0, capped=2), FullDisk(clock))
    found = session(counted)
    assert (found.runs, found.run_epochs, found.kernels, found.disk) == (3, 30, 1.0, 1000)
    assert found.outcomes is not None
    assert found.outcomes["capped"] == 3


def test_time_elsewhere_is_never_negative(clock):
    """Clusters may have had more workers than the session knew."""
    counted = tally.Tally()
    counted.write(batch(3, 50.0), Folder(clock))
    assert session(counted).elsewhere == 0


def test_a_sweep_records_the_bytes_of_all_its_files(tmp_path):
    sweep = Sweep(task="xor", seeds=5, train={"epochs": 20}, record={"every": 5, "weights": True})
    last = sweep.run(tmp_path / "xor", jobs=1).last
    files = [path for kind in ("shards", "records", "weights") for path in (tmp_path / "xor" / kind).iterdir()]
    assert len(files) == 3
    assert last is not None
    assert last.disk == sum(path.stat().st_size for path in files)
    assert 0 < last.writing < last.wall
    assert last.elsewhere == pytest.approx(last.wall - last.kernels - last.writing)
