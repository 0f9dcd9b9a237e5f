"""How a sweep goes, from its folder: its states, what is counted, and how far a look goes."""

import itertools
import json
import shutil
import urllib.request

import pytest

from backsweep.results.live.progress import LiveProgress
from backsweep.results.live.watching import Watching
from backsweep.results.store.store import Store
from helpers.folders import SPANS, made, records, rows


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


def test_a_look_whose_time_is_over_reads_no_further_file(tmp_path):
    made(tmp_path / "r")
    seconds = itertools.count()
    progress = LiveProgress(tmp_path / "r", clock=lambda: next(seconds))
    assert [(progress.look(1)["counted"], progress.is_read) for _ in range(4)] == [
        (20, False),
        (40, False),
        (60, False),
        (60, True),
    ]


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
