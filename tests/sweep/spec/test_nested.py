"""Axes of tables: what they stand for, in rows that are those of each table swept alone."""

import json

import numpy as np
import pandas as pd
import pyarrow.parquet as pq
import pytest

from backsweep.errors import DataError, SettingError
from backsweep.results import Results
from backsweep.results.analysis.tables import axis_columns
from backsweep.results.figures.maps import success_map
from backsweep.results.figures.survival import best_cells
from backsweep.sweep import Spec, Sweep
from backsweep.sweep.plan.plan import Plan
from backsweep.sweep.run.replay import differences, replay

RULES = ["gd", {"name": "momentum", "beta": {"values": [0.5, 0.9]}}, {"name": "adam", "beta1": {"linear": [0.8, 0.9], "n": 2}}]
STARTS = ["uniform", {"scheme": "normal", "std": {"values": [0.5, 1.0]}, "offset": [0.1, {"values": [0.0, 0.2]}]}]


def plan(**tables):
    return Plan(Spec.parse({"task": "xor", **tables}))


def rules(*values, **more):
    return {"train": {"optimizer": {"values": list(values), **more}}}


def cells(made):
    """The columns of the axes, a row for each cell; None where there is no such number."""
    columns = made.columns(np.arange(made.cells) * len(made.seeds))
    rows = zip(*(columns[axis.name].tolist() for axis in made.axes), strict=True)
    return [tuple(None if pd.isna(value) else value for value in row) for row in rows]


def digest(**tables):
    return Spec.parse({"task": "xor", **tables}).digest


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


def test_a_number_is_shown_where_one_name_has_several_of_it():
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


TABLE = {
    "task": "xor",
    "seeds": 3,
    "model": {"init": {"values": STARTS}},
    "train": {
        "optimizer": {"values": RULES},
        "schedule": {"values": ["constant", {"name": "step", "every": {"values": [3, 5]}, "factor": 0.5}]},
        "epochs": 12,
        "stop": {"accuracy": 0.75},
    },
}


@pytest.fixture(scope="module")
def results(tmp_path_factory):
    return Sweep.from_dict(TABLE).run(tmp_path_factory.mktemp("nested") / "r")


def test_each_row_is_that_of_its_settings_swept_alone(results):
    """Every cell written as a plain spec: the same bits."""
    table = results.table
    assert len(table) == 3 * 5 * 5 * 3
    found = table.groupby("cell")
    assert len(found) == 75
    for _, rows in found:
        row = rows.iloc[0]
        init = {"scheme": "uniform"}
        if row["init"] == "normal":
            init = {"scheme": "normal", "std": row["std"], "offset": [0.1, row["offset[1]"]]}
        numbers = {key: row[key] for key in ("beta", "beta1") if not np.isnan(row[key])}
        step = {"name": "step", "every": int(row["every"]), "factor": 0.5} if row["schedule"] == "step" else "constant"
        train = {**TABLE["train"], "optimizer": {"name": row["optimizer"], **numbers}, "schedule": step}
        alone = plan(seeds=3, model={"init": init}, train=train)
        for seed, (_, one) in enumerate(rows.iterrows()):
            again = replay(alone, seed).row.to_pylist()[0]
            assert all(again[key] == one[key] for key in ("seed", "outcome", "epochs", "loss", "accuracy"))


def test_what_a_run_has_not_is_null_on_disk(results):
    shards = [pq.read_table(path) for path in (results.path / "shards").iterdir()]
    rows = [row for shard in shards for row in shard.to_pylist()]
    assert {row["beta"] for row in rows if row["optimizer"] == "momentum"} == {0.5, 0.9}
    assert {row["beta"] for row in rows if row["optimizer"] != "momentum"} == {None}
    assert {row["every"] for row in rows if row["schedule"] == "constant"} == {None}


def test_it_goes_on_and_is_verified(results):
    again = Sweep.of_folder(results.path)
    assert again.spec == Sweep.from_dict(TABLE).spec
    before = results.table
    next((results.path / "shards").iterdir()).unlink()
    assert again.run(results.path).table.equals(before)
    assert differences(again.plan(), before) == []
    assert len(differences(again.plan(), before.assign(beta=before["beta"] + 0.1))) == before["beta"].notna().sum()


