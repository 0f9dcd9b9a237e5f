"""Shards that are damaged, or cannot be read, are named and made again; what cannot be reached for now is not damaged."""

import errno
import io

import pytest

from backsweep.errors import DamageWarning
from backsweep.results.disk import opening
from backsweep.results.store import manifest as manifest_module
from backsweep.results.store import parquet as parquet_module
from backsweep.results.store.manifest import write_manifest
from backsweep.results.store.store import Store
from helpers.stored import AXES, shard_of


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


def test_shards_with_other_columns_than_the_manifest_says_are_named(store):
    axes = (AXES[0].model_copy(update={"name": "rate"}), AXES[1])
    write_manifest(store.path, store.manifest.model_copy(update={"axes": axes, "swept": ()}))
    with pytest.warns(DamageWarning, match=r"parquet: damaged \(has columns other than those in the manifest"):
        assert len(Store.open(store.path).read()) == 0


def test_an_unreadable_file_counts_as_damaged(store, monkeypatch):
    """A bad sector instead of a wrong byte."""
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
    """A file on a network disk that is down."""

    def readinto(self, _):
        raise OSError(errno.ETIMEDOUT, "Connection timed out")

    def read(self, _=-1):
        return self.readinto(None)


def test_a_file_on_an_unreachable_disk_is_not_damaged(store, monkeypatch):
    """The footer of a large file is read first, from the disk."""
    with monkeypatch.context() as patch, store.writing():
        patch.setattr(parquet_module, "MOST_UNTOLD", 0)
        patch.setattr(parquet_module, "open_regular", Unreachable)
        with pytest.raises(OSError, match="timed out"):
            store.heal()
        with pytest.raises(OSError, match="timed out"):
            store._catalog.glance(store.path / "shards")
    assert store.damage() == []
    assert store.missing() == [(60, 100)]
