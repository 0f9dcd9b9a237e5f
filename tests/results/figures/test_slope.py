"""Power laws against weighted curves computed from repeated runs, against NumPy's fits, and by simulation."""

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st
from matplotlib.colors import to_rgba
from matplotlib.figure import Figure

from backsweep.errors import BacksweepError
from backsweep.outcomes import OUTCOMES
from backsweep.results.analysis.slopes import power_laws
from backsweep.results.analysis.tables import summary
from backsweep.results.figures.slope import draw_slope, slope_picture
from backsweep.results.figures.style import LINES, draw_svg
from backsweep.results.statistics.power_laws import Runs, drawn_medians

LEVELS = (0.1, 0.3, 1.0, 2.0, 10.0)


def table(epochs, outcome="converged", **columns):
    count = len(epochs)
    runs = pd.DataFrame({"run": np.arange(count), "cell": 0, "seed": 0} | columns)
    return runs.assign(outcome=pd.Categorical(np.broadcast_to(outcome, count), OUTCOMES), epochs=epochs, loss=0.1, accuracy=1.0)


def sweep(rng, seeds=15, slope=-1.0, height=300.0, spread=0.5, cap=10**9, levels=LEVELS, **columns):
    """A power law with noise: one part is the same in all runs of a seed, the other is not."""
    lr, seed = np.repeat(levels, seeds), np.tile(np.arange(seeds), len(levels))
    noise = spread * (rng.normal(size=seeds)[seed] + rng.normal(size=len(lr))) / np.sqrt(2)
    epochs = np.rint(height * lr**slope * np.exp(noise)).astype(int)
    outcome = np.where(epochs <= cap, "converged", "capped")
    return table(np.minimum(epochs, cap), outcome, seed=seed, lr=lr, **columns)


def fitted(runs, by=None, resamples=50, **options):
    return power_laws(runs, "lr", by, rng=np.random.default_rng(1), resamples=resamples, **options)


some_runs = st.lists(st.tuples(st.integers(0, 3), st.integers(0, 4), st.integers(0, 12), st.sampled_from(OUTCOMES)), min_size=1)


@given(some_runs)
def test_medians_are_those_of_the_summary(case):
    level, seed, epochs, outcome = (np.array(column) for column in zip(*case, strict=True))
    runs = table(epochs, outcome, seed=seed, lr=level + 1.0)
    expected = summary(runs, ["lr"])["median_epochs"].to_numpy()
    if np.sum(np.isfinite(expected) & (expected > 0)) > 1:
        np.testing.assert_array_equal(fitted(runs, resamples=1).median[0], expected)


@given(some_runs, st.integers(0, 100))
def test_a_resample_is_the_table_with_each_seed_as_often_as_drawn(case, number):
    level, seed, epochs, outcome = (np.array(column) for column in zip(*case, strict=True))
    runs = table(epochs, outcome, seed=seed, lr=level + 1.0)
    names, place = np.unique(seed, return_inverse=True)
    arrays = Runs(level, place, epochs, outcome == "converged", outcome == "capped")
    used = np.isin(np.arange(4), level[1:])
    drawn = drawn_medians(arrays, used, len(names), np.random.default_rng(number), 1)[0]
    often = np.random.default_rng(number).multinomial(len(names), np.full(len(names), 1 / len(names)))
    again = runs.loc[runs.index.repeat(often[place])]
    expected = summary(again, ["lr"]).set_index("lr")["median_epochs"].reindex(np.arange(4) + 1.0, fill_value=np.inf)
    np.testing.assert_array_equal(drawn, np.where(used, expected, np.inf))


@given(st.floats(-3, 3), st.floats(1, 1000))
def test_an_exact_power_law_is_found(slope, height):
    levels = np.array([1.0, 2, 8, 32])
    epochs = height * levels**slope + 1e4 * levels**0  # for any values, the line equals NumPy's fit through their logarithms
    found = fitted(table(np.rint(epochs).astype(int), lr=levels, seed=[0, 0, 0, 0]))
    expected = np.polynomial.Polynomial.fit(np.log(levels), np.log(np.rint(epochs)), 1).convert().coef
    assert found.slope[0] == pytest.approx(expected[1], rel=1e-9, abs=1e-9)
    np.testing.assert_allclose(np.log(found.line[0]), expected[0] + expected[1] * np.log(found.along[0]), rtol=1e-9)
    off = np.log(np.rint(epochs)) - expected[0] - expected[1] * np.log(levels)
    assert found.departure[0] == pytest.approx(np.exp(np.abs(off).max()), rel=1e-9)


def test_levels_without_a_median_are_left_out_and_shown():
    runs = sweep(np.random.default_rng(0), cap=2000)
    found = fitted(runs)
    median = summary(runs, ["lr"])["median_epochs"].to_numpy()
    assert np.isinf(median).tolist() == [True, False, False, False, False]
    np.testing.assert_array_equal(found.median[0], median)
    np.testing.assert_array_equal(found.used[0], np.isfinite(median))
    assert found.slope[0] == pytest.approx(np.polyfit(np.log(LEVELS[1:]), np.log(median[1:]), 1)[0])
    assert (found.along[0, 0], found.along[0, -1]) == pytest.approx((0.3, 10))
    assert "1 median is left out" in slope_picture(runs, rng=np.random.default_rng(0)).caption


