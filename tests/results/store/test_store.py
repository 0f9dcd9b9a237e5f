"""The folder of results: whole files only, whatever happens; damage is named."""

import errno
import io
import json
import os
import re
import stat

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from backsweep.columns import RECORDED
from backsweep.errors import BacksweepError, DamageWarning
from backsweep.outcomes import OUTCOMES
from backsweep.results.disk import opening
from backsweep.results.store import faults, kinds
from backsweep.results.store import manifest as manifest_module
from backsweep.results.store import parquet as parquet_module
from backsweep.results.store import store as store_module
from backsweep.results.store.files import hash_of, write_whole
from backsweep.results.store.manifest import write_manifest
from backsweep.results.store.schema import RECORDS_SCHEMA, AxisColumn, Session, runs_schema
from backsweep.results.store.store import Store
from helpers.manifests import manifest_of

AXES = (AxisColumn(name="lr", setting="train.lr", type="float64"), AxisColumn(name="task", setting="model.task", type="string"))


def manifest(runs=100):
    return manifest_of(AXES, runs)


def rows(start, stop):
    runs = np.arange(start, stop)
    columns = [
        runs,
        (runs // 10).astype(np.int32),
        runs % 10,
        runs / 7,
        pa.DictionaryArray.from_arrays((runs % 2).astype(np.int32), ["xor", "and"]),
        pa.DictionaryArray.from_arrays((runs % 4).astype(np.int8), list(OUTCOMES)),
        (runs * 3 + 3).astype(np.int32),
        np.where(runs % 5, runs / 3, np.nan),
        np.ones(len(runs)),
    ]
    return pa.table(columns, schema=runs_schema(AXES))


@pytest.fixture
def store(tmp_path):
    store = Store.create(tmp_path / "sweep", manifest())
    with store.writing():
        for span in ((40, 60), (0, 20), (20, 40)):
            store.append(rows(*span))
    return store


def shard_of(store, start):
    return next((store.path / "shards").glob(f"{start:012d}-*"))


def test_rows_come_back_in_order_with_every_bit(store):
    again = Store.open(store.path)
    assert again.manifest == manifest()
    found, expected = again.read().to_pandas(), rows(0, 60).to_pandas()
    assert found["loss"].to_numpy().tobytes() == expected["loss"].to_numpy().tobytes()
    assert found.drop(columns="loss").astype(object).equals(expected.drop(columns="loss").astype(object))


def test_what_is_missing_are_the_gaps(store):
    assert [shard[:2] for shard in store.shards()] == [(0, 20), (20, 40), (40, 60)]
    assert store.missing() == [(60, 100)]
    shard_of(store, 20).unlink()
    assert store.missing() == [(20, 40), (60, 100)]


def test_an_empty_sweep_is_a_table_without_rows(tmp_path):
    table = Store.create(tmp_path, manifest()).read()
    assert table.schema == runs_schema(AXES)
    assert len(table) == 0


@pytest.mark.parametrize("step", ["write", "fsync", "replace"])
def test_a_write_that_fails_leaves_nothing(tmp_path, monkeypatch, step):
    path = tmp_path / "file"
    write_whole(path, lambda file: file.write(b"before"))

    def fail(*_, **where):
        raise OSError(errno.ENOSPC, "No space left on device")

    if step == "fsync":
        monkeypatch.setattr(os, "fsync", fail)
    if step == "replace":
        monkeypatch.setattr(os, "replace", fail)
    with pytest.raises(OSError, match="No space"):
        write_whole(path, fail if step == "write" else lambda file: file.write(b"after"))
    assert path.read_bytes() == b"before"
    assert [entry.name for entry in tmp_path.iterdir()] == ["file"]


def test_half_written_files_of_a_dead_process_are_not_read_and_go(store):
    leftover = store.path / "shards" / ".000000000060-000000000080.parquet.partial"
    leftover.write_bytes(b"half a shard")
    assert store.missing() == [(60, 100)]
    assert len(store.read()) == 60
    with store.writing():
        assert not leftover.exists()


def test_one_writer_at_a_time(store):
    other = Store.open(store.path)
    with store.writing(), pytest.raises(BacksweepError, match="another process is writing"), other.writing():
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


def trajectory(*losses):
    """Of run 0, which makes three epochs."""
    return pa.table({"epoch": np.arange(4, dtype=np.int32), "loss": losses})


def test_trajectories_are_kept(store):
    table = trajectory(0.4, 0.3, 0.2, 0.1)
    with store.writing():
        store.append_trajectory(0, table)
        store.append_trajectory(70, table.slice(0, 2))  # of a run that is not there
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


@pytest.mark.parametrize("harm", ["cut", "flip", "empty", "other"])
def test_a_damaged_shard_is_named(store, harm):
    shard = shard_of(store, 20)
    data = bytearray(shard.read_bytes())
    flipped = data.copy()
    flipped[60] ^= 1
    other = shard_of(store, 0).read_bytes()
    shard.write_bytes({"cut": data[:-20], "flip": flipped, "empty": b"", "other": other}[harm])
    with pytest.warns(DamageWarning, match=r"000000000020-000000000040-\w+.parquet: damaged \(.*`backsweep resume"):
        assert store.read()["run"].to_pylist() == [*range(20), *range(40, 60)]
    assert store.missing() == [(20, 40), (60, 100)]


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("{", "damaged"),
        (b"\xff\xfe", "damaged"),
        ("[]", "damaged"),
        ('{"format": 2}', "format 2 is unknown"),
        ('{"format": 1}', "damaged"),
        (None, "missing"),
    ],
)
def test_a_manifest_that_cannot_be_read_is_named(store, text, said):
    before = store.manifest
    for name in ("manifest.json", "manifest.copy.json"):
        if text is None:
            (store.path / name).unlink()
        else:
            (store.path / name).write_bytes(text if isinstance(text, bytes) else text.encode())
        if name == "manifest.json" and said in {"damaged", "missing"}:  # the copy will do
            again = Store.open(store.path)
            assert again.manifest == before
            assert said in again.harm
    with pytest.raises(BacksweepError, match=rf"{'no results here' if text is None else f'manifest.json: .*{said}'}"):
        Store.open(store.path)