def test_summaries_and_reports_have_a_group_for_none(results):
    summary = results.summary(["optimizer", "beta"])
    assert summary["runs"].sum() == len(results.table)
    assert sorted(summary["optimizer"]) == ["adam", "gd", "momentum", "momentum"]
    html = results.report().read_text()
    assert "train.optimizer over gd, momentum (beta 0.5, 0.9), adam (beta1 2 values from 0.8 to 0.9)" in html
    assert "nan" not in html[html.index("<h1") : html.index("<script")].lower()


def test_one_branch_by_itself_is_a_sweep_of_its_own_settings(results):
    branch = results.where(optimizer="momentum", schedule="step")
    wanted = results.table[(results.table["optimizer"] == "momentum") & (results.table["schedule"] == "step")]
    assert branch.table["run"].tolist() == wanted["run"].tolist()
    assert axis_columns(branch.table) == ["init", "offset[1]", "std", "beta", "every"]
    assert {"beta", "every"} < set(axis_columns(branch.where(init="normal").table))
    assert set(branch.summary(["beta"])["beta"]) == {0.5, 0.9}
    for refused, said in (({"optimizer": "rprop"}, "its values are adam, gd, momentum"), ({"sheep": 1}, "no setting 'sheep'")):
        with pytest.raises(SettingError, match=said):
            results.where(**refused)
    assert not any(hasattr(branch, name) for name in ("report", "report_markdown", "to_xarray"))  # which are of a whole folder


def test_pictures_keep_what_has_no_number(results):
    grid = success_map(results.table[["cell", "optimizer", "beta", "outcome", "epochs"]])
    assert (np.sum(pd.isna(grid.rows)), np.sum(pd.isna(grid.columns))) == (0, 1) or grid.column == "optimizer"
    assert np.isfinite(grid.share).sum() == 4
    assert len(best_cells(results.table[["cell", "beta", "optimizer", "outcome", "epochs"]])) == 3


@pytest.fixture
def files(tmp_path):
    for name, scale in (("a.npz", 1.0), ("b.npz", 2.0)):
        np.savez(tmp_path / name, w1=scale * np.eye(2), w2=np.ones((1, 2)))
    text = """
task = "xor"
[model]
init = { values = ["uniform", { scheme = "file", file = "a.npz" }, { scheme = "file", file = "b.npz" }] }
[train]
epochs = 5
"""
    (tmp_path / "s.toml").write_text(text)
    return tmp_path


def test_starts_from_several_files(files):
    sweep = Sweep.from_toml(files / "s.toml")
    results = sweep.run(files / "r")
    assert cells(sweep.plan()) == [("uniform", None), ("file", "a.npz"), ("file", "b.npz")]
    assert results.table["file"].isna().tolist() == [True, False, False]
    assert results.table["file"].tolist()[1:] == ["a.npz", "b.npz"]
    assert differences(Sweep.of_folder(files / "r").plan(), results.table) == []
    assert results.summary()["runs"].tolist() == [1, 1, 1]
    start = np.load(files / "b.npz")["w1"]
    np.testing.assert_array_equal(sweep.plan().arguments(np.array([2]))["settings"]["init.arrays"][0], start)


def test_what_is_in_the_files_counts_not_where_they_lie(files, tmp_path):
    before = Sweep.from_toml(files / "s.toml").spec.digest
    moved = files.rename(tmp_path.parent / f"{tmp_path.name}-moved")
    assert Sweep.from_toml(moved / "s.toml").spec.digest == before
    np.savez(moved / "b.npz", w1=3 * np.eye(2), w2=np.ones((1, 2)))
    assert Sweep.from_toml(moved / "s.toml").spec.digest != before


def test_a_changed_file_is_named(files):
    Sweep.from_toml(files / "s.toml").run(files / "r")
    np.savez(files / "b.npz", w1=3 * np.eye(2), w2=np.ones((1, 2)))
    with pytest.raises(DataError, match=r"b.npz: holds other data than .*\(model.init.values.2.file\)"):
        Sweep.of_folder(files / "r")


def test_it_survives_json(results):
    spec = Sweep.from_dict(TABLE).spec
    assert Spec.parse(json.loads(json.dumps(spec.to_dict()))) == spec
    assert Results.open(results.path).manifest.spec_hash == spec.digest
