"""Axes of tables: which cells they stand for, and when two are the same sweep."""

import numpy as np
import pytest

from backsweep.errors import SettingError
from backsweep.sweep import Spec

from .nested import RULES, STARTS, cells, plan


def rules(*values, **more):
    return {"train": {"optimizer": {"values": list(values), **more}}}


def digest(**tables):
    return Spec.parse({"task": "xor", **tables}, recorded=True).digest


def test_a_table_stands_for_its_own_combinations():
    made = plan(**rules(*RULES))
    assert [axis.name for axis in made.axes] == ["optimizer", "beta", "beta1"]
    assert [axis.type for axis in made.axes] == ["string", "float64", "float64"]
    assert cells(made) == [
        ("gd", None, None),
        ("momentum", 0.5, None),
        ("momentum", 0.9, None),
        ("adam", None, 0.8),
        ("adam", None, 0.9),
    ]
    assert made.shapes() == [(0, 1), (1, 3), (3, 5)]


def test_kernels_get_only_the_numbers_that_a_rule_has():
    made = plan(**rules("gd", {"name": "momentum", "beta": {"values": [0.5, 0.9]}}, {"name": "adam", "beta2": 0.99}))
    calls = [made.arguments(np.arange(*shape))["settings"] for shape in made.shapes()]
    found = [{key: value for key, value in call.items() if key.startswith("optimizer.")} for call in calls]
    assert found[0] == {"optimizer.name": "gd"}
    assert found[1].pop("optimizer.beta").tolist() == [0.5, 0.9]
    assert found[1] == {"optimizer.name": "momentum"}
    assert found[2].pop("optimizer.name") == "adam"
    assert {key: np.unique(number).tolist() for key, number in found[2].items()} == {
        "optimizer.beta1": [0.9],
        "optimizer.beta2": [0.99],
        "optimizer.epsilon": [1e-8],
    }


def test_it_is_combined_with_other_axes_and_zipped_with_them():
    beside = plan(seeds=3, train={"optimizer": {"values": RULES}, "lr": {"values": [1, 2]}})
    assert cells(beside)[:3] == [("gd", None, None, 1), ("gd", None, None, 2), ("momentum", 0.5, None, 1)]
    assert beside.cells == 10
    zipped = plan(model={"hidden": {"values": [1, 2, 3, 4, 5], "zip": "a"}}, train={"optimizer": {"values": RULES, "zip": "a"}})
    assert [row[:2] for row in cells(zipped)] == [(1, "gd"), (2, "momentum"), (3, "momentum"), (4, "adam"), (5, "adam")]
    with pytest.raises(SettingError, match=r"train.optimizer and train.lr: zipped as 'a'.*they have 5 and 2"):
        plan(train={"optimizer": {"values": RULES, "zip": "a"}, "lr": {"values": [1, 2], "zip": "a"}})


def test_two_axes_of_tables_and_sampled_ones_beside_them():
    made = plan(
        design={"points": 4},
        model={"init": {"values": STARTS}},
        train={
            "lr": {"uniform": [0.1, 1.0]},
            "schedule": {"values": ["constant", {"name": "step", "every": {"values": [3, 5]}, "factor": 0.5}]},
        },
    )
    assert [axis.name for axis in made.axes] == ["init", "offset[1]", "std", "lr", "schedule", "every"]
    assert made.cells == (1 + 2 * 2) * 4 * (1 + 2)
    assert len(made.shapes()) == 2 * 2
    assert len(set(cells(made))) == made.cells


def test_axes_in_one_table_may_advance_together():
    betas = {"beta1": {"values": [0.1, 0.2], "zip": "b"}, "beta2": {"values": [0.3, 0.4], "zip": "b"}}
    made = plan(**rules("gd", {"name": "adam", **betas}))
    assert cells(made) == [("gd", None, None), ("adam", 0.1, 0.3), ("adam", 0.2, 0.4)]


def test_columns_that_would_clash_are_told_apart():
    made = plan(
        model={"init": {"values": ["uniform", {"scheme": "constant", "value": {"values": [0.1, 0.2]}}]}},
        train={
            "epochs": {"values": [5, 6]},
            "schedule": {"values": [{"name": "cosine", "epochs": {"values": [3, 4]}}, "constant"]},
        },
    )
    assert [axis.name for axis in made.axes] == ["init", "value", "schedule", "train.schedule.epochs", "train.epochs"]


