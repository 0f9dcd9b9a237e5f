"""Only regular files are opened, after a look at their size: no read hangs, and no link is followed."""

import os
import stat

import pytest

from backsweep.errors import BacksweepError
from backsweep.results.disk import opening, places
from backsweep.results.disk.opening import open_regular, read_regular
from helpers.folders import KINDS, make_link

pytestmark = pytest.mark.posix


@pytest.mark.parametrize("kind", KINDS)
def test_anything_but_a_regular_file_is_refused_by_name_and_kind(kind, tmp_path):
    path = tmp_path / "thing"
    try:
        KINDS[kind](path)
    except PermissionError:
        pytest.skip("only root may make devices")
    with pytest.raises(BacksweepError, match=rf"^{path}: a {kind}, not a file"):
        open_regular(path)


@pytest.mark.parametrize("kind", ["folder", "named pipe", "socket"])
def test_anything_but_a_regular_file_behind_a_link_is_refused_too(kind, tmp_path):
    KINDS[kind](tmp_path / "thing")
    (tmp_path / "link").symlink_to(tmp_path / "thing")
    with pytest.raises(BacksweepError, match=rf"link: a {kind}, not a file"):
        open_regular(tmp_path / "link", links=True)


def test_links_are_followed_where_they_may_be(tmp_path):
    make_link(tmp_path / "link")
    assert read_regular(tmp_path / "link", links=True) == b"content"


def test_a_name_that_stands_for_something_else_once_it_is_opened(tmp_path, monkeypatch):
    """A pipe or a link replaces the file between the check and the opening."""
    path, open_it = tmp_path / "file", os.open

    def swapping(make):
        def swapped(name, *flags):
            path.unlink()
            make(path)
            return open_it(name, *flags)

        return swapped

    for make, error in ((os.mkfifo, BacksweepError), (make_link, OSError)):
        path.unlink(missing_ok=True)
        path.write_bytes(b"content")
        monkeypatch.setattr(opening.os, "open", swapping(make))
        with pytest.raises(error, match=r"named pipe|symbolic link"):
            open_regular(path)


def test_sizes_are_checked_first(tmp_path):
    path = tmp_path / "file"
    path.write_bytes(b"12345678")
    assert read_regular(path, most=8) == b"12345678"
    with pytest.raises(BacksweepError, match=r"file: larger than the 7 bytes"):
        read_regular(path, most=7)
    os.truncate(path, 2**40)  # none of it is on disk
    with pytest.raises(BacksweepError, match=r"larger than the 1,000 bytes"):
        open_regular(path, most=1000)


def test_a_file_that_grows_is_read_no_further(tmp_path, monkeypatch):
    path = tmp_path / "file"
    path.write_bytes(b"12345678")
    found = os.stat_result((stat.S_IFREG, *[0] * 9))  # like files in /proc: size 0, but with content
    monkeypatch.setattr(opening.os, "fstat", lambda _: found)
    with pytest.raises(BacksweepError, match="larger than the 7 bytes"):
        read_regular(path, most=7)


def test_a_missing_file_is_the_systems_own_error(tmp_path):
    with pytest.raises(FileNotFoundError):
        open_regular(tmp_path / "nothing")
    (tmp_path / "loop").symlink_to(tmp_path / "loop")
    with pytest.raises(OSError, match="symbolic links"):
        open_regular(tmp_path / "loop", links=True)


def test_a_new_file_begins_under_a_name_that_nobody_can_plant(tmp_path, monkeypatch):
    victim = tmp_path / "victim"
    victim.write_bytes(b"precious")
    with places.hold_open(tmp_path) as place:
        with place.new_file("x") as (_, first), place.new_file("x") as (_, second):
            assert first != second
        monkeypatch.setattr(places.secrets, "token_hex", lambda _: "known")
        for plant in (os.symlink, os.link):
            plant(victim, tmp_path / ".x.known.partial")
            with pytest.raises(FileExistsError), place.new_file("x") as (file, _):
                file.write(b"overwritten")
    assert victim.read_bytes() == b"precious"


@pytest.mark.parametrize("system", [IsADirectoryError, PermissionError])
def test_a_folder_in_the_place_of_a_file_is_named_whatever_the_system_says(system, tmp_path, monkeypatch):
    """Linux says that it is a folder, macOS that the operation is not permitted."""

    def refuse(*_, **__):
        raise system("not removed")

    monkeypatch.setattr(os, "unlink", refuse)
    (tmp_path / "folder").mkdir()
    (tmp_path / "file").touch()
    (tmp_path / "link").symlink_to("file")
    with places.hold_open(tmp_path) as place:
        with pytest.raises(BacksweepError, match=r"folder: a folder, not a file"):
            place.remove("folder")
        for name in ("file", "link"):
            with pytest.raises(system, match=name):
                place.remove(name)
