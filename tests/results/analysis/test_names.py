"""A setting may have the name of any column of findings: it is in every table under its own name, and nothing overwrites it."""

import sys
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from backsweep.errors import BacksweepError
from backsweep.outcomes import OUTCOMES
from backsweep.results import Results
from backsweep.results.analysis import names
from backsweep.results.analysis.comparison import compare_sweeps, compare_unpaired, values_of
from backsweep.results.analysis.more_seeds import seeds_to_compare, seeds_to_know
from backsweep.results.analysis.rivals import all_pairs, rivals
from backsweep.results.analysis.selection import best_on_other_seeds
from backsweep.results.analysis.summaries import detailed_summary
from backsweep.results.analysis.tables import axis_columns, part_of, restart_report, summary
from backsweep.results.analysis.what_matters import what_matters
from backsweep.results.export.xarray import dataset
from backsweep.results.figures.maps import success_map
from backsweep.results.figures.outcomes import outcome_shares
from backsweep.results.figures.survival import survival_picture
from backsweep.results.report.cell_maps import cell_maps
from backsweep.results.report.explorer import explorer
from backsweep.results.store.fields import FIRST_COLUMNS, LAST_COLUMNS, AxisColumn
from backsweep.results.store.schema import RECORDS_SCHEMA
from backsweep.results.text import readable
from backsweep.sweep import Spec, Sweep
from backsweep.sweep.cli.results import Kind
from backsweep.sweep.spec.make_data import TAGS as TASKS
from backsweep.sweep.spec.messages import _places


def rng():
    return np.random.default_rng(0)


def two_rules(table):
    return rivals(pd.concat([table.assign(rule="a"), table.assign(rule="b")]), "rule", rng=rng())


# For each table of findings: how it is made, how people see it, and how many settings it has besides `lr`.
FINDINGS = {
    "summary": (summary, readable.summary),
    "details": (lambda table: detailed_summary(table, rng=rng(), resamples=20), readable.details),
    "best": (lambda table: best_on_other_seeds(table, rng=rng(), resamples=20), readable.best),
    "restarts": (restart_report, readable.restarts),
    "comparison": (lambda table: compare_sweeps(table, table, rng=rng(), resamples=20), readable.comparison),
    "comparison of values": (lambda table: all_pairs(two_rules(table), paired=True, rng=rng()), readable.comparison),
    "unpaired": (lambda table: compare_unpaired(table, table), readable.comparison),
    "unpaired values": (lambda table: all_pairs(two_rules(table), paired=False, rng=rng()), readable.comparison),
    "seeds to know": (lambda table: seeds_to_know(table, half_width=0.1), readable.more_seeds),
    "seeds to compare": (lambda table: seeds_to_compare(table, table, power=0.8), readable.more_seeds),
}
OWN = {
    "summary": names.SUMMARY,
    "details": names.DETAILS,
    "best": names.BEST,
    "restarts": names.RESTARTS,
    "comparison": names.COMPARISON,
    "comparison of values": (*names.SIDES, *names.COMPARISON),
    "unpaired": names.UNPAIRED,
    "unpaired values": (*names.SIDES, *names.UNPAIRED),
    "seeds to know": (*names.SUCCESS, *names.SEEDS),
    "seeds to compare": (*names.PAIRS, *names.SEEDS),
}
NOTHING_RECORDED = pd.DataFrame(columns=["run", "epoch", "loss"])
VALUES = [0.25, 0.75]
# Words that tables for people, pandas or the explorer use.
WORDS = ["most", "of", "by", "second", "group", "rest", "level_0", "index", "column", "row", "low", "high", "outcomes"]
SIDES = [f"{name}_{side}" for name in ("outcome", "epochs") for side in ("first", "second")]
ODD = ["__proto__", "constructor", "toString", "prototype", "a.b", "a[0]", "a\\b", "$x$", "_x", "", "nan", "None", "x\ny"]


