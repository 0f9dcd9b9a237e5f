"""Comparisons of settings and sweeps: computed by hand, against scipy, and by simulation."""

import numpy as np
import pandas as pd
import pytest
from scipy import stats

from backsweep.errors import BacksweepError
from backsweep.outcomes import OUTCOMES
from backsweep.results.analysis.comparison import compare_sweeps, compare_unpaired, values_of
from backsweep.results.analysis.remarks import infinite_differences
from backsweep.results.text.readable import comparison


def table(outcomes, epochs, seeds=None, **settings):
    seeds = np.arange(len(epochs)) if seeds is None else seeds
    outcomes = pd.Categorical(outcomes, categories=OUTCOMES)
    columns = {"run": np.arange(len(epochs)), "cell": 0, "seed": seeds, **settings, "outcome": outcomes}
    return pd.DataFrame(columns).assign(epochs=np.array(epochs, np.int32), loss=0.5, accuracy=1.0)


def generator(seed=0):
    return np.random.default_rng(seed)


FIRST = table(["converged", "converged", "capped", "diverged", "capped"], [10, 20, 50, 3, 50])
SECOND = table(["converged", "capped", "converged", "stalled", "converged"], [30, 40, 5, 2, 8])


def test_pairs_by_hand():
    row = compare_sweeps(FIRST, SECOND, rng=generator(), resamples=200).iloc[0]
    assert row[["pairs", "both", "only_first", "only_second", "neither"]].tolist() == [5, 1, 1, 2, 1]
    assert row["success_difference"] == pytest.approx(0.2)
    assert row["success_p"] == row["success_p_holm"] == 1  # two pairs against one, of three
    assert row["restricted_limit"] == 40  # where the first run was cut off
    assert row["restricted_mean_difference"] == pytest.approx(np.mean([30 - 10, 40 - 20, 5 - 40, 0, 8 - 40]))
    assert row["running_time_difference"] == pytest.approx(85 / 3 - 133 / 2)


def test_pairs_are_found_by_seed_in_any_order_and_others_left_out():
    shuffled = pd.concat([SECOND.iloc[::-1], SECOND.iloc[:1].assign(seed=99)], ignore_index=True)
    found, expected = (compare_sweeps(FIRST, other, rng=generator(), resamples=200) for other in (shuffled, SECOND))
    pd.testing.assert_frame_equal(found, expected)


BOTH = pd.concat([FIRST.assign(lr=0.1, bias=True), SECOND.assign(lr=0.2, bias=True), SECOND.assign(lr=0.1, bias=False)])


def test_two_values_of_a_setting():
    found = compare_sweeps(*values_of(BOTH, "lr", 0.1, 0.2), rng=generator(), resamples=200)
    assert found["bias"].tolist() == [True]  # the other combination has no pair
    alone = compare_sweeps(FIRST, SECOND, rng=generator(), resamples=200)
    pd.testing.assert_frame_equal(found.drop(columns="bias"), alone)


def test_runs_without_a_setting_are_paired_with_their_like():
    rule, beta = pd.Categorical(["gd", "gd", "momentum", "momentum", "momentum"]), [np.nan, np.nan, 0.5, 0.5, 0.9]
    first, second = (side.assign(rule=rule, beta=beta) for side in (FIRST, SECOND))
    second["rule"] = second["rule"].cat.add_categories("adam")  # as in a sweep of several optimizers
    found = compare_sweeps(first, second, rng=generator(), resamples=50)
    assert found["pairs"].tolist() == [2, 2, 1]
    assert found["rule"].tolist() == ["gd", "momentum", "momentum"]
    assert found["success_p_holm"].tolist() == [1, 1, 1]


def test_a_sweep_against_itself_differs_nowhere():
    many = pd.concat([FIRST] * 8).assign(seed=range(40))
    row = compare_sweeps(many, many, rng=generator(), resamples=200).iloc[0]
    names = [
        f"{name}{end}" for name in ("restricted_mean_difference", "running_time_difference") for end in ("", "_low", "_high")
    ]
    assert row[names].tolist() == [0] * 6
    assert row["success_p"] == 1


@pytest.mark.parametrize("outcome", ["capped", "diverged", "stalled"])
def test_where_none_converges(outcome):
    none = table([outcome] * 3, [9, 9, 9])
    found = compare_sweeps(none, none, rng=generator(), resamples=200)
    row = found.iloc[0]
    assert row[["neither", "success_p", "restricted_mean_difference"]].tolist() == [3, 1, 0]
    assert np.isnan(row["running_time_difference"])  # inf minus inf
    converging = table(["converged"] * 3, [4, 5, 6])
    one = compare_sweeps(none, converging, rng=generator(), resamples=200)
    assert one["running_time_difference"].tolist() == [-np.inf]
    shown = comparison(pd.concat([found, one], ignore_index=True))
    assert shown["epochs per success"].tolist() == ["?", "−∞"]
    assert shown["epochs 95 %"].tolist() == ["?", "?"]
    for some in (found, one):
        (legend,) = infinite_differences(some)
        assert "−∞ means that only the second side converged" in legend
        assert "? that neither did" in legend
    assert infinite_differences(compare_sweeps(converging, converging, rng=generator(), resamples=200)) == []


