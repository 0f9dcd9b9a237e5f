"""The best cell, measured on seeds that did not choose it."""

import numpy as np
import pandas as pd
import pytest

from backsweep.errors import BacksweepError, NoAnswerError
from backsweep.outcomes import OUTCOMES
from backsweep.results.analysis.remarks import tied_best, without_best
from backsweep.results.analysis.selection import best_on_other_seeds


def table(outcomes, epochs, seeds, **settings):
    outcomes = pd.Categorical(outcomes, categories=OUTCOMES)
    return pd.DataFrame(
        {"run": np.arange(len(seeds)), "cell": 0, "seed": seeds, **settings, "outcome": outcomes, "epochs": epochs}
    )


def test_a_single_combination_is_not_chosen_and_all_its_runs_count():
    alone = table(["converged"] * 3 + ["capped"] * 2, 9, range(5))
    found = best_on_other_seeds(alone, rng=np.random.default_rng(0))
    assert found[["runs", "success", "running_time"]].to_numpy().tolist() == [[5, 0.6, 15]]


def test_a_lucky_run_of_a_cell_that_has_only_begun_does_not_win():
    runs = table(["capped", *["converged"] * 5], 9, [0, 1, 2, 3, 0, 1], lr=[1] * 4 + [2] * 2)
    for seed in range(20):
        assert best_on_other_seeds(runs, rng=np.random.default_rng(seed))["lr"].tolist() == [1]
    with pytest.raises(BacksweepError, match="no combination of settings has all the seeds"):
        best_on_other_seeds(table(["converged"] * 2, 9, [0, 1], lr=[1, 2]), rng=np.random.default_rng(0))


def test_the_winners_curse_is_only_in_the_choosing_half():
    """The best of 10 equal cells, success rate 0.5, looks better than that on the half that chose it, and not on the other
    half.
    """
    cells, seeds, repeats = 10, 101, 2000
    runs = table(["converged"] * cells * seeds, 10, np.tile(np.arange(seeds), cells), lr=np.repeat(np.arange(cells), seeds))
    found = []
    for repeat in range(repeats):
        rng = np.random.default_rng(repeat)
        codes = np.where(rng.random(cells * seeds) < 0.5, OUTCOMES.index("converged"), OUTCOMES.index("capped"))
        runs["outcome"] = pd.Categorical.from_codes(codes, OUTCOMES)
        found.append(best_on_other_seeds(runs, rng=rng, resamples=1))
    found = pd.concat(found)
    assert (found["runs"] == 51).all()
    assert found["chosen_success"].mean() > 0.57
    assert found["success"].mean() == pytest.approx(0.5, abs=0.01)
    assert 0.93 <= np.mean((found["success_low"] <= 0.5) & (found["success_high"] >= 0.5)) <= 0.97


def test_of_cells_that_converge_alike_the_cheaper_is_the_best():
    runs = table(["converged"] * 8, [9] * 4 + [3] * 4, [0, 1, 2, 3] * 2, lr=[1] * 4 + [2] * 4)
    row = best_on_other_seeds(runs, rng=np.random.default_rng(0), resamples=50).iloc[0]
    assert row[["lr", "runs", "running_time"]].tolist() == [2, 2, 3]


@pytest.mark.parametrize("outcome", ["capped", "diverged", "stalled"])
@pytest.mark.parametrize("settings", [{}, {"lr": [1, 1, 1, 2, 2, 2]}])
def test_if_no_run_converges_no_cell_is_the_best(outcome, settings):
    runs = table([outcome] * 6, [9] * 6, [0, 1, 2] * 2 if settings else range(6), **settings)
    with pytest.raises(NoAnswerError, match=r"^no run converged, so no setting is the best") as error:
        best_on_other_seeds(runs, rng=np.random.default_rng(0))
    assert error.value.columns[: len(settings)] == tuple(settings)


