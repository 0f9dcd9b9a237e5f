"""Trajectories that a report made: kept as they were, shown only if they are of their runs."""

import re

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from backsweep.errors import DamageWarning
from backsweep.results.store.files import hash_of
from backsweep.results.store.store import Store


def trajectory(*losses):
    """The trajectory of run 0, which takes three epochs."""
    return pa.table({"epoch": np.arange(4, dtype=np.int32), "loss": losses})


def test_trajectories_are_kept(store):
    table = trajectory(0.4, 0.3, 0.2, 0.1)
    with store.writing():
        store.append_trajectory(0, table)
        store.append_trajectory(70, table.slice(0, 2))  # a run that is not there
    assert Store.open(store.path).trajectories() == {0: table, 70: table.slice(0, 2)}


@pytest.mark.parametrize("epochs", [3, 5])
def test_a_trajectory_that_ends_elsewhere_than_its_run_does_not_count(store, epochs):
    table = pa.table({"epoch": np.arange(epochs, dtype=np.int32), "loss": np.ones(epochs)})
    with store.writing():
        store.append_trajectory(0, table)
    (file,) = (store.path / "trajectories").iterdir()
    wrong = f"{file}: damaged (it ends at epoch {epochs - 1}, its run at 3)"
    with pytest.warns(DamageWarning, match=f"{re.escape(wrong)}.*report"):
        assert store.trajectories() == {}
    with store.writing():
        assert store.heal() == [f"{wrong}; removed; the next report makes it again"]


def test_a_harmed_trajectory_does_not_count(store):
    with store.writing():
        store.append_trajectory(0, trajectory(0.4, 0.3, 0.2, 0.1))
    file = next((store.path / "trajectories").iterdir())
    file.write_bytes(file.read_bytes()[:-3])
    with pytest.warns(DamageWarning, match=rf"{file.name}: damaged .*report"):
        assert store.trajectories() == {}
    with store.writing():
        assert store.heal() == [f"{file}: damaged (not a complete Parquet file); removed; the next report makes it again"]
    assert not file.exists()


def test_of_two_trajectories_of_a_run_that_differ_neither_is_shown(store):
    tables = [trajectory(0.4, 0.3, 0.2, last) for last in (0.0, 0.1)]
    with store.writing():
        for table in tables:
            store.append_trajectory(0, table)
    files = sorted((store.path / "trajectories").iterdir())
    with pytest.warns(DamageWarning, match="of run 0 there is"):
        assert store.trajectories() == {}
    with store.writing():
        messages = store.heal()
    assert sorted(line.partition(": damaged (of run 0 there is ")[0] for line in messages) == [str(file) for file in files]
    assert not any(file.exists() for file in files)


def test_a_trajectory_that_is_there_twice_is_shown(store):
    with store.writing():
        store.append_trajectory(0, trajectory(0.4, 0.3, 0.2, 0.1))
    (file,) = (store.path / "trajectories").iterdir()
    content = pa.BufferOutputStream()
    pq.write_table(pq.read_table(file), content)  # with another layout
    twin = file.with_name(f"{0:012d}-{hash_of(content.getvalue())}.parquet")
    twin.write_bytes(content.getvalue())
    with pytest.warns(DamageWarning, match=f"{max(file, twin).name}: damaged .of run 0 there is {min(file, twin).name} too"):
        assert store.trajectories()[0]["loss"].to_pylist() == [0.4, 0.3, 0.2, 0.1]
