"""Axes of tables: rows are those of each table swept alone, from the spec to tables, reports and folders."""

import json

import numpy as np
import pandas as pd
import pyarrow.parquet as pq
import pytest

from backsweep.errors import SettingError
from backsweep.results import Results
from backsweep.results.analysis.tables import axis_columns
from backsweep.results.figures.maps import success_map
from backsweep.results.figures.survival import best_cells
from backsweep.sweep import Spec, Sweep
from backsweep.sweep.run.replay import differences, replay

from .nested import RULES, STARTS, plan

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
    """Each cell is written as a plain spec and gives the same bits."""
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


def test_settings_that_a_run_lacks_are_null_on_disk(results):
    shards = [pq.read_table(path) for path in (results.path / "shards").iterdir()]
    rows = [row for shard in shards for row in shard.to_pylist()]
    assert {row["beta"] for row in rows if row["optimizer"] == "momentum"} == {0.5, 0.9}
    assert {row["beta"] for row in rows if row["optimizer"] != "momentum"} == {None}
    assert {row["every"] for row in rows if row["schedule"] == "constant"} == {None}


def test_it_can_be_continued_and_verified(results):
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
    for refused, message in (
        ({"optimizer": "rprop"}, "its values are adam, gd, momentum"),
        ({"sheep": 1}, "no setting 'sheep'"),
    ):
        with pytest.raises(SettingError, match=message):
            results.where(**refused)
    # These belong to a whole folder.
    assert not any(hasattr(branch, name) for name in ("report", "report_markdown", "to_xarray"))


def test_pictures_keep_what_has_no_number(results):
    grid = success_map(results.table[["cell", "optimizer", "beta", "outcome", "epochs"]])
    assert (np.sum(pd.isna(grid.rows)), np.sum(pd.isna(grid.columns))) == (0, 1) or grid.column == "optimizer"
    assert np.isfinite(grid.share).sum() == 4
    assert len(best_cells(results.table[["cell", "beta", "optimizer", "outcome", "epochs", "loss"]])) == 3


def test_it_survives_json(results):
    spec = Sweep.from_dict(TABLE).spec
    assert Spec.parse(json.loads(json.dumps(spec.to_dict()))) == spec
    assert Results.open(results.path).manifest.spec_hash == spec.digest
