"""Runs that are taken over from other folders are those that would have been trained, and it is known where they come from."""

import json
import shutil
from pathlib import Path

import pytest

from backsweep.errors import FileError
from backsweep.results import Results
from backsweep.results.store.manifest import COPY, MANIFEST
from backsweep.sweep import Sweep
from backsweep.sweep.run.replay import differences
from helpers.folders import contents
from helpers.hostile_manifests import altered, put, sealed
from helpers.tables import hashed

SPEC = {
    "name": "sweep",
    "task": "xor",
    "seeds": [5, 1, 3],
    "model": {"hidden": {"values": [2, [3, 2]]}},
    "train": {"lr": {"values": [5.0, 0.5]}, "epochs": 40, "stop": {"loss": 0.69}, "optimizer": "gd"},
    "record": {"every": 20, "weights": True},
}
LARGE = {
    **SPEC,
    "seeds": 5,
    "model": {"hidden": {"values": [[3, 2], 4, 2]}},
    "train": {**SPEC["train"], "lr": {"values": [0.5, 1.0]}, "optimizer": {"values": ["momentum", "gd"]}},
}
SHARED = 2 * 1 * 2  # networks, learning rates and seeds that both have


def sweep(spec):
    return Sweep.from_dict(spec)


@pytest.fixture(scope="module")
def there(tmp_path_factory):
    return sweep(SPEC).run(tmp_path_factory.mktemp("there") / "r", jobs=1)


@pytest.fixture(scope="module")
def large(tmp_path_factory):
    """The larger sweep, all of it trained."""
    return sweep(LARGE).run(tmp_path_factory.mktemp("large") / "r", jobs=1)


def kept(results):
    """All that a folder has of runs."""
    return hashed(results), results.store.records().to_pydict(), results.store.weights().to_pydict()


def test_only_what_no_folder_has_is_trained(there, large, tmp_path):
    before = contents(there.path)
    assert sweep(LARGE).adopt(tmp_path / "r", [there.path]) == [SHARED]
    assert Results.open(tmp_path / "r").done == SHARED
    assert sweep(LARGE).adopt(tmp_path / "r", [there.path]) == [0]
    results = sweep(LARGE).run(tmp_path / "r", jobs=1)
    assert results.last.runs == len(large.table) - SHARED
    assert kept(results) == kept(large)
    assert differences(sweep(LARGE).plan(), results.table, results.store) == []
    assert results.store.damage() == []
    assert contents(there.path) == before


def test_the_manifest_says_where_runs_come_from(there, tmp_path):
    sweep(LARGE).adopt(tmp_path / "r", [there.path])
    results = Results.open(tmp_path / "r")
    (origin,) = results.manifest.adopted
    assert (tmp_path / "r" / origin.folder).resolve() == there.path.resolve()
    assert (origin.name, origin.spec_hash, origin.other_kernels) == ("sweep", there.manifest.spec_hash, False)
    assert [run for span in origin.runs for run in range(*span)] == sorted(results.table["run"])


def test_runs_of_a_sweep_that_was_extended_are_taken_and_given(there, large, tmp_path):
    folder = Path(shutil.copytree(there.path, tmp_path / "grown"))
    more = {**SPEC, "seeds": [0, 1, 3, 5]}
    sweep(more).extend(folder, jobs=1)
    assert sweep(LARGE).adopt(tmp_path / "r", [folder, there.path]) == [2 * 1 * 3, 0]
    again = Path(shutil.copytree(there.path, tmp_path / "again"))
    results = sweep(more).extend(again, jobs=1)
    results.store.shards()[-1].path.unlink()
    assert sweep(more).adopt(again, [folder]) == [4]
    assert kept(Results.open(again)) == kept(Results.open(folder))


def test_runs_of_other_kernels_are_taken_only_if_asked_for_and_then_marked(there, tmp_path):
    folder = Path(shutil.copytree(there.path, tmp_path / "older"))
    manifest = json.loads((folder / MANIFEST).read_bytes())
    put(folder, sealed(altered(manifest, ("versions", "kernels"), "0123456789abcdef")))
    with pytest.raises(
        FileError, match=rf"other kernels trained its runs.* {SHARED} of them are wanted; take them over and mark"
    ):
        sweep(LARGE).adopt(tmp_path / "r", [folder])
    assert Results.open(tmp_path / "r").done == 0
    assert sweep(LARGE).adopt(tmp_path / "r", [folder], other_kernels=True) == [SHARED]
    assert Results.open(tmp_path / "r").manifest.adopted[0].other_kernels
    with pytest.raises(FileError, match="other kernels trained its runs"):
        sweep(LARGE).adopt(tmp_path / "further", [tmp_path / "r"])


def test_what_cannot_be_taken_over_is_refused(there, tmp_path):
    for folder, message in ((there.path, "the folder itself"), (tmp_path, "no results here")):
        with pytest.raises(FileError, match=message):
            sweep(SPEC).adopt(there.path, [folder])
    for record, message in (({"every": 10, "weights": True}, "record.every: 20 there, 10 here"), ({}, "sweep")):
        target = tmp_path / message[:6]
        if record:
            with pytest.raises(FileError, match=f"other things are recorded of its runs\n  {message}"):
                sweep({**LARGE, "record": record}).adopt(target, [there.path])
        else:
            assert sweep({**LARGE, "record": record}).adopt(target, [there.path]) == [SHARED]
    assert (there.path / COPY).read_bytes() == (there.path / MANIFEST).read_bytes()
