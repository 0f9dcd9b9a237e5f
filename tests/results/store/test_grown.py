"""Folders of sweeps that have grown: which files count, how they are merged, and what a writer leaves that dies on the way."""

import numpy as np
import pyarrow as pa
import pytest

from backsweep.errors import BacksweepError, FileError
from backsweep.results.export.duckdb import query
from backsweep.results.store.blocks import WrittenBlock
from backsweep.results.store.fresh_rows import FreshRows
from backsweep.results.store.manifest import COPY, MANIFEST, encoded
from backsweep.results.store.same_rows import same_rows
from backsweep.results.store.schema import Manifest, runs_schema
from backsweep.results.store.store import Store
from helpers.manifests import manifest_of
from helpers.stored import AXES, manifest, rows

ABOUT = {"created": "later", "versions": {}, "cpu": "another"}


def grown_manifest():
    """That of `stored` after a second seed of its 100 cells, of which every tenth is another task."""
    first = WrittenBlock(
        start=0, runs=100, cells=((0, 200, 2),), seeds=1, spec_hash="0", columns=AXES, filled={"task": (("or", 100),)}, **ABOUT
    )
    second = WrittenBlock(start=100, runs=100, cells=((1, 201, 2),), seeds=1, spec_hash="1", columns=AXES, **ABOUT)
    return Manifest(**{**dict(manifest()), "format": 2, "runs": 200, "spec_hash": "1", "blocks": (first, second)})


def one_seed(start, stop):
    """Rows as `stored.rows`, each of a cell of its own with seed 0."""
    runs = np.arange(start, stop)
    table = rows(start, stop)
    table = table.set_column(1, "cell", pa.array(runs, pa.int32()))
    return table.set_column(2, "seed", pa.array(runs * 0, pa.int64())).cast(runs_schema(AXES))


@pytest.fixture
def grown(tmp_path):
    store = Store.create(tmp_path / "r", manifest_of(AXES, 100))
    with store.writing():
        for start in range(0, 100, 20):
            store.append(one_seed(start, start + 20))
        store.grow(grown_manifest())
        for start in range(100, 160, 20):
            store.append(one_seed(start, start + 20))
    return store


def test_rows_are_in_the_order_of_the_cells_of_the_spec(grown):
    table = Store.open(grown.path).read()
    cells = [*range(120), *range(120, 200, 2)]
    assert table.column("cell").to_pylist() == cells
    assert table.column("run").to_pylist() == [cell // 2 + 100 * (cell % 2) for cell in cells]
    names = table.column("task").combine_chunks()
    assert names.dictionary.to_pylist() == ["or", "xor", "and"]
    assert names.to_pylist() == ["or" if cell % 2 == 0 else ("xor", "and")[cell // 2 % 2] for cell in cells]
    assert grown.missing() == [(160, 200)]


def test_rows_are_read_as_they_land_with_the_columns_of_the_table(grown):
    fresh = FreshRows(grown.path, grown.manifest)
    tables = [*fresh.tables()]
    assert (fresh.done, fresh.read) == (160, 160)
    found = pa.concat_tables(tables).select(["run", "cell", "task", "epochs"]).sort_by("run")
    assert found.to_pylist() == grown.read().select(["run", "cell", "task", "epochs"]).sort_by("run").to_pylist()


def test_sql_sees_the_same_rows(grown):
    pytest.importorskip("duckdb")
    table = grown.read().select(["run", "cell", "lr", "task"]).to_pandas().astype({"task": str}).sort_values("run")
    found = query(grown, "SELECT run, cell, lr, task FROM runs ORDER BY run").astype({"task": str})
    assert found.to_numpy().tolist() == table.to_numpy().tolist()


def test_files_are_merged_within_blocks_only(grown):
    before = grown.read()
    with grown.writing():
        grown.compact()
    assert [shard.span for shard in grown.shards()] == [(0, 100), (100, 160)]
    assert same_rows(Store.open(grown.path).read(), before)


def test_a_file_of_two_blocks_is_damaged(grown):
    path = grown.shards()[4].path
    content = path.read_bytes()
    path.unlink()
    path.with_name(path.name.replace("080-000000000100", "080-000000000120")).write_bytes(content)
    store = Store.open(grown.path)
    assert store.missing() == [(80, 100), (160, 200)]
    assert "run 100 begins another block" in store.left_out()[0]


@pytest.mark.parametrize("first", ["old", "new"])
def test_a_writer_that_dies_between_the_copies_leaves_one_sweep(grown, first):
    """The one that is read first, of which the other is a part or an extension."""
    data = {"new": encoded(grown.manifest), "old": encoded(manifest_of(AXES, 100))}
    (grown.path / MANIFEST).write_bytes(data.pop(first))
    (grown.path / COPY).write_bytes(*data.values())
    store = Store.open(grown.path)
    assert store.manifest.runs == (200 if first == "new" else 100)
    with store.writing():
        assert store.heal() == [] or first == "old"
    assert (grown.path / MANIFEST).read_bytes() == (grown.path / COPY).read_bytes()


def test_another_process_that_has_extended_a_sweep_is_noticed(grown):
    store = Store.open(grown.path)
    for name in (MANIFEST, COPY):
        (grown.path / name).write_bytes(encoded(manifest_of(AXES, 100)))
    with (
        pytest.raises(FileError, match="another process has extended this sweep meanwhile; repeat the command"),
        store.writing(),
    ):
        pass


def test_copies_of_two_sweeps_are_refused(grown):
    (grown.path / COPY).write_bytes(encoded(manifest_of(AXES, 100, spec_hash="2")))
    with pytest.raises(BacksweepError, match="are of two sweeps"), grown.writing():
        pass
