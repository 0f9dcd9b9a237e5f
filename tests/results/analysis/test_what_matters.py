"""What matters: the design that a table has, refusals, and rows computed by hand."""

import numpy as np
import pandas as pd
import pytest

from backsweep.errors import BacksweepError
from backsweep.outcomes import OUTCOMES
from backsweep.results.analysis.what_matters import what_matters


def runs(cells, seeds=6, success=None, seed=0):
    """Runs of these settings, (cells, one column per setting), each with this many seeds; by default success is random."""
    rng = np.random.default_rng(seed)
    table = cells.loc[np.repeat(cells.index, seeds)].reset_index(drop=True)
    rate = np.full(len(table), 0.5) if success is None else np.repeat(success, seeds)
    converged = rng.random(len(table)) < rate
    table.insert(0, "seed", np.tile(np.arange(seeds), len(cells)))
    outcome = pd.Categorical(np.where(converged, "converged", "capped"), categories=OUTCOMES)
    epochs = np.where(converged, rng.integers(1, 100, len(table)), 100)
    return table.assign(run=range(len(table)), cell=0, outcome=outcome, epochs=epochs, loss=0.5, accuracy=1.0)


def grid(**axes):
    return pd.MultiIndex.from_product(axes.values(), names=axes.keys()).to_frame(index=False)


def found(table, resamples=30, drawn=()):
    return what_matters(table, drawn, rng=np.random.default_rng(0), resamples=resamples)


def factors(table, drawn=()):
    rows = found(table, drawn=drawn)
    return set(rows["factor"]), set(rows["method"])


GRID = grid(lr=[0.1, 0.2, 0.4], hidden=[2, 4])


def test_rows_and_columns():
    rows = found(runs(GRID, success=[0.1, 0.9, 0.3, 0.8, 0.5, 0.5]))
    assert list(rows) == ["response", "factor", "share", "share_low", "share_high", "method"]
    assert rows["response"].tolist() == ["success"] * 4 + ["log epochs"] * 4
    for _, of_response in rows.groupby("response"):
        assert set(of_response["factor"]) == {"lr", "hidden", "lr × hidden", "chance"}
        assert (np.diff(of_response["share"]) <= 0).all()
    pd.testing.assert_frame_equal(rows, found(runs(GRID, success=[0.1, 0.9, 0.3, 0.8, 0.5, 0.5])))


def test_interactions_of_three_settings_have_one_row_together():
    three = {"lr", "hidden", "bias", "lr × hidden", "lr × bias", "hidden × bias", "higher interactions", "chance"}
    assert factors(runs(grid(lr=[0.1, 0.2], hidden=[2, 4], bias=[True, False]))) == (three, {"variance"})


def test_the_order_of_runs_does_not_matter():
    table = runs(GRID)
    pd.testing.assert_frame_equal(found(table), found(table.sample(frac=1, random_state=1)))


def share(rows, response, factor):
    return rows[(rows["response"] == response) & (rows["factor"] == factor)]["share"].item()


def test_success_and_log_epochs_are_split_each_by_what_decides_them():
    """hidden decides the success, lr the epochs, and seeds change nothing. A diverged run counts with the limit, not with its
    own 3 epochs.
    """
    table = runs(GRID)
    fails = table["hidden"] == 2
    table["outcome"] = pd.Categorical(np.where(fails, "diverged", "converged"), categories=OUTCOMES)
    table["epochs"] = np.where(fails, 3, np.round(table["lr"] * 100).astype(int))
    rows = found(table)
    assert share(rows, "success", "hidden") == pytest.approx(1)
    log = np.log([[40, 10], [40, 20], [40, 40]])
    total = log.var()
    assert share(rows, "log epochs", "hidden") == pytest.approx(log.mean(0).var() / total)
    assert share(rows, "log epochs", "lr") == pytest.approx(log.mean(1).var() / total)
    assert share(rows, "log epochs", "chance") == pytest.approx(0, abs=1e-12)


def test_the_limit_is_where_the_first_run_was_cut_off():
    table = runs(grid(lr=[0.1, 0.2, 0.4]), seeds=4)
    table["outcome"] = pd.Categorical(["converged"] * 8 + ["capped"] * 4, categories=OUTCOMES)
    table["epochs"] = [0] * 4 + [90] * 4 + [50] * 4  # 90 is beyond 50 and counts as 50; 0 counts as 1
    assert share(found(table), "log epochs", "lr") == pytest.approx(1)
    table.loc[0, "epochs"] = 1000
    cut = np.array([[1, 0, 0, 0], [1] * 4, [1] * 4])  # in units of log 50
    between_seeds = cut.var(axis=1, ddof=1)
    setting = cut.mean(axis=1).var() - between_seeds[0] / 4 * 2 / 9
    total = between_seeds.mean() + setting
    assert share(found(table), "log epochs", "lr") == pytest.approx(setting / total)


