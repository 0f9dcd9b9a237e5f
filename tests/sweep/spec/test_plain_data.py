"""Specs from Python and as TOML are the same specs."""

import tomllib

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from backsweep.errors import SettingError
from backsweep.sweep import Spec, Sweep
from helpers.drawn import specs

TOML = """
name = "mine"
task = { name = "parity", bits = 3 }
seeds = [4, 5, 6]
exclude = [{ model.hidden = 2, train.lr = [1.0, 10.0] }]
[model]
hidden = { values = [2, [3, 2]] }
[train]
lr = { values = [0.1, 1.0, 10.0] }
epochs = 5
optimizer = { values = ["gd", { name = "momentum", beta = { values = [0.5, 0.9] } }] }
stop = { loss = 0.1 }
[record]
every = 2
"""


def test_keywords_are_the_same_spec_as_toml(tmp_path):
    (tmp_path / "s.toml").write_text(TOML)
    sweep = Sweep(
        name="mine",
        task={"name": "parity", "bits": 3},
        seeds=[4, 5, 6],
        exclude=[{"model": {"hidden": 2}, "train": {"lr": [1.0, 10.0]}}],
        model={"hidden": {"values": [2, [3, 2]]}},
        train={
            "lr": {"values": [0.1, 1.0, 10.0]},
            "epochs": 5,
            "optimizer": {"values": ["gd", {"name": "momentum", "beta": {"values": [0.5, 0.9]}}]},
            "stop": {"loss": 0.1},
        },
        record={"every": 2},
    )
    assert sweep.spec == Sweep.from_toml(tmp_path / "s.toml").spec == Sweep.from_dict(tomllib.loads(TOML)).spec
    assert sweep.spec.digest == Sweep.from_toml(tmp_path / "s.toml").spec.digest


def test_numpy_tuples_and_ranges_are_numbers_and_lists():
    plain = Sweep(
        task={"name": "encoder", "code": [4, 2], "encoding": [0, 1]},
        seeds=[3, 4, 5],
        model={"hidden": [2], "bias": True, "init": {"offset": [0.5, 0.25]}},
        train={"lr": {"values": [0.25, 0.5]}, "epochs": 5, "optimizer": {"name": "momentum", "beta": 0.5}},
        exclude=[{"train.lr": 0.5}],
    )
    numpys = Sweep(
        task={"name": np.str_("encoder"), "code": np.array([4, 2]), "encoding": (0, 1)},
        seeds=range(3, 6),
        model={"hidden": (np.int64(2),), "bias": np.bool_(True), "init": {"offset": np.array([0.5, 0.25])}},
        train={
            "lr": {"values": np.array([0.25, 0.5], np.float32)},
            "epochs": np.int64(5),
            "optimizer": {"name": "momentum", "beta": np.float64(0.5)},
        },
        exclude=({"train.lr": np.float64(0.5)},),
    )
    assert numpys.spec == plain.spec
    assert numpys.spec.digest == plain.spec.digest
    assert numpys.plan().runs == 3
    assert Sweep(task="xor", train={"epochs": np.array(5)}).spec == Sweep(task="xor", train={"epochs": 5}).spec


@pytest.mark.parametrize(
    ("table", "message"),
    [
        ({}, "spec: task: missing"),
        ({"task": "xor", "trian": {}}, "spec: trian: unknown key; did you mean train?"),
        (
            {"task": "xor", "train": {"epochs": np.float64(5.5)}},
            "spec: train.epochs = 5.5: must be a whole number from 1 to 2147483646",
        ),
        (
            {"task": "xor", "train": {"epochs": np.int64(0)}},
            "spec: train.epochs = 0: must be a whole number from 1 to 2147483646",
        ),
        (
            {"task": "xor", "train": {"lr": np.array([])}},
            "spec: train.lr = []: must be a finite number above 0, or a list of one per layer",
        ),
        ({"task": "xor", "train": 3}, "spec: train = 3: must be a table of any of optimizer"),
        ({"task": "xor", "seeds": np.array([[1, 2]])}, "spec: seeds[0] = [1, 2]: must be a whole number from 0 to 4294967295"),
    ],
)
def test_what_is_wrong_from_python_is_said_with_its_key(table, message):
    with pytest.raises(SettingError) as error:
        Sweep(**table)
    assert message in str(error.value)


def read_back(sweep, folder):
    (folder / "again.toml").write_text(sweep.to_toml())
    return Sweep.from_toml(folder / "again.toml")


