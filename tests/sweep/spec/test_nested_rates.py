"""Optimizers of an axis with learning rates of their own: cells, rows, folders, words and refusals."""

import numpy as np
import pytest
from jsonschema import Draft202012Validator

from backsweep.errors import SettingError
from backsweep.results import Results
from backsweep.sweep import Spec, Sweep
from backsweep.sweep.run.replay import replay
from backsweep.sweep.spec.json_schema import spec_schema

from .nested import cells, plan

RULES = ["gd", {"name": "momentum", "beta": {"values": [0.5, 0.9]}, "lr": {"values": [0.1, 0.2]}}]
TRAIN = {"optimizer": {"values": RULES}, "lr": {"values": [1.0, 2.0]}, "epochs": 40, "stop": {"loss": 0.69}}
TABLE = {"task": "xor", "seeds": 2, "train": TRAIN}


@pytest.fixture(scope="module")
def results(tmp_path_factory):
    return Sweep.from_dict(TABLE).run(tmp_path_factory.mktemp("nested") / "r", jobs=1)


def test_the_axis_of_the_table_around_is_for_those_that_have_none():
    made = plan(train=TRAIN)
    assert [(axis.name, axis.setting) for axis in made.axes] == [
        ("optimizer", "train.optimizer.name"),
        ("lr", "train.lr"),
        ("beta", "train.optimizer.beta"),
    ]
    momentum = [("momentum", lr, beta) for beta in (0.5, 0.9) for lr in (0.1, 0.2)]
    assert sorted(cells(made)[2:]) == sorted(momentum)
    assert cells(made)[:2] == [("gd", 1.0, None), ("gd", 2.0, None)]


def test_one_rate_for_each_optimizer_is_no_column_and_still_theirs():
    made = plan(train={"optimizer": {"values": ["gd", {"name": "adam", "lr": 0.01}]}})
    assert [axis.name for axis in made.axes] == ["optimizer"]
    assert made.setting("train.lr", np.arange(2)).tolist() == [0.1, 0.01]


def test_a_clip_that_only_one_has():
    made = plan(train={"optimizer": {"values": ["gd", {"name": "gd", "clip": {"values": [0.5, 1.0]}, "weight_decay": 0.1}]}})
    assert [axis.name for axis in made.axes] == ["weight_decay", "clip"]
    assert sorted(cells(made), key=str) == [(0.0, None), (0.1, 0.5), (0.1, 1.0)]


def test_rows_are_those_of_each_optimizer_swept_alone(results):
    for (rule, lr, beta), rows in results.table.groupby(["optimizer", "lr", "beta"], dropna=False):
        own = {} if rule == "gd" else {"beta": beta}
        alone = plan(seeds=2, train={**TRAIN, "optimizer": {"name": rule, **own}, "lr": lr})
        for seed, row in enumerate(rows.to_dict("records")):
            again = replay(alone, seed).row.to_pylist()[0]
            assert all(again[key] == row[key] for key in ("seed", "outcome", "epochs", "loss", "accuracy"))
    assert len(results.table) == 2 * 6


def test_the_folder_knows_its_axis(results):
    again = Results.open(results.path)
    (axis,) = again.manifest.swept
    assert (axis.setting, axis.columns, axis.nested) == ("train.optimizer", ("optimizer", "lr", "beta"), True)
    assert axis.words == "gd (lr 1.0, 2.0), momentum (lr 0.1, 0.2, beta 0.5, 0.9)"
    assert Sweep.of_folder(results.path).spec == Sweep.from_dict(TABLE).spec
    assert Spec.parse(again.manifest.spec).digest == again.manifest.spec_hash
    found = again.compare("optimizer", best_of=["lr", "beta"])
    assert found.columns[:6].tolist() == ["first", "second", "lr_first", "beta_first", "lr_second", "beta_second"]
    with pytest.raises(SettingError, match="with `best_of`"):
        again.compare("optimizer")


def test_the_report_says_which_rates_each_has(results):
    assert "train.optimizer over gd (lr 1.0, 2.0), momentum (lr 0.1, 0.2, beta 0.5, 0.9)" in results.report().read_text()


def test_cells_are_left_out_by_their_rate():
    left = plan(train=TRAIN, exclude=[{"train.lr": 0.2}, {"train.optimizer": "gd", "train.lr": 2.0}])
    assert cells(left) == [("gd", 1.0, None), ("momentum", 0.1, 0.5), ("momentum", 0.1, 0.9)]


OWN = {"optimizer": {"values": ["gd", {"name": "adam", "lr": 0.1}]}}


@pytest.mark.parametrize(
    ("train", "message"),
    [
        ({"optimizer": {"name": "adam", "lr": 0.1}}, "train.optimizer.lr: unknown key; did you mean train.lr?"),
        ({**OWN, "lr": [0.1, 0.2]}, "must be one number, or an axis, and not one per layer"),
        ({**OWN, "lr": {"values": [1, 2], "zip": "a"}}, "train.lr.zip = 'a': tables of optimizer have lr of their own"),
        ({**OWN, "lr": {"uniform": [1, 2]}}, "an axis that is not sampled"),
        ({"optimizer": {"values": ["gd", {"name": "adam", "lr": -1}]}}, "train.optimizer.values[1].lr = -1: must be a finite"),
        ({"optimizer": {"values": ["gd", {"name": "adam", "lr": [1, 2]}]}}, "a list of one per layer stands outside of axes"),
    ],
)
def test_what_an_optimizer_cannot_have_is_refused_by_name(train, message):
    with pytest.raises(SettingError) as refused:
        plan(train=train)
    assert message in str(refused.value)


def test_the_schema_knows_rates_of_optimizers_in_an_axis_alone():
    judge = Draft202012Validator(spec_schema())
    assert list(judge.iter_errors(TABLE)) == []
    alone = {"task": "xor", "train": {"optimizer": {"name": "adam", "lr": 0.1}}}
    assert list(judge.iter_errors(alone))