def runs(name):
    """Runs with two values of a setting of this name and two of lr, four seeds each."""
    rows = [(value, lr, seed) for value in VALUES for lr in (0.1, 1.0) for seed in range(4)]
    table = pd.DataFrame(rows, columns=[name, "lr", "seed"])
    ended = pd.Categorical(["converged", "converged", "capped", "converged"] * 4, categories=OUTCOMES)
    more = {"outcome": ended, "epochs": np.arange(16) + 10, "loss": 0.1, "accuracy": 1.0}
    first = pd.DataFrame({"run": np.arange(16), "cell": np.arange(16) // 4, "seed": table["seed"]})
    return pd.concat([first, table[[name, "lr"]], pd.DataFrame(more)], axis="columns")


def clashing(finding):
    """Names that a setting could have: all column names of a table, in full or for people, and names that programs treat
    specially.
    """
    make, shown = FINDINGS[finding]
    words = {*OWN[finding], *WORDS, *SIDES, *names.SHARES, *shown(make(runs("other"))).columns, *ODD}
    return sorted(words - {*FIRST_COLUMNS, *LAST_COLUMNS, "other", "lr"})


@pytest.mark.parametrize("finding", FINDINGS)
def test_the_columns_of_each_finding_are_those_in_names(finding):
    """So a new column cannot be forgotten, and no setting can get its name."""
    made = FINDINGS[finding][0](runs("other"))
    assert tuple(name for name in made.columns if name not in ("other", "lr")) == OWN[finding]
    assert set(OWN[finding]) <= names.TAKEN


def test_the_columns_of_shares_are_those_in_names():
    made = what_matters(runs("other"), rng=rng(), resamples=20)
    assert tuple(made.columns) == names.SHARES


@pytest.mark.parametrize("finding", FINDINGS)
def test_no_name_of_a_setting_loses_a_column(finding):
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
    for name in [*names.SUMMARY, *names.SHARES, *WORDS, *ODD]:
        table = runs(name)
        made = what_matters(table, rng=rng(), resamples=5)
        assert made["share"].tolist() == plain["share"].tolist(), name
        assert outcome_shares(table).share.tolist() == outcome_shares(runs("other")).share.tolist(), name
        assert len(survival_picture(table).labels) == 2, name
        assert success_map(table).columns + success_map(table).rows == [*VALUES, 0.1, 1.0], name
        assert success_map(table).share.tolist() == success_map(runs("other")).share.tolist(), name
        value = cell_maps(table, NOTHING_RECORDED)
        assert value[0].cells.equals(cell_maps(runs("other"), NOTHING_RECORDED)[0].cells), name
        assert explorer(value)["views"]["vconcat"], name


@pytest.mark.parametrize("name", sorted(names.TAKEN))
def test_a_setting_whose_word_is_taken_is_shown_in_full(name):
    lr = AxisColumn(name="lr", setting="train.lr", type="int64")
    for disk in (name, name.upper()):
        setting = AxisColumn(name=disk, setting=f"model.init.{name}", type="float64")
        assert names.shown_names([setting, lr]) == {disk: f"model.init.{name}", "lr": "lr"}


@pytest.mark.parametrize("name", [name for name in ODD if name])
def test_a_manifest_may_name_its_columns_as_it_likes(name):
    """The strict models require dotted words for a setting; the column that shows it may have any name that is not empty."""
    axes = [
        AxisColumn(name=name, setting="model.init.std", type="float64"),
        AxisColumn(name="lr", setting="train.lr", type="int64"),
    ]
    assert names.shown_names(axes) == {name: name.replace("\n", "\\n"), "lr": "lr"}


def test_no_table_of_findings_is_forgotten():
    """The tests above cover every method of `Results` that returns a table of findings, and every kind of the command line."""
    made = {name.split()[0] for name in FINDINGS} | {"what_matters", "ranks"}
    called = {"compare": "comparison", "compare_with": "unpaired", "seeds_to_know": "seeds", "seeds_to_compare": "seeds"}
    as_they_lie = {"trajectories", "trajectory", "query"}
    methods = {name: of for kind in Results.__mro__ for name, of in vars(kind).items() if not name.startswith("_")}
    gives = {name for name, of in methods.items() if "DataFrame" in str(getattr(of, "__annotations__", {}).get("return"))}
    assert {called.get(name, name) for name in gives - as_they_lie} == made
    assert {kind.value.replace("-", "_").replace("settings", "details") for kind in Kind} <= made


def test_exactly_the_names_of_columns_next_to_settings_are_taken(monkeypatch):
    """Checks the columns that tables, figures and the explorer really add to the settings; names for people may contain other
    characters.
    """
    put = set()

    def spied(settings, columns):
        put.update(columns)
        return beside(settings, columns)

    beside = names.beside
    for name, module in list(sys.modules.items()):
        if name.startswith("backsweep.") and getattr(module, "beside", None) is beside:
            monkeypatch.setattr(module, "beside", spied)
    for make, shown in FINDINGS.values():
        shown(make(runs("other")))
    cell_maps(runs("other"), NOTHING_RECORDED)
    words = {name for name in put if name.isidentifier()}
    of_runs = {*FIRST_COLUMNS, *LAST_COLUMNS, *RECORDS_SCHEMA.names}
    assert words - names.TAKEN == set()
    assert names.TAKEN - words - of_runs == {names.CHANCE, names.REST}


def test_few_settings_are_called_in_full():
    """Of all settings that may vary; the documentation lists each one with the reason."""
    section = Path("docs/findings.md").read_text(encoding="utf-8").partition("## Names")[2].partition("##")[0]
    places = {
        place for task in (*TASKS, True) for place, _ in _places(Spec, task) if place.startswith(("task.", "model.", "train."))
    }
    shown = {place for place in places if place.rpartition(".")[2] in names.TAKEN}
    # The epochs of the cosine schedule share their last word with the epochs of training.
    assert shown == {
        *("model.init.mean", "train.epochs", "train.schedule.epochs"),
        *("train.loss", "train.stop.loss", "train.stop.accuracy", "train.stop.gradient_norm"),
    }
    assert all(f"`{place}`" in section for place in shown)


def test_the_last_word_stands_for_the_only_setting_that_has_it():
    table = runs("model.init.mean")
    plain = runs("other")

    def alike(found, expected):
        assert found.columns[0] == "model.init.mean"
        assert found.set_axis(expected.columns, axis="columns").equals(expected)

    alike(summary(table, "mean"), summary(plain, "other"))
    alike(best_on_other_seeds(table, ["mean"], rng=rng()), best_on_other_seeds(plain, ["other"], rng=rng()))
    alike(compare_sweeps(table, table, ["mean", "lr"], rng=rng()), compare_sweeps(plain, plain, ["other", "lr"], rng=rng()))
    assert part_of(table, {"mean": 0.75})[0].equals(part_of(plain, {"other": 0.75})[0])
    for mine, others in zip(values_of(table, "mean", *VALUES), values_of(plain, "other", *VALUES), strict=True):
        assert mine.equals(others)
    assert success_map(table, row="lr", column="mean").column == "model.init.mean"
    assert outcome_shares(table, "mean").by == ("model.init.mean",)
    both = table.rename(columns={"lr": "task.mean"})
    for asked in (summary, lambda table, _: part_of(table, {"mean": 0.75}), lambda table, _: values_of(table, "mean", 1, 2)):
        with pytest.raises(BacksweepError, match=r"'mean' may be model\.init\.mean or task\.mean; write one of these"):
            asked(both, ["mean"])
    assert summary(table.rename(columns={"lr": "mean"}), "mean").columns[0] == "mean"


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
    """On disk its column is `mean`, as earlier versions wrote it; everything that reads it uses the full name."""
    pytest.importorskip("duckdb")
    pytest.importorskip("xarray")
    results = Sweep.from_dict(MEAN).run(tmp_path / "r", jobs=1)
    assert [axis.name for axis in results.manifest.axes] == ["mean"]
    assert axis_columns(results.table) == ["model.init.mean"]
    found = results.restarts()
    assert found["model.init.mean"].tolist() == [0.0, 0.5]
    by_hand = results.table[results.table["outcome"] == "converged"].groupby("model.init.mean")["epochs"].count()
    assert found["trials"].tolist() == by_hand.tolist()
    assert results.where(mean=0.5).table.equals(results.where(**{"model.init.mean": 0.5}).table)
    assert dataset(results.table, results.manifest).sizes == {"model.init.mean": 2, "seed": 5}
    sql = results.query('SELECT "model.init.mean" AS value, count(*) AS n FROM runs GROUP BY 1 ORDER BY 1')
    assert sql.to_numpy().tolist() == [[0.0, 5], [0.5, 5]]
