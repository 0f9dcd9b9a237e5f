"""How a sweep goes, from its folder: its states, what is counted, and how far a look goes."""

import errno
import itertools
import json
import math
import shutil
import urllib.request

import pytest

from backsweep.results.live import progress as progress_of_folders
from backsweep.results.live.progress import LiveProgress
from backsweep.results.live.watching import Watching
from backsweep.results.store import file_kinds
from backsweep.results.store.manifest import read_manifest, write_manifest
from backsweep.results.store.parquet import whole
from backsweep.results.store.store import Store
from helpers.folders import SPANS, made, manifest, records, rows


def test_states_of_a_folder_that_is_made_filled_and_spoiled(tmp_path):
    folder = tmp_path / "r"
    progress = LiveProgress(folder)
    assert progress.look(9)["state"] == "beginning"
    store = made(folder)
    values = progress.look(9)
    assert (values["state"], values["runs"], values["done"], values["counted"]) == ("stopped", 100, 60, 60)
    with store.writing():
        store.note("now", rate=5e6, left=60.0)
        values = progress.look(9)
        assert (values["state"], values["rate"]) == ("training", 5e6)
        assert 0 < values["left"] <= 60
        store.append(rows(60, 100), records(60, 100))
    assert progress.look(9)["state"] == "ended"
    manifests = {name: (folder / name).read_bytes() for name in ("manifest.json", "manifest.copy.json")}
    for name in manifests:
        (folder / name).write_bytes(b"{")
    spoiled = progress.look(9)
    assert (spoiled["state"], spoiled["done"]) == ("unreadable", 100)
    for name, content in manifests.items():
        (folder / name).write_bytes(content)
    assert progress.look(9)["state"] == "ended"
    shutil.rmtree(folder)
    assert progress.look(9)["state"] == "beginning"


def test_runs_are_counted_by_outcome(tmp_path):
    made(tmp_path / "r")
    values = LiveProgress(tmp_path / "r").look(9)
    table = Store.open(tmp_path / "r").read().to_pandas()
    assert values["outcomes"] == table["outcome"].value_counts().to_dict()
    assert values["converge"]
    assert json.loads(json.dumps(values, allow_nan=False)) == values


@pytest.fixture
def opened(monkeypatch):
    """The files of rows that are read, in order."""
    files = []

    def noted(path, *rest):
        files.append(path)
        return whole(path, *rest)

    monkeypatch.setattr(file_kinds, "whole", noted)
    return files


def test_a_look_whose_time_is_over_reads_no_further_file(tmp_path, opened):
    made(tmp_path / "r", [(start, start + 2) for start in range(0, 100, 2)])
    seconds = itertools.count()
    progress = LiveProgress(tmp_path / "r", clock=lambda: next(seconds))
    for looks in range(1, 6):
        assert progress.look(10)["counted"] == 2 * len(opened) == 20 * looks
        assert progress.is_read == (looks == 5)
    assert len({*opened}) == len(opened) == 50


def test_a_look_whose_time_is_over_at_once_reads_a_file(tmp_path, opened):
    made(tmp_path / "r")
    progress = LiveProgress(tmp_path / "r", clock=itertools.count().__next__)
    assert [(progress.look(0)["counted"], len(opened)) for _ in range(4)] == [(20, 1), (40, 2), (60, 3), (60, 3)]


@pytest.fixture(scope="module")
def large(tmp_path_factory):
    """A store whose files are so large that each is read by itself."""
    size = file_kinds.TOGETHER
    store = Store.create(tmp_path_factory.mktemp("large") / "r", manifest(runs=3 * size, beside=()))
    with store.writing():
        for start in range(0, 3 * size, size):
            store.append(rows(start, start + size))
    return store


