"""Folders that are handed on: from a bundle all commands work anywhere, and nothing of the sender is left."""

import json
import shutil
from pathlib import Path

import numpy as np
import pytest

import backsweep
from backsweep.errors import DataError, ResultsError
from backsweep.results import Results
from backsweep.results.store.manifest import MANIFEST
from backsweep.results.store.store import Store
from backsweep.sweep import Sweep
from backsweep.sweep.run.bundle import bundle
from backsweep.sweep.spec.spec import digest_of
from helpers.author import FIRST, SPEC, all_go, author
from helpers.commands import here, must
from helpers.folders import contents
from helpers.hostile_manifests import put, sealed

STARTS = """
[model]
init = { values = [{ scheme = "file", file = "a/start.npz" }, { scheme = "file", file = "b/start.npz" }, "xavier_uniform"] }
[record]
every = 10
weights = true
"""


@pytest.fixture(scope="module")
def sent(tmp_path_factory):
    """A bundle, and the table of the runs in it. The folder that it was made of, the spec and the data are gone."""
    tree = tmp_path_factory.mktemp("ada") / "secret"
    results = author(tree, SPEC + STARTS, {"a/start.npz": 1, "b/start.npz": 2})
    printed = must("bundle", tree / "runs" / "r", cwd=tree)
    assert "s: 12 of 12 runs, the spec and 3 data files" in printed
    out = tree.with_name("r.zip")
    (tree / "runs" / "r.zip").rename(out)
    tables = results.table, results.store.records(), results.store.weights()
    shutil.rmtree(tree)
    return out, tables


@pytest.fixture
def folder(sent, tmp_path):
    """The folder of a receiver."""
    must("open", sent[0], "-o", tmp_path / "mine", cwd=tmp_path)
    return tmp_path / "mine"


def test_all_commands_work_where_it_was_unpacked(sent, folder):
    results = Results.open(folder)
    table, records, weights = sent[1]
    assert results.table.equals(table)
    assert results.store.records().equals(records)
    assert results.store.weights().equals(weights)
    assert {*table["file"].dropna()} == {"a/start.npz", "b/start.npz"}
    all_go(folder)


def test_nothing_tells_of_the_sender(sent, tmp_path):
    text = sent[0].read_bytes()
    for word in (b"secret", b"ada", bytes(tmp_path.parent), bytes(Path.home()), bytes(Path.cwd())):
        assert word not in text


def test_a_bundle_of_what_was_unpacked_is_the_same(sent, folder):
    must("bundle", folder, "--out", "again.zip", cwd=folder.parent)
    assert (folder.parent / "again.zip").read_bytes() == sent[0].read_bytes()


def test_the_spec_in_it_is_that_of_the_runs(folder):
    assert "All 12 runs were already done" in must("run", folder / "spec.toml", "--out", folder, cwd=folder.parent)


def test_an_unfinished_sweep_is_continued_by_the_receiver(sent, folder):
    for name in ("shards", "records", "weights"):
        next((folder / name).iterdir()).unlink()
    assert "s: 0 of 12 runs" in must("bundle", folder, "-o", "half.zip", cwd=folder.parent)
    assert "backsweep resume half" in must("open", "half.zip", cwd=folder.parent)
    must("resume", "half", "--jobs", "1", cwd=folder.parent)
    assert Results.open(folder.parent / "half").table.equals(sent[1][0])
    all_go(folder.parent / "half")


def test_it_is_unpacked_beside_and_never_over_a_folder(sent, tmp_path):
    shutil.copy(sent[0], tmp_path / "x.zip")
    output = must("open", "x.zip", cwd=tmp_path)
    assert "Every file matches its digest: x, with 3 data files in x/data" in output
    before = contents(tmp_path)
    code, _, message = here("open", "x.zip", cwd=tmp_path)
    assert (code, "x: already there" in message, "--out" in message) == (2, True, True)
    assert contents(tmp_path) == before


def test_a_folder_in_use_gives_the_runs_that_are_done(sent, folder):
    with Store.open(folder).writing():
        printed = must("bundle", folder, "-o", "again.zip", cwd=folder.parent)
    assert "is writing" in printed
    assert (folder.parent / "again.zip").read_bytes() == sent[0].read_bytes()


