"""A folder that cannot be read does not count as empty, and no file is removed that was not seen."""

import errno
import os
import subprocess
import sys
from contextlib import contextmanager, suppress

import pytest

from backsweep.errors import BacksweepError, LinkError
from backsweep.results.disk import folders as folders_module
from backsweep.results.disk.folders import entries, is_there
from backsweep.results.store.manifest import has_manifest
from backsweep.results.store.store import Store
from backsweep.results.store.survey import survey, surveys
from helpers.folders import KINDS, contents, made

pytestmark = pytest.mark.posix

NOBODY = 65534
AS_NOBODY = """
import os, sys
from pathlib import Path
from backsweep.results.store.store import Store
from backsweep.results.store.survey import survey, surveys

store = Store.open(sys.argv[1])
os.seteuid(int(sys.argv[2]))

def writing():
    with store.writing():
        store.heal()
        store.compact()

def listing():
    return list(surveys(store.path.parent))

for look in (writing, store.read, store.records, store.missing, lambda: survey(store.path), listing):
    try:
        found = look()
    except OSError as error:
        found = [(error.filename, error.strerror)]
    print(found[0] if isinstance(found, list) else found)
"""


@pytest.fixture
def store(tmp_path):
    return made(tmp_path / "sweep")


@pytest.mark.skipif(not hasattr(os, "geteuid") or os.geteuid() != 0, reason="only root may take another's place")
@pytest.mark.parametrize("name", ["shards", "records"])
def test_a_folder_without_permission_to_read_costs_nothing(name, public_path):
    store = made(public_path / "sweep")
    before = contents(store.path)
    for path in (public_path, store.path, *store.path.rglob("*")):
        os.chown(path, NOBODY, NOBODY)
    (store.path / name).chmod(0o300)
    command = [sys.executable, "-c", AS_NOBODY, store.path, str(NOBODY)]
    ended = subprocess.run(command, capture_output=True, text=True, check=True)
    *messages, listed = ended.stdout.splitlines()
    assert messages == [str((str(store.path / name), "Permission denied"))] * 5
    assert f"{store.path / name}: Permission denied" in listed
    (store.path / name).chmod(0o755)
    assert contents(store.path) == before


@pytest.mark.parametrize("code", [errno.EACCES, errno.EMFILE, errno.EIO, errno.ENOMEM])
@pytest.mark.parametrize("name", ["shards", "records", "trajectories", ""])
@pytest.mark.parametrize("midway", [False, True])
def test_a_listing_that_fails_is_an_error_that_names_the_folder(store, name, midway, code, monkeypatch):
    """When the folder is opened, or in the middle of the listing."""
    before, bad, scan = contents(store.path), store.path / name, os.scandir

    class Breaking:
        def __init__(self, found):
            self.found = found

        def __enter__(self):
            return self

        def __exit__(self, *_):
            self.found.close()

        def __iter__(self):
            yield from list(self.found)[:1]
            raise OSError(code, os.strerror(code))

    def failing(path):
        if path != bad:
            return scan(path)
        if midway:
            return Breaking(scan(path))
        raise OSError(code, os.strerror(code))

    monkeypatch.setattr(folders_module.os, "scandir", failing)
    with pytest.raises(OSError, match=os.strerror(code)) as error, store.writing():
        store.heal()
    assert error.value.filename == str(bad)
    monkeypatch.undo()
    assert contents(store.path) == before


def test_too_many_open_files_cost_nothing(store):
    """No file can be opened any more once the sweep is being written."""
    before = contents(store.path)
    with store.writing():
        for look in (store.heal, store.compact, store.missing, store.read, store.is_crowded):
            with no_more_files(), pytest.raises(OSError, match="Too many open files"):
                look()
    assert contents(store.path) == before


@contextmanager
def no_more_files():
    held = []
    with suppress(OSError):
        while True:
            held.append(os.dup(1))
    try:
        yield
    finally:
        for descriptor in held:
            os.close(descriptor)


