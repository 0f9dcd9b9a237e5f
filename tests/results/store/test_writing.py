"""Files are written whole or not at all, whatever fails on the way."""

import errno
import os
import stat

import pytest

from backsweep.results.store.files import write_whole
from backsweep.results.store.store import Store
from helpers.stored import manifest


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


def test_half_written_files_of_a_dead_process_are_not_read_and_are_removed(store):
    leftover = store.path / "shards" / ".000000000060-000000000080.parquet.partial"
    leftover.write_bytes(b"half a shard")
    assert store.missing() == [(60, 100)]
    assert len(store.read()) == 60
    with store.writing():
        assert not leftover.exists()


def test_a_folder_is_flushed_after_a_file_was_renamed_into_it(tmp_path, monkeypatch):
    """Otherwise a power cut may lose the new name."""
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