@st.composite
def richer(draw):
    """Any spec, with axes of tables, excluded cells, and sampled and zipped axes."""
    table = draw(specs())
    train, model = table["train"], table["model"]
    if draw(st.booleans()):
        others = [{"name": "momentum", "beta": {"linear": [0.25, 0.75], "n": 3}}]
        others += ["gd"] * (train["optimizer"] not in ("gd", {"name": "gd"}))
        train["optimizer"] = {"values": draw(st.permutations([train["optimizer"], *others]))}
    if draw(st.booleans()):
        model["init"] = {"values": [model["init"], {"scheme": "constant", "value": {"range": [0.1, 0.3, 0.1]}}]}
    if draw(st.booleans()):
        table["design"] = {"points": 3, "method": draw(st.sampled_from(["sobol", "random"])), "seed": draw(st.integers(0, 99))}
        train["bound"] = {"loguniform": [1e3, 1e6]}
    if draw(st.booleans()):
        model["stream"] = {"values": ["mt19937", "pcg64"], "zip": "a b.c"}
        train["dtype"] = {"values": ["float64", "float32"], "zip": "a b.c"}
        table["exclude"] = [{"model.stream": "pcg64"}]
    if draw(st.booleans()):
        table["name"] = draw(st.text(min_size=1, max_size=20).filter(lambda name: name.isprintable()))
    return table


@settings(max_examples=100, deadline=None)
@given(richer())
def test_written_as_toml_it_is_the_same_sweep(tmp_path_factory, table):
    sweep = Sweep.from_dict(table)
    again = read_back(sweep, tmp_path_factory.mktemp("toml"))
    assert again.spec == sweep.spec
    assert again.spec.digest == sweep.spec.digest
    first, second = sweep.plan(), again.plan()
    assert (first.runs, first.axes, first.shapes()) == (second.runs, second.axes, second.shapes())
    runs = np.arange(first.runs)
    for name, column in first.columns(runs).items():
        np.testing.assert_array_equal(column, second.columns(runs)[name])


FORMS = [
    {"seeds": {"start": 7, "count": 2}},
    {"seeds": [9, 3]},
    {"model": {"hidden": []}},
    {"model": {"hidden": {"values": [1, [2, 3], []]}}},
    {"train": {"batch": "pattern", "bound": float("inf"), "stop": {}}},
    {"train": {"batch": "full", "lr": [{"values": [0.1, 0.2], "zip": "a"}, {"log": [0.1, 1], "n": 2, "zip": "a"}]}},
    {"train": {"optimizer": {"values": ["gd", "adam"], "zip": "z"}, "epochs": {"values": [3, 4], "zip": "z"}}},
    {"exclude": [{"train": {"optimizer": {"name": "gd"}}}], "train": {"optimizer": {"values": ["gd", "adam"]}}},
    {"task": {"name": "moons", "encoding": {"targets": {"values": [[-1, 1], [0, 1]]}}}, "train": {"loss": "mse"}},
    {"task": {"name": "xor", "encoding": {"inputs": [-1, 1]}}},
    {"task": {"name": "truth_table", "inputs": [[0], [1]], "targets": [[1], [0]]}},
    {"task": {"name": "encoder", "code": {"values": [[4, 2], [8, 3]]}}},
    {"name": 'a "name" with \\ and ü', "record": {"points": 4, "runs": 2, "weights": True}},
]


@pytest.mark.parametrize("table", FORMS, ids=str)
def test_every_form_is_read_back(table, tmp_path):
    sweep = Sweep.from_dict({"task": "xor", **table})
    again = read_back(sweep, tmp_path)
    assert again.spec == sweep.spec
    assert again.spec.digest == sweep.spec.digest


def test_files_are_found_from_anywhere(tmp_path):
    (tmp_path / "here").mkdir()
    (tmp_path / "there").mkdir()
    (tmp_path / "here" / "d.csv").write_text("a,b\n0,1\n1,0\n")
    np.savez(tmp_path / "here" / "w.npz", w1=np.eye(1), w2=np.eye(1))
    (tmp_path / "here" / "s.toml").write_text(
        'task = { file = "d.csv", inputs = "a", targets = "b" }\n'
        'model = { hidden = 1, init = { values = ["normal", { scheme = "file", file = "w.npz" }] } }'
    )
    sweep = Sweep.from_toml(tmp_path / "here" / "s.toml")
    again = read_back(sweep, tmp_path / "there")
    assert again.spec == sweep.spec
    assert again.spec.digest == sweep.spec.digest


def test_defaults_are_not_written():
    sweep = Sweep(task="xor", train={"optimizer": "adam", "lr": 1, "batch": {"size": 2}})
    assert tomllib.loads(sweep.to_toml()) == {
        "name": "sweep",
        "task": "xor",
        "train": {"optimizer": "adam", "lr": 1.0, "batch": {"size": 2}},
    }
    table = tomllib.loads(TOML)
    assert tomllib.loads(Sweep(**table).to_toml()) == {**table, "model": {"hidden": {"values": [[2], [3, 2]]}}}


def test_a_folders_sweep_has_a_toml_too(tmp_path):
    sweep = Sweep(task="xor", train={"epochs": 2, "optimizer": {"values": ["gd", "adam"]}})
    sweep.run(tmp_path / "r")
    again = read_back(Sweep.of_folder(tmp_path / "r"), tmp_path)
    assert again.spec == sweep.spec
    assert isinstance(again.spec, Spec)
