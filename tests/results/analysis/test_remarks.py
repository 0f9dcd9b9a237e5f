"""Remarks beside tables: on pooled limits, and on runs whose first loss is above the bound."""

import numpy as np
import pandas as pd

from backsweep.results.analysis.remarks import lost_at_once, over_the_bound, unequal_limits
from backsweep.results.analysis.tables import summary
from backsweep.results.report.cell_maps import cell_maps
from backsweep.results.report.explorer import explorer
from backsweep.results.statistics.running_time import epochs_for_each_success

RUNS = pd.DataFrame(
    {
        "run": range(8),
        "cell": [0] * 4 + [1] * 4,
        "seed": [0, 1, 2, 3] * 2,
        "limit": [100] * 4 + [1000] * 4,
        "outcome": ["capped"] * 4 + ["converged"] * 3 + ["capped"],
        "epochs": [100] * 4 + [500, 600, 700, 1000],
        "loss": 0.1,
        "accuracy": 1.0,
    }
)


def test_pooled_limits_are_remarked_on_where_they_differ():
    """3 of 8 runs converge, and yet the curve falls to one half: by hand 3/4, 1/2, 1/4 of the four runs that continued past
    epoch 100.
    """
    found = summary(RUNS, []).iloc[0]
    assert (found["success"], found["median_epochs"]) == (0.375, 600)
    assert "different limits, from 100 to 1,000 epochs" in unequal_limits(RUNS, [])[0]
    assert unequal_limits(RUNS, ["limit"]) == []


def test_runs_that_begin_above_the_bound_are_named_with_their_first_loss():
    lost = RUNS.assign(outcome="diverged", epochs=[0] * 4 + [1] * 4, loss=[0.5, 0.75, np.nan, np.inf, 1, 1, 1, 1])
    assert lost_at_once(lost).tolist() == [0.5, 0.75]
    assert "2 runs diverged before the first update" in over_the_bound(lost_at_once(lost))[0]
    assert "losses of 0.5 to 0.75, above train.bound" in over_the_bound(lost_at_once(lost))[0]
    assert over_the_bound(lost_at_once(RUNS)) == []


def test_without_a_success_the_running_time_is_infinite_even_without_an_update():
    assert epochs_for_each_success(np.array([[0.0, 0.0], [10.0, 0.0], [10.0, 2.0]])).tolist() == [np.inf, np.inf, 5.0]


def test_the_explorer_has_all_points_of_many_cells():
    """300 cells have more points than Altair accepts by default."""
    cells = pd.DataFrame([(lr, beta, seed) for lr in range(20) for beta in range(15) for seed in range(25)])
    table = cells.set_axis(["lr", "beta", "seed"], axis="columns").assign(outcome="converged", epochs=cells[2] + 1)
    table = table.assign(run=range(len(table)), cell=np.arange(len(table)) // 25, loss=0.1, accuracy=1.0)
    (value,) = cell_maps(table, pd.DataFrame(columns=["run", "epoch", "loss"]))
    assert len(value.curves) > 5000
    assert len(explorer([value])["maps"][0]["curves"]["epoch"]) == len(value.curves)


def test_names_of_javascripts_own_properties_get_a_space_in_the_explorer():
    named = RUNS.assign(limit=["constructor"] * 4 + ["__proto__"] * 4)
    assert cell_maps(named, pd.DataFrame(columns=["run", "epoch", "loss"]))[0].columns == [" __proto__", " constructor"]
