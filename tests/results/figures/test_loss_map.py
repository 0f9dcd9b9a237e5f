"""The map of final losses against means that SciPy trims."""

from itertools import pairwise

import numpy as np
import pandas as pd
import pytest
from matplotlib.figure import Figure
from scipy.stats import trim_mean

from backsweep.errors import ResultsError
from backsweep.outcomes import OUTCOMES
from backsweep.results.figures import own_axes
from backsweep.results.figures.loss_map import draw_loss_map, loss_map
from backsweep.results.figures.registry import FIGURES


@pytest.fixture
def table():
    rng = np.random.default_rng(0)
    runs = pd.DataFrame([(lr, name, seed) for lr in (0.1, 1.0, 10.0) for name in ("a", None) for seed in range(9)])
    runs.columns = ["lr", "kind", "seed"]
    count = len(runs)
    return runs.assign(
        run=range(count), cell=np.arange(count) // 9, outcome="capped", epochs=5, loss=rng.random(count), accuracy=0.5
    )


def test_each_cell_is_the_trimmed_mean_of_its_losses(table):
    table = table[(table["lr"] != 10) | table["kind"].notna()]
    table.loc[(table["lr"] == 1) & (table["kind"] == "a"), "loss"] = [np.inf] * 3 + [1.0] * 6
    found = loss_map(table)
    assert (found.column, found.columns, found.row, {"a"} < set(found.rows)) == ("lr", [0.1, 1, 10], "kind", True)
    for i, kind in enumerate(found.rows):
        of_kind = table["kind"].isna() if pd.isna(kind) else table["kind"] == kind
        for j, lr in enumerate(found.columns):
            losses = table.loc[of_kind & (table["lr"] == lr), "loss"]
            expected = trim_mean(losses, 0.25) if len(losses) else np.nan
            np.testing.assert_allclose(found.loss[i, j], expected)
    assert (np.isinf(found.loss).sum(), np.isnan(found.loss).sum()) == (1, 1)
    draw_loss_map(found, Figure().add_subplot())
    low = np.nanmin(np.where(np.isinf(found.loss), np.nan, found.loss))
    assert f"from {low:#.4g} at lr" in found.alt_text


def test_of_one_setting_it_is_one_row_and_without_a_finite_loss_there_is_none(table):
    alone = table[table["kind"] == "a"].drop(columns="kind")
    found = loss_map(alone)
    expected = [trim_mean(alone.loc[alone["lr"] == lr, "loss"], 0.25) for lr in found.columns]
    np.testing.assert_allclose(found.loss, [expected])
    draw_loss_map(found, Figure().add_subplot())
    with pytest.raises(ResultsError, match="no cell has a finite loss"):
        loss_map(alone.assign(loss=np.nan))


def test_a_report_draws_it_in_place_of_the_map_of_success_where_none_converges(table):
    drawn = lambda of: [name for name in ("success", "final-loss") if FIGURES[name].in_report(of) is not None]  # noqa: E731
    assert drawn(table) == ["final-loss"]
    assert drawn(table.assign(outcome="converged")) == ["success"]


@pytest.mark.parametrize("width", [3.4, 4.5, 7.2])
def test_numbers_in_cells_do_not_touch(width):
    table = pd.DataFrame({"run": range(5), "cell": range(5), "seed": 0, "lr": [0.1, 0.2, 0.3, 0.4, 0.5], "epochs": 9})
    outcome = pd.Categorical(["capped"] * 5, categories=OUTCOMES)
    axes = draw_loss_map(loss_map(table.assign(outcome=outcome, loss=[0.839, 0.71, 0.7127, 0.8, 0.75])), own_axes(width))
    axes.figure.draw_without_rendering()
    boxes = [text.get_window_extent() for text in axes.texts]
    assert not any(one.overlaps(other) for one, other in pairwise(boxes))
    assert bool(boxes) == (width > 4)  # there is room for them