@pytest.mark.parametrize("broken", range(3))
def test_runs_are_counted_once_whichever_file_cannot_be_read_for_a_while(large, monkeypatch, broken):
    left = [broken + 1]

    def failing(path, *rest):
        left[0] -= 1
        if left[0] == 0:
            raise OSError(errno.EIO, "Input/output error", str(path))
        return whole(path, *rest)

    monkeypatch.setattr(file_kinds, "whole", failing)
    progress = LiveProgress(large.path)
    assert progress.look(60)["state"] == "unreadable"
    values = progress.look(60)
    table = large.read().to_pandas()
    assert (values["state"], values["counted"]) == ("ended", len(table))
    assert values["outcomes"] == table["outcome"].value_counts().to_dict()


def test_an_unchanged_manifest_is_parsed_once(tmp_path, monkeypatch):
    store = made(tmp_path / "r")
    parsed = []
    monkeypatch.setattr(progress_of_folders, "read_manifest", lambda path: parsed.append(path) or read_manifest(path))
    progress = LiveProgress(tmp_path / "r")
    for _ in range(3):
        progress.look(9)
    assert len(parsed) == 1
    write_manifest(store.path, manifest(name="another"))
    assert progress.look(9)["name"] == "x"
    assert len(parsed) == 2


def test_an_unexpected_error_ends_the_looking_and_is_raised_by_who_waits(tmp_path, monkeypatch):
    made(tmp_path / "r")

    def broken(*_):
        raise ZeroDivisionError("unexpected")

    monkeypatch.setattr(progress_of_folders, "live_maps", broken)
    with pytest.raises(ZeroDivisionError, match="unexpected"), Watching(tmp_path / "r", b"<p>") as page:
        page.wait()
    with Watching(tmp_path / "r", b"<p>") as page:
        pass
    assert isinstance(page.failure, ZeroDivisionError)


@pytest.mark.parametrize("name", ["at", "rate", "left"])
@pytest.mark.parametrize("number", [math.nan, math.inf])
def test_a_note_with_a_number_that_is_none_is_no_note(tmp_path, name, number):
    store = made(tmp_path / "r")
    with store.writing():
        place = tmp_path / "r" / ".writer.json"
        place.write_text(json.dumps(json.loads(place.read_text()) | {name: number}))
        assert LiveProgress(tmp_path / "r").look(9)["state"] == "stopped"


def test_the_page_of_an_earlier_version_is_replaced(tmp_path):
    made(tmp_path / "r")
    (tmp_path / "r" / "watch.html").write_bytes(b"<p>earlier")
    with Watching(tmp_path / "r", b"<p>now", kept=True):
        pass
    assert (tmp_path / "r" / "watch.html").read_bytes() == b"<p>now"


def test_a_sweep_with_a_damaged_file_ends_too(tmp_path):
    store = made(tmp_path / "r", [(0, 50), (50, 100)])
    spoiled = store.shards()[1].path
    spoiled.write_bytes(spoiled.read_bytes()[:-1])
    with Watching(tmp_path / "r", b"<p>") as page:
        page.wait()
    values = LiveProgress(tmp_path / "r").look(9)
    assert (values["state"], values["done"], values["counted"]) == ("ended", 100, 50)


def test_the_page_and_its_values_are_kept_in_the_folder_once_it_is_there(tmp_path):
    folder = tmp_path / "r"
    with Watching(folder, b"<p>", kept=True) as page:
        assert not folder.exists()
        made(folder, SPANS)
        served = json.loads(urllib.request.urlopen(page.address.replace(".html", ".json"), timeout=60).read())
        assert served["state"] in {"beginning", "stopped"}
    assert (folder / "watch.html").read_bytes() == b"<p>"
    assert json.loads((folder / "watch.json").read_text())["counted"] == 60
    with pytest.raises(OSError, match=r"refused|reset"):
        urllib.request.urlopen(page.address, timeout=60)


@pytest.mark.posix
def test_a_link_in_the_place_of_the_page_is_left_alone(tmp_path):
    made(tmp_path / "r")
    (tmp_path / "own").write_text("own")
    for name in ("watch.html", "watch.json"):
        (tmp_path / "r" / name).symlink_to(tmp_path / "own")
    with Watching(tmp_path / "r", b"<p>", kept=True):
        pass
    assert (tmp_path / "own").read_text() == "own"
    assert (tmp_path / "r" / "watch.json").is_symlink()