def test_each_curve_is_that_of_its_own_runs():
    rng = np.random.default_rng(2)
    one, two = sweep(rng, hidden=2), sweep(rng, slope=-0.5, hidden=None)
    both = fitted(pd.concat([one, two], ignore_index=True).astype({"hidden": float}), "hidden")
    assert both.groups[0] == 2
    assert np.isnan(both.groups[1])
    alone = [fitted(runs.drop(columns="hidden")) for runs in (one, two)]
    np.testing.assert_allclose(both.slope, [found.slope[0] for found in alone])
    np.testing.assert_allclose(both.low, [found.low[0] for found in alone])  # the same resamples of seeds
    np.testing.assert_allclose(both.line_high, [found.line_high[0] for found in alone])


def test_seeds_are_drawn_with_all_their_runs():
    runs = sweep(np.random.default_rng(3), seeds=30)
    shared = runs.assign(epochs=(1000 * np.exp(np.random.default_rng(4).normal(size=30))[runs["seed"]] / runs["lr"]).round())
    found = fitted(shared.astype({"epochs": int}), resamples=300)
    # A seed's noise is the same at each level: it moves the line, but not its slope.
    assert found.high[0] - found.low[0] < 0.01
    assert found.line_high[0, 0] / found.line_low[0, 0] > 1.5


def test_interval_and_band_are_percentiles_of_the_resamples():
    runs = sweep(np.random.default_rng(8))
    found = fitted(runs, resamples=400)
    cell, converged = np.searchsorted(LEVELS, runs["lr"]), np.ones(len(runs), bool)
    arrays = Runs(cell, runs["seed"].to_numpy(), runs["epochs"].to_numpy(), converged, ~converged)
    medians = drawn_medians(arrays, np.ones(len(LEVELS), bool), 15, np.random.default_rng(1), 400)
    slopes, heights = np.polyfit(np.log(LEVELS), np.log(medians).T, 1)
    ends = [np.sort(slopes)[[9, -10]], np.sort(np.exp(heights + slopes * np.log(10)))[[9, -10]]]
    np.testing.assert_allclose([[found.low[0], found.high[0]], [found.line_low[0, -1], found.line_high[0, -1]]], ends)


def test_one_seed_has_a_slope_without_an_interval():
    found = fitted(sweep(np.random.default_rng(5), seeds=1))
    assert np.isfinite(found.slope).all()
    assert np.isnan([found.low[0], found.high[0], *found.line_low[0], *found.line_high[0]]).all()


def test_a_line_that_some_resamples_lack_has_no_interval():
    # The median of each level depends on a single seed, and most resamples lack one of these seeds.
    runs = table([10, 20, 99, 99, 99, 99], ["converged"] * 2 + ["capped"] * 4, lr=[1.0, 2.0] * 3, seed=[0, 0, 1, 1, 2, 2])
    runs = pd.concat([runs, table([9, 19], lr=[1.0, 2.0], seed=[3, 3])])
    found = fitted(runs, resamples=400)
    assert (found.low[0], found.high[0]) == (-np.inf, np.inf)


def test_the_interval_and_band_cover_as_they_claim():
    rng = np.random.default_rng(6)
    trials, inside_slope, inside_band = 300, 0, 0
    for _ in range(trials):
        found = fitted(sweep(rng, seeds=100, height=5000.0), resamples=200)
        inside_slope += found.low[0] <= -1 <= found.high[0]
        middle = 5000 / found.along[0, 25]
        inside_band += found.line_low[0, 25] <= middle <= found.line_high[0, 25]
    # Within three standard errors of 300 trials, 0.0126 each.
    assert inside_slope / trials == pytest.approx(0.95, abs=0.038)
    assert inside_band / trials == pytest.approx(0.95, abs=0.038)


@pytest.mark.parametrize(
    ("runs", "setting", "by", "message"),
    [
        (sweep(np.random.default_rng(0)), "beta", None, "no setting 'beta'"),
        (sweep(np.random.default_rng(0)), "lr", "beta", "no setting 'beta'"),
        (sweep(np.random.default_rng(0)), "lr", "lr", "name another one"),
        (sweep(np.random.default_rng(0), cap=0), "lr", None, "two values at which half"),
        (sweep(np.random.default_rng(0), levels=[3.0]), "lr", None, "two values at which half"),
        (sweep(np.random.default_rng(0), height=0.0), "lr", None, "not before epoch 1"),
        (sweep(np.random.default_rng(0)).assign(lr=0.0), "lr", None, "above 0"),
        (sweep(np.random.default_rng(0)).assign(lr=True), "lr", None, "above 0"),
        (sweep(np.random.default_rng(0)).assign(lr="a"), "lr", None, "above 0"),
        (sweep(np.random.default_rng(0)).iloc[:0], "lr", None, "above 0"),
    ],
)
def test_tables_without_a_slope_are_refused_in_one_sentence(runs, setting, by, message):
    with pytest.raises(BacksweepError, match=message):
        power_laws(runs, setting, by, rng=np.random.default_rng(0))