def test_a_response_that_does_not_vary_has_no_shares():
    table = runs(GRID).assign(outcome=pd.Categorical(["converged"] * 36, categories=OUTCOMES))
    rows = found(table)
    assert rows.loc[rows["response"] == "success", ["share", "share_low", "share_high"]].isna().all(axis=None)
    assert rows.loc[rows["response"] == "log epochs", "share"].notna().all()


@pytest.mark.parametrize("beta", [[0.5, 0.7, 0.9], ["a", "b", "c"], [2, 2, 4]])
def test_settings_that_advance_together_are_one_factor(beta):
    zipped = GRID.assign(beta=np.repeat(beta, 2))
    assert factors(runs(zipped)) == ({"lr = beta", "hidden", "lr = beta × hidden", "chance"}, {"variance"})


DRAWN = ("lr", "momentum", "hidden")


def sampled(points, seed=0):
    rng = np.random.default_rng(seed)
    return pd.DataFrame({"lr": rng.random(points), "momentum": rng.random(points), "hidden": rng.integers(2, 9, points)})


def test_sampled_settings_are_a_factor_each():
    cells = sampled(100)
    rows = found(runs(cells, success=np.exp(-20 * (cells["lr"] - 0.5) ** 2), seeds=20), drawn=DRAWN)
    assert set(rows["factor"]) == {"lr", "momentum", "hidden", "rest"}
    assert set(rows["method"]) == {"PED-ANOVA"}
    assert rows["factor"].iloc[0] == "lr"
    alone = factors(runs(cells, seeds=1), DRAWN)
    assert alone == ({"lr", "momentum", "hidden", "rest"}, {"PED-ANOVA"})


def test_fewer_sampled_points_are_one_factor_and_one_sampled_setting_is_a_factor_of_a_balanced_design():
    assert factors(runs(sampled(49)[["lr", "momentum"]]), DRAWN)[0] == {"lr = momentum", "chance"}
    assert factors(runs(sampled(60)[["lr"]]), DRAWN) == ({"lr", "chance"}, {"variance"})


def test_drawn_settings_are_declared_and_not_guessed_from_the_values():
    """Drawn values may be sorted, or whole numbers that repeat; listed values may look random."""
    in_order = pd.DataFrame({"lr": np.arange(60), "beta": -np.arange(60)})
    assert factors(runs(in_order)) == ({"lr = beta", "chance"}, {"variance"})
    assert factors(runs(in_order), ("lr", "beta"))[1] == {"PED-ANOVA"}
    listed = sampled(60)[["lr", "momentum"]]
    assert factors(runs(listed)) == ({"lr = momentum", "chance"}, {"variance"})
    whole = pd.DataFrame(np.random.default_rng(1).integers(1, 30, (60, 2)), columns=["hidden", "steps"]).drop_duplicates()
    assert factors(runs(whole), ("hidden", "steps"))[1] == {"PED-ANOVA"}


def test_a_grid_beside_sampled_settings_is_a_factor_too():
    cells = sampled(60).merge(pd.DataFrame({"rule": ["gd", "adam"]}), how="cross")
    rows = found(runs(cells, success=(cells["rule"] == "adam") * 0.9, seeds=20), resamples=100, drawn=DRAWN)
    assert set(rows["factor"]) == {"lr", "momentum", "hidden", "rule", "rest"}
    of_success = rows[rows["response"] == "success"]
    assert of_success["factor"].iloc[0] in ("rule", "rest")
    assert share(rows, "success", "rule") > 5 * share(rows, "success", "momentum")


def nested():
    cells = pd.DataFrame({"optimizer": ["gd", "adam", "adam"], "beta": [np.nan, 0.5, 0.9]})
    return runs(cells.merge(pd.DataFrame({"lr": [0.1, 0.2]}), how="cross"))


def test_one_branch_of_a_nested_setting_is_refused_with_the_others_and_split_alone():
    table = nested()
    with pytest.raises(BacksweepError, match=r"beta: .* such as optimizer=adam, with `where`$"):
        found(table)
    assert factors(table[table["optimizer"] == "adam"])[0] == {"beta", "lr", "beta × lr", "chance"}
    assert factors(table[table["optimizer"] == "gd"])[0] == {"lr", "chance"}


def test_what_cannot_be_split_says_why_and_what_would():
    table = runs(GRID)
    with pytest.raises(BacksweepError, match=r"5 of the 6 combinations of lr and hidden.*finish the sweep"):
        found(table.iloc[6:])
    with pytest.raises(BacksweepError, match=r"35 runs.*same 6 seeds each would be 36.*finish the sweep"):
        found(table.iloc[1:])
    with pytest.raises(BacksweepError, match="would be 72"):
        found(table.assign(seed=table["seed"] + 6 * (table["hidden"] == 2)))
    with pytest.raises(BacksweepError, match="two runs"):
        found(pd.concat([table, table]))
    with pytest.raises(BacksweepError, match="at least 2"):
        found(runs(GRID, seeds=1))
    for nothing in (table[(table["lr"] == 0.1) & (table["hidden"] == 2)], table.iloc[:0]):
        with pytest.raises(BacksweepError, match="no setting varies"):
            found(nothing)
