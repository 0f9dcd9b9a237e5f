"""Quantiles of losses by epoch against a plain loop, and how runs count that have ended."""

import numpy as np
import pandas as pd

from backsweep.results.analysis.loss_bands import loss_bands
from backsweep.results.statistics.loss_bands import BANDS


def made_up(rng, runs, longest):
    """Runs that are recorded every third epoch and at their end; some of them diverge."""
    table = pd.DataFrame({"run": np.arange(100, 100 + runs), "outcome": rng.choice(["converged", "diverged", "capped"], runs)})
    rows = []
    for run in table["run"]:
        last = int(rng.integers(0, longest))
        epochs = sorted({*range(0, last, 3), last})
        rows += [(run, epoch, loss) for epoch, loss in zip(epochs, rng.random(len(epochs)), strict=True)]
    return table, pd.DataFrame(rows, columns=["run", "epoch", "loss"]).sample(frac=1, random_state=0)


def by_hand(records, table, group, at):
    losses = {}
    for run, outcome, of in zip(table["run"], table["outcome"], group, strict=True):
        mine = records[records["run"] == run].sort_values("epoch")
        if len(mine):
            ended = outcome == "diverged" and mine["epoch"].iloc[-1] <= at
            losses.setdefault(of, []).append(np.inf if ended else mine[mine["epoch"] <= at]["loss"].iloc[-1])
    return {of: np.quantile(some, list(BANDS.values()), method="inverted_cdf") for of, some in losses.items()}


def test_the_quantiles_are_those_of_a_plain_loop():
    rng = np.random.default_rng(0)
    table, records = made_up(rng, 40, 30)
    group = rng.integers(0, 3, 40)
    found = loss_bands(records, table, group, points=1000)
    assert sorted(found["epoch"].unique()) == [*range(0, records["epoch"].max(), 3), records["epoch"].max()]
    for (of, at), row in found.set_index(["group", "epoch"]).iterrows():
        np.testing.assert_array_equal(row[list(BANDS)].to_numpy(float), by_hand(records, table, group, at)[of])


def test_a_run_that_ended_keeps_its_loss_and_one_that_diverged_has_an_infinite_one():
    table = pd.DataFrame({"run": [0, 1], "outcome": ["converged", "diverged"]})
    records = pd.DataFrame({"run": [0, 0, 1, 1, 1], "epoch": [0, 2, 0, 2, 3], "loss": [1.0, 0.1, 1.0, 9.0, 11.0]})
    found = loss_bands(records, table, np.array([0, 1]), points=10).set_index(["group", "epoch"])["median"]
    assert found.loc[0].tolist() == [1.0, 0.1, 0.1]
    assert found.loc[1].tolist() == [1.0, 9.0, np.inf]


def test_few_points_keep_the_ends():
    table = pd.DataFrame({"run": [0], "outcome": ["capped"]})
    records = pd.DataFrame({"run": 0, "epoch": np.arange(1001), "loss": np.linspace(1, 0, 1001)})
    found = loss_bands(records, table, np.array([0]), points=5)
    assert found["epoch"].tolist() == [0, 250, 500, 750, 1000]


def test_without_records_there_are_no_bands_and_runs_that_are_gone_do_not_count():
    table = pd.DataFrame({"run": [0], "outcome": ["capped"]})
    none = pd.DataFrame({"run": [], "epoch": [], "loss": []})
    assert loss_bands(none, table, np.array([0]), 5).empty
    both = pd.DataFrame({"run": [0, 7], "epoch": [0, 0], "loss": [1.0, 5.0]})
    assert loss_bands(both, table, np.array([0]), 5)[["runs", "median"]].to_numpy().tolist() == [[1, 1.0]]
