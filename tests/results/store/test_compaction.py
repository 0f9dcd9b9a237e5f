"""Many small files are merged into few, whatever their sizes and gaps; no bit of the rows changes."""

from itertools import accumulate, pairwise

import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st

from backsweep.errors import BacksweepError
from backsweep.results.store import catalog, compaction
from backsweep.results.store.catalog import Catalog
from backsweep.results.store.compaction import LARGE, LARGE_SHARE, neighbours
from backsweep.results.store.store import Store

from .faulty_disk import RUNS, manifest, records, rows

FILES = st.lists(st.tuples(st.integers(1, 4 * LARGE), st.booleans(), st.booleans()), max_size=400)


@given(FILES)
def test_neighbours_are_merged_until_they_are_large(files):
    sizes, at, spans = [size for size, *_ in files], 0, []
    for _, gap, _ in files:
        at += gap
        spans.append((at, at + 1))
        at += 1
    large = max(LARGE, sum(sizes) // LARGE_SHARE)
    blocks = list(accumulate(border for *_, border in files))
    groups = neighbours(spans, sizes, blocks)
    for group in groups:
        assert len(group) > 1
        assert all(spans[a][1] == spans[b][0] for a, b in pairwise(group))
        assert len({blocks[place] for place in group}) == 1
        assert sum(sizes[place] for place in group[:-1]) < large
        assert max(sizes[place] for place in group) < large
    merged = {place for group in groups for place in group}
    assert len(merged) == sum(map(len, groups))
    # The result: large files, and at most one small file between two of them, next to a gap or at an end of a block.
    gaps = sum(a[1] != b[0] for a, b in pairwise(spans)) + sum(a != b for a, b in pairwise(blocks))
    assert len(files) - len(merged) + len(groups) <= 2 * (LARGE_SHARE + gaps + 1)


@pytest.fixture
def crowded(tmp_path):
    """A store with one run per file and two gaps."""
    store = Store.create(tmp_path / "r", manifest(runs=RUNS))
    with store.writing():
        for run in range(RUNS):
            if run not in {13, 30}:
                store.append(rows(run, run + 1), records(run, run + 1))
    return store


def files_of(store):
    return sorted(path.name[:25] for folder in ("shards", "records") for path in (store.path / folder).iterdir())


def test_compacting_changes_no_bit(crowded):
    before, recorded, missing = crowded.read(), crowded.records(), crowded.missing()
    with crowded.writing():
        crowded.compact()
    names = ["000000000000-000000000013", "000000000014-000000000030", "000000000031-000000000040"]
    assert files_of(crowded) == sorted([*names, *names])
    assert crowded.read().equals(before)
    assert crowded.records().equals(recorded)
    assert crowded.records([12, 31]).equals(recorded.filter(pa.compute.is_in(recorded["run"], pa.array([12, 31]))))
    assert crowded.missing() == missing == [(13, 14), (30, 31)]
    with crowded.writing():
        crowded.append(rows(13, 14), records(13, 14))
        crowded.compact()
    assert files_of(crowded)[0] == "000000000000-000000000030"


def test_large_files_are_not_written_again(crowded, monkeypatch):
    monkeypatch.setattr(compaction, "LARGE", 1)
    monkeypatch.setattr(compaction, "LARGE_SHARE", 1000)
    before = files_of(crowded)
    with crowded.writing():
        crowded.compact()
    assert files_of(crowded) == before


def test_memory_does_not_grow_with_the_files(crowded, monkeypatch):
    """Files are copied row group by row group."""
    monkeypatch.setattr(compaction, "GROUP_BYTES", 1)
    before = crowded.read()
    with crowded.writing():
        crowded.compact()
    shard = crowded.shards()[0]
    assert pa.parquet.read_metadata(shard.path).num_row_groups == shard.stop - shard.start
    assert crowded.read().equals(before)


def test_a_damaged_file_is_not_merged(crowded):
    shard = crowded.shards()[5]
    shard.path.write_bytes(shard.path.read_bytes()[:-5])
    before = crowded.shards()
    with crowded.writing(), pytest.raises(BacksweepError, match=rf"{shard.path.name}: damaged .*`backsweep resume"):
        crowded.compact()
    assert crowded.shards() == before
    with crowded.writing():
        assert crowded.heal() == [f"{shard.path}: damaged (not a complete Parquet file); runs 5 to 5 are trained again"]
    assert crowded.missing() == [(5, 6), (13, 14), (30, 31)]
    assert "000000000005-000000000006" not in files_of(crowded)


def test_files_contained_in_another_are_not_read_and_are_removed(crowded):
    """A process that dies between merging and removing leaves such files."""
    with crowded.writing():
        crowded.append(rows(0, 10), records(0, 10))
    assert crowded.read()["run"].to_pylist() == [run for run in range(40) if run not in {13, 30}]
    assert len(crowded.records([3])) == 2
    with crowded.writing():
        assert len(files_of(crowded)) == 2 * 29


def test_a_reader_looks_again_when_files_were_merged_under_it(crowded, monkeypatch):
    before = crowded.read()
    theirs = Store.open(crowded.path)._catalog
    folder, found = crowded.path / "shards", theirs.kept()
    monkeypatch.setattr(theirs, "kept", lambda: found)
    with crowded.writing():
        crowded.compact()
    with pytest.raises(FileNotFoundError):
        theirs.each(folder, lambda _, rows: rows)
    looks = iter([found])
    monkeypatch.setattr(theirs, "kept", lambda: next(looks, None) or Catalog.kept(theirs))
    assert pa.concat_tables(theirs.each(folder, lambda _, rows: rows)).equals(before)


def test_a_listing_between_removing_old_files_and_writing_new_ones_is_repeated(crowded, monkeypatch):
    before, look, torn = crowded.read(), catalog.spans_in, iter([[]])

    monkeypatch.setattr(
        catalog, "spans_in", lambda folder: next(torn, look(folder)) if folder.name == "records" else look(folder)
    )
    assert crowded.read().equals(before)


def test_sound_files_are_not_removed_because_of_a_damaged_one(crowded):
    before, missing = crowded.read(), crowded.missing()
    with crowded.writing():
        crowded.append(rows(0, 10), records(0, 10))
        large = crowded.shards()[0].path
        large.write_bytes(large.read_bytes()[:-7])
    with crowded.writing():
        assert crowded.heal() == [f"{large}: damaged (not a complete Parquet file); removed; its runs are in other files"]
    assert crowded.missing() == missing
    assert crowded.read().equals(before)
    assert not large.exists()
