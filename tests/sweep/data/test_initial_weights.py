"""Files of initial weights as the values of an axis: the names that rows give them, wherever the files are."""

import json
import shutil

import numpy as np
import pytest

from backsweep.errors import SettingError
from backsweep.results import Results
from backsweep.sweep import Spec, Sweep
from backsweep.sweep.data.initial_weights import file_names
from backsweep.sweep.run.replay import differences
from backsweep.sweep.spec import spec as spec_module
from helpers.commands import here

SPEC = """
task = "xor"
seeds = 2
exclude = [{ model.init.file = "b/w.npz", train.lr = 1.0 }]
[model]
init = { values = ["uniform", { scheme = "file", file = "a/w.npz" }, { scheme = "file", file = "b/w.npz" }] }
[train]
lr = { values = [0.5, 1.0] }
epochs = 20
"""


@pytest.mark.parametrize(
    ("paths", "names"),
    [
        (["/p/a.npz"], ["a.npz"]),
        (["/p/a.npz", "/q/b.npz"], ["a.npz", "b.npz"]),
        (["/p/a/w.npz", "/p/b/w.npz"], ["a/w.npz", "b/w.npz"]),
        (["/p/a/w.npz", "/p/a/v.npz", "/p/b/w.npz"], ["a/w.npz", "a/v.npz", "b/w.npz"]),
        (["/p/a/x/w.npz", "/p/b/x/w.npz"], ["a/x/w.npz", "b/x/w.npz"]),
        (["/p/w.npz", "/p/a/w.npz", "/p/a/b/w.npz"], ["w.npz", "a/w.npz", "b/w.npz"]),
        (["/p/w.npz", "/p/q/a/w.npz"], ["w.npz", "a/w.npz"]),
        (["/home/ada/w.npz", "/data/w.npz"], ["ada/w.npz", "data/w.npz"]),
    ],
)
def test_files_are_named_by_as_much_of_their_path_as_distinguishes_them(paths, names):
    assert list(file_names(paths).values()) == names
    elsewhere = [f"/mnt/other{path}" for path in paths]
    assert list(file_names(elsewhere).values()) == names


@pytest.fixture
def tree(tmp_path):
    """A spec and two files with the same name in different folders."""
    tree = tmp_path / "tree"
    for name, scale in (("a", 1.0), ("b", 2.0)):
        (tree / name).mkdir(parents=True)
        np.savez(tree / name / "w.npz", w1=scale * np.eye(2), w2=np.ones((1, 2)))
    (tree / "s.toml").write_text(SPEC)
    return tree


@pytest.fixture
def as_before(tree, monkeypatch):
    """Files with the same name are called by their whole paths, as earlier versions called them, also in `exclude`."""
    (tree / "s.toml").write_text(SPEC.replace('"b/w.npz", train', f'"{tree}/b/w.npz", train'))
    monkeypatch.setattr(spec_module, "file_names", lambda paths: {path: path for path in paths})
    return monkeypatch


def all_go(folder):
    for name, *more in (["verify"], ["replay", "4"], ["report", "--format", "markdown"]):
        code, printed, message = here(name, folder, *more)
        assert (code, message) == (0, ""), (name, printed, message)
    before = Results.open(folder).table
    next((folder / "shards").iterdir()).unlink()
    assert here("resume", folder, "--jobs", 1)[::2] == (0, "")
    assert Results.open(folder).table.equals(before)


def test_no_place_of_the_machine_stands_in_rows_spec_or_report(tree):
    sweep = Sweep.from_toml(tree / "s.toml")
    assert "model.init.file: 2 in all, a/w.npz ... b/w.npz" in "\n".join(repr(sweep.plan()).splitlines())
    results = sweep.run(tree / "r", jobs=1)
    assert results.table["file"].dropna().unique().tolist() == ["a/w.npz", "b/w.npz"]
    assert len(results.table) == 2 * 5
    assert str(tree) not in str(sweep.spec.canonical())
    assert here("report", tree / "r", "--format", "markdown")[0] == 0
    assert str(tree) not in (tree / "r" / "report" / "report.md").read_text()


def test_they_are_chosen_by_these_names(tree):
    results = Sweep.from_toml(tree / "s.toml").run(tree / "r", jobs=1)
    assert len(results.where(file="b/w.npz").table) == 2
    assert len(results.where(lr=0.5).compare("file", "a/w.npz", "b/w.npz")) > 0
    code, printed, _ = here("table", tree / "r", "--where", "file=a/w.npz", "--format", "json")
    assert (code, [row["runs"] for row in json.loads(printed)]) == (0, [2, 2])
    (tree / "s.toml").write_text(SPEC.replace('"b/w.npz", train', '"c/w.npz", train'))
    with pytest.raises(SettingError, match=r"exclude.*has no value .c/w.npz.; its values are a/w.npz, b/w.npz"):
        Sweep.from_toml(tree / "s.toml").plan()