def test_what_cannot_be_paired_is_named():
    with pytest.raises(BacksweepError, match="their seeds differ"):
        compare_sweeps(FIRST, SECOND.assign(seed=SECOND["seed"] + 100), rng=generator())
    with pytest.raises(BacksweepError, match="what else varies is lr, bias"):
        compare_sweeps(BOTH, BOTH, [], rng=generator())
    with pytest.raises(BacksweepError, match="at most 40"):
        compare_sweeps(FIRST, SECOND, rng=generator(), limit=45)
    with pytest.raises(BacksweepError, match=r"0\.3"):
        compare_sweeps(*values_of(BOTH, "lr", 0.1, 0.3), rng=generator())
    with pytest.raises(BacksweepError, match="'width'"):
        compare_sweeps(*values_of(BOTH, "width", 1, 2), rng=generator())
    with pytest.raises(BacksweepError, match="'width'"):
        compare_sweeps(BOTH, BOTH, ["width"], rng=generator())


def sweeps_of(rng, cells, seeds, success):
    """Runs of several cells. Both runs of a pair depend on the seed, so they are correlated. Epochs are 1 to 100, or 100 if
    capped.
    """
    worth = rng.random((cells, seeds))
    parts = []
    for rate in success:
        converged = (0.5 * worth + 0.5 * rng.random((cells, seeds)) < rate).ravel()
        epochs = np.where(converged, np.ceil(100 * worth.ravel()), 100)
        outcomes = np.where(converged, "converged", "capped")
        numbers = np.repeat(np.arange(cells), seeds)
        parts.append(table(outcomes, epochs, np.tile(np.arange(seeds), cells), lr=numbers))
    return parts


def test_paired_intervals_cover_the_truth():
    """2,000 sweeps of 80 seeds; half a million seeds give the truth."""
    rng = generator(1)
    first, second = sweeps_of(rng, 1, 500_000, (0.5, 0.6))
    mean = second["epochs"].mean() - first["epochs"].mean()  # all are cut off at 100, the limit
    cost = np.subtract(*(sweep["epochs"].sum() / (sweep["outcome"] == "converged").sum() for sweep in (second, first)))
    found = compare_sweeps(*sweeps_of(rng, 2000, 80, (0.5, 0.6)), rng=rng, limit=100, resamples=400)
    for name, truth in (("restricted_mean_difference", mean), ("running_time_difference", cost)):
        covered = (found[f"{name}_low"] <= truth) & (truth <= found[f"{name}_high"])
        assert 0.93 <= covered.mean() <= 0.97, name


def test_a_family_of_true_hypotheses_is_rejected_as_a_whole_with_chance_alpha_at_most():
    families = sweeps_of(generator(2), 400, 40, (0.5, 0.5))
    found = compare_sweeps(*families, rng=generator(), resamples=1)
    assert (found["success_p"] < 0.05).any()
    assert not (found["success_p_holm"] < 0.05).any()


def test_unpaired_is_scipys_log_rank_in_each_cell():
    first, second = sweeps_of(generator(3), 3, 50, (0.4, 0.7))
    found = compare_unpaired(first, pd.concat([second[second["lr"] > 0], second[second["lr"] > 0].assign(lr=7)]))
    assert found["lr"].tolist() == [1, 2]
    for lr, p in zip(found["lr"], found["p"], strict=True):
        cells = (sweep[sweep["lr"] == lr] for sweep in (first, second))
        samples = [stats.CensoredData.right_censored(cell["epochs"], cell["outcome"] == "capped") for cell in cells]
        assert p == pytest.approx(stats.logrank(*samples).pvalue)
    with pytest.raises(BacksweepError, match="no run of the first has the same lr as one of the second"):
        compare_unpaired(first, second.assign(lr=9))
    with pytest.raises(BacksweepError, match=r"^one of the two sides has no runs to compare$"):
        compare_unpaired(first, second[:0], by=[])


def test_signs_of_a_row_are_of_one_kind():
    """The second converges more rarely and costs more, or the reverse: a minus is the same sign in each column."""
    rates = (0.8, 0.4)
    for sides in (sweeps_of(generator(4), 1, 60, rates), sweeps_of(generator(4), 1, 60, rates[::-1])):
        shown = comparison(compare_sweeps(*sides, rng=generator(), resamples=200))
        row = " ".join(shown.drop(columns="p, Holm").iloc[0])  # 1e-05 is a number for programs too
        assert "−" in row
        assert "-" not in row
