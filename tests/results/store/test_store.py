"""The folder of results: only complete files, whatever happens, and damage is named."""

import json
import os

import pytest

from backsweep.errors import BacksweepError
from backsweep.results.store.schema import Session, runs_schema
from backsweep.results.store.store import Store
from helpers.stored import AXES, manifest, rows, shard_of


def test_rows_come_back_in_order_with_every_bit(store):
    again = Store.open(store.path)
    assert again.manifest == manifest()
    found, expected = again.read().to_pandas(), rows(0, 60).to_pandas()
    assert found["loss"].to_numpy().tobytes() == expected["loss"].to_numpy().tobytes()
    assert found.drop(columns="loss").astype(object).equals(expected.drop(columns="loss").astype(object))


def test_missing_runs_are_the_gaps(store):
    assert [shard[:2] for shard in store.shards()] == [(0, 20), (20, 40), (40, 60)]
    assert store.missing() == [(60, 100)]
    shard_of(store, 20).unlink()
    assert store.missing() == [(20, 40), (60, 100)]


def test_an_empty_sweep_is_a_table_without_rows(tmp_path):
    table = Store.create(tmp_path, manifest()).read()
    assert table.schema == runs_schema(AXES)
    assert len(table) == 0


def test_one_writer_at_a_time(store):
    other = Store.open(store.path)
    with store.writing(), pytest.raises(BacksweepError, match=rf"process {os.getpid()} is writing here"), other.writing():
        pass
    with other.writing():
        other.append(rows(60, 70))
    assert other.missing() == [(70, 100)]


def test_sessions_are_kept(store):
    session = Session(
        started="now", jobs=2, backend="threads", runs=60, run_epochs=9, wall=1.0, kernels=1.5, writing=0.1, versions={}, cpu=""
    )
    with store.writing():
        store.add_session(session)
    assert Store.open(store.path).manifest.sessions == (session,)


def test_a_folder_without_a_manifest_is_no_result(tmp_path):
    with pytest.raises(BacksweepError, match="no results here"):
        Store.open(tmp_path / "nowhere")
    (tmp_path / "notes.txt").write_text("mine")
    with pytest.raises(BacksweepError, match=r"not empty.*notes.txt"):
        Store.create(tmp_path, manifest())
    assert (tmp_path / "notes.txt").read_text() == "mine"
    with pytest.raises(BacksweepError, match="a file is in the place"):
        Store.create(tmp_path / "notes.txt", manifest())


def test_opening_runs_no_code(store):
    """All files in a folder are Parquet or JSON."""
    for path in store.path.rglob("*"):
        if path.is_file() and path.name != ".lock":
            assert path.read_bytes()[:4] == b"PAR1" or json.loads(path.read_text())


def test_sessions_of_two_writers_are_both_kept(store):
    other = Store.open(store.path)
    session = Session(
        started="now", jobs=1, backend="threads", runs=1, run_epochs=1, wall=1.0, kernels=1.0, writing=0.1, versions={}, cpu=""
    )
    for writer in (store, other):
        with writer.writing():
            writer.add_session(session)
    assert len(Store.open(store.path).manifest.sessions) == 2


def test_a_strangers_folder_is_left_alone(tmp_path):
    (tmp_path / "notes.txt").write_text("mine")
    with pytest.raises(BacksweepError):
        Store.create(tmp_path, manifest())
    assert [entry.name for entry in tmp_path.iterdir()] == ["notes.txt"]
