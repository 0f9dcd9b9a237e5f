"""Maps of runs that were counted against those of the same runs in a table."""

import tracemalloc
from itertools import pairwise

import numpy as np
import pandas as pd
import pyarrow as pa
import pytest

from backsweep.outcomes import OUTCOMES
from backsweep.results.live.counts import CountedRuns
from backsweep.results.live.maps import live_maps
from backsweep.results.report.cell_maps import cell_maps
from backsweep.results.statistics.bins import LOSS_PARTS, PARTS
from backsweep.results.statistics.survival import kaplan_meier

NOTHING_RECORDED = pd.DataFrame(columns=["run", "epoch", "loss"])
SEEDS = 60


def runs(shares=(0.5, 0.1, 0.1, 0.3), **settings):
    """A table of runs: all combinations of some settings, SEEDS of each."""
    return runs_of(pd.MultiIndex.from_product(settings.values(), names=settings).to_frame(index=False), shares)


def drawn(points):
    """A table of runs at points that were drawn: each with a rate of its own, and one of a few values of two other settings."""
    rng = np.random.default_rng(3)
    others = {"hidden": rng.choice([2, 4, 8], points), "optimizer": rng.choice(["gd", "adam"], points)}
    return runs_of(pd.DataFrame({"lr": rng.random(points), **others}), (0.5, 0.1, 0.1, 0.3))


def runs_of(grid, shares):
    """A table of runs: SEEDS of each row of a table of settings."""
    table = grid.loc[np.repeat(np.arange(len(grid)), SEEDS)].reset_index(drop=True)
    rng = np.random.default_rng(7)
    outcome = rng.choice(OUTCOMES, len(table), p=shares)
    epochs = np.where(outcome == "capped", 5000, np.minimum(np.exp(rng.normal(5, 2, len(table))), 5000)).astype(np.int32)
    loss = np.where(outcome == "diverged", np.inf, np.exp(rng.normal(-3, 2, len(table))))
    first = {"run": np.arange(len(table)), "cell": np.repeat(np.arange(len(grid)), SEEDS), "seed": 0}
    return pd.DataFrame({**first, **table, "outcome": outcome, "epochs": epochs, "loss": loss, "accuracy": 1.0})


def counted(table, parts=1):
    """The same runs, counted part by part in another order than that of the table."""
    found = CountedRuns(
        [name for name in table if name not in {"run", "cell", "seed", "outcome", "epochs", "loss", "accuracy"}]
    )
    arrow = pa.Table.from_pandas(table.assign(outcome=table["outcome"].astype("category")), preserve_index=False)
    bounds = np.linspace(0, len(table), parts + 1).astype(int)
    for start, stop in [*pairwise(bounds)][::-1]:
        found.add(arrow.slice(start, stop - start))
    return found


def in_order(found):
    """The cells of a map by their places."""
    return found.cells.sort_values(["x", "y"]).reset_index(drop=True)


SETTINGS = {"lr": [0.01, 0.1, 1.0, 10.0], "hidden": [8, 2, 4], "optimizer": ["gd", "adam"]}


TABLES = {
    "grid": lambda: runs(**SETTINGS),
    "one setting": lambda: runs(lr=[0.5, 0.1]),
    "missing": lambda: runs(lr=[0.1, np.nan, 2.0], bias=[True, False]),
    "drawn": lambda: drawn(2000),
}


@pytest.mark.parametrize("made", TABLES)
@pytest.mark.parametrize("parts", [1, 13])
def test_counted_runs_have_the_maps_of_the_table(made, parts):
    table = TABLES[made]()
    expected = cell_maps(table, NOTHING_RECORDED)
    found = live_maps(counted(table, parts), {})
    assert len(found) == len(expected)
    for mine, theirs in zip(found, expected, strict=True):
        for name in ("across", "down", "columns", "rows", "pooled"):
            assert getattr(mine, name) == getattr(theirs, name)
        cells, others = in_order(mine), in_order(theirs)
        exact = ["x", "y", "runs", *OUTCOMES, "low", "high"]
        np.testing.assert_allclose(cells[exact], others[exact], rtol=1e-12)
        for name, parts_of in (("median", PARTS), ("loss", LOSS_PARTS)):
            assert (cells[name].isna() == others[name].isna()).all()
            ratio = (cells[name] / others[name]).dropna()
            assert ratio.between(1, 1 + 1 / parts_of).all()


def test_curves_are_those_of_the_runs_where_they_have_points():
    table = runs(lr=[0.01, 0.1, 1.0])
    (found,) = live_maps(counted(table, 5), {})
    for cell, curve in found.curves.groupby("cell"):
        mine = table["lr"] == [0.01, 0.1, 1.0][found.cells["x"][cell]]
        outcome = table["outcome"][mine]
        converged, capped = ((outcome == how).to_numpy() for how in ("converged", "capped"))
        exact = kaplan_meier(np.zeros(mine.sum(), int), table["epochs"][mine].to_numpy(), converged, capped)
        steps = curve.iloc[1:-1]
        place = np.searchsorted(exact.epoch, steps["epoch"], side="right") - 1
        for name, values in (("share", exact.survival), ("low", exact.low), ("high", exact.high)):
            np.testing.assert_allclose(steps[name], values[place], rtol=1e-12)
        assert curve["epoch"].iloc[-1] == 5000


def test_the_cell_that_opens_is_the_one_where_most_converge_or_losses_are_lowest():
    table = runs(lr=[0.01, 0.1, 1.0])
    table.loc[table["lr"] == 0.1, "outcome"] = "converged"
    (found,) = live_maps(counted(table), {})
    assert found.columns[found.cells["x"][found.opens]] == "0.1"
    table = runs((0, 0, 0, 1), lr=[0.01, 0.1, 1.0])
    table.loc[table["lr"] == 1.0, "loss"] /= 100
    (found,) = live_maps(counted(table), {})
    assert found.columns[found.cells["x"][found.opens]] == "1"


def test_where_a_map_would_have_too_many_cells_all_runs_are_one():
    table = runs(lr=np.linspace(0.1, 1, 1000))
    (found,) = live_maps(counted(table), {})
    assert (found.across, found.down, found.cells["runs"].tolist()) == ("", None, [60_000])


def test_cells_that_no_map_can_hold_take_no_room():
    """Counts of one map of all these cells would take 350 MB."""
    table = drawn(16_000).drop_duplicates("cell")
    tracemalloc.start()
    try:
        found = counted(table)
        assert tracemalloc.get_traced_memory()[1] < 100e6
    finally:
        tracemalloc.stop()
    assert found.runs == 16_000
