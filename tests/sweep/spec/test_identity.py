"""When two specs are the same sweep, and what a folder does if its data files have changed."""

import json
import pickle
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

from backsweep.errors import DataError
from backsweep.results import Results
from backsweep.sweep import Spec, Sweep
from backsweep.sweep.run.replay import differences

ROOT = Path(__file__).parents[3]
CSV = "a,b,c\n0,0,0\n0,1,1\n1,0,1\n1,1,0\n"
TABLE = {"file": "data.csv", "inputs": ["a", "b"], "targets": ["c"], "categories": ["c"]}


def digest(**tables):
    return Spec.parse({"task": "xor", **tables}).digest


DIFFERENT = [
    {},
    {"seeds": 2},
    {"task": {"name": "xor", "encoding": {"inputs": [-1, 1]}}},
    {"task": {"name": "moons", "samples": 4}},
    {"model": {"hidden": 3}},
    {"model": {"hidden": [2, 2]}},
    {"model": {"hidden": {"values": [2, 3]}}},
    {"model": {"hidden": {"values": [3, 2]}}},
    {"model": {"activation": "tanh"}},
    {"model": {"init": "normal"}},
    {"model": {"init": {"offset": [0.1, 0.0]}}},
    {"model": {"init": {"offset": [0.0, 0.1]}}},
    {"model": {"stream": "pcg64"}},
    {"train": {"lr": [0.1, 0.2]}},
    {"train": {"lr": [0.2, 0.1]}},
    {"train": {"optimizer": "adam"}},
    {"train": {"optimizer": {"name": "adam", "beta1": 0.8}}},
    {"train": {"schedule": {"name": "constant", "warmup": 2}}},
    {"train": {"batch": "pattern"}},
    {"train": {"batch": {"size": 2}}},
    {"train": {"clip": 1.0}},
    {"train": {"stop": {"loss": 0.1}}},
    {"train": {"stop": {"loss": 0.1, "patience": 2}}},
    {"train": {"stall": {"window": 9, "improvement": 0.1}}},
    {"train": {"bound": float("inf")}},
    {"train": {"dtype": "float32"}},
    {"record": {"every": 5}},
    {"record": {"points": 5}},
    {"record": {"every": 5, "runs": 2}},
    {"record": {"weights": True}},
    {"record": {"measure": True}},
]
SAME = [
    {"name": "other"},
    {"model": {"hidden": 2}},
    {"model": {"hidden": [2]}},
    {"model": {"init": "uniform"}},
    {"model": {"init": {"low": 0, "high": 1.0}}},
    {"train": {"optimizer": {"name": "gd"}}},
    {"train": {"batch": "full"}},
    {"train": {"schedule": "constant"}},
    {"record": {}},
]


def test_whatever_changes_rows_or_records_is_another_sweep():
    assert len({digest(**table) for table in DIFFERENT}) == len(DIFFERENT)


@pytest.mark.parametrize("table", SAME, ids=str)
def test_other_ways_to_write_a_spec_are_the_same_sweep(table):
    assert digest(**table) == digest()


# Hashes from before axes of tables existed: such folders must still be continued.
KEPT = {
    "examples/xor.toml": "5a6fc602e24e8a096560aad017526f54373b23aded60e1ba18475e01aeac83aa",
    "studies/momentum_xor.toml": "5b752ad5817758524afd0baa77bd7356ee48d909b21ec8257b2f4bf307adcd88",
    "studies/quickprop_parity.toml": "c8c681906b4821e467ee2cd68956474c9f9ba9c7c4be6f57a582fe36c0f93c01",
    "studies/trainability.toml": "b0ade58c0c5f71f1a5b1cbccbb0ab8eab2877a7b1b0794be2f1de3ee71a2a0b2",
}


@pytest.mark.parametrize("file", KEPT)
def test_known_sweeps_are_still_themselves(file):
    assert Spec.read(ROOT / file).digest == KEPT[file]


def test_a_sweep_of_every_kind_of_axis_is_still_itself():
    """Lists for layers, zips, samples, excluded cells, and the numbers of an optimizer."""
    table = {
        "task": {"name": "moons", "samples": 9, "encoding": {"values": [[0, 1], [-0.5, 0.5]]}},
        "seeds": [3, 1],
        "exclude": [{"model": {"hidden": 2}}],
        "design": {"points": 4},
        "model": {
            "hidden": {"values": [2, [3, 2]], "zip": "a"},
            "init": {"scheme": "normal", "std": {"uniform": [0.5, 1]}, "offset": [0.1, {"values": [0.0, 0.1], "zip": "a"}]},
        },
        "train": {"optimizer": {"name": "adam", "beta1": {"values": [0.8, 0.9]}}, "lr": [0.1, 0.2], "stop": {"loss": 0.1}},
    }
    assert Spec.parse(table).digest == "15b609314217d01b87d7951a40dfbc987e9c29f1d86efac79f50b39eba0b2da6"


def test_an_encoders_bottleneck_need_not_be_said():
    encoder = {"name": "encoder", "code": [4, 2]}
    assert digest(task=encoder, model={"hidden": 2}) == digest(task=encoder)
    several = {"name": "encoder", "code": {"values": [[4, 2], [8, 3]]}}
    assert digest(task=several) != digest(task=several, model={"hidden": 2})


