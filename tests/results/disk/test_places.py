"""What holds for a folder that is written to, whether the system can open folders or, like Windows, cannot."""

import errno
import os
import stat
import sys
import types
from contextlib import suppress
from pathlib import Path

import pytest

from backsweep.errors import BacksweepError, LinkError, MovedError
from backsweep.results.disk import places, system
from backsweep.results.disk.opening import JUNCTION, check_kind, open_regular
from backsweep.results.disk.path_folder import PathFolder
from backsweep.results.store.files import write_whole
from backsweep.results.store.store import Store
from helpers.folders import contents, made, records, rows

pytestmark = pytest.mark.posix


def without_open_folders(monkeypatch):
    """As on Windows: folders cannot be opened, names not looked up in them, and open files neither renamed nor removed."""
    monkeypatch.setattr(places, "Folder", PathFolder)
    monkeypatch.setattr(system, "LOOKS_UP_IN_FOLDERS", False)
    monkeypatch.setattr(system, "IN_USE_SECONDS", 0.1)
    monkeypatch.delattr(os, "pread")

    def by_paths(act):
        def acting(*names, **options):
            for name in filter(None, (options.pop(key, None) for key in ("dir_fd", "src_dir_fd", "dst_dir_fd"))):
                raise NotImplementedError(f"dir_fd {name} unavailable on this platform")
            if act is open_file and Path(names[0]).is_dir():
                raise PermissionError(errno.EACCES, "Permission denied", names[0])
            if act in (replace, unlink) and {os.path.realpath(name) for name in names} & open_files():
                raise PermissionError(errno.EACCES, "The process cannot access the file because it is being used", names[0])
            return act(*names, **options)

        return acting

    open_file, replace, unlink = os.open, os.replace, os.unlink
    for name in ("open", "replace", "unlink", "mkdir"):
        monkeypatch.setattr(os, name, by_paths(getattr(os, name)))


def open_files():
    found = set()
    for descriptor in Path("/proc/self/fd").iterdir():
        with suppress(FileNotFoundError):  # the one for the listing
            found.add(str(descriptor.readlink()))
    return {name for name in found if ".filelock" not in name}  # it works differently on Windows


@pytest.fixture(params=["opens folders", "opens none"])
def kind_of_system(request, monkeypatch):
    if request.param == "opens none":
        without_open_folders(monkeypatch)


@pytest.mark.usefixtures("kind_of_system")
def test_a_sweep_is_written_merged_healed_and_read(tmp_path):
    store = made(tmp_path / "sweep")
    with store.writing():
        store.compact()
        assert len(store.shards()) == 1
        store.append(rows(60, 100), records(60, 100))
        store.note("2026-01-01", 5.0, 7.0)
    damaged = max((store.path / "shards").iterdir())
    damaged.write_bytes(damaged.read_bytes()[:-1])
    with store.writing():
        assert len(store.heal()) == 1
        assert store.missing() == [(60, 100)]
        store.append(rows(60, 100), records(60, 100))
    found = Store.open(store.path)
    assert found.missing() == []
    assert found.read().to_pandas().astype(object).equals(rows(0, 100).to_pandas().astype(object))
    assert not [name for name in contents(store.path) if name.endswith(".partial")]


@pytest.mark.usefixtures("kind_of_system")
def test_a_file_takes_the_place_of_another(tmp_path):
    for content in (b"before", b"after"):
        write_whole(tmp_path / "file", lambda file, content=content: file.write(content))
    assert (tmp_path / "file").read_bytes() == b"after"
    (tmp_path / "folder").mkdir()
    with places.hold_open(tmp_path) as place, pytest.raises(BacksweepError, match=r"folder: a folder, not a file"):
        place.rename("file", "folder")
    assert sorted(path.name for path in tmp_path.iterdir()) == ["file", "folder"]