def test_every_flipped_byte_of_a_manifest_is_noticed_and_mended(store):
    path, rng = store.path / "manifest.json", np.random.default_rng(0)
    sound = path.read_bytes()
    for at in [0, sound.index(b'"format": 1') + 10, len(sound) - 1, *rng.integers(0, len(sound), 60)]:
        flipped = bytearray(sound)
        flipped[at] ^= 1
        path.write_bytes(flipped)
        again = Store.open(store.path)
        assert again.manifest == store.manifest
        if json.loads(sound) != _parsed(flipped):  # spaces may be others
            assert "damaged" in again.harm or "format 0" in again.harm
            with again.writing():
                assert "restored from its copy" in again.heal()[0]
            assert path.read_bytes() == sound


def _parsed(text):
    try:
        return json.loads(text)
    except ValueError:
        return None


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
    """Everything in a folder is Parquet or JSON."""
    for path in store.path.rglob("*"):
        if path.is_file() and path.name != ".lock":
            assert path.read_bytes()[:4] == b"PAR1" or json.loads(path.read_text())


def test_a_folder_is_flushed_after_a_file_was_renamed_into_it(tmp_path, monkeypatch):
    """Else a power cut may take the name away again."""
    seen = []
    rename, flush = os.replace, os.fsync
    monkeypatch.setattr(os, "replace", lambda *names, **where: (seen.append("rename"), rename(*names, **where)))
    monkeypatch.setattr(
        os,
        "fsync",
        lambda fd: (seen.append("folder" if stat.S_ISDIR(os.fstat(fd).st_mode) else "file"), flush(fd)),
    )
    write_whole(tmp_path / "file", lambda file: file.write(b"content"))
    assert seen == ["file", "rename", "folder"]
    seen.clear()
    Store.create(tmp_path / "a" / "b", manifest())
    assert seen == ["folder", "folder", *["file", "rename", "folder"] * 2]


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


def test_shards_with_other_columns_than_the_manifest_says_are_named(store):
    axes = (AXES[0].model_copy(update={"name": "rate"}), AXES[1])
    write_manifest(store.path, store.manifest.model_copy(update={"axes": axes, "swept": ()}))
    with pytest.warns(DamageWarning, match=r"parquet: damaged \(has columns other than those in the manifest"):
        assert len(Store.open(store.path).read()) == 0


def records(start, stop):
    """Two records per run."""
    runs = np.repeat(np.arange(start, stop), 2)
    values = [np.random.default_rng(number).random(len(runs)) for number in range(len(RECORDED))]
    epochs = np.where(np.arange(len(runs)) % 2, 3 * runs + 3, 0).astype(np.int32)
    return pa.table([runs, epochs, *values], schema=RECORDS_SCHEMA)


@pytest.fixture
def recorded(tmp_path):
    store = Store.create(tmp_path / "recorded", manifest().model_copy(update={"beside": ("records",)}))
    with store.writing():
        for span in ((0, 20), (20, 40)):
            store.append(rows(*span), records(*span))
    return store


def test_records_come_back_with_every_bit(recorded):
    assert recorded.records().equals(pa.concat_tables([records(0, 20), records(20, 40)]))
    found = recorded.records([3, 39, 70])
    assert found["run"].to_pylist() == [3, 3, 39, 39]
    layout = pq.read_metadata(next((recorded.path / "records").iterdir())).row_group(0)
    encodings = {layout.column(place).path_in_schema: layout.column(place).encodings for place in range(len(RECORDS_SCHEMA))}
    assert "BYTE_STREAM_SPLIT" in encodings["gradient_norm"]
    assert "DELTA_BINARY_PACKED" in encodings["epoch"]


