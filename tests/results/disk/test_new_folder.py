"""A folder that appears when it is complete: whatever interrupts its making leaves nothing, or what the next one removes."""

import subprocess
import sys

import pytest

from backsweep.errors import FileError
from backsweep.results.disk.new_folder import new_folder

KILLED = """
import os, sys
from pathlib import Path
from backsweep.results.disk.new_folder import new_folder
with new_folder(Path(sys.argv[1])) as folder:
    (folder / "half").write_text("half")
    os._exit(9)
"""


def inside(folder):
    return sorted(path.name for path in folder.iterdir())


def test_it_appears_whole(tmp_path):
    with new_folder(tmp_path / "a") as folder:
        (folder / "file").write_text("content")
        assert not (tmp_path / "a").exists()
    assert inside(tmp_path) == ["a"]
    assert (tmp_path / "a" / "file").read_text() == "content"


@pytest.mark.parametrize("error", [KeyboardInterrupt, OSError, FileError(None, "x")])
def test_nothing_is_left_if_its_making_fails(error, tmp_path):
    def make():
        with new_folder(tmp_path / "a") as folder:
            (folder / "deep").mkdir()
            (folder / "deep" / "file").write_text("content")
            raise error

    with pytest.raises(error if isinstance(error, type) else FileError):
        make()
    assert inside(tmp_path) == []


@pytest.mark.parametrize("kind", ["file", "folder", "link"])
def test_nothing_is_replaced(kind, tmp_path):
    path = tmp_path / "a"
    {"file": path.touch, "folder": path.mkdir, "link": lambda: path.symlink_to("nowhere")}[kind]()
    with pytest.raises(FileError, match="already there"), new_folder(path):
        pass
    assert inside(tmp_path) == ["a"]


def test_what_appears_meanwhile_is_not_replaced_either(tmp_path):
    with pytest.raises(FileError, match="already there"), new_folder(tmp_path / "a"):
        (tmp_path / "a").mkdir()
    assert inside(tmp_path) == ["a"]


def test_what_a_killed_process_left_is_removed_by_the_next(tmp_path):
    assert subprocess.run([sys.executable, "-c", KILLED, tmp_path / "a"], check=False).returncode == 9
    (left,) = inside(tmp_path)
    assert left.startswith(".a.")
    with new_folder(tmp_path / "b"):
        pass
    assert inside(tmp_path) == [left, "b"]  # that of another folder stays
    with new_folder(tmp_path / "a"):
        pass
    assert inside(tmp_path) == ["a", "b"]


def test_the_half_of_a_process_that_lives_stays(tmp_path):
    with new_folder(tmp_path / "a") as first:
        (first / "file").write_text("content")
        with new_folder(tmp_path / "a"):
            assert (first / "file").exists()
        (tmp_path / "a").rename(tmp_path / "second")
    assert inside(tmp_path) == ["a", "second"]
    assert (tmp_path / "a" / "file").exists()
