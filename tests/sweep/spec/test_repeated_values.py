"""A value that stands twice in an axis is refused in a new spec; folders that earlier versions made of such specs go on."""

import pytest

from backsweep.errors import SettingError
from backsweep.sweep import Spec, Sweep
from helpers.commands import here


def train(**settings):
    return {"train": settings}


TWICE = [
    ({"model": {"hidden": {"values": [2, 3, [2]]}}}, "model.hidden.values[2] = [2]"),
    ({"model": {"bias": {"values": [True, True]}}}, "model.bias.values[1] = true"),
    (train(lr={"values": [1, 1.0]}), "train.lr.values[1] = 1.0"),
    (train(lr=[{"values": [1, 2]}, {"values": [3, 4, 3]}]), "train.lr[1].values[2] = 3.0"),
    (train(stop={"loss": {"values": [0.1, 0.1]}}), "train.stop.loss.values[1] = 0.1"),
    (train(optimizer={"values": ["gd", "adam", "gd"]}), "train.optimizer.values[2] = { name = 'gd' }"),
    (train(optimizer={"name": "adam", "beta1": {"values": [0.9, 0.9]}}), "train.optimizer.beta1.values[1] = 0.9"),
    (
        train(optimizer={"values": ["gd", {"name": "adam", "beta1": {"values": [0.9, 0.8, 0.9]}}]}),
        "train.optimizer.values[1].beta1.values[2] = 0.9",
    ),
    ({"task": {"name": "parity", "bits": {"values": [2, 2]}}}, "task.bits.values[1] = 2"),
    (
        {"task": {"name": "xor", "encoding": {"inputs": {"values": [[0, 1]] * 2}}}},
        "task.encoding.inputs.values[1] = [0.0, 1.0]",
    ),
]


@pytest.mark.parametrize(("table", "place"), TWICE, ids=range(len(TWICE)))
def test_the_second_of_two_equal_values_is_named(table, place):
    with pytest.raises(SettingError) as error:
        Spec.parse({"task": "xor", **table})
    assert str(error.value) == f"spec: {place}: the axis has this value already; give each value once"
    assert error.value.settings == (place.partition(" = ")[0],)


def test_so_are_evenly_spaced_values_that_do_not_differ():
    with pytest.raises(SettingError, match=r"train.lr.n = 3: the axis has only 1 different value$"):
        Spec.parse({"task": "xor", **train(lr={"linear": [0.1, 0.1], "n": 3})})
    assert Spec.parse({"task": "xor", **train(lr={"linear": [0.1, 0.1], "n": 1})}).train.lr.points == (0.1,)


def test_axes_that_advance_together_may_repeat_values():
    table = {"model": {"hidden": {"values": [2, 2, 3], "zip": "a"}}, **train(lr={"values": [1, 2, 1], "zip": "a"})}
    assert Sweep(task="xor", **table).plan().cells == 3


def test_a_folder_of_an_earlier_version_goes_on(tmp_path):
    table = {"task": "xor", "seeds": 2, **train(epochs=20, lr={"values": [0.5, 2.0, 0.5]})}
    folder = tmp_path / "r"
    rows = Sweep.of_spec(Spec.parse(table, recorded=True)).run(folder, jobs=1).table  # as earlier versions read any spec
    assert len(rows) == 4
    next((folder / "shards").iterdir()).unlink()
    code, _, message = here("resume", folder, "--jobs", 1)
    assert (code, message) == (0, "")
    assert here("verify", folder)[0] == 0
    once = {**table, **train(epochs=20, lr={"values": [0.5, 2.0]})}
    again = Sweep.from_dict(once).run(folder, jobs=1)
    assert again.last is None
    assert again.table.equals(rows)
