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


def test_of_many_values_the_eight_under_which_most_converge_are_shown():
    runs = many(np.arange(1, 26))
    picture = survival_picture(runs, ["lr"])
    share = (runs["outcome"] == "converged").groupby(runs["lr"]).mean()
    least = share[[float(label.removeprefix("lr ")) for label in picture.labels]].min()
    assert len(picture.labels) == 8
    assert (share.sort_values().iloc[:-8] <= least).all()
    assert "8 of 25 settings, those where most runs converge" in picture.caption


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
