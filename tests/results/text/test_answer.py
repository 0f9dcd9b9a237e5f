"""The answer in sentences: nothing that did not converge is called best, and ties are called ties."""

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from backsweep.outcomes import OUTCOMES
from backsweep.results.analysis.answer import answer_of
from backsweep.results.analysis.ranking import ranked
from backsweep.results.analysis.selection import best_on_other_seeds
from backsweep.results.text.answer import _shares, sentences
from helpers.manifests import manifest_of

SEEDS = 4
CHOOSE = set(np.random.default_rng(0).permutation(SEEDS)[: SEEDS // 2].tolist())


def runs(cells, outcome="converged", epochs=10, loss=0.1):
    """A table of these cells with SEEDS seeds each; outcome, epochs and loss are of all runs, or functions of cell and seed."""
    rows = []
    for cell, values in enumerate(cells):
        for seed in range(SEEDS):
            ends = {"outcome": outcome, "epochs": epochs, "loss": loss}
            ends = {name: of(values, seed) if callable(of) else of for name, of in ends.items()}
            rows.append({"run": len(rows), "cell": cell, "seed": seed, **values, **ends})
    table = pd.DataFrame(rows).assign(accuracy=1.0)
    return table.assign(outcome=pd.Categorical(table["outcome"], categories=OUTCOMES))


def answered(table, rule=True, cells=None):
    manifest = manifest_of(runs=cells or max(table["cell"].nunique(), 1))  # with one seed, for the spec does not say more
    train = {"stop": {"loss": 0.1} if rule else {"patience": 3}}
    return sentences(answer_of(table, manifest.model_copy(update={"spec": {**manifest.spec, "train": train}}), resamples=1))


LRS = [{"lr": 1.0}, {"lr": 2.0}, {"lr": 3.0}]


def test_the_best_is_named_with_its_intervals_and_its_end_of_the_range():
    """Wilson's interval of 2 of 2 begins at 1 ÷ (1 + 1.96² ÷ 2) = 0.342."""
    found = answered(runs(LRS, epochs=lambda of, _: 40 - int(10 * of["lr"])))
    assert found[0] == (
        "The best setting is lr 3: there 100.0 % (34.2 % – 100.0 %) of the runs converge, and a success costs 10 epochs (10), "
        "counting all epochs of the runs that fail."
    )
    assert "2 more settings converged as often on the choosing seeds, at more epochs per success." in found
    assert "That is the highest value of lr in this sweep, so even better settings may lie beyond it." in found


def test_a_word_has_the_ends_of_its_own_values():
    cells = [{"rule": "gd", "lr": 1.0}, {"rule": "gd", "lr": 2.0}, {"rule": "adam", "lr": 3.0}, {"rule": "adam", "lr": 4.0}]
    found = answered(runs(cells, epochs=lambda of, _: 40 - int(10 * of["lr"]) + 60 * (of["rule"] == "adam")))
    assert "That is the highest value of lr for rule gd in this sweep, so even better settings may lie beyond it." in found


def test_a_setting_that_does_better_over_all_runs_is_named():
    """lr 1 wins on the choosing seeds, with 10 epochs to 20, and lr 2 over all, with 20 to (2 × 10 + 2 × 490) ÷ 4 = 250."""
    seconds = {1.0: (10, 490), 2.0: (20, 20)}
    found = answered(runs(LRS[:2], epochs=lambda of, seed: seconds[of["lr"]][seed not in CHOOSE]))
    assert found[0].startswith("The best setting is lr 1: there ")
    assert found[2] == (
        "Over all runs lr 2 does better (100.0 %, 20 epochs per success); which is the best was chosen on half of the seeds, "
        "so that the interval above holds."
    )


@settings(max_examples=30)
@given(st.lists(st.tuples(st.sampled_from(OUTCOMES), st.integers(1, 3)), min_size=3 * SEEDS, max_size=3 * SEEDS))
def test_the_first_row_of_the_table_is_the_best_or_said_to_do_better(ends):
    at = {(lr, seed): ends[SEEDS * k + seed] for k, lr in enumerate([1.0, 2.0, 3.0]) for seed in range(SEEDS)}
    table = runs(LRS, lambda of, seed: at[of["lr"], seed][0], lambda of, seed: at[of["lr"], seed][1])
    found = answered(table)
    if not found[0].startswith("The best setting is"):
        return
    best = float(found[0].removeprefix("The best setting is lr ").partition(":")[0])
    rows = ranked(table)
    as_good = rows[["success", "running_time"]].eq(rows[["success", "running_time"]].iloc[0]).all(axis="columns")
    said = [float(text.removeprefix("Over all runs lr ").partition(" ")[0]) for text in found if "does better" in text]
    first = rows["lr"][as_good].tolist()
    assert (said == []) if best in first else (len(said) == 1 and said[0] in first)


def test_ties_are_called_ties():
    found = answered(runs([*LRS, {"lr": 4.0}, {"lr": 5.0}]))
    assert found[0].startswith("5 settings tie: lr 1; lr 2; lr 3; and 2 more. With lr 1, 100.0 % ")
    assert not [sentence for sentence in found if "best" in sentence or "value of lr in this sweep" in sentence]


def test_if_nothing_converged_the_lowest_loss_is_what_it_is():
    found = answered(runs(LRS, "capped", loss=lambda of, _: 1 / of["lr"]))
    assert found[0] == "No run converged. The lowest final loss is that of lr 3: 0.3333 (0.3333)."
    assert "That is the highest value of lr in this sweep, so lower losses may lie beyond it." in found
    assert "Of all runs 100.0 % used all their epochs." in found
    assert "best" not in " ".join(found)


def test_a_single_setting_without_a_success_has_a_bound():
    """Wilson's interval of 0 of 4 ends at 1.96² ÷ (4 + 1.96²) = 0.49."""
    assert (
        answered(runs([{}], "capped"))[0]
        == "No run converged, so at most 49.0 % of such runs do. The final loss is 0.1000 (0.1000)."
    )


def test_what_converged_only_on_the_judging_seeds_is_not_the_best():
    found = answered(runs(LRS, lambda of, seed: "converged" if of["lr"] == 2 and seed not in CHOOSE else "capped"))
    assert found[0].startswith(
        "No setting converged on the choosing seeds, and 16.7 % of all runs did. 3 settings tie for the "
    )
    assert "best" not in found[0]


def test_what_never_converged_again_is_not_the_best():
    found = answered(runs(LRS, lambda of, seed: "converged" if of["lr"] == 2 and seed in CHOOSE else "diverged"))
    assert found[0] == "lr 2 converged most often on half of the seeds, and not once on the others."
    assert "No run converged in 2 of 3 settings. Of all runs 16.7 % converged, 83.3 % diverged." in found


def test_shares_add_up_to_all_and_small_ones_are_not_none():
    """Of 4,000 runs one diverged, 0.025 %, which no text may round to none of them."""
    found = answered(runs([{"lr": float(k)} for k in range(1000)], lambda of, s: "capped" if of["lr"] or s else "diverged"))
    assert "Of all runs more than 99.9 % used all their epochs, less than 0.1 % diverged." in found
    matters = pd.DataFrame({"factor": ["lr", "a", "b", "c", "lr × a", "chance"], "share": [0.5, 0.2, 0.1, 0.1, 0.004, 0.096]})
    assert _shares(matters.assign(method="variance"), "success") == (
        "Of the variance of whether a run converges: lr 50.0 %, a 20.0 %, b 10.0 %, all others 10.4 %, "
        "chance, by the seed, 9.6 %."
    )
    sampled = matters.assign(method="PED-ANOVA", factor=[*matters["factor"][:-1], "rest"])
    assert _shares(sampled, "success").endswith("lr 50.0 %, a 20.0 %, b 10.0 %, all else 20.0 %.")


def test_without_a_rule_settings_are_told_apart_by_their_loss():
    found = answered(runs(LRS, "capped", loss=lambda of, _: of["lr"]), rule=False)
    assert found[0] == (
        "No run can count as converged, because the spec has no stopping rule (train.stop). "
        "The lowest final loss is that of lr 1: 1.000 (1.000)."
    )
    assert not [sentence for sentence in found if "used all their epochs" in sentence or "converge " in sentence]


@pytest.mark.parametrize("rule", [True, False])
def test_one_seed_chooses_nothing(rule):
    found = answered(runs(LRS, "converged" if rule else "capped").query("seed == 0"), rule)
    assert "best setting" not in found[0]
    assert "there are runs of 1 seed" in found[1]


def test_settings_that_a_run_lacks_are_not_named_and_near_ones_are_told_apart():
    cells = [{"lr": 0.10001, "beta": np.nan}, {"lr": 0.10002, "beta": np.nan}, {"lr": 0.10001, "beta": 0.9}]
    found = answered(runs(cells, epochs=lambda of, _: 5 if of["lr"] == 0.10002 else 10))
    assert found[0].startswith("The best setting is lr 0.10002: there")


def test_the_best_of_a_part_of_the_settings_is_the_best_so_far():
    found = answered(runs(LRS, epochs=lambda of, _: int(10 * of["lr"])).head(2 * SEEDS + 1), cells=5)
    assert found[0].startswith("The best setting so far is lr 1: there ")
    assert found[1] == "Only 2 of 5 settings have all the seeds that are done, and no others compete."


def test_without_runs_nothing_is_said():
    assert answered(runs(LRS).head(0)) == ["No run is done yet."]


@settings(max_examples=30)
@given(st.lists(st.tuples(st.sampled_from(OUTCOMES), st.integers(1, 3)), min_size=2 * SEEDS, max_size=2 * SEEDS))
def test_only_what_converged_alone_is_called_the_best(ends):
    at = {(lr, seed): ends[SEEDS * k + seed] for k, lr in enumerate([1.0, 2.0]) for seed in range(SEEDS)}
    table = runs(LRS[:2], lambda of, seed: at[of["lr"], seed][0], lambda of, seed: at[of["lr"], seed][1])
    called = "best setting is" in answered(table)[0]
    if not called:
        return
    best = best_on_other_seeds(table, rng=np.random.default_rng(0)).iloc[0]
    assert best["tied"] == 1
    assert best["success"] > 0


def test_the_order_is_that_of_success_then_cost_then_loss():
    order = [(0.5, 1, 9.0), (1.0, 9, 9.0), (1.0, 3, 0.2), (0.0, 1, 0.3), (0.0, 1, 0.1)]
    cells = [{"lr": float(k)} for k in range(len(order))]
    table = runs(
        cells,
        lambda of, seed: "converged" if seed < SEEDS * order[int(of["lr"])][0] else "capped",
        lambda of, _: order[int(of["lr"])][1],
        lambda of, _: order[int(of["lr"])][2],
    )
    assert ranked(table)["lr"].tolist() == [2, 1, 0, 4, 3]
    first = ranked(table, most=3)
    assert first["running_time"].tolist() == [3, 9, 2]
    pd.testing.assert_frame_equal(first, ranked(table).head(3))
