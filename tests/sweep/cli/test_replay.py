"""A run that is trained again is kept with its weights, in a file that starts other networks."""

import io
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

import backsweep
from helpers.commands import must, refused

MODEL = {"hidden": {"values": [2, [3, 2]]}, "bias": {"values": [True, False]}, "init": {"low": -1.0}}


@pytest.fixture(scope="module")
def swept(tmp_path_factory):
    train = {"lr": 1.0, "epochs": 60}
    sweep = backsweep.Sweep(task="xor", seeds=2, model=MODEL, train=train, record={"weights": True})
    return sweep.run(tmp_path_factory.mktemp("runs") / "r", jobs=1)


@pytest.mark.parametrize("run", [0, 3, 5, 7])
def test_the_file_has_every_weight_and_the_whole_trajectory(swept, run, tmp_path):
    output = must("replay", swept.path, run, "--format", "npz", "--out", "a.npz", cwd=tmp_path)
    assert output == "Weights and trajectory: a.npz\nThe same bits as in the folder.\n"
    found = dict(np.load(tmp_path / "a.npz", allow_pickle=False))
    weights, biases = swept.weights(run)
    for letter, layers in (("w", weights), ("b", biases)):
        for place, layer in enumerate(layers, 1):
            assert (found.pop(f"{letter}{place}") == layer).all()
    trajectory = pd.read_csv(io.StringIO(must("replay", swept.path, run, "--format", "csv", cwd=tmp_path)))
    assert list(found) == list(trajectory)
    assert all((found[name] == trajectory[name]).all() for name in found)


def test_it_starts_a_network_where_the_run_ended(swept, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    must("replay", swept.path, 4, "--format", "npz", "--out", "a.npz", cwd=tmp_path)
    model = {"hidden": [3, 2], "bias": True, "init": {"scheme": "file", "file": "a.npz"}}
    results = backsweep.Sweep(task="xor", seeds=1, model=model, train={"epochs": 1}, record={"every": 1}).run("on", jobs=1)
    assert results.trajectories().loss[0] == swept.table.loss[4]


def test_by_default_it_lies_in_the_folder_and_is_the_same_each_time(swept):
    path = Path(swept.path) / "run-1.npz"
    assert must("replay", swept.path, 1, "--format", "npz", cwd=swept.path.parent).startswith(f"Weights and trajectory: {path}")
    first = path.read_bytes()
    must("replay", swept.path, 1, "--format", "npz", cwd=swept.path.parent)
    assert path.read_bytes() == first


def test_a_negative_number_is_the_value_of_the_option_before_it(swept, tmp_path):
    output = must("replay", swept.path, "--out", "-1", 1, "--format", "npz", cwd=tmp_path)
    assert output.startswith("Weights and trajectory: -1\n")
    assert (tmp_path / "-1").is_file()
    assert "RUN -1: " in refused("replay", swept.path, "--format", "npz", -1, "--out", "-2", cwd=tmp_path)
    assert not (tmp_path / "-2").exists()


def test_what_has_no_place_is_refused(swept, tmp_path):
    message = refused("replay", swept.path, 1, "--out", "a.csv", cwd=tmp_path)
    assert message == "backsweep: --out: cannot be combined with --format text; use it with --format npz\n"
    message = refused("replay", swept.path, 1, "--format", "npz", "--out", "none/a.npz", cwd=tmp_path)
    assert message == "backsweep: none/a.npz: there is no folder none\n"


def test_a_layer_is_one_line_however_wide(tmp_path):
    sweep = backsweep.Sweep(task="xor", model={"hidden": 12, "bias": True}, train={"epochs": 2}, seeds=1)
    sweep.run(tmp_path / "r", jobs=1)
    output = must("replay", "r", 0, cwd=tmp_path)
    assert [line[:2] for line in output.splitlines() if line[0] in "wb"] == ["w1", "w2", "b1", "b2"]
    assert "\\" not in output