def test_a_folder_from_before_a_column_has_it_as_null(recorded, monkeypatch):
    later = RECORDS_SCHEMA.append(pa.field("later", pa.float64()))
    for module in (kinds, store_module):
        monkeypatch.setattr(module, "RECORDS_SCHEMA", later)
    with pytest.warns(DamageWarning, match="has columns other than those in the manifest"):
        assert len(Store.open(recorded.path).records()) == 0
    for module in (kinds, faults):
        monkeypatch.setattr(module, "LATER", {"later"})
    found = Store.open(recorded.path).records()
    assert found.schema.names == later.names
    assert found["later"].null_count == len(found) == 80
    assert found.drop_columns("later").equals(pa.concat_tables([records(0, 20), records(20, 40)]))


def test_a_shard_without_its_records_counts_as_missing_and_goes(recorded):
    next((recorded.path / "records").glob("000000000020-*")).unlink()
    assert recorded.missing() == [(20, 100)]
    assert len(recorded.read()) == 20
    with recorded.writing():
        assert [shard.name[:12] for shard in (recorded.path / "shards").iterdir()] == ["000000000000"]
        recorded.append(rows(20, 30), records(20, 30))
    assert recorded.missing() == [(30, 100)]


def test_records_without_their_shard_are_not_shown_and_go(recorded):
    shard_of(recorded, 0).unlink()
    assert recorded.records()["run"].to_pylist() == np.repeat(np.arange(20, 40), 2).tolist()
    with recorded.writing():
        assert [file.name[:12] for file in (recorded.path / "records").iterdir()] == ["000000000020"]


def test_damaged_records_are_named(recorded):
    file = next((recorded.path / "records").iterdir())
    file.write_bytes(file.read_bytes()[:-9])
    with pytest.warns(DamageWarning, match=rf"records/{file.name}: damaged"):
        assert len(recorded.records()) == 40


def test_what_cannot_be_read_at_all_is_damaged_too(store, monkeypatch):
    """A bad sector, rather than a wrong byte."""
    bad, read = {shard_of(store, 20), store.path / "manifest.json"}, opening.read_regular

    def failing(path, **options):
        if path in bad and path.exists():
            raise OSError(errno.EIO, "Input/output error", str(path))
        return read(path, **options)

    monkeypatch.setattr(manifest_module, "read_regular", failing)
    monkeypatch.setattr(parquet_module, "open_regular", lambda path: io.BytesIO(failing(path)))
    monkeypatch.setattr(parquet_module, "_check_ends", lambda *_: None)
    again = Store.open(store.path)
    assert "Input/output error" in again.harm
    with again.writing():
        assert len(again.heal()) == 2
    assert again.missing() == [(20, 40), (60, 100)]


class Unreachable(io.FileIO):
    """A file on a disk that is reached through a network, which is down."""

    def readinto(self, _):
        raise OSError(errno.ETIMEDOUT, "Connection timed out")

    def read(self, _=-1):
        return self.readinto(None)


def test_what_cannot_be_reached_for_now_is_not_damaged(store, monkeypatch):
    """Of a large file the footer is read first, from the disk."""
    with monkeypatch.context() as patch, store.writing():
        patch.setattr(parquet_module, "MOST_UNTOLD", 0)
        patch.setattr(parquet_module, "open_regular", Unreachable)
        with pytest.raises(OSError, match="timed out"):
            store.heal()
        with pytest.raises(OSError, match="timed out"):
            store._holdings.glance(store.path / "shards")
    assert store.damage() == []
    assert store.missing() == [(60, 100)]


def test_a_harmed_copy_of_the_manifest_is_made_again(store):
    copy = store.path / "manifest.copy.json"
    sound = copy.read_bytes()
    copy.write_bytes(sound[:-9])
    with store.writing():
        assert store.heal() == []
    assert copy.read_bytes() == sound


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
        said = store.heal()
    assert sorted(line.partition(": damaged (of run 0 there is ")[0] for line in said) == [str(file) for file in files]
    assert not any(file.exists() for file in files)


def test_a_trajectory_that_is_there_twice_is_shown(store):
    with store.writing():
        store.append_trajectory(0, trajectory(0.4, 0.3, 0.2, 0.1))
    (file,) = (store.path / "trajectories").iterdir()
    content = pa.BufferOutputStream()
    pq.write_table(pq.read_table(file), content)  # laid out otherwise
    twin = file.with_name(f"{0:012d}-{hash_of(content.getvalue())}.parquet")
    twin.write_bytes(content.getvalue())
    with pytest.warns(DamageWarning, match=f"{max(file, twin).name}: damaged .of run 0 there is {min(file, twin).name} too"):
        assert store.trajectories()[0]["loss"].to_pylist() == [0.4, 0.3, 0.2, 0.1]


def test_a_manifest_that_nobody_would_read_is_not_written(store, monkeypatch):
    monkeypatch.setattr(manifest_module, "MOST_BYTES", 100)
    with pytest.raises(BacksweepError, match="x: the spec lists too many values to be stored with the results"):
        write_manifest(store.path, store.manifest)
    monkeypatch.undo()
    assert Store.open(store.path).harm is None
