"""A setting may be called as any column of findings is: it is in every table, as itself, and nothing is written over it."""

import numpy as np
import pandas as pd
import pytest

from backsweep.results import names, readable
from backsweep.results.comparison import compare_sweeps, compare_unpaired
from backsweep.results.datasets import dataset
from backsweep.results.figures.maps import success_map
from backsweep.results.figures.outcomes import outcome_shares
from backsweep.results.figures.survival import survival_picture
from backsweep.results.more_seeds import seeds_to_compare, seeds_to_know
from backsweep.results.report.explorer import chart, explored
from backsweep.results.schema import FIRST_COLUMNS, LAST_COLUMNS, OUTCOMES, AxisColumn
from backsweep.results.selection import best_on_other_seeds
from backsweep.results.summaries import detailed_summary
from backsweep.results.tables import axis_columns, restart_report, summary
from backsweep.results.what_matters import what_matters
from backsweep.sweep import Sweep


def rng():
    return np.random.default_rng(0)


# For each table of findings: how it is made, how people see it, and how many settings it has beside `lr`.
FINDINGS = {
    "summary": (summary, readable.summary),
    "details": (lambda table: detailed_summary(table, rng=rng(), resamples=20), readable.details),
    "best": (lambda table: best_on_other_seeds(table, rng=rng(), resamples=20), readable.best),
    "restarts": (restart_report, readable.restarts),
    "comparison": (lambda table: compare_sweeps(table, table, rng=rng(), resamples=20), readable.comparison),
    "unpaired": (lambda table: compare_unpaired(table, table), readable.comparison),
    "seeds to know": (lambda table: seeds_to_know(table, half_width=0.1), readable.more_seeds),
    "seeds to compare": (lambda table: seeds_to_compare(table, table), readable.more_seeds),
}
OWN = {
    "summary": names.SUMMARY,
    "details": names.DETAILS,
    "best": names.BEST,
    "restarts": names.RESTARTS,
    "comparison": names.COMPARISON,
    "unpaired": names.UNPAIRED,
    "seeds to know": (*names.SUCCESS, *names.SEEDS),
    "seeds to compare": (*names.PAIRS, *names.SEEDS),
}
VALUES = [0.25, 0.75]
ODD = ["__proto__", "constructor", "toString", "prototype", "a.b", "a[0]", "a\\b", "$x$", "_x", "", "nan", "None", "x\ny"]


