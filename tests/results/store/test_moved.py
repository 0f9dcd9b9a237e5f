"""A writer stops if its folder is moved or its lock is lost; it writes into no other folder, and nothing is lost."""

import os
import shutil
from contextlib import suppress

import pyarrow as pa
import pytest

from backsweep.errors import BacksweepError, BusyError, MovedError
from backsweep.results.disk.lock import only_writer
from backsweep.results.store.files import write_tables
from backsweep.results.store.schema import Session
from backsweep.results.store.store import Store
from backsweep.results.store.survey import survey
from helpers.folders import KINDS, SPANS, contents, made, records, rows

pytestmark = pytest.mark.posix

TRAJECTORY = pa.table({"epoch": [0], "loss": [0.3]})
COUNTS = {"jobs": 1, "runs": 1, "run_epochs": 1, "wall": 1.0, "kernels": 1.0, "writing": 1.0}
SESSION = Session(started="now", backend="threads", versions={}, cpu="", **COUNTS)


def append(store):
    store.append(rows(60, 80), records(60, 80))


WRITES = (
    append,
    lambda store: store.add_session(SESSION),
    lambda store: store.append_trajectory(7, TRAJECTORY),
    lambda store: store.compact(),
    lambda store: store.heal(),
    lambda store: store.note("2026-01-01", 1.0, 1.0),
)


@pytest.fixture
def store(tmp_path):
    return made(tmp_path / "sweep")


def write_all(store):
    """Everything that a writer ever does; `heal` has a damaged shard to deal with."""
    for write in WRITES:
        with suppress(BacksweepError, NotADirectoryError):
            write(store)


@pytest.mark.parametrize("instead", ["another sweep", "a copy", "nothing", "a link to another", "a file"])
def test_a_moved_folder_and_its_replacement_are_not_written_to(store, instead, tmp_path):
    moved, other = tmp_path / "moved", made(tmp_path / "other", SPANS[:1]).path
    victim, seen = store.path if instead in {"another sweep", "a copy"} else other, {}

    def scene():
        with store.writing():
            max((store.path / "shards").iterdir()).write_bytes(b"damaged")
            seen["before"] = contents(store.path)
            store.path.rename(moved)
            if instead == "a copy":
                shutil.copytree(moved, store.path)
            elif instead == "a link to another":
                store.path.symlink_to(other)
            elif instead == "a file":
                store.path.write_text("mine")
            elif instead == "another sweep":
                other.rename(store.path)
            seen["victim"] = contents(victim)
            write_all(store)
            append(store)

    with pytest.raises(MovedError, match=rf"^{store.path}: no longer the folder.*backsweep resume"):
        scene()
    assert contents(moved) == seen["before"]
    assert contents(victim) == seen["victim"]
    again = Store.open(moved)  # and continues there, to the same bytes
    with again.writing():
        again.heal()
        for start, stop in again.missing():
            for at in range(start, stop, 20):
                again.append(rows(at, at + 20), records(at, at + 20))
    assert contents(moved) == contents(made(tmp_path / "whole", [*SPANS, (60, 80), (80, 100)]).path)


@pytest.mark.parametrize("name", ["shards", "records", "trajectories"])
@pytest.mark.parametrize("instead", ["another", "a link to another", "nothing"])
def test_a_moved_inner_folder_removes_nothing_in_the_others(store, name, instead, tmp_path):
    """The content of the folder in its place is no reason to remove files elsewhere."""
    other = made(tmp_path / "other", SPANS[:1]).path
    seen = {}

    def scene():
        with store.writing():
            max((store.path / "shards").iterdir()).write_bytes(b"damaged")
            (store.path / name).rename(tmp_path / "moved")
            if instead == "another":
                (other / name).rename(store.path / name)
            if instead == "a link to another":
                (store.path / name).symlink_to(other / name)
            seen.update({folder: contents(folder) for folder in (store.path, other, tmp_path / "moved")})
            write_all(store)

    with pytest.raises(MovedError, match=rf"{store.path / name}: no longer the folder"):
        scene()
    assert {folder: contents(folder) for folder in seen} == seen


def test_a_writer_whose_lock_was_removed_stops_and_the_second_goes_on(store):
    def scene():
        with store.writing():
            max((store.path / "shards").iterdir()).write_bytes(b"damaged")
            (store.path / ".lock").unlink()
            second = Store.open(store.path)
            with second.writing():
                before = contents(store.path)
                write_all(store)
                assert contents(store.path) == before
                assert survey(store.path).writer is not None  # the note of the second writer
                with pytest.raises(BusyError), only_writer(store.path):
                    pass
            append(store)  # the first writer stays out, although the second is done

    with pytest.raises(MovedError, match=rf"^{store.path / '.lock'}: removed or replaced"):
        scene()


def test_removing_only_the_lock_ends_a_writer_too(store):
    before = contents(store.path)
    with pytest.raises(MovedError, match="removed or replaced"), store.writing():
        (store.path / ".lock").unlink()
    assert contents(store.path) == before


def test_a_folder_moved_while_a_file_is_written(store, tmp_path):
    """The file lands nowhere: not in the folder that took its place, and not half-written in its own."""
    before = contents(store.path)

    def moving():
        store.path.rename(tmp_path / "moved")
        (store.path / "shards").mkdir(parents=True)
        yield rows(60, 80)

    def scene():
        with store.writing():
            write_tables(store._place(store.path / "shards"), "000000000060-000000000080", moving())

    with pytest.raises(MovedError):
        scene()
    assert contents(tmp_path / "moved") == {**before, "weights": None}
    assert contents(store.path) == {"shards": None}


def test_a_folder_that_is_only_renamed_and_put_back_is_the_same(store, tmp_path):
    with store.writing():
        store.path.rename(tmp_path / "moved")
        (tmp_path / "moved").rename(store.path)
        append(store)
    assert store.missing() == [(80, 100)]


def test_a_folder_reached_through_a_link_is_held_open_itself(store, tmp_path):
    """The link may be pointed at another folder meanwhile, which must not be taken for this one."""
    link, other = tmp_path / "link", made(tmp_path / "other", SPANS[:1]).path
    link.symlink_to(store.path)
    reached = Store.open(link)
    before = contents(other)

    def scene():
        with reached.writing():
            link.unlink()
            link.symlink_to(other)

    with pytest.raises(MovedError, match=rf"^{link}: no longer the folder"):
        scene()
    assert contents(other) == before


@pytest.mark.parametrize("kind", KINDS)
def test_a_lock_that_is_not_a_regular_file_is_refused(store, kind, tmp_path):
    """The target of a linked lock used to be emptied."""
    lock = store.path / ".lock"
    lock.unlink()
    KINDS[kind](lock)
    with pytest.raises(BacksweepError, match=rf"{lock}: a {kind}, not a file"), only_writer(store.path):
        pass
    if kind == "link":
        assert lock.read_bytes() == b"content"


def test_a_lock_that_is_a_hard_link_keeps_the_bytes_of_its_target(store, tmp_path):
    (tmp_path / "victim").write_bytes(b"precious")
    (store.path / ".lock").unlink()
    os.link(tmp_path / "victim", store.path / ".lock")
    with store.writing():
        append(store)
    assert (tmp_path / "victim").read_bytes() == b"precious"


def test_only_the_single_writer_may_write(store):
    with pytest.raises(RuntimeError, match="only within `writing`"):
        append(store)