@pytest.fixture
def sweep(tmp_path):
    (tmp_path / "spec").mkdir()
    (tmp_path / "spec" / "data.csv").write_text(CSV)
    np.savez(tmp_path / "spec" / "w.npz", w1=np.eye(2), w2=np.ones((1, 2)))
    text = """
seeds = 3
task = { file = "data.csv", inputs = ["a", "b"], targets = ["c"], categories = ["c"] }
[model]
init = { scheme = "file", file = "w.npz", offset = [{ values = [0.0, 0.5] }, 0.1] }
[train]
epochs = 20
"""
    (tmp_path / "spec" / "s.toml").write_text(text)
    return Sweep.from_toml(tmp_path / "spec" / "s.toml")


def test_where_data_lie_does_not_matter_what_is_in_them_does(sweep, tmp_path, monkeypatch):
    moved = tmp_path / "elsewhere"
    (tmp_path / "spec").rename(moved)
    (moved / "data.csv").rename(moved / "renamed.csv")
    (moved / "s.toml").write_text((moved / "s.toml").read_text().replace("data.csv", "renamed.csv"))
    again = Sweep.from_toml(moved / "s.toml")
    monkeypatch.chdir(moved)
    relative = Sweep.from_dict({**again.spec.to_dict(), "task": {**TABLE, "file": "renamed.csv"}})
    (moved / "renamed.csv").write_text(CSV.replace("1,1,0", "1,1,1"))
    changed = Sweep.from_toml(moved / "s.toml").spec.digest
    (moved / "renamed.csv").write_text(CSV)
    assert again.spec.digest == relative.spec.digest != changed


def test_a_folder_goes_on_from_anywhere(sweep, tmp_path, monkeypatch):
    results = sweep.run(tmp_path / "r")
    monkeypatch.chdir("/")
    again = Sweep.of_folder(results.path)
    assert again.spec == sweep.spec
    next((results.path / "shards").iterdir()).unlink()
    assert again.run(results.path).table.equals(results.table)
    assert differences(again.plan(), results.table) == []


def test_a_moved_spec_with_its_data_goes_on(sweep, tmp_path):
    sweep.run(tmp_path / "r")
    (tmp_path / "spec").rename(tmp_path / "moved")
    assert Sweep.from_toml(tmp_path / "moved" / "s.toml").run(tmp_path / "r").last is None
    assert Sweep.of_folder(tmp_path / "r").spec.files["task.file"] == str(tmp_path / "moved" / "data.csv")
    (tmp_path / "moved").rename(tmp_path / "gone")
    with pytest.raises(DataError, match=r"manifest.json: .*moved/data.csv: no such file"):
        Sweep.of_folder(tmp_path / "r")


@pytest.mark.parametrize(("name", "key"), [("data.csv", "task.file"), ("w.npz", "model.init.file")])
def test_data_that_were_changed_are_named(sweep, name, key, tmp_path):
    results = sweep.run(tmp_path / "r")
    if name == "w.npz":
        np.savez(tmp_path / "spec" / "w.npz", w1=np.eye(2), w2=np.zeros((1, 2)))
    else:
        (tmp_path / "spec" / name).write_text(CSV.replace("1,1,0", "1,1,1"))
    for again in (lambda: Sweep.of_folder(results.path), lambda: Sweep.of_folder(results.path).run(results.path)):
        with pytest.raises(DataError, match=rf"spec/{name}: holds other data than .*/r was run on \({key}\)"):
            again()
    from_the_spec = Sweep.from_toml(tmp_path / "spec" / "s.toml")
    with pytest.raises(DataError, match=rf"spec/{name}: holds other data than .*/r was run on \({key}\)"):
        from_the_spec.run(results.path)
    assert Results.open(results.path).table.equals(results.table)


def test_a_sweep_keeps_to_the_data_that_it_began_with(sweep, tmp_path):
    before = sweep.run(tmp_path / "r").table
    (tmp_path / "spec" / "data.csv").write_text(CSV.replace("1,1,0", "1,1,1"))
    assert sweep.run(tmp_path / "again").table.equals(before)
    with pytest.raises(DataError, match="changed since the sweep began"):
        pickle.loads(pickle.dumps(sweep.spec))
    assert not Sweep.from_toml(tmp_path / "spec" / "s.toml").run(tmp_path / "new").table.equals(before)


def test_workers_get_the_same_spec(sweep):
    spec = Spec.parse({"task": "xor", "train": {"lr": {"log": [0.1, 1], "n": 5}, "optimizer": {"name": "adam"}}})
    for one in (spec, sweep.spec):
        again = pickle.loads(pickle.dumps(one))
        assert (again, again.digest) == (one, one.digest)
    assert pickle.loads(pickle.dumps(spec)) is pickle.loads(pickle.dumps(spec))


def test_a_manifest_keeps_numbers_that_json_has_not(tmp_path):
    results = Sweep.from_dict({"task": "xor", "train": {"bound": float("inf"), "epochs": 2}}).run(tmp_path / "r")
    assert json.loads((results.path / "manifest.json").read_text())["spec"]["train"]["bound"] == float("inf")
    assert Sweep.of_folder(results.path).spec.train.bound == float("inf")


def test_a_stopping_rule_that_is_added_changes_no_digest():
    """Otherwise no older folder could be continued."""
    add = "from backsweep import stopping; new = stopping.STOPPING['loss']; stopping.STOPPING['new'] = new; "
    add += "stopping.LIMITS['stop.new'] = new; "
    ask = "from backsweep.sweep import Spec; print(*(Spec.parse({'task': 'xor', 'train': train}).digest for train in %s))"
    given = [{}, {"stop": {"loss": 0.1}}]
    command = [sys.executable, "-c", add + ask % [*given, {"stop": {"new": 0.1}}]]
    *digests, other = subprocess.run(command, capture_output=True, text=True, check=True).stdout.split()
    assert digests == [digest(train=train) for train in given]
    assert other not in digests
