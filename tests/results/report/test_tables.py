"""The tables of the report: names compared each at its best, and settings in order."""

import numpy as np
import pandas as pd
import pytest

from backsweep.errors import ResultsError
from backsweep.results.figures.registry import FIGURES
from backsweep.results.report.tables import tables
from backsweep.sweep import Sweep

OPTIMIZERS = {
    "task": "xor",
    "seeds": 12,
    "model": {"hidden": {"values": [2, 3, 4]}, "bias": True},
    "train": {
        "optimizer": {"values": ["gd", "adam", {"name": "momentum", "beta": {"values": [0.5, 0.9]}}]},
        "loss": {"values": ["bce", "mse"]},
        "lr": {"values": [0.05, 0.5, 5.0]},
        "epochs": 300,
        "stop": {"loss": 0.1},
    },
}


@pytest.fixture(scope="module")
def optimizers(tmp_path_factory):
    return Sweep.from_dict(OPTIMIZERS).run(tmp_path_factory.mktemp("runs") / "r", jobs=1)


def comparisons(results):
    return tables(results.path, results.table, ResultsError("not asked for"), has_rule=True)[1:]


def test_names_are_compared_each_at_its_best_rate_as_by_compare(optimizers):
    """Also at its best of what only some of the names have; the commands beside the tables print the same."""
    first, second = comparisons(optimizers)
    assert (first.title, second.title) == (
        "Values of optimizer, each at its best beta and lr",
        "Values of train.loss, each at its best lr",
    )
    for table, setting, best_of in ((first, "optimizer", ["beta", "lr"]), (second, "train.loss", ["lr"])):
        pd.testing.assert_frame_equal(table.data, optimizers.compare(setting, best_of=best_of))
        assert "p is of McNemar's test" in table.note
        assert "Epochs per success, with 95 % intervals" in table.note
        assert table.command == f"backsweep compare {optimizers.path} --setting {setting} --best-of {','.join(best_of)}"


def test_the_figure_of_ranks_is_about_the_same_names(optimizers):
    options = FIGURES["ranks"].in_report(optimizers.table)
    drawn = FIGURES["ranks"].compute(optimizers.table, **options, rng=np.random.default_rng(0))
    assert [*zip(drawn.levels, drawn.mean_rank, strict=True)] == [
        *optimizers.ranks("optimizer", best_of=["beta", "lr"])[["value", "mean_rank"]].itertuples(index=False, name=None)
    ]


def test_two_names_and_too_few_combinations_are_compared_without_ranks(optimizers):
    few = optimizers.where(hidden=3, loss="bce")
    (only,) = comparisons(few)
    assert only.note.endswith(
        "Friedman's test needs 3 combinations of other settings (such as tasks) or more, in which all "
        "values of optimizer have runs; there is 1."
    )
    (only,) = comparisons(optimizers.where(hidden=3, optimizer="gd"))
    assert "Friedman" not in only.note


def test_without_a_rate_a_second_seed_or_a_success_names_are_not_compared(optimizers):
    table = optimizers.table
    for part in (table[table["lr"] == 0.5].drop(columns="lr"), table[table["seed"] == 0], table.assign(outcome="capped")):
        assert [found.name for found in tables(optimizers.path, part, ResultsError("not asked for"), has_rule=True)] == [
            "settings"
        ]


def test_where_no_run_converges_the_table_goes_by_the_loss_and_not_by_epochs(results):
    none = results.table.assign(outcome="capped")
    (table,) = tables(results.path, none, ResultsError("not asked for"), has_rule=True)
    assert table.shown.columns.tolist() == ["hidden", "lr", "runs", "converged", "success 95 %", "final loss"]
    (without_rule,) = tables(results.path, none, ResultsError("not asked for"), has_rule=False)
    assert without_rule.shown.columns.tolist() == ["hidden", "lr", "runs", "final loss"]
    assert "Converged" not in without_rule.note
    assert table.data["interquartile_mean_loss"].is_monotonic_increasing
    assert table.sorted_by == ("final loss", "ascending")


def test_a_single_setting_is_in_no_order(results):
    single = results.table[results.table["cell"] == 0].drop(columns=["hidden", "lr"])
    (table,) = tables(results.path, single, ResultsError("not asked for"), has_rule=True)
    assert "come first" not in table.note
    assert table.sorted_by == ("", "")
