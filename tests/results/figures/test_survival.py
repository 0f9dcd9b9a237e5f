"""Survival curves: they equal scipy's, belong to the requested groups, and are drawn as far as they are known."""

import dataclasses

import numpy as np
import pandas as pd
import pytest
from matplotlib.figure import Figure
from scipy import stats

from backsweep.errors import BacksweepError
from backsweep.outcomes import OUTCOMES
from backsweep.results.figures.survival import draw_survival, survival_picture


def table(outcomes, epochs, **settings):
    count = len(outcomes)
    first = {"run": np.arange(count), "cell": 0, "seed": np.arange(count), **settings}
    outcomes = pd.Categorical(outcomes, categories=OUTCOMES)
    return pd.DataFrame(first).assign(outcome=outcomes, epochs=np.array(epochs, np.int32), loss=0.1, accuracy=1.0)


def axes():
    return Figure().add_subplot()


def many(values, runs=40, seed=0):
    rng = np.random.default_rng(seed)
    lr = np.repeat(values, runs)
    epochs = np.ceil(rng.lognormal(4, 1, len(lr)) / lr)
    return table(np.where(epochs < 200, "converged", "capped"), np.minimum(epochs, 200), lr=lr)


def test_the_curves_that_are_drawn_are_scipys():
    runs = many([1.0, 2.0])
    drawn = draw_survival(survival_picture(runs, "lr"), axes())
    for line, (_, mine) in zip(drawn.lines, runs.groupby("lr"), strict=True):
        censored = (mine["outcome"] == "capped").to_numpy()
        exact = stats.ecdf(stats.CensoredData.right_censored(mine["epochs"], censored)).sf
        epoch, share = line.get_data()
        np.testing.assert_allclose(share[1:-1], exact.evaluate(epoch[1:-1]), atol=1e-12)
        assert len(epoch) - 2 == mine.loc[~censored, "epochs"].nunique()


def note(axes):
    return axes.get_legend().get_title().get_text().replace("\n", " ")


def test_of_many_values_the_sixteen_under_which_most_converge_are_shown():
    runs = many(np.arange(1, 26))
    picture = survival_picture(runs, ["lr"])
    share = (runs["outcome"] == "converged").groupby(runs["lr"]).mean()
    least = share[[float(label.removeprefix("lr ")) for label in picture.labels]].min()
    assert len(picture.labels) == 16
    assert (share.sort_values().iloc[:-16] <= least).all()
    assert " Shown are 16 of 25 settings: those where most runs converge." in picture.caption
    assert note(draw_survival(picture, axes())) == "16 of 25 settings: those where most runs converge"
    fewer = draw_survival(survival_picture(many(np.arange(1, 16)), ["lr"]), axes())
    assert len({line.get_color() for line in fewer.lines}) == 15
    assert note(fewer) == ""


def test_the_picture_says_whose_runs_are_taken_together():
    runs = pd.concat([many([1.0, 2.0]).assign(rule=rule, beta=beta) for rule, beta in (("a", 0.1), ("b", 0.2))])
    picture = survival_picture(runs, ["rule"])
    assert picture.pooled == ("lr",)  # beta has one value for each rule
    assert note(draw_survival(picture, axes())) == "all values of lr together"
    assert picture.caption.endswith(" Each group holds all values of lr together.")
    assert survival_picture(runs).chosen == "2 of 4 settings: for each value of lr the one where most runs converge"


def test_where_none_converges_the_settings_with_the_lowest_losses_are_shown():
    runs = many([1.0, 2.0, 3.0]).assign(outcome=pd.Categorical(["capped"] * 120, categories=OUTCOMES), rule="b")
    runs = pd.concat([runs, runs.assign(rule="a")]).assign(loss=lambda table: abs(table["lr"] - 2.0))
    picture = survival_picture(runs)
    assert picture.labels == ["lr 2, rule b", "lr 2, rule a"] or picture.labels == ["lr 2, rule a", "lr 2, rule b"]
    assert picture.chosen.endswith("for each value of rule the one with the lowest final loss, since no run converged")


