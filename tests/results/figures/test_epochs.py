"""When runs converge, counted by hand; the cumulative share against scipy, for runs of which many were cut off."""

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st
from matplotlib.figure import Figure
from scipy import stats

from backsweep.errors import BacksweepError
from backsweep.outcomes import OUTCOMES
from backsweep.results.figures.epochs import draw_ecdf, draw_histogram, epochs_ecdf, epochs_histogram

lists_of_runs = st.lists(
    st.tuples(st.sampled_from("ab"), st.sampled_from(OUTCOMES), st.integers(0, 60) | st.integers(0, 10**6)), min_size=1
)


def table(rule, outcomes, epochs):
    count = len(outcomes)
    first = pd.DataFrame({"run": np.arange(count), "cell": 0, "seed": np.arange(count), "rule": rule})
    outcomes = pd.Categorical(outcomes, categories=OUTCOMES)
    return first.assign(outcome=outcomes, epochs=np.array(epochs, np.int32), loss=0.1, accuracy=1.0)


def axes():
    return Figure().add_subplot()


@given(lists_of_runs)
def test_a_histogram_counts_each_converged_run_once_as_a_share_of_all(case):
    runs = table(*zip(*case, strict=True))
    if not (runs["outcome"] == "converged").any():
        with pytest.raises(BacksweepError, match="no run converged"):
            epochs_histogram(runs, "rule")
        return
    found = epochs_histogram(runs, "rule")
    assert (found.edges == found.edges.round()).all()
    assert (np.diff(found.edges) >= 1).all()
    for share, (_, mine) in zip(found.share, runs.groupby("rule"), strict=True):
        epochs = np.maximum(mine.loc[mine["outcome"] == "converged", "epochs"], 1)
        inside = [((low <= epochs) & (epochs < high)).sum() for low, high in zip(found.edges, found.edges[1:], strict=False)]
        assert sum(inside) == len(epochs)
        np.testing.assert_allclose(share, np.array(inside) / len(mine))


def test_areas_on_the_log_scale_are_shares():
    rng = np.random.default_rng(0)
    found = epochs_histogram(table("a", ["converged"] * 3000, np.ceil(rng.lognormal(1, 2, 3000))), [])
    assert len(set(np.diff(found.edges))) > 5
    outline = draw_histogram(found, axes()).patches[0]
    height, edges, _ = outline.get_data()
    areas = height * np.diff(np.log(edges))
    np.testing.assert_allclose(areas / areas.sum(), found.share[0])
    usual = np.argsort(np.diff(np.log(edges)))[len(height) // 2]
    assert height[usual] == pytest.approx(found.share[0, usual], rel=0.1)


def test_the_picture_says_how_many_did_not_converge():
    runs = table(["a"] * 4 + ["b"] * 4, ["converged"] * 3 + ["capped"] + ["diverged"] * 4, [10, 20, 30, 99, 1, 1, 1, 1])
    found = epochs_histogram(runs, "rule")
    assert found.names == ["rule a: 25.0 % not converged", "rule b: 100.0 % not converged"]
    assert "rule a: 25.0 % not converged, the middle half of the others between epochs 10 and 30; rule b" in found.alt_text
    assert [text.get_text() for text in draw_histogram(found, axes()).get_legend().get_texts()] == found.names


def test_few_converged_runs_leave_few_bins():
    rng = np.random.default_rng(0)
    for runs, bins in ((1, 1), (27, 6), (10**5, 50)):
        found = epochs_histogram(table("a", ["converged"] * runs, rng.integers(10**5, 10**6, runs)))
        assert found.share.shape == (1, bins)


@given(st.lists(st.tuples(st.booleans(), st.integers(1, 60)), min_size=2))
def test_the_cumulated_share_is_scipys_for_censored_runs(case):
    converged, epochs = (np.array(column) for column in zip(*case, strict=True))
    found = epochs_ecdf(table("a", np.where(converged, "converged", "capped"), epochs), [])
    exact = stats.ecdf(stats.CensoredData.right_censored(epochs, ~converged)).cdf
    epoch, share = draw_ecdf(found, axes()).lines[0].get_data()
    np.testing.assert_allclose(share[1:-1], exact.evaluate(epoch[1:-1]), atol=1e-12)
    assert share[0] == 0
    assert len(share) - 2 == len(np.unique(epochs[converged]))


def test_it_levels_off_at_the_share_that_ever_converges():
    runs = table("a", ["converged"] * 6 + ["diverged"] * 3 + ["stalled"], [5, 6, 7, 8, 9, 10, 1, 1, 1, 1])
    share = draw_ecdf(epochs_ecdf(runs, []), axes()).lines[0].get_ydata()
    assert share[-1] == pytest.approx(0.6)
    assert "all runs: 60.0 % converged, half by epoch 9." in epochs_ecdf(runs, []).alt_text


@pytest.mark.parametrize("epochs", [0, 1, 10**9])
def test_where_all_converge_at_once_both_are_drawn(epochs):
    runs = table("a", ["converged"] * 5, [epochs] * 5)
    for found, draw in ((epochs_histogram(runs), draw_histogram), (epochs_ecdf(runs), draw_ecdf)):
        drawn = draw(found, axes())
        drawn.figure.canvas.draw()
        assert np.isfinite(drawn.get_xlim()).all()
        assert found.caption


def test_epochs_are_written_out():
    drawn = draw_ecdf(epochs_ecdf(table("a", ["converged"] * 50, np.geomspace(3, 30_000, 50))), axes())
    drawn.figure.canvas.draw()
    low, high = drawn.get_xlim()
    labels = [tick.get_text() for tick in drawn.get_xticklabels() if low <= tick.get_position()[0] <= high]
    assert labels == ["10", "100", "1,000", "10,000"]