def test_a_success_only_on_the_other_seeds_makes_no_cell_the_best():
    """Of two seeds, one chooses; only the other converged."""
    runs = table(["capped", "converged"] * 2, 9, [0, 1] * 2, lr=[1, 1, 2, 2])
    lucky = [seed for seed in range(8) if np.random.default_rng(seed).permutation([0, 1])[0] == 1]
    for seed in set(range(8)) - set(lucky):
        with pytest.raises(NoAnswerError, match=r"^no setting converged on the choosing seeds, so none is the best$"):
            best_on_other_seeds(runs, rng=np.random.default_rng(seed))
    best = best_on_other_seeds(runs, rng=np.random.default_rng(lucky[0]))
    assert best[["chosen_success", "tied"]].to_numpy().tolist() == [[1, 2]]
    assert tied_best(best) == ["2 settings did equally well on the seeds that choose; this is the first of them."]


def test_a_cheaper_cell_is_not_tied():
    runs = table(["converged"] * 6, [9, 9, 3, 3, 3, 3], [0, 1] * 3, lr=[1, 1, 2, 2, 3, 3])
    best = best_on_other_seeds(runs, rng=np.random.default_rng(0))
    assert best[["lr", "tied"]].to_numpy().tolist() == [[2, 2]]
    alone = best_on_other_seeds(runs[runs["lr"] < 3], rng=np.random.default_rng(0))
    assert (alone["tied"].tolist(), tied_best(alone)) == ([1], [])


@pytest.mark.parametrize("runs", [0, 1])
def test_it_takes_two_seeds(runs):
    with pytest.raises(BacksweepError, match="two"):
        best_on_other_seeds(table(["converged"] * runs, [9] * runs, range(runs)), rng=np.random.default_rng(0))


RULES = table(
    ["converged"] * 8 + ["capped"] * 4 + ["converged"] * 2,
    [9] * 4 + [3] * 4 + [50] * 4 + [7] * 2,
    [0, 1, 2, 3] * 3 + [0, 1],
    rule=["gd"] * 8 + ["adam"] * 4 + ["gd"] * 2,
    lr=[1.0] * 4 + [2.0] * 4 + [1.0] * 4 + [3.0] * 2,
)


def test_one_best_for_each_value_of_a_setting():
    twice = pd.concat([RULES[RULES["rule"] == "gd"], RULES[RULES["rule"] == "gd"].assign(rule="momentum", epochs=5)])
    found = best_on_other_seeds(twice, ["rule"], rng=np.random.default_rng(0), resamples=50)
    assert found.columns[:2].tolist() == ["rule", "lr"]
    columns = ["rule", "lr", "tied", "runs", "running_time"]  # lr 3 lacks two seeds
    assert found[columns].to_numpy().tolist() == [["gd", 2, 1, 2, 3], ["momentum", 1, 2, 2, 5]]
    assert tied_best(found) == ["Row 2: 2 settings did equally well on the seeds that choose; this is the first of them."]
    for rule, row in zip(found["rule"], range(2), strict=True):
        alone = twice[twice["rule"] == rule].drop(columns="rule")
        single = best_on_other_seeds(alone, rng=np.random.default_rng(0), resamples=50)
        assert single.iloc[0].tolist()[:4] == found.drop(columns="rule").iloc[row].tolist()[:4]


def test_where_no_run_converges_there_is_no_row_and_a_sentence_says_so():
    found = best_on_other_seeds(RULES, ["rule"], rng=np.random.default_rng(0), resamples=50)
    assert found["rule"].tolist() == ["gd"]
    sentence = "No best setting for rule adam: no run of the seeds that choose converged."
    assert without_best(RULES, found, ["rule"]) == [sentence]
    begun = RULES[(RULES["rule"] == "gd") | (RULES["seed"] < 2)]
    assert without_best(begun, found, ["rule"]) == ["No best setting for rule adam: none has all the seeds that others have."]
    assert without_best(RULES, best_on_other_seeds(RULES, rng=np.random.default_rng(0), resamples=50), []) == []