def test_a_number_has_a_column_if_one_name_has_several_values_of_it():
    listed = plan(**rules({"name": "adam", "beta1": 0.8}, {"name": "adam", "beta1": 0.9}, "nesterov"))
    assert cells(listed) == [("adam", 0.8), ("adam", 0.9), ("nesterov", None)]
    assert [axis.name for axis in plan(**rules({"name": "momentum", "beta": 0.5}, "nesterov")).axes] == ["optimizer"]


def test_a_name_that_does_not_vary_is_not_shown_beside_numbers_that_do():
    assert [axis.name for axis in plan(**rules("momentum", {"name": "momentum", "beta": 0.5})).axes] == ["beta"]
    assert [axis.name for axis in plan(**rules("momentum")).axes] == ["optimizer"]


def test_starts_with_and_without_offsets_are_not_one_batch():
    made = plan(model={"init": {"values": ["uniform", {"offset": [0.1, 0.2]}, {"high": 2.0}]}})
    assert cells(made) == [(1.0, None, None), (2.0, None, None), (1.0, 0.1, 0.2)]
    first, second = (made.arguments(np.arange(*shape))["settings"] for shape in made.shapes())
    assert not any(key.startswith("init.offset") for key in first)
    assert [second[f"init.offset[{layer}]"].tolist() for layer in range(2)] == [[0.1], [0.2]]


SAME = [
    rules("gd", {"name": "momentum", "beta": {"values": [0.5, 0.9]}}, "adam"),
    rules("gd", {"name": "momentum", "beta": 0.5}, {"name": "momentum", "beta": 0.9}, {"name": "adam", "beta1": 0.9}),
    rules({"name": "gd"}, {"name": "momentum", "beta": {"linear": [0.5, 0.9], "n": 2}}, "adam", "gd", "adam"),
    rules("gd", {"name": "momentum", "beta": 0.5}, "adam", "momentum"),
]
OTHERS = [
    rules("gd", "momentum", "adam"),
    rules("gd", {"name": "momentum", "beta": {"values": [0.9, 0.5]}}, "adam"),
    rules("gd", {"name": "momentum", "beta": {"values": [0.5, 0.9]}}, {"name": "adam", "beta1": 0.8}),
    rules("gd", {"name": "nesterov", "beta": {"values": [0.5, 0.9]}}, "adam"),
    rules({"name": "momentum", "beta": {"values": [0.5, 0.9]}}),
    {"train": {"optimizer": {"name": "momentum", "beta": {"values": [0.5, 0.9]}}}},
]


@pytest.mark.parametrize("table", SAME[1:], ids=str)
def test_the_same_cells_are_the_same_sweep_however_written(table):
    assert digest(**table) == digest(**SAME[0])
    assert cells(plan(**table)) == cells(plan(**SAME[0]))


def test_other_cells_are_another_sweep():
    assert len({digest(**table) for table in [SAME[0], *OTHERS]}) == 1 + len(OTHERS)


def test_the_same_cell_twice_is_one():
    once = rules("gd", {"name": "momentum", "beta": 0.5})
    twice = rules("gd", {"name": "momentum", "beta": {"values": [0.5, 0.5]}}, {"name": "momentum", "beta": 0.5}, "gd")
    assert cells(plan(**twice)) == cells(plan(**once)) == [("gd",), ("momentum",)]


@pytest.mark.parametrize(
    ("exclude", "left"),
    [
        ([{"train": {"optimizer": "gd"}}], ["momentum", "momentum", "adam", "adam"]),
        ([{"train.optimizer": ["gd", "adam"]}], ["momentum", "momentum"]),
        ([{"train": {"optimizer": {"name": "momentum", "beta": 0.9}}}], ["gd", "momentum", "adam", "adam"]),
        (
            [{"train.optimizer": "momentum", "train.optimizer.beta": 0.5}, {"train.optimizer.beta1": 0.8}],
            ["gd", "momentum", "adam"],
        ),
    ],
)
def test_cells_are_left_out_by_name_and_number(exclude, left):
    assert [row[0] for row in cells(plan(**rules(*RULES), exclude=exclude))] == left


def test_a_dry_run_says_each_column():
    assert plan(**rules(*RULES), seeds=2).outline == (
        "10 runs: 5 cells × 2 seeds, 3 network shapes",
        [
            "train.optimizer: 3 in all, gd ... adam",
            "train.optimizer.beta: 2 in all, 0.5 ... 0.9",
            "train.optimizer.beta1: 2 in all, 0.8 ... 0.9",
        ],
    )
