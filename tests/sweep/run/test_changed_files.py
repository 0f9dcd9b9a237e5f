"""Files that are replaced while a sweep is planned or run: all rows belong to the data whose hash is in the manifest."""

from contextlib import suppress

import numpy as np
import pytest

from backsweep.errors import DataError
from backsweep.sweep import Sweep
from backsweep.sweep.progress import Progress
from backsweep.sweep.run.execute import BatchesFailed
from helpers.tables import hashed

FIRST, SECOND = ([[0.5, -0.25], [1.0, 2.0]], [0.125, 0.25]), ([[5.0, -2.5], [-1.0, 0.5]], [-4.0, 0.5])


def write(folder, which):
    (folder / "d.csv").write_text(f"a,b,c\n0,0,{which}\n0,1,1\n1,0,1\n1,1,0\n")
    (first, second) = (FIRST, SECOND)[which]
    np.savez(folder / "w.npz", w1=np.array(first), w2=np.array([second]))


def sweep_of(folder):
    """A sweep with two network shapes, so that there are several batches."""
    return Sweep(
        task={"file": str(folder / "d.csv"), "inputs": ["a", "b"], "targets": ["c"]},
        seeds=40,
        model={"init": {"scheme": "file", "file": str(folder / "w.npz")}, "activation": {"values": ["tanh", "sigmoid"]}},
        train={"epochs": 3, "lr": {"values": [0.1, 1.0]}},
    )


class Replacing(Progress):
    """Replaces the first files by others once a batch is written."""

    def __init__(self, folder):
        super().__init__()
        self.folder = folder

    def advance(self, *done):
        super().advance(*done)
        write(self.folder, 1)


@pytest.fixture
def undisturbed(tmp_path):
    write(tmp_path, 0)
    return hashed(sweep_of(tmp_path).run(tmp_path / "undisturbed", jobs=1))


def test_files_replaced_between_batches_change_no_row(undisturbed, tmp_path):
    assert hashed(sweep_of(tmp_path).run(tmp_path / "r", jobs=1, progress=Replacing(tmp_path))) == undisturbed
    with pytest.raises(DataError, match="holds other data than"):
        Sweep.of_folder(tmp_path / "r")


def test_a_worker_that_finds_replaced_files_trains_nothing(undisturbed, tmp_path):
    with suppress(BatchesFailed):  # a worker that read the files before they were replaced does not fail
        sweep_of(tmp_path).run(tmp_path / "r", jobs=1, backend="processes", progress=Replacing(tmp_path))
    write(tmp_path, 0)
    assert hashed(sweep_of(tmp_path).run(tmp_path / "r", jobs=1)) == undisturbed


def test_files_replaced_after_the_plan_change_no_row(undisturbed, tmp_path):
    sweep = sweep_of(tmp_path)
    sweep.plan()
    for number in range(5):  # more plans than are cached
        Sweep(task="xor", seeds=number + 1).plan()
    write(tmp_path, 1)
    assert hashed(sweep.run(tmp_path / "r", jobs=1)) == undisturbed
    again = sweep_of(tmp_path)
    with pytest.raises(DataError, match="holds other data than"):
        again.run(tmp_path / "r", jobs=1)
    assert hashed(again.run(tmp_path / "other", jobs=1)) != undisturbed
