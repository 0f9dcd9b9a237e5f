"""Folders that move: the files of the spec are found by their content, and no home folder is named."""

import json
import shutil
from pathlib import Path

import numpy as np
import pytest

from backsweep.errors import DataError
from backsweep.results import Results
from backsweep.results.store.manifest import COPY, MANIFEST
from backsweep.sweep import Sweep
from backsweep.sweep.run.data_files import placed, recorded
from helpers.author import COMMANDS, FIRST, SPEC, all_go, author
from helpers.commands import here
from helpers.hostile_manifests import put, sealed

START = """
[model]
init = { scheme = "file", file = "start.npz" }
"""


@pytest.fixture(scope="module")
def once(tmp_path_factory):
    """The author's tree, in a home folder."""
    tree = tmp_path_factory.mktemp("author") / "home" / "ada" / "sweeps"
    author(tree, SPEC + START, {"start.npz": 1})
    return tree


@pytest.fixture
def tree(once, tmp_path):
    """The tree in another place; nothing is left where it was made."""
    away = once.with_name("away")
    once.rename(away)
    shutil.copytree(away, tmp_path / "mine", dirs_exist_ok=True)
    yield tmp_path / "mine"
    away.rename(once)


@pytest.fixture
def first(tmp_path):
    """The folder of the first version; its files are nowhere."""
    return Path(shutil.copytree(FIRST / "first", tmp_path / "deep" / "first"))


def places(folder):
    spec = json.loads((folder / MANIFEST).read_text())["spec"]
    return spec["task"]["file"], spec["model"]["init"]["file"]


def test_paths_are_relative_to_the_folder_and_name_no_home(once):
    text = (once / "runs" / "r" / MANIFEST).read_text()
    assert "ada/" not in text
    assert str(Path.home()) not in text
    assert places(once / "runs" / "r") == ("../../data/points.csv", "../../start.npz")
    assert json.loads(text)["source"] == "../../s.toml"


def test_a_tree_that_moves_as_a_whole_goes_on(tree):
    all_go(tree / "runs" / "r")


@pytest.mark.parametrize("name", ["points.csv", "renamed.csv"])
@pytest.mark.parametrize("where", ["beside the manifest", "beside the spec", "here"])
def test_files_are_found_where_they_have_gone_to(where, name, tree, tmp_path, monkeypatch):
    folder, cwd = tree / "runs" / "r", tmp_path / "cwd"
    cwd.mkdir()
    monkeypatch.chdir(cwd)
    place = {"beside the manifest": folder, "beside the spec": tree, "here": cwd}[where]
    (tree / "data" / "points.csv").rename(place / name)
    np.savez(place / "other.npz", w1=np.eye(2))
    (place / "broken.csv").write_bytes(b"\xff\x00")
    all_go(folder)
    now = {"beside the manifest": name, "beside the spec": f"../../{name}", "here": f"../../../cwd/{name}"}[where]
    assert places(folder) == (now, "../../start.npz")


def test_the_user_may_say_where_they_are(first, tmp_path):
    files = [tmp_path / "x.csv", tmp_path / "y.npz"]
    shutil.copy(FIRST / "points.csv", files[0])
    shutil.copy(FIRST / "start.npz", files[1])
    code, _, message = here("verify", first)
    assert (code, message.count("\n")) == (2, 1)
    assert "/home/ada/sweeps/points.csv: no such file; nor are its data beside the results" in message
    assert "name it with --data\n" in message
    all_go(first, "--data", files[0], "--data", files[1])
    assert places(first) == ("../../x.csv", "../../y.npz")
    assert "ada/" not in (first / MANIFEST).read_text() + (first / COPY).read_text()
    all_go(first)


@pytest.mark.parametrize("name", COMMANDS[1:4], ids=lambda command: command[0])
def test_other_data_are_refused(first, tmp_path, name):
    (tmp_path / "x.csv").write_text("a,b,kind\n0,0,no\n0,1,yes\n1,0,yes\n1,1,no\n")
    code, _, message = here(name[0], first, *name[1:], "--data", tmp_path / "x.csv")
    assert code == 2
    assert "x.csv: holds other data than" in message
    assert "what is in it adds up to" in message
    assert "what the runs were trained on to" in message


def test_changed_data_are_named_though_others_lie_about(tree):
    (tree / "data" / "points.csv").write_text("a,b,kind\n0,0,no\n0,1,yes\n1,0,yes\n1,1,no\n")
    with pytest.raises(DataError, match=r"data/points.csv: holds other data than .*r was run on \(task.file\)"):
        Sweep.of_folder(tree / "runs" / "r")


def test_run_stores_where_the_data_are_now(tree):
    folder = tree / "runs" / "r"
    (tree / "data").rename(tree / "moved")
    (tree / "s.toml").write_text((SPEC + START).replace("data/points", "moved/points"))
    before = Results.open(folder).table
    assert Sweep.from_toml(tree / "s.toml").run(folder, jobs=1).table.equals(before)
    assert places(folder) == ("../../moved/points.csv", "../../start.npz")


def test_a_folder_of_the_first_version_opens_and_goes_on(first):
    for name in ("points.csv", "start.npz"):
        shutil.copy(FIRST / name, first / name)
    before = Results.open(first).table
    assert before["epochs"].tolist() == [6, 6, 1, 1]
    assert here("table", first)[0] == 0
    all_go(first)
    next((first / "shards").iterdir()).unlink()
    assert here("resume", first, "--jobs", 1)[0] == 0
    assert Results.open(first).table.equals(before)


@pytest.mark.parametrize(
    "place", ["beside", "data", "measure", "source", ("sessions", 0, "estimate"), ("sessions", 0, "outcomes")]
)
def test_what_older_versions_did_not_write_may_be_missing(first, place):
    sound = json.loads((first / MANIFEST).read_text())
    place = (place,) if isinstance(place, str) else place
    if place == ("data",):
        sound["spec"]["task"], sound["spec"]["model"]["init"] = {"name": "xor"}, {"scheme": "uniform"}
    inner = sound
    for step in place[:-1]:
        inner = inner[step]
    inner.pop(place[-1], None)
    put(first, sealed(sound))
    assert here("table", first)[0] == here("status", first)[0] == 0


@pytest.mark.parametrize(
    ("file", "folder", "place"),
    [
        ("/home/ada/p/d.csv", "/home/ada/p/runs/r", "../../d.csv"),
        ("/home/ada/p/runs/r/d.csv", "/home/ada/p/runs/r", "d.csv"),
        ("/home/ada/d.csv", "/scratch/r", "~/d.csv"),
        ("/home/data/d.csv", "/home/ada/r", "../../data/d.csv"),
        ("/home/ada/d.csv", "/home/r", "~/d.csv"),
        ("/data/d.csv", "/home/ada/r", "/data/d.csv"),
        ("/home/ada/r/~/d.csv", "/home/ada/r", "./~/d.csv"),
        ("/home/ada/caf\udce9/d.csv", "/home/ada/r", "d.csv"),
    ],
)
def test_how_paths_are_stored(file, folder, place, monkeypatch):
    monkeypatch.setenv("HOME", "/home/ada")
    assert recorded(file, Path(folder)) == place
    if "\udce9" not in file:
        assert placed(place, Path(folder)) == file
