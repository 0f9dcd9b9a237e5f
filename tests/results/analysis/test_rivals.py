"""Several values of a setting: all pairs as one family, each at its own best, and mean ranks; by hand and by plain loops."""

from itertools import combinations

import numpy as np
import pandas as pd
import pytest
from scipy import stats

from backsweep.errors import BacksweepError, SettingError
from backsweep.outcomes import OUTCOMES
from backsweep.results.analysis.comparison import compare_sweeps, compare_unpaired
from backsweep.results.analysis.mean_ranks import mean_ranks, table_of
from backsweep.results.analysis.remarks import chosen_without_success
from backsweep.results.analysis.rivals import all_pairs, rivals
from backsweep.results.analysis.tables import part_of
from backsweep.results.comparisons import Comparisons
from backsweep.results.statistics.significance import holm

SPEED = {"adam": 40, "gd": 120, "momentum": 60}
LIMIT = 150


def rng(seed=0):
    return np.random.default_rng(seed)


def runs(speed=SPEED, rates=(0.1, 1.0), tasks=("and", "or", "xor"), seeds=12):
    """Runs of a rule, a rate, a task and a seed; rate 1.0 is three times as fast. Some are cut off, one in ten diverges."""
    draw = rng(1)
    rows = [(rule, lr, task, seed) for rule in speed for lr in rates for task in tasks for seed in range(seeds)]
    table = pd.DataFrame(rows, columns=["rule", "lr", "task", "seed"])
    time = np.ceil(draw.gamma(3, 1 / 3, len(table)) * table["rule"].map(speed) / np.where(table["lr"] == 1, 1, 1 / 3))
    outcome = np.where(draw.random(len(table)) < 0.1, "diverged", np.where(time <= LIMIT, "converged", "capped"))
    ends = pd.Categorical(outcome, categories=OUTCOMES)
    first = pd.DataFrame({"run": np.arange(len(table)), "cell": np.arange(len(table)) // seeds, "seed": table["seed"]})
    rest = {"outcome": ends, "epochs": np.minimum(time, LIMIT).astype(np.int32), "loss": 0.1, "accuracy": 1.0}
    return pd.concat([first, table[["rule", "lr", "task"]], pd.DataFrame(rest)], axis="columns")


RUNS = runs()


def pair_of(table, first, second):
    return (part_of(table, {"rule": value})[0] for value in (first, second))


@pytest.mark.parametrize("paired", [True, False])
def test_all_pairs_are_compared_as_two_values_are_and_are_one_family(paired):
    found = all_pairs(rivals(RUNS, "rule", rng=rng()), paired=paired, rng=rng())
    p, raised = ("success_p", "success_p_holm") if paired else ("p", "p_holm")
    for first, second in combinations(SPEED, 2):
        sides = pair_of(RUNS, first, second)
        alone = (
            compare_sweeps(*sides, rng=rng(), limit=found["restricted_limit"].iloc[0]) if paired else compare_unpaired(*sides)
        )
        mine = found[(found["first"] == first) & (found["second"] == second)]
        exact = [name for name in alone.columns if not name.endswith(("_low", "_high", "_holm")) and name != raised]
        pd.testing.assert_frame_equal(mine[exact].reset_index(drop=True), alone[exact])
    assert found[raised].tolist() == holm(found[p]).tolist()
    assert len(found) == 3 * 2 * 3


def test_the_argument_to_blame_is_that_which_was_given():
    of = Comparisons(lambda: RUNS)
    for given, message in (
        ({"first": 0.1, "second": 0.1}, "second: 0.1 is given twice; name different values of lr"),
        ({"values": [0.1, 1.0, 0.1]}, "values: 0.1 is given twice; name different values of lr"),
    ):
        with pytest.raises(SettingError) as refused:
            of.compare("lr", **given)
        assert str(refused.value) == message


def test_two_values_are_compared_as_ever():
    of = Comparisons(lambda: RUNS)
    found = of.compare("rule", "gd", "adam", seed=3)
    alone = compare_sweeps(*pair_of(RUNS, "gd", "adam"), rng=rng(3))
    pd.testing.assert_frame_equal(found.drop(columns=["first", "second"]), alone)
    assert set(zip(found["first"], found["second"], strict=True)) == {("gd", "adam")}
    pd.testing.assert_frame_equal(found, of.compare("rule", values=["gd", "adam"], seed=3))


def test_each_value_at_its_best_is_chosen_on_some_seeds_and_compared_on_the_others():
    """By a loop over cells: the rate with most successes, then the fewest epochs per success."""
    of = rivals(RUNS, "rule", best_of="lr", rng=rng(5))
    choosing = set(rng(5).permutation(np.arange(12))[:6])
    for (rule, task), cell in RUNS.groupby(["rule", "task"]):
        rates = {}
        for lr, some in cell[cell["seed"].isin(choosing)].groupby("lr"):
            successes = np.sum(some["outcome"] == "converged")
            rates[lr] = (-successes, some["epochs"].sum() / successes)
        kept = of.table[(of.table["rule"] == rule) & (of.table["task"] == task)]
        assert kept["lr"].unique().tolist() == [min(rates, key=rates.get)]
        assert set(kept["seed"]) == set(range(12)) - choosing
    found = all_pairs(of, paired=True, rng=rng())
    assert found.columns[:6].tolist() == ["first", "second", "lr_first", "lr_second", "task", "pairs"]
    assert set(found["pairs"]) == {6}
    assert {*found["lr_first"], *found["lr_second"]} == {1.0}


def test_the_choice_flatters_nobody():
    """Two rules that are alike, one with twenty rates and one with one: on the choosing seeds the one of many would win."""
    draw, found = rng(7), []
    seeds = np.arange(40)
    key = pd.DataFrame([("many", lr, seed) for lr in range(20) for seed in seeds] + [("one", 0, seed) for seed in seeds])
    key.columns = ["rule", "lr", "seed"]
    for repeat in range(300):
        outcome = pd.Categorical(np.where(draw.random(len(key)) < 0.5, "converged", "capped"), categories=OUTCOMES)
        of = rivals(key.assign(run=0, cell=0, outcome=outcome, epochs=9), "rule", best_of="lr", rng=rng(repeat))
        found.append(np.diff([np.mean(of.of(rule)["outcome"] == "converged") for rule in ("many", "one")]))
    assert np.mean(found) == pytest.approx(0, abs=3 * np.std(found) / np.sqrt(len(found)))
    assert np.std(found) > 0.05


def test_where_no_choosing_run_converges_it_is_said():
    never = RUNS.assign(outcome=RUNS["outcome"].mask((RUNS["rule"] == "gd") & (RUNS["task"] == "or"), "stalled"))
    (message,) = chosen_without_success(rivals(never, "rule", best_of="lr", rng=rng()))
    assert message.startswith("No run of the seeds that choose converged for rule gd, task or. There ")
    assert chosen_without_success(rivals(RUNS, "rule", best_of="lr", rng=rng())) == []


def test_mean_ranks_are_those_of_a_plain_loop():
    of = rivals(RUNS, "rule", rng=rng())
    found, places = mean_ranks(of), []
    for _, cell in RUNS.groupby(["lr", "task"]):
        of_seeds = []
        for _, same in cell.groupby("seed"):
            row = {run.rule: run.epochs if run.outcome == "converged" else np.inf for run in same.itertuples()}
            of_seeds.append(stats.rankdata([row[rule] for rule in SPEED]))
        places.append(stats.rankdata(np.sum(of_seeds, axis=0)))
    mean = dict(zip(SPEED, np.mean(places, axis=0), strict=True))
    assert dict(zip(found.levels, found.mean_rank, strict=True)) == mean
    assert found.levels == sorted(mean, key=mean.get)
    assert (found.combinations, found.p_value) == (6, stats.friedmanchisquare(*np.transpose(places)).pvalue)
    assert found.critical_difference == pytest.approx(2.3437 * np.sqrt(3 * 4 / (6 * 6)), abs=1e-4)
    assert table_of(found)["value"].tolist() == found.levels


def test_runs_after_the_first_cut_count_as_not_converged_and_seeds_that_one_lacks_do_not_count():
    rows = {"a": [5, 80, 9], "b": [30, 90, 8], "c": [60, 70, 7]}  # a is cut off at 80; at 90 and 60 nothing is known of it
    table = pd.DataFrame([(rule, task, seed) for rule in rows for task in range(3) for seed in range(3)])
    table.columns = ["rule", "task", "seed"]
    table = table.assign(run=0, cell=0, outcome="converged", epochs=[rows[rule][seed] for rule, _, seed in table.to_numpy()])
    table.loc[(table["rule"] == "a") & (table["seed"] == 1), "outcome"] = "capped"
    table["outcome"] = pd.Categorical(table["outcome"], categories=OUTCOMES)
    lacking = table[(table["rule"] != "c") | (table["seed"] < 2)]
    # Of a, b, c by seed: 1 2 3; 2.5 2.5 1, as c alone converges before 80; 3 2 1. Sums: 6.5 6.5 5; without the last 3.5 4.5 4.
    for of, ranked in ((table, {"a": 2.5, "b": 2.5, "c": 1}), (lacking, {"a": 1, "b": 3, "c": 2})):
        found = mean_ranks(rivals(of, "rule", rng=rng()))
        assert dict(zip(found.levels, found.mean_rank, strict=True)) == ranked


def test_the_sentences_name_what_is_told_apart_and_what_is_not():
    of = rivals(runs(tasks=range(6)), "rule", best_of="lr", rng=rng())
    # 12 · 6 / (3 · 4) · (1.33² + 1.67² + 3² - 3 · 2²) = 9.33; of two degrees of freedom p is exp(-9.33 / 2)
    assert mean_ranks(of).sentences == (
        "Friedman's test ranks the values of rule, each at its best lr as chosen on other seeds, in 6 combinations of task: "
        "χ² = 9.33, df = 2, p = 0.0094. Mean ranks, 1 being the soonest: adam 1.33, momentum 1.67, gd 3.00. Nemenyi's critical "
        "difference at the 5 % level is 1.35: told apart are adam before gd."
    )
    same = mean_ranks(rivals(runs(dict.fromkeys(SPEED, 60)), "rule", rng=rng()))
    assert same.p_value > 0.05
    assert same.sentences.endswith("That is not more than chance would explain, so no two values are told apart.")
    assert [one.tolist() for one in same.alike] == [[0, 1, 2]]


BETA = RUNS.assign(beta=np.where(RUNS["rule"] == "momentum", 0.9, np.nan))
APART = RUNS.assign(lr=RUNS["lr"] * RUNS["rule"].map({"adam": 0.01, "gd": 1, "momentum": 1}))


@pytest.mark.parametrize(
    ("table", "given", "message"),
    [
        (RUNS, {"setting": "width"}, "setting: there is no setting 'width'"),
        (RUNS, {"setting": "rule", "values": ["gd", "sgd"]}, "has no value 'sgd'"),
        (RUNS, {"setting": "rule", "values": ["gd"]}, "values: a comparison needs two values of rule or more, and there is 1"),
        (RUNS, {"setting": "rule", "values": ["gd", "gd"]}, "values: gd is given twice; name different values of rule"),
        (RUNS, {"setting": "rule", "values": "gd"}, "values = 'gd': must be a list of values of rule"),
        (RUNS, {"setting": "rule", "best_of": "rule"}, "best_of: rule is the setting whose values are compared"),
        (RUNS, {"setting": "rule", "best_of": "rate"}, "best_of: there is no setting 'rate'"),
        (RUNS[RUNS["seed"] == 0], {"setting": "rule", "best_of": "lr"}, "needs at least two"),
        (
            BETA,
            {"setting": "rule"},
            "rule: of its values only momentum has beta; compare each value at its best beta with `best_of`",
        ),
        (
            APART,
            {"setting": "rule"},
            "rule adam and gd have no runs with the same lr; compare each value at its best lr with `best_of`",
        ),
    ],
)
def test_what_cannot_be_compared_is_said_with_what_to_do(table, given, message):
    with pytest.raises(BacksweepError) as refused:
        all_pairs(rivals(table, **given, rng=rng()), paired=True, rng=rng())
    assert message in str(refused.value)


def test_settings_that_only_some_values_have_are_chosen_for_those():
    assert len(all_pairs(rivals(BETA, "rule", best_of=["lr", "beta"], rng=rng()), paired=True, rng=rng())) == 9
    assert len(all_pairs(rivals(APART, "rule", best_of="lr", rng=rng()), paired=True, rng=rng())) == 9
    two = rivals(BETA, "rule", ["gd", "adam"], rng=rng())  # neither has a beta
    assert two.within == ["lr", "task"]


@pytest.mark.parametrize(
    ("table", "values", "message"),
    [
        (RUNS, ["gd", "adam"], "Friedman's test takes 3 values of rule or more, and there are 2"),
        (
            RUNS[RUNS["task"] != "or"],
            None,
            "needs 3 combinations of task or more, in which all values of rule have runs; there are 2",
        ),
        (
            RUNS[RUNS["task"] == "or"].drop(columns="task"),
            None,
            r"needs 3 combinations of other settings \(such as tasks\) or more",
        ),
    ],
)
def test_too_few_to_rank_is_said(table, values, message):
    one = table[table["lr"] == 1].drop(columns="lr")
    with pytest.raises(BacksweepError, match=message):
        mean_ranks(rivals(one, "rule", values, rng=rng()))


def test_first_and_second_or_values():
    of = Comparisons(lambda: RUNS)
    with pytest.raises(BacksweepError, match="second: missing"):
        of.compare("rule", "gd")
    with pytest.raises(BacksweepError, match="values: cannot be combined with first and second"):
        of.compare("rule", "gd", "adam", values=["gd", "momentum"])
