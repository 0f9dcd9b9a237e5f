"""The setting that a report shows first is that of the answer; so are the run that stands for it and the explorer's cell."""

import numpy as np
import pandas as pd
import pytest

from backsweep.errors import NoAnswerError
from backsweep.results.analysis.answer import SEED
from backsweep.results.analysis.ranking import order_of, ranked
from backsweep.results.analysis.selection import best_on_other_seeds, halves_of, lowest_loss_on_other_seeds
from backsweep.results.analysis.shown_first import shown_first, typical_run, why_typical
from backsweep.results.report.cell_maps import cell_maps

NOTHING_RECORDED = pd.DataFrame(columns=["run", "epoch", "loss"])


def runs_of(rng, seeds, converging):
    """Of 3 × 4 settings, with outcomes, epochs and losses by chance."""
    cells = [(lr, name) for lr in (0.1, 0.2, 0.3) for name in "abcd"]
    table = pd.DataFrame([(cell, seed, *cells[cell]) for cell in range(len(cells)) for seed in range(seeds)])
    table.columns = ["cell", "seed", "lr", "kind"]
    count = len(table)
    outcome = rng.choice(["converged", "capped"], count, p=[converging, 1 - converging])
    return table.assign(
        run=np.arange(count), outcome=outcome, epochs=rng.integers(1, 50, count), loss=rng.random(count), accuracy=0.5
    )


def answered(table):
    """The row of the answer."""
    try:
        return best_on_other_seeds(table, rng=np.random.default_rng(SEED), resamples=1).iloc[0]
    except NoAnswerError:
        return lowest_loss_on_other_seeds(table, halves_of(table, None, np.random.default_rng(SEED))).iloc[0]


@pytest.mark.parametrize("converging", [0.0, 0.02, 0.5, 0.9])
@pytest.mark.parametrize("seed", range(5))
def test_it_is_the_setting_of_the_answer(seed, converging):
    table = runs_of(np.random.default_rng(seed), 6, converging)
    row = answered(table)
    shown = shown_first(table).runs
    assert shown[["lr", "kind"]].drop_duplicates().to_numpy().tolist() == [[row["lr"], row["kind"]]]
    assert len(shown) == 6
    assert typical_run(table) in shown["run"].tolist()
    (found,) = cell_maps(table, NOTHING_RECORDED)
    opens = found.cells.loc[found.opens]
    shown_there = {found.across: found.columns[int(opens["x"])], found.down: found.rows[int(opens["y"])]}
    assert shown_there == {"lr": f"{row['lr']:.3g}", "kind": row["kind"]}


def test_the_order_is_by_success_then_by_epochs_per_success_and_by_loss_where_none_converged():
    table = pd.DataFrame(
        {
            "group": [0, 0, 1, 1, 2, 2, 3, 3, 4, 4],
            "outcome": ["converged", "converged", "converged", "capped", "converged", "capped", *["capped"] * 4],
            "epochs": [60, 80, 1, 90, 40, 50, 9, 9, 9, 9],  # per success 70, 91, 90, and the median of group 1 is sooner
            "loss": [0.1, 0.1, 0.1, 0.1, 0.9, 0.9, 0.3, 0.5, 0.2, 0.4],
        }
    )
    assert order_of(table, table["group"].to_numpy(), 6).tolist() == [0, 2, 1, 4, 3, 5]


def test_of_a_single_seed_it_is_the_first_of_the_table():
    table = runs_of(np.random.default_rng(7), 1, 0.4)
    assert shown_first(table).runs[["lr", "kind"]].iloc[0].tolist() == ranked(table)[["lr", "kind"]].iloc[0].tolist()


def one_setting(outcomes, epochs, losses):
    return pd.DataFrame(
        {
            "run": range(len(epochs)),
            "cell": 0,
            "seed": range(len(epochs)),
            "outcome": outcomes,
            "epochs": epochs,
            "loss": losses,
        }
    )


def test_the_run_is_the_median_of_those_that_converge_or_of_all_by_their_loss():
    some = one_setting(["converged", "capped", "converged", "converged"], [30, 99, 10, 20], [0.1, 0.9, 0.1, 0.1])
    assert typical_run(some) == 3
    assert why_typical(some).endswith(
        "the one setting, and of the runs that converge there it takes the median number of epochs."
    )
    none = one_setting(["capped", "diverged", "capped"], [50, 3, 50], [0.2, np.inf, 0.3])
    assert typical_run(none) == 2
    assert why_typical(none).endswith("of which none converges, it ends with the median loss.")
    assert typical_run(none.iloc[:1]) == 0
    assert why_typical(none.iloc[:1]) == "It is of the one setting, and is the only run there."
    assert typical_run(none.iloc[:0]) is None


def test_it_says_who_chose_the_setting():
    table = runs_of(np.random.default_rng(0), 6, 0.9)
    assert ", where most runs of the choosing seeds converge, at the fewest epochs per success, and of" in why_typical(table)
    alone = why_typical(table[table["seed"] == 0])
    assert alone.endswith(", where most runs converge, at the fewest epochs per success, and is the only run there.")
    none = table.assign(outcome="capped")
    assert ", where runs of the choosing seeds end with the lowest loss, and of the runs there" in why_typical(none)
