"""Excluded cells: against plain Python over all cells, and tables of `exclude` that match no cell are refused."""

import itertools

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from backsweep.errors import SettingError
from backsweep.sweep.plan.plan import Plan
from backsweep.sweep.spec.spec import Spec

LOG = [0.1, 0.1778279410038923, 0.31622776601683794, 0.5623413251903491, 1.0]
HIDDEN = [2, 3, [2, 3], []]
BIAS = [False, True]
AXES = {"model.hidden": HIDDEN, "model.bias": BIAS, "train.lr": LOG}
SHOWN = {level: [float(f"{level:.3g}"), float(f"{level:.4g}"), level] for level in LOG}


def plan(**tables):
    return Plan(Spec.parse({"task": "xor", **tables}))


def swept(exclude, **more):
    model = {"hidden": {"values": HIDDEN}, "bias": {"values": BIAS}}
    return plan(model=model, train={"lr": {"log": [0.1, 1.0], "n": 5}, **more}, exclude=exclude)


def cells(made):
    """The settings of each cell, as the kernels get them."""
    runs = np.arange(made.runs)
    return [tuple(key(made.arguments(runs[run : run + 1])["settings"]) for key in (hidden, bias, rate)) for run in runs]


def hidden(call):
    return list(call["hidden"])


def bias(call):
    return call["bias"]


def rate(call):
    return float(call["lr"][0])


def written(key):
    """The ways to write a value of an axis, and the value that is meant."""
    if key == "train.lr":
        return st.sampled_from([(text, level) for level, texts in SHOWN.items() for text in texts])
    if key == "model.hidden":
        return st.sampled_from([(2, [2]), ([3], [3]), ([2, 3], [2, 3]), ([], []), ("2-3", [2, 3]), (2.0, [2])])
    return st.sampled_from([(value, value) for value in BIAS])


@st.composite
def tables(draw):
    """A table of `exclude`, and the same condition as a function of a cell."""
    table, wanted = {}, {}
    for key in draw(st.lists(st.sampled_from(list(AXES)), min_size=1, max_size=3, unique=True)):
        members = draw(st.lists(written(key), min_size=1, max_size=3))
        scalar = len(members) == 1 and not isinstance(members[0][0], list) and draw(st.booleans())
        table[key] = members[0][0] if scalar else [text for text, _ in members]
        wanted[key] = [meant for _, meant in members]
    if draw(st.booleans()):
        nested = {}
        for key, value in table.items():
            stem, _, last = key.partition(".")
            nested.setdefault(stem, {})[last] = value
        table = nested
    return table, wanted


@settings(max_examples=60, deadline=None)
@given(st.lists(tables(), min_size=1, max_size=5))
def test_what_is_left_out_is_what_plain_python_leaves_out(chosen):
    every = [
        ([width] if isinstance(width, int) else width, flag, level)
        for width, flag, level in itertools.product(HIDDEN, BIAS, LOG)
    ]
    left = [
        cell
        for cell in every
        if not any(
            all(value in wanted[key] for key, value in zip(AXES, cell, strict=True) if key in wanted) for _, wanted in chosen
        )
    ]
    exclude = [table for table, _ in chosen]
    if left:
        assert cells(swept(exclude)) == left
    else:
        with pytest.raises(SettingError, match="it leaves no cell"):
            swept(exclude)


NEVER = [
    ({"train.lr": [0.1778, 0.3]}, "exclude[0]: train.lr has no value 0.3; its values are 0.1, 0.1778279410038923"),
    ({"train": {"lr": ["0.1"]}}, "train.lr has no value '0.1'"),
    ({"train.lr": True}, "train.lr has no value true"),
    ({"train.lr": float("nan")}, "train.lr has no value nan"),
    ({"train.lr": []}, "train.lr = []: an empty list contains no value"),
    ({"train.lr": [[0.1, 1.0]]}, "train.lr has no value [0.1, 1.0]"),
    ({"model.hidden": True}, "model.hidden has no value true; its values are 2, 3, [2, 3], []"),
    ({"model.hidden": [[2, True]]}, "model.hidden has no value [2, True]"),
    ({"model.hidden": []}, "an empty list contains no value; the network of layers [] is [[]]"),
    ({"model.hidden": [2, 4]}, "model.hidden has no value 4"),
    ({"model.bias": 1}, "model.bias has no value 1; its values are false, true"),
    ({"model.bias": [False, 0]}, "model.bias has no value 0"),
    ({"model.bias": "true"}, "model.bias has no value 'true'"),
    ({"train.lr": [{"name": 0.1}, 1.0]}, "train.lr: a table within a list; write one entry of exclude per table"),
    ({"train.rate": 1}, "train.rate = 1: there is no such axis. There are: model.hidden, model.bias, train.lr"),
    ({"hidden": 99}, "hidden = 99: there is no such axis; did you mean model.hidden? There are: model.hidden, model.bias"),
    ({"hiden": 99}, "hiden = 99: there is no such axis; did you mean model.hidden?"),
    ({"model.lr": 0.1}, "model.lr = 0.1: there is no such axis; did you mean train.lr?"),
    ({"train.learning_rate": 0.1}, "train.learning_rate = 0.1: there is no such axis; did you mean train.lr?"),
    ({"": 1}, '"" = 1: there is no such axis'),
    ({"train.lr": 0.1, "train": {"lr": 1.0}}, "train.lr = 1.0: the table gives this setting already"),
    ({}, "an empty table would leave out every cell"),
]


