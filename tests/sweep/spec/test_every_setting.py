"""Any spec, with axes in the place of any number: every row, record and weight equals the oracle's for those settings."""

import json

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import reference
from backsweep.columns import RECORDED
from backsweep.results import Results
from backsweep.sweep import Spec, Sweep
from backsweep.sweep.plan.plan import Plan
from helpers.drawn import axes_of, for_the_oracle, settled, specs


def oracles(table, plan, run, manifest, row):
    """The oracle's run with the settings of a row of the table."""
    values = {axis.setting: row[axis.name if axis.name in row else axis.setting] for axis in manifest.axes}
    task = plan.task(run)
    named = for_the_oracle(settled(table, values))
    return reference.train(task.inputs, task.targets, midpoint=task.midpoint, seed=int(row["seed"]), **named)


@settings(max_examples=40)
@given(specs())
def test_every_row_is_the_oracles(tmp_path_factory, table):
    results = Sweep.from_dict(table).run(tmp_path_factory.mktemp("any") / "r", jobs=1)
    plan, record = Plan(Spec.parse(table)), table["record"]
    assert len(results.manifest.axes) == axes_of(table)
    trajectories = results.trajectories()
    for run, row in results.table.iterrows():
        truth = oracles(table, plan, run, results.manifest, row)
        assert (row["outcome"], row["epochs"]) == (truth.outcome, truth.epochs)
        close(row["loss"], truth.loss)
        close(row["accuracy"], truth.accuracy, 0)
        if record.get("measure"):
            close(row["measure"], truth.measure())
        kept = trajectories[trajectories["run"] == run]
        if len(kept):
            at = kept["epoch"].to_numpy()
            for name in RECORDED:
                close(kept[name], np.array(reference.RECORDED[name](truth))[at], 0 if name == "accuracy" else 1e-8)
            if record.get("weights"):
                weights, biases = results.weights(run)
                for found, true in zip([*weights, *biases], [*truth.weights, *truth.biases], strict=True):
                    close(found, true)
    recorded = {"every", "points"} & set(record)
    assert trajectories["run"].nunique() == (min(record.get("runs", plan.runs), plan.runs) if recorded else 0)


def close(found, true, rel=1e-8):
    np.testing.assert_allclose(found, true, rtol=rel, atol=1e-12 if rel else 0)


@settings(max_examples=100)
@given(specs(), st.randoms())
def test_written_down_it_is_the_same_spec(table, random):
    spec = Spec.parse(table)
    again = Spec.parse(json.loads(json.dumps(spec.to_dict())))
    assert again == spec
    assert again.digest == spec.digest
    shuffled = {key: table[key] for key in random.sample(list(table), len(table))}
    assert Spec.parse(shuffled).digest == spec.digest


def test_a_folder_says_the_whole_spec(tmp_path):
    table = {
        "task": {"name": "moons", "samples": 9, "encoding": {"values": [[0, 1], [-0.5, 0.5]]}},
        "seeds": {"start": 4, "count": 2},
        "model": {
            "hidden": {"values": [2, [3, 2], []]},
            "output": "identity",
            "init": {"offset": [0.1, {"values": [0.0, 0.1]}]},
        },
        "train": {
            "loss": "mse",
            "lr": [{"log": [0.1, 0.2], "n": 2, "zip": "a"}, {"values": [0.3, 0.4], "zip": "a"}],
            "bound": float("inf"),
            "epochs": 2,
            "optimizer": {"name": "adam", "beta1": {"linear": [0.5, 0.9], "n": 2}},
        },
        "record": {"points": 2},
    }
    with pytest.raises(Exception, match="a list must have one number per layer, 3 in all"):
        Sweep.from_dict(table).plan()
    table["model"]["hidden"] = {"values": [2, 3]}
    sweep = Sweep.from_dict(table)
    results = sweep.run(tmp_path / "r")
    assert Sweep.of_folder(results.path).spec == sweep.spec
    assert Sweep.from_dict(table).run(tmp_path / "r").last is None
    names = ["encoding", "hidden", "offset[1]", "beta1", "lr[0]", "lr[1]"]
    assert [axis.name for axis in Results.open(results.path).manifest.axes] == names


def in_floats(value):
    """The same with 1e4 for 10000, as far as floats are exact."""
    if isinstance(value, dict):
        return {key: in_floats(one) for key, one in value.items()}
    if isinstance(value, list | tuple):
        return [in_floats(one) for one in value]
    return float(value) if type(value) is int and abs(value) <= 2**53 else value


@settings(max_examples=100)
@given(specs())
def test_whole_numbers_may_be_written_as_floats(table):
    assert Spec.parse(in_floats(table)).digest == Spec.parse(table).digest