def test_a_bundle_is_no_folder_and_the_error_says_what_to_do(sent, tmp_path):
    for read in (backsweep.open, Results.open, Sweep.of_folder):
        with pytest.raises(ResultsError, match=r"r.zip: a bundle must be unpacked first: `backsweep open .*r\.zip`"):
            read(sent[0])
    code, _, message = here("table", sent[0], cwd=tmp_path)
    assert (code, "backsweep open" in message) == (2, True)


def test_a_folder_of_the_first_version_loses_its_absolute_paths(tmp_path):
    first = Path(shutil.copytree(FIRST / "first", tmp_path / "first"))
    code, _, message = here("bundle", first, cwd=tmp_path)
    assert code == 2
    assert "/home/ada/sweeps/points.csv: no such file" in message
    assert not (tmp_path / "first.zip").exists()
    files = [FIRST / "points.csv", FIRST / "start.npz"]
    must("bundle", first, "--data", files[0], "--data", files[1], cwd=tmp_path)
    assert b"ada" not in (tmp_path / "first.zip").read_bytes()
    before = Results.open(first).table
    shutil.rmtree(first)
    must("open", "first.zip", cwd=tmp_path)
    assert Results.open(first).table.equals(before)
    all_go(first)
    must("bundle", first, "-o", "again.zip", cwd=tmp_path)
    must("open", "again.zip", cwd=tmp_path)
    must("bundle", "again", "-o", "third.zip", cwd=tmp_path)
    assert (tmp_path / "third.zip").read_bytes() == (tmp_path / "again.zip").read_bytes()


@pytest.mark.parametrize("name", ["a:b.csv", "con.csv", "x?.csv"])
@pytest.mark.posix
def test_a_data_file_whose_name_some_system_does_not_take_is_named(name, folder):
    (folder / "data" / "points.csv").rename(folder / name)
    with pytest.raises(DataError, match="rename it; its content identifies it"):
        bundle(folder, folder.parent / "x.zip")
    (folder / name).rename(folder / "other.csv")
    assert bundle(folder, folder.parent / "x.zip").data == ["data/a/start.npz", "data/b/start.npz", "data/other.csv"]


@pytest.mark.parametrize("name", [".points.csv", "Zahl der Würfe.csv", "数据.CSV", "x+(1)'$.csv"])
def test_whatever_is_packed_can_be_unpacked(name, folder):
    (folder / "data" / "points.csv").rename(folder / name)
    must("bundle", folder, "-o", "x.zip", cwd=folder.parent)
    must("open", "x.zip", cwd=folder.parent)
    assert (folder.parent / "x" / "data" / name).read_bytes() == (folder / name).read_bytes()
    assert Sweep.of_folder(folder.parent / "x").spec.task.file.endswith(name)


def test_files_of_the_same_name_are_kept_apart(tmp_path):
    for name in "ab":
        (tmp_path / name).mkdir()
    shutil.copy(FIRST / "start.npz", tmp_path / "b" / "x.npz")
    np.savez(tmp_path / "a" / "x.npz", a=[0.0, 1.0, 0.0, 1.0], b=[0.0, 0.0, 1.0, 1.0], kind=[0, 1, 1, 0])
    task = {"file": str(tmp_path / "a" / "x.npz"), "inputs": ["a", "b"], "targets": ["kind"]}
    init = {"scheme": "file", "file": str(tmp_path / "b" / "x.npz")}
    sweep = Sweep.from_dict({"task": task, "model": {"init": init}, "train": {"epochs": 5}})
    sweep.run(tmp_path / "r", jobs=1)
    assert bundle(tmp_path / "r", tmp_path / "x.zip").data == ["data/2/x.npz", "data/x.npz"]
    must("open", "x.zip", cwd=tmp_path)
    assert must("verify", "x", cwd=tmp_path).startswith("1 of 1 runs")


def test_a_folder_that_names_files_by_whole_paths_stays_where_it_is(folder):
    """As earlier versions did with files of one name: in the rows, which no bundle can change."""
    spec = Sweep.of_folder(folder).spec
    before = spec.calling({path: path for path in spec.called})
    found = json.loads((folder / MANIFEST).read_text())
    put(folder, sealed({**found, "spec_hash": digest_of(before.canonical()), "signed": False}))
    with pytest.raises(ResultsError, match="whole paths; run the spec into another folder"):
        bundle(folder, folder.parent / "x.zip")