def test_a_tree_that_moves_goes_on(tree, tmp_path):
    Sweep.from_toml(tree / "s.toml").run(tree / "r", jobs=1)
    moved = tree.rename(tmp_path / "elsewhere")
    all_go(moved / "r")
    assert here("run", moved / "s.toml", "--out", moved / "r", "--jobs", 1)[0] == 0


@pytest.mark.parametrize("where", ["beside the manifest", "beside the spec", "here"])
def test_they_are_found_with_the_folders_that_tell_them_apart(where, tree, tmp_path, monkeypatch):
    Sweep.from_toml(tree / "s.toml").run(tree / "runs" / "r", jobs=1)
    folder = shutil.copytree(tree / "runs" / "r", tmp_path / "given" / "deep" / "r")
    tree.rename(tmp_path / "gone")
    monkeypatch.chdir(tmp_path)
    place = {"beside the manifest": folder, "beside the spec": tmp_path / "given", "here": tmp_path}[where]
    for name in "ab":
        shutil.copytree(tmp_path / "gone" / name, place / name)
    all_go(folder)


def test_the_user_may_say_where_they_are_if_they_keep_their_names(tree, tmp_path):
    Sweep.from_toml(tree / "s.toml").run(tree / "r", jobs=1)
    moved = tree.rename(tmp_path / "elsewhere")
    (moved / "x").mkdir()
    for name in "ab":
        (moved / name).rename(moved / "x" / name)
    assert here("verify", moved / "r")[0] == 2
    data = [word for name in "ab" for word in ("--data", moved / "x" / name / "w.npz")]
    assert here("verify", moved / "r", *data)[::2] == (0, "")


def test_one_file_is_one_value_however_it_is_written(tree):
    (tree / "s.toml").write_text(SPEC.replace("b/w.npz", "b/../a/w.npz").replace("exclude", "#"))
    with pytest.raises(SettingError, match=r"model.init.values\[2\] = .*: the axis has this value already"):
        Sweep.from_toml(tree / "s.toml")


def test_workers_in_other_processes_call_them_the_same(tree):
    spec = Spec.read(tree / "s.toml")
    for sent in (spec, spec.calling({path: path for path in spec.called})):
        again = spec_module.from_json(sent.to_json())
        assert (again, again.digest, again.called) == (sent, sent.digest, sent.called)


def test_a_folder_of_before_goes_on_where_its_files_still_are(tree, as_before):
    before = Sweep.from_toml(tree / "s.toml").run(tree / "r", jobs=1).table
    assert before["file"].dropna().unique().tolist() == [str(tree / name / "w.npz") for name in "ab"]
    as_before.undo()
    assert Results.open(tree / "r").table.equals(before)
    all_go(tree / "r")
    assert differences(Sweep.of_folder(tree / "r").plan(), before) == []
    next((tree / "r" / "shards").iterdir()).unlink()
    sweep = Sweep.from_toml(tree / "s.toml")
    assert sweep.run(tree / "r", jobs=1).table.equals(before)
    assert sweep.run(tree / "new", jobs=1).table["file"].dropna().unique().tolist() == ["a/w.npz", "b/w.npz"]


def test_a_folder_of_before_whose_files_have_moved_says_what_to_do(tree, tmp_path, as_before):
    Sweep.from_toml(tree / "s.toml").run(tree / "r", jobs=1)
    as_before.undo()
    moved = tree.rename(tmp_path / "elsewhere")
    assert here("table", moved / "r")[::2] == (0, "")
    for command in (["verify"], ["resume"], ["replay", "0"]):
        code, _, message = here(command[0], moved / "r", *command[1:])
        assert (code, message.count("\n")) == (2, 1)
        assert "start files of one name have moved" in message
        assert "move them back, or run the spec into another folder" in message


def test_the_right_data_under_another_name_are_told_from_other_data(tree, tmp_path):
    results = Sweep.from_toml(tree / "s.toml").run(tmp_path / "r", jobs=1)
    (tree / "b" / "w.npz").rename(tree / "b" / "v.npz")
    code, _, message = here("verify", results.path, "--data", tree / "b" / "v.npz")
    assert code == 2
    assert "v.npz: holds the data of model.init.values.2.file, but rows call that file b/w.npz" in message
    np.savez(tree / "b" / "v.npz", w1=3 * np.eye(2), w2=np.ones((1, 2)))
    assert "holds other data than" in here("verify", results.path, "--data", tree / "b" / "v.npz")[2]