@pytest.mark.parametrize("kind", [kind for kind in KINDS if kind != "folder"])
@pytest.mark.parametrize("name", ["shards", "records", "trajectories"])
def test_a_file_in_the_place_of_a_folder_is_named(store, name, kind, tmp_path):
    """So is a link to a folder, through which files elsewhere would be deleted."""
    elsewhere = tmp_path / "elsewhere"
    (store.path / name).rename(elsewhere)
    if kind == "link":
        (store.path / name).symlink_to(elsewhere)
    else:
        KINDS[kind](store.path / name)
    before = contents(elsewhere)
    for look in (lambda: store.writing().__enter__(), store.trajectories if name == "trajectories" else store.missing):
        with pytest.raises(BacksweepError, match=rf"^{store.path / name}: a {kind}, not a folder"):
            look()
    assert contents(elsewhere) == before
    if name == "shards":
        ((_, listed),) = surveys(tmp_path)
        assert f"a {kind}, not a folder" in str(listed)


def test_a_shard_that_is_a_link_is_refused_and_what_it_leads_to_left(store, tmp_path):
    shard = min((store.path / "shards").iterdir())
    shard.rename(tmp_path / "victim")
    shard.symlink_to(tmp_path / "victim")
    before = (tmp_path / "victim").read_bytes()
    for look in (lambda: store.writing().__enter__(), store.read, lambda: survey(store.path)):
        with pytest.raises(LinkError, match=rf"{shard}: a link, not a file"):
            look()
    assert (tmp_path / "victim").read_bytes() == before
    assert shard.is_symlink()


@pytest.mark.parametrize("names", [["manifest.json"], ["manifest.json", "manifest.copy.json"]])
def test_a_manifest_that_is_a_link_is_refused(store, names, tmp_path):
    for name in names:
        (store.path / name).rename(tmp_path / name)
        (store.path / name).symlink_to(tmp_path / name)
    with pytest.raises(LinkError, match=r"manifest.json: a link, not a file"):
        Store.open(store.path)
    (tmp_path / "manifest.json").unlink()  # the link is broken, but it exists
    assert has_manifest(store.path)
    with pytest.raises(LinkError, match=r"manifest.json: a link, not a file"):
        Store.open(store.path)


def test_the_folder_itself_may_be_reached_through_a_link(store, tmp_path):
    (tmp_path / "link").symlink_to(store.path)
    again = Store.open(tmp_path / "link")
    with again.writing():
        assert again.heal() == []
    assert again.missing() == [(60, 100)]


def test_whether_something_is_there_is_not_guessed(tmp_path, monkeypatch):
    (tmp_path / "file").touch()
    (tmp_path / "link").symlink_to("nowhere")
    assert is_there(tmp_path / "file")
    assert is_there(tmp_path / "link")
    assert not is_there(tmp_path / "nothing")
    assert not is_there(tmp_path / "file" / "within")

    def denied(_):
        raise PermissionError(errno.EACCES, "Permission denied")

    monkeypatch.setattr(folders_module.Path, "lstat", denied)
    with pytest.raises(PermissionError):
        has_manifest(tmp_path)


def test_entries_come_in_the_order_of_their_names(tmp_path):
    for name in "cab":
        (tmp_path / name).touch()
    assert [entry.name for entry in entries(tmp_path)] == ["a", "b", "c"]
    with pytest.raises(BacksweepError, match="a file, not a folder"):
        entries(tmp_path / "a")


def test_half_written_files_are_removed_and_targets_of_links_stay(store, tmp_path):
    """A planted link itself is removed; anything that is not a file stays."""
    victim = tmp_path / "victim"
    victim.write_bytes(b"precious")
    for folder in ("", "shards", "trajectories"):
        (store.path / folder / ".half.partial").write_bytes(b"half")
        (store.path / folder / ".planted.partial").symlink_to(victim)
        (store.path / folder / ".folder.partial").mkdir()
    with store.writing():
        left = sorted(path.name for path in store.path.rglob("*.partial"))
    assert left == [".folder.partial"] * 3
    assert victim.read_bytes() == b"precious"