@pytest.mark.usefixtures("kind_of_system")
def test_a_link_to_a_folder_is_no_folder(tmp_path):
    (tmp_path / "elsewhere").mkdir()
    (tmp_path / "link").symlink_to("elsewhere")
    with places.hold_open(tmp_path) as place, pytest.raises(LinkError, match=r"link: a link, not a folder"):
        place.open_within("link")
    with places.hold_open(tmp_path / "link") as place, place.new_file("x") as (file, partial):
        file.close()
        place.rename(partial, "x")
    assert (tmp_path / "elsewhere" / "x").exists()
    with pytest.raises(BacksweepError, match=r"x: a file, not a folder"), places.hold_open(tmp_path / "elsewhere" / "x"):
        pass
    with pytest.raises(FileNotFoundError) as error, places.hold_open(tmp_path / "nowhere"):
        pass
    assert error.value.filename == str(tmp_path / "nowhere")


@pytest.mark.usefixtures("kind_of_system")
@pytest.mark.parametrize("inside", ["", "shards"])
def test_a_folder_that_was_exchanged_is_left_alone(tmp_path, inside):
    store = made(tmp_path / "sweep")
    before = contents(store.path / inside)

    def scene():
        with store.writing():
            (store.path / inside).rename(tmp_path / "moved")
            for name in ("shards", "records"):
                (store.path / inside / name).mkdir(parents=True)
            (store.path / ".lock").touch()
            store.append(rows(60, 100), records(60, 100))

    with pytest.raises(MovedError):
        scene()
    assert not [path for path in (store.path / inside).rglob("*") if path.is_file() and path.name != ".lock"]
    assert contents(tmp_path / "moved").items() >= before.items()


def test_a_file_in_use_is_tried_again(tmp_path, monkeypatch):
    """A virus scanner, an indexer or a reader holds it for a moment; if permission is missing, the error comes later."""
    for name in ("old", "new"):
        (tmp_path / name).write_text(name)
    replace, refused = os.replace, []

    def busy(*names):
        if len(refused) < 3:
            refused.append(names)
            raise PermissionError(errno.EACCES, "being used by another process")
        replace(*names)

    monkeypatch.setattr(system, "LOOKS_UP_IN_FOLDERS", False)
    monkeypatch.setattr(os, "replace", busy)
    PathFolder(tmp_path).rename("old", "new")
    assert (tmp_path / "new").read_text() == "old"
    asked = []

    def never(*_):
        asked.append(None)
        raise PermissionError(errno.EACCES, "being used by another process")

    monkeypatch.setattr(system, "IN_USE_SECONDS", 0.05)
    for name, act in (("unlink", lambda: PathFolder(tmp_path).remove("new")), ("open", lambda: open_regular(tmp_path / "new"))):
        asked.clear()
        with monkeypatch.context() as patched:
            patched.setattr(os, name, never)
            with pytest.raises(PermissionError):
                act()
        assert len(asked) > 1
    monkeypatch.setattr(system, "LOOKS_UP_IN_FOLDERS", True)
    asked.clear()
    monkeypatch.setattr(os, "open", never)
    with pytest.raises(PermissionError):
        open_regular(tmp_path / "new")
    assert len(asked) == 1


def test_a_junction_is_a_link():
    """On Windows, Python takes a junction for a folder, but it leads elsewhere."""
    found = types.SimpleNamespace(st_mode=stat.S_IFDIR | 0o777, st_reparse_tag=JUNCTION)
    with pytest.raises(LinkError, match="shards: a link, not a folder"):
        check_kind(Path("shards"), found, "folder")


def test_macos_flushes_the_drives_cache_too(tmp_path, monkeypatch):
    """On macOS, fsync leaves data in the drive's cache, so F_FULLFSYNC is used; file systems without it get fsync."""
    fcntl = types.ModuleType("fcntl")
    fcntl.F_FULLFSYNC, asked = 51, []
    monkeypatch.setitem(sys.modules, "fcntl", fcntl)
    monkeypatch.setattr(sys, "platform", "darwin")
    monkeypatch.setattr(os, "fsync", lambda descriptor: asked.append("fsync"))

    def able(descriptor, command):
        asked.append("folder" if stat.S_ISDIR(os.fstat(descriptor).st_mode) else "file")
        assert command == fcntl.F_FULLFSYNC

    def unable(*_):
        raise OSError(errno.ENOTSUP, "Operation not supported")

    for command, expected in ((able, ["file", "folder"]), (unable, ["fsync", "fsync"])):
        fcntl.fcntl = command
        asked.clear()
        write_whole(tmp_path / "file", lambda file: file.write(b"content"))
        assert asked == expected