def runs(name):
    """Two values of a setting of this name, and of lr; four seeds each."""
    rows = [(value, lr, seed) for value in VALUES for lr in (0.1, 1.0) for seed in range(4)]
    table = pd.DataFrame(rows, columns=[name, "lr", "seed"])
    ended = pd.Categorical(["converged", "converged", "capped", "converged"] * 4, categories=OUTCOMES)
    more = {"outcome": ended, "epochs": np.arange(16) + 10, "loss": 0.1, "accuracy": 1.0}
    first = pd.DataFrame({"run": np.arange(16), "cell": np.arange(16) // 4, "seed": table["seed"]})
    return pd.concat([first, table[[name, "lr"]], pd.DataFrame(more)], axis="columns")


def clashing(finding):
    """Names that a setting could have: all that a table has, in full or for people, and what programs take for others."""
    make, shown = FINDINGS[finding]
    words = {*OWN[finding], *names.OTHERS, *names.SIDES, *shown(make(runs("other"))).columns, *ODD}
    return sorted(words - {*FIRST_COLUMNS, *LAST_COLUMNS, "other", "lr"})


@pytest.mark.parametrize("finding", FINDINGS)
def test_the_columns_of_a_finding_are_those_that_are_put_down(finding):
    """So a new one cannot be forgotten, and no setting be called so."""
    made = FINDINGS[finding][0](runs("other"))
    assert tuple(name for name in made.columns if name not in ("other", "lr")) == OWN[finding]
    assert set(OWN[finding]) <= names.TAKEN


def test_those_of_shares_too():
    made = what_matters(runs("other"), rng=rng(), resamples=20)
    assert tuple(made.columns) == names.SHARES


@pytest.mark.parametrize("finding", FINDINGS)
def test_whatever_a_setting_is_called_nothing_is_lost(finding):
    make, shown = FINDINGS[finding]
    plain = make(runs("other"))
    for name in clashing(finding):
        made = make(runs(name))
        own = [column for column in made.columns if column in OWN[finding]]
        settings = [column for column in made.columns if column not in OWN[finding]]
        assert tuple(own) == OWN[finding], name
        assert len(settings) == 2, name
        assert made[settings].to_numpy().tolist() == plain[["other", "lr"]].to_numpy().tolist(), name
        assert made[own].equals(plain[own]), name
        people = shown(made)
        assert people.columns.is_unique, name
        assert len(people.columns) == len(shown(plain).columns), name
        assert people.iloc[:, 0].tolist() == shown(plain).iloc[:, 0].tolist(), name


def test_factors_figures_and_the_explorer_have_settings_of_any_name():
    plain = what_matters(runs("other"), rng=rng(), resamples=5)
    for name in [*names.SUMMARY, *names.SHARES, *names.OTHERS, *ODD]:
        table = runs(name)
        made = what_matters(table, rng=rng(), resamples=5)
        assert made["share"].tolist() == plain["share"].tolist(), name
        assert outcome_shares(table).share.tolist() == outcome_shares(runs("other")).share.tolist(), name
        assert len(survival_picture(table).labels) == 2, name
        assert success_map(table).columns + success_map(table).rows == [*VALUES, 0.1, 1.0], name
        assert success_map(table).share.tolist() == success_map(runs("other")).share.tolist(), name
        value = explored(table, pd.DataFrame(columns=["run", "epoch", "loss"]))
        assert value.cells.drop(columns=["column", "row"]).equals(
            explored(runs("other"), pd.DataFrame(columns=["run", "epoch", "loss"])).cells.drop(columns=["column", "row"])
        ), name
        assert chart(value)["concat"], name


@pytest.mark.parametrize("name", sorted(names.TAKEN))
def test_a_setting_whose_word_is_taken_is_shown_in_full(name):
    lr = AxisColumn(name="lr", setting="train.lr", type="int64")
    for disk in (name, name.upper()):
        setting = AxisColumn(name=disk, setting=f"model.init.{name}", type="float64")
        assert names.shown_names([setting, lr]) == {disk: f"model.init.{name}", "lr": "lr"}


@pytest.mark.parametrize("name", [name for name in ODD if name])
def test_a_manifest_may_name_its_columns_as_it_likes(name):
    """A setting is dotted words, as strict models demand; the column that shows it has any name but an empty one."""
    axes = [
        AxisColumn(name=name, setting="model.init.std", type="float64"),
        AxisColumn(name="lr", setting="train.lr", type="int64"),
    ]
    assert names.shown_names(axes) == {name: name, "lr": "lr"}


def test_names_stay_apart_without_dots_and_in_sql():
    axes = [AxisColumn(name=name, setting=name.lower(), type="int64") for name in ("mean", "setting.mean", "LR", "lr")]
    shown = names.shown_names(axes)
    assert len({name.casefold() for name in shown.values()}) == 4
    assert not names.TAKEN & set(shown.values())


MEAN = {
    "task": "xor",
    "seeds": 5,
    "model": {"init": {"scheme": "normal", "mean": {"values": [0.0, 0.5]}}},
    "train": {"epochs": 300, "stop": {"loss": 0.6}, "lr": 2.0},
}


def test_a_folder_with_such_a_setting_on_disk(tmp_path):
    """On disk it is `mean`, as earlier versions wrote it; all that is read calls it in full."""
    pytest.importorskip("duckdb")
    pytest.importorskip("xarray")
    results = Sweep.from_dict(MEAN).run(tmp_path / "r", jobs=1)
    assert [axis.name for axis in results.manifest.axes] == ["mean"]
    assert axis_columns(results.table) == ["model.init.mean"]
    found = results.restarts()
    assert found["model.init.mean"].tolist() == [0.0, 0.5]
    by_hand = results.table[results.table["outcome"] == "converged"].groupby("model.init.mean")["epochs"].count()
    assert found["trials"].tolist() == by_hand.tolist()
    assert results.where(**{"model.init.mean": 0.5}).done == 10
    assert dataset(results.table, results.manifest).sizes == {"model.init.mean": 2, "seed": 5}
    sql = results.query('SELECT "model.init.mean" AS value, count(*) AS n FROM runs GROUP BY 1 ORDER BY 1')
    assert sql.to_numpy().tolist() == [[0.0, 5], [0.5, 5]]