def test_before_a_run_has_converged_the_band_is_the_exact_interval_of_all_and_none():
    outcomes, epochs = ["capped"] * 3 + ["converged"] * 5 + ["capped"] * 4, [5] * 3 + [9] * 5 + [20] * 4
    runs = table(outcomes * 2, epochs * 2, lr=[1.0] * 12 + [2.0] * 12)
    runs.loc[runs["lr"] == 2.0, "outcome"] = "capped"
    drawn = draw_survival(survival_picture(runs, "lr"), axes())
    for band, known in zip(drawn.collections, (9, 4), strict=True):  # 3 of 12 were cut off before; up to the end 4 are seen
        exact = stats.binomtest(known, known).proportion_ci(method="exact").low
        below = [y for x, y in band.get_paths()[0].vertices if x == drawn.get_xlim()[0]]
        assert min(below) == pytest.approx(exact)


def test_by_nothing_it_is_one_curve_of_all_runs():
    picture = survival_picture(many([1.0, 2.0]), [])
    assert picture.labels == ["all runs"]
    assert set(picture.curves.group) == {0}


def test_a_curve_ends_where_its_last_run_was_cut_off_and_goes_on_if_none_was():
    outcomes, epochs = ["converged", "capped", "converged", "diverged", "converged"], [5, 20, 8, 3, 100]
    picture = survival_picture(table(outcomes, epochs, lr=[1.0, 1.0, 2.0, 2.0, 3.0]))
    assert (picture.until, picture.last) == ([20, np.inf, np.inf], 100)
    drawn = draw_survival(picture, axes())
    ends = [line.get_xdata()[-1] for line in drawn.lines]
    assert ends == [20, drawn.get_xlim()[1], drawn.get_xlim()[1]]
    assert drawn.get_xlim()[1] > 100


def test_a_setting_that_some_runs_lack_has_a_curve_too():
    runs = table(["converged"] * 4, [1, 2, 3, 4], rule=["gd", "gd", "momentum", "momentum"], beta=[np.nan, np.nan, 0.5, 0.5])
    picture = survival_picture(runs)
    assert picture.labels == ["rule gd, beta –", "rule momentum, beta 0.5"]
    assert [picture.curves.epoch[picture.curves.group == k].tolist() for k in (0, 1)] == [[1, 2], [3, 4]]


def test_words_and_caption_say_how_many_and_when():
    runs = table(["converged"] * 3 + ["capped"] + ["diverged"] * 4, [10, 20, 30, 5000, 1, 1, 1, 1], lr=[1.0] * 4 + [2.0] * 4)
    picture = survival_picture(runs, "lr")
    assert "lr 1: 75.0 % converged by epoch 5,000, half by epoch 20; lr 2: 0.0 % converged." in picture.alt_text
    assert "Kaplan–Meier" in picture.caption


def test_labels_are_told_apart_in_grey_and_stand_as_they_are():
    names = ["$x$", "a_b", "<script>", "$", "_c", "f", "g", "h"]
    drawn = draw_survival(survival_picture(table(["converged"] * 8, range(1, 9), rule=names), "rule"), axes())
    drawn.figure.canvas.draw()
    texts = drawn.get_legend().get_texts()
    assert sorted(text.get_text() for text in texts) == sorted(f"rule {name}" for name in names)
    assert not any(text.get_parse_math() for text in texts)
    assert len({line.get_color() for line in drawn.lines}) == 8
    assert len({str(line._unscaled_dash_pattern) for line in drawn.lines}) == 8


def test_the_value_cannot_be_changed():
    with pytest.raises(dataclasses.FrozenInstanceError):
        survival_picture(many([1.0])).last = 3


@pytest.mark.parametrize(("outcome", "epochs"), [("converged", 0), ("diverged", 0), ("capped", 7), ("stalled", 7)])
def test_where_all_runs_end_alike_there_is_a_picture(outcome, epochs):
    drawn = draw_survival(survival_picture(table([outcome] * 3, [epochs] * 3)), axes())
    drawn.figure.canvas.draw()
    (line,) = drawn.lines
    assert line.get_ydata()[-1] == (0 if outcome == "converged" else 1)
    assert line.get_xdata()[-1] > line.get_xdata()[0]


def test_without_a_run_there_is_none_and_unknown_settings_are_named():
    with pytest.raises(BacksweepError, match="no run"):
        survival_picture(many([1.0]).iloc[:0])
    with pytest.raises(BacksweepError, match="'lrr'"):
        survival_picture(many([1.0]), ["lrr"])