@pytest.mark.parametrize(("table", "message"), NEVER, ids=range(len(NEVER)))
def test_what_is_never_so_is_named(table, message):
    with pytest.raises(SettingError) as error:
        swept([{"model.bias": True}, table])
    assert message.replace("exclude[0]", "exclude[1]") in str(error.value)
    assert str(error.value).startswith("exclude[1]: ")


def test_a_shown_value_that_may_be_several_is_refused_with_them():
    near = [0.12341, 0.12342, 0.5]
    with pytest.raises(SettingError, match=r"train.lr = 0.1234 may be 0.12341 or 0.12342; write one of these"):
        plan(train={"lr": {"values": near}}, exclude=[{"train.lr": 0.1234}])
    assert plan(train={"lr": {"values": near}}, exclude=[{"train.lr": 0.12342}]).cells == 2
    # The value itself comes first.
    assert plan(train={"lr": {"values": [0.1234, *near]}}, exclude=[{"train.lr": 0.1234}]).cells == 3


def test_numbers_are_what_they_are_worth_and_files_are_called_as_in_the_table(tmp_path):
    assert plan(train={"lr": {"values": [1, 2.0, 3]}}, exclude=[{"train.lr": [1.0, 2]}]).cells == 1
    assert plan(model={"init": {"low": {"values": [0.0, -1.0]}}}, exclude=[{"model.init.low": -0.0}]).cells == 1
    paths = [tmp_path / name for name in ("a,b.npz", "c.npz")]
    for path in paths:
        np.savez(path, w1=np.ones((2, 2)), w2=np.ones((1, 2)))
    starts = {"values": [{"scheme": "file", "file": str(path)} for path in paths]}
    for one in ("a,b.npz", str(paths[0])):
        assert plan(model={"init": starts}, exclude=[{"model.init.file": one}]).cells == 1


def test_pairs_of_a_task_are_one_value_each():
    task = {"name": "xor", "encoding": {"values": [[0, 1], [-0.5, 0.5]]}}
    for pair in ([-0.5, 0.5], [[-0.5, 0.5]], "-0.5/0.5"):
        assert plan(task=task, exclude=[{"task.encoding": pair}]).cells == 1


def test_a_member_that_no_cell_has_beside_the_rest_of_its_table_is_named():
    zipped = {"lr": {"values": [1, 2, 3], "zip": "a"}, "bound": {"values": [10, 20, 30], "zip": "a"}}
    assert plan(train=zipped, exclude=[{"train.lr": 1, "train.bound": 10}]).cells == 2
    with pytest.raises(
        SettingError,
        match=r"exclude\[0\]: train.bound = 20: no cell has it together with what the table says of train.lr",
    ):
        plan(train=zipped, exclude=[{"train.lr": [1, 3], "train.bound": [10, 20, 30]}])
    rules = {"optimizer": {"values": [{"name": "momentum", "beta": {"values": [0.5, 0.9]}}, {"name": "averaged_momentum"}]}}
    with pytest.raises(
        SettingError,
        match=r"train.optimizer.beta = 0.5: no cell has it together with what the table says of train.optimizer",
    ):
        plan(train=rules, exclude=[{"train": {"optimizer": {"name": "averaged_momentum", "beta": [0.5, 0.9]}}}])


def test_a_hundred_thousand_tables_over_as_many_cells():
    """If each table were compared with each cell, that would be 10**10 comparisons, far beyond the time limit."""
    rates = np.linspace(0.1, 1, 50_000).tolist()
    made = plan(train={"lr": {"values": rates}}, exclude=[{"train.lr": rate} for rate in rates[1:]])
    assert made.cells == 1
    assert plan(train={"lr": {"values": rates}}, exclude=[{"train.lr": rates[1:]}]).cells == 1
    pairs = [{"train.lr": rate, "train.bound": 2.0} for rate in rates[:20_000]]
    assert plan(train={"lr": {"values": rates}, "bound": {"values": [1.0, 2.0]}}, exclude=pairs).cells == 80_000
