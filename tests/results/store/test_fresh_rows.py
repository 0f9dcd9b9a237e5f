"""Rows are read once as they land, whatever becomes of their files, and damaged files are left out."""

import numpy as np

from backsweep.results.store.fresh_rows import FreshRows
from backsweep.results.store.store import Store
from helpers.folders import SPANS, made, manifest, records, rows


def runs_of(tables):
    return sorted(run for table in tables for run in table["run"].to_pylist())


def append(path, *spans):
    store = Store.open(path)
    with store.writing():
        for span in spans:
            store.append(rows(*span), records(*span))
    return store


def test_each_look_reads_what_has_landed_since_the_last(tmp_path):
    made(tmp_path / "r")
    fresh = FreshRows(tmp_path / "r", manifest())
    assert runs_of(fresh.tables()) == list(range(60))
    assert runs_of(fresh.tables()) == []
    append(tmp_path / "r", (80, 100))
    assert runs_of(fresh.tables()) == list(range(80, 100))
    assert (fresh.done, fresh.read) == (80, 80)


def test_merged_files_are_not_read_again(tmp_path):
    made(tmp_path / "r", SPANS[:1])
    fresh = FreshRows(tmp_path / "r", manifest())
    assert runs_of(fresh.tables()) == list(range(20))
    store = append(tmp_path / "r", *SPANS[1:])
    with store.writing():
        store.compact()
    assert [shard.span for shard in store.shards()] == [(0, 60)]
    (table,) = fresh.tables()
    assert table["run"].to_pylist() == list(range(20, 60))
    np.testing.assert_array_equal(table["lr"].to_numpy(), np.arange(20, 60) / 7)
    assert runs_of(fresh.tables()) == []
    assert fresh.done == fresh.read == 60


def test_a_look_that_stops_early_is_continued_by_the_next(tmp_path):
    made(tmp_path / "r")
    fresh = FreshRows(tmp_path / "r", manifest())
    first = next(fresh.tables())
    assert (fresh.done, fresh.read) == (60, len(first))
    assert runs_of([first, *fresh.tables()]) == list(range(60))


def test_a_damaged_file_is_left_out(tmp_path):
    store = made(tmp_path / "r")
    spoiled = store.shards()[1].path
    spoiled.write_bytes(spoiled.read_bytes()[:-1])
    fresh = FreshRows(tmp_path / "r", manifest())
    assert runs_of(fresh.tables()) == [*range(20), *range(40, 60)]
    assert runs_of(fresh.tables()) == []
    assert (fresh.done, fresh.read) == (60, 40)
