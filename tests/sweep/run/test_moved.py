"""Sweeps whose folder is moved or whose lock is lost between two batches: no file ends up in another sweep's folder."""

import shutil

import pytest

from backsweep.backends import BACKENDS, CLUSTERS
from backsweep.errors import MovedError
from backsweep.results.store.store import Store
from backsweep.sweep import Sweep
from backsweep.sweep.estimate import pace
from helpers.folders import contents

SPEC = {
    "task": "xor",
    "seeds": 40,
    "model": {"hidden": 2},
    "train": {"lr": {"values": [0.5, 2.0]}, "epochs": 50},
    "record": {"every": 25, "weights": True},
}
OTHER = {**SPEC, "train": {"lr": {"values": [0.6, 1.8]}, "epochs": 50}}  # with as many runs and the same columns
INSTEAD = ("another sweep", "a copy of what it was", "a folder within of another sweep")
AT = 3  # it happens before this batch, of 10


def swept(path, spec=SPEC, backend="threads"):
    return Sweep.from_dict(spec).run(path, jobs=2, backend=backend)


def findings(folder):
    """The bytes of all files of results, without the manifest, which has times and places."""
    return {name: data for name, data in contents(folder).items() if data is not None and name.endswith(".parquet")}


@pytest.fixture
def small_batches(monkeypatch):
    monkeypatch.setattr(pace, "BATCH_SECONDS", 1e9)
    monkeypatch.setattr(pace, "MOST_RUNS", 8)


@pytest.fixture(scope="module")
def undisturbed(tmp_path_factory):
    return findings(swept(tmp_path_factory.mktemp("undisturbed") / "r").path)


@pytest.fixture
def before_a_batch(monkeypatch):
    """Call a function once, just before a batch is written."""

    def planned(action):
        append, left = Store.append, [*range(AT)]

        def appended(store, *tables):
            if left and left.pop() == 0:
                action()
            return append(store, *tables)

        monkeypatch.setattr(Store, "append", appended)

    return planned


@pytest.mark.parametrize(("backend", "instead"), [*(("threads", instead) for instead in INSTEAD), ("processes", INSTEAD[0])])
def test_the_folder_that_takes_the_place_is_not_written_to(
    backend, instead, undisturbed, small_batches, before_a_batch, tmp_path
):
    path, moved, seen = tmp_path / "r", tmp_path / "moved", {}
    other = swept(tmp_path / "other", OTHER).path

    def move():
        if instead == "a folder within of another sweep":
            (path / "shards").rename(moved)
            shutil.copytree(other / "shards", path / "shards")
        else:
            path.rename(moved)
            shutil.copytree(other if instead == "another sweep" else moved, path)
        seen.update({place: contents(place) for place in (path, moved)})

    before_a_batch(move)
    with pytest.raises(MovedError, match=r"no longer the folder in which this process was writing"):
        swept(path, backend=backend)
    assert {place: contents(place) for place in seen} == seen
    if instead == "a folder within of another sweep":
        shutil.rmtree(path / "shards")
        moved.rename(path / "shards")
        moved = path
    store = Store.open(moved)
    assert (store.done, store.damage()) == ((AT - 1) * 8, [])
    assert findings(swept(moved).path) == undisturbed


@pytest.mark.parametrize("backend", [backend for backend in BACKENDS if backend not in CLUSTERS])
def test_a_second_run_begun_after_the_lock_was_removed_has_the_folder_to_itself(
    backend, undisturbed, small_batches, before_a_batch, tmp_path
):
    path, seen = tmp_path / "r", {}

    def begin_again():
        (path / ".lock").unlink()
        swept(path)
        seen.update(contents(path))

    before_a_batch(begin_again)
    with pytest.raises(MovedError, match=r"\.lock: removed or replaced while this process was writing here"):
        swept(path, backend=backend)
    assert contents(path) == seen
    assert findings(path) == undisturbed
