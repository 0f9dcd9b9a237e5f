"""Records beside the rows of their runs: every bit comes back, and neither counts without the other."""

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from backsweep.columns import RECORDED
from backsweep.errors import DamageWarning
from backsweep.results.store import faults, file_kinds
from backsweep.results.store import reader as reader_module
from backsweep.results.store.schema import RECORDS_SCHEMA
from backsweep.results.store.store import Store
from helpers.stored import manifest, rows, shard_of


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


def test_a_column_that_an_older_folder_lacks_is_null(recorded, monkeypatch):
    later = RECORDS_SCHEMA.append(pa.field("later", pa.float64()))
    for module in (file_kinds, reader_module):
        monkeypatch.setattr(module, "RECORDS_SCHEMA", later)
    with pytest.warns(DamageWarning, match="has columns other than those in the manifest"):
        assert len(Store.open(recorded.path).records()) == 0
    for module in (faults, file_kinds):
        monkeypatch.setattr(module, "LATER", {"later"})
    found = Store.open(recorded.path).records()
    assert found.schema.names == later.names
    assert found["later"].null_count == len(found) == 80
    assert found.drop_columns("later").equals(pa.concat_tables([records(0, 20), records(20, 40)]))


def test_a_shard_without_its_records_counts_as_missing_and_is_removed(recorded):
    next((recorded.path / "records").glob("000000000020-*")).unlink()
    assert recorded.missing() == [(20, 100)]
    assert len(recorded.read()) == 20
    with recorded.writing():
        assert [shard.name[:12] for shard in (recorded.path / "shards").iterdir()] == ["000000000000"]
        recorded.append(rows(20, 30), records(20, 30))
    assert recorded.missing() == [(30, 100)]


def test_records_without_their_shard_are_not_shown_and_are_removed(recorded):
    shard_of(recorded, 0).unlink()
    assert recorded.records()["run"].to_pylist() == np.repeat(np.arange(20, 40), 2).tolist()
    with recorded.writing():
        assert [file.name[:12] for file in (recorded.path / "records").iterdir()] == ["000000000020"]


def test_damaged_records_are_named(recorded):
    file = next((recorded.path / "records").iterdir())
    file.write_bytes(file.read_bytes()[:-9])
    with pytest.warns(DamageWarning, match=rf"records/{file.name}: damaged"):
        assert len(recorded.records()) == 40
