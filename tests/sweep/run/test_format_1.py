"""A folder that was made before sweeps could grow, by a version that wrote format 1: all goes on, and it can be extended."""

import json
import shutil
from pathlib import Path

import pytest

from backsweep.results import Results
from backsweep.results.store.manifest import MANIFEST
from backsweep.sweep import Sweep
from backsweep.sweep.run.replay import differences
from helpers.author import FIRST, all_go
from helpers.folders import contents
from helpers.tables import hashed, hashed_without_runs


@pytest.fixture
def folder(tmp_path):
    return Path(shutil.copytree(FIRST / "format_1", tmp_path / "r"))


def format_of(folder):
    return json.loads((folder / MANIFEST).read_bytes())["format"]


def test_it_is_read_as_it_is(folder, tmp_path):
    before = contents(folder)
    results = Results.open(folder)
    sweep = Sweep.of_folder(folder)
    assert hashed(results) == hashed(sweep.run(tmp_path / "again", jobs=1))
    assert differences(sweep.plan(), results.table, results.store) == []
    assert results.store.damage() == []
    assert contents(folder) == before


def test_it_is_resumed_and_stays_as_it_was(folder):
    whole = hashed(Results.open(folder))
    for place in ("shards", "records", "weights"):
        next((folder / place).glob("000000000005-*")).unlink()
    results = Sweep.of_folder(folder).run(folder, jobs=1)
    assert (results.last.runs, hashed(results), format_of(folder)) == (5, whole, 1)
    assert "blocks" not in json.loads((folder / MANIFEST).read_bytes())


def test_it_is_extended_and_its_runs_keep_their_numbers(folder, tmp_path):
    before = Results.open(folder).table
    spec = Sweep.of_folder(folder).spec.as_given()
    large = Sweep.from_dict({**spec, "seeds": 6, "train": {**spec["train"], "lr": {"values": [0.5, 2.0, 5.0]}}})
    results = large.extend(folder, jobs=1)
    assert (results.last.runs, format_of(folder)) == (16, 2)
    assert hashed_without_runs(results) == hashed_without_runs(large.run(tmp_path / "new", jobs=1))
    old = results.table.set_index("run").loc[before["run"]].reset_index()
    assert old[["hidden", "lr", "seed", "loss"]].equals(before[["hidden", "lr", "seed", "loss"]])
    all_go(folder)
