"""Every summary, comparison and figure on tables with no runs, one run, or hardly any information: a table or one sentence."""

import numpy as np
import pandas as pd
import pytest

from backsweep.errors import BacksweepError
from backsweep.kernels import Network
from backsweep.results.analysis.comparison import compare_sweeps, compare_unpaired, values_of
from backsweep.results.analysis.more_seeds import seeds_to_compare, seeds_to_know
from backsweep.results.analysis.selection import best_on_other_seeds
from backsweep.results.analysis.summaries import detailed_summary
from backsweep.results.analysis.tables import restart_report, summary
from backsweep.results.analysis.what_matters import what_matters
from backsweep.results.figures import FIGURES, figure
from backsweep.results.text import readable


def made_up(outcomes, lrs=(0.1, 1.0), epochs=100):
    """One run per outcome and lr; the number of the outcome is the seed."""
    rows = [(seed, lr, outcome) for lr in lrs for seed, outcome in enumerate(outcomes)]
    table = pd.DataFrame(rows, columns=["seed", "lr", "outcome"])
    cells = table["lr"].map({lr: cell for cell, lr in enumerate(lrs)})
    loss = np.where(table["outcome"] == "diverged", np.nan, 0.1)
    more = {"run": np.arange(len(table)), "cell": cells, "epochs": epochs, "loss": loss, "accuracy": np.nan}
    return table.assign(**more)[["run", "cell", "seed", "lr", "outcome", "epochs", "loss", "accuracy"]]


TABLES = {
    "no run": made_up([]),
    "one run": made_up(["converged"], lrs=(0.1,)),
    "one censored run": made_up(["capped"], lrs=(0.1,)),
    "only censored runs": made_up(["capped"] * 4),
    "all diverged": made_up(["diverged"] * 4),
    "all diverged at once": made_up(["diverged"] * 4, epochs=0),
    "all converged at epoch 0": made_up(["converged"] * 4, epochs=0),
    "one seed": made_up(["converged"]),
    "one cell": made_up(["converged", "capped", "diverged", "stalled"], lrs=(0.1,)),
    "one cell, no column": made_up(["converged", "capped", "diverged", "stalled"], lrs=(0.1,)).drop(columns="lr"),
    "of each outcome": made_up(["converged", "capped", "diverged", "stalled"]),
}


def rng():
    return np.random.default_rng(0)


FINDINGS = {
    "summary": lambda table: readable.summary(summary(table)),
    "by seed": lambda table: readable.summary(summary(table, ["seed"])),
    "settings": lambda table: readable.details(detailed_summary(table, rng=rng())),
    "best": lambda table: readable.best(best_on_other_seeds(table, rng=rng())),
    "what matters": lambda table: readable.what_matters(what_matters(table, rng=rng())),
    "restarts": lambda table: readable.restarts(restart_report(table)),
    "two values": lambda table: readable.comparison(compare_sweeps(*values_of(table, "lr", 0.1, 1.0), rng=rng())),
    "with itself": lambda table: readable.comparison(compare_sweeps(table, table, rng=rng())),
    "seeds to know": lambda table: readable.more_seeds(seeds_to_know(table, half_width=0.01)),
    "seeds to compare": lambda table: readable.more_seeds(seeds_to_compare(*values_of(table, "lr", 0.1, 1.0), power=0.8)),
    "unpaired": lambda table: readable.comparison(compare_unpaired(table, table)),
}


def value_or_sentence(ask):
    try:
        return ask(), None
    except BacksweepError as error:
        return None, str(error)


@pytest.mark.parametrize("finding", FINDINGS)
@pytest.mark.parametrize("name", TABLES)
def test_a_table_or_a_sentence(name, finding):
    shown, sentence = value_or_sentence(lambda: FINDINGS[finding](TABLES[name]))
    if sentence is None:
        assert all(isinstance(text, str) for text in shown.to_numpy().ravel())
        assert "nan" not in shown.to_string()
    else:
        assert 20 < len(sentence) < 400


def xor_network():
    return Network([[0, 0], [0, 1], [1, 0], [1, 1]], [0, 1, 1, 0], {"epochs": 3})


def resampling(kind):
    """What a kind of figure takes for resampling."""
    return {"rng": rng()} if "rng" in FIGURES[kind].needs else {}


@pytest.mark.parametrize("kind", [name for name, kind in FIGURES.items() if {"table", "rng"}.issuperset(kind.needs)])
@pytest.mark.parametrize("name", TABLES)
def test_a_figure_or_a_sentence(name, kind):
    axes, sentence = value_or_sentence(lambda: figure(kind, TABLES[name], **resampling(kind)))
    if sentence is None:
        axes.figure.canvas.draw()
    else:
        assert 20 < len(sentence) < 400


@pytest.mark.parametrize("kind", FIGURES)
def test_what_a_figure_says_in_words(kind):
    """For a table, or a network, that it can draw."""
    table = TABLES["of each outcome"]
    every = table.assign(measure=np.where(table["seed"] < 2, -1.0, 1.0))
    records = pd.DataFrame({"run": np.repeat(table["run"], 2), "epoch": [0, 100] * len(table), "loss": 0.5})
    tables = {
        "importance": lambda: what_matters(table, rng=rng()),
        "loss": lambda: records[records["run"] == 0],
        "trainability": lambda: pd.concat([every.assign(hidden=width) for width in (2, 3)]),
        "slope": lambda: table.assign(outcome="converged"),
        "median": lambda: table.assign(outcome="converged"),
        "ranks": lambda: pd.concat([made_up(["converged"], lrs=(1, 2, 3)).assign(rule=rule) for rule in "abc"]),
        "decision": xor_network,
        "weights": xor_network,
    }
    options = {"trajectories": {"records": records}, **{name: {"run": 0} for name in ("loss", "decision", "weights")}}
    value = FIGURES[kind].compute(tables.get(kind, lambda: table)(), **options.get(kind, {}), **resampling(kind))
    assert len(value.alt_text) > 40
    assert len(value.caption) > 40
    assert "nan" not in value.alt_text + value.caption