def test_by_default_the_slope_is_over_the_numbers_with_the_most_values():
    runs = sweep(np.random.default_rng(0), hidden=3, name="x")
    assert slope_picture(runs, rng=np.random.default_rng(0)).laws.setting == "lr"
    assert slope_picture(runs.assign(lr=1.0, hidden=1 + runs["run"] % 2), rng=np.random.default_rng(0)).laws.setting == "hidden"
    with pytest.raises(BacksweepError, match="no setting of numbers"):
        slope_picture(runs.drop(columns=["lr", "hidden"]), rng=np.random.default_rng(0))


def test_the_picture_has_the_medians_the_lines_and_their_bands():
    runs = pd.concat([sweep(np.random.default_rng(k), **{"$x$": f"_{k}"}) for k in range(2)], ignore_index=True)
    value = slope_picture(runs, by="$x$", rng=np.random.default_rng(0))
    axes = draw_slope(value, Figure(layout="constrained").add_subplot())
    assert (axes.get_xscale(), axes.get_yscale()) == ("log", "log")
    for k in range(2):
        line, points = axes.lines[2 * k : 2 * k + 2]
        np.testing.assert_array_equal(line.get_ydata(), value.laws.line[k])
        np.testing.assert_array_equal(points.get_ydata(), value.laws.median[k])
        np.testing.assert_allclose(axes.collections[k].get_facecolor()[0], to_rgba(LINES[k], 0.18))
    assert axes.lines[0].get_marker() != axes.lines[2].get_marker()
    assert draw_svg(draw_slope, value).count("stroke-dasharray") == 2  # in the second line, and in the legend
    legend = axes.get_legend()
    assert legend is not None
    assert [text.get_text() for text in legend.get_texts()] == value.labels
    assert value.labels[0].startswith("$x$ _0: −")
    assert all(label in value.alt_text for label in value.labels)
    assert value.caption.count("bootstrap") == 1


def test_the_picture_says_whose_medians_are_taken_together():
    runs = pd.concat([sweep(np.random.default_rng(k), hidden=k) for k in range(2)], ignore_index=True)
    value = slope_picture(runs, "lr", rng=np.random.default_rng(0))
    assert value.caption.endswith(" A median is of all values of hidden together.")
    axes = draw_slope(value, Figure().add_subplot())
    assert axes.get_legend().get_title().get_text() == "all values of hidden together"


@pytest.mark.parametrize("curves", [1, 9, 60])
def test_of_many_curves_a_few_are_drawn_and_that_is_said(curves):
    rng = np.random.default_rng(0)
    runs = pd.concat([sweep(rng, seeds=3, hidden=k) for k in range(curves)], ignore_index=True)
    value = slope_picture(runs, "lr", "hidden", rng=rng)
    assert len(value.shown) == min(curves, 16)
    assert (value.shown[0], value.shown[-1]) == (0, curves - 1)
    assert (f"Shown are 16 of {curves}" in value.caption) == (curves > 16)
    assert value.note == ("16 of 60 curves, evenly spread" if curves > 16 else "")
    svg = draw_svg(draw_slope, value)
    assert f"hidden {curves - 1}: " in svg


@pytest.mark.parametrize(
    ("epochs", "message"),
    [
        ([800, 400, 200, 100], ""),
        ([800, 400], "2 medians"),
        ([1600, 800, 400, 800], "it turns"),
        ([800, 1600, 2000, 800], "it turns"),
        ([800, 400, 390, 60], "off by a factor of "),
        ([10, 10, 10, 10], ""),
    ],
)
def test_no_law_is_drawn_through_few_medians_nor_where_they_turn_or_lie_far_off(epochs, message):
    runs = sweep(np.random.default_rng(0), spread=0.01, slope=0.0, levels=2.0 ** np.arange(len(epochs)))
    runs["epochs"] = (runs["epochs"] * np.repeat(epochs, 15) / 300).round().astype(int)
    picture = slope_picture(runs, rng=np.random.default_rng(0))
    assert picture.laws.why_not(0).startswith(message)
    assert bool(picture.laws.why_not(0)) == bool(message)
    assert ("no power law" in picture.labels[0]) == bool(message)
    axes = draw_slope(picture, Figure().add_subplot())
    lines = [line for line in axes.lines if line.get_linestyle() != "None"]
    assert (len(lines), len(axes.collections)) == ((0, 0) if message else (1, 1))
    assert ("at most." in picture.caption) == (not message)


def test_where_the_medians_of_noisy_runs_only_seem_to_turn_a_law_is_drawn():
    runs = sweep(np.random.default_rng(5), seeds=9, spread=0.8, slope=-0.05)
    median = fitted(runs).median[0]
    assert not (np.diff(median) < 0).all()
    assert fitted(runs).why_not(0) != "it turns"
